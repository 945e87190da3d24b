/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h -- what the benches of `stria bench` share: their flags, and figures on their way out.
 *
 * Use         A bench is a file of its own with a function as below, and a row in cmd_bench.c.
 * Threads     One. */
#ifndef SX_APP_CLI_BENCH_H
#define SX_APP_CLI_BENCH_H

#include "app/cli/cli.h"

/* The flags of all benches; a bench looks at its own. */
struct sx_bench_arguments {
    const char *data, *make;
    uint64_t series, fields, batch, threads, memory, memtable, churn, late;
    int64_t duration_ns;
    int durability; /* 0: sync, 1: async */
    int values;     /* an sx_bench_values */
    bool json;
};

/* Returns an exit status. */
int sx_bench_ingest(struct sx_cli *cli, const struct sx_bench_arguments *arguments);
int sx_bench_start(struct sx_cli *cli, const struct sx_bench_arguments *arguments);

/* One figure; counts are whole numbers, others have up to three digits behind the point. */
struct sx_bench_figure {
    const char *name;
    double value;
};

/* All figures on one line as JSON, or one a line. */
void sx_bench_put(struct sx_cli *cli, const struct sx_bench_figure *figures, size_t count,
                  bool json);

/* Runs one statement; what it answers is left. Returns what the query and the statement return. */
stria_status sx_bench_execute(stria *db, const char *text, stria_error *err);

/* The sum of a store's figures of a name; 0 when there is none. */
double sx_bench_stat(stria *db, const char *name);

/* Seconds of processor time that this process took so far. */
double sx_bench_cpu_s(void);
/* The most memory that this process ever had, in bytes (VmHWM); 0: unknown. */
uint64_t sx_bench_memory_max(void);

#endif
