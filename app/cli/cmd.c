/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.c -- see cmd.h. */
#include "app/cli/cmd.h"

#include "app/cli/value_text.h"
#include "os/os.h"

#include <signal.h>

const struct sx_command *const sx_commands[] = {
    &sx_cmd_serve,  &sx_cmd_shell,   &sx_cmd_query,  &sx_cmd_import,
    &sx_cmd_export, &sx_cmd_compact, &sx_cmd_verify, &sx_cmd_inspect,
    &sx_cmd_backup, &sx_cmd_restore, &sx_cmd_bench,  &sx_cmd_feed,
    &sx_cmd_demo,   &sx_cmd_version, &sx_cmd_help,   NULL,
};

const struct sx_command *sx_command_find(const char *name)
{
    for (const struct sx_command *const *p = sx_commands; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

const char *sx_command_nearest(const char *name)
{
    struct sx_near_word near = {.typed = name};
    for (const struct sx_command *const *p = sx_commands; *p; p++)
        sx_near_word_offer(&near, (*p)->name);
    return near.word;
}

static int show_help(struct sx_cli *cli)
{
    struct sx_buf text;
    sx_buf_init(&text, &cli->mem, 65536);
    sx_options_help(cli->command, &text);
    sx_out_put(&cli->out, text.ptr, text.len);
    sx_buf_deinit(&text);
    return SX_EXIT_OK;
}

static int run(struct sx_cli *cli, int argc, char **argv)
{
    size_t operand_count;
    bool help;
    stria_error err = {0};
    int code = SX_EXIT_FAILED;
    void *arguments = sx_mem_zalloc(&cli->mem, cli->command->arguments_size + 1);
    char **operands = sx_mem_zalloc(&cli->mem, ((size_t)argc + 1) * sizeof *operands);
    if (!arguments || !operands) {
        (void)sx_mem_refused(&cli->mem, cli->command->arguments_size, &err);
        code = sx_cli_fail(cli, &err);
    } else if (sx_options_parse(cli->command, argc, argv, sx_os_now_ns(sx_os_posix()), arguments,
                                operands, &operand_count, &help, &err)) {
        code = sx_cli_usage(cli, "%s", err.text);
    } else {
        code = help ? show_help(cli) : cli->command->run(cli, arguments, operands, operand_count);
    }
    sx_mem_free(&cli->mem, operands);
    sx_mem_free(&cli->mem, arguments);
    return code;
}

static int dispatch(struct sx_cli *cli, int argc, char **argv)
{
    char *help[] = {argc > 2 ? argv[2] : NULL};
    if (argc < 2) {
        cli->command = &sx_cmd_help;
        (void)run(cli, 0, help);
        return SX_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cli->command = &sx_cmd_help;
        return run(cli, argc > 2, help);
    }
    if (strcmp(argv[1], "--version") == 0) {
        cli->command = &sx_cmd_version;
        return run(cli, 0, help);
    }
    cli->command = sx_command_find(argv[1]);
    if (cli->command && cli->command->run_raw)
        return cli->command->run_raw(argc - 1, argv + 1);
    if (cli->command)
        return run(cli, argc - 2, argv + 2);
    const char *nearest = sx_command_nearest(argv[1]);
    if (nearest)
        return sx_cli_usage(cli, "unknown command %s; did you mean %s?", argv[1], nearest);
    return sx_cli_usage(cli, "unknown command %s", argv[1]);
}

int sx_cli_main(int argc, char **argv)
{
    struct sx_cli cli;
    stria_error err = {0};
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sx_cli_init(&cli, argc ? argv[0] : "stria");
    int code = dispatch(&cli, argc, argv);
    if (sx_out_flush(&cli.out, &err))
        code = sx_cli_fail(&cli, &err);
    sx_cli_deinit(&cli);
    return code;
}
