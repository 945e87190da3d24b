/* SPDX-License-Identifier: Apache-2.0 */
/* segment.h -- an immutable file of rows, opened when it is first needed.
 *
 * Why         A store may have ten thousand of them: the manifest tells what planning needs (times,
 *             generations, sizes), and a file is touched only when a query or merge gets to it.
 * Algorithm   load() opens the file and reads footer and parts, checked; they stay in memory while
 *             the segment is pinned, and for longer as long as there is room (loads.h). Everything
 *             else (series blocks, dictionaries, directory blocks, chunks) is read when asked for,
 *             and checked each time.
 * Invariants  Every byte that is used has passed its checksum. Damage is an error that names the
 *             file and the offset; it concerns only who asked.
 * Threads     Any number may read; loading is guarded inside. */
#ifndef SX_SEGMENT_SEGMENT_H
#define SX_SEGMENT_SEGMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "os/os.h"
#include "segment/directory.h"
#include "segment/files.h"
#include "segment/format.h"
#include "segment/loads.h"

struct sx_segment_column {
    struct sx_bytes name;
    stria_type type;
};

struct sx_segment_measurement {
    struct sx_bytes escaped; /* name as in a series key */
    uint32_t first_series, series_count;
    const uint32_t *tags; /* numbers of its tags; sorted as the tags' keys are where they matter */
    uint32_t tag_count;
    const struct sx_segment_column *columns;
    uint32_t column_count;
    uint32_t first_stripe, stripe_count;
    struct sx_block_ref series_block;
};

struct sx_segment_tag {
    struct sx_bytes escaped;
    uint32_t value_count;
    struct sx_block_ref dictionary, postings;
};

/* A column's stretch of a stripe. */
struct sx_run {
    uint32_t column; /* index in the measurement; UINT32_MAX: the times */
    uint64_t offset;
    uint64_t size;
    struct sx_block_ref directory;
};

struct sx_stripe {
    uint32_t measurement;
    uint32_t first_series; /* the series of its first group */
    uint32_t group_count;
    int64_t min_ts, max_ts;
    const struct sx_run *runs; /* the times first */
    uint32_t run_count;
};

/* Merges leave a damaged segment alone: what it has left must not be lost with the rest. */
enum sx_segment_damage {
    SX_DAMAGE_PART = 1,  /* a part cannot be read */
    SX_DAMAGE_WHOLE = 2, /* nothing can: the footer or the directory of parts is gone */
};

struct sx_segment {
    /* immutable */
    struct sx_os *os;
    struct sx_mem *mem;
    struct sx_segment_info info;
    uint64_t salt;
    _Atomic uint32_t reference_count;
    uint64_t added_edit; /* of the manifest, set before others know it; 0: before it was opened */
    _Atomic bool loaded;
    _Atomic uint64_t tombstone_id;       /* deletes up to this one are applied; info's or later */
    _Atomic unsigned damage;             /* enum sx_segment_damage, or-ed: what readers ran into */
    struct sx_segment_load_state *state; /* lock and file; segment.c */
    /* Of which its file is one. May be set to one that is shared before it is used first. */
    struct sx_segment_files *files;
    /* With which it shares the memory for what is loaded; NULL: it stays loaded. Likewise. */
    struct sx_segment_loads *loads;
    /* the engine's, which guards them: */
    bool set_aside;           /* as the manifest says */
    bool expired;             /* by retention, whose edit is under way */
    unsigned deleted_percent; /* of its rows, about, as engine/reclaim.c found */
    uint64_t reclaim_checked; /* it looked at tombstones up to this one */
    uint32_t rolled_up[2];    /* policies with 5m and 1h rollups that have marks of its windows */

    /* immutable once loaded */
    struct sx_arena arena;
    struct sx_segment_footer footer;
    struct sx_segment_measurement *measurements; /* sorted by name */
    uint32_t measurement_count;
    struct sx_segment_tag *tags; /* sorted by key */
    uint32_t tag_count;
    struct sx_stripe *stripes;
    uint32_t stripe_count;
    struct sx_bytes filter;
    const char *path;
};

/* info: from the manifest (or a footer); path: copied. Touches no file. NULL: no memory. */
struct sx_segment *sx_segment_create(struct sx_os *os, struct sx_mem *mem, const char *path,
                                     const struct sx_segment_info *info);
struct sx_segment *sx_segment_acquire(struct sx_segment *segment);
void sx_segment_release(struct sx_segment *segment); /* NULL is allowed; the last closes the file */

/* Closes the file and gives the memory back that loading took. The caller has the only
 * reference. */
void sx_segment_unload(struct sx_segment *segment);

/* Loads it, if need be, and keeps what was loaded until it is unpinned as often. Who shares `loads`
 * uses the members above between the two only. Returns as load(). */
stria_status sx_segment_pin(struct sx_segment *segment, stria_error *err);
void sx_segment_unpin(struct sx_segment *segment);

/* Makes the members above usable. Returns OK, NOT_FOUND, CORRUPT (path and offset), VERSION, IO,
 * NOMEM; a failure may pass: the next call tries again. */
stria_status sx_segment_load(struct sx_segment *segment, stria_error *err);

/* Reads the header and footer of a file that is not (yet) in the manifest. */
stria_status sx_segment_peek(struct sx_os *os, const char *path, struct sx_segment_info *info,
                             stria_error *err);

/* Appends a checked block to `out`. */
stria_status sx_segment_read(struct sx_segment *segment, const struct sx_block_ref *ref,
                             struct sx_buf *out, stria_error *err);

/* The measurement with this escaped name; NULL: none. */
const struct sx_segment_measurement *sx_segment_measurement(const struct sx_segment *segment,
                                                            struct sx_bytes escaped);
/* That which an ordinal belongs to. */
const struct sx_segment_measurement *sx_segment_measurement_of(const struct sx_segment *segment,
                                                               uint32_t series);
/* The number of a tag by its escaped key; UINT32_MAX: none. */
uint32_t sx_segment_tag(const struct sx_segment *segment, struct sx_bytes escaped);

/* CORRUPT, naming the file, the offset and what is wrong. */
stria_status sx_segment_damaged(const struct sx_segment *segment, uint64_t offset, const char *what,
                                stria_error *err);

#endif
