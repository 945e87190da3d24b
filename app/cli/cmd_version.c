/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_version.c -- stria version: of the program, and of the library it runs with. */
#include "app/cli/cmd.h"
#include "app/render/json.h"

struct version_arguments {
    bool json;
};

static const struct sx_option options[] = {
    {"json", SX_OPTION_FLAG, offsetof(struct version_arguments, json), NULL, "as JSON"},
};

static int run_version(struct sx_cli *cli, const void *arguments, char **operands,
                       size_t operand_count)
{
    const struct version_arguments *version = arguments;
    (void)operands;
    (void)operand_count;
    if (!version->json) {
        sx_out_printf(&cli->out, "stria %s (libstria %s)\n", STRIA_VERSION_TEXT, stria_version());
        return SX_EXIT_OK;
    }
    char storage[256];
    struct sx_buf text;
    struct sx_json json;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_json_init(&json, &text, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "version");
    sx_json_text(&json, STRIA_VERSION_TEXT);
    sx_json_key(&json, "library");
    sx_json_text(&json, stria_version());
    sx_json_close(&json, '}');
    sx_out_put(&cli->out, text.ptr, text.len);
    sx_out_put_text(&cli->out, "\n");
    return SX_EXIT_OK;
}

const struct sx_command sx_cmd_version = {
    .name = "version",
    .summary = "Tells the version",
    .example = "stria version --json",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct version_arguments),
    .run = run_version,
};
