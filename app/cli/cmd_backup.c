/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_backup.c -- stria backup, stria restore: checked copies of a store, and stores of them. */
#include "app/cli/cmd.h"
#include "app/cli/progress.h"
#include "app/cli/value_text.h"
#include "app/render/json.h"
#include "app/server/process.h"

#include <inttypes.h>

struct backup_arguments {
    const char *data;
    const char *incremental_from;
    const char *database;
    const char *as;
    uint64_t number;
    uint64_t memory;
    bool json;
};

#define AT(member) offsetof(struct backup_arguments, member)
static const struct sx_option backup_options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR", "the store"},
    {"incremental-from", SX_OPTION_TEXT, AT(incremental_from), "FOLDER",
     "earlier backups of it, elsewhere: what they have is linked or copied from there"},
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE", "how much memory it may take; 256M"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the figures as JSON"},
};
static const struct sx_option restore_options[] = {
    {"data", SX_OPTION_TEXT, AT(data), "DIR",
     "the store to be made; not there yet, or empty, or with --db any store"},
    {"db", SX_OPTION_TEXT, AT(database), "NAME", "only this database; the others are let be"},
    {"as", SX_OPTION_TEXT, AT(as), "NAME", "the name that the database gets; the one it has"},
    {"number", SX_OPTION_COUNT, AT(number), "N", "which backup of the folder; the newest"},
    {"memory", SX_OPTION_SIZE, AT(memory), "SIZE", "how much memory it may take; 256M"},
    {"json", SX_OPTION_FLAG, AT(json), NULL, "the figures as JSON"},
};

struct copying {
    struct sx_cli *cli;
    struct sx_progress progress;
};

static void on_finding(void *user, const stria_finding *finding)
{
    struct copying *copying = user;
    sx_progress_wipe(&copying->progress);
    sx_cli_say(copying->cli, "%s %" PRIu64 " %s", finding->file, finding->offset, finding->text);
}

static bool on_progress(void *user, uint64_t bytes_done, uint64_t bytes_total)
{
    struct copying *copying = user;
    sx_progress_show(&copying->progress, (struct sx_progress_figures){.bytes_done = bytes_done,
                                                                      .bytes_total = bytes_total});
    return sx_out_open(&copying->cli->out);
}

static void put_json(struct sx_out *out, const stria_backup_report *report)
{
    const struct {
        const char *name;
        uint64_t count;
    } figures[] = {
        {"number", report->number},         {"files", report->file_count},
        {"bytes", report->byte_count},      {"copied_bytes", report->copied_bytes},
        {"kept_bytes", report->kept_bytes}, {"findings_count", report->finding_count},
    };
    char storage[512];
    struct sx_buf text;
    struct sx_json json;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_json_init(&json, &text, false);
    sx_json_open(&json, '{');
    for (size_t i = 0; i < SX_COUNT_OF(figures); i++) {
        sx_json_key(&json, figures[i].name);
        sx_json_uint(&json, figures[i].count);
    }
    sx_json_close(&json, '}');
    sx_out_put(out, text.ptr, text.len);
    sx_out_put_text(out, "\n");
}

static void put_text(struct sx_out *out, const stria_backup_report *report, int64_t elapsed_ns)
{
    char storage[512];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_buf_put_text(&text, "backup ");
    sx_put_grouped(&text, report->number);
    sx_buf_put_text(&text, ": ");
    sx_put_grouped(&text, report->file_count);
    sx_buf_put_text(&text, " files, ");
    sx_put_size(&text, report->byte_count);
    sx_buf_put_text(&text, ", copied ");
    sx_put_size(&text, report->copied_bytes);
    if (report->kept_bytes) {
        sx_buf_put_text(&text, ", kept ");
        sx_put_size(&text, report->kept_bytes);
    }
    sx_buf_put_text(&text, ", in ");
    sx_put_elapsed(&text, elapsed_ns);
    sx_buf_put_u8(&text, '\n');
    sx_out_put(out, text.ptr, text.len);
}

