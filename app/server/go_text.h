/* SPDX-License-Identifier: Apache-2.0 */
/* go_text.h -- texts as the peer's language writes and reads them: %q, and time.Parse.
 *
 * Source      Go's packages strconv (Quote) and time (Parse, with the layout RFC3339Nano).
 * Threads     Pure. */
#ifndef SX_APP_SERVER_GO_TEXT_H
#define SX_APP_SERVER_GO_TEXT_H

#include "base/buf.h"

/* The text in double quotes, in which \" \\ and control bytes are escaped. */
void sx_go_put_quoted(struct sx_buf *out, struct sx_bytes text);

/* Reads 2006-01-02T15:04:05[.999999999](Z|+07:00|-07:00). *ts_ns: nanoseconds UTC; times outside
 * int64 become the lowest or the highest. *offset_s: east of UTC.
 * Returns  OK; INVALID: parsing time "x" as "...": cannot parse "x" as "2006". */
SX_MUST_CHECK stria_status sx_go_time_parse(struct sx_bytes text, int64_t *ts_ns, int32_t *offset_s,
                                            stria_error *err);

#endif
