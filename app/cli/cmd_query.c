/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_query.c -- stria query: InfluxQL on a directory, without changing it, or on a server. */
#include "app/cli/cmd.h"
#include "app/cli/show.h"

#include <unistd.h>

#define TEXT_SIZE_MAX ((size_t)16 << 20)

struct query_arguments {
    const char *data, *url, *db, *rp;
    int format, time;
    bool json, pretty;
};

#define AT(member) offsetof(struct query_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store to ask"},
    {"url", SX_OPTION_TEXT, AT(url), "URL", "or the server: http://[user:password@]host[:8086]"},
    {"db", SX_OPTION_TEXT, AT(db), "NAME", "the database"},
    {"rp", SX_OPTION_TEXT, AT(rp), "NAME", "the retention policy, if not the default one"},
    {"format", SX_OPTION_CHOICE, AT(format), SX_SHOW_FORMATS, "the form of the answer"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the same as --format json"},
    {"precision", SX_OPTION_CHOICE, AT(time), SX_SHOW_TIMES, "the form of times"},
    {"pretty", SX_OPTION_FLAG, AT(pretty), NULL, "indented JSON"},
};

static stria_status open_source(const struct query_arguments *query, struct sx_cli *cli,
                                struct sx_source *source, stria_error *err)
{
    if (query->url)
        return sx_source_open_url(source, &cli->mem, query->url, err);
    return sx_source_open_read(source, &cli->mem, query->data, err);
}

/* *shown: what went wrong is in the output. */
static stria_status answer(struct sx_cli *cli, const struct query_arguments *query,
                           struct sx_bytes text, bool *shown, stria_error *err)
{
    struct sx_source source = {0};
    struct sx_asked asked;
    uint64_t row_count;
    const struct sx_question question = {.text = text, .database = query->db, .policy = query->rp};
    const struct sx_render_options render = {
        .format = query->json ? SX_RENDER_JSON : sx_show_format(query->format),
        .time = (enum sx_render_time)query->time,
        .pretty = query->pretty,
    };
    stria_status st = open_source(query, cli, &source, err);
    if (!st)
        st = sx_source_ask(&source, &question, &asked, err);
    if (!st) {
        st = sx_show(&asked, &render, &cli->out, &row_count, err);
        *shown = true;
        sx_asked_end(&asked);
    }
    (void)sx_source_close(&source, NULL);
    return st;
}

static int run_query(struct sx_cli *cli, const void *arguments, char **operands,
                     size_t operand_count)
{
    const struct query_arguments *query = arguments;
    struct sx_buf text;
    bool shown = false;
    stria_error err = {0};
    (void)operand_count;
    if (!query->data == !query->url)
        return sx_cli_usage(cli, "either --data DIR or --url URL must be given");
    sx_buf_init(&text, &cli->mem, TEXT_SIZE_MAX);
    stria_status st = STRIA_OK;
    if (strcmp(operands[0], "-") == 0)
        st = sx_cli_read_all(STDIN_FILENO, "standard input", &text, &err);
    else
        sx_buf_put_text(&text, operands[0]);
    if (!st)
        st = answer(cli, query, sx_buf_bytes(&text), &shown, &err);
    sx_buf_deinit(&text);
    if (!st)
        return SX_EXIT_OK;
    if (!shown || !isatty(STDOUT_FILENO)) /* else it is on the terminal already */
        (void)sx_cli_fail(cli, &err);
    if (st == STRIA_READ_ONLY)
        sx_cli_say(cli, "a query never changes a directory; "
                        "`stria shell` carries such statements out");
    return SX_EXIT_FAILED;
}

const struct sx_command sx_cmd_query = {
    .name = "query",
    .operands = "TEXT",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "Answers InfluxQL from a directory or a server",
    .details = "TEXT is one or more statements; - reads them from standard input. A directory is\n"
               "opened for reading, also while a server writes to it; a server does what it is\n"
               "told. An answer that lacks something, or fails, makes the exit status 1.",
    .example = "stria query --data run-data --db telegraf 'SELECT mean(usage_idle) FROM cpu'",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct query_arguments),
    .run = run_query,
};
