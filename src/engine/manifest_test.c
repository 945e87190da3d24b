/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_test.c -- the bytes of a manifest; what damage costs; which of several is true; failing
 * writes. */
#include "engine/manifest.h"

#include "base/crc32c.h"
#include "base/error.h"
#include "engine/manifest_fixture_test.h"

#include <errno.h>
#include <stdlib.h>

/* ---- bytes ---- */

static const struct golden manifest_golden[] = {
    {"magic", "'STRIAMAN'"},
    {"version 2, flags 0", "02000000 00000000"},
    {"uuid of the store", "000102030405060708090a0b0c0d0e0f"},
    {"manifest number 1", "0100000000000000"},
    {"created 2025-01-01T00:00:00.000001Z", "e80357c07e681618"},
    {"zeros", "00*12"},
    {"crc of the 60 bytes before", "HEADER01"},
    {"edit: magic", "'SEDT'"},
    {"crc of the 32 bytes behind it, seeded", "CRC00000"},
    {"edit_seq 1", "0100000000000000"},
    {"5 bytes of operations", "05000000"},
    {"their crc, seeded", "CRC00001"},
    {"copy 0", "00 00*15"},
    {"FLUSHED 7; SNAPSHOT_END", "05 01 07 01 00"},
    {"up to 4096", "00*3987"},
    {"the header again", "'STRIAMAN' 02000000 00000000 000102030405060708090a0b0c0d0e0f"},
    {"", "0100000000000000 e80357c07e681618 00*12 HEADER01"},
    {"copy 1, at another offset: other crcs", "'SEDT' CRC00002 0100000000000000 05000000"},
    {"", "CRC00003 01 00*15 05 01 07 01 00 00*3987"},
};

/* Fills the crcs in, which are computed here anew from the format's own words. */
static void put_crc(char *text, uint32_t crc)
{
    char hex[9];
    (void)snprintf(hex, sizeof hex, "%02x%02x%02x%02x", crc & 0xff, crc >> 8 & 0xff,
                   crc >> 16 & 0xff, crc >> 24);
    memcpy(text, hex, 8);
}

static void test_the_bytes_of_a_manifest(void **state)
{
    (void)state;
    struct fixture f;
    struct golden rows[SX_COUNT_OF(manifest_golden)];
    char texts[SX_COUNT_OF(manifest_golden)][160];
    size_t size;
    fixture_init(&f);
    assert_int_equal(sx_manifest_begin(f.manifest, uuid, &f.err), STRIA_OK);
    const uint8_t *bytes = sx_os_mem_bytes(f.disk, PATH, &size);
    /* The seed: the first 8 bytes of the uuid, xor the number times a constant, and the offset. */
    uint64_t salt = 0x0706050403020100u ^ 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        (void)snprintf(texts[i], sizeof texts[i], "%s", manifest_golden[i].text);
        rows[i] = (struct golden){manifest_golden[i].what, texts[i]};
        for (char *at = strstr(texts[i], "HEADER01"); at; at = strstr(texts[i], "HEADER01"))
            put_crc(at, sx_crc32c(0, bytes, 60));
        for (char *at = strstr(texts[i], "CRC0000"); at; at = strstr(texts[i], "CRC0000")) {
            int which = at[7] - '0';
            uint64_t offset = which < 2 ? 64 : 4160;
            uint32_t seed = sx_crc32c_seed(salt, offset);
            put_crc(at, which % 2 ? sx_crc32c(seed, bytes + offset + 40, 5)
                                  : sx_crc32c(seed, bytes + offset + 8, 32));
        }
    }
    assert_golden(sx_bytes_make(bytes, size), rows, SX_COUNT_OF(rows));
    assert_int_equal(sx_manifest_size(f.manifest), size);
    fixture_deinit(&f);
}

