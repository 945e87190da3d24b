/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_directory.c -- any bytes as directory blocks of a stripe: groups and chunks that are read
 * lie inside the file, and come back when they are written.
 *
 * Format      u8 type, less 1, modulo 5 | u8 size of the groups' block | groups' block |
 *             chunks'. */
#include "segment/directory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GROUPS_MAX 64
#define LIMIT ((uint64_t)1 << 20)
#define RUN_OFFSET 64

static void check(bool good)
{
    if (!good)
        abort();
}

static bool same_ref(const struct sx_block_ref *a, const struct sx_block_ref *b)
{
    return a->offset == b->offset && a->size == b->size && a->crc == b->crc;
}

/* How many groups the block tells; 0: it is damaged. */
static size_t read_groups(struct sx_bytes in, struct sx_group *groups, struct sx_mem *mem)
{
    size_t count = 0;
    for (size_t n = 1; n <= GROUPS_MAX && !count; n++)
        if (sx_groups_get(in, groups, n, 5, RUN_OFFSET, LIMIT))
            count = n;
    if (!count)
        return 0;
    struct sx_group again[GROUPS_MAX];
    struct sx_buf out;
    sx_buf_init(&out, mem, 1 << 20);
    sx_groups_put(&out, groups, count, 5, RUN_OFFSET);
    check(sx_groups_get(sx_buf_bytes(&out), again, count, 5, RUN_OFFSET, LIMIT));
    for (size_t i = 0; i < count; i++) {
        check(groups[i].times.offset <= LIMIT && groups[i].times.size <= LIMIT);
        check(groups[i].max_ts >= groups[i].min_ts && groups[i].row_count > 0);
        check(again[i].min_ts == groups[i].min_ts && again[i].max_ts == groups[i].max_ts);
        check(again[i].series == groups[i].series && again[i].row_count == groups[i].row_count);
    }
    sx_buf_deinit(&out);
    return count;
}

static void read_chunks(struct sx_bytes in, stria_type type, const struct sx_group *groups,
                        size_t group_count, struct sx_mem *mem)
{
    struct sx_chunk chunks[GROUPS_MAX], again[GROUPS_MAX];
    struct sx_bytes tables;
    size_t count, again_count;
    if (!sx_chunk_tables_get(&in, &tables) ||
        !sx_chunks_get(in, type, groups, group_count, RUN_OFFSET, LIMIT, chunks, &count))
        return;
    struct sx_buf out;
    sx_buf_init(&out, mem, 1 << 20);
    sx_chunks_put(&out, type, tables, chunks, count, RUN_OFFSET);
    struct sx_bytes written = sx_buf_bytes(&out), tables_again;
    check(sx_chunk_tables_get(&written, &tables_again) && sx_bytes_equal(tables, tables_again));
    check(
        sx_chunks_get(written, type, groups, group_count, RUN_OFFSET, LIMIT, again, &again_count));
    check(count == again_count);
    for (size_t i = 0; i < count; i++) {
        check(same_ref(&chunks[i].values, &again[i].values) && chunks[i].group == again[i].group);
        check(chunks[i].group < group_count && chunks[i].has_absent == again[i].has_absent);
        check(chunks[i].stats.count == again[i].stats.count);
        check(chunks[i].stats.first == again[i].stats.first);
    }
    sx_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_group groups[GROUPS_MAX];
    struct sx_bytes in = sx_bytes_make(data, size), head, block;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    if (sx_bytes_take(&in, 2, &head) && sx_bytes_take(&in, head.ptr[1], &block)) {
        size_t count = read_groups(block, groups, &mem);
        if (count)
            read_chunks(in, (stria_type)(head.ptr[0] % 5 + 1), groups, count, &mem);
    }
    sx_mem_deinit(&mem);
    return 0;
}
