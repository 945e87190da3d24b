/* SPDX-License-Identifier: Apache-2.0 */
/* program_run.c -- see program.h: instructions over a batch. */
#include "base/error.h"
#include "influxql/math_call.h"
#include "influxql/program_priv.h"

static size_t words_of(uint32_t row_count)
{
    return ((size_t)row_count + 63) / 64;
}

/* The bits of rows that have a value in both vectors. NULL: all. */
static const uint64_t *both(struct sx_iql_register *to, const struct sx_vector *a,
                            const struct sx_vector *b, uint32_t row_count)
{
    if (!a->present && !b->present)
        return NULL;
    for (size_t i = 0; i < words_of(row_count); i++)
        to->present[i] =
            (a->present ? a->present[i] : UINT64_MAX) & (b->present ? b->present[i] : UINT64_MAX);
    return to->present;
}

/* Of boolean operators: a missing value beside one that is there is false. */
static const uint64_t *either(struct sx_iql_register *to, const struct sx_vector *a,
                              const struct sx_vector *b, uint32_t row_count)
{
    if (!a->present || !b->present)
        return NULL;
    for (size_t i = 0; i < words_of(row_count); i++)
        to->present[i] = a->present[i] | b->present[i];
    return to->present;
}

static void run_binary(const struct sx_iql_instruction *in, const struct sx_vector *a,
                       const struct sx_vector *b, uint32_t row_count, struct sx_vector *out)
{
    struct sx_iql_register *to = in->to;
    uint8_t bytes[2][SX_VECTOR_MAX];
    const void *left = a->values, *right = b->values;
    bool booleans = in->type == STRIA_BOOL, compares = sx_iql_is_comparison(in->token);
    if (booleans && a->present) {
        for (uint32_t i = 0; i < row_count; i++)
            bytes[0][i] = sx_bit_get(a->present, i) && ((const uint8_t *)left)[i];
        left = bytes[0];
    }
    if (booleans && b->present) {
        for (uint32_t i = 0; i < row_count; i++)
            bytes[1][i] = sx_bit_get(b->present, i) && ((const uint8_t *)right)[i];
        right = bytes[1];
    }
    if (in->token == SX_IQL_DIV && in->result == STRIA_INT)
        sx_iql_divide_whole(left, right, row_count, (int64_t *)(void *)to->values);
    else
        sx_iql_compute(in->token, in->type, left, right, row_count, to->values);
    *out = (struct sx_vector){.type = in->result, .values = to->values};
    const uint64_t *present = booleans ? either(to, a, b, row_count) : both(to, a, b, row_count);
    if (!compares) {
        out->present = present;
        return;
    }
    uint8_t *flags = (uint8_t *)to->values; /* a comparison with what is missing is false */
    for (uint32_t i = 0; present && i < row_count; i++)
        flags[i] = flags[i] && sx_bit_get(present, i);
}

static void run_mixed(const struct sx_iql_instruction *in, const struct sx_vector *a,
                      const struct sx_vector *b, uint32_t row_count, struct sx_vector *out)
{
    static const enum sx_iql_token mirrored[][2] = {{SX_IQL_LT, SX_IQL_GT},
                                                    {SX_IQL_LTE, SX_IQL_GTE},
                                                    {SX_IQL_GT, SX_IQL_LT},
                                                    {SX_IQL_GTE, SX_IQL_LTE}};
    enum sx_iql_token op = in->token;
    uint8_t *flags = (uint8_t *)in->to->values;
    const struct sx_vector *i64 = in->swapped ? b : a, *u64 = in->swapped ? a : b;
    for (size_t i = 0; in->swapped && i < SX_COUNT_OF(mirrored); i++)
        if (mirrored[i][0] == in->token)
            op = mirrored[i][1];
    sx_iql_compute_mixed(op, i64->values, u64->values, row_count, flags);
    const uint64_t *present = both(in->to, a, b, row_count);
    for (uint32_t i = 0; present && i < row_count; i++)
        flags[i] = flags[i] && sx_bit_get(present, i);
    *out = (struct sx_vector){.type = STRIA_BOOL, .values = flags};
}

static void run_cast(const struct sx_iql_instruction *in, struct sx_vector *vector,
                     uint32_t row_count)
{
    const uint64_t *present = vector->present;
    if (present) { /* the register may be that of another vector by the next instruction */
        memcpy(in->to->present, present, words_of(row_count) * sizeof *present);
        present = in->to->present;
    }
    if (vector->type == STRIA_NONE) { /* booleans: missing */
        memset(in->to->present, 0, sizeof in->to->present);
        memset(in->to->values, 0, row_count);
        present = in->to->present;
    } else {
        (void)sx_iql_cast_values(vector->type, in->result, vector->values, row_count,
                                 in->to->values);
    }
    *vector = (struct sx_vector){.type = in->result, .values = in->to->values, .present = present};
}

