/* SPDX-License-Identifier: Apache-2.0 */
/* format_test.c -- header and footer of a segment: exact bytes, and no bit of them another. */
#include "segment/format.h"

#include "base/crc32c.h"
#include "base/golden_test.h"

#define FILE_SIZE 100000

static const struct sx_segment_footer footer = {
    .info = {.uuid = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
             .segment_id = 0x2a,
             .policy_id = 3,
             .level = 2,
             .tier = 1,
             .epoch = 0,
             .first_generation = 4,
             .last_generation = 5,
             .first_seq = 60,
             .last_seq = 70,
             .tombstone_id = 9,
             .min_ts = -2,
             .max_ts = 1000,
             .series_count = 6,
             .row_count = 7,
             .sample_count = 8,
             .chunk_count = 9,
             .file_size = FILE_SIZE,
             .created_ns = -3},
    .parts = {{.offset = 1, .size = 2, .crc = 3},
              {.offset = 4, .size = 5, .crc = 6},
              {.offset = 7, .size = 8, .crc = 9},
              {.offset = 10, .size = FILE_SIZE - 10, .crc = 0xffffffff}}};

static const struct golden header_golden[] = {
    {"magic", "'STRIASEG'"},
    {"version 2, flags", "02000000 00000000"},
    {"uuid", "000102030405060708090a0b0c0d0e0f"},
    {"segment_id 42", "2a00000000000000"},
    {"policy_id 3", "03000000"},
    {"zeros", "00*16"},
    {"crc of the 60 bytes before", "451a990f"},
};

static const struct golden footer_golden[] = {
    {"magic", "'STRIAEND'"},
    {"version 2, flags", "02000000 00000000"},
    {"uuid", "000102030405060708090a0b0c0d0e0f"},
    {"segment_id 42", "2a00000000000000"},
    {"policy_id 3", "03000000"},
    {"level 2, tier 1, zero", "0200 01 00"},
    {"epoch 0", "00*8"},
    {"generations 4 to 5", "0400000000000000 0500000000000000"},
    {"sequences 60 to 70", "3c00000000000000 4600000000000000"},
    {"times -2 to 1000", "feffffffffffffff e803000000000000"},
    {"6 series, 7 rows", "0600000000000000 0700000000000000"},
    {"8 samples, 9 chunks", "0800000000000000 0900000000000000"},
    {"file_size 100000", "a086010000000000"},
    {"4 parts, zeros", "04000000 00000000"},
    {"tombstone_id 9", "0900000000000000"},
    {"created_ns -3, zeros", "fdffffffffffffff 00*24"},
    {"part MEASUREMENTS: offset, size, crc, zeros",
     "0100000000000000 0200000000000000 03000000 00000000"},
    {"part TAGS", "0400000000000000 0500000000000000 06000000 00000000"},
    {"part STRIPES", "0700000000000000 0800000000000000 09000000 00000000"},
    {"part FILTER", "0a00000000000000 9686010000000000 ffffffff 00000000"},
    {"room for 8 parts more, zeros", "00*220"},
    {"crc of the 508 bytes before", "ce1d39a4"},
};

static void test_a_header_has_its_golden_bytes(void **state)
{
    (void)state;
    uint8_t bytes[SX_SEGMENT_HEADER_SIZE];
    struct sx_segment_info info;
    sx_segment_header_put(bytes, &footer.info);
    assert_golden(sx_bytes_make(bytes, sizeof bytes), header_golden, SX_COUNT_OF(header_golden));
    assert_int_equal(sx_segment_header_get(bytes, &info, NULL), STRIA_OK);
    assert_memory_equal(info.uuid, footer.info.uuid, 16);
    assert_int_equal(info.segment_id, 0x2a);
    assert_int_equal(info.policy_id, 3);
}

static void test_a_footer_has_its_golden_bytes(void **state)
{
    (void)state;
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_segment_footer back;
    sx_segment_footer_put(bytes, &footer);
    assert_golden(sx_bytes_make(bytes, sizeof bytes), footer_golden, SX_COUNT_OF(footer_golden));
    assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, NULL), STRIA_OK);
    assert_memory_equal(back.info.uuid, footer.info.uuid, 16);
    assert_int_equal(back.info.segment_id, footer.info.segment_id);
    assert_int_equal(back.info.policy_id, footer.info.policy_id);
    assert_int_equal(back.info.level, footer.info.level);
    assert_int_equal(back.info.tier, footer.info.tier);
    assert_int_equal(back.info.epoch, footer.info.epoch);
    assert_int_equal(back.info.first_generation, footer.info.first_generation);
    assert_int_equal(back.info.last_generation, footer.info.last_generation);
    assert_int_equal(back.info.first_seq, footer.info.first_seq);
    assert_int_equal(back.info.last_seq, footer.info.last_seq);
    assert_int_equal(back.info.tombstone_id, footer.info.tombstone_id);
    assert_int_equal(back.info.min_ts, footer.info.min_ts);
    assert_int_equal(back.info.max_ts, footer.info.max_ts);
    assert_int_equal(back.info.series_count, footer.info.series_count);
    assert_int_equal(back.info.row_count, footer.info.row_count);
    assert_int_equal(back.info.sample_count, footer.info.sample_count);
    assert_int_equal(back.info.chunk_count, footer.info.chunk_count);
    assert_int_equal(back.info.created_ns, footer.info.created_ns);
    for (size_t i = 0; i < SX_PART_COUNT; i++) {
        assert_int_equal(back.parts[i].offset, footer.parts[i].offset);
        assert_int_equal(back.parts[i].size, footer.parts[i].size);
        assert_int_equal(back.parts[i].crc, footer.parts[i].crc);
    }
}

