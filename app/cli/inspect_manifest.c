/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_manifest.c -- one manifest file: its header and its edits. See inspect.h.
 *
 * Format      engine/manifest.h tells it. Edits are looked for at every multiple of 4096 bytes
 *             (and behind a header there), so that what is behind damage is found too. */
#include "app/cli/inspect.h"

#include "base/crc32c.h"
#include "engine/edit.h"
#include "engine/edit_pack.h"

#include <inttypes.h>

#define HEADER_SIZE 64
#define EDIT_HEADER_SIZE 40
#define EDIT_ALIGN 4096
#define FIRST_EDIT_1 (2 * EDIT_ALIGN) /* of version 1: behind two copies of the header */
#define OP_COUNT 21

static const char *const op_names[OP_COUNT] = {
    [SX_OP_SNAPSHOT_END] = "snapshot_end",
    [SX_OP_COUNTERS] = "counters",
    [SX_OP_ADD_SEGMENT] = "add_segment",
    [SX_OP_REMOVE_SEGMENT] = "remove_segment",
    [SX_OP_FLUSHED] = "flushed",
    [SX_OP_CREATE_DATABASE] = "create_database",
    [SX_OP_DROP_DATABASE] = "drop_database",
    [SX_OP_PUT_POLICY] = "put_policy",
    [SX_OP_DROP_POLICY] = "drop_policy",
    [SX_OP_DEFAULT_POLICY] = "default_policy",
    [SX_OP_ADD_TOMBSTONE] = "add_tombstone",
    [SX_OP_REMOVE_TOMBSTONE] = "remove_tombstone",
    [SX_OP_FORGET_TYPES] = "forget_types",
    [SX_OP_TYPE] = "type",
    [SX_OP_SET_ASIDE] = "set_aside",
    [SX_OP_TAKE_BACK] = "take_back",
    [SX_OP_KEEP_LOG] = "keep_log",
    [SX_OP_APPLIED] = "applied",
    [SX_OP_PACKED] = "packed",
    [SX_OP_ROLLUP] = "rollup",
};

struct edits {
    uint64_t count, copy_count, first_seq, last_seq;
    uint64_t payload_bytes;
    uint64_t ops[OP_COUNT];
};

struct edit {
    uint64_t seq;
    uint8_t copy;
    uint64_t span;
    struct sx_bytes payload;
};

static uint64_t span_of(uint64_t size)
{
    return (size + EDIT_ALIGN - 1) / EDIT_ALIGN * EDIT_ALIGN;
}

/* Whether a good copy of an edit stands at `offset`. */
static bool edit_at(struct sx_bytes file, uint64_t offset, uint64_t salt, struct edit *edit)
{
    if (offset > file.len || file.len - offset < EDIT_HEADER_SIZE)
        return false;
    const uint8_t *head = file.ptr + offset;
    uint32_t seed = sx_crc32c_seed(salt, offset), size = sx_get_u32(head + 16);
    if (memcmp(head, "SEDT", 4) != 0 ||
        sx_get_u32(head + 4) != sx_crc32c(seed, head + 8, EDIT_HEADER_SIZE - 8) ||
        size > file.len - offset - EDIT_HEADER_SIZE ||
        sx_get_u32(head + 20) != sx_crc32c(seed, head + EDIT_HEADER_SIZE, size))
        return false;
    edit->seq = sx_get_u64(head + 8);
    edit->copy = head[24];
    edit->span = span_of(offset % EDIT_ALIGN + EDIT_HEADER_SIZE + size);
    edit->payload = sx_bytes_make(head + EDIT_HEADER_SIZE, size);
    return true;
}

static void count_operations(struct sx_inspect *inspect, struct edits *edits,
                             struct sx_bytes payload, uint64_t offset)
{
    struct sx_edit_item item;
    struct sx_buf room;
    struct sx_bytes plain;
    stria_error err;
    bool end = false;
    sx_buf_init(&room, inspect->mem, SX_EDIT_PLAIN_MAX);
    stria_status st = sx_edit_unpack(payload, &room, &plain, &err);
    edits->ops[SX_OP_PACKED] += plain.ptr != payload.ptr;
    while (!st && !(st = sx_edit_take(&plain, &item, &end, &err)) && !end)
        edits->ops[(size_t)item.op < OP_COUNT ? item.op : 0]++;
    if (st)
        sx_inspect_damage(inspect, "edit at %" PRIu64 ": %s", offset, err.text);
    sx_buf_deinit(&room);
}

/* Edits stand at multiples of 4096, from version 2 on the first one's copies behind a header. */
static bool find_edit(struct sx_bytes file, uint64_t offset, uint64_t salt, struct edit *edit)
{
    return edit_at(file, offset, salt, edit) || edit_at(file, offset + HEADER_SIZE, salt, edit);
}

