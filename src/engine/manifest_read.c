/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_read.c -- finding the true manifest and reading its edits (manifest.h), once or bit by
 * bit beside the process that writes it. */
#include "engine/manifest_priv.h"

#include "base/error.h"
#include "base/file_number.h"
#include "engine/edit.h"
#include "engine/edit_pack.h"

#include <inttypes.h>
#include <stdio.h>

struct header {
    uint32_t version;
    uint8_t store_uuid[16];
    uint64_t manifest_no;
};

/* ---- bytes ---- */

static stria_status get_header(const uint8_t *bytes, const char *path, struct header *header,
                               stria_error *err)
{
    if (memcmp(bytes, SX_MANIFEST_MAGIC, 8) != 0)
        return sx_fail(err, STRIA_CORRUPT, "%s: not a manifest (no magic)", path);
    if (sx_get_u32(bytes + 60) != sx_crc32c(0, bytes, 60))
        return sx_fail(err, STRIA_CORRUPT, "%s: the checksum of the header is wrong", path);
    if (sx_get_u32(bytes + 8) > SX_MANIFEST_VERSION || sx_get_u32(bytes + 12) != 0)
        return sx_fail(err, STRIA_VERSION, "%s: manifest format version %u is newer than %d", path,
                       sx_get_u32(bytes + 8), SX_MANIFEST_VERSION);
    header->version = sx_get_u32(bytes + 8);
    memcpy(header->store_uuid, bytes + 16, 16);
    header->manifest_no = sx_get_u64(bytes + 32);
    return STRIA_OK;
}

/* The bytes of a file from `base` on. */
struct stretch {
    struct sx_bytes bytes;
    uint64_t base;
    uint64_t salt;
};

/* Looks at a place where an edit may stand. */
static bool get_edit(const struct stretch *s, uint64_t offset, uint64_t *edit_seq,
                     struct sx_bytes *payload)
{
    uint64_t at = offset - s->base;
    if (at > s->bytes.len || s->bytes.len - at < SX_EDIT_HEADER_SIZE)
        return false;
    const uint8_t *head = s->bytes.ptr + at;
    uint32_t seed = sx_crc32c_seed(s->salt, offset);
    if (sx_get_u32(head) != SX_EDIT_MAGIC ||
        sx_get_u32(head + 4) != sx_crc32c(seed, head + 8, SX_EDIT_HEADER_SIZE - 8))
        return false;
    uint32_t size = sx_get_u32(head + 16);
    if (size > s->bytes.len - at - SX_EDIT_HEADER_SIZE)
        return false;
    *payload = sx_bytes_make(head + SX_EDIT_HEADER_SIZE, size);
    *edit_seq = sx_get_u64(head + 8);
    return sx_crc32c(seed, payload->ptr, size) == sx_get_u32(head + 20);
}

/* ---- the whole ---- */

/* A manifest as read into memory, and how far it is good. */
struct candidate {
    struct header header;
    struct sx_buf bytes;
    uint64_t base; /* where the bytes begin in the file */
    uint64_t last_edit_seq;
    uint64_t damaged_count;
    uint64_t edit_count;
    uint64_t end; /* of the edits that are good */
    bool whole;   /* its snapshot is */
    uint64_t bad_offsets[SX_MANIFEST_BAD_MAX];
    size_t bad_count;
    char path[SX_PATH_MAX];
};

static void note_bad(struct candidate *c, uint64_t offset)
{
    if (c->bad_count < SX_MANIFEST_BAD_MAX)
        c->bad_offsets[c->bad_count++] = offset;
}

static struct stretch stretch_of(const struct candidate *c)
{
    return (struct stretch){.bytes = sx_buf_bytes(&c->bytes),
                            .base = c->base,
                            .salt = sx_manifest_salt(c->header.store_uuid, c->header.manifest_no)};
}

/* Finds the edit at `offset`: its first good copy. lead: bytes of the header before each copy.
 * False: neither is good. */
