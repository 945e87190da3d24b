/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c -- see replay.h. */
#include "wal/replay.h"

#include "base/buf.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

struct replay {
    const struct sx_replay_options *options;
    struct sx_replay_result *result;
    struct sx_buf records; /* of the frame at hand */
    uint64_t expected;     /* frame_seq */
    stria_error *err;
};

static struct sx_wal_file *next_live(struct sx_wal_file *file)
{
    while (file && file->state != SX_WAL_LIVE)
        file = file->next;
    return file;
}

/* Where the frames of a file end at the latest: its size, or where it was given up. */
static uint64_t file_limit(const struct sx_wal_file *file)
{
    for (const struct sx_wal_file *f = file->next; f; f = f->next)
        if (f->state == SX_WAL_LIVE && f->header.prev_file_no == file->header.file_no &&
            f->header.prev_good_end)
            return SX_MIN(f->header.prev_good_end, file->size);
    return file->size;
}

static stria_status read_header(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                                struct sx_frame_header *header, bool *valid)
{
    uint8_t bytes[SX_FRAME_HEADER_SIZE];
    size_t got;
    stria_status st = sx_file_pread(file->file, bytes, sizeof bytes, offset, &got, r->err);
    *valid =
        !st && got == sizeof bytes && sx_frame_header_get(bytes, header, file->header.salt, offset);
    return st;
}

/* Reads the frame at `offset` into r->records; *valid: it is whole. */
static stria_status read_frame(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                               uint64_t limit, struct sx_frame_header *header, bool *valid)
{
    stria_status st = read_header(r, file, offset, header, valid);
    if (st || !*valid)
        return st;
    *valid = false;
    if (offset + SX_FRAME_HEADER_SIZE + header->size > limit)
        return STRIA_OK;
    sx_buf_clear(&r->records);
    uint8_t *bytes = sx_buf_extend(&r->records, header->size);
    if (!bytes)
        return header->size ? sx_mem_refused(r->options->mem, header->size, r->err) : STRIA_OK;
    size_t got;
    st =
        sx_file_pread(file->file, bytes, header->size, offset + SX_FRAME_HEADER_SIZE, &got, r->err);
    if (st)
        return st;
    if (got < header->size)
        return STRIA_OK;
    if (header->codec != 0)
        return sx_fail(r->err, STRIA_VERSION, "%s: frame at %" PRIu64 " has the unknown codec %u",
                       file->path, offset, header->codec);
    *valid = sx_frame_records_valid(header, sx_buf_bytes(&r->records));
    return STRIA_OK;
}

/* Whether a frame behind `offset` shows that frame `seq` had been synced. */
static stria_status was_durable(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                                uint64_t seq, bool *durable)
{
    *durable = false;
    for (struct sx_wal_file *f = file; f; f = next_live(f->next)) {
        if (f != file && f->header.first_frame_seq > seq) {
            *durable = true;
            return STRIA_OK;
        }
        uint64_t at = f == file ? offset + SX_WAL_ALIGN : SX_WAL_FIRST_FRAME;
        uint64_t limit = file_limit(f);
        for (; at + SX_FRAME_HEADER_SIZE <= limit; at += SX_WAL_ALIGN) {
            struct sx_frame_header header;
            bool valid;
            stria_status st = read_header(r, f, at, &header, &valid);
            if (st)
                return st;
            if (valid && header.durable_seq >= seq) {
                *durable = true;
                return STRIA_OK;
            }
        }
    }
    return STRIA_OK;
}

/* Finds the first whole frame behind `offset` with a frame_seq of at least `seq`. */
static stria_status find_next(struct replay *r, struct sx_wal_file *file, uint64_t *offset,
                              uint64_t limit, uint64_t seq, struct sx_frame_header *header,
                              bool *found)
{
    *found = false;
    for (; *offset + SX_FRAME_HEADER_SIZE <= limit; *offset += SX_WAL_ALIGN) {
        stria_status st = read_frame(r, file, *offset, limit, header, found);
        if (st)
            return st;
        if (*found && header->frame_seq >= seq)
            return STRIA_OK;
        *found = false;
    }
    return STRIA_OK;
}

static stria_status deliver(struct replay *r, const struct sx_wal_file *file, uint64_t offset,
                            const struct sx_frame_header *header)
{
    struct sx_bytes in = sx_buf_bytes(&r->records);
    for (uint32_t i = 0; i < header->record_count; i++) {
        struct sx_record_header head;
        struct sx_replay_record record = {.generation = file->header.generation,
                                          .seq = header->first_seq + i};
        if (!sx_record_take(&in, &head, &record.payload))
            return sx_fail(r->err, STRIA_INTERNAL,
                           "%s: frame at %" PRIu64 " changed while it was read", file->path,
                           offset);
        record.type = head.type;
        record.flags = head.flags;
        if (head.type != SX_RECORD_ROWS) {
            if (head.flags & SX_RECORD_MUST_KNOW)
                return sx_fail(r->err, STRIA_VERSION,
                               "%s: frame at %" PRIu64 " holds the unknown record type %u",
                               file->path, offset, head.type);
            continue;
        }
        stria_status st = r->options->each(r->options->context, &record, r->err);
        if (st) {
            sx_error_prefix(r->err, "%s: frame at %" PRIu64, file->path, offset);
            return st;
        }
    }
    r->result->frame_count++;
    r->result->record_count += header->record_count;
    r->result->byte_count += sx_frame_span(header->size);
    r->result->next_seq = SX_MAX(r->result->next_seq, header->first_seq + header->record_count);
    return STRIA_OK;
}