static void read_edits(struct sx_inspect *inspect, struct sx_bytes file, uint64_t salt,
                       uint64_t first_edit, struct edits *edits)
{
    uint64_t bad_from = UINT64_MAX;
    for (uint64_t offset = first_edit; offset < file.len;) {
        struct edit edit;
        if (!find_edit(file, offset, salt, &edit)) {
            bad_from = SX_MIN(bad_from, offset);
            offset += EDIT_ALIGN;
            continue;
        }
        if (bad_from != UINT64_MAX)
            sx_inspect_damage(inspect, "bytes %" PRIu64 " to %" PRIu64 " are no edit", bad_from,
                              offset);
        bad_from = UINT64_MAX;
        edits->copy_count++;
        if (!edits->count || edit.seq != edits->last_seq) {
            edits->first_seq = edits->count ? edits->first_seq : edit.seq;
            edits->last_seq = edit.seq;
            edits->count++;
            edits->payload_bytes += edit.payload.len;
            count_operations(inspect, edits, edit.payload, offset);
        }
        offset += edit.span;
    }
    if (bad_from != UINT64_MAX)
        sx_figures_size(&inspect->figures, "unreadable_end", file.len - bad_from);
}

/* Tells what is wrong with the header that should stand at `offset`. */
static void check_header(struct sx_inspect *inspect, const char *path, struct sx_bytes file,
                         uint64_t offset)
{
    const uint8_t *head = file.ptr + offset;
    if (file.len < offset + HEADER_SIZE || memcmp(head, "STRIAMAN", 8) != 0)
        sx_inspect_damage(inspect, "%s: no header of a manifest at %" PRIu64, path, offset);
    else if (sx_get_u32(head + 60) != sx_crc32c(0, head, 60))
        sx_inspect_damage(inspect, "%s: the checksum of the header at %" PRIu64 " is wrong", path,
                          offset);
}

/* The first good copy of the header; NULL: there is none. */
static const uint8_t *find_header(struct sx_bytes file)
{
    for (uint64_t offset = 0; offset + HEADER_SIZE <= file.len; offset += EDIT_ALIGN) {
        const uint8_t *head = file.ptr + offset;
        if (memcmp(head, "STRIAMAN", 8) == 0 && sx_get_u32(head + 60) == sx_crc32c(0, head, 60))
            return head;
    }
    return NULL;
}

/* Where the second header is: before the second copy of the first edit. */
static uint64_t second_header(struct sx_bytes file, uint32_t version, uint64_t salt)
{
    struct edit edit;
    if (version == 1)
        return EDIT_ALIGN;
    for (uint64_t offset = 0; offset < file.len; offset += EDIT_ALIGN)
        if (edit_at(file, offset + HEADER_SIZE, salt, &edit))
            return edit.span;
    return EDIT_ALIGN;
}

static void tell(struct sx_inspect *inspect, const char *path, struct sx_bytes file,
                 const uint8_t *head)
{
    struct sx_figures *figures = &inspect->figures;
    struct edits edits = {0};
    uint64_t manifest_no = sx_get_u64(head + 32);
    uint64_t salt = sx_get_u64(head + 16) ^ manifest_no * 0x9e3779b97f4a7c15u;
    uint32_t version = sx_get_u32(head + 8);
    check_header(inspect, path, file, 0);
    check_header(inspect, path, file, second_header(file, version, salt));
    sx_figures_count(figures, "version", version);
    sx_inspect_uuid(inspect, "store_uuid", head + 16);
    sx_figures_count(figures, "manifest_no", manifest_no);
    sx_figures_time(figures, "created", (int64_t)sx_get_u64(head + 40));
    sx_figures_size(figures, "bytes", file.len);
    read_edits(inspect, file, salt, version == 1 ? FIRST_EDIT_1 : 0, &edits);
    sx_figures_count(figures, "edits", edits.count);
    sx_figures_count(figures, "copies", edits.copy_count);
    if (edits.copy_count != 2 * edits.count)
        sx_inspect_damage(inspect, "%s: of %" PRIu64 " edits only one copy is good", path,
                          2 * edits.count - edits.copy_count);
    sx_figures_count(figures, "first_edit", edits.first_seq);
    sx_figures_count(figures, "last_edit", edits.last_seq);
    sx_figures_size(figures, "payload_bytes", edits.payload_bytes);
    sx_figures_open(figures, "operations");
    for (size_t i = 0; i < OP_COUNT; i++)
        if (edits.ops[i])
            sx_figures_count(figures, op_names[i], edits.ops[i]);
    sx_figures_close(figures);
}

stria_status sx_inspect_manifest(struct sx_inspect *inspect, const char *path, stria_error *err)
{
    struct sx_buf bytes;
    sx_figures_text(&inspect->figures, "kind", "manifest");
    sx_buf_init(&bytes, inspect->mem, (size_t)1 << 31);
    stria_status st = sx_inspect_read(inspect, path, &bytes, err);
    if (!st) {
        const uint8_t *head = find_header(sx_buf_bytes(&bytes));
        if (head)
            tell(inspect, path, sx_buf_bytes(&bytes), head);
        for (uint64_t at = 0; !head && at <= EDIT_ALIGN; at += EDIT_ALIGN)
            check_header(inspect, path, sx_buf_bytes(&bytes), at);
    }
    sx_buf_deinit(&bytes);
    return st;
}
