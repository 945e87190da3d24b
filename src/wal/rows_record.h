/* SPDX-License-Identifier: Apache-2.0 */
/* rows_record.h -- a row batch as the payload of a log record.
 *
 * Why         The batch's rows and strings are written as they lie in memory; only the small head
 *             (series, schemas, runs) is encoded, so logging costs a copy less than parsing.
 * Format      docs/FORMAT.md "Rows record":
 *               varint policy_id
 *               varint series_count, then for each: varint slot << 1 | defined, [sized key if
 *                 defined]
 *               varint schema_count, then for each: sized measurement, varint column_count,
 *                 then for each column: u8 type, sized name
 *               varint run_count, then for each: varint schema << 1 | presence, varint row_count
 *               varint string bytes, then those bytes
 *               rows to the end (model/batch.h tells their form), their series being indexes into
 *                 the
 *                 table
 *             Slots are numbers of this generation only: a slot that is not defined here was
 *             defined by an earlier record of the generation. A record with all defined is
 *             self-contained.
 * Invariants  What decodes without error is a well-formed batch: indexes in range, sizes matching.
 * Threads     Pure functions. */
#ifndef SX_WAL_ROWS_RECORD_H
#define SX_WAL_ROWS_RECORD_H

#include "base/buf.h"
#include "model/batch.h"

/* Appends the head for `batch`: everything up to the string bytes. `defined[i]`: series i carries
 * its key. `strings_size`: of the heap, which the batch may have given away. The payload is then
 * head, strings, rows. A refusal shows in
 * head->failed. */
void sx_rows_record_put(struct sx_buf *head, uint32_t policy_id, const struct sx_batch *batch,
                        const bool *defined, size_t strings_size);

struct sx_rows_record {
    uint32_t policy_id;
};

/* Decodes a payload into an empty batch, whose keys and names point into `payload` and whose rows
 * and strings are copied. series[i].slot is the slot; series[i].key is empty if it was not defined
 * here.
 * Returns  OK, CORRUPT (the offset in the payload in err), NOMEM. */
stria_status sx_rows_record_get(struct sx_bytes payload, struct sx_rows_record *record,
                                struct sx_batch *batch, stria_error *err);

#endif
