/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_log.c -- one file of the log: its header, its frames, their records. See inspect.h.
 *
 * Algorithm   Frames are looked for every 4096 bytes. What is not valid between two valid frames of
 *             this life of the file is damage; behind the last it is the end. */
#include "app/cli/inspect.h"

#include "base/error.h"
#include "wal/frame.h"
#include "wal/rows_record.h"

#include <inttypes.h>

struct frames {
    uint64_t count, record_count, rows_record_count, other_count;
    uint64_t row_count, sample_count, definition_count;
    uint64_t span_bytes, payload_bytes;
    uint64_t first_seq, last_seq; /* of frames */
    uint64_t first_record_seq, next_record_seq;
    uint64_t end; /* offset behind the last */
    int64_t min_ts, max_ts;
};

static void tell_header(struct sx_inspect *inspect, const struct sx_wal_header *header)
{
    struct sx_figures *figures = &inspect->figures;
    sx_figures_count(figures, "version", header->version);
    sx_figures_count(figures, "file_no", header->file_no);
    sx_figures_count(figures, "generation", header->generation);
    sx_figures_count(figures, "index_in_generation", header->file_index);
    sx_figures_count(figures, "previous_file_no", header->prev_file_no);
    if (header->prev_good_end)
        sx_figures_count(figures, "previous_good_end", header->prev_good_end);
    sx_figures_time(figures, "created", header->created_ns);
    sx_figures_count(figures, "first_frame", header->first_frame_seq);
}

/* The header: the good copy with the higher file_no. */
static bool read_header(struct sx_inspect *inspect, const char *path, struct sx_bytes file,
                        struct sx_wal_header *header)
{
    unsigned good = 0;
    for (uint64_t i = 0; i < SX_WAL_HEADER_COPIES; i++) {
        struct sx_wal_header copy;
        stria_error err;
        uint64_t offset = i * SX_WAL_ALIGN;
        if (file.len < offset + SX_WAL_HEADER_SIZE)
            break;
        stria_status st = sx_wal_header_get(file.ptr + offset, &copy, &err);
        if (st == STRIA_VERSION)
            sx_inspect_damage(inspect, "%s: %s at %" PRIu64, path, err.text, offset);
        if (st)
            continue;
        if (!good || copy.file_no > header->file_no)
            *header = copy;
        good++;
    }
    sx_figures_count(&inspect->figures, "good_headers", good);
    if (good == 1)
        sx_inspect_damage(inspect, "%s: one of two copies of the header is damaged", path);
    return good > 0;
}

static stria_status count_rows(struct sx_inspect *inspect, struct frames *frames,
                               struct sx_bytes payload, stria_error *err)
{
    struct sx_batch batch;
    struct sx_rows_record record;
    sx_batch_init(&batch, inspect->mem);
    stria_status st = sx_rows_record_get(payload, &record, &batch, err);
    if (!st) {
        frames->row_count += batch.row_count;
        frames->sample_count += batch.sample_count;
        for (size_t i = 0; i < batch.series_count; i++)
            frames->definition_count += batch.series[i].key.len > 0;
        for (size_t i = 0; i < batch.run_count; i++) {
            const struct sx_batch_run *run = &batch.runs[i];
            size_t size = sx_row_size(batch.schemas[run->schema].column_count, run->has_presence);
            for (uint32_t j = 0; j < run->row_count; j++) {
                const uint8_t *row = batch.rows.ptr + run->offset + j * size;
                int64_t ts_ns = (int64_t)sx_get_u64(row + SX_ROW_TIME);
                frames->min_ts = SX_MIN(frames->min_ts, ts_ns);
                frames->max_ts = SX_MAX(frames->max_ts, ts_ns);
            }
        }
    }
    sx_batch_deinit(&batch);
    return st;
}

static stria_status add_records(struct sx_inspect *inspect, struct frames *frames,
                                struct sx_bytes records, uint64_t offset, stria_error *err)
{
    struct sx_record_header header;
    struct sx_bytes payload;
    while (sx_record_take(&records, &header, &payload)) {
        stria_status st = STRIA_OK;
        frames->record_count++;
        frames->payload_bytes += payload.len;
        if (header.type == SX_RECORD_ROWS) {
            frames->rows_record_count++;
            st = count_rows(inspect, frames, payload, err);
        } else {
            frames->other_count++;
        }
        if (st == STRIA_CORRUPT)
            sx_inspect_damage(inspect, "a record of the frame at %" PRIu64 ": %s", offset,
                              err->text);
        else if (st)
            return st;
    }
    return STRIA_OK;
}

