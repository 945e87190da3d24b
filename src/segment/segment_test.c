/* SPDX-License-Identifier: Apache-2.0 */
/* segment_test.c -- opening segments: whole, cut, changed in any bit, another than was meant. */
#include "segment/segment.h"

#include "segment/segment_fixture_test.h"
#include "segment/select.h"

#include <errno.h>

static const struct seg_test_line lines[] = {
    {"cpu,host=a,os=x", 1, "f1=1.5 s5=on"},
    {"cpu,host=a,os=x", 2, "f1=2.5 s5"},
    {NULL, 0, NULL},
    {"cpu,host=a,os=x", 9, "f1=1"},
    {"cpu,host=b", 1, "f1=7 b4=1"},
    {"mem,host=b", 5, "i2=-3"},
};

static const char dump[] = "cpu,host=a,os=x{1:f1=1.5,s5=on 2:f1=2.5}{9:f1=1} "
                           "cpu,host=b{1:f1=7,b4=1} mem,host=b{5:i2=-3}";

static enum sx_tier tier = SX_TIER_HOT; /* that the tests are run with */

static void write_lines(struct seg_test *t)
{
    seg_test_init(t);
    seg_test_write(t, tier, lines, SX_COUNT_OF(lines));
}

/* ---- opening ---- */

static void test_a_segment_is_peeked_at_and_loaded(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_info info;
    write_lines(&t);
    assert_int_equal(sx_segment_peek(t.disk, "a.seg", &info, NULL), STRIA_OK);
    assert_memory_equal(info.uuid, t.info.uuid, 16);
    assert_int_equal(info.row_count, 5);
    assert_int_equal(info.file_size, t.info.file_size);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(sx_segment_load(t.segment, NULL), STRIA_OK);
    assert_string_equal(t.segment->path, "a.seg");
    assert_int_equal(t.segment->measurement_count, 2);
    assert_int_equal(t.segment->tag_count, 2);
    assert_int_equal(t.segment->stripe_count, 2);
    assert_int_equal(seg_test_dump(&t), STRIA_OK);
    assert_rows(&t.out, dump);
    seg_test_deinit(&t);
}

static void test_creating_touches_no_file_and_loading_may_be_tried_again(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_file_info info;
    write_lines(&t);
    assert_int_equal(t.disk->ops->link(t.disk, "a.seg", "b.seg", NULL), STRIA_OK);
    assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_NOT_FOUND);
    assert_int_equal(sx_segment_load(t.segment, &t.err), STRIA_NOT_FOUND);
    assert_int_equal(sx_segment_peek(t.disk, "a.seg", &(struct sx_segment_info){0}, &t.err),
                     STRIA_NOT_FOUND);
    assert_int_equal(t.disk->ops->link(t.disk, "b.seg", "a.seg", NULL), STRIA_OK);
    assert_int_equal(sx_segment_load(t.segment, NULL), STRIA_OK);
    /* An open segment is read although its name is gone. */
    assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    assert_int_equal(t.disk->ops->unlink(t.disk, "b.seg", NULL), STRIA_OK);
    assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL), STRIA_NOT_FOUND);
    struct sx_segment *held = sx_segment_acquire(t.segment);
    sx_segment_release(held);
    assert_int_equal(seg_test_dump(&t), STRIA_OK);
    assert_rows(&t.out, dump);
    sx_segment_release(NULL);
    seg_test_deinit(&t);
}

static void test_another_segment_than_the_manifest_speaks_of_is_refused(void **state)
{
    (void)state;
    struct seg_test t;
    write_lines(&t);
    struct sx_segment_info right = t.info;
    t.info.uuid[3] ^= 1;
    assert_int_equal(seg_test_open(&t), STRIA_CORRUPT);
    assert_non_null(strstr(t.err.text, "a.seg"));
    t.info = right;
    t.info.series_count++;
    assert_int_equal(seg_test_open(&t), STRIA_CORRUPT);
    t.info = right;
    t.info.file_size--;
    assert_int_equal(seg_test_open(&t), STRIA_CORRUPT);
    t.info = right;
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    seg_test_deinit(&t);
}

static void test_measurements_and_tags_are_found_by_name(void **state)
{
    (void)state;
    struct seg_test t;
    write_lines(&t);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    const struct sx_segment_measurement *cpu = &t.segment->measurements[0], *mem = cpu + 1;
    assert_ptr_equal(sx_segment_measurement(t.segment, SX_LITERAL("cpu")), cpu);
    assert_ptr_equal(sx_segment_measurement(t.segment, SX_LITERAL("mem")), mem);
    assert_null(sx_segment_measurement(t.segment, SX_LITERAL("cp")));
    assert_null(sx_segment_measurement(t.segment, SX_LITERAL("zzz")));
    assert_null(sx_segment_measurement(t.segment, (struct sx_bytes){0}));
    assert_ptr_equal(sx_segment_measurement_of(t.segment, 0), cpu);
    assert_ptr_equal(sx_segment_measurement_of(t.segment, 1), cpu);
    assert_ptr_equal(sx_segment_measurement_of(t.segment, 2), mem);
    assert_int_equal(sx_segment_tag(t.segment, SX_LITERAL("host")), 0);
    assert_int_equal(sx_segment_tag(t.segment, SX_LITERAL("os")), 1);
    assert_int_equal(sx_segment_tag(t.segment, SX_LITERAL("o")), UINT32_MAX);
    seg_test_deinit(&t);
}

