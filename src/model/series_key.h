/* SPDX-License-Identifier: Apache-2.0 */
/* series_key.h -- the canonical bytes of a series: measurement and sorted tags, ordered by memcmp.
 *
 * Why         Series are sorted, merged, hashed and compared by key all over the engine; with this
 *             form each is one memcmp, and the order is that of (measurement, key, value, key,
 *             value, ...).
 * Format      part*, each ended by 00: the measurement, then key and value of each tag in the order
 *             of the keys. In a part 00 is written 01 01 and 01 is written 01 02.
 *             cpu,host=a -> "cpu" 00 "host" 00 "a" 00
 * Invariants  Keys of one series differ and none is empty, nor is any value; the measurement may be
 *             empty.
 * Limits      SX_KEY_SIZE_MAX bytes.
 * Stored      In the WAL and in segments: changing it is a change of their version. */
#ifndef SX_MODEL_SERIES_KEY_H
#define SX_MODEL_SERIES_KEY_H

#include "base/buf.h"
#include "base/bytes.h"
#include "stria.h"

#define SX_KEY_SIZE_MAX 65535
#define SX_TAG_COUNT_MAX 1024

/* Appends a part and its end. */
void sx_key_put(struct sx_buf *key, struct sx_bytes part);

/* Takes the next part, still escaped, off the front of *key; false at the end or when the end mark
 * is missing (*key is then not empty). */
bool sx_key_take(struct sx_bytes *key, struct sx_bytes *part);

/* The text of an escaped part: itself when it has no escapes, else written to `scratch`, which has
 * room for part.len bytes. */
struct sx_bytes sx_key_text(struct sx_bytes part, uint8_t *scratch);

/* Makes the key of a measurement and tags in any order; tags with an empty value are left out (they
 * mean absence).
 * Returns  OK, INVALID (an empty or doubled tag key), LIMIT, NOMEM; `key` keeps what it had. */
stria_status sx_key_make(struct sx_buf *key, struct sx_bytes measurement, const stria_tag *tags,
                         size_t count, stria_error *err);

/* Whether bytes are a well-formed key: whole parts, an odd number of them, tag keys ascending,
 * escapes valid, tag values not empty. For bytes from disk. */
bool sx_key_valid(struct sx_bytes key);

/* The escaped value of a tag whose escaped key is `name`; false: the series has no such tag. */
bool sx_key_find(struct sx_bytes key, struct sx_bytes name, struct sx_bytes *value);

#endif
