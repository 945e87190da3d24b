/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_bench.c -- stria bench: the codecs on one's own files, and their kernels. */
#include "app/cli/bench_codec.h"
#include "app/cli/bench_kernels.h"
#include "app/cli/cmd.h"

struct bench_arguments {
    bool json;
};

static const struct sx_option options[] = {
    {"json", SX_OPTION_FLAG, offsetof(struct bench_arguments, json), NULL,
     "a JSON object a line instead of a table"},
};

static int run_bench(struct sx_cli *cli, const void *arguments, char **operands,
                     size_t operand_count)
{
    const struct bench_arguments *bench = arguments;
    stria_error err = {0};
    stria_status st;
    if (strcmp(operands[0], "codec") == 0) {
        if (operand_count < 2)
            return sx_cli_usage(cli, "bench codec needs a file");
        st = sx_bench_codec(&cli->out, &cli->mem, operands + 1, operand_count - 1, bench->json,
                            SX_BENCH_COLD_SIZE, &err);
    } else if (strcmp(operands[0], "kernels") == 0) {
        if (operand_count > 1)
            return sx_cli_usage(cli, "bench kernels takes no %s", operands[1]);
        st = sx_bench_kernels(&cli->out, &cli->mem, bench->json, SX_BENCH_COLD_SIZE, &err);
    } else {
        return sx_cli_usage(cli, "unknown bench %s; there are codec and kernels", operands[0]);
    }
    return st ? sx_cli_fail(cli, &err) : SX_EXIT_OK;
}

const struct sx_command sx_cmd_bench = {
    .name = "bench",
    .operands = "codec FILE... | kernels",
    .operand_min = 1,
    .operand_max = SX_OPERANDS_MAX,
    .summary = "Measures the codecs on files, or their inner loops",
    .details = "codec: files of little-endian doubles (.f64), CSV with time,value (.csv) or line\n"
               "protocol, each also packed by zstd: bits and nanoseconds a value, per file and in\n"
               "total. kernels: nanoseconds a value of each loop, width and instruction set.",
    .example = "stria bench codec sensors.csv metrics.lp.zst",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct bench_arguments),
    .run = run_bench,
};
