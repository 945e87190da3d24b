/* SPDX-License-Identifier: Apache-2.0 */
/* write.c -- the way of a batch into the log and the memtable.
 *
 * Order       Everything that can fail comes before the log: rows outside the policy's time and
 *             rows that contradict a field's type are taken out, series get their slots, the
 *             memtable makes room. Then the record is encoded and committed; applying it cannot
 *             fail. A record that was made for a generation that ended meanwhile is made again.
 * Definitions A slot is known to a generation's log once a record that holds its key is durable
 * there;
 *             until then every batch that names it carries the key. */
#include "base/error.h"
#include "engine/budget.h"
#include "model/series_key.h"
#include "wal/rows_record.h"

#include <inttypes.h>

#define HEAD_SIZE_MAX ((size_t)256 << 20)
#define BUSY_WAIT_NS ((int64_t)100000000) /* then the caller is told to come again */

struct write {
    struct sx_engine *engine;
    struct sx_batch *batch;
    const struct sx_write_options *options;
    struct sx_write_result *result;
    struct sx_policy policy;
    struct sx_series_index *index; /* a reference */
    size_t pinned_count;           /* series of the batch that are pinned, or refused */
    uint32_t *offenders;           /* by series: what refused it; NULL: none was refused */
    uint64_t *drop;                /* a bit per row; NULL: none so far */
    size_t drop_count;
    int64_t now_ns;
    stria_error *err;
};

/* ---- which rows may come in ---- */

static stria_status drop_row(struct write *w, size_t row)
{
    if (!w->drop) {
        size_t size = (w->batch->row_count + 63) / 64 * sizeof *w->drop;
        w->drop = sx_mem_zalloc(w->batch->mem, size);
        if (!w->drop)
            return sx_mem_refused(w->batch->mem, size, w->err);
    }
    w->drop[row / 64] |= (uint64_t)1 << (row % 64);
    w->drop_count++;
    return STRIA_OK;
}

/* The times that may come in, and why others may not. */
struct bounds {
    int64_t retention, past, future;
};

static void note_outside(struct write *w, const uint8_t *row, int64_t ts,
                         const struct bounds *bounds)
{
    struct sx_write_result *r = w->result;
    struct sx_outside_row outside = {.series = sx_get_u32(row + SX_ROW_SERIES), .ts_ns = ts};
    bool first = r->outside_retention_count + r->outside_window_count == 0;
    if (ts < bounds->retention) {
        outside.bound = SX_OUTSIDE_RETENTION;
        outside.bound_ns = bounds->retention;
        r->outside_retention_count++;
    } else {
        outside.bound = ts < bounds->past ? SX_OUTSIDE_PAST : SX_OUTSIDE_FUTURE;
        outside.bound_ns = ts < bounds->past ? bounds->past : bounds->future;
        r->outside_window_count++;
    }
    if (first || ts < r->oldest.ts_ns)
        r->oldest = outside;
    if (first || ts > r->newest.ts_ns)
        r->newest = outside;
}

/* Copies the names: the index may go before the result is read. */
static void note_conflict(struct write *w, const struct sx_type_conflict *conflict, size_t row)
{
    struct sx_write_result *r = w->result;
    r->conflict = *conflict;
    r->conflict.measurement = sx_arena_dup(&w->batch->arena, conflict->measurement);
    r->conflict.field = sx_arena_dup(&w->batch->arena, conflict->field);
    r->conflict_line = w->batch->lines[row];
}

static bool is_refused(const struct write *w, const uint8_t *row)
{
    return w->offenders && w->batch->series[sx_get_u32(row + SX_ROW_SERIES)].slot == SX_SLOT_NONE;
}

static stria_status drop_limited(struct write *w, const uint8_t *row, size_t number)
{
    sx_series_limits_count(w->engine, w->offenders[sx_get_u32(row + SX_ROW_SERIES)], 1);
    if (w->result->limit_count++ == 0)
        w->result->limit_line = w->batch->lines[number];
    return drop_row(w, number);
}

