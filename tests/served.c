/* SPDX-License-Identifier: Apache-2.0 */
/* served.c -- see served.h. */
#include "served.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void served_await(struct served *server, const char *program)
{
    char line[200];
    size_t size = 0;
    while (size < sizeof line - 1 && read(server->out, line + size, 1) == 1 && line[size] != '\n')
        size++;
    line[size] = 0;
    if (strncmp(line, "listening on http://127.0.0.1:", 30) != 0)
        fail_msg("%s serve: \"%s\"", program, line);
    server->port = (unsigned)strtoul(line + 30, NULL, 10);
}

int served_stop(struct served *server, int signal_number)
{
    int status;
    assert_int_equal(kill(server->id, signal_number), 0);
    assert_int_equal(waitpid(server->id, &status, 0), server->id);
    (void)close(server->out);
    server->id = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
