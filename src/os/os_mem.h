/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem.h -- a disk in memory that forgets what was not synced: for tests.
 *
 * Why         A crash test must choose what a power loss leaves: any subset of unsynced sectors,
 *             torn sectors, lost directory entries. What was not synced is kept apart from what
 *             was, and sx_os_mem_crash() builds a new disk from the synced state and a choice of
 *             the rest.
 * Model       A file's durable content and size change at sync(); a directory's durable entries
 *             change at sync_dir(). A file without a durable entry is lost, synced or not. Unsynced
 *             writes are kept as 512-byte sectors, each of which may survive or not, or be torn or
 *             garbage, by the chooser; of several writes to a sector the last counts. A size that
 *             grew unsynced may survive with zeros. Unsynced names, also those taken away again,
 *             may each survive or not. Space is counted by size, in pages of 4 KiB; names take
 *             none. Paths lead from the root ("", "." or "/"); ".." is refused.
 * Limits      Between two syncs of a sector only its last write is a choice. mode bits do not
 *             exist.
 * Threads     Any number; time is a counter that each call to now_ns or mono_ns advances by 1 us
 *             and sleep_ns by its argument. thread_start is refused (UNSUPPORTED): crash tests
 *             drive steps by hand. Callbacks other than on_mutation's run under a lock: they must
 *             not call the disk. */
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

/* Chooses for the item-th (0-based) unsynced thing, in order of path and offset: a sector of a file
 * (is_sector), or else a change of a directory or a growth of a file's size, for which all but KEPT
 * means LOST. */
typedef enum sx_crash_fate (*sx_crash_choose)(void *context, uint64_t item, bool is_sector);

/* A new disk: what a power loss now leaves, by `choose` (NULL: all is lost). The old one is
 * unchanged; either may be destroyed first. The clock goes on; there are no handles, locks, traces
 * or hooks. NULL: no memory. Cost: about 0.2 us a file and 2 us a page with unsynced sectors. */
struct sx_os *sx_os_mem_crash(struct sx_os *os, sx_crash_choose choose, void *context);

/* How many unsynced items sx_os_mem_crash() would ask for. */
uint64_t sx_os_mem_pending(struct sx_os *os);

/* Counts calls that change the disk or sync it (pwritev, sync, sync_dir, mkdir, unlink, rmdir,
 * link, and open if it is to make the file), whether they succeed or not, so that a test can stop
 * at each boundary. */
uint64_t sx_os_mem_mutations(const struct sx_os *os);

/* `each` is called before each mutation is carried out, with its 0-based index; it may call
 * sx_os_mem_crash() and sx_os_mem_pending() on the disk, but nothing that mutates it. NULL
 * stops. */
void sx_os_mem_on_mutation(struct sx_os *os, void (*each)(void *context, uint64_t index),
                           void *context);

/* Free space the table tells; writes beyond it fail with ENOSPC. Default: 1 GiB of 1 GiB. */
void sx_os_mem_set_space(struct sx_os *os, uint64_t free_size, uint64_t total_size);

/* Direct access for corruption tests: the bytes of a file as they would be read; NULL: no such
 * file. Valid until the next call on the disk, which puts what was changed there back as a broken
 * disk would: durable at once. */
uint8_t *sx_os_mem_bytes(struct sx_os *os, const char *path, size_t *size);
/* Cuts or extends (with zeros) a file, as a broken disk would: durable at once. */
bool sx_os_mem_resize(struct sx_os *os, const char *path, size_t size);

/* One line a call to `each`, after it was done, for the auditor of sync order; NULL stops:
 *   create P | open P | close P | pread P OFFSET+GOT | pwritev P OFFSET+SIZE | sync P | file_info P
 *   stat P | mkdir P | sync_dir P | list P | unlink P | rmdir P | link P P2 | space P
 *   lock P OFFSET+LEN shared|exclusive | unlock P OFFSET+LEN
 * P is the path as it was given (to open), and a call that failed has " errno N" behind it. */
void sx_os_mem_trace(struct sx_os *os, void (*each)(void *context, const char *line),
                     void *context);

/* Makes the file's unsynced sectors what a failed sync leaves of them: readable as before, but
 * clean, so that no later sync makes them durable; a power loss may still leave the old or the new
 * ones. False: `file` is of another table. For os_fault.c. */
bool sx_os_mem_fail_sync(struct sx_file *file);

/* Sets the clock that now_ns tells; at first it is 2025-01-01T00:00:00Z. */
void sx_os_mem_set_now(struct sx_os *os, int64_t now_ns);

#endif
