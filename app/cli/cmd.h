/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.h -- the commands of `stria`, by name.
 *
 * Use         A command is a file that defines its struct sx_command, and a row in cmd.c.
 * Threads     One. */
#ifndef SX_APP_CLI_CMD_H
#define SX_APP_CLI_CMD_H

#include "app/cli/cli.h"

extern const struct sx_command sx_cmd_backup, sx_cmd_bench, sx_cmd_compact, sx_cmd_demo,
    sx_cmd_export, sx_cmd_feed, sx_cmd_help, sx_cmd_import, sx_cmd_inspect, sx_cmd_query,
    sx_cmd_restore, sx_cmd_serve, sx_cmd_shell, sx_cmd_verify, sx_cmd_version;

/* All commands, in the order of the help; ended by NULL. */
extern const struct sx_command *const sx_commands[];

/* The command of a name; NULL: none. */
const struct sx_command *sx_command_find(const char *name);
/* The name that was meant, perhaps; NULL: none is near. */
const char *sx_command_nearest(const char *name);

/* The whole program. Returns its exit status. */
int sx_cli_main(int argc, char **argv);

#endif
