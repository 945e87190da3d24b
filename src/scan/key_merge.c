/* SPDX-License-Identifier: Apache-2.0 */
/* key_merge.c -- see key_merge.h. */
#include "scan/key_merge.h"

#include "base/error.h"
#include "base/hash.h"

#define KEY_SIZE_MAX ((size_t)4 * 65536)
#define DECODED_STRINGS_MAX 4096 /* of a dictionary; of larger ones strings are looked up */

static void close_keys(struct sx_key_stream *stream)
{
    sx_segment_keys_deinit(&stream->keys);
    stream->open = false;
}

/* Opens the keys of the measurement that stream->ordinal is of, if those of another are open. */
static stria_status open_keys(struct sx_key_merge *merge, struct sx_key_stream *stream,
                              stria_error *err)
{
    struct sx_segment *segment = sx_view_segment(merge->view, stream->source);
    const struct sx_segment_measurement *m = stream->open ? stream->keys.measurement : NULL;
    if (m && stream->ordinal < m->first_series + m->series_count)
        return STRIA_OK;
    close_keys(stream);
    m = sx_segment_measurement_of(segment, stream->ordinal);
    stream->open = true;
    size_t wanted = SX_MIN(m->series_count, DECODED_STRINGS_MAX / 8);
    return sx_segment_keys_init(&stream->keys, segment, m, merge->mem, wanted, err);
}

/* Makes the key of stream->ordinal the one at hand, or, if damage is passed by, that of the next
 * series that has one. */
static stria_status load_key(struct sx_key_merge *merge, struct sx_key_stream *stream,
                             stria_error *err)
{
    while (stream->ordinal < stream->series_count) {
        stria_status opened = open_keys(merge, stream, err), st = opened;
        sx_buf_clear(&stream->key);
        if (!st)
            st = sx_segment_keys_get(&stream->keys, stream->ordinal, &stream->key, err);
        if (!st) { /* a wrong hash must not be handed on */
            stream->hash = sx_hash(sx_buf_bytes(&stream->key));
            return STRIA_OK;
        }
        if (!merge->passes_damage || (st != STRIA_CORRUPT && st != STRIA_VERSION))
            return st;
        const struct sx_segment_measurement *m = stream->keys.measurement;
        stream->ordinal = opened ? m->first_series + m->series_count : stream->ordinal + 1;
    }
    close_keys(stream);
    return STRIA_OK;
}

/* Whether the newest stream is the next piece of an output whose piece before it has lower keys:
 * its own are not needed until those are through. */
static bool waits(const struct sx_key_merge *merge)
{
    if (merge->stream_count < 2)
        return false;
    const struct sx_key_stream *s = &merge->streams[merge->stream_count - 1];
    const struct sx_segment_info *a = &sx_view_segment(merge->view, s[-1].source)->info;
    const struct sx_segment_info *b = &sx_view_segment(merge->view, s->source)->info;
    return a->first_generation == b->first_generation && a->last_generation == b->last_generation &&
           s[-1].series_count && s->series_count &&
           sx_bytes_compare(sx_buf_bytes(&s[-1].key), sx_buf_bytes(&s->key)) < 0;
}

stria_status sx_key_merge_init(struct sx_key_merge *merge, struct sx_view *view, bool pass_damage,
                               struct sx_mem *mem, stria_error *err)
{
    *merge = (struct sx_key_merge){.view = view, .mem = mem, .passes_damage = pass_damage};
    sx_buf_init(&merge->key, mem, KEY_SIZE_MAX);
    merge->streams = sx_mem_zalloc(mem, (view->source_count + 1) * sizeof *merge->streams);
    merge->sources = sx_mem_zalloc(mem, (view->source_count + 1) * sizeof *merge->sources);
    if (!merge->streams || !merge->sources)
        return sx_mem_refused(mem, view->source_count * sizeof *merge->streams, err);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < view->source_count && !st; i++) {
        struct sx_segment *segment = sx_view_segment(view, i);
        if (!segment)
            continue;
        st = sx_view_load(view, i, err);
        if (st)
            return st;
        struct sx_key_stream *stream = &merge->streams[merge->stream_count++];
        stream->source = (uint32_t)i;
        stream->series_count = (uint32_t)segment->info.series_count;
        sx_buf_init(&stream->key, mem, KEY_SIZE_MAX);
        st = load_key(merge, stream, err);
        if (!st && waits(merge))
            close_keys(stream);
    }
    return st;
}

void sx_key_merge_deinit(struct sx_key_merge *merge)
{
    if (!merge->mem)
        return;
    for (size_t i = 0; i < merge->stream_count; i++) {
        sx_segment_keys_deinit(&merge->streams[i].keys);
        sx_buf_deinit(&merge->streams[i].key);
    }
    sx_mem_free(merge->mem, merge->streams);
    sx_mem_free(merge->mem, merge->sources);
    sx_buf_deinit(&merge->key);
    *merge = (struct sx_key_merge){0};
}

stria_status sx_key_merge_next(struct sx_key_merge *merge, const struct sx_scan_series **series,
                               stria_error *err)
{
    struct sx_key_stream *least = NULL;
    *series = NULL;
    for (size_t i = 0; i < merge->stream_count; i++) {
        struct sx_key_stream *s = &merge->streams[i];
        if (s->ordinal < s->series_count &&
            (!least || sx_bytes_compare(sx_buf_bytes(&s->key), sx_buf_bytes(&least->key)) < 0))
            least = s;
    }
    if (!least)
        return STRIA_OK;
    sx_buf_clear(&merge->key);
    sx_buf_put_bytes(&merge->key, sx_buf_bytes(&least->key));
    if (merge->key.failed)
        return sx_buf_refused(&merge->key, "series key", err);
    merge->series = (struct sx_scan_series){
        .key = sx_buf_bytes(&merge->key), .hash = least->hash, .sources = merge->sources};
    for (size_t i = 0; i < merge->stream_count; i++) {
        struct sx_key_stream *s = &merge->streams[i];
        if (s->ordinal >= s->series_count ||
            !sx_bytes_equal(sx_buf_bytes(&s->key), merge->series.key))
            continue;
        merge->sources[merge->series.source_count++] =
            (struct sx_scan_source){.source = s->source, .id = s->ordinal};
        s->ordinal++;
        stria_status st = load_key(merge, s, err);
        if (st)
            return st;
    }
    *series = &merge->series;
    return STRIA_OK;
}
