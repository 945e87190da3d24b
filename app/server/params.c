/* SPDX-License-Identifier: Apache-2.0 */
/* params.c -- see params.h. */
#include "app/server/params.h"

#include "base/error.h"

void sx_params_init(struct sx_params *params, struct sx_mem *mem)
{
    *params = (struct sx_params){.mem = mem};
}

void sx_params_deinit(struct sx_params *params)
{
    sx_mem_free(params->mem, params->items);
    *params = (struct sx_params){0};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool sx_percent_decode(char *text, size_t *size, bool plus)
{
    size_t to = 0;
    for (size_t i = 0; i < *size; i++) {
        char c = text[i];
        if (c == '%') {
            int high = *size - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = *size - i > 2 ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        text[to++] = c;
    }
    *size = to;
    return true;
}

stria_status sx_params_add(struct sx_params *params, const struct sx_param *param, stria_error *err)
{
    if (params->count == SX_PARAMS_MAX)
        return sx_fail(err, STRIA_LIMIT, "more than %d parameters", SX_PARAMS_MAX);
    if (!SX_GROW(params->mem, params->items, params->capacity, params->count + 1))
        return sx_mem_refused(params->mem, sizeof *param, err);
    params->items[params->count++] = *param;
    return STRIA_OK;
}

/* One pair, without the & behind it, where a NUL can be put. */
static stria_status add_pair(struct sx_params *params, char *text, size_t size, stria_error *err)
{
    if (!size || memchr(text, ';', size))
        return STRIA_OK;
    char *equals = memchr(text, '=', size);
    size_t name_size = equals ? (size_t)(equals - text) : size;
    char *value = equals ? equals + 1 : text + size;
    size_t value_size = (size_t)(text + size - value);
    if (!sx_percent_decode(text, &name_size, true) || !sx_percent_decode(value, &value_size, true))
        return STRIA_OK;
    value[value_size] = 0;
    const struct sx_param param = {.name = sx_bytes_make(text, name_size),
                                   .value = sx_bytes_make(value, value_size)};
    return sx_params_add(params, &param, err);
}

stria_status sx_params_add_form(struct sx_params *params, char *text, size_t size, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t at = 0; at < size && !st;) {
        char *end = memchr(text + at, '&', size - at);
        size_t len = end ? (size_t)(end - (text + at)) : size - at;
        st = add_pair(params, text + at, len, err);
        at += len + 1;
    }
    return st;
}

static const struct sx_param *find(const struct sx_params *params, const char *name, bool is_file)
{
    struct sx_bytes wanted = sx_bytes_of(name);
    for (size_t i = 0; i < params->count; i++) {
        const struct sx_param *param = &params->items[i];
        if (param->is_file == is_file && sx_bytes_equal(param->name, wanted))
            return param;
    }
    return NULL;
}

const struct sx_param *sx_params_find(const struct sx_params *params, const char *name)
{
    return find(params, name, false);
}

const struct sx_param *sx_params_file(const struct sx_params *params, const char *name)
{
    return find(params, name, true);
}

struct sx_bytes sx_params_get(const struct sx_params *params, const char *name)
{
    const struct sx_param *param = find(params, name, false);
    return param ? param->value : SX_LITERAL("");
}

const char *sx_params_text(const struct sx_params *params, const char *name)
{
    return (const char *)sx_params_get(params, name).ptr;
}

bool sx_params_is(const struct sx_params *params, const char *name, const char *value)
{
    return sx_bytes_equal(sx_params_get(params, name), sx_bytes_of(value));
}
