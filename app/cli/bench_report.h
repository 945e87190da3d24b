/* SPDX-License-Identifier: Apache-2.0 */
/* bench_report.h -- what `stria bench codec` found out, as a table or as JSON.
 *
 * Threads     One. */
#ifndef SX_APP_CLI_BENCH_REPORT_H
#define SX_APP_CLI_BENCH_REPORT_H

#include "app/cli/out.h"

#define SX_BENCH_CODECS_MAX 32

/* Of a file, or of several; [0] hot, [1] sealed. */
struct sx_bench_figures {
    uint64_t count; /* values */
    bool has_times;
    uint64_t time_size[2], value_size[2]; /* bytes */
    double encode_ns, decode_ns[2];       /* a value */
    uint64_t gorilla_bits, zstd_size;
    struct {
        const char *name;
        uint64_t columns;
    } codecs[2][SX_BENCH_CODECS_MAX];
};

/* Counts a column; `name` is static. */
void sx_bench_count_codec(struct sx_bench_figures *figures, int tier, const char *name);

/* Adds the figures of a file. */
void sx_bench_add_figures(struct sx_bench_figures *total, const struct sx_bench_figures *file);

void sx_bench_put_heading(struct sx_out *out);
void sx_bench_put_figures(struct sx_out *out, const char *name,
                          const struct sx_bench_figures *figures, bool json);
/* What others are said to reach: figures of a study, not measured here. */
void sx_bench_put_peers(struct sx_out *out);

#endif
