/* SPDX-License-Identifier: Apache-2.0 */
/* forge_test.c -- segments with bytes that are wrong and checksums that are right: they are read
 * to an answer or to an error that names the file, and what the check does not find can be read. */
#include "segment/check.h"

#include "segment/forge_fixture_test.h"
#include "segment/select.h"

#define MEMORY_LIMIT ((size_t)64 << 20) /* what a forged size may ask for */

static const struct seg_test_line lines[] = {
    {"cpu,host=a,os=x", 10, "f1=1.5 s5=on"},
    {"cpu,host=a,os=x", 20, "f1=2.5 s5"},
    {NULL, 0, NULL},
    {"cpu,host=a,os=x", 90, "f1=1"},
    {"cpu,host=b", 10, "f1=7 b4=1 u3=5"},
    {"cpu,host=b", 20, "f1=9.25 b4=0 u3=77"},
    {"cpu,host=c", 10, "s5=text i2=4"},
    {"cpu,host=c", 20, "s5=more i2=4"},
    {"mem,host=b", 50, "i2=-3 h2=7"},
    {"mem,host=c,os=y", 60, "i2=-3 f1=1"},
    {"mem,host=c,os=y", 61, "i2=8 f1=1"},
    {"net", 50, "i2=1"},
};

/* ---- what was told ---- */

/* Every way in which a segment may be wrong, as readers tell it. */
static const char *const reasons[] = {
    "no magic",
    "count of tags",
    "tag at",
    "order of tags",
    "bytes behind the tags",
    "count of a measurement's tags",
    "tag of a measurement",
    "count of columns",
    "column at",
    "count of measurements",
    "measurement at",
    "order of measurements",
    "place of a series block",
    "end of the measurements",
    "count of runs",
    "column of a run",
    "run at",
    "directory of a run",
    "count of stripes",
    "stripe at",
    "measurement of a stripe",
    "bytes behind the stripes",
    "size of the index",
    "place of a part",
    "series block at",
    "dictionary at",
    "postings at",
    "tag value of a series",
    "hash of a series",
    "directory of a stripe",
    "series of a stripe",
    "directory of a column",
    "times of a chunk",
    "times that do not ascend",
    "times unlike those of the directory",
    "times outside those of the segment",
    "values of a chunk",
    "statistics unlike the values of a chunk",
    "counts of the footer",
    "times of the footer",
    "key of a series",
    "order of series",
    "filter without a series",
    "filter without a tag value",
    "postings unlike the series",
    "tag value of no series",
    "tag of no series",
    "two columns of one name",
    "series without rows",
    "column without values",
    "times of a stripe",
    "second run of a column",
    "run without chunks",
};

static unsigned told[SX_COUNT_OF(reasons)];

static void note(const char *text)
{
    for (size_t i = 0; i < SX_COUNT_OF(reasons); i++)
        told[i] += strstr(text, reasons[i]) != NULL;
}

/* ---- reading all there is ---- */

static void expect(const char *what, stria_status st, const stria_error *err)
{
    bool known = st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION ||
                 st == STRIA_NOMEM || st == STRIA_LIMIT;
    if (!known || (st && (st != err->code || err->text[0] == 0)))
        fail_msg("%s: %d %s", what, (int)st, err->text);
    if ((st == STRIA_CORRUPT || st == STRIA_VERSION) && !strstr(err->text, "a.seg"))
        fail_msg("%s does not name the file: %s", what, err->text);
    if (st)
        note(err->text);
}

/* The worst that was met: damage before want of memory. */
static stria_status worst_of(stria_status a, stria_status b)
{
    return a == STRIA_CORRUPT || a == STRIA_VERSION || b == STRIA_OK ? a : b;
}

