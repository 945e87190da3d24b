/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c -- see manifest.h. */
#include "engine/manifest.h"

#include "base/error.h"
#include "engine/edit.h"
#include "engine/edit_pack.h"
#include "engine/manifest_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define ROTATE_SIZE ((uint64_t)1 << 17) /* a manifest is begun anew above this and 4 snapshots */

/* ---- bytes ---- */

static void put_header(uint8_t *bytes, const uint8_t store_uuid[16], uint64_t manifest_no,
                       int64_t created_ns)
{
    memset(bytes, 0, SX_MANIFEST_HEADER_SIZE);
    memcpy(bytes, SX_MANIFEST_MAGIC, 8);
    sx_put_u32(bytes + 8, SX_MANIFEST_VERSION);
    memcpy(bytes + 16, store_uuid, 16);
    sx_put_u64(bytes + 32, manifest_no);
    sx_put_u64(bytes + 40, (uint64_t)created_ns);
    sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
}

/* Appends one copy of an edit that will stand at `offset`, and fills the page up. */
static void put_edit(struct sx_buf *out, uint64_t salt, uint64_t offset, uint64_t edit_seq,
                     uint8_t copy, struct sx_bytes payload)
{
    uint8_t *head = sx_buf_extend(out, SX_EDIT_HEADER_SIZE);
    if (!head)
        return;
    uint32_t seed = sx_crc32c_seed(salt, offset);
    memset(head, 0, SX_EDIT_HEADER_SIZE);
    sx_put_u32(head, SX_EDIT_MAGIC);
    sx_put_u64(head + 8, edit_seq);
    sx_put_u32(head + 16, (uint32_t)payload.len);
    sx_put_u32(head + 20, sx_crc32c(seed, payload.ptr, payload.len));
    head[24] = copy;
    sx_put_u32(head + 4, sx_crc32c(seed, head + 8, SX_EDIT_HEADER_SIZE - 8));
    sx_buf_put_bytes(out, payload);
    size_t padding = -out->len % SX_EDIT_ALIGN;
    uint8_t *zeros = sx_buf_extend(out, padding);
    if (zeros)
        memset(zeros, 0, padding);
}

/* ---- writing ---- */

stria_status sx_manifest_create(const struct sx_manifest_options *options, struct sx_manifest **out,
                                stria_error *err)
{
    struct sx_manifest *m = sx_mem_zalloc(options->mem, sizeof *m);
    size_t dir_size = strlen(options->dir) + 1;
    *out = NULL;
    if (!m)
        return sx_mem_refused(options->mem, sizeof *m, err);
    m->options = *options;
    m->dir = sx_mem_alloc(options->mem, dir_size);
    if (!m->dir) {
        sx_mem_free(options->mem, m);
        return sx_mem_refused(options->mem, dir_size, err);
    }
    memcpy(m->dir, options->dir, dir_size);
    *out = m;
    return STRIA_OK;
}

void sx_manifest_destroy(struct sx_manifest *m)
{
    if (!m)
        return;
    struct sx_mem *mem = m->options.mem;
    sx_file_close(m->file);
    sx_mem_free(mem, m->dir);
    sx_mem_free(mem, m);
}

/* Writes an edit (both copies, each behind the `header`, if there is one) at `offset` of `file` and
 * syncs it. */
static stria_status append(struct sx_manifest *m, struct sx_file *file, uint64_t salt,
                           uint64_t offset, struct sx_bytes header, struct sx_bytes operations,
                           uint64_t *span, stria_error *err)
{
    struct sx_buf out;
    if (operations.len > SX_EDIT_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, "a manifest edit may have %u bytes at most",
                       SX_EDIT_SIZE_MAX);
    sx_buf_init(&out, m->options.mem, 2 * (size_t)sx_first_edit_span(operations.len));
    for (uint8_t copy = 0; copy < 2; copy++) {
        sx_buf_put_bytes(&out, header);
        put_edit(&out, salt, offset + out.len, m->edit_seq + 1, copy, operations);
    }
    stria_status st = out.failed ? sx_buf_refused(&out, "manifest edit", err)
                                 : sx_file_pwrite(file, out.ptr, out.len, offset, err);
    if (!st)
        st = sx_file_sync(file, err);
    *span = out.len;
    sx_buf_deinit(&out);
    m->edit_seq++; /* spent, whatever came of it */
    return st;
}

/* For good before this one says more than they do: an old one that came back by a crash would be
 * taken for the truth if this one were damaged. */
