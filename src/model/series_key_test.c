/* SPDX-License-Identifier: Apache-2.0 */
/* series_key_test.c -- golden keys, their order, and bytes that are no keys. */
#include "model/series_key.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem mem;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

static stria_tag tag(const char *key, const char *value)
{
    return (stria_tag){.key = {key, strlen(key)}, .value = {value, strlen(value)}};
}

#define VIEW(text) sx_bytes_make((text), sizeof(text) - 1)

static void test_golden_keys(void **state)
{
    (void)state;
    const stria_tag host = tag("host", "a"), region = tag("region", "eu"), empty = tag("gone", "");
    const stria_tag odd = {.key = {"k\0", 2}, .value = {"\1v\0\1", 4}};
    const struct {
        struct sx_bytes measurement, key;
        stria_tag tags[3];
        size_t count;
    } rows[] = {
        {VIEW("cpu"), VIEW("cpu\0"), {host}, 0},
        {VIEW(""), VIEW("\0"), {host}, 0},
        {VIEW("cpu"), VIEW("cpu\0host\0a\0"), {host}, 1},
        {VIEW("cpu"), VIEW("cpu\0host\0a\0region\0eu\0"), {region, empty, host}, 3},
        {VIEW("a\0b"), VIEW("a\1\1b\0k\1\1\0\1\2v\1\1\1\2\0"), {odd}, 1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_buf key;
        sx_buf_init(&key, &mem, SX_KEY_SIZE_MAX + 1);
        assert_int_equal(sx_key_make(&key, rows[i].measurement, rows[i].tags, rows[i].count, NULL),
                         STRIA_OK);
        assert_true(sx_bytes_equal(sx_buf_bytes(&key), rows[i].key));
        assert_true(sx_key_valid(rows[i].key));
        sx_buf_deinit(&key);
    }
}

static void test_parts_are_taken_in_turn_and_unescaped(void **state)
{
    (void)state;
    struct sx_bytes key = VIEW("cpu\0k\1\1\0\1\2v\0"), part;
    uint8_t scratch[16];
    assert_true(sx_key_take(&key, &part));
    assert_true(sx_bytes_equal(sx_key_text(part, scratch), SX_LITERAL("cpu")));
    assert_ptr_equal(sx_key_text(part, scratch).ptr, part.ptr); /* nothing to copy */
    assert_true(sx_key_take(&key, &part));
    assert_true(sx_bytes_equal(sx_key_text(part, scratch), VIEW("k\0")));
    assert_true(sx_key_take(&key, &part));
    assert_true(sx_bytes_equal(sx_key_text(part, scratch), VIEW("\1v")));
    assert_false(sx_key_take(&key, &part));
    assert_int_equal(key.len, 0);
    key = VIEW("cut");
    assert_false(sx_key_take(&key, &part));
    assert_int_equal(key.len, 3);
}

static void test_a_tag_is_found_by_its_key(void **state)
{
    (void)state;
    struct sx_bytes key = VIEW("cpu\0a\0"
                               "1\0host\0web\0z\0"
                               "9\0"),
                    value;
    assert_true(sx_key_find(key, SX_LITERAL("a"), &value));
    assert_true(sx_bytes_equal(value, SX_LITERAL("1")));
    assert_true(sx_key_find(key, SX_LITERAL("host"), &value));
    assert_true(sx_bytes_equal(value, SX_LITERAL("web")));
    assert_true(sx_key_find(key, SX_LITERAL("z"), &value));
    assert_true(sx_bytes_equal(value, SX_LITERAL("9")));
    const char *absent[] = {"", "A", "b", "hos", "hosts", "zz", "cpu", "1"};
    for (size_t i = 0; i < SX_COUNT_OF(absent); i++)
        assert_false(sx_key_find(key, sx_bytes_of(absent[i]), &value));
    assert_false(sx_key_find((struct sx_bytes){0}, SX_LITERAL("a"), &value));
}

/* A random part of few different bytes, so that many are equal or begin alike. */
static struct sx_bytes random_part(uint64_t seed, uint8_t *storage, size_t min)
{
    size_t len = min + sx_hash_u64(seed) % 4;
    for (size_t i = 0; i < len; i++)
        storage[i] = (uint8_t)(sx_hash_u64(seed * 8 + i + 1) % 4);
    return sx_bytes_make(storage, len);
}

struct series {
    uint8_t storage[5][8];
    struct sx_bytes parts[5]; /* measurement, key, value, key, value */
    size_t count;
    struct sx_buf key;
};

static void random_series(struct series *s, uint64_t seed)
{
    stria_tag tags[2];
    for (size_t i = 0; i < 5; i++)
        s->parts[i] = random_part(seed * 5 + i, s->storage[i], i > 0);
    s->count = 1 + seed % 3 * 2;
    if (sx_bytes_compare(s->parts[1], s->parts[3]) >= 0) /* the keys must ascend */
        s->count = SX_MIN(s->count, 3);
    for (size_t i = 0; i < s->count / 2; i++)
        tags[i] =
            (stria_tag){.key = {(const char *)s->parts[1 + 2 * i].ptr, s->parts[1 + 2 * i].len},
                        .value = {(const char *)s->parts[2 + 2 * i].ptr, s->parts[2 + 2 * i].len}};
    sx_buf_init(&s->key, &mem, 200);
    assert_int_equal(sx_key_make(&s->key, s->parts[0], tags, s->count / 2, NULL), STRIA_OK);
}

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

static void test_keys_order_as_their_parts_do(void **state)
{
    (void)state;
    static struct series series[150];
    for (size_t i = 0; i < SX_COUNT_OF(series); i++) {
        random_series(&series[i], i + 1);
        assert_true(sx_key_valid(sx_buf_bytes(&series[i].key)));
    }
    for (size_t i = 0; i < SX_COUNT_OF(series); i++)
        for (size_t j = 0; j < SX_COUNT_OF(series); j++) {
            const struct series *a = &series[i], *b = &series[j];
            int expected = 0;
            for (size_t k = 0; !expected && k < a->count && k < b->count; k++)
                expected = sx_bytes_compare(a->parts[k], b->parts[k]);
            if (!expected)
                expected = (a->count > b->count) - (a->count < b->count);
            int order = sx_bytes_compare(sx_buf_bytes(&a->key), sx_buf_bytes(&b->key));
            assert_int_equal(sign(order), sign(expected));
        }
    for (size_t i = 0; i < SX_COUNT_OF(series); i++)
        sx_buf_deinit(&series[i].key);
}

static void test_tags_that_make_no_key_are_told(void **state)
{
    (void)state;
    struct sx_buf key;
    stria_error err;
    static stria_tag many[SX_TAG_COUNT_MAX + 1];
    static uint8_t long_text[SX_KEY_SIZE_MAX];
    sx_buf_init(&key, &mem, 2 * SX_KEY_SIZE_MAX);
    sx_buf_put_text(&key, "before");
    const stria_tag twice[] = {tag("b", "1"), tag("a", "1"), tag("b", "")};
    assert_int_equal(sx_key_make(&key, SX_LITERAL("m"), twice, 3, &err), STRIA_INVALID);
    assert_string_equal(err.text, "tag 'b' is given twice");
    const stria_tag unnamed[] = {tag("a", "1"), tag("", "1")};
    assert_int_equal(sx_key_make(&key, SX_LITERAL("m"), unnamed, 2, &err), STRIA_INVALID);
    assert_string_equal(err.text, "a tag has an empty key");
    assert_int_equal(sx_key_make(&key, SX_LITERAL("m"), many, SX_COUNT_OF(many), &err),
                     STRIA_LIMIT);
    struct sx_bytes name = sx_bytes_make(long_text, sizeof long_text);
    memset(long_text, 'x', sizeof long_text);
    assert_int_equal(sx_key_make(&key, name, NULL, 0, &err), STRIA_LIMIT);
    assert_string_equal(err.text, "max key length exceeded: 65536 > 65535");
    assert_true(sx_bytes_equal(sx_buf_bytes(&key), SX_LITERAL("before")));
    name.len--;
    assert_int_equal(sx_key_make(&key, name, NULL, 0, &err), STRIA_OK);
    sx_buf_deinit(&key);
    sx_buf_init(&key, &mem, 4);
    assert_int_equal(sx_key_make(&key, SX_LITERAL("measurement"), NULL, 0, &err), STRIA_LIMIT);
    assert_int_equal(key.len, 0);
    sx_buf_deinit(&key);
}

static void test_bytes_that_are_no_key_are_refused(void **state)
{
    (void)state;
    const struct sx_bytes bad[] = {
        VIEW(""),                  /* no measurement */
        VIEW("cpu"),               /* no end */
        VIEW("cpu\0host\0"),       /* a key without a value */
        VIEW("cpu\0host\0a"),      /* cut */
        VIEW("cpu\0host\0\0"),     /* an empty value */
        VIEW("cpu\0\0a\0"),        /* an empty key */
        VIEW("cpu\0b\0x\0a\0x\0"), /* keys that descend */
        VIEW("cpu\0a\0x\0a\0y\0"), /* and twice the same */
        VIEW("c\1\3u\0"),
        VIEW("c\1\0"), /* escapes there are none of */
        VIEW("cpu\0a\0x\1\0"),
    };
    for (size_t i = 0; i < SX_COUNT_OF(bad); i++)
        assert_false(sx_key_valid(bad[i]));
    static uint8_t long_key[SX_KEY_SIZE_MAX + 1];
    memset(long_key, 'x', SX_KEY_SIZE_MAX);
    assert_false(sx_key_valid(sx_bytes_make(long_key, sizeof long_key)));
    long_key[SX_KEY_SIZE_MAX - 1] = 0;
    assert_true(sx_key_valid(sx_bytes_make(long_key, SX_KEY_SIZE_MAX)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_keys),
        cmocka_unit_test(test_parts_are_taken_in_turn_and_unescaped),
        cmocka_unit_test(test_a_tag_is_found_by_its_key),
        cmocka_unit_test(test_keys_order_as_their_parts_do),
        cmocka_unit_test(test_tags_that_make_no_key_are_told),
        cmocka_unit_test(test_bytes_that_are_no_key_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
