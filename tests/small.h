/* SPDX-License-Identifier: Apache-2.0 */
/* small.h -- a store in memory for tests that can say what they want as text: lines of line
 * protocol go in, and what the store holds comes out, as a line to compare.
 *
 * Threads     One owner. */
#ifndef SX_TESTS_SMALL_H
#define SX_TESTS_SMALL_H

#include "engine/engine.h"
#include "model/request.h"

struct small {
    struct sx_os *os;
    struct sx_engine *engine;
    struct sx_mem mem;
    /* NULL: damage fails the reading */
    void (*on_damage)(void *context, const stria_error *what);
    void *damage_context;
    char text[8192];
    size_t len;
};

/* A new store with the database "d", whose policy has the id 1. */
void small_begin(struct small *s);
void small_end(struct small *s);
void small_open(struct small *s);
void small_execute(struct small *s, const struct sx_command *command);

/* Writes; returns how many rows had a field of a wrong type. */
uint64_t small_write(struct small *s, const char *lines);

/* What it holds: "cpu,host,a 1:v=1 2:v=2; mem 5:f=4; cpu/1 mem/1 ", series in order of their keys,
 * then each measurement with the number of its columns. In s->text. */
const char *small_dump(struct small *s);

void small_compact(struct small *s, stria_compact_until until);
/* Polls so often, whether anything is due or not: care has its turn when nothing is. */
void small_poll(struct small *s, int count);
/* A figure of sx_engine_stats() without labels. */
double small_stat(struct small *s, const char *name);

/* Compares that; a star at the end of `expected` stands for whatever follows. */
void small_assert(struct small *s, const char *expected);

#endif
