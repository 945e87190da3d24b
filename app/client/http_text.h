/* SPDX-License-Identifier: Apache-2.0 */
/* http_text.h -- texts of HTTP: what is put into a URL, what is found in a header.
 *
 * Source      RFC 3986 2.1, 2.3; RFC 9110 5.
 * Threads     Pure. */
#ifndef SX_APP_CLIENT_HTTP_TEXT_H
#define SX_APP_CLIENT_HTTP_TEXT_H

#include "base/buf.h"

/* Appends `text` for a URL: all but letters, digits and -_.~ as %XX. */
void sx_http_put_encoded(struct sx_buf *out, struct sx_bytes text);

/* The value of a header line "Name: value\r\n" if the name is `name`, in any case; else empty. */
struct sx_bytes sx_http_header_value(struct sx_bytes line, const char *name);

/* Whether a host of a URL is this machine. */
bool sx_http_is_loopback(const char *host);

#endif
