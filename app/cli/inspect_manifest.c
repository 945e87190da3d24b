/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_manifest.c -- one manifest file: its header and its edits. See inspect.h.
 *
 * Format      engine/manifest.h tells it. Edits are looked for at every multiple of 4096 bytes, so
 *             that what is behind damage is found too. */
#include "app/cli/inspect.h"

#include "base/crc32c.h"
#include "engine/edit.h"

#include <inttypes.h>

#define HEADER_SIZE 64
#define EDIT_HEADER_SIZE 40
#define EDIT_ALIGN 4096
#define FIRST_EDIT (2 * EDIT_ALIGN) /* behind two copies of the header */
#define OP_COUNT 20

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

/* Whether a good copy of an edit stands at `offset`. */
static bool edit_at(struct sx_bytes file, uint64_t offset, uint64_t salt, struct edit *edit)
{
    if (file.len - offset < EDIT_HEADER_SIZE)
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
    edit->span = ((uint64_t)EDIT_HEADER_SIZE + size + EDIT_ALIGN - 1) / EDIT_ALIGN * EDIT_ALIGN;
    edit->payload = sx_bytes_make(head + EDIT_HEADER_SIZE, size);
    return true;
}

static void count_operations(struct sx_inspect *inspect, struct edits *edits,
                             struct sx_bytes payload, uint64_t offset)
{
    struct sx_edit_item item;
    stria_error err;
    bool end = false;
    stria_status st;
    while (!(st = sx_edit_take(&payload, &item, &end, &err)) && !end)
        edits->ops[(size_t)item.op < OP_COUNT ? item.op : 0]++;
    if (st)
        sx_inspect_damage(inspect, "edit at %" PRIu64 ": %s", offset, err.text);
}

static void read_edits(struct sx_inspect *inspect, struct sx_bytes file, uint64_t salt,
                       struct edits *edits)
{
    uint64_t bad_from = 0;
    for (uint64_t offset = FIRST_EDIT; offset < file.len;) {
        struct edit edit;
        if (!edit_at(file, offset, salt, &edit)) {
            bad_from = bad_from ? bad_from : offset;
            offset += EDIT_ALIGN;
            continue;
        }
        if (bad_from)
            sx_inspect_damage(inspect, "bytes %" PRIu64 " to %" PRIu64 " are no edit", bad_from,
                              offset);
        bad_from = 0;
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
    if (bad_from)
        sx_figures_size(&inspect->figures, "unreadable_end", file.len - bad_from);
}

/* The first good copy of the header; NULL: there is none. */
static const uint8_t *find_header(struct sx_inspect *inspect, const char *path,
                                  struct sx_bytes file)
{
    const uint8_t *found = NULL;
    for (size_t offset = 0; offset < FIRST_EDIT; offset += EDIT_ALIGN) {
        const uint8_t *head = file.ptr + offset;
        if (file.len < offset + HEADER_SIZE || memcmp(head, "STRIAMAN", 8) != 0)
            sx_inspect_damage(inspect, "%s: no header of a manifest at %zu", path, offset);
        else if (sx_get_u32(head + 60) != sx_crc32c(0, head, 60))
            sx_inspect_damage(inspect, "%s: the checksum of the header at %zu is wrong", path,
                              offset);
        else if (!found)
            found = head;
    }
    return found;
}

static void tell(struct sx_inspect *inspect, const char *path, struct sx_bytes file,
                 const uint8_t *head)
{
    struct sx_figures *figures = &inspect->figures;
    struct edits edits = {0};
    uint64_t manifest_no = sx_get_u64(head + 32);
    uint64_t salt = sx_get_u64(head + 16) ^ manifest_no * 0x9e3779b97f4a7c15u;
    sx_figures_count(figures, "version", sx_get_u32(head + 8));
    sx_inspect_uuid(inspect, "store_uuid", head + 16);
    sx_figures_count(figures, "manifest_no", manifest_no);
    sx_figures_time(figures, "created", (int64_t)sx_get_u64(head + 40));
    sx_figures_size(figures, "bytes", file.len);
    read_edits(inspect, file, salt, &edits);
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
        const uint8_t *head = find_header(inspect, path, sx_buf_bytes(&bytes));
        if (head)
            tell(inspect, path, sx_buf_bytes(&bytes), head);
    }
    sx_buf_deinit(&bytes);
    return st;
}
