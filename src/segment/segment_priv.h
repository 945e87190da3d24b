/* SPDX-License-Identifier: Apache-2.0 */
/* segment_priv.h -- the insides of a segment: segment.c (loading), loads.c (what stays loaded). */
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

#endif
