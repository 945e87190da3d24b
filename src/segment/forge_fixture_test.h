/* SPDX-License-Identifier: Apache-2.0 */
/* forge_fixture_test.h -- bytes of a segment changed, and all checksums made right again: what a
 * reader must find out by itself.
 *
 * Why         Nearly every changed byte stops at a checksum; one that a faulty writer or a
 *             malevolent hand made does not.
 * Algorithm   A change makes the crc of its block wrong. The crc is made anew, and where the old
 *             one stands - four bytes of chance, so they stand nowhere else - the new one is
 *             written; that is a change of another block, and so on up to the footer. The index of
 *             a sealed segment is changed unpacked, and packed at the end. */
#ifndef SX_SEGMENT_FORGE_FIXTURE_TEST_H
#define SX_SEGMENT_FORGE_FIXTURE_TEST_H

#include "base/compress.h"
#include "base/crc32c.h"
#include "base/varint.h"
#include "segment/segment_fixture_test.h"

#define FORGE_SIZE_MAX 16384
#define FORGE_BLOCKS_MAX 256

struct forge_image {
    uint8_t file[FORGE_SIZE_MAX];
    uint8_t index[FORGE_SIZE_MAX];
    struct sx_block_ref blocks[FORGE_BLOCKS_MAX];
};

struct forge {
    struct forge_image good, now;
    size_t file_size, index_size, block_count;
    uint64_t salt;
    struct sx_block_ref packed; /* the index, as it was written */
    uint64_t told_size;         /* what the index says that it has unpacked */
    struct sx_mem mem;          /* none of the segment's, which may be made to fail */
    struct sx_compressor *compressor;
};

static inline void forge_add(struct forge *f, const struct sx_block_ref *ref)
{
    if (ref->in_index || ref->size == 0)
        return;
    for (size_t i = 0; i < f->block_count; i++)
        if (f->good.blocks[i].offset == ref->offset)
            return;
    assert_true(f->block_count < FORGE_BLOCKS_MAX);
    f->good.blocks[f->block_count++] = *ref;
}

static inline void forge_add_stripe(struct forge *f, struct sx_segment_cursor *cursor, uint32_t i)
{
    const struct sx_stripe *stripe = &cursor->segment->stripes[i];
    assert_int_equal(sx_segment_cursor_stripe(cursor, i, NULL), STRIA_OK);
    for (uint32_t r = 0; r < stripe->run_count; r++)
        forge_add(f, &stripe->runs[r].directory);
    for (uint32_t g = 0; g < stripe->group_count; g++) {
        forge_add(f, &cursor->groups[g].times);
        for (uint32_t r = 1; r < stripe->run_count; r++) {
            const struct sx_chunk *chunk;
            assert_int_equal(
                sx_segment_cursor_chunk(cursor, g, stripe->runs[r].column, &chunk, NULL), STRIA_OK);
            if (chunk)
                forge_add(f, &chunk->values);
        }
    }
}

/* Takes the segment that the test has written; it is loaded and closed. */
static inline void forge_init(struct forge *f, struct seg_test *t)
{
    struct sx_segment_cursor cursor;
    memset(f, 0, sizeof *f);
    assert_int_equal(seg_test_open(t), STRIA_OK);
    const struct sx_segment *s = t->segment;
    const uint8_t *bytes = sx_os_mem_bytes(t->disk, "a.seg", &f->file_size);
    assert_true(f->file_size <= FORGE_SIZE_MAX && s->index.len <= FORGE_SIZE_MAX);
    memcpy(f->good.file, bytes, f->file_size);
    f->index_size = s->index.len;
    if (f->index_size)
        memcpy(f->good.index, s->index.ptr, f->index_size);
    f->salt = s->salt;
    f->packed = s->footer.parts[SX_PART_INDEX];
    f->told_size = f->index_size;
    for (size_t i = 0; i < SX_PARTS_NEEDED; i++)
        forge_add(f, &s->footer.parts[i]);
    for (uint32_t i = 0; i < s->measurement_count; i++)
        forge_add(f, &s->measurements[i].series_block);
    for (uint32_t i = 0; i < s->tag_count; i++) {
        forge_add(f, &s->tags[i].dictionary);
        forge_add(f, &s->tags[i].postings);
    }
    sx_segment_cursor_init(&cursor, t->segment, &t->memory.mem);
    for (uint32_t i = 0; i < s->stripe_count; i++)
        forge_add_stripe(f, &cursor, i);
    sx_segment_cursor_deinit(&cursor);
    seg_test_close(t);
    sx_mem_init(&f->mem, NULL, "forge", 0);
    f->compressor = sx_compressor_create(&f->mem);
    assert_non_null(f->compressor);
    f->now = f->good;
}

static inline void forge_deinit(struct forge *f)
{
    sx_compressor_destroy(f->compressor);
    sx_mem_deinit(&f->mem);
}

/* The block that holds an offset of the file; NULL: none, it is header, footer or packed index. */
static inline struct sx_block_ref *forge_block(struct forge *f, uint64_t offset)
{
    for (size_t i = 0; i < f->block_count; i++) {
        struct sx_block_ref *b = &f->now.blocks[i];
        if (offset >= b->offset && offset - b->offset < b->size)
            return b;
    }
    return NULL;
}

