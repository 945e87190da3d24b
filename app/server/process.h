/* SPDX-License-Identifier: Apache-2.0 */
/* process.h -- the memory of the process around the store.
 *
 * Why         `--memory` is what the whole process may take, and the store counts only what it
 *             allocates. The pages of the program and its libraries, and the stacks of its threads,
 *             are measured when it starts and taken off first: what is left is the store's.
 *             And what is counted as freed must be free for others too: by its defaults the C
 *             library's heap keeps freed memory apart for each thread, and takes ever larger blocks
 *             from there, so a process can hold twice or three times what it uses.
 * Limits      How large a block is that goes back at once depends on the memory: fresh pages cost
 *             time, so a process that has much keeps more of it at hand.
 * Source      mallopt(3); proc(5), /proc/PID/statm.
 * Threads     sx_process_heap_init: before any thread is started. The others: any. */
#ifndef SX_APP_SERVER_PROCESS_H
#define SX_APP_SERVER_PROCESS_H

#include "base/attr.h"
#include "stria.h"

#include <stddef.h>
#include <stdint.h>

/* One heap for all threads, in which no more than a small part of memory_size (0: 256 MiB) stays
 * when it is freed: large blocks come from the system and go back to it. May be called again. */
void sx_process_heap_init(uint64_t memory_size);

/* Bytes of the process that are in memory now; 0: the system does not tell. */
uint64_t sx_process_resident(void);

/* Gives whole free pages of the heap back when more than memory_size bytes are in memory. */
void sx_process_heap_trim(uint64_t memory_size);

/* A process before its store is opened. */
struct sx_process_load {
    uint64_t used;       /* bytes it has in memory already */
    size_t thread_count; /* that it will have, beside its first */
    size_t store_count;  /* that are open at a time, and share what is left; 0: one */
};

/* What of memory_size (0: 256 MiB) is left for the store of such a process, or for all of its
 * stores together.
 * Returns  OK; INVALID: it is less than they need. */
SX_MUST_CHECK stria_status sx_process_share(uint64_t memory_size,
                                            const struct sx_process_load *load,
                                            uint64_t *store_size, stria_error *err);

/* The same for this process, as it is now, whose heap is set up for memory_size; load->used does
 * not count. Every command with --memory asks this. */
SX_MUST_CHECK stria_status sx_process_store_size(uint64_t memory_size,
                                                 const struct sx_process_load *load,
                                                 uint64_t *store_size, stria_error *err);

/* The least memory_size with which that is OK. */
uint64_t sx_process_memory_min(const struct sx_process_load *load);

#endif
