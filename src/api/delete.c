/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c -- stria_delete: takes rows away, or tells how many it would. */
#include "api/store.h"
#include "base/error.h"
#include "codec/fpmode.h"
#include "exec/selection.h"

#define COUNT_SHARE 4 /* counting may use a quarter of the store's memory, as a query */

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

static stria_status check(const stria_delete_options *o, stria_error *err)
{
    if (!o || o->struct_size != sizeof *o)
        return sx_fail(err, STRIA_INVALID, "stria_delete_options: missing or of another version");
    if (!o->database)
        return sx_fail(err, STRIA_INVALID, "database is required");
    if (o->time_min_ns > o->time_max_ns)
        return sx_fail(err, STRIA_INVALID, "time_min_ns is above time_max_ns");
    for (size_t i = 0; i < o->matcher_count; i++)
        if (o->matchers[i].op < STRIA_MATCH_EQUAL || o->matchers[i].op > STRIA_MATCH_NOT_REGEX)
            return sx_fail(err, STRIA_INVALID, "matcher %zu: op is %d", i, (int)o->matchers[i].op);
    return STRIA_OK;
}

static stria_status count_policy(stria *db, const struct sx_policy *policy,
                                 const struct sx_selector *selector, struct sx_request *request,
                                 struct sx_selection_counts *counts, stria_error *err)
{
    struct sx_view *view = NULL;
    struct sx_selector one = *selector;
    one.policy_id = policy->id;
    stria_status st = sx_engine_view(db->engine, policy->id, &view, err);
    if (!st)
        st = sx_selection_count(&one, view, request, counts, err);
    sx_view_release(view);
    return st;
}

static stria_status find(const struct sx_catalog *catalog, const stria_delete_options *o,
                         const struct sx_database **database, stria_error *err)
{
    struct sx_bytes policy = sx_bytes_of(o->policy);
    *database = sx_catalog_database(catalog, sx_bytes_of(o->database));
    if (!*database)
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %s", o->database);
    if (policy.len && !sx_database_policy(*database, policy))
        return sx_fail(err, STRIA_NOT_FOUND, "retention policy not found: %s", o->policy);
    return STRIA_OK;
}

/* Counts over one policy, or all of the database. */
static stria_status count(stria *db, const stria_delete_options *o,
                          const struct sx_selector *selector, stria_delete_report *report,
                          stria_error *err)
{
    struct sx_catalog *catalog = sx_engine_catalog(db->engine);
    const struct sx_database *database = NULL;
    struct sx_selection_counts counts = {0};
    struct sx_bytes policy = sx_bytes_of(o->policy);
    struct sx_mem mem;
    sx_mem_init(&mem, sx_engine_mem(db->engine, SX_ENGINE_MEM_QUERY), "counting",
                (size_t)(sx_engine_memory_size(db->engine) / COUNT_SHARE));
    struct sx_request request = {.mem = &mem, .mono_ns = mono_ns, .clock = db->os};
    stria_status st = find(catalog, o, &database, err);
    for (size_t i = 0; !st && i < database->policy_count; i++)
        if (!database->policies[i].rollup_of &&
            (!policy.len || sx_bytes_equal(policy, database->policies[i].name)))
            st = count_policy(db, &database->policies[i], selector, &request, &counts, err);
    sx_mem_deinit(&mem);
    sx_catalog_release(catalog);
    if (!st)
        *report = (stria_delete_report){.series_count = counts.series_count,
                                        .row_count = counts.row_count,
                                        .sample_count = counts.sample_count,
                                        .byte_count = counts.byte_count};
    return st;
}

static stria_status carry_out(stria *db, const stria_delete_options *o,
                              const struct sx_selector *selector, stria_error *err)
{
    struct sx_command command = {.kind = SX_DELETE_ROWS,
                                 .database = sx_bytes_of(o->database),
                                 .policy = sx_bytes_of(o->policy),
                                 .selector = *selector};
    return sx_engine_execute(db->engine, &command, err);
}

stria_status stria_delete(stria *db, const stria_delete_options *options,
                          stria_delete_report *report, stria_error *err)
{
    struct sx_selection selection = {0};
    if (report)
        *report = (stria_delete_report){0};
    stria_status st = sx_store_check(db, err);
    if (!st)
        st = check(options, err);
    if (st)
        return st;
    struct sx_fp_mode mode = sx_fp_mode_enter();
    st = sx_selection_init(&selection, sx_engine_mem(db->engine, SX_ENGINE_MEM_QUERY),
                           options->measurement, options->matchers, options->matcher_count,
                           options->time_min_ns, options->time_max_ns, err);
    if (!st && report)
        st = count(db, options, &selection.selector, report, err);
    if (!st && !options->dry_run)
        st = carry_out(db, options, &selection.selector, err);
    sx_selection_deinit(&selection);
    sx_fp_mode_leave(mode);
    return st;
}
