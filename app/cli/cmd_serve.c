/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_serve.c -- stria serve: the server, whose own table of settings makes its flags. */
#include "app/cli/cmd.h"

#include "app/server/serve.h"

const struct sx_command sx_cmd_serve = {
    .name = "serve",
    .summary = "Starts the HTTP server on a directory",
    .example = "stria serve --data /var/lib/stria --listen 127.0.0.1:8086",
    .run_raw = sx_cli_serve,
};
