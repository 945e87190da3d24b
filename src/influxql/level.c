/* SPDX-License-Identifier: Apache-2.0 */
/* level.c -- see level.h: symbols, nodes and fields of a level. */
#include "influxql/level.h"

#include "base/error.h"
#include "base/sort.h"
#include "influxql/collector.h"
#include "influxql/math_call.h"
#include "influxql/print.h"

static stria_status refused(struct sx_iql_level *level, stria_error *err)
{
    return sx_mem_refused(level->mem, sizeof *level, err);
}

/* ---- symbols -------------------------------------------------------------------------------- */

static bool is_function(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_CALL && sx_iql_math_arity(expr->u.call.name) == 0;
}

/* The text of a call, which tells whether two are the same. Returns false: no memory. */
static bool text_of(struct sx_iql_level *level, const struct sx_iql_expr *expr,
                    struct sx_bytes *out)
{
    struct sx_buf text;
    sx_buf_init(&text, level->mem, 1 << 24);
    sx_iql_print_expr(&text, expr);
    *out = text.failed ? (struct sx_bytes){0}
                       : sx_arena_dup(level->schema->arena, sx_buf_bytes(&text));
    sx_buf_deinit(&text);
    return out->ptr != NULL;
}

static size_t find_call(const struct sx_iql_level *level, struct sx_bytes text)
{
    size_t i = 0;
    while (i < level->call_count && !sx_bytes_equal(level->call_texts[i], text))
        i++;
    return i;
}

static bool add_call(struct sx_iql_level *level, const struct sx_iql_expr *expr)
{
    struct sx_bytes text;
    if (!text_of(level, expr, &text))
        return false;
    if (find_call(level, text) < level->call_count)
        return true;
    if (!SX_GROW(level->mem, level->calls, level->call_capacity, level->call_count + 1) ||
        !SX_GROW(level->mem, level->call_texts, level->text_capacity, level->call_count + 1))
        return false;
    level->call_texts[level->call_count] = text;
    level->calls[level->call_count++] = expr;
    return true;
}

struct gathering {
    struct sx_iql_level *level;
    struct sx_iql_vars beside; /* names that stand beside functions, or alone */
    bool failed;
};

static bool gather(void *user, const struct sx_iql_expr *expr)
{
    struct gathering *g = user;
    if (expr->kind == SX_IQL_EXPR_VAR) {
        g->failed = g->failed || sx_iql_vars_add(&g->beside, g->level->mem, expr) == UINT32_MAX;
        return true;
    }
    if (!is_function(expr))
        return true;
    g->failed = g->failed || !add_call(g->level, expr);
    for (size_t i = 1; sx_iql_is_top_bottom(expr) && i < expr->u.call.arg_count; i++)
        if (expr->u.call.args[i]->kind == SX_IQL_EXPR_VAR)
            g->failed = g->failed || sx_iql_vars_add(&g->beside, g->level->mem,
                                                     expr->u.call.args[i]) == UINT32_MAX;
    return false;
}

/* The fields that have columns: those of the SELECT, and the arguments of top() and bottom(). */
static bool list_fields(struct sx_iql_level *level)
{
    const struct sx_iql_select *select = &level->block->select;
    level->fields =
        sx_arena_array(level->schema->arena, level->block->column_count, sizeof *level->fields);
    for (size_t i = 0; level->fields && i < select->field_count; i++) {
        const struct sx_iql_expr *expr = select->fields[i].expr;
        level->fields[level->field_count++] = expr;
        if (select->target || !sx_iql_is_top_bottom(expr))
            continue;
        for (size_t k = 1; k < expr->u.call.arg_count; k++)
            if (expr->u.call.args[k]->kind == SX_IQL_EXPR_VAR)
                level->fields[level->field_count++] = expr->u.call.args[k];
    }
    return level->fields != NULL;
}