static stria_status run_regex(const struct sx_iql_program *p, const struct sx_iql_instruction *in,
                              const struct sx_vector *a, uint32_t row_count, struct sx_vector *out,
                              stria_error *err)
{
    uint8_t *flags = (uint8_t *)in->to->values;
    const stria_bytes *texts = a->values;
    for (uint32_t i = 0; i < row_count; i++) {
        bool matches = false;
        if (sx_vector_has(a, i)) {
            stria_status st = sx_regex_match(
                in->regex, p->scratch, sx_bytes_make(texts[i].ptr, texts[i].len), &matches, err);
            if (st)
                return st;
            matches = matches == (in->token == SX_IQL_EQ_REGEX);
        }
        flags[i] = matches;
    }
    *out = (struct sx_vector){.type = STRIA_BOOL, .values = flags};
    return STRIA_OK;
}

static struct sx_iql_expr literal_of(const struct sx_vector *vector, uint32_t i)
{
    struct sx_iql_expr out = {.kind = SX_IQL_EXPR_NIL};
    switch (vector->type) {
    case STRIA_FLOAT:
        out.kind = SX_IQL_EXPR_NUMBER;
        out.u.number = ((const double *)vector->values)[i];
        break;
    case STRIA_INT:
        out.kind = SX_IQL_EXPR_INTEGER;
        out.u.integer = ((const int64_t *)vector->values)[i];
        break;
    case STRIA_UINT:
        out.kind = SX_IQL_EXPR_UNSIGNED;
        out.u.unsigned_integer = ((const uint64_t *)vector->values)[i];
        break;
    default:
        break;
    }
    return out;
}

static void run_math(const struct sx_iql_instruction *in, const struct sx_vector *args,
                     uint32_t row_count, struct sx_vector *out)
{
    struct sx_iql_expr literals[2], result;
    const struct sx_iql_expr *pointers[2] = {&literals[0], &literals[1]};
    const struct sx_vector *last = &args[in->taken - 1];
    const uint64_t *present = both(in->to, &args[0], last, row_count);
    for (uint32_t i = 0; i < row_count; i++) {
        for (uint32_t k = 0; k < in->taken; k++)
            literals[k] = literal_of(&args[k], i);
        (void)sx_iql_math_call(in->name, pointers, in->taken, &result);
        in->to->values[i] = result.kind == SX_IQL_EXPR_NUMBER ? sx_bits_of_f64(result.u.number)
                                                              : (uint64_t)result.u.integer;
    }
    *out = (struct sx_vector){.type = in->result, .values = in->to->values, .present = present};
}

static stria_status run_one(struct sx_iql_program *p, const struct sx_iql_instruction *in,
                            const struct sx_vector *columns, uint32_t row_count, size_t *depth,
                            stria_error *err)
{
    struct sx_vector *args = p->stack + *depth - in->taken; /* and where the result goes */
    struct sx_vector a = args[0], b = in->taken > 1 ? args[1] : a;
    stria_status st = STRIA_OK;
    if (in->op == SX_IQL_OP_CAST) {
        run_cast(in, &p->stack[*depth - 1 - in->depth], row_count);
        return STRIA_OK;
    }
    switch (in->op) {
    case SX_IQL_OP_COLUMN:
        args[0] = columns[in->number];
        break;
    case SX_IQL_OP_CONSTANT:
        args[0] = in->constant;
        break;
    case SX_IQL_OP_FALSE:
        memset(in->to->values, 0, row_count);
        args[0] = (struct sx_vector){.type = STRIA_BOOL, .values = in->to->values};
        break;
    case SX_IQL_OP_BINARY:
        run_binary(in, &a, &b, row_count, &args[0]);
        break;
    case SX_IQL_OP_MIXED:
        run_mixed(in, &a, &b, row_count, &args[0]);
        break;
    case SX_IQL_OP_REGEX:
        st = run_regex(p, in, &a, row_count, &args[0], err);
        break;
    case SX_IQL_OP_MATH: {
        struct sx_vector both_args[2] = {a, b};
        run_math(in, both_args, row_count, &args[0]);
        break;
    }
    default:
        args[0] = (struct sx_vector){.type = STRIA_NONE};
        break;
    }
    *depth = *depth + 1 - in->taken;
    return st;
}

stria_status sx_iql_program_run(struct sx_iql_program *p, const struct sx_vector *columns,
                                uint32_t row_count, struct sx_vector *out, stria_error *err)
{
    size_t depth = 0;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < p->count && !st; i++)
        st = run_one(p, &p->code[i], columns, row_count, &depth, err);
    *out = p->stack[0];
    return st;
}

stria_status sx_iql_program_filter(struct sx_iql_program *p, const struct sx_vector *columns,
                                   uint32_t row_count, uint64_t bits[SX_VECTOR_WORDS],
                                   stria_error *err)
{
    struct sx_vector out;
    stria_status st = sx_iql_program_run(p, columns, row_count, &out, err);
    memset(bits, 0, SX_VECTOR_WORDS * sizeof *bits);
    if (st || out.type != STRIA_BOOL)
        return st;
    const uint8_t *flags = out.values;
    for (uint32_t i = 0; i < row_count; i++)
        bits[i / 64] |= (uint64_t)(flags[i] != 0) << (i % 64);
    for (size_t i = 0; out.present && i < words_of(row_count); i++)
        bits[i] &= out.present[i];
    return STRIA_OK;
}