/* Whether a whole frame stands at `offset`. */
static bool frame_at(struct sx_bytes file, uint64_t offset, uint64_t salt,
                     struct sx_frame_header *header, struct sx_bytes *records)
{
    if (file.len - offset < SX_FRAME_HEADER_SIZE ||
        !sx_frame_header_get(file.ptr + offset, header, salt, offset) ||
        header->size > file.len - offset - SX_FRAME_HEADER_SIZE)
        return false;
    *records = sx_bytes_make(file.ptr + offset + SX_FRAME_HEADER_SIZE, header->size);
    return sx_frame_records_valid(header, *records);
}

static stria_status read_frames(struct sx_inspect *inspect, const char *path, struct sx_bytes file,
                                uint64_t salt, struct frames *frames, stria_error *err)
{
    uint64_t bad_from = 0;
    stria_status st = STRIA_OK;
    for (uint64_t offset = SX_WAL_FIRST_FRAME; offset < file.len && !st;) {
        struct sx_frame_header header;
        struct sx_bytes records;
        if (!frame_at(file, offset, salt, &header, &records)) {
            bad_from = bad_from ? bad_from : offset;
            offset += SX_WAL_ALIGN;
            continue;
        }
        if (bad_from)
            sx_inspect_damage(inspect, "%s: bytes %" PRIu64 " to %" PRIu64 " are no frame", path,
                              bad_from, offset);
        bad_from = 0;
        frames->first_seq = frames->count ? frames->first_seq : header.frame_seq;
        frames->first_record_seq = frames->count ? frames->first_record_seq : header.first_seq;
        frames->last_seq = header.frame_seq;
        frames->next_record_seq = header.first_seq + header.record_count;
        frames->count++;
        st = add_records(inspect, frames, records, offset, err);
        offset += sx_frame_span(header.size);
        frames->span_bytes += sx_frame_span(header.size);
        frames->end = offset;
    }
    return st;
}

static void tell_frames(struct sx_inspect *inspect, const struct frames *frames)
{
    struct sx_figures *figures = &inspect->figures;
    sx_figures_count(figures, "frames", frames->count);
    if (!frames->count)
        return;
    sx_figures_count(figures, "last_frame", frames->last_seq);
    sx_figures_count(figures, "end_offset", frames->end);
    sx_figures_size(figures, "frame_bytes", frames->span_bytes);
    sx_figures_count(figures, "records", frames->record_count);
    sx_figures_count(figures, "records_of_rows", frames->rows_record_count);
    sx_figures_count(figures, "records_of_other_types", frames->other_count);
    sx_figures_size(figures, "payload_bytes", frames->payload_bytes);
    sx_figures_count(figures, "first_sequence", frames->first_record_seq);
    sx_figures_count(figures, "last_sequence", frames->next_record_seq - 1);
    sx_figures_count(figures, "series_defined", frames->definition_count);
    sx_figures_count(figures, "rows", frames->row_count);
    sx_figures_count(figures, "samples", frames->sample_count);
    if (frames->row_count) {
        sx_figures_time(figures, "first", frames->min_ts);
        sx_figures_time(figures, "last", frames->max_ts);
    }
}

stria_status sx_inspect_log(struct sx_inspect *inspect, const char *path, stria_error *err)
{
    struct sx_wal_header header = {0};
    struct frames frames = {.min_ts = INT64_MAX, .max_ts = INT64_MIN};
    struct sx_buf bytes;
    sx_figures_text(&inspect->figures, "kind", "log");
    sx_buf_init(&bytes, inspect->mem, (size_t)1 << 31);
    stria_status st = sx_inspect_read(inspect, path, &bytes, err);
    if (!st) {
        struct sx_bytes file = sx_buf_bytes(&bytes);
        sx_figures_size(&inspect->figures, "bytes", file.len);
        if (read_header(inspect, path, file, &header)) {
            tell_header(inspect, &header);
            uint64_t made_size = (uint64_t)header.page_count * SX_WAL_ALIGN;
            if (file.len < made_size)
                sx_inspect_damage(inspect, "%s: %zu bytes of %" PRIu64 " are there", path, file.len,
                                  made_size);
            st = read_frames(inspect, path, file, header.salt, &frames, err);
            tell_frames(inspect, &frames);
        } else {
            sx_figures_text(&inspect->figures, "state", "never begun");
        }
    }
    sx_buf_deinit(&bytes);
    return st;
}
