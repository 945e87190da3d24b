/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h -- what the machine, or the container the process runs in, has to give.
 *
 * Source      Control groups: version 2, memory.max on the way from the process's group up to the
 *             root; version 1, memory.limit_in_bytes.
 * Threads     Any. */
#ifndef SX_APP_SERVER_MACHINE_H
#define SX_APP_SERVER_MACHINE_H

#include <stdint.h>

/* Bytes of memory the process may use: the least of the machine's and each limit above it. `root`
 * is "" or, for tests, a folder in which /proc and /sys are looked for. */
uint64_t sx_machine_memory(const char *root);

/* Processors the process may run on, at least 1. */
unsigned sx_machine_processors(void);

/* Raises the limit of open files as far as the process may. Returns it. */
uint64_t sx_machine_open_files(void);

#endif
