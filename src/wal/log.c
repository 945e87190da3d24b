/* SPDX-License-Identifier: Apache-2.0 */
/* log.c -- see log.h: the queue of writers and its leader. */
#include "wal/log.h"

#include "base/crc32c.h"
#include "base/error.h"
#include "wal/log_priv.h"

#define GROUP_SIZE_MAX ((uint64_t)8 << 20)
/* Each entry takes at most 1 + SX_WAL_PIECES_MAX pieces of the gathered write; the frame's header
 * and padding take two. */
#define GROUP_COUNT_MAX 4096

stria_status sx_wal_prepare(struct sx_wal_entry *entry, uint8_t type, uint8_t flags,
                            stria_error *err)
{
    uint64_t size = 0;
    for (size_t i = 0; i < entry->piece_count; i++)
        size += entry->pieces[i].len;
    if (size > SX_FRAME_SIZE_MAX - SX_RECORD_HEADER_SIZE)
        return sx_fail(err, STRIA_LIMIT, "a log record may have %u bytes at most",
                       SX_FRAME_SIZE_MAX - SX_RECORD_HEADER_SIZE);
    struct sx_record_header header = {.type = type, .flags = flags, .size = (uint32_t)size};
    header.crc = sx_record_crc_begin(type, flags, header.size);
    for (size_t i = 0; i < entry->piece_count; i++)
        header.crc = sx_crc32c(header.crc, entry->pieces[i].ptr, entry->pieces[i].len);
    sx_record_header_put(entry->header, &header);
    entry->size = SX_RECORD_HEADER_SIZE + header.size;
    return STRIA_OK;
}

/* Takes entries off the queue for one frame; stale ones are finished on the way. queue_mutex
 * held. */
static struct sx_wal_entry *take_group(struct sx_wal *wal)
{
    struct sx_wal_entry *group = NULL, **last = &group, *entry;
    uint64_t size = 0;
    size_t count = 0;
    while ((entry = wal->first) != NULL) {
        if (entry->generation == wal->generation &&
            (count == GROUP_COUNT_MAX || (count && size + entry->size > GROUP_SIZE_MAX)))
            break;
        wal->first = entry->next;
        if (!wal->first)
            wal->last = &wal->first;
        entry->next = NULL;
        if (entry->generation != wal->generation) {
            entry->stale = entry->done = true;
            continue;
        }
        size += entry->size;
        count++;
        *last = entry;
        last = &entry->next;
    }
    return group;
}

static void become_leader(struct sx_wal *wal)
{
    sx_mutex_lock(&wal->queue_mutex);
    while (wal->leading)
        sx_cond_wait(&wal->queue_changed, &wal->queue_mutex);
    wal->leading = true;
    sx_mutex_unlock(&wal->queue_mutex);
}

static void resign(struct sx_wal *wal)
{
    sx_mutex_lock(&wal->queue_mutex);
    wal->leading = false;
    sx_cond_broadcast(&wal->queue_changed);
    sx_mutex_unlock(&wal->queue_mutex);
}

/* Writes a group, hands leadership on, applies the group and wakes its writers. */
static void lead(struct sx_wal *wal, struct sx_wal_entry *group)
{
    stria_error err = {0};
    stria_status st = sx_wal_write_group(wal, group, &err);
    sx_mutex_lock(&wal->apply_mutex);
    resign(wal);
    for (struct sx_wal_entry *entry = group; entry; entry = entry->next) {
        entry->status = st;
        if (st)
            sx_error_copy(&entry->error, &err);
        else if (entry->apply)
            entry->apply(entry);
    }
    sx_mutex_unlock(&wal->apply_mutex);
    sx_mutex_lock(&wal->queue_mutex);
    while (group) {
        /* Once it is done, an entry belongs to its writer again, and may be gone. */
        struct sx_wal_entry *entry = group;
        group = entry->next;
        entry->done = true;
    }
    sx_cond_broadcast(&wal->queue_changed);
    sx_mutex_unlock(&wal->queue_mutex);
}

