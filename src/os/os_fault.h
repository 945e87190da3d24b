/* SPDX-License-Identifier: Apache-2.0 */
/* os_fault.h -- a table that passes calls on to another one and fails the Nth: for tests.
 *
 * Why         Every system call of the store must be able to fail without losing what was
 *             acknowledged: a sweep runs a script with N = 1, 2, ... until nothing fires any more.
 * Model       Calls that can fail are counted (not close, clocks, thread_join). A failing pwritev
 *             may write a part first; a failing sync of a file on a disk in memory leaves what
 *             sx_os_mem_fail_sync() says (as Linux does: pages are marked clean). Other failing
 *             calls do nothing, a failing unlock too.
 * Threads     Counting is atomic. */
#ifndef SX_OS_OS_FAULT_H
#define SX_OS_OS_FAULT_H

#include "os/os.h"

struct sx_os_fault_options {
    uint64_t fail_at;   /* the 1-based call that fails; 0: none */
    bool for_ever;      /* and every later one of the same kind: member of the table */
    int os_errno;       /* EIO, ENOSPC, EDQUOT, EMFILE, EROFS, ...; calls it makes no sense for are
                           passed on and the next sensible one fails */
    bool partial_write; /* a failing pwritev first writes half of its bytes */
};

/* `below` is borrowed and must outlive it; options are copied. NULL: no memory. */
struct sx_os *sx_os_fault_create(struct sx_os *below, const struct sx_os_fault_options *options);
/* Files must be closed and threads joined; NULL is allowed. */
void sx_os_fault_destroy(struct sx_os *os);
/* Whether the fault happened. */
bool sx_os_fault_fired(const struct sx_os *os);
/* Calls counted so far. */
uint64_t sx_os_fault_calls(const struct sx_os *os);
/* "sync", "pwritev", ...: the call that failed first; "" if none did. A static string. */
const char *sx_os_fault_call_name(const struct sx_os *os);

#endif
