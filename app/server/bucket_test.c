/* SPDX-License-Identifier: Apache-2.0 */
/* bucket_test.c -- names of buckets, and the databases and policies they mean. */
#include "app/server/bucket.h"

#include "app/server/server_fixture_test.h"

/* The parameter of a form, read as the route does it. */
static stria_status read_bucket(struct sx_mem *mem, char *form, struct sx_params *params,
                                struct sx_bucket *bucket, stria_error *err)
{
    sx_params_init(params, mem);
    assert_int_equal(sx_params_add_form(params, form, strlen(form), NULL), STRIA_OK);
    return sx_bucket_read(params, bucket, err);
}

static const struct row {
    const char *form;
    const char *database, *policy; /* NULL: refused */
    stria_status status;
    const char *error;
} rows[] = {
    {"bucket=home", "home", "", STRIA_OK, ""},
    {"bucket=home/", "home", "", STRIA_OK, ""},
    {"bucket=home/a/b", "home", "a/b", STRIA_OK, ""},
    {"bucket=home%2Fa", "home", "a", STRIA_OK, ""},
    {"org=o", NULL, NULL, STRIA_NOT_FOUND,
     "bucket name \"\" is missing a slash; not in \"database/retention-policy\" format"},
    {"bucket=/a", NULL, NULL, STRIA_NOT_FOUND,
     "bucket name \"/a\" is in db/rp form but has an empty database"},
    {"bucket=a%00b", NULL, NULL, STRIA_INVALID, "a name with a NUL in it"},
};

static void test_a_name_is_a_database_and_a_policy(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char form[100];
        struct sx_params params;
        struct sx_bucket bucket = {0};
        stria_error err = {0};
        print_message("row %s\n", rows[i].form);
        (void)snprintf(form, sizeof form, "%s", rows[i].form);
        assert_int_equal(read_bucket(&mem, form, &params, &bucket, &err), rows[i].status);
        assert_string_equal(err.text, rows[i].error);
        if (rows[i].database) {
            assert_string_equal(bucket.database, rows[i].database);
            assert_string_equal(bucket.policy, rows[i].policy);
        }
        sx_params_deinit(&params);
    }
    sx_mem_deinit(&mem);
}

static void resolve(const char *database, const char *policy, const char *wanted, const char *error)
{
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_bucket bucket = {.database = database, .policy = policy};
    stria_error err = {0};
    print_message("row %s/%s\n", database, policy);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_arena_init(&arena, &mem, 0);
    stria_status st = sx_bucket_resolve(fixture.db, &bucket, &arena, &err);
    assert_string_equal(err.text, error);
    assert_int_equal(st, *error ? STRIA_NOT_FOUND : STRIA_OK);
    assert_string_equal(bucket.policy, wanted);
    sx_arena_deinit(&arena);
    sx_mem_deinit(&mem);
}

static void test_a_bucket_is_looked_up(void **state)
{
    (void)state;
    (void)fixture_ask("POST",
                      "/query?q=CREATE+DATABASE+home%3BCREATE+RETENTION+POLICY+p+ON+home+DURATION+"
                      "0s+REPLICATION+1+DEFAULT%3BCREATE+DATABASE+%22a%5C%22b%22%3BCREATE+"
                      "DATABASE+none%3BDROP+RETENTION+POLICY+autogen+ON+none",
                      "", "", 200);
    resolve("home", "", "p", "");
    resolve("home", "autogen", "autogen", "");
    resolve("home", "no", "no", "retention policy not found in \"home\": \"no\"");
    resolve("a\"b", "", "autogen", "");
    resolve("none", "", "", "retention policy not found in \"none\": \"\"");
    resolve("no\\db", "", "", "database not found: \"no\\\\db\"");
    resolve("no\ndb", "", "", "database not found: \"no\\ndb\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_a_database_and_a_policy),
        cmocka_unit_test_setup_teardown(test_a_bucket_is_looked_up, fixture_begin, fixture_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
