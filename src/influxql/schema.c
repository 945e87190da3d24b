/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c -- see schema.h. */
#include "influxql/schema.h"

#include "base/error.h"
#include "base/regex.h"
#include "model/type.h"
#include "scan/tag_keys.h"

struct sx_iql_schema_view {
    uint32_t policy_id;
    struct sx_view *view;
};

/* The columns of one measurement, or of all, of a policy. */
struct sx_iql_schema_part {
    uint32_t policy_id;
    bool is_all;
    struct sx_bytes name;
    struct sx_view_columns columns;
    struct sx_iql_measurement **measurements;
};

void sx_iql_schema_init(struct sx_iql_schema *schema, const struct sx_iql_context *context,
                        struct sx_arena *arena)
{
    *schema =
        (struct sx_iql_schema){.context = context, .mem = context->request->mem, .arena = arena};
}

void sx_iql_schema_deinit(struct sx_iql_schema *schema)
{
    if (!schema->mem)
        return;
    for (size_t i = 0; i < schema->part_count; i++)
        sx_view_columns_deinit(&schema->parts[i].columns);
    for (size_t i = 0; i < schema->view_count; i++)
        sx_view_release(schema->views[i].view);
    sx_mem_free(schema->mem, schema->parts);
    sx_mem_free(schema->mem, schema->views);
    *schema = (struct sx_iql_schema){0};
}

static stria_status refused(struct sx_iql_schema *schema, stria_error *err)
{
    return sx_mem_refused(schema->mem, sizeof(struct sx_iql_schema_part), err);
}

/* ---- databases and policies ----------------------------------------------------------------- */

stria_status sx_iql_find_database(const struct sx_iql_context *context, struct sx_bytes name,
                                  const struct sx_database **database, stria_error *err)
{
    if (name.len == 0)
        name = context->database;
    *database = NULL;
    if (name.len == 0)
        return sx_fail(err, STRIA_INVALID, "database name required");
    *database = sx_catalog_database(context->views->catalog, name);
    if (!*database)
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %.*s", (int)name.len,
                       (const char *)name.ptr);
    return STRIA_OK;
}

stria_status sx_iql_check_databases(const struct sx_iql_context *context,
                                    const struct sx_iql_sources *sources, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < sources->count && !st; i++) {
        const struct sx_iql_source *source = &sources->items[i];
        const struct sx_database *database = NULL;
        if (source->subquery) {
            st = sx_iql_check_databases(context, &source->subquery->sources, err);
            continue;
        }
        st = sx_iql_find_database(context, source->database, &database, err);
        if (!st && database && !source->policy.len && !context->policy.len &&
            !database->default_policy_id)
            st = sx_fail(err, STRIA_NOT_FOUND, "default retention policy not set for: %.*s",
                         (int)database->name.len, (const char *)database->name.ptr);
    }
    return st;
}

stria_status sx_iql_source_policy(const struct sx_iql_context *context,
                                  const struct sx_iql_source *source,
                                  const struct sx_policy **policy, stria_error *err)
{
    const struct sx_database *database;
    struct sx_bytes name = source->policy.len ? source->policy : context->policy;
    stria_status st = sx_iql_find_database(context, source->database, &database, err);
    if (st)
        return st;
    *policy = sx_database_policy(database, name);
    if (!*policy)
        return sx_fail(err, STRIA_NOT_FOUND, "retention policy not found: %.*s", (int)name.len,
                       (const char *)name.ptr);
    return STRIA_OK;
}

stria_status sx_iql_schema_view(struct sx_iql_schema *schema, uint32_t policy_id,
                                struct sx_view **view, stria_error *err)
{
    for (size_t i = 0; i < schema->view_count; i++)
        if (schema->views[i].policy_id == policy_id) {
            *view = schema->views[i].view;
            return STRIA_OK;
        }
    if (!SX_GROW(schema->mem, schema->views, schema->view_capacity, schema->view_count + 1))
        return refused(schema, err);
    const struct sx_view_provider *provider = schema->context->views;
    stria_status st = provider->view(provider->context, policy_id, view, err);
    if (!st)
        schema->views[schema->view_count++] =
            (struct sx_iql_schema_view){.policy_id = policy_id, .view = *view};
    return st;
}

/* ---- measurements --------------------------------------------------------------------------- */

static stria_status make_measurements(struct sx_iql_schema *schema, struct sx_view *view,
                                      struct sx_iql_schema_part *part, stria_error *err)
{
    size_t count = part->columns.measurement_count;
    part->measurements = sx_arena_array(schema->arena, count, sizeof *part->measurements);
    if (!part->measurements)
        return refused(schema, err);
    for (size_t i = 0; i < count; i++) {
        struct sx_iql_measurement *m = sx_arena_zalloc(schema->arena, sizeof *m);
        if (!m)
            return refused(schema, err);
        *m = (struct sx_iql_measurement){.name = part->columns.measurements[i].name,
                                         .policy_id = part->policy_id,
                                         .view = view,
                                         .stored = &part->columns.measurements[i]};
        part->measurements[i] = m;
    }
    return STRIA_OK;
}

