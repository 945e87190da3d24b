/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_import.c -- stria import: line protocol from files into a directory or a server. */
#include "app/cli/cmd.h"
#include "app/cli/import.h"
#include "app/cli/stop.h"
#include "app/cli/value_text.h"
#include "app/render/json.h"
#include "app/server/process.h"

#define IMPORT_THREADS 2

struct import_arguments {
    const char *data, *url, *db, *rp;
    int format, precision;
    uint64_t batch, memory;
    bool create_db, json;
};

#define AT(member) offsetof(struct import_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store, made if it is not there"},
    {"url", SX_OPTION_TEXT, AT(url), "URL", "or the server: http://[user:password@]host[:8086]"},
    {"db", SX_OPTION_TEXT, AT(db), "NAME", "the database"},
    {"rp", SX_OPTION_TEXT, AT(rp), "NAME", "the retention policy, if not the default one"},
    {"create-db", SX_OPTION_FLAG, AT(create_db), NULL, "makes the database if it is not there"},
    {"format", SX_OPTION_CHOICE, AT(format), "lp", "line protocol"},
    {"precision", SX_OPTION_CHOICE, AT(precision), "ns|us|ms|s|m|h", "the unit of its times"},
    {"batch", SX_OPTION_SIZE, AT(batch), "SIZE", "bytes that are sent at a time; 4M"},
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE",
     "how much memory it may take with a store; 256M"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the figures as JSON on standard output"},
};

static stria_status open_source(const struct import_arguments *arguments, struct sx_cli *cli,
                                struct sx_source *source, stria_error *err)
{
    if (arguments->url)
        return sx_source_open_url(source, &cli->mem, arguments->url, err);
    const struct sx_process_load load = {.thread_count = IMPORT_THREADS};
    uint64_t store_size;
    stria_status st = sx_process_store_size(arguments->memory, &load, &store_size, err);
    if (st)
        return st;
    return sx_source_open_write(source, &cli->mem, arguments->data,
                                STRIA_OPTIONS(.threads = IMPORT_THREADS, .memory_size = store_size),
                                err);
}

static stria_status create_database(struct sx_source *source, const char *name, stria_error *err)
{
    struct sx_buf text;
    sx_buf_init(&text, source->mem, 65536);
    sx_buf_put_text(&text, "CREATE DATABASE ");
    sx_put_quoted_name(&text, sx_bytes_of(name));
    stria_status st = text.failed ? sx_buf_refused(&text, "a name", err) : STRIA_OK;
    if (!st)
        st = sx_source_execute(source, &(struct sx_question){.text = sx_buf_bytes(&text)}, err);
    sx_buf_deinit(&text);
    return st;
}

/* ---- what became of it ---- */

static void put_summary(const struct sx_cli *cli, const struct sx_import *import,
                        int64_t elapsed_ns)
{
    char storage[512];
    struct sx_buf text;
    double seconds = (double)SX_MAX(elapsed_ns, 1) / 1e9;
    sx_buf_init_fixed(&text, storage, sizeof storage - 1);
    sx_put_grouped(&text, import->point_count);
    sx_buf_put_text(&text, " points");
    if (import->sample_count) {
        sx_buf_put_text(&text, " (");
        sx_put_grouped(&text, import->sample_count);
        sx_buf_put_text(&text, " values)");
    }
    sx_buf_put_text(&text, " in ");
    sx_put_elapsed(&text, elapsed_ns);
    sx_buf_put_text(&text, ", ");
    sx_put_count(&text, (uint64_t)((double)import->point_count / seconds));
    sx_buf_put_text(&text, " points/s");
    if (import->sample_count) {
        sx_buf_put_text(&text, ", ");
        sx_put_count(&text, (uint64_t)((double)import->sample_count / seconds));
        sx_buf_put_text(&text, " values/s");
    }
    sx_buf_put_text(&text, "; ");
    sx_put_grouped(&text, import->rejected_count);
    sx_buf_put_text(&text, import->rejected_count == 1 ? " line rejected" : " lines rejected");
    sx_cli_say(cli, "%.*s", (int)text.len, storage);
    for (size_t i = 0; i < import->problem_count; i++)
        sx_cli_say(cli, "%s", import->problems[i].text);
    if (import->rejected_count > import->problem_count && import->problem_count)
        sx_cli_say(cli, "(these are the first problems)");
}

