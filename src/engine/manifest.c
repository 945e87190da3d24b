/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c -- see manifest.h. */
#include "engine/manifest.h"

#include "base/crc32c.h"
#include "base/error.h"
#include "engine/edit.h"

#include <inttypes.h>
#include <stdio.h>

#define MANIFEST_VERSION 1
#define HEADER_SIZE 64
#define EDIT_HEADER_SIZE 40
#define EDIT_ALIGN 4096
#define FIRST_EDIT ((uint64_t)2 * EDIT_ALIGN) /* behind two copies of the header */
#define EDIT_MAGIC 0x54444553u                /* "SEDT" */
#define EDIT_SIZE_MAX ((uint32_t)256 << 20)
#define FILE_SIZE_MAX ((uint64_t)1 << 31)
#define ROTATE_SIZE ((uint64_t)1 << 17) /* a manifest is begun anew above this and 4 snapshots */

static const uint8_t manifest_magic[8] = {'S', 'T', 'R', 'I', 'A', 'M', 'A', 'N'};

struct sx_manifest {
    struct sx_manifest_options options;
    char *dir;
    struct sx_file *file;
    char path[SX_PATH_MAX];
    uint8_t store_uuid[16];
    uint64_t manifest_no;
    uint64_t last_manifest_no; /* of all files seen */
    uint64_t edit_seq;         /* of the last edit */
    uint64_t size;
    uint64_t snapshot_size;
    _Atomic bool broken; /* written under the engine's manifest lock */
};

struct header {
    uint8_t store_uuid[16];
    uint64_t manifest_no;
};

/* ---- bytes ---- */

static uint64_t salt_of(const uint8_t store_uuid[16], uint64_t manifest_no)
{
    return sx_get_u64(store_uuid) ^ manifest_no * 0x9e3779b97f4a7c15u;
}

static void put_header(uint8_t *bytes, const struct header *header, int64_t created_ns)
{
    memset(bytes, 0, HEADER_SIZE);
    memcpy(bytes, manifest_magic, 8);
    sx_put_u32(bytes + 8, MANIFEST_VERSION);
    memcpy(bytes + 16, header->store_uuid, 16);
    sx_put_u64(bytes + 32, header->manifest_no);
    sx_put_u64(bytes + 40, (uint64_t)created_ns);
    sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
}

static stria_status get_header(const uint8_t *bytes, const char *path, struct header *header,
                               stria_error *err)
{
    if (memcmp(bytes, manifest_magic, 8) != 0)
        return sx_fail(err, STRIA_CORRUPT, "%s: not a manifest (no magic)", path);
    if (sx_get_u32(bytes + 60) != sx_crc32c(0, bytes, 60))
        return sx_fail(err, STRIA_CORRUPT, "%s: the checksum of the header is wrong", path);
    if (sx_get_u32(bytes + 8) > MANIFEST_VERSION || sx_get_u32(bytes + 12) != 0)
        return sx_fail(err, STRIA_VERSION, "%s: manifest format version %u is newer than %d", path,
                       sx_get_u32(bytes + 8), MANIFEST_VERSION);
    memcpy(header->store_uuid, bytes + 16, 16);
    header->manifest_no = sx_get_u64(bytes + 32);
    return STRIA_OK;
}

static uint64_t edit_span(uint64_t payload_size)
{
    return (EDIT_HEADER_SIZE + payload_size + EDIT_ALIGN - 1) / EDIT_ALIGN * EDIT_ALIGN;
}

/* Appends one copy of an edit that will stand at `offset`. */
static void put_edit(struct sx_buf *out, uint64_t salt, uint64_t offset, uint64_t edit_seq,
                     uint8_t copy, struct sx_bytes payload)
{
    uint8_t *head = sx_buf_extend(out, EDIT_HEADER_SIZE);
    if (!head)
        return;
    uint32_t seed = sx_crc32c_seed(salt, offset);
    memset(head, 0, EDIT_HEADER_SIZE);
    sx_put_u32(head, EDIT_MAGIC);
    sx_put_u64(head + 8, edit_seq);
    sx_put_u32(head + 16, (uint32_t)payload.len);
    sx_put_u32(head + 20, sx_crc32c(seed, payload.ptr, payload.len));
    head[24] = copy;
    sx_put_u32(head + 4, sx_crc32c(seed, head + 8, EDIT_HEADER_SIZE - 8));
    sx_buf_put_bytes(out, payload);
    size_t padding = (size_t)(edit_span(payload.len) - EDIT_HEADER_SIZE - payload.len);
    uint8_t *zeros = sx_buf_extend(out, padding);
    if (zeros)
        memset(zeros, 0, padding);
}