stria_status sx_wal_commit(struct sx_wal *wal, struct sx_wal_entry *entry, stria_error *err)
{
    entry->next = NULL;
    entry->done = entry->stale = false;
    entry->status = STRIA_OK;
    sx_mutex_lock(&wal->queue_mutex);
    *wal->last = entry;
    wal->last = &entry->next;
    while (!entry->done) {
        /* Somebody leads; or the entry was taken, and its leader has resigned but not applied it
         * yet. */
        if (wal->leading || !wal->first) {
            sx_cond_wait(&wal->queue_changed, &wal->queue_mutex);
            continue;
        }
        struct sx_wal_entry *group = take_group(wal);
        if (!group) { /* only stale ones were there, perhaps this one */
            sx_cond_broadcast(&wal->queue_changed);
            continue;
        }
        wal->leading = true;
        sx_mutex_unlock(&wal->queue_mutex);
        lead(wal, group);
        sx_mutex_lock(&wal->queue_mutex);
    }
    sx_mutex_unlock(&wal->queue_mutex);
    if (entry->status)
        sx_error_copy(err, &entry->error);
    return entry->status;
}

stria_status sx_wal_check(struct sx_wal *wal, stria_error *err)
{
    if (!sx_wal_failed(wal))
        return STRIA_OK;
    return sx_fail(err, STRIA_READ_ONLY, "the log failed; the store must be opened again");
}

stria_status sx_wal_rotate(struct sx_wal *wal, uint64_t generation, stria_error *err)
{
    become_leader(wal);
    stria_status st = sx_wal_check(wal, err);
    if (!st)
        st = sx_wal_sync_current(wal, err);
    if (!st) {
        uint32_t index = wal->file_index;
        uint64_t old = wal->generation;
        sx_mutex_lock(&wal->queue_mutex);
        wal->generation = generation;
        sx_mutex_unlock(&wal->queue_mutex);
        wal->file_index = 0;
        st = sx_wal_switch_file(wal, SX_WAL_ALIGN, 0, err);
        if (st) { /* stay where we are */
            wal->file_index = index;
            sx_mutex_lock(&wal->queue_mutex);
            wal->generation = old;
            sx_mutex_unlock(&wal->queue_mutex);
        } else {
            atomic_store(&wal->generation_bytes, 0);
        }
    }
    /* Whoever still applies the last group of the old generation holds apply_mutex. */
    sx_mutex_lock(&wal->apply_mutex);
    sx_mutex_unlock(&wal->apply_mutex);
    resign(wal);
    return st;
}

stria_status sx_wal_sync(struct sx_wal *wal, stria_error *err)
{
    if (!atomic_load(&wal->unsynced_since_ns))
        return STRIA_OK;
    become_leader(wal);
    /* A file that failed is never synced again: a success would mean nothing. */
    stria_status st = sx_wal_check(wal, err);
    if (!st && wal->unsynced)
        st = sx_wal_sync_current(wal, err);
    resign(wal);
    return st;
}

stria_status sx_wal_end(struct sx_wal *wal, stria_error *err)
{
    become_leader(wal);
    stria_status st = wal->failed ? STRIA_OK : sx_wal_write_end(wal, err);
    resign(wal);
    return st;
}

bool sx_wal_sync_due(struct sx_wal *wal)
{
    int64_t since = atomic_load(&wal->unsynced_since_ns);
    return since && !atomic_load(&wal->failed) &&
           sx_os_mono_ns(wal->options.os) - since >= SX_WAL_ASYNC_NS;
}

bool sx_wal_failed(struct sx_wal *wal)
{
    return atomic_load(&wal->failed);
}

uint64_t sx_wal_generation_bytes(struct sx_wal *wal)
{
    return atomic_load(&wal->generation_bytes);
}

uint64_t sx_wal_written_bytes(struct sx_wal *wal)
{
    return atomic_load(&wal->written_bytes);
}

uint64_t sx_wal_live_bytes(struct sx_wal *wal)
{
    return atomic_load(&wal->live_bytes);
}

void sx_wal_stats(struct sx_wal *wal, struct sx_wal_stats *stats)
{
    *stats = (struct sx_wal_stats){
        .written_bytes = atomic_load(&wal->written_bytes),
        .frame_count = atomic_load(&wal->frame_count),
        .record_count = atomic_load(&wal->record_count),
        .sync_count = atomic_load(&wal->sync_count),
        .sync_ns = atomic_load(&wal->sync_ns),
        .error_count = atomic_load(&wal->error_count),
        .live_bytes = atomic_load(&wal->live_bytes),
    };
    for (size_t i = 0; i < SX_COUNT_OF(stats->sync_buckets); i++)
        stats->sync_buckets[i] = atomic_load(&wal->sync_buckets[i]);
    sx_mutex_lock(&wal->files_mutex);
    for (const struct sx_wal_file *file = wal->files; file; file = file->next) {
        stats->file_count++;
        stats->file_bytes += file->size;
    }
    if (wal->spare) {
        stats->file_count++;
        stats->file_bytes += wal->spare->size;
    }
    sx_mutex_unlock(&wal->files_mutex);
}
