/* SPDX-License-Identifier: Apache-2.0 */
/* proc_read_test.c -- this machine has a processor, memory, a load and at least one process. */
#include "app/cli/proc_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static const char *text_of(struct sx_buf *lines)
{
    sx_buf_put_u8(lines, 0);
    assert_false(lines->failed);
    return (const char *)lines->ptr;
}

static void test_this_machine_has_figures(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_proc_reader reader;
    struct sx_buf lines;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&lines, &mem, (size_t)1 << 20);
    sx_proc_reader_init(&reader, &mem);
    sx_proc_read(&reader, 1, &lines);
    const char *text = text_of(&lines);
    assert_null(strstr(text, "cpu=cpu-total"));
    assert_non_null(strstr(text, "mem"));
    assert_non_null(strstr(text, " total="));
    assert_non_null(strstr(text, "\nsystem"));
    assert_non_null(strstr(text, "\nprocesses"));
    assert_null(strstr(text, " total=0i,total_threads"));
    clock_t from = clock();
    while (clock() - from < CLOCKS_PER_SEC / 20) /* a tick of some processor at least */
        ;
    sx_buf_clear(&lines);
    sx_proc_read(&reader, 2, &lines);
    text = text_of(&lines);
    assert_non_null(strstr(text, "cpu=cpu-total usage_user="));
    sx_proc_reader_deinit(&reader);
    sx_buf_deinit(&lines);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_machine_has_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