static void put_json(struct sx_cli *cli, const struct sx_import *import, int64_t elapsed_ns)
{
    struct sx_buf text;
    struct sx_json json;
    sx_buf_init(&text, &cli->mem, 65536);
    sx_json_init(&json, &text, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "points");
    sx_json_uint(&json, import->point_count);
    sx_json_key(&json, "samples");
    sx_json_uint(&json, import->sample_count);
    sx_json_key(&json, "rejected");
    sx_json_uint(&json, import->rejected_count);
    sx_json_key(&json, "milliseconds");
    sx_json_uint(&json, (uint64_t)elapsed_ns / 1000000);
    sx_json_key(&json, "problems");
    sx_json_open(&json, '[');
    for (size_t i = 0; i < import->problem_count; i++) {
        sx_json_item(&json);
        sx_json_text(&json, import->problems[i].text);
    }
    sx_json_close(&json, ']');
    sx_json_close(&json, '}');
    sx_buf_put_u8(&text, '\n');
    sx_out_put(&cli->out, text.ptr, text.len);
    sx_buf_deinit(&text);
}

/* ---- the command ---- */

static stria_status import_all(struct sx_import *import, const struct import_arguments *arguments,
                               struct sx_input *input, stria_error *err)
{
    stria_status st = STRIA_OK;
    if (arguments->create_db)
        st = create_database(import->source, arguments->db, err);
    if (!st)
        st = sx_import_run(import, input, err);
    if (import->source->db && import->point_count) {
        stria_error flush_err;
        stria_status flush_st =
            stria_compact(import->source->db, STRIA_COMPACT_FLUSH, NULL, &flush_err);
        if (!st && flush_st) {
            st = flush_st;
            *err = flush_err;
        }
    }
    sx_progress_wipe(&import->progress);
    return st;
}

static int run_import(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    const struct import_arguments *arguments = given;
    struct sx_source source = {0};
    struct sx_import import = {
        .source = &source,
        .database = arguments->db,
        .policy = arguments->rp,
        .precision = (stria_precision)arguments->precision,
        .batch_size = (size_t)SX_MIN(arguments->batch, SX_IMPORT_LINE_MAX),
    };
    stria_error err = {0}, close_err = {0};
    if (!arguments->data == !arguments->url)
        return sx_cli_usage(cli, "either --data DIR or --url URL must be given");
    if (!arguments->db)
        return sx_cli_usage(cli, "--db NAME must be given");
    struct sx_input *input = sx_mem_zalloc(&cli->mem, sizeof *input);
    if (!input)
        return (void)sx_mem_refused(&cli->mem, sizeof *input, &err), sx_cli_fail(cli, &err);
    sx_stop_watch();
    sx_progress_begin(&import.progress);
    sx_input_init(input, &cli->mem, operands, operand_count);
    stria_status st = open_source(arguments, cli, &source, &err);
    bool opened = !st;
    if (!st)
        st = import_all(&import, arguments, input, &err);
    if (sx_source_close(&source, &close_err) && !st) {
        st = close_err.code;
        err = close_err;
    }
    int64_t elapsed_ns = sx_progress_elapsed_ns(&import.progress);
    sx_input_deinit(input);
    sx_mem_free(&cli->mem, input);
    if (opened && arguments->json)
        put_json(cli, &import, elapsed_ns);
    else if (opened && (!st || import.point_count || import.rejected_count))
        put_summary(cli, &import, elapsed_ns);
    if (st)
        (void)sx_cli_fail(cli, &err);
    if (st == STRIA_NOT_FOUND && opened && !arguments->create_db)
        sx_cli_say(cli, "--create-db makes the database");
    return st || import.rejected_count ? SX_EXIT_FAILED : SX_EXIT_OK;
}

const struct sx_command sx_cmd_import = {
    .name = "import",
    .operands = "[FILE...]",
    .operand_max = SX_OPERANDS_MAX,
    .summary = "Takes line protocol from files into a directory or a server",
    .details =
        "Without FILE, or for -, standard input is read. Files packed with gzip or zstd are\n"
        "unpacked. Good lines are stored when others are bad; then the exit status is 1. An\n"
        "import that was stopped can be made again: the same points change nothing.",
    .example = "stria import --data run-data --db home --create-db week.lp.gz",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct import_arguments),
    .run = run_import,
};
