/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c -- see replay.h. */
#include "wal/replay.h"

#include "base/buf.h"
#include "base/error.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

struct replay {
    const struct sx_replay_options *options;
    struct sx_replay_result *result;
    struct sx_buf records; /* of the frame at hand */
    uint64_t expected;     /* frame_seq */
    stria_error *err;
};

/* Whether a file was begun but never written to: its beginning failed, it was unlinked, and a crash
 * brought it back. The log went on in the file before, so a later file names that one as the file
 * before it, or bears the same number in the generation. */
static bool is_ghost(const struct sx_wal_file *file)
{
    const struct sx_wal_header *h = &file->header;
    for (const struct sx_wal_file *f = file->next; f; f = f->next)
        if ((f->header.prev_file_no && f->header.prev_file_no < h->file_no) ||
            (f->header.generation == h->generation && f->header.file_index == h->file_index))
            return true;
    return false;
}

static struct sx_wal_file *next_live(struct sx_wal_file *file)
{
    while (file && (file->state != SX_WAL_LIVE || is_ghost(file)))
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
    if (header->size) { /* a frame may have no records */
        size_t got;
        uint8_t *bytes = sx_buf_extend(&r->records, header->size);
        if (!bytes)
            return sx_mem_refused(r->options->mem, header->size, r->err);
        st = sx_file_pread(file->file, bytes, header->size, offset + SX_FRAME_HEADER_SIZE, &got,
                           r->err);
        if (st)
            return st;
        if (got < header->size)
            return STRIA_OK;
    }
    if (header->codec != 0)
        return sx_fail(r->err, STRIA_VERSION, "%s: frame at %" PRIu64 " has the unknown codec %u",
                       file->path, offset, header->codec);
    *valid = sx_frame_records_valid(header, sx_buf_bytes(&r->records));
    return STRIA_OK;
}

/* Whether a frame of a number above `seq` stands at `offset` or behind it in this file. */
static stria_status is_followed(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                                uint64_t seq, bool *followed)
{
    uint64_t limit = file_limit(file);
    *followed = false;
    for (; offset + SX_FRAME_HEADER_SIZE <= limit && !*followed; offset += SX_WAL_ALIGN) {
        struct sx_frame_header header;
        stria_status st = read_header(r, file, offset, &header, followed);
        if (st)
            return st;
        *followed = *followed && header.frame_seq > seq;
    }
    return STRIA_OK;
}

/* Whether a frame at `offset` or behind it, or a later file, shows that frame `seq` had been
 * synced. */