static stria_status read_keys(struct seg_test *t)
{
    stria_status worst = STRIA_OK;
    for (uint32_t i = 0; i < t->segment->measurement_count; i++) {
        const struct sx_segment_measurement *m = &t->segment->measurements[i];
        for (size_t wanted = 0; wanted <= m->series_count; wanted += m->series_count + 1) {
            struct sx_segment_keys keys;
            stria_error err = {0};
            stria_status st =
                sx_segment_keys_init(&keys, t->segment, m, &t->memory.mem, wanted, &err);
            for (uint32_t k = 0; k < m->series_count && !st; k++) {
                sx_buf_clear(&t->key);
                st = sx_segment_keys_get(&keys, m->first_series + k, &t->key, &err);
                (void)sx_segment_keys_hash(&keys, m->first_series + k, sx_buf_bytes(&t->key));
            }
            sx_segment_keys_deinit(&keys);
            expect("keys", st, &err);
            worst = worst_of(worst, st);
        }
    }
    return worst;
}

static stria_status read_chunk(struct seg_test *t, struct sx_segment_cursor *cursor, uint32_t g,
                               const struct sx_chunk *chunk)
{
    static uint64_t values[SX_COLUMN_VALUES_MAX * sizeof(stria_bytes) / 8];
    static uint64_t present[SX_COLUMN_VALUES_MAX / 64];
    const struct sx_stripe *stripe = &t->segment->stripes[cursor->stripe];
    const struct sx_segment_measurement *m = &t->segment->measurements[stripe->measurement];
    stria_type type = m->columns[chunk->column].type;
    uint32_t count = cursor->groups[g].row_count, end = count;
    struct sx_column_ranges ranges = {.first = 0, .ends = &end, .count = 1};
    struct sx_column_totals totals;
    struct sx_arena strings;
    stria_error err = {0}, totals_err = {0};
    bool all;
    sx_arena_init(&strings, &t->memory.mem, 1024);
    stria_status st = sx_segment_cursor_values(cursor, chunk, count, type, 0, count, values,
                                               present, &all, &strings, &err);
    expect("values", st, &err);
    sx_arena_deinit(&strings);
    stria_status totals_st = sx_segment_cursor_totals(
        cursor, chunk, count, type, &ranges, SX_WANT_SUM | SX_WANT_RANGE, &totals, &totals_err);
    expect("totals", totals_st, &totals_err);
    return worst_of(st, totals_st);
}

static stria_status read_rows(struct seg_test *t)
{
    struct sx_segment_cursor cursor;
    stria_status worst = STRIA_OK;
    sx_segment_cursor_init(&cursor, t->segment, &t->memory.mem);
    for (uint32_t s = 0; s < t->segment->stripe_count; s++) {
        const struct sx_stripe *stripe = &t->segment->stripes[s];
        uint32_t columns = t->segment->measurements[stripe->measurement].column_count;
        stria_error err = {0};
        stria_status st = sx_segment_cursor_stripe(&cursor, s, &err);
        expect("stripe", st, &err);
        worst = worst_of(worst, st);
        for (uint32_t g = 0; !st && g < stripe->group_count; g++) {
            const int64_t *times;
            err = (stria_error){0};
            stria_status times_st = sx_segment_cursor_times(&cursor, g, &times, &err);
            expect("times", times_st, &err);
            worst = worst_of(worst, times_st);
            for (uint32_t c = 0; c < columns; c++) {
                const struct sx_chunk *chunk = NULL;
                err = (stria_error){0};
                stria_status chunk_st = sx_segment_cursor_chunk(&cursor, g, c, &chunk, &err);
                expect("chunk", chunk_st, &err);
                if (chunk)
                    chunk_st = read_chunk(t, &cursor, g, chunk);
                worst = worst_of(worst, chunk_st);
            }
        }
    }
    sx_segment_cursor_deinit(&cursor);
    return worst;
}

