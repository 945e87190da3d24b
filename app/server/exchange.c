/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.c -- see exchange.h. */
#include "app/server/exchange.h"

#include "app/server/header.h"

#include <assert.h>
#include <string.h>

enum sx_method sx_method_of(const char *name)
{
    static const char *const names[] = {
        [SX_METHOD_GET] = "GET",         [SX_METHOD_HEAD] = "HEAD",   [SX_METHOD_POST] = "POST",
        [SX_METHOD_PUT] = "PUT",         [SX_METHOD_PATCH] = "PATCH", [SX_METHOD_DELETE] = "DELETE",
        [SX_METHOD_OPTIONS] = "OPTIONS",
    };
    for (unsigned i = 0; i < SX_COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return i;
    }
    return SX_METHOD_OTHER;
}

void sx_exchange_header(struct sx_exchange *exchange, const char *name, const char *value)
{
    struct sx_answer *answer = &exchange->answer;
    assert(answer->header_count < SX_ANSWER_HEADERS_MAX);
    answer->headers[answer->header_count++] = (struct sx_header){.name = name, .value = value};
}

void sx_exchange_text(struct sx_exchange *exchange, unsigned status, const char *content_type,
                      const char *text)
{
    exchange->answer.status = status;
    exchange->answer.content_type = content_type;
    sx_buf_clear(&exchange->answer.body);
    if (text)
        sx_buf_put_text(&exchange->answer.body, text);
    exchange->is_ready = true;
}

const char *sx_header_text(char *out, size_t size, struct sx_bytes text)
{
    size_t len = SX_MIN(text.len, size - 1);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.ptr[i];
        out[i] = c == '\r' || c == '\n' || c == 0 ? ' ' : (char)c;
    }
    struct sx_bytes trimmed = sx_header_trim(sx_bytes_make(out, len));
    if (trimmed.len)
        memmove(out, trimmed.ptr, trimmed.len);
    out[trimmed.len] = 0;
    return out;
}

bool sx_exchange_split_target(struct sx_exchange *exchange)
{
    char *mark = memchr(exchange->target, '?', exchange->target_size);
    size_t path_size = mark ? (size_t)(mark - exchange->target) : exchange->target_size;
    exchange->query = mark ? mark + 1 : exchange->target + exchange->target_size;
    exchange->path = exchange->target;
    if (!sx_percent_decode(exchange->target, &path_size, false) ||
        memchr(exchange->target, 0, path_size)) {
        exchange->path = "";
        return false;
    }
    exchange->target[path_size] = 0;
    return true;
}
