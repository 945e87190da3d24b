/* SPDX-License-Identifier: Apache-2.0 */
/* segment_priv.h -- the insides of a segment: segment.c (files, blocks, looking up), segment_load.c
 * (the parts that stay in memory), loads.c (what stays loaded). */
#ifndef SX_SEGMENT_SEGMENT_PRIV_H
#define SX_SEGMENT_SEGMENT_PRIV_H

#include "segment/loads.h"
#include "segment/segment.h"

struct sx_segment_load_state {
    struct sx_mutex mutex;
    struct sx_kept_file file;
    struct sx_segment_files own; /* for one that shares no number of open files */
    _Atomic uint32_t pins;       /* who uses what is loaded */
    /* of the ring of sx_segment_loads, which guards all but the mark */
    _Atomic bool marked;
    struct sx_segment *previous, *next; /* NULL: not in it */
    size_t size;
};

/* Gives back what loading took, unless it is pinned. Whether it did. */
bool sx_segment_forget(struct sx_segment *segment);

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