/* Damage that was copied along is told, and the figures too. */
static int finish(struct copying *copying, const stria_backup_report *report, bool json,
                  stria_status st, const stria_error *err)
{
    sx_progress_wipe(&copying->progress);
    if (st && !report->finding_count)
        return sx_cli_fail(copying->cli, err);
    if (json)
        put_json(&copying->cli->out, report);
    else
        put_text(&copying->cli->out, report, sx_progress_elapsed_ns(&copying->progress));
    return st ? sx_cli_fail(copying->cli, err) : SX_EXIT_OK;
}

static int run_backup(struct sx_cli *cli, const void *arguments, char **operands,
                      size_t operand_count)
{
    const struct backup_arguments *backup = arguments;
    struct copying copying = {.cli = cli};
    stria_backup_report report = {0};
    stria_error err = {0};
    (void)operand_count;
    if (!backup->data)
        return sx_cli_usage(cli, "--data DIR must be given");
    const struct sx_process_load load = {.store_count = 1};
    uint64_t store_size;
    if (sx_process_store_size(backup->memory, &load, &store_size, &err))
        return sx_cli_fail(cli, &err);
    sx_progress_begin(&copying.progress);
    stria_status st =
        stria_backup(backup->data, operands[0],
                     STRIA_BACKUP_OPTIONS(.incremental_from = backup->incremental_from,
                                          .memory_size = store_size, .on_finding = on_finding,
                                          .on_progress = on_progress, .user = &copying),
                     &report, &err);
    return finish(&copying, &report, backup->json, st, &err);
}

static int run_restore(struct sx_cli *cli, const void *arguments, char **operands,
                       size_t operand_count)
{
    const struct backup_arguments *restore = arguments;
    struct copying copying = {.cli = cli};
    stria_backup_report report = {0};
    stria_error err = {0};
    (void)operand_count;
    if (!restore->data)
        return sx_cli_usage(cli, "--data DIR must be given");
    if (restore->as && !restore->database)
        return sx_cli_usage(cli, "--as NAME needs --db NAME");
    /* One database comes out of a store of the backup's files into the one at --data. */
    const struct sx_process_load load = {.store_count = restore->database ? 2 : 1};
    uint64_t store_size;
    if (sx_process_store_size(restore->memory, &load, &store_size, &err))
        return sx_cli_fail(cli, &err);
    sx_progress_begin(&copying.progress);
    stria_status st =
        stria_restore(operands[0], restore->data,
                      STRIA_RESTORE_OPTIONS(.number = restore->number, .memory_size = store_size,
                                            .database = restore->database, .as = restore->as,
                                            .on_finding = on_finding, .on_progress = on_progress,
                                            .user = &copying),
                      &report, &err);
    return finish(&copying, &report, restore->json, st, &err);
}

const struct sx_command sx_cmd_backup = {
    .name = "backup",
    .operands = "FOLDER",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "Copies a store to a folder of backups, checking every byte",
    .details = "A server may write to the store meanwhile. When the folder has earlier backups of\n"
               "the store, only what is new is copied, and all of them can be restored.",
    .example = "stria backup --data run-data /backups/run-data",
    .options = backup_options,
    .option_count = SX_COUNT_OF(backup_options),
    .arguments_size = sizeof(struct backup_arguments),
    .run = run_backup,
};

const struct sx_command sx_cmd_restore = {
    .name = "restore",
    .operands = "FOLDER",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "Makes a store of a backup, or adds one database of it to a store",
    .details = "Every file is checked before anything is made, and what was made afterwards.\n"
               "With --db the store may be there, and no server may have it open: the database\n"
               "comes into it whole, or not at all, and nothing else in it is touched.",
    .example = "stria restore /backups/run-data --data run-data",
    .options = restore_options,
    .option_count = SX_COUNT_OF(restore_options),
    .arguments_size = sizeof(struct backup_arguments),
    .run = run_restore,
};
