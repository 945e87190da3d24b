/* SPDX-License-Identifier: Apache-2.0 */
/* folders.h -- folders of tests, with all that is in them.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_FOLDERS_H
#define SX_TESTS_FOLDERS_H

#include "os/os.h"

/* Removes a folder of the host's folder "data", durably: it does not come back when the power
 * goes. One that is not there is left alone. */
void folders_remove(struct sx_os *os, const char *path);

#endif
