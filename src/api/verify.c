/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c -- stria_verify. */
#include "engine/verify.h"

#include "base/error.h"
#include "codec/fpmode.h"

stria_status stria_verify(const char *path, const stria_verify_options *options,
                          stria_verify_report *report, stria_error *err)
{
    static const stria_verify_options defaults = {.struct_size = sizeof defaults};
    stria_verify_report unwanted;
    if (!path || !*path)
        return sx_fail(err, STRIA_INVALID, "the path is empty");
    if (!options)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return sx_fail(err, STRIA_INVALID, "stria_verify_options: struct_size is %u, not %zu",
                       options->struct_size, sizeof *options);
    struct sx_fp_mode mode = sx_fp_mode_enter();
    stria_status st = sx_verify(sx_os_posix(), path, options, report ? report : &unwanted, err);
    sx_fp_mode_leave(mode);
    return st;
}