/* Puts a file of version 1 there, as it was written before there was version 2. */
static void put_version_1(struct fixture *f)
{
    static const uint8_t ops[2][5] = {{5, 1, 7, 1, 0}, {5, 1, 8}};
    static const size_t sizes[] = {5, 3};
    static uint8_t bytes[6 * PAGE];
    struct sx_file *file = NULL;
    uint64_t salt = 0x0706050403020100u ^ 0x9e3779b97f4a7c15u;
    memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < 2; i++) {
        uint8_t *head = bytes + i * PAGE;
        memcpy(head, "STRIAMAN", 8);
        sx_put_u32(head + 8, 1);
        memcpy(head + 16, uuid, 16);
        sx_put_u64(head + 32, 1);
        sx_put_u32(head + 60, sx_crc32c(0, head, 60));
    }
    for (size_t i = 0; i < 4; i++) {
        size_t offset = (2 + i) * PAGE;
        uint8_t *head = bytes + offset;
        uint32_t seed = sx_crc32c_seed(salt, offset);
        memcpy(head, "SEDT", 4);
        sx_put_u64(head + 8, 1 + i / 2);
        sx_put_u32(head + 16, (uint32_t)sizes[i / 2]);
        memcpy(head + 40, ops[i / 2], sizes[i / 2]);
        sx_put_u32(head + 20, sx_crc32c(seed, head + 40, sizes[i / 2]));
        head[24] = (uint8_t)(i % 2);
        sx_put_u32(head + 4, sx_crc32c(seed, head + 8, 32));
    }
    assert_int_equal(sx_os_open(f->disk, PATH, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, bytes, sizeof bytes, 0, NULL), STRIA_OK);
    sx_file_close(file);
}

static void test_a_manifest_of_version_1_is_read_and_begun_anew(void **state)
{
    (void)state;
    struct fixture f;
    size_t size;
    fixture_init(&f);
    put_version_1(&f);
    assert_reads(&f, "7 . 8 ");
    assert_int_equal(f.result.bad_count, 0);
    uint8_t *bytes = sx_os_mem_bytes(f.disk, PATH, &size);
    bytes[0] ^= 1; /* a header, a copy of each edit */
    bytes[2 * PAGE] ^= 1;
    bytes[5 * PAGE] ^= 1;
    assert_reads(&f, "7 . 8 ");
    assert_int_equal(f.result.bad_count, 3);
    f.state = 8;
    assert_int_equal(sx_manifest_begin(f.manifest, uuid, &f.err), STRIA_OK);
    assert_reads(&f, "8 . ");
    assert_null(sx_os_mem_bytes(f.disk, PATH, &size));
    fixture_deinit(&f);
}

static void put_many(void *context, struct sx_buf *out)
{
    (void)context;
    for (uint32_t i = 0; i < 2000; i++)
        sx_edit_put_number(out, SX_OP_FLUSHED, 7);
}

static void test_a_state_of_more_than_a_page_is_packed(void **state)
{
    (void)state;
    struct fixture f;
    bool fired = true;
    for (int64_t nth = 0; fired || nth < 2; nth++) { /* without memory for that it is not */
        fixture_init(&f);
        struct sx_manifest_options options = {.os = f.os,
                                              .mem = &f.memory.mem,
                                              .dir = "man",
                                              .events = &(struct sx_event_sink){0},
                                              .put_state = put_many};
        sx_manifest_destroy(f.manifest);
        assert_int_equal(sx_manifest_create(&options, &f.manifest, NULL), STRIA_OK);
        test_mem_arm(&f.memory, nth);
        stria_status st = sx_manifest_begin(f.manifest, uuid, &f.err);
        fired = nth && test_mem_fired(&f.memory);
        assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
        if (!st && !fired)
            assert_int_equal(sx_manifest_size(f.manifest), 2 * PAGE);
        uint64_t size = sx_manifest_size(f.manifest);
        assert_int_equal(read_back(&f), STRIA_OK);
        assert_int_equal(f.result.found, st == STRIA_OK);
        assert_int_equal(f.seen.len, st ? 1 : 2 * 2001 + 1);
        assert_true(st || size == 2 * PAGE || fired);
        fixture_deinit(&f);
    }
}

