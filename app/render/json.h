/* SPDX-License-Identifier: Apache-2.0 */
/* json.h -- writes JSON as Go's encoding/json does, compact or indented, piece by piece.
 *
 * Why         Clients compare answers with the peer's byte for byte. There is no tree: an answer
 *             may be larger than memory, so each piece goes out as it is known.
 * Format      Strings: " \ and control characters escaped (\b \f \n \r \t, else \u00xx), < > &
 *             U+2028 U+2029 as \uxxxx, each byte that is not UTF-8 as \ufffd. Indented: four spaces
 *             a level, one item a line, "key": value; nothing inside {} or [] when empty.
 * Threads     One owner. */
#ifndef SX_APP_RENDER_JSON_H
#define SX_APP_RENDER_JSON_H

#include "base/buf.h"

#define SX_JSON_STRING_GROWTH 6 /* bytes that one byte of a string may become */

struct sx_json {
    struct sx_buf *out; /* borrowed; may be changed between calls */
    bool pretty;
    bool first; /* nothing stands yet in the object or array that is open */
    unsigned depth;
};

static inline void sx_json_init(struct sx_json *json, struct sx_buf *out, bool pretty)
{
    *json = (struct sx_json){.out = out, .pretty = pretty, .first = true};
}

/* Begins an item: a comma if one is needed, and the line. Call it before each value of an array;
 * keys do it themselves. */
void sx_json_item(struct sx_json *json);
/* "key": -- a name that needs no escapes, or any bytes. */
void sx_json_key(struct sx_json *json, const char *name);
void sx_json_key_bytes(struct sx_json *json, struct sx_bytes name);
/* bracket: { or [ as a value; the matching one ends it. */
void sx_json_open(struct sx_json *json, char bracket);
void sx_json_close(struct sx_json *json, char bracket);

/* Values. */
void sx_json_string(struct sx_json *json, struct sx_bytes value);
/* A message: as it cannot hold a NUL, the bytes C0 80 stand for one (texts of errors quote what was
 * sent). */
void sx_json_text(struct sx_json *json, const char *value);
void sx_json_uint(struct sx_json *json, uint64_t value);
void sx_json_bool(struct sx_json *json, bool value);

/* The string alone, quotes and all. */
void sx_json_put_string(struct sx_buf *out, struct sx_bytes value);

#endif
