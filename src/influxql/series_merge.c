/* SPDX-License-Identifier: Apache-2.0 */
/* series_merge.c -- the rows of several series, kept for a stretch of time and merged; see
 * series.h. */
#include "base/error.h"
#include "influxql/series_priv.h"

#define STORE_SIZE_MAX ((size_t)16 << 20)

void sx_iql_store_init(struct series_node *n)
{
    struct sx_iql_store *s = &n->store;
    sx_arena_init(&s->strings, n->node.mem, 16384);
    sx_column_init(&s->ts, n->node.mem, STRIA_TIME);
    sx_column_init(&s->value, n->node.mem, n->node.type);
}

void sx_iql_store_deinit(struct series_node *n)
{
    struct sx_iql_store *s = &n->store;
    struct sx_mem *mem = n->node.mem;
    sx_column_deinit(&s->ts);
    sx_column_deinit(&s->value);
    for (uint32_t i = 0; s->beside && i < n->node.beside_count; i++)
        sx_column_deinit(&s->beside[i]);
    sx_mem_free(mem, s->beside);
    sx_mem_free(mem, s->is_constant);
    sx_mem_free(mem, s->members);
    sx_mem_free(mem, s->runs);
    sx_mem_free(mem, s->heap_items);
    sx_mem_free(mem, s->heap_times);
    sx_mem_free(mem, n->given);
    sx_arena_deinit(&s->strings);
}

bool sx_iql_store_begin(struct series_node *n)
{
    if (n->row_max && !n->level->frame.one_series) {
        if (!SX_GROW(n->node.mem, n->given, n->given_capacity, n->count))
            return false;
        memset(n->given, 0, n->count * sizeof *n->given);
    }
    n->next_ns = n->descending ? n->time_max_ns : n->time_min_ns;
    n->length_ns = (uint64_t)n->time_max_ns - (uint64_t)n->time_min_ns;
    n->store.member_count = 0;
    n->store.run_count = 0;
    n->store.heap.count = 0;
    return true;
}

static stria_status refused(struct series_node *n, stria_error *err)
{
    return sx_mem_refused(n->node.mem, n->store.size, err);
}

/* ---- keeping -------------------------------------------------------------------------------- */

static bool clear(struct series_node *n)
{
    struct sx_iql_store *s = &n->store;
    uint32_t count = n->node.beside_count;
    if (!s->beside && count) {
        s->beside = sx_mem_zalloc(n->node.mem, count * sizeof *s->beside);
        s->is_constant = sx_mem_zalloc(n->node.mem, count);
        if (!s->beside || !s->is_constant)
            return false;
        for (uint32_t i = 0; i < count; i++)
            sx_column_init(&s->beside[i], n->node.mem, n->node.beside_types[i]);
    }
    sx_column_reset(&s->ts, STRIA_TIME);
    sx_column_reset(&s->value, n->node.type);
    for (uint32_t i = 0; i < count; i++)
        sx_column_reset(&s->beside[i], n->node.beside_types[i]);
    sx_arena_reset(&s->strings);
    s->member_count = s->run_count = s->size = 0;
    s->ts_min_ns = INT64_MAX;
    s->ts_max_ns = INT64_MIN;
    return true;
}

static bool keep_string(struct sx_iql_store *s, struct sx_column *column)
{
    if (column->type != STRIA_STRING || !sx_column_has(column, column->count - 1))
        return true;
    stria_bytes *string = (stria_bytes *)(void *)column->values + column->count - 1;
    s->size += string->len;
    return sx_string_keep(&s->strings, string);
}

