/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c -- see segment.h: files, blocks, and what is looked up in memory. */
#include "segment/segment.h"

#include "base/error.h"
#include "base/sort.h"
#include "segment/segment_priv.h"

#include <inttypes.h>

struct sx_segment *sx_segment_create(struct sx_os *os, struct sx_mem *mem, const char *path,
                                     const struct sx_segment_info *info)
{
    size_t path_size = strlen(path) + 1;
    struct sx_segment *segment = sx_mem_zalloc(mem, sizeof *segment + path_size);
    if (!segment)
        return NULL;
    segment->state = sx_mem_zalloc(mem, sizeof *segment->state);
    if (!segment->state) {
        sx_mem_free(mem, segment);
        return NULL;
    }
    sx_mutex_init(&segment->state->mutex);
    sx_segment_files_init(&segment->state->own, 1);
    segment->files = &segment->state->own;
    segment->os = os;
    segment->mem = mem;
    segment->info = *info;
    segment->salt = sx_segment_salt(info->uuid);
    memcpy(segment + 1, path, path_size);
    segment->path = (const char *)(segment + 1);
    atomic_init(&segment->tombstone_id, info->tombstone_id);
    atomic_init(&segment->reference_count, 1);
    return segment;
}

struct sx_segment *sx_segment_acquire(struct sx_segment *segment)
{
    atomic_fetch_add_explicit(&segment->reference_count, 1, memory_order_relaxed);
    return segment;
}

