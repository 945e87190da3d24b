/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.c -- see oracle.h. */
#include "oracle.h"

#include "universe.h"

#include "base/hash.h"
#include "model/catalog.h"

#include <stdlib.h>

/* ---- tables ---- */

static uint64_t hash_of(uint32_t uid, uint32_t series, int64_t ts_ns, uint32_t column)
{
    uint64_t x = (uint64_t)uid << 40 ^ (uint64_t)series << 20 ^ column;
    return sx_hash_u64(x * 0x9e3779b97f4a7c15u ^ (uint64_t)ts_ns);
}

/* The cell of a key, or the empty place where it would be. */
static struct oracle_cell *place_of(struct oracle_cell *cells, size_t capacity, uint32_t uid,
                                    uint32_t series, int64_t ts_ns, uint32_t column)
{
    size_t i = (size_t)hash_of(uid, series, ts_ns, column) & (capacity - 1);
    while (cells[i].uid && !(cells[i].uid == uid && cells[i].series == series &&
                             cells[i].column == column && cells[i].ts_ns == ts_ns))
        i = (i + 1) & (capacity - 1);
    return &cells[i];
}

static struct oracle_cell *allocate(size_t capacity)
{
    struct oracle_cell *cells = calloc(capacity, sizeof *cells);
    if (!cells)
        abort();
    return cells;
}

static void make_room(struct oracle_cell **cells, size_t count, size_t *capacity)
{
    if (count + 1 <= *capacity / 2)
        return;
    size_t bigger = *capacity ? 2 * *capacity : 64;
    struct oracle_cell *next = allocate(bigger);
    for (size_t i = 0; i < *capacity; i++) {
        const struct oracle_cell *c = &(*cells)[i];
        if (c->uid)
            *place_of(next, bigger, c->uid, c->series, c->ts_ns, c->column) = *c;
    }
    free(*cells);
    *cells = next;
    *capacity = bigger;
}

void oracle_init(struct oracle *oracle)
{
    *oracle = (struct oracle){.next_uid = 1};
    for (int i = 0; i < ORACLE_DATABASES; i++)
        oracle->databases[i].default_policy = -1;
}

void oracle_deinit(struct oracle *oracle)
{
    free(oracle->cells);
    free(oracle->types);
    *oracle = (struct oracle){0};
}

static void copy_table(struct oracle_cell **to, size_t *to_capacity, const struct oracle_cell *from,
                       size_t capacity)
{
    if (*to_capacity != capacity) {
        free(*to);
        *to = capacity ? allocate(capacity) : NULL;
        *to_capacity = capacity;
    }
    if (capacity)
        memcpy(*to, from, capacity * sizeof *from);
}

void oracle_copy(struct oracle *to, const struct oracle *from)
{
    memcpy(to->databases, from->databases, sizeof to->databases);
    to->next_uid = from->next_uid;
    copy_table(&to->cells, &to->cell_capacity, from->cells, from->cell_capacity);
    copy_table(&to->types, &to->type_capacity, from->types, from->type_capacity);
    to->cell_count = from->cell_count;
    to->type_count = from->type_count;
}

/* ---- catalog ---- */

const char *oracle_database_name(int database)
{
    static const char *const names[ORACLE_DATABASES] = {"db0", "d\xc3\xbc 1", "db2"};
    return names[database];
}

const char *oracle_policy_name(int policy)
{
    static const char *const names[ORACLE_POLICIES] = {"autogen", "p1", "p 2"};
    return names[policy];
}

void oracle_create_database(struct oracle *oracle, int database)
{
    if (oracle->databases[database].exists)
        return;
    oracle->databases[database] = (struct oracle_database){.exists = true, .default_policy = -1};
    oracle_create_policy(oracle, database, 0, 0, true);
}

void oracle_drop_database(struct oracle *oracle, int database)
{
    oracle->databases[database] = (struct oracle_database){.default_policy = -1};
}

void oracle_create_policy(struct oracle *oracle, int database, int policy, int64_t duration_ns,
                          bool make_default)
{
    struct oracle_policy *p = &oracle->databases[database].policies[policy];
    if (!p->uid)
        *p = (struct oracle_policy){.uid = oracle->next_uid++,
                                    .duration_ns = duration_ns,
                                    .window_ns = sx_window_ns_of(duration_ns),
                                    .floor_ns = INT64_MIN};
    if (make_default)
        oracle->databases[database].default_policy = policy;
}

void oracle_drop_policy(struct oracle *oracle, int database, int policy)
{
    struct oracle_database *db = &oracle->databases[database];
    db->policies[policy] = (struct oracle_policy){0};
    if (db->default_policy == policy)
        db->default_policy = -1;
}

int64_t oracle_oldest_ns(const struct oracle_policy *policy, int64_t now_ns)
{
    int64_t oldest = policy->duration_ns ? now_ns - policy->duration_ns : INT64_MIN;
    return oldest > policy->floor_ns ? oldest : policy->floor_ns;
}

void oracle_forget(struct oracle_policy *policy, int64_t now_ns)
{
    /* The change itself takes some time. */
    policy->floor_ns = oracle_oldest_ns(policy, now_ns + 1000000000);
}

