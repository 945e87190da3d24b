/* SPDX-License-Identifier: Apache-2.0 */
/* edit_test.c -- operations of the manifest: exact bytes of each, everything back, damage, what is
 * newer. */
#include "engine/edit.h"

#include "base/golden_test.h"

static struct test_mem memory;

static const struct sx_counters counters = {.next_segment_id = 300,
                                            .next_database_id = 2,
                                            .next_policy_id = 3,
                                            .next_seq = 1000,
                                            .next_tombstone_id = 5};
static const struct sx_segment_info segment = {
    .uuid = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    .segment_id = 300,
    .policy_id = 2,
    .level = 1,
    .tier = 1,
    .first_generation = 4,
    .last_generation = 5,
    .first_seq = 60,
    .last_seq = 70,
    .min_ts = -1,
    .max_ts = 100,
    .series_count = 6,
    .row_count = 7,
    .sample_count = 8,
    .chunk_count = 9,
    .file_size = 1000,
    .tombstone_id = 4};
static const struct sx_policy policy = {.id = 3,
                                        .name = {(const uint8_t *)"week", 4},
                                        .duration_ns = 100,
                                        .shard_duration_ns = 50,
                                        .replica_count = 1,
                                        .future_limit_ns = -1,
                                        .past_limit_ns = 2,
                                        .window_ns = 10};
static const struct sx_edit_type type = {.policy_id = 2,
                                         .measurement = {(const uint8_t *)"cpu", 3},
                                         .field = {(const uint8_t *)"f", 1},
                                         .type = STRIA_INT,
                                         .first_window = -20,
                                         .last_window = 20};
static const struct sx_tag_expr host_a = {.kind = SX_TAG_MATCH,
                                          .op = STRIA_MATCH_EQUAL,
                                          .key = {(const uint8_t *)"host", 4},
                                          .value = {(const uint8_t *)"a", 1}};
static const struct sx_tag_expr os_re = {.kind = SX_TAG_MATCH,
                                         .op = STRIA_MATCH_NOT_REGEX,
                                         .key = {(const uint8_t *)"os", 2},
                                         .value = {(const uint8_t *)"x.*", 3}};
static const struct sx_tag_expr both = {.kind = SX_TAG_AND, .left = &host_a, .right = &os_re};
static const struct sx_tombstone tombstone = {.id = 4,
                                              .generation = 6,
                                              .policy_id = 2,
                                              .measurement = {(const uint8_t *)"cpu", 3},
                                              .tags = &both,
                                              .time_min_ns = -5,
                                              .time_max_ns = 5};
static const struct sx_tombstone by_regex = {.id = 5,
                                             .generation = 7,
                                             .policy_id = 2,
                                             .measurement_regex = {(const uint8_t *)"c.*", 3},
                                             .measurement_regex_not = true,
                                             .time_min_ns = INT64_MIN,
                                             .time_max_ns = INT64_MAX};
static const struct sx_tombstone of_all = {
    .id = 6, .generation = 8, .policy_id = 2, .all_measurements = true, .time_max_ns = 1};

static const struct sx_rollup_mark mark = {
    .window_start = -2, .generation = 300, .flags = SX_ROLLUP_STALE | SX_ROLLUP_FINAL};
static const struct sx_policy rollups = {.id = 4,
                                         .name = {(const uint8_t *)"r", 1},
                                         .replica_count = 1,
                                         .window_ns = 1,
                                         .rollup_of = 3,
                                         .rollup_ns = SX_ROLLUP_5M_NS};

