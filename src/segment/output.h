/* SPDX-License-Identifier: Apache-2.0 */
/* output.h -- a new file written from front to end, gathered into large writes.
 *
 * Threads     One owner. */
#ifndef SX_SEGMENT_OUTPUT_H
#define SX_SEGMENT_OUTPUT_H

#include "base/buf.h"
#include "os/os.h"
#include "segment/format.h"

struct sx_output {
    struct sx_file *file; /* borrowed */
    struct sx_buf buf;    /* bytes not written yet */
    uint64_t offset;      /* of the next byte to be added */
    uint64_t salt;
};

void sx_output_init(struct sx_output *out, struct sx_mem *mem, struct sx_file *file, uint64_t salt);
void sx_output_deinit(struct sx_output *out);
/* Adds bytes at the end. */
stria_status sx_output_put(struct sx_output *out, struct sx_bytes bytes, stria_error *err);
/* Adds a block and tells where it is, with its crc. */
stria_status sx_output_block(struct sx_output *out, struct sx_bytes bytes, struct sx_block_ref *ref,
                             stria_error *err);
stria_status sx_output_flush(struct sx_output *out, stria_error *err);

#endif