/* The verdict on one stretch of rows: those in [low, high) are of one window. */
struct stretch {
    uint64_t low;
    uint64_t length; /* 0: none yet */
    stria_status verdict;
    struct sx_type_conflict conflict;
};

/* Looks at the rows of a run; those that may not come in get their drop bit. */
static stria_status check_run(struct write *w, const struct sx_batch_run *run, size_t first_row,
                              const struct bounds *bounds)
{
    struct sx_batch_schema *batch_schema = &w->batch->schemas[run->schema];
    const struct sx_schema *schema = batch_schema->resolved;
    size_t size = sx_row_size(batch_schema->column_count, run->has_presence);
    const uint8_t *row = w->batch->rows.ptr + run->offset;
    struct stretch s = {0};
    for (uint32_t i = 0; i < run->row_count; i++, row += size) {
        int64_t ts = (int64_t)sx_get_u64(row + SX_ROW_TIME);
        stria_status st = STRIA_OK;
        if (SX_UNLIKELY(is_refused(w, row))) {
            st = drop_limited(w, row, first_row + i);
        } else if (SX_UNLIKELY(ts < bounds->retention || ts < bounds->past ||
                               ts > bounds->future)) {
            note_outside(w, row, ts, bounds);
            st = drop_row(w, first_row + i);
        } else {
            if (SX_UNLIKELY((uint64_t)ts - s.low >= s.length)) {
                int64_t window = sx_window_start(ts, w->policy.window_ns);
                s.low = (uint64_t)window;
                s.length = window == INT64_MIN ? 1 : (uint64_t)w->policy.window_ns;
                s.verdict =
                    sx_series_index_check_types(w->index, schema, window, &s.conflict, w->err);
                if (s.verdict && s.verdict != STRIA_CONFLICT)
                    return s.verdict;
            }
            if (SX_UNLIKELY(s.verdict)) {
                if (w->result->conflict_count++ == 0)
                    note_conflict(w, &s.conflict, first_row + i);
                st = drop_row(w, first_row + i);
            }
        }
        if (st)
            return st;
    }
    return STRIA_OK;
}

static size_t sample_count_of(const uint8_t *row, uint32_t column_count, bool has_presence)
{
    size_t count = has_presence ? 0 : column_count;
    for (size_t i = 0; has_presence && i < sx_presence_size(column_count); i += 8)
        count += (size_t)__builtin_popcountll(sx_get_u64(row + SX_ROW_VALUES + i));
    return count;
}

/* Moves the rows that stay together. */
static void compact_rows(struct write *w)
{
    struct sx_batch *b = w->batch;
    size_t row_number = 0, kept_rows = 0, kept_runs = 0, samples = 0;
    uint8_t *out = b->rows.ptr;
    for (size_t i = 0; i < b->run_count; i++) {
        struct sx_batch_run run = b->runs[i];
        uint32_t columns = b->schemas[run.schema].column_count;
        size_t size = sx_row_size(columns, run.has_presence);
        const uint8_t *row = b->rows.ptr + run.offset;
        struct sx_batch_run kept = {.schema = run.schema,
                                    .offset = (size_t)(out - b->rows.ptr),
                                    .has_presence = run.has_presence};
        for (uint32_t j = 0; j < run.row_count; j++, row += size, row_number++) {
            if (w->drop[row_number / 64] >> (row_number % 64) & 1)
                continue;
            samples += sample_count_of(row, columns, run.has_presence);
            memmove(out, row, size);
            out += size;
            b->lines[kept_rows++] = b->lines[row_number];
            kept.row_count++;
        }
        if (kept.row_count)
            b->runs[kept_runs++] = kept;
    }
    b->run_count = kept_runs;
    b->row_count = kept_rows;
    b->sample_count = samples;
    b->rows.len = (size_t)(out - b->rows.ptr);
}

/* Gives rows the new numbers of their series; none is left of those that were refused. */
static void renumber_rows(struct sx_batch *b, const uint32_t *numbers)
{
    for (size_t i = 0; i < b->run_count; i++) {
        const struct sx_batch_run *run = &b->runs[i];
        size_t size = sx_row_size(b->schemas[run->schema].column_count, run->has_presence);
        uint8_t *row = b->rows.ptr + run->offset;
        for (uint32_t j = 0; j < run->row_count; j++, row += size)
            sx_put_u32(row + SX_ROW_SERIES, numbers[sx_get_u32(row + SX_ROW_SERIES)]);
    }
}

