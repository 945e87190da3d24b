/* SPDX-License-Identifier: Apache-2.0 */
/* http_text.c -- see http_text.h. */
#include "app/client/http_text.h"

void sx_http_put_encoded(struct sx_buf *out, struct sx_bytes text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.ptr[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= 'a' && byte <= 'z') || (byte && strchr("-_.~", byte));
        if (plain) {
            sx_buf_put_u8(out, byte);
            continue;
        }
        sx_buf_put_u8(out, '%');
        sx_buf_put_u8(out, (uint8_t)digits[byte >> 4]);
        sx_buf_put_u8(out, (uint8_t)digits[byte & 15]);
    }
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

struct sx_bytes sx_http_header_value(struct sx_bytes line, const char *name)
{
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':')
        return (struct sx_bytes){0};
    for (size_t i = 0; i < len; i++)
        if (lower(line.ptr[i]) != lower((uint8_t)name[i]))
            return (struct sx_bytes){0};
    struct sx_bytes value = sx_bytes_make(line.ptr + len + 1, line.len - len - 1);
    while (value.len && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
        value = sx_bytes_make(value.ptr + 1, value.len - 1);
    while (value.len && value.ptr[value.len - 1] <= ' ')
        value.len--;
    return value;
}

bool sx_http_is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           strncmp(host, "127.", 4) == 0;
}
