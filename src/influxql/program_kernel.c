/* SPDX-License-Identifier: Apache-2.0 */
/* program_kernel.c -- the loops of program.h: one operator over arrays of one type. */
#include "influxql/fold.h"
#include "influxql/program_priv.h"

#include <math.h>

/* Loops are over whole stretches of this many values first: those the compiler turns into
 * vectors. */
#define STRETCH 16

#define LOOP(expression)                                                                           \
    do {                                                                                           \
        uint32_t i = 0;                                                                            \
        for (; i + STRETCH <= count; i += STRETCH)                                                 \
            for (uint32_t j = 0; j < STRETCH; j++)                                                 \
                out[i + j] = expression(a[i + j], b[i + j]);                                       \
        for (; i < count; i++)                                                                     \
            out[i] = expression(a[i], b[i]);                                                       \
    } while (0)

#define ADD(x, y) ((x) + (y))
#define SUB(x, y) ((x) - (y))
#define MUL(x, y) ((x) * (y))
#define FLOAT_DIV(x, y) ((y) == 0 ? 0 : (x) / (y))
#define BIT_AND(x, y) ((x) & (y))
#define BIT_OR(x, y) ((x) | (y))
#define BIT_XOR(x, y) ((x) ^ (y))
#define EQUAL(x, y) ((uint8_t)((x) == (y)))
#define NOT_EQUAL(x, y) ((uint8_t)((x) != (y)))
#define LESS(x, y) ((uint8_t)((x) < (y)))
#define LESS_EQUAL(x, y) ((uint8_t)((x) <= (y)))
#define GREATER(x, y) ((uint8_t)((x) > (y)))
#define GREATER_EQUAL(x, y) ((uint8_t)((x) >= (y)))

#define DEFINE_COMPARE(name, type)                                                                 \
    static void name(enum sx_iql_token op, const type *restrict a, const type *restrict b,         \
                     uint32_t count, uint8_t *restrict out)                                        \
    {                                                                                              \
        switch (op) {                                                                              \
        case SX_IQL_EQ:                                                                            \
            LOOP(EQUAL);                                                                           \
            break;                                                                                 \
        case SX_IQL_NEQ:                                                                           \
            LOOP(NOT_EQUAL);                                                                       \
            break;                                                                                 \
        case SX_IQL_LT:                                                                            \
            LOOP(LESS);                                                                            \
            break;                                                                                 \
        case SX_IQL_LTE:                                                                           \
            LOOP(LESS_EQUAL);                                                                      \
            break;                                                                                 \
        case SX_IQL_GT:                                                                            \
            LOOP(GREATER);                                                                         \
            break;                                                                                 \
        default:                                                                                   \
            LOOP(GREATER_EQUAL);                                                                   \
            break;                                                                                 \
        }                                                                                          \
    }

DEFINE_COMPARE(compare_f64, double)
DEFINE_COMPARE(compare_i64, int64_t)
DEFINE_COMPARE(compare_u64, uint64_t)
DEFINE_COMPARE(compare_u8, uint8_t)

static void compute_f64(enum sx_iql_token op, const double *restrict a, const double *restrict b,
                        uint32_t count, double *restrict out)
{
    switch (op) {
    case SX_IQL_ADD:
        LOOP(ADD);
        break;
    case SX_IQL_SUB:
        LOOP(SUB);
        break;
    case SX_IQL_MUL:
        LOOP(MUL);
        break;
    case SX_IQL_DIV:
        LOOP(FLOAT_DIV);
        break;
    default: /* MOD */
        for (uint32_t i = 0; i < count; i++)
            out[i] = fmod(a[i], b[i]);
        break;
    }
}

static int64_t remainder_i64(int64_t a, int64_t b)
{
    return b == 0 || b == -1 ? 0 : a % b;
}

static void divide_i64(const int64_t *restrict a, const int64_t *restrict b, uint32_t count,
                       double *restrict out)
{
    for (uint32_t i = 0; i < count; i++)
        out[i] = b[i] == 0 ? 0 : (double)a[i] / (double)b[i];
}

void sx_iql_divide_whole(const int64_t *a, const int64_t *b, uint32_t count, int64_t *out)
{
    for (uint32_t i = 0; i < count; i++)
        out[i] = b[i] == 0 ? 0 : b[i] == -1 ? (int64_t)(0 - (uint64_t)a[i]) : a[i] / b[i];
}

/* Both kinds of integers, whose bits are the same for all but division. */
static void compute_u64(enum sx_iql_token op, const uint64_t *restrict a,
                        const uint64_t *restrict b, uint32_t count, uint64_t *restrict out)
{
    switch (op) {
    case SX_IQL_ADD:
        LOOP(ADD);
        break;
    case SX_IQL_SUB:
        LOOP(SUB);
        break;
    case SX_IQL_MUL:
        LOOP(MUL);
        break;
    case SX_IQL_BITWISE_AND:
        LOOP(BIT_AND);
        break;
    case SX_IQL_BITWISE_OR:
        LOOP(BIT_OR);
        break;
    case SX_IQL_BITWISE_XOR:
        LOOP(BIT_XOR);
        break;
    case SX_IQL_DIV:
        for (uint32_t i = 0; i < count; i++)
            out[i] = b[i] == 0 ? 0 : a[i] / b[i];
        break;
    default: /* MOD */
        for (uint32_t i = 0; i < count; i++)
            out[i] = b[i] == 0 ? 0 : a[i] % b[i];
        break;
    }
}