/* Looks at a place where an edit may stand. */
static bool get_edit(struct sx_bytes file, uint64_t offset, uint64_t salt, uint64_t *edit_seq,
                     struct sx_bytes *payload)
{
    if (offset > file.len || file.len - offset < EDIT_HEADER_SIZE)
        return false;
    const uint8_t *head = file.ptr + offset;
    uint32_t seed = sx_crc32c_seed(salt, offset);
    if (sx_get_u32(head) != EDIT_MAGIC ||
        sx_get_u32(head + 4) != sx_crc32c(seed, head + 8, EDIT_HEADER_SIZE - 8))
        return false;
    uint32_t size = sx_get_u32(head + 16);
    if (size > file.len - offset - EDIT_HEADER_SIZE)
        return false;
    *payload = sx_bytes_make(head + EDIT_HEADER_SIZE, size);
    *edit_seq = sx_get_u64(head + 8);
    return sx_crc32c(seed, payload->ptr, size) == sx_get_u32(head + 20);
}

/* ---- reading ---- */

/* A manifest as read into memory, and how far it is good. */
struct candidate {
    struct header header;
    struct sx_buf bytes;
    uint64_t last_edit_seq;
    uint64_t damaged_count;
    bool whole; /* its snapshot is */
    char path[SX_PATH_MAX];
};

/* Walks the edits: calls `each` (may be NULL) with the first good copy of every one. A place where
 * neither copy is good ends the walk; *end tells where. */
static stria_status walk_edits(struct candidate *c,
                               stria_status (*each)(void *context, struct sx_bytes operations,
                                                    stria_error *err),
                               void *context, uint64_t *end, uint64_t *count, stria_error *err)
{
    struct sx_bytes file = sx_buf_bytes(&c->bytes), first, second, payload;
    uint64_t salt = salt_of(c->header.store_uuid, c->header.manifest_no);
    uint64_t offset = FIRST_EDIT, first_seq, second_seq;
    bool half_good = false; /* one copy of the edit before is not good */
    *count = 0;
    c->whole = false;
    c->damaged_count = 0;
    for (;;) {
        bool first_good = get_edit(file, offset, salt, &first_seq, &first);
        uint64_t span = first_good ? edit_span(first.len) : 0;
        bool second_good = first_good &&
                           get_edit(file, offset + span, salt, &second_seq, &second) &&
                           second_seq == first_seq;
        if (!first_good) {
            /* Where the second copy begins is not known: the next good edit is it, if it says
             * so. */
            uint64_t at = offset + EDIT_ALIGN;
            while (at < file.len && !get_edit(file, at, salt, &second_seq, &second))
                at += EDIT_ALIGN;
            second_good =
                at < file.len && file.ptr[at + 24] == 1 && at - offset == edit_span(second.len);
            span = at - offset;
        }
        if (!first_good && !second_good)
            break;
        payload = first_good ? first : second;
        /* The last edit may have been under way when the power went. */
        c->damaged_count += half_good;
        half_good = !first_good || !second_good;
        c->last_edit_seq = first_good ? first_seq : second_seq;
        c->whole = c->whole || sx_edit_has(payload, SX_OP_SNAPSHOT_END);
        if (each) {
            stria_status st = each(context, payload, err);
            if (st) {
                sx_error_prefix(err, "%s: edit at %" PRIu64, c->path, offset);
                return st;
            }
        }
        ++*count;
        offset += 2 * span;
    }
    *end = offset;
    return STRIA_OK;
}

/* Whether a good edit stands anywhere behind `offset`: then what is bad there was damaged later. */
static bool edit_behind(const struct candidate *c, uint64_t offset)
{
    struct sx_bytes file = sx_buf_bytes(&c->bytes), payload;
    uint64_t salt = salt_of(c->header.store_uuid, c->header.manifest_no), edit_seq;
    for (uint64_t at = offset; at < file.len; at += EDIT_ALIGN)
        if (get_edit(file, at, salt, &edit_seq, &payload) && edit_seq > c->last_edit_seq)
            return true;
    return false;
}

