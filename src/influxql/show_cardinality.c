/* SPDX-License-Identifier: Apache-2.0 */
/* show_cardinality.c -- SHOW SERIES, MEASUREMENT, TAG KEY, TAG VALUES and FIELD KEY CARDINALITY;
 * see open.h.
 *
 * Algorithm   A series of the answer is a measurement and the values of the tags grouped by, which
 *             stand in the bag as name and first text; what is counted is the second, or, of
 *             series, how often the first was met. Estimates are of the whole database, over all
 *             policies; series of several policies are told apart by hash.
 * Limits      What is counted is held in the request's memory: of series, 8 bytes each. */
#include "base/error.h"
#include "base/sort.h"
#include "influxql/show.h"
#include "model/series_key.h"

struct counting {
    struct sx_iql_showing showing; /* first */
    enum sx_iql_statement_kind kind;
    struct sx_bytes *tags; /* grouped by, sorted */
    size_t tag_count;
    struct sx_buf group; /* their values, as parts of a key */
    uint64_t *hashes;    /* of series, for the estimate */
    size_t hash_count, hash_capacity;
    struct sx_iql_bag measurements; /* met so far, with their policies */
};

static stria_status refused(struct counting *c, stria_error *err)
{
    return sx_mem_refused(c->showing.mem, sizeof(struct sx_iql_triple), err);
}

static struct sx_bytes bytes_of(stria_bytes text)
{
    return sx_bytes_make(text.ptr, text.len);
}

/* ---- GROUP BY ------------------------------------------------------------------------------- */

static stria_status put_dimension(struct counting *c, const struct sx_iql_expr *expr,
                                  stria_error *err)
{
    size_t at = 0;
    if (expr->kind != SX_IQL_EXPR_VAR)
        return sx_fail(err, STRIA_UNSUPPORTED,
                       "stria: GROUP BY of anything but tags in SHOW CARDINALITY is not supported");
    while (at < c->tag_count && sx_bytes_compare(c->tags[at], expr->u.var.name) < 0)
        at++;
    if (at < c->tag_count && sx_bytes_equal(c->tags[at], expr->u.var.name))
        return STRIA_OK;
    memmove(&c->tags[at + 1], &c->tags[at], (c->tag_count - at) * sizeof *c->tags);
    c->tags[at] = expr->u.var.name;
    c->tag_count++;
    return STRIA_OK;
}

static stria_status put_dimensions(struct counting *c, stria_error *err)
{
    const struct sx_iql_exprs *dimensions = &c->showing.show->dimensions;
    stria_status st = STRIA_OK;
    c->tags = sx_arena_array(&c->showing.arena, dimensions->count, sizeof *c->tags);
    if (!c->tags)
        return refused(c, err);
    for (size_t i = 0; i < dimensions->count && !st; i++)
        st = put_dimension(c, dimensions->items[i], err);
    return st;
}

static stria_status put_group(struct counting *c, const struct sx_iql_tags *tags, stria_error *err)
{
    sx_buf_clear(&c->group);
    for (size_t i = 0; i < c->tag_count; i++)
        sx_key_put(&c->group, sx_iql_tag_value(tags, c->tags[i]));
    return c->group.failed ? sx_buf_refused(&c->group, "tags grouped by", err) : STRIA_OK;
}

/* ---- what is counted ------------------------------------------------------------------------ */

static stria_status add(struct counting *c, struct sx_bytes name, struct sx_bytes what,
                        stria_error *err)
{
    return sx_iql_show_add(&c->showing, name, sx_buf_bytes(&c->group), what, err);
}

static stria_status add_listed(struct counting *c, const struct sx_iql_measurement *m,
                               const struct sx_iql_listed *listed, stria_error *err)
{
    stria_status st = put_group(c, &listed->tags, err);
    if (st || c->kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY)
        return st ? st : add(c, m->name, SX_LITERAL(""), err);
    if (c->kind == SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY)
        return add(c, SX_LITERAL(""), m->name, err);
    bool of_keys = c->kind == SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY, wanted = true;
    for (size_t i = 0; i < listed->tags.count && !st; i++) {
        const stria_tag *tag = &listed->tags.items[i];
        if (!of_keys)
            st = sx_iql_show_key(&c->showing, bytes_of(tag->key), &wanted, err);
        if (!st && wanted)
            st = add(c, m->name, bytes_of(of_keys ? tag->key : tag->value), err);
    }
    return st;
}

