/* SPDX-License-Identifier: Apache-2.0 */
/* mortal_os.h -- a table of system calls whose process can be killed: for tests.
 *
 * Why         kill -9 leaves on disk, and in the system's memory, what was written until then,
 *             synced or not; a power loss later may still take what was not. After mortal_os_kill()
 *             nothing that the store does reaches the disk any more, so the test can close it and
 *             open another one on the same disk.
 * Model       Dead calls that change something do nothing and succeed (making a file fails); locks
 *             are gone.
 * Threads     One. */
#ifndef SX_TESTS_MORTAL_OS_H
#define SX_TESTS_MORTAL_OS_H

#include "os/os.h"

/* below: borrowed, must outlive it. */
struct sx_os *mortal_os_create(struct sx_os *below);
void mortal_os_destroy(struct sx_os *os);
void mortal_os_kill(struct sx_os *os);
bool mortal_os_is_dead(const struct sx_os *os);

#endif
