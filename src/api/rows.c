/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c -- series handles and columnar writes.
 *
 * Algorithm   The columns are turned into rows of a batch (the form of the log and the memtable);
 *             rows without any value are left out. With presence bits a row carries its own;
 *             without, all columns are there. */
#include "api/ingest_context.h"
#include "api/report.h"
#include "api/store.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "codec/fpmode.h"
#include "ingest/peer_text.h"
#include "model/series_key.h"

#define ANSWER_SIZE_MAX ((size_t)64 << 10)

/* A handle is small: its key and hash stand in the index, where its series is pinned. */
struct stria_series {
    stria *db;
    struct sx_series_hint hint;
    uint32_t policy_id;
    uint16_t name_len;
    uint8_t name[]; /* of the measurement, plain */
};

/* ---- handles ---- */

static stria_status find_policy(stria *db, const char *database, const char *policy, uint32_t *id,
                                stria_error *err)
{
    const struct sx_policy *found;
    struct sx_catalog *catalog = sx_engine_catalog(db->engine);
    stria_status st =
        sx_catalog_find(catalog, sx_bytes_of(database), sx_bytes_of(policy), NULL, &found, err);
    if (!st)
        *id = found->id;
    sx_catalog_release(catalog);
    return st;
}

static stria_status check_key(const stria_series_key *key, stria_error *err)
{
    if (!key || key->struct_size != sizeof *key)
        return sx_fail(err, STRIA_INVALID, "stria_series_key: missing or of another version");
    if (!key->database)
        return sx_fail(err, STRIA_INVALID, "database is required");
    if (key->tag_count && !key->tags)
        return sx_fail(err, STRIA_INVALID, "tags is NULL");
    return STRIA_OK;
}

stria_status stria_series_open(stria *db, const stria_series_key *key, stria_series **out,
                               stria_error *err)
{
    struct sx_buf canonical;
    uint32_t policy_id = 0;
    stria_series *series = NULL;
    if (!out)
        return sx_fail(err, STRIA_INVALID, "series is NULL");
    *out = NULL;
    stria_status st = sx_store_check(db, err);
    if (!st)
        st = check_key(key, err);
    if (!st)
        st = find_policy(db, key->database, key->policy, &policy_id, err);
    if (st)
        return st;
    struct sx_mem *mem = sx_engine_mem(db->engine, SX_ENGINE_MEM_INDEX);
    struct sx_bytes measurement = sx_bytes_make(key->measurement.ptr, key->measurement.len);
    sx_buf_init(&canonical, mem, 4 * SX_KEY_SIZE_MAX);
    st = sx_key_make(&canonical, measurement, key->tags, key->tag_count, err);
    if (!st) {
        series = sx_mem_alloc(mem, sizeof *series + measurement.len);
        if (!series)
            st = sx_mem_refused(mem, sizeof *series + measurement.len, err);
    }
    if (!st) {
        *series = (struct stria_series){
            .db = db, .policy_id = policy_id, .name_len = (uint16_t)measurement.len};
        if (measurement.len)
            memcpy(series->name, measurement.ptr, measurement.len);
        struct sx_bytes bytes = sx_buf_bytes(&canonical);
        st = sx_engine_pin_series(db->engine, policy_id, bytes, sx_hash(bytes), &series->hint, err);
        if (st)
            sx_mem_free(mem, series);
    }
    sx_buf_deinit(&canonical);
    if (!st)
        *out = series;
    return sx_ingest_end(db, st, err);
}

void stria_series_close(stria_series *series)
{
    if (!series || sx_store_check(series->db, NULL))
        return;
    sx_engine_unpin_series(series->db->engine, series->policy_id, &series->hint);
    sx_mem_free(sx_engine_mem(series->db->engine, SX_ENGINE_MEM_INDEX), series);
}

/* ---- rows ---- */

struct rows_write {
    stria *db;
    const stria_rows *rows;
    struct sx_ingest_context *context;
    const stria_column **sorted; /* the columns, by name and type */
    struct sx_batch_column *columns;
    bool has_presence; /* some row may lack a value */
    bool all_words; /* no bools and no strings: every value is 8 bytes that are taken as they are */
    uint32_t last;  /* number of the series of the row before */
    uint32_t schema; /* and its schema; UINT32_MAX: there was none */
    stria_error *err;
};