static bool find_edit(const struct stretch *s, uint64_t offset, uint64_t lead, uint64_t *edit_seq,
                      struct sx_bytes *payload, uint64_t *span, bool *half_good)
{
    uint64_t limit = s->base + s->bytes.len, second_seq;
    struct sx_bytes second;
    if (get_edit(s, offset + lead, edit_seq, payload)) {
        *span = sx_edit_span(lead + payload->len);
        *half_good =
            !(get_edit(s, offset + *span + lead, &second_seq, &second) && second_seq == *edit_seq);
        return true;
    }
    /* Where the second copy begins is not known: the next good edit is it, if it says so. */
    uint64_t at = offset + SX_EDIT_ALIGN;
    while (at < limit && !get_edit(s, at + lead, edit_seq, payload))
        at += SX_EDIT_ALIGN;
    *span = at - offset;
    *half_good = true;
    return at < limit && s->bytes.ptr[at + lead - s->base + 24] == 1 &&
           *span == sx_edit_span(lead + payload->len);
}

/* Notes a header that cannot be read at `offset` of the file. */
static void check_header(struct candidate *c, uint64_t offset)
{
    struct header header;
    if (c->bytes.len - SX_MANIFEST_HEADER_SIZE >= offset &&
        get_header(c->bytes.ptr + offset, c->path, &header, NULL))
        note_bad(c, offset);
}

/* Bytes of the header that stand before each copy of the edit at c->end. */
static uint64_t lead_of(const struct candidate *c)
{
    return c->end == 0 ? SX_MANIFEST_HEADER_SIZE : 0;
}

/* Tells `each` (may be NULL) what an edit says; `room` for operations that are packed. */
static stria_status tell_edit(struct candidate *c, struct sx_bytes payload, struct sx_buf *room,
                              stria_status (*each)(void *context, struct sx_bytes operations,
                                                   stria_error *err),
                              void *context, stria_error *err)
{
    struct sx_bytes operations;
    stria_status st = sx_edit_unpack(payload, room, &operations, err);
    if (!st) {
        c->whole = c->whole || sx_edit_has(operations, SX_OP_SNAPSHOT_END);
        st = each ? each(context, operations, err) : STRIA_OK;
    }
    if (st)
        sx_error_prefix(err, "%s: edit at %" PRIu64, c->path, c->end);
    return st;
}

/* Walks the edits from c->end on: calls `each` (may be NULL) with every one. A place where neither
 * copy is good ends the walk; c->end tells where. */
static stria_status walk_edits(struct candidate *c,
                               stria_status (*each)(void *context, struct sx_bytes operations,
                                                    stria_error *err),
                               void *context, stria_error *err)
{
    struct stretch s = stretch_of(c);
    struct sx_bytes payload;
    struct sx_buf room;
    uint64_t edit_seq, span;
    bool half_good = false, last_half_good = false;
    stria_status st = STRIA_OK;
    c->edit_count = c->damaged_count = 0;
    c->bad_count = 0;
    sx_buf_init(&room, c->bytes.mem, SX_EDIT_PLAIN_MAX);
    if (c->base == 0)
        check_header(c, 0);
    if (c->base == 0 && c->end)
        check_header(c, SX_EDIT_ALIGN);
    while (find_edit(&s, c->end, lead_of(c), &edit_seq, &payload, &span, &half_good)) {
        if (c->end == 0)
            check_header(c, span);
        /* The last edit may be under way just now, or was when the power went. */
        c->damaged_count += last_half_good;
        last_half_good = half_good;
        /* A copy that the file is too short for was never written. */
        if (half_good && c->end + 2 * span <= c->base + c->bytes.len)
            note_bad(c, c->end);
        c->last_edit_seq = edit_seq;
        st = tell_edit(c, payload, &room, each, context, err);
        if (st)
            break;
        c->edit_count++;
        c->end += 2 * span;
    }
    sx_buf_deinit(&room);
    return st;
}

/* Whether a good edit stands anywhere behind the end: then what is bad there was damaged later. */
static bool edit_behind(const struct candidate *c)
{
    struct stretch s = stretch_of(c);
    struct sx_bytes payload;
    uint64_t edit_seq;
    for (uint64_t at = c->end; at < s.base + s.bytes.len; at += SX_EDIT_ALIGN)
        if (get_edit(&s, at, &edit_seq, &payload) && edit_seq > c->last_edit_seq)
            return true;
    return false;
}

