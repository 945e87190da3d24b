/* SPDX-License-Identifier: Apache-2.0 */
/* loss.h -- saying what stood where a segment is damaged.
 *
 * Why         "Checksum at 81920" helps nobody: an operator wants to know which series and times to
 *             get from elsewhere.
 * Format      "cpu,host=a usage_user 2026-01-01T00:00:00Z to 2026-01-01T00:59:50Z": a series (or
 *             "SERIES to SERIES (N series)", or "series 7 of cpu" when its key is damaged too), a
 *             field (or "all fields"), and the first and last time.
 * Threads     One owner. */
#ifndef SX_SEGMENT_LOSS_H
#define SX_SEGMENT_LOSS_H

#include "segment/segment.h"

#define SX_LOSS_ALL_COLUMNS UINT32_MAX

struct sx_segment_loss {
    const struct sx_segment_measurement *measurement;
    uint32_t first_series, series_count; /* ordinals in the segment; of one measurement */
    uint32_t column;                     /* of the measurement, or SX_LOSS_ALL_COLUMNS */
    int64_t min_ts, max_ts;
};

/* Each appends something of a segment that is loaded. A refusal shows in out->failed. */
/* "cpu,host=a": a series. */
void sx_segment_loss_put_series(struct sx_buf *out, struct sx_segment *segment, uint32_t ordinal,
                                struct sx_mem *mem);
/* "cpu usage_user": a column, or the measurement alone (SX_LOSS_ALL_COLUMNS). */
void sx_segment_loss_put_column(struct sx_buf *out, const struct sx_segment_measurement *m,
                                uint32_t column);
/* "cpu host": a tag. */
void sx_segment_loss_put_tag(struct sx_buf *out, const struct sx_segment *segment,
                             const struct sx_segment_measurement *m, uint32_t tag);
/* "host=a": a value of a tag, or "value 7 of host" where the dictionary is damaged. */
void sx_segment_loss_put_value(struct sx_buf *out, struct sx_segment *segment, uint32_t tag,
                               uint32_t value, struct sx_mem *mem);

/* Appends that; the segment must be loaded. A refusal shows in out->failed. */
void sx_segment_loss_put(struct sx_buf *out, struct sx_segment *segment,
                         const struct sx_segment_loss *loss, struct sx_mem *mem);

#endif
