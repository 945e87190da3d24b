/* SPDX-License-Identifier: Apache-2.0 */
/* multipart.c -- see multipart.h. */
#include "app/server/multipart.h"

#include "app/server/header.h"
#include "base/error.h"

#include <string.h>

struct sx_bytes sx_multipart_boundary(struct sx_bytes content_type)
{
    struct sx_bytes boundary = SX_LITERAL("");
    if (!sx_header_is_type(content_type, "multipart/form-data") ||
        !sx_header_parameter(content_type, "boundary", &boundary) ||
        boundary.len > SX_BOUNDARY_SIZE_MAX)
        return SX_LITERAL("");
    return boundary;
}

/* A boundary in a body: at the front of a line. */
struct delimiter {
    size_t begin; /* of the line end before it, which belongs to it */
    size_t end;   /* behind its own line */
    bool last;    /* it is followed by -- */
};

/* Whether a line (without --) is the boundary, and whether the last one. */
static bool is_boundary(struct sx_bytes line, struct sx_bytes boundary, bool *last)
{
    if (!sx_bytes_starts_with(line, boundary))
        return false;
    struct sx_bytes behind = sx_bytes_make(line.ptr + boundary.len, line.len - boundary.len);
    *last = sx_bytes_starts_with(behind, SX_LITERAL("--"));
    return *last || !sx_header_trim(behind).len;
}

/* The first delimiter from `at` on, which is the front of a line or the body. */
static bool find_delimiter(struct sx_bytes body, size_t at, struct sx_bytes boundary,
                           struct delimiter *out)
{
    while (at < body.len) {
        struct sx_bytes rest = sx_bytes_make(body.ptr + at, body.len - at);
        const uint8_t *feed = memchr(rest.ptr, '\n', rest.len);
        size_t line = feed ? (size_t)(feed - rest.ptr) + 1 : rest.len;
        if (line > 2 && rest.ptr[0] == '-' && rest.ptr[1] == '-' &&
            is_boundary(sx_bytes_make(rest.ptr + 2, line - 2), boundary, &out->last)) {
            out->begin = at;
            if (out->begin && body.ptr[out->begin - 1] == '\n')
                out->begin--;
            if (out->begin && out->begin < at && body.ptr[out->begin - 1] == '\r')
                out->begin--;
            out->end = at + line;
            return true;
        }
        at += line;
    }
    return false;
}

/* Reads a part's headers from `at` on; *at is then where its content begins. */
static bool take_headers(struct sx_bytes body, size_t end, size_t *at, struct sx_param *part)
{
    bool named = false;
    while (*at < end) {
        struct sx_bytes rest = sx_bytes_make(body.ptr + *at, end - *at);
        const uint8_t *feed = memchr(rest.ptr, '\n', rest.len);
        if (!feed)
            return false;
        struct sx_bytes line = sx_bytes_make(rest.ptr, (size_t)(feed - rest.ptr));
        *at += line.len + 1;
        line = sx_header_trim(line);
        if (!line.len)
            return named;
        struct sx_bytes value, ignored;
        if (sx_header_field(line, "content-disposition", &value)) {
            named = sx_header_parameter(value, "name", &part->name);
            part->is_file = sx_header_parameter(value, "filename", &ignored);
        }
    }
    return false;
}

stria_status sx_multipart_add(struct sx_params *params, char *body, size_t size,
                              struct sx_bytes boundary, stria_error *err)
{
    struct sx_bytes whole = sx_bytes_make(body, size);
    struct delimiter here, next;
    if (!boundary.len || !find_delimiter(whole, 0, boundary, &here))
        return sx_fail(err, STRIA_INVALID, "multipart: boundary not found");
    for (; !here.last; here = next) {
        if (!find_delimiter(whole, here.end, boundary, &next))
            return sx_fail(err, STRIA_INVALID, "multipart: NextPart: EOF");
        struct sx_param part = {0};
        size_t at = here.end;
        if (!take_headers(whole, next.begin, &at, &part))
            continue;
        part.value = sx_bytes_make(body + at, next.begin - at);
        body[next.begin] = 0;
        stria_status st = sx_params_add(params, &part, err);
        if (st)
            return st;
    }
    return STRIA_OK;
}
