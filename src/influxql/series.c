/* SPDX-License-Identifier: Apache-2.0 */
/* series.c -- see series.h: rows that are points, and one series alone. */
#include "influxql/series.h"

#include "influxql/input.h"
#include "influxql/series_priv.h"

/* ---- which rows ----------------------------------------------------------------------------- */

static bool is_field_var(const struct sx_iql_level *level, uint32_t var)
{
    enum sx_iql_type type = level->vars.items[var]->u.var.type;
    return type != SX_IQL_TYPE_TAG && type != SX_IQL_TYPE_UNKNOWN;
}

static uint32_t list_rows(const uint64_t *words, uint32_t row_count, uint16_t *rows)
{
    uint32_t n = 0;
    for (uint32_t w = 0; w < (row_count + 63) / 64; w++) {
        uint32_t left = row_count - w * 64;
        uint64_t word = left < 64 ? words[w] & (((uint64_t)1 << left) - 1) : words[w];
        for (; word; word &= word - 1)
            rows[n++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(word));
    }
    return n;
}

uint32_t sx_iql_series_rows(struct series_node *n, const struct sx_rows *rows,
                            const uint64_t *selected)
{
    uint64_t words[SX_VECTOR_WORDS] = {0};
    size_t word_count = (rows->row_count + 63) / 64;
    if (n->var != UINT32_MAX) {
        const struct sx_vector *vector = &rows->columns[n->var];
        for (size_t i = 0; vector->type != STRIA_NONE && i < word_count; i++)
            words[i] = vector->present ? vector->present[i] : UINT64_MAX;
    } else {
        for (uint32_t i = 0; i < n->level->beside_count; i++) {
            uint32_t var = n->level->beside[i];
            if (!is_field_var(n->level, var))
                continue;
            const struct sx_vector *vector = &rows->columns[var];
            for (size_t w = 0; vector->type != STRIA_NONE && w < word_count; w++)
                words[w] |= vector->present ? vector->present[w] : UINT64_MAX;
        }
    }
    for (size_t i = 0; selected && i < word_count; i++)
        words[i] &= selected[i];
    return list_rows(words, rows->row_count, n->rows);
}

/* ---- one series ----------------------------------------------------------------------------- */

static void points_of(struct series_node *n, const struct sx_iql_group *group,
                      const struct sx_rows *rows)
{
    n->points = (struct sx_iql_points){.group = group,
                                       .row_count = rows->row_count,
                                       .ts_ns = rows->ts_ns,
                                       .value = {.type = STRIA_NONE},
                                       .beside = n->beside};
    if (n->var != UINT32_MAX)
        n->points.value = rows->columns[n->var];
    for (uint32_t i = 0; i < n->node.beside_count; i++)
        n->beside[i] = rows->columns[n->level->beside[i]];
}

static stria_status next_of_one(struct series_node *n, const struct sx_iql_points **points,
                                stria_error *err)
{
    const struct sx_rows *rows;
    const uint64_t *selected;
    stria_status st = STRIA_OK;
    if (!n->opened)
        st = sx_iql_reader_open(n->reader, n->first, n->time_min_ns, n->time_max_ns, n->descending,
                                err);
    n->opened = true;
    while (!st) {
        st = sx_iql_reader_next(n->reader, &rows, &selected, err);
        if (st || !rows)
            break;
        uint32_t count = sx_iql_series_rows(n, rows, selected);
        if (count == 0)
            continue;
        points_of(n, n->scan->series[n->first].group, rows);
        *points = &n->points;
        if (count < rows->row_count) {
            sx_iql_buffer_gather(&n->buffer, &n->points, n->rows, count);
            *points = sx_iql_buffer_points(&n->buffer);
        }
        return STRIA_OK;
    }
    n->ended = true;
    return st;
}

/* ---- the node ------------------------------------------------------------------------------- */

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct series_node *n = (struct series_node *)(void *)node;
    sx_iql_scan_range(n->scan, outermost, &n->first, &n->count);
    n->opened = false;
    n->ended = n->count == 0;
    if (n->count > 1 && !sx_iql_store_begin(n))
        return sx_mem_refused(node->mem, n->count * sizeof *n->given, err);
    return STRIA_OK;
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct series_node *n = (struct series_node *)(void *)node;
    *points = NULL;
    if (n->count > 1) {
        stria_status st = sx_iql_store_next(n, err);
        *points = st ? NULL : sx_iql_buffer_points(&n->buffer);
        return st;
    }
    return n->ended ? STRIA_OK : next_of_one(n, points, err);
}

static void destroy(struct sx_iql_node *node)
{
    struct series_node *n = (struct series_node *)(void *)node;
    sx_iql_store_deinit(n);
    sx_iql_reader_destroy(n->reader);
    sx_iql_buffer_deinit(&n->buffer);
    sx_mem_free(node->mem, n->beside);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

static stria_status create_reader(struct series_node *n, stria_error *err)
{
    struct sx_iql_level *level = n->level;
    uint32_t *vars = sx_mem_alloc(n->node.mem, ((size_t)level->beside_count + 1) * sizeof *vars);
    if (!vars)
        return sx_mem_refused(n->node.mem, level->beside_count * sizeof *vars, err);
    size_t count = 0;
    for (uint32_t i = 0; i < n->node.beside_count; i++)
        vars[count++] = level->beside[i];
    if (n->var != UINT32_MAX)
        vars[count++] = n->var;
    stria_status st = sx_iql_reader_create(n->scan, vars, count, &n->reader, err);
    if (!st)
        sx_iql_reader_expect(n->reader, n->row_max > 1 && level->frame.one_series ? n->row_max - 1
                                                                                  : n->row_max);
    sx_mem_free(n->node.mem, vars);
    return st;
}

stria_status sx_iql_series_create(struct sx_iql_level *level, size_t source, uint32_t var,
                                  int64_t time_min_ns, int64_t time_max_ns, uint64_t row_max,
                                  struct sx_iql_node **node, stria_error *err)
{
    *node = NULL;
    struct series_node *n = sx_mem_zalloc(level->mem, sizeof *n);
    if (!n)
        return sx_mem_refused(level->mem, sizeof *n, err);
    n->node = (struct sx_iql_node){
        .ops = &ops,
        .mem = level->mem,
        .request = level->request,
        .type = var == UINT32_MAX ? STRIA_NONE : sx_iql_var_type(level->vars.items[var]),
        .beside_types = level->beside_types,
        .beside_count = level->beside_count};
    n->level = level;
    n->scan = &level->sources[source].scan;
    n->var = var;
    n->time_min_ns = time_min_ns;
    n->time_max_ns = time_max_ns;
    n->row_max = row_max;
    n->descending = !level->frame.ascending;
    sx_iql_store_init(n);
    n->beside = sx_mem_zalloc(level->mem, ((size_t)level->beside_count + 1) * sizeof *n->beside);
    stria_status st = STRIA_OK;
    if (!n->beside || !sx_iql_buffer_init(&n->buffer, level->mem, n->node.type, level->beside_types,
                                          level->beside_count))
        st = sx_mem_refused(level->mem, sizeof n->buffer, err);
    if (!st)
        st = create_reader(n, err);
    if (st) {
        destroy(&n->node);
        return st;
    }
    *node = &n->node;
    return STRIA_OK;
}
