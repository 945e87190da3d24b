/* SPDX-License-Identifier: Apache-2.0 */
/* check_index_test.c -- segments whose index says something else than their series, under right
 * checksums: the check tells, and of whom. */
#include "segment/check.h"

#include "segment/forge_fixture_test.h"

#include <errno.h>

#define TEXT_SIZE 4096

/* Ordinals 0 to 3; tags host (a: 0, b: 1 and 3, c: 2) and os (x: 0 and 1). */
static const struct seg_test_line lines[] = {
    {"cpu,host=a,os=x", 10, "f1=1.5"},
    {"cpu,host=b,os=x", 10, "f1=7"},
    {"cpu,host=c", 10, "f1=2"},
    {"mem,host=b", 50, "i2=-3"},
};

enum { HOST, OS };

/* What was told, line by line. */
struct found {
    char text[TEXT_SIZE];
    size_t len;
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct found *f = context;
    char at[32];
    assert_int_equal(code, STRIA_CORRUPT);
    (void)snprintf(at, sizeof at, " at %d", (int)offset);
    assert_non_null(strstr(text, at));
    f->len += (size_t)snprintf(f->text + f->len, TEXT_SIZE - f->len, "%s\n", text);
    assert_true(f->len < TEXT_SIZE);
}

static struct forge forge;

/* Checks the file as it is now on the disk. */
static void check(struct seg_test *t, struct found *f)
{
    struct sx_segment_check c = {.found = found, .context = f};
    *f = (struct found){.len = 0};
    seg_test_close(t);
    assert_int_equal(sx_segment_peek(t->os, "a.seg", &t->info, &t->err), STRIA_OK);
    t->segment = sx_segment_create(t->os, &t->memory.mem, "a.seg", &t->info);
    assert_int_equal(sx_segment_check(t->segment, &t->memory.mem, &c, &t->err), STRIA_OK);
}

static void assert_told(const struct found *f, const char *name, const char *want)
{
    if (!strstr(f->text, want))
        fail_msg("%s: not told \"%s\" but:\n%s", name, want, f->text);
}

/* The bytes of a block in the image. */
static uint8_t *bytes_of(const struct sx_block_ref *ref)
{
    return ref->in_index ? forge.now.index + ref->in_index - 1 : forge.now.file + ref->offset;
}

static void mend(const struct sx_block_ref *ref)
{
    if (!ref->in_index)
        forge_mend(&forge, ref->offset);
}

/* Writes the bytes that golden text stands for; returns how many. */
static size_t put_golden(const char *text, uint8_t bytes[64])
{
    struct sx_buf out;
    sx_buf_init_fixed(&out, bytes, 64);
    golden_put(&out, text);
    return out.len;
}

/* ---- postings ---- */

static const struct {
    const char *name;
    int tag;
    const char *was, *is; /* all of its postings */
    const char *told;     /* behind the place; NULL: nothing is */
} postings[] = {
    {"as they are", HOST, "00000000 02000000 05000000 0100 020202 0104", NULL, NULL},
    {"lists in another order", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "05000000 02000000 00000000 0104 020202 0100", NULL},
    {"two lists exchanged", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "05000000 02000000 00000000 0100 020202 0104",
     "; concerned: host=a lacks cpu,host=a,os=x; host=a has cpu,host=c (2 missing, 2 too many)"},
    {"a series is missing", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "00000000 02000000 05000000 0100 010202 0104",
     "; concerned: host=b lacks mem,host=b (1 missing, 0 too many)"},
    {"a series of another value", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "00000000 02000000 05000000 0102 020202 0104",
     "; concerned: host=a lacks cpu,host=a,os=x; host=a has cpu,host=b,os=x "
     "(1 missing, 1 too many)"},
    {"one list for all", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "02000000 02000000 02000000 0100 020202 0104",
     "; concerned: host=a lacks cpu,host=a,os=x; host=a has cpu,host=b,os=x "
     "(2 missing, 4 too many)"},
    {"a list without series", HOST, "00000000 02000000 05000000 0100 020202 0104",
     "00000000 02000000 05000000 0000 020202 0104",
     "; concerned: host=a lacks cpu,host=a,os=x (1 missing, 0 too many)"},
    {"a series that lacks the tag", OS, "00000000 010100", "00000000 010101",
     "; concerned: os=x has cpu,host=c (0 missing, 1 too many)"},
    {"one that lacks it in place of one that has it", OS, "00000000 010100", "00000000 010300",
     "; concerned: os=x lacks cpu,host=a,os=x; os=x has cpu,host=c (1 missing, 1 too many)"},
};

static const enum sx_tier tiers[] = {SX_TIER_HOT, SX_TIER_SEALED};

