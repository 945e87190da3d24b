/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c -- see stop.h. */
#include "app/cli/stop.h"

#include "base/attr.h"
#include "base/civil.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#define LOOK_MS 100 /* a signal may be taken by another thread: it is looked for so often */

static volatile sig_atomic_t wanted;

static void on_signal(int number)
{
    (void)number;
    wanted = 1;
}

void sx_stop_watch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    wanted = 0;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool sx_stop_wanted(void)
{
    return wanted;
}

bool sx_stop_sleep_ns(int64_t duration_ns)
{
    const int64_t look_ns = (int64_t)LOOK_MS * 1000000;
    while (duration_ns > 0 && !wanted) {
        int64_t part_ns = SX_MIN(duration_ns, look_ns);
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)part_ns}, NULL);
        duration_ns -= part_ns;
    }
    return !wanted;
}

bool sx_stop_wait_readable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (!wanted)
        if (poll(&wait, 1, LOOK_MS) > 0)
            return true;
    return false;
}
