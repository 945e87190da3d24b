/* SPDX-License-Identifier: Apache-2.0 */
/* compress.c -- see compress.h. Wraps zstd, lz4, snappy and zlib.
 *
 * Why         zstd and zlib allocate through the accountant, lz4 works in a state of ours; snappy
 *             allocates by itself while it packs, and is charged for it. */
#include "base/compress.h"

#include "base/error.h"

#define ZSTD_STATIC_LINKING_ONLY /* for its custom allocator */
#include <lz4.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define STREAM_STEP ((size_t)64 << 10) /* output asked for at a time */
#define PIECE_MAX ((size_t)1 << 30)    /* zlib counts in 32 bits */
#define SNAPPY_WORK_SIZE ((size_t)256 << 10)

/* ---- blocks --------------------------------------------------------------------------------- */

struct sx_compressor {
    struct sx_mem *mem;
    ZSTD_CCtx *zstd_put;
    ZSTD_DCtx *zstd_get;
    void *lz4;
};

struct sx_compressor *sx_compressor_create(struct sx_mem *mem)
{
    struct sx_compressor *compressor = sx_mem_zalloc(mem, sizeof *compressor);
    if (compressor)
        compressor->mem = mem;
    return compressor;
}

void sx_compressor_destroy(struct sx_compressor *compressor)
{
    if (!compressor)
        return;
    ZSTD_freeCCtx(compressor->zstd_put);
    ZSTD_freeDCtx(compressor->zstd_get);
    sx_mem_free(compressor->mem, compressor->lz4);
    sx_mem_free(compressor->mem, compressor);
}

static void *zstd_alloc(void *mem, size_t size)
{
    return sx_mem_alloc(mem, SX_MAX(size, 1));
}

static void zstd_release(void *mem, void *ptr)
{
    sx_mem_free(mem, ptr);
}

static stria_status refused(const struct sx_mem *mem, const char *what, size_t size,
                            stria_error *err)
{
    stria_status st = sx_mem_refused(mem, size, err);
    sx_error_prefix(err, "%s", what);
    return st;
}

static stria_status check_size(struct sx_bytes in, const char *what, stria_error *err)
{
    if (in.len <= SX_COMPRESS_SIZE_MAX)
        return STRIA_OK;
    return sx_fail(err, STRIA_LIMIT, "%s: an input of %zu bytes is larger than %zu", what, in.len,
                   SX_COMPRESS_SIZE_MAX);
}

/* Room to ask of `out` for at most `size` bytes: less if that is all it may have. */
static size_t room_for(const struct sx_buf *out, size_t size)
{
    return SX_MAX(SX_MIN(size, out->max - out->len), 1);
}

/* A view that zstd and its kin may read even when it is empty. */
static struct sx_bytes readable(struct sx_bytes in)
{
    return in.len ? in : SX_LITERAL("");
}

stria_status sx_zstd_put(struct sx_compressor *compressor, struct sx_buf *out, struct sx_bytes in,
                         int level, stria_error *err)
{
    stria_status st = check_size(in, "zstd", err);
    if (st)
        return st;
    in = readable(in);
    ZSTD_customMem custom = {zstd_alloc, zstd_release, compressor->mem};
    if (!compressor->zstd_put)
        compressor->zstd_put = ZSTD_createCCtx_advanced(custom);
    if (!compressor->zstd_put)
        return refused(compressor->mem, "zstd", sizeof compressor, err);
    size_t room = room_for(out, ZSTD_compressBound(in.len));
    if (!sx_buf_reserve(out, room))
        return sx_buf_refused(out, "zstd", err);
    size_t size =
        ZSTD_compressCCtx(compressor->zstd_put, out->ptr + out->len, room, in.ptr, in.len, level);
    if (ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall)
        return sx_fail(err, STRIA_LIMIT, "zstd: larger than %zu bytes", out->max);
    if (ZSTD_isError(size))
        return refused(compressor->mem, ZSTD_getErrorName(size), in.len, err);
    out->len += size;
    return STRIA_OK;
}

stria_status sx_zstd_get(struct sx_compressor *compressor, struct sx_bytes in, uint8_t *out,
                         size_t size, stria_error *err)
{
    uint8_t nothing;
    in = readable(in);
    ZSTD_customMem custom = {zstd_alloc, zstd_release, compressor->mem};
    if (!compressor->zstd_get)
        compressor->zstd_get = ZSTD_createDCtx_advanced(custom);
    if (!compressor->zstd_get)
        return refused(compressor->mem, "zstd", sizeof compressor, err);
    size_t got =
        ZSTD_decompressDCtx(compressor->zstd_get, size ? out : &nothing, size, in.ptr, in.len);
    if (ZSTD_isError(got))
        return sx_fail(err, STRIA_CORRUPT, "zstd: %s", ZSTD_getErrorName(got));
    if (got != size)
        return sx_fail(err, STRIA_CORRUPT, "zstd: %zu bytes where %zu were expected", got, size);
    return STRIA_OK;
}

