/* SPDX-License-Identifier: Apache-2.0 */
/* script.c -- see script.h. */
#include "script.h"

#include "random.h"

#include <stdlib.h>

void script_make(struct script *script, uint64_t seed, uint32_t count, const struct op_mix *mix)
{
    static const struct op first[] = {
        {.kind = OP_CREATE_DATABASE, .database = 0},
        {.kind = OP_CREATE_DATABASE, .database = 1},
        {.kind = OP_CREATE_POLICY, .database = 1, .policy = 1, .seed = 2}, /* keeps two hours */
        {.kind = OP_WRITE, .durability = STRIA_SYNC, .write = WRITE_ALL_TYPES},
        {.kind = OP_FLUSH},
        {.kind = OP_WRITE, .durability = STRIA_SYNC, .write = WRITE_LATE, .database = 1},
        {.kind = OP_FLUSH},
        {.kind = OP_SEAL},
    };
    uint64_t state = seed;
    script->seed = seed;
    script->count = count < SCRIPT_OPS_MAX ? count : SCRIPT_OPS_MAX;
    for (uint32_t i = 0; i < script->count; i++) {
        script->ops[i] = op_make(&state, i, mix);
        if (i >= SX_COUNT_OF(first))
            continue;
        script->ops[i] = first[i];
        script->ops[i].id = i;
        if (first[i].kind == OP_WRITE)
            script->ops[i].seed = random_next(&state);
    }
}

uint64_t script_number(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}