static void test_edits_come_back_in_order(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    assert_reads(&f, "7 . 8 9 ");
    assert_int_equal(f.result.edit_count, 3);
    assert_int_equal(f.result.damaged_count, 0);
    f.state = 9; /* a new one holds the state alone, and the old one goes */
    assert_int_equal(sx_manifest_begin(f.manifest, uuid, &f.err), STRIA_OK);
    assert_reads(&f, "9 . ");
    size_t size;
    assert_null(sx_os_mem_bytes(f.disk, PATH, &size));
    fixture_deinit(&f);
}

static void test_no_manifest_is_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(read_back(&f), STRIA_OK);
    assert_false(f.result.found);
    fixture_deinit(&f);
}

/* ---- damage ---- */

static void test_one_of_two_copies_is_enough(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offsets[3]; /* of bytes that are changed; 0: no more */
        stria_status status;
        const char *seen;
        uint64_t damaged;
        size_t bad; /* places where one of two is bad */
    } rows[] = {
        {"the header", {5}, STRIA_OK, "7 . 8 9 ", 0, 1},
        {"its copy", {PAGE + 5}, STRIA_OK, "7 . 8 9 ", 0, 1},
        {"both", {5, PAGE + 5}, STRIA_CORRUPT, "", 0, 0},
        {"what a header says", {40}, STRIA_OK, "7 . 8 9 ", 0, 1},
        {"what both say", {40, PAGE + 40}, STRIA_CORRUPT, "", 0, 0},
        {"the snapshot", {64 + 9}, STRIA_OK, "7 . 8 9 ", 1, 1},
        {"its copy", {PAGE + 64 + 42}, STRIA_OK, "7 . 8 9 ", 1, 1},
        {"both", {64 + 9, PAGE + 64 + 42}, STRIA_CORRUPT, "", 0, 0},
        {"the header and the copy of the snapshot",
         {5, PAGE + 64 + 42},
         STRIA_OK,
         "7 . 8 9 ",
         1,
         2},
        {"the snapshot and the copy of the header", {64 + 9, PAGE + 5}, STRIA_OK, "7 . 8 9 ", 1, 2},
        {"an edit", {2 * PAGE}, STRIA_OK, "7 . 8 9 ", 1, 1},
        {"both copies of it", {2 * PAGE, 3 * PAGE}, STRIA_CORRUPT, "", 0, 0},
        {"the last edit: it may have been under way", {4 * PAGE}, STRIA_OK, "7 . 8 9 ", 0, 1},
        {"its copy", {5 * PAGE}, STRIA_OK, "7 . 8 9 ", 0, 1},
        {"both: it never was", {4 * PAGE, 5 * PAGE}, STRIA_OK, "7 . 8 ", 0, 0},
        {"a copy of each", {64, 3 * PAGE, 4 * PAGE}, STRIA_OK, "7 . 8 9 ", 2, 3},
        {"what pads", {2 * PAGE + 100, 3 * PAGE + 100}, STRIA_OK, "7 . 8 9 ", 0, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture f;
        size_t size;
        print_message("%s\n", rows[i].name);
        fill(&f);
        uint8_t *bytes = sx_os_mem_bytes(f.disk, PATH, &size);
        assert_int_equal(size, 6 * PAGE);
        for (size_t j = 0; j < 3 && rows[i].offsets[j]; j++)
            bytes[rows[i].offsets[j]] ^= 0x40;
        assert_int_equal(read_back(&f), rows[i].status);
        if (rows[i].status == STRIA_OK) {
            assert_string_equal((const char *)f.seen.ptr, rows[i].seen);
            assert_int_equal(f.result.damaged_count, rows[i].damaged);
            assert_int_equal(f.result.bad_count, rows[i].bad);
        } else {
            assert_non_null(strstr(f.err.text, PATH));
        }
        fixture_deinit(&f);
    }
}