static int compare_vars(const void *a, const void *b, void *context)
{
    const struct sx_iql_expr *x = *(const struct sx_iql_expr *const *)a;
    const struct sx_iql_expr *y = *(const struct sx_iql_expr *const *)b;
    (void)context;
    int order = sx_bytes_compare(x->u.var.name, y->u.var.name);
    return order ? order : (int)x->u.var.type - (int)y->u.var.type;
}

static stria_status find_symbols(struct sx_iql_level *level, stria_error *err)
{
    struct gathering g = {.level = level};
    struct sx_mem *mem = level->mem;
    bool good = list_fields(level);
    for (size_t i = 0; i < level->field_count && good; i++)
        good = sx_iql_walk(mem, level->fields[i], gather, &g) && !g.failed &&
               sx_iql_vars_add_all(&level->vars, mem, level->fields[i]);
    if (good && g.beside.count > 1) /* the peer's order: it decides about rows of equal time */
        sx_sort(g.beside.items, g.beside.count, sizeof(struct sx_iql_expr *), compare_vars, NULL);
    if (good) {
        level->beside_count = (uint32_t)g.beside.count;
        level->beside = sx_arena_array(level->schema->arena, g.beside.count, sizeof *level->beside);
        level->beside_types =
            sx_arena_array(level->schema->arena, g.beside.count, sizeof *level->beside_types);
        good = level->beside && level->beside_types;
    }
    for (size_t i = 0; good && i < g.beside.count; i++) {
        level->beside[i] = sx_iql_vars_add(&level->vars, mem, g.beside.items[i]);
        level->beside_types[i] = sx_iql_var_type(g.beside.items[i]);
        good = level->beside[i] != UINT32_MAX;
    }
    sx_mem_free(mem, g.beside.items);
    return good ? STRIA_OK : refused(level, err);
}

/* ---- sources and nodes ---------------------------------------------------------------------- */

static void make_frame(struct sx_iql_level *level)
{
    const struct sx_iql_checked *checked = level->block->checked;
    const struct sx_iql_block *outermost = level->block;
    while (outermost->outer)
        outermost = outermost->outer;
    level->frame = (struct sx_iql_frame){
        .mem = level->mem,
        .request = level->request,
        .ascending = checked->ascending,
        .one_series = level->block->tag_count == outermost->tag_count,
        .windows = {.interval_ns = SX_MAX(checked->interval_ns, 0), /* negative: none */
                    .offset_ns = checked->interval_offset_ns,
                    .zone = level->block->select.zone,
                    .time_min_ns = checked->time_min_ns,
                    .time_max_ns = checked->time_max_ns},
        .fill = level->block->select.fill,
        .fill_value = level->block->select.fill_value};
}

static stria_status open_sources(struct sx_iql_level *level, stria_error *err)
{
    const struct sx_iql_block *block = level->block;
    const struct sx_iql_checked *checked = block->checked;
    int64_t min_ns = checked->time_min_ns, max_ns = checked->time_max_ns, extra;
    if (__builtin_mul_overflow(level->frame.windows.interval_ns, checked->extra_intervals + 1,
                               &extra))
        extra = INT64_MAX;
    if (checked->ascending && __builtin_sub_overflow(min_ns, extra, &min_ns))
        min_ns = STRIA_TIME_MIN;
    if (!checked->ascending && __builtin_add_overflow(max_ns, extra, &max_ns))
        max_ns = STRIA_TIME_MAX;
    level->sources = sx_mem_zalloc(level->mem, (block->source_count + 1) * sizeof *level->sources);
    if (!level->sources)
        return refused(level, err);
    stria_status st =
        sx_iql_rollups_create(level->schema, block, &level->frame.windows, &level->rollups, err);
    for (size_t i = 0; i < block->source_count && !st; i++) {
        level->sources[i].block_source = &block->sources[i];
        level->source_count = i + 1;
        if (!block->sources[i].inner)
            st =
                sx_iql_scan_init(&level->sources[i].scan, level->schema, block, &block->sources[i],
                                 &level->groups, &level->vars, level->rollups, min_ns, max_ns, err);
        else if (!sx_iql_vars_add_all(&level->vars, level->mem, block->select.condition))
            st = refused(level, err);
    }
    return st;
}

