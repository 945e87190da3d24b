/* SPDX-License-Identifier: Apache-2.0 */
/* log_write.c -- the leader's work (log.h): frames into files, and what a failure means.
 *
 * Invariants  Only the leader is here, so nothing needs a lock but the list of files.
 *             good_offset never passes what a sync has confirmed; a file that failed is never
 *             touched again. */
#include "wal/log_priv.h"

#include "base/crc32c.h"
#include "base/error.h"

static const uint8_t padding[SX_WAL_ALIGN];

/* ---- gathered writing ---- */

static stria_status flush_iov(struct sx_wal *wal, stria_error *err)
{
    if (wal->iov_count == 0)
        return STRIA_OK;
    uint64_t size = 0;
    for (size_t i = 0; i < wal->iov_count; i++)
        size += wal->iov[i].len;
    stria_status st =
        sx_file_pwritev(wal->current->file, wal->iov, wal->iov_count, wal->iov_offset, err);
    wal->iov_offset += size;
    wal->iov_count = 0;
    return st;
}

static stria_status add_piece(struct sx_wal *wal, const void *ptr, size_t len, stria_error *err)
{
    if (len == 0)
        return STRIA_OK;
    if (wal->iov_count == SX_IOV_MAX) {
        stria_status st = flush_iov(wal, err);
        if (st)
            return st;
    }
    wal->iov[wal->iov_count++] = (struct sx_iov){.ptr = ptr, .len = len};
    return STRIA_OK;
}

/* ---- syncing ---- */

static void forget_unsynced(struct sx_wal *wal)
{
    while (wal->unsynced) {
        struct sx_unsynced *frame = wal->unsynced;
        wal->unsynced = frame->next;
        sx_mem_free(wal->options.mem, frame);
    }
    wal->unsynced_last = &wal->unsynced;
    atomic_store(&wal->unsynced_since_ns, 0);
}

static stria_status sync_file(struct sx_wal *wal, stria_error *err)
{
    int64_t start = sx_os_mono_ns(wal->options.os);
    stria_status st = sx_file_sync(wal->current->file, err);
    int64_t took = sx_os_mono_ns(wal->options.os) - start;
    size_t bucket = 0;
    while (bucket + 1 < SX_COUNT_OF(wal->sync_buckets) && took >= (int64_t)62500 << bucket)
        bucket++;
    atomic_fetch_add(&wal->sync_buckets[bucket], 1);
    atomic_fetch_add(&wal->sync_count, 1);
    atomic_fetch_add(&wal->sync_ns, (uint64_t)took);
    if (st)
        return st;
    wal->good_offset = wal->offset;
    wal->durable_seq = wal->next_frame_seq - 1;
    wal->failed_once = false;
    forget_unsynced(wal);
    return STRIA_OK;
}

/* ---- switching and giving up ---- */

stria_status sx_wal_switch_file(struct sx_wal *wal, uint64_t need, uint64_t prev_good_end,
                                stria_error *err)
{
    struct sx_wal_file *file = NULL;
    uint64_t salt = 0;
    stria_status st = wal->options.os->ops->random(wal->options.os, &salt, sizeof salt, err);
    if (!st)
        st = sx_wal_take_file(wal, SX_WAL_FIRST_FRAME + need, &file, err);
    if (st)
        return st;
    struct sx_wal_header header = {
        .version = SX_WAL_VERSION,
        .file_no = ++wal->last_file_no, /* spent even if this fails: the file may come back */
        .generation = wal->generation,
        .prev_file_no = wal->current ? wal->current->header.file_no : 0,
        .prev_good_end = prev_good_end,
        .salt = salt,
        .store_id = wal->options.store_id,
        .created_ns = sx_os_now_ns(wal->options.os),
        .first_frame_seq = wal->next_frame_seq,
        .file_index = wal->file_index,
        .page_count = (uint32_t)(file->size / SX_WAL_ALIGN),
    };
    st = sx_wal_file_begin(file, &header, err);
    if (st) {
        /* Its header may or may not be on disk. It must not come back as a live file. */
        sx_wal_discard_file(wal, file);
        return st;
    }
    wal->file_index++;
    wal->ended = false;
    wal->offset = wal->good_offset = SX_WAL_FIRST_FRAME;
    sx_wal_go_on_in(wal, file);
    return STRIA_OK;
}

