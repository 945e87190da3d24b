/* SPDX-License-Identifier: Apache-2.0 */
/* series_union.c -- the points of several sources, by time; see series.h. */
#include "base/error.h"
#include "influxql/heap.h"
#include "influxql/series.h"

struct merge_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_node **inputs;
    size_t input_count;
    const struct sx_iql_points **in; /* of each input */
    uint32_t *at;
    int64_t *times;
    struct sx_iql_heap heap;
    bool begun;
    uint32_t alone; /* the only input that has points; UINT32_MAX: there are several */
    struct sx_iql_buffer buffer;
    uint32_t spent; /* its points were given, its next ones are not known yet; UINT32_MAX: none */
};

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct merge_node *n = (struct merge_node *)(void *)node;
    stria_status st = STRIA_OK;
    n->begun = false;
    n->spent = UINT32_MAX;
    for (size_t i = 0; i < n->input_count && !st; i++)
        st = sx_iql_node_begin(n->inputs[i], outermost, err);
    return st;
}

/* The next points of an input; *more: there are some. */
static stria_status load(struct merge_node *n, uint32_t input, bool *more, stria_error *err)
{
    stria_status st = sx_iql_node_next(n->inputs[input], &n->in[input], err);
    n->at[input] = 0;
    *more = !st && n->in[input];
    if (*more)
        n->times[input] = n->in[input]->ts_ns[0];
    return st;
}

static stria_status load_all(struct merge_node *n, stria_error *err)
{
    stria_status st = STRIA_OK;
    n->begun = true;
    n->heap.count = 0;
    for (size_t i = 0; i < n->input_count && !st; i++) {
        bool more;
        st = load(n, (uint32_t)i, &more, err);
        if (more)
            n->heap.items[n->heap.count++] = (uint32_t)i;
    }
    n->alone = n->heap.count == 1 ? n->heap.items[0] : UINT32_MAX;
    sx_iql_heap_init(&n->heap);
    return st;
}

static stria_status next_alone(struct merge_node *n, const struct sx_iql_points **points,
                               stria_error *err)
{
    if (n->heap.count) { /* the first points are at hand */
        n->heap.count = 0;
        *points = n->in[n->alone];
        return STRIA_OK;
    }
    return sx_iql_node_next(n->inputs[n->alone], points, err);
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct merge_node *n = (struct merge_node *)(void *)node;
    stria_status st = n->begun ? STRIA_OK : load_all(n, err);
    *points = NULL;
    if (st || n->alone != UINT32_MAX)
        return st ? st : next_alone(n, points, err);
    sx_iql_buffer_clear(&n->buffer, NULL);
    if (n->spent != UINT32_MAX) {
        bool more;
        uint32_t input = n->spent;
        n->spent = UINT32_MAX;
        st = load(n, input, &more, err);
        if (more)
            sx_iql_heap_push(&n->heap, input);
    }
    while (!st && n->heap.count && n->spent == UINT32_MAX && !sx_iql_buffer_is_full(&n->buffer)) {
        const struct sx_iql_points *in = n->in[n->heap.items[0]];
        if (n->buffer.row_count && in->group != n->buffer.group)
            break;
        uint32_t input = sx_iql_heap_pop(&n->heap), row = n->at[input]++;
        n->buffer.group = in->group;
        sx_iql_buffer_put_from(&n->buffer, in->ts_ns[row], sx_iql_point_value(in, row), in, row);
        if (n->at[input] < in->row_count) {
            n->times[input] = in->ts_ns[n->at[input]];
            sx_iql_heap_push(&n->heap, input);
        } else {
            n->spent = input; /* what was given may still point into its batch */
        }
    }
    *points = st ? NULL : sx_iql_buffer_points(&n->buffer);
    return st;
}

static void destroy(struct sx_iql_node *node)
{
    struct merge_node *n = (struct merge_node *)(void *)node;
    for (size_t i = 0; n->inputs && i < n->input_count; i++)
        sx_iql_node_destroy(n->inputs[i]);
    sx_mem_free(node->mem, n->inputs);
    sx_mem_free(node->mem, n->in);
    sx_mem_free(node->mem, n->at);
    sx_mem_free(node->mem, n->times);
    sx_mem_free(node->mem, n->heap.items);
    sx_iql_buffer_deinit(&n->buffer);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

stria_status sx_iql_merge_create(const struct sx_iql_frame *frame,
                                 struct sx_iql_node *const *inputs, size_t input_count,
                                 struct sx_iql_node **node, stria_error *err)
{
    struct sx_mem *mem = frame->mem;
    struct merge_node *n = sx_mem_zalloc(mem, sizeof *n);
    bool good = n != NULL;
    *node = NULL;
    if (good) {
        n->node = *inputs[0];
        n->node.ops = &ops;
        n->inputs = sx_mem_zalloc(mem, input_count * sizeof *n->inputs);
        n->in = sx_mem_zalloc(mem, input_count * sizeof *n->in);
        n->at = sx_mem_zalloc(mem, input_count * sizeof *n->at);
        n->times = sx_mem_zalloc(mem, input_count * sizeof *n->times);
        n->heap.items = sx_mem_zalloc(mem, input_count * sizeof *n->heap.items);
        n->heap.times = n->times;
        n->heap.descending = !frame->ascending;
        good = n->inputs && n->in && n->at && n->times && n->heap.items &&
               sx_iql_buffer_init(&n->buffer, mem, n->node.type, n->node.beside_types,
                                  n->node.beside_count);
    }
    for (size_t i = 0; i < input_count; i++) {
        if (n && n->inputs)
            n->inputs[n->input_count++] = inputs[i];
        else
            sx_iql_node_destroy(inputs[i]);
    }
    if (!good) {
        if (n)
            destroy(&n->node);
        return sx_mem_refused(mem, sizeof *n, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
