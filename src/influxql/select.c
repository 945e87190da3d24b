/* SPDX-License-Identifier: Apache-2.0 */
/* select.c -- SELECT as tables; see open.h. */
#include "base/error.h"
#include "base/sort.h"
#include "influxql/level.h"
#include "influxql/open.h"
#include "influxql/print.h"

struct select_source {
    struct sx_table_source source; /* first */
    struct sx_mem *mem;
    struct sx_request *request;
    struct sx_arena arena;
    struct sx_iql_context context;
    struct sx_iql_schema schema;
    struct sx_iql_block *block;
    struct sx_iql_level *level;
    const struct sx_iql_group **groups; /* the series there may be, in order */
    size_t group_count, next_group;
    bool is_limited;             /* they are those of SLIMIT and SOFFSET */
    struct sx_bytes measurement; /* of the series before */
    int64_t series_seen;         /* of that measurement, with rows */
    uint64_t row_count;
    const struct sx_iql_result *pending; /* the first rows of the table */
    bool in_table;
    stria_table table;
    stria_tag *tags;
    stria_bytes *column_names;
    stria_type *column_types;
    stria_values *columns;
    stria_batch batch;
};

static stria_bytes public_bytes(struct sx_bytes bytes)
{
    return (stria_bytes){.ptr = (const char *)bytes.ptr, .len = bytes.len};
}

/* ---- tables --------------------------------------------------------------------------------- */

static void fill_table(struct select_source *s, const struct sx_iql_group *group)
{
    for (size_t i = 0; i < s->block->tag_count; i++)
        s->tags[i] = (stria_tag){.key = public_bytes(s->block->tags[i]),
                                 .value = public_bytes(group->values[i])};
    s->table = (stria_table){.name = public_bytes(group->name),
                             .tags = s->tags,
                             .tag_count = s->block->tag_count,
                             .column_names = s->column_names,
                             .column_types = s->column_types,
                             .column_count = s->level->field_count + 1,
                             .zone = (const stria_zone *)(const void *)s->block->select.zone};
}

/* Whether the series of a sub-query that has rows is among those of SLIMIT and SOFFSET, which count
 * those of each measurement; as with the peer, SOFFSET alone leaves none. */
static bool is_wanted(struct select_source *s, const struct sx_iql_group *group)
{
    const struct sx_iql_limits *limits = &s->block->select.limits;
    if (s->is_limited || (limits->slimit <= 0 && limits->soffset <= 0))
        return true;
    if (!sx_bytes_equal(s->measurement, group->name))
        s->series_seen = 0;
    s->measurement = group->name;
    int64_t number = s->series_seen++;
    return number >= limits->soffset && number - limits->soffset < limits->slimit;
}

static stria_status next_table(struct sx_table_source *source, const stria_table **table,
                               stria_error *err)
{
    struct select_source *s = (struct select_source *)(void *)source;
    *table = NULL;
    s->in_table = false;
    while (s->next_group < s->group_count) {
        const struct sx_iql_group *group = s->groups[s->next_group++];
        stria_status st = sx_request_check(s->request, err);
        if (!st)
            st = sx_iql_level_begin(s->level, group, err);
        if (!st)
            st = sx_iql_level_next(s->level, &s->pending, err);
        if (st)
            return st;
        if (!s->pending)
            continue;
        if (!is_wanted(s, group))
            continue;
        fill_table(s, group);
        s->in_table = true;
        *table = &s->table;
        return STRIA_OK;
    }
    return STRIA_OK;
}

static stria_status count_rows(struct select_source *s, uint32_t count, stria_error *err)
{
    uint64_t max = s->request->row_count_max;
    s->row_count += count;
    if (max && s->row_count > max)
        return sx_fail(err, STRIA_LIMIT, "the answer has more than %llu rows",
                       (unsigned long long)max);
    return STRIA_OK;
}

