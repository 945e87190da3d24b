/* SPDX-License-Identifier: Apache-2.0 */
/* edit_pack.h -- many operations of the manifest as one that is smaller.
 *
 * Why         The state of a store with many measurements is mostly names, types and windows that
 *             are alike: a sixth is left of it.
 * Format      docs/FORMAT.md "Operations": PACKED (19) is the only operation of its edit; its
 *             payload is varint size of the operations, then a zstd frame of them. Example: an
 *             edit of 16,105 bytes, 285 TYPEs among them, is `13 e2 16 e9 7d` and 2,912 bytes.
 * Limits      Operations of SX_EDIT_PLAIN_MAX bytes.
 * Threads     Pure but for the memory. */
#ifndef SX_ENGINE_EDIT_PACK_H
#define SX_ENGINE_EDIT_PACK_H

#include "base/buf.h"

#define SX_OP_PACKED 19
#define SX_EDIT_PLAIN_MAX ((uint32_t)256 << 20)

/* Appends PACKED with the operations to `out`. False: it is no smaller, or there is no memory; then
 * `out` is as it was. */
SX_MUST_CHECK bool sx_edit_pack(struct sx_buf *out, struct sx_bytes operations, struct sx_mem *mem);

/* *plain: the operations themselves, whether packed or not. Those that were packed stand in `room`,
 * which is cleared; else it is not touched.
 * Returns  OK, CORRUPT, NOMEM. */
stria_status sx_edit_unpack(struct sx_bytes operations, struct sx_buf *room, struct sx_bytes *plain,
                            stria_error *err);

#endif
