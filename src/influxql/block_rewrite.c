/* SPDX-License-Identifier: Apache-2.0 */
/* block_rewrite.c -- wildcards and regular expressions of SELECT and GROUP BY become the fields and
 * tags there are, and every name gets its type; see block.h.
 *
 * Invariants  The order is the peer's: fields and tags by name, of one name by type. */
#include "base/error.h"
#include "base/regex.h"
#include "base/sort.h"
#include "influxql/block.h"
#include "influxql/print.h"

/* A field or tag that a wildcard may stand for. */
struct ref {
    struct sx_bytes name;
    enum sx_iql_type type;
};

struct refs {
    struct ref *items;
    size_t count, capacity;
};

struct rewrite {
    struct sx_iql_schema *schema;
    struct sx_arena *arena;
    struct sx_iql_block *block;
    struct refs fields; /* and tags, unless dimensions take them */
    struct refs tags;
    struct sx_iql_field *out; /* the new fields */
    size_t out_count, out_capacity;
    struct sx_regex_scratch *scratch;
    stria_error *err;
};

static stria_status refused(struct rewrite *r)
{
    return sx_mem_refused(r->schema->mem, sizeof(struct sx_iql_expr), r->err);
}

/* ---- types of names ------------------------------------------------------------------------- */

static stria_status type_expr(struct rewrite *r, const struct sx_iql_expr *expr,
                              const struct sx_iql_expr **out);

static stria_status type_var(struct rewrite *r, const struct sx_iql_expr *expr,
                             const struct sx_iql_expr **out)
{
    enum sx_iql_type type;
    *out = expr;
    if (expr->u.var.type != SX_IQL_TYPE_UNKNOWN && expr->u.var.type != SX_IQL_TYPE_ANY_FIELD)
        return STRIA_OK;
    stria_error ignored;
    stria_status st = sx_iql_map_name(r->schema, r->block->sources, r->block->source_count,
                                      expr->u.var.name, &type, &ignored);
    if (st == STRIA_INVALID) { /* a field of a sub-query that cannot be computed */
        type = SX_IQL_TYPE_UNKNOWN;
    } else if (st) {
        sx_error_copy(r->err, &ignored);
        return st;
    }
    if (type == SX_IQL_TYPE_TAG && expr->u.var.type == SX_IQL_TYPE_ANY_FIELD)
        return STRIA_OK;
    *out = sx_iql_var(r->arena, expr->u.var.name, type);
    return *out ? STRIA_OK : refused(r);
}

static stria_status type_binary(struct rewrite *r, const struct sx_iql_expr *expr,
                                const struct sx_iql_expr **out)
{
    const struct sx_iql_expr **spine = sx_iql_spine(r->arena, expr), *left = NULL, *right;
    if (!spine)
        return refused(r);
    stria_status st = type_expr(r, spine[0]->u.binary.left, &left);
    for (size_t i = 0; i < expr->u.binary.spine && !st; i++) {
        st = type_expr(r, spine[i]->u.binary.right, &right);
        if (!st && !(left = sx_iql_binary(r->arena, spine[i]->u.binary.op, left, right)))
            st = refused(r);
    }
    *out = left;
    return st;
}

static stria_status type_call(struct rewrite *r, const struct sx_iql_expr *expr,
                              const struct sx_iql_expr **out)
{
    size_t count = expr->u.call.arg_count;
    const struct sx_iql_expr **args = sx_arena_array(r->arena, count, sizeof *args);
    stria_status st = args ? STRIA_OK : refused(r);
    for (size_t i = 0; i < count && !st; i++)
        st = type_expr(r, expr->u.call.args[i], &args[i]);
    if (!st && !(*out = sx_iql_call(r->arena, expr->u.call.name, args, count)))
        st = refused(r);
    return st;
}

