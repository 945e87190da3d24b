/* SPDX-License-Identifier: Apache-2.0 */
/* tag_keys.c -- see tag_keys.h. */
#include "scan/tag_keys.h"

#include "model/series_key.h"
#include "scan/damage.h"
#include "scan/hiding.h"

#define SLOTS_PER_CHECK 4096

struct gather {
    struct sx_view *view;
    struct sx_request *request;
    struct sx_arena *arena;
    struct sx_bytes measurement; /* escaped */
    struct sx_hiding hiding;
    struct sx_bytes *keys; /* plain, sorted */
    size_t count, capacity;
    struct sx_buf key;
    stria_error *err;
};

static stria_status no_memory(struct gather *g)
{
    return sx_mem_refused(g->request->mem, sizeof *g->keys, g->err);
}

/* Where a key stands among those found, or would stand. */
static size_t place_of(const struct gather *g, struct sx_bytes plain)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sx_bytes_compare(g->keys[middle], plain) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Notes an escaped key. */
static stria_status note(struct gather *g, struct sx_bytes escaped)
{
    uint8_t small[256], *scratch = small;
    if (escaped.len > sizeof small && !(scratch = sx_arena_alloc(g->arena, escaped.len)))
        return no_memory(g);
    struct sx_bytes plain = sx_key_text(escaped, scratch);
    size_t low = place_of(g, plain);
    if (low < g->count && sx_bytes_equal(g->keys[low], plain))
        return STRIA_OK;
    plain = sx_arena_dup(g->arena, plain);
    if (!plain.ptr || !SX_GROW(g->request->mem, g->keys, g->capacity, g->count + 1))
        return no_memory(g);
    memmove(&g->keys[low + 1], &g->keys[low], (g->count - low) * sizeof *g->keys);
    g->keys[low] = plain;
    g->count++;
    return STRIA_OK;
}

static stria_status add_segment(struct gather *g, uint32_t source, struct sx_segment *segment)
{
    stria_error what = {0};
    stria_status st = sx_view_load(g->view, source, &what);
    if (st)
        return sx_leave_out(g->request, segment, &what, g->err);
    const struct sx_segment_measurement *m = sx_segment_measurement(segment, g->measurement);
    for (uint32_t i = 0; m && i < m->tag_count && !st; i++)
        st = note(g, segment->tags[m->tags[i]].escaped);
    return st;
}

static stria_status add_series(struct gather *g, struct sx_bytes key)
{
    struct sx_bytes part;
    stria_status st = STRIA_OK;
    if (!sx_key_take(&key, &part) || !sx_bytes_equal(part, g->measurement))
        return STRIA_OK;
    while (!st && sx_key_take(&key, &part)) {
        st = note(g, part);
        (void)sx_key_take(&key, &part);
    }
    return st;
}

static stria_status add_memtable(struct gather *g, struct sx_memtable *memtable)
{
    struct sx_series_index *index = sx_memtable_index(memtable);
    uint32_t *slots = NULL;
    size_t count = 0;
    stria_status st = sx_memtable_slots(memtable, g->request->mem, &slots, &count, g->err);
    for (size_t i = 0; i < count && !st; i++) {
        if (i % SLOTS_PER_CHECK == 0)
            st = sx_request_check(g->request, g->err);
        sx_buf_clear(&g->key);
        sx_series_index_key(index, slots[i], &g->key);
        if (!st)
            st = g->key.failed ? sx_buf_refused(&g->key, "series key", g->err)
                               : add_series(g, sx_buf_bytes(&g->key));
    }
    sx_mem_free(g->request->mem, slots);
    return st;
}

/* Adds the keys of a source, unless the measurement was dropped since. */
static stria_status add_source(struct gather *g, uint32_t index)
{
    struct sx_segment *segment = sx_view_segment(g->view, index);
    int64_t min_ts = segment ? segment->info.min_ts : INT64_MIN;
    int64_t max_ts = segment ? segment->info.max_ts : INT64_MAX;
    bool hidden;
    stria_status st = sx_request_check(g->request, g->err);
    if (!st)
        st = sx_hiding_measurement(&g->hiding, index, g->measurement, min_ts, max_ts, &hidden,
                                   g->err);
    if (st || hidden)
        return st;
    return segment ? add_segment(g, index, segment)
                   : add_memtable(g, sx_view_memtable(g->view, index));
}

static stria_status keep(struct gather *g, const struct sx_bytes **keys, size_t *key_count)
{
    struct sx_bytes *copy = sx_arena_array(g->arena, g->count, sizeof *copy);
    if (!copy)
        return no_memory(g);
    if (g->count)
        memcpy(copy, g->keys, g->count * sizeof *copy);
    *keys = copy;
    *key_count = g->count;
    return STRIA_OK;
}

static bool has_key(const struct gather *g, struct sx_bytes plain)
{
    size_t i = place_of(g, plain);
    return i < g->count && sx_bytes_equal(g->keys[i], plain);
}

/* Gathers keys, of all sources or, unless until.ptr is NULL, until there is that one. */
static stria_status gather_keys(struct gather *g, struct sx_bytes measurement,
                                struct sx_bytes until)
{
    const struct sx_view *view = g->view;
    struct sx_buf escaped;
    stria_status st = STRIA_OK;
    sx_buf_init(&escaped, g->request->mem, 2 * 65536);
    sx_buf_init(&g->key, g->request->mem, 2 * 65536);
    sx_hiding_init(&g->hiding, g->request->mem, view);
    sx_key_put(&escaped, measurement);
    if (escaped.failed)
        st = sx_buf_refused(&escaped, "measurement", g->err);
    else
        g->measurement = sx_bytes_make(escaped.ptr, escaped.len - 1);
    for (size_t i = view->list->count; i-- > 0 && !st && !(until.ptr && has_key(g, until));)
        st = add_source(g, (uint32_t)i);
    for (size_t i = view->list->count;
         i < view->source_count && !st && !(until.ptr && has_key(g, until)); i++)
        st = add_source(g, (uint32_t)i);
    sx_hiding_deinit(&g->hiding);
    sx_buf_deinit(&escaped);
    sx_buf_deinit(&g->key);
    return st;
}

stria_status sx_view_tag_keys(struct sx_view *view, struct sx_bytes measurement,
                              struct sx_request *request, struct sx_arena *arena,
                              const struct sx_bytes **keys, size_t *key_count, stria_error *err)
{
    struct gather g = {.view = view, .request = request, .arena = arena, .err = err};
    stria_status st = gather_keys(&g, measurement, (struct sx_bytes){0});
    if (!st)
        st = keep(&g, keys, key_count);
    sx_mem_free(request->mem, g.keys);
    return st;
}

stria_status sx_view_has_tag_key(struct sx_view *view, struct sx_bytes measurement,
                                 struct sx_bytes key, struct sx_request *request,
                                 struct sx_arena *arena, bool *has, stria_error *err)
{
    struct gather g = {.view = view, .request = request, .arena = arena, .err = err};
    stria_status st = gather_keys(&g, measurement, key);
    *has = !st && has_key(&g, key);
    sx_mem_free(request->mem, g.keys);
    return st;
}
