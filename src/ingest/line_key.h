/* SPDX-License-Identifier: Apache-2.0 */
/* line_key.h -- the key of a line, `measurement,tags`, checked and made canonical.
 *
 * Why         Done once for each new way of writing a series; known ones are found by their raw
 *             bytes (series_cache.h).
 * Source      The order of checks, and so which fault is told, follows InfluxDB 1.12.
 * Limits      SX_KEY_SIZE_MAX bytes, as written and as canonical key; SX_TAG_COUNT_MAX tags.
 * Threads     One owner. */
#ifndef SX_INGEST_LINE_KEY_H
#define SX_INGEST_LINE_KEY_H

#include "base/buf.h"
#include "model/series_key.h"

/* A parsed key and the storage that parsing needs. */
struct sx_line_key {
    struct sx_mem *mem;
    struct sx_bytes measurement; /* text; lives until the next parse or as long as the line */
    struct sx_buf canonical;
    bool has_time_tag; /* then the point may not be stored */
    size_t long_size;  /* of canonical, when that is too long; else 0 */
    struct sx_buf scratch;
    stria_tag *tags;
    size_t tag_count;
};

/* False: no memory. deinit is needed in any case. */
SX_MUST_CHECK bool sx_line_key_init(struct sx_line_key *key, struct sx_mem *mem);
void sx_line_key_deinit(struct sx_line_key *key);

/* Parses the key at the front of `line` (which is not empty and does not begin with white space).
 * raw      out: its bytes, up to the bare space that ends it.
 * reason   what is wrong is appended, in the peer's words.
 * Returns  OK (also when the canonical key is too long: long_size; the peer counts escaped bytes,
 *          and the field's name with them, so what it says comes first); SYNTAX, LIMIT (both with a
 *          reason); NOMEM. */
stria_status sx_line_key_parse(struct sx_line_key *key, struct sx_bytes line, struct sx_bytes *raw,
                               struct sx_buf *reason);

#endif
