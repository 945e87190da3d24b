/* SPDX-License-Identifier: Apache-2.0 */
/* input.c -- see input.h.
 *
 * Source      How the names of a query find those of the query in it: a column of that name, an
 *             argument of its top() or bottom(), one of its tags; else nothing. A value of another
 *             type is converted between numbers, else it is missing. */
#include "influxql/input.h"

#include "base/error.h"
#include "influxql/program_priv.h"

/* Where a name comes from in the answer of a sub-query. */
struct mapping {
    enum { MAP_NOTHING, MAP_COLUMN, MAP_TAG } kind;
    size_t number; /* of the column, or of the inner block's tag */
    stria_type type;
    void *values; /* converted; or the tag's */
};

struct sx_iql_input {
    struct sx_iql_level *level;
    struct sx_mem *mem;
    struct sx_iql_input_rows out;
    /* stored series */
    struct sx_iql_reader *reader;
    const struct sx_iql_scan *scan;
    size_t next_series, end_series;
    bool in_series;
    bool fresh; /* nothing of it was given yet */
    int64_t time_min_ns, time_max_ns;
    bool descending;
    /* a sub-query */
    struct sx_iql_level *inner;
    struct mapping *mappings; /* by var */
    size_t var_count;
    struct sx_iql_program *filter; /* the condition */
    struct sx_vector *vectors;
    struct sx_rows rows;
    uint64_t selected[SX_VECTOR_WORDS];
};

static const uint64_t no_words[SX_VECTOR_WORDS];
static const uint64_t no_values[SX_VECTOR_MAX * sizeof(stria_bytes) / sizeof(uint64_t)];

static stria_status refused(struct sx_iql_input *input, stria_error *err)
{
    return sx_mem_refused(input->mem, sizeof *input, err);
}

/* ---- sub-queries ---------------------------------------------------------------------------- */

static struct sx_bytes field_name(struct sx_buf *text, const struct sx_iql_field *field)
{
    sx_buf_clear(text);
    sx_iql_put_field_name(text, field);
    return sx_buf_bytes(text);
}

/* The column of the inner answer that a name means, or SIZE_MAX. */
static size_t find_column(const struct sx_iql_select *select, struct sx_bytes name,
                          struct sx_buf *text, bool *is_argument)
{
    size_t column = 0;
    for (size_t i = 0; i < select->field_count; i++, column++) {
        const struct sx_iql_expr *expr = select->fields[i].expr;
        *is_argument = false;
        if (sx_bytes_equal(field_name(text, &select->fields[i]), name))
            return column;
        if (!sx_iql_is_top_bottom(expr))
            continue;
        for (size_t k = 1; k + 1 < expr->u.call.arg_count; k++) {
            const struct sx_iql_expr *arg = expr->u.call.args[k];
            *is_argument = true;
            if (arg->kind == SX_IQL_EXPR_VAR && sx_bytes_equal(arg->u.var.name, name))
                return column + k;
        }
        if (!select->target)
            column += expr->u.call.arg_count - 2;
    }
    return SIZE_MAX;
}

static struct mapping map_var(const struct sx_iql_input *input, const struct sx_iql_expr *var,
                              struct sx_buf *text)
{
    const struct sx_iql_block *block = input->inner->block;
    struct sx_bytes name = var->u.var.name;
    bool is_argument = false;
    struct mapping mapping = {.kind = MAP_COLUMN, .type = sx_iql_var_type(var)};
    mapping.number = find_column(&block->select, name, text, &is_argument);
    if (mapping.number != SIZE_MAX) {
        if (is_argument)
            mapping.type = STRIA_STRING;
        return mapping;
    }
    for (size_t i = 0; i < block->select.dimensions.count; i++) {
        const struct sx_iql_expr *dimension = block->select.dimensions.items[i];
        if (dimension->kind != SX_IQL_EXPR_VAR || !sx_bytes_equal(dimension->u.var.name, name))
            continue;
        mapping.kind = MAP_TAG;
        mapping.type = STRIA_STRING;
        mapping.number = 0;
        while (!sx_bytes_equal(block->tags[mapping.number], name))
            mapping.number++;
        return mapping;
    }
    return (struct mapping){.kind = MAP_NOTHING, .type = mapping.type};
}

static int find_var(void *user, const struct sx_iql_expr *expr, stria_type *type)
{
    struct sx_iql_input *input = user;
    uint32_t at = UINT32_MAX;
    if (expr->kind == SX_IQL_EXPR_VAR)
        at = sx_iql_vars_find(&input->level->vars, expr);
    if (at == UINT32_MAX)
        return -1;
    *type = sx_iql_var_type(expr);
    return (int)at;
}