/* Takes the refused series out of the batch. */
static void drop_refused(struct write *w)
{
    struct sx_batch *b = w->batch;
    struct sx_write_result *r = w->result;
    uint32_t *numbers = w->offenders; /* not needed any more */
    uint32_t kept = 0;
    for (size_t i = 0; i < b->series_count; i++) {
        numbers[i] = kept;
        if (b->series[i].slot != SX_SLOT_NONE)
            b->series[kept++] = b->series[i];
    }
    if (b->series_count) {
        r->oldest.series = numbers[SX_MIN(r->oldest.series, b->series_count - 1)];
        r->newest.series = numbers[SX_MIN(r->newest.series, b->series_count - 1)];
    }
    b->series_count = w->pinned_count = kept;
    renumber_rows(b, numbers);
}

static int64_t bound_before(int64_t now, int64_t duration)
{
    if (duration <= 0)
        return INT64_MIN;
    return now < INT64_MIN + duration ? INT64_MIN : now - duration;
}

static stria_status check_rows(struct write *w)
{
    int64_t future = w->policy.future_limit_ns;
    struct bounds bounds = {
        .retention = bound_before(w->now_ns, w->policy.duration_ns),
        .past = bound_before(w->now_ns, w->policy.past_limit_ns),
        .future = future <= 0 || w->now_ns > INT64_MAX - future ? INT64_MAX : w->now_ns + future,
    };
    size_t first_row = 0;
    for (size_t i = 0; i < w->batch->run_count; i++) {
        stria_status st = check_run(w, &w->batch->runs[i], first_row, &bounds);
        if (st)
            return st;
        first_row += w->batch->runs[i].row_count;
    }
    if (w->drop)
        compact_rows(w);
    if (w->offenders)
        drop_refused(w);
    return STRIA_OK;
}

/* ---- slots ---- */

/* A limit refused a series: its rows will be left out. */
static stria_status refuse_series(struct write *w, size_t i, uint32_t offender,
                                  const stria_error *why)
{
    struct sx_batch *b = w->batch;
    if (!w->offenders) {
        w->offenders = sx_arena_array(&b->arena, b->series_count, sizeof *w->offenders);
        w->result->limit_text = sx_arena_dup(&b->arena, sx_bytes_of(why->text));
        if (!w->offenders || !w->result->limit_text.ptr)
            return sx_mem_refused(b->mem, b->series_count * sizeof *w->offenders, w->err);
    }
    w->offenders[i] = offender;
    return STRIA_OK;
}

static stria_status resolve_series(struct write *w, size_t i)
{
    struct sx_batch_series *series = &w->batch->series[i];
    stria_error why = {0};
    uint32_t offender;
    series->slot = sx_series_index_hinted(w->index, series->hint);
    if (series->slot != SX_SLOT_NONE)
        return STRIA_OK;
    if (!series->key.len)
        return sx_fail(w->err, STRIA_NOT_FOUND, "the series of a handle was dropped");
    stria_status st =
        sx_series_limits_resolve(w->engine, w->policy.id, w->index, series->key, series->hash,
                                 series->hint, &series->slot, &offender, &why);
    if (st)
        sx_error_copy(w->err, &why);
    else if (series->slot == SX_SLOT_NONE)
        st = refuse_series(w, i, offender, &why);
    return st;
}

static stria_status resolve(struct write *w)
{
    struct sx_batch *b = w->batch;
    for (size_t i = 0; i < b->series_count; i++) {
        stria_status st = resolve_series(w, i);
        if (st)
            return st;
        w->pinned_count++;
    }
    for (size_t i = 0; i < b->schema_count; i++) {
        const struct sx_schema *schema;
        stria_status st = sx_series_index_schema(w->index, &b->schemas[i], &schema, w->err);
        if (st)
            return st;
        b->schemas[i].resolved = schema;
    }
    return STRIA_OK;
}

