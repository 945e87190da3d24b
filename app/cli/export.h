/* SPDX-License-Identifier: Apache-2.0 */
/* export.h -- rows of a directory or a server as line protocol.
 *
 * Why         `export | import` gives the same rows in another store: a directory is read with
 *             stria_scan(), as it is stored; of a server the types come from SHOW FIELD KEYS, as
 *             JSON does not tell them.
 * Limits      Of a server: a field with several types is one column there, whose numbers are then
 *             floats; bytes that are no UTF-8 come as U+FFFD.
 * Threads     One owner. */
#ifndef SX_APP_CLI_EXPORT_H
#define SX_APP_CLI_EXPORT_H

#include "app/cli/lp_out.h"
#include "app/cli/out.h"
#include "app/cli/progress.h"
#include "app/cli/source.h"

struct sx_export {
    struct sx_source *source;
    const char *database;
    const char *policy;      /* NULL: the default */
    const char *measurement; /* NULL: all */
    int64_t min_ns, max_ns;  /* both inclusive */
    struct sx_out *out;

    struct sx_lp_out lines;      /* counts, too */
    uint64_t several_type_count; /* fields of a server that have more than one type */
    struct sx_buf text;
    struct sx_progress progress;
};

void sx_export_init(struct sx_export *export, struct sx_mem *mem);
void sx_export_deinit(struct sx_export *export);

/* Writes everything asked for, as far as somebody reads it. Returns OK, or why it could not. */
SX_MUST_CHECK stria_status sx_export_directory(struct sx_export *export, stria_error *err);
SX_MUST_CHECK stria_status sx_export_server(struct sx_export *export, stria_error *err);

/* Prints a batch of the table that sx_lp_out_table() was told. */
SX_MUST_CHECK stria_status sx_export_batch(struct sx_export *export, const stria_batch *batch,
                                           stria_error *err);

#endif
