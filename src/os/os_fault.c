/* SPDX-License-Identifier: Apache-2.0 */
/* os_fault.c -- see os_fault.h.
 *
 * Algorithm   Every call that can fail is counted and carries traits: whether it takes space, a
 *             descriptor, and so on. An errno says which traits a call must have so that it makes
 *             sense there; the first sensible call from the Nth on fails.
 * Threads     The counters are atomic; of two calls that race for the fault one gets it. */
#include "os/os_fault.h"

#include "os/os_mem.h"
#include "os/os_mem_priv.h"
#include "os/os_priv.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum trait {
    TAKES_SPACE = 1,      /* may need blocks of the disk */
    TAKES_DESCRIPTOR = 2, /* opens something */
    CHANGES = 4,          /* refused on a disk that is read-only */
    NAMES = 8,            /* subject to permissions of folders */
    TOUCHES_DISK = 16,
    LOCKS = 32,
    STARTS = 64,
};

/* What a call must have, one of these, to fail so; errnos that are not here fit every call. */
static const struct sense {
    int os_errno;
    unsigned traits;
} senses[] = {
    {EIO, TOUCHES_DISK},
    {ENOSPC, TAKES_SPACE},
    {EDQUOT, TAKES_SPACE},
    {EFBIG, TAKES_SPACE},
    {EMFILE, TAKES_DESCRIPTOR},
    {ENFILE, TAKES_DESCRIPTOR},
    {EROFS, CHANGES},
    {EACCES, NAMES},
    {EPERM, NAMES},
    {ENOLCK, LOCKS},
    {EAGAIN, STARTS},
};

struct fault {
    struct sx_mem mem; /* the root; first */
    struct sx_os base;
    struct sx_os *below;
    struct sx_os_fault_options options;
    unsigned wanted_traits; /* 0: any */
    _Atomic uint64_t call_count;
    _Atomic(const char *) failed_name; /* NULL: none yet */
};

struct fault_file {
    struct sx_file base;
    struct sx_file *below;
    char path[]; /* as it was opened; for texts */
};

/* What thread_start gives out for a struct sx_thread. */
struct fault_thread {
    struct fault *fault;
    struct sx_thread *below;
};

static struct fault *fault_of(const struct sx_os *os)
{
    return SX_CONTAINER(os, struct fault, base);
}

static struct fault_file *fault_file_of(struct sx_file *file)
{
    return SX_CONTAINER(file, struct fault_file, base);
}

/* Counts a call and tells whether it is to fail. Names are compared by text: a kind is a member of
 * the table. */
