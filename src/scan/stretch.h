/* SPDX-License-Identifier: Apache-2.0 */
/* stretch.h -- rows of a series that can be added up as they are stored.
 *
 * Why         A query for sums, means, counts, minima and maxima by window needs no values: of
 *             whole chunks the directory knows the answer, and what is packed is added as it is.
 * Use         Between batches of a reader:
 *               sx_reader_stretch: are the next rows of one group of one segment, which nothing
 *                 overlaps and no delete touches? Else stretch is NULL;
 *               sx_reader_stretch_times, if they are needed; sx_reader_stretch_totals, for a column
 *                 and ranges of those rows, as often as wanted;
 *               sx_reader_skip, when that was all; or sx_reader_next, which gives the stretch's
 *                 rows as if it had not been looked at.
 * Invariants  What is told is what the rows' values themselves give, bit for bit; sums only where
 *             they are exact in any order of adding. Columns with values that are no finite numbers
 *             are not told of at all.
 * Threads     As the reader. */
#ifndef SX_SCAN_STRETCH_H
#define SX_SCAN_STRETCH_H

#include "codec/aggregate.h"
#include "scan/reader.h"

struct sx_stretch {
    int64_t min_ts, max_ts; /* of its rows, which all lie in the asked range */
    uint32_t row_count;     /* in the order of time, also when the reader descends */
};

/* What can be wanted of a range of rows. */
#define SX_TOTAL_COUNT 1u /* of values */
#define SX_TOTAL_SUM 2u
#define SX_TOTAL_RANGE 4u  /* min and max */
#define SX_TOTAL_PLACES 8u /* and the earliest rows that have them */
#define SX_TOTAL_FIRST 16u /* the value of the first row */
#define SX_TOTAL_LAST 32u  /* and of the last */

struct sx_stretch_totals {
    uint32_t count;                      /* 0: no row has a value; the rest is then undefined */
    uint64_t sum, min, max, first, last; /* bits of values of the column's type */
    uint32_t min_row, max_row;           /* of the stretch */
};

/* Looks at the rows that sx_reader_next would give. *stretch lives until the next call on the
 * reader but those below; NULL: they must be read as rows, or there are none, or the last batch has
 * more to follow. Returns OK, NOMEM, CANCELLED, TIMEOUT. */
stria_status sx_reader_stretch(struct sx_reader *reader, const struct sx_stretch **stretch,
                               stria_error *err);

/* The times of the stretch's rows, ascending; NULL: they cannot be read, and sx_reader_next will
 * tell. Returns OK, NOMEM. */
stria_status sx_reader_stretch_times(struct sx_reader *reader, const int64_t **ts_ns,
                                     stria_error *err);

/* Whether the series has no other rows between two times, both inclusive, than the stretch's. */
bool sx_reader_stretch_is_alone(const struct sx_reader *reader, int64_t min_ts, int64_t max_ts);

/* What ranges of the stretch's rows come to in a column.
 * want     SX_TOTAL_*
 * totals   one for each range
 * Returns  OK: *known tells whether all that was wanted is told of all ranges. NOMEM. Damage makes
 *          it unknown: sx_reader_next tells it. */
stria_status sx_reader_stretch_totals(struct sx_reader *reader, uint32_t column,
                                      const struct sx_column_ranges *ranges, unsigned want,
                                      bool *known, struct sx_stretch_totals *totals,
                                      stria_error *err);

/* A group of a segment. */
struct sx_stretch_group {
    struct sx_segment_cursor *cursor; /* of the reader; its stripe is at hand */
    uint32_t number;                  /* in that stripe */
    int64_t min_ts, max_ts;
    uint32_t row_count;
};

/* Looks whether the next rows are all those of one group, which nothing overlaps, no delete
 * touches, and which lies in the asked range: then it may be taken as it is stored, and passed by
 * sx_reader_skip(). Any other way *found is false. Returns OK, NOMEM, CANCELLED, TIMEOUT. */
stria_status sx_reader_group(struct sx_reader *reader, struct sx_stretch_group *group, bool *found,
                             stria_error *err);

/* Passes the stretch or group that was looked at. */
void sx_reader_skip(struct sx_reader *reader);

#endif