static stria_status select_series(struct seg_test *t, const struct sx_regex *regex)
{
    struct sx_tag_expr matches[] = {
        {.kind = SX_TAG_MATCH, .op = STRIA_MATCH_REGEX, .key = SX_LITERAL("host"), .regex = regex},
        {.kind = SX_TAG_MATCH, .op = STRIA_MATCH_REGEX, .key = SX_LITERAL("os"), .regex = regex},
        {.kind = SX_TAG_MATCH,
         .op = STRIA_MATCH_EQUAL,
         .key = SX_LITERAL("host"),
         .value = SX_LITERAL("c")},
    };
    struct sx_request request = {.mem = &t->memory.mem};
    stria_status worst = STRIA_OK;
    for (size_t i = 0; i < SX_COUNT_OF(matches); i++) {
        struct sx_selector selector = {.all_measurements = true, .tags = &matches[i]};
        struct sx_bitset set;
        stria_error err = {0};
        stria_status st = sx_segment_select(t->segment, &selector, &request, &set, &err);
        sx_bitset_deinit(&set);
        expect("select", st, &err);
        worst = worst_of(worst, st);
    }
    return worst;
}

static stria_status read_all(struct seg_test *t, const struct sx_regex *regex)
{
    stria_error err = {0};
    struct sx_segment_info info;
    stria_status st = sx_segment_peek(t->os, "a.seg", &info, &err);
    expect("peek", st, &err);
    if (!st)
        t->info = info;
    st = seg_test_open(t);
    expect("load", st, &t->err);
    if (st)
        return st;
    st = read_keys(t);
    st = worst_of(st, read_rows(t));
    return worst_of(st, select_series(t, regex));
}

struct found {
    unsigned count;
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct found *f = context;
    (void)offset;
    f->count++;
    assert_true(code == STRIA_CORRUPT || code == STRIA_VERSION || code == STRIA_LIMIT);
    assert_non_null(strstr(text, "a.seg"));
    note(text);
}

/* Reads and checks the file as it is: what cannot be read the check finds. Returns whether it found
 * anything. */
static bool read_and_check(struct seg_test *t, const struct sx_regex *regex)
{
    struct found f = {0};
    struct sx_segment_check check = {.found = found, .context = &f};
    stria_status st = read_all(t, regex);
    seg_test_close(t);
    t->segment = sx_segment_create(t->os, &t->memory.mem, "a.seg", &t->info);
    t->err = (stria_error){0};
    stria_status check_st = sx_segment_check(t->segment, &t->memory.mem, &check, &t->err);
    assert_true(check_st == STRIA_OK || check_st == STRIA_NOMEM);
    assert_int_equal(f.count, check.found_count);
    seg_test_close(t);
    if (check_st == STRIA_OK && f.count == 0 && st != STRIA_OK)
        fail_msg("the check did not find what reading did: %d", (int)st);
    return f.count != 0;
}

/* ---- sweeps ---- */

struct sweep {
    struct seg_test t;
    struct forge f;
    struct sx_segment_info info;
    struct sx_regex *regex;
    struct sx_mem mem;
};

static struct sweep sweep;

static void begin(enum sx_tier tier)
{
    seg_test_init(&sweep.t);
    seg_test_write(&sweep.t, tier, lines, SX_COUNT_OF(lines));
    sweep.info = sweep.t.info;
    forge_init(&sweep.f, &sweep.t);
    sx_mem_init(&sweep.mem, NULL, "regex", 0);
    assert_int_equal(sx_regex_create(&sweep.mem, SX_LITERAL("^[abx]"), &sweep.regex, NULL),
                     STRIA_OK);
    atomic_store(&sweep.t.memory.mem.limit, MEMORY_LIMIT);
    forge_write(&sweep.f, &sweep.t); /* as it was */
    assert_false(read_and_check(&sweep.t, sweep.regex));
}

static void end(void)
{
    sx_regex_destroy(sweep.regex);
    sx_mem_deinit(&sweep.mem);
    forge_deinit(&sweep.f);
    seg_test_deinit(&sweep.t);
}

/* Writes the forged image, reads it, checks it. */
static bool is_found(void)
{
    sweep.t.info = sweep.info;
    forge_write(&sweep.f, &sweep.t);
    return read_and_check(&sweep.t, sweep.regex);
}

/* Each byte becomes each of these, or differs from what it was by one of the bits. */
static const uint8_t bytes[] = {0, 1, 2, 0x7f, 0x80, 0xff};

