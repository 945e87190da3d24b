/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compact.c -- stria compact: does the pending work of a store now. */
#include "app/cli/bench.h"
#include "app/cli/cmd.h"
#include "app/cli/progress.h"
#include "app/cli/source.h"
#include "app/cli/value_text.h"
#include "app/server/process.h"

struct compact_arguments {
    const char *data;
    int until; /* a stria_compact_until */
    bool reclaim;
    uint64_t memory;
    bool json;
};

#define AT(member) offsetof(struct compact_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store"},
    {"until", SX_OPTION_CHOICE, AT(until), "flush|merge|seal",
     "how far: new rows are in segments; and due merges are done; and each window is small"},
    {"reclaim", SX_OPTION_FLAG, AT(reclaim), NULL,
     "give back the space of deleted rows instead, one segment at a time"},
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE", "how much memory it may take; 256M"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the figures as JSON"},
};

static void put_json(struct sx_cli *cli, const stria_compact_report *report, int64_t elapsed_ns)
{
    uint64_t elapsed_ms = (uint64_t)elapsed_ns / 1000000;
    const struct sx_bench_figure figures[] = {
        {"samples", (double)report->sample_count},      {"cpu_s", sx_bench_cpu_s()},
        {"bytes_in", (double)report->bytes_in},         {"bytes_out", (double)report->bytes_out},
        {"bytes_copied", (double)report->bytes_copied}, {"milliseconds", (double)elapsed_ms},
    };
    sx_bench_put(cli, figures, SX_COUNT_OF(figures), true);
}

static void put_text(struct sx_cli *cli, const stria_compact_report *report, int64_t elapsed_ns)
{
    char storage[256];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_put_grouped(&text, report->sample_count);
    sx_buf_put_text(&text, " samples written to segments, ");
    sx_put_size(&text, report->bytes_in);
    sx_buf_put_text(&text, " became ");
    sx_put_size(&text, report->bytes_out);
    sx_buf_put_text(&text, ", in ");
    sx_put_elapsed(&text, elapsed_ns);
    sx_buf_put_u8(&text, '\n');
    sx_out_put(&cli->out, text.ptr, text.len);
}

static int run_compact(struct sx_cli *cli, const void *arguments, char **operands,
                       size_t operand_count)
{
    const struct compact_arguments *compact = arguments;
    struct sx_source source = {0};
    struct sx_progress progress;
    stria_compact_report report = {0};
    stria_error err = {0}, close_err = {0};
    (void)operands;
    (void)operand_count;
    if (!compact->data)
        return sx_cli_usage(cli, "--data DIR must be given");
    sx_progress_begin(&progress);
    const struct sx_process_load load = {.thread_count = 1};
    uint64_t store_size;
    stria_status st = sx_process_store_size(compact->memory, &load, &store_size, &err);
    if (!st)
        st = sx_source_open_write(&source, &cli->mem, compact->data,
                                  STRIA_OPTIONS(.must_exist = true, .memory_size = store_size),
                                  &err);
    if (!st)
        st = stria_compact(source.db,
                           compact->reclaim ? STRIA_COMPACT_RECLAIM
                                            : (stria_compact_until)compact->until,
                           &report, &err);
    if (sx_source_close(&source, &close_err) && !st) {
        st = close_err.code;
        err = close_err;
    }
    if (st)
        return sx_cli_fail(cli, &err);
    int64_t elapsed_ns = sx_progress_elapsed_ns(&progress);
    (compact->json ? put_json : put_text)(cli, &report, elapsed_ns);
    return SX_EXIT_OK;
}

const struct sx_command sx_cmd_compact = {
    .name = "compact",
    .summary = "Writes a store's new rows to segments, and merges them",
    .details = "No other process may have the store open for writing.",
    .example = "stria compact --data run-data --until seal",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct compact_arguments),
    .run = run_compact,
};
