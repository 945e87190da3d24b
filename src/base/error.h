/* SPDX-License-Identifier: Apache-2.0 */
/* error.h -- filling the caller's stria_error where a failure happens.
 *
 * Why         A failure is told once, by the function that met it; callers only pass its status up.
 *             Every helper returns the status it wrote, so `return sx_fail(...)` reads well.
 * Threads     Writes only to the caller's struct. */
#ifndef SX_BASE_ERROR_H
#define SX_BASE_ERROR_H

#include "base/attr.h"
#include "stria.h"

#include <stdarg.h>

/* Writes code and text (printf's format; never %f: it depends on the locale) to *err, which may be
 * NULL. Returns `code`. */
stria_status sx_fail(stria_error *err, stria_status code, const char *format, ...) SX_FORMAT(3, 4);
stria_status sx_fail_v(stria_error *err, stria_status code, const char *format, va_list args)
    SX_FORMAT(3, 0);

/* The same, with the errno of a failed system call. */
stria_status sx_fail_errno(stria_error *err, stria_status code, int os_errno, const char *format,
                           ...) SX_FORMAT(4, 5);

#ifdef __clang_analyzer__
/* So that the analyser, which cannot look into them, sees that they return their `code`. */
static inline stria_status sx_fail_told(stria_status told, stria_status code)
{
    (void)told;
    return code;
}
#define sx_fail(err, code, ...) sx_fail_told(sx_fail(err, code, __VA_ARGS__), code)
#define sx_fail_v(err, code, ...) sx_fail_told(sx_fail_v(err, code, __VA_ARGS__), code)
#define sx_fail_errno(err, code, ...) sx_fail_told(sx_fail_errno(err, code, __VA_ARGS__), code)
#endif

/* Puts "text: " before the text that is already in *err: what a caller alone knows (a file, a
 * statement). Does nothing when err is NULL. */
void sx_error_prefix(stria_error *err, const char *format, ...) SX_FORMAT(2, 3);

/* Copies an error; either may be NULL. */
void sx_error_copy(stria_error *to, const stria_error *from);

#endif
