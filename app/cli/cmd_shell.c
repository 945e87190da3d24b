/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_shell.c -- stria shell: statements typed, or read from a file, one after the other. */
#include "app/cli/cmd.h"
#include "app/cli/interrupt.h"
#include "app/cli/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_SIZE 4096

struct shell_arguments {
    const char *db, *rp;
    int format, time;
    bool timing;
};

#define AT(member) offsetof(struct shell_arguments, member)
static const struct sx_option options[] = {
    {"db", SX_OPTION_TEXT, AT(db), "NAME", "the database to begin with"},
    {"rp", SX_OPTION_TEXT, AT(rp), "NAME", "the retention policy, if not the default one"},
    {"format", SX_OPTION_CHOICE, AT(format), SX_SHOW_FORMATS, "the form of answers"},
    {"precision", SX_OPTION_CHOICE, AT(time), SX_SHOW_TIMES, "the form of times"},
    {"timing", SX_OPTION_FLAG, AT(timing), NULL, "tells how long each answer took"},
};

/* Where the history is kept; NULL: nowhere. */
static const char *history_path(char *storage)
{
    const char *path = getenv("STRIA_HISTORY"), *home = getenv("HOME");
    if (path)
        return *path ? path : NULL;
    if (!home || !*home)
        return NULL;
    (void)snprintf(storage, PATH_SIZE, "%s/.stria_history", home);
    return storage;
}

static stria_status begin_line(struct sx_shell *shell, stria_error *err)
{
    char storage[PATH_SIZE];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        shell->fd = STDIN_FILENO;
        return STRIA_OK;
    }
    (void)sx_interrupt_begin();
    return sx_line_create(&shell->cli->mem, stdin, stdout, history_path(storage), &shell->line,
                          err);
}

static int run_shell(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    const struct shell_arguments *arguments = given;
    struct sx_shell shell;
    stria_error err = {0};
    sx_shell_init(&shell, cli);
    shell.format = sx_show_format(arguments->format);
    shell.time = (enum sx_render_time)arguments->time;
    shell.timing = arguments->timing;
    sx_shell_set(&shell.database, sx_bytes_of(arguments->db));
    sx_shell_set(&shell.policy, sx_bytes_of(arguments->rp));
    stria_status st = begin_line(&shell, &err);
    if (!st)
        st = sx_shell_open(&shell, operand_count ? operands[0] : "localhost", &err);
    if (!st) {
        sx_shell_say(&shell, "Stria shell %s; `help` lists its words", STRIA_VERSION_TEXT);
        sx_shell_run(&shell);
    }
    bool failed = shell.failed;
    sx_shell_deinit(&shell);
    sx_interrupt_end();
    if (st)
        return sx_cli_fail(cli, &err);
    return failed || shell.failed ? SX_EXIT_FAILED : SX_EXIT_OK;
}

const struct sx_command sx_cmd_shell = {
    .name = "shell",
    .operands = "[DIR|URL]",
    .operand_max = 1,
    .summary = "Asks a directory or a server, statement by statement",
    .details =
        "Without DIR or URL, the server on this machine: localhost:8086. A directory is made\n"
        "if it is not there, and opened for reading only while another process writes to\n"
        "it. Statements come from the terminal, with a history in ~/.stria_history (or\n"
        "STRIA_HISTORY), or from a pipe; then the exit status tells whether all were done.",
    .example = "stria shell run-data --db telegraf",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct shell_arguments),
    .run = run_shell,
};
