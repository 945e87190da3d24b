/* SPDX-License-Identifier: Apache-2.0 */
/* version_1_test.c -- a segment as version 1 wrote it is read for ever: its bytes, and its rows. */
#include "segment/check.h"
#include "segment/segment_fixture_test.h"

/* The uuid is 16 bytes of chance: this disk gives always the same. Checksums are seeded with it. */
static const struct golden version_1[] = {
    {"header: magic, version, flags", "'STRIASEG' 01000000 00000000"},
    {"uuid", "d70d3259e4e1cb631c663cf4d73c4c04"},
    {"segment_id, policy_id", "2a00000000000000 03000000"},
    {"zeros", "00*16"},
    {"crc", "0a68c451"},
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
    {"numbers, sum, constant: 7, 7", "07 e001 e001"},
    {"directory of s: no table; every row; 3 bytes, crc; no statistics", "00 00 03 6cb796f0 00"},
    {"directory of b: no table; 1 group skipped, some rows: 1 value; 4 bytes, crc",
     "00 03 00 01 04 6452a876"},
    {"numbers, constant: true", "05 01"},
    {"stripe of mem: the time chunk: 5", "000a"},
    {"the run of i: -3", "0005"},
    {"directory of mem, times: series 2, next; 1 row; from 5, span 0; 2 bytes, crc",
     "00 00 0a 00 02 78871fd6"},
    {"directory of i: no table; every row; 2 bytes, crc", "00 00 02 5f43b95e"},
    {"numbers, sum, constant: -3, -3", "07 05 05"},
    {"series block of cpu: tag host: 2 bits each: 1, 2", "02 09"},
    {"hashes of the keys", "0a1536a6da199736 f77d8a25996dee6c"},
    {"series block of mem: no tags; hash", "a2cd3bf572569d63"},
    {"dictionary of host: 2 strings in 6 bytes: a, b", "02 06 00 01 'a' 00 01 'b'"},
    {"postings of host: offsets 0 and 2 behind the offsets", "00000000 02000000"},
    {"a: one run: series 0; b: series 1", "01 00 01 02"},
    {"part MEASUREMENTS: 2; series blocks from 170 on", "02 aa01"},
    {"cpu: 2 series, 1 tag: number 0", "03 'cpu' 02 01 00"},
    {"3 columns: float f, string s, bool b", "03 01 01 'f' 05 01 's' 04 01 'b'"},
    {"1 stripe; series block of 18 bytes, crc", "01 12 69cf4133"},
    {"mem: 1 series, no tags, 1 column: integer i", "03 'mem' 01 00 01 02 01 'i'"},
    {"1 stripe; series block of 8 bytes, crc", "01 08 e822be84"},
    {"part TAGS: 1: host, 2 values", "01 04 'host' 02"},
    {"dictionary: offset 196, 8 bytes, crc", "c401 08 c7309a4e"},
    {"postings: offset 204, 12 bytes, crc", "cc01 0c f6f87ac2"},
    {"part STRIPES: 2", "02"},
    {"measurement + 0, first series + 0, 2 groups", "00 00 02"},
    {"from 1000, span 1000; offset 64; 4 runs", "d00f e807 40 04"},
    {"times: 5 bytes; directory of 15, crc", "05 0f 2b18ccdc"},
    {"column 0: 11 bytes; directory of 26, crc", "00 0b 1a 604bf80b"},
    {"column 1: 3 bytes; directory of 8, crc", "01 03 08 4fd9b254"},
    {"column 2: 4 bytes; directory of 11, crc", "02 04 0b 32701377"},
    {"measurement + 1, first series + 0, 1 group", "01 00 01"},
    {"from 995 earlier, span 0; offset 83 more; 2 runs", "c50f 00 53 02"},
    {"times: 2 bytes; directory of 9, crc", "02 09 09301d9b"},
    {"column 0: 2 bytes; directory of 10, crc", "00 02 0a 4a0b10b6"},
    {"part FILTER: one block: two values and three series",
     "00184840 40900404 00010498 01010081 32000042 40056000 00980800 82108001"},
    {"footer: magic, version, flags", "'STRIAEND' 01000000 00000000"},
    {"uuid", "d70d3259e4e1cb631c663cf4d73c4c04"},
    {"segment_id, policy_id, level 1, tier 0", "2a00000000000000 03000000 0100 0000"},
    {"epoch; generations 4 to 5", "0000000000000000 0400000000000000 0500000000000000"},
    {"sequences 60 to 70", "3c00000000000000 4600000000000000"},
    {"times 5 to 2000", "0500000000000000 d007000000000000"},
    {"3 series, 5 rows, 7 samples, 5 chunks",
     "0300000000000000 0500000000000000 0700000000000000 0500000000000000"},
    {"file_size 881; 4 parts; tombstone_id 8",
     "7103000000000000 04000000 00000000 0800000000000000"},
    {"created at 0; zeros", "00*8 00*24"},
    {"part MEASUREMENTS: offset 216, size 42, crc",
     "d800000000000000 2a00000000000000 4d8aad3c 00000000"},
    {"part TAGS: offset 258, size 21, crc", "0201000000000000 1500000000000000 8149fcd0 00000000"},
    {"part STRIPES: offset 279, size 58, crc",
     "1701000000000000 3a00000000000000 e7f98c1b 00000000"},
    {"part FILTER: offset 337, size 32, crc",
     "5101000000000000 2000000000000000 0b797ee9 00000000"},
    {"zeros", "00*220"},
    {"crc", "38fc70e9"},
};

static void nothing_is_found(void *context, stria_status status, uint64_t offset, const char *text)
{
    (void)context;
    fail_msg("%d at %d: %s", (int)status, (int)offset, text);
}

static void test_a_segment_of_version_1_is_read(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_buf bytes;
    struct sx_file *file = NULL;
    seg_test_init(&t);
    golden_bytes(&bytes, &t.memory.mem, version_1, SX_COUNT_OF(version_1));
    assert_int_equal(sx_os_open(t.disk, "a.seg", SX_OPEN_WRITE | SX_OPEN_CREATE | SX_OPEN_EXCLUSIVE,
                                &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, bytes.ptr, bytes.len, 0, NULL), STRIA_OK);
    sx_file_close(file);
    sx_buf_deinit(&bytes);
    assert_int_equal(sx_segment_peek(t.disk, "a.seg", &t.info, &t.err), STRIA_OK);
    assert_dump(&t, "cpu,host=a{1000:f1=1.5,s5=on 2000:f1=2.5,s5=on} "
                    "cpu,host=b{1000:f1=7,b4=1 2000:} mem{5:i2=-3}");
    assert_int_equal(t.segment->index.len, 0);
    assert_int_equal(t.segment->filter.len, 32);
    struct sx_segment_check check = {.found = nothing_is_found};
    assert_int_equal(sx_segment_check(t.segment, &t.memory.mem, &check, &t.err), STRIA_OK);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_of_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