/* The expression with a type for every name in it. */
static stria_status type_expr(struct rewrite *r, const struct sx_iql_expr *expr,
                              const struct sx_iql_expr **out)
{
    const struct sx_iql_expr *inner;
    stria_status st;
    switch (expr->kind) {
    case SX_IQL_EXPR_VAR:
        return type_var(r, expr, out);
    case SX_IQL_EXPR_BINARY:
        return type_binary(r, expr, out);
    case SX_IQL_EXPR_CALL:
        return type_call(r, expr, out);
    case SX_IQL_EXPR_PAREN:
        st = type_expr(r, expr->u.inner, &inner);
        if (!st && !(*out = sx_iql_paren(r->arena, inner)))
            st = refused(r);
        return st;
    default:
        *out = expr;
        return STRIA_OK;
    }
}

static stria_status type_names(struct rewrite *r)
{
    struct sx_iql_select *select = &r->block->select;
    struct sx_iql_field *fields = sx_arena_array(r->arena, select->field_count, sizeof *fields);
    stria_status st = fields ? STRIA_OK : refused(r);
    for (size_t i = 0; i < select->field_count && !st; i++) {
        fields[i] = select->fields[i];
        st = type_expr(r, fields[i].expr, &fields[i].expr);
    }
    select->fields = fields;
    if (!st && select->condition)
        st = type_expr(r, select->condition, &select->condition);
    return st;
}

/* ---- what wildcards stand for --------------------------------------------------------------- */

static stria_status add_ref(struct rewrite *r, struct refs *refs, struct sx_bytes name,
                            enum sx_iql_type type)
{
    size_t low = 0, high = refs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sx_bytes_compare(refs->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < refs->count && sx_bytes_equal(refs->items[low].name, name)) {
        if (sx_iql_type_gives_way(refs->items[low].type, type))
            refs->items[low].type = type;
        return STRIA_OK;
    }
    if (!SX_GROW(r->schema->mem, refs->items, refs->capacity, refs->count + 1))
        return refused(r);
    memmove(&refs->items[low + 1], &refs->items[low], (refs->count - low) * sizeof *refs->items);
    refs->items[low] = (struct ref){.name = name, .type = type};
    refs->count++;
    return STRIA_OK;
}

static stria_status add_measurement(struct rewrite *r, struct sx_iql_measurement *m)
{
    stria_status st = sx_iql_schema_tags(r->schema, m, r->err);
    for (size_t i = 0; i < m->stored->column_count && !st; i++)
        st = add_ref(r, &r->fields, m->stored->columns[i].name,
                     sx_iql_stored_type(m->stored->columns[i].type));
    for (size_t i = 0; !st && i < m->tag_key_count; i++)
        st = add_ref(r, &r->tags, m->tag_keys[i], SX_IQL_TYPE_TAG);
    return st;
}

static stria_status add_inner(struct rewrite *r, const struct sx_iql_block *inner)
{
    struct sx_buf text;
    stria_status st = STRIA_OK;
    sx_buf_init(&text, r->schema->mem, 1 << 24);
    for (size_t i = 0; i < inner->select.field_count && !st; i++) {
        enum sx_iql_type type;
        stria_error ignored;
        sx_buf_clear(&text);
        sx_iql_put_field_name(&text, &inner->select.fields[i]);
        struct sx_bytes name =
            text.failed ? (struct sx_bytes){0} : sx_arena_dup(r->arena, sx_buf_bytes(&text));
        if (!name.ptr) {
            st = refused(r);
            break;
        }
        if (sx_iql_type_of(r->schema, inner->sources, inner->source_count,
                           inner->select.fields[i].expr, &type, &ignored))
            type = SX_IQL_TYPE_UNKNOWN;
        st = add_ref(r, &r->fields, name, type);
    }
    for (size_t i = 0; !st && i < inner->select.dimensions.count; i++) {
        const struct sx_iql_expr *dimension = inner->select.dimensions.items[i];
        if (dimension->kind == SX_IQL_EXPR_VAR)
            st = add_ref(r, &r->tags, dimension->u.var.name, SX_IQL_TYPE_TAG);
    }
    sx_buf_deinit(&text);
    return st;
}

