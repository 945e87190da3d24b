/* SPDX-License-Identifier: Apache-2.0 */
/* frame_test.c -- the bytes of the log: exact, and refused when any bit of them is another. */
#include "wal/frame.h"

#include "base/crc32c.h"
#include "base/golden_test.h"

#define SALT 0x1122334455667788u
#define OFFSET 8192

static struct test_mem memory;

/* ---- file header ---- */

static const struct sx_wal_header header = {
    .version = 1,
    .file_no = 7,
    .generation = 3,
    .prev_file_no = 6,
    .prev_good_end = 12288,
    .salt = SALT,
    .store_id = 0xa1a2a3a4a5a6a7a8u,
    .created_ns = 1735689600000000000,
    .first_frame_seq = 42,
    .file_index = 2,
    .page_count = 256,
};

static const struct golden header_golden[] = {
    {"magic", "'STRIAWAL'"},
    {"version 1, flags", "01000000 00000000"},
    {"file_no 7", "0700000000000000"},
    {"generation 3", "0300000000000000"},
    {"prev_file_no 6", "0600000000000000"},
    {"prev_good_end 12288", "0030000000000000"},
    {"salt", "8877665544332211"},
    {"store_id", "a8a7a6a5a4a3a2a1"},
    {"created_ns: 2025-01-01", "000057c07e681618"},
    {"first_frame_seq 42", "2a00000000000000"},
    {"file_index 2, page_count 256", "02000000 00010000"},
    {"crc of the 88 bytes before", "94e97304"},
};

static void test_a_file_header_has_its_golden_bytes(void **state)
{
    (void)state;
    uint8_t bytes[SX_WAL_HEADER_SIZE];
    struct sx_wal_header back;
    sx_wal_header_put(bytes, &header);
    assert_golden(sx_bytes_make(bytes, sizeof bytes), header_golden, SX_COUNT_OF(header_golden));
    assert_int_equal(sx_wal_header_get(bytes, &back, NULL), STRIA_OK);
    assert_int_equal(back.version, header.version);
    assert_int_equal(back.file_no, header.file_no);
    assert_int_equal(back.generation, header.generation);
    assert_int_equal(back.prev_file_no, header.prev_file_no);
    assert_int_equal(back.prev_good_end, header.prev_good_end);
    assert_int_equal(back.salt, header.salt);
    assert_int_equal(back.store_id, header.store_id);
    assert_int_equal(back.created_ns, header.created_ns);
    assert_int_equal(back.first_frame_seq, header.first_frame_seq);
    assert_int_equal(back.file_index, header.file_index);
    assert_int_equal(back.page_count, header.page_count);
}

static void test_no_bit_of_a_file_header_can_be_flipped(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * SX_WAL_HEADER_SIZE; bit++) {
        uint8_t bytes[SX_WAL_HEADER_SIZE];
        struct sx_wal_header back;
        stria_error err = {0};
        sx_wal_header_put(bytes, &header);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(sx_wal_header_get(bytes, &back, &err), STRIA_CORRUPT);
        assert_int_equal(err.code, STRIA_CORRUPT);
    }
}

/* A header whose checksum is right although a u32 in it was changed. */
static stria_status get_changed_header(size_t at, uint32_t value, stria_error *err)
{
    uint8_t bytes[SX_WAL_HEADER_SIZE];
    struct sx_wal_header back;
    sx_wal_header_put(bytes, &header);
    sx_put_u32(bytes + at, value);
    sx_put_u32(bytes + 88, sx_crc32c(0, bytes, 88));
    return sx_wal_header_get(bytes, &back, err);
}

static void test_a_newer_version_or_an_unknown_flag_is_told_as_such(void **state)
{
    (void)state;
    stria_error err = {0};
    assert_int_equal(get_changed_header(8, 2, &err), STRIA_VERSION);
    assert_non_null(strstr(err.text, "version 2"));
    assert_int_equal(get_changed_header(12, 1, &err), STRIA_VERSION);
    assert_int_equal(get_changed_header(8, 1, &err), STRIA_OK);
}

/* ---- frame header ---- */

static const struct sx_frame_header frame = {
    .frame_seq = 42,
    .durable_seq = 41,
    .first_seq = 1000,
    .size = 27,
    .raw_size = 27,
    .record_count = 2,
    .records_crc = 0xcafef00d,
};

static const struct golden frame_golden[] = {
    {"magic", "'SFRM'"},
    {"crc of the 56 bytes after, seeded with salt and offset", "b041a495"},
    {"frame_seq 42", "2a00000000000000"},
    {"durable_seq 41", "2900000000000000"},
    {"first_seq 1000", "e803000000000000"},
    {"size 27, raw_size 27", "1b000000 1b000000"},
    {"2 records", "02000000"},
    {"codec 0, flags 0, zeros", "00 00 0000"},
    {"records_crc", "0df0feca"},
    {"zeros", "00*12"},
};

