/* SPDX-License-Identifier: Apache-2.0 */
/* series_limits.c -- see series_limits.h. */
#include "engine/series_limits.h"

#include "base/error.h"
#include "base/sort.h"
#include "engine/engine_priv.h"
#include "model/series_key.h"

#include <inttypes.h>

#define OFFENDERS_MAX 1000
#define MINUTE_NS ((int64_t)60 * 1000000000)
#define SHOWN_MAX 200 /* bytes of a name in an error's text */

void sx_series_limits_init(struct sx_engine *engine)
{
    struct sx_series_limits *l = &engine->limits;
    const struct sx_engine_options *o = &engine->options;
    *l = (struct sx_series_limits){.of_store = {[SX_LIMIT_SERIES] = o->series_max,
                                                [SX_LIMIT_NEW_SERIES] = o->new_series_max,
                                                [SX_LIMIT_TAG_VALUES] = o->tag_values_max}};
    atomic_init(&l->any, o->series_max || o->new_series_max || o->tag_values_max);
    sx_mutex_init(&l->mutex);
}

void sx_series_limits_note(struct sx_engine *engine, const struct sx_database *database)
{
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
        if (database->limits[i] != SX_LIMIT_OF_STORE && database->limits[i])
            atomic_store(&engine->limits.any, true);
}

const uint64_t *sx_series_limits_of_store(const struct sx_engine *engine)
{
    return engine->limits.of_store;
}

void sx_series_limits_deinit(struct sx_engine *engine)
{
    struct sx_series_limits *l = &engine->limits;
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    for (size_t i = 0; i < l->offender_count; i++)
        sx_mem_free(mem, (void *)(uintptr_t)l->offenders[i].measurement.ptr);
    sx_mem_free(mem, l->offenders);
    sx_mem_free(mem, l->databases);
    sx_mutex_deinit(&l->mutex);
}

const char *sx_limit_kind_name(enum sx_limit_kind kind)
{
    static const char *const names[] = {"series", "new_series", "tag_values"};
    return names[kind];
}

/* ---- counting ---- */

static bool is_offender(const struct sx_limit_offender *o, const struct sx_limit_offender *like)
{
    return o->kind == like->kind && o->database_id == like->database_id &&
           sx_bytes_equal(o->measurement, like->measurement) && sx_bytes_equal(o->tag, like->tag);
}

static uint32_t find_offender(const struct sx_series_limits *l,
                              const struct sx_limit_offender *like)
{
    for (size_t i = 0; i < l->offender_count; i++)
        if (is_offender(&l->offenders[i], like))
            return (uint32_t)i;
    return UINT32_MAX;
}

/* The number of an offender, made if need be: of one that is too many, "*". UINT32_MAX: no memory.
 * The mutex is held. */
static uint32_t offender_number(struct sx_engine *engine, struct sx_limit_offender like)
{
    struct sx_series_limits *l = &engine->limits;
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    uint32_t number = find_offender(l, &like);
    if (number == UINT32_MAX && l->offender_count >= OFFENDERS_MAX) {
        like.measurement = like.tag = sx_bytes_of("*");
        number = find_offender(l, &like);
    }
    if (number != UINT32_MAX)
        return number;
    size_t size = like.measurement.len + like.tag.len + 1;
    uint8_t *names = sx_mem_alloc(mem, size);
    if (!names || !SX_GROW(mem, l->offenders, l->offender_capacity, l->offender_count + 1)) {
        sx_mem_free(mem, names);
        return UINT32_MAX;
    }
    if (like.measurement.len)
        memcpy(names, like.measurement.ptr, like.measurement.len);
    if (like.tag.len)
        memcpy(names + like.measurement.len, like.tag.ptr, like.tag.len);
    like.tag.ptr = names + like.measurement.len;
    like.measurement.ptr = names;
    like.row_count = 0;
    l->offenders[l->offender_count] = like;
    return (uint32_t)l->offender_count++;
}

void sx_series_limits_count(struct sx_engine *engine, uint32_t offender, uint64_t rows)
{
    struct sx_series_limits *l = &engine->limits;
    atomic_fetch_add(&engine->counts.rejected_series, rows);
    sx_mutex_lock(&l->mutex);
    if (offender < l->offender_count)
        l->offenders[offender].row_count += rows;
    sx_mutex_unlock(&l->mutex);
}