/* ---- damage ---- */

/* Reads all that can be read of the file: rows, keys, postings. */
static stria_status read_all(struct seg_test *t)
{
    struct sx_request request = {.mem = &t->memory.mem};
    struct sx_regex *regex = NULL;
    struct sx_bitset set = {0};
    stria_status st = seg_test_open(t);
    assert_int_equal(sx_regex_create(&t->memory.mem, SX_LITERAL("^[abx]"), &regex, NULL), STRIA_OK);
    if (!st)
        st = seg_test_dump(t);
    for (int tag = 0; tag < 2 && !st; tag++) {
        struct sx_tag_expr match = {.kind = SX_TAG_MATCH,
                                    .op = STRIA_MATCH_REGEX,
                                    .key = tag ? SX_LITERAL("os") : SX_LITERAL("host"),
                                    .regex = regex};
        struct sx_selector selector = {.all_measurements = true, .tags = &match};
        t->err = (stria_error){0};
        st = sx_segment_select(t->segment, &selector, &request, &set, &t->err);
        assert_int_equal(st, t->err.code);
        sx_bitset_deinit(&set);
    }
    sx_regex_destroy(regex);
    return st;
}

static void test_no_bit_of_a_segment_can_be_flipped(void **state)
{
    (void)state;
    struct seg_test t;
    size_t size;
    write_lines(&t);
    assert_int_equal(read_all(&t), STRIA_OK);
    for (size_t offset = 0; offset < t.info.file_size; offset++)
        for (unsigned bit = 0; bit < 8; bit++) {
            sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= (uint8_t)(1u << bit);
            if (read_all(&t) != STRIA_CORRUPT)
                fail_msg("bit %u of byte %zu", bit, offset);
            assert_non_null(strstr(t.err.text, "a.seg"));
            seg_test_close(&t);
            sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= (uint8_t)(1u << bit);
        }
    assert_int_equal(read_all(&t), STRIA_OK);
    seg_test_deinit(&t);
}

static void test_a_cut_or_longer_segment_is_corrupt(void **state)
{
    (void)state;
    struct seg_test t;
    write_lines(&t);
    size_t whole = (size_t)t.info.file_size, size;
    uint8_t *copy = sx_mem_alloc(&t.memory.mem, whole);
    memcpy(copy, sx_os_mem_bytes(t.disk, "a.seg", &size), whole);
    for (size_t len = 0; len <= whole + 1; len++) {
        assert_true(sx_os_mem_resize(t.disk, "a.seg", len));
        memcpy(sx_os_mem_bytes(t.disk, "a.seg", &size), copy, SX_MIN(len, whole));
        assert_int_equal(read_all(&t), len == whole ? STRIA_OK : STRIA_CORRUPT);
        assert_int_equal(sx_segment_peek(t.disk, "a.seg", &(struct sx_segment_info){0}, &t.err),
                         len == whole ? STRIA_OK : STRIA_CORRUPT);
        seg_test_close(&t);
    }
    sx_mem_free(&t.memory.mem, copy);
    seg_test_deinit(&t);
}

static void test_parts_that_changed_places_are_damage(void **state)
{
    (void)state;
    struct seg_test t;
    size_t size;
    seg_test_init(&t);
    /* Two stripes of equal bytes but for their places. */
    static const struct seg_test_line twins[] = {{"a", 1, "i2=5"}, {"b", 1, "i2=5"}};
    seg_test_write(&t, SX_TIER_HOT, twins, 2);
    assert_int_equal(read_all(&t), STRIA_OK);
    uint64_t first = t.segment->stripes[0].runs[1].offset;
    uint64_t second = t.segment->stripes[1].runs[1].offset;
    uint64_t run_size = t.segment->stripes[0].runs[1].size;
    uint8_t *bytes = sx_os_mem_bytes(t.disk, "a.seg", &size);
    assert_memory_equal(bytes + first, bytes + second, run_size);
    /* The checksum of the second at the place of the first does not pass. */
    const struct sx_run *run = &t.segment->stripes[0].runs[1];
    struct sx_block_ref moved = run->directory;
    struct sx_buf out;
    sx_buf_init(&out, &t.memory.mem, 1000);
    assert_int_equal(sx_segment_read(t.segment, &moved, &out, NULL), STRIA_OK);
    moved.crc = t.segment->stripes[1].runs[1].directory.crc;
    assert_int_equal(sx_segment_read(t.segment, &moved, &out, &t.err), STRIA_CORRUPT);
    moved = run->directory;
    moved.offset = t.segment->stripes[1].runs[1].directory.offset;
    assert_int_equal(sx_segment_read(t.segment, &moved, &out, &t.err), STRIA_CORRUPT);
    assert_int_equal(out.len, run->directory.size);
    moved.size = UINT64_MAX;
    assert_int_equal(sx_segment_read(t.segment, &moved, &out, &t.err), STRIA_CORRUPT);
    moved = (struct sx_block_ref){.offset = 5};
    assert_int_equal(sx_segment_read(t.segment, &moved, &out, NULL), STRIA_OK); /* nothing */
    sx_buf_deinit(&out);
    seg_test_deinit(&t);
}

