/* SPDX-License-Identifier: Apache-2.0 */
/* compress.h -- general compressors, with every output bounded by its caller.
 *
 * Why         Strings and cold blocks (zstd), the log (lz4), remote write (snappy), HTTP bodies
 *             (gzip). Sizes that packed bytes claim are never believed: an output is a buffer with
 *             a maximum or an array of the size the caller knows.
 * Limits      Inputs of zstd, lz4 and snappy: SX_COMPRESS_SIZE_MAX bytes at once.
 * Threads     Each object has one owner at a time; the functions without one are pure. */
#ifndef SX_BASE_COMPRESS_H
#define SX_BASE_COMPRESS_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "stria.h"

#define SX_COMPRESS_SIZE_MAX ((size_t)1 << 30)

/* ---- blocks: zstd, lz4, snappy -------------------------------------------------------------- */

/* What zstd and lz4 need while they work: made when first used, kept for the next time. */
struct sx_compressor;

struct sx_compressor *sx_compressor_create(struct sx_mem *mem); /* NULL: no memory */
void sx_compressor_destroy(struct sx_compressor *compressor);   /* NULL is allowed */

/* Append the packed form of `in`; zstd's levels are 1 (fast) to 19 (small).
 * Returns  OK; LIMIT (`in` or `out` is too large), NOMEM: `out` keeps what it had. */
SX_MUST_CHECK stria_status sx_zstd_put(struct sx_compressor *compressor, struct sx_buf *out,
                                       struct sx_bytes in, int level, stria_error *err);
SX_MUST_CHECK stria_status sx_lz4_put(struct sx_compressor *compressor, struct sx_buf *out,
                                      struct sx_bytes in, stria_error *err);
SX_MUST_CHECK stria_status sx_snappy_put(struct sx_mem *mem, struct sx_buf *out, struct sx_bytes in,
                                         stria_error *err);

/* Unpack `in` into the `size` bytes at `out`, which it must fill exactly.
 * Returns  OK; CORRUPT (`out` is then undefined); NOMEM. */
SX_MUST_CHECK stria_status sx_zstd_get(struct sx_compressor *compressor, struct sx_bytes in,
                                       uint8_t *out, size_t size, stria_error *err);
SX_MUST_CHECK stria_status sx_lz4_get(struct sx_bytes in, uint8_t *out, size_t size,
                                      stria_error *err);

/* Appends what a block of snappy holds, which tells its own size.
 * Returns  OK; INVALID: it is no such block; LIMIT: larger than `out` may be; NOMEM. */
SX_MUST_CHECK stria_status sx_snappy_get(struct sx_bytes in, struct sx_buf *out, stria_error *err);

/* ---- streams: gzip, zlib, zstd -------------------------------------------------------------- */

enum sx_stream_format {
    SX_STREAM_GZIP, /* one member or several in a row; "Content-Encoding: gzip" */
    SX_STREAM_ZLIB, /* "Content-Encoding: deflate" */
};

struct sx_inflate;

/* NOMEM. */
SX_MUST_CHECK stria_status sx_inflate_create(struct sx_mem *mem, enum sx_stream_format format,
                                             struct sx_inflate **unpacker, stria_error *err);
void sx_inflate_destroy(struct sx_inflate *unpacker); /* NULL is allowed */
/* Unpacks the next piece of a stream, cut anywhere, and appends it to `out`.
 * Returns  OK; INVALID: it is no such stream; LIMIT: larger than `out` may be; NOMEM. After a
 *          failure only destroy may follow. */
SX_MUST_CHECK stria_status sx_inflate_put(struct sx_inflate *unpacker, struct sx_bytes in,
                                          struct sx_buf *out, stria_error *err);
/* OK, or INVALID: the stream is cut. */
SX_MUST_CHECK stria_status sx_inflate_end(const struct sx_inflate *unpacker, stria_error *err);

/* The same of a stream of zstd frames. Limits: windows of 128 MiB (zstd --long=27). */
struct sx_unzstd;

SX_MUST_CHECK stria_status sx_unzstd_create(struct sx_mem *mem, struct sx_unzstd **unpacker,
                                            stria_error *err);
void sx_unzstd_destroy(struct sx_unzstd *unpacker); /* NULL is allowed */
SX_MUST_CHECK stria_status sx_unzstd_put(struct sx_unzstd *unpacker, struct sx_bytes in,
                                         struct sx_buf *out, stria_error *err);
SX_MUST_CHECK stria_status sx_unzstd_end(const struct sx_unzstd *unpacker, stria_error *err);

struct sx_deflate;

/* `level`: 1 (fast) to 9 (small). NOMEM. */
SX_MUST_CHECK stria_status sx_deflate_create(struct sx_mem *mem, enum sx_stream_format format,
                                             int level, struct sx_deflate **packer,
                                             stria_error *err);
void sx_deflate_destroy(struct sx_deflate *packer); /* NULL is allowed */
/* Pack the next piece; the second also appends all that is held back, so that a client can read up
 * to here; the third ends the stream. LIMIT, NOMEM. */
SX_MUST_CHECK stria_status sx_deflate_put(struct sx_deflate *packer, struct sx_bytes in,
                                          struct sx_buf *out, stria_error *err);
SX_MUST_CHECK stria_status sx_deflate_flush(struct sx_deflate *packer, struct sx_buf *out,
                                            stria_error *err);
SX_MUST_CHECK stria_status sx_deflate_end(struct sx_deflate *packer, struct sx_buf *out,
                                          stria_error *err);

#endif
