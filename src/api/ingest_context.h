/* SPDX-License-Identifier: Apache-2.0 */
/* ingest_context.h -- a pool of what ingesting calls use: as many as ran at once, up to a limit.
 *
 * Why         The parser's cache is worth most when it is warm: the context given back last is
 *             given out first. They are worth no refusal: those that nobody uses go when a write
 *             finds no memory, or a query little, and together they take no more than a quarter of
 *             the store's memory.
 * Threads     Any. */
#ifndef SX_API_INGEST_CONTEXT_H
#define SX_API_INGEST_CONTEXT_H

#include "api/store.h"

/* An empty context, or NULL without memory. */
struct sx_ingest_context *sx_ingest_context_take(stria *db);
/* Empties it and keeps it for the next call, or frees it when enough are kept. */
void sx_ingest_context_give(stria *db, struct sx_ingest_context *context);
/* Frees all that are kept: when the store closes, or their memory is wanted. */
void sx_ingest_contexts_free(stria *db);
/* The same if memory is scarce: before a query. */
void sx_ingest_contexts_trim(stria *db);
/* What is to become of a call that ended with `status`: after NOMEM those that are kept are freed
 * (after BUSY, if memory is scarce), and sx_engine_come_again() says what to answer. */
stria_status sx_ingest_end(stria *db, stria_status status, stria_error *err);

#endif
