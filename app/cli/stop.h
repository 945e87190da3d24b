/* SPDX-License-Identifier: Apache-2.0 */
/* stop.h -- Ctrl-C and SIGTERM as a wish: long work looks whether it is to end, and ends cleanly.
 *
 * Invariants  The first signal is a wish; the second ends the process at once, which loses nothing
 *             that was acknowledged. Blocking system calls are interrupted.
 * Threads     Any. */
#ifndef SX_APP_CLI_STOP_H
#define SX_APP_CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* From now on the two signals are wishes. */
void sx_stop_watch(void);
/* Whether there was one. */
bool sx_stop_wanted(void);
/* Sleeps; false: woken by a wish. */
bool sx_stop_sleep_ns(int64_t duration_ns);
/* Waits until an open file can be read, or is at its end; false: a wish came. */
bool sx_stop_wait_readable(int fd);

#endif