static void test_postings_that_differ_from_the_series_are_told_with_tag_and_series(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        struct seg_test t;
        seg_test_init(&t);
        seg_test_write(&t, tiers[i], lines, SX_COUNT_OF(lines));
        forge_init(&forge, &t);
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        const struct sx_block_ref refs[] = {t.segment->tags[HOST].postings,
                                            t.segment->tags[OS].postings};
        for (size_t k = 0; k < SX_COUNT_OF(postings); k++) {
            const struct sx_block_ref *ref = &refs[postings[k].tag];
            struct found f;
            uint8_t bytes[64];
            char text[200];
            size_t len = put_golden(postings[k].was, bytes);
            assert_int_equal(len, ref->size);
            assert_memory_equal(bytes_of(ref), bytes, len);
            if (postings[k].is) {
                assert_int_equal(put_golden(postings[k].is, bytes), len);
                memcpy(bytes_of(ref), bytes, len);
                mend(ref);
            }
            forge_write(&forge, &t);
            check(&t, &f);
            (void)snprintf(text, sizeof text, "a.seg: postings unlike the series at %d%s\n",
                           (int)ref->offset, postings[k].told ? postings[k].told : "");
            if (postings[k].told)
                assert_told(&f, postings[k].name, text);
            else
                assert_string_equal(f.text, "");
        }
        forge_deinit(&forge);
        seg_test_deinit(&t);
    }
}

/* ---- the other structures ---- */

static void zero_the_filter(const struct sx_segment *s)
{
    const struct sx_block_ref *ref = &s->footer.parts[SX_PART_FILTER];
    memset(bytes_of(ref), 0, (size_t)ref->size);
    mend(ref);
}

/* The first byte behind the width of the first tag: two bits a series. */
static void change_hosts(const struct sx_segment *s, uint8_t from, uint8_t to)
{
    const struct sx_block_ref *ref = &s->measurements[0].series_block;
    assert_int_equal(bytes_of(ref)[1], from);
    bytes_of(ref)[1] = to;
    mend(ref);
}

static void exchange_two_series(const struct sx_segment *s)
{
    change_hosts(s, 1 | 2 << 2 | 3 << 4, 2 | 1 << 2 | 3 << 4);
}

static void make_a_series_twice(const struct sx_segment *s)
{
    change_hosts(s, 1 | 2 << 2 | 3 << 4, 1 | 1 << 2 | 3 << 4);
}

static void take_a_tag_from_all(const struct sx_segment *s)
{
    const struct sx_block_ref *ref = &s->measurements[0].series_block;
    assert_int_equal(bytes_of(ref)[2], 1); /* the width of os */
    assert_int_equal(bytes_of(ref)[3], 3);
    bytes_of(ref)[3] = 0;
    mend(ref);
}

static void change_a_hash(const struct sx_segment *s)
{
    const struct sx_block_ref *ref = &s->measurements[1].series_block;
    bytes_of(ref)[ref->size - 1] ^= 1;
    mend(ref);
}

/* "b" becomes an escape that is none: 01 and what follows. */
static void break_an_escape(const struct sx_segment *s)
{
    const struct sx_block_ref *ref = &s->tags[HOST].dictionary;
    uint8_t *b = memchr(bytes_of(ref), 'a', (size_t)ref->size);
    *b = 1;
    mend(ref);
}

static const struct {
    const char *name;
    enum sx_tier tier;
    void (*forge)(const struct sx_segment *segment);
    const char *told[2];
} others[] = {
    {"a filter that denies",
     SX_TIER_HOT,
     zero_the_filter,
     {"; concerned: cpu,host=a,os=x and 2 more\n", "; concerned: host=a and 2 more\n"}},
    {"series in a wrong order",
     SX_TIER_SEALED,
     exchange_two_series,
     {"order of series at ", "; concerned: cpu,host=a,os=x\n"}},
    {"postings of series that were exchanged",
     SX_TIER_SEALED,
     exchange_two_series,
     {"postings unlike the series at ",
      "; concerned: host=b lacks cpu,host=b,os=x; host=a has cpu,host=b,os=x "
      "(2 missing, 2 too many)\n"}},
    {"a series twice",
     SX_TIER_SEALED,
     make_a_series_twice,
     {"order of series at ", "; concerned: cpu,host=a,os=x\n"}},
    {"series whose hashes are of others",
     SX_TIER_HOT,
     exchange_two_series,
     {"hash of a series at ", "; concerned: cpu,host=b,os=x and 1 more\n"}},
    {"a wrong hash",
     SX_TIER_HOT,
     change_a_hash,
     {"hash of a series at ", "; concerned: mem,host=b\n"}},
    {"a tag of no series",
     SX_TIER_SEALED,
     take_a_tag_from_all,
     {"tag of no series at ", "; concerned: cpu os\n"}},
    {"its postings",
     SX_TIER_SEALED,
     take_a_tag_from_all,
     {"postings unlike", "; concerned: os=x has cpu,host=a (0 missing, 2 too many)\n"}},
    {"a key that is none",
     SX_TIER_SEALED,
     break_an_escape,
     {"key of a series at ", "; concerned:"}},
};

static void test_whatever_else_differs_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(others); i++) {
        struct seg_test t;
        struct found f;
        seg_test_init(&t);
        seg_test_write(&t, others[i].tier, lines, SX_COUNT_OF(lines));
        forge_init(&forge, &t);
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        others[i].forge(t.segment);
        forge_write(&forge, &t);
        check(&t, &f);
        for (size_t k = 0; k < SX_COUNT_OF(others[i].told); k++)
            assert_told(&f, others[i].name, others[i].told[k]);
        forge_deinit(&forge);
        seg_test_deinit(&t);
    }
}

