/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_catalog.c -- see inspect_catalog.h. */
#include "app/cli/inspect_catalog.h"

#include "base/error.h"
#include "codec/column.h"
#include "engine/edit.h"
#include "engine/manifest.h"

#include <inttypes.h>
#include <stdio.h>

void sx_inspect_catalog_init(struct sx_inspect_catalog *catalog, struct sx_inspect *inspect)
{
    *catalog = (struct sx_inspect_catalog){.inspect = inspect};
    sx_arena_init(&catalog->arena, inspect->mem, 0);
}

void sx_inspect_catalog_deinit(struct sx_inspect_catalog *catalog)
{
    sx_arena_deinit(&catalog->arena);
    for (size_t i = 0; i < catalog->policy_count; i++)
        sx_rollup_marks_release(catalog->policies[i].marks);
    sx_mem_free(catalog->inspect->mem, catalog->databases);
    sx_mem_free(catalog->inspect->mem, catalog->policies);
    sx_mem_free(catalog->inspect->mem, catalog->segments);
}

static stria_status no_memory(struct sx_inspect_catalog *catalog, stria_error *err)
{
    return sx_mem_refused(catalog->inspect->mem, 64, err);
}

static stria_status put_policy(struct sx_inspect_catalog *catalog, const struct sx_edit_item *item,
                               stria_error *err)
{
    struct sx_inspect_policy *entry = NULL;
    struct sx_bytes name = sx_arena_dup(&catalog->arena, item->policy.name);
    if (!name.ptr)
        return no_memory(catalog, err);
    for (size_t i = 0; i < catalog->policy_count && !entry; i++)
        if (catalog->policies[i].id == item->policy.id)
            entry = &catalog->policies[i];
    if (!entry) {
        if (!SX_GROW(catalog->inspect->mem, catalog->policies, catalog->policy_capacity,
                     catalog->policy_count + 1))
            return no_memory(catalog, err);
        entry = &catalog->policies[catalog->policy_count++];
        entry->marks = NULL;
    }
    *entry =
        (struct sx_inspect_policy){item->policy.id, item->database_id, item->policy, entry->marks};
    entry->policy.name = name;
    return STRIA_OK;
}

static stria_status put_database(struct sx_inspect_catalog *catalog,
                                 const struct sx_edit_item *item, stria_error *err)
{
    struct sx_bytes name = sx_arena_dup(&catalog->arena, item->name);
    if (!name.ptr || !SX_GROW(catalog->inspect->mem, catalog->databases, catalog->database_capacity,
                              catalog->database_count + 1))
        return no_memory(catalog, err);
    catalog->databases[catalog->database_count++] =
        (struct sx_inspect_database){.id = item->database_id, .name = name};
    return STRIA_OK;
}

/* Takes segments of a policy, or one by its id, out of the list. */
static void remove_segments(struct sx_inspect_catalog *catalog, const uint64_t *id,
                            uint32_t policy_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < catalog->segment_count; i++) {
        const struct sx_segment_info *info = &catalog->segments[i];
        if (id ? info->segment_id != *id : info->policy_id != policy_id)
            catalog->segments[kept++] = *info;
    }
    catalog->segment_count = kept;
}

static void drop_policies(struct sx_inspect_catalog *catalog, uint32_t database_id,
                          uint32_t policy_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < catalog->policy_count; i++) {
        struct sx_inspect_policy entry = catalog->policies[i];
        if (entry.id == policy_id || entry.database_id == database_id) {
            remove_segments(catalog, NULL, entry.id);
            sx_rollup_marks_release(entry.marks);
        } else {
            catalog->policies[kept++] = entry;
        }
    }
    catalog->policy_count = kept;
}

static void drop_database(struct sx_inspect_catalog *catalog, uint32_t id)
{
    size_t kept = 0;
    for (size_t i = 0; i < catalog->database_count; i++)
        if (catalog->databases[i].id != id)
            catalog->databases[kept++] = catalog->databases[i];
    catalog->database_count = kept;
    drop_policies(catalog, id, 0);
}

/* ---- rollups ---- */

static stria_status put_mark(struct sx_inspect_catalog *catalog, const struct sx_edit_item *item,
                             stria_error *err)
{
    for (size_t i = 0; i < catalog->policy_count; i++) {
        struct sx_inspect_policy *entry = &catalog->policies[i];
        if (entry->id == item->policy_id &&
            !sx_rollup_marks_put(&entry->marks, catalog->inspect->mem, &item->mark))
            return no_memory(catalog, err);
    }
    return STRIA_OK;
}

