/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_bench.c -- stria bench: measures, by name. */
#include "app/cli/bench.h"
#include "app/cli/bench_codec.h"
#include "app/cli/bench_kernels.h"
#include "app/cli/cmd.h"

#define AT(member) offsetof(struct sx_bench_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store; made if it is not there"},
    {"series", SX_OPTION_COUNT, AT(series), "N", "ingest: series written to; 4000"},
    {"fields", SX_OPTION_COUNT, AT(fields), "N", "ingest: fields of a row; 10"},
    {"batch", SX_OPTION_COUNT, AT(batch), "ROWS", "ingest: rows of a write; 10000"},
    {"seconds", SX_OPTION_SECONDS, AT(duration_ns), "S", "ingest: for how long; 10"},
    {"durability", SX_OPTION_CHOICE, AT(durability), "sync|async", "ingest: of writes"},
    {"threads", SX_OPTION_COUNT, AT(threads), "N", "ingest: writers; 1"},
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE", "how much memory it may take; 256M"},
    {"memtable", SX_OPTION_SIZE, AT(memtable), "SIZE", "bytes of rows before a flush"},
    {"values", SX_OPTION_CHOICE, AT(values), "walk|decimal|random", "ingest: what fields hold"},
    {"churn", SX_OPTION_COUNT, AT(churn), "N", "ingest: series replaced by new ones a minute"},
    {"late", SX_OPTION_COUNT, AT(late), "PERCENT", "ingest: rows of up to a day before"},
    {"make", SX_OPTION_TEXT, AT(make), "SEGMENTS,SERIES", "start: make such a store first"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the figures as JSON"},
};

static int bench_codec(struct sx_cli *cli, const struct sx_bench_arguments *bench, char **files,
                       size_t file_count)
{
    stria_error err = {0};
    if (file_count == 0)
        return sx_cli_usage(cli, "bench codec needs a file");
    stria_status st = sx_bench_codec(&cli->out, &cli->mem, files, file_count, bench->json,
                                     SX_BENCH_COLD_SIZE, &err);
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}

static int bench_kernels(struct sx_cli *cli, const struct sx_bench_arguments *bench)
{
    stria_error err = {0};
    stria_status st = sx_bench_kernels(&cli->out, &cli->mem, bench->json, SX_BENCH_COLD_SIZE, &err);
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}

static const struct {
    const char *name;
    int (*run)(struct sx_cli *cli, const struct sx_bench_arguments *arguments);
} benches[] = {
    {"ingest", sx_bench_ingest},
    {"start", sx_bench_start},
    {"kernels", bench_kernels},
};

static int run_bench(struct sx_cli *cli, const void *arguments, char **operands,
                     size_t operand_count)
{
    if (strcmp(operands[0], "codec") == 0)
        return bench_codec(cli, arguments, operands + 1, operand_count - 1);
    if (operand_count > 1)
        return sx_cli_usage(cli, "bench %s takes no %s", operands[0], operands[1]);
    for (size_t i = 0; i < SX_COUNT_OF(benches); i++)
        if (strcmp(operands[0], benches[i].name) == 0)
            return benches[i].run(cli, arguments);
    return sx_cli_usage(cli, "unknown bench %s; there are ingest, start, codec and kernels",
                        operands[0]);
}

const struct sx_command sx_cmd_bench = {
    .name = "bench",
    .operands = "ingest | start | codec FILE... | kernels",
    .operand_min = 1,
    .operand_max = SX_OPERANDS_MAX,
    .summary = "Measures a store on this machine, the codecs on files, or their inner loops",
    .details =
        "ingest: columnar writes, as fast as they go. start: opening a store until the first\n"
        "durable write. codec: files of little-endian doubles (.f64), CSV with time,value\n"
        "(.csv) or line protocol, each also packed by zstd: bits and nanoseconds a value, per\n"
        "file and in total. kernels: nanoseconds a value of each loop, width and instruction\n"
        "set.",
    .example = "stria bench ingest --data run-data --series 4000 --fields 10 --seconds 60 --json",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct sx_bench_arguments),
    .run = run_bench,
};
