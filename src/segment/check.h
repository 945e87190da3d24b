/* SPDX-License-Identifier: Apache-2.0 */
/* check.h -- reading all of a segment, to find what is damaged before a query does.
 *
 * Why         A query reads a few chunks; a backup or an operator wants to know that every byte is
 *             good, and, when some are not, which ones, and all of them.
 *             A checksum says that bytes are as they were written, not that they are right: so what
 *             stands in a segment twice is compared, too. A query by tag asks the postings alone,
 *             and would answer wrongly without a word.
 * Algorithm   Header and footer, and what the manifest says of them; check_index.c: every series
 *             key against its hash, the one before and the filter, dictionaries, and postings
 *             against the series; check_rows.c: stripe by stripe the directory, the times of every
 *             group and the values of every chunk, whose statistics are made anew and compared.
 *             What is damaged is told and left out; at the end, when nothing was, the counts and
 *             times of the footer are compared.
 * Limits      Nothing can be said of what stands there once: a name, a tag value in the index of a
 *             sealed segment, where no hashes of keys are kept, the only value of a constant chunk,
 *             which of two neighbours a group is of when both have others.
 * Threads     One owner a check; the segment may be read by others meanwhile. */
#ifndef SX_SEGMENT_CHECK_H
#define SX_SEGMENT_CHECK_H

#include "segment/segment.h"

struct sx_segment_check {
    /* Told of each damage (CORRUPT, IO, VERSION, NOT_FOUND) with the offset in the file. */
    void (*found)(void *context, stria_status code, uint64_t offset, const char *text);
    /* Called now and then with the bytes read since the last call; false stops. NULL: none. */
    bool (*progress)(void *context, uint64_t byte_count);
    void *context;
    /* what was read, added up */
    uint64_t chunk_count, row_count, found_count;
};

/* Checks a segment that may or may not be loaded.
 * Returns  OK, whether or not something was found; NOMEM; CANCELLED (progress said so). */
stria_status sx_segment_check(struct sx_segment *segment, struct sx_mem *mem,
                              struct sx_segment_check *check, stria_error *err);

#endif