/* Makes the crc of the block at an offset right, and those of what then changes. */
static inline void forge_mend(struct forge *f, uint64_t offset)
{
    struct sx_block_ref *block = forge_block(f, offset);
    uint8_t old[4], new[4];
    if (!block)
        return;
    sx_put_u32(old, block->crc);
    block->crc = sx_block_crc(f->salt, block->offset, f->now.file + block->offset, block->size);
    sx_put_u32(new, block->crc);
    for (size_t i = 0; i + 4 <= f->index_size; i++)
        if (memcmp(f->now.index + i, old, 4) == 0)
            memcpy(f->now.index + i, new, 4);
    for (size_t i = 0; i + 4 <= f->file_size; i++)
        if (memcmp(f->now.file + i, old, 4) == 0) {
            memcpy(f->now.file + i, new, 4);
            forge_mend(f, i);
        }
}

/* Says `size` before the crc at `crc`, where the block's size is told: 8 bytes in the footer, else
 * a varint, of which the lowest bit may be a flag. It stays as long as it is. */
static inline void forge_say_size(uint8_t *crc, bool in_footer, uint64_t was, uint64_t size)
{
    uint8_t old[SX_VARINT_SIZE_MAX];
    if (in_footer) {
        sx_put_u64(crc - 8, size);
        return;
    }
    size_t len = sx_varint_write(old, was);
    if (memcmp(crc - len, old, len) != 0) {
        len = sx_varint_write(old, was << 1);
        assert_memory_equal(crc - len, old, len);
        size <<= 1;
    }
    for (size_t i = 0; i < len; i++, size >>= 7)
        crc[(ptrdiff_t)i - (ptrdiff_t)len] = (uint8_t)((size & 0x7f) | (i + 1 < len ? 0x80 : 0));
    assert_int_equal(size, 0);
}

/* Makes a block of the file shorter or longer, wherever its size is told. */
static inline void forge_resize(struct forge *f, struct sx_block_ref *block, uint64_t size)
{
    uint8_t old[4];
    size_t footer = f->file_size - SX_SEGMENT_FOOTER_SIZE;
    uint64_t was = block->size;
    sx_put_u32(old, block->crc);
    block->size = size;
    block->crc = sx_block_crc(f->salt, block->offset, f->now.file + block->offset, size);
    for (size_t i = 0; i + 4 <= f->index_size; i++)
        if (memcmp(f->now.index + i, old, 4) == 0) {
            forge_say_size(f->now.index + i, false, was, size);
            sx_put_u32(f->now.index + i, block->crc);
        }
    for (size_t i = 0; i + 4 <= f->file_size; i++)
        if (memcmp(f->now.file + i, old, 4) == 0) {
            forge_say_size(f->now.file + i, i >= footer, was, size);
            sx_put_u32(f->now.file + i, block->crc);
            forge_mend(f, i);
        }
}

/* Packs the index and puts it, and what is behind it, into the file. */
static inline size_t forge_pack(struct forge *f, uint8_t *footer)
{
    struct sx_buf packed;
    uint8_t *part = footer + 192 + 24 * SX_PART_INDEX;
    sx_buf_init(&packed, &f->mem, FORGE_SIZE_MAX);
    sx_buf_put_varint(&packed, f->told_size);
    assert_int_equal(
        sx_zstd_put(f->compressor, &packed, sx_bytes_make(f->now.index, f->index_size), 1, NULL),
        STRIA_OK);
    memcpy(f->now.file + f->packed.offset, packed.ptr, packed.len);
    size_t size = f->packed.offset + packed.len + SX_SEGMENT_FOOTER_SIZE;
    sx_put_u64(part + 8, packed.len);
    sx_put_u32(part + 16, sx_block_crc(f->salt, f->packed.offset, packed.ptr, packed.len));
    sx_put_u64(footer + 136, size);
    sx_buf_deinit(&packed);
    return size;
}

/* Writes the image as the file of the test, and forgets its changes. */
static inline void forge_write(struct forge *f, struct seg_test *t)
{
    uint8_t footer[SX_SEGMENT_FOOTER_SIZE];
    size_t size = f->file_size;
    memcpy(footer, f->now.file + size - sizeof footer, sizeof footer);
    if (f->index_size) {
        assert_int_equal(f->packed.offset + f->packed.size + sizeof footer, size);
        size = forge_pack(f, footer);
    }
    sx_put_u32(f->now.file + 60, sx_crc32c(0, f->now.file, 60));
    sx_put_u32(footer + sizeof footer - 4, sx_crc32c(0, footer, sizeof footer - 4));
    memcpy(f->now.file + size - sizeof footer, footer, sizeof footer);
    assert_true(sx_os_mem_resize(t->disk, "a.seg", size));
    memcpy(sx_os_mem_bytes(t->disk, "a.seg", &size), f->now.file, size);
    f->now = f->good;
}

#endif
