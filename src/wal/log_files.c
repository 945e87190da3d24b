/* SPDX-License-Identifier: Apache-2.0 */
/* log_files.c -- the files of the log (log.h): opening, making ahead, recycling. */
#include "wal/log_priv.h"

#include "base/error.h"
#include "base/file_number.h"

#include <inttypes.h>
#include <stdio.h>

#define FILE_SIZE_AT_ONCE ((uint64_t)4 << 20)

/* ---- opening and closing ---- */

struct names {
    struct sx_mem *mem;
    uint32_t *items;
    size_t count, capacity;
    bool failed;
};

static bool add_name(void *context, const char *name, bool is_directory)
{
    struct names *names = context;
    uint64_t name_no;
    if (is_directory || !sx_file_number(name, 8, ".wal", &name_no))
        return true;
    if (!SX_GROW(names->mem, names->items, names->capacity, names->count + 1)) {
        names->failed = true;
        return false;
    }
    names->items[names->count++] = (uint32_t)name_no;
    return true;
}

static void insert_sorted(struct sx_wal *wal, struct sx_wal_file *file)
{
    struct sx_wal_file **at = &wal->files;
    while (*at && (*at)->header.file_no <= file->header.file_no)
        at = &(*at)->next;
    file->next = *at;
    *at = file;
}

/* Whether a file that is shorter than a header has the beginning of one: headers are only written
 * into files of their whole size. */
static bool was_cut(struct sx_wal_file *file)
{
    uint8_t bytes[SX_WAL_MAGIC_SIZE];
    size_t got = 0;
    return file->size < SX_WAL_HEADER_SIZE &&
           !sx_file_pread(file->file, bytes, sizeof bytes, 0, &got, NULL) && got > 0 &&
           memcmp(bytes, SX_WAL_MAGIC, got) == 0;
}

static stria_status open_file(struct sx_wal *wal, uint32_t name_no, stria_error *err)
{
    struct sx_wal_file *file = NULL;
    stria_error local = {0};
    unsigned copies;
    unsigned flags = wal->options.read_only ? SX_OPEN_READ : SX_OPEN_WRITE;
    stria_status st = sx_wal_file_open(wal->options.os, wal->options.mem, wal->dir, name_no, flags,
                                       &file, &local);
    if (st == STRIA_NOT_FOUND && wal->options.read_only)
        return STRIA_OK; /* the writer took it away meanwhile */
    if (st) {
        sx_error_copy(err, &local);
        return st;
    }
    st = sx_wal_file_read_header(file, &copies, &local);
    if (!st && file->header.store_id != wal->options.store_id)
        st = sx_fail(&local, STRIA_INVALID, "%s: belongs to another store", file->path);
    if (!st && copies < SX_WAL_HEADER_COPIES && !wal->options.read_only)
        sx_event(wal->options.events, STRIA_LEVEL_WARN, "log_header",
                 "file=%s text=\"one of its two headers is damaged or old\"", file->path);
    if (st == STRIA_CORRUPT) {
        st = STRIA_OK; /* never begun: nothing acknowledged is in it */
        if (was_cut(file)) {
            file->damaged = file->keep = true;
            sx_event(wal->options.events, STRIA_LEVEL_ERROR, "log_damage",
                     "file=%s offset=%" PRIu64 " text=\"it was cut, its header is gone\"",
                     file->path, file->size);
        }
    }
    if (st) {
        sx_error_copy(err, &local);
        sx_wal_file_close(wal->options.mem, file);
        return st;
    }
    wal->last_file_no = SX_MAX(wal->last_file_no, file->header.file_no);
    wal->next_name_no = SX_MAX(wal->next_name_no, name_no + 1);
    insert_sorted(wal, file);
    return STRIA_OK;
}

static struct sx_wal *wal_create(const struct sx_wal_options *options)
{
    struct sx_wal *wal = sx_mem_zalloc(options->mem, sizeof *wal);
    if (!wal)
        return NULL;
    size_t dir_size = strlen(options->dir) + 1;
    wal->options = *options;
    wal->dir = sx_mem_alloc(options->mem, dir_size);
    if (!wal->dir) {
        sx_mem_free(options->mem, wal);
        return NULL;
    }
    memcpy(wal->dir, options->dir, dir_size);
    sx_mutex_init(&wal->queue_mutex);
    sx_cond_init(&wal->queue_changed);
    sx_mutex_init(&wal->apply_mutex);
    sx_mutex_init(&wal->files_mutex);
    wal->last = &wal->first;
    wal->unsynced_last = &wal->unsynced;
    wal->size_wanted = SX_WAL_FILE_SIZE_MIN;
    wal->file_size_max = SX_WAL_FILE_SIZE_MAX;
    return wal;
}