static stria_status next_batch(struct sx_table_source *source, const stria_batch **batch,
                               stria_error *err)
{
    struct select_source *s = (struct select_source *)(void *)source;
    const struct sx_iql_result *result = s->pending;
    stria_status st = STRIA_OK;
    *batch = NULL;
    if (!s->in_table)
        return STRIA_OK;
    if (!result)
        st = sx_iql_level_next(s->level, &result, err);
    s->pending = NULL;
    s->in_table = !st && result;
    if (!st && result)
        st = count_rows(s, result->row_count, err);
    if (st || !result)
        return st;
    s->columns[0] = (stria_values){.type = STRIA_TIME, .values = result->ts_ns};
    for (size_t i = 0; i < s->level->field_count; i++) {
        static const uint64_t none[SX_VECTOR_WORDS];
        const struct sx_vector *vector = &result->columns[i];
        bool empty = vector->type == STRIA_NONE;
        s->columns[i + 1] =
            (stria_values){.type = s->column_types[i + 1],
                           .values = empty ? (const void *)result->ts_ns : vector->values,
                           .present = empty ? none : vector->present};
    }
    s->batch = (stria_batch){.row_count = result->row_count,
                             .columns = s->columns,
                             .column_count = s->level->field_count + 1};
    *batch = &s->batch;
    return STRIA_OK;
}

static void destroy(struct sx_table_source *source)
{
    struct select_source *s = (struct select_source *)(void *)source;
    sx_iql_level_destroy(s->level);
    sx_iql_schema_deinit(&s->schema);
    sx_mem_free(s->mem, s->groups);
    sx_arena_deinit(&s->arena);
    sx_mem_free(s->mem, s);
}

static const struct sx_table_source_ops ops = {
    .next_table = next_table, .next_batch = next_batch, .destroy = destroy};

/* ---- opening -------------------------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b, void *context)
{
    const struct select_source *s = context;
    int order = sx_iql_group_compare(*(const struct sx_iql_group *const *)a,
                                     *(const struct sx_iql_group *const *)b, s->block->tag_count);
    return s->block->checked->ascending ? order : -order;
}

static stria_status list_groups(struct select_source *s, stria_error *err)
{
    const struct sx_iql_groups *groups = &s->level->groups;
    s->groups = sx_mem_alloc(s->mem, (groups->count + 1) * sizeof *s->groups);
    if (!s->groups)
        return sx_mem_refused(s->mem, groups->count * sizeof *s->groups, err);
    for (size_t i = 0; i < groups->count; i++)
        s->groups[i] = groups->items[i];
    s->group_count = groups->count;
    if (s->group_count > 1)
        sx_sort(s->groups, s->group_count, sizeof *s->groups, compare_groups, s);
    return STRIA_OK;
}

/* A series and the key that the peer sorts it by for SLIMIT. */
struct ranked {
    struct sx_bytes key;
    size_t number; /* among the groups */
};

/* The names of the tags that the series has, then their values: "dc|host|nyc|cache". */
static bool rank_key(struct select_source *s, const struct sx_iql_group *group,
                     struct sx_bytes *key)
{
    struct sx_buf text;
    size_t count = s->block->tag_count, left = 0;
    sx_buf_init(&text, s->mem, (size_t)1 << 30);
    for (size_t i = 0; i < count; i++)
        if (group->values[i].len) {
            sx_buf_put_bytes(&text, s->block->tags[i]);
            sx_buf_put_u8(&text, '|');
            left++;
        }
    for (size_t i = 0; i < count; i++)
        if (group->values[i].len) {
            sx_buf_put_bytes(&text, group->values[i]);
            if (--left)
                sx_buf_put_u8(&text, '|');
        }
    *key = text.failed ? (struct sx_bytes){0} : sx_arena_dup(&s->arena, sx_buf_bytes(&text));
    sx_buf_deinit(&text);
    return key->ptr != NULL;
}

static int compare_ranked(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct ranked *)a)->key, ((const struct ranked *)b)->key);
}

/* Takes those out of the series of one measurement, groups [first, end), that SLIMIT and SOFFSET
 * leave out. */
static stria_status limit_groups(struct select_source *s, size_t first, size_t end,
                                 stria_error *err)
{
    const struct sx_iql_limits *limits = &s->block->select.limits;
    size_t count = end - first;
    struct ranked *ranked = sx_arena_array(&s->arena, count, sizeof *ranked);
    bool good = ranked != NULL;
    for (size_t i = 0; i < count && good; i++) {
        ranked[i].number = first + i;
        good = rank_key(s, s->groups[first + i], &ranked[i].key);
    }
    if (!good)
        return sx_mem_refused(s->mem, count * sizeof *ranked, err);
    if (count > 1)
        sx_sort(ranked, count, sizeof *ranked, compare_ranked, NULL);
    for (size_t i = 0; i < count; i++)
        if ((int64_t)i < limits->soffset || (int64_t)i - limits->soffset >= limits->slimit)
            s->groups[ranked[i].number] = NULL;
    return STRIA_OK;
}

/* SLIMIT and SOFFSET, which count the series of each measurement; as with the peer, SOFFSET alone
 * leaves none. */
