/* SPDX-License-Identifier: Apache-2.0 */
/* os_priv.h -- what the implementations of the table in os.h share: how a failed call is told.
 *
 * Why         One place decides which status an errno is and how its text reads, so that a fault of
 *             a test is told exactly as the kernel's.
 * Threads     Writes only to the caller's struct. */
#ifndef SX_OS_OS_PRIV_H
#define SX_OS_OS_PRIV_H

#include "base/attr.h"
#include "os/os.h"

/* Writes "<what was tried>: <reason>" to *err (may be NULL), "open wal/0001.wal: Permission
 * denied", with os_errno; a long path is cut so that the reason stays. Returns DISK_FULL for ENOSPC
 * and EDQUOT, NOT_FOUND for ENOENT, EXISTS for EEXIST, READ_ONLY for EROFS, else IO. */
stria_status sx_os_fail(stria_error *err, int os_errno, const char *format, ...) SX_FORMAT(3, 4);

/* LOCKED, with EAGAIN: "lock PATH: held by another handle". */
stria_status sx_os_fail_locked(stria_error *err, const char *path);

/* The path the directory calls work on: "" is the working directory. */
static inline const char *sx_os_directory(const char *path)
{
    return *path ? path : ".";
}

#endif