/* Every operation once, in the order of the golden bytes. */
static void put_all(struct sx_buf *out)
{
    sx_buf_init(out, &memory.mem, 1 << 20);
    sx_edit_put_empty(out, SX_OP_SNAPSHOT_END);
    sx_edit_put_counters(out, &counters);
    sx_edit_put_segment(out, &segment);
    sx_edit_put_number(out, SX_OP_REMOVE_SEGMENT, 300);
    sx_edit_put_number(out, SX_OP_FLUSHED, 5);
    struct sx_database db = sx_database_make(1, SX_LITERAL("db"));
    sx_edit_put_database(out, &db);
    db.limits[SX_LIMIT_SERIES] = 299;
    db.limits[SX_LIMIT_NEW_SERIES] = 0;
    sx_edit_put_database(out, &db);
    sx_edit_put_number(out, SX_OP_DROP_DATABASE, 1);
    sx_edit_put_policy(out, 1, &policy);
    sx_edit_put_number(out, SX_OP_DROP_POLICY, 3);
    sx_edit_put_default(out, 1, 3);
    sx_edit_put_type(out, &type);
    sx_edit_put_number(out, SX_OP_KEEP_LOG, 77);
    sx_edit_put_tombstone(out, &tombstone);
    sx_edit_put_tombstone(out, &by_regex);
    sx_edit_put_tombstone(out, &of_all);
    sx_edit_put_number(out, SX_OP_REMOVE_TOMBSTONE, 4);
    sx_edit_put_forget_types(out, 2, SX_LITERAL("cpu"));
    sx_edit_put_number(out, SX_OP_SET_ASIDE, 300);
    sx_edit_put_number(out, SX_OP_TAKE_BACK, 300);
    sx_edit_put_applied(out, 300, 4);
    sx_edit_put_policy(out, 1, &rollups);
    sx_edit_put_rollup(out, 4, &mark);
    assert_false(out->failed);
}

static const struct golden all_golden[] = {
    {"1 SNAPSHOT_END, nothing", "01 00"},
    {"2 COUNTERS: segment 300, database 2, policy 3, seq 1000, tombstone 5",
     "02 07 ac02 02 03 e807 05"},
    {"3 ADD_SEGMENT, 37 bytes: uuid", "03 25 000102030405060708090a0b0c0d0e0f"},
    {"id 300, policy 2, level 1, tier 1, epoch 0", "ac02 02 01 01 00"},
    {"generations 4 to 5, sequences 60 to 70", "04 05 3c 46"},
    {"times -1 to 100, zigzag", "01 c801"},
    {"6 series, 7 rows, 8 samples, 9 chunks", "06 07 08 09"},
    {"1000 bytes, tombstone 4, written at 0", "e807 04 00"},
    {"4 REMOVE_SEGMENT 300", "04 02 ac02"},
    {"5 FLUSHED 5", "05 01 05"},
    {"6 CREATE_DATABASE 1 db", "06 04 01 02 'db'"},
    {"6 CREATE_DATABASE 1 db: 299 series, no limit of new ones, values of tags as the store",
     "06 08 01 02 'db' ac02 01 00"},
    {"7 DROP_DATABASE 1", "07 01 01"},
    {"8 PUT_POLICY: database 1, id 3, week", "08 0e 01 03 04 'week'"},
    {"duration 100, shard 50, 1 replica, future -1, past 2, window 10; zigzag",
     "c801 64 01 01 04 14"},
    {"9 DROP_POLICY 3", "09 01 03"},
    {"10 DEFAULT_POLICY: database 1, policy 3", "0a 02 01 03"},
    {"11 TYPE: policy 2, cpu, f, integer, windows -20 to 20", "0b 0a 02 03 'cpu' 01 'f' 02 27 28"},
    {"12 KEEP_LOG 77", "0c 01 4d"},
    {"13 ADD_TOMBSTONE 4, generation 6, policy 2, flags 0, cpu", "0d 1d 04 06 02 00 03 'cpu'"},
    {"times -5 to 5", "09 0a"},
    {"AND: MATCH = host a; MATCH !~ os x.*", "02 04 00 04 'host' 01 'a' 04 03 02 'os' 03 'x.*'"},
    {"13 ADD_TOMBSTONE 5, generation 7, policy 2, flags 6: by regex, not matching, c.*",
     "0d 1d 05 07 02 06 03 'c.*'"},
    {"all times", "ffffffffffffffffff01 feffffffffffffffff01"},
    {"TRUE", "00"},
    {"13 ADD_TOMBSTONE 6, generation 8, policy 2, flags 1: all, times 0 to 1, TRUE",
     "0d 08 06 08 02 01 00 00 02 00"},
    {"14 REMOVE_TOMBSTONE 4", "0e 01 04"},
    {"15 FORGET_TYPES: policy 2, cpu", "0f 05 02 03 'cpu'"},
    {"16 SET_ASIDE 300", "10 02 ac02"},
    {"17 TAKE_BACK 300", "11 02 ac02"},
    {"18 APPLIED: segment 300, tombstone 4", "12 03 ac02 04"},
    {"8 PUT_POLICY: database 1, id 4, r", "08 11 01 04 01 'r'"},
    {"duration 0, shard 0, 1 replica, no limits, window 1", "00 00 01 00 00 02"},
    {"rollups of policy 3, of 5 minutes", "03 80e0a596bb11"},
    {"20 ROLLUP: policy 4, window -2, generation 300, stale and final", "14 05 04 03 ac02 03"},
};

