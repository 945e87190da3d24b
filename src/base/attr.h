/* SPDX-License-Identifier: Apache-2.0 */
/* attr.h -- what C17 lacks and every file needs: attributes, and macros about arrays and sizes.
 *
 * Why         Attributes behind one name each, so that a compiler without them still compiles. */
#ifndef SX_BASE_ATTR_H
#define SX_BASE_ATTR_H

#if defined(__GNUC__)
#define SX_MUST_CHECK __attribute__((warn_unused_result))
#define SX_FORMAT(string, first) __attribute__((format(printf, string, first)))
#define SX_LIKELY(x) __builtin_expect(!!(x), 1)
#define SX_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define SX_NOINLINE __attribute__((noinline))
#else
#define SX_MUST_CHECK
#define SX_FORMAT(string, first)
#define SX_LIKELY(x) (x)
#define SX_UNLIKELY(x) (x)
#define SX_NOINLINE
#endif

#define SX_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SX_MIN(a, b) ((a) < (b) ? (a) : (b))
#define SX_MAX(a, b) ((a) > (b) ? (a) : (b))

/* The struct that holds `member`, from a pointer to the member. */
#define SX_CONTAINER(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
