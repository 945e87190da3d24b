/* SPDX-License-Identifier: Apache-2.0 */
/* replay_test.c -- what comes back of a log that is whole, torn, damaged or recycled. */
#include "wal/replay.h"

#include "wal/log_fixture_test.h"

#include <errno.h>

#define FRAME 4096
#define FIRST SX_WAL_FIRST_FRAME

/* ---- whole logs ---- */

static void test_records_come_back_in_order_with_generation_and_sequence(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "b"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 1:2=b");
    assert_int_equal(t.result.frame_count, 3); /* and one that ends the log */
    assert_int_equal(t.result.record_count, 2);
    assert_int_equal(t.result.byte_count, 3 * FRAME);
    assert_int_equal(t.result.next_seq, 3);
    assert_int_equal(t.result.next_frame_seq, 4);
    assert_int_equal(t.result.end_offset, FIRST + 3 * FRAME);
    assert_int_equal(t.result.damage_count, 0);
    assert_int_equal(t.result.cut_count, 0);
    assert_int_equal(wal_test_put(&t, 2, "c"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 1:2=b 2:3=c");
    wal_test_deinit(&t);
}

static void test_generations_that_were_flushed_are_not_read(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "b"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 1), STRIA_OK);
    assert_string_equal(t.delivered, "2:2=b");
    assert_int_equal(t.result.damage_count, 0);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 2), STRIA_OK);
    assert_string_equal(t.delivered, "");
    assert_int_equal(t.result.last_generation, 2);
    assert_int_equal(t.result.end_file_no, 0);
    wal_test_deinit(&t);
}

static void test_several_files_of_several_generations_are_no_damage(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    wal_test_put_big(&t, 1, 'a', 5, 300000); /* more than one file of 1 MiB */
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    wal_test_put_big(&t, 2, 'b', 3, 10);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
    wal_test_put_big(&t, 3, 'c', 2, 10);
    wal_test_close(&t);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        assert_string_equal(t.delivered, "1:1=a0 1:2=a1 1:3=a2 1:4=a3 1:5=a4 2:6=b0 2:7=b1 2:8=b2 "
                                         "3:9=c0 3:10=c1");
        assert_string_equal(t.damage, "");
        assert_int_equal(t.result.damage_count, 0);
        assert_int_equal(t.result.cut_count, 0);
        wal_test_close(&t);
    }
    wal_test_deinit(&t);
}

/* ---- torn ends and damage ---- */

static void flip(struct wal_test *t, const char *path, uint64_t offset)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(t->disk, path, &size);
    assert_non_null(bytes);
    assert_true(offset < size);
    bytes[offset] ^= 0x10;
    (void)sx_os_mem_pending(t->disk); /* puts it back */
}

/* Writes one record a frame: s synced, a not; named a, b, c, ... */
static void write_script(struct wal_test *t, const char *script)
{
    for (size_t i = 0; script[i]; i++) {
        char text[2] = {(char)('a' + i), '\0'};
        assert_int_equal(
            script[i] == 's' ? wal_test_put(t, 1, text) : wal_test_put_async(t, 1, text), STRIA_OK);
    }
}

enum spot { IN_HEADER = 8, IN_CRC = 4, IN_RECORD = 64 + 4, IN_PAYLOAD = 64 + 12 };

static const struct damage_row {
    const char *name;
    const char *script;
    int frame; /* from 0 */
    enum spot spot;
    const char *delivered;
    const char *damage;
    uint64_t cut_count;
    uint64_t next_frame_seq;
} damage_rows[] = {
    {"the last frame: a torn end", "sss", 2, IN_PAYLOAD, "1:1=a 1:2=b", "", 1, 3},
    {"the last frame's header", "sss", 2, IN_HEADER, "1:1=a 1:2=b", "", 0, 3},
    {"the only frame", "s", 0, IN_CRC, "", "", 0, 1},
    {"a frame that a later one calls durable", "sss", 1, IN_PAYLOAD, "1:1=a 1:3=c",
     "00000000.wal@12288 ", 0, 4},
    {"its record header", "sss", 1, IN_RECORD, "1:1=a 1:3=c", "00000000.wal@12288 ", 0, 4},
    {"its frame header", "sss", 1, IN_HEADER, "1:1=a 1:3=c", "00000000.wal@12288 ", 0, 4},
    {"the first frame", "sss", 0, IN_HEADER, "1:2=b 1:3=c", "00000000.wal@8192 ", 0, 4},
    {"an unsynced frame before unsynced ones: the end", "saaa", 1, IN_PAYLOAD, "1:1=a", "", 3, 2},
    {"the last of unsynced frames", "saaa", 3, IN_PAYLOAD, "1:1=a 1:2=b 1:3=c", "", 1, 4},
    {"an unsynced frame before a synced one, which does not know yet", "aas", 0, IN_PAYLOAD, "", "",
     3, 1},
    {"an unsynced frame before two synced ones", "aass", 0, IN_PAYLOAD, "1:2=b 1:3=c 1:4=d",
     "00000000.wal@8192 ", 0, 5},
};

