/* SPDX-License-Identifier: Apache-2.0 */
/* writer_test.c -- segments written and read back: the exact bytes of a small one, all types,
 * misuse, failures, chance. */
#include "segment/writer.h"

#include "codec/generators.h"
#include "segment/segment_fixture_test.h"

#include <errno.h>

/* ---- a small one, byte by byte ---- */

static const struct seg_test_line small[] = {
    {"cpu,host=a", 1000, "f1=1.5 s5=on"},
    {"cpu,host=a", 2000, "f1=2.5 s5=on"},
    {"cpu,host=b", 1000, "f1=7 b4=1"},
    {"cpu,host=b", 2000, "f1"},
    {"mem", 5, "i2=-3"},
};

/* The uuid is 16 bytes of chance: this disk gives always the same. Checksums are seeded with it. */
static const struct golden small_golden[] = {
    {"header: magic, version, flags", "'STRIASEG' 02000000 00000000"},
    {"uuid", "d70d3259e4e1cb631c663cf4d73c4c04"},
    {"segment_id, policy_id", "2a00000000000000 03000000"},
    {"zeros", "00*16"},
    {"crc", "05039bb8"},
    {"stripe of cpu at 64: the time chunk of both series: 1000, 2000", "04d00fd00f"},
    {"the run of f: 1.5 2.5: 1 digit, a line from 15 by 10", "4201041e14"},
    {"f of host=b: presence in 2 bytes, then 7", "02 5201 41000e"},
    {"the run of s: on, on", "606f6e"},
    {"the run of b: presence in 2 bytes, then true", "02 5201 51"},
    {"directory of cpu, times: series 0, next chunk of the run; 2 rows", "00 01"},
    {"from 1000, span 1000; 5 bytes, crc", "d00f d00f 05 e26ab312"},
    {"series 1, the same chunk; 2 rows; same times", "05 01 00 00"},
    {"directory of f: no table; every row; 5 bytes, crc", "00 00 05 665f4748"},
    {"numbers, rising: 15/10, 25/10, rows 0 and 1", "09 e103 a106 00 01"},
    {"some rows: 1 value; 6 bytes, crc", "02 01 06 ce5d7373"},
    {"numbers, constant with its sum: 7", "45 e001"},
    {"directory of s: no table; every row; 3 bytes, crc; no statistics", "00 00 03 6cb796f0 00"},
    {"directory of b: no table; 1 group skipped, some rows: 1 value; 4 bytes, crc",
     "00 03 00 01 04 6452a876"},
    {"numbers, constant: true", "05 01"},
    {"stripe of mem: the time chunk: 5", "000a"},
    {"directory of mem, times: series 2, next; 1 row; from 5, span 0; 2 bytes, crc",
     "00 00 0a 00 02 29d4619e"},
    {"directory of i: no table; every row, no column; numbers, constant with its sum: -3",
     "00 04 45 05"},
    {"series block of cpu: tag host: 2 bits each: 1, 2", "02 09"},
    {"hashes of the keys", "0a1536a6da199736 f77d8a25996dee6c"},
    {"series block of mem: no tags; hash", "a2cd3bf572569d63"},
    {"dictionary of host: 2 strings in 6 bytes: a, b", "02 06 00 01 'a' 00 01 'b'"},
    {"postings of host: offsets 0 and 2 behind the offsets", "00000000 02000000"},
    {"a: one run: series 0; b: series 1", "01 00 01 02"},
    {"part MEASUREMENTS: 2; series blocks from 160 on", "02 a001"},
    {"cpu: 2 series, 1 tag: number 0", "03 'cpu' 02 01 00"},
    {"3 columns: float f, string s, bool b", "03 01 01 'f' 05 01 's' 04 01 'b'"},
    {"1 stripe; series block of 18 bytes, crc", "01 12 38ae7cf1"},
    {"mem: 1 series, no tags, 1 column: integer i", "03 'mem' 01 00 01 02 01 'i'"},
    {"1 stripe; series block of 8 bytes, crc", "01 08 a92fe05c"},
    {"part TAGS: 1: host, 2 values", "01 04 'host' 02"},
    {"dictionary: offset 186, 8 bytes, crc", "ba01 08 517f882b"},
    {"postings: offset 194, 12 bytes, crc", "c201 0c 14b22de8"},
    {"part STRIPES: 2", "02"},
    {"measurement + 0, first series + 0, 2 groups", "00 00 02"},
    {"from 1000, span 1000; offset 64; 4 runs", "d00f e807 40 04"},
    {"times: 5 bytes; directory of 15, crc", "05 0f 2b18ccdc"},
    {"column 0: 11 bytes; directory of 24, crc", "00 0b 18 4a70e7b4"},
    {"column 1: 3 bytes; directory of 8, crc", "01 03 08 0fbf0a9c"},
    {"column 2: 4 bytes; directory of 11, crc", "02 04 0b 1a5f4c0d"},
    {"measurement + 1, first series + 0, 1 group", "01 00 01"},
    {"from 995 earlier, span 0; offset 81 more; 2 runs", "c50f 00 51 02"},
    {"times: 2 bytes; directory of 9, crc", "02 09 247b4f4f"},
    {"column 0: no bytes; directory of 4, crc", "00 00 04 2e8b6f06"},
    {"part FILTER: one block: two values and three series",
     "00184840 40900404 00010498 01010081 32000042 40056000 00980800 82108001"},
    {"footer: magic, version, flags", "'STRIAEND' 02000000 00000000"},
    {"uuid", "d70d3259e4e1cb631c663cf4d73c4c04"},
    {"segment_id, policy_id, level 1, tier 0", "2a00000000000000 03000000 0100 0000"},
    {"epoch; generations 4 to 5", "0000000000000000 0400000000000000 0500000000000000"},
    {"sequences 60 to 70", "3c00000000000000 4600000000000000"},
    {"times 5 to 2000", "0500000000000000 d007000000000000"},
    {"3 series, 5 rows, 7 samples, 5 chunks",
     "0300000000000000 0500000000000000 0700000000000000 0500000000000000"},
    {"file_size 871; 4 parts; tombstone_id 8",
     "6703000000000000 04000000 00000000 0800000000000000"},
    {"created at 0; zeros", "00*8 00*24"},
    {"part MEASUREMENTS: offset 206, size 42, crc",
     "ce00000000000000 2a00000000000000 99292d8b 00000000"},
    {"part TAGS: offset 248, size 21, crc", "f800000000000000 1500000000000000 0ce2c0d1 00000000"},
    {"part STRIPES: offset 269, size 58, crc",
     "0d01000000000000 3a00000000000000 829f89f8 00000000"},
    {"part FILTER: offset 327, size 32, crc",
     "4701000000000000 2000000000000000 a886f249 00000000"},
    {"zeros", "00*220"},
    {"crc", "084af4f0"},
};

