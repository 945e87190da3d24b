/* SPDX-License-Identifier: Apache-2.0 */
/* compress_test.c -- every compressor there and back; cut, flipped and oversized input; refusals.
 * */
#include "base/compress.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY ((size_t)300000)

static struct sx_mem mem;
static struct sx_compressor *compressor;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    compressor = sx_compressor_create(&mem);
    return compressor ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sx_compressor_destroy(compressor);
    sx_mem_deinit(&mem);
    return 0;
}

enum kind { ZEROS, WORDS, NOISE, KIND_COUNT };

/* Bytes that pack well, somewhat, and not at all. */
static struct sx_bytes make_input(enum kind kind, size_t size)
{
    static uint8_t bytes[MANY];
    for (size_t i = 0; i < size; i++) {
        uint8_t word = (uint8_t)("temperature,host=web17 "[i % 23] + (i % 1001 == 0));
        uint8_t noise = (uint8_t)sx_hash_u64(i + 1);
        bytes[i] = kind == ZEROS ? 0 : kind == WORDS ? word : noise;
    }
    return sx_bytes_make(bytes, size);
}

typedef stria_status (*block_put)(struct sx_buf *out, struct sx_bytes in, stria_error *err);
typedef stria_status (*block_get)(struct sx_bytes in, uint8_t *out, size_t size, stria_error *err);

static stria_status zstd_put(struct sx_buf *out, struct sx_bytes in, stria_error *err)
{
    return sx_zstd_put(compressor, out, in, 3, err);
}

static stria_status zstd_get(struct sx_bytes in, uint8_t *out, size_t size, stria_error *err)
{
    return sx_zstd_get(compressor, in, out, size, err);
}

static stria_status lz4_put(struct sx_buf *out, struct sx_bytes in, stria_error *err)
{
    return sx_lz4_put(compressor, out, in, err);
}

static stria_status snappy_put(struct sx_buf *out, struct sx_bytes in, stria_error *err)
{
    return sx_snappy_put(&mem, out, in, err);
}

/* As the others: into an array of a known size. */
static stria_status snappy_get(struct sx_bytes in, uint8_t *out, size_t size, stria_error *err)
{
    struct sx_buf buf;
    sx_buf_init(&buf, &mem, size);
    stria_status st = sx_snappy_get(in, &buf, err);
    if (!st && buf.len != size)
        st = STRIA_INVALID;
    if (!st && size)
        memcpy(out, buf.ptr, size);
    sx_buf_deinit(&buf);
    return st;
}

static const struct block {
    const char *name;
    block_put put;
    block_get get;
    stria_status corrupt; /* what bad input is called */
} blocks[] = {
    {"zstd", zstd_put, zstd_get, STRIA_CORRUPT},
    {"lz4", lz4_put, sx_lz4_get, STRIA_CORRUPT},
    {"snappy", snappy_put, snappy_get, STRIA_INVALID},
};

static void test_blocks_come_back_as_they_went_in(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 7, 100, 65536, 65537, MANY};
    for (size_t b = 0; b < SX_COUNT_OF(blocks); b++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
                struct sx_bytes in = make_input((enum kind)kind, sizes[i]);
                struct sx_buf out;
                uint8_t *back = malloc(in.len + 1);
                sx_buf_init(&out, &mem, MANY * 2);
                sx_buf_put_text(&out, "before");
                assert_int_equal(blocks[b].put(&out, in, NULL), STRIA_OK);
                assert_memory_equal(out.ptr, "before", 6);
                struct sx_bytes packed = sx_bytes_make(out.ptr + 6, out.len - 6);
                if (kind != NOISE && in.len >= 65536)
                    assert_true(packed.len < in.len / 4);
                assert_int_equal(blocks[b].get(packed, back, in.len, NULL), STRIA_OK);
                assert_memory_equal(back, in.ptr, in.len);
                /* A byte less or more than there is. */
                stria_error err = {0};
                assert_int_not_equal(blocks[b].get(packed, back, in.len + 1, &err), STRIA_OK);
                assert_true(err.text[0] || blocks[b].put == snappy_put);
                if (in.len)
                    assert_int_not_equal(blocks[b].get(packed, back, in.len - 1, &err), STRIA_OK);
                free(back);
                sx_buf_deinit(&out);
            }
}

