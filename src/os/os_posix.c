/* SPDX-License-Identifier: Apache-2.0 */
/* os_posix.c -- the real table of os.h: Linux and what is near it.
 *
 * Why         Every call loops over what a kernel may do by halves (short counts, EINTR), so that
 *             callers see whole results or a failure. Descriptors are O_CLOEXEC: no child of the
 *             host inherits them. Locks are OFD locks, which belong to the handle: closing another
 *             handle of the same file does not drop them, as it would a POSIX lock.
 * Memory      A handle is one small block from malloc: the table is shared by all stores of a
 *             process and holds no state, hence no budget. Their number is bounded by the
 *             descriptors.
 * Limits      Offsets and ranges up to 2^63 - 1. RLIMIT_FSIZE raises SIGXFSZ in the calling thread;
 *             a host that sets the limit ignores the signal and gets EFBIG.
 * Threads     Any number; no state. Threads are in os_posix_thread.c. */
#include "os/os_posix_priv.h"

#include "os/os_priv.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static_assert(sizeof(off_t) == sizeof(uint64_t), "file offsets must have 64 bits");

struct posix_file {
    struct sx_file base;
    int fd;
    char path[]; /* as it was opened; for texts */
};

static struct posix_file *posix_of(struct sx_file *file)
{
    return SX_CONTAINER(file, struct posix_file, base);
}

