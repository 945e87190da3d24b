/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h -- what every command of `stria` is given, and how it ends.
 *
 * Format      Data goes to standard output, everything else to standard error as "stria NAME:
 *             text". Exit status: 0 done; 1 failed, damage found or answer incomplete; 2 wrong
 *             usage.
 * Threads     One. */
#ifndef SX_APP_CLI_CLI_H
#define SX_APP_CLI_CLI_H

#include "app/cli/options.h"
#include "app/cli/out.h"

enum sx_exit { SX_EXIT_OK = 0, SX_EXIT_FAILED = 1, SX_EXIT_USAGE = 2 };

struct sx_cli {
    const char *program; /* as it was called: argv[0] */
    const struct sx_command *command;
    struct sx_mem mem;
    struct sx_out out; /* standard output; flushed when the command returns */
};

void sx_cli_init(struct sx_cli *cli, const char *program);
void sx_cli_deinit(struct sx_cli *cli);

/* A line on standard error. */
void sx_cli_say(const struct sx_cli *cli, const char *format, ...) SX_FORMAT(2, 3);
/* The text of an error there; returns SX_EXIT_FAILED. */
int sx_cli_fail(const struct sx_cli *cli, const stria_error *err);
/* What is wrong with the words, and where to look; returns SX_EXIT_USAGE. */
int sx_cli_usage(const struct sx_cli *cli, const char *format, ...) SX_FORMAT(2, 3);

/* Appends all of an open file (standard input, say) to `bytes`. Returns OK, IO, NOMEM, LIMIT. */
SX_MUST_CHECK stria_status sx_cli_read_all(int fd, const char *name, struct sx_buf *bytes,
                                           stria_error *err);

#endif
