/* SPDX-License-Identifier: Apache-2.0 */
/* peer_text.h -- the sentences of InfluxDB 1.12 about points that parse and are not stored.
 *
 * Why         Clients and people know them; several places need the same ones.
 * Threads     Pure; each appends to `out`, whose `failed` tells a refusal. */
#ifndef SX_INGEST_PEER_TEXT_H
#define SX_INGEST_PEER_TEXT_H

#include "base/buf.h"
#include "stria.h"

/* A name in double quotes, in which \" \\ and control bytes are escaped as Go's %q does. */
void sx_peer_put_quoted(struct sx_buf *out, struct sx_bytes name);

/* invalid tag key: input tag "time" on measurement "m" is invalid */
void sx_peer_put_time_tag(struct sx_buf *out, struct sx_bytes measurement);

/* invalid field name: input field "time" on measurement "m" is invalid; and, if it had other
 * fields, that the field was stripped from the point. */
void sx_peer_put_time_field(struct sx_buf *out, struct sx_bytes measurement, bool stripped);

/* field type conflict: input field "f" on measurement "m" is type integer, already exists as type
 * float */
void sx_peer_put_conflict(struct sx_buf *out, struct sx_bytes measurement, struct sx_bytes field,
                          stria_type type, stria_type type_before);

/* input field "f" on measurement "m" is too long, 1048577 > 1048576 */
void sx_peer_put_too_long(struct sx_buf *out, struct sx_bytes measurement, struct sx_bytes field,
                          size_t size);

#endif