void sx_segment_release(struct sx_segment *segment)
{
    if (!segment ||
        atomic_fetch_sub_explicit(&segment->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = segment->mem;
    if (segment->loads)
        sx_segment_loads_remove(segment->loads, segment);
    sx_segment_files_close(segment->files, &segment->state->file);
    sx_segment_files_deinit(&segment->state->own);
    sx_mutex_deinit(&segment->state->mutex);
    sx_mem_free(mem, segment->state);
    if (segment->arena.mem)
        sx_arena_deinit(&segment->arena);
    sx_mem_free(mem, segment);
}

static void let_go(struct sx_segment *segment)
{
    if (segment->arena.mem)
        sx_arena_deinit(&segment->arena);
    segment->arena = (struct sx_arena){0};
    segment->measurements = NULL;
    segment->tags = NULL;
    segment->stripes = NULL;
    segment->measurement_count = segment->tag_count = segment->stripe_count = 0;
    segment->filter = segment->index = (struct sx_bytes){0};
}

void sx_segment_unload(struct sx_segment *segment)
{
    if (segment->loads)
        sx_segment_loads_remove(segment->loads, segment);
    sx_segment_files_close(segment->files, &segment->state->file);
    let_go(segment);
    atomic_store(&segment->loaded, false);
}

bool sx_segment_forget(struct sx_segment *segment)
{
    struct sx_segment_load_state *state = segment->state;
    if (atomic_load(&state->pins)) /* also while it is being loaded */
        return false;
    sx_mutex_lock(&state->mutex);
    /* Whoever pins it looks behind that whether it is loaded: one of the two sees the other. */
    atomic_store(&segment->loaded, false);
    bool is_free = atomic_load(&state->pins) == 0;
    if (is_free)
        let_go(segment);
    else
        atomic_store(&segment->loaded, true);
    sx_mutex_unlock(&state->mutex);
    return is_free;
}

stria_status sx_segment_damaged(const struct sx_segment *segment, uint64_t offset, const char *what,
                                stria_error *err)
{
    return sx_fail(err, STRIA_CORRUPT, "%s: %s at %" PRIu64, segment->path, what, offset);
}

/* ---- reading blocks ---- */

stria_status sx_segment_read_block(struct sx_segment *segment, struct sx_file *file,
                                   const struct sx_block_ref *ref, uint8_t *bytes, stria_error *err)
{
    if (ref->size == 0)
        return STRIA_OK;
    stria_status st = sx_file_read(file, segment->path, bytes, (size_t)ref->size, ref->offset, err);
    if (st)
        return st;
    if (sx_block_crc(segment->salt, ref->offset, bytes, (size_t)ref->size) != ref->crc)
        return sx_segment_damaged(segment, ref->offset, "wrong checksum of the block", err);
    return STRIA_OK;
}

stria_status sx_segment_read(struct sx_segment *segment, const struct sx_block_ref *ref,
                             struct sx_buf *out, stria_error *err)
{
    size_t start = out->len;
    if (ref->size == 0)
        return STRIA_OK; /* who reads it finds it too short */
    if (ref->in_index) { /* it was checked to be inside, and all of the index by its crc */
        sx_buf_put(out, segment->index.ptr + ref->in_index - 1, (size_t)ref->size);
        return out->failed ? sx_buf_refused(out, segment->path, err) : STRIA_OK;
    }
    if (ref->size > segment->info.file_size)
        return sx_segment_damaged(segment, ref->offset, "size of the block", err);
    uint8_t *bytes = sx_buf_extend(out, (size_t)ref->size);
    if (!bytes)
        return sx_buf_refused(out, segment->path, err);
    struct sx_file *file;
    stria_status st = sx_segment_files_take(segment->files, &segment->state->file, segment->os,
                                            segment->path, &file, err);
    if (!st) {
        st = sx_segment_read_block(segment, file, ref, bytes, err);
        sx_segment_files_give(&segment->state->file);
    }
    if (st)
        out->len = start;
    return st;
}

/* ---- loading ---- */

stria_status sx_segment_read_ends(struct sx_file *file, const char *path,
                                  struct sx_segment_footer *footer, stria_error *err)
{
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_file_info file_info;
    struct sx_segment_info head = {0};
    stria_status st = sx_file_info(file, &file_info, err);
    if (st)
        return st;
    if (file_info.size < SX_SEGMENT_HEADER_SIZE + SX_SEGMENT_FOOTER_SIZE)
        return sx_fail(err, STRIA_CORRUPT, "%s: only %" PRIu64 " bytes long", path, file_info.size);
    st = sx_file_read(file, path, bytes, SX_SEGMENT_HEADER_SIZE, 0, err);
    if (st)
        return st;
    st = sx_segment_header_get(bytes, &head, err);
    if (!st) {
        uint64_t offset = file_info.size - SX_SEGMENT_FOOTER_SIZE;
        st = sx_file_read(file, path, bytes, SX_SEGMENT_FOOTER_SIZE, offset, err);
        if (st)
            return st;
        st = sx_segment_footer_get(bytes, file_info.size, footer, err);
    }
    if (!st && memcmp(head.uuid, footer->info.uuid, sizeof head.uuid) != 0)
        st = sx_fail(err, STRIA_CORRUPT, "header and footer are of different segments");
    if (st)
        sx_error_prefix(err, "%s", path);
    return st;
}

stria_status sx_segment_peek(struct sx_os *os, const char *path, struct sx_segment_info *info,
                             stria_error *err)
{
    struct sx_segment_footer footer;
    struct sx_file *file = NULL;
    stria_status st = sx_os_open(os, path, SX_OPEN_READ, &file, err);
    if (!st)
        st = sx_segment_read_ends(file, path, &footer, err);
    if (!st)
        *info = footer.info;
    sx_file_close(file);
    return st;
}

static stria_status load_locked(struct sx_segment *s, stria_error *err)
{
    struct sx_file *file;
    stria_status st = sx_segment_files_take(s->files, &s->state->file, s->os, s->path, &file, err);
    if (st)
        return st;
    st = sx_segment_load_parts(s, file, err);
    sx_segment_files_give(&s->state->file);
    if (st) /* the next try may find another file there */
        sx_segment_files_close(s->files, &s->state->file);
    else
        atomic_store_explicit(&s->loaded, true, memory_order_release);
    return st;
}

stria_status sx_segment_load(struct sx_segment *s, stria_error *err)
{
    if (SX_LIKELY(atomic_load_explicit(&s->loaded, memory_order_acquire)))
        return STRIA_OK;
    sx_mutex_lock(&s->state->mutex);
    stria_status st = atomic_load(&s->loaded) ? STRIA_OK : load_locked(s, err);
    sx_mutex_unlock(&s->state->mutex);
    return st;
}

stria_status sx_segment_pin(struct sx_segment *s, stria_error *err)
{
    atomic_fetch_add(&s->state->pins, 1);
    atomic_store_explicit(&s->state->marked, true, memory_order_relaxed);
    if (SX_LIKELY(atomic_load(&s->loaded)))
        return STRIA_OK;
    stria_error first = {0};
    stria_status st = sx_segment_load(s, &first);
    if (st == STRIA_NOMEM && s->loads && sx_segment_loads_trim(s->loads, 0)) {
        first = (stria_error){0};
        st = sx_segment_load(s, &first);
    }
    if (st) {
        sx_segment_unpin(s);
        sx_error_copy(err, &first);
    } else if (s->loads) {
        sx_segment_loads_add(s->loads, s);
    }
    return st;
}

void sx_segment_unpin(struct sx_segment *s)
{
    atomic_fetch_sub(&s->state->pins, 1);
}

/* ---- looking up ---- */

static int compare_measurement(const void *item, const void *key, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_segment_measurement *)item)->escaped,
                            *(const struct sx_bytes *)key);
}

const struct sx_segment_measurement *sx_segment_measurement(const struct sx_segment *s,
                                                            struct sx_bytes escaped)
{
    size_t i = sx_lower_bound(s->measurements, s->measurement_count, sizeof *s->measurements,
                              &escaped, compare_measurement, NULL);
    return i < s->measurement_count && sx_bytes_equal(s->measurements[i].escaped, escaped)
               ? &s->measurements[i]
               : NULL;
}

const struct sx_segment_measurement *sx_segment_measurement_of(const struct sx_segment *s,
                                                               uint32_t series)
{
    uint32_t low = 0, high = s->measurement_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->measurements[middle].first_series <= series)
            low = middle;
        else
            high = middle;
    }
    return &s->measurements[low];
}

static int compare_tag(const void *item, const void *key, void *context)
{
    (void)context;
    return sx_bytes_compare(((const struct sx_segment_tag *)item)->escaped,
                            *(const struct sx_bytes *)key);
}

uint32_t sx_segment_tag(const struct sx_segment *s, struct sx_bytes escaped)
{
    size_t i = sx_lower_bound(s->tags, s->tag_count, sizeof *s->tags, &escaped, compare_tag, NULL);
    return i < s->tag_count && sx_bytes_equal(s->tags[i].escaped, escaped) ? (uint32_t)i
                                                                           : UINT32_MAX;
}