static void test_each_operation_has_its_golden_bytes(void **state)
{
    (void)state;
    struct sx_buf out;
    put_all(&out);
    assert_golden(sx_buf_bytes(&out), all_golden, SX_COUNT_OF(all_golden));
    sx_buf_deinit(&out);
}

static struct sx_edit_item take(struct sx_bytes *in, enum sx_edit_op op)
{
    struct sx_edit_item item;
    bool end;
    assert_int_equal(sx_edit_take(in, &item, &end, NULL), STRIA_OK);
    assert_false(end);
    assert_int_equal(item.op, op);
    return item;
}

static void check_tombstone(struct sx_bytes *in, const struct sx_tombstone *want)
{
    struct sx_edit_item item = take(in, SX_OP_ADD_TOMBSTONE);
    const struct sx_tombstone *t = &item.tombstone;
    const struct sx_tag_expr *expr;
    struct sx_arena arena;
    assert_int_equal(t->id, want->id);
    assert_int_equal(t->generation, want->generation);
    assert_int_equal(t->policy_id, want->policy_id);
    assert_int_equal(t->all_measurements, want->all_measurements);
    assert_int_equal(t->measurement_regex_not, want->measurement_regex_not);
    assert_true(sx_bytes_equal(t->measurement, want->measurement));
    assert_true(sx_bytes_equal(t->measurement_regex, want->measurement_regex));
    assert_int_equal(t->measurement_regex.ptr != NULL, want->measurement_regex.ptr != NULL);
    assert_int_equal(t->time_min_ns, want->time_min_ns);
    assert_int_equal(t->time_max_ns, want->time_max_ns);
    sx_arena_init(&arena, &memory.mem, 0);
    assert_int_equal(sx_tag_expr_take(&arena, &item.condition, &expr, NULL), STRIA_OK);
    assert_int_equal(item.condition.len, 0);
    assert_int_equal(expr->kind, want->tags ? want->tags->kind : SX_TAG_TRUE);
    if (want->tags) {
        assert_true(sx_bytes_equal(expr->left->value, host_a.value));
        assert_int_equal(expr->right->op, STRIA_MATCH_NOT_REGEX);
        assert_true(sx_bytes_equal(expr->right->value, os_re.value));
    }
    sx_arena_deinit(&arena);
}

