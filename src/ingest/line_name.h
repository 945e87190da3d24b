/* SPDX-License-Identifier: Apache-2.0 */
/* line_name.h -- names in line protocol: where they end, and their escapes.
 *
 * Format      A backslash right before a delimiter makes it part of the name, whatever stands
 *             before the backslash; in the text of the name the backslash then goes. Before any
 *             other byte it stands for itself. Delimiters: of a tag's key and value ',' '=' ' '; of
 *             measurements and field keys also '"', which needs no escape but may have one.
 *             a\ b -> a b   a\\,b -> a\,b   a\nb -> a\nb
 * Threads     Pure. */
#ifndef SX_INGEST_LINE_NAME_H
#define SX_INGEST_LINE_NAME_H

#include "base/bytes.h"

/* Where the first bare (not escaped) one of the bytes a, b, c is in p .. end; `end`: nowhere. */
const uint8_t *sx_name_end(const uint8_t *p, const uint8_t *end, uint8_t a, uint8_t b, uint8_t c);

/* The text of a name: itself when it has no escapes, else written to *scratch, which has room for
 * raw.len bytes and is moved behind what was written. */
struct sx_bytes sx_name_text_of_tag(struct sx_bytes raw, uint8_t **scratch);
struct sx_bytes sx_name_text(struct sx_bytes raw, uint8_t **scratch); /* measurement, field key */

#endif
