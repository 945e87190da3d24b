/* SPDX-License-Identifier: Apache-2.0 */
/* segment_priv.h -- what segment.c (files, blocks, looking up) and segment_load.c (the parts that
 * stay in memory) share. */
#ifndef SX_SEGMENT_SEGMENT_PRIV_H
#define SX_SEGMENT_SEGMENT_PRIV_H

#include "segment/segment.h"

/* Reads and checks a block that is in the file itself: ref->size bytes. */
stria_status sx_segment_read_block(struct sx_segment *segment, struct sx_file *file,
                                   const struct sx_block_ref *ref, uint8_t *bytes,
                                   stria_error *err);

/* Reads header and footer. OK, CORRUPT, VERSION, IO. */
stria_status sx_segment_read_ends(struct sx_file *file, const char *path,
                                  struct sx_segment_footer *footer, stria_error *err);

/* Reads footer and parts into the segment's arena and members. */
stria_status sx_segment_load_parts(struct sx_segment *segment, struct sx_file *file,
                                   stria_error *err);

#endif
