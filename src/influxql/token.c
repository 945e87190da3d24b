/* SPDX-License-Identifier: Apache-2.0 */
/* token.c -- see token.h. */
#include "influxql/token.h"

static const struct {
    const char *text;
    size_t len;
} token_names[SX_IQL_TOKEN_COUNT] = {
#define TOKEN_NAME(name, text) [SX_IQL_##name] = {text, sizeof text - 1},
    SX_IQL_SYMBOL_MAP(TOKEN_NAME)
#undef TOKEN_NAME
#define TOKEN_NAME(name) [SX_IQL_##name] = {#name, sizeof #name - 1},
        SX_IQL_KEYWORD_MAP(TOKEN_NAME)
#undef TOKEN_NAME
};

const char *sx_iql_token_name(enum sx_iql_token token)
{
    return token_names[token].text;
}

static uint8_t lower_of(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same_ignoring_case(struct sx_bytes a, struct sx_bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower_of(a.ptr[i]) != lower_of(b.ptr[i]))
            return false;
    return true;
}

bool sx_iql_same_word(struct sx_bytes word, const char *lower)
{
    return same_ignoring_case(word, sx_bytes_of(lower));
}

static bool is_token(struct sx_bytes word, enum sx_iql_token token)
{
    return same_ignoring_case(word, sx_bytes_make(token_names[token].text, token_names[token].len));
}

enum sx_iql_token sx_iql_token_lookup(struct sx_bytes word)
{
    static const enum sx_iql_token others[] = {SX_IQL_AND, SX_IQL_OR, SX_IQL_TRUE, SX_IQL_FALSE};
    for (int token = SX_IQL_ALL; token < SX_IQL_TOKEN_COUNT; token++)
        if (is_token(word, (enum sx_iql_token)token))
            return (enum sx_iql_token)token;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (is_token(word, others[i]))
            return others[i];
    return SX_IQL_IDENT;
}

int sx_iql_token_precedence(enum sx_iql_token token)
{
    switch (token) {
    case SX_IQL_OR:
        return 1;
    case SX_IQL_AND:
        return 2;
    case SX_IQL_EQ:
    case SX_IQL_NEQ:
    case SX_IQL_EQ_REGEX:
    case SX_IQL_NEQ_REGEX:
    case SX_IQL_LT:
    case SX_IQL_LTE:
    case SX_IQL_GT:
    case SX_IQL_GTE:
        return 3;
    case SX_IQL_ADD:
    case SX_IQL_SUB:
    case SX_IQL_BITWISE_OR:
    case SX_IQL_BITWISE_XOR:
        return 4;
    case SX_IQL_MUL:
    case SX_IQL_DIV:
    case SX_IQL_MOD:
    case SX_IQL_BITWISE_AND:
        return 5;
    default:
        return 0;
    }
}
