/* SPDX-License-Identifier: Apache-2.0 */
/* zones_test.c -- zone files are found by safe names only, and read once. */
#include "exec/zones.h"

#include "base/golden_test.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>

struct fixture {
    struct test_mem memory;
    struct sx_os *disk, *os;
    struct sx_zones zones;
};

static void put_be(struct sx_buf *out, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        sx_buf_put_u8(out, (uint8_t)(v >> shift));
}

/* One part of a zone file: two hours east of UTC for ever. */
static void put_part(struct sx_buf *out)
{
    const uint8_t unused[15] = {0};
    const uint32_t counts[] = {0, 0, 0, 0, 1, 4};
    sx_buf_put_text(out, "TZif2");
    sx_buf_put(out, unused, sizeof unused);
    for (size_t i = 0; i < SX_COUNT_OF(counts); i++)
        put_be(out, counts[i]);
    put_be(out, 7200);
    sx_buf_put(out, "\0\0EET", 6);
}

static void put_file(struct fixture *f, const char *path, struct sx_bytes bytes)
{
    struct sx_file *file = NULL;
    stria_error err = {0};
    if (sx_os_open(f->disk, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, &err) ||
        sx_file_pwrite(file, bytes.ptr, bytes.len, 0, &err))
        fail_msg("%s", err.text);
    sx_file_close(file);
}

static void fixture_init(struct fixture *f)
{
    static const char *const folders[] = {"/usr", "/usr/share", "/usr/share/zoneinfo",
                                          "/usr/share/zoneinfo/Area"};
    struct sx_buf zone;
    *f = (struct fixture){0};
    test_mem_init(&f->memory);
    f->disk = f->os = sx_os_mem_create(1);
    for (size_t i = 0; i < SX_COUNT_OF(folders); i++)
        assert_int_equal(f->disk->ops->mkdir(f->disk, folders[i], NULL), STRIA_OK);
    sx_buf_init(&zone, &f->memory.mem, 4096);
    put_part(&zone);
    put_part(&zone);
    sx_buf_put_text(&zone, "\nEET-2\n");
    put_file(f, "/usr/share/zoneinfo/Area/Town_1", sx_buf_bytes(&zone));
    put_file(f, "/usr/share/zoneinfo/Broken", sx_bytes_make(zone.ptr, 30));
    put_file(f, "/usr/share/secret", sx_buf_bytes(&zone));
    put_file(f, "/usr/share/zoneinfo/Empty", (struct sx_bytes){0});
    sx_buf_deinit(&zone);
    sx_zones_init(&f->zones, f->os, &f->memory.mem);
}

static void fixture_deinit(struct fixture *f)
{
    sx_zones_deinit(&f->zones);
    sx_os_mem_destroy(f->disk);
    test_mem_deinit(&f->memory);
}

static void test_only_safe_names_of_zones_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool found;
    } rows[] = {
        {"Area/Town_1", true},
        {"Area/Town_2", false},
        {"Area", false},
        {"Broken", false},
        {"Empty", false},
        {"", false},
        {"../secret", false},
        {"Area/../../secret", false},
        {"/usr/share/zoneinfo/Area/Town_1", false},
        {"Area/Town_1 ", false},
        {"Area\\Town_1", false},
        {"Area/T\xc3\xb6wn", false},
    };
    struct fixture f;
    char long_name[200];
    const struct sx_zone *zone = NULL;
    fixture_init(&f);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        zone = NULL;
        assert_int_equal(sx_zones_find(&f.zones, sx_bytes_of(rows[i].name), &zone), rows[i].found);
        assert_int_equal(zone != NULL, rows[i].found);
        if (zone)
            assert_int_equal(sx_zone_offset_s(zone, 0), 7200);
    }
    memset(long_name, 'a', sizeof long_name);
    for (size_t len = 127; len < 130; len++)
        assert_false(sx_zones_find(&f.zones, sx_bytes_make(long_name, len), &zone));
    fixture_deinit(&f);
}

static void test_a_zone_is_read_once(void **state)
{
    (void)state;
    struct fixture f;
    const struct sx_zone *first, *second;
    fixture_init(&f);
    assert_true(sx_zones_find(&f.zones, SX_LITERAL("Area/Town_1"), &first));
    assert_int_equal(f.disk->ops->unlink(f.disk, "/usr/share/zoneinfo/Area/Town_1", NULL),
                     STRIA_OK);
    assert_true(sx_zones_find(&f.zones, SX_LITERAL("Area/Town_1"), &second));
    assert_ptr_equal(first, second);
    fixture_deinit(&f);
}

static void test_what_fails_finds_nothing_and_leaks_nothing(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct fixture f;
        const struct sx_zone *zone;
        fixture_init(&f);
        test_mem_arm(&f.memory, nth);
        bool found = sx_zones_find(&f.zones, SX_LITERAL("Area/Town_1"), &zone);
        fired = test_mem_fired(&f.memory);
        assert_int_equal(found, !fired);
        fixture_deinit(&f);
    }
    fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct fixture f;
        const struct sx_zone *zone;
        struct sx_os_fault_options options = {.fail_at = nth, .os_errno = EIO};
        fixture_init(&f);
        struct sx_os *os = sx_os_fault_create(f.disk, &options);
        f.zones.os = os;
        bool found = sx_zones_find(&f.zones, SX_LITERAL("Area/Town_1"), &zone);
        fired = sx_os_fault_fired(os);
        assert_int_equal(found, !fired);
        sx_os_fault_destroy(os);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_safe_names_of_zones_are_found),
        cmocka_unit_test(test_a_zone_is_read_once),
        cmocka_unit_test(test_what_fails_finds_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