static stria_status limit_series(struct select_source *s, stria_error *err)
{
    const struct sx_iql_limits *limits = &s->block->select.limits;
    stria_status st = STRIA_OK;
    s->is_limited = limits->slimit > 0 || limits->soffset > 0;
    for (size_t i = 0; i < s->level->source_count; i++)
        if (s->level->sources[i].block_source->inner)
            s->is_limited = false; /* which of them have rows is known only later */
    if (!s->is_limited)
        return STRIA_OK;
    for (size_t i = 0, end; i < s->group_count && !st; i = end) {
        end = i;
        while (end < s->group_count && sx_bytes_equal(s->groups[end]->name, s->groups[i]->name))
            end++;
        st = limit_groups(s, i, end, err);
    }
    size_t kept = 0;
    for (size_t i = 0; i < s->group_count && !st; i++)
        if (s->groups[i])
            s->groups[kept++] = s->groups[i];
    s->group_count = kept;
    return st;
}

static stria_status shape(struct select_source *s, stria_error *err)
{
    size_t count = s->level->field_count + 1;
    s->tags = sx_arena_array(&s->arena, s->block->tag_count, sizeof *s->tags);
    s->column_names = sx_arena_array(&s->arena, count, sizeof *s->column_names);
    s->column_types = sx_arena_array(&s->arena, count, sizeof *s->column_types);
    s->columns = sx_arena_array(&s->arena, count, sizeof *s->columns);
    if (!s->tags || !s->column_names || !s->column_types || !s->columns)
        return sx_mem_refused(s->mem, count * sizeof *s->columns, err);
    s->column_types[0] = STRIA_TIME;
    for (size_t i = 0; i < count; i++)
        s->column_names[i] = public_bytes(s->block->column_names[i]);
    for (size_t i = 1; i < count; i++) {
        stria_type type = sx_iql_level_type(s->level, i - 1);
        s->column_types[i] = type == STRIA_NONE ? STRIA_FLOAT : type;
    }
    return STRIA_OK;
}

/* The number of windows is limited where it is known beforehand. */
static stria_status check_buckets(const struct select_source *s, stria_error *err)
{
    const struct sx_iql_frame *frame = &s->level->frame;
    const struct sx_windows *w = &frame->windows;
    uint64_t max = s->request->bucket_count_max;
    if (!max || w->interval_ns <= 0 || s->block->select.is_raw || w->time_min_ns <= STRIA_TIME_MIN)
        return STRIA_OK;
    int64_t first = sx_window_at(w, w->time_min_ns).begin_ns;
    int64_t last = sx_window_at(w, w->time_max_ns - 1).begin_ns;
    uint64_t count = ((uint64_t)last - (uint64_t)first) / (uint64_t)w->interval_ns + 1;
    if (last < first || count <= max)
        return STRIA_OK;
    return sx_fail(err, STRIA_LIMIT, "max-select-buckets limit exceeded: (%llu/%llu)",
                   (unsigned long long)count, (unsigned long long)max);
}

static stria_status open_query(struct select_source *s, const struct sx_iql_select *select,
                               stria_error *err)
{
    struct sx_iql_checked *checked;
    stria_status st = sx_iql_check_databases(&s->context, &select->sources, err);
    if (!st)
        st = sx_iql_check_select(&s->arena, select, s->request->now_ns, &checked, err);
    if (!st)
        st = sx_iql_block_create(&s->schema, checked, &s->block, err);
    if (!st)
        st = sx_iql_level_create(&s->schema, s->block, NULL, &s->level, err);
    if (!st)
        st = check_buckets(s, err);
    if (!st)
        st = list_groups(s, err);
    if (!st)
        st = limit_series(s, err);
    return st ? st : shape(s, err);
}

stria_status sx_iql_open_select(const struct sx_iql_select *select,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err)
{
    struct sx_mem *mem = context->request->mem;
    struct select_source *s = sx_mem_zalloc(mem, sizeof *s);
    *source = NULL;
    if (!s)
        return sx_mem_refused(mem, sizeof *s, err);
    s->source.ops = &ops;
    s->mem = mem;
    s->request = context->request;
    s->context = *context;
    sx_arena_init(&s->arena, mem, 4096);
    sx_iql_schema_init(&s->schema, &s->context, &s->arena);
    stria_status st = open_query(s, select, err);
    if (st) {
        destroy(&s->source);
        return st;
    }
    *source = &s->source;
    return STRIA_OK;
}
