/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_test.c -- stores and their files in words, whole and damaged. */
#include "app/cli/inspect.h"

#include "app/cli/scratch_test.h"

#include <dirent.h>

static const char lines[] = "cpu,host=a usage=0.5,n=3i 1000000000\n"
                            "cpu,host=b usage=1.5 2000000000\n"
                            "cpu,host=a usage=0.25 3000000000\n"
                            "disk,host=a free=7u 1700000000000000000\n";

/* The first file of a folder of the store whose name ends so. */
static struct scratch_path find(const char *store, const char *folder, const char *ending)
{
    struct scratch_path dir = scratch_join(store), found = {""};
    size_t len = strlen(dir.text);
    (void)snprintf(dir.text + len, sizeof dir.text - len, "/%s", folder);
    DIR *directory = opendir(dir.text);
    const struct dirent *entry;
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        size_t name_len = strlen(entry->d_name);
        struct scratch_path path;
        if (name_len < 4 || strcmp(entry->d_name + name_len - 4, ending) != 0)
            continue;
        (void)snprintf(path.text, sizeof path.text, "%.120s/%.120s", dir.text, entry->d_name);
        if (!found.text[0] || strcmp(path.text, found.text) < 0)
            found = path;
    }
    assert_int_equal(closedir(directory), 0);
    assert_true(found.text[0]);
    return found;
}

static void flip(const char *path, long offset)
{
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, offset < 0 ? SEEK_END : SEEK_SET), 0);
    int byte = fgetc(file);
    assert_true(byte >= 0);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
}

/* Rows that are only in the log: the store is closed without a flush. */
static void fill_log(const char *name)
{
    stria *db;
    stria_cursor *cursor;
    const stria_statement *statement;
    const stria_table *table;
    assert_int_equal(stria_open(scratch_path(name), NULL, &db, NULL), STRIA_OK);
    assert_int_equal(stria_query(db, "CREATE DATABASE home", 20, NULL, &cursor, NULL), STRIA_OK);
    assert_int_equal(stria_cursor_next_statement(cursor, &statement, NULL), STRIA_OK);
    assert_int_equal(stria_cursor_next_series(cursor, &table, NULL), STRIA_OK);
    stria_cursor_close(cursor);
    assert_int_equal(stria_ingest(db, lines, sizeof lines - 1,
                                  STRIA_INGEST_OPTIONS(.database = "home"), NULL, NULL),
                     STRIA_OK);
    assert_int_equal(stria_close(db, NULL), STRIA_OK);
}

static void fill_segments(const char *name)
{
    fill_log(name);
    assert_int_equal(RUN("compact", "--data", scratch_path(name), "--until", "seal"), SX_EXIT_OK);
}

static void test_rows_are_found_in_the_log_and_in_segments(void **state)
{
    (void)state;
    fill_log("logged");
    assert_int_equal(RUN("inspect", "--json", scratch_path("logged")), SX_EXIT_OK);
    expect_in(scratch_out, "\"kind\":\"store\"");
    expect_in(scratch_out, "\"samples\":5,\"rows\":4,\"series\":3,\"segments\":0,");
    expect_in(scratch_out, "\"ballast_bytes\":0");
    expect_in(scratch_out, "\"manifest_bytes\":");
    expect_in(scratch_out, "\"wal_bytes\":");
    expect_in(scratch_out, "\"damage_count\":0}\n");
    expect_in(scratch_out, "{\"name\":\"cpu\",\"series\":2,\"rows\":3,\"samples\":4,");
    fill_segments("segments");
    assert_int_equal(RUN("inspect", "--json", "--codecs", scratch_path("segments")), SX_EXIT_OK);
    expect_in(scratch_out, "\"samples\":5,\"rows\":4,\"series\":3,\"segments\":1,");
    expect_in(scratch_out, "{\"name\":\"disk\",\"series\":1,\"rows\":1,\"samples\":1,");
    expect_in(scratch_out, "\"codecs\":[{\"codec\":\"");
    assert_int_equal(RUN("inspect", scratch_path("segments")), SX_EXIT_OK);
    expect_in(scratch_out, "samples               5\nrows                  4\n");
    expect_in(scratch_out, "      first           1970-01-01T00:00:01Z\n"
                           "      last            1970-01-01T00:00:03Z\n");
}

