/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c -- stria_backup and stria_restore. */
#include "engine/backup.h"

#include "base/error.h"
#include "codec/fpmode.h"

static stria_status check(const char *path, const char *folder, const char *name, uint32_t size,
                          size_t expected, stria_error *err)
{
    if (!path || !*path || !folder || !*folder)
        return sx_fail(err, STRIA_INVALID, "a path is empty");
    if (size != expected)
        return sx_fail(err, STRIA_INVALID, "%s: struct_size is %u, not %zu", name, size, expected);
    return STRIA_OK;
}

stria_status stria_backup(const char *path, const char *folder, const stria_backup_options *options,
                          stria_backup_report *report, stria_error *err)
{
    static const stria_backup_options defaults = {.struct_size = sizeof defaults};
    stria_backup_report unwanted;
    if (!options)
        options = &defaults;
    stria_status st =
        check(path, folder, "stria_backup_options", options->struct_size, sizeof *options, err);
    if (st)
        return st;
    struct sx_fp_mode mode = sx_fp_mode_enter();
    st = sx_backup_make(sx_os_posix(), path, folder, options, report ? report : &unwanted, err);
    sx_fp_mode_leave(mode);
    return st;
}

stria_status stria_restore(const char *folder, const char *path,
                           const stria_restore_options *options, stria_backup_report *report,
                           stria_error *err)
{
    static const stria_restore_options defaults = {.struct_size = sizeof defaults};
    stria_backup_report unwanted;
    if (!options)
        options = &defaults;
    stria_status st =
        check(path, folder, "stria_restore_options", options->struct_size, sizeof *options, err);
    if (st)
        return st;
    struct sx_fp_mode mode = sx_fp_mode_enter();
    st = sx_backup_restore(sx_os_posix(), folder, path, options, report ? report : &unwanted, err);
    sx_fp_mode_leave(mode);
    return st;
}
