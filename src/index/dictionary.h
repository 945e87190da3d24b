/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary.h -- stored sorted strings, front-coded: the values of a tag, the names in a segment.
 *
 * Format      varint count, varint size of the entries, entries, then per group of 16 but the first
 *             a u32 offset of the group into the entries. An entry is varint shared (with the
 *             string before; 0 at the start of a group), varint rest length, rest.
 *             {"host_1", "host_12"} -> 02 | 0b | 00 06 host_1 | 06 01 "2"
 * Invariants  Strings are unique and ascending as bytes, so a string's position is its rank.
 * Limits      UINT32_MAX strings, entries below 4 GiB.
 * Threads     Pure; a reader is immutable. */
#ifndef SX_INDEX_DICTIONARY_H
#define SX_INDEX_DICTIONARY_H

#include "base/buf.h"

#define SX_DICTIONARY_GROUP 16

/* Appends the dictionary of `count` sorted strings; a refusal shows in out->failed. */
void sx_dictionary_put(struct sx_buf *out, const struct sx_bytes *strings, size_t count);

struct sx_dictionary {
    struct sx_bytes entries;
    const uint8_t *offsets;
    uint32_t count;
};

/* Takes a dictionary off the front of *in; views into it. False: damaged. */
SX_MUST_CHECK bool sx_dictionary_take(struct sx_bytes *in, struct sx_dictionary *dictionary);

/* A walk over the strings in order. `text` grows as needed from its mem. */
struct sx_dictionary_walk {
    const struct sx_dictionary *dictionary;
    struct sx_bytes rest;
    uint32_t next; /* position of the next string */
};

/* Begins at the group that holds position `from`, and skips to it; false: damaged or no memory. */
SX_MUST_CHECK bool sx_dictionary_walk(struct sx_dictionary_walk *walk,
                                      const struct sx_dictionary *dictionary, uint32_t from,
                                      struct sx_buf *text);
/* The next string, in `text` (its bytes are replaced); false: the end, or damage (then walk->next
 * is below the count), or text->failed. */
SX_MUST_CHECK bool sx_dictionary_next(struct sx_dictionary_walk *walk, struct sx_buf *text);

/* Whether a walk that began at the first string stands where the dictionary says: at its group's
 * offset, where a group begins; at the end of the entries, behind the last string. */
bool sx_dictionary_is_in_place(const struct sx_dictionary_walk *walk);

/* The string at a position, into `text`; false: damaged or no memory. */
SX_MUST_CHECK bool sx_dictionary_get(const struct sx_dictionary *dictionary, uint32_t position,
                                     struct sx_buf *text);

/* The position of the first string >= `string`, and whether it is equal. False: damaged or no
 * memory. `text` is scratch. */
SX_MUST_CHECK bool sx_dictionary_find(const struct sx_dictionary *dictionary,
                                      struct sx_bytes string, struct sx_buf *text,
                                      uint32_t *position, bool *equal);

#endif