static void test_a_bad_frame_is_damage_only_if_a_later_one_calls_it_durable(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(damage_rows); i++) {
        const struct damage_row *row = &damage_rows[i];
        struct wal_test t;
        print_message("%s\n", row->name);
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        write_script(&t, row->script);
        wal_test_kill(&t);
        flip(&t, "wal/00000000.wal", FIRST + (uint64_t)row->frame * FRAME + row->spot);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            assert_string_equal(t.delivered, row->delivered);
            assert_string_equal(t.damage, row->damage);
            assert_int_equal(t.result.damage_count, row->damage[0] != 0);
            assert_int_equal(t.result.cut_count, row->cut_count);
            assert_int_equal(t.result.next_frame_seq, row->next_frame_seq);
            wal_test_close(&t);
        }
        wal_test_deinit(&t);
    }
}

static void test_what_was_cut_never_comes_back(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "saaa");
    wal_test_kill(&t);
    flip(&t, "wal/00000000.wal", FIRST + FRAME + IN_PAYLOAD);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a");
    /* The new file says where the old one ends; its frames call theirs durable. */
    assert_int_equal(wal_test_put(&t, 2, "x"), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "y"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 2:2=x 2:3=y");
    assert_string_equal(t.damage, "");
    assert_int_equal(wal_test_put(&t, 3, "z"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 1), STRIA_OK);
    assert_string_equal(t.delivered, "2:2=x 2:3=y 3:4=z");
    assert_string_equal(t.damage, "");
    wal_test_deinit(&t);
}

static void test_the_last_frame_of_a_file_is_known_to_be_durable_by_the_next_file(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "ss");
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "x"), STRIA_OK);
    wal_test_close(&t);
    flip(&t, "wal/00000000.wal", FIRST + FRAME + IN_PAYLOAD);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 2:3=x");
    assert_string_equal(t.damage, "00000000.wal@12288 ");
    wal_test_close(&t);
    /* Its header too: then nothing follows in its file. */
    flip(&t, "wal/00000000.wal", FIRST + FRAME + IN_HEADER);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 2:3=x");
    assert_string_equal(t.damage, "00000000.wal@12288 ");
    wal_test_deinit(&t);
}

static void test_a_damaged_file_is_never_used_again(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "sss");
    wal_test_close(&t);
    flip(&t, "wal/00000000.wal", FIRST + IN_PAYLOAD);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_non_null(strstr(t.event_text, "log_damage"));
    sx_wal_release(t.wal, 1);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 3); /* it, and those of generations 2 and 3 */
    assert_int_equal(t.disk->ops->stat(t.disk, "wal/00000000.wal", &(struct sx_file_info){0}, NULL),
                     STRIA_OK);
    wal_test_deinit(&t);
}

/* Where the bytes that mean something are: the two headers, and of each frame header and
 * records. */
static bool means_something(size_t offset, size_t frame_count)
{
    if (offset < FIRST)
        return offset % SX_WAL_ALIGN < SX_WAL_HEADER_SIZE;
    return offset < FIRST + frame_count * FRAME &&
           offset % FRAME < SX_FRAME_HEADER_SIZE + SX_RECORD_HEADER_SIZE + 1;
}

