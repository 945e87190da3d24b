/* SPDX-License-Identifier: Apache-2.0 */
/* ingest_context.h -- a pool of what ingesting calls use: as many as ran at once, up to a limit.
 *
 * Why         The parser's cache is worth most when it is warm: the context given back last is
 *             given out first.
 * Threads     Any. */
#ifndef SX_API_INGEST_CONTEXT_H
#define SX_API_INGEST_CONTEXT_H

#include "api/store.h"

/* An empty context, or NULL without memory. */
struct sx_ingest_context *sx_ingest_context_take(stria *db);
/* Empties it and keeps it for the next call, or frees it when enough are kept. */
void sx_ingest_context_give(stria *db, struct sx_ingest_context *context);
/* Frees all that are kept: when the store closes. */
void sx_ingest_contexts_free(stria *db);

#endif