static void test_a_small_segment_has_its_golden_bytes(void **state)
{
    (void)state;
    struct seg_test t;
    size_t size;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, small, SX_COUNT_OF(small));
    const uint8_t *bytes = sx_os_mem_bytes(t.disk, "a.seg", &size);
    assert_non_null(bytes);
    assert_golden(sx_bytes_make(bytes, size), small_golden, SX_COUNT_OF(small_golden));
    assert_dump(&t, "cpu,host=a{1000:f1=1.5,s5=on 2000:f1=2.5,s5=on} "
                    "cpu,host=b{1000:f1=7,b4=1 2000:} mem{5:i2=-3}");
    seg_test_deinit(&t);
}

/* ---- shapes ---- */

static void test_groups_of_a_series_come_back_in_their_order(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m,a=1", INT64_MIN, "i2=1"},
        {"m,a=1", -5, "i2=2"},
        {NULL, 0, NULL},
        {"m,a=1", 0, "i2=3 f1=1"},
        {NULL, 0, NULL},
        {"m,a=1", 7, "f1=2"},
        {"m,a=1", INT64_MAX, "i2=5"},
        {"m,a=2", INT64_MAX, "s5=end"},
    };
    struct seg_test t;
    seg_test_init(&t);
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        seg_test_write(&t, (enum sx_tier)tier, lines, SX_COUNT_OF(lines));
        assert_int_equal(t.info.min_ts, INT64_MIN);
        assert_int_equal(t.info.max_ts, INT64_MAX);
        assert_int_equal(t.info.series_count, 2);
        assert_int_equal(t.info.row_count, 6);
        assert_int_equal(t.info.sample_count, 7);
        assert_dump(&t, "m,a=1{-9223372036854775808:i2=1 -5:i2=2}{0:i2=3,f1=1}"
                        "{7:f1=2 9223372036854775807:i2=5} m,a=2{9223372036854775807:s5=end}");
        assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    }
    seg_test_deinit(&t);
}

