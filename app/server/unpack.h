/* SPDX-License-Identifier: Apache-2.0 */
/* unpack.h -- bodies with Content-Encoding: gzip.
 *
 * Why         Writers send gzip, and its size tells nothing of what is in it: the room for it is
 *             reserved from the store's memory before it is unpacked, by the size its trailer
 *             claims, and only if that is a lie by the most it could be.
 * Threads     One owner. */
#ifndef SX_APP_SERVER_UNPACK_H
#define SX_APP_SERVER_UNPACK_H

#include "app/server/body.h"
#include "base/buf.h"

struct sx_unpacked {
    struct sx_buf bytes;
    const struct sx_budget *budget;
    size_t reserved;
};

/* Unpacks one or several members. The texts of errors are those of Go's compress/gzip.
 * out      to be given back by deinit, whatever is returned.
 * Returns  OK; INVALID: it is no gzip, or cut; LIMIT: more than `max` bytes; NOMEM. */
SX_MUST_CHECK stria_status sx_unpack_gzip(struct sx_mem *mem, const struct sx_budget *budget,
                                          struct sx_bytes in, size_t max, struct sx_unpacked *out,
                                          stria_error *err);
void sx_unpacked_deinit(struct sx_unpacked *unpacked);

#endif