static void test_no_cut_and_no_flip_reads_or_writes_outside(void **state)
{
    (void)state;
    struct sx_bytes in = make_input(WORDS, 400);
    for (size_t b = 0; b < SX_COUNT_OF(blocks); b++) {
        struct sx_buf out;
        uint8_t *back = malloc(in.len);
        sx_buf_init(&out, &mem, 4096);
        assert_int_equal(blocks[b].put(&out, in, NULL), STRIA_OK);
        for (size_t len = 0; len < out.len; len++) {
            uint8_t *cut = malloc(len + !len); /* the address sanitiser watches its end */
            memcpy(cut, out.ptr, len);
            assert_int_equal(blocks[b].get(sx_bytes_make(cut, len), back, in.len, NULL),
                             blocks[b].corrupt);
            free(cut);
        }
        for (size_t bit = 0; bit < out.len * 8; bit++) {
            out.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)blocks[b].get(sx_buf_bytes(&out), back, in.len, NULL);
            out.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(back);
        sx_buf_deinit(&out);
    }
}

static void test_a_block_that_does_not_fit_its_output_is_a_limit(void **state)
{
    (void)state;
    struct sx_bytes in = make_input(NOISE, 10000);
    for (size_t b = 0; b < SX_COUNT_OF(blocks); b++) {
        struct sx_buf out;
        stria_error err = {0};
        sx_buf_init(&out, &mem, 5000);
        sx_buf_put_text(&out, "before");
        print_message("%s\n", blocks[b].name);
        assert_int_equal(blocks[b].put(&out, in, &err), STRIA_LIMIT);
        assert_int_equal(out.len, 6);
        assert_non_null(strstr(err.text, blocks[b].name));
        sx_buf_deinit(&out);
        struct sx_bytes large = sx_bytes_make("", SX_COMPRESS_SIZE_MAX + 1);
        sx_buf_init(&out, &mem, 5000);
        assert_int_equal(blocks[b].put(&out, large, &err), STRIA_LIMIT);
        sx_buf_deinit(&out);
    }
}

static void test_sizes_that_snappy_claims_are_not_believed(void **state)
{
    (void)state;
    struct sx_buf out;
    stria_error err = {0};
    const uint8_t claim[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 'a'}; /* 4 GiB */
    sx_buf_init(&out, &mem, 1 << 20);
    assert_int_equal(sx_snappy_get(sx_bytes_make(claim, sizeof claim), &out, &err), STRIA_LIMIT);
    assert_string_equal(err.text, "snappy: larger than 1048576 bytes");
    assert_int_equal(out.capacity, 0);
    const uint8_t less[] = {0x05, 0x00, 'a'};
    assert_int_equal(sx_snappy_get(sx_bytes_make(less, sizeof less), &out, &err), STRIA_INVALID);
    assert_string_equal(err.text, "snappy: corrupt input");
    const uint8_t golden[] = {0x03, 0x08, 'a', 'b', 'c'};
    assert_int_equal(sx_snappy_get(sx_bytes_make(golden, sizeof golden), &out, &err), STRIA_OK);
    assert_memory_equal(out.ptr, "abc", 3);
    sx_buf_deinit(&out);
}

/* ---- streams -------------------------------------------------------------------------------- */

