/* SPDX-License-Identifier: Apache-2.0 */
/* body.c -- see body.h. */
#include "app/server/body.h"

#include "base/error.h"

#include <assert.h>
#include <string.h>

#define ROOM_MIN ((size_t)4096)

void sx_body_init(struct sx_body *body, struct sx_mem *mem, const struct sx_budget *budget)
{
    *body = (struct sx_body){.mem = mem, .budget = budget};
}

void sx_body_deinit(struct sx_body *body)
{
    if (!body->mem)
        return;
    sx_mem_free(body->mem, body->ptr);
    if (body->reserved)
        body->budget->release(body->budget->context, body->reserved);
    *body = (struct sx_body){0};
}

stria_status sx_body_reserve(struct sx_body *body, size_t size, stria_error *err)
{
    if (size <= body->capacity && body->ptr)
        return STRIA_OK;
    if (size == SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, "a body of %zu bytes", size);
    size_t more = size + 1 - body->reserved;
    stria_status st = body->budget->reserve(body->budget->context, more, err);
    if (st)
        return st;
    char *moved = sx_mem_resize(body->mem, body->ptr, size + 1);
    if (!moved) {
        body->budget->release(body->budget->context, more);
        return sx_mem_refused(body->mem, size + 1, err);
    }
    body->reserved += more;
    body->ptr = moved;
    body->capacity = size;
    body->ptr[body->size] = 0;
    return STRIA_OK;
}

stria_status sx_body_append(struct sx_body *body, const void *bytes, size_t size, size_t max,
                            stria_error *err)
{
    if (size > max || body->size > max - size)
        return sx_fail(err, STRIA_LIMIT, "more than %zu bytes", max);
    if (body->capacity - body->size < size || !body->ptr) {
        size_t room = SX_MAX(body->size + size, body->capacity * 2);
        stria_status st = sx_body_reserve(body, SX_MIN(SX_MAX(room, ROOM_MIN), max), err);
        if (st)
            return st;
    }
    assert(body->ptr);
    if (size)
        memcpy(body->ptr + body->size, bytes, size);
    body->size += size;
    body->ptr[body->size] = 0;
    return STRIA_OK;
}