static void unpin_all(struct write *w)
{
    for (size_t i = 0; i < w->pinned_count; i++)
        if (w->batch->series[i].slot != SX_SLOT_NONE)
            sx_series_index_unpin(w->index, w->batch->series[i].slot);
}

/* ---- room ---- */

/* Bytes of the active generation; *waiting: generations whose flush is not done. */
static size_t look_at_memory(struct sx_engine *engine, size_t *waiting)
{
    sx_mutex_lock(&engine->state_mutex);
    struct sx_generation *active = sx_generation_acquire(engine->active);
    *waiting = engine->frozen_count;
    sx_mutex_unlock(&engine->state_mutex);
    size_t size = sx_generation_size(active);
    sx_generation_release(active);
    return size;
}

/* Waits for room in memory, or makes it; BUSY when there is none after a while. */
static stria_status wait_for_room(struct sx_engine *engine, stria_error *err)
{
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_MEMTABLE];
    int64_t end = sx_os_mono_ns(engine->os) + BUSY_WAIT_NS;
    for (;;) {
        size_t frozen, size = look_at_memory(engine, &frozen);
        if (size < engine->memtable_size)
            return STRIA_OK;
        if (frozen < SX_FROZEN_MAX) {
            stria_status st = sx_engine_rotate(engine, err);
            sx_engine_kick(engine);
            return st;
        }
        /* Over the limit, but not far: the flush under way will soon take the next one. */
        if (sx_mem_size(mem) < sx_budget_memtables_max(engine))
            return STRIA_OK;
        if (sx_pool_thread_count(engine->pool) == 0) {
            bool more;
            stria_status st = sx_engine_flush_step(engine, &more, err);
            if (st)
                return st;
            continue;
        }
        if (sx_os_mono_ns(engine->os) >= end) {
            atomic_fetch_add(&engine->counts.busy, 1);
            return sx_fail(err, STRIA_BUSY,
                           "writes come faster than they can be flushed: %zu bytes wait",
                           sx_mem_size(mem));
        }
        sx_mutex_lock(&engine->state_mutex);
        (void)sx_cond_wait_ns(&engine->state_changed, &engine->state_mutex, BUSY_WAIT_NS / 10);
        sx_mutex_unlock(&engine->state_mutex);
    }
}

/* ---- the log ---- */

struct commit {
    struct sx_wal_entry entry;
    struct sx_memtable *memtable;
    struct sx_batch *batch;
    struct sx_memtable_place place;
};

static void apply(struct sx_wal_entry *entry)
{
    struct commit *commit = entry->context;
    sx_memtable_apply(commit->memtable, commit->batch, &commit->place, entry->seq);
}

static void mark_defined(struct write *w, uint64_t generation)
{
    for (size_t i = 0; i < w->batch->series_count; i++) {
        struct sx_slot *slot = sx_series_index_slot(w->index, w->batch->series[i].slot);
        if (atomic_load_explicit(&slot->defined_generation, memory_order_relaxed) <
            (uint32_t)generation)
            atomic_store_explicit(&slot->defined_generation, (uint32_t)generation,
                                  memory_order_relaxed);
    }
}

/* Looks the key of a series up that came by its handle. */
static bool find_key(struct write *w, struct sx_batch_series *series)
{
    struct sx_buf key;
    sx_buf_init(&key, w->batch->mem, 2 * SX_KEY_SIZE_MAX);
    sx_series_index_key(w->index, series->slot, &key);
    if (!key.failed)
        series->key = sx_arena_dup(&w->batch->arena, sx_buf_bytes(&key));
    sx_buf_deinit(&key);
    return series->key.ptr != NULL;
}