stria_status sx_lz4_put(struct sx_compressor *compressor, struct sx_buf *out, struct sx_bytes in,
                        stria_error *err)
{
    stria_status st = check_size(in, "lz4", err);
    if (st)
        return st;
    in = readable(in);
    size_t state_size = (size_t)LZ4_sizeofState();
    if (!compressor->lz4)
        compressor->lz4 = sx_mem_alloc(compressor->mem, state_size);
    if (!compressor->lz4)
        return refused(compressor->mem, "lz4", state_size, err);
    size_t room = room_for(out, (size_t)LZ4_compressBound((int)in.len));
    if (!sx_buf_reserve(out, room))
        return sx_buf_refused(out, "lz4", err);
    int size = LZ4_compress_fast_extState(compressor->lz4, (const char *)in.ptr,
                                          (char *)out->ptr + out->len, (int)in.len, (int)room, 1);
    if (size <= 0)
        return sx_fail(err, STRIA_LIMIT, "lz4: larger than %zu bytes", out->max);
    out->len += (size_t)size;
    return STRIA_OK;
}

stria_status sx_lz4_get(struct sx_bytes in, uint8_t *out, size_t size, stria_error *err)
{
    uint8_t nothing;
    if (in.len > LZ4_MAX_INPUT_SIZE || size > LZ4_MAX_INPUT_SIZE)
        return sx_fail(err, STRIA_CORRUPT, "lz4: a block of %zu bytes for %zu", in.len, size);
    in = readable(in);
    int got = LZ4_decompress_safe((const char *)in.ptr, (char *)(size ? out : &nothing),
                                  (int)in.len, (int)size);
    if (got < 0 || (size_t)got != size)
        return sx_fail(err, STRIA_CORRUPT, "lz4: a block of %zu bytes does not hold %zu", in.len,
                       size);
    return STRIA_OK;
}

stria_status sx_snappy_put(struct sx_mem *mem, struct sx_buf *out, struct sx_bytes in,
                           stria_error *err)
{
    stria_status st = check_size(in, "snappy", err);
    if (st)
        return st;
    in = readable(in);
    size_t size = snappy_max_compressed_length(in.len);
    if (!sx_buf_reserve(out, size))
        return sx_buf_refused(out, "snappy", err);
    if (!sx_mem_reserve(mem, SNAPPY_WORK_SIZE))
        return refused(mem, "snappy", SNAPPY_WORK_SIZE, err);
    snappy_status status =
        snappy_compress((const char *)in.ptr, in.len, (char *)out->ptr + out->len, &size);
    sx_mem_release(mem, SNAPPY_WORK_SIZE);
    if (status != SNAPPY_OK)
        return sx_fail(err, STRIA_INTERNAL, "snappy: %zu bytes could not be packed", in.len);
    out->len += size;
    return STRIA_OK;
}

stria_status sx_snappy_get(struct sx_bytes in, struct sx_buf *out, stria_error *err)
{
    size_t size;
    in = readable(in);
    if (snappy_uncompressed_length((const char *)in.ptr, in.len, &size) != SNAPPY_OK)
        return sx_fail(err, STRIA_INVALID, "snappy: corrupt input");
    if (size > out->max - out->len)
        return sx_fail(err, STRIA_LIMIT, "snappy: larger than %zu bytes", out->max);
    if (!sx_buf_reserve(out, size))
        return sx_buf_refused(out, "snappy", err);
    char nothing, *to = size ? (char *)out->ptr + out->len : &nothing;
    if (snappy_uncompress((const char *)in.ptr, in.len, to, &size) != SNAPPY_OK)
        return sx_fail(err, STRIA_INVALID, "snappy: corrupt input");
    out->len += size;
    return STRIA_OK;
}

/* ---- streams -------------------------------------------------------------------------------- */

static void *zlib_alloc(void *mem, uInt count, uInt size)
{
    return sx_mem_alloc(mem, SX_MAX((size_t)count * size, 1));
}

static void zlib_release(void *mem, void *ptr)
{
    sx_mem_free(mem, ptr);
}

static int window_bits(enum sx_stream_format format)
{
    return format == SX_STREAM_GZIP ? MAX_WBITS + 16 : MAX_WBITS;
}

static const char *name_of(enum sx_stream_format format)
{
    return format == SX_STREAM_GZIP ? "gzip" : "zlib";
}

struct sx_inflate {
    struct sx_mem *mem;
    enum sx_stream_format format;
    z_stream stream;
    bool ended; /* a member ended, and no byte came since */
};

