/* SPDX-License-Identifier: Apache-2.0 */
/* crc32c_test.c -- the vectors of RFC 3720, and the machine's version against the portable one. */
#include "base/crc32c.h"

#include "base/attr.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef uint32_t (*crc)(uint32_t crc, const void *bytes, size_t size);
static const crc versions[] = {sx_crc32c, sx_crc32c_portable};

static void test_vectors_of_rfc_3720(void **state)
{
    (void)state;
    uint8_t bytes[32];
    uint8_t command[48] = {0x01, 0xc0}; /* a SCSI read of iSCSI */
    command[16] = 0x14;
    command[22] = 0x04;
    command[27] = 0x14;
    command[31] = 0x18;
    command[32] = 0x28;
    command[40] = 0x02;
    for (size_t v = 0; v < SX_COUNT_OF(versions); v++) {
        memset(bytes, 0, sizeof bytes);
        assert_int_equal(versions[v](0, bytes, sizeof bytes), 0x8a9136aa);
        memset(bytes, 0xff, sizeof bytes);
        assert_int_equal(versions[v](0, bytes, sizeof bytes), 0x62a8ab43);
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)i;
        assert_int_equal(versions[v](0, bytes, sizeof bytes), 0x46dd794e);
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(31 - i);
        assert_int_equal(versions[v](0, bytes, sizeof bytes), 0x113fdb5c);
        assert_int_equal(versions[v](0, command, sizeof command), 0xd9963a56);
        assert_int_equal(versions[v](0, "123456789", 9), 0xe3069283);
        assert_int_equal(versions[v](0, NULL, 0), 0);
    }
}

/* Up to more than three rounds of the three streams; each size in memory that ends there. */
static void test_both_versions_agree_at_every_size_and_place(void **state)
{
    (void)state;
    enum { SIZE_MAX_HERE = 10500 };
    static uint8_t source[SIZE_MAX_HERE + 8];
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)sx_hash_u64(i + 1);
    uint32_t running = 0; /* of the first bytes, byte by byte */
    for (size_t size = 0; size <= SIZE_MAX_HERE; size++) {
        if (sx_crc32c(0, source, size) != running)
            fail_msg("%zu bytes", size);
        if (size < SIZE_MAX_HERE)
            running = sx_crc32c_portable(running, source + size, 1);
    }
    for (size_t place = 0; place < 8; place++)
        for (size_t size = 0; size <= SIZE_MAX_HERE; size = size * 9 / 8 + 1) {
            uint8_t *copy = malloc(place + size + 1);
            memcpy(copy + place, source, size);
            uint32_t seed = (uint32_t)sx_hash_u64(size + 1);
            assert_int_equal(sx_crc32c(seed, copy + place, size),
                             sx_crc32c_portable(seed, source, size));
            free(copy);
        }
}

static void test_parts_continue_each_other(void **state)
{
    (void)state;
    static uint8_t bytes[7000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)sx_hash_u64(i + 1);
    uint32_t whole = sx_crc32c(5, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 97)
        assert_int_equal(sx_crc32c(sx_crc32c(5, bytes, cut), bytes + cut, sizeof bytes - cut),
                         whole);
}

static void test_every_flipped_bit_changes_it(void **state)
{
    (void)state;
    static uint8_t bytes[3 * 1024 + 40]; /* all three streams and the rest */
    uint32_t whole = sx_crc32c(0, bytes, sizeof bytes);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(sx_crc32c(0, bytes, sizeof bytes), whole);
        bytes[bit / 8] = 0;
    }
}

static void test_seeds_tell_places_and_files_apart(void **state)
{
    (void)state;
    assert_int_equal(sx_crc32c_seed(0, 0), 0);
    assert_int_not_equal(sx_crc32c_seed(1, 0), sx_crc32c_seed(2, 0));
    for (uint64_t offset = 4096; offset < 4096 * 1000; offset += 4096)
        assert_int_not_equal(sx_crc32c_seed(7, offset), sx_crc32c_seed(7, offset - 4096));
    assert_int_equal(sx_crc32c_seed(0x0123456789abcdef, 0), 0x88888888); /* stored: never changes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_of_rfc_3720),
        cmocka_unit_test(test_both_versions_agree_at_every_size_and_place),
        cmocka_unit_test(test_parts_continue_each_other),
        cmocka_unit_test(test_every_flipped_bit_changes_it),
        cmocka_unit_test(test_seeds_tell_places_and_files_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
