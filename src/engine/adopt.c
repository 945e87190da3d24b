/* SPDX-License-Identifier: Apache-2.0 */
/* adopt.c -- see adopt.h. */
#include "engine/adopt.h"

#include "base/error.h"
#include "engine/merge_choose.h"
#include "engine/merge_plan.h"
#include "engine/rollup.h"
#include "scan/damage.h"
#include "scan/key_merge.h"
#include "segment/check.h"

#include <inttypes.h>

#define SERIES_PER_LOOK 1024 /* at progress and cancelling */
#define OPS_SIZE_MAX ((size_t)256 << 20)

struct adopt {
    struct sx_engine *engine;
    struct sx_adoption *adoption;
    struct sx_mem *mem;
    struct sx_catalog *catalog; /* of the source, a reference */
    const struct sx_database *database;
    uint32_t database_id, first_policy_id; /* in the target; policies in their order */
    uint64_t generation, seq;
    struct sx_request request; /* takes damage */
    /* the policy at hand */
    struct sx_view *view;
    struct sx_segment **inputs; /* of the view, those that can be read */
    size_t input_count;
    struct sx_segment **chosen; /* of these, those of the span at hand */
    struct sx_merge_plan plan;
    /* all that was written */
    struct sx_segment_info *outputs;
    size_t output_count, output_capacity;
    uint64_t told_size;
    bool keep_outputs; /* they are true, or may turn out to be */
    stria_error io;    /* what failed is no damage: another try may read it */
};

static void note_damage(void *context, const stria_error *what)
{
    struct adopt *a = context;
    if (what->code == STRIA_IO)
        sx_error_copy(&a->io, what);
    else if (a->adoption->found)
        a->adoption->found(a->adoption->context, what);
}

/* ---- rows ---- */

static stria_status look(struct adopt *a, const struct sx_rewrite *rw, stria_error *err)
{
    uint64_t size = 0;
    if (a->io.code) {
        sx_error_copy(err, &a->io);
        return a->io.code;
    }
    for (size_t i = 0; i < a->output_count; i++)
        size += a->outputs[i].file_size;
    for (size_t i = 0; rw && i < rw->output_count; i++)
        size += rw->outputs[i].file_size;
    if (rw && rw->writer)
        size += sx_segment_writer_size(rw->writer);
    uint64_t more = size > a->told_size ? size - a->told_size : 0;
    a->told_size += more;
    if (a->adoption->progress && !a->adoption->progress(a->adoption->context, more))
        return sx_fail(err, STRIA_CANCELLED, "cancelled by request");
    return STRIA_OK;
}

static stria_status take_outputs(struct adopt *a, const struct sx_rewrite *rw, stria_error *err)
{
    if (!SX_GROW(a->mem, a->outputs, a->output_capacity, a->output_count + rw->output_count + 1))
        return sx_mem_refused(a->mem, rw->output_count * sizeof *a->outputs, err);
    for (size_t i = 0; i < rw->output_count; i++)
        a->outputs[a->output_count++] = rw->outputs[i];
    return STRIA_OK;
}

static stria_status copy_series(struct adopt *a, struct sx_view *view, struct sx_rewrite *rw,
                                stria_error *err)
{
    struct sx_key_merge keys;
    const struct sx_scan_series *series;
    stria_status st = sx_key_merge_init(&keys, view, false, a->mem, err);
    for (size_t i = 1; !st; i++) {
        uint64_t row_count;
        st = sx_key_merge_next(&keys, &series, err);
        if (st || !series)
            break;
        st = sx_rewrite_series(rw, series, &row_count, err);
        a->adoption->row_count += row_count;
        if (!st && i % SERIES_PER_LOOK == 0)
            st = look(a, rw, err);
    }
    sx_key_merge_deinit(&keys);
    return st ? st : sx_rewrite_finish(rw, err);
}

static stria_status copy_span(struct adopt *a, const struct sx_policy *policy, uint32_t policy_id,
                              const struct sx_merge_span *span, stria_error *err)
{
    struct sx_view_parts parts = {
        .policy_id = policy->id, .tombstones = a->view->tombstones, .segments = a->chosen};
    for (size_t i = 0; i < a->input_count; i++)
        if (a->inputs[i]->info.min_ts <= span->max_ts && a->inputs[i]->info.max_ts >= span->min_ts)
            a->chosen[parts.segment_count++] = a->inputs[i];
    struct sx_view *view = sx_view_create(a->mem, &parts);
    if (!view)
        return sx_mem_refused(a->mem, sizeof *view, err);
    struct sx_rewrite rw;
    struct sx_rewrite_options options = {.view = view,
                                         .mem = a->mem,
                                         .info = {.policy_id = policy_id,
                                                  .level = 1,
                                                  .tier = SX_TIER_SEALED,
                                                  .first_generation = a->generation,
                                                  .last_generation = a->generation,
                                                  .first_seq = a->seq,
                                                  .last_seq = a->seq},
                                         .window_ns = policy->window_ns,
                                         .time_min_ns = span->min_ts,
                                         .time_max_ns = span->max_ts,
                                         .grid = true,
                                         .window_count = span->window_count};
    stria_status st = sx_rewrite_init(&rw, a->engine, &options, err);
    rw.request.on_damage = note_damage;
    rw.request.damage_context = a;
    if (!st)
        st = copy_series(a, view, &rw, err);
    if (!st)
        st = take_outputs(a, &rw, err);
    sx_rewrite_deinit(&rw, !st);
    sx_view_release(view);
    return st ? st : look(a, NULL, err);
}

