/* SPDX-License-Identifier: Apache-2.0 */
/* block.c -- see block.h. */
#include "influxql/block.h"

#include "base/sort.h"

static stria_status refused(struct sx_iql_schema *schema, stria_error *err)
{
    return sx_mem_refused(schema->mem, sizeof(struct sx_iql_block), err);
}

static stria_status create(struct sx_iql_schema *schema, const struct sx_iql_checked *checked,
                           struct sx_iql_block *outer, struct sx_iql_block **out, stria_error *err);

static stria_status find_sources(struct sx_iql_schema *schema, struct sx_iql_block *block,
                                 stria_error *err)
{
    const struct sx_iql_sources *sources = &block->select.sources;
    stria_status st = STRIA_OK;
    block->source_count = sources->count;
    block->sources = sx_arena_zalloc(schema->arena, sources->count * sizeof *block->sources);
    if (!block->sources)
        return refused(schema, err);
    for (size_t i = 0; i < sources->count && !st; i++) {
        struct sx_iql_block_source *source = &block->sources[i];
        if (sources->items[i].subquery)
            st = create(schema, block->checked->subqueries[i], block, &source->inner, err);
        else
            st = sx_iql_schema_source(schema, &sources->items[i], &source->measurements,
                                      &source->measurement_count, err);
    }
    return st;
}

static stria_status create(struct sx_iql_schema *schema, const struct sx_iql_checked *checked,
                           struct sx_iql_block *outer, struct sx_iql_block **out, stria_error *err)
{
    struct sx_iql_block *block = sx_arena_zalloc(schema->arena, sizeof *block);
    *out = block;
    if (!block)
        return refused(schema, err);
    block->checked = checked;
    block->outer = outer;
    block->select = checked->select;
    stria_status st = find_sources(schema, block, err);
    if (!st)
        st = sx_iql_rewrite(schema, block, err);
    if (!st)
        st = sx_iql_name_columns(schema->arena, &block->select, checked->time_name,
                                 &block->column_names, &block->column_count, err);
    return st;
}

static int compare_names(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(*(const struct sx_bytes *)a, *(const struct sx_bytes *)b);
}

/* The tags of a block and of those in it, which have the tags of the blocks around, too. */
static stria_status gather_tags(struct sx_iql_schema *schema, struct sx_iql_block *block,
                                stria_error *err)
{
    const struct sx_iql_exprs *dimensions = &block->select.dimensions;
    size_t most = dimensions->count + (block->outer ? block->outer->tag_count : 0), count = 0;
    struct sx_bytes *tags = sx_arena_array(schema->arena, most, sizeof *tags);
    if (!tags)
        return refused(schema, err);
    for (size_t i = 0; i < dimensions->count; i++)
        if (dimensions->items[i]->kind == SX_IQL_EXPR_VAR)
            tags[count++] = dimensions->items[i]->u.var.name;
    for (size_t i = 0; block->outer && i < block->outer->tag_count; i++)
        tags[count++] = block->outer->tags[i];
    if (count)
        sx_sort(tags, count, sizeof *tags, compare_names, NULL);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !sx_bytes_equal(tags[i], tags[i - 1]))
            tags[block->tag_count++] = tags[i];
    block->tags = tags;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < block->source_count && !st; i++)
        if (block->sources[i].inner)
            st = gather_tags(schema, block->sources[i].inner, err);
    return st;
}

stria_status sx_iql_block_create(struct sx_iql_schema *schema, const struct sx_iql_checked *checked,
                                 struct sx_iql_block **block, stria_error *err)
{
    stria_status st = create(schema, checked, NULL, block, err);
    for (size_t i = 0; !st && i < (*block)->select.field_count; i++) {
        enum sx_iql_type type; /* the types must fit each other */
        st = sx_iql_type_of(schema, NULL, 0, (*block)->select.fields[i].expr, &type, err);
    }
    if (!st)
        st = sx_iql_check_offset(schema->mem, checked, err);
    return st ? st : gather_tags(schema, *block, err);
}
