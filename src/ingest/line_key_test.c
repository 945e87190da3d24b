/* SPDX-License-Identifier: Apache-2.0 */
/* line_key_test.c -- tests of line_key.h. */
#include "ingest/line_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define END "\x00" /* of a part of a canonical key */

static const struct {
    const char *line;
    size_t raw_len;
    struct sx_bytes canonical;
    const char *measurement, *fault;
    bool time_tag;
} keys[] = {
#define KEY(line, raw, canonical, measurement, time_tag)                                           \
    {                                                                                              \
        line, sizeof raw - 1, {(const uint8_t *)canonical, sizeof canonical - 1}, measurement, "", \
            time_tag                                                                               \
    }
#define FAULT(line, fault)                                                                         \
    {                                                                                              \
        line, 0, {NULL, 0}, "", fault, false                                                       \
    }
    KEY("cpu v=1", "cpu", "cpu" END, "cpu", false),
    KEY("cpu,b=2,a=1 v", "cpu,b=2,a=1", "cpu" END "a" END "1" END "b" END "2" END, "cpu", false),
    KEY("c\\ u,a\\=b=c\\,d v", "c\\ u,a\\=b=c\\,d", "c u" END "a=b" END "c,d" END, "c u", false),
    KEY("c\\\\,u,a\\\\b=c v", "c\\\\,u,a\\\\b=c", "c\\,u" END "a\\\\b" END "c" END, "c\\,u", false),
    KEY("=cpu v", "=cpu", "=cpu" END, "=cpu", false),
    KEY("q\\\"u,t=\\\"a v", "q\\\"u,t=\\\"a", "q\"u" END "t" END "\\\"a" END, "q\"u", false),
    KEY("cpu,a==b v", "cpu,a==b", "cpu" END "a" END "=b" END, "cpu", false),
    KEY("m,time=x v", "m,time=x", "m" END "time" END "x" END, "m", true),
    KEY("m,times=x v", "m,times=x", "m" END "times" END "x" END, "m", false),
    KEY("m\x01,a=\x01 v", "m\x01,a=\x01", "m\x01\x02" END "a" END "\x01\x02" END, "m\x01", false),
    FAULT(",a=b v", "missing measurement"),
    FAULT("cpu", "missing fields"),
    FAULT("cpu\\ v=1", "missing fields"),
    FAULT("cpu,", "missing tag key"),
    FAULT("cpu, v", "missing tag key"),
    FAULT("cpu,=a v", "missing tag key"),
    FAULT("cpu,a=b,,c=d v", "missing tag key"),
    FAULT("cpu,a", "missing tag value"),
    FAULT("cpu,a v", "missing tag value"),
    FAULT("cpu,a,b=c v", "missing tag value"),
    FAULT("cpu,a=", "missing tag value"),
    FAULT("cpu,a=,b=c v", "missing tag value"),
    FAULT("cpu,a= v", "missing tag value"),
    FAULT("cpu,a=b", "missing fields"),
    FAULT("cpu,a=b=c v", "invalid tag format"),
    FAULT("cpu,a=1,b=2,a=3 v", "duplicate tags"),
};

static void test_keys_are_made_canonical_or_refused(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_line_key key;
    struct sx_buf reason;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_true(sx_line_key_init(&key, &mem));
    sx_buf_init(&reason, &mem, 4096);
    for (size_t i = 0; i < SX_COUNT_OF(keys); i++) {
        struct sx_bytes raw, line = sx_bytes_of(keys[i].line);
        print_message("%s\n", keys[i].line);
        sx_buf_clear(&reason);
        stria_status status = sx_line_key_parse(&key, line, &raw, &reason);
        assert_int_equal(reason.len, strlen(keys[i].fault));
        if (reason.len) {
            assert_memory_equal(reason.ptr, keys[i].fault, reason.len);
            assert_int_equal(status, STRIA_SYNTAX);
            continue;
        }
        assert_int_equal(status, STRIA_OK);
        assert_int_equal(raw.len, keys[i].raw_len);
        assert_ptr_equal(raw.ptr, line.ptr);
        assert_true(sx_bytes_equal(sx_buf_bytes(&key.canonical), keys[i].canonical));
        assert_true(sx_key_valid(keys[i].canonical));
        assert_true(sx_bytes_equal(key.measurement, sx_bytes_of(keys[i].measurement)));
        assert_int_equal(key.has_time_tag, keys[i].time_tag);
    }
    sx_buf_deinit(&reason);
    sx_line_key_deinit(&key);
    sx_mem_deinit(&mem);
}