static void pack(struct sx_buf *out, enum sx_stream_format format, struct sx_bytes in)
{
    struct sx_deflate *packer;
    assert_int_equal(sx_deflate_create(&mem, format, 6, &packer, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_put(packer, in, out, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_end(packer, out, NULL), STRIA_OK);
    sx_deflate_destroy(packer);
}

/* Unpacks in pieces of `step` bytes, each in memory of its own. */
static stria_status unpack(struct sx_bytes in, size_t step, enum sx_stream_format format,
                           struct sx_buf *out, stria_error *err)
{
    struct sx_inflate *unpacker;
    struct sx_bytes piece;
    assert_int_equal(sx_inflate_create(&mem, format, &unpacker, NULL), STRIA_OK);
    stria_status st = STRIA_OK;
    while (!st && in.len) {
        (void)sx_bytes_take(&in, SX_MIN(in.len, step), &piece);
        uint8_t *copy = malloc(piece.len);
        memcpy(copy, piece.ptr, piece.len);
        st = sx_inflate_put(unpacker, sx_bytes_make(copy, piece.len), out, err);
        free(copy);
    }
    if (!st)
        st = sx_inflate_end(unpacker, err);
    sx_inflate_destroy(unpacker);
    return st;
}

static void test_streams_come_back_whatever_the_pieces(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 1000, 65536, MANY}, steps[] = {1, 7, 1000, MANY * 2};
    for (int format = SX_STREAM_GZIP; format <= SX_STREAM_ZLIB; format++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
                struct sx_bytes in = make_input((enum kind)kind, sizes[i]);
                struct sx_buf packed;
                sx_buf_init(&packed, &mem, MANY * 2);
                pack(&packed, (enum sx_stream_format)format, in);
                for (size_t j = 0; j < SX_COUNT_OF(steps); j++) {
                    struct sx_buf back;
                    sx_buf_init(&back, &mem, in.len); /* exactly what is needed */
                    assert_int_equal(unpack(sx_buf_bytes(&packed), steps[j],
                                            (enum sx_stream_format)format, &back, NULL),
                                     STRIA_OK);
                    assert_true(sx_bytes_equal(sx_buf_bytes(&back), in));
                    sx_buf_deinit(&back);
                }
                sx_buf_deinit(&packed);
            }
}

/* As `printf hello | gzip -n` writes it. */
static const uint8_t hello[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};

static void test_gzip_bytes_of_others_and_our_own_are_the_same(void **state)
{
    (void)state;
    struct sx_buf packed;
    sx_buf_init(&packed, &mem, 100);
    pack(&packed, SX_STREAM_GZIP, SX_LITERAL("hello"));
    assert_int_equal(packed.len, sizeof hello);
    assert_memory_equal(packed.ptr, hello, sizeof hello);
    sx_buf_deinit(&packed);
}

static void test_members_in_a_row_are_one_stream(void **state)
{
    (void)state;
    uint8_t twice[2 * sizeof hello];
    memcpy(twice, hello, sizeof hello);
    memcpy(twice + sizeof hello, hello, sizeof hello);
    for (size_t step = 1; step <= sizeof twice; step++) {
        struct sx_buf back;
        sx_buf_init(&back, &mem, 10);
        assert_int_equal(
            unpack(sx_bytes_make(twice, sizeof twice), step, SX_STREAM_GZIP, &back, NULL),
            STRIA_OK);
        assert_true(sx_bytes_equal(sx_buf_bytes(&back), SX_LITERAL("hellohello")));
        sx_buf_deinit(&back);
    }
}

static void test_a_stream_larger_than_its_output_is_a_limit(void **state)
{
    (void)state;
    struct sx_buf packed, back;
    stria_error err = {0};
    sx_buf_init(&packed, &mem, MANY);
    pack(&packed, SX_STREAM_GZIP, make_input(ZEROS, MANY));
    assert_true(packed.len < 1000);
    for (size_t max = MANY - 1; max > 0; max /= 3) {
        sx_buf_init(&back, &mem, max);
        assert_int_equal(unpack(sx_buf_bytes(&packed), 100, SX_STREAM_GZIP, &back, &err),
                         STRIA_LIMIT);
        assert_non_null(strstr(err.text, "gzip: unpacks to more than"));
        assert_true(back.len <= max);
        sx_buf_deinit(&back);
    }
    sx_buf_deinit(&packed);
}

static void test_streams_that_are_cut_or_wrong_are_told(void **state)
{
    (void)state;
    struct sx_buf back;
    stria_error err = {0};
    sx_buf_init(&back, &mem, 100);
    for (size_t len = 0; len < sizeof hello; len++) {
        sx_buf_clear(&back);
        assert_int_equal(unpack(sx_bytes_make(hello, len), 5, SX_STREAM_GZIP, &back, &err),
                         STRIA_INVALID);
        assert_string_equal(err.text, "gzip: the stream is cut");
    }
    size_t refused = 0;
    for (size_t bit = 0; bit < sizeof hello * 8; bit++) {
        uint8_t flipped[sizeof hello];
        memcpy(flipped, hello, sizeof hello);
        flipped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sx_buf_clear(&back);
        stria_status st =
            unpack(sx_bytes_make(flipped, sizeof flipped), 100, SX_STREAM_GZIP, &back, &err);
        refused += st == STRIA_INVALID;
        assert_true(st == STRIA_OK || st == STRIA_INVALID || st == STRIA_LIMIT);
        /* Nothing hangs on the time, the packer and its system, the mark of a text, and the last
         * six bits of the block. */
        assert_true(st || (bit >= 32 && bit < 80) || bit == 24 || (bit >= 130 && bit < 136));
    }
    assert_true(refused > 100);
    sx_buf_clear(&back);
    assert_int_equal(unpack(SX_LITERAL("cpu v=1"), 100, SX_STREAM_GZIP, &back, &err),
                     STRIA_INVALID);
    assert_string_equal(err.text, "gzip: incorrect header check");
    uint8_t longer[sizeof hello + 2] = {0};
    memcpy(longer, hello, sizeof hello);
    assert_int_equal(unpack(sx_bytes_make(longer, sizeof longer), 100, SX_STREAM_GZIP, &back, &err),
                     STRIA_INVALID);
    struct sx_buf packed;
    sx_buf_init(&packed, &mem, 100);
    pack(&packed, SX_STREAM_ZLIB, SX_LITERAL("hello"));
    sx_buf_put_u8(&packed, 0);
    assert_int_equal(unpack(sx_buf_bytes(&packed), 100, SX_STREAM_ZLIB, &back, &err),
                     STRIA_INVALID);
    assert_string_equal(err.text, "zlib: bytes behind the end");
    sx_buf_deinit(&packed);
    sx_buf_deinit(&back);
}

static void test_what_was_flushed_can_be_read(void **state)
{
    (void)state;
    struct sx_deflate *packer;
    struct sx_inflate *unpacker;
    struct sx_buf packed, back;
    sx_buf_init(&packed, &mem, MANY);
    sx_buf_init(&back, &mem, MANY);
    assert_int_equal(sx_deflate_create(&mem, SX_STREAM_GZIP, 1, &packer, NULL), STRIA_OK);
    assert_int_equal(sx_inflate_create(&mem, SX_STREAM_GZIP, &unpacker, NULL), STRIA_OK);
    for (size_t i = 1; i <= 50; i++) {
        struct sx_bytes in = make_input(WORDS, i * 13);
        sx_buf_clear(&packed);
        sx_buf_clear(&back);
        assert_int_equal(sx_deflate_put(packer, in, &packed, NULL), STRIA_OK);
        assert_int_equal(sx_deflate_flush(packer, &packed, NULL), STRIA_OK);
        assert_int_equal(sx_inflate_put(unpacker, sx_buf_bytes(&packed), &back, NULL), STRIA_OK);
        assert_true(sx_bytes_equal(sx_buf_bytes(&back), in));
        assert_int_equal(sx_inflate_end(unpacker, NULL), STRIA_INVALID);
    }
    sx_deflate_destroy(packer);
    sx_inflate_destroy(unpacker);
    sx_buf_deinit(&packed);
    sx_buf_deinit(&back);
}

/* Unpacks in pieces of `step` bytes. */
static stria_status unpack_zstd(struct sx_bytes in, size_t step, struct sx_buf *out,
                                stria_error *err)
{
    struct sx_unzstd *unpacker;
    struct sx_bytes piece;
    stria_status st = sx_unzstd_create(&mem, &unpacker, err);
    while (!st && in.len) {
        (void)sx_bytes_take(&in, SX_MIN(in.len, step), &piece);
        st = sx_unzstd_put(unpacker, piece, out, err);
    }
    st = st ? st : sx_unzstd_end(unpacker, err);
    sx_unzstd_destroy(unpacker);
    return st;
}

static void test_frames_of_zstd_come_back_whatever_the_pieces(void **state)
{
    (void)state;
    const size_t steps[] = {1, 7, 1000, MANY * 2};
    struct sx_bytes first = make_input(WORDS, 65536);
    struct sx_compressor *own = sx_compressor_create(&mem);
    struct sx_buf packed, back;
    stria_error err;
    sx_buf_init(&packed, &mem, MANY * 2);
    assert_int_equal(sx_zstd_put(own, &packed, first, 5, NULL), STRIA_OK);
    size_t first_size = packed.len;
    assert_int_equal(sx_zstd_put(own, &packed, SX_LITERAL("more"), 5, NULL), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        sx_buf_init(&back, &mem, first.len + 4);
        assert_int_equal(unpack_zstd(sx_buf_bytes(&packed), steps[i], &back, NULL), STRIA_OK);
        assert_int_equal(back.len, first.len + 4);
        assert_memory_equal(back.ptr, first.ptr, first.len);
        assert_memory_equal(back.ptr + first.len, "more", 4);
        sx_buf_deinit(&back);
    }
    sx_buf_init(&back, &mem, first.len - 1);
    struct sx_bytes one = sx_bytes_make(packed.ptr, first_size);
    assert_int_equal(unpack_zstd(one, 100, &back, &err), STRIA_LIMIT);
    sx_buf_deinit(&back);
    sx_buf_init(&back, &mem, MANY);
    one.len--;
    assert_int_equal(unpack_zstd(one, 100, &back, &err), STRIA_INVALID);
    assert_string_equal(err.text, "zstd: the stream is cut");
    packed.ptr[0] ^= 1;
    assert_int_equal(unpack_zstd(one, 100, &back, &err), STRIA_INVALID);
    sx_buf_deinit(&back);
    sx_buf_deinit(&packed);
    sx_compressor_destroy(own);
}

/* ---- refusals ------------------------------------------------------------------------------- */

/* Everything once; the first failure ends it. */
static stria_status use_all(struct sx_bytes in)
{
    struct sx_compressor *own = sx_compressor_create(&mem);
    struct sx_inflate *unpacker = NULL;
    struct sx_deflate *packer = NULL;
    struct sx_buf out, back;
    stria_error err;
    sx_buf_init(&out, &mem, MANY * 4);
    sx_buf_init(&back, &mem, MANY);
    stria_status st = own ? STRIA_OK : STRIA_NOMEM;
    st = st ? st : sx_zstd_put(own, &out, in, 5, &err);
    if (!st) {
        uint8_t *bytes = malloc(in.len);
        st = sx_zstd_get(own, sx_buf_bytes(&out), bytes, in.len, &err);
        free(bytes);
    }
    st = st ? st : unpack_zstd(sx_buf_bytes(&out), 1000, &back, &err);
    sx_buf_clear(&back);
    st = st ? st : sx_lz4_put(own, &out, in, &err);
    sx_buf_clear(&out);
    st = st ? st : sx_snappy_put(&mem, &out, in, &err);
    st = st ? st : sx_snappy_get(sx_buf_bytes(&out), &back, &err);
    sx_buf_deinit(&out);
    sx_buf_deinit(&back);
    sx_buf_init(&out, &mem, MANY * 2);
    sx_buf_init(&back, &mem, MANY);
    st = st ? st : sx_deflate_create(&mem, SX_STREAM_GZIP, 6, &packer, &err);
    st = st ? st : sx_deflate_put(packer, in, &out, &err);
    st = st ? st : sx_deflate_end(packer, &out, &err);
    st = st ? st : sx_inflate_create(&mem, SX_STREAM_GZIP, &unpacker, &err);
    st = st ? st : sx_inflate_put(unpacker, sx_buf_bytes(&out), &back, &err);
    sx_deflate_destroy(packer);
    sx_inflate_destroy(unpacker);
    sx_compressor_destroy(own);
    sx_buf_deinit(&out);
    sx_buf_deinit(&back);
    return st;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {0};
    size_t before = sx_mem_size(&mem), refusals = 0;
    struct sx_bytes in = make_input(WORDS, 200000);
    for (int64_t n = 1; n == 1 || atomic_load(&fault.fired); n++) {
        fault = (struct sx_mem_fault){.countdown = n};
        mem.fault = &fault;
        stria_status st = use_all(in);
        mem.fault = NULL;
        assert_int_equal(st, atomic_load(&fault.fired) ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(sx_mem_size(&mem), before);
        refusals += st != STRIA_OK;
    }
    assert_true(refusals > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_come_back_as_they_went_in),
        cmocka_unit_test(test_no_cut_and_no_flip_reads_or_writes_outside),
        cmocka_unit_test(test_a_block_that_does_not_fit_its_output_is_a_limit),
        cmocka_unit_test(test_sizes_that_snappy_claims_are_not_believed),
        cmocka_unit_test(test_streams_come_back_whatever_the_pieces),
        cmocka_unit_test(test_gzip_bytes_of_others_and_our_own_are_the_same),
        cmocka_unit_test(test_members_in_a_row_are_one_stream),
        cmocka_unit_test(test_a_stream_larger_than_its_output_is_a_limit),
        cmocka_unit_test(test_streams_that_are_cut_or_wrong_are_told),
        cmocka_unit_test(test_what_was_flushed_can_be_read),
        cmocka_unit_test(test_frames_of_zstd_come_back_whatever_the_pieces),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