static void wal_destroy(struct sx_wal *wal)
{
    struct sx_mem *mem = wal->options.mem;
    while (wal->files) {
        struct sx_wal_file *file = wal->files;
        wal->files = file->next;
        sx_wal_file_close(mem, file);
    }
    while (wal->unsynced) {
        struct sx_unsynced *frame = wal->unsynced;
        wal->unsynced = frame->next;
        sx_mem_free(mem, frame);
    }
    sx_wal_file_close(mem, wal->spare);
    sx_mutex_deinit(&wal->queue_mutex);
    sx_cond_deinit(&wal->queue_changed);
    sx_mutex_deinit(&wal->apply_mutex);
    sx_mutex_deinit(&wal->files_mutex);
    sx_mem_free(mem, wal->dir);
    sx_mem_free(mem, wal);
}

stria_status sx_wal_open(const struct sx_wal_options *options, struct sx_wal **out,
                         stria_error *err)
{
    *out = NULL;
    struct names names = {.mem = options->mem};
    struct sx_wal *wal = wal_create(options);
    if (!wal)
        return sx_mem_refused(options->mem, sizeof *wal, err);
    stria_status st = options->os->ops->list(options->os, wal->dir, add_name, &names, err);
    if (!st && names.failed)
        st = sx_mem_refused(options->mem, names.capacity * sizeof *names.items, err);
    for (size_t i = 0; i < names.count && !st; i++)
        st = open_file(wal, names.items[i], err);
    sx_mem_free(options->mem, names.items);
    if (st) {
        wal_destroy(wal);
        return st;
    }
    *out = wal;
    return STRIA_OK;
}

stria_status sx_wal_close(struct sx_wal *wal, stria_error *err)
{
    if (!wal)
        return STRIA_OK;
    stria_status st = STRIA_OK;
    stria_error ignored = {0};
    if (!wal->failed && wal->unsynced)
        st = sx_wal_sync(wal, err);
    if (!st && !wal->failed)
        (void)sx_wal_write_end(wal, &ignored); /* what was acknowledged is durable without it */
    wal_destroy(wal);
    return st;
}

void sx_wal_keep(struct sx_wal *wal, uint64_t file_no)
{
    for (struct sx_wal_file *file = wal->files; file; file = file->next)
        if (file->header.file_no == file_no)
            file->damaged = file->keep = true;
}

uint64_t sx_wal_next_damaged(const struct sx_wal *wal, uint64_t file_no)
{
    uint64_t next = 0;
    for (const struct sx_wal_file *file = wal->files; file; file = file->next)
        if (file->damaged && file->header.file_no > file_no &&
            (next == 0 || file->header.file_no < next))
            next = file->header.file_no;
    return next;
}

stria_status sx_wal_read(struct sx_wal *wal, uint64_t flushed_generation,
                         const struct sx_replay_options *options, struct sx_replay_result *result,
                         stria_error *err)
{
    struct sx_replay_options replay = *options;
    replay.flushed_generation = flushed_generation;
    for (struct sx_wal_file *file = wal->files; file; file = file->next) {
        file->state = file->header.file_no && file->header.generation > flushed_generation
                          ? SX_WAL_LIVE
                          : SX_WAL_FREE;
        file->used_size = file->size;
    }
    stria_status st = sx_wal_replay(wal->files, &replay, result, err);
    atomic_store(&wal->live_bytes, result->byte_count);
    return st;
}

stria_status sx_wal_unchanged(struct sx_wal *wal, bool *unchanged, stria_error *err)
{
    *unchanged = true;
    for (struct sx_wal_file *file = wal->files; file && *unchanged; file = file->next) {
        struct sx_wal_header header = file->header;
        unsigned copies;
        if (file->state != SX_WAL_LIVE)
            continue;
        stria_status st = sx_wal_file_read_header(file, &copies, err);
        *unchanged = !st && file->header.file_no == header.file_no;
        file->header = header;
        if (st && st != STRIA_CORRUPT) /* CORRUPT: it is being begun */
            return st;
    }
    return STRIA_OK;
}

bool sx_wal_next_place(struct sx_wal *wal, uint64_t flushed_generation, uint64_t last_generation,
                       uint64_t file_no, struct sx_wal_place *place)
{
    bool found = false;
    sx_mutex_lock(&wal->files_mutex);
    for (const struct sx_wal_file *file = wal->files; file; file = file->next) {
        const struct sx_wal_header *h = &file->header;
        if (h->file_no <= file_no || h->generation <= flushed_generation ||
            h->generation > last_generation || (found && h->file_no > place->file_no))
            continue;
        found = true;
        *place = (struct sx_wal_place){.name_no = file->name_no,
                                       .file_no = h->file_no,
                                       .generation = h->generation,
                                       .size = file->size};
    }
    sx_mutex_unlock(&wal->files_mutex);
    return found;
}