static void test_no_flipped_bit_gives_another_record(void **state)
{
    (void)state;
    struct wal_test t;
    static const char *const prefixes[] = {"1:1=a 1:2=b 1:3=c", "1:1=a 1:2=b"};
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "sss");
    wal_test_close(&t);
    for (size_t offset = 0; offset < FIRST + 4 * FRAME; offset++) {
        bool meaning = means_something(offset, 3);
        for (unsigned bit = 0; bit < (meaning ? 8u : offset % 256 == 255); bit++) {
            size_t size;
            sx_os_mem_bytes(t.disk, "wal/00000000.wal", &size)[offset] ^= (uint8_t)(1u << bit);
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            wal_test_close(&t);
            bool whole = strcmp(t.delivered, prefixes[0]) == 0;
            bool cut = strcmp(t.delivered, prefixes[1]) == 0 && offset >= FIRST + 2 * FRAME;
            if (offset < FIRST || !meaning)
                assert_true(whole && t.result.damage_count == 0);
            else
                assert_true(cut || t.result.damage_count == 1);
            if (offset < FIRST && meaning)
                assert_non_null(strstr(t.event_text, "log_header"));
            sx_os_mem_bytes(t.disk, "wal/00000000.wal", &size)[offset] ^= (uint8_t)(1u << bit);
        }
    }
    wal_test_deinit(&t);
}

static void test_a_file_cut_anywhere_gives_a_prefix_and_the_cut_is_told(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < FIRST + 3 * FRAME;
         cut += cut % FRAME == 0 ? 1 : 4095 - cut % FRAME + 1) {
        struct wal_test t;
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        write_script(&t, "sss");
        wal_test_kill(&t);
        assert_true(sx_os_mem_resize(t.disk, "wal/00000000.wal", cut));
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        size_t frames = cut <= FIRST ? 0 : (cut - FIRST + FRAME - 77) / FRAME;
        static const char *const prefixes[] = {"", "1:1=a", "1:1=a 1:2=b", "1:1=a 1:2=b 1:3=c"};
        assert_string_equal(t.delivered, prefixes[frames]);
        char damage[60] = "";
        if (cut >= SX_WAL_HEADER_SIZE)
            (void)snprintf(damage, sizeof damage, "00000000.wal@%zu ", cut);
        assert_string_equal(t.damage, damage);
        bool told = strstr(t.event_text, "log_damage") != NULL;
        assert_int_equal(told, cut > 0); /* of an empty one nobody knows that it was more */
        wal_test_deinit(&t);
    }
}

static void test_damage_to_the_last_frame_is_told_once_the_log_was_ended(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool end, close;
        const char *damage;
    } rows[] = {
        {"a process was killed: it may be a torn write", false, false, ""},
        {"nobody wrote for a while", true, false, "00000000.wal@12288 "},
        {"the log was closed", false, true, "00000000.wal@12288 "},
        {"both", true, true, "00000000.wal@12288 "},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        struct sx_wal_stats stats;
        print_message("%s\n", rows[i].name);
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        assert_int_equal(sx_wal_end(t.wal, &t.err), STRIA_OK); /* there is nothing to show */
        assert_int_equal(sx_wal_written_bytes(t.wal), 0);
        write_script(&t, "ss");
        for (int again = 0; rows[i].end && again < 2; again++) {
            assert_int_equal(sx_wal_end(t.wal, &t.err), STRIA_OK);
            assert_int_equal(sx_wal_written_bytes(t.wal), 3 * FRAME);
            sx_wal_stats(t.wal, &stats);
            assert_int_equal(stats.sync_count, 3);
        }
        if (rows[i].close)
            wal_test_close(&t);
        else
            wal_test_kill(&t);
        flip(&t, "wal/00000000.wal", FIRST + FRAME + IN_PAYLOAD);
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        assert_string_equal(t.delivered, "1:1=a");
        assert_string_equal(t.damage, rows[i].damage);
        wal_test_deinit(&t);
    }
}

/* ---- files ---- */

static void test_a_file_that_went_missing_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path, *delivered, *damage;
    } rows[] = {
        {"the first of its generation", "wal/00000000.wal", "1:4=a3 1:5=a4 2:6=b0 3:7=c0",
         "00000001.wal@0 "},
        {"a later one of its generation", "wal/00000001.wal", "1:1=a0 1:2=a1 1:3=a2 2:6=b0 3:7=c0",
         "00000000.wal@917504 "},
        {"a whole generation", "wal/00000002.wal", "1:1=a0 1:2=a1 1:3=a2 1:4=a3 1:5=a4 3:7=c0",
         "00000003.wal@0 00000001.wal@614400 "},
        {"the last: nothing tells of it", "wal/00000003.wal",
         "1:1=a0 1:2=a1 1:3=a2 1:4=a3 1:5=a4 2:6=b0", ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        print_message("%s\n", rows[i].name);
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        wal_test_put_big(&t, 1, 'a', 5, 300000);
        assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
        wal_test_put_big(&t, 2, 'b', 1, 10);
        assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
        wal_test_put_big(&t, 3, 'c', 1, 10);
        wal_test_close(&t);
        assert_int_equal(t.disk->ops->unlink(t.disk, rows[i].path, NULL), STRIA_OK);
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        assert_string_equal(t.delivered, rows[i].delivered);
        assert_string_equal(t.damage, rows[i].damage);
        wal_test_deinit(&t);
    }
}