/* The type of a call's column, in the peer's eyes; NONE: the peer does not even look for points. */
static stria_status type_calls(struct sx_iql_level *level, stria_error *err)
{
    stria_status st = STRIA_OK;
    level->call_types =
        sx_arena_array(level->schema->arena, level->call_count, sizeof *level->call_types);
    if (!level->call_types)
        return refused(level, err);
    for (size_t i = 0; i < level->call_count && !st; i++) {
        enum sx_iql_type type;
        st = sx_iql_type_of(level->schema, NULL, 0, level->calls[i], &type, err);
        level->call_types[i] = sx_iql_vector_type(type);
    }
    return st;
}

/* Whether names alone can have rows: some is a field, or a column of a sub-query. */
static bool has_typed_name(const struct sx_iql_level *level)
{
    for (uint32_t i = 0; i < level->beside_count; i++)
        if (level->vars.items[level->beside[i]]->u.var.type != SX_IQL_TYPE_UNKNOWN)
            return true;
    return false;
}

static stria_status build_nodes(struct sx_iql_level *level, stria_error *err)
{
    stria_status st = type_calls(level, err);
    level->node_count = level->call_count ? level->call_count : 1;
    level->nodes = sx_mem_zalloc(level->mem, level->node_count * sizeof(struct sx_iql_node *));
    if (!level->nodes)
        return refused(level, err);
    if (!st && level->call_count == 0)
        return has_typed_name(level) ? sx_iql_build_raw(level, &level->nodes[0], err) : STRIA_OK;
    if (!st)
        st = sx_iql_collector_create(level, &level->collector, err);
    for (size_t i = 0; i < level->call_count && !st; i++)
        if (level->call_types[i] != STRIA_NONE)
            st = sx_iql_build_call(level, i, &level->nodes[i], err);
    return !st && sx_iql_collector_is_used(level->collector)
               ? sx_iql_collector_open(level->collector, err)
               : st;
}

/* ---- fields --------------------------------------------------------------------------------- */

static int find_symbol(void *user, const struct sx_iql_expr *expr, stria_type *type)
{
    struct sx_iql_level *level = user;
    if (expr->kind == SX_IQL_EXPR_VAR) {
        uint32_t var = sx_iql_vars_find(&level->vars, expr);
        for (uint32_t i = 0; i < level->beside_count; i++)
            if (level->beside[i] == var) {
                *type = level->beside_types[i];
                return (int)(level->call_count + i);
            }
        return -1;
    }
    struct sx_bytes text;
    if (!is_function(expr) || !text_of(level, expr, &text))
        return -1;
    size_t at = find_call(level, text);
    *type = level->nodes[at] ? level->nodes[at]->type : level->call_types[at];
    return (int)at;
}

static stria_status make_outputs(struct sx_iql_level *level, stria_error *err)
{
    struct sx_iql_symbols symbols = {.find = find_symbol, .user = level};
    stria_status st = STRIA_OK;
    level->outputs = sx_mem_zalloc(level->mem, (level->field_count + 1) * sizeof *level->outputs);
    level->columns = sx_mem_zalloc(level->mem, (level->field_count + 1) * sizeof *level->columns);
    if (!level->outputs || !level->columns)
        return refused(level, err);
    for (size_t i = 0; i < level->field_count && !st; i++)
        st = sx_iql_program_create(level->schema->arena, level->mem, level->fields[i], &symbols,
                                   &level->outputs[i].program, err);
    return st;
}