static stria_status check_rows(stria *db, const stria_rows *rows, stria_error *err)
{
    if (!rows || rows->struct_size != sizeof *rows)
        return sx_fail(err, STRIA_INVALID, "stria_rows: missing or of another version");
    if (rows->row_count && (!rows->series || !rows->ts_ns || !rows->columns))
        return sx_fail(err, STRIA_INVALID, "series, ts_ns or columns is NULL");
    if (rows->row_count > UINT32_MAX)
        return sx_fail(err, STRIA_LIMIT, "%zu rows in one call", rows->row_count);
    if (rows->column_count == 0 || rows->column_count > SX_COLUMN_COUNT_MAX)
        return sx_fail(err, STRIA_INVALID, "%zu columns: 1 to %d are allowed", rows->column_count,
                       SX_COLUMN_COUNT_MAX);
    if (rows->durability < STRIA_DURABILITY_DEFAULT || rows->durability > STRIA_ASYNC)
        return sx_fail(err, STRIA_INVALID, "durability is %d", (int)rows->durability);
    for (size_t i = 0; i < rows->column_count; i++) {
        const stria_column *c = &rows->columns[i];
        if (!c->name || !*c->name || (!c->values && rows->row_count))
            return sx_fail(err, STRIA_INVALID, "column %zu has no name or no values", i);
        if (c->type < STRIA_FLOAT || c->type > STRIA_STRING)
            return sx_fail(err, STRIA_INVALID, "column '%s' is of type %d", c->name, (int)c->type);
    }
    for (size_t i = 0; i < rows->row_count; i++) {
        const stria_series *series = rows->series[i];
        if (!series || series->db != db || series->policy_id != rows->series[0]->policy_id)
            return sx_fail(err, STRIA_INVALID,
                           "row %zu: its series is NULL, or of another store, database or policy",
                           i);
        if (rows->ts_ns[i] < STRIA_TIME_MIN || rows->ts_ns[i] > STRIA_TIME_MAX)
            return sx_fail(err, STRIA_INVALID, "row %zu: time outside range", i);
    }
    return STRIA_OK;
}

static int compare_columns(const void *a, const void *b, void *context)
{
    const stria_column *x = *(const stria_column *const *)a, *y = *(const stria_column *const *)b;
    int order = sx_bytes_compare(sx_bytes_of(x->name), sx_bytes_of(y->name));
    (void)context;
    return order ? order : (int)x->type - (int)y->type;
}

static stria_status sort_columns(struct rows_write *w)
{
    struct sx_arena *arena = &w->context->batch.arena;
    size_t count = w->rows->column_count;
    w->sorted = sx_arena_array(arena, count, sizeof *w->sorted);
    w->columns = sx_arena_array(arena, count, sizeof *w->columns);
    if (!w->sorted || !w->columns)
        return sx_mem_refused(w->context->batch.mem, count * sizeof *w->columns, w->err);
    for (size_t i = 0; i < count; i++)
        w->sorted[i] = &w->rows->columns[i];
    sx_sort(w->sorted, count, sizeof *w->sorted, compare_columns, NULL);
    w->all_words = true;
    for (size_t i = 0; i < count; i++) {
        const stria_column *column = w->sorted[i];
        w->columns[i] =
            (struct sx_batch_column){.name = sx_bytes_of(column->name), .type = column->type};
        w->has_presence = w->has_presence || column->present;
        w->all_words = w->all_words && column->type != STRIA_BOOL && column->type != STRIA_STRING;
        if (i && compare_columns(&w->sorted[i - 1], &w->sorted[i], NULL) == 0)
            return sx_fail(w->err, STRIA_INVALID, "column '%s' is given twice", column->name);
    }
    return STRIA_OK;
}

