/* SPDX-License-Identifier: Apache-2.0 */
/* peer_text.c -- see peer_text.h. */
#include "ingest/peer_text.h"

#include "model/batch.h"
#include "model/type.h"

static void put_escaped(struct sx_buf *out, uint8_t byte)
{
    static const char names[] = "abtnvfr"; /* of the bytes 7 to 13 */
    if (byte == '"' || byte == '\\') {
        sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, byte);
    } else if (byte >= 7 && byte <= 13) {
        sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, (uint8_t)names[byte - 7]);
    } else if (byte < 32 || byte == 127) {
        sx_buf_printf(out, "\\x%02x", byte);
    } else {
        sx_buf_put_u8(out, byte);
    }
}

void sx_peer_put_quoted(struct sx_buf *out, struct sx_bytes name)
{
    sx_buf_put_u8(out, '"');
    for (size_t i = 0; i < name.len; i++)
        put_escaped(out, name.ptr[i]);
    sx_buf_put_u8(out, '"');
}

static void put_field_on(struct sx_buf *out, struct sx_bytes measurement, struct sx_bytes field)
{
    sx_buf_put_text(out, "input field ");
    sx_peer_put_quoted(out, field);
    sx_buf_put_text(out, " on measurement ");
    sx_peer_put_quoted(out, measurement);
}

void sx_peer_put_time_tag(struct sx_buf *out, struct sx_bytes measurement)
{
    sx_buf_put_text(out, "invalid tag key: input tag \"time\" on measurement ");
    sx_peer_put_quoted(out, measurement);
    sx_buf_put_text(out, " is invalid");
}

void sx_peer_put_time_field(struct sx_buf *out, struct sx_bytes measurement, bool stripped)
{
    sx_buf_put_text(out, "invalid field name: ");
    put_field_on(out, measurement, SX_LITERAL("time"));
    sx_buf_put_text(out, " is invalid");
    if (stripped)
        sx_buf_put_text(out, ". Field \"time\" has been stripped from point.");
}

void sx_peer_put_conflict(struct sx_buf *out, struct sx_bytes measurement, struct sx_bytes field,
                          stria_type type, stria_type type_before)
{
    sx_buf_put_text(out, "field type conflict: ");
    put_field_on(out, measurement, field);
    sx_buf_printf(out, " is type %s, already exists as type %s", sx_type_name(type),
                  sx_type_name(type_before));
}

void sx_peer_put_too_long(struct sx_buf *out, struct sx_bytes measurement, struct sx_bytes field,
                          size_t size)
{
    put_field_on(out, measurement, field);
    sx_buf_printf(out, " is too long, %zu > %d", size, SX_STRING_SIZE_MAX);
}
