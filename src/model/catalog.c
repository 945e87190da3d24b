/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.c -- see catalog.h. */
#include "model/catalog.h"

#include "base/error.h"

int64_t sx_window_ns_of(int64_t duration_ns)
{
    return duration_ns > 0 && duration_ns < 2 * SX_DAY_NS ? SX_HOUR_NS : SX_DAY_NS;
}

int64_t sx_window_start(int64_t ts_ns, int64_t window_ns)
{
    int64_t rest = ts_ns % window_ns;
    if (rest < 0)
        rest += window_ns;
    return ts_ns < INT64_MIN + rest ? INT64_MIN : ts_ns - rest;
}

struct sx_database sx_database_make(uint32_t id, struct sx_bytes name)
{
    struct sx_database database = {.id = id, .name = name};
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
        database.limits[i] = SX_LIMIT_OF_STORE;
    return database;
}

static bool copy_database(struct sx_catalog *to, struct sx_database *copy,
                          const struct sx_database *from, size_t policy_more)
{
    *copy = *from;
    copy->name = sx_arena_dup(&to->arena, from->name);
    copy->policies =
        sx_arena_array(&to->arena, from->policy_count + policy_more + 1, sizeof *copy->policies);
    if (!copy->name.ptr || !copy->policies)
        return false;
    for (size_t i = 0; i < from->policy_count; i++) {
        copy->policies[i] = from->policies[i];
        copy->policies[i].name = sx_arena_dup(&to->arena, from->policies[i].name);
        if (!copy->policies[i].name.ptr)
            return false;
    }
    return true;
}

struct sx_catalog *sx_catalog_copy(struct sx_mem *mem, const struct sx_catalog *from,
                                   size_t database_more, size_t policy_more)
{
    struct sx_catalog *to = sx_mem_zalloc(mem, sizeof *to);
    if (!to)
        return NULL;
    atomic_init(&to->reference_count, 1);
    to->mem = mem;
    sx_arena_init(&to->arena, mem, 0);
    size_t count = from ? from->database_count : 0;
    to->databases = sx_arena_array(&to->arena, count + database_more + 1, sizeof *to->databases);
    bool ok = to->databases != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = copy_database(to, &to->databases[i], &from->databases[i], policy_more);
    if (!ok) {
        sx_catalog_release(to);
        return NULL;
    }
    to->database_count = count;
    return to;
}

struct sx_catalog *sx_catalog_acquire(struct sx_catalog *catalog)
{
    atomic_fetch_add_explicit(&catalog->reference_count, 1, memory_order_relaxed);
    return catalog;
}

void sx_catalog_release(struct sx_catalog *catalog)
{
    /* acq_rel: the last release must see every use before it. */
    if (!catalog ||
        atomic_fetch_sub_explicit(&catalog->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = catalog->mem;
    sx_arena_deinit(&catalog->arena);
    sx_mem_free(mem, catalog);
}

const struct sx_database *sx_catalog_database(const struct sx_catalog *catalog,
                                              struct sx_bytes name)
{
    for (size_t i = 0; i < catalog->database_count; i++)
        if (sx_bytes_equal(catalog->databases[i].name, name))
            return &catalog->databases[i];
    return NULL;
}

const struct sx_policy *sx_database_policy(const struct sx_database *database, struct sx_bytes name)
{
    for (size_t i = 0; i < database->policy_count; i++) {
        const struct sx_policy *policy = &database->policies[i];
        if (name.len ? sx_bytes_equal(policy->name, name)
                     : policy->id == database->default_policy_id)
            return policy;
    }
    return NULL;
}

const struct sx_policy *sx_catalog_policy_by_id(const struct sx_catalog *catalog, uint32_t id,
                                                const struct sx_database **database)
{
    for (size_t i = 0; i < catalog->database_count; i++)
        for (size_t j = 0; j < catalog->databases[i].policy_count; j++)
            if (catalog->databases[i].policies[j].id == id) {
                if (database)
                    *database = &catalog->databases[i];
                return &catalog->databases[i].policies[j];
            }
    return NULL;
}

const struct sx_policy *sx_database_rollup(const struct sx_database *database, uint32_t policy_id,
                                           int64_t rollup_ns)
{
    for (size_t i = 0; i < database->policy_count; i++)
        if (database->policies[i].rollup_of == policy_id &&
            database->policies[i].rollup_ns == rollup_ns)
            return &database->policies[i];
    return NULL;
}

stria_status sx_catalog_find(const struct sx_catalog *catalog, struct sx_bytes database,
                             struct sx_bytes policy, const struct sx_database **found_database,
                             const struct sx_policy **found_policy, stria_error *err)
{
    const struct sx_database *db = sx_catalog_database(catalog, database);
    if (!db)
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %.*s", (int)database.len,
                       database.ptr);
    const struct sx_policy *p = sx_database_policy(db, policy);
    if (!p)
        return sx_fail(err, STRIA_NOT_FOUND, "retention policy not found: %.*s", (int)policy.len,
                       policy.ptr);
    if (found_database)
        *found_database = db;
    *found_policy = p;
    return STRIA_OK;
}