static void check_segment(struct sx_bytes *in)
{
    struct sx_edit_item item = take(in, SX_OP_ADD_SEGMENT);
    assert_memory_equal(item.segment.uuid, segment.uuid, 16);
    assert_int_equal(item.segment.segment_id, 300);
    assert_int_equal(item.segment.policy_id, 2);
    assert_int_equal(item.segment.level, 1);
    assert_int_equal(item.segment.tier, 1);
    assert_int_equal(item.segment.first_generation, 4);
    assert_int_equal(item.segment.last_generation, 5);
    assert_int_equal(item.segment.first_seq, 60);
    assert_int_equal(item.segment.last_seq, 70);
    assert_int_equal(item.segment.min_ts, -1);
    assert_int_equal(item.segment.max_ts, 100);
    assert_int_equal(item.segment.series_count, 6);
    assert_int_equal(item.segment.row_count, 7);
    assert_int_equal(item.segment.sample_count, 8);
    assert_int_equal(item.segment.chunk_count, 9);
    assert_int_equal(item.segment.file_size, 1000);
    assert_int_equal(item.segment.tombstone_id, 4);
}

static void test_each_operation_comes_back(void **state)
{
    (void)state;
    struct sx_buf out;
    struct sx_edit_item item;
    bool end;
    put_all(&out);
    struct sx_bytes in = sx_buf_bytes(&out);
    (void)take(&in, SX_OP_SNAPSHOT_END);
    item = take(&in, SX_OP_COUNTERS);
    assert_memory_equal(&item.counters, &counters, sizeof counters);
    check_segment(&in);
    assert_int_equal(take(&in, SX_OP_REMOVE_SEGMENT).number, 300);
    assert_int_equal(take(&in, SX_OP_FLUSHED).number, 5);
    item = take(&in, SX_OP_CREATE_DATABASE);
    assert_int_equal(item.database_id, 1);
    assert_true(sx_bytes_equal(item.name, SX_LITERAL("db")));
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
        assert_int_equal(item.limits[i], SX_LIMIT_OF_STORE);
    item = take(&in, SX_OP_CREATE_DATABASE);
    assert_int_equal(item.limits[SX_LIMIT_SERIES], 299);
    assert_int_equal(item.limits[SX_LIMIT_NEW_SERIES], 0);
    assert_int_equal(item.limits[SX_LIMIT_TAG_VALUES], SX_LIMIT_OF_STORE);
    assert_int_equal(take(&in, SX_OP_DROP_DATABASE).database_id, 1);
    item = take(&in, SX_OP_PUT_POLICY);
    assert_int_equal(item.database_id, 1);
    assert_int_equal(item.policy.id, 3);
    assert_true(sx_bytes_equal(item.policy.name, policy.name));
    assert_int_equal(item.policy.duration_ns, 100);
    assert_int_equal(item.policy.shard_duration_ns, 50);
    assert_int_equal(item.policy.replica_count, 1);
    assert_int_equal(item.policy.future_limit_ns, -1);
    assert_int_equal(item.policy.past_limit_ns, 2);
    assert_int_equal(item.policy.window_ns, 10);
    assert_int_equal(take(&in, SX_OP_DROP_POLICY).policy_id, 3);
    item = take(&in, SX_OP_DEFAULT_POLICY);
    assert_int_equal(item.database_id, 1);
    assert_int_equal(item.policy_id, 3);
    item = take(&in, SX_OP_TYPE);
    assert_int_equal(item.type.policy_id, 2);
    assert_true(sx_bytes_equal(item.type.measurement, type.measurement));
    assert_true(sx_bytes_equal(item.type.field, type.field));
    assert_int_equal(item.type.type, STRIA_INT);
    assert_int_equal(item.type.first_window, -20);
    assert_int_equal(item.type.last_window, 20);
    assert_int_equal(take(&in, SX_OP_KEEP_LOG).number, 77);
    check_tombstone(&in, &tombstone);
    check_tombstone(&in, &by_regex);
    check_tombstone(&in, &of_all);
    assert_int_equal(take(&in, SX_OP_REMOVE_TOMBSTONE).number, 4);
    item = take(&in, SX_OP_FORGET_TYPES);
    assert_int_equal(item.type.policy_id, 2);
    assert_true(sx_bytes_equal(item.type.measurement, SX_LITERAL("cpu")));
    assert_int_equal(take(&in, SX_OP_SET_ASIDE).number, 300);
    assert_int_equal(take(&in, SX_OP_TAKE_BACK).number, 300);
    item = take(&in, SX_OP_APPLIED);
    assert_int_equal(item.number, 300);
    assert_int_equal(item.tombstone_id, 4);
    item = take(&in, SX_OP_PUT_POLICY);
    assert_int_equal(item.policy.rollup_of, 3);
    assert_int_equal(item.policy.rollup_ns, SX_ROLLUP_5M_NS);
    item = take(&in, SX_OP_ROLLUP);
    assert_int_equal(item.policy_id, 4);
    assert_int_equal(item.mark.window_start, -2);
    assert_int_equal(item.mark.generation, 300);
    assert_int_equal(item.mark.flags, SX_ROLLUP_STALE | SX_ROLLUP_FINAL);
    assert_int_equal(sx_edit_take(&in, &item, &end, NULL), STRIA_OK);
    assert_true(end);
    sx_buf_deinit(&out);
}

