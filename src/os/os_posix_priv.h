/* SPDX-License-Identifier: Apache-2.0 */
/* os_posix_priv.h -- the half of the real table that is in os_posix_thread.c: clock, chance,
 * threads.
 *
 * Contracts   Those of the members of struct sx_os_ops with the same names. */
#ifndef SX_OS_OS_POSIX_PRIV_H
#define SX_OS_OS_POSIX_PRIV_H

#include "os/os.h"

int64_t sx_os_posix_now_ns(struct sx_os *os);
int64_t sx_os_posix_mono_ns(struct sx_os *os);
stria_status sx_os_posix_random(struct sx_os *os, void *bytes, size_t size, stria_error *err);
void sx_os_posix_sleep_ns(struct sx_os *os, int64_t duration_ns);
stria_status sx_os_posix_thread_start(struct sx_os *os, void (*body)(void *context), void *context,
                                      struct sx_thread **thread, stria_error *err);
void sx_os_posix_thread_join(struct sx_thread *thread);
uint64_t sx_os_posix_process_id(struct sx_os *os);

#endif
