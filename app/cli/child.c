/* SPDX-License-Identifier: Apache-2.0 */
/* child.c -- see child.h. */
#include "app/cli/child.h"

#include "base/civil.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS ((int64_t)20 * 1000000)

static void become(const char *program, char *const *words, int output, pid_t parent)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGINT, &usual, NULL);
    (void)sigaction(SIGTERM, &usual, NULL);
    (void)sigaction(SIGPIPE, &usual, NULL);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it is gone already */
        _exit(1);
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(1);
    (void)execv("/proc/self/exe", words);
    (void)execvp(program, words);
    _exit(127);
}

stria_status sx_child_start(struct sx_child *child, const char *program, char *const *words,
                            stria_error *err)
{
    int ends[2];
    pid_t self = getpid();
    *child = (struct sx_child){.fd = -1};
    if (pipe2(ends, O_CLOEXEC))
        return sx_fail_errno(err, STRIA_IO, errno, "pipe: %s", strerror(errno));
    child->pid = fork();
    if (child->pid == 0)
        become(program, words, ends[1], self);
    int why = errno;
    (void)close(ends[1]);
    if (child->pid < 0) {
        (void)close(ends[0]);
        child->pid = 0;
        return sx_fail_errno(err, STRIA_IO, why, "fork: %s", strerror(why));
    }
    child->fd = ends[0];
    (void)fcntl(child->fd, F_SETFL, O_NONBLOCK);
    return STRIA_OK;
}

/* Takes the line that ends at `len` out of what came, keeping it behind its NUL for the caller. */
static const char *take_line(struct sx_child *child, size_t len)
{
    static char line[SX_CHILD_LINE_MAX];
    size_t rest = child->line_len - SX_MIN(child->line_len, len + 1);
    memcpy(line, child->line, len);
    line[len] = 0;
    memmove(child->line, child->line + child->line_len - rest, rest);
    child->line_len = rest;
    return line;
}

const char *sx_child_line(struct sx_child *child)
{
    for (;;) {
        const char *lf = memchr(child->line, '\n', child->line_len);
        if (lf)
            return take_line(child, (size_t)(lf - child->line));
        size_t room = sizeof child->line - 1 - child->line_len;
        if (!room)
            return take_line(child, child->line_len);
        if (child->fd < 0)
            return NULL;
        ssize_t got = read(child->fd, child->line + child->line_len, room);
        if (got > 0) {
            child->line_len += (size_t)got;
            continue;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return NULL;
        (void)close(child->fd);
        child->fd = -1;
        return child->line_len ? take_line(child, child->line_len) : NULL;
    }
}

bool sx_child_runs(struct sx_child *child)
{
    int status;
    if (!child->pid || waitpid(child->pid, &status, WNOHANG) == 0)
        return child->pid != 0;
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    child->pid = 0;
    return false;
}

void sx_child_signal(struct sx_child *child, int number)
{
    if (child->pid)
        (void)kill(child->pid, number);
}

bool sx_child_wait(struct sx_child *child, int64_t duration_ns)
{
    for (; sx_child_runs(child); duration_ns -= LOOK_NS) {
        if (duration_ns <= 0)
            return false;
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)LOOK_NS}, NULL);
    }
    return true;
}

void sx_child_close(struct sx_child *child)
{
    if (sx_child_runs(child)) {
        sx_child_signal(child, SIGKILL);
        (void)sx_child_wait(child, INT64_MAX);
    }
    if (child->fd >= 0)
        (void)close(child->fd);
    child->fd = -1;
}