static stria_status visit(struct sx_iql_showing *s, struct sx_iql_measurement *m, stria_error *err)
{
    struct counting *c = (struct counting *)(void *)s; /* its first member */
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    stria_status st = sx_iql_show_list(s, &listing, m, s->condition, false, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed)
        st = listed->by_rows ? sx_iql_show_undecided(s, m, "SHOW CARDINALITY", err)
                             : add_listed(c, m, listed, err);
    sx_iql_listing_deinit(&listing);
    return st;
}

/* Whether a source before this one gave the same measurement: its series count once. */
static stria_status met_before(struct counting *c, const struct sx_iql_measurement *m, bool *met,
                               stria_error *err)
{
    size_t before = c->measurements.count;
    uint8_t policy[4];
    sx_put_u32(policy, m->policy_id);
    if (!sx_iql_bag_add(&c->measurements, m->name, sx_bytes_make(policy, sizeof policy),
                        SX_LITERAL("")))
        return refused(c, err);
    *met = c->measurements.count == before;
    return STRIA_OK;
}

static stria_status visit_once(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                               stria_error *err)
{
    bool met;
    stria_status st = met_before((struct counting *)(void *)s, m, &met, err);
    return st || met ? st : visit(s, m, err);
}

/* Without a condition the series need not be looked at. */
static stria_status visit_name(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                               stria_error *err)
{
    bool alive;
    stria_status st = sx_iql_show_alive(s, m, &alive, err);
    return st || !alive ? st : add((struct counting *)(void *)s, SX_LITERAL(""), m->name, err);
}

static stria_status visit_hashes(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                 stria_error *err)
{
    struct counting *c = (struct counting *)(void *)s;
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    stria_status st = sx_iql_show_list(s, &listing, m, NULL, false, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed) {
        if (SX_GROW(s->mem, c->hashes, c->hash_capacity, c->hash_count + 1))
            c->hashes[c->hash_count++] = listed->hash;
        else
            st = refused(c, err);
    }
    sx_iql_listing_deinit(&listing);
    return st;
}

static int compare_hashes(const void *a, const void *b, void *context)
{
    const uint64_t *x = a, *y = b;
    (void)context;
    return (*x > *y) - (*x < *y);
}

static size_t different_hashes(struct counting *c)
{
    size_t count = 0;
    if (c->hash_count > 1)
        sx_sort(c->hashes, c->hash_count, sizeof *c->hashes, compare_hashes, NULL);
    for (size_t i = 0; i < c->hash_count; i++)
        count += i == 0 || c->hashes[i] != c->hashes[i - 1];
    return count;
}

/* Fields have no tags: what the condition says of tags is said of none. */
static stria_status visit_fields(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                 stria_error *err)
{
    struct counting *c = (struct counting *)(void *)s;
    struct sx_iql_tags tags = {0};
    struct sx_iql_vars vars = {0};
    struct sx_iql_where *where = NULL;
    struct sx_iql_program *filter = NULL;
    bool none = false, alive = false;
    stria_status st = sx_iql_where_create(&s->arena, s->mem, s->condition, m, &vars, &where, err);
    if (!st)
        st = sx_iql_where_series(where, &vars, &tags, &none, &filter, err);
    if (!st && !none && !filter)
        st = sx_iql_show_alive(s, m, &alive, err);
    if (!st)
        st = put_group(c, &tags, err);
    for (size_t i = 0; !st && alive && i < m->stored->column_count; i++)
        st = add(c, m->name, m->stored->columns[i].name, err);
    sx_iql_where_destroy(where);
    sx_mem_free(s->mem, vars.items);
    return st;
}

/* ---- tables --------------------------------------------------------------------------------- */

