/* SPDX-License-Identifier: Apache-2.0 */
/* program_priv.h -- the insides of program.h: program.c (making), program_run.c (computing). */
#ifndef SX_INFLUXQL_PROGRAM_PRIV_H
#define SX_INFLUXQL_PROGRAM_PRIV_H

#include "base/regex.h"
#include "influxql/program.h"

enum sx_iql_op {
    SX_IQL_OP_COLUMN,   /* pushes column `number` */
    SX_IQL_OP_CONSTANT, /* pushes `constant` */
    SX_IQL_OP_NOTHING,  /* takes `taken` vectors, pushes one without values */
    SX_IQL_OP_FALSE,    /* takes `taken` vectors, pushes false */
    SX_IQL_OP_CAST,     /* changes the vector `depth` below the top (0: the top) to `type` */
    SX_IQL_OP_BINARY,   /* takes two vectors of `type`, pushes `token` of them */
    SX_IQL_OP_MIXED,    /* compares an integer and an unsigned; `swapped`: the other way round */
    SX_IQL_OP_REGEX,    /* takes a string, pushes whether it matches */
    SX_IQL_OP_MATH,     /* takes `taken` vectors, pushes the function of them */
};

struct sx_iql_register {
    uint64_t *values; /* SX_VECTOR_MAX of 8 bytes */
    uint64_t present[SX_VECTOR_WORDS];
};

struct sx_iql_instruction {
    enum sx_iql_op op;
    enum sx_iql_token token;
    stria_type type;   /* of the operands; of CAST: of the result */
    stria_type result; /* NONE: no values */
    uint32_t number;
    uint32_t taken;
    uint32_t depth;
    bool swapped;
    struct sx_vector constant;
    struct sx_regex *regex;
    struct sx_bytes name; /* of a function */
    struct sx_iql_register *to;
};

struct sx_iql_program {
    struct sx_mem *mem;
    struct sx_iql_instruction *code;
    size_t count, capacity;
    struct sx_iql_register **registers;
    size_t register_count, register_capacity;
    void **constants; /* arrays that constants point to */
    size_t constant_count, constant_capacity;
    struct sx_vector *stack;
    size_t stack_size;
    struct sx_regex_scratch *scratch;
    stria_type type;
};

/* a `op` b for `count` values of a type that both have; booleans come out for comparisons. */
void sx_iql_compute(enum sx_iql_token op, stria_type type, const void *a, const void *b,
                    uint32_t count, void *out);
/* a / b without the rest; by 0: 0. */
void sx_iql_divide_whole(const int64_t *a, const int64_t *b, uint32_t count, int64_t *out);
/* a `op` b for an integer and an unsigned. */
void sx_iql_compute_mixed(enum sx_iql_token op, const int64_t *a, const uint64_t *b, uint32_t count,
                          uint8_t *out);
/* Values of one kind of number to another; false: there is no way. */
bool sx_iql_cast_values(stria_type from, stria_type to, const void *in, uint32_t count, void *out);

static inline bool sx_iql_is_comparison(enum sx_iql_token op)
{
    return op == SX_IQL_EQ || op == SX_IQL_NEQ || op == SX_IQL_LT || op == SX_IQL_LTE ||
           op == SX_IQL_GT || op == SX_IQL_GTE;
}

#endif
