/* SPDX-License-Identifier: Apache-2.0 */
/* edit.h -- what a manifest edit says: a list of operations on the state of the store.
 *
 * Format      docs/FORMAT.md "Manifest". An operation is u8 type, varint size, payload. Types below
 *             128 must be understood (else the store is of a newer version); others may be skipped.
 *             Payloads are varints (zigzag for signed numbers) and sized strings in the order of
 *             the structs below; what follows the known fields in a payload is ignored, so fields
 *             can be appended. Operations that are packed (engine/edit_pack.h) are unpacked first.
 * Threads     Pure functions. */
#ifndef SX_ENGINE_EDIT_H
#define SX_ENGINE_EDIT_H

#include "base/buf.h"
#include "model/catalog.h"
#include "model/rollup.h"
#include "model/tombstone.h"
#include "segment/format.h"

enum sx_edit_op {
    SX_OP_SNAPSHOT_END = 1, /* the operations so far are the whole state */
    SX_OP_COUNTERS = 2,     /* ids that were never used yet */
    SX_OP_ADD_SEGMENT = 3,
    SX_OP_REMOVE_SEGMENT = 4,
    SX_OP_FLUSHED = 5,         /* generations up to this one are in segments */
    SX_OP_CREATE_DATABASE = 6, /* made, or its limits changed */
    SX_OP_DROP_DATABASE = 7,
    SX_OP_PUT_POLICY = 8, /* made or changed */
    SX_OP_DROP_POLICY = 9,
    SX_OP_DEFAULT_POLICY = 10,
    SX_OP_TYPE = 11,     /* a field has a type in some windows */
    SX_OP_KEEP_LOG = 12, /* a damaged log file is not to be used again */
    SX_OP_ADD_TOMBSTONE = 13,
    SX_OP_REMOVE_TOMBSTONE = 14, /* nothing is left that it masks */
    SX_OP_FORGET_TYPES = 15,     /* a measurement was dropped: its fields may get other types */
    SX_OP_SET_ASIDE = 16,        /* a segment cannot be opened: its footer or directory is gone */
    SX_OP_TAKE_BACK = 17,        /* it can again */
    SX_OP_APPLIED = 18,          /* a segment has no row that tombstones up to one speak of */
    SX_OP_ROLLUP = 20,           /* what went into the rollups of a window */
};

struct sx_counters {
    uint64_t next_segment_id;
    uint32_t next_database_id;
    uint32_t next_policy_id;
    uint64_t next_seq;
    uint64_t next_tombstone_id;
};

/* Those of a store in which nothing was made yet. */
static inline struct sx_counters sx_counters_first(void)
{
    return (struct sx_counters){.next_segment_id = 1,
                                .next_database_id = 1,
                                .next_policy_id = 1,
                                .next_seq = 1,
                                .next_tombstone_id = 1};
}

struct sx_edit_type {
    uint32_t policy_id;
    struct sx_bytes measurement, field;
    stria_type type;
    int64_t first_window, last_window;
};

/* One operation, decoded; strings point into the edit. */
struct sx_edit_item {
    enum sx_edit_op op;
    struct sx_counters counters;
    struct sx_segment_info segment;
    uint64_t number;       /* an id; FLUSHED: generation; KEEP_LOG: file_no */
    uint64_t tombstone_id; /* APPLIED; the number is the segment */
    uint32_t database_id, policy_id;
    struct sx_bytes name;
    uint64_t limits[SX_LIMIT_KIND_COUNT]; /* of the database */
    struct sx_policy policy;              /* its name points into the edit */
    struct sx_edit_type type;             /* FORGET_TYPES: policy and measurement */
    struct sx_tombstone tombstone;        /* without its condition; strings point into the edit */
    struct sx_bytes condition;            /* of the tombstone: sx_tag_expr_take() decodes it */
    struct sx_rollup_mark mark;           /* ROLLUP, of policy_id, the one with the rollups */
};

/* Append operations; refusals show in out->failed. */
void sx_edit_put_empty(struct sx_buf *out, enum sx_edit_op op);
void sx_edit_put_counters(struct sx_buf *out, const struct sx_counters *counters);
void sx_edit_put_segment(struct sx_buf *out, const struct sx_segment_info *info);
/* REMOVE_SEGMENT, FLUSHED, KEEP_LOG, DROP_DATABASE, DROP_POLICY, REMOVE_TOMBSTONE, SET_ASIDE,
 * TAKE_BACK */
void sx_edit_put_number(struct sx_buf *out, enum sx_edit_op op, uint64_t number);
void sx_edit_put_database(struct sx_buf *out, const struct sx_database *database);
void sx_edit_put_policy(struct sx_buf *out, uint32_t database_id, const struct sx_policy *policy);
void sx_edit_put_default(struct sx_buf *out, uint32_t database_id, uint32_t policy_id);
void sx_edit_put_type(struct sx_buf *out, const struct sx_edit_type *type);

void sx_edit_put_tombstone(struct sx_buf *out, const struct sx_tombstone *tombstone);
void sx_edit_put_applied(struct sx_buf *out, uint64_t segment_id, uint64_t tombstone_id);
void sx_edit_put_rollup(struct sx_buf *out, uint32_t policy_id, const struct sx_rollup_mark *mark);
void sx_edit_put_forget_types(struct sx_buf *out, uint32_t policy_id, struct sx_bytes measurement);

/* Takes the next operation off the front of *in; those that may be skipped are. *end: none is left.
 * Returns  OK, CORRUPT, VERSION. */
stria_status sx_edit_take(struct sx_bytes *in, struct sx_edit_item *item, bool *end,
                          stria_error *err);

/* Whether well-formed operations have one of this kind. */
bool sx_edit_has(struct sx_bytes operations, enum sx_edit_op op);

#endif
