/* SPDX-License-Identifier: Apache-2.0 */
/* files.c -- see files.h. */
#include "segment/files.h"

#include <assert.h>

#define CLOSED_AT_ONCE 4

void sx_segment_files_init(struct sx_segment_files *files, size_t count_max)
{
    *files = (struct sx_segment_files){.count_max = count_max};
    sx_mutex_init(&files->mutex);
}

void sx_segment_files_deinit(struct sx_segment_files *files)
{
    assert(files->count == 0);
    sx_mutex_deinit(&files->mutex);
}

/* ---- the ring; the mutex is held ---- */

static void add(struct sx_segment_files *files, struct sx_kept_file *kept)
{
    if (!files->hand) {
        kept->previous = kept->next = kept;
        files->hand = kept;
    } else { /* behind the hand: it comes to this one last */
        kept->next = files->hand;
        kept->previous = files->hand->previous;
        kept->previous->next = kept;
        files->hand->previous = kept;
    }
    files->count++;
}

static void take_out(struct sx_segment_files *files, struct sx_kept_file *kept)
{
    if (files->hand == kept)
        files->hand = kept->next == kept ? NULL : kept->next;
    kept->previous->next = kept->next;
    kept->next->previous = kept->previous;
    kept->previous = kept->next = NULL;
    files->count--;
}

/* A file that may be closed, out of the ring; NULL: all are in use. */
static struct sx_file *find_idle(struct sx_segment_files *files)
{
    for (size_t steps = 2 * files->count; steps > 0 && files->hand; steps--) {
        struct sx_kept_file *kept = files->hand;
        files->hand = kept->next;
        if (atomic_exchange_explicit(&kept->marked, false, memory_order_relaxed) ||
            atomic_load_explicit(&kept->users, memory_order_relaxed))
            continue;
        struct sx_file *file = atomic_exchange(&kept->file, NULL);
        if (atomic_load(&kept->users) == 0) {
            take_out(files, kept);
            return file;
        }
        atomic_store(&kept->file, file); /* somebody came in between */
    }
    return NULL;
}

/* ---- taking and giving ---- */

/* The file, if it is open, with a use for the caller. */
static struct sx_file *take_open(struct sx_kept_file *kept)
{
    atomic_fetch_add(&kept->users, 1);
    struct sx_file *file = atomic_load(&kept->file);
    if (!file)
        atomic_fetch_sub(&kept->users, 1);
    return file;
}

/* Puts a file that was just opened into the ring, unless somebody else was faster; *surplus: what
 * is to be closed. Returns the file to use, with a use. */
static struct sx_file *put_open(struct sx_segment_files *files, struct sx_kept_file *kept,
                                struct sx_file *file, struct sx_file **surplus)
{
    size_t surplus_count = 0;
    sx_mutex_lock(&files->mutex);
    struct sx_file *other = take_open(kept);
    if (other) {
        surplus[0] = file;
        sx_mutex_unlock(&files->mutex);
        return other;
    }
    atomic_fetch_add(&kept->users, 1);
    atomic_store(&kept->file, file);
    add(files, kept);
    while (files->count > files->count_max && surplus_count < CLOSED_AT_ONCE) {
        struct sx_file *idle = find_idle(files);
        if (!idle)
            break;
        surplus[surplus_count++] = idle;
    }
    sx_mutex_unlock(&files->mutex);
    return file;
}

stria_status sx_segment_files_take(struct sx_segment_files *files, struct sx_kept_file *kept,
                                   struct sx_os *os, const char *path, struct sx_file **file,
                                   stria_error *err)
{
    struct sx_file *surplus[CLOSED_AT_ONCE] = {0}, *opened = NULL;
    *file = take_open(kept);
    if (SX_LIKELY(*file)) { /* one that is used only once is the first to go */
        atomic_store_explicit(&kept->marked, true, memory_order_relaxed);
        return STRIA_OK;
    }
    stria_status st = sx_os_open(os, path, SX_OPEN_READ, &opened, err);
    if (st)
        return st;
    *file = put_open(files, kept, opened, surplus);
    for (size_t i = 0; i < CLOSED_AT_ONCE; i++)
        sx_file_close(surplus[i]);
    return STRIA_OK;
}

void sx_segment_files_give(struct sx_kept_file *kept)
{
    atomic_fetch_sub(&kept->users, 1);
}

void sx_segment_files_close(struct sx_segment_files *files, struct sx_kept_file *kept)
{
    sx_mutex_lock(&files->mutex);
    struct sx_file *file = atomic_exchange(&kept->file, NULL);
    if (file)
        take_out(files, kept);
    sx_mutex_unlock(&files->mutex);
    sx_file_close(file);
}
