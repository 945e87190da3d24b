/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c -- see scan.h: which series. */
#include "influxql/scan.h"

#include "base/sort.h"
#include "model/series_key.h"

struct finding {
    struct sx_iql_scan *scan;
    const struct sx_iql_block *block;
    struct sx_iql_groups *groups;
    struct sx_arena scratch; /* the tags of the series at hand */
    stria_tag *tags;
    size_t tag_capacity;
    stria_error *err;
};

static stria_status refused(struct finding *f)
{
    return sx_mem_refused(f->scan->mem, sizeof(struct sx_iql_scan_series), f->err);
}

/* The plain text of a part of a key; ptr is NULL when memory was refused. */
static stria_bytes text_of(struct finding *f, struct sx_bytes part)
{
    if (part.len == 0 || !memchr(part.ptr, 1, part.len)) /* nothing is escaped */
        return (stria_bytes){.ptr = (const char *)part.ptr, .len = part.len};
    uint8_t *scratch = sx_arena_alloc(&f->scratch, part.len);
    struct sx_bytes text = scratch ? sx_key_text(part, scratch) : (struct sx_bytes){0};
    return (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
}

static stria_status parse_tags(struct finding *f, struct sx_bytes key, struct sx_iql_tags *tags)
{
    struct sx_bytes part;
    size_t count = 0;
    sx_arena_reset(&f->scratch);
    (void)sx_key_take(&key, &part); /* the measurement */
    while (sx_key_take(&key, &part)) {
        if (!SX_GROW(f->scan->mem, f->tags, f->tag_capacity, count + 1))
            return refused(f);
        f->tags[count].key = text_of(f, part);
        (void)sx_key_take(&key, &part);
        f->tags[count].value = text_of(f, part);
        if (!f->tags[count].key.ptr || !f->tags[count].value.ptr)
            return refused(f);
        count++;
    }
    *tags = (struct sx_iql_tags){.items = f->tags, .count = count};
    return STRIA_OK;
}

static stria_status add_series(struct finding *f, uint32_t part_index,
                               const struct sx_scan_series *series,
                               const struct sx_scan_series *const *in_pieces)
{
    struct sx_iql_scan *scan = f->scan;
    struct sx_iql_scan_part *part = &scan->parts[part_index];
    struct sx_iql_scan_series found = {
        .series = series, .part = part_index, .in_pieces = in_pieces};
    struct sx_iql_tags tags;
    bool none = false;
    stria_status st = parse_tags(f, series->key, &tags);
    if (!st)
        st = sx_iql_where_series(part->where, scan->vars, &tags, &none, &found.filter, f->err);
    if (st || none)
        return st;
    if (!SX_GROW(scan->mem, scan->series, scan->series_capacity, scan->series_count + 1))
        return refused(f);
    st = sx_iql_groups_of(f->groups, part->measurement->name, &tags, &found.group, f->err);
    if (st)
        return st;
    found.outermost = sx_iql_group_outermost(found.group);
    scan->series[scan->series_count++] = found;
    return STRIA_OK;
}

/* Cuts the range of a measurement into pieces. */
static stria_status cut(struct finding *f, struct sx_iql_scan_part *part, int64_t time_min_ns,
                        int64_t time_max_ns)
{
    struct sx_iql_scan *scan = f->scan;
    struct sx_iql_piece *pieces = NULL;
    stria_status st = STRIA_OK;
    if (scan->rollups)
        st = sx_iql_rollups_cut(scan->rollups, part->measurement, scan->mem, scan->arena,
                                time_min_ns, time_max_ns, &pieces, &part->piece_count, f->err);
    if (!st && part->piece_count == 0) {
        pieces = sx_arena_alloc(scan->arena, sizeof *pieces);
        part->piece_count = 1;
        if (pieces)
            *pieces = (struct sx_iql_piece){.min_ns = time_min_ns, .max_ns = time_max_ns};
    }
    part->pieces = pieces;
    part->sets = sx_mem_zalloc(scan->mem, SX_MAX(part->piece_count, 1) * sizeof *part->sets);
    return st ? st : pieces && part->sets ? STRIA_OK : refused(f);
}

static stria_status find_in_piece(struct finding *f, struct sx_iql_scan_part *part, size_t i)
{
    const struct sx_iql_piece *piece = &part->pieces[i];
    const struct sx_iql_measurement *m = part->measurement;
    struct sx_view *view = piece->rollup ? piece->rollup->view : m->view;
    struct sx_selector selector = {.policy_id = view->policy_id,
                                   .measurement = m->name,
                                   .tags = sx_iql_where_tags(part->where),
                                   .time_min_ns = piece->min_ns,
                                   .time_max_ns = piece->max_ns};
    return sx_series_set_init(&part->sets[i], view, &selector, SX_SELECT_IN_TIME, f->scan->request,
                              f->err);
}

/* The least of the series that pieces have at `at`; NULL: none is left. */
static const struct sx_scan_series *least_series(const struct sx_iql_scan_part *part,
                                                 const size_t *at)
{
    const struct sx_scan_series *least = NULL;
    for (size_t i = 0; i < part->piece_count; i++) {
        if (at[i] == part->sets[i].series_count)
            continue;
        const struct sx_scan_series *series = &part->sets[i].series[at[i]];
        if (!least || sx_bytes_compare(series->key, least->key) < 0)
            least = series;
    }
    return least;
}

/* Brings the series of all pieces together. */
static stria_status join_pieces(struct finding *f, uint32_t index)
{
    struct sx_iql_scan_part *part = &f->scan->parts[index];
    size_t at[SX_IQL_PIECES_MAX] = {0};
    stria_status st = STRIA_OK;
    while (!st) {
        const struct sx_scan_series *series = least_series(part, at);
        if (!series)
            break;
        const struct sx_scan_series **in_pieces =
            sx_arena_array(f->scan->arena, part->piece_count, sizeof *in_pieces);
        if (!in_pieces)
            return refused(f);
        for (size_t i = 0; i < part->piece_count; i++) {
            const struct sx_series_set *set = &part->sets[i];
            bool has =
                at[i] < set->series_count && sx_bytes_equal(set->series[at[i]].key, series->key);
            in_pieces[i] = has ? &set->series[at[i]] : NULL;
            at[i] += has;
        }
        st = add_series(f, index, series, in_pieces);
    }
    return st;
}

static stria_status find_part(struct finding *f, uint32_t index, const struct sx_iql_measurement *m,
                              int64_t time_min_ns, int64_t time_max_ns)
{
    struct sx_iql_scan *scan = f->scan;
    struct sx_iql_scan_part *part = &scan->parts[index];
    part->measurement = m;
    stria_status st = sx_iql_where_create(scan->arena, scan->mem, f->block->select.condition, m,
                                          scan->vars, &part->where, f->err);
    if (!st)
        st = cut(f, part, time_min_ns, time_max_ns);
    for (size_t i = 0; i < part->piece_count && !st; i++)
        st = find_in_piece(f, part, i);
    if (!st && part->piece_count > 1)
        return join_pieces(f, index);
    for (size_t i = 0; !st && i < part->sets[0].series_count; i++)
        st = add_series(f, index, &part->sets[0].series[i], NULL);
    return st;
}

/* The order of groups whose outermost may differ, from the outside in. */
static int compare_groups(const struct sx_iql_groups *groups, const struct sx_iql_group *a,
                          const struct sx_iql_group *b)
{
    if (a == b)
        return 0;
    int order = groups->outer ? compare_groups(groups->outer, a->outer, b->outer) : 0;
    return order ? order : sx_iql_group_compare(a, b, groups->block->tag_count);
}

static int compare_series(const void *a, const void *b, void *context)
{
    const struct finding *f = context;
    const struct sx_iql_scan_series *x = a, *y = b;
    int order = compare_groups(f->groups, x->group, y->group);
    if (order == 0)
        order = sx_bytes_compare(x->series->key, y->series->key);
    if (order == 0) /* the same series of two policies */
        order = (x->part > y->part) - (x->part < y->part);
    return f->scan->descending ? -order : order;
}

stria_status sx_iql_scan_init(struct sx_iql_scan *scan, struct sx_iql_schema *schema,
                              const struct sx_iql_block *block,
                              const struct sx_iql_block_source *source,
                              struct sx_iql_groups *groups, struct sx_iql_vars *vars,
                              const struct sx_iql_rollups *rollups, int64_t time_min_ns,
                              int64_t time_max_ns, stria_error *err)
{
    *scan = (struct sx_iql_scan){.mem = schema->mem,
                                 .arena = schema->arena,
                                 .request = schema->context->request,
                                 .vars = vars,
                                 .rollups = rollups,
                                 .descending = !block->checked->ascending};
    const struct sx_iql_block *outermost = block;
    while (outermost->outer)
        outermost = outermost->outer;
    scan->outermost_tag_count = outermost->tag_count;
    struct finding f = {.scan = scan, .block = block, .groups = groups, .err = err};
    stria_status st = STRIA_OK;
    sx_arena_init(&f.scratch, scan->mem, 1024);
    scan->parts = sx_mem_zalloc(scan->mem, (source->measurement_count + 1) * sizeof *scan->parts);
    if (!scan->parts)
        st = refused(&f);
    for (size_t i = 0; i < source->measurement_count && !st; i++) {
        scan->part_count = i + 1;
        st = find_part(&f, (uint32_t)i, source->measurements[i], time_min_ns, time_max_ns);
    }
    scan->condition_var_count = vars->count;
    if (!st && scan->series_count > 1)
        sx_sort(scan->series, scan->series_count, sizeof *scan->series, compare_series, &f);
    sx_mem_free(scan->mem, f.tags);
    sx_arena_deinit(&f.scratch);
    return st;
}

void sx_iql_scan_deinit(struct sx_iql_scan *scan)
{
    if (!scan->mem)
        return;
    for (size_t i = 0; i < scan->part_count; i++) {
        for (size_t k = 0; scan->parts[i].sets && k < scan->parts[i].piece_count; k++)
            sx_series_set_deinit(&scan->parts[i].sets[k]);
        sx_mem_free(scan->mem, scan->parts[i].sets);
        sx_iql_where_destroy(scan->parts[i].where);
    }
    sx_mem_free(scan->mem, scan->parts);
    sx_mem_free(scan->mem, scan->series);
    *scan = (struct sx_iql_scan){0};
}

static int compare_outermost(const void *item, const void *key, void *context)
{
    const struct sx_iql_scan *scan = context;
    const struct sx_iql_scan_series *series = item;
    int order = sx_iql_group_compare(series->outermost, key, scan->outermost_tag_count);
    return scan->descending ? -order : order;
}

void sx_iql_scan_range(const struct sx_iql_scan *scan, const struct sx_iql_group *outermost,
                       size_t *first, size_t *count)
{
    size_t i = sx_lower_bound(scan->series, scan->series_count, sizeof *scan->series, outermost,
                              compare_outermost, (void *)(uintptr_t)scan);
    *first = i;
    while (i < scan->series_count && scan->series[i].outermost == outermost)
        i++;
    *count = i - *first;
}