static void write_hosts(struct seg_test *t, enum sx_tier tier, int count)
{
    seg_test_init(t);
    assert_int_equal(seg_test_begin(t, tier), STRIA_OK);
    for (int i = 0; i < count; i++) {
        char series[96];
        (void)snprintf(series, sizeof series, "cpu,host=%064d", i);
        assert_int_equal(seg_test_row(t, series, 1, "i2=1"), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(t), STRIA_OK);
}

static void test_a_dictionary_whose_groups_are_elsewhere_is_damaged(void **state)
{
    (void)state;
    struct seg_test t;
    struct found f;
    write_hosts(&t, SX_TIER_HOT, 40); /* groups of 16 */
    forge_init(&forge, &t);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    const struct sx_block_ref *ref = &t.segment->tags[0].dictionary;
    bytes_of(ref)[ref->size - 4] ^= 2; /* of the last group */
    mend(ref);
    forge_write(&forge, &t);
    check(&t, &f);
    assert_told(&f, "group", "a.seg: dictionary at ");
    forge_deinit(&forge);
    seg_test_deinit(&t);
}

/* ---- limits ---- */

static void test_without_memory_for_all_values_of_a_tag_they_are_looked_up(void **state)
{
    (void)state;
    struct seg_test t;
    struct found f;
    struct sx_mem mem;
    write_hosts(&t, SX_TIER_HOT, 40000);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    sx_mem_init(&mem, NULL, "check", 0);
    struct sx_segment_check c = {.found = found, .context = &f};
    f.len = 0;
    assert_int_equal(sx_segment_check(t.segment, &mem, &c, &t.err), STRIA_OK);
    size_t most = atomic_load(&mem.size_max);
    atomic_store(&mem.limit, most / 4 * 3); /* too little for all values of the tag */
    assert_int_equal(sx_segment_check(t.segment, &mem, &c, &t.err), STRIA_OK);
    assert_int_equal(f.len, 0);
    assert_int_equal(c.row_count, 2 * 40000);
    sx_mem_deinit(&mem);
    seg_test_deinit(&t);
}

/* A segment with wrong postings and a filter that denies everything. */
static void write_wrong(struct seg_test *t)
{
    seg_test_init(t);
    seg_test_write(t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    forge_init(&forge, t);
    assert_int_equal(seg_test_open(t), STRIA_OK);
    const struct sx_block_ref *ref = &t->segment->tags[HOST].postings;
    bytes_of(ref)[0] = 5; /* where the list of the first value begins */
    mend(ref);
    zero_the_filter(t->segment);
    forge_write(&forge, t);
    assert_int_equal(seg_test_open(t), STRIA_OK);
}

static void note_code(void *context, stria_status code, uint64_t offset, const char *text)
{
    (void)offset;
    (void)text;
    *(unsigned *)context |= 1u << code;
}

static void test_every_failing_read_is_told_among_what_is_wrong(void **state)
{
    (void)state;
    struct seg_test t;
    unsigned failures = 0;
    write_wrong(&t);
    for (uint64_t n = 1;; n++) {
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        unsigned codes = 0;
        struct sx_segment_check c = {.found = note_code, .context = &codes};
        seg_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        t.segment = sx_segment_create(t.os, &t.memory.mem, "a.seg", &t.info);
        assert_int_equal(sx_segment_check(t.segment, &t.memory.mem, &c, &t.err), STRIA_OK);
        bool fired = sx_os_fault_fired(t.os);
        seg_test_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        if (!fired) {
            assert_int_equal(codes, 1u << STRIA_CORRUPT);
            break;
        }
        failures += (codes >> STRIA_IO) & 1;
    }
    assert_true(failures > 10);
    forge_deinit(&forge);
    seg_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct seg_test t;
    unsigned failures = 0;
    write_wrong(&t);
    for (int64_t n = 1;; n++) {
        struct found f = {.len = 0};
        struct sx_segment_check c = {.found = found, .context = &f};
        t.err = (stria_error){0};
        test_mem_arm(&t.memory, n);
        stria_status st = sx_segment_check(t.segment, &t.memory.mem, &c, &t.err);
        bool fired = test_mem_fired(&t.memory);
        assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
        assert_int_equal(t.err.code, st);
        failures += st != STRIA_OK;
        if (!st)
            assert_told(&f, "all", "postings unlike the series");
        if (!fired)
            break;
    }
    assert_true(failures > 20);
    forge_deinit(&forge);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postings_that_differ_from_the_series_are_told_with_tag_and_series),
        cmocka_unit_test(test_whatever_else_differs_is_told),
        cmocka_unit_test(test_a_dictionary_whose_groups_are_elsewhere_is_damaged),
        cmocka_unit_test(test_without_memory_for_all_values_of_a_tag_they_are_looked_up),
        cmocka_unit_test(test_every_failing_read_is_told_among_what_is_wrong),
        cmocka_unit_test(test_every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
