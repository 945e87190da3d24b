/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h -- the series of one measurement of a segment: keys and hashes by ordinal.
 *
 * Algorithm   The series block holds, for each tag, packed positions in its dictionary. Where many
 *             keys are wanted, dictionaries are decoded whole; for a few, strings are looked up one
 *             by one. A look-up goes on from the one before it where that is in the same group, so
 *             series in their order find the values that ascend with them without looking twice.
 * Threads     One owner; the segment must be held. */
#ifndef SX_SEGMENT_KEYS_H
#define SX_SEGMENT_KEYS_H

#include "index/dictionary.h"
#include "segment/segment.h"

/* One tag of the measurement, in the order of tag keys. */
struct sx_key_tag {
    uint32_t tag;   /* in the segment */
    unsigned width; /* bits of a position */
    const uint8_t *packed;
    struct sx_buf block; /* of the dictionary; empty until needed */
    struct sx_dictionary dictionary;
    struct sx_bytes *texts; /* all strings, or NULL */
    struct sx_arena arena;
    struct sx_dictionary_walk walk; /* behind the string looked up last; next 0: none was */
    struct sx_buf text;             /* that string */
};

struct sx_segment_keys {
    struct sx_segment *segment;
    const struct sx_segment_measurement *measurement;
    struct sx_mem *mem;
    struct sx_buf block;
    const uint8_t *hashes; /* NULL: none are stored */
    struct sx_key_tag *tags;
    struct sx_buf text;
};

/* Reads the series block. `wanted`: how many keys will be asked for, about; dictionaries of more
 * than eight times as many strings are left packed.
 * Returns  OK, CORRUPT, IO, NOMEM. To be deinitialised in any case. */
stria_status sx_segment_keys_init(struct sx_segment_keys *keys, struct sx_segment *segment,
                                  const struct sx_segment_measurement *measurement,
                                  struct sx_mem *mem, size_t wanted, stria_error *err);
void sx_segment_keys_deinit(struct sx_segment_keys *keys);

/* The hash of the key of series `ordinal` (of the segment): as stored, or that of `key`, which is
 * the key, where none is stored. */
uint64_t sx_segment_keys_hash(const struct sx_segment_keys *keys, uint32_t ordinal,
                              struct sx_bytes key);
/* What it has of keys->tags[place]: 1 + the place of the value in the tag's dictionary; 0: it lacks
 * the tag. Not checked: the dictionary may be shorter. */
uint32_t sx_segment_keys_value(const struct sx_segment_keys *keys, uint32_t place,
                               uint32_t ordinal);
/* Appends its canonical key. */
stria_status sx_segment_keys_get(struct sx_segment_keys *keys, uint32_t ordinal, struct sx_buf *key,
                                 stria_error *err);

#endif