static int compare_refs(const void *a, const void *b, void *context)
{
    const struct ref *x = a, *y = b;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

/* Takes the tags that are grouped by out, and puts the others among the fields. */
static stria_status tags_to_fields(struct rewrite *r)
{
    const struct sx_iql_exprs *dimensions = &r->block->select.dimensions;
    bool any_field = r->fields.count > 0;
    for (size_t i = 0; any_field && i < r->tags.count; i++) {
        bool grouped = false;
        for (size_t k = 0; k < dimensions->count && !grouped; k++)
            grouped = dimensions->items[k]->kind == SX_IQL_EXPR_VAR &&
                      sx_bytes_equal(dimensions->items[k]->u.var.name, r->tags.items[i].name);
        if (grouped)
            continue;
        if (!SX_GROW(r->schema->mem, r->fields.items, r->fields.capacity, r->fields.count + 1))
            return refused(r);
        r->fields.items[r->fields.count++] = r->tags.items[i];
    }
    if (r->fields.count)
        sx_sort(r->fields.items, r->fields.count, sizeof *r->fields.items, compare_refs, NULL);
    return STRIA_OK;
}

/* ---- fields --------------------------------------------------------------------------------- */

static stria_status add_field(struct rewrite *r, const struct sx_iql_expr *expr,
                              struct sx_bytes alias)
{
    if (!expr || !SX_GROW(r->schema->mem, r->out, r->out_capacity, r->out_count + 1))
        return refused(r);
    r->out[r->out_count++] = (struct sx_iql_field){.expr = expr, .alias = alias};
    return STRIA_OK;
}

/* Makes the regex of a REGEX expression; *regex is NULL for other expressions. */
static stria_status regex_of(struct rewrite *r, const struct sx_iql_expr *expr,
                             struct sx_regex **regex)
{
    *regex = NULL;
    if (expr->kind != SX_IQL_EXPR_REGEX)
        return STRIA_OK;
    if (!r->scratch && !(r->scratch = sx_regex_scratch_create(r->schema->mem)))
        return refused(r);
    return sx_regex_create(r->schema->mem, expr->u.text, regex, r->err);
}

static stria_status expand_refs(struct rewrite *r, const struct sx_iql_expr *expr)
{
    struct sx_regex *regex;
    stria_status st = regex_of(r, expr, &regex);
    for (size_t i = 0; i < r->fields.count && !st; i++) {
        const struct ref *ref = &r->fields.items[i];
        bool is_tag = ref->type == SX_IQL_TYPE_TAG, wanted = true;
        if (expr->kind == SX_IQL_EXPR_WILDCARD)
            wanted = expr->u.wildcard == SX_IQL_FIELD ? !is_tag
                     : expr->u.wildcard == SX_IQL_TAG ? is_tag
                                                      : true;
        else
            st = sx_regex_match(regex, r->scratch, ref->name, &wanted, r->err);
        if (!st && wanted)
            st = add_field(r, sx_iql_var(r->arena, ref->name, ref->type), (struct sx_bytes){0});
    }
    sx_regex_destroy(regex);
    return st;
}

/* Whether a function takes fields of a type when its argument is a wildcard. */
static bool takes_type(struct sx_bytes function, enum sx_iql_type type)
{
    static const char *const all[] = {"count",   "first", "last",  "distinct",
                                      "elapsed", "mode",  "sample"};
    bool takes_all = false;
    for (size_t i = 0; i < SX_COUNT_OF(all); i++)
        takes_all = takes_all || sx_bytes_equal(function, sx_bytes_of(all[i]));
    switch (type) {
    case SX_IQL_TYPE_FLOAT:
    case SX_IQL_TYPE_INTEGER:
        return true;
    case SX_IQL_TYPE_UNSIGNED:
        return !sx_bytes_starts_with(function, SX_LITERAL("holt_winters"));
    case SX_IQL_TYPE_STRING:
        return takes_all;
    case SX_IQL_TYPE_BOOLEAN:
        return takes_all || sx_bytes_equal(function, SX_LITERAL("min")) ||
               sx_bytes_equal(function, SX_LITERAL("max"));
    default:
        return false;
    }
}

/* The call with `arg` as the innermost call's first argument. */
static const struct sx_iql_expr *with_argument(struct rewrite *r, const struct sx_iql_expr *call,
                                               const struct sx_iql_expr *arg)
{
    size_t count = call->u.call.arg_count;
    const struct sx_iql_expr **args = sx_arena_array(r->arena, count, sizeof *args);
    if (!args)
        return NULL;
    memcpy(args, call->u.call.args, count * sizeof *args);
    args[0] = args[0]->kind == SX_IQL_EXPR_CALL ? with_argument(r, args[0], arg) : arg;
    return args[0] ? sx_iql_call(r->arena, call->u.call.name, args, count) : NULL;
}

static stria_status expand_call_by(struct rewrite *r, const struct sx_iql_field *field,
                                   const struct ref *ref)
{
    struct sx_buf alias;
    const struct sx_iql_expr *var = sx_iql_var(r->arena, ref->name, ref->type);
    const struct sx_iql_expr *call = var ? with_argument(r, field->expr, var) : NULL;
    sx_buf_init(&alias, r->schema->mem, 1 << 24);
    sx_iql_put_field_name(&alias, field);
    sx_buf_put_u8(&alias, '_');
    sx_buf_put_bytes(&alias, ref->name);
    struct sx_bytes name =
        alias.failed ? (struct sx_bytes){0} : sx_arena_dup(r->arena, sx_buf_bytes(&alias));
    sx_buf_deinit(&alias);
    return name.ptr ? add_field(r, call, name) : refused(r);
}

static stria_status expand_call(struct rewrite *r, const struct sx_iql_field *field)
{
    const struct sx_iql_expr *call = field->expr;
    while (call->u.call.arg_count && call->u.call.args[0]->kind == SX_IQL_EXPR_CALL)
        call = call->u.call.args[0];
    const struct sx_iql_expr *arg = call->u.call.arg_count ? call->u.call.args[0] : NULL;
    struct sx_bytes function = call->u.call.name;
    struct sx_regex *regex;
    if (!arg || (arg->kind != SX_IQL_EXPR_WILDCARD && arg->kind != SX_IQL_EXPR_REGEX))
        return add_field(r, field->expr, field->alias);
    if (arg->kind == SX_IQL_EXPR_WILDCARD && arg->u.wildcard == SX_IQL_TAG)
        return sx_fail(r->err, STRIA_INVALID, "unable to use tag wildcard in %.*s()",
                       (int)function.len, (const char *)function.ptr);
    stria_status st = regex_of(r, arg, &regex);
    for (size_t i = 0; i < r->fields.count && !st; i++) {
        const struct ref *ref = &r->fields.items[i];
        bool wanted = takes_type(function, ref->type);
        if (wanted && regex)
            st = sx_regex_match(regex, r->scratch, ref->name, &wanted, r->err);
        if (!st && wanted)
            st = expand_call_by(r, field, ref);
    }
    sx_regex_destroy(regex);
    return st;
}

struct wild {
    bool wildcard, regex;
};

static bool visit_wild(void *user, const struct sx_iql_expr *expr)
{
    struct wild *wild = user;
    wild->wildcard = wild->wildcard || expr->kind == SX_IQL_EXPR_WILDCARD;
    wild->regex = wild->regex || expr->kind == SX_IQL_EXPR_REGEX;
    return true;
}

static stria_status find_wild(struct rewrite *r, const struct sx_iql_expr *expr, struct wild *wild)
{
    *wild = (struct wild){0};
    return sx_iql_walk(r->schema->mem, expr, visit_wild, wild) ? STRIA_OK : refused(r);
}

static stria_status expand_field(struct rewrite *r, const struct sx_iql_field *field)
{
    struct wild wild;
    stria_status st;
    switch (field->expr->kind) {
    case SX_IQL_EXPR_WILDCARD:
    case SX_IQL_EXPR_REGEX:
        return expand_refs(r, field->expr);
    case SX_IQL_EXPR_CALL:
        return expand_call(r, field);
    case SX_IQL_EXPR_BINARY:
        st = find_wild(r, field->expr, &wild);
        if (!st && (wild.wildcard || wild.regex))
            return sx_iql_fail_expr(
                r->schema->mem, r->err, field->expr,
                "unsupported expression with %s: ", wild.wildcard ? "wildcard" : "regex field");
        return st ? st : add_field(r, field->expr, field->alias);
    default:
        return add_field(r, field->expr, field->alias);
    }
}

static stria_status expand_fields(struct rewrite *r)
{
    struct sx_iql_select *select = &r->block->select;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < select->field_count && !st; i++)
        st = expand_field(r, &select->fields[i]);
    struct sx_iql_field *fields =
        st ? NULL : sx_arena_array(r->arena, r->out_count, sizeof *fields);
    if (st)
        return st;
    if (!fields)
        return refused(r);
    if (r->out_count)
        memcpy(fields, r->out, r->out_count * sizeof *fields);
    select->fields = fields;
    select->field_count = r->out_count;
    return STRIA_OK;
}