void sx_manifest_unlink_others(struct sx_manifest *m)
{
    struct sx_manifest_numbers numbers;
    stria_error err = {0};
    struct sx_os *os = m->options.os;
    if (sx_manifest_list(m, &numbers, &err) == STRIA_OK)
        for (size_t i = 0; i < numbers.count; i++) {
            char path[SX_PATH_MAX];
            if (numbers.items[i] == m->manifest_no)
                continue;
            sx_manifest_path(m, numbers.items[i], path);
            if (os->ops->unlink(os, path, &err))
                sx_event(m->options.events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
        }
    if (numbers.count > 1 && os->ops->sync_dir(os, m->dir, &err))
        sx_event(m->options.events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
    sx_mem_free(numbers.mem, numbers.items);
}

/* Appends the operations of the first edit: packed, if they would not fit into a page. */
static stria_status put_snapshot(struct sx_manifest *m, struct sx_buf *out, stria_error *err)
{
    struct sx_buf state;
    sx_buf_init(&state, m->options.mem, SX_EDIT_SIZE_MAX);
    m->options.put_state(m->options.context, &state);
    sx_edit_put_empty(&state, SX_OP_SNAPSHOT_END);
    bool done = state.failed || (sx_first_edit_span(state.len) > SX_EDIT_ALIGN &&
                                 sx_edit_pack(out, sx_buf_bytes(&state), m->options.mem));
    if (!done)
        sx_buf_put_bytes(out, sx_buf_bytes(&state));
    stria_status st = state.failed  ? sx_buf_refused(&state, "manifest", err)
                      : out->failed ? sx_buf_refused(out, "manifest", err)
                                    : STRIA_OK;
    sx_buf_deinit(&state);
    return st;
}

/* Writes a whole new manifest file and makes its name durable. */
static stria_status write_fresh(struct sx_manifest *m, const uint8_t store_uuid[16],
                                uint64_t number, const char *path, struct sx_file **file,
                                uint64_t *size, stria_error *err)
{
    struct sx_os *os = m->options.os;
    uint8_t bytes[SX_MANIFEST_HEADER_SIZE];
    struct sx_bytes header = sx_bytes_make(bytes, sizeof bytes);
    struct sx_buf snapshot;
    put_header(bytes, store_uuid, number, sx_os_now_ns(os));
    sx_buf_init(&snapshot, m->options.mem, SX_EDIT_SIZE_MAX);
    stria_status st = put_snapshot(m, &snapshot, err);
    if (!st)
        st = sx_os_open(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, file, err);
    if (!st)
        st = append(m, *file, sx_manifest_salt(store_uuid, number), 0, header,
                    sx_buf_bytes(&snapshot), size, err);
    if (!st)
        st = os->ops->sync_dir(os, m->dir, err);
    sx_buf_deinit(&snapshot);
    return st;
}

stria_status sx_manifest_begin(struct sx_manifest *m, const uint8_t store_uuid[16],
                               stria_error *err)
{
    char path[SX_PATH_MAX];
    struct sx_file *file = NULL;
    uint64_t size = 0, number = ++m->last_manifest_no; /* never used twice */
    sx_manifest_path(m, number, path);
    stria_status st = write_fresh(m, store_uuid, number, path, &file, &size, err);
    if (st) {
        /* If its bytes come back after a crash it holds only what is true now, and a later manifest
         * has higher edits. */
        sx_file_close(file);
        if (file)
            (void)m->options.os->ops->unlink(m->options.os, path, NULL);
        return st;
    }
    sx_file_close(m->file);
    m->file = file;
    memcpy(m->path, path, sizeof m->path);
    memcpy(m->store_uuid, store_uuid, 16);
    m->manifest_no = number;
    m->size = m->snapshot_size = size;
    m->broken = false;
    if (!m->options.keep_others)
        sx_manifest_unlink_others(m);
    return STRIA_OK;
}

stria_status sx_manifest_commit(struct sx_manifest *m, struct sx_bytes operations, stria_error *err)
{
    uint64_t span = 0;
    if (m->broken || m->size > 4 * m->snapshot_size + ROTATE_SIZE) {
        stria_status st = sx_manifest_begin(m, m->store_uuid, err);
        if (st && m->broken)
            return st;
    }
    struct sx_bytes no_header = {0};
    stria_status st = append(m, m->file, sx_manifest_salt(m->store_uuid, m->manifest_no), m->size,
                             no_header, operations, &span, err);
    if (!st) {
        m->size += span;
        return STRIA_OK;
    }
    sx_event(m->options.events, STRIA_LEVEL_ERROR, "manifest_error", "file=%s text=\"%s\"", m->path,
             err ? err->text : "");
    sx_manifest_revoke(m);
    if (m->broken) {
        st = STRIA_IO;
        if (err)
            err->code = st;
        sx_error_prefix(err, "whether it is stored shows when the store is opened again");
    }
    return st;
}

void sx_manifest_shorten(struct sx_manifest *m)
{
    if (!m->broken && m->size > m->snapshot_size + m->snapshot_size / 2)
        (void)sx_manifest_begin(m, m->store_uuid, NULL);
}

void sx_manifest_revoke(struct sx_manifest *m)
{
    m->broken = true;
    (void)sx_manifest_begin(m, m->store_uuid, NULL); /* else whoever comes next tries again */
}

uint64_t sx_manifest_size(const struct sx_manifest *m)
{
    return m->size;
}

uint64_t sx_manifest_edit_seq(const struct sx_manifest *m)
{
    return m->edit_seq;
}

uint64_t sx_manifest_number(const struct sx_manifest *m)
{
    return m->manifest_no;
}

bool sx_manifest_broken(const struct sx_manifest *m)
{
    return m->broken;
}
