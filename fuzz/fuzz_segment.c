/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_segment.c -- any bytes as a segment whose outer checksums are right: opening it, its series
 * and its stripes never leave their bounds.
 *
 * Why         Checksums stop nearly every changed byte; here those of header, footer and parts are
 *             made right, so that what they protect is reached. */
#include "codec/column.h"
#include "segment/chunks.h"
#include "segment/keys.h"

#include "base/crc32c.h"
#include "os/os_mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SERIES_MAX 1000

static void check(bool good)
{
    if (!good)
        abort();
}

static bool is_expected(stria_status st)
{
    return st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION || st == STRIA_NOMEM ||
           st == STRIA_LIMIT;
}

/* Makes the checksums right, as far as the references lie inside. */
static void mend(uint8_t *bytes, size_t size)
{
    uint8_t *foot = bytes + size - SX_SEGMENT_FOOTER_SIZE;
    uint64_t salt = sx_segment_salt(foot + 16);
    memcpy(bytes, "STRIASEG", 8);
    memcpy(bytes + 16, foot + 16, 16);
    sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
    memcpy(foot, "STRIAEND", 8);
    sx_put_u64(foot + 136, size);
    for (size_t i = 0; i < SX_PART_COUNT; i++) {
        uint8_t *part = foot + 192 + i * 24;
        uint64_t offset = sx_get_u64(part), length = sx_get_u64(part + 8);
        if (offset <= size && length <= size - offset)
            sx_put_u32(part + 16, sx_block_crc(salt, offset, bytes + offset, (size_t)length));
    }
    sx_put_u32(foot + SX_SEGMENT_FOOTER_SIZE - 4, sx_crc32c(0, foot, SX_SEGMENT_FOOTER_SIZE - 4));
}

static void read_keys(struct sx_segment *segment, struct sx_mem *mem)
{
    for (uint32_t i = 0; i < segment->measurement_count; i++) {
        const struct sx_segment_measurement *m = &segment->measurements[i];
        struct sx_segment_keys keys;
        struct sx_buf key;
        stria_status st = sx_segment_keys_init(&keys, segment, m, mem, SERIES_MAX, NULL);
        sx_buf_init(&key, mem, 1 << 20);
        for (uint32_t s = 0; !st && s < m->series_count && s < SERIES_MAX; s++) {
            sx_buf_clear(&key);
            st = sx_segment_keys_get(&keys, m->first_series + s, &key, NULL);
            (void)sx_segment_keys_hash(&keys, m->first_series + s, sx_buf_bytes(&key));
        }
        check(is_expected(st));
        sx_buf_deinit(&key);
        sx_segment_keys_deinit(&keys);
    }
}

static void read_values(struct sx_segment_cursor *cursor, const struct sx_stripe *stripe,
                        uint32_t group, const struct sx_chunk *chunk, struct sx_mem *mem)
{
    static uint64_t values[SX_COLUMN_VALUES_MAX * sizeof(stria_bytes) / 8];
    static uint64_t present[SX_COLUMN_VALUES_MAX / 64];
    const struct sx_segment_measurement *m = &cursor->segment->measurements[stripe->measurement];
    uint32_t count = cursor->groups[group].row_count;
    struct sx_arena strings;
    bool all;
    sx_arena_init(&strings, mem, 1024);
    check(is_expected(sx_segment_cursor_values(cursor, chunk, count, m->columns[chunk->column].type,
                                               0, count, values, present, &all, &strings, NULL)));
    sx_arena_deinit(&strings);
}

static void read_stripes(struct sx_segment *segment, struct sx_mem *mem)
{
    struct sx_segment_cursor cursor;
    sx_segment_cursor_init(&cursor, segment, mem);
    for (uint32_t s = 0; s < segment->stripe_count; s++) {
        const struct sx_stripe *stripe = &segment->stripes[s];
        stria_status st = sx_segment_cursor_stripe(&cursor, s, NULL);
        uint32_t columns = segment->measurements[stripe->measurement].column_count;
        for (uint32_t g = 0; !st && g < stripe->group_count; g++) {
            const int64_t *times;
            check(is_expected(sx_segment_cursor_times(&cursor, g, &times, NULL)));
            for (uint32_t c = 0; c < columns; c++) {
                const struct sx_chunk *chunk = NULL;
                check(is_expected(sx_segment_cursor_chunk(&cursor, g, c, &chunk, NULL)));
                if (chunk)
                    read_values(&cursor, stripe, g, chunk, mem);
            }
        }
        check(is_expected(st));
    }
    sx_segment_cursor_deinit(&cursor);
}

static void read_segment(struct sx_os *os, struct sx_mem *mem)
{
    struct sx_segment_info info;
    if (sx_segment_peek(os, "a.seg", &info, NULL))
        return;
    struct sx_segment *segment = sx_segment_create(os, mem, "a.seg", &info);
    check(segment != NULL);
    stria_status st = sx_segment_load(segment, NULL);
    check(is_expected(st));
    if (!st) {
        read_keys(segment, mem);
        read_stripes(segment, mem);
    }
    sx_segment_release(segment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_file *file = NULL;
    if (size < SX_SEGMENT_HEADER_SIZE + SX_SEGMENT_FOOTER_SIZE || size > 65536)
        return 0;
    uint8_t *bytes = malloc(size);
    struct sx_os *os = sx_os_mem_create(1);
    check(bytes && os);
    memcpy(bytes, data, size);
    mend(bytes, size);
    check(!sx_os_open(os, "a.seg", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL) &&
          !sx_file_pwrite(file, bytes, size, 0, NULL));
    sx_file_close(file);
    sx_mem_init(&mem, NULL, "fuzz", (size_t)256 << 20);
    read_segment(os, &mem);
    sx_mem_deinit(&mem);
    sx_os_mem_destroy(os);
    free(bytes);
    return 0;
}
