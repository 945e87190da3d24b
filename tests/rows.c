/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c -- see rows.h. */
#include "rows.h"

#include "random.h"

#include "base/varint.h"
#include "model/catalog.h"
#include "model/vector.h"

#include <stdlib.h>

#define SECOND ((int64_t)1000000000)

/* ---- making ---- */

static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count <= *capacity)
        return items;
    *capacity = count < 64 ? 64 : 2 * count;
    void *bigger = realloc(items, *capacity * size);
    if (!bigger)
        abort();
    return bigger;
}

static int compare_columns(const void *a, const void *b)
{
    const struct universe_column *x = &universe_columns[*(const uint16_t *)a];
    const struct universe_column *y = &universe_columns[*(const uint16_t *)b];
    int order = strcmp(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

static uint32_t add_run(struct test_rows *r, uint32_t measurement, const uint16_t *columns,
                        uint32_t count, bool has_presence)
{
    struct test_run *run = &r->runs[r->run_count];
    *run = (struct test_run){
        .measurement = measurement, .column_count = count, .has_presence = has_presence};
    memcpy(run->columns, columns, count * sizeof *columns);
    qsort(run->columns, count, sizeof *run->columns, compare_columns);
    return r->run_count++;
}

/* A row; `sparse`: each column is present once in so many times (0: always), at least one is. */
static void add_row(struct test_rows *r, uint32_t run, uint32_t series, int64_t ts_ns,
                    uint32_t sparse, uint64_t *state)
{
    const struct test_run *shape = &r->runs[run];
    r->rows = grown(r->rows, r->row_count + 1, &r->row_capacity, sizeof *r->rows);
    r->values = grown(r->values, r->value_count + shape->column_count, &r->value_capacity,
                      sizeof *r->values);
    struct test_row *row = &r->rows[r->row_count++];
    *row = (struct test_row){
        .run = run, .series = series, .ts_ns = ts_ns, .first_value = r->value_count};
    uint32_t sure = random_below(state, shape->column_count);
    for (uint32_t i = 0; i < shape->column_count; i++) {
        bool present =
            !sparse || !shape->has_presence || i == sure || random_once_in(state, sparse);
        uint64_t bits = random_next(state);
        r->values[r->value_count++] = present ? universe_value(shape->columns[i], bits) : 0;
        row->present[i / 64] |= (uint64_t)present << (i % 64);
    }
}

/* A series of a measurement. */
static uint32_t series_of(uint32_t measurement, uint64_t *state)
{
    uint32_t count = UNIVERSE_SERIES / UNIVERSE_MEASUREMENTS;
    return measurement + UNIVERSE_MEASUREMENTS * random_below(state, count);
}

/* One to three of the narrow columns, or so. */
static uint32_t pick_columns(uint16_t *columns, uint64_t *state)
{
    uint32_t count = 0, most = 1 + random_below(state, 4);
    for (uint32_t c = 0; c < UNIVERSE_MARK_COLUMN && count < most; c++)
        if (random_once_in(state, 2))
            columns[count++] = (uint16_t)c;
    if (count == 0)
        columns[count++] = (uint16_t)random_below(state, UNIVERSE_MARK_COLUMN);
    return count;
}

/* Times that many writes share: ten minutes apart. */
static int64_t shared_time(int64_t now_ns, uint64_t *state)
{
    int64_t step = 600 * SECOND, base = now_ns - now_ns % (3600 * SECOND);
    return base - (int64_t)random_below(state, 24) * step;
}

static void make_narrow(struct test_rows *r, const struct write *w, uint64_t *state)
{
    uint16_t columns[UNIVERSE_NARROW_COLUMNS];
    bool subset = w->kind == WRITE_SUBSET;
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, pick_columns(columns, state), subset);
    uint32_t series = series_of(measurement, state);
    uint32_t count = w->kind == WRITE_ONE           ? 1
                     : w->kind == WRITE_MANY_SERIES ? UNIVERSE_SERIES / UNIVERSE_MEASUREMENTS
                     : w->kind == WRITE_RUN         ? 20 + random_below(state, 200)
                                                    : 2 + random_below(state, 12);
    int64_t ts = w->now_ns - (int64_t)random_below(state, 3000) * SECOND;
    for (uint32_t i = 0; i < count; i++) {
        if (w->kind == WRITE_MANY_SERIES)
            series = measurement + UNIVERSE_MEASUREMENTS * i;
        else if (random_once_in(state, 4))
            series = series_of(measurement, state);
        if (w->kind == WRITE_OVER || subset)
            ts = shared_time(w->now_ns, state);
        else if (w->kind == WRITE_LATE)
            ts -= (int64_t)(1 + random_below(state, 5)) * SECOND;
        else if (w->kind == WRITE_RUN)
            ts += 100000000 + (int64_t)random_below(state, 3);
        else if (w->kind == WRITE_DUPLICATES && random_once_in(state, 3))
            ts -= SECOND;
        add_row(r, run, series, ts, subset ? 2 : 0, state);
    }
}

static void make_all_types(struct test_rows *r, const struct write *w, uint64_t *state)
{
    static const uint16_t columns[] = {0, 1, 2, 3, 4, 5, 6};
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, SX_COUNT_OF(columns), random_once_in(state, 2));
    for (uint32_t i = 1 + random_below(state, 6); i > 0; i--)
        add_row(r, run, series_of(measurement, state), shared_time(w->now_ns, state), 3, state);
}

