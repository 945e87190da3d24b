/* SPDX-License-Identifier: Apache-2.0 */
/* series_mapper.c -- the rows of a sub-query as points; see series.h. */
#include "influxql/input.h"
#include "influxql/series.h"

struct mapper_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_level *level;
    struct sx_iql_input *input;
    uint32_t var;
    struct sx_iql_points points;
    struct sx_vector *beside;
    struct sx_iql_buffer buffer;
    uint16_t rows[SX_VECTOR_MAX];
};

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct mapper_node *n = (struct mapper_node *)(void *)node;
    return sx_iql_input_begin(n->input, outermost, 0, 0, false, err);
}

static uint32_t list_rows(struct mapper_node *n, const struct sx_iql_input_rows *in)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < in->rows->row_count; i++)
        if (!in->selected || sx_bit_get(in->selected, i))
            n->rows[count++] = (uint16_t)i;
    return count;
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct mapper_node *n = (struct mapper_node *)(void *)node;
    const struct sx_iql_input_rows *in;
    *points = NULL;
    for (;;) {
        stria_status st = sx_iql_input_next(n->input, &in, err);
        if (st || !in)
            return st;
        uint32_t count = list_rows(n, in);
        if (count == 0)
            continue;
        n->points = (struct sx_iql_points){.group = in->group,
                                           .row_count = in->rows->row_count,
                                           .ts_ns = in->rows->ts_ns,
                                           .value = {.type = STRIA_NONE},
                                           .beside = n->beside};
        if (n->var != UINT32_MAX)
            n->points.value = in->rows->columns[n->var];
        for (uint32_t i = 0; i < node->beside_count; i++)
            n->beside[i] = in->rows->columns[n->level->beside[i]];
        *points = &n->points;
        if (count < in->rows->row_count) {
            sx_iql_buffer_gather(&n->buffer, &n->points, n->rows, count);
            *points = sx_iql_buffer_points(&n->buffer);
        }
        return STRIA_OK;
    }
}

static void destroy(struct sx_iql_node *node)
{
    struct mapper_node *n = (struct mapper_node *)(void *)node;
    sx_iql_input_destroy(n->input);
    sx_iql_buffer_deinit(&n->buffer);
    sx_mem_free(node->mem, n->beside);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

stria_status sx_iql_mapper_create(struct sx_iql_level *level, size_t source, uint32_t var,
                                  struct sx_iql_node **node, stria_error *err)
{
    *node = NULL;
    struct mapper_node *n = sx_mem_zalloc(level->mem, sizeof *n);
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
    n->var = var;
    n->beside = sx_mem_zalloc(level->mem, ((size_t)level->beside_count + 1) * sizeof *n->beside);
    stria_status st = STRIA_OK;
    if (!n->beside || !sx_iql_buffer_init(&n->buffer, level->mem, n->node.type, level->beside_types,
                                          level->beside_count))
        st = sx_mem_refused(level->mem, sizeof n->buffer, err);
    if (!st)
        st = sx_iql_input_create(level, source, NULL, 0, &n->input, err);
    if (st) {
        destroy(&n->node);
        return st;
    }
    *node = &n->node;
    return STRIA_OK;
}