static bool keep_column(struct series_node *n, struct sx_column *column,
                        const struct sx_vector *vector, uint32_t count)
{
    if (!sx_column_reserve(column, count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        sx_column_put_from(column, vector, n->rows[i]);
        if (!keep_string(&n->store, column))
            return false;
    }
    n->store.size += count * sx_type_size(column->type);
    return true;
}

/* Keeps rows of the series at hand. */
static bool keep_rows(struct series_node *n, const struct sx_rows *rows, uint32_t count)
{
    struct sx_iql_store *s = &n->store;
    bool good = sx_column_reserve(&s->ts, count);
    for (uint32_t i = 0; i < count && good; i++) {
        int64_t ts = rows->ts_ns[n->rows[i]];
        sx_column_put(&s->ts, &ts);
        s->ts_min_ns = SX_MIN(s->ts_min_ns, ts);
        s->ts_max_ns = SX_MAX(s->ts_max_ns, ts);
    }
    s->size += count * sizeof(int64_t);
    if (good && n->var != UINT32_MAX)
        good = keep_column(n, &s->value, &rows->columns[n->var], count);
    for (uint32_t k = 0; k < n->node.beside_count && good; k++)
        if (!s->is_constant[k])
            good = keep_column(n, &s->beside[k], &rows->columns[n->level->beside[k]], count);
    return good;
}

/* Keeps the tags of the series at hand. NULL: no memory. */
static const stria_bytes *keep_constants(struct series_node *n, const struct sx_rows *rows)
{
    struct sx_iql_store *s = &n->store;
    uint32_t count = n->node.beside_count;
    stria_bytes *out = sx_arena_zalloc(&s->strings, count * sizeof *out);
    for (uint32_t k = 0; out && k < count; k++) {
        uint32_t var = n->level->beside[k];
        const struct sx_vector *vector = &rows->columns[var];
        s->is_constant[k] = sx_iql_reader_is_constant(n->reader, var);
        if (!s->is_constant[k] || vector->type != STRIA_STRING || !sx_vector_has(vector, 0))
            continue;
        out[k] = ((const stria_bytes *)vector->values)[0];
        if (!sx_string_keep(&s->strings, &out[k]))
            return NULL;
    }
    return out;
}

/* Reads one series of the stretch; *too_much: more than is to be kept. */
static stria_status keep_series(struct series_node *n, size_t index, int64_t min_ns, int64_t max_ns,
                                bool bounded, bool *too_much, stria_error *err)
{
    struct sx_iql_store *s = &n->store;
    const struct sx_iql_group *group = n->scan->series[index].group;
    if (index == n->first || n->scan->series[index - 1].group != group)
        n->leader = index - n->first;
    struct sx_iql_member member = {.group = group, .first = s->ts.count, .leader = n->leader};
    stria_status st = sx_iql_reader_open(n->reader, index, min_ns, max_ns, n->descending, err);
    while (!st && !*too_much && (n->row_max == 0 || member.count < n->row_max)) {
        const struct sx_rows *rows;
        const uint64_t *selected;
        st = sx_iql_reader_next(n->reader, &rows, &selected, err);
        if (st || !rows)
            break;
        uint32_t count = sx_iql_series_rows(n, rows, selected);
        if (n->row_max)
            count = (uint32_t)SX_MIN(count, n->row_max - member.count);
        if (count && !member.constants && !(member.constants = keep_constants(n, rows)))
            return refused(n, err);
        if (count && !keep_rows(n, rows, count))
            return refused(n, err);
        member.count += count;
        *too_much = bounded && s->size > STORE_SIZE_MAX && s->ts_min_ns < s->ts_max_ns;
    }
    if (st || member.count == 0)
        return st;
    if (!SX_GROW(n->node.mem, s->members, s->member_capacity, s->member_count + 1))
        return refused(n, err);
    s->members[s->member_count++] = member;
    return STRIA_OK;
}

/* ---- stretches ------------------------------------------------------------------------------ */

/* The other end of the stretch at hand. */
static int64_t stretch_end(const struct series_node *n)
{
    if (n->descending)
        return (uint64_t)n->next_ns - (uint64_t)n->time_min_ns <= n->length_ns
                   ? n->time_min_ns
                   : (int64_t)((uint64_t)n->next_ns - n->length_ns);
    return (uint64_t)n->time_max_ns - (uint64_t)n->next_ns <= n->length_ns
               ? n->time_max_ns
               : (int64_t)((uint64_t)n->next_ns + n->length_ns);
}

/* Cuts the stretch in the middle of what was read of it. */
static void shorten(struct series_node *n)
{
    uint64_t span = (uint64_t)n->store.ts_max_ns - (uint64_t)n->store.ts_min_ns;
    int64_t middle = (int64_t)((uint64_t)n->store.ts_min_ns + span / 2);
    n->length_ns = n->descending ? (uint64_t)n->next_ns - (uint64_t)middle - 1
                                 : (uint64_t)middle - (uint64_t)n->next_ns;
}

/* What the next stretch should span, by what there was in this one. */
static void adapt(struct series_node *n)
{
    const struct sx_iql_store *s = &n->store;
    uint64_t length = n->length_ns;
    if (s->ts.count) /* not what lies empty before the first row */
        length = SX_MIN(length, (uint64_t)s->ts_max_ns - (uint64_t)s->ts_min_ns + 1);
    if (s->size < STORE_SIZE_MAX / 4)
        length = length > UINT64_MAX / 4 ? UINT64_MAX : SX_MAX(length, 1) * 4;
    n->length_ns = length;
}

static stria_status keep_stretch(struct series_node *n, int64_t end_ns, bool bounded,
                                 bool *too_much, stria_error *err)
{
    int64_t min_ns = n->descending ? end_ns : n->next_ns;
    int64_t max_ns = n->descending ? n->next_ns : end_ns;
    *too_much = false;
    if (!clear(n))
        return refused(n, err);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < n->count && !st && !*too_much; i++)
        st = keep_series(n, n->first + i, min_ns, max_ns, bounded, too_much, err);
    return st;
}