static void make_texts(struct test_rows *r, const struct write *w, uint64_t *state)
{
    static const uint16_t columns[] = {4};
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, 1, false);
    uint32_t series = series_of(measurement, state);
    int64_t ts = w->now_ns - (int64_t)random_below(state, 3000) * SECOND;
    for (uint32_t i = 1 + random_below(state, 40); i > 0; i--)
        add_row(r, run, series, ts += SECOND / 4, 0, state);
}

static void make_wide(struct test_rows *r, const struct write *w, uint64_t *state)
{
    uint16_t columns[UNIVERSE_WIDE_COLUMNS];
    for (uint32_t i = 0; i < UNIVERSE_WIDE_COLUMNS; i++)
        columns[i] = (uint16_t)(UNIVERSE_FIRST_WIDE + i);
    uint32_t run = add_run(r, UNIVERSE_WIDE, columns, UNIVERSE_WIDE_COLUMNS, true);
    for (uint32_t i = 1 + random_below(state, 5); i > 0; i--)
        add_row(r, run, series_of(UNIVERSE_WIDE, state), shared_time(w->now_ns, state), 10, state);
}

static void make_clash(struct test_rows *r, const struct write *w, uint64_t *state)
{
    uint16_t clash = (uint16_t)(UNIVERSE_FIRST_CLASH + random_below(state, UNIVERSE_CLASH_COLUMNS));
    uint16_t columns[] = {clash, 6};
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, 1 + random_below(state, 2), false);
    for (uint32_t i = 1 + random_below(state, 6); i > 0; i--) {
        int64_t ts =
            shared_time(w->now_ns, state) - (int64_t)random_below(state, 3) * 86400 * SECOND;
        add_row(r, run, series_of(measurement, state), ts, 0, state);
    }
}

static void make_far(struct test_rows *r, const struct write *w, uint64_t *state)
{
    uint16_t columns[UNIVERSE_NARROW_COLUMNS];
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, pick_columns(columns, state), false);
    uint32_t series = series_of(measurement, state);
    for (uint32_t i = 2 + random_below(state, 6); i > 0; i--) {
        int64_t ts = w->now_ns - (int64_t)random_below(state, 1000) * 86400 * SECOND;
        if (w->kind == WRITE_OLD)
            ts = w->now_ns - w->duration_ns + ((int64_t)random_below(state, 7) - 3) * 600 * SECOND;
        else if (w->kind == WRITE_EXTREME_TIMES)
            ts = random_once_in(state, 2) ? STRIA_TIME_MIN + random_below(state, 3)
                                          : STRIA_TIME_MAX - random_below(state, 3);
        add_row(r, run, series, ts, 0, state);
    }
}