static void compute_bool(enum sx_iql_token op, const uint8_t *restrict a, const uint8_t *restrict b,
                         uint32_t count, uint8_t *restrict out)
{
    switch (op) {
    case SX_IQL_AND:
    case SX_IQL_BITWISE_AND:
        LOOP(BIT_AND);
        break;
    case SX_IQL_OR:
    case SX_IQL_BITWISE_OR:
        LOOP(BIT_OR);
        break;
    case SX_IQL_BITWISE_XOR:
        LOOP(BIT_XOR);
        break;
    default:
        compare_u8(op, a, b, count, out);
        break;
    }
}

static void compare_strings(enum sx_iql_token op, const stria_bytes *a, const stria_bytes *b,
                            uint32_t count, uint8_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        bool equal =
            a[i].len == b[i].len && (a[i].len == 0 || memcmp(a[i].ptr, b[i].ptr, a[i].len) == 0);
        out[i] = equal == (op == SX_IQL_EQ);
    }
}

void sx_iql_compute(enum sx_iql_token op, stria_type type, const void *a, const void *b,
                    uint32_t count, void *out)
{
    bool compares = sx_iql_is_comparison(op);
    switch (type) {
    case STRIA_FLOAT:
        if (compares)
            compare_f64(op, a, b, count, out);
        else
            compute_f64(op, a, b, count, out);
        break;
    case STRIA_INT:
        if (compares) {
            compare_i64(op, a, b, count, out);
        } else if (op == SX_IQL_DIV) {
            divide_i64(a, b, count, out);
        } else if (op == SX_IQL_MOD) {
            for (uint32_t i = 0; i < count; i++)
                ((int64_t *)out)[i] =
                    remainder_i64(((const int64_t *)a)[i], ((const int64_t *)b)[i]);
        } else {
            compute_u64(op, a, b, count, out);
        }
        break;
    case STRIA_UINT:
        if (compares)
            compare_u64(op, a, b, count, out);
        else
            compute_u64(op, a, b, count, out);
        break;
    case STRIA_BOOL:
        compute_bool(op, a, b, count, out);
        break;
    default:
        compare_strings(op, a, b, count, out);
        break;
    }
}

void sx_iql_compute_mixed(enum sx_iql_token op, const int64_t *a, const uint64_t *b, uint32_t count,
                          uint8_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t bits = (uint64_t)a[i];
        bool orders = op != SX_IQL_EQ && op != SX_IQL_NEQ;
        int order = orders && a[i] < 0 ? -1 : (bits > b[i]) - (bits < b[i]);
        switch (op) {
        case SX_IQL_EQ:
            out[i] = order == 0;
            break;
        case SX_IQL_NEQ:
            out[i] = order != 0;
            break;
        case SX_IQL_LT:
            out[i] = order < 0;
            break;
        case SX_IQL_LTE:
            out[i] = order <= 0;
            break;
        case SX_IQL_GT:
            out[i] = order > 0;
            break;
        default:
            out[i] = order >= 0;
            break;
        }
    }
}

/* A double to uint64 as the peer's machine does it. */
static uint64_t unsigned_of(double value)
{
    if (value < 0x1p63)
        return (uint64_t)sx_iql_integer_of(value);
    return (uint64_t)sx_iql_integer_of(value - 0x1p63) ^ (uint64_t)1 << 63;
}

bool sx_iql_cast_values(stria_type from, stria_type to, const void *in, uint32_t count, void *out)
{
    const double *f64 = in;
    const int64_t *i64 = in;
    const uint64_t *u64 = in;
    if (from == STRIA_FLOAT && to == STRIA_INT) {
        for (uint32_t i = 0; i < count; i++)
            ((int64_t *)out)[i] = sx_iql_integer_of(f64[i]);
    } else if (from == STRIA_FLOAT && to == STRIA_UINT) {
        for (uint32_t i = 0; i < count; i++)
            ((uint64_t *)out)[i] = unsigned_of(f64[i]);
    } else if (from == STRIA_INT && to == STRIA_FLOAT) {
        for (uint32_t i = 0; i < count; i++)
            ((double *)out)[i] = (double)i64[i];
    } else if (from == STRIA_UINT && to == STRIA_FLOAT) {
        for (uint32_t i = 0; i < count; i++)
            ((double *)out)[i] = (double)u64[i];
    } else if ((from == STRIA_INT && to == STRIA_UINT) || (from == STRIA_UINT && to == STRIA_INT) ||
               (from == to && sx_type_size(from) == 8)) {
        memcpy(out, in, count * sizeof *u64);
    } else {
        return false;
    }
    return true;
}

bool sx_iql_all_finite(const double *values, uint32_t count)
{
    double sums[8] = {0}; /* 0 * x is 0 but for infinities and NaN */
    uint32_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (uint32_t j = 0; j < 8; j++)
            sums[j] += values[i + j] * 0;
    for (; i < count; i++)
        sums[0] += values[i] * 0;
    return (sums[0] + sums[1] + sums[2] + sums[3]) + (sums[4] + sums[5] + sums[6] + sums[7]) == 0;
}