static stria_status was_durable(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                                uint64_t seq, bool *durable)
{
    *durable = false;
    for (struct sx_wal_file *f = file; f; f = next_live(f->next)) {
        if (f != file && f->header.first_frame_seq > seq) {
            *durable = true;
            return STRIA_OK;
        }
        uint64_t at = f == file ? offset : SX_WAL_FIRST_FRAME;
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

/* What it means that the frame wanted next does not stand at `offset`. */
enum gap {
    GAP_END,      /* the log ends before it */
    GAP_NEXT,     /* it is in a later file, or nowhere: this file is over */
    GAP_DAMAGED,  /* it had been synced; others follow in this file */
    GAP_REST_LOST /* it had been synced; nothing follows in this file */
};

static stria_status judge_gap(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                              enum gap *gap)
{
    struct sx_wal_file *next = next_live(file->next);
    bool followed, durable;
    *gap = GAP_END;
    if (r->options->from && !next)
        return STRIA_OK; /* looked at often: the rest of the file is not searched each time */
    stria_status st = is_followed(r, file, offset, r->expected, &followed);
    if (!st && !followed) {
        /* The log syncs a file before it begins the next one, and tells with what frame. */
        if (next)
            *gap = next->header.first_frame_seq > r->expected ? GAP_REST_LOST : GAP_NEXT;
        return STRIA_OK;
    }
    if (!st)
        st = was_durable(r, file, offset, r->expected, &durable);
    if (!st)
        *gap = durable ? GAP_DAMAGED : next ? GAP_NEXT : GAP_END;
    return st;
}

/* Finds the first whole frame at `offset` or behind it with a frame_seq of at least `seq`. */
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
        bool whole = sx_record_take(&in, &head, &record.payload); /* read_frame() saw to that */
        assert(whole);
        (void)whole;
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

static void set_end(struct replay *r, const struct sx_wal_file *file, uint64_t offset)
{
    r->result->end_file_no = file->header.file_no;
    r->result->end_generation = file->header.generation;
    r->result->end_offset = offset;
}

/* Goes on behind a frame that cannot be read; *found: at *offset. Else this file is over. */
static stria_status skip_damage(struct replay *r, struct sx_wal_file *file, uint64_t *offset,
                                enum gap gap, struct sx_frame_header *header, bool *found)
{
    uint64_t limit = file_limit(file);
    struct sx_wal_file *next = next_live(file->next);
    stria_status st = STRIA_OK;
    *found = false;
    tell_damage(r, file, *offset, "it had been synced and cannot be read");
    if (gap == GAP_DAMAGED)
        st = find_next(r, file, offset, limit, r->expected + 1, header, found);
    if (st || *found)
        return st;
    set_end(r, file, limit);
    if (next)
        r->expected = SX_MAX(r->expected, next->header.first_frame_seq);
    return STRIA_OK;
}

/* Beside a writer: the frame that seemed damaged may have been written since. */
static stria_status read_again(struct replay *r, struct sx_wal_file *file, uint64_t offset,
                               struct sx_frame_header *header, bool *valid)
{
    *valid = false;
    if (!r->options->beside_writer)
        return STRIA_OK;
    stria_status st = read_frame(r, file, offset, file_limit(file), header, valid);
    *valid = *valid && header->frame_seq == r->expected;
    return st;
}

/* Replays one file from `offset` on. */
static stria_status replay_file(struct replay *r, struct sx_wal_file *file, uint64_t offset)
{
    uint64_t limit = file_limit(file);
    if (!r->result->end_file_no)
        set_end(r, file, offset);
    if (r->expected < file->header.first_frame_seq) {
        tell_damage(r, file, 0, "it and those up to this file are missing");
        r->expected = file->header.first_frame_seq;
    }
    if (file->size < (uint64_t)file->header.page_count * SX_WAL_ALIGN)
        tell_damage(r, file, file->size, "it, or what is behind it: the file was cut");
    while (offset + SX_FRAME_HEADER_SIZE <= limit) {
        struct sx_frame_header header;
        bool valid;
        stria_status st = read_frame(r, file, offset, limit, &header, &valid);
        if (!st && (!valid || header.frame_seq != r->expected)) {
            enum gap gap;
            st = judge_gap(r, file, offset, &gap);
            if (st || gap == GAP_END || gap == GAP_NEXT)
                return st;
            st = read_again(r, file, offset, &header, &valid);
            if (!st && !valid)
                st = skip_damage(r, file, &offset, gap, &header, &valid);
            if (!st && !valid)
                return STRIA_OK;
        }
        if (!st)
            st = deliver(r, file, offset, &header);
        if (st)
            return st;
        r->expected = header.frame_seq + 1;
        offset += sx_frame_span(header.size);
        set_end(r, file, offset);
    }
    return STRIA_OK;
}

/* Frames whose header stands behind the end of the log: they were never acknowledged. */
static stria_status count_cut(struct replay *r, struct sx_wal_file *files)
{
    struct sx_wal_file *file = files;
    while (file && file->header.file_no != r->result->end_file_no)
        file = file->next;
    if (!file || !file->header.file_no)
        return STRIA_OK;
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

/* Generations are begun one after the other, each with file 0: a gap is a file that went
 * missing. */
static void check_chain(struct replay *r, struct sx_wal_file *files)
{
    uint64_t generation = r->options->flushed_generation, seen = generation;
    uint32_t index = 0;
    for (struct sx_wal_file *file = files; file; file = file->next) {
        if (file->state != SX_WAL_LIVE)
            continue;
        if (file->header.generation > seen + 1) {
            char what[100];
            (void)snprintf(what, sizeof what,
                           "it is of generation %" PRIu64 ", and the log of %" PRIu64 " is missing",
                           file->header.generation, seen + 1);
            tell_damage(r, file, 0, what);
        }
        seen = SX_MAX(seen, file->header.generation);
        if (is_ghost(file))
            continue;
        if (file->header.generation != generation) {
            generation = file->header.generation;
            index = 0;
        }
        if (file->header.file_index > index)
            tell_damage(r, file, 0, "a file of its generation is missing");
        index = file->header.file_index + 1;
    }
}

/* Where to begin: *file (NULL: nowhere) and *offset. */
static stria_status find_start(struct replay *r, struct sx_wal_file *files,
                               struct sx_wal_file **start, uint64_t *offset)
{
    const struct sx_replay_result *from = r->options->from;
    struct sx_wal_file *file = next_live(files);
    *start = file;
    *offset = SX_WAL_FIRST_FRAME;
    if (!from) {
        if (file)
            r->expected = file->header.first_frame_seq;
        check_chain(r, files);
        return STRIA_OK;
    }
    while (file && file->header.file_no != from->end_file_no)
        file = next_live(file->next);
    if (!file || file_limit(file) < from->end_offset)
        return sx_fail(r->err, STRIA_NOT_FOUND, "the log was begun anew");
    *start = file;
    *offset = from->end_offset;
    r->expected = from->next_frame_seq;
    set_end(r, file, from->end_offset);
    return STRIA_OK;
}

stria_status sx_wal_replay(struct sx_wal_file *files, const struct sx_replay_options *options,
                           struct sx_replay_result *result, stria_error *err)
{
    struct replay r = {.options = options, .result = result, .err = err};
    struct sx_wal_file *file;
    uint64_t offset;
    *result = (struct sx_replay_result){.next_frame_seq = 1, .next_seq = 1};
    sx_buf_init(&r.records, options->mem, SX_FRAME_SIZE_MAX);
    for (file = files; file; file = file->next) {
        if (!file->header.file_no)
            continue;
        result->last_file_no = SX_MAX(result->last_file_no, file->header.file_no);
        result->last_generation = SX_MAX(result->last_generation, file->header.generation);
        /* A flushed generation's frames are not read, but their numbers are spent. */
        r.expected = SX_MAX(r.expected, file->header.first_frame_seq);
    }
    stria_status st = find_start(&r, files, &file, &offset);
    for (; !st && file; file = next_live(file->next)) {
        st = replay_file(&r, file, offset);
        offset = SX_WAL_FIRST_FRAME;
    }
    if (!st && !options->beside_writer)
        st = count_cut(&r, files);
    result->next_frame_seq = SX_MAX(r.expected, 1);
    sx_buf_deinit(&r.records);
    return st;
}
