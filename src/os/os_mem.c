/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem.c -- the table of the disk in memory, and its calls on files: see os_mem.h for the model,
 * os_mem_priv.h for the parts.
 *
 * Why         Each call locks the disk, lets os_mem_node.c do the work, writes its line of the
 *             trace and tells a failure in the words of the real table.
 * Threads     One lock a disk. */
#include "os/os_mem.h"

#include "base/error.h"
#include "os/os_mem_priv.h"
#include "os/os_priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PROCESS_ID 1000

struct mem_file {
    struct sx_file base;
    struct sx_disk_node *node;
    unsigned flags;
    char path[]; /* as it was opened */
};

static struct mem_file *mem_file_of(struct sx_file *file)
{
    return SX_CONTAINER(file, struct mem_file, base);
}

/* Whether open is to make the file. */
static bool would_create(struct sx_disk *disk, const char *path, unsigned flags)
{
    struct sx_disk_place place;
    if (!(flags & SX_OPEN_CREATE))
        return false;
    sx_disk_enter(disk);
    bool missing = sx_disk_find(disk, path, &place) == 0 && !place.node;
    sx_disk_leave(disk);
    return missing;
}

/* The node to open, with a reference for the handle. */
static int open_node(struct sx_disk *disk, const char *path, unsigned flags,
                     struct sx_disk_node **node, bool *created)
{
    struct sx_disk_place place;
    int error = sx_disk_find(disk, path, &place);
    *created = false;
    if (error)
        return error;
    if (place.node && flags & SX_OPEN_CREATE && flags & SX_OPEN_EXCLUSIVE)
        return EEXIST;
    if (place.node && place.node->is_directory)
        return EISDIR;
    if (place.node) {
        *node = sx_disk_node_acquire(place.node);
        return 0;
    }
    if (!(flags & SX_OPEN_CREATE))
        return ENOENT;
    *node = sx_disk_node_create(disk, false);
    if (!*node)
        return ENOMEM;
    error = sx_disk_add_name(disk, &place, *node);
    if (error)
        sx_disk_node_release(disk, *node);
    *created = !error;
    return error;
}

static stria_status mem_open(struct sx_os *os, const char *path, unsigned flags,
                             struct sx_file **file, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    *file = NULL;
    if (would_create(disk, path, flags))
        sx_disk_enter_mutation(disk);
    else
        sx_disk_enter(disk);
    size_t size = strlen(path) + 1;
    bool created = false;
    struct mem_file *opened = sx_mem_alloc(&disk->family->mem, sizeof *opened + size);
    int error = opened ? open_node(disk, path, flags, &opened->node, &created) : ENOMEM;
    if (!error) {
        opened->base.os = os;
        opened->flags = flags;
        memcpy(opened->path, path, size);
        opened->node->open_count++;
        disk->open_count++;
        *file = &opened->base;
    } else {
        sx_mem_free(&disk->family->mem, opened);
    }
    sx_disk_trace(disk, error, "%s %s", created ? "create" : "open", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "open %s", path) : STRIA_OK;
}

static void mem_close(struct sx_file *file)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *closed = mem_file_of(file);
    struct sx_disk_node *node = closed->node;
    sx_disk_enter(disk);
    sx_disk_trace(disk, 0, "close %s", closed->path);
    (void)sx_disk_node_unlock(disk, node, file, 0, UINT64_MAX); /* whole locks: cannot fail */
    node->open_count--;
    disk->open_count--;
    sx_disk_node_settle_space(disk, node);
    sx_disk_node_release(disk, node);
    sx_mem_free(&disk->family->mem, closed);
    sx_disk_leave(disk);
}

static stria_status mem_pread(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                              size_t *got, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *from = mem_file_of(file);
    sx_disk_enter(disk);
    uint64_t end = sx_disk_content_size(from->node->live);
    int error = offset > INT64_MAX ? EINVAL : 0;
    *got = error || offset >= end ? 0 : SX_MIN(size, end - offset);
    sx_disk_content_read(from->node->live, offset, bytes, *got);
    sx_disk_trace(disk, error, "pread %s %" PRIu64 "+%zu", from->path, offset, *got);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "pread %s at %" PRIu64, from->path, offset) : STRIA_OK;
}

static int write_pieces(struct sx_disk *disk, const struct mem_file *to, const struct sx_iov *iov,
                        size_t iov_count, uint64_t offset)
{
    if (!(to->flags & SX_OPEN_WRITE))
        return EBADF;
    if (offset > INT64_MAX)
        return EINVAL;
    for (size_t i = 0; i < iov_count; i++) {
        if (iov[i].len == 0)
            continue;
        if (iov[i].len > INT64_MAX - offset)
            return EFBIG;
        uint64_t end = sx_disk_node_take_space(disk, to->node, offset + iov[i].len);
        size_t size = end > offset ? SX_MIN(iov[i].len, end - offset) : 0;
        int error = sx_disk_node_write(disk, to->node, iov[i].ptr, size, offset);
        if (error)
            return error;
        if (size < iov[i].len)
            return ENOSPC;
        offset += size;
    }
    return 0;
}