/* Makes w->schema the batch's schema for the measurement of a series; false: no memory. */
static bool find_schema(struct rows_write *w, const stria_series *series)
{
    struct sx_batch *b = &w->context->batch;
    struct sx_bytes measurement = sx_bytes_make(series->name, series->name_len);
    if (w->schema != UINT32_MAX && sx_bytes_equal(b->schemas[w->schema].measurement, measurement))
        return true;
    for (w->schema = 0; w->schema < b->schema_count; w->schema++)
        if (sx_bytes_equal(b->schemas[w->schema].measurement, measurement))
            return true;
    return sx_batch_add_schema(b, measurement, w->columns, (uint32_t)w->rows->column_count);
}

static uint64_t handle_hash_of(const void *handle)
{
    return sx_hash_u64((uint64_t)(uintptr_t)handle);
}

static bool handle_equal(const void *owner, uint32_t value, const void *key)
{
    return ((const struct sx_ingest_context *)owner)->handles[value] == key;
}

static uint64_t handle_hash(const void *owner, uint32_t value)
{
    return handle_hash_of(((const struct sx_ingest_context *)owner)->handles[value]);
}

/* Makes w->last the number of a handle's series in the batch; false: no memory. The table is this
 * call's own, so several threads may write through one handle. */
static bool find_series(struct rows_write *w, stria_series *series)
{
    struct sx_ingest_context *c = w->context;
    size_t count = c->batch.series_count;
    /* Rows mostly come series by series in the same order, or several of one series in a row. */
    uint32_t next = (size_t)w->last + 1 < count ? w->last + 1 : 0;
    if (count && c->handles[next] == series) {
        w->last = next;
        return true;
    }
    if (count && c->handles[w->last] == series)
        return true;
    uint64_t hash = handle_hash_of(series);
    uint32_t found = sx_map_find(&c->handle_map, hash, handle_equal, c, series);
    if (found != SX_MAP_NONE) {
        w->last = found;
        return true;
    }
    if (!sx_map_reserve(&c->handle_map, count + 1, handle_hash, c) ||
        !SX_GROW(c->batch.mem, c->handles, c->handle_capacity, count + 1) ||
        !sx_batch_add_series(&c->batch, (struct sx_bytes){0}, 0, &series->hint))
        return false;
    w->last = (uint32_t)count;
    c->handles[count] = series;
    sx_map_put(&c->handle_map, hash, w->last);
    return true;
}

static bool is_present(const stria_column *column, size_t row)
{
    return !column->present || (column->present[row / 64] >> (row % 64) & 1);
}

static bool any_present(const struct rows_write *w, size_t row)
{
    for (size_t i = 0; w->has_presence && i < w->rows->column_count; i++)
        if (is_present(&w->rows->columns[i], row))
            return true;
    return !w->has_presence;
}

static stria_status put_value(struct rows_write *w, const stria_column *column, size_t row,
                              uint8_t *out)
{
    uint64_t word;
    if (column->type == STRIA_BOOL) {
        word = ((const uint8_t *)column->values)[row] != 0;
    } else if (column->type == STRIA_STRING) {
        stria_bytes text = ((const stria_bytes *)column->values)[row];
        if (text.len > SX_STRING_SIZE_MAX)
            return sx_fail(w->err, STRIA_LIMIT,
                           "row %zu: '%s' has %zu bytes, at most %d are allowed", row, column->name,
                           text.len, SX_STRING_SIZE_MAX);
        if (!sx_batch_add_string(&w->context->batch, sx_bytes_make(text.ptr, text.len), &word))
            return sx_buf_refused(&w->context->batch.strings, "strings of a batch", w->err);
    } else {
        memcpy(&word, (const uint8_t *)column->values + row * 8, 8);
    }
    sx_put_u64(out, word);
    return STRIA_OK;
}

static stria_status put_values(struct rows_write *w, size_t row, uint8_t *out)
{
    size_t count = w->rows->column_count;
    uint8_t *values = out + (w->has_presence ? sx_presence_size((uint32_t)count) : 0);
    for (size_t i = 0; i < count; i++) {
        const stria_column *column = w->sorted[i];
        if (!is_present(column, row))
            continue;
        if (w->has_presence)
            sx_put_u64(out + i / 64 * 8, sx_get_u64(out + i / 64 * 8) | (uint64_t)1 << (i % 64));
        stria_status st = put_value(w, column, row, values + i * 8);
        if (st)
            return st;
        w->context->batch.sample_count++;
    }
    return STRIA_OK;
}

