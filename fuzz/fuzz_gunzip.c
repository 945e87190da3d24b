/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_gunzip.c -- any bytes as packed ones: no unpacker leaves its bounds, and pieces do not
 * matter. */
#include "base/compress.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#define OUTPUT_MAX 100000

static stria_status unpack(struct sx_mem *mem, struct sx_bytes in, size_t step, struct sx_buf *out)
{
    struct sx_inflate *unpacker;
    struct sx_bytes piece;
    CHECK(sx_inflate_create(mem, SX_STREAM_GZIP, &unpacker, NULL) == STRIA_OK);
    stria_status st = STRIA_OK;
    while (!st && in.len) {
        (void)sx_bytes_take(&in, SX_MIN(in.len, step), &piece);
        st = sx_inflate_put(unpacker, piece, out, NULL);
    }
    if (!st)
        st = sx_inflate_end(unpacker, NULL);
    sx_inflate_destroy(unpacker);
    CHECK(st == STRIA_OK || st == STRIA_INVALID || st == STRIA_LIMIT);
    CHECK(out->len <= OUTPUT_MAX);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_buf whole, pieces;
    struct sx_bytes in = sx_bytes_make(data, size);
    uint8_t block[1000];
    sx_mem_init(&mem, NULL, "fuzz", 64 << 20);
    sx_buf_init(&whole, &mem, OUTPUT_MAX);
    sx_buf_init(&pieces, &mem, OUTPUT_MAX);
    stria_status st = unpack(&mem, in, size, &whole);
    stria_status other = unpack(&mem, in, 1 + size % 7, &pieces);
    CHECK((st == STRIA_OK) == (other == STRIA_OK));
    if (!st)
        CHECK(sx_bytes_equal(sx_buf_bytes(&whole), sx_buf_bytes(&pieces)));
    sx_buf_clear(&whole);
    (void)!sx_snappy_get(in, &whole, NULL);
    CHECK(whole.len <= OUTPUT_MAX);
    struct sx_compressor *compressor = sx_compressor_create(&mem);
    CHECK(compressor);
    (void)!sx_zstd_get(compressor, in, block, sizeof block, NULL);
    (void)!sx_lz4_get(in, block, sizeof block, NULL);
    sx_compressor_destroy(compressor);
    sx_buf_deinit(&whole);
    sx_buf_deinit(&pieces);
    sx_mem_deinit(&mem);
    return 0;
}