static void test_the_largest_numbers_fit(void **state)
{
    (void)state;
    struct sx_counters most = {UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX};
    struct sx_segment_info info;
    struct sx_policy p = {.id = UINT32_MAX,
                          .name = SX_LITERAL(""),
                          .duration_ns = INT64_MIN,
                          .shard_duration_ns = INT64_MIN,
                          .replica_count = UINT32_MAX,
                          .future_limit_ns = INT64_MIN,
                          .past_limit_ns = INT64_MAX,
                          .window_ns = INT64_MAX};
    struct sx_buf out;
    memset(&info, 0xff, sizeof info);
    info.min_ts = INT64_MIN;
    info.max_ts = INT64_MAX;
    sx_buf_init(&out, &memory.mem, 10000);
    sx_edit_put_counters(&out, &most);
    sx_edit_put_segment(&out, &info);
    sx_edit_put_policy(&out, UINT32_MAX, &p);
    sx_edit_put_number(&out, SX_OP_FLUSHED, UINT64_MAX);
    assert_false(out.failed);
    struct sx_bytes in = sx_buf_bytes(&out);
    struct sx_edit_item item = take(&in, SX_OP_COUNTERS);
    assert_int_equal(item.counters.next_tombstone_id, UINT64_MAX);
    item = take(&in, SX_OP_ADD_SEGMENT);
    assert_int_equal(item.segment.tombstone_id, UINT64_MAX);
    assert_int_equal(item.segment.level, UINT16_MAX);
    assert_int_equal(item.segment.min_ts, INT64_MIN);
    item = take(&in, SX_OP_PUT_POLICY);
    assert_int_equal(item.policy.duration_ns, INT64_MIN);
    assert_int_equal(item.policy.window_ns, INT64_MAX);
    assert_int_equal(take(&in, SX_OP_FLUSHED).number, UINT64_MAX);
    sx_buf_deinit(&out);
}

/* Walks all operations; what comes of it. */
static stria_status walk(struct sx_bytes in, unsigned *count)
{
    stria_error err = {0};
    bool end = false;
    *count = 0;
    for (;;) {
        struct sx_edit_item item;
        stria_status st = sx_edit_take(&in, &item, &end, &err);
        assert_int_equal(err.code, st);
        if (st || end)
            return st;
        ++*count;
    }
}

static void test_a_cut_edit_is_corrupt_unless_between_operations(void **state)
{
    (void)state;
    struct sx_buf out;
    unsigned count, whole = 0;
    put_all(&out);
    for (size_t len = 0; len <= out.len; len++) {
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL;
        if (len)
            memcpy(copy, out.ptr, len);
        stria_status st = walk(sx_bytes_make(copy, len), &count);
        assert_true(st == STRIA_OK || st == STRIA_CORRUPT);
        whole += st == STRIA_OK;
        assert_int_equal(sx_edit_has(sx_bytes_make(copy, len), SX_OP_ROLLUP), len == out.len);
        sx_mem_free(&memory.mem, copy);
    }
    assert_int_equal(whole, 24); /* before each of 23, and at the end */
    sx_buf_deinit(&out);
}