static void test_every_type_and_presence_comes_back(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"", 1, "v1=#7ff8000000000001 v2=-1 v3=18446744073709551615 v4=1 v5=x"},
        {"", 2, "v1=#8000000000000000 v2 v3=0 v4 v5="},
        {"", 3, "v1 v2=9223372036854775807 v3 v4=0 v5"},
        {",t=1", 1, "v1=#fff0000000000000"},
        {"m", 1, "v5=a v1=#7ff0000000000001"},
        {"m\x01", 1, "s5=text_in_another_measurement"},
        {"m\x01,k\x02=\x01,z=\xff", 1, "s5=t"},
    };
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_dump(&t, "{1:v1=#7ff8000000000001,v2=-1,v3=18446744073709551615,v4=1,v5=x "
                    "2:v1=#8000000000000000,v3=0,v5= 3:v2=9223372036854775807,v4=0} "
                    ",t=1{1:v1=#fff0000000000000} m{1:v1=#7ff0000000000001,v5=a} "
                    "m\x01{1:s5=text_in_another_measurement} m\x01,k\x02=\x01,z=\xff{1:s5=t}");
    seg_test_deinit(&t);
}

static void test_a_segment_without_series_is_one(void **state)
{
    (void)state;
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, NULL, 0);
    assert_int_equal(t.info.series_count, 0);
    assert_dump(&t, "");
    seg_test_deinit(&t);
}

static void test_series_with_ever_more_tags_keep_them_all(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m,a=1", 1, "i2=1"},         {"m,a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1", 1, "i2=2"},
        {"m,a=1,b=2", 1, "i2=3"},     {"m,a=2,z=9", 1, "i2=4"},
        {"m,b=1,c=1,d=1", 1, "i2=5"}, {"n,a=1,b=1,c=1,d=1,e=1", 1, "i2=6"},
        {"n,a=2", 1, "i2=7"},         {"n,a=3,x=1", 1, "i2=8"},
    };
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_dump(&t, "m,a=1{1:i2=1} m,a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1{1:i2=2} "
                    "m,a=1,b=2{1:i2=3} m,a=2,z=9{1:i2=4} m,b=1,c=1,d=1{1:i2=5} "
                    "n,a=1,b=1,c=1,d=1,e=1{1:i2=6} n,a=2{1:i2=7} n,a=3,x=1{1:i2=8}");
    seg_test_deinit(&t);
}

/* ---- misuse and failures ---- */

static void test_series_and_times_must_ascend(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct seg_test_line lines[3];
    } rows[] = {
        {"a series twice", {{"m,a=1", 1, "i2=1"}, {"n", 1, "i2=1"}, {"m,a=1", 2, "i2=1"}}},
        {"a measurement before", {{"m", 1, "i2=1"}, {"n", 1, "i2=1"}, {"l", 1, "i2=1"}}},
        {"the same time", {{"m", 5, "i2=1"}, {NULL, 0, NULL}, {"m", 5, "i2=1"}}},
        {"an earlier time", {{"m", 5, "i2=1"}, {NULL, 0, NULL}, {"m", 4, "i2=1"}}},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct seg_test t;
        struct sx_file_info info;
        seg_test_init(&t);
        assert_int_equal(seg_test_try_write(&t, SX_TIER_HOT, rows[i].lines, 3), STRIA_INTERNAL);
        assert_non_null(strstr(t.err.text, "a.seg"));
        assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL), STRIA_NOT_FOUND);
        seg_test_deinit(&t);
    }
}

static void test_a_file_that_is_there_is_not_written_over(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_file_info info;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, small, SX_COUNT_OF(small));
    assert_int_equal(seg_test_try_write(&t, SX_TIER_HOT, small, 1), STRIA_EXISTS);
    assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL), STRIA_OK);
    assert_int_equal(info.size, 871);
    seg_test_deinit(&t);
}

static const struct seg_test_line mixed[] = {
    {"cpu,host=a,os=x", 1, "f1=1.5 s5=on"},
    {"cpu,host=a,os=x", 2, "f1=2.5 s5"},
    {NULL, 0, NULL},
    {"cpu,host=a,os=x", 9, "f1=1"},
    {"cpu,host=b", 1, "f1=7 b4=1"},
    {"mem,host=b", 5, "i2=-3"},
    {"mem,host=c", 5, "i2=-3 u3=4"},
    {"zzz", 1, "s5=a"},
};

static void test_every_failing_allocation_ends_the_writing_and_leaves_no_file(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        struct seg_test t;
        struct sx_file_info info;
        seg_test_init(&t);
        sx_buf_reserve(&t.key, 1000);
        sx_buf_reserve(&t.last_key, 1000);
        test_mem_arm(&t.memory, n);
        stria_status st = seg_test_try_write(&t, SX_TIER_SEALED, mixed, SX_COUNT_OF(mixed));
        bool fired = test_mem_fired(&t.memory);
        /* A codec may do without its scratch. */
        assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
        assert_int_equal(t.err.code, st);
        assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL),
                         st ? STRIA_NOT_FOUND : STRIA_OK);
        if (!st)
            assert_dump(&t, "cpu,host=a,os=x{1:f1=1.5,s5=on 2:f1=2.5}{9:f1=1} "
                            "cpu,host=b{1:f1=7,b4=1} mem,host=b{5:i2=-3} "
                            "mem,host=c{5:i2=-3,u3=4} zzz{1:s5=a}");
        seg_test_deinit(&t);
        if (!fired)
            break;
    }
}