/* What of the source can be read, and how its rows are cut along time. */
static stria_status make_plan(struct adopt *a, const struct sx_policy *policy, stria_error *err)
{
    struct sx_engine *from = a->adoption->from;
    struct sx_merge_plan_options options = {.now_ns = sx_os_now_ns(a->engine->os),
                                            .span_size_min = SX_SPAN_SIZE_MIN};
    size_t size = (a->view->source_count + 1) * sizeof *a->inputs;
    stria_status st = STRIA_OK;
    a->inputs = sx_mem_alloc(a->mem, size);
    a->chosen = sx_mem_alloc(a->mem, size);
    if (!a->inputs || !a->chosen)
        return sx_mem_refused(a->mem, size, err);
    sx_mutex_lock(&from->state_mutex);
    options.window_max = sx_merge_window_max(from, sx_engine_store(from, policy->id));
    sx_mutex_unlock(&from->state_mutex);
    for (size_t i = 0; i < a->view->source_count && !st; i++) {
        struct sx_segment *segment = sx_view_segment(a->view, i);
        stria_error what = {0};
        if (!segment)
            continue; /* everything was flushed */
        st = sx_merge_plan_add(&a->plan, segment, &what);
        if (st)
            st = sx_leave_out(&a->request, segment, &what, err);
        else
            a->inputs[a->input_count++] = segment;
    }
    if (!st)
        st = look(a, NULL, err);
    return st ? st : sx_merge_plan_finish(&a->plan, &options, err);
}

static stria_status copy_policy(struct adopt *a, size_t index, stria_error *err)
{
    const struct sx_policy *policy = &a->database->policies[index];
    uint32_t policy_id = a->first_policy_id + (uint32_t)index;
    sx_merge_plan_init(&a->plan, a->mem, policy->window_ns);
    a->input_count = 0;
    stria_status st = sx_engine_view(a->adoption->from, policy->id, &a->view, err);
    if (!st)
        st = make_plan(a, policy, err);
    for (size_t i = 0; i < a->plan.span_count && !st; i++)
        st = copy_span(a, policy, policy_id, &a->plan.spans[i], err);
    sx_merge_plan_deinit(&a->plan);
    sx_mem_free(a->mem, a->inputs);
    sx_mem_free(a->mem, a->chosen);
    a->inputs = a->chosen = NULL;
    sx_view_release(a->view);
    a->view = NULL;
    return st;
}

/* ---- what was written ---- */

struct finding {
    stria_status code;
    stria_error *err;
    const char *path;
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct finding *f = context;
    if (!f->code)
        f->code =
            sx_fail(f->err, code, "%s: at %" PRIu64 ": what was just written is not there: %s",
                    f->path, offset, text);
}

/* Reads a new segment to its last chunk. */
static stria_status check(struct adopt *a, const struct sx_segment_info *info, stria_error *err)
{
    struct sx_mem *other = &a->engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_mem *mem = &a->engine->mems[SX_ENGINE_MEM_SEGMENT];
    char *path = sx_engine_segment_path(a->engine, info->segment_id);
    struct finding finding = {.err = err, .path = path};
    struct sx_segment_check c = {.found = found, .context = &finding};
    struct sx_segment *segment = path ? sx_segment_create(a->engine->os, mem, path, info) : NULL;
    stria_status st = segment ? sx_segment_check(segment, mem, &c, err)
                              : sx_mem_refused(mem, sizeof *segment, err);
    if (!st)
        st = finding.code;
    if (!st && c.row_count != info->row_count)
        st = sx_fail(err, STRIA_CORRUPT, "%s: has %" PRIu64 " rows, not %" PRIu64, path,
                     c.row_count, info->row_count);
    sx_segment_release(segment);
    sx_mem_free(other, path);
    return st;
}

static void remove_outputs(struct adopt *a)
{
    for (size_t i = 0; i < a->output_count; i++) {
        char *path = sx_engine_segment_path(a->engine, a->outputs[i].segment_id);
        if (path)
            (void)a->engine->os->ops->unlink(a->engine->os, path, NULL);
        sx_mem_free(&a->engine->mems[SX_ENGINE_MEM_OTHER], path);
    }
}

/* ---- the edits ---- */

static stria_status commit(struct adopt *a, struct sx_buf *ops, stria_error *err)
{
    struct sx_engine *engine = a->engine;
    if (ops->failed)
        return sx_buf_refused(ops, "manifest edit", err);
    sx_mutex_lock(&engine->manifest_mutex);
    stria_status st = sx_engine_commit_edit(engine, sx_buf_bytes(ops), err);
    sx_mutex_unlock(&engine->manifest_mutex);
    return st;
}