/* A key of a measurement and `count` tags of which each takes 8 bytes: ",t0001=v". */
static size_t put_tags(char *line, size_t measurement_size, unsigned count)
{
    size_t len = measurement_size;
    memset(line, 'm', len);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(line + len, 16, ",t%04u=v", i);
    memcpy(line + len, " v", 2);
    return len + 2;
}

static const struct {
    const char *name;
    size_t measurement_size;
    unsigned tag_count;
    stria_status status;
    const char *fault;
} sizes[] = {
    {"as many tags as may be", 1, SX_TAG_COUNT_MAX, STRIA_OK, ""},
    {"one tag too many", 1, SX_TAG_COUNT_MAX + 1, STRIA_LIMIT, "too many tags: 1025 > 1024"},
    {"the longest measurement", SX_KEY_SIZE_MAX - 1, 0, STRIA_OK, ""},
    {"a byte more is too long as a canonical key", SX_KEY_SIZE_MAX, 0, STRIA_OK, ""},
    {"and then as it is written", SX_KEY_SIZE_MAX + 1, 0, STRIA_LIMIT,
     "max key length exceeded: 65536 > 65535"},
    {"tags count, too", SX_KEY_SIZE_MAX, 1, STRIA_LIMIT, "max key length exceeded: 65543 > 65535"},
};

static void test_long_keys_and_many_tags_are_refused_with_their_size(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_line_key key;
    struct sx_buf reason;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_true(sx_line_key_init(&key, &mem));
    sx_buf_init(&reason, &mem, 4096);
    char *line = malloc((size_t)1 << 17);
    assert_non_null(line);
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        struct sx_bytes raw;
        size_t len = put_tags(line, sizes[i].measurement_size, sizes[i].tag_count);
        print_message("%s\n", sizes[i].name);
        sx_buf_clear(&reason);
        assert_int_equal(sx_line_key_parse(&key, sx_bytes_make(line, len), &raw, &reason),
                         sizes[i].status);
        assert_true(sx_bytes_equal(sx_buf_bytes(&reason), sx_bytes_of(sizes[i].fault)));
        if (sizes[i].status == STRIA_OK)
            assert_int_equal(key.long_size > 0, sizes[i].measurement_size == SX_KEY_SIZE_MAX);
    }
    free(line);
    sx_buf_deinit(&reason);
    sx_line_key_deinit(&key);
    sx_mem_deinit(&mem);
}

static void test_refused_allocations_are_told(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_line_key key;
        struct sx_bytes raw;
        uint8_t storage[64];
        struct sx_buf reason;
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        sx_buf_init_fixed(&reason, storage, sizeof storage);
        bool ok = sx_line_key_init(&key, &mem) &&
                  sx_line_key_parse(&key, SX_LITERAL("a\\ b,c=d v"), &raw, &reason) == STRIA_OK;
        fired = atomic_load(&fault.fired);
        assert_int_equal(ok, !fired);
        assert_int_equal(reason.len, 0);
        sx_line_key_deinit(&key);
        sx_mem_deinit(&mem);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_made_canonical_or_refused),
        cmocka_unit_test(test_long_keys_and_many_tags_are_refused_with_their_size),
        cmocka_unit_test(test_refused_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
