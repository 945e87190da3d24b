/* SPDX-License-Identifier: Apache-2.0 */
/* stretch.h -- rows of a series that can be added up as they are stored.
 *
 * Why         A query for sums, means, counts, minima and maxima by window needs no values: what is
 *             packed is added as it is, and of whole chunks the directory knows the answer.
 * Use         Between batches of a reader:
 *               sx_reader_stretch: are the next rows of one group of one segment, which nothing
 *                 overlaps and no delete touches? Then their times are told; else stretch is NULL;
 *               sx_reader_stretch_totals, for a column and some of those rows, as often as wanted;
 *               sx_reader_skip, when that was all; or sx_reader_next, which gives the stretch's
 *                 rows as if it had not been looked at.
 * Invariants  What is told is what the rows' values themselves give, bit for bit; sums only where
 *             they are exact in any order of adding.
 * Threads     As the reader. */
#ifndef SX_SCAN_STRETCH_H
#define SX_SCAN_STRETCH_H

#include "codec/aggregate.h"
#include "scan/reader.h"

struct sx_stretch {
    const int64_t *ts_ns; /* ascending, also when the reader descends; all in the asked range */
    uint32_t row_count;
};

/* Looks at the rows that sx_reader_next would give. *stretch lives until the next call on the
 * reader but totals; NULL: they must be read as rows, or there are none, or the last batch has more
 * to follow. Returns OK, NOMEM, CANCELLED, TIMEOUT. */
stria_status sx_reader_stretch(struct sx_reader *reader, const struct sx_stretch **stretch,
                               stria_error *err);

/* What rows [first, first + count), count > 0, of the stretch come to in a column.
 * want     SX_WANT_* of codec/aggregate.h; 0: whether each row has a value
 * Returns  OK: *known tells whether all that was wanted is told: then each of the rows has a value,
 *          or none has and totals->has is 0. NOMEM. Damage makes it unknown: sx_reader_next tells
 *          it. */
stria_status sx_reader_stretch_totals(struct sx_reader *reader, uint32_t column, uint32_t first,
                                      uint32_t count, unsigned want, bool *known,
                                      struct sx_column_totals *totals, stria_error *err);

/* Passes the stretch that was looked at. */
void sx_reader_skip(struct sx_reader *reader);

#endif