static void test_every_failing_call_ends_the_writing_and_leaves_no_file(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOSPC};
    for (size_t e = 0; e < SX_COUNT_OF(errnos); e++)
        for (uint64_t n = 1;; n++) {
            struct seg_test t;
            struct sx_file_info info;
            struct sx_os_fault_options options = {.fail_at = n, .os_errno = errnos[e]};
            seg_test_init(&t);
            t.os = sx_os_fault_create(t.disk, &options);
            stria_status st = seg_test_try_write(&t, SX_TIER_HOT, mixed, SX_COUNT_OF(mixed));
            bool fired = sx_os_fault_fired(t.os);
            assert_int_equal(st != STRIA_OK, fired);
            assert_int_equal(t.err.code, st);
            assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL),
                             st ? STRIA_NOT_FOUND : STRIA_OK);
            seg_test_deinit(&t);
            if (!fired)
                break;
        }
}

static void test_a_finished_segment_is_synced(void **state)
{
    (void)state;
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, mixed, SX_COUNT_OF(mixed));
    assert_int_equal(t.disk->ops->sync_dir(t.disk, "", NULL), STRIA_OK); /* the caller's part */
    struct sx_os *left = sx_os_mem_crash(t.disk, NULL, NULL);
    sx_os_mem_destroy(t.disk);
    t.disk = t.os = left;
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(seg_test_dump(&t), STRIA_OK);
    seg_test_deinit(&t);
}

/* ---- random ones ---- */

static void test_random_segments_come_back(void **state)
{
    (void)state;
    static char texts[400][100];
    static char names[60][30];
    static struct seg_test_line lines[400];
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct seg_test t;
        struct sx_random random = {seed};
        struct sx_buf want;
        size_t count = 0, series_count = 1 + sx_random_below(&random, 30);
        seg_test_init(&t);
        sx_buf_init(&want, &t.memory.mem, 1 << 20);
        for (size_t s = 0; s < series_count; s++) {
            (void)snprintf(names[s], sizeof names[s], "m%zu,k=%02zu%s", s / 7, s,
                           s % 3 ? "" : ",z=1");
            sx_buf_printf(&want, "%s%s", s ? " " : "", names[s]);
            int64_t ts = (int64_t)sx_random_below(&random, 5);
            for (size_t g = 1 + sx_random_below(&random, 2); g; g--) {
                sx_buf_put_u8(&want, '{');
                for (size_t r = 1 + sx_random_below(&random, 4), i = 0; i < r; i++, count++) {
                    int64_t v = (int64_t)sx_random_below(&random, 1000);
                    bool with_b = sx_random_below(&random, 2);
                    ts += 1 + (int64_t)sx_random_below(&random, 3);
                    (void)snprintf(texts[count], sizeof texts[count],
                                   with_b ? "a2=%" PRId64 " b5=t%" PRId64 : "a2=%" PRId64, v, v);
                    sx_buf_printf(&want, "%s%" PRId64 ":a2=%" PRId64, i ? " " : "", ts, v);
                    if (with_b)
                        sx_buf_printf(&want, ",b5=t%" PRId64, v);
                    lines[count] = (struct seg_test_line){names[s], ts, texts[count]};
                }
                sx_buf_put_u8(&want, '}');
                lines[count++] = (struct seg_test_line){0};
            }
        }
        seg_test_write(&t, seed % 2 ? SX_TIER_HOT : SX_TIER_SEALED, lines, count);
        sx_buf_put_u8(&want, 0);
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        assert_int_equal(seg_test_dump(&t), STRIA_OK);
        assert_rows(&t.out, (const char *)want.ptr);
        sx_buf_deinit(&want);
        seg_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_segment_has_its_golden_bytes),
        cmocka_unit_test(test_groups_of_a_series_come_back_in_their_order),
        cmocka_unit_test(test_every_type_and_presence_comes_back),
        cmocka_unit_test(test_a_segment_without_series_is_one),
        cmocka_unit_test(test_series_with_ever_more_tags_keep_them_all),
        cmocka_unit_test(test_series_and_times_must_ascend),
        cmocka_unit_test(test_a_file_that_is_there_is_not_written_over),
        cmocka_unit_test(test_every_failing_allocation_ends_the_writing_and_leaves_no_file),
        cmocka_unit_test(test_every_failing_call_ends_the_writing_and_leaves_no_file),
        cmocka_unit_test(test_a_finished_segment_is_synced),
        cmocka_unit_test(test_random_segments_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