static void test_a_frame_header_has_its_golden_bytes(void **state)
{
    (void)state;
    uint8_t bytes[SX_FRAME_HEADER_SIZE];
    struct sx_frame_header back;
    sx_frame_header_put(bytes, &frame, SALT, OFFSET);
    assert_golden(sx_bytes_make(bytes, sizeof bytes), frame_golden, SX_COUNT_OF(frame_golden));
    assert_true(sx_frame_header_get(bytes, &back, SALT, OFFSET));
    assert_int_equal(back.frame_seq, frame.frame_seq);
    assert_int_equal(back.durable_seq, frame.durable_seq);
    assert_int_equal(back.first_seq, frame.first_seq);
    assert_int_equal(back.size, frame.size);
    assert_int_equal(back.raw_size, frame.raw_size);
    assert_int_equal(back.record_count, frame.record_count);
    assert_int_equal(back.codec, 0);
    assert_int_equal(back.flags, 0);
    assert_int_equal(back.records_crc, frame.records_crc);
}

static void test_no_bit_of_a_frame_header_can_be_flipped(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * SX_FRAME_HEADER_SIZE; bit++) {
        uint8_t bytes[SX_FRAME_HEADER_SIZE];
        struct sx_frame_header back;
        sx_frame_header_put(bytes, &frame, SALT, OFFSET);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sx_frame_header_get(bytes, &back, SALT, OFFSET));
    }
}

static void test_a_frame_is_valid_only_in_its_place_and_file(void **state)
{
    (void)state;
    uint8_t bytes[SX_FRAME_HEADER_SIZE];
    struct sx_frame_header back;
    sx_frame_header_put(bytes, &frame, SALT, OFFSET);
    assert_false(sx_frame_header_get(bytes, &back, SALT, OFFSET + SX_WAL_ALIGN));
    assert_false(sx_frame_header_get(bytes, &back, SALT, 0));
    assert_false(sx_frame_header_get(bytes, &back, SALT + 1, OFFSET));
    assert_false(sx_frame_header_get(bytes, &back, SALT ^ (uint64_t)1 << 63, OFFSET));
}

static void test_a_frame_beyond_the_limits_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t size, record_count;
        bool valid;
    } rows[] = {
        {"largest", SX_FRAME_SIZE_MAX, SX_FRAME_RECORDS_MAX, true},
        {"too many bytes", SX_FRAME_SIZE_MAX + 1, 1, false},
        {"too many records", 1, SX_FRAME_RECORDS_MAX + 1, false},
        {"all ones", UINT32_MAX, UINT32_MAX, false},
        {"empty", 0, 0, true},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t bytes[SX_FRAME_HEADER_SIZE];
        struct sx_frame_header big = frame, back;
        print_message("%s\n", rows[i].name);
        big.size = rows[i].size;
        big.record_count = rows[i].record_count;
        sx_frame_header_put(bytes, &big, SALT, OFFSET);
        assert_int_equal(sx_frame_header_get(bytes, &back, SALT, OFFSET), rows[i].valid);
    }
}

static void test_frames_take_whole_blocks_of_4096_bytes(void **state)
{
    (void)state;
    static const struct {
        uint32_t size;
        uint64_t span;
    } rows[] = {
        {0, 4096},         {1, 4096},
        {4096 - 64, 4096}, {4096 - 63, 8192},
        {8192 - 64, 8192}, {SX_FRAME_SIZE_MAX, (uint64_t)SX_FRAME_SIZE_MAX + 4096},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_frame_span(rows[i].size), rows[i].span);
    assert_int_equal(sx_wal_align(0), 0);
    assert_int_equal(sx_wal_align(1), 4096);
    assert_int_equal(sx_wal_align(4096), 4096);
}

/* ---- records ---- */

static void put_record(struct sx_buf *out, uint8_t type, uint8_t flags, const char *payload)
{
    uint8_t bytes[SX_RECORD_HEADER_SIZE];
    struct sx_record_header record = {
        .type = type, .flags = flags, .size = (uint32_t)strlen(payload)};
    record.crc = sx_crc32c(sx_record_crc_begin(type, flags, record.size), payload, record.size);
    sx_record_header_put(bytes, &record);
    sx_buf_put(out, bytes, sizeof bytes);
    sx_buf_put_text(out, payload);
}

static const struct golden records_golden[] = {
    {"type 1 (rows), flags 1 (self-contained), zero", "01 01 0000"},
    {"size 3", "03000000"},
    {"crc of the 8 bytes before and the payload", "09d3dc18"},
    {"payload", "'abc'"},
    {"type 200, flags 128 (must be known), zero", "c8 80 0000"},
    {"size 0", "00000000"},
    {"crc of the 8 bytes before", "f2e57c15"},
};

