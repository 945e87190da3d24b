/* SPDX-License-Identifier: Apache-2.0 */
/* node_limit.c -- LIMIT and OFFSET of each series; see node.h. */
#include "base/error.h"
#include "influxql/node.h"
#include "scan/block.h"

struct limit_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_node *input;
    int64_t limit, offset;
    const struct sx_iql_group *group; /* of the points before */
    int64_t seen;                     /* points of it */
    bool one_series;                  /* nothing but the outermost series can come */
    struct sx_iql_points points;
    struct sx_vector *beside;
    uint64_t *words; /* moved bits: of the value, then of each beside it */
};

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct limit_node *n = (struct limit_node *)(void *)node;
    n->group = NULL;
    n->seen = 0;
    return sx_iql_node_begin(n->input, outermost, err);
}

static struct sx_vector cut(const struct sx_vector *vector, uint32_t first, uint32_t count,
                            uint64_t *words)
{
    struct sx_vector out = *vector;
    if (vector->type == STRIA_NONE || first == 0)
        return out;
    out.values = (const uint8_t *)vector->values + first * sx_type_size(vector->type);
    if (vector->present) {
        memset(words, 0, SX_VECTOR_WORDS * sizeof *words);
        sx_bits_copy(words, 0, vector->present, first, count);
        out.present = words;
    }
    return out;
}

/* Points [first, first + count) of a batch. */
static const struct sx_iql_points *part_of(struct limit_node *n, const struct sx_iql_points *in,
                                           uint32_t first, uint32_t count)
{
    n->points = (struct sx_iql_points){.group = in->group,
                                       .row_count = count,
                                       .ts_ns = in->ts_ns + first,
                                       .value = cut(&in->value, first, count, n->words),
                                       .beside = n->beside};
    for (uint32_t i = 0; i < n->node.beside_count; i++)
        n->beside[i] =
            cut(&in->beside[i], first, count, n->words + (size_t)(i + 1) * SX_VECTOR_WORDS);
    return &n->points;
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct limit_node *n = (struct limit_node *)(void *)node;
    const struct sx_iql_points *in;
    *points = NULL;
    for (;;) {
        if (n->one_series && n->limit > 0 && n->seen >= n->offset &&
            n->seen - n->offset >= n->limit)
            return STRIA_OK;
        stria_status st = sx_iql_node_next(n->input, &in, err);
        if (st || !in)
            return st;
        if (in->group != n->group) {
            n->group = in->group;
            n->seen = 0;
        }
        int64_t skip = SX_MIN(SX_MAX(n->offset - n->seen, 0), (int64_t)in->row_count);
        int64_t after = n->seen + skip - n->offset; /* points given before these */
        int64_t count = (int64_t)in->row_count - skip;
        if (n->limit > 0)
            count = SX_MIN(count, SX_MAX(n->limit - after, 0));
        n->seen += in->row_count;
        if (count > 0) {
            *points = part_of(n, in, (uint32_t)skip, (uint32_t)count);
            return STRIA_OK;
        }
    }
}

static void destroy(struct sx_iql_node *node)
{
    struct limit_node *n = (struct limit_node *)(void *)node;
    sx_iql_node_destroy(n->input);
    sx_mem_free(node->mem, n->beside);
    sx_mem_free(node->mem, n->words);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

stria_status sx_iql_limit_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                 int64_t limit, int64_t offset, struct sx_iql_node **node,
                                 stria_error *err)
{
    *node = NULL;
    struct limit_node *n = sx_mem_zalloc(frame->mem, sizeof *n);
    if (!n) {
        sx_iql_node_destroy(input);
        return sx_mem_refused(frame->mem, sizeof *n, err);
    }
    n->node = *input;
    n->node.ops = &ops;
    n->input = input;
    n->limit = limit;
    n->offset = offset;
    n->one_series = frame->one_series;
    n->beside = sx_mem_zalloc(frame->mem, (input->beside_count + 1) * sizeof *n->beside);
    n->words = sx_mem_zalloc(frame->mem, ((size_t)input->beside_count + 1) * SX_VECTOR_WORDS *
                                             sizeof *n->words);
    if (!n->beside || !n->words) {
        destroy(&n->node);
        return sx_mem_refused(frame->mem, sizeof *n, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
