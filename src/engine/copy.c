/* SPDX-License-Identifier: Apache-2.0 */
/* copy.c -- see copy.h. */
#include "engine/copy.h"

#include "base/buf.h"
#include "base/crc32c.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#define PIECE_SIZE ((size_t)1 << 20)
#define NAMES_SIZE_MAX ((size_t)256 << 20)

/* ---- files ---- */

/* Goes through the first `size` bytes of a file; `to` may be NULL. */
static stria_status pass(struct sx_copy *copy, struct sx_file *from, const char *path,
                         struct sx_file *to, uint64_t size, uint32_t *crc, stria_error *err)
{
    uint8_t *piece = sx_mem_alloc(copy->mem, PIECE_SIZE);
    stria_status st = piece ? STRIA_OK : sx_mem_refused(copy->mem, PIECE_SIZE, err);
    *crc = 0;
    for (uint64_t offset = 0; offset < size && !st;) {
        size_t count = (size_t)SX_MIN((uint64_t)PIECE_SIZE, size - offset);
        st = sx_file_read(from, path, piece, count, offset, err);
        if (!st && to)
            st = sx_file_pwrite(to, piece, count, offset, err);
        if (st)
            break;
        *crc = sx_crc32c(*crc, piece, count);
        offset += count;
        copy->bytes_done += count;
        if (copy->on_progress && !copy->on_progress(copy->user, copy->bytes_done,
                                                    SX_MAX(copy->bytes_total, copy->bytes_done)))
            st = sx_fail(err, STRIA_CANCELLED, "cancelled by request");
    }
    sx_mem_free(copy->mem, piece);
    return st;
}

stria_status sx_copy_file(struct sx_copy *copy, const char *from, const char *to, uint64_t size,
                          uint32_t *crc, stria_error *err)
{
    struct sx_file *in = NULL, *out = NULL;
    uint32_t sum = 0;
    stria_status st = sx_os_open(copy->os, from, SX_OPEN_READ, &in, err);
    if (!st)
        st =
            sx_os_open(copy->os, to, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, &out, err);
    if (!st)
        st = pass(copy, in, from, out, size, &sum, err);
    if (!st)
        st = sx_file_sync(out, err);
    sx_file_close(in);
    sx_file_close(out);
    if (st && out)
        (void)copy->os->ops->unlink(copy->os, to, NULL);
    if (crc)
        *crc = sum;
    return st;
}

stria_status sx_copy_sum(struct sx_copy *copy, const char *path, uint64_t *size, uint32_t *crc,
                         stria_error *err)
{
    struct sx_file *in = NULL;
    struct sx_file_info info = {0};
    stria_status st = sx_os_open(copy->os, path, SX_OPEN_READ, &in, err);
    if (!st)
        st = sx_file_info(in, &info, err);
    if (!st)
        st = pass(copy, in, path, NULL, info.size, crc, err);
    *size = info.size;
    sx_file_close(in);
    return st;
}

/* ---- folders ---- */

static bool add_name(void *context, const char *name, bool is_directory)
{
    if (!is_directory)
        sx_buf_put(context, name, strlen(name) + 1);
    return true;
}

void sx_copy_remove_folder(struct sx_os *os, struct sx_mem *mem, const char *path)
{
    struct sx_buf names;
    char file[SX_PATH_MAX];
    sx_buf_init(&names, mem, NAMES_SIZE_MAX);
    (void)os->ops->list(os, path, add_name, &names, NULL);
    for (size_t at = 0; !names.failed && at < names.len;) {
        const char *name = (const char *)names.ptr + at;
        if (snprintf(file, sizeof file, "%s/%s", path, name) < (int)sizeof file)
            (void)os->ops->unlink(os, file, NULL);
        at += strlen(name) + 1;
    }
    sx_buf_deinit(&names);
    (void)os->ops->rmdir(os, path, NULL);
}

static bool see_any(void *context, const char *name, bool is_directory)
{
    (void)is_directory;
    *(bool *)context = *(bool *)context && strcmp(name, "lost+found") == 0;
    return *(bool *)context;
}

stria_status sx_copy_is_empty(struct sx_os *os, const char *path, bool *exists, bool *empty,
                              stria_error *err)
{
    struct sx_file_info info;
    stria_error local = {0};
    *empty = true;
    stria_status st = os->ops->stat(os, path, &info, &local);
    *exists = !st;
    if (st == STRIA_NOT_FOUND)
        return STRIA_OK;
    if (st)
        sx_error_copy(err, &local);
    else if (!info.is_directory)
        st = sx_fail(err, STRIA_EXISTS, "%s: is not a folder", path);
    return st ? st : os->ops->list(os, path, see_any, empty, err);
}

stria_status sx_copy_sync_parent(struct sx_os *os, const char *path, stria_error *err)
{
    char parent[SX_PATH_MAX];
    (void)snprintf(parent, sizeof parent, "%s", path);
    size_t len = strlen(parent);
    while (len > 1 && parent[len - 1] == '/')
        parent[--len] = 0;
    char *slash = strrchr(parent, '/');
    if (!slash)
        (void)snprintf(parent, sizeof parent, ".");
    else if (slash == parent)
        parent[1] = 0;
    else
        *slash = 0;
    return os->ops->sync_dir(os, parent, err);
}