/* Two records, and a frame header that fits them. */
static struct sx_frame_header make_records(struct sx_buf *out)
{
    struct sx_frame_header head = frame;
    sx_buf_init(out, &memory.mem, 4096);
    put_record(out, SX_RECORD_ROWS, SX_RECORD_SELF_CONTAINED, "abc");
    put_record(out, 200, SX_RECORD_MUST_KNOW, "");
    head.size = (uint32_t)out->len;
    head.records_crc = sx_crc32c(0, out->ptr, SX_RECORD_HEADER_SIZE);
    head.records_crc = sx_crc32c(head.records_crc, out->ptr + 15, SX_RECORD_HEADER_SIZE);
    return head;
}

static void test_records_have_their_golden_bytes(void **state)
{
    (void)state;
    struct sx_buf records;
    struct sx_record_header record;
    struct sx_bytes in, payload;
    struct sx_frame_header head = make_records(&records);
    assert_golden(sx_buf_bytes(&records), records_golden, SX_COUNT_OF(records_golden));
    assert_true(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
    in = sx_buf_bytes(&records);
    assert_true(sx_record_take(&in, &record, &payload));
    assert_int_equal(record.type, SX_RECORD_ROWS);
    assert_int_equal(record.flags, SX_RECORD_SELF_CONTAINED);
    assert_true(sx_bytes_equal(payload, SX_LITERAL("abc")));
    assert_true(sx_record_take(&in, &record, &payload));
    assert_int_equal(record.type, 200);
    assert_int_equal(payload.len, 0);
    assert_false(sx_record_take(&in, &record, &payload));
    sx_buf_deinit(&records);
}

static void test_no_bit_of_the_records_can_be_flipped(void **state)
{
    (void)state;
    struct sx_buf records;
    struct sx_frame_header head = make_records(&records);
    for (size_t bit = 0; bit < 8 * records.len; bit++) {
        records.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
        records.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
    sx_buf_deinit(&records);
}

static void test_cut_and_missing_and_extra_records_are_not_valid(void **state)
{
    (void)state;
    struct sx_buf records;
    struct sx_frame_header head = make_records(&records);
    for (size_t len = 0; len < records.len; len++) {
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL; /* ends where the view does */
        if (len)
            memcpy(copy, records.ptr, len);
        assert_false(sx_frame_records_valid(&head, sx_bytes_make(copy, len)));
        sx_mem_free(&memory.mem, copy);
    }
    head.record_count = 1;
    assert_false(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
    head.record_count = 3;
    assert_false(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
    head.record_count = 2;
    sx_buf_put_u8(&records, 0);
    assert_false(sx_frame_records_valid(&head, sx_buf_bytes(&records)));
    sx_buf_deinit(&records);
}

static void test_records_that_changed_places_are_not_valid(void **state)
{
    (void)state;
    struct sx_buf records, swapped;
    struct sx_frame_header head = make_records(&records);
    sx_buf_init(&swapped, &memory.mem, 4096);
    sx_buf_put(&swapped, records.ptr + 15, SX_RECORD_HEADER_SIZE);
    sx_buf_put(&swapped, records.ptr, 15);
    assert_false(sx_frame_records_valid(&head, sx_buf_bytes(&swapped)));
    sx_buf_deinit(&swapped);
    sx_buf_deinit(&records);
}

static void test_a_frame_without_records_is_valid(void **state)
{
    (void)state;
    struct sx_frame_header none = {0};
    assert_true(sx_frame_records_valid(&none, (struct sx_bytes){0}));
    none.records_crc = 1;
    assert_false(sx_frame_records_valid(&none, (struct sx_bytes){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_header_has_its_golden_bytes),
        cmocka_unit_test(test_no_bit_of_a_file_header_can_be_flipped),
        cmocka_unit_test(test_a_newer_version_or_an_unknown_flag_is_told_as_such),
        cmocka_unit_test(test_a_frame_header_has_its_golden_bytes),
        cmocka_unit_test(test_no_bit_of_a_frame_header_can_be_flipped),
        cmocka_unit_test(test_a_frame_is_valid_only_in_its_place_and_file),
        cmocka_unit_test(test_a_frame_beyond_the_limits_is_none),
        cmocka_unit_test(test_frames_take_whole_blocks_of_4096_bytes),
        cmocka_unit_test(test_records_have_their_golden_bytes),
        cmocka_unit_test(test_no_bit_of_the_records_can_be_flipped),
        cmocka_unit_test(test_cut_and_missing_and_extra_records_are_not_valid),
        cmocka_unit_test(test_records_that_changed_places_are_not_valid),
        cmocka_unit_test(test_a_frame_without_records_is_valid),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