static int compare_offenders(const void *a, const void *b, void *context)
{
    const struct sx_limit_offender *x = a, *y = b;
    (void)context;
    if (x->row_count != y->row_count)
        return x->row_count > y->row_count ? -1 : 1;
    int order = sx_bytes_compare(x->measurement, y->measurement);
    return order ? order : sx_bytes_compare(x->tag, y->tag);
}

stria_status sx_series_limits_each(struct sx_engine *engine, size_t most,
                                   stria_status (*each)(void *context,
                                                        const struct sx_limit_offender *offender,
                                                        stria_error *err),
                                   void *context, stria_error *err)
{
    struct sx_series_limits *l = &engine->limits;
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct sx_limit_offender *copy = NULL;
    stria_status st = STRIA_OK;
    sx_mutex_lock(&l->mutex);
    size_t count = l->offender_count;
    if (count)
        copy = sx_mem_alloc(mem, count * sizeof *copy);
    if (copy)
        memcpy(copy, l->offenders, count * sizeof *copy);
    sx_mutex_unlock(&l->mutex);
    if (count && !copy)
        return sx_mem_refused(mem, count * sizeof *copy, err);
    sx_sort(copy, count, sizeof *copy, compare_offenders, NULL);
    for (size_t i = 0; i < count && i < most && !st; i++)
        st = each(context, &copy[i], err);
    sx_mem_free(mem, copy);
    return st;
}

/* ---- the limits ---- */

/* The database of a policy, and what holds for it. */
struct holder {
    uint32_t database_id; /* 0: it was dropped */
    uint64_t limits[SX_LIMIT_KIND_COUNT];
};

/* Series that the database of a policy has in memory. */
static uint64_t count_series(struct sx_engine *engine, uint32_t policy_id, struct holder *holder)
{
    const struct sx_database *database = NULL;
    uint64_t count = 0;
    *holder = (struct holder){0};
    sx_mutex_lock(&engine->state_mutex);
    if (sx_catalog_policy_by_id(engine->catalog, policy_id, &database)) {
        holder->database_id = database->id;
        for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
            holder->limits[i] = database->limits[i] == SX_LIMIT_OF_STORE
                                    ? engine->limits.of_store[i]
                                    : database->limits[i];
    }
    for (size_t i = 0; database && i < engine->store_count; i++)
        for (size_t j = 0; j < database->policy_count; j++)
            if (database->policies[j].id == engine->stores[i]->policy_id)
                count += sx_series_index_series_count(engine->stores[i]->index);
    sx_mutex_unlock(&engine->state_mutex);
    return count;
}

/* New series of a database in this minute; NULL: no memory. The mutex is held. */
static struct sx_new_series *new_series_of(struct sx_engine *engine, uint32_t database_id)
{
    struct sx_series_limits *l = &engine->limits;
    int64_t minute = sx_os_mono_ns(engine->os) / MINUTE_NS;
    struct sx_new_series *found = NULL;
    for (size_t i = 0; i < l->database_count && !found; i++)
        if (l->databases[i].database_id == database_id)
            found = &l->databases[i];
    if (!found) {
        if (!SX_GROW(&engine->mems[SX_ENGINE_MEM_OTHER], l->databases, l->database_capacity,
                     l->database_count + 1))
            return NULL;
        found = &l->databases[l->database_count++];
        *found = (struct sx_new_series){.database_id = database_id, .minute = minute};
    }
    if (found->minute != minute) {
        found->minute = minute;
        found->count = 0;
    }
    return found;
}

struct refusal {
    struct sx_limit_offender offender;
    struct sx_bytes value; /* of the tag, plain */
    uint64_t limit;
};

static int shown(struct sx_bytes bytes)
{
    return (int)SX_MIN(bytes.len, SHOWN_MAX);
}

static void tell_refusal(const struct refusal *r, stria_error *err)
{
    const struct sx_limit_offender *o = &r->offender;
    if (o->kind == SX_LIMIT_SERIES)
        (void)sx_fail(err, STRIA_LIMIT,
                      "max-series-per-database limit exceeded: (%" PRIu64 "): measurement=\"%.*s\"",
                      r->limit, shown(o->measurement), (const char *)o->measurement.ptr);
    else if (o->kind == SX_LIMIT_NEW_SERIES)
        (void)sx_fail(err, STRIA_LIMIT,
                      "new-series-per-minute limit exceeded: (%" PRIu64 "): measurement=\"%.*s\"",
                      r->limit, shown(o->measurement), (const char *)o->measurement.ptr);
    else
        (void)sx_fail(err, STRIA_LIMIT,
                      "max-values-per-tag limit exceeded (%" PRIu64 "/%" PRIu64
                      "): measurement=\"%.*s\" tag=\"%.*s\" value=\"%.*s\"",
                      r->limit, r->limit, shown(o->measurement), (const char *)o->measurement.ptr,
                      shown(o->tag), (const char *)o->tag.ptr, shown(r->value),
                      (const char *)r->value.ptr);
}