static bool strikes(struct fault *fault, const char *name, unsigned traits)
{
    uint64_t call = atomic_fetch_add(&fault->call_count, 1) + 1;
    if (!fault->options.fail_at || call < fault->options.fail_at)
        return false;
    if (fault->wanted_traits && !(fault->wanted_traits & traits))
        return false;
    const char *failed = NULL;
    if (atomic_compare_exchange_strong(&fault->failed_name, &failed, name))
        return true;
    return fault->options.for_ever && strcmp(failed, name) == 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static stria_status fault_open(struct sx_os *os, const char *path, unsigned flags,
                               struct sx_file **file, stria_error *err)
{
    struct fault *fault = fault_of(os);
    unsigned traits = TAKES_DESCRIPTOR | NAMES | TOUCHES_DISK;
    traits |= flags & SX_OPEN_CREATE ? TAKES_SPACE | CHANGES : 0;
    traits |= flags & SX_OPEN_WRITE ? CHANGES : 0;
    *file = NULL;
    if (strikes(fault, "open", traits))
        return sx_os_fail(err, fault->options.os_errno, "open %s", path);
    size_t size = strlen(path) + 1;
    struct fault_file *opened = sx_mem_alloc(&fault->mem, sizeof *opened + size);
    if (!opened)
        return sx_os_fail(err, ENOMEM, "open %s", path);
    stria_status st = sx_os_open(fault->below, path, flags, &opened->below, err);
    if (st) {
        sx_mem_free(&fault->mem, opened);
        return st;
    }
    opened->base.os = os;
    memcpy(opened->path, path, size);
    *file = &opened->base;
    return STRIA_OK;
}

static void fault_close(struct sx_file *file)
{
    struct fault_file *closed = fault_file_of(file);
    sx_file_close(closed->below);
    sx_mem_free(&fault_of(file->os)->mem, closed);
}

static stria_status fault_pread(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                                size_t *got, stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *from = fault_file_of(file);
    *got = 0;
    if (strikes(fault, "pread", TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "pread %s at %" PRIu64, from->path, offset);
    return sx_file_pread(from->below, bytes, size, offset, got, err);
}

/* Writes the first half of the bytes; whether that works does not matter. */
static void write_half(struct sx_file *below, const struct sx_iov *iov, size_t iov_count,
                       uint64_t offset)
{
    struct sx_iov half[SX_IOV_MAX];
    size_t size = 0, count = 0;
    assert(iov_count <= SX_IOV_MAX);
    for (size_t i = 0; i < iov_count; i++)
        size += iov[i].len;
    for (size_t left = size / 2; left; count++) {
        half[count] = iov[count];
        half[count].len = SX_MIN(iov[count].len, left);
        left -= half[count].len;
    }
    (void)sx_file_pwritev(below, half, count, offset, NULL);
}

static stria_status fault_pwritev(struct sx_file *file, const struct sx_iov *iov, size_t iov_count,
                                  uint64_t offset, stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *to = fault_file_of(file);
    if (!strikes(fault, "pwritev", TAKES_SPACE | CHANGES | TOUCHES_DISK))
        return sx_file_pwritev(to->below, iov, iov_count, offset, err);
    if (fault->options.partial_write)
        write_half(to->below, iov, iov_count, offset);
    return sx_os_fail(err, fault->options.os_errno, "pwritev %s at %" PRIu64, to->path, offset);
}

static stria_status fault_sync(struct sx_file *file, stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *synced = fault_file_of(file);
    if (!strikes(fault, "sync", TAKES_SPACE | CHANGES | TOUCHES_DISK))
        return sx_file_sync(synced->below, err);
    (void)sx_os_mem_fail_sync(synced->below);
    return sx_os_fail(err, fault->options.os_errno, "fdatasync %s", synced->path);
}

static stria_status fault_file_info(struct sx_file *file, struct sx_file_info *info,
                                    stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *asked = fault_file_of(file);
    if (strikes(fault, "file_info", TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "fstat %s", asked->path);
    return sx_file_info(asked->below, info, err);
}

static stria_status fault_lock(struct sx_file *file, uint64_t offset, uint64_t len, bool exclusive,
                               stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *locked = fault_file_of(file);
    if (strikes(fault, "lock", LOCKS))
        return sx_os_fail(err, fault->options.os_errno, "lock %s", locked->path);
    return fault->below->ops->lock(locked->below, offset, len, exclusive, err);
}

static stria_status fault_unlock(struct sx_file *file, uint64_t offset, uint64_t len,
                                 stria_error *err)
{
    struct fault *fault = fault_of(file->os);
    struct fault_file *unlocked = fault_file_of(file);
    if (strikes(fault, "unlock", LOCKS))
        return sx_os_fail(err, fault->options.os_errno, "unlock %s", unlocked->path);
    return fault->below->ops->unlock(unlocked->below, offset, len, err);
}

/* ---- names ---------------------------------------------------------------------------------- */

static stria_status fault_stat(struct sx_os *os, const char *path, struct sx_file_info *info,
                               stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "stat", NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "stat %s", path);
    return fault->below->ops->stat(fault->below, path, info, err);
}

static stria_status fault_mkdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "mkdir", TAKES_SPACE | CHANGES | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "mkdir %s", path);
    return fault->below->ops->mkdir(fault->below, path, err);
}

static stria_status fault_sync_dir(struct sx_os *os, const char *path, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "sync_dir", TAKES_DESCRIPTOR | TAKES_SPACE | CHANGES | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "fsync directory %s", path);
    return fault->below->ops->sync_dir(fault->below, path, err);
}

static stria_status fault_list(struct sx_os *os, const char *path, sx_list_each each, void *context,
                               stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "list", TAKES_DESCRIPTOR | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "open directory %s", path);
    return fault->below->ops->list(fault->below, path, each, context, err);
}

static stria_status fault_unlink(struct sx_os *os, const char *path, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "unlink", CHANGES | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "unlink %s", path);
    return fault->below->ops->unlink(fault->below, path, err);
}

static stria_status fault_rmdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "rmdir", CHANGES | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "rmdir %s", path);
    return fault->below->ops->rmdir(fault->below, path, err);
}

static stria_status fault_link(struct sx_os *os, const char *from, const char *to, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "link", TAKES_SPACE | CHANGES | NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "link %s to %s", from, to);
    return fault->below->ops->link(fault->below, from, to, err);
}