static stria_status mem_pwritev(struct sx_file *file, const struct sx_iov *iov, size_t iov_count,
                                uint64_t offset, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *to = mem_file_of(file);
    size_t size = 0;
    assert(iov_count <= SX_IOV_MAX);
    for (size_t i = 0; i < iov_count; i++)
        size += iov[i].len;
    sx_disk_enter_mutation(disk);
    int error = write_pieces(disk, to, iov, iov_count, offset);
    sx_disk_trace(disk, error, "pwritev %s %" PRIu64 "+%zu", to->path, offset, size);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "pwritev %s at %" PRIu64, to->path, offset) : STRIA_OK;
}

static stria_status mem_sync(struct sx_file *file, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *synced = mem_file_of(file);
    sx_disk_enter_mutation(disk);
    int error = sx_disk_node_sync(disk, synced->node);
    sx_disk_trace(disk, error, "sync %s", synced->path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "fdatasync %s", synced->path) : STRIA_OK;
}

bool sx_os_mem_fail_sync(struct sx_file *file)
{
    if (file->os->ops != &sx_disk_ops)
        return false;
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *failed = mem_file_of(file);
    sx_disk_enter(disk);
    sx_disk_node_fail_sync(failed->node);
    sx_disk_trace(disk, EIO, "sync %s", failed->path);
    sx_disk_leave(disk);
    return true;
}

static stria_status mem_file_info(struct sx_file *file, struct sx_file_info *info, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    (void)err;
    sx_disk_enter(disk);
    sx_disk_node_info(info, mem_file_of(file)->node);
    sx_disk_trace(disk, 0, "file_info %s", mem_file_of(file)->path);
    sx_disk_leave(disk);
    return STRIA_OK;
}

static int check_range(const struct mem_file *file, uint64_t offset, uint64_t len, bool exclusive)
{
    if (len == 0 || offset > INT64_MAX || len > INT64_MAX - offset)
        return EINVAL;
    return exclusive && !(file->flags & SX_OPEN_WRITE) ? EBADF : 0;
}

static stria_status mem_lock(struct sx_file *file, uint64_t offset, uint64_t len, bool exclusive,
                             stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *locked = mem_file_of(file);
    sx_disk_enter(disk);
    int error = check_range(locked, offset, len, exclusive);
    if (!error)
        error = sx_disk_node_lock(disk, locked->node, file, offset, offset + len, exclusive);
    sx_disk_trace(disk, error, "lock %s %" PRIu64 "+%" PRIu64 " %s", locked->path, offset, len,
                  exclusive ? "exclusive" : "shared");
    sx_disk_leave(disk);
    if (error == EAGAIN)
        return sx_os_fail_locked(err, locked->path);
    return error ? sx_os_fail(err, error, "lock %s", locked->path) : STRIA_OK;
}

static stria_status mem_unlock(struct sx_file *file, uint64_t offset, uint64_t len,
                               stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(file->os);
    struct mem_file *unlocked = mem_file_of(file);
    sx_disk_enter(disk);
    int error = check_range(unlocked, offset, len, false);
    if (!error)
        error = sx_disk_node_unlock(disk, unlocked->node, file, offset, offset + len);
    sx_disk_trace(disk, error, "unlock %s %" PRIu64 "+%" PRIu64, unlocked->path, offset, len);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "unlock %s", unlocked->path) : STRIA_OK;
}

/* ---- chance and threads --------------------------------------------------------------------- */

static stria_status mem_random(struct sx_os *os, void *bytes, size_t size, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    (void)err;
    sx_disk_enter(disk);
    sx_disk_random(&disk->random, bytes, size);
    sx_disk_leave(disk);
    return STRIA_OK;
}

static stria_status mem_thread_start(struct sx_os *os, void (*body)(void *context), void *context,
                                     struct sx_thread **thread, stria_error *err)
{
    (void)os;
    (void)body;
    (void)context;
    *thread = NULL;
    return sx_fail_errno(err, STRIA_UNSUPPORTED, ENOTSUP,
                         "start a thread: the disk in memory is for steps by hand");
}

static void mem_thread_join(struct sx_thread *thread)
{
    (void)thread;
    assert(!thread); /* none was started */
}

static uint64_t mem_process_id(struct sx_os *os)
{
    (void)os;
    return PROCESS_ID;
}

const struct sx_os_ops sx_disk_ops = {
    .open = mem_open,
    .close = mem_close,
    .pread = mem_pread,
    .pwritev = mem_pwritev,
    .sync = mem_sync,
    .file_info = mem_file_info,
    .stat = sx_disk_stat,
    .mkdir = sx_disk_mkdir,
    .sync_dir = sx_disk_sync_dir,
    .list = sx_disk_list,
    .unlink = sx_disk_unlink,
    .rmdir = sx_disk_rmdir,
    .link = sx_disk_link,
    .space = sx_disk_space,
    .lock = mem_lock,
    .unlock = mem_unlock,
    .now_ns = sx_disk_now_ns,
    .mono_ns = sx_disk_mono_ns,
    .random = mem_random,
    .sleep_ns = sx_disk_sleep_ns,
    .thread_start = mem_thread_start,
    .thread_join = mem_thread_join,
    .process_id = mem_process_id,
};