/* ---- merging -------------------------------------------------------------------------------- */

static int64_t time_of(const struct sx_iql_store *s, size_t row)
{
    return ((const int64_t *)(const void *)s->ts.values)[row];
}

/* The text beside a row; NULL: it is no text, or absent. */
static const stria_bytes *text_beside(const struct sx_iql_store *s,
                                      const struct sx_iql_member *member, size_t row, uint32_t k)
{
    const struct sx_column *column = &s->beside[k];
    if (column->type != STRIA_STRING)
        return NULL;
    if (s->is_constant[k])
        return member->constants[k].ptr ? &member->constants[k] : NULL;
    return sx_column_has(column, row) ? sx_column_at(column, row) : NULL;
}

/* Whether one of two rows of equal time comes first: the peer compares what stands beside, column
 * by column, as long as it is text. */
static bool row_before(const struct series_node *n, uint32_t member_a, size_t row_a,
                       uint32_t member_b, size_t row_b)
{
    const struct sx_iql_store *s = &n->store;
    for (uint32_t k = 0; k < n->node.beside_count; k++) {
        const stria_bytes *a = text_beside(s, &s->members[member_a], row_a, k);
        const stria_bytes *b = text_beside(s, &s->members[member_b], row_b, k);
        if (!a || !b)
            return false;
        int order = sx_bytes_compare(sx_bytes_make(a->ptr, a->len), sx_bytes_make(b->ptr, b->len));
        if (order)
            return n->descending ? order > 0 : order < 0;
    }
    return false;
}

static bool member_before(void *owner, uint32_t a, uint32_t b)
{
    const struct series_node *n = owner;
    const struct sx_iql_member *x = &n->store.members[a], *y = &n->store.members[b];
    return row_before(n, a, x->first + x->at, b, y->first + y->at);
}

static bool run_before(void *owner, uint32_t a, uint32_t b)
{
    const struct series_node *n = owner;
    const struct sx_iql_run *x = &n->store.runs[a], *y = &n->store.runs[b];
    return row_before(n, x->member, x->row, y->member, y->row);
}

/* Takes the next row of a run; false: it has none. */
static bool run_next(struct sx_iql_store *s, struct sx_iql_run *run)
{
    if (run->heap.count == 0)
        return false;
    uint32_t m = sx_iql_heap_pop(&run->heap);
    struct sx_iql_member *member = &s->members[m];
    run->member = m;
    run->row = member->first + member->at++;
    if (member->at < member->count) {
        s->heap_times[m] = time_of(s, member->first + member->at);
        sx_iql_heap_push(&run->heap, m);
    }
    return true;
}

