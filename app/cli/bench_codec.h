/* SPDX-License-Identifier: Apache-2.0 */
/* bench_codec.h -- `stria bench codec`: how small and how fast the codecs are on a user's files.
 *
 * Algorithm   Every column is encoded hot; then the columns of each field, in stripes of up to 8
 *             MiB as in a segment, get shared tables and are encoded sealed. Times that are equal
 *             count once. For the times of encoding and decoding the columns are copied until they
 *             take 64 MiB or more, and gone through in random order, stripe by stripe, for a round
 *             without and then three with the clock, each at most 0.15 s and going on where the
 *             one before ended; the least is told. So caches are cold and branches not learnt.
 * Format      --json: an object a file and one for all of them, whose file is "total": file, count,
 *             time_bits_hot, time_bits_sealed, value_bits_hot, value_bits_sealed (bits a value,
 *             heads and tables included; times null where there are none), encode_ns,
 *             decode_ns_hot, decode_ns_sealed (a value), codecs (columns of each codec, hot and
 *             sealed).
 * Threads     One. */
#ifndef SX_APP_CLI_BENCH_CODEC_H
#define SX_APP_CLI_BENCH_CODEC_H

#include "app/cli/out.h"

#define SX_BENCH_COLD_SIZE ((size_t)64 << 20)

/* Measures files; cold_size: SX_BENCH_COLD_SIZE, or less in tests.
 * Returns OK, or what ended it: NOT_FOUND, IO, INVALID, NOMEM, LIMIT. */
stria_status sx_bench_codec(struct sx_out *out, struct sx_mem *mem, char *const *paths,
                            size_t path_count, bool json, size_t cold_size, stria_error *err);

#endif