stria_status sx_inflate_create(struct sx_mem *mem, enum sx_stream_format format,
                               struct sx_inflate **out, stria_error *err)
{
    *out = NULL;
    struct sx_inflate *unpacker = sx_mem_zalloc(mem, sizeof *unpacker);
    if (!unpacker)
        return refused(mem, name_of(format), sizeof *unpacker, err);
    unpacker->mem = mem;
    unpacker->format = format;
    unpacker->stream.zalloc = zlib_alloc;
    unpacker->stream.zfree = zlib_release;
    unpacker->stream.opaque = mem;
    if (inflateInit2(&unpacker->stream, window_bits(format)) != Z_OK) {
        sx_mem_free(mem, unpacker);
        return refused(mem, name_of(format), STREAM_STEP, err);
    }
    *out = unpacker;
    return STRIA_OK;
}

void sx_inflate_destroy(struct sx_inflate *unpacker)
{
    if (!unpacker)
        return;
    (void)inflateEnd(&unpacker->stream);
    sx_mem_free(unpacker->mem, unpacker);
}

/* Begins the next member of a gzip stream behind the end of one. */
static stria_status next_member(struct sx_inflate *unpacker, stria_error *err)
{
    if (unpacker->format != SX_STREAM_GZIP || inflateReset(&unpacker->stream) != Z_OK)
        return sx_fail(err, STRIA_INVALID, "%s: bytes behind the end", name_of(unpacker->format));
    unpacker->ended = false;
    return STRIA_OK;
}

/* One call of inflate into the room there is, or into one byte beyond a full buffer: whether
 * anything is left is known only by asking. */
static stria_status inflate_step(struct sx_inflate *unpacker, struct sx_buf *out, stria_error *err)
{
    z_stream *z = &unpacker->stream;
    size_t room = SX_MIN(out->max - out->len, STREAM_STEP);
    uint8_t beyond;
    if (room && !sx_buf_reserve(out, room))
        return sx_buf_refused(out, name_of(unpacker->format), err);
    z->next_out = room ? out->ptr + out->len : &beyond;
    z->avail_out = room ? (uInt)room : 1;
    int code = inflate(z, Z_NO_FLUSH);
    if (!room && !z->avail_out)
        return sx_fail(err, STRIA_LIMIT, "%s: unpacks to more than %zu bytes",
                       name_of(unpacker->format), out->max);
    out->len += room ? room - z->avail_out : 0;
    unpacker->ended = code == Z_STREAM_END;
    if (code == Z_MEM_ERROR)
        return refused(unpacker->mem, name_of(unpacker->format), STREAM_STEP, err);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        return sx_fail(err, STRIA_INVALID, "%s: %s", name_of(unpacker->format),
                       z->msg ? z->msg : "corrupt input");
    return STRIA_OK;
}

stria_status sx_inflate_put(struct sx_inflate *unpacker, struct sx_bytes in, struct sx_buf *out,
                            stria_error *err)
{
    z_stream *z = &unpacker->stream;
    while (in.len) {
        struct sx_bytes piece = {0};
        (void)sx_bytes_take(&in, SX_MIN(in.len, PIECE_MAX), &piece);
        z->next_in = (uint8_t *)(uintptr_t)piece.ptr;
        z->avail_in = (uInt)piece.len;
        /* A full output may hide more, even when all input is taken. */
        do {
            stria_status st = STRIA_OK;
            if (unpacker->ended)
                st = next_member(unpacker, err);
            if (!st)
                st = inflate_step(unpacker, out, err);
            if (st)
                return st;
        } while (z->avail_in || (!z->avail_out && !unpacker->ended));
    }
    return STRIA_OK;
}

stria_status sx_inflate_end(const struct sx_inflate *unpacker, stria_error *err)
{
    if (unpacker->ended)
        return STRIA_OK;
    return sx_fail(err, STRIA_INVALID, "%s: the stream is cut", name_of(unpacker->format));
}

struct sx_unzstd {
    struct sx_mem *mem;
    ZSTD_DCtx *context;
    bool in_frame;
};

stria_status sx_unzstd_create(struct sx_mem *mem, struct sx_unzstd **out, stria_error *err)
{
    struct sx_unzstd *unpacker = sx_mem_zalloc(mem, sizeof *unpacker);
    *out = NULL;
    if (!unpacker)
        return refused(mem, "zstd", sizeof *unpacker, err);
    ZSTD_customMem custom = {zstd_alloc, zstd_release, mem};
    unpacker->mem = mem;
    unpacker->context = ZSTD_createDCtx_advanced(custom);
    if (!unpacker->context) {
        sx_mem_free(mem, unpacker);
        return refused(mem, "zstd", STREAM_STEP, err);
    }
    *out = unpacker;
    return STRIA_OK;
}