static void test_no_bit_of_header_or_footer_can_be_flipped(void **state)
{
    (void)state;
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_segment_footer back;
    struct sx_segment_info info;
    stria_error err;
    for (size_t bit = 0; bit < 8 * SX_SEGMENT_HEADER_SIZE; bit++) {
        sx_segment_header_put(bytes, &footer.info);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(sx_segment_header_get(bytes, &info, &err), STRIA_CORRUPT);
    }
    for (size_t bit = 0; bit < 8 * SX_SEGMENT_FOOTER_SIZE; bit++) {
        sx_segment_footer_put(bytes, &footer);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, &err), STRIA_CORRUPT);
    }
}

static void test_a_header_of_a_newer_version_is_told_as_such(void **state)
{
    (void)state;
    static const size_t places[] = {8, 12}; /* version, flags */
    for (size_t i = 0; i < SX_COUNT_OF(places); i++) {
        uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
        struct sx_segment_footer back;
        struct sx_segment_info info;
        sx_segment_header_put(bytes, &footer.info);
        sx_put_u32(bytes + places[i], 3);
        sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
        assert_int_equal(sx_segment_header_get(bytes, &info, NULL), STRIA_VERSION);
        sx_segment_footer_put(bytes, &footer);
        sx_put_u32(bytes + places[i], 3);
        sx_put_u32(bytes + 508, sx_crc32c(0, bytes, 508));
        assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, NULL), STRIA_VERSION);
    }
}

static void test_the_index_is_one_more_part_from_version_2_on(void **state)
{
    (void)state;
    uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
    struct sx_segment_footer with = footer, back;
    with.parts[SX_PART_INDEX] = (struct sx_block_ref){.offset = 70, .size = 5, .crc = 6};
    with.parts[SX_PART_TAGS].in_index = 9;
    sx_segment_footer_put(bytes, &with);
    assert_int_equal(sx_get_u32(bytes + 144), 5);
    assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, NULL), STRIA_OK);
    assert_int_equal(back.parts[SX_PART_INDEX].size, 5);
    assert_int_equal(back.parts[SX_PART_INDEX].crc, 6);
    assert_int_equal(back.parts[SX_PART_TAGS].in_index, 9);
    assert_int_equal(back.parts[SX_PART_STRIPES].in_index, 0);
    sx_put_u32(bytes + 8, 1); /* then a part behind the four is ignored */
    sx_put_u32(bytes + 192 + 24 + 20, 0);
    sx_put_u32(bytes + 508, sx_crc32c(0, bytes, 508));
    assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, NULL), STRIA_OK);
    assert_int_equal(back.parts[SX_PART_INDEX].size, 0);
}

static void test_lies_in_a_footer_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
        uint64_t value;
        unsigned size;
        stria_status want;
    } rows[] = {
        {"another file size", 136, FILE_SIZE + 1, 8, STRIA_CORRUPT},
        {"too few parts", 144, 3, 4, STRIA_CORRUPT},
        {"more parts, for a later version", 144, 12, 4, STRIA_OK},
        {"too many parts", 144, 13, 4, STRIA_CORRUPT},
        {"a part behind the end", 192, FILE_SIZE + 1, 8, STRIA_CORRUPT},
        {"a part in the index, which has its own end", 212, 1, 4, STRIA_OK},
        {"a part over the end", 200, FILE_SIZE, 8, STRIA_CORRUPT},
        {"a part of 2^64", 200, UINT64_MAX, 8, STRIA_CORRUPT},
        {"a part that ends with the file", 200, FILE_SIZE - 1, 8, STRIA_OK},
        {"more series than an ordinal can tell", 104, (uint64_t)1 << 32, 8, STRIA_CORRUPT},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t bytes[SX_SEGMENT_FOOTER_SIZE];
        struct sx_segment_footer back;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        sx_segment_footer_put(bytes, &footer);
        if (rows[i].size == 4)
            sx_put_u32(bytes + rows[i].at, (uint32_t)rows[i].value);
        else
            sx_put_u64(bytes + rows[i].at, rows[i].value);
        sx_put_u32(bytes + 508, sx_crc32c(0, bytes, 508));
        assert_int_equal(sx_segment_footer_get(bytes, FILE_SIZE, &back, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
    }
}

static void test_checksums_are_seeded_with_file_and_place(void **state)
{
    (void)state;
    uint64_t salt = sx_segment_salt(footer.info.uuid);
    uint8_t other[16];
    assert_int_equal(salt, 0x65ad647b5b809ca8u);
    memcpy(other, footer.info.uuid, 16);
    for (size_t bit = 0; bit < 128; bit++) {
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(sx_segment_salt(other) != salt);
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(sx_block_crc(salt, 64, "abc", 3), 0xe2adc0u);
    assert_true(sx_block_crc(salt, 64, "abc", 3) != sx_block_crc(salt, 65, "abc", 3));
    assert_true(sx_block_crc(salt, 64, "abc", 3) != sx_block_crc(salt + 1, 64, "abc", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_has_its_golden_bytes),
        cmocka_unit_test(test_a_footer_has_its_golden_bytes),
        cmocka_unit_test(test_no_bit_of_header_or_footer_can_be_flipped),
        cmocka_unit_test(test_a_header_of_a_newer_version_is_told_as_such),
        cmocka_unit_test(test_the_index_is_one_more_part_from_version_2_on),
        cmocka_unit_test(test_lies_in_a_footer_are_refused),
        cmocka_unit_test(test_checksums_are_seeded_with_file_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