static void test_frames_of_an_older_life_of_a_file_are_not_read(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "ssss");
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "m"), STRIA_OK);
    sx_wal_release(t.wal, 1);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 2); /* the first file lives again */
    assert_int_equal(wal_test_put(&t, 3, "n"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 1), STRIA_OK);
    assert_string_equal(t.delivered, "2:5=m 3:6=n");
    assert_string_equal(t.damage, "");
    assert_int_equal(t.result.cut_count, 0);
    wal_test_deinit(&t);
}

/* A file begun for `header`, as a crash may bring it back: with no frames. */
static void add_ghost(struct wal_test *t, uint32_t name_no, const struct sx_wal_header *header)
{
    struct sx_wal_file *file;
    assert_int_equal(sx_wal_file_create(t->os, &t->memory.mem, "wal", name_no, 65536, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_wal_file_begin(file, header, NULL), STRIA_OK);
    sx_wal_file_close(&t->memory.mem, file);
}

static void test_a_file_that_was_begun_in_vain_and_came_back_is_no_damage(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t generation;
        uint32_t file_index;
    } rows[] = {{"a rotation that failed", 2, 0}, {"a switch of files that failed", 1, 1}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (int more = 0; more < 3; more++) { /* what the log wrote afterwards */
            struct wal_test t;
            print_message("%s, %d\n", rows[i].name, more);
            wal_test_init(&t);
            assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
            write_script(&t, "ss");
            add_ghost(&t, 77,
                      &(struct sx_wal_header){.version = 1,
                                              .file_no = 2,
                                              .generation = rows[i].generation,
                                              .prev_file_no = 1,
                                              .salt = 99,
                                              .store_id = STORE_ID,
                                              .first_frame_seq = 3,
                                              .file_index = rows[i].file_index});
            wal_test_close(&t);
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            assert_string_equal(t.delivered, "1:1=a 1:2=b");
            assert_string_equal(t.damage, "");
            wal_test_close(&t);
            if (more == 0) {
                wal_test_deinit(&t);
                continue;
            }
            assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
            uint64_t next = t.result.last_generation + 1;
            assert_int_equal(wal_test_put(&t, next, "c"), STRIA_OK);
            assert_int_equal(wal_test_put(&t, next, "d"), STRIA_OK);
            if (more == 2) {
                assert_int_equal(sx_wal_rotate(t.wal, ++next, NULL), STRIA_OK);
                assert_int_equal(wal_test_put(&t, next, "e"), STRIA_OK);
            }
            wal_test_close(&t);
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            assert_non_null(strstr(t.delivered, "1:1=a 1:2=b"));
            assert_non_null(strstr(t.delivered, more == 2 ? ":5=e" : ":4=d"));
            assert_string_equal(t.damage, "");
            assert_int_equal(t.result.record_count, more == 2 ? 5 : 4);
            wal_test_deinit(&t);
        }
}

static void test_a_flushed_log_may_hold_one_that_was_begun_in_vain(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "ss"); /* file 1; the rotation to file 2 fails; file 1 goes on */
    add_ghost(&t, 77,
              &(struct sx_wal_header){.version = 1,
                                      .file_no = 2,
                                      .generation = 2,
                                      .prev_file_no = 1,
                                      .salt = 99,
                                      .store_id = STORE_ID,
                                      .first_frame_seq = 2});
    wal_test_close(&t);
    add_ghost(&t, 78,
              &(struct sx_wal_header){.version = 1,
                                      .file_no = 3,
                                      .generation = 2,
                                      .prev_file_no = 1,
                                      .salt = 98,
                                      .store_id = STORE_ID,
                                      .first_frame_seq = 3});
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 1:2=b");
    assert_string_equal(t.damage, "");
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 1), STRIA_OK);
    assert_string_equal(t.damage, "");
    wal_test_deinit(&t);
}

