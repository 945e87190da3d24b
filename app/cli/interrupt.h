/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.h -- Ctrl-C ends the statement that runs, and nothing else.
 *
 * Why         A call into the library that takes long is ended by a call from another thread: so
 *             the signal is taken by a thread that waits for it, where any function may be called.
 * Invariants  Begin before other threads are started: they inherit that the signal is blocked.
 * Threads     begin, end and target from one thread. */
#ifndef SX_APP_CLI_INTERRUPT_H
#define SX_APP_CLI_INTERRUPT_H

#include <stdbool.h>

/* Takes SIGINT from now on; false: no thread could be started, and all is as before. */
bool sx_interrupt_begin(void);
void sx_interrupt_end(void);

/* What the next SIGINT calls, from the other thread: it is not called any more when this returns,
 * and not after it was called once. NULL: nothing. Returns whether the last target was called. */
bool sx_interrupt_target(void (*cancel)(void *context), void *context);

#endif