stria_status sx_wal_start(struct sx_wal *wal, uint64_t generation, uint64_t next_seq,
                          const struct sx_replay_result *replayed, stria_error *err)
{
    wal->generation = generation;
    wal->next_seq = next_seq;
    wal->next_frame_seq = replayed->next_frame_seq;
    wal->durable_seq = replayed->next_frame_seq - 1;
    for (struct sx_wal_file *file = wal->files; file; file = file->next)
        if (file->state == SX_WAL_LIVE && file->header.file_no == replayed->end_file_no)
            wal->current = file; /* named as the file before in the new header */
    uint64_t good_end = wal->current ? replayed->end_offset : 0;
    struct sx_os *os = wal->options.os;
    /* The names too: of a file that was being made, say, and is used now. */
    stria_status st = os->ops->sync_dir(os, wal->dir, err);
    for (struct sx_wal_file *file = wal->files; file && !st; file = file->next)
        if (file->state == SX_WAL_LIVE)
            st = sx_file_sync(file->file, err);
    return st ? st : sx_wal_switch_file(wal, SX_WAL_ALIGN, good_end, err);
}

/* ---- the pool of files ---- */

void sx_wal_go_on_in(struct sx_wal *wal, struct sx_wal_file *file)
{
    sx_mutex_lock(&wal->files_mutex);
    wal->current = file;
    file->next = wal->files;
    wal->files = file;
    sx_mutex_unlock(&wal->files_mutex);
}

void sx_wal_discard_file(struct sx_wal *wal, struct sx_wal_file *file)
{
    stria_error err = {0};
    struct sx_os *os = wal->options.os;
    if (os->ops->unlink(os, file->path, &err))
        sx_event(wal->options.events, STRIA_LEVEL_WARN, "log_unlink", "text=\"%s\"", err.text);
    sx_wal_file_close(wal->options.mem, file);
}

/* A file whose inode a snapshot shares must never be written again. */
static bool writable(struct sx_wal_file *file)
{
    struct sx_file_info info;
    return !file->keep && !sx_file_info(file->file, &info, NULL) && info.link_count == 1;
}

static struct sx_wal_file *take_free(struct sx_wal *wal, uint64_t size)
{
    struct sx_wal_file *file = NULL;
    sx_mutex_lock(&wal->files_mutex);
    if (wal->spare && wal->spare->size >= size) {
        file = wal->spare;
        wal->spare = NULL;
    }
    for (struct sx_wal_file **at = &wal->files; *at && !file; at = &(*at)->next)
        if ((*at)->state == SX_WAL_FREE && (*at)->size >= size && writable(*at)) {
            file = *at;
            *at = file->next;
            break;
        }
    sx_mutex_unlock(&wal->files_mutex);
    return file;
}

static stria_status create_file(struct sx_wal *wal, uint64_t size, struct sx_wal_file **file,
                                stria_error *err)
{
    sx_mutex_lock(&wal->files_mutex);
    uint32_t name_no = wal->next_name_no++;
    sx_mutex_unlock(&wal->files_mutex);
    return sx_wal_file_create(wal->options.os, wal->options.mem, wal->dir, name_no,
                              sx_wal_align(size), file, err);
}

stria_status sx_wal_take_file(struct sx_wal *wal, uint64_t size, struct sx_wal_file **file,
                              stria_error *err)
{
    *file = take_free(wal, size);
    if (*file)
        return STRIA_OK;
    /* Writers wait for this one, so it is small; large ones are made ahead of need. */
    sx_mutex_lock(&wal->files_mutex);
    uint64_t small = SX_MIN(wal->size_wanted, FILE_SIZE_AT_ONCE);
    sx_mutex_unlock(&wal->files_mutex);
    return create_file(wal, SX_MAX(size, small), file, err);
}

/* Whether a store that is written to has no file for later. files_mutex held. */
static bool lacks_file(struct sx_wal *wal)
{
    bool have = wal->spare != NULL;
    for (struct sx_wal_file *file = wal->files; file && !have; file = file->next)
        have = file->state == SX_WAL_FREE && !file->keep && file->size >= wal->size_wanted;
    /* A store that is hardly written to needs no second file. */
    return !have && atomic_load(&wal->written_bytes) >= SX_WAL_FILE_SIZE_MIN / 2;
}

bool sx_wal_wants_file(struct sx_wal *wal)
{
    if (wal->options.read_only || wal->failed)
        return false;
    sx_mutex_lock(&wal->files_mutex);
    bool wants = lacks_file(wal);
    sx_mutex_unlock(&wal->files_mutex);
    return wants;
}

