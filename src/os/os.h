/* SPDX-License-Identifier: Apache-2.0 */
/* os.h -- everything the library asks of the operating system, in one table.
 *
 * Why         Durability can only be proved if a test can stand where the kernel stands: os_mem.c
 *             forgets what was not synced, os_fault.c fails the Nth call, os_posix.c is the real
 *             one. No other folder makes a system call (tools/check_layers enforces it).
 * Paths       NUL-terminated, with '/'; relative ones are relative to the working directory, which
 *             is "" or "." itself.
 * Errors      Each call writes path, call and reason to *err: DISK_FULL for ENOSPC and EDQUOT,
 *             NOT_FOUND for ENOENT, EXISTS for EEXIST, READ_ONLY for EROFS, IO for the rest;
 *             os_errno is always set.
 * Threads     A table may be used by any number of threads; a file too, but close must be last. */
#ifndef SX_OS_OS_H
#define SX_OS_OS_H

#include "base/bytes.h"
#include "base/mem.h"
#include "stria.h"

struct sx_os;
struct sx_file;   /* an open file; made by an implementation */
struct sx_thread; /* a running thread */

enum sx_open_flag {
    SX_OPEN_READ = 1,      /* may be read */
    SX_OPEN_WRITE = 2,     /* may be written; implies READ */
    SX_OPEN_CREATE = 4,    /* make it if it is not there, mode 0640 */
    SX_OPEN_EXCLUSIVE = 8, /* with CREATE: EXISTS if it is there */
};

/* One piece of a gathered write. */
struct sx_iov {
    const void *ptr;
    size_t len;
};

struct sx_file_info {
    uint64_t size;       /* bytes */
    uint64_t link_count; /* names of the file */
    bool is_directory;
};

struct sx_space {
    uint64_t free_size; /* bytes an unprivileged process may still take */
    uint64_t total_size;
};

/* Called for each name in a directory ("." and ".." left out), in no order; false stops. */
typedef bool (*sx_list_each)(void *context, const char *name, bool is_directory);

struct sx_os_ops {
    /* files: regular ones only; opening anything else is IO (EISDIR for a directory) */
    stria_status (*open)(struct sx_os *os, const char *path, unsigned flags, struct sx_file **file,
                         stria_error *err);
    void (*close)(struct sx_file *file);
    /* Reads up to `size` bytes; *got is less only at the end of the file. */
    stria_status (*pread)(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                          size_t *got, stria_error *err);
    /* Writes all pieces (at most SX_IOV_MAX) at `offset`, in as many system calls as it takes; on
     * failure any part may be written. */
    stria_status (*pwritev)(struct sx_file *file, const struct sx_iov *iov, size_t iov_count,
                            uint64_t offset, stria_error *err);
    /* Makes the file's bytes (and its size) durable: fdatasync. After a failure the state of what
     * was not synced before is unknown, and no later success means anything for it. */
    stria_status (*sync)(struct sx_file *file, stria_error *err);
    stria_status (*file_info)(struct sx_file *file, struct sx_file_info *info, stria_error *err);

    /* names */
    stria_status (*stat)(struct sx_os *os, const char *path, struct sx_file_info *info,
                         stria_error *err);
    stria_status (*mkdir)(struct sx_os *os, const char *path, stria_error *err); /* mode 0750 */
    /* Makes the names in a directory durable: fsync on it. */
    stria_status (*sync_dir)(struct sx_os *os, const char *path, stria_error *err);
    stria_status (*list)(struct sx_os *os, const char *path, sx_list_each each, void *context,
                         stria_error *err);
    stria_status (*unlink)(struct sx_os *os, const char *path, stria_error *err);
    /* Takes an empty directory away. */
    stria_status (*rmdir)(struct sx_os *os, const char *path, stria_error *err);
    /* Hard link. */
    stria_status (*link)(struct sx_os *os, const char *from, const char *to, stria_error *err);
    stria_status (*space)(struct sx_os *os, const char *path, struct sx_space *space,
                          stria_error *err);

    /* Locks bytes [offset, offset + len), len > 0, of a file for this handle (OFD lock), without
     * waiting: LOCKED if another handle, in any process, stands against it. Where this handle has a
     * lock already, the new one takes its place. Shared locks need READ, exclusive ones WRITE. Gone
     * when the file is closed or the process dies. */
    stria_status (*lock)(struct sx_file *file, uint64_t offset, uint64_t len, bool exclusive,
                         stria_error *err);
    stria_status (*unlock)(struct sx_file *file, uint64_t offset, uint64_t len, stria_error *err);

    /* clock, chance, threads */
    int64_t (*now_ns)(struct sx_os *os);  /* since 1970, UTC */
    int64_t (*mono_ns)(struct sx_os *os); /* never goes back */
    stria_status (*random)(struct sx_os *os, void *bytes, size_t size, stria_error *err);
    void (*sleep_ns)(struct sx_os *os, int64_t duration_ns);
    /* Starts a thread with a stack of 512 KiB, all signals blocked and the default floating-point
     * mode. */
    stria_status (*thread_start)(struct sx_os *os, void (*body)(void *context), void *context,
                                 struct sx_thread **thread, stria_error *err);
    void (*thread_join)(struct sx_thread *thread); /* waits, and frees it */
    uint64_t (*process_id)(struct sx_os *os);
};

#define SX_IOV_MAX 1024
#define SX_PATH_MAX 4096

struct sx_os {
    const struct sx_os_ops *ops;
};

/* The real one. Never freed; holds no state. */
struct sx_os *sx_os_posix(void);

/* Shorter names for callers. */
static inline stria_status sx_os_open(struct sx_os *os, const char *path, unsigned flags,
                                      struct sx_file **file, stria_error *err)
{
    return os->ops->open(os, path, flags, file, err);
}

/* The first member of every implementation's file, so that calls find their table. */
struct sx_file {
    struct sx_os *os;
};

/* NULL is allowed. */
static inline void sx_file_close(struct sx_file *file)
{
    if (file)
        file->os->ops->close(file);
}

static inline stria_status sx_file_pread(struct sx_file *file, void *bytes, size_t size,
                                         uint64_t offset, size_t *got, stria_error *err)
{
    return file->os->ops->pread(file, bytes, size, offset, got, err);
}

/* Reads exactly `size` bytes; CORRUPT, "path: ends at N, M bytes wanted at OFFSET", if there are
 * fewer. `path` is for the text only. */
stria_status sx_file_read(struct sx_file *file, const char *path, void *bytes, size_t size,
                          uint64_t offset, stria_error *err);

static inline stria_status sx_file_pwritev(struct sx_file *file, const struct sx_iov *iov,
                                           size_t iov_count, uint64_t offset, stria_error *err)
{
    return file->os->ops->pwritev(file, iov, iov_count, offset, err);
}

static inline stria_status sx_file_pwrite(struct sx_file *file, const void *bytes, size_t size,
                                          uint64_t offset, stria_error *err)
{
    struct sx_iov iov = {.ptr = bytes, .len = size};
    return file->os->ops->pwritev(file, &iov, 1, offset, err);
}

static inline stria_status sx_file_sync(struct sx_file *file, stria_error *err)
{
    return file->os->ops->sync(file, err);
}

static inline stria_status sx_file_info(struct sx_file *file, struct sx_file_info *info,
                                        stria_error *err)
{
    return file->os->ops->file_info(file, info, err);
}

static inline int64_t sx_os_now_ns(struct sx_os *os)
{
    return os->ops->now_ns(os);
}

static inline int64_t sx_os_mono_ns(struct sx_os *os)
{
    return os->ops->mono_ns(os);
}

#endif
