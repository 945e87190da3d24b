/* SPDX-License-Identifier: Apache-2.0 */
/* served.h -- a server in a process of its own, for the tests that drive the built program.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_SERVED_H
#define SX_TESTS_SERVED_H

#include <sys/types.h>

struct served {
    pid_t id; /* 0: none runs */
    int out;  /* where its output can be read */
    unsigned port;
};

/* Waits until it takes writes, which it says with its port; fails the test if it says else. */
void served_await(struct served *server, const char *program);
/* Ends it by a signal; returns the exit status, or -1 if a signal ended it. */
int served_stop(struct served *server, int signal_number);

#endif