/* What is known of one measurement (name) or all (NULL) of a policy. */
static stria_status part_of(struct sx_iql_schema *schema, uint32_t policy_id,
                            const struct sx_bytes *name, const struct sx_iql_schema_part **out,
                            stria_error *err)
{
    struct sx_view *view;
    for (size_t i = 0; i < schema->part_count; i++) {
        const struct sx_iql_schema_part *part = &schema->parts[i];
        if (part->policy_id == policy_id && part->is_all == !name &&
            (!name || sx_bytes_equal(part->name, *name))) {
            *out = part;
            return STRIA_OK;
        }
    }
    if (!SX_GROW(schema->mem, schema->parts, schema->part_capacity, schema->part_count + 1))
        return refused(schema, err);
    stria_status st = sx_iql_schema_view(schema, policy_id, &view, err);
    if (st)
        return st;
    struct sx_iql_schema_part *part = &schema->parts[schema->part_count];
    *part = (struct sx_iql_schema_part){.policy_id = policy_id, .is_all = !name};
    if (name)
        part->name = *name;
    st = sx_view_columns_init(&part->columns, view, name, INT64_MIN, INT64_MAX,
                              schema->context->request, err);
    schema->part_count++;
    if (!st)
        st = make_measurements(schema, view, part, err);
    *out = part;
    return st;
}

static stria_status matching(struct sx_iql_schema *schema, const struct sx_iql_schema_part *part,
                             struct sx_bytes pattern, struct sx_iql_measurement ***out,
                             size_t *count, stria_error *err)
{
    struct sx_regex *regex = NULL;
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(schema->mem);
    struct sx_iql_measurement **list =
        sx_arena_array(schema->arena, part->columns.measurement_count, sizeof *list);
    stria_status st =
        scratch && list ? sx_regex_create(schema->mem, pattern, &regex, err) : refused(schema, err);
    *count = 0;
    *out = list;
    for (size_t i = 0; i < part->columns.measurement_count && !st; i++) {
        bool matches = false;
        st = sx_regex_match(regex, scratch, part->measurements[i]->name, &matches, err);
        if (!st && matches)
            list[(*count)++] = part->measurements[i];
    }
    sx_regex_destroy(regex);
    sx_regex_scratch_destroy(scratch);
    return st;
}

stria_status sx_iql_schema_source(struct sx_iql_schema *schema, const struct sx_iql_source *source,
                                  struct sx_iql_measurement ***measurements, size_t *count,
                                  stria_error *err)
{
    const struct sx_policy *policy;
    const struct sx_iql_schema_part *part;
    stria_status st = sx_iql_source_policy(schema->context, source, &policy, err);
    *count = 0;
    if (!st)
        st = part_of(schema, policy->id, source->regex ? NULL : &source->name, &part, err);
    if (st)
        return st;
    if (source->regex)
        return matching(schema, part, source->regex->u.text, measurements, count, err);
    *measurements = part->measurements;
    *count = part->columns.measurement_count;
    return STRIA_OK;
}

stria_status sx_iql_schema_policy(struct sx_iql_schema *schema, uint32_t policy_id,
                                  struct sx_iql_measurement ***measurements, size_t *count,
                                  stria_error *err)
{
    const struct sx_iql_schema_part *part;
    stria_status st = part_of(schema, policy_id, NULL, &part, err);
    if (!st) {
        *measurements = part->measurements;
        *count = part->columns.measurement_count;
    }
    return st;
}

stria_status sx_iql_schema_tags(struct sx_iql_schema *schema, struct sx_iql_measurement *m,
                                stria_error *err)
{
    if (m->tag_keys)
        return STRIA_OK;
    return sx_view_tag_keys(m->view, m->name, schema->context->request, schema->arena, &m->tag_keys,
                            &m->tag_key_count, err);
}

static bool is_among(const struct sx_bytes *keys, size_t count, struct sx_bytes name)
{
    for (size_t i = 0; i < count; i++)
        if (sx_bytes_equal(keys[i], name))
            return true;
    return false;
}

stria_status sx_iql_schema_has_tag(struct sx_iql_schema *schema, struct sx_iql_measurement *m,
                                   struct sx_bytes name, bool *has, stria_error *err)
{
    stria_status st = STRIA_OK;
    *has = is_among(m->known_tags, m->known_tag_count, name);
    if (*has)
        return STRIA_OK;
    if (!m->tag_keys && m->known_tag_count < SX_IQL_KNOWN_TAGS_MAX) {
        st = sx_view_has_tag_key(m->view, m->name, name, schema->context->request, schema->arena,
                                 has, err);
        if (*has)
            m->known_tags[m->known_tag_count++] = name;
        if (st || *has)
            return st;
    }
    st = sx_iql_schema_tags(schema, m, err); /* for the next that is none */
    *has = !st && is_among(m->tag_keys, m->tag_key_count, name);
    return st;
}

/* ---- fields --------------------------------------------------------------------------------- */

stria_type sx_iql_field_type(const struct sx_iql_measurement *m, struct sx_bytes field)
{
    stria_type type = STRIA_NONE;
    for (size_t i = 0; i < m->stored->column_count; i++)
        if (sx_bytes_equal(m->stored->columns[i].name, field))
            type = sx_type_stronger(type, m->stored->columns[i].type);
    return type;
}

bool sx_iql_field_has_type(const struct sx_iql_measurement *m, struct sx_bytes field,
                           stria_type type)
{
    for (size_t i = 0; i < m->stored->column_count; i++)
        if (m->stored->columns[i].type == type && sx_bytes_equal(m->stored->columns[i].name, field))
            return true;
    return false;
}
