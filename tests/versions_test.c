/* SPDX-License-Identifier: Apache-2.0 */
/* versions_test.c -- stores of other versions: what is newer is refused and left as it is, what is
 * older is read.
 *
 * Why         The rule of docs/FORMAT.md ("Versions") is a promise to whoever upgrades, and to
 *             whoever goes back.
 * Format      files/before_sealed_columns.store.zst is a store as the program wrote it before there
 *             were sealed columns: a zstd frame with, file by file, u32 size and bytes of the path,
 *             u32 size and bytes of the file (log files without the zeros at their end). Its rows
 *             are those that old_row() tells. */
#include "lines.h"
#include "share_fixture.h"

#include "base/compress.h"
#include "base/crc32c.h"
#include "base/hash.h"

#include <stdlib.h>

static const char *folder = "tests"; /* of this source */

/* ---- what is newer ---- */

struct newer {
    const char *name, *where, *ending;
    uint64_t copies[2]; /* where the header stands, and once more; the same: once */
    bool from_end;      /* counted back from the end of the file */
    size_t crc_offset;  /* of the bytes before it */
    size_t field;       /* what is changed: a u32 */
    bool is_segment;    /* opened when it is first needed */
    const char *text;   /* what is told */
};

static const struct newer newer_forms[] = {
    {"manifest",
     "db/manifest",
     ".man",
     {0, 4096},
     false,
     60,
     8,
     false,
     "manifest format version 3 is newer than 2"},
    {"manifest flags",
     "db/manifest",
     ".man",
     {0, 4096},
     false,
     60,
     12,
     false,
     "manifest format version 2 is newer than 2"},
    {"log",
     "db/wal",
     ".wal",
     {0, 4096},
     false,
     88,
     8,
     false,
     "log format version 2 is newer than 1"},
    {"segment header",
     "db/seg",
     ".seg",
     {0, 0},
     false,
     60,
     8,
     true,
     "segment format version 3 is newer than 2"},
    {"segment footer",
     "db/seg",
     ".seg",
     {512, 512},
     true,
     508,
     8,
     true,
     "segment format version 3 is newer than 2"},
};

struct first_name {
    const char *ending;
    char name[64];
};

static bool take_first(void *context, const char *name, bool is_directory)
{
    struct first_name *first = context;
    size_t len = strlen(name), ending = strlen(first->ending);
    if (!is_directory && !first->name[0] && len > ending &&
        strcmp(name + len - ending, first->ending) == 0)
        (void)snprintf(first->name, sizeof first->name, "%s", name);
    return true;
}

static void find_file(struct sx_os *os, const struct newer *form, char *path, size_t size)
{
    struct first_name first = {.ending = form->ending};
    stria_error err = {0};
    share_must(os->ops->list(os, form->where, take_first, &first, &err), &err);
    assert_true(first.name[0] != 0);
    (void)snprintf(path, size, "%s/%s", form->where, first.name);
}

static void make_newer(struct sx_os *os, const struct newer *form, const char *path)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(os, path, &size);
    assert_non_null(bytes);
    for (int copy = 0; copy < 2; copy++) {
        uint64_t offset = form->from_end ? size - form->copies[copy] : form->copies[copy];
        uint8_t *header = bytes + offset;
        if (copy && form->copies[0] == form->copies[1])
            break;
        sx_put_u32(header + form->field, sx_get_u32(header + form->field) + 1);
        sx_put_u32(header + form->crc_offset, sx_crc32c(0, header, form->crc_offset));
    }
}

/* One segment, and rows in the log: as the power left it. */
static struct sx_os *make_disk(void)
{
    struct sx_os *os = sx_os_mem_create(5), *left;
    struct share_store s;
    share_open(&s, os, "db", false);
    share_run(&s, "CREATE DATABASE d");
    share_write(&s, "d", "cpu v=1 1\ncpu v=2 2");
    share_compact(&s, STRIA_COMPACT_FLUSH);
    share_write(&s, "d", "cpu v=3 3");
    left = sx_os_mem_crash(os, NULL, NULL);
    assert_non_null(left);
    share_close(&s);
    sx_os_mem_destroy(os);
    return left;
}

static uint64_t hash_of_file(struct sx_os *os, const char *path)
{
    size_t size;
    const uint8_t *bytes = sx_os_mem_bytes(os, path, &size);
    assert_non_null(bytes);
    return sx_hash(sx_bytes_make(bytes, size));
}

static stria_status read_all(struct share_store *s, stria_error *err)
{
    struct sx_mem mem;
    struct sx_buf text;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 20);
    stria_status st = share_put_all(s, &text, err);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
    return st;
}

static void assert_refused(const struct newer *form, const char *path, stria_status st,
                           const stria_error *err)
{
    const char *file = strchr(path, '/') + 1;
    if (!strstr(err->text, form->text) || !strstr(err->text, file))
        fail_msg("%s: '%s' (%s)", form->name, err->text, stria_status_name(st));
}

static void test_what_is_of_a_newer_version_is_refused_and_left_as_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(newer_forms) * 2; i++) {
        const struct newer *form = &newer_forms[i / 2];
        bool read_only = i % 2;
        struct sx_os *os = make_disk();
        struct share_store s = {.os = os, .path = "db", .read_only = read_only};
        stria_error err = {0};
        char path[100];
        find_file(os, form, path, sizeof path);
        make_newer(os, form, path);
        uint64_t before = hash_of_file(os, path);
        stria_status st = share_try_open(&s, &err);
        if (form->is_segment) {
            share_must(st, &err); /* it is opened when a query needs it */
            st = read_all(&s, &err);
            share_must(sx_engine_close(s.engine, NULL), &err);
        } else {
            assert_int_equal(st, STRIA_VERSION);
        }
        assert_refused(form, path, st, &err);
        assert_int_equal(hash_of_file(os, path), before);
        sx_os_mem_destroy(os);
    }
}