/* ---- failures ---- */

static void test_every_failing_allocation_is_told_and_may_pass(void **state)
{
    (void)state;
    struct seg_test t;
    write_lines(&t);
    sx_buf_reserve(&t.key, 1000);
    sx_buf_reserve(&t.out, 1000);
    for (int64_t n = 1;; n++) {
        seg_test_close(&t);
        test_mem_arm(&t.memory, n);
        stria_status st = seg_test_open(&t);
        if (!st)
            st = seg_test_dump(&t);
        bool fired = test_mem_fired(&t.memory);
        assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
        if (t.segment) { /* the same segment works afterwards */
            assert_int_equal(sx_segment_load(t.segment, NULL), STRIA_OK);
            assert_int_equal(seg_test_dump(&t), STRIA_OK);
            assert_rows(&t.out, dump);
        }
        if (!fired)
            break;
    }
    seg_test_deinit(&t);
}

static void test_every_failing_call_is_told_and_may_pass(void **state)
{
    (void)state;
    struct seg_test t;
    write_lines(&t);
    for (uint64_t n = 1;; n++) {
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        t.os = sx_os_fault_create(t.disk, &options);
        stria_status st = seg_test_open(&t);
        if (!st)
            st = seg_test_dump(&t);
        bool fired = sx_os_fault_fired(t.os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        assert_int_equal(t.err.code, st);
        if (fired) {
            assert_int_equal(sx_segment_load(t.segment, NULL), STRIA_OK);
            assert_int_equal(seg_test_dump(&t), STRIA_OK);
        }
        assert_rows(&t.out, dump);
        seg_test_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        if (!fired)
            break;
    }
    seg_test_deinit(&t);
}

/* ---- threads ---- */

struct loader {
    struct sx_segment *segment;
    struct sx_thread *thread;
    stria_status status;
    uint32_t stripe_count;
};

static void load(void *context)
{
    struct loader *loader = context;
    loader->status = sx_segment_load(loader->segment, NULL);
    if (!loader->status)
        loader->stripe_count = loader->segment->stripe_count;
    sx_segment_release(loader->segment);
}

static void test_threads_may_load_a_segment_at_once(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct seg_test t;
    write_lines(&t);
    for (int round = 0; round < 20; round++) {
        struct loader loaders[4];
        t.segment = sx_segment_create(t.os, &t.memory.mem, "a.seg", &t.info);
        for (size_t i = 0; i < 4; i++) {
            loaders[i] = (struct loader){.segment = sx_segment_acquire(t.segment)};
            assert_int_equal(os->ops->thread_start(os, load, &loaders[i], &loaders[i].thread, NULL),
                             STRIA_OK);
        }
        for (size_t i = 0; i < 4; i++) {
            os->ops->thread_join(loaders[i].thread);
            assert_int_equal(loaders[i].status, STRIA_OK);
            assert_int_equal(loaders[i].stripe_count, 2);
        }
        assert_int_equal(seg_test_dump(&t), STRIA_OK);
        assert_rows(&t.out, dump);
        seg_test_close(&t);
    }
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_is_peeked_at_and_loaded),
        cmocka_unit_test(test_creating_touches_no_file_and_loading_may_be_tried_again),
        cmocka_unit_test(test_another_segment_than_the_manifest_speaks_of_is_refused),
        cmocka_unit_test(test_measurements_and_tags_are_found_by_name),
        cmocka_unit_test(test_no_bit_of_a_segment_can_be_flipped),
        cmocka_unit_test(test_a_cut_or_longer_segment_is_corrupt),
        cmocka_unit_test(test_parts_that_changed_places_are_damage),
        cmocka_unit_test(test_every_failing_allocation_is_told_and_may_pass),
        cmocka_unit_test(test_every_failing_call_is_told_and_may_pass),
        cmocka_unit_test(test_threads_may_load_a_segment_at_once),
    };
    /* A sealed segment has an index, in which its small blocks and parts stand. */
    const struct CMUnitTest sealed[] = {
        cmocka_unit_test(test_measurements_and_tags_are_found_by_name),
        cmocka_unit_test(test_no_bit_of_a_segment_can_be_flipped),
        cmocka_unit_test(test_a_cut_or_longer_segment_is_corrupt),
        cmocka_unit_test(test_every_failing_allocation_is_told_and_may_pass),
        cmocka_unit_test(test_every_failing_call_is_told_and_may_pass),
        cmocka_unit_test(test_threads_may_load_a_segment_at_once),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tier = SX_TIER_SEALED;
    return failed + cmocka_run_group_tests(sealed, NULL, NULL);
}
