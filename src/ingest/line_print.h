/* SPDX-License-Identifier: Apache-2.0 */
/* line_print.h -- rows -> line protocol: the inverse of line_protocol.h.
 *
 * Why         The export that every other database and every older one reads; and the parser's own
 *             check: what is printed and parsed again is the same row.
 * Format      As line_protocol.h tells. Floats are the shortest text that reads back as the same
 *             double; integers end in i, unsigned ones in u; times are nanoseconds.
 *             cpu,host=a\ b load=0.5,note="say \"hi\"",up=true,used=7i 1000
 * Limits      Some rows have no form in line protocol: a NaN or infinite float; an empty
 *             measurement or name; a name that ends in a backslash, or holds an LF not behind an
 *             odd number of backslashes; a measurement that begins with # or white space other than
 *             a space; a field key that begins so; a tag or field named time; a key that is longer
 *             than SX_KEY_SIZE_MAX when escaped.
 * Threads     Pure; each call appends to `out`, whose `failed` tells that there was no room. */
#ifndef SX_INGEST_LINE_PRINT_H
#define SX_INGEST_LINE_PRINT_H

#include "model/batch.h"

/* Appends `measurement,key=value,...`, the tags in the order given. False: it has no form, and
 * nothing is appended. */
SX_MUST_CHECK bool sx_line_put_key(struct sx_buf *out, struct sx_bytes measurement,
                                   const stria_tag *tags, size_t count);

/* Appends the same of a canonical key. */
SX_MUST_CHECK bool sx_line_put_canonical(struct sx_buf *out, struct sx_bytes key);

/* Appends `name=`. False: it has no form, and nothing is appended. */
SX_MUST_CHECK bool sx_line_put_name(struct sx_buf *out, struct sx_bytes name);

/* Appends a value: `bits` as in a row, of a string `text`. False: it has no form, and nothing is
 * appended. */
SX_MUST_CHECK bool sx_line_put_value(struct sx_buf *out, stria_type type, uint64_t bits,
                                     struct sx_bytes text);

/* Appends a space, the time and an LF. */
void sx_line_put_end(struct sx_buf *out, int64_t ts_ns);

/* Appends every row of a batch, in order, as a line.
 * left_out  out, may be NULL: values without a form in line protocol, which are left out; a row of
 *           which nothing remains is left out wholly.
 * Returns   OK, LIMIT or NOMEM (the buffer refused). */
stria_status sx_line_print_batch(struct sx_buf *out, const struct sx_batch *batch,
                                 uint64_t *left_out, stria_error *err);

#endif
