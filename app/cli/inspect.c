/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c -- stria inspect: what stored bytes are, in words. See inspect.h. */
#include "app/cli/inspect.h"

#include "app/cli/cmd.h"
#include "base/error.h"

#include <stdio.h>

#define DAMAGE_SIZE_MAX ((size_t)16 << 20)
#define FILE_SIZE_MAX ((size_t)1 << 31)

struct inspect_arguments {
    bool json, codecs;
};

#define AT(member) offsetof(struct inspect_arguments, member)
static const struct sx_option options[] = {
    {"json", SX_OPTION_FLAG, AT(json), NULL, "as JSON"},
    {"codecs", SX_OPTION_FLAG, AT(codecs), NULL,
     "of a store: also how chunks are encoded (reads all of it)"},
};

void sx_inspect_damage(struct sx_inspect *inspect, const char *format, ...)
{
    va_list args;
    char text[STRIA_ERROR_TEXT_MAX];
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    inspect->damage_count++;
    sx_buf_put(&inspect->damage, text, strlen(text) + 1);
}

bool sx_inspect_note(struct sx_inspect *inspect, stria_status st, const stria_error *err)
{
    bool damage = st == STRIA_CORRUPT || st == STRIA_VERSION || st == STRIA_NOT_FOUND;
    if (damage)
        sx_inspect_damage(inspect, "%s", err->text);
    return damage;
}

stria_status sx_inspect_read(struct sx_inspect *inspect, const char *path, struct sx_buf *bytes,
                             stria_error *err)
{
    struct sx_file *file = NULL;
    struct sx_file_info info = {0};
    stria_status st = sx_os_open(inspect->os, path, SX_OPEN_READ, &file, err);
    if (!st)
        st = sx_file_info(file, &info, err);
    if (!st && info.size > FILE_SIZE_MAX)
        st = sx_fail(err, STRIA_LIMIT, "%s: larger than %zu bytes", path, FILE_SIZE_MAX);
    if (!st && info.size) {
        uint8_t *to = sx_buf_extend(bytes, (size_t)info.size);
        st = to ? sx_file_read(file, path, to, (size_t)info.size, 0, err)
                : sx_buf_refused(bytes, path, err);
    }
    sx_file_close(file);
    return st;
}

void sx_inspect_uuid(struct sx_inspect *inspect, const char *name, const uint8_t uuid[16])
{
    char text[33];
    for (size_t i = 0; i < 16; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", uuid[i]);
    sx_figures_text(&inspect->figures, name, text);
}

/* ---- the command ---- */

static void tell_damage(struct sx_inspect *inspect)
{
    struct sx_bytes rest = sx_buf_bytes(&inspect->damage), text = {0}, end;
    sx_figures_count(&inspect->figures, "damage_count", inspect->damage_count);
    if (!rest.len)
        return;
    sx_figures_list(&inspect->figures, "damage");
    while (rest.len) {
        (void)sx_bytes_take(&rest, strlen((const char *)rest.ptr), &text);
        (void)sx_bytes_take(&rest, 1, &end);
        sx_figures_item(&inspect->figures);
        sx_figures_bytes(&inspect->figures, "text", text);
        sx_figures_item_end(&inspect->figures);
    }
    sx_figures_list_end(&inspect->figures);
}

typedef stria_status (*inspector)(struct sx_inspect *inspect, const char *path, stria_error *err);

/* What reads a path, by what it is and how its name ends; NULL: nothing does. */
static inspector inspector_of(struct sx_inspect *inspect, const char *path, stria_error *err)
{
    static const struct {
        const char *ending;
        inspector inspector;
    } files[] = {
        {".seg", sx_inspect_segment}, {".wal", sx_inspect_log}, {".man", sx_inspect_manifest}};
    struct sx_file_info info;
    size_t len = strlen(path);
    if (inspect->os->ops->stat(inspect->os, path, &info, err))
        return NULL;
    if (info.is_directory)
        return sx_inspect_store;
    for (size_t i = 0; i < SX_COUNT_OF(files); i++)
        if (len > 4 && strcmp(path + len - 4, files[i].ending) == 0)
            return files[i].inspector;
    (void)sx_fail(err, STRIA_INVALID, "%s: neither a directory nor a file .seg, .wal or .man",
                  path);
    return NULL;
}

static int run_inspect(struct sx_cli *cli, const void *given, char **operands, size_t operand_count)
{
    const struct inspect_arguments *arguments = given;
    struct sx_inspect inspect = {
        .mem = &cli->mem, .os = sx_os_posix(), .codecs = arguments->codecs};
    stria_error err = {0};
    (void)operand_count;
    inspector read = inspector_of(&inspect, operands[0], &err);
    if (!read)
        return sx_cli_fail(cli, &err);
    sx_buf_init(&inspect.damage, &cli->mem, DAMAGE_SIZE_MAX);
    sx_figures_begin(&inspect.figures, &cli->mem, &cli->out, arguments->json);
    sx_figures_text(&inspect.figures, "path", operands[0]);
    stria_status st = read(&inspect, operands[0], &err);
    if (st && sx_inspect_note(&inspect, st, &err))
        st = STRIA_OK;
    tell_damage(&inspect);
    sx_figures_end(&inspect.figures);
    sx_buf_deinit(&inspect.damage);
    if (st)
        return sx_cli_fail(cli, &err);
    return inspect.damage_count ? SX_EXIT_FAILED : SX_EXIT_OK;
}

const struct sx_command sx_cmd_inspect = {
    .name = "inspect",
    .operands = "DIR|FILE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "Tells what a store, a segment, a log file or a manifest is",
    .details = "DIR is a store; FILE ends in .seg, .wal or .man. Damage that is met is told, and\n"
               "makes the exit status 1; `stria verify` looks at everything.",
    .example = "stria inspect run-data",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct inspect_arguments),
    .run = run_inspect,
};