/* Makes the heaps of the rows that are kept. False: no memory. */
static bool make_heaps(struct series_node *n)
{
    struct sx_iql_store *s = &n->store;
    struct sx_mem *mem = n->node.mem;
    if (!SX_GROW(mem, s->heap_items, s->heap_capacity, 2 * s->member_count + 1) ||
        !SX_GROW(mem, s->heap_times, s->time_capacity, 2 * s->member_count + 1))
        return false;
    for (size_t i = 0; i < s->member_count;) {
        size_t end = i;
        while (end < s->member_count && s->members[end].group == s->members[i].group)
            end++;
        if (!SX_GROW(mem, s->runs, s->run_capacity, s->run_count + 1))
            return false;
        struct sx_iql_run *run = &s->runs[s->run_count++];
        *run = (struct sx_iql_run){.first = i, .count = end - i};
        run->heap = (struct sx_iql_heap){.items = s->heap_items + i,
                                         .count = end - i,
                                         .times = s->heap_times,
                                         .descending = n->descending,
                                         .comes_before = member_before,
                                         .owner = n};
        for (size_t k = i; k < end; k++) {
            s->heap_items[k] = (uint32_t)k;
            s->heap_times[k] = time_of(s, s->members[k].first);
        }
        sx_iql_heap_init(&run->heap);
        i = end;
    }
    int64_t *times = s->heap_times + s->member_count;
    s->heap = (struct sx_iql_heap){.items = s->heap_items + s->member_count,
                                   .count = s->run_count,
                                   .times = times,
                                   .descending = n->descending,
                                   .comes_before = run_before,
                                   .owner = n};
    for (size_t i = 0; i < s->run_count; i++) {
        (void)run_next(s, &s->runs[i]);
        s->heap.items[i] = (uint32_t)i;
        times[i] = time_of(s, s->runs[i].row);
    }
    sx_iql_heap_init(&s->heap);
    return true;
}

/* Puts a kept row into the buffer. */
static void put_row(struct series_node *n, const struct sx_iql_member *member, size_t row)
{
    struct sx_iql_store *s = &n->store;
    struct sx_iql_buffer *b = &n->buffer;
    uint32_t at = b->row_count;
    bool has = n->var != UINT32_MAX && sx_column_has(&s->value, row);
    sx_iql_buffer_put(b, time_of(s, row), has ? sx_column_at(&s->value, row) : NULL);
    for (uint32_t k = 0; k < b->beside_count; k++) {
        const struct sx_column *column = &s->beside[k];
        size_t size = sx_type_size(column->type);
        if (s->is_constant[k]) {
            if (!member->constants[k].ptr)
                continue;
            memcpy(b->beside_values[k] + at * size, &member->constants[k], size);
        } else if (sx_column_has(column, row)) {
            memcpy(b->beside_values[k] + at * size, sx_column_at(column, row), size);
        } else {
            continue;
        }
        sx_bit_set(b->beside_present[k], at);
    }
}

static void put_rows(struct series_node *n)
{
    struct sx_iql_store *s = &n->store;
    int64_t *times = s->heap_times + s->member_count;
    while (s->heap.count && !sx_iql_buffer_is_full(&n->buffer)) {
        struct sx_iql_run *run = &s->runs[s->heap.items[0]];
        const struct sx_iql_member *member = &s->members[run->member];
        if (n->buffer.row_count && member->group != n->buffer.group)
            return;
        n->buffer.group = member->group;
        uint32_t r = sx_iql_heap_pop(&s->heap);
        if (!n->given || n->given[member->leader]++ < n->row_max)
            put_row(n, &s->members[s->runs[r].member], s->runs[r].row);
        if (run_next(s, &s->runs[r])) {
            times[r] = time_of(s, s->runs[r].row);
            sx_iql_heap_push(&s->heap, r);
        }
    }
}

/* Keeps the next stretch that has rows; none: the end. */
static stria_status next_stretch(struct series_node *n, stria_error *err)
{
    bool too_much = true;
    while (!n->ended) {
        int64_t end_ns = stretch_end(n);
        bool bounded = end_ns != n->next_ns;
        stria_status st = keep_stretch(n, end_ns, bounded, &too_much, err);
        if (st)
            return st;
        if (too_much) {
            shorten(n);
            continue;
        }
        n->ended = end_ns == (n->descending ? n->time_min_ns : n->time_max_ns);
        if (!n->ended)
            n->next_ns = n->descending ? end_ns - 1 : end_ns + 1;
        adapt(n);
        if (n->store.member_count)
            return make_heaps(n) ? STRIA_OK : refused(n, err);
    }
    return STRIA_OK;
}

stria_status sx_iql_store_next(struct series_node *n, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_iql_buffer_clear(&n->buffer, NULL);
    if (n->store.heap.count == 0)
        st = next_stretch(n, err);
    if (!st)
        put_rows(n);
    return st;
}
