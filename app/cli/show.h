/* SPDX-License-Identifier: Apache-2.0 */
/* show.h -- an answer on its way from a store or a server to the output.
 *
 * Threads     One owner. */
#ifndef SX_APP_CLI_SHOW_H
#define SX_APP_CLI_SHOW_H

#include "app/cli/out.h"
#include "app/cli/source.h"
#include "app/render/render.h"

/* The words of --format and --precision, in the order of the enums of app/render/render.h. */
#define SX_SHOW_FORMATS "table|csv|json|jsonl"
#define SX_SHOW_TIMES "rfc3339|ns|us|ms|s|m|h"
enum sx_render_format sx_show_format(int choice);

/* Renders the rest of an answer to `out`, as far as somebody reads it.
 * row_count  out: rows written.
 * Returns    OK; the first error of a statement, which the output tells too; NOMEM, LIMIT. */
SX_MUST_CHECK stria_status sx_show(struct sx_asked *asked, const struct sx_render_options *options,
                                   struct sx_out *out, uint64_t *row_count, stria_error *err);

#endif