void sx_manifest_path(const struct sx_manifest *m, uint64_t number, char *path)
{
    (void)snprintf(path, SX_PATH_MAX, "%s/%016" PRIx64 ".man", m->dir, number);
}

/* Reads the bytes of a file from c->base on. */
static stria_status load_bytes(struct sx_manifest *m, struct candidate *c, stria_error *err)
{
    struct sx_file *file = NULL;
    struct sx_file_info info = {0};
    stria_status st = sx_os_open(m->options.os, c->path, SX_OPEN_READ, &file, err);
    if (!st)
        st = sx_file_info(file, &info, err);
    if (!st && (info.size < SX_MANIFEST_FIRST_EDIT || info.size > SX_MANIFEST_SIZE_MAX))
        st = sx_fail(err, STRIA_CORRUPT, "%s: %" PRIu64 " bytes long", c->path, info.size);
    if (!st && info.size > c->base) {
        size_t size = (size_t)(info.size - c->base);
        uint8_t *bytes = sx_buf_extend(&c->bytes, size);
        st = bytes ? sx_file_read(file, c->path, bytes, size, c->base, err)
                   : sx_buf_refused(&c->bytes, c->path, err);
    }
    sx_file_close(file);
    return st;
}

/* Where the first edit stands, with the header before it if there is one. */
static uint64_t first_edit(const struct header *header)
{
    return header->version == 1 ? SX_MANIFEST_FIRST_EDIT : 0;
}

static stria_status load_candidate(struct sx_manifest *m, uint64_t number, struct candidate *c,
                                   stria_error *err)
{
    sx_buf_init(&c->bytes, m->options.mem, (size_t)SX_MANIFEST_SIZE_MAX);
    sx_manifest_path(m, number, c->path);
    stria_status st = load_bytes(m, c, err);
    bool found = false;
    /* The second header stands before the second copy of the first edit, wherever that is. */
    for (uint64_t at = 0; !st && !found && at + SX_MANIFEST_HEADER_SIZE <= c->bytes.len;
         at += SX_EDIT_ALIGN) {
        stria_status of_header = get_header(c->bytes.ptr + at, c->path, &c->header, err);
        found = of_header == STRIA_OK;
        st = of_header == STRIA_CORRUPT ? STRIA_OK : of_header;
    }
    if (!st && !found) /* the text is the last header's */
        st = STRIA_CORRUPT;
    c->end = first_edit(&c->header);
    if (!st && c->header.manifest_no != number)
        st = sx_fail(err, STRIA_CORRUPT, "%s: the header is that of manifest %016" PRIx64, c->path,
                     c->header.manifest_no);
    return st;
}

static bool add_number(void *context, const char *name, bool is_directory)
{
    struct sx_manifest_numbers *numbers = context;
    uint64_t v;
    if (is_directory || !sx_file_number(name, 16, ".man", &v))
        return true;
    if (!SX_GROW(numbers->mem, numbers->items, numbers->capacity, numbers->count + 1)) {
        numbers->failed = true;
        return false;
    }
    numbers->items[numbers->count++] = v;
    return true;
}

stria_status sx_manifest_list(struct sx_manifest *m, struct sx_manifest_numbers *numbers,
                              stria_error *err)
{
    *numbers = (struct sx_manifest_numbers){.mem = m->options.mem};
    stria_status st = m->options.os->ops->list(m->options.os, m->dir, add_number, numbers, err);
    if (!st && numbers->failed)
        st = sx_mem_refused(numbers->mem, numbers->capacity * sizeof *numbers->items, err);
    return st;
}

/* Reads all manifests and keeps the true one in *best. A damaged one is an error only if no other
 * is whole: `first_error` then. */
