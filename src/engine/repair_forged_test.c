/* SPDX-License-Identifier: Apache-2.0 */
/* repair_forged_test.c -- a segment whose index says something else than its series, under right
 * checksums: verify tells, and a repair makes it anew from series and rows. */
#include "engine/repair.h"

#include "engine/engine_fixture_test.h"
#include "engine/verify.h"
#include "scan/series_set.h"
#include "segment/forge_fixture_test.h"

struct told {
    unsigned count;
    char text[1000];
};

static void hear(void *user, const stria_finding *finding)
{
    struct told *told = user;
    size_t len = strlen(told->text);
    told->count++;
    (void)snprintf(told->text + len, sizeof told->text - len, "%s: %s\n", finding->file,
                   finding->text);
}

static stria_status verify(struct engine_test *t, bool repair, struct told *told,
                           uint64_t *mended_count)
{
    stria_verify_options options = {
        .struct_size = sizeof options, .on_finding = hear, .user = told, .repair = repair};
    stria_verify_report report;
    *told = (struct told){0};
    t->err = (stria_error){0};
    stria_status st = sx_verify(t->disk, "db", &options, &report, &t->err);
    assert_int_equal(report.finding_count, told->count);
    if (mended_count)
        *mended_count = report.mended_count;
    return st;
}

/* ---- forging the one segment of a closed store ---- */

static struct forge forge;

typedef void (*forge_function)(const struct sx_segment *segment);

static void forge_segment(struct engine_test *t, forge_function change)
{
    struct seg_test s;
    struct sx_file *file;
    char path[SX_PATH_MAX];
    size_t size;
    assert_int_equal(engine_test_files(t, "db/seg", ".seg", path), 1);
    seg_test_init(&s);
    const uint8_t *bytes = sx_os_mem_bytes(t->disk, path, &size);
    assert_int_equal(sx_os_open(s.disk, "a.seg", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    sx_file_close(file);
    assert_true(sx_os_mem_resize(s.disk, "a.seg", size));
    memcpy(sx_os_mem_bytes(s.disk, "a.seg", &size), bytes, size);
    assert_int_equal(sx_segment_peek(s.disk, "a.seg", &s.info, NULL), STRIA_OK);
    forge_init(&forge, &s);
    assert_int_equal(seg_test_open(&s), STRIA_OK);
    change(s.segment);
    forge_write(&forge, &s);
    memcpy(sx_os_mem_bytes(t->disk, path, &size), sx_os_mem_bytes(s.disk, "a.seg", &size), size);
    forge_deinit(&forge);
    seg_test_deinit(&s);
}

static uint8_t *bytes_of(const struct sx_block_ref *ref)
{
    assert_int_equal(ref->in_index, 0);
    return forge.now.file + ref->offset;
}

/* Where the lists of k=1 and k=2 begin. */
static void exchange_postings(const struct sx_segment *segment)
{
    const struct sx_block_ref *ref = &segment->tags[0].postings;
    uint8_t first[4];
    memcpy(first, bytes_of(ref), 4);
    memcpy(bytes_of(ref), bytes_of(ref) + 4, 4);
    memcpy(bytes_of(ref) + 4, first, 4);
    forge_mend(&forge, ref->offset);
}

static void deny_all(const struct sx_segment *segment)
{
    const struct sx_block_ref *ref = &segment->footer.parts[SX_PART_FILTER];
    memset(bytes_of(ref), 0, (size_t)ref->size);
    forge_mend(&forge, ref->offset);
}

static void change_a_hash(const struct sx_segment *segment)
{
    const struct sx_block_ref *ref = &segment->measurements[1].series_block;
    bytes_of(ref)[ref->size - 1] ^= 0x10;
    forge_mend(&forge, ref->offset);
}

/* The first series of m becomes k=2, the second k=1; with their hashes. */
static void exchange_series(const struct sx_segment *segment)
{
    const struct sx_block_ref *ref = &segment->measurements[0].series_block;
    uint8_t *bytes = bytes_of(ref), hash[8];
    assert_int_equal(ref->size, 2 + 2 * 8);
    assert_int_equal(bytes[0], 2); /* bits a series */
    assert_int_equal(bytes[1], 1 | 2 << 2);
    bytes[1] = 2 | 1 << 2;
    memcpy(hash, bytes + 2, 8);
    memcpy(bytes + 2, bytes + 10, 8);
    memcpy(bytes + 10, hash, 8);
    forge_mend(&forge, ref->offset);
}

/* ---- reading ---- */

/* Two series of m and one of n in a segment; closed. */
static void fill(struct engine_test *t)
{
    engine_test_init(t);
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_write(t, "m,k=2", 1, "a1=2");
    engine_test_write(t, "m,k=2", 5, "a1=5");
    engine_test_write(t, "n,k=2", 1, "a1=3");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    engine_test_close(t);
}

/* How many series have k=1, and how many k=2. */
static void count_by_tag(struct engine_test *t, size_t counts[2])
{
    engine_test_must(t, sx_engine_view(t->engine, t->policy_id, &t->scan.view, &t->err));
    for (int i = 0; i < 2; i++) {
        struct sx_tag_expr tag = {.kind = SX_TAG_MATCH,
                                  .op = STRIA_MATCH_EQUAL,
                                  .key = SX_LITERAL("k"),
                                  .value = i ? SX_LITERAL("2") : SX_LITERAL("1")};
        struct sx_selector selector = {.all_measurements = true,
                                       .tags = &tag,
                                       .time_min_ns = INT64_MIN,
                                       .time_max_ns = INT64_MAX};
        struct sx_series_set set;
        engine_test_must(
            t, sx_series_set_init(&set, t->scan.view, &selector, 0, &t->scan.request, &t->err));
        counts[i] = set.series_count;
        sx_series_set_deinit(&set);
    }
    sx_view_release(t->scan.view);
    t->scan.view = NULL;
}

static const struct {
    const char *name;
    forge_function forge;
    const char *told;
    bool answers_wrongly; /* questions by tag, without a word */
    const char *holds;    /* afterwards */
} rows[] = {
    {"postings of each other", exchange_postings,
     "; concerned: k=1 lacks m,k=1; k=1 has m,k=2 (3 missing, 3 too many)\n", true,
     "m,k=1{1:a1=1} m,k=2{1:a1=2 5:a1=5} n,k=2{1:a1=3}"},
    {"a filter that denies", deny_all, "filter without a tag value at ", true,
     "m,k=1{1:a1=1} m,k=2{1:a1=2 5:a1=5} n,k=2{1:a1=3}"},
    {"a wrong hash", change_a_hash, "; concerned: n,k=2\n", false,
     "m,k=1{1:a1=1} m,k=2{1:a1=2 5:a1=5} n,k=2{1:a1=3}"},
    {"series in a wrong order", exchange_series, "order of series at ", false,
     "m,k=1{1:a1=2 5:a1=5} m,k=2{1:a1=1} n,k=2{1:a1=3}"},
};

static void test_a_wrong_index_is_told_and_made_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        struct told told;
        size_t counts[2];
        uint64_t mended;
        fill(&t);
        forge_segment(&t, rows[i].forge);
        engine_test_open(&t);
        count_by_tag(&t, counts);
        if (rows[i].answers_wrongly && counts[0] == 1 && counts[1] == 2)
            fail_msg("%s: answers are right", rows[i].name);
        engine_test_close(&t);

        assert_int_equal(verify(&t, false, &told, NULL), STRIA_CORRUPT);
        if (!strstr(told.text, "seg/0") || !strstr(told.text, rows[i].told))
            fail_msg("%s: %s", rows[i].name, told.text);
        assert_int_equal(verify(&t, true, &told, &mended), STRIA_CORRUPT);
        assert_true(strstr(told.text, rows[i].told) && mended == 1);
        if (verify(&t, false, &told, NULL)) /* it is sound now */
            fail_msg("%s: %s", rows[i].name, told.text);

        engine_test_open(&t);
        count_by_tag(&t, counts);
        assert_int_equal(counts[0], 1);
        assert_int_equal(counts[1], 2);
        assert_holds(&t, rows[i].holds);
        engine_test_deinit(&t);
    }
}