static void test_a_segment_tells_its_parts_columns_and_codecs(void **state)
{
    (void)state;
    fill_segments("seg");
    struct scratch_path path = find("seg", "seg", ".seg");
    assert_int_equal(RUN("inspect", "--json", path.text), SX_EXIT_OK);
    expect_in(scratch_out, "\"kind\":\"segment\"");
    expect_in(scratch_out, "\"first\":\"1970-01-01T00:00:01Z\",\"last\":\"2023-11-14T22:13:20Z\","
                           "\"series\":3,\"rows\":4,\"samples\":5,");
    expect_in(scratch_out, "{\"measurement\":\"cpu\",\"field\":\"n\",\"type\":\"integer\"}");
    expect_in(scratch_out, "{\"measurement\":\"cpu\",\"field\":\"usage\",\"type\":\"float\"}");
    expect_in(scratch_out, "{\"key\":\"host\",\"values\":2}");
    expect_in(scratch_out, "\"type\":\"time\",\"chunks\":");
    expect_in(scratch_out, "\"damage_count\":0}\n");
    flip(path.text, 64); /* the first chunk */
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "damage count          1\n");
    expect_in(scratch_out, path.text);
    assert_int_equal(RUN("inspect", "--codecs", scratch_path("seg")), SX_EXIT_FAILED);
    expect_in(scratch_out, "rows                  4\n");
    flip(path.text, -10); /* the footer */
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "kind                  segment\n");
    assert_int_equal(RUN("inspect", scratch_path("seg")), SX_EXIT_FAILED);
    expect_in(scratch_out, "segments              1\n");
}

static void test_a_log_file_tells_its_frames_and_their_rows(void **state)
{
    (void)state;
    fill_log("log");
    struct scratch_path path = find("log", "wal", ".wal");
    assert_int_equal(RUN("inspect", "--json", path.text), SX_EXIT_OK);
    expect_in(scratch_out, "\"kind\":\"log\"");
    expect_in(scratch_out, "\"good_headers\":2,\"version\":1,");
    expect_in(scratch_out, "\"frames\":2,"); /* the second says that the first is whole */
    expect_in(scratch_out, "\"series_defined\":3,\"rows\":4,\"samples\":5,"
                           "\"first\":\"1970-01-01T00:00:01Z\",\"last\":\"2023-11-14T22:13:20Z\"");
    flip(path.text, 8192 + 70);
    assert_int_equal(RUN("inspect", "--json", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "\"frames\":1,");
    expect_in(scratch_out, "bytes 8192 to 12288 are no frame");
    flip(path.text, 20);
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "one of two copies of the header is damaged");
    assert_int_equal(truncate(path.text, 100000), 0);
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "100000 bytes of 1048576 are there");
}

static void test_a_manifest_tells_its_edits(void **state)
{
    (void)state;
    fill_segments("man");
    struct scratch_path path = find("man", "manifest", ".man");
    assert_int_equal(RUN("inspect", "--json", path.text), SX_EXIT_OK);
    expect_in(scratch_out, "\"kind\":\"manifest\"");
    expect_in(scratch_out, "\"create_database\":1,");
    expect_in(scratch_out, "\"add_segment\":");
    flip(path.text, 64 + 45);
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "bytes 0 to 4096 are no edit");
    expect_in(scratch_out, "only one copy is good");
    flip(path.text, 0);
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "no header of a manifest at 0");
    expect_in(scratch_out, "\n  create database     1\n"); /* the second header serves */
    flip(path.text, 4096 + 20);
    assert_int_equal(RUN("inspect", path.text), SX_EXIT_FAILED);
    expect_in(scratch_out, "the checksum of the header at 4096 is wrong");
    assert_int_equal(RUN("inspect", scratch_path("man")), SX_EXIT_FAILED);
    expect_in(scratch_err, "what it consists of cannot be read");
}

static void test_an_empty_folder_is_no_store(void **state)
{
    (void)state;
    assert_int_equal(RUN("inspect", scratch_dir), SX_EXIT_FAILED);
    assert_int_equal(RUN("inspect", scratch_path("nothing")), SX_EXIT_FAILED);
    assert_string_equal(scratch_out, "");
    scratch_write("empty.seg", "", 0);
    assert_int_equal(RUN("inspect", scratch_path("empty.seg")), SX_EXIT_FAILED);
    scratch_write("empty.wal", "", 0);
    assert_int_equal(RUN("inspect", scratch_path("empty.wal")), SX_EXIT_OK);
    expect_in(scratch_out, "never begun");
    scratch_write("empty.man", "", 0);
    assert_int_equal(RUN("inspect", scratch_path("empty.man")), SX_EXIT_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_found_in_the_log_and_in_segments),
        cmocka_unit_test(test_a_segment_tells_its_parts_columns_and_codecs),
        cmocka_unit_test(test_a_log_file_tells_its_frames_and_their_rows),
        cmocka_unit_test(test_a_manifest_tells_its_edits),
        cmocka_unit_test(test_an_empty_folder_is_no_store),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