struct oracle_policy *oracle_policy(struct oracle *oracle, int database, int policy)
{
    struct oracle_database *db = &oracle->databases[database];
    if (policy < 0)
        policy = db->default_policy;
    if (!db->exists || policy < 0 || !db->policies[policy].uid)
        return NULL;
    return &db->policies[policy];
}

/* ---- rows ---- */

void oracle_put(struct oracle *oracle, struct oracle_policy *policy, uint32_t series, int64_t ts_ns,
                uint32_t column, uint64_t value)
{
    make_room(&oracle->cells, oracle->cell_count, &oracle->cell_capacity);
    struct oracle_cell *cell =
        place_of(oracle->cells, oracle->cell_capacity, policy->uid, series, ts_ns, column);
    if (!cell->uid) {
        *cell = (struct oracle_cell){.uid = policy->uid,
                                     .series = (uint16_t)series,
                                     .column = (uint16_t)column,
                                     .ts_ns = ts_ns};
        oracle->cell_count++;
    }
    cell->value = value;
}

const struct oracle_cell *oracle_find(const struct oracle *oracle, uint32_t uid, uint32_t series,
                                      int64_t ts_ns, uint32_t column)
{
    if (!oracle->cell_count)
        return NULL;
    const struct oracle_cell *cell =
        place_of(oracle->cells, oracle->cell_capacity, uid, series, ts_ns, column);
    return cell->uid ? cell : NULL;
}

void oracle_adopt(struct oracle *oracle, int database, const struct oracle *from, int as_it_is)
{
    struct oracle_database *db = &oracle->databases[database];
    *db = from->databases[as_it_is];
    for (int p = 0; p < ORACLE_POLICIES; p++) {
        struct oracle_policy *policy = &db->policies[p];
        uint32_t uid = policy->uid;
        if (!uid)
            continue;
        policy->uid = oracle->next_uid++;
        for (size_t i = 0; i < from->cell_capacity; i++) {
            const struct oracle_cell *c = &from->cells[i];
            if (c->uid == uid)
                oracle_put(oracle, policy, c->series, c->ts_ns, c->column, c->value);
        }
        for (size_t i = 0; i < from->type_capacity; i++) {
            const struct oracle_cell *c = &from->types[i];
            if (c->uid == uid)
                oracle_note_type(oracle, policy->uid, c->series, c->column, c->ts_ns,
                                 (stria_type)c->value);
        }
    }
}

/* Puts what is to stay into a new table. */
static size_t filter(struct oracle_cell **cells, size_t capacity, uint32_t uid,
                     bool (*is_meant)(const void *context, const struct oracle_cell *cell),
                     const void *context)
{
    struct oracle_cell *next = capacity ? allocate(capacity) : NULL;
    size_t count = 0;
    for (size_t i = 0; i < capacity; i++) {
        const struct oracle_cell *c = &(*cells)[i];
        if (!c->uid || (c->uid == uid && is_meant(context, c)))
            continue;
        *place_of(next, capacity, c->uid, c->series, c->ts_ns, c->column) = *c;
        count++;
    }
    free(*cells);
    *cells = next;
    return count;
}

void oracle_remove(struct oracle *oracle, uint32_t uid,
                   bool (*is_meant)(const void *context, const struct oracle_cell *cell),
                   const void *context)
{
    oracle->cell_count = filter(&oracle->cells, oracle->cell_capacity, uid, is_meant, context);
}

static bool is_of_measurement(const void *context, const struct oracle_cell *type)
{
    return type->series == *(const uint32_t *)context;
}

void oracle_forget_types(struct oracle *oracle, uint32_t uid, uint32_t measurement)
{
    oracle->type_count =
        filter(&oracle->types, oracle->type_capacity, uid, is_of_measurement, &measurement);
}

/* Columns of one name are one field: the first of them stands for it. */
static uint32_t field_of(uint32_t column)
{
    return column >= UNIVERSE_FIRST_CLASH && column < UNIVERSE_FIRST_WIDE
               ? column - UNIVERSE_FIRST_CLASH
               : column;
}

stria_type oracle_type(const struct oracle *oracle, uint32_t uid, uint32_t measurement,
                       uint32_t field, int64_t window)
{
    if (!oracle->type_count)
        return STRIA_NONE;
    const struct oracle_cell *cell =
        place_of(oracle->types, oracle->type_capacity, uid, measurement, window, field_of(field));
    return cell->uid ? (stria_type)cell->value : STRIA_NONE;
}

void oracle_note_type(struct oracle *oracle, uint32_t uid, uint32_t measurement, uint32_t field,
                      int64_t window, stria_type type)
{
    make_room(&oracle->types, oracle->type_count, &oracle->type_capacity);
    struct oracle_cell *cell =
        place_of(oracle->types, oracle->type_capacity, uid, measurement, window, field_of(field));
    if (cell->uid)
        return;
    *cell = (struct oracle_cell){.uid = uid,
                                 .series = (uint16_t)measurement,
                                 .column = (uint16_t)field_of(field),
                                 .ts_ns = window,
                                 .value = (uint64_t)type};
    oracle->type_count++;
}
