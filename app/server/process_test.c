/* SPDX-License-Identifier: Apache-2.0 */
/* process_test.c -- what is left of a process's memory for its store, and what goes back to the
 * system. */
#include "app/server/process.h"

#include "base/attr.h"
#include "base/mem.h"
#include "base/sanitizer_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)

static void test_the_program_and_its_threads_come_off_first(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t memory;
        struct sx_process_load load;
        stria_status status;
        uint64_t store;
        const char *text;
    } rows[] = {
        {"none given: 256 MiB", 0, {10 * MIB, 16, 0}, STRIA_OK, 244 * MIB, ""},
        {"code and stacks", 64 * MIB, {10 * MIB, 16, 1}, STRIA_OK, 52 * MIB, ""},
        {"just enough", 28 * MIB, {10 * MIB, 16, 0}, STRIA_OK, 16 * MIB, ""},
        {"just enough for two stores", 44 * MIB, {10 * MIB, 16, 2}, STRIA_OK, 32 * MIB, ""},
        {"a byte too few for two",
         44 * MIB - 1,
         {10 * MIB, 16, 2},
         STRIA_INVALID,
         0,
         "--memory is 46137343 bytes: at least 46137344 are needed, 12582912 of them for the "
         "program itself"},
        {"a byte too few",
         28 * MIB - 1,
         {10 * MIB, 16, 0},
         STRIA_INVALID,
         0,
         "--memory is 29360127 bytes: at least 29360128 are needed, 12582912 of them for the "
         "program itself"},
        {"less than the program",
         MIB,
         {10 * MIB, 0, 0},
         STRIA_INVALID,
         0,
         "--memory is 1048576 bytes: at least 28311552 are needed, 11534336 of them for the "
         "program itself"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_error err = {0};
        uint64_t store = 1;
        stria_status st = sx_process_share(rows[i].memory, &rows[i].load, &store, &err);
        if (st != rows[i].status || store != rows[i].store || strcmp(err.text, rows[i].text) != 0)
            fail_msg("%s: %d, %zu bytes, \"%s\"", rows[i].name, (int)st, (size_t)store, err.text);
    }
    assert_true(sx_process_memory_min(&rows[0].load) == 28 * MIB);
}

static void test_this_process_has_its_own_size(void **state)
{
    (void)state;
    stria_error err = {0};
    uint64_t resident = sx_process_resident(), store = 0;
    assert_true(resident > MIB / 2);
    struct sx_process_load load = {.store_count = 1};
    assert_int_equal(sx_process_store_size(resident + 64 * MIB, &load, &store, &err), STRIA_OK);
    assert_true(store > 16 * MIB && store < 64 * MIB);
    assert_int_equal(sx_process_store_size(MIB, &load, &store, &err), STRIA_INVALID);
}

/* Fills and frees blocks of a size; every eighth stays for as long. */
static void fill_and_free(struct sx_mem *mem, size_t block_size, size_t count)
{
    void **blocks = sx_mem_alloc(mem, count * sizeof *blocks);
    assert_non_null(blocks);
    for (size_t i = 0; i < count; i++) {
        blocks[i] = sx_mem_alloc(mem, block_size);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, block_size);
    }
    uint64_t full = sx_process_resident();
    assert_true(full >= block_size * count);
    for (size_t i = 0; i < count; i++)
        if (i % 8)
            sx_mem_free(mem, blocks[i]);
    sx_process_heap_trim(1);
    uint64_t left = sx_process_resident();
    if (!SANITIZED)
        assert_true(left < full - block_size * count / 2);
    for (size_t i = 0; i < count; i += 8)
        sx_mem_free(mem, blocks[i]);
    sx_mem_free(mem, blocks);
}

static void test_freed_memory_goes_back_to_the_system(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_process_heap_init(32 * MIB);
    sx_mem_init(&mem, NULL, "blocks", 0);
    fill_and_free(&mem, 256 << 10, 128);
    fill_and_free(&mem, 20 << 10, 1600);
    fill_and_free(&mem, 4 << 10, 8000);
    sx_mem_deinit(&mem);
}

static void test_nothing_is_trimmed_below_the_limit(void **state)
{
    (void)state;
    sx_process_heap_trim(0);
    sx_process_heap_trim(UINT64_MAX);
    assert_true(sx_process_resident() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_program_and_its_threads_come_off_first),
        cmocka_unit_test(test_this_process_has_its_own_size),
        cmocka_unit_test(test_freed_memory_goes_back_to_the_system),
        cmocka_unit_test(test_nothing_is_trimmed_below_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
