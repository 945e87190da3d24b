/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_verify.c -- stria verify: every checksum of a store, every chunk decoded, every index
 * compared. */
#include "app/cli/cmd.h"
#include "app/cli/progress.h"
#include "app/cli/value_text.h"
#include "app/render/json.h"
#include "app/server/process.h"

#include <inttypes.h>

#define LINE_SIZE_MAX 8192

struct verify_arguments {
    uint64_t memory;
    bool json;
    bool repair;
};

#define AT(member) offsetof(struct verify_arguments, member)
static const struct sx_option options[] = {
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE", "how much memory it may take; 256M"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "findings and figures as JSON"},
    {"repair", SX_OPTION_FLAG, AT(repair), NULL,
     "mend what is damaged; needs the store for itself"},
};

struct verifying {
    struct sx_cli *cli;
    struct sx_progress progress;
    struct sx_json json; /* of the document, when that is asked for */
    struct sx_buf text;
    bool as_json;
    bool repair;
};

static void flush_text(struct verifying *verifying)
{
    sx_out_put(&verifying->cli->out, verifying->text.ptr, verifying->text.len);
    sx_buf_clear(&verifying->text);
}

static void on_finding(void *user, const stria_finding *finding)
{
    struct verifying *verifying = user;
    struct sx_json *json = &verifying->json;
    if (!verifying->as_json) {
        sx_progress_wipe(&verifying->progress);
        sx_out_printf(&verifying->cli->out, "%s %" PRIu64 " %s\n", finding->file, finding->offset,
                      finding->text);
        (void)sx_out_flush(&verifying->cli->out, NULL);
        return;
    }
    sx_json_item(json);
    sx_json_open(json, '{');
    sx_json_key(json, "code");
    sx_json_text(json, stria_status_name(finding->code));
    sx_json_key(json, "file");
    sx_json_text(json, finding->file);
    sx_json_key(json, "offset");
    sx_json_uint(json, finding->offset);
    sx_json_key(json, "text");
    sx_json_text(json, finding->text);
    sx_json_close(json, '}');
    flush_text(verifying);
}

static bool on_progress(void *user, uint64_t bytes_done, uint64_t bytes_total)
{
    struct verifying *verifying = user;
    sx_progress_show(
        &verifying->progress,
        (struct sx_progress_figures){.bytes_done = bytes_done, .bytes_total = bytes_total});
    return sx_out_open(&verifying->cli->out);
}

static void put_figures_json(struct verifying *verifying, const stria_verify_report *report)
{
    const struct {
        const char *name;
        uint64_t count;
    } figures[] = {
        {"findings_count", report->finding_count},
        {"files", report->file_count},
        {"bytes", report->byte_count},
        {"chunks", report->chunk_count},
        {"frames", report->frame_count},
        {"rows", report->row_count},
        {"mended", report->mended_count},
    };
    for (size_t i = 0; i < SX_COUNT_OF(figures); i++) {
        sx_json_key(&verifying->json, figures[i].name);
        sx_json_uint(&verifying->json, figures[i].count);
    }
}

static void put_figures_text(struct verifying *verifying, const stria_verify_report *report)
{
    struct sx_buf *text = &verifying->text;
    sx_put_grouped(text, report->finding_count);
    sx_buf_put_text(text, report->finding_count == 1 ? " finding" : " findings");
    if (verifying->repair) {
        sx_buf_put_text(text, ", ");
        sx_put_grouped(text, report->mended_count);
        sx_buf_put_text(text, " files mended, in ");
        sx_put_elapsed(text, sx_progress_elapsed_ns(&verifying->progress));
        sx_buf_put_u8(text, '\n');
        return;
    }
    sx_buf_put_text(text, " in ");
    sx_put_grouped(text, report->file_count);
    sx_buf_put_text(text, " files, ");
    sx_put_size(text, report->byte_count);
    sx_buf_put_text(text, ", ");
    sx_put_grouped(text, report->chunk_count);
    sx_buf_put_text(text, " chunks, ");
    sx_put_grouped(text, report->frame_count);
    sx_buf_put_text(text, " frames, ");
    sx_put_grouped(text, report->row_count);
    sx_buf_put_text(text, " rows, in ");
    sx_put_elapsed(text, sx_progress_elapsed_ns(&verifying->progress));
    sx_buf_put_u8(text, '\n');
}

static int run_verify(struct sx_cli *cli, const void *arguments, char **operands,
                      size_t operand_count)
{
    const struct verify_arguments *verify = arguments;
    struct verifying verifying = {.cli = cli, .as_json = verify->json, .repair = verify->repair};
    stria_verify_report report = {0};
    stria_error err = {0};
    char storage[LINE_SIZE_MAX * SX_JSON_STRING_GROWTH];
    const struct sx_process_load load = {.store_count = 1};
    uint64_t store_size;
    (void)operand_count;
    if (sx_process_store_size(verify->memory, &load, &store_size, &err))
        return sx_cli_fail(cli, &err);
    sx_buf_init_fixed(&verifying.text, storage, sizeof storage);
    sx_json_init(&verifying.json, &verifying.text, false);
    sx_progress_begin(&verifying.progress);
    if (verify->json) {
        sx_json_open(&verifying.json, '{');
        sx_json_key(&verifying.json, "findings");
        sx_json_open(&verifying.json, '[');
    }
    stria_status st =
        stria_verify(operands[0],
                     STRIA_VERIFY_OPTIONS(.memory_size = store_size, .on_finding = on_finding,
                                          .on_progress = on_progress, .user = &verifying,
                                          .repair = verify->repair),
                     &report, &err);
    sx_progress_wipe(&verifying.progress);
    if (verify->json) {
        sx_json_close(&verifying.json, ']');
        put_figures_json(&verifying, &report);
        sx_json_close(&verifying.json, '}');
        sx_buf_put_u8(&verifying.text, '\n');
    } else if (!st || report.finding_count) {
        put_figures_text(&verifying, &report);
    }
    if (!st || report.finding_count || verify->json)
        flush_text(&verifying);
    if (st && !report.finding_count)
        return sx_cli_fail(cli, &err);
    return st ? SX_EXIT_FAILED : SX_EXIT_OK;
}

const struct sx_command sx_cmd_verify = {
    .name = "verify",
    .operands = "DIR",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "Checks every checksum of a store, decodes every chunk, compares the index",
    .details =
        "Each finding is a line: file, offset, what is wrong, which series and times are lost, or\n"
        "which series and tags are concerned; then the exit status is 1. Nothing is changed, and\n"
        "a server may write to the store meanwhile. With --repair what can be read of damaged\n"
        "files is written anew, and a manifest that is lost is made from the segments; the files\n"
        "that were there before stay in DIR/damaged.",
    .example = "stria verify run-data",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct verify_arguments),
    .run = run_verify,
};