static stria_status create_inner(struct sx_iql_input *input, struct sx_iql_block *block,
                                 stria_error *err)
{
    struct sx_iql_level *level = input->level;
    const struct sx_iql_expr *condition = level->block->select.condition;
    struct sx_buf text;
    stria_status st = sx_iql_level_create(level->schema, block, level, &input->inner, err);
    if (st)
        return st;
    input->var_count = level->vars.count;
    input->mappings = sx_mem_zalloc(input->mem, (input->var_count + 1) * sizeof *input->mappings);
    input->vectors = sx_mem_zalloc(input->mem, (input->var_count + 1) * sizeof *input->vectors);
    if (!input->mappings || !input->vectors)
        return refused(input, err);
    sx_buf_init(&text, input->mem, 1 << 24);
    for (size_t i = 0; i < input->var_count; i++)
        input->mappings[i] = map_var(input, level->vars.items[i], &text);
    bool failed = text.failed;
    sx_buf_deinit(&text);
    if (failed)
        return refused(input, err);
    struct sx_iql_symbols symbols = {.find = find_var, .user = input};
    return condition ? sx_iql_program_create(level->schema->arena, input->mem, condition, &symbols,
                                             &input->filter, err)
                     : STRIA_OK;
}

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_input_create(struct sx_iql_level *level, size_t source, const uint32_t *vars,
                                 size_t var_count, struct sx_iql_input **out, stria_error *err)
{
    const struct sx_iql_level_source *from = &level->sources[source];
    struct sx_iql_input *input = sx_mem_zalloc(level->mem, sizeof *input);
    *out = NULL;
    if (!input)
        return sx_mem_refused(level->mem, sizeof *input, err);
    input->level = level;
    input->mem = level->mem;
    stria_status st;
    if (from->block_source->inner) {
        st = create_inner(input, from->block_source->inner, err);
    } else {
        input->scan = &from->scan;
        st = sx_iql_reader_create(input->scan, vars, var_count, &input->reader, err);
    }
    if (st) {
        sx_iql_input_destroy(input);
        return st;
    }
    *out = input;
    return STRIA_OK;
}

void sx_iql_input_destroy(struct sx_iql_input *input)
{
    if (!input)
        return;
    sx_iql_reader_destroy(input->reader);
    sx_iql_program_destroy(input->filter);
    for (size_t i = 0; input->mappings && i < input->var_count; i++)
        sx_mem_free(input->mem, input->mappings[i].values);
    sx_mem_free(input->mem, input->mappings);
    sx_mem_free(input->mem, input->vectors);
    sx_iql_level_destroy(input->inner);
    sx_mem_free(input->mem, input);
}

bool sx_iql_input_is_stored(const struct sx_iql_input *input)
{
    return input->reader != NULL;
}

stria_status sx_iql_input_begin(struct sx_iql_input *input, const struct sx_iql_group *outermost,
                                int64_t time_min_ns, int64_t time_max_ns, bool descending,
                                stria_error *err)
{
    if (input->inner)
        return sx_iql_level_begin(input->inner, outermost, err);
    size_t count;
    sx_iql_scan_range(input->scan, outermost, &input->next_series, &count);
    input->end_series = input->next_series + count;
    input->in_series = false;
    input->time_min_ns = time_min_ns;
    input->time_max_ns = time_max_ns;
    input->descending = descending;
    return STRIA_OK;
}

/* ---- rows of a sub-query -------------------------------------------------------------------- */

static stria_status own_values(struct sx_iql_input *input, struct mapping *mapping,
                               stria_error *err)
{
    if (!mapping->values)
        mapping->values = sx_mem_alloc(input->mem, SX_VECTOR_MAX * sizeof(stria_bytes));
    return mapping->values ? STRIA_OK : refused(input, err);
}

static stria_status map_tag(struct sx_iql_input *input, struct mapping *mapping,
                            const struct sx_iql_result *result, struct sx_vector *vector,
                            stria_error *err)
{
    struct sx_bytes value = result->group->values[mapping->number];
    if (value.len == 0)
        return STRIA_OK;
    stria_status st = own_values(input, mapping, err);
    stria_bytes *values = mapping->values;
    for (uint32_t i = 0; i < result->row_count && !st; i++)
        values[i] = (stria_bytes){.ptr = (const char *)value.ptr, .len = value.len};
    *vector = (struct sx_vector){.type = STRIA_STRING, .values = values};
    return st;
}

