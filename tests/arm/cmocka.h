/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka.h -- the few words of cmocka that the codecs' tests use, for tools/check_arm: there is no
 * cmocka for AArch64 on a machine that only compiles for it.
 *
 * Invariants  A test that fails ends the program with status 1, after a line that says where.
 * Threads     One. */
#ifndef SX_TESTS_ARM_CMOCKA_H
#define SX_TESTS_ARM_CMOCKA_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*function)(void **state);
};

#define cmocka_unit_test(f)                                                                        \
    {                                                                                              \
        .name = #f, .function = (f)                                                                \
    }

static inline void arm_check(int good, const char *what, const char *file, int line)
{
    if (good)
        return;
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    exit(1);
}

#define arm_require(condition) arm_check((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define assert_true(c) arm_require(c)
#define assert_false(c) arm_require(!(c))
#define assert_int_equal(a, b) arm_require((uint64_t)(a) == (uint64_t)(b))
#define assert_in_range(v, low, high)                                                              \
    arm_require((uint64_t)(v) >= (uint64_t)(low) && (uint64_t)(v) <= (uint64_t)(high))
#define assert_memory_equal(a, b, size) arm_require(memcmp(a, b, size) == 0)
#define assert_string_equal(a, b) arm_require(strcmp(a, b) == 0)
#define assert_non_null(p) arm_require((p) != NULL)
#define assert_null(p) arm_require((p) == NULL)
#define assert_ptr_equal(a, b) arm_require((a) == (b))
#define print_message(...) (void)0
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), arm_require(!"fail_msg"))

static inline int arm_run(const struct CMUnitTest *tests, size_t count, int (*setup)(void **state),
                          int (*teardown)(void **state))
{
    void *state = NULL;
    if (setup && setup(&state))
        return 1;
    for (size_t i = 0; i < count; i++)
        tests[i].function(&state);
    return teardown ? teardown(&state) : 0;
}

#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    arm_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
