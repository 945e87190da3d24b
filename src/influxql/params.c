/* SPDX-License-Identifier: Apache-2.0 */
/* params.c -- see params.h. */
#include "influxql/params.h"

#include "base/float_format.h"
#include "base/int_text.h"
#include "influxql/literal.h"

static const stria_param *find(const stria_param *params, size_t param_count, struct sx_bytes name)
{
    for (size_t i = 0; i < param_count; i++)
        if (sx_bytes_equal(sx_bytes_of(params[i].name), name))
            return &params[i];
    return NULL;
}

static struct sx_bytes string_of(const stria_param *param)
{
    return sx_bytes_make(param->value.string.ptr, param->value.string.len);
}

static void refuse(struct sx_iql_lexeme *lexeme, const char *reason)
{
    lexeme->text = sx_bytes_of(reason);
}

/* Sets the token and a copy of its text. */
static bool replace(struct sx_arena *arena, struct sx_iql_lexeme *lexeme, enum sx_iql_token token,
                    const uint8_t *text, size_t size)
{
    lexeme->token = token;
    lexeme->text = sx_arena_dup(arena, sx_bytes_make(text, size));
    return lexeme->text.ptr != NULL;
}

static bool bind_value(struct sx_arena *arena, const stria_param *param,
                       struct sx_iql_lexeme *lexeme)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    switch (param->type) {
    case STRIA_FLOAT:
        return replace(arena, lexeme, SX_IQL_NUMBER, text,
                       sx_float_write_plain(text, param->value.f64));
    case STRIA_INT:
        return replace(arena, lexeme, SX_IQL_INTEGER, text, sx_int_write(text, param->value.i64));
    case STRIA_UINT:
        return replace(arena, lexeme, SX_IQL_INTEGER, text, sx_uint_write(text, param->value.u64));
    case STRIA_BOOL:
        lexeme->token = param->value.boolean ? SX_IQL_TRUE : SX_IQL_FALSE;
        lexeme->text = sx_bytes_make("", 0);
        return true;
    case STRIA_STRING:
        lexeme->token = SX_IQL_STRING;
        lexeme->text = string_of(param);
        return true;
    case STRIA_NONE:
        lexeme->text = string_of(param);
        return true;
    default:
        refuse(lexeme, "unable to bind parameter with type time");
        return true;
    }
}

static bool bind_duration(struct sx_arena *arena, const stria_param *param,
                          struct sx_iql_lexeme *lexeme)
{
    if (param->type == STRIA_STRING) {
        lexeme->token = SX_IQL_DURATION_VALUE;
        lexeme->text = string_of(param);
        return true;
    }
    if (param->type != STRIA_INT) {
        refuse(lexeme, "duration literal must be a string or integer value");
        return true;
    }
    uint8_t storage[SX_INT_TEXT_MAX + 2];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_iql_put_duration(&text, param->value.i64);
    return replace(arena, lexeme, SX_IQL_DURATION_VALUE, text.ptr, text.len);
}

bool sx_iql_param_bind(struct sx_arena *arena, const stria_param *params, size_t param_count,
                       struct sx_iql_lexeme *lexeme)
{
    struct sx_bytes name = sx_bytes_make(lexeme->text.ptr + 1, lexeme->text.len - 1);
    const stria_param *param = name.len ? find(params, param_count, name) : NULL;
    if (!param)
        return true;
    switch (param->kind) {
    case STRIA_PARAM_IDENTIFIER:
    case STRIA_PARAM_REGEX:
        if (param->type != STRIA_STRING) {
            refuse(lexeme, param->kind == STRIA_PARAM_REGEX ? "regex literal must be a string value"
                                                            : "identifier must be a string value");
            return true;
        }
        lexeme->token = param->kind == STRIA_PARAM_REGEX ? SX_IQL_REGEX : SX_IQL_IDENT;
        lexeme->text = string_of(param);
        return true;
    case STRIA_PARAM_DURATION:
        return bind_duration(arena, param, lexeme);
    default:
        return bind_value(arena, param, lexeme);
    }
}