/* Ids stand in the files, so they are spent before the first is written. */
static stria_status spend_ids(struct adopt *a, stria_error *err)
{
    struct sx_engine *engine = a->engine;
    struct sx_counters next = engine->counters;
    struct sx_buf ops;
    sx_buf_init(&ops, a->mem, OPS_SIZE_MAX);
    a->database_id = next.next_database_id++;
    a->first_policy_id = next.next_policy_id;
    next.next_policy_id += (uint32_t)a->database->policy_count;
    a->seq = next.next_seq++;
    sx_edit_put_counters(&ops, &next);
    stria_status st = commit(a, &ops, err);
    sx_buf_deinit(&ops);
    sx_mutex_lock(&engine->state_mutex);
    a->generation = engine->active->number;
    sx_mutex_unlock(&engine->state_mutex);
    return st;
}

/* The id in the target of a policy of the database; 0: none has this id. */
static uint32_t new_id(const struct adopt *a, uint32_t policy_id)
{
    for (size_t i = 0; i < a->database->policy_count; i++)
        if (a->database->policies[i].id == policy_id)
            return a->first_policy_id + (uint32_t)i;
    return 0;
}

static void put_catalog(const struct adopt *a, struct sx_buf *ops)
{
    const struct sx_database *db = a->database;
    struct sx_engine *from = a->adoption->from;
    struct sx_database made = *db;
    made.id = a->database_id;
    made.name = a->adoption->as;
    sx_edit_put_database(ops, &made);
    for (size_t i = 0; i < db->policy_count; i++) {
        struct sx_policy policy = db->policies[i];
        policy.id = new_id(a, policy.id);
        policy.rollup_of = new_id(a, policy.rollup_of);
        sx_edit_put_policy(ops, a->database_id, &policy);
        sx_mutex_lock(&from->state_mutex);
        const struct sx_policy_store *store = sx_engine_store(from, db->policies[i].id);
        sx_engine_put_types(store, policy.id, true, ops);
        sx_rollup_put_copied(from, store, policy.id, a->generation, ops);
        sx_mutex_unlock(&from->state_mutex);
    }
    sx_edit_put_default(ops, a->database_id, new_id(a, db->default_policy_id));
}

static stria_status make_true(struct adopt *a, stria_error *err)
{
    struct sx_engine *engine = a->engine;
    struct sx_buf ops;
    stria_status st = engine->os->ops->sync_dir(engine->os, engine->seg_dir, err);
    if (st)
        return st;
    sx_buf_init(&ops, a->mem, OPS_SIZE_MAX);
    sx_edit_put_counters(&ops, &engine->counters);
    put_catalog(a, &ops);
    for (size_t i = 0; i < a->output_count; i++)
        sx_edit_put_segment(&ops, &a->outputs[i]);
    sx_edit_put_number(&ops, SX_OP_FLUSHED, a->generation);
    st = commit(a, &ops, err);
    a->keep_outputs = !st || sx_manifest_broken(engine->manifest);
    sx_buf_deinit(&ops);
    return st;
}

/* ---- the whole ---- */

static stria_status check_names(struct adopt *a, stria_error *err)
{
    struct sx_bytes name = a->adoption->database, as = a->adoption->as;
    a->catalog = sx_engine_catalog(a->adoption->from);
    a->database = sx_catalog_database(a->catalog, name);
    if (!a->database)
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %.*s", (int)name.len, name.ptr);
    if (!sx_engine_name_is_valid(as))
        return sx_fail(err, STRIA_INVALID, "invalid name");
    struct sx_catalog *here = sx_engine_catalog(a->engine);
    bool taken = sx_catalog_database(here, as) != NULL;
    sx_catalog_release(here);
    if (taken)
        return sx_fail(err, STRIA_EXISTS, "%s: has a database %.*s already", a->engine->path,
                       (int)as.len, as.ptr);
    return STRIA_OK;
}

stria_status sx_engine_adopt(struct sx_engine *engine, struct sx_adoption *adoption,
                             stria_error *err)
{
    struct adopt a = {
        .engine = engine, .adoption = adoption, .mem = &engine->mems[SX_ENGINE_MEM_MERGE]};
    a.request.on_damage = note_damage;
    a.request.damage_context = &a;
    adoption->row_count = adoption->byte_count = adoption->segment_count = 0;
    stria_status st = check_names(&a, err);
    if (!st)
        st = sx_engine_compact(adoption->from, STRIA_COMPACT_FLUSH, NULL, err);
    if (!st)
        st = sx_engine_compact(engine, STRIA_COMPACT_FLUSH, NULL, err);
    if (!st)
        st = spend_ids(&a, err);
    for (size_t i = 0; !st && i < a.database->policy_count; i++)
        st = copy_policy(&a, i, err);
    for (size_t i = 0; !st && i < a.output_count; i++) {
        st = check(&a, &a.outputs[i], err);
        adoption->byte_count += a.outputs[i].file_size;
    }
    if (!st)
        st = make_true(&a, err);
    if (!a.keep_outputs)
        remove_outputs(&a);
    adoption->segment_count = a.output_count;
    sx_mem_free(a.mem, a.outputs);
    sx_catalog_release(a.catalog);
    return st;
}
