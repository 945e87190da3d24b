/* SPDX-License-Identifier: Apache-2.0 */
/* header.h -- the values of HTTP headers: media types, their parameters, what a client accepts.
 *
 * Source      RFC 9110, sections 5.6 (lists, parameters, quoted strings) and 12.5 (Accept,
 *             Accept-Encoding).
 * Threads     Pure. */
#ifndef SX_APP_SERVER_HEADER_H
#define SX_APP_SERVER_HEADER_H

#include "base/bytes.h"

/* What is left without blanks, tabs and line ends at both sides. */
struct sx_bytes sx_header_trim(struct sx_bytes text);
/* Whether the ASCII letters agree but for their case. `b` NUL-terminated. */
bool sx_header_equal(struct sx_bytes a, const char *b);

/* Whether `line` is the field `name: value`; the value is trimmed. */
bool sx_header_field(struct sx_bytes line, const char *name, struct sx_bytes *value);
/* Whether the media type of a Content-Type ("text/csv; charset=utf-8") is `type`. */
bool sx_header_is_type(struct sx_bytes value, const char *type);
/* A parameter of a value: ; name=token or ; name="quoted" (escapes are left in). False: there is
 * none. */
bool sx_header_parameter(struct sx_bytes value, const char *name, struct sx_bytes *out);

/* Which of `types` (in the order of the server's liking) the client likes best: highest q first, of
 * equal ones the first it names; "*" matches as usual. -1: none of them, or nothing is said. */
int sx_header_accept(struct sx_bytes accept, const char *const *types, int type_count);
/* Whether Accept-Encoding allows `coding`. */
bool sx_header_accepts_coding(struct sx_bytes accept, const char *coding);

#endif
