/* SPDX-License-Identifier: Apache-2.0 */
/* backup_list_test.c -- lists of backups: their bytes, that they come back, and what is refused. */
#include "engine/backup_list.h"

#include "base/crc32c.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char golden[] = "stria backup 1\n"
                             "number 0000000000000003\n"
                             "store 000102030405060708090a0b0c0d0e0f\n"
                             "taken 1735689600000000000\n"
                             "state 12345678 4096 0 0000000000000003.state\n"
                             "log 9abcdef0 1048576 2a 0000000000000003-0000002a.wal\n"
                             "seg 0f1e2d3c 81920 17 8899aabbccddeeff0011223344556677.seg\n";

static const struct sx_backup_file files[] = {
    {SX_BACKUP_STATE, 0x12345678, 4096, 0, "0000000000000003.state"},
    {SX_BACKUP_LOG, 0x9abcdef0, 1048576, 0x2a, "0000000000000003-0000002a.wal"},
    {SX_BACKUP_SEGMENT, 0x0f1e2d3c, 81920, 0x17, "8899aabbccddeeff0011223344556677.seg"},
};

struct list_test {
    struct sx_mem mem;
    struct sx_buf text;
    struct sx_backup_list list;
    stria_error err;
};

static void begin(struct list_test *t)
{
    *t = (struct list_test){0};
    sx_mem_init(&t->mem, NULL, "test", 0);
    sx_buf_init(&t->text, &t->mem, 1 << 20);
    t->list.mem = &t->mem;
}

static void end(struct list_test *t)
{
    sx_backup_list_deinit(&t->list);
    sx_buf_deinit(&t->text);
    sx_mem_deinit(&t->mem);
}

/* Reads `text` with the right last line behind it. */
static stria_status get(struct list_test *t, const char *text)
{
    char last[20];
    sx_buf_clear(&t->text);
    sx_buf_put_text(&t->text, text);
    (void)snprintf(last, sizeof last, "end %08x\n", sx_crc32c(0, text, strlen(text)));
    sx_buf_put_text(&t->text, last);
    sx_backup_list_deinit(&t->list);
    return sx_backup_list_get(sx_buf_bytes(&t->text), "list", &t->list, &t->err);
}

static void test_a_list_has_its_golden_bytes_and_comes_back(void **state)
{
    (void)state;
    struct list_test t;
    begin(&t);
    assert_int_equal(get(&t, golden), STRIA_OK);
    assert_int_equal(t.list.number, 3);
    assert_int_equal(t.list.store_uuid[15], 15);
    assert_int_equal(t.list.taken_ns, 1735689600000000000);
    assert_int_equal(t.list.file_count, SX_COUNT_OF(files));
    for (size_t i = 0; i < SX_COUNT_OF(files); i++) {
        const struct sx_backup_file *f = sx_backup_list_find(&t.list, files[i].name);
        assert_non_null(f);
        assert_int_equal(f->kind, files[i].kind);
        assert_int_equal(f->crc, files[i].crc);
        assert_int_equal(f->size, files[i].size);
        assert_int_equal(f->id, files[i].id);
    }
    assert_null(sx_backup_list_find(&t.list, "other"));
    struct sx_buf again;
    sx_buf_init(&again, &t.mem, 1 << 20);
    sx_backup_list_put(&again, &t.list);
    assert_int_equal(again.len, t.text.len);
    assert_memory_equal(again.ptr, t.text.ptr, again.len);
    sx_buf_deinit(&again);
    end(&t);
}

static void test_a_changed_or_cut_list_is_corrupt(void **state)
{
    (void)state;
    struct list_test t;
    begin(&t);
    assert_int_equal(get(&t, golden), STRIA_OK);
    for (size_t i = 0; i < t.text.len; i++) {
        sx_backup_list_deinit(&t.list);
        struct sx_bytes cut = sx_bytes_make(t.text.ptr, i);
        assert_int_equal(sx_backup_list_get(cut, "list", &t.list, &t.err), STRIA_CORRUPT);
        sx_backup_list_deinit(&t.list);
        t.text.ptr[i] ^= 1;
        stria_status st = sx_backup_list_get(sx_buf_bytes(&t.text), "list", &t.list, &t.err);
        t.text.ptr[i] ^= 1;
        bool first_line = i >= strlen("stria backup ") && i < strlen("stria backup 1\n");
        assert_true(st == STRIA_CORRUPT || (st == STRIA_VERSION && first_line));
    }
    end(&t);
}

#define HEAD                                                                                       \
    "stria backup 1\nnumber 0000000000000001\nstore 000102030405060708090a0b0c0d0e0f\ntaken 5\n"

static void test_what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        stria_status want;
    } rows[] = {
        {"a state only", HEAD "state 1 2 0 a.state\n", STRIA_OK},
        {"no file", HEAD, STRIA_CORRUPT},
        {"no state", HEAD "seg 1 2 3 a.seg\n", STRIA_CORRUPT},
        {"two states", HEAD "state 1 2 0 a.state\nstate 1 2 0 b.state\n", STRIA_CORRUPT},
        {"a name that leads elsewhere", HEAD "state 1 2 0 ../a.state\n", STRIA_CORRUPT},
        {"a hidden name", HEAD "state 1 2 0 .state\n", STRIA_CORRUPT},
        {"no name", HEAD "state 1 2 0 \n", STRIA_CORRUPT},
        {"a name that is too long", HEAD "state 1 2 0 0123456789012345678901234567890123456789\n",
         STRIA_CORRUPT},
        {"a size over 64 bits", HEAD "state 1 18446744073709551616 0 a.state\n", STRIA_CORRUPT},
        {"a log's number over 32 bits", HEAD "state 1 2 0 a.state\nlog 1 2 100000000 a.wal\n",
         STRIA_CORRUPT},
        {"another kind", HEAD "state 1 2 0 a.state\nfile 1 2 3 a\n", STRIA_CORRUPT},
        {"a newer version", "stria backup 2\nnumber 1\n", STRIA_VERSION},
    };
    struct list_test t;
    begin(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].name);
        assert_int_equal(get(&t, rows[i].text), rows[i].want);
    }
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_has_its_golden_bytes_and_comes_back),
        cmocka_unit_test(test_a_changed_or_cut_list_is_corrupt),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
