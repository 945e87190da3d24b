/* SPDX-License-Identifier: Apache-2.0 */
/* mortal_os.c -- see mortal_os.h. */
#include "mortal_os.h"

#include "base/attr.h"
#include "base/error.h"

#include <stdlib.h>

struct mortal {
    struct sx_os base; /* first */
    struct sx_os *below;
    bool dead;
};

struct mortal_file {
    struct sx_file base; /* first */
    struct sx_file *below;
};

static struct mortal *mortal_of(struct sx_os *os)
{
    return SX_CONTAINER(os, struct mortal, base);
}

static struct sx_file *below_of(struct sx_file *file)
{
    return SX_CONTAINER(file, struct mortal_file, base)->below;
}

static bool is_dead(struct sx_file *file)
{
    return mortal_of(file->os)->dead;
}

/* ---- files ---- */

static stria_status mortal_open(struct sx_os *os, const char *path, unsigned flags,
                                struct sx_file **out, stria_error *err)
{
    struct mortal *m = mortal_of(os);
    if (m->dead && (flags & SX_OPEN_CREATE))
        return sx_fail(err, STRIA_IO, "%s: the process is dead", path);
    struct mortal_file *file = calloc(1, sizeof *file);
    if (!file)
        abort();
    file->base.os = os;
    stria_status st = sx_os_open(m->below, path, flags, &file->below, err);
    if (st)
        free(file);
    else
        *out = &file->base;
    return st;
}

static void mortal_close(struct sx_file *file)
{
    sx_file_close(below_of(file));
    free(SX_CONTAINER(file, struct mortal_file, base));
}

static stria_status mortal_pread(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                                 size_t *got, stria_error *err)
{
    return sx_file_pread(below_of(file), bytes, size, offset, got, err);
}

static stria_status mortal_pwritev(struct sx_file *file, const struct sx_iov *iov, size_t count,
                                   uint64_t offset, stria_error *err)
{
    stria_status st =
        is_dead(file) ? STRIA_OK : sx_file_pwritev(below_of(file), iov, count, offset, err);
    return is_dead(file) ? STRIA_OK : st; /* it may die in the middle of it */
}

static stria_status mortal_sync(struct sx_file *file, stria_error *err)
{
    return is_dead(file) ? STRIA_OK : sx_file_sync(below_of(file), err);
}

static stria_status mortal_info(struct sx_file *file, struct sx_file_info *info, stria_error *err)
{
    return sx_file_info(below_of(file), info, err);
}

static stria_status mortal_lock(struct sx_file *file, uint64_t offset, uint64_t len, bool exclusive,
                                stria_error *err)
{
    struct sx_file *below = below_of(file);
    return below->os->ops->lock(below, offset, len, exclusive, err);
}

static stria_status mortal_unlock(struct sx_file *file, uint64_t offset, uint64_t len,
                                  stria_error *err)
{
    struct sx_file *below = below_of(file);
    return below->os->ops->unlock(below, offset, len, err);
}

/* ---- names ---- */

static stria_status mortal_stat(struct sx_os *os, const char *path, struct sx_file_info *info,
                                stria_error *err)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->stat(below, path, info, err);
}

static stria_status mortal_mkdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct mortal *m = mortal_of(os);
    return m->dead ? STRIA_OK : m->below->ops->mkdir(m->below, path, err);
}

static stria_status mortal_sync_dir(struct sx_os *os, const char *path, stria_error *err)
{
    struct mortal *m = mortal_of(os);
    return m->dead ? STRIA_OK : m->below->ops->sync_dir(m->below, path, err);
}

static stria_status mortal_list(struct sx_os *os, const char *path, sx_list_each each,
                                void *context, stria_error *err)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->list(below, path, each, context, err);
}

static stria_status mortal_unlink(struct sx_os *os, const char *path, stria_error *err)
{
    struct mortal *m = mortal_of(os);
    return m->dead ? STRIA_OK : m->below->ops->unlink(m->below, path, err);
}

static stria_status mortal_rmdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct mortal *m = mortal_of(os);
    return m->dead ? STRIA_OK : m->below->ops->rmdir(m->below, path, err);
}

static stria_status mortal_link(struct sx_os *os, const char *from, const char *to,
                                stria_error *err)
{
    struct mortal *m = mortal_of(os);
    return m->dead ? STRIA_OK : m->below->ops->link(m->below, from, to, err);
}

static stria_status mortal_space(struct sx_os *os, const char *path, struct sx_space *space,
                                 stria_error *err)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->space(below, path, space, err);
}

/* ---- the rest ---- */

static int64_t mortal_now_ns(struct sx_os *os)
{
    return sx_os_now_ns(mortal_of(os)->below);
}

static int64_t mortal_mono_ns(struct sx_os *os)
{
    return sx_os_mono_ns(mortal_of(os)->below);
}

static stria_status mortal_random(struct sx_os *os, void *bytes, size_t size, stria_error *err)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->random(below, bytes, size, err);
}

static void mortal_sleep_ns(struct sx_os *os, int64_t duration_ns)
{
    struct sx_os *below = mortal_of(os)->below;
    below->ops->sleep_ns(below, duration_ns);
}

static stria_status mortal_thread_start(struct sx_os *os, void (*body)(void *context),
                                        void *context, struct sx_thread **thread, stria_error *err)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->thread_start(below, body, context, thread, err);
}

static void mortal_thread_join(struct sx_thread *thread)
{
    (void)thread; /* none is ever started: the disk in memory refuses */
}

static uint64_t mortal_process_id(struct sx_os *os)
{
    struct sx_os *below = mortal_of(os)->below;
    return below->ops->process_id(below);
}

static const struct sx_os_ops mortal_ops = {
    .open = mortal_open,
    .close = mortal_close,
    .pread = mortal_pread,
    .pwritev = mortal_pwritev,
    .sync = mortal_sync,
    .file_info = mortal_info,
    .stat = mortal_stat,
    .mkdir = mortal_mkdir,
    .sync_dir = mortal_sync_dir,
    .list = mortal_list,
    .unlink = mortal_unlink,
    .rmdir = mortal_rmdir,
    .link = mortal_link,
    .space = mortal_space,
    .lock = mortal_lock,
    .unlock = mortal_unlock,
    .now_ns = mortal_now_ns,
    .mono_ns = mortal_mono_ns,
    .random = mortal_random,
    .sleep_ns = mortal_sleep_ns,
    .thread_start = mortal_thread_start,
    .thread_join = mortal_thread_join,
    .process_id = mortal_process_id,
};

struct sx_os *mortal_os_create(struct sx_os *below)
{
    struct mortal *m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->base.ops = &mortal_ops;
    m->below = below;
    return &m->base;
}

void mortal_os_destroy(struct sx_os *os)
{
    free(mortal_of(os));
}

void mortal_os_kill(struct sx_os *os)
{
    mortal_of(os)->dead = true;
}

bool mortal_os_is_dead(const struct sx_os *os)
{
    return ((const struct mortal *)(const void *)os)->dead; /* base is first */
}
