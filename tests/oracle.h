/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.h -- what a store must hold, kept as simply as possible.
 *
 * Why         The naive twin of the engine: a table from (policy, series, time, column) to a value,
 *             and the types that fields have in windows. No files, no memory limits, no threads.
 * Invariants  A policy has a uid that no other ever has, so what a dropped one held is nobody's.
 * Threads     One owner. */
#ifndef SX_TESTS_ORACLE_H
#define SX_TESTS_ORACLE_H

#include "stria.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_DATABASES 3
#define ORACLE_POLICIES 3

struct oracle_policy {
    uint32_t uid; /* 0: it does not exist */
    int64_t duration_ns;
    int64_t window_ns;
    int64_t floor_ns; /* rows before may have gone under a duration that it had */
};

struct oracle_database {
    bool exists;
    int default_policy; /* -1: none */
    struct oracle_policy policies[ORACLE_POLICIES];
};

struct oracle_cell {
    uint32_t uid; /* 0: an empty place of the table */
    uint16_t series, column;
    int64_t ts_ns;
    uint64_t value;
};

struct oracle {
    struct oracle_database databases[ORACLE_DATABASES];
    uint32_t next_uid;
    struct oracle_cell *cells; /* a hash table with linear probing; so are the types */
    size_t cell_count, cell_capacity;
    struct oracle_cell *types; /* series: measurement; column: field's; ts: window; value: type */
    size_t type_count, type_capacity;
};

void oracle_init(struct oracle *oracle);
void oracle_deinit(struct oracle *oracle);
void oracle_copy(struct oracle *to, const struct oracle *from); /* `to` is initialised */

/* The names that databases and policies have in the store. */
const char *oracle_database_name(int database);
const char *oracle_policy_name(int policy);

void oracle_create_database(struct oracle *oracle, int database);
void oracle_drop_database(struct oracle *oracle, int database);
/* A database that is not there becomes what one of another oracle is, with all that it holds. */
void oracle_adopt(struct oracle *oracle, int database, const struct oracle *from, int as_it_is);
void oracle_create_policy(struct oracle *oracle, int database, int policy, int64_t duration_ns,
                          bool make_default);
void oracle_drop_policy(struct oracle *oracle, int database, int policy);

/* Times before this may be there or not when the clock tells now_ns. */
int64_t oracle_oldest_ns(const struct oracle_policy *policy, int64_t now_ns);
/* The policy's duration is about to change: what may have gone by now is not asked for again. */
void oracle_forget(struct oracle_policy *policy, int64_t now_ns);

/* Where rows go; NULL: not there. policy -1: the default one. */
struct oracle_policy *oracle_policy(struct oracle *oracle, int database, int policy);

void oracle_put(struct oracle *oracle, struct oracle_policy *policy, uint32_t series, int64_t ts_ns,
                uint32_t column, uint64_t value);
/* NULL: no value. */
const struct oracle_cell *oracle_find(const struct oracle *oracle, uint32_t uid, uint32_t series,
                                      int64_t ts_ns, uint32_t column);

/* Removes the values that `is_meant` says. */
void oracle_remove(struct oracle *oracle, uint32_t uid,
                   bool (*is_meant)(const void *context, const struct oracle_cell *cell),
                   const void *context);
void oracle_forget_types(struct oracle *oracle, uint32_t uid, uint32_t measurement);

/* The type a field has in a window (STRIA_NONE: none yet), and giving it one. `field` is any column
 * of its name. */
stria_type oracle_type(const struct oracle *oracle, uint32_t uid, uint32_t measurement,
                       uint32_t field, int64_t window);
void oracle_note_type(struct oracle *oracle, uint32_t uid, uint32_t measurement, uint32_t field,
                      int64_t window, stria_type type);

#endif
