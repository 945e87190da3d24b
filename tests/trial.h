/* SPDX-License-Identifier: Apache-2.0 */
/* trial.h -- a script of operations on a store in memory in which something fails, and what must
 * hold afterwards: the power goes, and the store is closed and opened again; both times it must
 * hold what was acknowledged, nothing torn, nothing twice; and go on working.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_TRIAL_H
#define SX_TESTS_TRIAL_H

#include "history.h"
#include "script.h"

struct trial {
    const struct script *script;
    /* Whether what was to fail has failed by now. */
    bool (*fired)(const struct trial *trial);
    bool for_ever; /* it fails from then on */
    struct sx_os *disk;
    struct store store;
    struct history history;
    uint64_t state;
    char text[600]; /* what is wrong */
};

/* os: of the store, or NULL for the disk itself. */
void trial_init(struct trial *trial, const struct script *script, struct sx_os *disk,
                struct sx_os *os, const struct store_options *options, uint64_t seed);
void trial_deinit(struct trial *trial);

/* Each of these: false: it is not as it must be, and the text tells. */
bool trial_wrong(struct trial *trial, const char *where, const char *what);
bool trial_run_script(struct trial *trial);
/* What failed has passed: the running store shows what it acknowledged. */
bool trial_check_running(struct trial *trial);
bool trial_check_power_loss(struct trial *trial);
bool trial_check_reopened(struct trial *trial);

#endif