/* Encodes the head; *self_contained: every series is defined in it. */
static stria_status encode(struct write *w, uint64_t generation, struct sx_buf *head,
                           size_t strings_len, bool *self_contained)
{
    struct sx_batch *b = w->batch;
    bool small[256], *defined = small;
    stria_status st = STRIA_OK;
    *self_contained = true;
    if (b->series_count > SX_COUNT_OF(small)) {
        defined = sx_mem_alloc(b->mem, b->series_count * sizeof *defined);
        if (!defined)
            return sx_mem_refused(b->mem, b->series_count, w->err);
    }
    for (size_t i = 0; i < b->series_count; i++) {
        struct sx_slot *slot = sx_series_index_slot(w->index, b->series[i].slot);
        atomic_store_explicit(&slot->used_generation, (uint32_t)generation, memory_order_relaxed);
        defined[i] = atomic_load_explicit(&slot->defined_generation, memory_order_relaxed) !=
                     (uint32_t)generation;
        *self_contained = *self_contained && defined[i];
        if (defined[i] && !b->series[i].key.len && !find_key(w, &b->series[i]))
            st = sx_mem_refused(b->mem, SX_KEY_SIZE_MAX, w->err);
    }
    if (!st)
        sx_rows_record_put(head, w->policy.id, b, defined, strings_len);
    if (defined != small)
        sx_mem_free(b->mem, defined);
    return !st && head->failed ? sx_buf_refused(head, "log record", w->err) : st;
}

/* Takes the bytes back from a memtable that will not get them. */
static stria_status take_back(struct write *w, struct commit *commit)
{
    struct sx_batch *b = w->batch;
    if (b->rows.len == 0 && commit->place.rows_size)
        sx_buf_put(&b->rows, commit->place.rows, commit->place.rows_size);
    if (b->strings.len == 0 && commit->place.strings_size)
        sx_buf_put(&b->strings, commit->place.strings, commit->place.strings_size);
    sx_memtable_cancel(commit->memtable, b, &commit->place);
    if (b->rows.failed || b->strings.failed)
        return sx_mem_refused(b->mem, commit->place.rows_size, w->err);
    return STRIA_OK;
}

/* Tries to commit to the active generation; *stale: it ended meanwhile. */
static stria_status try_commit(struct write *w, struct sx_generation *generation, bool *stale)
{
    struct sx_engine *engine = w->engine;
    struct commit commit = {.batch = w->batch};
    struct sx_buf head;
    bool self_contained, reserved = false;
    *stale = false;
    sx_buf_init(&head, w->batch->mem, HEAD_SIZE_MAX);
    stria_status st = sx_generation_memtable(engine, generation, w->policy.id, w->index,
                                             &commit.memtable, w->err);
    if (!st) {
        st = sx_memtable_reserve(commit.memtable, w->batch, &commit.place, w->err);
        reserved = !st;
    }
    if (!st)
        st = encode(w, generation->number, &head, commit.place.strings_size, &self_contained);
    if (!st) {
        struct sx_wal_entry *entry = &commit.entry;
        stria_durability durability =
            w->options->durability ? w->options->durability : engine->options.durability;
        entry->generation = generation->number;
        entry->sync = durability != STRIA_ASYNC;
        entry->pieces[0] = (struct sx_iov){.ptr = head.ptr, .len = head.len};
        entry->pieces[1] =
            (struct sx_iov){.ptr = commit.place.strings, .len = commit.place.strings_size};
        entry->pieces[2] = (struct sx_iov){.ptr = commit.place.rows, .len = commit.place.rows_size};
        entry->piece_count = 3;
        entry->apply = apply;
        entry->context = &commit;
        st = sx_wal_prepare(entry, SX_RECORD_ROWS, self_contained ? SX_RECORD_SELF_CONTAINED : 0,
                            w->err);
        if (!st)
            st = sx_wal_commit(engine->wal, entry, w->err);
        *stale = !st && entry->stale;
        if (!st && !*stale)
            mark_defined(w, generation->number);
    }
    if (reserved && (st || *stale)) {
        stria_status back = take_back(w, &commit);
        st = st ? st : back;
    }
    sx_buf_deinit(&head);
    sx_memtable_release(commit.memtable);
    return st;
}