static stria_status load_candidate(struct sx_manifest *m, uint64_t number, struct candidate *c,
                                   stria_error *err)
{
    struct sx_os *os = m->options.os;
    struct sx_file *file = NULL;
    struct sx_file_info info = {0};
    sx_buf_init(&c->bytes, m->options.mem, (size_t)FILE_SIZE_MAX);
    (void)snprintf(c->path, sizeof c->path, "%s/%016" PRIx64 ".man", m->dir, number);
    stria_status st = sx_os_open(os, c->path, SX_OPEN_READ, &file, err);
    if (!st)
        st = sx_file_info(file, &info, err);
    if (!st && (info.size < FIRST_EDIT || info.size > FILE_SIZE_MAX))
        st = sx_fail(err, STRIA_CORRUPT, "%s: %" PRIu64 " bytes long", c->path, info.size);
    if (!st) {
        uint8_t *bytes = sx_buf_extend(&c->bytes, (size_t)info.size);
        st = bytes ? sx_file_read(file, c->path, bytes, (size_t)info.size, 0, err)
                   : sx_buf_refused(&c->bytes, c->path, err);
    }
    sx_file_close(file);
    if (!st)
        st = get_header(c->bytes.ptr, c->path, &c->header, err);
    if (st == STRIA_CORRUPT && c->bytes.len >= FIRST_EDIT)
        st = get_header(c->bytes.ptr + EDIT_ALIGN, c->path, &c->header, err);
    if (!st && c->header.manifest_no != number)
        st = sx_fail(err, STRIA_CORRUPT, "%s: the header is that of manifest %016" PRIx64, c->path,
                     c->header.manifest_no);
    return st;
}

struct numbers {
    struct sx_mem *mem;
    uint64_t *items;
    size_t count, capacity;
    bool failed;
};

static bool add_number(void *context, const char *name, bool is_directory)
{
    struct numbers *numbers = context;
    uint64_t v = 0;
    size_t i = 0;
    for (; i < 16; i++) {
        char c = name[i];
        if (c >= '0' && c <= '9')
            v = v << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else
            return true;
    }
    if (is_directory || strcmp(name + i, ".man") != 0)
        return true;
    if (!SX_GROW(numbers->mem, numbers->items, numbers->capacity, numbers->count + 1)) {
        numbers->failed = true;
        return false;
    }
    numbers->items[numbers->count++] = v;
    return true;
}

static stria_status list_manifests(struct sx_manifest *m, struct numbers *numbers, stria_error *err)
{
    *numbers = (struct numbers){.mem = m->options.mem};
    stria_status st = m->options.os->ops->list(m->options.os, m->dir, add_number, numbers, err);
    if (!st && numbers->failed)
        st = sx_mem_refused(numbers->mem, numbers->capacity * sizeof *numbers->items, err);
    return st;
}

/* Reads all manifests and keeps the true one in *best. A damaged one is an error only if no other
 * is whole: `first_error` then. */
static stria_status choose(struct sx_manifest *m, const struct numbers *numbers,
                           struct candidate *best, bool *found, stria_error *err)
{
    stria_error first_error = {0};
    *found = false;
    for (size_t i = 0; i < numbers->count; i++) {
        struct candidate c = {0};
        stria_error local = {0};
        uint64_t end, count;
        m->last_manifest_no = SX_MAX(m->last_manifest_no, numbers->items[i]);
        stria_status st = load_candidate(m, numbers->items[i], &c, &local);
        if (!st)
            st = walk_edits(&c, NULL, NULL, &end, &count, &local);
        if (!st && edit_behind(&c, end))
            st = sx_fail(&local, STRIA_CORRUPT,
                         "%s: an edit at %" PRIu64 " cannot be read, and others follow", c.path,
                         end);
        if (st && st != STRIA_CORRUPT && st != STRIA_NOT_FOUND) {
            sx_buf_deinit(&c.bytes);
            sx_error_copy(err, &local);
            return st;
        }
        if (st && !first_error.code)
            first_error = local;
        bool better = !st && c.whole && (!*found || c.last_edit_seq > best->last_edit_seq);
        struct candidate *loser = better ? best : &c;
        sx_buf_deinit(&loser->bytes);
        if (better)
            *best = c;
        *found = *found || better;
    }
    if (*found || !first_error.code)
        return STRIA_OK;
    sx_error_copy(err, &first_error);
    return first_error.code;
}