/* A delete makes rollups stale; those of rows that have expired are masked themselves. */
static void make_stale(struct sx_inspect_catalog *catalog, const struct sx_tombstone *tombstone)
{
    for (size_t i = 0; i < catalog->policy_count; i++) {
        struct sx_rollup_marks *marks = catalog->policies[i].marks;
        if (!marks || catalog->policies[i].policy.rollup_of != tombstone->policy_id)
            continue;
        for (size_t j = 0; j < marks->count; j++) {
            struct sx_rollup_mark *mark = &marks->items[j];
            if (mark->window_start <= tombstone->time_max_ns &&
                mark->window_start >= sx_window_start(tombstone->time_min_ns, SX_DAY_NS) &&
                !(mark->flags & SX_ROLLUP_FINAL))
                mark->flags |= SX_ROLLUP_STALE;
        }
    }
}

static void tell_rollups(struct sx_inspect_catalog *catalog, const struct sx_inspect_policy *entry)
{
    struct sx_figures *figures = &catalog->inspect->figures;
    const struct sx_rollup_marks *marks = entry->marks;
    uint64_t stale = 0;
    for (size_t i = 0; marks && i < marks->count; i++)
        stale += (marks->items[i].flags & SX_ROLLUP_STALE) != 0;
    for (size_t i = 0; i < catalog->policy_count; i++)
        if (catalog->policies[i].id == entry->policy.rollup_of)
            sx_figures_bytes(figures, "rollups_of", catalog->policies[i].policy.name);
    sx_figures_duration(figures, "rollup_interval", entry->policy.rollup_ns);
    sx_figures_count(figures, "rollup_windows", marks ? marks->count : 0);
    sx_figures_count(figures, "rollup_windows_stale", stale);
}

static stria_status apply(struct sx_inspect_catalog *catalog, const struct sx_edit_item *item,
                          stria_error *err)
{
    switch (item->op) {
    case SX_OP_ADD_SEGMENT:
        if (!SX_GROW(catalog->inspect->mem, catalog->segments, catalog->segment_capacity,
                     catalog->segment_count + 1))
            return no_memory(catalog, err);
        catalog->segments[catalog->segment_count++] = item->segment;
        break;
    case SX_OP_REMOVE_SEGMENT:
        remove_segments(catalog, &item->number, 0);
        break;
    case SX_OP_FLUSHED:
        catalog->flushed_generation = item->number;
        break;
    case SX_OP_CREATE_DATABASE:
        return put_database(catalog, item, err);
    case SX_OP_DROP_DATABASE:
        drop_database(catalog, item->database_id);
        break;
    case SX_OP_PUT_POLICY:
        return put_policy(catalog, item, err);
    case SX_OP_DROP_POLICY:
        drop_policies(catalog, 0, item->policy_id);
        break;
    case SX_OP_DEFAULT_POLICY:
        for (size_t i = 0; i < catalog->database_count; i++)
            if (catalog->databases[i].id == item->database_id)
                catalog->databases[i].default_policy_id = item->policy_id;
        break;
    case SX_OP_TYPE:
        catalog->type_count++;
        break;
    case SX_OP_ADD_TOMBSTONE:
        catalog->tombstone_count++;
        make_stale(catalog, &item->tombstone);
        break;
    case SX_OP_ROLLUP:
        return put_mark(catalog, item, err);
    case SX_OP_REMOVE_TOMBSTONE:
        catalog->tombstone_count -= catalog->tombstone_count > 0;
        break;
    case SX_OP_SET_ASIDE:
        catalog->aside_count++;
        break;
    case SX_OP_TAKE_BACK:
        catalog->aside_count -= catalog->aside_count > 0;
        break;
    case SX_OP_APPLIED:
    case SX_OP_SNAPSHOT_END:
    case SX_OP_COUNTERS:
    case SX_OP_KEEP_LOG:
    case SX_OP_FORGET_TYPES:
        break;
    }
    return STRIA_OK;
}

static stria_status each_edit(void *context, struct sx_bytes operations, stria_error *err)
{
    struct sx_edit_item item;
    bool end = false;
    stria_status st = STRIA_OK;
    while (!st && !(st = sx_edit_take(&operations, &item, &end, err)) && !end)
        st = apply(context, &item, err);
    return st;
}

