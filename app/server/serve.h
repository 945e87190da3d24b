/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h -- the command `stria serve`.
 *
 * Output      Standard output: one line, "listening on http://127.0.0.1:8086 http://[::1]:8086",
 *             when writes are taken. Standard error: the log (log.h).
 * Signals     SIGTERM, SIGINT, SIGHUP: no more connections; requests may end (--stop-timeout); what
 *             is in memory is written to files; exit 0. A second one: at once, without the writing
 *             (the log of the store has it all). */
#ifndef SX_APP_SERVER_SERVE_H
#define SX_APP_SERVER_SERVE_H

/* argv[0] is not looked at; the flags follow. Returns the exit status: 0; 1: it could not start, or
 * the store could not be closed well; 2: wrong use. */
int sx_cli_serve(int argc, char **argv);

#endif
