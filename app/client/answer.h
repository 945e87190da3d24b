/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h -- what a server answered to a query, walked like a cursor.
 *
 * Why         The command line shows answers of a directory and of a server by the same renderers:
 *             the calls here have the contract of stria_cursor_next_statement() and its kin.
 * Source      InfluxDB 1.x' JSON, in one document or one per chunk (chunked=true): pieces of one
 *             series, or of one statement, in several documents are joined again.
 * Format      {"results":[{"statement_id":0,"series":[{"name":"cpu","tags":{"host":"a"},
 *              "columns":["time","v"],"values":[[1,2.5]],"partial":true}],"partial":true}]}
 * Limits      JSON does not tell types: numbers without point or exponent are INT (UINT when too
 *             large), others FLOAT; which one may change from batch to batch of a column, so the
 *             types of a batch count, not those of the table. A first column "time" of whole
 *             numbers is TIME: ask with epoch=ns. "statement_id" and "name", "tags", "columns" must
 *             come before what they describe, as they do. Warnings are known at the statement's
 *             end: sx_answer_message() then.
 * Threads     One owner. */
#ifndef SX_APP_CLIENT_ANSWER_H
#define SX_APP_CLIENT_ANSWER_H

#include "app/client/json_reader.h"
#include "stria.h"

#define SX_ANSWER_ROWS_MAX 1024 /* of a batch */
#define SX_ANSWER_COLUMNS_MAX 65536

struct sx_answer;

/* read, context: where the bytes come from. Returns OK, NOMEM. */
SX_MUST_CHECK stria_status sx_answer_create(struct sx_mem *mem, sx_json_read read, void *context,
                                            struct sx_answer **answer, stria_error *err);
void sx_answer_destroy(struct sx_answer *answer); /* NULL is allowed */

/* As the calls of a cursor. An error of a statement is INVALID with the server's text. */
stria_status sx_answer_next_statement(struct sx_answer *answer, const stria_statement **statement,
                                      stria_error *err);
stria_status sx_answer_next_series(struct sx_answer *answer, const stria_table **table,
                                   stria_error *err);
stria_status sx_answer_next_batch(struct sx_answer *answer, const stria_batch **batch,
                                  stria_error *err);

/* What the server said besides, since this was asked last: "warning: text" by lines; empty:
 * nothing. Until the next call of any. */
struct sx_bytes sx_answer_messages(struct sx_answer *answer);

/* The text of an error document {"error":"..."} or {"message":"..."}; the bytes themselves, on one
 * line, when they are none. Appends to `out`. */
void sx_answer_error_text(struct sx_mem *mem, struct sx_bytes document, struct sx_buf *out);

#endif
