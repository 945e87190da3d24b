/* SPDX-License-Identifier: Apache-2.0 */
/* line_parse_priv.h -- what the two parsers of a line share: line_fast.c and line_careful.c.
 *
 * Why         The fast one takes lines of known series in their common shape and gives up, without
 *             a trace, on anything else; the careful one takes every line and knows all faults.
 *             What the fast one takes it must take as the careful one would: the fuzz target
 *             compares. */
#ifndef SX_INGEST_LINE_PARSE_PRIV_H
#define SX_INGEST_LINE_PARSE_PRIV_H

#include "ingest/line_key.h"
#include "ingest/line_protocol.h"
#include "ingest/series_cache.h"

struct sx_ingest_cache {
    struct sx_mem *parent;
    struct sx_mem mem;
    struct sx_series_cache series;
    struct sx_schema_cache schemas;
    struct sx_raw_series *last; /* of the line before; NULL: none */
    bool must_clear;
    /* Scratch of one line. */
    struct sx_line_fields fields;
    struct sx_line_key key;
    struct sx_buf reason;
};

/* One call of sx_line_protocol_parse(). */
struct sx_line_parse {
    struct sx_ingest_cache *cache;
    struct sx_batch *batch;
    struct sx_ingest_problems *problems;
    stria_error *err;
    const uint8_t *end; /* of the text */
    uint64_t line;      /* 1-based: the line at hand */
    int64_t scale;      /* nanoseconds of a unit of the precision */
    int64_t now_ns;     /* truncated to it */
};

/* Parses the line at *at, if it can, and moves *at behind its LF.
 * Returns  OK: done; NOT_FOUND: it cannot, and nothing is changed; NOMEM, LIMIT. */
stria_status sx_line_fast(struct sx_line_parse *parse, const uint8_t **at);

/* Parses any line at *at, which is neither blank nor a comment and does not begin with white space,
 * and moves *at behind its LF. Returns  OK (also when the line is refused), NOMEM, LIMIT. */
stria_status sx_line_careful(struct sx_line_parse *parse, const uint8_t **at);

/* What is known of a line without faults, besides its key and fields in the cache's scratch. */
struct sx_line_point {
    struct sx_bytes raw_key;
    int64_t ts_ns;
    uint64_t long_string; /* number (from 1) of the first field whose string is too long; 0: none */
    size_t long_string_size;
};

/* Stores a point, or drops it if it may not be stored. *stored: which. Returns  OK, NOMEM,
 * LIMIT. */
stria_status sx_line_point(struct sx_line_parse *parse, const struct sx_line_point *point,
                           bool *stored);

/* Appends the row of the cache's current fields. Returns  OK, NOMEM, LIMIT. */
stria_status sx_line_store(struct sx_line_parse *parse, struct sx_raw_series *raw,
                           const struct sx_shape *shape, int64_t ts_ns);

/* LIMIT or NOMEM for `size` bytes that a buffer of the batch, now marked failed, did not take. */
stria_status sx_line_no_room(const struct sx_line_parse *parse, const struct sx_buf *buf,
                             size_t size);

/* Scales a time; false: it is outside STRIA_TIME_MIN .. STRIA_TIME_MAX. */
static inline bool sx_line_time(const struct sx_line_parse *parse, int64_t time, int64_t *ts_ns)
{
    return !__builtin_mul_overflow(time, parse->scale, ts_ns) && *ts_ns >= STRIA_TIME_MIN &&
           *ts_ns <= STRIA_TIME_MAX;
}

#endif
