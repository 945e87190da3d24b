/* SPDX-License-Identifier: Apache-2.0 */
/* multipart.h -- bodies of multipart/form-data: `curl -F q=@file` and `influx -import` send queries
 * so.
 *
 * Source      RFC 7578, RFC 2046. Line ends may be CRLF or LF.
 * Format      --B CRLF header* CRLF content CRLF --B ... --B-- ; each part's Content-Disposition
 *             has name="..." and, for a file, filename="...".
 * Limits      SX_PARAMS_MAX parts; a boundary of 1 to SX_BOUNDARY_SIZE_MAX bytes. */
#ifndef SX_APP_SERVER_MULTIPART_H
#define SX_APP_SERVER_MULTIPART_H

#include "app/server/params.h"

#define SX_BOUNDARY_SIZE_MAX 200

/* The boundary of a Content-Type header ("multipart/form-data; boundary=..."); empty: it is
 * none. */
struct sx_bytes sx_multipart_boundary(struct sx_bytes content_type);

/* Adds the parts of `body` (changed: NULs are put behind the values) to the parameters. A part
 * without a name is left out.
 * Returns  OK; INVALID: no boundary, or the last part does not end; LIMIT, NOMEM. */
SX_MUST_CHECK stria_status sx_multipart_add(struct sx_params *params, char *body, size_t size,
                                            struct sx_bytes boundary, stria_error *err);

#endif
