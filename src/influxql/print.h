/* SPDX-License-Identifier: Apache-2.0 */
/* print.h -- statements and expressions back to text, as the peer prints them.
 *
 * Why         These texts are seen: in error messages, SHOW QUERIES, SHOW CONTINUOUS QUERIES (whose
 *             stored form they are), warnings and plans.
 * Invariants  What is printed parses back and prints the same; but passwords are [REDACTED]. Where
 *             the peer's own text does not parse back (DISTINCT of a quoted name, the WITH KEY of
 *             SHOW TAG KEYS, quoted names after SHOW MEASUREMENTS ON, fill with a huge number, INTO
 *             ""), ours is the nearest that does.
 * Threads     Pure but for `out`, whose memory is also used for a moment to walk long
 *             expressions. */
#ifndef SX_INFLUXQL_PRINT_H
#define SX_INFLUXQL_PRINT_H

#include "base/buf.h"
#include "base/error.h"
#include "influxql/ast.h"

/* Each appends to *out, which must have a `mem`; a refusal shows in out->failed. */
void sx_iql_print_expr(struct sx_buf *out, const struct sx_iql_expr *expr);
void sx_iql_print_source(struct sx_buf *out, const struct sx_iql_source *source);
void sx_iql_print_select(struct sx_buf *out, const struct sx_iql_select *select);
void sx_iql_print_statement(struct sx_buf *out, const struct sx_iql_statement *statement);
/* Statements are joined by ";" and a line feed. */
void sx_iql_print_query(struct sx_buf *out, const struct sx_iql_query *query);

/* Fails with the text (printf's format, at most 200 bytes) and the expression behind it.
 * mem      for the text while it is made.
 * Returns  INVALID, or NOMEM. */
stria_status sx_iql_fail_expr(struct sx_mem *mem, stria_error *err, const struct sx_iql_expr *expr,
                              const char *format, ...) SX_FORMAT(4, 5);

#endif