static void test_a_cut_manifest_has_what_was_whole(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        stria_status status;
        const char *seen; /* NULL: none is found */
    } rows[] = {
        {0, STRIA_CORRUPT, NULL},
        {2 * PAGE - 1, STRIA_CORRUPT, NULL},
        {2 * PAGE, STRIA_OK, "7 . "},
        {2 * PAGE + 42, STRIA_OK, "7 . "},
        {2 * PAGE + 43, STRIA_OK, "7 . 8 "},
        {4 * PAGE, STRIA_OK, "7 . 8 "},
        {6 * PAGE - 1, STRIA_OK, "7 . 8 9 "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture f;
        fill(&f);
        assert_true(sx_os_mem_resize(f.disk, PATH, rows[i].size));
        assert_int_equal(read_back(&f), rows[i].status);
        if (rows[i].status == STRIA_OK) {
            assert_int_equal(f.result.found, rows[i].seen != NULL);
            assert_string_equal((const char *)f.seen.ptr, rows[i].seen ? rows[i].seen : "");
        }
        fixture_deinit(&f);
    }
}

static void test_a_newer_version_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t value;
    } rows[] = {{8, 3}, {12, 1}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture f;
        size_t size;
        fill(&f);
        uint8_t *bytes = sx_os_mem_bytes(f.disk, PATH, &size);
        bytes[rows[i].offset] = rows[i].value;
        sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
        assert_int_equal(read_back(&f), STRIA_VERSION);
        fixture_deinit(&f);
    }
}

static void test_a_file_under_another_name_is_no_manifest(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    assert_int_equal(f.disk->ops->link(f.disk, PATH, "man/0000000000000002.man", NULL), STRIA_OK);
    assert_reads(&f, "7 . 8 9 ");
    assert_int_equal(f.disk->ops->unlink(f.disk, PATH, NULL), STRIA_OK);
    assert_int_equal(read_back(&f), STRIA_CORRUPT);
    fixture_deinit(&f);
}

/* ---- several ---- */

static void test_of_several_the_one_with_the_last_edit_is_true(void **state)
{
    (void)state;
    struct fixture f;
    size_t size;
    struct sx_file *file = NULL;
    fill(&f);
    const uint8_t *bytes = sx_os_mem_bytes(f.disk, PATH, &size);
    uint8_t *old = malloc(size);
    assert_non_null(old);
    memcpy(old, bytes, size);
    f.state = 9;
    assert_int_equal(sx_manifest_begin(f.manifest, uuid, &f.err), STRIA_OK);
    /* The old one comes back. */
    assert_int_equal(sx_os_open(f.disk, PATH, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, old, size, 0, NULL), STRIA_OK);
    sx_file_close(file);
    free(old);
    assert_reads(&f, "9 . ");
    /* The new one is not whole: the old one is the truth. */
    uint8_t *young = sx_os_mem_bytes(f.disk, "man/0000000000000002.man", &size);
    young[64] ^= 1;
    young[PAGE + 64] ^= 1;
    assert_reads(&f, "7 . 8 9 ");
    fixture_deinit(&f);
}

/* ---- writing that fails ---- */

static void test_a_commit_that_fails_is_undone_or_told_to_be_in_doubt(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            struct fixture f;
            fill(&f);
            f.state = 9; /* what is true in memory */
            struct sx_os_fault_options options = {
                .fail_at = nth, .for_ever = for_ever != 0, .os_errno = EIO, .partial_write = true};
            struct sx_os *faulty = sx_os_fault_create(f.disk, &options);
            f.os = faulty;
            make_manifest(&f);
            stria_status st = sx_manifest_read(f.manifest, see, &f, &f.result, &f.err);
            if (!st)
                st = sx_manifest_begin(f.manifest, uuid, &f.err);
            bool begun = !st;
            if (!st)
                st = commit(&f, 10);
            bool broken = begun && sx_manifest_broken(f.manifest);
            fired = sx_os_fault_fired(faulty);
            sx_manifest_destroy(f.manifest);
            f.manifest = NULL;
            f.os = f.disk;
            assert_int_equal(read_back(&f), STRIA_OK);
            const char *seen = (const char *)f.seen.ptr;
            bool has = strstr(seen, "10") != NULL;
            assert_true(strstr(seen, "9 ") != NULL);
            assert_true(!begun || st != STRIA_OK || has);
            assert_true(!begun || st == STRIA_OK || !has || broken);
            sx_manifest_destroy(f.manifest);
            f.manifest = NULL;
            sx_os_fault_destroy(faulty);
            fixture_deinit(&f);
        }
}

