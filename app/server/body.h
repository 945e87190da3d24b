/* SPDX-License-Identifier: Apache-2.0 */
/* body.h -- the body of a request while it comes in, and what it is unpacked to.
 *
 * Why         A write's body is parsed where it was put: it grows in one piece, sized by
 *             Content-Length where that is told, so that a byte is copied once on its way from the
 *             connection. What it takes is reserved from the store's memory first: a flood of
 *             bodies is refused and does not grow the process.
 * Limits      The caller's `max`; a NUL stands behind the bytes.
 * Threads     One owner. */
#ifndef SX_APP_SERVER_BODY_H
#define SX_APP_SERVER_BODY_H

#include "base/mem.h"

/* Where memory is reserved: the store (stria_memory_reserve), or a test. */
struct sx_budget {
    void *context;
    stria_status (*reserve)(void *context, size_t size, stria_error *err);
    void (*release)(void *context, size_t size);
};

struct sx_body {
    struct sx_mem *mem;
    const struct sx_budget *budget;
    char *ptr;
    size_t size;
    size_t capacity; /* without the NUL */
    size_t reserved;
};

void sx_body_init(struct sx_body *body, struct sx_mem *mem, const struct sx_budget *budget);
void sx_body_deinit(struct sx_body *body);

/* Makes room for `size` bytes in all.
 * Returns  OK; NOMEM, with what is there unchanged. */
SX_MUST_CHECK stria_status sx_body_reserve(struct sx_body *body, size_t size, stria_error *err);

/* Appends, doubling the room as needed.
 * Returns  OK; LIMIT: more than `max` in all; NOMEM. */
SX_MUST_CHECK stria_status sx_body_append(struct sx_body *body, const void *bytes, size_t size,
                                          size_t max, stria_error *err);

#endif