static stria_status put_tables(struct counting *c, const char *column,
                               struct sx_table_source **source, stria_error *err)
{
    struct sx_iql_bag *bag = &c->showing.bag;
    struct sx_literal_tables *tables = sx_literal_tables_create(c->showing.mem);
    stria_tag *tags = sx_arena_array(&c->showing.arena, c->tag_count, sizeof *tags);
    size_t from, to;
    if (!tables || !tags) {
        if (tables)
            sx_table_source_destroy(sx_literal_tables_source(tables));
        return refused(c, err);
    }
    sx_iql_bag_sort(bag);
    sx_iql_show_limit(&c->showing.show->limits, 1, &from, &to);
    for (size_t begin = 0, end; begin < bag->count && from < to; begin = end) {
        struct sx_bytes group = bag->items[begin].first, part = {0};
        end = sx_iql_bag_end(bag, begin, true);
        for (size_t i = 0; i < c->tag_count && sx_key_take(&group, &part); i++) {
            uint8_t *text = sx_arena_alloc(&c->showing.arena, part.len + 1);
            struct sx_bytes plain = text ? sx_key_text(part, text) : (struct sx_bytes){0};
            tags[i] =
                (stria_tag){.key = {.ptr = (const char *)c->tags[i].ptr, .len = c->tags[i].len},
                            .value = {.ptr = (const char *)plain.ptr, .len = plain.len}};
        }
        sx_literal_tables_begin(tables, bag->items[begin].name, tags, c->tag_count);
        sx_literal_tables_column(tables, column, STRIA_INT);
        sx_literal_tables_int(tables, c->kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY
                                          ? (int64_t)bag->items[begin].count
                                          : (int64_t)(end - begin));
    }
    return sx_iql_show_finish(tables, source, err);
}

static stria_status one_number(struct sx_mem *mem, size_t count, struct sx_table_source **source,
                               stria_error *err)
{
    struct sx_literal_tables *tables = sx_literal_tables_create(mem);
    if (!tables)
        return sx_mem_refused(mem, 256, err);
    sx_literal_tables_begin(tables, SX_LITERAL(""), NULL, 0);
    sx_literal_tables_column(tables, "cardinality estimation", STRIA_INT);
    sx_literal_tables_int(tables, (int64_t)count);
    return sx_iql_show_finish(tables, source, err);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* Of a database as a whole; one that is not there has none. */
static stria_status open_estimate(struct counting *c, struct sx_table_source **source,
                                  stria_error *err)
{
    struct sx_iql_showing *s = &c->showing;
    const struct sx_database *database;
    stria_status st = sx_iql_show_database(s, &database, err);
    bool of_series = c->kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY;
    if (!st && database)
        st = sx_iql_show_each(s, SX_IQL_POLICY_ALL, of_series ? visit_hashes : visit_name, err);
    return st ? st
              : one_number(s->mem, of_series ? different_hashes(c) : s->bag.count, source, err);
}

static stria_status open_exact(struct counting *c, struct sx_table_source **source,
                               stria_error *err)
{
    struct sx_iql_showing *s = &c->showing;
    bool estimates = c->kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY && !s->show->exact;
    sx_iql_show_visit how = visit;
    stria_status st = put_dimensions(c, err);
    if (c->kind == SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY)
        how = visit_fields;
    else if (c->kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY)
        how = visit_once;
    else if (c->kind == SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY && !s->condition &&
             !c->tag_count)
        how = visit_name;
    if (!st)
        st = sx_iql_show_each(s, SX_IQL_POLICY_DEFAULT, how, err);
    return st ? st : put_tables(c, estimates ? "cardinality estimation" : "count", source, err);
}

stria_status sx_iql_open_cardinality(const struct sx_iql_statement *statement,
                                     const struct sx_iql_context *context,
                                     struct sx_table_source **source, stria_error *err)
{
    const struct sx_iql_show *show = &statement->u.show;
    struct counting c = {.kind = statement->kind};
    bool has_estimate = c.kind == SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY ||
                        c.kind == SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY;
    bool is_whole = !show->exact && !show->sources.count && !show->condition &&
                    !show->dimensions.count && !show->limits.limit && !show->limits.offset;
    stria_status st = sx_iql_showing_init(&c.showing, show, context, err);
    sx_buf_init(&c.group, c.showing.mem, 16 * 65536);
    sx_iql_bag_init(&c.measurements, c.showing.mem);
    if (!st)
        st =
            has_estimate && is_whole ? open_estimate(&c, source, err) : open_exact(&c, source, err);
    sx_buf_deinit(&c.group);
    sx_iql_bag_deinit(&c.measurements);
    sx_mem_free(c.showing.mem, c.hashes);
    sx_iql_showing_deinit(&c.showing);
    return st;
}
