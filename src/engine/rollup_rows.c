/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_rows.c -- see rollup_rows.h. */
#include "engine/rollup_rows.h"

#include "base/error.h"
#include "model/catalog.h"

static const char *const suffixes[SX_ROLLUP_COLUMNS] = {"_count", "_sum",  "_min",      "_max",
                                                        "_first", "_last", "_first_ns", "_last_ns"};

void sx_rollup_rows_init(struct sx_rollup_rows *r, struct sx_mem *mem, int64_t interval_ns)
{
    *r = (struct sx_rollup_rows){.mem = mem, .interval_ns = interval_ns};
    sx_arena_init(&r->names, mem, 1024);
    sx_block_init(&r->block, mem);
}

void sx_rollup_rows_deinit(struct sx_rollup_rows *r)
{
    if (!r->mem)
        return;
    sx_arena_deinit(&r->names);
    sx_block_deinit(&r->block);
    sx_mem_free(r->mem, r->fields);
    sx_mem_free(r->mem, r->types);
    sx_mem_free(r->mem, r->columns);
    *r = (struct sx_rollup_rows){0};
}

/* ---- a series ---- */

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

/* Lists the fields that hold numbers. Columns are sorted by (name, type). False: no memory. */
static bool list_fields(struct sx_rollup_rows *r, const struct sx_scan_column *columns,
                        uint32_t count)
{
    r->field_count = 0;
    if (!SX_GROW(r->mem, r->fields, r->field_capacity, (size_t)count + 1))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_number(columns[i].type))
            continue;
        size_t n = r->field_count;
        if (n && sx_bytes_equal(columns[r->fields[n - 1].column].name, columns[i].name)) {
            r->inexact = true; /* one name for two: the first stays */
            continue;
        }
        r->fields[r->field_count++] =
            (struct sx_rollup_field){.column = i, .type = columns[i].type};
    }
    return true;
}

static bool name_columns(struct sx_rollup_rows *r, const struct sx_scan_column *columns)
{
    size_t count = r->field_count * SX_ROLLUP_COLUMNS;
    sx_arena_reset(&r->names);
    if (!SX_GROW(r->mem, r->types, r->type_capacity, count + 1) ||
        !SX_GROW(r->mem, r->columns, r->column_capacity, count + 1))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct sx_rollup_field *field = &r->fields[i / SX_ROLLUP_COLUMNS];
        size_t which = i % SX_ROLLUP_COLUMNS, suffix_size = strlen(suffixes[which]);
        struct sx_bytes name = columns[field->column].name;
        uint8_t *text = sx_arena_alloc(&r->names, name.len + suffix_size);
        if (!text)
            return false;
        if (name.len)
            memcpy(text, name.ptr, name.len);
        memcpy(text + name.len, suffixes[which], suffix_size);
        r->types[i] = which == 0 || which > 5 ? STRIA_INT : field->type;
        r->columns[i] = (struct sx_writer_column){
            .name = sx_bytes_make(text, name.len + suffix_size), .type = r->types[i]};
    }
    return true;
}

stria_status sx_rollup_rows_begin(struct sx_rollup_rows *r, const struct sx_scan_column *columns,
                                  uint32_t column_count, uint32_t bucket_count, stria_error *err)
{
    r->inexact = false;
    r->bucket_begun = false;
    r->column_count = 0;
    if (!list_fields(r, columns, column_count) || !name_columns(r, columns))
        return sx_mem_refused(r->mem, column_count * sizeof *r->fields, err);
    uint32_t count = (uint32_t)(r->field_count * SX_ROLLUP_COLUMNS);
    stria_status st = sx_block_shape(&r->block, bucket_count, r->types, count, err);
    r->block.row_count = bucket_count;
    for (uint32_t i = 0; i < count && !st; i++)
        sx_block_no_values(&r->block, i);
    r->block.row_count = 0;
    return st;
}

/* ---- values ---- */