/* ---- dimensions ----------------------------------------------------------------------------- */

static stria_status expand_dimension(struct rewrite *r, const struct sx_iql_expr *dimension,
                                     const struct sx_iql_expr **out, size_t *count)
{
    struct sx_regex *regex;
    if (dimension->kind != SX_IQL_EXPR_WILDCARD && dimension->kind != SX_IQL_EXPR_REGEX) {
        out[(*count)++] = dimension;
        return STRIA_OK;
    }
    stria_status st = regex_of(r, dimension, &regex);
    for (size_t i = 0; i < r->tags.count && !st; i++) {
        bool wanted = true;
        if (regex)
            st = sx_regex_match(regex, r->scratch, r->tags.items[i].name, &wanted, r->err);
        if (st || !wanted)
            continue;
        out[*count] = sx_iql_var(r->arena, r->tags.items[i].name, SX_IQL_TYPE_UNKNOWN);
        if (!out[(*count)++])
            st = refused(r);
    }
    sx_regex_destroy(regex);
    return st;
}

static stria_status expand_dimensions(struct rewrite *r)
{
    struct sx_iql_exprs *dimensions = &r->block->select.dimensions;
    size_t count = 0;
    const struct sx_iql_expr **out =
        sx_arena_array(r->arena, dimensions->count * (r->tags.count + 1), sizeof *out);
    stria_status st = out ? STRIA_OK : refused(r);
    for (size_t i = 0; i < dimensions->count && !st; i++)
        st = expand_dimension(r, dimensions->items[i], out, &count);
    dimensions->items = out;
    dimensions->count = count;
    return st;
}