static void test_a_repair_deletes_by_the_tags_of_series_not_by_postings(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told;
    fill(&t);
    forge_segment(&t, exchange_postings);
    engine_test_open(&t);
    engine_test_must(&t, engine_test_delete(&t, "m", "k=1", 0, 9));
    engine_test_close(&t);
    assert_int_equal(verify(&t, true, &told, NULL), STRIA_CORRUPT);
    engine_test_open(&t);
    assert_holds(&t, "m,k=2{1:a1=2 5:a1=5} n,k=2{1:a1=3}");
    engine_test_deinit(&t);
}

static void break_series_of_n(const struct sx_segment *segment)
{
    const struct sx_block_ref *ref = &segment->measurements[1].series_block;
    bytes_of(ref)[0] = 33; /* bits a series */
    forge_mend(&forge, ref->offset);
}

static void test_only_what_is_lost_with_the_keys_of_series_is_lost(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told;
    fill(&t);
    forge_segment(&t, break_series_of_n);
    assert_int_equal(verify(&t, true, &told, NULL), STRIA_CORRUPT);
    assert_non_null(strstr(told.text, "series block at "));
    assert_int_equal(engine_test_files(&t, "db/damaged", ".seg", NULL), 1);
    assert_int_equal(verify(&t, false, &told, NULL), STRIA_OK);
    engine_test_open(&t);
    assert_holds(&t, "m,k=1{1:a1=1} m,k=2{1:a1=2 5:a1=5}");
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wrong_index_is_told_and_made_anew),
        cmocka_unit_test(test_a_repair_deletes_by_the_tags_of_series_not_by_postings),
        cmocka_unit_test(test_only_what_is_lost_with_the_keys_of_series_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
