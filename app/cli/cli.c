/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c -- see cli.h. */
#include "app/cli/cli.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void sx_cli_init(struct sx_cli *cli, const char *program)
{
    *cli = (struct sx_cli){.program = program};
    sx_mem_init(&cli->mem, NULL, "command line", 0);
    sx_out_init(&cli->out, &cli->mem, STDOUT_FILENO, "standard output");
}

void sx_cli_deinit(struct sx_cli *cli)
{
    sx_out_deinit(&cli->out);
    sx_mem_deinit(&cli->mem);
}

static void say(const struct sx_cli *cli, const char *format, va_list args)
{
    if (cli->command)
        (void)fprintf(stderr, "stria %s: ", cli->command->name);
    else
        (void)fputs("stria: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
}

void sx_cli_say(const struct sx_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(cli, format, args);
    va_end(args);
}

int sx_cli_fail(const struct sx_cli *cli, const stria_error *err)
{
    sx_cli_say(cli, "%s", err->text);
    return SX_EXIT_FAILED;
}

int sx_cli_usage(const struct sx_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(cli, format, args);
    va_end(args);
    if (cli->command)
        sx_cli_say(cli, "`stria help %s` tells how it is used", cli->command->name);
    else
        sx_cli_say(cli, "`stria help` lists the commands");
    return SX_EXIT_USAGE;
}

stria_status sx_cli_read_all(int fd, const char *name, struct sx_buf *bytes, stria_error *err)
{
    for (;;) {
        if (!sx_buf_reserve(bytes, 16384))
            return sx_buf_refused(bytes, name, err);
        ssize_t got = read(fd, bytes->ptr + bytes->len, bytes->capacity - bytes->len);
        if (got == 0)
            return STRIA_OK;
        if (got > 0)
            bytes->len += (size_t)got;
        else if (errno != EINTR)
            return sx_fail_errno(err, STRIA_IO, errno, "%s: read: %s", name, strerror(errno));
    }
}
