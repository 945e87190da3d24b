/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c -- stria_snapshot. */
#include "engine/snapshot.h"

#include "api/store.h"
#include "base/error.h"

stria_status stria_snapshot(stria *db, const char *path, const stria_snapshot_options *options,
                            stria_snapshot_report *report, stria_error *err)
{
    static const stria_snapshot_options defaults = {.struct_size = sizeof defaults};
    stria_snapshot_report unwanted;
    stria_status st = sx_store_check(db, err);
    if (st)
        return st;
    if (!path || !*path)
        return sx_fail(err, STRIA_INVALID, "the path is empty");
    if (!options)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return sx_fail(err, STRIA_INVALID, "stria_snapshot_options: struct_size is %u, not %zu",
                       options->struct_size, sizeof *options);
    return sx_snapshot_write(db->engine, path, options, report ? report : &unwanted, err);
}
