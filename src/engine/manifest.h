/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.h -- the log of edits that says what the store consists of.
 *
 * Why         One small synced write makes a flush, a merge or a new database true, all at once.
 * Format      docs/FORMAT.md "Manifest". manifest/<16 hex digits>.man: edits, each at a multiple of
 *             4096 bytes and twice in a row; before each copy of the first, which is the whole
 *             state, a header of 64 bytes. So one damaged sector never loses what was acknowledged,
 *             and a sector that holds an acknowledged edit is never written again:
 *               header  "STRIAMAN" | u32 version | u32 flags | u8 store_uuid[16] | u64 manifest_no
 *                         |
 *                       i64 created_ns | 12 zeros | u32 crc
 *               edit    u32 magic "SEDT" | u32 crc of the 32 bytes after | u64 edit_seq | u32 size
 *                         |
 *                       u32 payload crc | u8 copy (0, 1) | 15 zeros | payload | zeros up to a
 *                         multiple of 4096 bytes
 *             crcs are seeded with the header's manifest_no and store and the offset.
 * Invariants  edit_seq is never used twice, over all manifests. A manifest counts only if its
 *             snapshot is whole; of those the one with the highest last edit_seq is the truth. A
 *             new one is used only once it and its name are synced. After a failed write or sync a
 *             manifest is not written again: the next commit begins a fresh one from the state in
 *             memory.
 * Threads     The engine's manifest lock. */
#ifndef SX_ENGINE_MANIFEST_H
#define SX_ENGINE_MANIFEST_H

#include "base/buf.h"
#include "base/event.h"
#include "os/os.h"

struct sx_manifest;

struct sx_manifest_options {
    struct sx_os *os;
    struct sx_mem *mem;
    const char *dir; /* "DIR/manifest"; copied */
    const struct sx_event_sink *events;
    /* Appends the operations of the whole state, without SNAPSHOT_END; a refusal shows in
     * out->failed. */
    void (*put_state)(void *context, struct sx_buf *out);
    void *context;
    bool keep_others; /* sx_manifest_begin() does not take older manifests away */
};

#define SX_MANIFEST_BAD_MAX 16

struct sx_manifest_result {
    bool found; /* a manifest was read */
    uint8_t store_uuid[16];
    uint64_t edit_count;
    uint64_t damaged_count; /* copies of edits that are damaged (the other copy served) */
    /* For whoever verifies: where a header or an edit stands one of whose copies is bad; the last
     * edit counts too, though its second copy may just be under way. The first few. */
    uint64_t bad_offsets[SX_MANIFEST_BAD_MAX];
    size_t bad_count;
};

stria_status sx_manifest_create(const struct sx_manifest_options *options,
                                struct sx_manifest **manifest, stria_error *err);
void sx_manifest_destroy(struct sx_manifest *manifest); /* NULL is allowed */

/* Reads the true manifest and calls `each` for each edit's operations, in order.
 * Returns  OK (also when there is none: result->found is false); CORRUPT (an acknowledged edit
 *          cannot be read, with file and offset); VERSION; IO; NOMEM; or what `each` returned. */
stria_status sx_manifest_read(struct sx_manifest *manifest,
                              stria_status (*each)(void *context, struct sx_bytes operations,
                                                   stria_error *err),
                              void *context, struct sx_manifest_result *result, stria_error *err);

/* Calls `each` for the edits that another process appended since the last reading. *replaced:
 * another manifest is there by now, or this one cannot be followed any more: all must be read anew.
 * Returns  OK, IO, NOMEM, or what `each` returned. */
stria_status sx_manifest_read_new(struct sx_manifest *manifest,
                                  stria_status (*each)(void *context, struct sx_bytes operations,
                                                       stria_error *err),
                                  void *context, bool *replaced, stria_error *err);

/* Begins a fresh manifest with the state in memory and takes the old ones away. The first time,
 * gives the store its uuid. */
stria_status sx_manifest_begin(struct sx_manifest *manifest, const uint8_t store_uuid[16],
                               stria_error *err);

/* Takes all manifests but the one at hand away. */
void sx_manifest_unlink_others(struct sx_manifest *manifest);

/* Makes operations true: OK means they are on disk. On failure they are not: a fresh manifest
 * without them is begun. If that fails too the manifest is broken and the code is IO: the
 * operations may turn out to be true when the store is opened again, so nothing may be unlinked,
 * and nothing acknowledged that they contradict, until sx_manifest_begin() or a commit
 * succeeded. */
stria_status sx_manifest_commit(struct sx_manifest *manifest, struct sx_bytes operations,
                                stria_error *err);

/* Begins a fresh manifest if the one at hand is more than half as long again as that would be:
 * when a store is closed. A failure changes nothing. */
void sx_manifest_shorten(struct sx_manifest *manifest);

/* The last edit that was read, or tried: edits to come have higher numbers. Any thread. */
uint64_t sx_manifest_edit_seq(const struct sx_manifest *manifest);
/* That names its file. */
uint64_t sx_manifest_number(const struct sx_manifest *manifest);
/* Bytes of the file that is being written. */
uint64_t sx_manifest_size(const struct sx_manifest *manifest);
/* The operations of the last commit are not wanted after all: as if it had failed. */
void sx_manifest_revoke(struct sx_manifest *manifest);
/* Whether a commit failed and no fresh manifest could be begun since. Any thread. */
bool sx_manifest_broken(const struct sx_manifest *manifest);

#endif