stria_status sx_wal_prepare_file(struct sx_wal *wal, bool *made, stria_error *err)
{
    *made = false;
    if (!sx_wal_wants_file(wal))
        return STRIA_OK;
    sx_mutex_lock(&wal->files_mutex);
    uint64_t size = wal->size_wanted;
    sx_mutex_unlock(&wal->files_mutex);
    struct sx_wal_file *file = NULL;
    stria_status st = create_file(wal, size, &file, err);
    if (st)
        return st;
    sx_mutex_lock(&wal->files_mutex);
    struct sx_wal_file *old = wal->spare;
    wal->spare = file;
    sx_mutex_unlock(&wal->files_mutex);
    if (old)
        sx_wal_discard_file(wal, old);
    *made = true;
    return STRIA_OK;
}

/* Takes the files that will not be used again out of the list. files_mutex held. */
static struct sx_wal_file *take_surplus(struct sx_wal *wal, uint64_t generation)
{
    struct sx_wal_file *surplus = NULL;
    size_t free_count = 0;
    for (struct sx_wal_file **at = &wal->files; *at;) {
        struct sx_wal_file *file = *at;
        if (file->state == SX_WAL_LIVE && file->header.generation <= generation &&
            file != wal->current)
            file->state = SX_WAL_FREE;
        bool gone =
            file->state == SX_WAL_FREE && !file->damaged &&
            (file->keep || file->size < wal->size_wanted || file->size > wal->file_size_max ||
             ++free_count > SX_WAL_FREE_FILES_MAX || !writable(file));
        if (!gone) {
            at = &file->next;
            continue;
        }
        *at = file->next;
        file->next = surplus;
        surplus = file;
    }
    return surplus;
}

static void discard_all(struct sx_wal *wal, struct sx_wal_file *surplus)
{
    while (surplus) {
        struct sx_wal_file *file = surplus;
        surplus = file->next;
        sx_wal_discard_file(wal, file);
    }
}

void sx_wal_release(struct sx_wal *wal, uint64_t generation)
{
    sx_mutex_lock(&wal->files_mutex);
    struct sx_wal_file *surplus = take_surplus(wal, generation);
    uint64_t ended = 0; /* generations that wait for their flush; their files change no more */
    for (const struct sx_wal_file *file = wal->files; file; file = file->next)
        if (file->state == SX_WAL_LIVE && wal->current &&
            file->header.generation < wal->current->header.generation)
            ended += file->used_size;
    sx_mutex_unlock(&wal->files_mutex);
    discard_all(wal, surplus);
    atomic_store(&wal->live_bytes, ended + atomic_load(&wal->generation_bytes));
}

/* Whether the file at hand holds nothing, and nothing stands before it. files_mutex held. */
static bool holds_nothing(const struct sx_wal *wal)
{
    if (!wal->current || wal->offset != SX_WAL_FIRST_FRAME || wal->unsynced)
        return false;
    for (const struct sx_wal_file *file = wal->files; file; file = file->next)
        if (file != wal->current && file->state != SX_WAL_FREE)
            return false;
    return true;
}

/* Takes what is free out, and with `all` the file at hand. files_mutex held. */
static struct sx_wal_file *take_unused(struct sx_wal *wal, bool all)
{
    struct sx_wal_file *surplus = NULL;
    for (struct sx_wal_file **at = &wal->files; *at;) {
        struct sx_wal_file *file = *at;
        bool gone = file == wal->current ? all : file->state == SX_WAL_FREE && !file->damaged;
        if (!gone) {
            at = &file->next;
            continue;
        }
        *at = file->next;
        file->next = surplus;
        surplus = file;
    }
    if (wal->spare) {
        wal->spare->next = surplus;
        surplus = wal->spare;
        wal->spare = NULL;
    }
    if (all)
        wal->current = NULL;
    return surplus;
}

void sx_wal_trim(struct sx_wal *wal)
{
    sx_mutex_lock(&wal->files_mutex);
    struct sx_wal_file *surplus = take_unused(wal, false);
    sx_mutex_unlock(&wal->files_mutex);
    discard_all(wal, surplus);
}

void sx_wal_shrink(struct sx_wal *wal)
{
    sx_mutex_lock(&wal->files_mutex);
    struct sx_wal_file *surplus = take_unused(wal, holds_nothing(wal));
    sx_mutex_unlock(&wal->files_mutex);
    discard_all(wal, surplus);
}

void sx_wal_limit_files(struct sx_wal *wal, uint64_t size_max)
{
    sx_mutex_lock(&wal->files_mutex);
    wal->file_size_max = SX_MIN(SX_MAX(size_max, SX_WAL_FILE_SIZE_MIN), SX_WAL_FILE_SIZE_MAX);
    wal->size_wanted = SX_MIN(wal->size_wanted, wal->file_size_max);
    sx_mutex_unlock(&wal->files_mutex);
}