void sx_unzstd_destroy(struct sx_unzstd *unpacker)
{
    if (!unpacker)
        return;
    ZSTD_freeDCtx(unpacker->context);
    sx_mem_free(unpacker->mem, unpacker);
}

stria_status sx_unzstd_put(struct sx_unzstd *unpacker, struct sx_bytes in, struct sx_buf *out,
                           stria_error *err)
{
    ZSTD_inBuffer from = {.src = in.ptr, .size = in.len};
    bool full = true; /* the output was filled: more may be held back */
    while (from.pos < from.size || (full && unpacker->in_frame)) {
        size_t room = SX_MIN(out->max - out->len, STREAM_STEP);
        uint8_t beyond; /* of a full buffer: whether anything is left is known only by asking */
        if (room && !sx_buf_reserve(out, room))
            return sx_buf_refused(out, "zstd", err);
        ZSTD_outBuffer to = {.dst = room ? out->ptr + out->len : &beyond, .size = SX_MAX(room, 1)};
        size_t left = ZSTD_decompressStream(unpacker->context, &to, &from);
        if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
            return refused(unpacker->mem, "zstd", STREAM_STEP, err);
        if (ZSTD_isError(left))
            return sx_fail(err, STRIA_INVALID, "zstd: %s", ZSTD_getErrorName(left));
        if (!room && to.pos)
            return sx_fail(err, STRIA_LIMIT, "zstd: unpacks to more than %zu bytes", out->max);
        out->len += to.pos;
        full = to.pos == to.size;
        unpacker->in_frame = left != 0;
    }
    return STRIA_OK;
}

stria_status sx_unzstd_end(const struct sx_unzstd *unpacker, stria_error *err)
{
    return unpacker->in_frame ? sx_fail(err, STRIA_INVALID, "zstd: the stream is cut") : STRIA_OK;
}

struct sx_deflate {
    struct sx_mem *mem;
    enum sx_stream_format format;
    z_stream stream;
};

stria_status sx_deflate_create(struct sx_mem *mem, enum sx_stream_format format, int level,
                               struct sx_deflate **out, stria_error *err)
{
    *out = NULL;
    struct sx_deflate *packer = sx_mem_zalloc(mem, sizeof *packer);
    if (!packer)
        return refused(mem, name_of(format), sizeof *packer, err);
    packer->mem = mem;
    packer->format = format;
    packer->stream.zalloc = zlib_alloc;
    packer->stream.zfree = zlib_release;
    packer->stream.opaque = mem;
    if (deflateInit2(&packer->stream, level, Z_DEFLATED, window_bits(format), 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        sx_mem_free(mem, packer);
        return refused(mem, name_of(format), STREAM_STEP, err);
    }
    *out = packer;
    return STRIA_OK;
}

void sx_deflate_destroy(struct sx_deflate *packer)
{
    if (!packer)
        return;
    (void)deflateEnd(&packer->stream);
    sx_mem_free(packer->mem, packer);
}

/* Packs what stands at next_in, until nothing of it, and nothing that `flush` asks for, is left. */
static stria_status deflate_all(struct sx_deflate *packer, int flush, struct sx_buf *out,
                                stria_error *err)
{
    z_stream *z = &packer->stream;
    int code;
    do {
        size_t room = SX_MIN(out->max - out->len, STREAM_STEP);
        if (!sx_buf_reserve(out, SX_MAX(room, 1)))
            return sx_buf_refused(out, name_of(packer->format), err);
        z->next_out = out->ptr + out->len;
        z->avail_out = (uInt)room;
        code = deflate(z, flush);
        out->len += room - z->avail_out;
    } while (flush == Z_FINISH ? code != Z_STREAM_END : !z->avail_out);
    return STRIA_OK;
}

stria_status sx_deflate_put(struct sx_deflate *packer, struct sx_bytes in, struct sx_buf *out,
                            stria_error *err)
{
    stria_status st = STRIA_OK;
    while (!st && in.len) {
        struct sx_bytes piece = {0};
        (void)sx_bytes_take(&in, SX_MIN(in.len, PIECE_MAX), &piece);
        packer->stream.next_in = (uint8_t *)(uintptr_t)piece.ptr;
        packer->stream.avail_in = (uInt)piece.len;
        st = deflate_all(packer, Z_NO_FLUSH, out, err);
    }
    return st;
}

stria_status sx_deflate_flush(struct sx_deflate *packer, struct sx_buf *out, stria_error *err)
{
    return deflate_all(packer, Z_SYNC_FLUSH, out, err);
}

stria_status sx_deflate_end(struct sx_deflate *packer, struct sx_buf *out, stria_error *err)
{
    return deflate_all(packer, Z_FINISH, out, err);
}
