/* SPDX-License-Identifier: Apache-2.0 */
/* file.c -- see file.h. */
#include "wal/file.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

static const uint8_t zeros[65536];

static struct sx_wal_file *file_create(struct sx_mem *mem, const char *dir, uint32_t name_no)
{
    size_t path_size = strlen(dir) + sizeof "/00000000.wal";
    struct sx_wal_file *file = sx_mem_zalloc(mem, sizeof *file + path_size);
    if (!file)
        return NULL;
    file->name_no = name_no;
    (void)snprintf(file->path, path_size, "%s/%08" PRIx32 ".wal", dir, name_no);
    return file;
}

void sx_wal_file_close(struct sx_mem *mem, struct sx_wal_file *file)
{
    if (!file)
        return;
    sx_file_close(file->file);
    sx_mem_free(mem, file);
}

stria_status sx_wal_file_open(struct sx_os *os, struct sx_mem *mem, const char *dir,
                              uint32_t name_no, unsigned flags, struct sx_wal_file **out,
                              stria_error *err)
{
    *out = NULL;
    struct sx_wal_file *file = file_create(mem, dir, name_no);
    if (!file)
        return sx_mem_refused(mem, sizeof *file, err);
    struct sx_file_info info = {0};
    stria_status st = sx_os_open(os, file->path, flags, &file->file, err);
    if (!st)
        st = sx_file_info(file->file, &info, err);
    if (st) {
        if (file->file && (flags & SX_OPEN_EXCLUSIVE)) /* it is of our making */
            (void)os->ops->unlink(os, file->path, NULL);
        sx_wal_file_close(mem, file);
        return st;
    }
    file->size = info.size;
    *out = file;
    return STRIA_OK;
}

/* The size is not preallocated but written: see the top of file.h. */
static stria_status write_zeros(struct sx_file *file, uint64_t size, stria_error *err)
{
    for (uint64_t offset = 0; offset < size;) {
        struct sx_iov iov[16];
        size_t count = 0;
        uint64_t end = offset;
        for (; count < SX_COUNT_OF(iov) && end < size; count++) {
            size_t len = (size_t)SX_MIN(size - end, sizeof zeros);
            iov[count] = (struct sx_iov){.ptr = zeros, .len = len};
            end += len;
        }
        stria_status st = sx_file_pwritev(file, iov, count, offset, err);
        if (st)
            return st;
        offset = end;
    }
    return sx_file_sync(file, err);
}

stria_status sx_wal_file_create(struct sx_os *os, struct sx_mem *mem, const char *dir,
                                uint32_t name_no, uint64_t size, struct sx_wal_file **out,
                                stria_error *err)
{
    struct sx_wal_file *file = NULL;
    stria_error ignored;
    *out = NULL;
    stria_status st = sx_wal_file_open(
        os, mem, dir, name_no, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, &file, err);
    if (st)
        return st;
    st = write_zeros(file->file, size, err);
    if (!st)
        st = os->ops->sync_dir(os, dir, err);
    if (st) {
        (void)os->ops->unlink(os, file->path, &ignored); /* the first failure is what counts */
        sx_wal_file_close(mem, file);
        return st;
    }
    file->size = size;
    *out = file;
    return STRIA_OK;
}

stria_status sx_wal_file_read_header(struct sx_wal_file *file, unsigned *copies_valid,
                                     stria_error *err)
{
    stria_error copy_err = {0};
    bool newer = false;
    *copies_valid = 0;
    for (unsigned i = 0; i < SX_WAL_HEADER_COPIES; i++) {
        uint8_t bytes[SX_WAL_HEADER_SIZE];
        struct sx_wal_header header;
        size_t got;
        stria_status st =
            sx_file_pread(file->file, bytes, sizeof bytes, (uint64_t)i * SX_WAL_ALIGN, &got, err);
        if (st)
            return st;
        if (got < sizeof bytes)
            continue;
        st = sx_wal_header_get(bytes, &header, &copy_err);
        newer = newer || st == STRIA_VERSION;
        if (st)
            continue;
        if (*copies_valid == 0 || header.file_no > file->header.file_no) {
            file->header = header;
            *copies_valid = 1;
        } else if (header.file_no == file->header.file_no) {
            ++*copies_valid;
        }
    }
    if (newer)
        return sx_fail(err, STRIA_VERSION, "%s: %s", file->path, copy_err.text);
    if (*copies_valid == 0)
        return sx_fail(err, STRIA_CORRUPT, "%s: no valid header", file->path);
    return STRIA_OK;
}

stria_status sx_wal_file_begin(struct sx_wal_file *file, const struct sx_wal_header *header,
                               stria_error *err)
{
    uint8_t bytes[SX_WAL_HEADER_SIZE];
    sx_wal_header_put(bytes, header);
    struct sx_iov iov[] = {
        {.ptr = bytes, .len = sizeof bytes},
        {.ptr = zeros, .len = SX_WAL_ALIGN - sizeof bytes},
        {.ptr = bytes, .len = sizeof bytes},
        {.ptr = zeros, .len = SX_WAL_ALIGN - sizeof bytes},
    };
    stria_status st = sx_file_pwritev(file->file, iov, SX_COUNT_OF(iov), 0, err);
    if (!st)
        st = sx_file_sync(file->file, err);
    if (st)
        return st;
    file->header = *header;
    file->state = SX_WAL_LIVE;
    file->used_size = 0;
    return STRIA_OK;
}

stria_status sx_wal_file_fit(struct sx_os *os, const char *path, bool *changed, stria_error *err)
{
    struct sx_file *file = NULL;
    struct sx_file_info info = {0};
    *changed = false;
    stria_status st = sx_os_open(os, path, SX_OPEN_WRITE, &file, err);
    if (!st)
        st = sx_file_info(file, &info, err);
    for (unsigned i = 0; i < SX_WAL_HEADER_COPIES && !st; i++) {
        uint8_t bytes[SX_WAL_HEADER_SIZE] = {0};
        struct sx_wal_header header;
        size_t got;
        uint64_t at = (uint64_t)i * SX_WAL_ALIGN;
        st = sx_file_pread(file, bytes, sizeof bytes, at, &got, err);
        if (st || sx_wal_header_get(bytes, &header, NULL) ||
            (uint64_t)header.page_count * SX_WAL_ALIGN <= info.size)
            continue;
        header.page_count = (uint32_t)(info.size / SX_WAL_ALIGN);
        sx_wal_header_put(bytes, &header);
        st = sx_file_pwrite(file, bytes, sizeof bytes, at, err);
        *changed = true;
    }
    if (!st && *changed)
        st = sx_file_sync(file, err);
    sx_file_close(file);
    return st;
}