/* Puts the plain form of an escaped text into `out`, behind what is there. */
static struct sx_bytes plain(uint8_t **out, struct sx_bytes escaped)
{
    struct sx_bytes text = sx_key_text(escaped, *out);
    *out += escaped.len;
    return text;
}

/* Whether a limit forbids a series that is not in memory; then what is told about it. `scratch` has
 * room for the key. The mutex is held. */
static bool refuses(struct sx_engine *engine, uint32_t policy_id, struct sx_series_index *index,
                    struct sx_bytes key, uint8_t *scratch, struct refusal *r)
{
    struct sx_bytes rest = key, name = {0}, tag = {0}, value = {0};
    struct holder h;
    uint64_t active = count_series(engine, policy_id, &h);
    const struct sx_new_series *fresh = new_series_of(engine, h.database_id);
    enum sx_limit_kind kind;
    *r = (struct refusal){.offender.database_id = h.database_id};
    if (h.limits[SX_LIMIT_TAG_VALUES] &&
        !sx_series_index_tags_admit(index, key, h.limits[SX_LIMIT_TAG_VALUES], &tag, &value))
        kind = SX_LIMIT_TAG_VALUES;
    else if (h.limits[SX_LIMIT_SERIES] && active >= h.limits[SX_LIMIT_SERIES])
        kind = SX_LIMIT_SERIES;
    else if (h.limits[SX_LIMIT_NEW_SERIES] && fresh &&
             fresh->count >= h.limits[SX_LIMIT_NEW_SERIES])
        kind = SX_LIMIT_NEW_SERIES;
    else
        return false;
    r->offender.kind = kind;
    r->limit = h.limits[kind];
    if (sx_key_take(&rest, &name))
        r->offender.measurement = plain(&scratch, name);
    if (tag.len)
        r->offender.tag = plain(&scratch, tag);
    if (value.len)
        r->value = plain(&scratch, value);
    return true;
}

static stria_status resolve_limited(struct sx_engine *engine, uint32_t policy_id,
                                    struct sx_series_index *index, struct sx_bytes key,
                                    uint64_t hash, struct sx_series_hint *hint, uint32_t *slot,
                                    uint32_t *offender, stria_error *err)
{
    struct refusal refusal;
    struct sx_mem *mem = &engine->mems[SX_ENGINE_MEM_OTHER];
    if (sx_series_index_find(index, key, hash) == SX_SLOT_NONE) {
        uint8_t *scratch = sx_mem_alloc(mem, key.len + 1);
        if (!scratch)
            return sx_mem_refused(mem, key.len + 1, err);
        bool refused = refuses(engine, policy_id, index, key, scratch, &refusal);
        if (refused) {
            *offender = offender_number(engine, refusal.offender);
            tell_refusal(&refusal, err);
        }
        sx_mem_free(mem, scratch);
        if (refused)
            return STRIA_OK;
        struct sx_new_series *fresh = new_series_of(engine, refusal.offender.database_id);
        if (fresh)
            fresh->count++;
    }
    return sx_series_index_resolve(index, key, hash, hint, slot, err);
}

stria_status sx_series_limits_resolve(struct sx_engine *engine, uint32_t policy_id,
                                      struct sx_series_index *index, struct sx_bytes key,
                                      uint64_t hash, struct sx_series_hint *hint, uint32_t *slot,
                                      uint32_t *offender, stria_error *err)
{
    struct sx_series_limits *l = &engine->limits;
    *slot = SX_SLOT_NONE;
    *offender = UINT32_MAX;
    if (!atomic_load_explicit(&l->any, memory_order_relaxed))
        return sx_series_index_resolve(index, key, hash, hint, slot, err);
    sx_mutex_lock(&l->mutex);
    stria_status st =
        resolve_limited(engine, policy_id, index, key, hash, hint, slot, offender, err);
    sx_mutex_unlock(&l->mutex);
    return st;
}