stria_status sx_manifest_read(struct sx_manifest *m,
                              stria_status (*each)(void *context, struct sx_bytes operations,
                                                   stria_error *err),
                              void *context, struct sx_manifest_result *result, stria_error *err)
{
    struct numbers numbers;
    struct candidate best = {0};
    uint64_t end;
    *result = (struct sx_manifest_result){0};
    stria_status st = list_manifests(m, &numbers, err);
    if (!st)
        st = choose(m, &numbers, &best, &result->found, err);
    sx_mem_free(m->options.mem, numbers.items);
    if (!st && result->found) {
        st = walk_edits(&best, each, context, &end, &result->edit_count, err);
        memcpy(result->store_uuid, best.header.store_uuid, 16);
        memcpy(m->store_uuid, best.header.store_uuid, 16);
        m->edit_seq = best.last_edit_seq;
        m->manifest_no = best.header.manifest_no;
        m->size = best.bytes.len;
        result->damaged_count = best.damaged_count;
        if (!st && best.damaged_count)
            sx_event(m->options.events, STRIA_LEVEL_WARN, "manifest_damage",
                     "file=%s copies=%" PRIu64 " text=\"one of two copies is damaged\"", best.path,
                     best.damaged_count);
    }
    sx_buf_deinit(&best.bytes);
    return st;
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

/* Appends an edit (both copies) at m->size of `file` and syncs it. */
static stria_status append(struct sx_manifest *m, struct sx_file *file, uint64_t salt,
                           uint64_t offset, struct sx_bytes operations, uint64_t *span,
                           stria_error *err)
{
    struct sx_buf out;
    if (operations.len > EDIT_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, "a manifest edit may have %u bytes at most",
                       EDIT_SIZE_MAX);
    sx_buf_init(&out, m->options.mem, 2 * (size_t)edit_span(operations.len));
    put_edit(&out, salt, offset, m->edit_seq + 1, 0, operations);
    put_edit(&out, salt, offset + out.len, m->edit_seq + 1, 1, operations);
    stria_status st = out.failed ? sx_buf_refused(&out, "manifest edit", err)
                                 : sx_file_pwrite(file, out.ptr, out.len, offset, err);
    if (!st)
        st = sx_file_sync(file, err);
    *span = out.len;
    sx_buf_deinit(&out);
    m->edit_seq++; /* spent, whatever came of it */
    return st;
}

/* Takes the old ones away, for good before this one says more than they do: an old one that came
 * back by a crash would be taken for the truth if this one were damaged. */
static void unlink_others(struct sx_manifest *m)
{
    struct numbers numbers;
    stria_error err = {0};
    struct sx_os *os = m->options.os;
    if (list_manifests(m, &numbers, &err) == STRIA_OK)
        for (size_t i = 0; i < numbers.count; i++) {
            char path[SX_PATH_MAX];
            if (numbers.items[i] == m->manifest_no)
                continue;
            (void)snprintf(path, sizeof path, "%s/%016" PRIx64 ".man", m->dir, numbers.items[i]);
            if (os->ops->unlink(os, path, &err))
                sx_event(m->options.events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
        }
    if (numbers.count > 1 && os->ops->sync_dir(os, m->dir, &err))
        sx_event(m->options.events, STRIA_LEVEL_WARN, "unlink", "text=\"%s\"", err.text);
    sx_mem_free(numbers.mem, numbers.items);
}

/* Writes a whole new manifest file and makes its name durable. */
static stria_status write_fresh(struct sx_manifest *m, const uint8_t store_uuid[16],
                                uint64_t number, const char *path, struct sx_file **file,
                                uint64_t *size, stria_error *err)
{
    struct sx_os *os = m->options.os;
    struct header header = {.manifest_no = number};
    uint8_t bytes[FIRST_EDIT] = {0};
    struct sx_buf state;
    uint64_t span = 0;
    memcpy(header.store_uuid, store_uuid, 16);
    put_header(bytes, &header, sx_os_now_ns(os));
    memcpy(bytes + EDIT_ALIGN, bytes, HEADER_SIZE);
    sx_buf_init(&state, m->options.mem, EDIT_SIZE_MAX);
    m->options.put_state(m->options.context, &state);
    sx_edit_put_empty(&state, SX_OP_SNAPSHOT_END);
    stria_status st = state.failed ? sx_buf_refused(&state, "manifest", err) : STRIA_OK;
    if (!st)
        st = sx_os_open(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE, file, err);
    if (!st)
        st = sx_file_pwrite(*file, bytes, sizeof bytes, 0, err);
    if (!st)
        st = append(m, *file, salt_of(store_uuid, number), FIRST_EDIT, sx_buf_bytes(&state), &span,
                    err);
    if (!st)
        st = os->ops->sync_dir(os, m->dir, err);
    *size = FIRST_EDIT + span;
    sx_buf_deinit(&state);
    return st;
}

stria_status sx_manifest_begin(struct sx_manifest *m, const uint8_t store_uuid[16],
                               stria_error *err)
{
    char path[SX_PATH_MAX];
    struct sx_file *file = NULL;
    uint64_t size, number = ++m->last_manifest_no; /* never used twice */
    (void)snprintf(path, sizeof path, "%s/%016" PRIx64 ".man", m->dir, number);
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
    unlink_others(m);
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
    stria_status st =
        append(m, m->file, salt_of(m->store_uuid, m->manifest_no), m->size, operations, &span, err);
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

bool sx_manifest_broken(const struct sx_manifest *m)
{
    return m->broken;
}
