/* SPDX-License-Identifier: Apache-2.0 */
/* input.c -- see input.h. */
#include "app/cli/input.h"

#include "app/cli/stop.h"
#include "base/compress.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_PIECE 4096 /* unpacked at a time: it may become a thousand times as much */
#define PLAIN_SIZE_MAX ((size_t)64 << 20)

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

void sx_input_init(struct sx_input *input, struct sx_mem *mem, char *const *paths,
                   size_t path_count)
{
    static char standard[] = "-";
    static char *const only_standard[] = {standard};
    *input = (struct sx_input){.mem = mem, .paths = paths, .path_count = path_count, .fd = -1};
    sx_buf_init(&input->plain, mem, PLAIN_SIZE_MAX);
    if (!path_count) {
        input->paths = only_standard;
        input->path_count = 1;
    }
    for (size_t i = 0; i < input->path_count; i++) {
        struct stat info;
        bool known = is_standard(input->paths[i]) ? fstat(STDIN_FILENO, &info) == 0
                                                  : stat(input->paths[i], &info) == 0;
        if (!known || !S_ISREG(info.st_mode)) {
            input->bytes_total = 0;
            return;
        }
        input->bytes_total += (uint64_t)info.st_size;
    }
}

static void close_file(struct sx_input *input)
{
    if (input->fd > STDIN_FILENO)
        (void)close(input->fd);
    input->fd = -1;
    sx_inflate_destroy(input->gzip);
    sx_unzstd_destroy(input->zstd);
    input->gzip = NULL;
    input->zstd = NULL;
    sx_buf_clear(&input->plain);
    input->plain_at = 0;
    input->raw_at = 0;
    input->raw_len = 0;
    input->raw_end = false;
}

void sx_input_deinit(struct sx_input *input)
{
    close_file(input);
    sx_buf_deinit(&input->plain);
}

/* Reads more raw bytes behind those that are left. */
static stria_status fill_raw(struct sx_input *input, stria_error *err)
{
    memmove(input->raw, input->raw + input->raw_at, input->raw_len - input->raw_at);
    input->raw_len -= input->raw_at;
    input->raw_at = 0;
    for (;;) {
        if (!sx_stop_wait_readable(input->fd))
            return sx_fail(err, STRIA_CANCELLED, "stopped while reading %s", input->name);
        ssize_t got =
            read(input->fd, input->raw + input->raw_len, sizeof input->raw - input->raw_len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sx_fail_errno(err, STRIA_IO, errno, "%s: read: %s", input->name,
                                 strerror(errno));
        input->raw_len += (size_t)got;
        input->bytes_done += (uint64_t)got;
        input->raw_end = got == 0;
        return STRIA_OK;
    }
}

static bool begins_with(const struct sx_input *input, const char *bytes, size_t len)
{
    return input->raw_len >= len && memcmp(input->raw, bytes, len) == 0;
}

stria_status sx_input_next(struct sx_input *input, bool *end, stria_error *err)
{
    close_file(input);
    *end = input->next == input->path_count;
    if (*end)
        return STRIA_OK;
    const char *path = input->paths[input->next++];
    input->name = is_standard(path) ? "standard input" : path;
    input->fd = is_standard(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        return sx_fail_errno(err, errno == ENOENT ? STRIA_NOT_FOUND : STRIA_IO, errno,
                             "%s: open: %s", path, strerror(errno));
    stria_status st = STRIA_OK;
    while (!st && input->raw_len < 4 && !input->raw_end)
        st = fill_raw(input, err);
    if (!st && begins_with(input, "\x1f\x8b", 2))
        st = sx_inflate_create(input->mem, SX_STREAM_GZIP, &input->gzip, err);
    else if (!st && begins_with(input, "\x28\xb5\x2f\xfd", 4))
        st = sx_unzstd_create(input->mem, &input->zstd, err);
    return st;
}

/* Unpacks until something came of it or the input has ended. */
static stria_status unpack(struct sx_input *input, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_buf_clear(&input->plain);
    input->plain_at = 0;
    while (!st && input->plain.len == 0) {
        if (input->raw_at == input->raw_len && !input->raw_end)
            st = fill_raw(input, err);
        size_t len = SX_MIN(input->raw_len - input->raw_at, RAW_PIECE);
        if (st || len == 0)
            break;
        struct sx_bytes piece = sx_bytes_make(input->raw + input->raw_at, len);
        input->raw_at += len;
        st = input->gzip ? sx_inflate_put(input->gzip, piece, &input->plain, err)
                         : sx_unzstd_put(input->zstd, piece, &input->plain, err);
        if (st)
            sx_error_prefix(err, "%s", input->name);
    }
    if (!st && input->plain.len == 0) {
        st = input->gzip ? sx_inflate_end(input->gzip, err) : sx_unzstd_end(input->zstd, err);
        if (st)
            sx_error_prefix(err, "%s", input->name);
    }
    return st;
}

stria_status sx_input_read(struct sx_input *input, void *bytes, size_t size, size_t *got,
                           stria_error *err)
{
    stria_status st = STRIA_OK;
    *got = 0;
    if (input->gzip || input->zstd) {
        if (input->plain_at == input->plain.len)
            st = unpack(input, err);
        if (st)
            return st;
        *got = SX_MIN(size, input->plain.len - input->plain_at);
        if (*got)
            memcpy(bytes, input->plain.ptr + input->plain_at, *got);
        input->plain_at += *got;
        return STRIA_OK;
    }
    if (input->raw_at == input->raw_len && !input->raw_end)
        st = fill_raw(input, err);
    if (st)
        return st;
    *got = SX_MIN(size, input->raw_len - input->raw_at);
    memcpy(bytes, input->raw + input->raw_at, *got);
    input->raw_at += *got;
    return STRIA_OK;
}