static void put_nothing(void *context, struct sx_buf *out)
{
    (void)context;
    (void)out;
}

stria_status sx_inspect_catalog_read(struct sx_inspect_catalog *catalog, const char *path,
                                     stria_error *err)
{
    char dir[SX_PATH_MAX];
    struct sx_inspect *inspect = catalog->inspect;
    struct sx_manifest *manifest = NULL;
    struct sx_manifest_result result = {0};
    struct sx_event_sink events = {0};
    (void)snprintf(dir, sizeof dir, "%s/manifest", path);
    const struct sx_manifest_options options = {.os = inspect->os,
                                                .mem = inspect->mem,
                                                .dir = dir,
                                                .events = &events,
                                                .put_state = put_nothing};
    stria_status st = sx_manifest_create(&options, &manifest, err);
    if (!st)
        st = sx_manifest_read(manifest, each_edit, catalog, &result, err);
    sx_manifest_destroy(manifest);
    bool unreadable = st == STRIA_CORRUPT || st == STRIA_VERSION;
    if (st && sx_inspect_note(inspect, st, err))
        st = STRIA_OK;
    if (st)
        return st;
    if (!result.found && unreadable)
        return sx_fail(err, STRIA_INVALID,
                       "%s: what it consists of cannot be read; `stria verify` looks at its parts",
                       path);
    if (!result.found)
        return sx_fail(err, STRIA_INVALID, "%s: is not a store: it has no manifest", path);
    sx_inspect_uuid(inspect, "store_uuid", result.store_uuid);
    sx_figures_count(&inspect->figures, "edits", result.edit_count);
    if (result.damaged_count)
        sx_inspect_damage(inspect, "%s: of %" PRIu64 " edits one of two copies is damaged", dir,
                          result.damaged_count);
    return STRIA_OK;
}

/* ---- telling ---- */

static void tell_policy(struct sx_inspect_catalog *catalog, struct sx_sums *sums,
                        const struct sx_inspect_policy *entry, bool is_default)
{
    struct sx_figures *figures = &catalog->inspect->figures;
    uint64_t segments = 0, bytes = 0, rows = 0, samples = 0, sealed = 0;
    for (size_t i = 0; i < catalog->segment_count; i++) {
        const struct sx_segment_info *info = &catalog->segments[i];
        if (info->policy_id != entry->id)
            continue;
        segments++;
        sealed += info->tier == SX_TIER_SEALED;
        bytes += info->file_size;
        rows += info->row_count;
        samples += info->sample_count;
    }
    sx_figures_item(figures);
    sx_figures_bytes(figures, "name", entry->policy.name);
    sx_figures_count(figures, "id", entry->id);
    sx_figures_text(figures, "default", is_default ? "yes" : "no");
    sx_figures_duration(figures, "duration", entry->policy.duration_ns);
    sx_figures_duration(figures, "window", entry->policy.window_ns);
    sx_figures_count(figures, "segments", segments);
    sx_figures_count(figures, "sealed_segments", sealed);
    sx_figures_size(figures, "segment_bytes", bytes);
    sx_figures_count(figures, "rows_in_segments", rows);
    sx_figures_count(figures, "samples_in_segments", samples);
    if (entry->policy.rollup_of)
        tell_rollups(catalog, entry);
    sx_sums_tell_measurements(sums, entry->id);
    sx_figures_item_end(figures);
}

void sx_inspect_catalog_tell(struct sx_inspect_catalog *catalog, struct sx_sums *sums)
{
    struct sx_figures *figures = &catalog->inspect->figures;
    sx_figures_list(figures, "databases");
    for (size_t i = 0; i < catalog->database_count; i++) {
        const struct sx_inspect_database *database = &catalog->databases[i];
        sx_figures_item(figures);
        sx_figures_bytes(figures, "name", database->name);
        sx_figures_list(figures, "policies");
        for (size_t j = 0; j < catalog->policy_count; j++)
            if (catalog->policies[j].database_id == database->id)
                tell_policy(catalog, sums, &catalog->policies[j],
                            catalog->policies[j].id == database->default_policy_id);
        sx_figures_list_end(figures);
        sx_figures_item_end(figures);
    }
    sx_figures_list_end(figures);
}