/* Writes the kept frames again, with new places and the same sequences. */
static stria_status write_unsynced(struct sx_wal *wal, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (struct sx_unsynced *frame = wal->unsynced; frame && !st; frame = frame->next) {
        uint64_t span = sx_frame_span(frame->header.size);
        uint8_t head[SX_FRAME_HEADER_SIZE];
        frame->header.frame_seq = wal->next_frame_seq;
        frame->header.durable_seq = wal->durable_seq;
        sx_frame_header_put(head, &frame->header, wal->current->header.salt, wal->offset);
        wal->iov_offset = wal->offset;
        st = add_piece(wal, head, sizeof head, err);
        if (!st)
            st = add_piece(wal, frame->records, frame->size, err);
        if (!st)
            st = add_piece(wal, padding, span - sizeof head - frame->size, err);
        if (!st)
            st = flush_iov(wal, err);
        wal->offset += span;
        wal->next_frame_seq++;
    }
    wal->iov_count = 0;
    return st ? st : sync_file(wal, err);
}

/* Gives the current file up after a failure and goes on in a fresh one; if that fails too, the log
 * has failed. */
static void give_up_file(struct sx_wal *wal, const stria_error *why)
{
    stria_error err = {0};
    uint64_t need = 0;
    atomic_fetch_add(&wal->error_count, 1);
    sx_event(wal->options.events, STRIA_LEVEL_ERROR, "log_error", "file=%s text=\"%s\"",
             wal->current->path, why->text);
    wal->current->keep = true;
    wal->iov_count = 0;
    wal->next_frame_seq = wal->durable_seq + 1;
    for (const struct sx_unsynced *frame = wal->unsynced; frame; frame = frame->next)
        need += sx_frame_span(frame->header.size);
    bool first = !wal->failed_once;
    stria_status st = STRIA_IO;
    if (first) {
        st = sx_wal_switch_file(wal, SX_MAX(need, SX_WAL_ALIGN), wal->good_offset, &err);
        wal->failed_once = true;
    }
    if (!st && wal->unsynced)
        st = write_unsynced(wal, &err);
    if (st) {
        atomic_store(&wal->failed, true);
        sx_event(wal->options.events, STRIA_LEVEL_ERROR, "log_failed", "text=\"%s\"",
                 first ? err.text : "a second failure in a row");
    }
}

stria_status sx_wal_sync_current(struct sx_wal *wal, stria_error *err)
{
    stria_error local = {0};
    if (wal->offset == wal->good_offset)
        return STRIA_OK;
    stria_status st = sync_file(wal, &local);
    if (!st)
        return STRIA_OK;
    give_up_file(wal, &local);
    if (!wal->failed && wal->offset == wal->good_offset)
        return STRIA_OK; /* everything acknowledged is durable in the fresh file */
    sx_error_copy(err, &local);
    return st;
}

/* ---- one group ---- */

/* Keeps a copy of a frame that is acknowledged before its sync; false: no memory, so sync it. */
static bool keep_unsynced(struct sx_wal *wal, const struct sx_frame_header *header,
                          const struct sx_wal_entry *group)
{
    struct sx_unsynced *frame = sx_mem_alloc(wal->options.mem, sizeof *frame + header->size);
    if (!frame)
        return false;
    frame->next = NULL;
    frame->header = *header;
    frame->size = header->size;
    uint8_t *p = frame->records;
    for (const struct sx_wal_entry *entry = group; entry; entry = entry->next) {
        memcpy(p, entry->header, sizeof entry->header);
        p += sizeof entry->header;
        for (size_t i = 0; i < entry->piece_count; i++) {
            if (entry->pieces[i].len)
                memcpy(p, entry->pieces[i].ptr, entry->pieces[i].len);
            p += entry->pieces[i].len;
        }
    }
    *wal->unsynced_last = frame;
    wal->unsynced_last = &frame->next;
    if (!atomic_load(&wal->unsynced_since_ns))
        atomic_store(&wal->unsynced_since_ns, SX_MAX(sx_os_mono_ns(wal->options.os), 1));
    return true;
}

