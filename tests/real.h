/* SPDX-License-Identifier: Apache-2.0 */
/* real.h -- stores in real folders, through stria.h: what tests with threads and processes write
 * and how they read it back.
 *
 * Invariants  Batch k of writer w always has the same rows, in series of its own, at times of their
 *             own; so whoever reads them knows which batch they are of, and whether they are right.
 * Threads     Any. */
#ifndef SX_TESTS_REAL_H
#define SX_TESTS_REAL_H

#include "stria.h"

#define REAL_DATABASE "d"
#define REAL_WRITERS 4

/* A new folder's name, into a buffer of 64 bytes; and its removal with what is in it. */
void real_make_folder(char *path);
void real_remove_folder(const char *path);

/* Carries out InfluxQL that answers nothing. database: the default one; NULL: none. */
stria_status real_execute(stria *db, const char *database, const char *text, stria_error *err);

/* How many rows a batch has. */
static inline unsigned real_row_count(uint64_t k)
{
    return 1 + (unsigned)(k % 7);
}

stria_status real_write(stria *db, const char *database, unsigned writer, uint64_t k,
                        stria_durability durability, stria_error *err);

/* Each row of the database, series by series, times ascending: row i of batch k. Checks the values.
 * Returns OK, or what is wrong: CORRUPT with a text when a row is not as it was written. */
typedef void (*real_each)(void *context, unsigned writer, uint64_t k, unsigned i);
stria_status real_scan(stria *db, const char *database, real_each each, void *context,
                       stria_error *err);

#endif