/* ---- what the reader does not know ---- */

static void test_unknown_records_are_left_out_unless_they_must_be_known(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_int_equal(wal_test_put_bytes(&t, 1, true, 9, 0, SX_LITERAL("?")), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "c"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 1:3=c");
    assert_int_equal(t.result.next_seq, 4);
    assert_int_equal(wal_test_put_bytes(&t, 2, true, 9, SX_RECORD_MUST_KNOW, SX_LITERAL("?")),
                     STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_VERSION);
    assert_non_null(strstr(t.err.text, "wal/00000001.wal"));
    wal_test_deinit(&t);
}

static void test_an_unknown_codec_is_of_a_newer_version(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_frame_header head;
    size_t size;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    wal_test_close(&t);
    uint8_t *bytes = sx_os_mem_bytes(t.disk, "wal/00000000.wal", &size);
    uint64_t salt = sx_get_u64(bytes + 48);
    assert_true(sx_frame_header_get(bytes + FIRST, &head, salt, FIRST));
    head.codec = 1;
    sx_frame_header_put(bytes + FIRST, &head, salt, FIRST);
    assert_int_equal(wal_test_read(&t, 0), STRIA_VERSION);
    assert_non_null(strstr(t.err.text, "codec 1"));
    wal_test_deinit(&t);
}

static void test_the_status_of_the_callback_ends_the_replay(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    write_script(&t, "ss");
    wal_test_close(&t);
    t.each_status = STRIA_NOMEM;
    assert_int_equal(wal_test_read(&t, 0), STRIA_NOMEM);
    assert_string_equal(t.delivered, "1:1=a");
    assert_non_null(strstr(t.err.text, "wal/00000000.wal: frame at 8192"));
    wal_test_deinit(&t);
}

static void test_every_failing_allocation_or_call_of_a_replay_is_told(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    wal_test_put_big(&t, 1, 'a', 3, 5000);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    wal_test_put_big(&t, 2, 'b', 2, 5000);
    wal_test_close(&t);
    for (int64_t n = 1;; n++) {
        test_mem_arm(&t.memory, n);
        stria_status st = wal_test_read(&t, 0);
        bool fired = test_mem_fired(&t.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        wal_test_kill(&t);
        if (!fired)
            break;
    }
    for (uint64_t n = 1;; n++) {
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        t.os = sx_os_fault_create(t.disk, &options);
        stria_status st = wal_test_read(&t, 0);
        bool fired = sx_os_fault_fired(t.os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        wal_test_kill(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        if (!fired)
            break;
    }
    wal_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_come_back_in_order_with_generation_and_sequence),
        cmocka_unit_test(test_generations_that_were_flushed_are_not_read),
        cmocka_unit_test(test_several_files_of_several_generations_are_no_damage),
        cmocka_unit_test(test_a_bad_frame_is_damage_only_if_a_later_one_calls_it_durable),
        cmocka_unit_test(test_what_was_cut_never_comes_back),
        cmocka_unit_test(test_the_last_frame_of_a_file_is_known_to_be_durable_by_the_next_file),
        cmocka_unit_test(test_a_damaged_file_is_never_used_again),
        cmocka_unit_test(test_no_flipped_bit_gives_another_record),
        cmocka_unit_test(test_a_file_cut_anywhere_gives_a_prefix_and_the_cut_is_told),
        cmocka_unit_test(test_damage_to_the_last_frame_is_told_once_the_log_was_ended),
        cmocka_unit_test(test_a_file_that_went_missing_is_told),
        cmocka_unit_test(test_frames_of_an_older_life_of_a_file_are_not_read),
        cmocka_unit_test(test_a_file_that_was_begun_in_vain_and_came_back_is_no_damage),
        cmocka_unit_test(test_a_flushed_log_may_hold_one_that_was_begun_in_vain),
        cmocka_unit_test(test_unknown_records_are_left_out_unless_they_must_be_known),
        cmocka_unit_test(test_an_unknown_codec_is_of_a_newer_version),
        cmocka_unit_test(test_the_status_of_the_callback_ends_the_replay),
        cmocka_unit_test(test_every_failing_allocation_or_call_of_a_replay_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