static stria_status fault_space(struct sx_os *os, const char *path, struct sx_space *space,
                                stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "space", NAMES | TOUCHES_DISK))
        return sx_os_fail(err, fault->options.os_errno, "statvfs %s", path);
    return fault->below->ops->space(fault->below, path, space, err);
}

/* ---- clock, chance, threads ----------------------------------------------------------------- */

static int64_t fault_now_ns(struct sx_os *os)
{
    return sx_os_now_ns(fault_of(os)->below);
}

static int64_t fault_mono_ns(struct sx_os *os)
{
    return sx_os_mono_ns(fault_of(os)->below);
}

static stria_status fault_random(struct sx_os *os, void *bytes, size_t size, stria_error *err)
{
    struct fault *fault = fault_of(os);
    if (strikes(fault, "random", 0))
        return sx_os_fail(err, fault->options.os_errno, "getrandom");
    return fault->below->ops->random(fault->below, bytes, size, err);
}

static void fault_sleep_ns(struct sx_os *os, int64_t duration_ns)
{
    struct sx_os *below = fault_of(os)->below;
    below->ops->sleep_ns(below, duration_ns);
}

static stria_status fault_thread_start(struct sx_os *os, void (*body)(void *context), void *context,
                                       struct sx_thread **thread, stria_error *err)
{
    struct fault *fault = fault_of(os);
    *thread = NULL;
    if (strikes(fault, "thread_start", STARTS))
        return sx_os_fail(err, fault->options.os_errno, "start a thread");
    struct fault_thread *started = sx_mem_alloc(&fault->mem, sizeof *started);
    if (!started)
        return sx_os_fail(err, ENOMEM, "start a thread");
    started->fault = fault;
    stria_status st =
        fault->below->ops->thread_start(fault->below, body, context, &started->below, err);
    if (st) {
        sx_mem_free(&fault->mem, started);
        return st;
    }
    *thread = (struct sx_thread *)(void *)started;
    return STRIA_OK;
}

static void fault_thread_join(struct sx_thread *thread)
{
    struct fault_thread *joined = (struct fault_thread *)(void *)thread;
    joined->fault->below->ops->thread_join(joined->below);
    sx_mem_free(&joined->fault->mem, joined);
}

static uint64_t fault_process_id(struct sx_os *os)
{
    struct sx_os *below = fault_of(os)->below;
    return below->ops->process_id(below);
}

static const struct sx_os_ops fault_ops = {
    .open = fault_open,
    .close = fault_close,
    .pread = fault_pread,
    .pwritev = fault_pwritev,
    .sync = fault_sync,
    .file_info = fault_file_info,
    .stat = fault_stat,
    .mkdir = fault_mkdir,
    .sync_dir = fault_sync_dir,
    .list = fault_list,
    .unlink = fault_unlink,
    .rmdir = fault_rmdir,
    .link = fault_link,
    .space = fault_space,
    .lock = fault_lock,
    .unlock = fault_unlock,
    .now_ns = fault_now_ns,
    .mono_ns = fault_mono_ns,
    .random = fault_random,
    .sleep_ns = fault_sleep_ns,
    .thread_start = fault_thread_start,
    .thread_join = fault_thread_join,
    .process_id = fault_process_id,
};

struct sx_os *sx_os_fault_create(struct sx_os *below, const struct sx_os_fault_options *options)
{
    struct fault *fault = sx_disk_root_create(sizeof *fault, "failing table");
    if (!fault)
        return NULL;
    fault->base.ops = &fault_ops;
    fault->below = below;
    fault->options = *options;
    atomic_init(&fault->call_count, 0);
    atomic_init(&fault->failed_name, NULL);
    for (size_t i = 0; i < SX_COUNT_OF(senses); i++)
        if (senses[i].os_errno == options->os_errno)
            fault->wanted_traits = senses[i].traits;
    return &fault->base;
}

void sx_os_fault_destroy(struct sx_os *os)
{
    if (os)
        sx_disk_root_destroy(fault_of(os));
}

bool sx_os_fault_fired(const struct sx_os *os)
{
    return atomic_load(&fault_of(os)->failed_name) != NULL;
}

uint64_t sx_os_fault_calls(const struct sx_os *os)
{
    return atomic_load(&fault_of(os)->call_count);
}

const char *sx_os_fault_call_name(const struct sx_os *os)
{
    const char *name = atomic_load(&fault_of(os)->failed_name);
    return name ? name : "";
}