static stria_status commit_rows(struct write *w)
{
    struct sx_engine *engine = w->engine;
    for (;;) {
        bool stale;
        sx_mutex_lock(&engine->state_mutex);
        struct sx_generation *generation = sx_generation_acquire(engine->active);
        sx_mutex_unlock(&engine->state_mutex);
        uint64_t number = generation->number;
        stria_status st = try_commit(w, generation, &stale);
        sx_generation_release(generation);
        if (st || !stale)
            return st;
        /* A rotation is under way: its end makes another generation the active one. */
        sx_mutex_lock(&engine->state_mutex);
        while (engine->active->number == number && !sx_wal_failed(engine->wal))
            (void)sx_cond_wait_ns(&engine->state_changed, &engine->state_mutex, 10000000);
        sx_mutex_unlock(&engine->state_mutex);
    }
}

/* ---- the whole ---- */

static stria_status find_policy(struct write *w, uint32_t policy_id)
{
    struct sx_engine *engine = w->engine;
    stria_status st = STRIA_OK;
    sx_mutex_lock(&engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(engine, policy_id);
    const struct sx_policy *policy = sx_catalog_policy_by_id(engine->catalog, policy_id, NULL);
    if (!store || !policy) {
        st = sx_fail(w->err, STRIA_NOT_FOUND, "the retention policy was dropped");
    } else if (policy->rollup_of) {
        st = sx_fail(w->err, STRIA_INVALID,
                     "%.*s holds rollups: nobody writes to it but the store itself",
                     (int)policy->name.len, policy->name.ptr);
    } else {
        w->policy = *policy;
        w->policy.name = (struct sx_bytes){0}; /* belongs to the catalog */
        w->index = sx_series_index_acquire(store->index);
    }
    sx_mutex_unlock(&engine->state_mutex);
    return st;
}

static void enter_gate(struct sx_write_gate *gate)
{
    sx_mutex_lock(&gate->mutex);
    while (gate->closed)
        sx_cond_wait(&gate->changed, &gate->mutex);
    gate->inside_count++;
    sx_mutex_unlock(&gate->mutex);
}

static void leave_gate(struct sx_write_gate *gate)
{
    sx_mutex_lock(&gate->mutex);
    if (--gate->inside_count == 0 && gate->closed)
        sx_cond_broadcast(&gate->changed);
    sx_mutex_unlock(&gate->mutex);
}

/* Takes out the rows that may not come in, and commits the others. */
static stria_status check_and_commit(struct write *w)
{
    struct sx_engine *engine = w->engine;
    enter_gate(&engine->gate);
    stria_status st = check_rows(w);
    size_t rows = w->batch->row_count, samples = w->batch->sample_count;
    if (!st && rows)
        st = commit_rows(w);
    leave_gate(&engine->gate);
    if (!st && rows) {
        w->result->row_count = rows;
        w->result->sample_count = samples;
        atomic_fetch_add(&engine->counts.rows, rows);
        atomic_fetch_add(&engine->counts.samples, samples);
        atomic_fetch_add(&engine->counts.batches, 1);
    }
    return st;
}

stria_status sx_engine_write(struct sx_engine *engine, uint32_t policy_id, struct sx_batch *batch,
                             const struct sx_write_options *options, struct sx_write_result *result,
                             stria_error *err)
{
    struct write w = {.engine = engine,
                      .batch = batch,
                      .options = options,
                      .result = result,
                      .now_ns = options->now_ns ? options->now_ns : sx_os_now_ns(engine->os),
                      .err = err};
    *result = (struct sx_write_result){0};
    stria_status st = sx_engine_check_writable(engine, err);
    if (!st)
        st = find_policy(&w, policy_id);
    if (!st)
        st = resolve(&w);
    if (!st && batch->row_count)
        st = wait_for_room(engine, err);
    if (!st)
        st = check_and_commit(&w);
    atomic_fetch_add(&engine->counts.rejected_conflict, result->conflict_count);
    atomic_fetch_add(&engine->counts.rejected_old, result->outside_retention_count);
    atomic_fetch_add(&engine->counts.rejected_limit, result->outside_window_count);
    sx_mem_free(batch->mem, w.drop);
    unpin_all(&w);
    sx_series_index_release(w.index);
    if (!st && sx_engine_flush_due(engine))
        sx_engine_kick(engine);
    return st == STRIA_NOMEM ? sx_engine_come_again(engine, err) : st;
}
