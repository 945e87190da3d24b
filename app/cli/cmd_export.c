/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_export.c -- stria export: rows of a directory or a server as line protocol. */
#include "app/cli/cmd.h"
#include "app/cli/export.h"
#include "app/cli/value_text.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct export_arguments {
    const char *data, *url, *db, *rp, *measurement;
    int format;
    struct sx_moment start, end;
};

#define AT(member) offsetof(struct export_arguments, member)
static const struct sx_option options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store"},
    {"url", SX_OPTION_TEXT, AT(url), "URL", "or the server: http://[user:password@]host[:8086]"},
    {"db", SX_OPTION_TEXT, AT(db), "NAME", "the database"},
    {"rp", SX_OPTION_TEXT, AT(rp), "NAME", "the retention policy, if not the default one"},
    {"measurement", SX_OPTION_TEXT, AT(measurement), "NAME", "only this one"},
    {"start", SX_OPTION_MOMENT, AT(start), "TIME", "from this time on"},
    {"end", SX_OPTION_MOMENT, AT(end), "TIME", "up to this time, which is not in it"},
    {"format", SX_OPTION_CHOICE, AT(format), "lp", "line protocol"},
};

static void tell(const struct sx_cli *cli, const struct sx_export *export)
{
    const struct sx_lp_out *lines = &export->lines;
    char storage[256];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage - 1);
    sx_put_grouped(&text, lines->row_count);
    sx_buf_put_text(&text, " points (");
    sx_put_grouped(&text, lines->sample_count);
    sx_buf_put_text(&text, " values, ");
    sx_put_size(&text, export->out->written_size);
    sx_buf_put_text(&text, ") in ");
    sx_put_elapsed(&text, sx_progress_elapsed_ns(&export->progress));
    if (export->progress.shown)
        sx_cli_say(cli, "%.*s", (int)text.len, storage);
    if (export->several_type_count)
        sx_cli_say(cli, "fields with several types, of which numbers became floats: %llu",
                   (unsigned long long)export->several_type_count);
    if (lines->left_out_count)
        sx_cli_say(cli,
                   "values that line protocol cannot carry (NaN, infinite, or with such names), "
                   "left out: %llu",
                   (unsigned long long)lines->left_out_count);
}

static stria_status open_source(const struct export_arguments *arguments, struct sx_cli *cli,
                                struct sx_source *source, stria_error *err)
{
    if (arguments->url)
        return sx_source_open_url(source, &cli->mem, arguments->url, err);
    return sx_source_open_read(source, &cli->mem, arguments->data, err);
}

/* Exports to `out`. */
static int export_to(struct sx_cli *cli, const struct export_arguments *arguments,
                     struct sx_out *out)
{
    struct sx_source source = {0};
    stria_error err = {0};
    struct sx_export export = {
        .source = &source,
        .database = arguments->db,
        .policy = arguments->rp,
        .measurement = arguments->measurement,
        .min_ns = arguments->start.given ? arguments->start.ts_ns : STRIA_TIME_MIN,
        .max_ns = arguments->end.given ? arguments->end.ts_ns - 1 : STRIA_TIME_MAX,
        .out = out,
    };
    sx_export_init(&export, &cli->mem);
    stria_status st = open_source(arguments, cli, &source, &err);
    if (!st)
        st = source.db ? sx_export_directory(&export, &err) : sx_export_server(&export, &err);
    stria_error flush_err = {0};
    if (sx_out_flush(out, &flush_err) && !st) {
        st = flush_err.code;
        err = flush_err;
    }
    sx_progress_wipe(&export.progress);
    if (!st)
        tell(cli, &export);
    bool whole = !export.lines.left_out_count && !export.several_type_count;
    (void)sx_source_close(&source, NULL);
    sx_export_deinit(&export);
    if (st)
        return sx_cli_fail(cli, &err);
    return whole ? SX_EXIT_OK : SX_EXIT_FAILED;
}

static int run_export(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    const struct export_arguments *arguments = given;
    const char *path = operand_count ? operands[0] : "-";
    if (!arguments->data == !arguments->url)
        return sx_cli_usage(cli, "either --data DIR or --url URL must be given");
    if (!arguments->db)
        return sx_cli_usage(cli, "--db NAME must be given");
    if (strcmp(path, "-") == 0)
        return export_to(cli, arguments, &cli->out);
    struct sx_out out;
    stria_error err = {0};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) {
        (void)sx_fail_errno(&err, STRIA_IO, errno, "%s: open: %s", path, strerror(errno));
        return sx_cli_fail(cli, &err);
    }
    sx_out_init(&out, &cli->mem, fd, path);
    int code = export_to(cli, arguments, &out);
    sx_out_deinit(&out);
    if (close(fd) && code == SX_EXIT_OK) {
        (void)sx_fail_errno(&err, STRIA_IO, errno, "%s: close: %s", path, strerror(errno));
        code = sx_cli_fail(cli, &err);
    }
    return code;
}

const struct sx_command sx_cmd_export = {
    .name = "export",
    .operands = "[FILE]",
    .operand_max = 1,
    .summary = "Writes a database as line protocol",
    .details = "Without FILE, or for -, to standard output. Times are nanoseconds; every value\n"
               "reads back as it is stored. What line protocol cannot carry is left out and told,\n"
               "and the exit status is 1. A directory is only read, also beside a server.",
    .example = "stria export --data run-data --db telegraf --start now-1h | gzip > hour.lp.gz",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct export_arguments),
    .run = run_export,
};
