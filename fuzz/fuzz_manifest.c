/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_manifest.c -- any bytes as operations of the manifest: each that is taken can be put again
 * and says the same; conditions of deletes too. */
#include "engine/edit.h"

#include "base/arena.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void put_database(struct sx_buf *out, const struct sx_edit_item *item)
{
    struct sx_database database = sx_database_make(item->database_id, item->name);
    memcpy(database.limits, item->limits, sizeof database.limits);
    sx_edit_put_database(out, &database);
}

static void put_tombstone(struct sx_buf *out, const struct sx_edit_item *item, struct sx_mem *mem)
{
    struct sx_arena arena;
    struct sx_tombstone tombstone = item->tombstone;
    struct sx_bytes condition = item->condition;
    sx_arena_init(&arena, mem, 1024);
    if (sx_tag_expr_take(&arena, &condition, &tombstone.tags, NULL) == STRIA_OK)
        sx_edit_put_tombstone(out, &tombstone);
    sx_arena_deinit(&arena);
}

static void put_again(struct sx_buf *out, const struct sx_edit_item *item, struct sx_mem *mem)
{
    switch (item->op) {
    case SX_OP_SNAPSHOT_END:
        sx_edit_put_empty(out, item->op);
        break;
    case SX_OP_COUNTERS:
        sx_edit_put_counters(out, &item->counters);
        break;
    case SX_OP_ADD_SEGMENT:
        sx_edit_put_segment(out, &item->segment);
        break;
    case SX_OP_CREATE_DATABASE:
        put_database(out, item);
        break;
    case SX_OP_PUT_POLICY:
        sx_edit_put_policy(out, item->database_id, &item->policy);
        break;
    case SX_OP_DEFAULT_POLICY:
        sx_edit_put_default(out, item->database_id, item->policy_id);
        break;
    case SX_OP_TYPE:
        sx_edit_put_type(out, &item->type);
        break;
    case SX_OP_ADD_TOMBSTONE:
        put_tombstone(out, item, mem);
        break;
    case SX_OP_FORGET_TYPES:
        sx_edit_put_forget_types(out, item->type.policy_id, item->type.measurement);
        break;
    case SX_OP_APPLIED:
        sx_edit_put_applied(out, item->number, item->tombstone_id);
        break;
    case SX_OP_ROLLUP:
        sx_edit_put_rollup(out, item->policy_id, &item->mark);
        break;
    case SX_OP_DROP_DATABASE:
        sx_edit_put_number(out, item->op, item->database_id);
        break;
    case SX_OP_DROP_POLICY:
        sx_edit_put_number(out, item->op, item->policy_id);
        break;
    default:
        sx_edit_put_number(out, item->op, item->number);
    }
}

/* Takes operations until the end or damage, and puts them into *out (may be NULL). */
static stria_status walk(struct sx_bytes in, struct sx_buf *out, struct sx_mem *mem, size_t *count)
{
    struct sx_edit_item item;
    bool end = false;
    *count = 0;
    for (;;) {
        stria_status st = sx_edit_take(&in, &item, &end, NULL);
        if (st || end)
            return st;
        ++*count;
        put_again(out, &item, mem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_buf first, second;
    size_t first_count, second_count;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    sx_buf_init(&first, &mem, (size_t)64 << 20);
    sx_buf_init(&second, &mem, (size_t)64 << 20);
    stria_status st = walk(sx_bytes_make(data, size), &first, &mem, &first_count);
    check(st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION);
    check(!first.failed);
    check(walk(sx_buf_bytes(&first), &second, &mem, &second_count) == STRIA_OK);
    check(second_count <= first_count && second.len == first.len);
    check(first.len == 0 || memcmp(first.ptr, second.ptr, first.len) == 0);
    sx_buf_deinit(&first);
    sx_buf_deinit(&second);
    sx_mem_deinit(&mem);
    return 0;
}