static void test_a_long_manifest_is_begun_anew(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t largest = 0;
    fill(&f);
    for (uint64_t i = 10; i < 200; i++) {
        f.state = i - 1;
        assert_int_equal(commit(&f, i), STRIA_OK);
        largest = SX_MAX(largest, sx_manifest_size(f.manifest));
    }
    assert_in_range(largest, 1 << 17, 1 << 18);
    assert_int_equal(read_back(&f), STRIA_OK);
    assert_non_null(strstr((const char *)f.seen.ptr, "199 "));
    assert_true(f.result.edit_count < 100);
    fixture_deinit(&f);
}

static stria_status refuse_new_files(struct sx_os *os, const char *path, unsigned flags,
                                     struct sx_file **file, stria_error *err)
{
    if (!(flags & SX_OPEN_CREATE))
        return hooks.below->open(os, path, flags, file, err);
    *file = NULL;
    return sx_fail(err, STRIA_IO, "no file for you");
}

static stria_status refuse_sync(struct sx_file *file, stria_error *err)
{
    (void)file;
    return sx_fail(err, STRIA_IO, "no sync for you");
}

static void test_a_long_manifest_goes_on_while_no_new_one_can_be_begun(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    hook(&f);
    hooks.ops.open = refuse_new_files;
    for (uint64_t i = 10; i < 100; i++)
        assert_int_equal(commit(&f, i), STRIA_OK);
    assert_int_equal(sx_manifest_number(f.manifest), 1);
    assert_int_equal(sx_manifest_size(f.manifest), (2 + 4 + 180) * PAGE);
    assert_false(sx_manifest_broken(f.manifest));
    unhook(&f);
    f.state = 99;
    assert_int_equal(commit(&f, 100), STRIA_OK);
    assert_reads(&f, "99 . 100 ");
    fixture_deinit(&f);
}

static void test_a_manifest_in_doubt_refuses_edits_until_a_new_one_can_be_begun(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    f.state = 9;
    hook(&f);
    hooks.ops.sync = refuse_sync;
    assert_int_equal(
        sx_manifest_commit(f.manifest, sx_bytes_make((const uint8_t *)"\x05\x01\x0a", 3), NULL),
        STRIA_IO);
    assert_true(sx_manifest_broken(f.manifest));
    assert_int_equal(commit(&f, 11), STRIA_IO);
    assert_string_equal(f.err.text, "no sync for you"); /* this one was not even tried */
    unhook(&f);
    assert_int_equal(commit(&f, 12), STRIA_OK);
    assert_false(sx_manifest_broken(f.manifest));
    assert_reads(&f, "9 . 12 ");
    fixture_deinit(&f);
}

static void test_an_edit_beyond_the_limit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    f.state = 9;
    struct sx_bytes huge = sx_bytes_make(uuid, (size_t)SX_EDIT_SIZE_MAX + 1); /* never read */
    assert_int_equal(sx_manifest_commit(f.manifest, huge, &f.err), STRIA_LIMIT);
    assert_string_equal(f.err.text, "a manifest edit may have 268435456 bytes at most");
    assert_false(sx_manifest_broken(f.manifest));
    assert_int_equal(commit(&f, 10), STRIA_OK);
    assert_reads(&f, "9 . 10 ");
    fixture_deinit(&f);
}

/* A manifest with the edits 8, 9 and 10 on a disk whose call `fail_at` fails, shortened; returns
 * the calls before that. */