static void tell_damage(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                        const char *what)
{
    char text[200];
    (void)snprintf(text, sizeof text, "frame %" PRIu64 ": %s", r->expected, what);
    file->damaged = file->keep = true;
    r->result->damage_count++;
    sx_event(r->options->events, STRIA_LEVEL_ERROR, "log_damage",
             "file=%s offset=%" PRIu64 " text=\"%s\"", file->path, offset, text);
    if (r->options->on_damage)
        r->options->on_damage(r->options->context, file->path, offset, text);
}

/* Replays one file; *ended: the log ends in it. */
static stria_status replay_file(struct replay *r, struct sx_wal_file *file, bool *ended)
{
    uint64_t limit = file_limit(file), offset = SX_WAL_FIRST_FRAME;
    r->result->end_file_no = file->header.file_no;
    r->result->end_offset = offset;
    if (r->expected < file->header.first_frame_seq) {
        tell_damage(r, file, 0, "it and those up to this file are missing");
        r->expected = file->header.first_frame_seq;
    }
    while (offset + SX_FRAME_HEADER_SIZE <= limit) {
        struct sx_frame_header header;
        bool valid, durable;
        stria_status st = read_frame(r, file, offset, limit, &header, &valid);
        if (!st && (!valid || header.frame_seq != r->expected)) {
            st = was_durable(r, file, offset, r->expected, &durable);
            if (!st && !durable)
                break;
            if (!st) {
                tell_damage(r, file, offset, "it had been synced and cannot be read");
                offset += SX_WAL_ALIGN;
                st = find_next(r, file, &offset, limit, r->expected + 1, &header, &valid);
                r->result->end_offset = limit;
                if (!st && !valid) { /* the rest of this file is lost; the next one goes on */
                    *ended = next_live(file->next) == NULL;
                    return STRIA_OK;
                }
            }
        }
        if (!st)
            st = deliver(r, file, offset, &header);
        if (st)
            return st;
        r->expected = header.frame_seq + 1;
        offset += sx_frame_span(header.size);
        r->result->end_offset = offset;
    }
    *ended = next_live(file->next) == NULL;
    return STRIA_OK;
}

/* Frames that stand whole behind the end of the log: they were never acknowledged. */
static stria_status count_cut(struct replay *r, struct sx_wal_file *file)
{
    uint64_t limit = file_limit(file);
    for (uint64_t at = r->result->end_offset; at + SX_FRAME_HEADER_SIZE <= limit;
         at += SX_WAL_ALIGN) {
        struct sx_frame_header header;
        bool valid;
        stria_status st = read_header(r, file, at, &header, &valid);
        if (st)
            return st;
        r->result->cut_count += valid;
    }
    return STRIA_OK;
}

/* Generations are begun one after the other, each with file 0: a gap is a file that went missing.
 * (An index may come twice: a file whose begin failed, was unlinked, and came back by a crash. It
 * is empty.) */
static void check_chain(struct replay *r, struct sx_wal_file *files)
{
    uint64_t generation = r->options->flushed_generation;
    uint32_t index = 0;
    for (struct sx_wal_file *file = next_live(files); file; file = next_live(file->next)) {
        if (file->header.generation != generation) {
            if (generation && file->header.generation > generation + 1)
                tell_damage(r, file, 0, "the log of a generation before it is missing");
            generation = file->header.generation;
            index = 0;
        }
        if (file->header.file_index > index)
            tell_damage(r, file, 0, "a file of its generation is missing");
        index = file->header.file_index + 1;
    }
}

stria_status sx_wal_replay(struct sx_wal_file *files, const struct sx_replay_options *options,
                           struct sx_replay_result *result, stria_error *err)
{
    struct replay r = {.options = options, .result = result, .err = err};
    stria_status st = STRIA_OK;
    bool ended = false;
    *result = (struct sx_replay_result){.next_frame_seq = 1, .next_seq = 1};
    sx_buf_init(&r.records, options->mem, SX_FRAME_SIZE_MAX);
    for (struct sx_wal_file *file = files; file; file = file->next) {
        if (!file->header.file_no)
            continue;
        result->last_file_no = SX_MAX(result->last_file_no, file->header.file_no);
        result->last_generation = SX_MAX(result->last_generation, file->header.generation);
        /* A flushed generation's frames are not read, but their numbers are spent. */
        r.expected = SX_MAX(r.expected, file->header.first_frame_seq);
    }
    struct sx_wal_file *file = next_live(files), *last = NULL;
    if (file)
        r.expected = file->header.first_frame_seq;
    check_chain(&r, files);
    for (; !st && file && !ended; file = next_live(file->next)) {
        last = file;
        st = replay_file(&r, file, &ended);
    }
    if (!st && last)
        st = count_cut(&r, last);
    result->next_frame_seq = SX_MAX(r.expected, 1);
    sx_buf_deinit(&r.records);
    return st;
}
