/* SPDX-License-Identifier: Apache-2.0 */
/* contents.h -- what the manifest says a store consists of, read without opening the store.
 *
 * Why         Verifying must work beside a process that writes, and on a store so damaged that it
 *             cannot be opened: it needs the list of files and no more.
 * Threads     One owner; another process may write to the store. */
#ifndef SX_ENGINE_CONTENTS_H
#define SX_ENGINE_CONTENTS_H

#include "engine/manifest.h"
#include "os/os.h"
#include "segment/format.h"

struct sx_contents {
    struct sx_mem *mem;
    bool found; /* there is a manifest */
    uint8_t store_uuid[16];
    uint64_t manifest_no;                      /* names its file */
    uint64_t bad_offsets[SX_MANIFEST_BAD_MAX]; /* of copies that the other copy makes good */
    size_t bad_count;
    uint64_t flushed_generation; /* log files up to this one are done with */
    struct sx_segment_info *segments;
    size_t segment_count, segment_capacity;
    uint64_t *kept_logs; /* file_no of log files that are known to be damaged */
    size_t kept_log_count, kept_log_capacity;
    struct sx_contents_policy {
        uint32_t database_id, policy_id;
    } * policies;
    size_t policy_count, policy_capacity;
};

/* Reads the manifest of the store in `path`; *contents need not be initialised, and must be
 * deinitialised also on failure.
 * Returns  OK; what sx_manifest_read() returns. */
stria_status sx_contents_read(struct sx_contents *contents, struct sx_os *os, struct sx_mem *mem,
                              const char *path, stria_error *err);
void sx_contents_deinit(struct sx_contents *contents);

/* The segment with this id; NULL: none. */
const struct sx_segment_info *sx_contents_segment(const struct sx_contents *contents,
                                                  uint64_t segment_id);

#endif