/* ---- all ------------------------------------------------------------------------------------ */

static bool is_wild_dimension(const struct sx_iql_expr *dimension)
{
    return dimension->kind == SX_IQL_EXPR_WILDCARD || dimension->kind == SX_IQL_EXPR_REGEX;
}

static stria_status expand(struct rewrite *r)
{
    const struct sx_iql_select *select = &r->block->select;
    bool in_fields = false, in_dimensions = false;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < select->field_count && !st; i++) {
        struct wild wild;
        st = find_wild(r, select->fields[i].expr, &wild);
        in_fields = in_fields || wild.wildcard || wild.regex;
    }
    for (size_t i = 0; i < select->dimensions.count; i++)
        in_dimensions = in_dimensions || is_wild_dimension(select->dimensions.items[i]);
    if (st || (!in_fields && !in_dimensions))
        return st;
    for (size_t i = 0; i < r->block->source_count && !st; i++) {
        const struct sx_iql_block_source *source = &r->block->sources[i];
        if (source->inner)
            st = add_inner(r, source->inner);
        for (size_t k = 0; k < source->measurement_count && !st; k++)
            st = add_measurement(r, source->measurements[k]);
    }
    if (!st && !in_dimensions)
        st = tags_to_fields(r);
    if (!st && in_fields)
        st = expand_fields(r);
    if (!st && in_dimensions)
        st = expand_dimensions(r);
    return st;
}

stria_status sx_iql_rewrite(struct sx_iql_schema *schema, struct sx_iql_block *block,
                            stria_error *err)
{
    struct rewrite r = {.schema = schema, .arena = schema->arena, .block = block, .err = err};
    stria_status st = type_names(&r);
    if (!st)
        st = expand(&r);
    sx_regex_scratch_destroy(r.scratch);
    sx_mem_free(schema->mem, r.fields.items);
    sx_mem_free(schema->mem, r.tags.items);
    sx_mem_free(schema->mem, r.out);
    return st;
}
