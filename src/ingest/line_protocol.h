/* SPDX-License-Identifier: Apache-2.0 */
/* line_protocol.h -- InfluxDB line protocol -> a row batch.
 *
 * Why         The hottest parser: one pass over the bytes, no copy of what is known already.
 * Algorithm   The raw bytes of `measurement,tags` of a line are looked up in a cache that outlives
 *             the call; a known series costs one hash and one compare, or the compare alone when
 *             series come in the order of last time. The raw sequence of field names and types
 *             likewise finds its schema. A line that is new or unusual in any way is parsed again
 *             with all checks, by line_careful.c, which alone decides what is wrong.
 * Format      measurement[,key=value...] SP field=value[,field=value...] [SP time] LF; the escapes
 *             are told in line_name.h, the values in line_value.h. CRLF ends a line too; blank
 *             lines and those that begin with # mean nothing.
 * Source      InfluxDB 1.12; where its own scanners disagree with each other, ours hold to the
 *             names' rule, so that what line_print.h writes is read back. Differs on purpose: a
 *             comment ends at its LF whatever quotes are in it, unsigned integers are accepted.
 * Threads     A cache belongs to one thread at a time; otherwise pure. No I/O; now is an
 *             argument. */
#ifndef SX_INGEST_LINE_PROTOCOL_H
#define SX_INGEST_LINE_PROTOCOL_H

#include "base/mem.h"
#include "ingest/problems.h"
#include "model/batch.h"
#include "stria.h"

/* What is remembered between calls: raw series bytes -> canonical key, hash and hint; raw field
 * names -> columns. When it has grown beyond SX_INGEST_CACHE_SIZE_MAX bytes, it is emptied by the
 * next parse into an empty batch; so it exceeds that by what one text brings at most. */
struct sx_ingest_cache;
#define SX_INGEST_CACHE_SIZE_MAX ((size_t)32 << 20)

/* NULL: no memory. */
struct sx_ingest_cache *sx_ingest_cache_create(struct sx_mem *mem);
void sx_ingest_cache_destroy(struct sx_ingest_cache *cache); /* NULL is allowed */
/* Empties it now. No batch that was filled with it may still be in use. */
void sx_ingest_cache_clear(struct sx_ingest_cache *cache);

struct sx_line_protocol_options {
    stria_precision precision;
    int64_t now_ns; /* time of lines without one, truncated to the precision */
};

/* Appends the rows of `text` to `batch` in the order of the lines; refused lines go to `problems`
 * and nothing of them is stored. Strings are copied, so `text` may go away. Keys, names and hints
 * in the batch point into the cache: they live until the cache is given another batch, is cleared
 * or destroyed. No series and no schema is twice in a batch that one cache has filled. A schema
 * without rows tells the fields that a point would have made which was refused because a field came
 * with two types: the peer makes those fields all the same.
 * Returns  OK (also with refused lines), NOMEM, LIMIT (the batch is full). On failure the rows so
 *          far are whole; after NOMEM the cache is emptied as soon as it may be. */
stria_status sx_line_protocol_parse(struct sx_ingest_cache *cache, struct sx_bytes text,
                                    const struct sx_line_protocol_options *options,
                                    struct sx_batch *batch, struct sx_ingest_problems *problems,
                                    stria_error *err);

#endif