/* Text has no NaN and no infinity. */
static void make_finite(struct test_rows *r, const struct test_run *run)
{
    for (size_t i = 0; i < r->value_count; i++) {
        uint64_t *value = &r->values[i];
        if (universe_columns[run->columns[i % run->column_count]].type == STRIA_FLOAT &&
            (*value >> 52 & 0x7ff) == 0x7ff)
            *value &= ~((uint64_t)1 << 62);
    }
}

static void make_import(struct test_rows *r, const struct write *w, uint64_t *state)
{
    uint16_t columns[UNIVERSE_NARROW_COLUMNS];
    uint32_t measurement = random_below(state, UNIVERSE_MEASUREMENTS);
    uint32_t run = add_run(r, measurement, columns, pick_columns(columns, state), false);
    uint32_t count = 1 + random_below(state, 5), steps = 5 + random_below(state, 60);
    uint32_t quarters_max = random_once_in(state, 10) ? 400 : 10; /* hours apart, or days */
    int64_t step = (int64_t)(1 + random_below(state, quarters_max)) * 900 * SECOND;
    int64_t last = w->now_ns - (int64_t)random_below(state, 100) * 3600 * SECOND;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t series = series_of(measurement, state);
        int64_t ts = last - (int64_t)steps * step;
        for (uint32_t j = 0; j < steps; j++)
            add_row(r, run, series, ts += step, 0, state);
    }
    make_finite(r, &r->runs[run]);
}

void rows_make(struct test_rows *r, const struct write *w)
{
    static const uint16_t mark[] = {UNIVERSE_MARK_COLUMN};
    uint64_t state = w->seed;
    switch (w->kind) {
    case WRITE_ALL_TYPES:
        make_all_types(r, w, &state);
        break;
    case WRITE_TEXTS:
        make_texts(r, w, &state);
        break;
    case WRITE_WIDE:
        make_wide(r, w, &state);
        break;
    case WRITE_CLASH:
        make_clash(r, w, &state);
        break;
    case WRITE_OLD:
    case WRITE_EXTREME_TIMES:
    case WRITE_BACKFILL:
        make_far(r, w, &state);
        break;
    case WRITE_IMPORT:
        make_import(r, w, &state);
        break;
    default:
        make_narrow(r, w, &state);
        if (random_once_in(&state, 3))
            make_narrow(r, w, &state); /* a batch of two measurements, or twice the same */
        break;
    }
    uint32_t run = add_run(r, UNIVERSE_MEASUREMENTS, mark, 1, false);
    add_row(r, run, UNIVERSE_MARK_SERIES, write_mark_ns(w), 0, &state);
    r->values[r->value_count - 1] = w->id;
}

void rows_free(struct test_rows *r)
{
    free(r->rows);
    free(r->values);
    *r = (struct test_rows){0};
}

/* ---- to the engine ---- */

static bool add_schemas(const struct test_rows *r, struct sx_batch *batch)
{
    for (uint32_t i = 0; i < r->run_count; i++) {
        const struct test_run *run = &r->runs[i];
        struct sx_batch_column *columns =
            sx_arena_array(&batch->arena, run->column_count, sizeof *columns);
        if (!columns)
            return false;
        for (uint32_t j = 0; j < run->column_count; j++) {
            const struct universe_column *c = &universe_columns[run->columns[j]];
            columns[j] = (struct sx_batch_column){.name = sx_bytes_of(c->name), .type = c->type};
        }
        if (!sx_batch_add_schema(batch, universe_measurement(run->measurement), columns,
                                 run->column_count))
            return false;
    }
    return true;
}

