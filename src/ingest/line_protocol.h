/* SPDX-License-Identifier: Apache-2.0 */
/* line_protocol.h -- InfluxDB line protocol -> a row batch.
 *
 * Why         The hottest parser: one pass over the bytes, no copy of what is known already.
 * Algorithm   The raw bytes of `measurement,tags` of a line are looked up in a cache that outlives
 *             the call; a known series costs one hash and one compare. The raw sequence of field
 *             names and types likewise finds its schema. What is new is parsed, checked, sorted and
 *             put in.
 * Threads     A cache belongs to one thread at a time; otherwise pure. No I/O, no clock. */
#ifndef SX_INGEST_LINE_PROTOCOL_H
#define SX_INGEST_LINE_PROTOCOL_H

#include "base/mem.h"
#include "model/batch.h"
#include "stria.h"

/* What is remembered between calls: raw series bytes -> canonical key, hash and hint; raw field
 * names -> columns. Bounded by SX_INGEST_CACHE_SIZE_MAX bytes: when full it is emptied. */
struct sx_ingest_cache;
#define SX_INGEST_CACHE_SIZE_MAX ((size_t)32 << 20)

/* NULL: no memory. */
struct sx_ingest_cache *sx_ingest_cache_create(struct sx_mem *mem);
void sx_ingest_cache_destroy(struct sx_ingest_cache *cache); /* NULL is allowed */

/* Lines that were refused, with their texts in the peer's words. */
struct sx_ingest_problem {
    uint64_t line; /* 1-based */
    stria_status code;
    size_t text_offset; /* into `text` */
    size_t text_len;
};

struct sx_ingest_problems {
    struct sx_mem *mem;
    struct sx_ingest_problem *items; /* the first STRIA_PROBLEMS_MAX */
    size_t item_count, item_capacity;
    uint64_t rejected_count; /* all refused lines */
    /* Every refused line's "unable to parse '...': reason", joined by LF, as the peer answers; cut
     * at its maximum (1 MiB). */
    struct sx_buf text;
    /* Points dropped although their line is well formed (a tag or only field named time): the peer
     * tells these apart, as partial writes. */
    struct sx_buf dropped_text;
    uint64_t dropped_count;
};

void sx_ingest_problems_init(struct sx_ingest_problems *problems, struct sx_mem *mem);
void sx_ingest_problems_deinit(struct sx_ingest_problems *problems);

struct sx_line_protocol_options {
    stria_precision precision;
    int64_t now_ns; /* time of lines without one, truncated to the precision */
};

/* Appends the rows of `text` to `batch`; refused lines go to `problems` and nothing else of them is
 * stored. Keys and names in the batch point into the cache or the batch's arena; strings are
 * copied, so `text` may go away.
 * Returns  OK (also with refused lines), NOMEM, LIMIT (the batch is full; its rows are whole). */
stria_status sx_line_protocol_parse(struct sx_ingest_cache *cache, struct sx_bytes text,
                                    const struct sx_line_protocol_options *options,
                                    struct sx_batch *batch, struct sx_ingest_problems *problems,
                                    stria_error *err);

#endif