static stria_status choose(struct sx_manifest *m, const struct sx_manifest_numbers *numbers,
                           struct candidate *best, bool *found, stria_error *err)
{
    stria_error first_error = {0};
    *found = false;
    for (size_t i = 0; i < numbers->count; i++) {
        struct candidate c = {0};
        stria_error local = {0};
        m->last_manifest_no = SX_MAX(m->last_manifest_no, numbers->items[i]);
        stria_status st = load_candidate(m, numbers->items[i], &c, &local);
        if (!st)
            st = walk_edits(&c, NULL, NULL, &local);
        if (!st && edit_behind(&c))
            st = sx_fail(&local, STRIA_CORRUPT,
                         "%s: an edit at %" PRIu64 " cannot be read, and others follow", c.path,
                         c.end);
        if (st && st != STRIA_CORRUPT && st != STRIA_NOT_FOUND) {
            sx_buf_deinit(&c.bytes);
            sx_error_copy(err, &local);
            return st;
        }
        /* One that went meanwhile says that a writer is at work, and more than a damaged one. */
        if (st && (!first_error.code || st == STRIA_NOT_FOUND))
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
    struct sx_manifest_numbers numbers;
    struct candidate best = {0};
    *result = (struct sx_manifest_result){0};
    stria_status st = sx_manifest_list(m, &numbers, err);
    if (!st)
        st = choose(m, &numbers, &best, &result->found, err);
    sx_mem_free(m->options.mem, numbers.items);
    if (!st && result->found) {
        best.end = first_edit(&best.header);
        st = walk_edits(&best, each, context, err);
        result->edit_count = best.edit_count;
        memcpy(result->store_uuid, best.header.store_uuid, 16);
        memcpy(m->store_uuid, best.header.store_uuid, 16);
        m->edit_seq = best.last_edit_seq;
        m->manifest_no = best.header.manifest_no;
        m->size = best.bytes.len;
        m->read_end = best.end;
        result->damaged_count = best.damaged_count;
        memcpy(result->bad_offsets, best.bad_offsets, sizeof best.bad_offsets);
        result->bad_count = best.bad_count;
        if (!st && best.damaged_count)
            sx_event(m->options.events, STRIA_LEVEL_WARN, "manifest_damage",
                     "file=%s copies=%" PRIu64 " text=\"one of two copies is damaged\"", best.path,
                     best.damaged_count);
    }
    sx_buf_deinit(&best.bytes);
    return st;
}

stria_status sx_manifest_read_new(struct sx_manifest *m,
                                  stria_status (*each)(void *context, struct sx_bytes operations,
                                                       stria_error *err),
                                  void *context, bool *replaced, stria_error *err)
{
    struct sx_manifest_numbers numbers;
    struct candidate c = {.base = m->read_end, .end = m->read_end, .last_edit_seq = m->edit_seq};
    stria_error local = {0};
    bool found = false;
    *replaced = false;
    stria_status st = sx_manifest_list(m, &numbers, err);
    for (size_t i = 0; i < numbers.count && !st; i++) {
        found = found || numbers.items[i] == m->manifest_no;
        *replaced = *replaced || numbers.items[i] > m->manifest_no;
    }
    sx_mem_free(numbers.mem, numbers.items);
    *replaced = *replaced || !found;
    if (st || *replaced)
        return st;
    memcpy(c.header.store_uuid, m->store_uuid, 16);
    c.header.manifest_no = m->manifest_no;
    sx_buf_init(&c.bytes, m->options.mem, (size_t)SX_MANIFEST_SIZE_MAX);
    sx_manifest_path(m, m->manifest_no, c.path);
    st = load_bytes(m, &c, &local);
    if (st == STRIA_NOT_FOUND || st == STRIA_CORRUPT) { /* it went, or was cut */
        *replaced = true;
        st = STRIA_OK;
    } else if (st) {
        sx_error_copy(err, &local);
    } else {
        st = walk_edits(&c, each, context, err);
        m->read_end = c.end;
        m->size = SX_MAX(m->size, c.end);
        m->edit_seq = c.last_edit_seq;
        *replaced = !st && edit_behind(&c);
    }
    sx_buf_deinit(&c.bytes);
    return st;
}
