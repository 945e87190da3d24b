/* SPDX-License-Identifier: Apache-2.0 */
/* program.h -- an expression made ready to be computed over columns, a batch of rows at a time.
 *
 * Why         SELECT a * 2 + b and WHERE a > 90 are loops over arrays of one type; what is dynamic
 *             in the peer (types, missing values) is settled once, when the program is made.
 * Algorithm   Instructions in postfix order work on a stack of vectors. Results go to registers, of
 *             which no more are held than are in use at one time.
 * Invariants  Missing values are the peer's: arithmetic with one gives none, a comparison with one
 *             is false, and beside a boolean one counts as false.
 * Limits      Rows: SX_VECTOR_MAX a batch.
 * Threads     One owner; the arena and what the symbols point to must live as long. */
#ifndef SX_INFLUXQL_PROGRAM_H
#define SX_INFLUXQL_PROGRAM_H

#include "influxql/ast.h"
#include "model/vector.h"

struct sx_iql_program;

/* Tells the programs which names and calls are columns.
 * Returns the number of the column that `expr` (VAR or CALL) is, with its type (NONE: it never has
 * a value), or -1: it is none, and its arguments are to be looked at. */
struct sx_iql_symbols {
    int (*find)(void *user, const struct sx_iql_expr *expr, stria_type *type);
    void *user;
    bool divides_whole; /* 5 / 2 is 2: the peer's conditions of stored rows */
};

/* The type of a column for a type of the language; NONE: it has no values. */
stria_type sx_iql_vector_type(enum sx_iql_type type);

/* Returns OK, NOMEM, INVALID (a regular expression that is none). */
stria_status sx_iql_program_create(struct sx_arena *arena, struct sx_mem *mem,
                                   const struct sx_iql_expr *expr,
                                   const struct sx_iql_symbols *symbols,
                                   struct sx_iql_program **program, stria_error *err);
void sx_iql_program_destroy(struct sx_iql_program *program); /* NULL is allowed */

/* The type of the results; NONE: they are all missing. */
stria_type sx_iql_program_type(const struct sx_iql_program *program);

/* Computes `row_count` rows; `columns` by number. *out lives until the next run, or as long as the
 * columns. Returns OK, LIMIT (a regular expression took too many steps). */
stria_status sx_iql_program_run(struct sx_iql_program *program, const struct sx_vector *columns,
                                uint32_t row_count, struct sx_vector *out, stria_error *err);

/* The same of a condition: *bits gets the rows for which it is true. */
stria_status sx_iql_program_filter(struct sx_iql_program *program, const struct sx_vector *columns,
                                   uint32_t row_count, uint64_t bits[SX_VECTOR_WORDS],
                                   stria_error *err);

/* Whether all values are finite numbers. */
bool sx_iql_all_finite(const double *values, uint32_t count);

#endif
