/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem.h -- a disk in memory that forgets what was not synced: for tests.
 *
 * Why         A crash test must choose what a power loss leaves: any subset of unsynced sectors,
 *             torn sectors, lost directory entries. Every mutation since the last sync is kept
 *             apart, and sx_os_mem_crash() builds a new disk from the synced state and a choice of
 *             the rest.
 * Model       A file's durable content changes at sync(); a directory's durable entries change at
 *             sync_dir(). A file whose entry is not durable is lost with it, synced or not.
 *             Unsynced writes are kept as 512-byte sectors; each may survive or not, or be torn or
 *             garbage, by the chooser. A size that grew unsynced may survive with zeros.
 * Threads     Any number; time is a counter that each call to now_ns or mono_ns advances by 1 us
 *             and sleep_ns by its argument. thread_start is refused: tests drive steps by hand. */
#ifndef SX_OS_OS_MEM_H
#define SX_OS_OS_MEM_H

#include "os/os.h"

/* A disk, empty but for the root directory "" (paths are relative). */
struct sx_os *sx_os_mem_create(uint64_t seed);
void sx_os_mem_destroy(struct sx_os *os); /* files must be closed; NULL is allowed */

enum sx_crash_fate {
    SX_FATE_LOST = 0, /* as before the write */
    SX_FATE_KEPT = 1,
    SX_FATE_TORN = 2,    /* first half new, second half old */
    SX_FATE_GARBAGE = 3, /* random bytes */
};

/* Chooses for the item-th unsynced thing (a sector of a file, in order of path and offset; or an
 * unsynced directory change, for which only LOST and KEPT count). */
typedef enum sx_crash_fate (*sx_crash_choose)(void *context, uint64_t item, bool is_sector);

/* A new disk: what a power loss now leaves, by `choose`. The old one is unchanged. */
struct sx_os *sx_os_mem_crash(struct sx_os *os, sx_crash_choose choose, void *context);

/* How many unsynced items sx_os_mem_crash() would ask for. */
uint64_t sx_os_mem_pending(struct sx_os *os);

/* Counts calls that change the disk or sync it, so that a test can stop at each boundary. */
uint64_t sx_os_mem_mutations(const struct sx_os *os);

/* Called before each mutation is carried out; for crash tests that look at every boundary. */
void sx_os_mem_on_mutation(struct sx_os *os, void (*each)(void *context, uint64_t index),
                           void *context);

/* Free space the table tells; writes beyond it fail with ENOSPC. Default: 1 GiB of 1 GiB. */
void sx_os_mem_set_space(struct sx_os *os, uint64_t free_size, uint64_t total_size);

/* Direct access for corruption tests: the bytes of a file as they would be read; NULL: no such
 * file. Valid until the next call on the disk. */
uint8_t *sx_os_mem_bytes(struct sx_os *os, const char *path, size_t *size);
/* Cuts or extends (with zeros) a file, as a broken disk would: durable at once. */
bool sx_os_mem_resize(struct sx_os *os, const char *path, size_t size);

/* One line a call ("pwritev wal/0000.wal 4096+8192", "sync wal/0000.wal", ...) to `trace`, for the
 * auditor of sync order; NULL stops. */
void sx_os_mem_trace(struct sx_os *os, void (*trace)(void *context, const char *line),
                     void *context);

/* Sets the clock that now_ns tells. */
void sx_os_mem_set_now(struct sx_os *os, int64_t now_ns);

#endif