static void test_changed_bytes_are_an_error_or_other_operations(void **state)
{
    (void)state;
    struct sx_buf out;
    unsigned count;
    put_all(&out);
    for (size_t i = 0; i < out.len; i++)
        for (unsigned mask = 1; mask < 256; mask++) {
            out.ptr[i] ^= (uint8_t)mask;
            stria_status st = walk(sx_buf_bytes(&out), &count);
            assert_true(st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION);
            out.ptr[i] ^= (uint8_t)mask;
        }
    sx_buf_deinit(&out);
}

static void test_what_a_newer_version_adds_is_skipped_or_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        stria_status want;
        unsigned count;
    } rows[] = {
        {"an operation that may be skipped", "05 01 05 80 03 aabbcc 04 01 07", STRIA_OK, 2},
        {"the last one", "ff 00", STRIA_OK, 0},
        {"more fields than are known", "05 03 05 aabb 04 01 07", STRIA_OK, 2},
        {"an operation that must be known", "05 01 05 7e 00", STRIA_VERSION, 1},
        {"operation 127", "7f 00", STRIA_VERSION, 0},
        {"operation 0", "00 00", STRIA_VERSION, 0},
        {"a payload that lacks fields", "02 02 01 01", STRIA_CORRUPT, 0},
        {"a payload over the end", "05 02 05", STRIA_CORRUPT, 0},
        {"a type that is none", "0b 09 02 03 'cpu' 01 'f' 09 00 00", STRIA_CORRUPT, 0},
        {"windows the wrong way round", "0b 09 02 03 'cpu' 01 'f' 01 02 00", STRIA_CORRUPT, 0},
        {"a window of no length", "08 0c 01 03 04 'week' 00 00 01 00 00 00", STRIA_CORRUPT, 0},
        {"an id over 32 bits", "07 05 8080808010", STRIA_CORRUPT, 0},
        {"a segment of one time", "03 22 00*16 01 01 00 00 00 01 01 01 01 02 02 00*7", STRIA_OK, 1},
        {"a segment whose times are the wrong way round",
         "03 22 00*16 01 01 00 00 00 01 01 01 01 04 02 00*7", STRIA_CORRUPT, 0},
        {"a segment whose generations are the wrong way round",
         "03 22 00*16 01 01 00 00 00 02 01 01 01 02 02 00*7", STRIA_CORRUPT, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[100];
        struct sx_buf bytes;
        unsigned count;
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&bytes, storage, sizeof storage);
        golden_put(&bytes, rows[i].bytes);
        assert_int_equal(walk(sx_buf_bytes(&bytes), &count), rows[i].want);
        assert_int_equal(count, rows[i].count);
    }
}

static void test_a_buffer_that_is_full_tells(void **state)
{
    (void)state;
    for (size_t size = 0; size < 60; size += 3) {
        uint8_t storage[60];
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, size);
        sx_edit_put_segment(&out, &segment);
        sx_edit_put_tombstone(&out, &tombstone);
        assert_true(out.failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_operation_has_its_golden_bytes),
        cmocka_unit_test(test_each_operation_comes_back),
        cmocka_unit_test(test_the_largest_numbers_fit),
        cmocka_unit_test(test_a_cut_edit_is_corrupt_unless_between_operations),
        cmocka_unit_test(test_changed_bytes_are_an_error_or_other_operations),
        cmocka_unit_test(test_what_a_newer_version_adds_is_skipped_or_told),
        cmocka_unit_test(test_a_buffer_that_is_full_tells),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
