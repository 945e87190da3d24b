/* SPDX-License-Identifier: Apache-2.0 */
/* golden_test.h -- what tests of stored forms share: their exact bytes as text that can be read,
 * and memory whose allocations can be made to fail.
 *
 * Format      Golden bytes are rows of {what it is, text}. The text has hex pairs, 'letters' in
 *             quotes, and xx*n for a byte n times: "'SFRM' 2a000000 00*12".
 * Use         assert_golden(bytes, rows, COUNT) names the first row that differs. */
#ifndef SX_BASE_GOLDEN_TEST_H
#define SX_BASE_GOLDEN_TEST_H

#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct golden {
    const char *what;
    const char *text;
};

static inline int golden_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    fail_msg("golden bytes: '%c' is no hex digit", c);
    return 0;
}

/* Appends the bytes that a row's text stands for. */
static inline void golden_put(struct sx_buf *out, const char *text)
{
    while (*text) {
        if (*text == ' ') {
            text++;
        } else if (*text == '\'') {
            for (text++; *text != '\''; text++)
                sx_buf_put_u8(out, (uint8_t)*text);
            text++;
        } else {
            uint8_t byte = (uint8_t)(golden_digit(text[0]) << 4 | golden_digit(text[1]));
            size_t times = 1;
            text += 2;
            if (*text == '*')
                for (times = 0, text++; *text >= '0' && *text <= '9'; text++)
                    times = times * 10 + (size_t)(*text - '0');
            while (times--)
                sx_buf_put_u8(out, byte);
        }
    }
    assert_false(out->failed);
}

/* All rows; to be deinitialised. */
static inline void golden_bytes(struct sx_buf *out, struct sx_mem *mem, const struct golden *rows,
                                size_t count)
{
    sx_buf_init(out, mem, (size_t)16 << 20);
    for (size_t i = 0; i < count; i++)
        golden_put(out, rows[i].text);
}

static inline void golden_print(const char *what, const uint8_t *bytes, size_t size)
{
    print_message("%-6s", what);
    for (size_t i = 0; i < size && i < 96; i++)
        print_message("%02x%s", bytes[i], i % 4 == 3 ? " " : "");
    print_message("\n");
}

static inline void assert_golden(struct sx_bytes got, const struct golden *rows, size_t count)
{
    size_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t storage[65536];
        struct sx_buf want;
        sx_buf_init_fixed(&want, storage, sizeof storage);
        golden_put(&want, rows[i].text);
        size_t left = got.len - SX_MIN(offset, got.len);
        if (left < want.len || memcmp(got.ptr + offset, want.ptr, want.len) != 0) {
            golden_print("got", got.ptr + SX_MIN(offset, got.len), left);
            golden_print("want", want.ptr, want.len);
            fail_msg("at byte %zu: %s", offset, rows[i].what);
        }
        offset += want.len;
    }
    if (offset != got.len) {
        golden_print("more", got.ptr + offset, got.len - offset);
        fail_msg("%zu bytes follow the last golden one", got.len - offset);
    }
}

/* ---- memory ---- */

struct test_mem {
    struct sx_mem_fault fault; /* fires only when a test sets it */
    struct sx_mem mem;
};

static inline void test_mem_init(struct test_mem *m)
{
    *m = (struct test_mem){0};
    atomic_init(&m->fault.countdown, -1);
    sx_mem_init(&m->mem, NULL, "test", 0);
    m->mem.fault = &m->fault;
}

/* Makes the nth allocation from now on fail; 0: none. */
static inline void test_mem_arm(struct test_mem *m, int64_t nth)
{
    atomic_store(&m->fault.fired, false);
    atomic_store(&m->fault.countdown, nth ? nth : -1);
}

/* Whether the one that was to fail did; none fails any more. */
static inline bool test_mem_fired(struct test_mem *m)
{
    atomic_store(&m->fault.countdown, -1);
    return atomic_load(&m->fault.fired);
}

/* Asserts that everything came back. */
static inline void test_mem_deinit(struct test_mem *m)
{
    assert_int_equal(sx_mem_size(&m->mem), 0);
    sx_mem_deinit(&m->mem);
}

#endif