static double as_float(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_less(stria_type type, uint64_t a, uint64_t b)
{
    if (type == STRIA_FLOAT)
        return as_float(a) < as_float(b);
    return type == STRIA_INT ? (int64_t)a < (int64_t)b : a < b;
}

static void add_value(struct sx_rollup_field *f, uint64_t bits, int64_t ts)
{
    if (f->count++ == 0) {
        f->least = f->greatest = f->first = bits;
        f->first_ts = ts;
        f->sum = 0;
        sx_float_sum_begin(&f->float_sum);
    } else if (is_less(f->type, bits, f->least)) {
        f->least = bits;
    } else if (is_less(f->type, f->greatest, bits)) {
        f->greatest = bits;
    }
    f->last = bits;
    f->last_ts = ts;
    if (f->type == STRIA_FLOAT) {
        double value = as_float(bits);
        sx_float_sum_add(&f->float_sum, &value, 1);
    } else {
        f->sum += bits;
    }
}

static void add_values(struct sx_rollup_field *f, const struct sx_rows *from, uint32_t first,
                       uint32_t end)
{
    const struct sx_vector *vector = &from->columns[f->column];
    const uint8_t *values = vector->values;
    for (uint32_t i = first; i < end; i++) {
        uint64_t bits;
        if (!sx_vector_has(vector, i))
            continue;
        memcpy(&bits, values + (size_t)i * sizeof bits, sizeof bits);
        if (f->type == STRIA_FLOAT && !(as_float(bits) * 0 == 0))
            continue;
        add_value(f, bits, from->ts_ns[i]);
    }
}

/* ---- buckets ---- */

static bool is_negative_zero(const struct sx_rollup_field *f, uint64_t bits)
{
    return f->type == STRIA_FLOAT && bits == (uint64_t)1 << 63;
}

static void put_field(struct sx_rollup_rows *r, size_t index, uint32_t row)
{
    struct sx_rollup_field *f = &r->fields[index];
    double sum = f->type == STRIA_FLOAT ? sx_float_sum_end(&f->float_sum) : 0;
    uint64_t values[SX_ROLLUP_COLUMNS] = {f->count,
                                          f->sum,
                                          f->least,
                                          f->greatest,
                                          f->first,
                                          f->last,
                                          (uint64_t)f->first_ts - (uint64_t)r->bucket,
                                          (uint64_t)f->last_ts - (uint64_t)r->bucket};
    if (f->type == STRIA_FLOAT)
        memcpy(&values[1], &sum, sizeof sum);
    for (size_t i = 0; i < SX_ROLLUP_COLUMNS; i++) {
        struct sx_block_column *column = &r->block.columns[index * SX_ROLLUP_COLUMNS + i];
        ((uint64_t *)column->values)[row] = values[i];
        sx_bit_set(column->present, row);
    }
    r->inexact = r->inexact || is_negative_zero(f, f->least) || is_negative_zero(f, f->greatest);
}

static void end_bucket(struct sx_rollup_rows *r)
{
    uint32_t row = r->block.row_count;
    bool any = false;
    for (size_t i = 0; i < r->field_count; i++) {
        if (r->fields[i].count == 0)
            continue;
        put_field(r, i, row);
        r->fields[i].count = 0;
        any = true;
    }
    if (any)
        r->block.ts_ns[r->block.row_count++] = r->bucket;
    r->bucket_begun = false;
}

void sx_rollup_rows_feed(struct sx_rollup_rows *r, const struct sx_rows *from)
{
    for (uint32_t first = 0; first < from->row_count;) {
        int64_t bucket = sx_window_start(from->ts_ns[first], r->interval_ns);
        uint32_t end = first + 1;
        if (r->bucket_begun && bucket != r->bucket)
            end_bucket(r);
        r->bucket = bucket;
        r->bucket_begun = true;
        while (end < from->row_count && from->ts_ns[end] - bucket < r->interval_ns)
            end++;
        for (size_t i = 0; i < r->field_count; i++)
            add_values(&r->fields[i], from, first, end);
        first = end;
    }
}

void sx_rollup_rows_end(struct sx_rollup_rows *r)
{
    size_t count = r->field_count * SX_ROLLUP_COLUMNS;
    if (r->bucket_begun)
        end_bucket(r);
    for (size_t i = 0; i < count; i++) {
        struct sx_block_column *column = &r->block.columns[i];
        sx_block_settle(&r->block, (uint32_t)i);
        if (column->none_present)
            continue;
        r->columns[r->column_count] = r->columns[i];
        r->columns[r->column_count].values = column->values;
        r->columns[r->column_count++].present = column->all_present ? NULL : column->present;
    }
}

stria_status sx_rollup_rows_write(const struct sx_rollup_rows *r, struct sx_rewrite *rewrite,
                                  uint32_t first, uint32_t count, stria_error *err)
{
    uint64_t *words = NULL;
    size_t word_count = ((size_t)count + 63) / 64;
    struct sx_writer_column *columns =
        sx_mem_alloc(r->mem, (r->column_count + 1) * sizeof *columns);
    if (columns)
        words = sx_mem_zalloc(r->mem, (r->column_count + 1) * word_count * sizeof *words);
    stria_status st =
        words ? STRIA_OK : sx_mem_refused(r->mem, r->column_count * sizeof *columns, err);
    for (size_t i = 0; i < r->column_count && !st; i++) {
        const struct sx_writer_column *all = &r->columns[i];
        uint64_t *present = words + i * word_count;
        columns[i] = *all;
        columns[i].values = (const uint64_t *)all->values + first;
        if (!all->present)
            continue;
        sx_bits_copy(present, 0, all->present, first, count);
        columns[i].present = present;
    }
    if (!st)
        st = sx_rewrite_put(rewrite, r->block.ts_ns + first, count, columns, r->column_count, err);
    sx_mem_free(r->mem, words);
    sx_mem_free(r->mem, columns);
    return st;
}