stria_type sx_iql_level_type(const struct sx_iql_level *level, size_t field)
{
    return sx_iql_program_type(level->outputs[field].program);
}

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_level_create(struct sx_iql_schema *schema, const struct sx_iql_block *block,
                                 struct sx_iql_level *outer, struct sx_iql_level **out,
                                 stria_error *err)
{
    *out = NULL;
    struct sx_iql_level *level = sx_mem_zalloc(schema->mem, sizeof *level);
    if (!level)
        return sx_mem_refused(schema->mem, sizeof *level, err);
    level->schema = schema;
    level->mem = schema->mem;
    level->request = schema->context->request;
    level->block = block;
    level->outer = outer;
    make_frame(level);
    stria_status st =
        sx_iql_groups_init(&level->groups, level->mem, block, outer ? &outer->groups : NULL, err);
    if (!st)
        st = open_sources(level, err);
    if (!st)
        st = find_symbols(level, err);
    if (!st)
        st = build_nodes(level, err);
    if (!st)
        st = make_outputs(level, err);
    if (!st)
        st = sx_iql_joiner_create(level, &level->joiner, err);
    if (st) {
        sx_iql_level_destroy(level);
        return st;
    }
    *out = level;
    return STRIA_OK;
}

void sx_iql_level_destroy(struct sx_iql_level *level)
{
    if (!level)
        return;
    struct sx_mem *mem = level->mem;
    sx_iql_joiner_destroy(level->joiner);
    for (size_t i = 0; level->outputs && i < level->field_count; i++) {
        sx_iql_program_destroy(level->outputs[i].program);
        sx_mem_free(mem, level->outputs[i].words);
    }
    for (size_t i = 0; level->nodes && i < level->node_count; i++)
        sx_iql_node_destroy(level->nodes[i]);
    sx_iql_collector_destroy(level->collector);
    for (size_t i = 0; i < level->source_count; i++)
        sx_iql_scan_deinit(&level->sources[i].scan);
    sx_iql_groups_deinit(&level->groups);
    sx_mem_free(mem, level->outputs);
    sx_mem_free(mem, level->columns);
    sx_mem_free(mem, level->nodes);
    sx_mem_free(mem, level->sources);
    sx_mem_free(mem, level->vars.items);
    sx_mem_free(mem, level->calls);
    sx_mem_free(mem, level->call_texts);
    sx_mem_free(mem, level);
}

/* ---- rows ----------------------------------------------------------------------------------- */

stria_status sx_iql_level_begin(struct sx_iql_level *level, const struct sx_iql_group *outermost,
                                stria_error *err)
{
    return sx_iql_joiner_begin(level->joiner, outermost, err);
}

/* Takes values that cannot be shown out of a column of floats. */
static stria_status hide(struct sx_iql_level *level, struct sx_iql_output *output,
                         struct sx_vector *vector, uint32_t count, stria_error *err)
{
    const double *values = vector->values;
    if (vector->type != STRIA_FLOAT || sx_iql_all_finite(values, count))
        return STRIA_OK;
    if (!output->words)
        output->words = sx_mem_alloc(level->mem, SX_VECTOR_WORDS * sizeof *output->words);
    if (!output->words)
        return refused(level, err);
    memset(output->words, 0, SX_VECTOR_WORDS * sizeof *output->words);
    for (uint32_t i = 0; i < count; i++)
        if (sx_vector_has(vector, i) && sx_iql_all_finite(&values[i], 1))
            sx_bit_set(output->words, i);
    vector->present = output->words;
    return STRIA_OK;
}

stria_status sx_iql_level_next(struct sx_iql_level *level, const struct sx_iql_result **result,
                               stria_error *err)
{
    const struct sx_iql_joined *joined;
    *result = NULL;
    stria_status st = sx_iql_joiner_next(level->joiner, &joined, err);
    if (st || !joined)
        return st;
    for (size_t i = 0; i < level->field_count && !st; i++) {
        st = sx_iql_program_run(level->outputs[i].program, joined->symbols, joined->row_count,
                                &level->columns[i], err);
        if (!st)
            st = hide(level, &level->outputs[i], &level->columns[i], joined->row_count, err);
    }
    level->result = (struct sx_iql_result){.group = joined->group,
                                           .row_count = joined->row_count,
                                           .ts_ns = joined->ts_ns,
                                           .columns = level->columns};
    *result = st ? NULL : &level->result;
    return st;
}
