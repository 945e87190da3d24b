/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_help.c -- stria help: the list of commands, or one of them in full. */
#include "app/cli/cmd.h"

#include <stdio.h>

static void list_commands(struct sx_out *out)
{
    sx_out_put_text(out, "usage: stria COMMAND [FLAGS] [WORDS]\n\n"
                         "Stria keeps time series in a directory and answers InfluxQL.\n\n"
                         "Commands:\n");
    for (const struct sx_command *const *p = sx_commands; *p; p++)
        sx_out_printf(out, "  %-8s %s\n", (*p)->name, (*p)->summary);
    sx_out_put_text(out, "\n`stria help COMMAND` tells its flags, with an example.\n"
                         "Sizes are written 512k, 64M, 2G (1024 each), durations 10s, 5m, 1h30m.\n"
                         "Exit status: 0 done; 1 failed, damage found or answer incomplete; "
                         "2 wrong usage.\n");
}

static int run_help(struct sx_cli *cli, const void *arguments, char **operands,
                    size_t operand_count)
{
    (void)arguments;
    if (operand_count == 0) {
        list_commands(&cli->out);
        return SX_EXIT_OK;
    }
    const struct sx_command *command = sx_command_find(operands[0]);
    if (!command) {
        const char *nearest = sx_command_nearest(operands[0]);
        if (nearest)
            return sx_cli_usage(cli, "unknown command %s; did you mean %s?", operands[0], nearest);
        return sx_cli_usage(cli, "unknown command %s", operands[0]);
    }
    if (command->run_raw) {
        char name[32], flag[] = "--help";
        (void)snprintf(name, sizeof name, "%s", command->name);
        char *argv[] = {name, flag, NULL};
        return command->run_raw(2, argv);
    }
    struct sx_buf text;
    sx_buf_init(&text, &cli->mem, 65536);
    sx_options_help(command, &text);
    sx_out_put(&cli->out, text.ptr, text.len);
    sx_buf_deinit(&text);
    return SX_EXIT_OK;
}

const struct sx_command sx_cmd_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operand_max = 1,
    .summary = "Lists the commands, or tells about one",
    .example = "stria help import",
    .run = run_help,
};