static stria_status map_column(struct sx_iql_input *input, struct mapping *mapping,
                               const struct sx_iql_result *result, struct sx_vector *vector,
                               stria_error *err)
{
    const struct sx_vector *from = &result->columns[mapping->number];
    if (from->type == mapping->type) {
        *vector = *from;
        return STRIA_OK;
    }
    stria_status st = own_values(input, mapping, err);
    if (!st && from->type != STRIA_NONE && from->type != STRIA_STRING && from->type != STRIA_BOOL &&
        sx_iql_cast_values(from->type, mapping->type, from->values, result->row_count,
                           mapping->values))
        *vector = (struct sx_vector){
            .type = mapping->type, .values = mapping->values, .present = from->present};
    return st;
}

static stria_status next_of_inner(struct sx_iql_input *input, stria_error *err)
{
    const struct sx_iql_result *result;
    stria_status st = sx_iql_level_next(input->inner, &result, err);
    input->out.rows = NULL;
    if (st || !result)
        return st;
    for (size_t i = 0; i < input->var_count && !st; i++) {
        struct mapping *mapping = &input->mappings[i];
        struct sx_vector *vector = &input->vectors[i];
        *vector =
            (struct sx_vector){.type = mapping->type, .values = no_values, .present = no_words};
        if (mapping->kind == MAP_TAG)
            st = map_tag(input, mapping, result, vector, err);
        else if (mapping->kind == MAP_COLUMN)
            st = map_column(input, mapping, result, vector, err);
    }
    if (!st && input->filter)
        st = sx_iql_program_filter(input->filter, input->vectors, result->row_count,
                                   input->selected, err);
    input->rows = (struct sx_rows){.row_count = result->row_count,
                                   .column_count = (uint32_t)input->var_count,
                                   .ts_ns = result->ts_ns,
                                   .columns = input->vectors};
    input->out = (struct sx_iql_input_rows){.group = result->group->outer,
                                            .rows = &input->rows,
                                            .selected = input->filter ? input->selected : NULL};
    return st;
}

/* ---- rows of stored series ------------------------------------------------------------------ */

/* Opens the next series, unless one is at hand; *end: there is none. */
static stria_status open_series(struct sx_iql_input *input, bool *end, stria_error *err)
{
    *end = !input->in_series && input->next_series >= input->end_series;
    if (input->in_series || *end)
        return STRIA_OK;
    input->out.group = input->scan->series[input->next_series].group;
    input->in_series = input->fresh = true;
    return sx_iql_reader_open(input->reader, input->next_series++, input->time_min_ns,
                              input->time_max_ns, input->descending, err);
}

static stria_status next_stored(struct sx_iql_input *input, stria_error *err)
{
    struct sx_iql_input_rows *out = &input->out;
    for (;;) {
        bool end;
        out->rows = NULL;
        stria_status st = open_series(input, &end, err);
        if (st || end)
            return st;
        st = sx_iql_reader_next(input->reader, &out->rows, &out->selected, err);
        out->begins_series = input->fresh;
        out->are_rollups = sx_iql_reader_has_rollups(input->reader);
        if (st)
            return st;
        if (out->rows) {
            input->fresh = false;
            return STRIA_OK;
        }
        input->in_series = false;
    }
}

stria_status sx_iql_input_stretch(struct sx_iql_input *input, struct sx_iql_input_stretch *stretch,
                                  stria_error *err)
{
    bool end;
    *stretch = (struct sx_iql_input_stretch){0};
    if (input->inner || input->scan->rollups) /* what is read in pieces is read as rows */
        return STRIA_OK;
    for (;;) {
        stria_status st = open_series(input, &end, err);
        if (st || end)
            return st;
        const struct sx_reader *stored = sx_iql_reader_stored(input->reader);
        if (stored && !sx_reader_is_at_end(stored))
            break;
        input->in_series = false;
    }
    stretch->group = input->out.group;
    stretch->reader = input->reader;
    stretch->begins_series = input->fresh;
    return sx_iql_reader_stretch(input->reader, &stretch->rows, err);
}

void sx_iql_input_pass(struct sx_iql_input *input)
{
    input->fresh = false;
    sx_reader_skip(sx_iql_reader_stored(input->reader));
}

stria_status sx_iql_input_next(struct sx_iql_input *input, const struct sx_iql_input_rows **rows,
                               stria_error *err)
{
    stria_status st = input->inner ? next_of_inner(input, err) : next_stored(input, err);
    *rows = st || !input->out.rows ? NULL : &input->out;
    return st;
}

void sx_iql_input_expect(struct sx_iql_input *input, uint64_t row_count)
{
    if (input->reader)
        sx_iql_reader_expect(input->reader, row_count);
}

void sx_iql_input_skip(struct sx_iql_input *input)
{
    input->in_series = false;
}