static stria_status write_frame(struct sx_wal *wal, const struct sx_frame_header *header,
                                const struct sx_wal_entry *group, stria_error *err)
{
    uint8_t head[SX_FRAME_HEADER_SIZE];
    sx_frame_header_put(head, header, wal->current->header.salt, wal->offset);
    wal->iov_count = 0;
    wal->iov_offset = wal->offset;
    stria_status st = add_piece(wal, head, sizeof head, err);
    for (const struct sx_wal_entry *entry = group; entry && !st; entry = entry->next) {
        st = add_piece(wal, entry->header, sizeof entry->header, err);
        for (size_t i = 0; i < entry->piece_count && !st; i++)
            st = add_piece(wal, entry->pieces[i].ptr, entry->pieces[i].len, err);
    }
    uint64_t span = sx_frame_span(header->size);
    if (!st)
        st = add_piece(wal, padding, (size_t)(span - sizeof head - header->size), err);
    if (!st)
        st = flush_iov(wal, err);
    if (!st) {
        wal->offset += span;
        wal->next_frame_seq++;
        wal->current->used_size += span;
        atomic_fetch_add(&wal->written_bytes, span);
        wal->ended = group == NULL;
        atomic_fetch_add(&wal->generation_bytes, span);
        atomic_fetch_add(&wal->live_bytes, span);
    }
    return st;
}

static stria_status make_room(struct sx_wal *wal, uint64_t span, stria_error *err)
{
    if (wal->offset + span <= wal->current->size)
        return STRIA_OK;
    stria_status st = sx_wal_sync_current(wal, err);
    if (!st && wal->offset + span > wal->current->size) {
        st = sx_wal_switch_file(wal, span, 0, err);
        if (!st) { /* a file was filled: the next may be larger */
            sx_mutex_lock(&wal->files_mutex);
            wal->size_wanted = SX_MIN(wal->size_wanted * 2, wal->file_size_max);
            sx_mutex_unlock(&wal->files_mutex);
        }
    }
    return st;
}

stria_status sx_wal_write_group(struct sx_wal *wal, struct sx_wal_entry *group, stria_error *err)
{
    stria_status st = sx_wal_check(wal, err);
    if (st)
        return st;
    struct sx_frame_header header = {.first_seq = wal->next_seq};
    /* With nobody else to look at the clock, the next write syncs those that waited long enough. */
    bool sync = sx_wal_sync_due(wal);
    for (struct sx_wal_entry *entry = group; entry; entry = entry->next) {
        header.records_crc = sx_crc32c(header.records_crc, entry->header, sizeof entry->header);
        header.size += entry->size;
        entry->seq = wal->next_seq + header.record_count++;
        sync = sync || entry->sync;
    }
    header.raw_size = header.size;
    st = make_room(wal, sx_frame_span(header.size), err);
    if (st)
        return st;
    header.frame_seq = wal->next_frame_seq;
    header.durable_seq = wal->durable_seq;
    st = write_frame(wal, &header, group, err);
    if (!st && (sync || !keep_unsynced(wal, &header, group)))
        st = sync_file(wal, err);
    if (st) {
        give_up_file(wal, err);
        /* The header of a fresh file says that the frame does not count. Without one, nobody knows
         * before the store is opened again. */
        if (wal->failed)
            st = err->code = STRIA_IO;
        return st;
    }
    wal->next_seq += header.record_count;
    atomic_fetch_add(&wal->frame_count, 1);
    atomic_fetch_add(&wal->record_count, header.record_count);
    return STRIA_OK;
}

stria_status sx_wal_write_end(struct sx_wal *wal, stria_error *err)
{
    if (wal->ended || wal->unsynced || !wal->current || wal->offset == SX_WAL_FIRST_FRAME ||
        wal->offset != wal->good_offset || wal->offset + sx_frame_span(0) > wal->current->size)
        return STRIA_OK;
    struct sx_frame_header header = {.first_seq = wal->next_seq,
                                     .frame_seq = wal->next_frame_seq,
                                     .durable_seq = wal->durable_seq};
    stria_status st = write_frame(wal, &header, NULL, err);
    if (!st)
        st = sync_file(wal, err);
    if (st)
        give_up_file(wal, err);
    return st;
}