static uint64_t shorten_one(struct fixture *f, uint64_t fail_at, bool *fired)
{
    struct sx_os_fault_options options = {.fail_at = fail_at, .os_errno = EIO};
    fixture_init(f);
    struct sx_os *faulty = sx_os_fault_create(f->disk, &options);
    f->os = faulty;
    make_manifest(f);
    assert_int_equal(sx_manifest_begin(f->manifest, uuid, &f->err), STRIA_OK);
    assert_int_equal(commit(f, 8), STRIA_OK);
    f->state = 8;
    sx_manifest_shorten(f->manifest);
    uint64_t size = sx_manifest_size(f->manifest);
    assert_int_equal(size, 2 * PAGE);
    sx_manifest_shorten(f->manifest); /* it is as short as can be */
    assert_int_equal(sx_manifest_number(f->manifest), 2);
    assert_int_equal(commit(f, 9), STRIA_OK);
    assert_int_equal(commit(f, 10), STRIA_OK);
    f->state = 10;
    uint64_t calls = sx_os_fault_calls(faulty);
    sx_manifest_shorten(f->manifest);
    *fired = sx_os_fault_fired(faulty);
    assert_false(sx_manifest_broken(f->manifest));
    assert_true(*fired || sx_manifest_size(f->manifest) == size);
    sx_manifest_destroy(f->manifest);
    f->manifest = NULL;
    sx_os_fault_destroy(faulty);
    f->os = f->disk;
    return calls;
}

static void test_a_manifest_is_shortened_where_that_pays(void **state)
{
    (void)state;
    struct fixture f;
    bool fired;
    uint64_t calls = shorten_one(&f, 0, &fired);
    assert_reads(&f, "10 . ");
    fixture_deinit(&f);
    for (uint64_t nth = 1; fired || nth == 1; nth++) { /* whatever fails, nothing is lost */
        (void)shorten_one(&f, calls + nth, &fired);
        assert_int_equal(read_back(&f), STRIA_OK);
        assert_non_null(strstr((const char *)f.seen.ptr, "10 "));
        fixture_deinit(&f);
    }
}

static void test_refused_memory_is_told(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct fixture f;
        fill(&f);
        make_manifest(&f);
        test_mem_arm(&f.memory, nth);
        stria_status st = sx_manifest_read(f.manifest, see, &f, &f.result, &f.err);
        if (!st)
            st = sx_manifest_begin(f.manifest, uuid, &f.err);
        if (!st)
            st = commit(&f, 10);
        fired = test_mem_fired(&f.memory);
        assert_true(st == STRIA_OK || st == STRIA_NOMEM);
        assert_true(st == STRIA_OK || fired);
        assert_int_equal(read_back(&f), STRIA_OK);
        assert_true(f.result.found);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_of_a_manifest),
        cmocka_unit_test(test_a_manifest_of_version_1_is_read_and_begun_anew),
        cmocka_unit_test(test_a_state_of_more_than_a_page_is_packed),
        cmocka_unit_test(test_edits_come_back_in_order),
        cmocka_unit_test(test_no_manifest_is_none),
        cmocka_unit_test(test_one_of_two_copies_is_enough),
        cmocka_unit_test(test_a_cut_manifest_has_what_was_whole),
        cmocka_unit_test(test_a_newer_version_is_refused),
        cmocka_unit_test(test_a_file_under_another_name_is_no_manifest),
        cmocka_unit_test(test_of_several_the_one_with_the_last_edit_is_true),
        cmocka_unit_test(test_a_commit_that_fails_is_undone_or_told_to_be_in_doubt),
        cmocka_unit_test(test_a_long_manifest_is_begun_anew),
        cmocka_unit_test(test_a_long_manifest_goes_on_while_no_new_one_can_be_begun),
        cmocka_unit_test(test_a_manifest_in_doubt_refuses_edits_until_a_new_one_can_be_begun),
        cmocka_unit_test(test_an_edit_beyond_the_limit_is_refused_and_changes_nothing),
        cmocka_unit_test(test_a_manifest_is_shortened_where_that_pays),
        cmocka_unit_test(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