/* ---- what is older ---- */

static struct sx_bytes read_golden(struct sx_buf *packed, struct sx_buf *plain, struct sx_mem *mem)
{
    char path[500], bytes[4096];
    struct sx_unzstd *unpacker;
    stria_error err = {0};
    size_t got;
    (void)snprintf(path, sizeof path, "%s/files/before_sealed_columns.store.zst", folder);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        sx_buf_put(packed, bytes, got);
    (void)fclose(file);
    share_must(sx_unzstd_create(mem, &unpacker, &err), &err);
    share_must(sx_unzstd_put(unpacker, sx_buf_bytes(packed), plain, &err), &err);
    share_must(sx_unzstd_end(unpacker, &err), &err);
    sx_unzstd_destroy(unpacker);
    return sx_buf_bytes(plain);
}

static void put_file(struct sx_os *os, const char *path, const uint8_t *bytes, size_t size)
{
    struct sx_file *file;
    stria_error err = {0};
    struct sx_iov iov = {.ptr = bytes, .len = size};
    share_must(os->ops->open(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, &err), &err);
    if (size)
        share_must(os->ops->pwritev(file, &iov, 1, 0, &err), &err);
    share_must(os->ops->sync(file, &err), &err);
    os->ops->close(file);
}

static struct sx_os *make_old_disk(void)
{
    static const char *const folders[] = {"db", "db/manifest", "db/seg", "db/wal"};
    struct sx_os *os = sx_os_mem_create(6);
    struct sx_mem mem;
    struct sx_buf packed, plain;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&packed, &mem, (size_t)1 << 20);
    sx_buf_init(&plain, &mem, (size_t)1 << 22);
    struct sx_bytes all = read_golden(&packed, &plain, &mem);
    for (size_t i = 0; i < SX_COUNT_OF(folders); i++)
        share_must(os->ops->mkdir(os, folders[i], &err), &err);
    for (size_t at = 0; at < all.len;) {
        char path[100];
        size_t name_len = sx_get_u32(all.ptr + at);
        (void)snprintf(path, sizeof path, "db/%.*s", (int)name_len, (const char *)all.ptr + at + 4);
        at += 4 + name_len;
        size_t size = sx_get_u32(all.ptr + at);
        put_file(os, path, all.ptr + at + 4, size);
        at += 4 + size;
    }
    sx_buf_deinit(&plain);
    sx_buf_deinit(&packed);
    sx_mem_deinit(&mem);
    return os;
}

/* Row i, as a scan shows it. */
static void old_row(struct lines *lines, uint64_t i)
{
    char text[32], values[3][LINES_VALUE_MAX], number[60];
    stria_bytes none = {0};
    uint64_t r = i * 0x9e3779b97f4a7c15u;
    (void)snprintf(number, sizeof number, "%" PRIu64 ".%03" PRIu64, r >> 44, (r >> 20) % 1000);
    double f = (double)i / 10, x = strtod(number, NULL);
    int len = snprintf(text, sizeof text, "text %u", (unsigned)(i % 5));
    lines_add(
        lines, "cpu,host=h%u time:%" PRId64 " b:b%d c:i5 f:%s n:i%" PRId64 " s:%s x:%s",
        (unsigned)(i % 3), 1735689600000000000 + (int64_t)i * 10000000000, i % 4 != 0,
        lines_value(STRIA_FLOAT, sx_bits_of_f64(f), none, values[0]), (int64_t)i * 7 - 1000,
        lines_value(STRIA_STRING, 0, (stria_bytes){.ptr = text, .len = (size_t)len}, values[1]),
        lines_value(STRIA_FLOAT, sx_bits_of_f64(x), none, values[2]));
}

static void assert_policy_holds(struct share_store *s, const char *policy, uint64_t row_count)
{
    stria_scan_options options = {.struct_size = sizeof options, .database = "d", .policy = policy};
    struct lines have = {.by_name = true}, want = {0};
    stria_cursor *cursor = NULL;
    stria_error err = {0};
    char text[700];
    share_must(sx_cursor_scan(s->engine, &options, &cursor, &err), &err);
    share_must(lines_read(&have, cursor, &err), &err);
    sx_cursor_close(cursor);
    for (uint64_t i = 0; i < row_count; i++)
        old_row(&want, i);
    lines_sort(&have);
    lines_sort(&want);
    if (!lines_same(&have, &want, text, sizeof text))
        fail_msg("%s: %s", policy, text);
    lines_free(&have);
    lines_free(&want);
}

static void assert_old_rows(struct share_store *s)
{
    assert_policy_holds(s, "autogen", 470);
    assert_policy_holds(s, "long", 25);
    assert_string_equal(s->trouble, "");
}

static void test_a_store_from_before_sealed_columns_is_read_and_goes_on(void **state)
{
    (void)state;
    static const stria_compact_until steps[] = {STRIA_COMPACT_FLUSH, STRIA_COMPACT_MERGE,
                                                STRIA_COMPACT_SEAL};
    struct sx_os *os = make_old_disk();
    struct share_store s;
    share_open(&s, os, "db", true);
    assert_old_rows(&s);
    share_close(&s);
    share_open(&s, os, "db", false);
    assert_old_rows(&s);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        share_compact(&s, steps[i]);
        assert_old_rows(&s);
    }
    share_close(&s);
    share_open(&s, os, "db", false);
    assert_old_rows(&s);
    share_close(&s);
    sx_os_mem_destroy(os);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_of_a_newer_version_is_refused_and_left_as_it_is),
        cmocka_unit_test(test_a_store_from_before_sealed_columns_is_read_and_goes_on),
    };
    if (argc > 2)
        folder = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