static int open_whole(const char *path, int flags, mode_t mode)
{
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* 0, or why this descriptor cannot be a file of the store. */
static int refuse_special(int fd)
{
    struct stat info;
    if (fstat(fd, &info))
        return errno;
    if (S_ISDIR(info.st_mode))
        return EISDIR;
    return S_ISREG(info.st_mode) ? 0 : EINVAL;
}

static stria_status posix_open(struct sx_os *os, const char *path, unsigned flags,
                               struct sx_file **file, stria_error *err)
{
    *file = NULL;
    size_t size = strlen(path) + 1;
    struct posix_file *opened = malloc(sizeof *opened + size);
    if (!opened)
        return sx_os_fail(err, ENOMEM, "open %s", path);
    int mode = flags & SX_OPEN_WRITE ? O_RDWR : O_RDONLY;
    mode |= flags & SX_OPEN_CREATE ? O_CREAT : 0;
    mode |= flags & SX_OPEN_EXCLUSIVE ? O_EXCL : 0;
    /* O_NONBLOCK: a pipe in a file's place must not stop us; on regular files it means nothing. */
    int fd = open_whole(path, mode | O_NONBLOCK, 0640);
    int error = fd < 0 ? errno : refuse_special(fd);
    if (error) {
        if (fd >= 0)
            (void)close(fd);
        free(opened);
        return sx_os_fail(err, error, "open %s", path);
    }
    opened->base.os = os;
    opened->fd = fd;
    memcpy(opened->path, path, size);
    *file = &opened->base;
    return STRIA_OK;
}

static void posix_close(struct sx_file *file)
{
    struct posix_file *closed = posix_of(file);
    (void)close(
        closed->fd); /* what matters was synced before; Linux frees the number even on EINTR */
    free(closed);
}

static stria_status posix_pread(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                                size_t *got, stria_error *err)
{
    const struct posix_file *from = posix_of(file);
    uint8_t *to = bytes;
    *got = 0;
    while (*got < size) {
        ssize_t count = pread(from->fd, to + *got, size - *got, (off_t)(offset + *got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return sx_os_fail(err, errno, "pread %s at %" PRIu64, from->path, offset + *got);
        if (count == 0)
            break;
        *got += (size_t)count;
    }
    return STRIA_OK;
}

/* Takes `size` written bytes off the `count` pieces; returns how many pieces are done with. */
static size_t advance(struct iovec *pieces, size_t count, size_t size)
{
    size_t done = 0;
    while (done < count && size >= pieces[done].iov_len)
        size -= pieces[done++].iov_len;
    if (done < count) {
        pieces[done].iov_base = (uint8_t *)pieces[done].iov_base + size;
        pieces[done].iov_len -= size;
    }
    return done;
}

static stria_status posix_pwritev(struct sx_file *file, const struct sx_iov *iov, size_t iov_count,
                                  uint64_t offset, stria_error *err)
{
    const struct posix_file *to = posix_of(file);
    struct iovec pieces[SX_IOV_MAX];
    size_t count = 0, first = 0;
    assert(iov_count <= SX_IOV_MAX);
    for (size_t i = 0; i < iov_count; i++)
        if (iov[i].len)
            pieces[count++] = (struct iovec){.iov_base = (void *)iov[i].ptr, .iov_len = iov[i].len};
    while (first < count) {
        ssize_t size = pwritev(to->fd, pieces + first, (int)(count - first), (off_t)offset);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) /* 0 would never end */
            return sx_os_fail(err, size ? errno : EIO, "pwritev %s at %" PRIu64, to->path, offset);
        offset += (uint64_t)size;
        first += advance(pieces + first, count - first, (size_t)size);
    }
    return STRIA_OK;
}

static stria_status posix_sync(struct sx_file *file, stria_error *err)
{
    const struct posix_file *synced = posix_of(file);
    int result;
    do {
        result = fdatasync(synced->fd);
    } while (result &&
             errno == EINTR); /* not done yet, and nothing lost: any other error is final */
    return result ? sx_os_fail(err, errno, "fdatasync %s", synced->path) : STRIA_OK;
}

static void fill_info(struct sx_file_info *info, const struct stat *from)
{
    *info = (struct sx_file_info){.size = (uint64_t)from->st_size,
                                  .link_count = (uint64_t)from->st_nlink,
                                  .is_directory = S_ISDIR(from->st_mode)};
}

static stria_status posix_file_info(struct sx_file *file, struct sx_file_info *info,
                                    stria_error *err)
{
    const struct posix_file *asked = posix_of(file);
    struct stat found;
    if (fstat(asked->fd, &found))
        return sx_os_fail(err, errno, "fstat %s", asked->path);
    fill_info(info, &found);
    return STRIA_OK;
}

static stria_status posix_stat(struct sx_os *os, const char *path, struct sx_file_info *info,
                               stria_error *err)
{
    (void)os;
    struct stat found;
    if (stat(sx_os_directory(path), &found))
        return sx_os_fail(err, errno, "stat %s", path);
    fill_info(info, &found);
    return STRIA_OK;
}

static stria_status posix_mkdir(struct sx_os *os, const char *path, stria_error *err)
{
    (void)os;
    return mkdir(path, 0750) ? sx_os_fail(err, errno, "mkdir %s", path) : STRIA_OK;
}

static stria_status posix_sync_dir(struct sx_os *os, const char *path, stria_error *err)
{
    (void)os;
    int fd = open_whole(sx_os_directory(path), O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return sx_os_fail(err, errno, "open directory %s", path);
    int result;
    do {
        result = fsync(fd);
    } while (result && errno == EINTR);
    int error = result ? errno : 0;
    (void)close(fd);
    return error ? sx_os_fail(err, error, "fsync directory %s", path) : STRIA_OK;
}

static bool entry_is_directory(int fd, const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return entry->d_type == DT_DIR;
    struct stat found; /* a name that went away meanwhile is no directory */
    return fstatat(fd, entry->d_name, &found, 0) == 0 && S_ISDIR(found.st_mode);
}

static stria_status posix_list(struct sx_os *os, const char *path, sx_list_each each, void *context,
                               stria_error *err)
{
    (void)os;
    int fd = open_whole(sx_os_directory(path), O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return sx_os_fail(err, errno, "open directory %s", path);
    DIR *directory = fdopendir(fd);
    if (!directory) {
        int error = errno;
        (void)close(fd);
        return sx_os_fail(err, error, "open directory %s", path);
    }
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(directory))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (!each(context, name, entry_is_directory(fd, entry)))
            break;
    }
    int error = entry ? 0 : errno;
    (void)closedir(directory);
    return error ? sx_os_fail(err, error, "read directory %s", path) : STRIA_OK;
}

static stria_status posix_unlink(struct sx_os *os, const char *path, stria_error *err)
{
    (void)os;
    return unlink(path) ? sx_os_fail(err, errno, "unlink %s", path) : STRIA_OK;
}

static stria_status posix_rmdir(struct sx_os *os, const char *path, stria_error *err)
{
    (void)os;
    return rmdir(path) ? sx_os_fail(err, errno, "rmdir %s", path) : STRIA_OK;
}

static stria_status posix_link(struct sx_os *os, const char *from, const char *to, stria_error *err)
{
    (void)os;
    return link(from, to) ? sx_os_fail(err, errno, "link %s to %s", from, to) : STRIA_OK;
}

static stria_status posix_space(struct sx_os *os, const char *path, struct sx_space *space,
                                stria_error *err)
{
    (void)os;
    struct statvfs found;
    int result;
    do {
        result = statvfs(sx_os_directory(path), &found);
    } while (result && errno == EINTR);
    if (result)
        return sx_os_fail(err, errno, "statvfs %s", path);
    *space = (struct sx_space){.free_size = (uint64_t)found.f_bavail * found.f_frsize,
                               .total_size = (uint64_t)found.f_blocks * found.f_frsize};
    return STRIA_OK;
}

/* 0 or errno. A range of length 0 would be "to the end of the file", which nobody means. */
static int set_lock(const struct posix_file *file, uint64_t offset, uint64_t len, int type)
{
    if (len == 0 || offset > INT64_MAX || len > INT64_MAX - offset)
        return EINVAL;
    struct flock range = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = (off_t)offset, .l_len = (off_t)len};
    int result;
    do {
        result = fcntl(file->fd, F_OFD_SETLK, &range);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

static stria_status posix_lock(struct sx_file *file, uint64_t offset, uint64_t len, bool exclusive,
                               stria_error *err)
{
    const struct posix_file *locked = posix_of(file);
    int error = set_lock(locked, offset, len, exclusive ? F_WRLCK : F_RDLCK);
    if (error == EAGAIN || error == EACCES)
        return sx_os_fail_locked(err, locked->path);
    return error ? sx_os_fail(err, error, "lock %s", locked->path) : STRIA_OK;
}

static stria_status posix_unlock(struct sx_file *file, uint64_t offset, uint64_t len,
                                 stria_error *err)
{
    const struct posix_file *unlocked = posix_of(file);
    int error = set_lock(unlocked, offset, len, F_UNLCK);
    return error ? sx_os_fail(err, error, "unlock %s", unlocked->path) : STRIA_OK;
}

static const struct sx_os_ops posix_ops = {
    .open = posix_open,
    .close = posix_close,
    .pread = posix_pread,
    .pwritev = posix_pwritev,
    .sync = posix_sync,
    .file_info = posix_file_info,
    .stat = posix_stat,
    .mkdir = posix_mkdir,
    .sync_dir = posix_sync_dir,
    .list = posix_list,
    .unlink = posix_unlink,
    .rmdir = posix_rmdir,
    .link = posix_link,
    .space = posix_space,
    .lock = posix_lock,
    .unlock = posix_unlock,
    .now_ns = sx_os_posix_now_ns,
    .mono_ns = sx_os_posix_mono_ns,
    .random = sx_os_posix_random,
    .sleep_ns = sx_os_posix_sleep_ns,
    .thread_start = sx_os_posix_thread_start,
    .thread_join = sx_os_posix_thread_join,
    .process_id = sx_os_posix_process_id,
};

struct sx_os *sx_os_posix(void)
{
    static const struct sx_os posix = {.ops = &posix_ops};
    return (struct sx_os *)&posix; /* nobody writes to a table; the type is that of the others */
}
