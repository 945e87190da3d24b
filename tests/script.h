/* SPDX-License-Identifier: Apache-2.0 */
/* script.h -- a few hundred operations that go everywhere: what the sweeps run again and again.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_SCRIPT_H
#define SX_TESTS_SCRIPT_H

#include "ops.h"

#define SCRIPT_OPS_MAX 400

struct script {
    struct op ops[SCRIPT_OPS_MAX];
    uint32_t count;
    uint64_t seed;
};

/* `count` operations by `mix`. First come two databases with a policy that forgets; then what the
 * seed says, with flushes, merges, seals, drops and reopenings among it. */
void script_make(struct script *script, uint64_t seed, uint32_t count, const struct op_mix *mix);

/* A number from the environment, or `otherwise`. */
uint64_t script_number(const char *variable, uint64_t otherwise);

#endif