/* Values that are all there and are taken as they are. */
static void put_words(struct rows_write *w, size_t row, uint8_t *out)
{
    size_t count = w->rows->column_count;
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * 8, (const uint8_t *)w->sorted[i]->values + row * 8, 8);
    w->context->batch.sample_count += count;
}

static stria_status put_row(struct rows_write *w, size_t row)
{
    struct sx_batch *b = &w->context->batch;
    stria_series *series = w->rows->series[row];
    if (!find_schema(w, series) || !find_series(w, series))
        return sx_mem_refused(b->mem, 256, w->err);
    uint8_t *out = sx_batch_add_row(b, w->schema, w->has_presence, w->rows->ts_ns[row], w->last,
                                    (uint32_t)row + 1);
    if (!out)
        return sx_buf_refused(&b->rows, "rows of a batch", w->err);
    if (w->has_presence || !w->all_words)
        return put_values(w, row, out);
    put_words(w, row, out);
    return STRIA_OK;
}

static stria_status fill_batch(struct rows_write *w)
{
    struct sx_batch *b = &w->context->batch;
    stria_status st = sort_columns(w);
    if (st)
        return st;
    /* At once, and not doubled: the memtable takes the rows over as they are. */
    size_t size =
        w->rows->row_count * sx_row_size((uint32_t)w->rows->column_count, w->has_presence);
    if (size <= SX_BATCH_SIZE_MAX && !sx_buf_reserve(&b->rows, size))
        return sx_buf_refused(&b->rows, "rows of a batch", w->err);
    for (size_t row = 0; row < w->rows->row_count && !st; row++)
        if (any_present(w, row))
            st = put_row(w, row);
    return st;
}

static stria_status write_batch(struct rows_write *w, stria_report *report)
{
    struct sx_batch *b = &w->context->batch;
    struct sx_write_options options = {.durability = w->rows->durability};
    struct sx_write_result result = {0};
    struct sx_buf answer;
    stria_status st = STRIA_OK;
    sx_buf_init(&answer, b->mem, ANSWER_SIZE_MAX);
    if (b->row_count)
        st = sx_engine_write(w->db->engine, w->rows->series[0]->policy_id, b, &options, &result,
                             w->err);
    if (!st && result.conflict_count)
        sx_peer_put_conflict(&answer, result.conflict.measurement, result.conflict.field,
                             result.conflict.type, result.conflict.type_before);
    if (!st && result.outside_retention_count + result.outside_window_count)
        sx_buf_printf(&answer, "%s%zu rows are outside of the retention policy's times",
                      answer.len ? "; " : "",
                      (size_t)(result.outside_retention_count + result.outside_window_count));
    if (!st) {
        sx_report_fill(report, NULL, &result, sx_buf_bytes(&answer));
        if (answer.len)
            st = sx_fail(w->err, result.row_count ? STRIA_PARTIAL : STRIA_CONFLICT, "%.*s",
                         (int)answer.len, (const char *)answer.ptr);
    }
    sx_buf_deinit(&answer);
    return st;
}

stria_status stria_write_rows(stria *db, const stria_rows *rows, stria_report *report,
                              stria_error *err)
{
    struct rows_write w = {.db = db, .rows = rows, .schema = UINT32_MAX, .err = err};
    stria_report_release(report);
    stria_status st = sx_store_check(db, err);
    if (!st)
        st = check_rows(db, rows, err);
    if (st || rows->row_count == 0)
        return st;
    w.context = sx_ingest_context_take(db);
    if (!w.context) {
        st = sx_mem_refused(sx_engine_mem(db->engine, SX_ENGINE_MEM_INGEST), 4096, err);
        return sx_ingest_end(db, st, err);
    }
    struct sx_fp_mode mode = sx_fp_mode_enter();
    st = fill_batch(&w);
    if (!st)
        st = write_batch(&w, report);
    sx_fp_mode_leave(mode);
    sx_ingest_context_give(db, w.context);
    return sx_ingest_end(db, st, err);
}