/* Returns how many of the changes nothing in the file contradicts: those of names, of texts, of
 * ids; *count: of all. */
static unsigned change_each_byte(uint8_t *image, size_t from, size_t to, unsigned *count)
{
    unsigned missed = 0;
    *count = 0;
    for (size_t at = from; at < to; at++)
        for (unsigned k = 0; k < SX_COUNT_OF(bytes) + 8; k++) {
            uint8_t was = image[at], is = (uint8_t)(was ^ 1u << k % 8);
            if (k >= 8)
                is = bytes[k - 8];
            if (is == was)
                continue;
            image[at] = is;
            if (image == sweep.f.now.file)
                forge_mend(&sweep.f, at);
            missed += !is_found();
            ++*count;
        }
    return missed;
}

static const enum sx_tier tiers[] = {SX_TIER_HOT, SX_TIER_SEALED};

static void test_any_byte_may_be_wrong_under_right_checksums(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        unsigned missed, count;
        begin(tiers[i]);
        size_t footer = sweep.f.file_size - SX_SEGMENT_FOOTER_SIZE;
        size_t blocks = sweep.f.index_size ? sweep.f.packed.offset : footer;
        uint8_t *file = sweep.f.now.file;
        (void)change_each_byte(file, 0, SX_SEGMENT_HEADER_SIZE, &count);
        missed = change_each_byte(file, SX_SEGMENT_HEADER_SIZE, blocks, &count);
        assert_in_range(missed, 1, count / 4);
        if (sweep.f.index_size) {
            missed = change_each_byte(sweep.f.now.index, 0, sweep.f.index_size, &count);
            assert_in_range(missed, 1, count / 3);
        }
        (void)change_each_byte(file, footer, sweep.f.file_size, &count);
        end();
    }
}

static void test_a_block_that_ends_too_early_is_found_and_one_too_late_does_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        begin(tiers[i]);
        uint64_t filter = sx_get_u64(sweep.f.good.file + sweep.f.file_size -
                                     SX_SEGMENT_FOOTER_SIZE + 192 + 24 * SX_PART_FILTER);
        for (size_t b = 0; b < sweep.f.block_count; b++) {
            const struct sx_block_ref *good = &sweep.f.good.blocks[b];
            for (uint64_t size = 0; size < good->size + 3; size++) {
                if (size == good->size)
                    continue;
                forge_resize(&sweep.f, &sweep.f.now.blocks[b], size);
                if (!is_found() && size < good->size && good->offset != filter)
                    fail_msg("block at %d with %d of %d bytes", (int)good->offset, (int)size,
                             (int)good->size);
            }
        }
        end();
    }
}

static void test_an_index_that_tells_a_wrong_size_is_damage(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        const char *text;
    } rows[] = {
        {0, "size of the index at"},          {1, "index at"},
        {FORGE_SIZE_MAX, "index at"},         {((uint64_t)1 << 30) + 1, "size of the index at"},
        {UINT64_MAX, "size of the index at"},
    };
    begin(SX_TIER_SEALED);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_error err = {0};
        sweep.f.told_size = rows[i].size;
        assert_true(is_found());
        sweep.t.segment =
            sx_segment_create(sweep.t.os, &sweep.t.memory.mem, "a.seg", &sweep.t.info);
        assert_int_equal(sx_segment_load(sweep.t.segment, &err), STRIA_CORRUPT);
        assert_non_null(strstr(err.text, rows[i].text));
        seg_test_close(&sweep.t);
    }
    end();
}

/* Runs last: the others have met all of them. */
static void test_every_way_to_be_wrong_was_told_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(reasons); i++)
        if (told[i] == 0)
            fail_msg("never told: %s", reasons[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_byte_may_be_wrong_under_right_checksums),
        cmocka_unit_test(test_a_block_that_ends_too_early_is_found_and_one_too_late_does_no_harm),
        cmocka_unit_test(test_an_index_that_tells_a_wrong_size_is_damage),
        cmocka_unit_test(test_every_way_to_be_wrong_was_told_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