static bool put_value(struct sx_batch *batch, stria_type type, uint64_t value, uint64_t *word)
{
    uint8_t text[UNIVERSE_TEXT_MAX];
    *word = value;
    if (type != STRIA_STRING)
        return true;
    return sx_batch_add_string(batch, sx_bytes_make(text, universe_text(value, text)), word);
}

static bool put_row(const struct test_rows *r, const struct test_row *row, uint32_t series,
                    uint32_t line, struct sx_batch *batch)
{
    const struct test_run *run = &r->runs[row->run];
    uint64_t words[UNIVERSE_WIDE_COLUMNS];
    for (uint32_t i = 0; i < run->column_count; i++) {
        words[i] = 0;
        if (sx_bit_get(row->present, i) && !put_value(batch, universe_columns[run->columns[i]].type,
                                                      r->values[row->first_value + i], &words[i]))
            return false;
    }
    uint8_t *out = sx_batch_add_row(batch, row->run, run->has_presence, row->ts_ns, series, line);
    if (!out)
        return false;
    if (run->has_presence)
        for (size_t i = 0; i < sx_presence_size(run->column_count); i += 8, out += 8)
            sx_put_u64(out, row->present[i / 8]);
    for (uint32_t i = 0; i < run->column_count; i++) {
        sx_put_u64(out + (size_t)i * 8, words[i]);
        batch->sample_count += sx_bit_get(row->present, i);
    }
    return true;
}

bool rows_to_batch(const struct test_rows *r, size_t first, size_t count, struct sx_batch *batch)
{
    uint32_t numbers[UNIVERSE_SERIES + 1];
    for (uint32_t i = 0; i <= UNIVERSE_SERIES; i++)
        numbers[i] = UINT32_MAX;
    if (!add_schemas(r, batch))
        return false;
    for (size_t i = first; i < first + count; i++) {
        const struct test_row *row = &r->rows[i];
        if (numbers[row->series] == UINT32_MAX) {
            numbers[row->series] = (uint32_t)batch->series_count;
            if (!sx_batch_add_series(batch, universe_key(row->series),
                                     universe_series[row->series].hash, NULL))
                return false;
        }
        if (!put_row(r, row, numbers[row->series], (uint32_t)i + 1, batch))
            return false;
    }
    return true;
}

/* ---- to the oracle ---- */

/* Whether a row may come in; takes note of the types it brings. */
static bool check_types(const struct test_run *run, const struct test_row *row,
                        struct oracle *oracle, const struct oracle_policy *policy)
{
    int64_t window = sx_window_start(row->ts_ns, policy->window_ns);
    for (uint32_t i = 0; i < run->column_count; i++) {
        stria_type type =
            oracle_type(oracle, policy->uid, run->measurement, run->columns[i], window);
        if (type != STRIA_NONE && type != universe_columns[run->columns[i]].type)
            return false;
    }
    for (uint32_t i = 0; i < run->column_count; i++)
        oracle_note_type(oracle, policy->uid, run->measurement, run->columns[i], window,
                         universe_columns[run->columns[i]].type);
    return true;
}

void rows_apply(const struct test_rows *r, const struct write *w, struct oracle *oracle,
                struct oracle_policy *policy, struct rows_outcome *outcome)
{
    *outcome = (struct rows_outcome){0};
    for (size_t i = 0; i < r->row_count; i++) {
        const struct test_row *row = &r->rows[i];
        const struct test_run *run = &r->runs[row->run];
        if (w->duration_ns && row->ts_ns < w->now_ns - w->duration_ns) {
            outcome->outside_count++;
            continue;
        }
        if (!check_types(run, row, oracle, policy)) {
            outcome->conflict_count++;
            continue;
        }
        outcome->row_count++;
        for (uint32_t c = 0; c < run->column_count; c++)
            if (sx_bit_get(row->present, c)) {
                oracle_put(oracle, policy, row->series, row->ts_ns, run->columns[c],
                           r->values[row->first_value + c]);
                outcome->sample_count++;
            }
    }
}
