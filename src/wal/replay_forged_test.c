/* SPDX-License-Identifier: Apache-2.0 */
/* replay_forged_test.c -- logs that no writer left but whose checksums are right: frames that lie
 * about size or place, files that contradict each other; and disks that fail while damage is
 * judged. */
#include "wal/replay.h"

#include "base/crc32c.h"
#include "wal/log_fixture_test.h"

#include <errno.h>
#include <stdlib.h>

#define FRAME SX_WAL_ALIGN
#define FIRST SX_WAL_FIRST_FRAME
#define SALT 99
#define FILES_MAX 3
#define FRAMES_MAX 5

enum how {
    WHOLE = 0,
    NO_RECORDS,
    BAD_HEADER,
    BAD_RECORDS,
    TOO_LONG, /* its records would end behind the file */
};

struct frame {
    uint64_t frame_seq, durable_seq; /* frame_seq 0: no more frames */
    const char *text;                /* its one record */
    enum how how;
};

struct file {
    struct sx_wal_header header; /* file_no 0: no more files */
    size_t size;                 /* in pages; 0: 16 */
    struct frame frames[FRAMES_MAX];
};

/* ---- making ---- */

static void put_frame(struct sx_file *file, uint64_t offset, const struct frame *frame)
{
    uint8_t bytes[FRAME] = {0};
    size_t len = strlen(frame->text);
    struct sx_record_header record = {.type = SX_RECORD_ROWS, .size = (uint32_t)len};
    struct sx_frame_header header = {.frame_seq = frame->frame_seq,
                                     .durable_seq = frame->durable_seq,
                                     .first_seq = frame->frame_seq};
    if (frame->how != NO_RECORDS) {
        uint8_t *p = bytes + SX_FRAME_HEADER_SIZE;
        record.crc = sx_crc32c(sx_record_crc_begin(record.type, 0, record.size), frame->text, len);
        sx_record_header_put(p, &record);
        memcpy(p + SX_RECORD_HEADER_SIZE, frame->text, len);
        header.records_crc = sx_crc32c(0, p, SX_RECORD_HEADER_SIZE);
        header.size = SX_RECORD_HEADER_SIZE + record.size;
        header.record_count = 1;
        p[SX_RECORD_HEADER_SIZE] ^= frame->how == BAD_RECORDS;
    }
    if (frame->how == TOO_LONG)
        header.size = SX_FRAME_SIZE_MAX;
    sx_frame_header_put(bytes, &header, SALT, offset);
    bytes[9] ^= frame->how == BAD_HEADER;
    assert_int_equal(sx_file_pwrite(file, bytes, sizeof bytes, offset, NULL), STRIA_OK);
}

/* Files of generation 1 unless they say otherwise, named after their numbers. */
static void put_files(struct wal_test *t, const struct file *files)
{
    for (size_t i = 0; i < FILES_MAX && files[i].header.file_no; i++) {
        struct sx_wal_header header = files[i].header;
        struct sx_wal_file *file;
        uint64_t size = (files[i].size ? files[i].size : 16) * SX_WAL_ALIGN;
        assert_int_equal(sx_wal_file_create(t->disk, &t->memory.mem, "wal",
                                            (uint32_t)header.file_no, size, &file, NULL),
                         STRIA_OK);
        header.version = SX_WAL_VERSION;
        header.store_id = STORE_ID;
        header.salt = SALT;
        header.generation += header.generation == 0;
        assert_int_equal(sx_wal_file_begin(file, &header, NULL), STRIA_OK);
        for (size_t j = 0; j < FRAMES_MAX && files[i].frames[j].frame_seq; j++)
            put_frame(file->file, FIRST + j * FRAME, &files[i].frames[j]);
        assert_int_equal(sx_file_sync(file->file, NULL), STRIA_OK);
        sx_wal_file_close(&t->memory.mem, file);
    }
}

enum reader { ALONE, BESIDE_WRITER, DEAF };

/* Opens the log and reads it; deaf: told of no damage. */
static stria_status read_log(struct wal_test *t, uint64_t flushed, enum reader reader)
{
    struct sx_wal_options options = wal_test_options(t);
    struct sx_replay_options replay = {.mem = &t->memory.mem,
                                       .events = &t->events,
                                       .each = wal_test_each,
                                       .on_damage = reader == DEAF ? NULL : wal_test_damage,
                                       .beside_writer = reader == BESIDE_WRITER,
                                       .context = t};
    *t->delivered = *t->damage = *t->event_text = '\0';
    t->result = (struct sx_replay_result){0};
    t->err = (stria_error){0};
    stria_status st = sx_wal_open(&options, &t->wal, &t->err);
    if (!st)
        st = sx_wal_read(t->wal, flushed, &replay, &t->result, &t->err);
    assert_int_equal(st, t->err.code);
    (void)sx_wal_close(t->wal, NULL);
    t->wal = NULL;
    return st;
}

/* ---- what comes of them ---- */

static const struct row {
    const char *name;
    struct file files[FILES_MAX];
    uint64_t flushed;
    const char *delivered, *damage;
    uint64_t damage_count, cut_count, next_frame_seq;
} rows[] = {
    {"a frame that says it is longer than its file ends the log",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}, {2, 1, "b", TOO_LONG}}}},
     0,
     "1:1=a",
     "",
     0,
     1,
     2},
    {"one that was durable is damage",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", TOO_LONG}, {2, 1, "b", WHOLE}}}},
     0,
     "1:2=b",
     "00000001.wal@8192 ",
     1,
     0,
     3},
    {"a frame without records is passed over",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "", NO_RECORDS}, {2, 1, "b", WHOLE}, {3, 2, "", NO_RECORDS}, {4, 3, "d", WHOLE}}}},
     0,
     "1:2=b 1:4=d",
     "",
     0,
     0,
     5},
    {"the next file shows that a frame was durable whose followers do not know yet",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", BAD_RECORDS}, {2, 0, "b", WHOLE}}},
      {{.file_no = 2, .file_index = 1, .first_frame_seq = 3}, 0, {{3, 2, "c", WHOLE}}}},
     0,
     "1:2=b 1:3=c",
     "00000001.wal@8192 ",
     1,
     0,
     4},
    {"the next file has that number itself, so the frame never counted",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", BAD_RECORDS}, {3, 1, "c", WHOLE}}},
      {{.file_no = 2, .file_index = 1, .first_frame_seq = 2}, 0, {{2, 1, "d", WHOLE}}}},
     0,
     "1:1=a 1:2=d",
     "",
     0,
     0,
     3},
    {"a frame in the file behind the next shows it",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", BAD_RECORDS}, {3, 1, "c", WHOLE}}},
      {{.file_no = 2, .file_index = 1, .first_frame_seq = 2}, 0, {{0}}},
      {{.file_no = 3, .file_index = 2, .first_frame_seq = 2}, 0, {{4, 2, "e", WHOLE}}}},
     0,
     "1:1=a 1:3=c 1:4=e",
     "00000001.wal@12288 ",
     1,
     0,
     5},
    {"the frame that shows it cannot be read either, and nothing follows",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", BAD_RECORDS}, {3, 2, "c", BAD_RECORDS}}}},
     0,
     "1:1=a",
     "00000001.wal@12288 ",
     1,
     0,
     2},
    {"nor that, and a file follows",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", BAD_RECORDS}, {3, 2, "c", BAD_RECORDS}}},
      {{.file_no = 2, .file_index = 1, .first_frame_seq = 4}, 0, {{4, 3, "d", WHOLE}}}},
     0,
     "1:1=a 1:4=d",
     "00000001.wal@12288 ",
     1,
     0,
     5},
    {"a frame of a lower number behind damage is passed over",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", BAD_RECORDS}, {1, 0, "again", WHOLE}, {3, 2, "c", WHOLE}}}},
     0,
     "1:1=a 1:3=c",
     "00000001.wal@12288 ",
     1,
     0,
     4},
    {"a frame of a lower number ends the log",
     {{{.file_no = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {1, 0, "again", WHOLE}, {2, 1, "b", WHOLE}}}},
     0,
     "1:1=a",
     "",
     0,
     2,
     2},
    {"a frame of a higher number is damage if the one before it was durable",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}, {3, 2, "c", WHOLE}}}},
     0,
     "1:1=a 1:3=c",
     "00000001.wal@12288 ",
     1,
     0,
     4},
    {"and else the end",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}, {3, 1, "c", WHOLE}}}},
     0,
     "1:1=a",
     "",
     0,
     1,
     2},
    {"a file that ends behind a frame where the next one says that more was in it",
     {{{.file_no = 1, .first_frame_seq = 1}, 3, {{1, 0, "a", WHOLE}}},
      {{.file_no = 2, .file_index = 1, .first_frame_seq = 3}, 0, {{3, 2, "c", WHOLE}}}},
     0,
     "1:1=a 1:3=c",
     "00000002.wal@0 ",
     1,
     0,
     4},
    {"a file given up at a place that lies behind its end",
     {{{.file_no = 1, .first_frame_seq = 1}, 3, {{1, 0, "a", WHOLE}}},
      {{.file_no = 2,
        .file_index = 1,
        .prev_file_no = 1,
        .prev_good_end = FIRST + 9 * FRAME,
        .first_frame_seq = 2},
       0,
       {{2, 1, "b", WHOLE}}}},
     0,
     "1:1=a 1:2=b",
     "",
     0,
     0,
     3},
    {"a file given up before it began",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}}},
      {{.file_no = 2, .file_index = 1, .prev_file_no = 1, .prev_good_end = 1, .first_frame_seq = 1},
       0,
       {{1, 0, "b", WHOLE}}}},
     0,
     "1:1=b",
     "",
     0,
     0,
     2},
    {"a file that was begun in vain, and one behind it that knows no file before",
     {{{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}}},
      {{.file_no = 2, .generation = 2, .prev_file_no = 1, .first_frame_seq = 2}, 0, {{0}}},
      {{.file_no = 3, .generation = 2, .first_frame_seq = 2}, 0, {{2, 1, "b", WHOLE}}}},
     0,
     "1:1=a 2:2=b",
     "",
     0,
     0,
     3},
    {"a file of a generation that was flushed says where one before it ends: it is not asked",
     {{{.file_no = 1, .generation = 3, .first_frame_seq = 1},
       0,
       {{1, 0, "a", WHOLE}, {2, 1, "b", WHOLE}}},
      {{.file_no = 2,
        .generation = 2,
        .prev_file_no = 1,
        .prev_good_end = FIRST + FRAME,
        .first_frame_seq = 2},
       0,
       {{0}}}},
     2,
     "3:1=a 3:2=b",
     "",
     0,
     0,
     3},
};

static void test_a_log_that_lies_gives_what_is_certain(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        print_message("%s\n", rows[i].name);
        wal_test_init(&t);
        put_files(&t, rows[i].files);
        for (enum reader reader = ALONE; reader <= DEAF; reader++) {
            assert_int_equal(read_log(&t, rows[i].flushed, reader), STRIA_OK);
            assert_string_equal(t.delivered, rows[i].delivered);
            assert_string_equal(t.damage, reader == DEAF ? "" : rows[i].damage);
            assert_int_equal(t.result.damage_count, rows[i].damage_count);
            assert_int_equal(t.result.next_frame_seq, rows[i].next_frame_seq);
            assert_int_equal(t.result.cut_count, reader == BESIDE_WRITER ? 0 : rows[i].cut_count);
        }
        wal_test_deinit(&t);
    }
}

static void test_every_failing_read_of_such_a_log_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (enum reader reader = ALONE; reader <= BESIDE_WRITER; reader++) {
            struct wal_test t;
            bool fired = true;
            wal_test_init(&t);
            put_files(&t, rows[i].files);
            for (uint64_t nth = 1; fired; nth++) {
                struct sx_os_fault_options options = {.fail_at = nth, .os_errno = EIO};
                t.os = sx_os_fault_create(t.disk, &options);
                stria_status st = read_log(&t, rows[i].flushed, reader);
                fired = sx_os_fault_fired(t.os);
                assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
                /* What was delivered until then is the beginning of it. */
                assert_int_equal(strncmp(rows[i].delivered, t.delivered, strlen(t.delivered)), 0);
                sx_os_fault_destroy(t.os);
                t.os = t.disk;
            }
            wal_test_deinit(&t);
        }
}

static void test_a_file_that_is_cut_while_it_is_read_ends_the_log(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t size; /* of the file when it is read */
        const char *delivered;
    } cuts[] = {
        {"nothing is cut", 16 * FRAME, "1:1=a 1:2=b"},
        {"in the header of a frame", FIRST + FRAME + SX_FRAME_HEADER_SIZE - 1, "1:1=a"},
        {"behind it", FIRST + FRAME + SX_FRAME_HEADER_SIZE, "1:1=a"},
        {"in the records", FIRST + FRAME + SX_FRAME_HEADER_SIZE + SX_RECORD_HEADER_SIZE, "1:1=a"},
        {"at the first frame", FIRST, ""},
    };
    static const struct file files[FILES_MAX] = {
        {{.file_no = 1, .first_frame_seq = 1}, 0, {{1, 0, "a", WHOLE}, {2, 1, "b", WHOLE}}}};
    for (size_t i = 0; i < SX_COUNT_OF(cuts); i++) {
        struct wal_test t;
        struct sx_replay_options replay = {.each = wal_test_each, .context = &t};
        print_message("%s\n", cuts[i].name);
        wal_test_init(&t);
        put_files(&t, files);
        struct sx_wal_options options = wal_test_options(&t);
        replay.mem = &t.memory.mem;
        replay.events = &t.events;
        assert_int_equal(sx_wal_open(&options, &t.wal, NULL), STRIA_OK);
        assert_true(sx_os_mem_resize(t.disk, "wal/00000001.wal", cuts[i].size));
        assert_int_equal(sx_wal_read(t.wal, 0, &replay, &t.result, NULL), STRIA_OK);
        assert_string_equal(t.delivered, cuts[i].delivered);
        assert_int_equal(t.result.damage_count, 0);
        wal_test_deinit(&t);
    }
}

/* ---- whatever headers say ---- */

struct chain {
    uint64_t last_seq, count;
    bool ordered;
};

static stria_status see(void *context, const struct sx_replay_record *record, stria_error *err)
{
    struct chain *chain = context;
    (void)err;
    chain->ordered = chain->ordered && record->seq > chain->last_seq;
    chain->last_seq = record->seq;
    chain->count++;
    return STRIA_OK;
}

/* The nth way in which a file may lie about its place among the others. */
static void lie(struct sx_wal_file *file, unsigned nth)
{
    static const uint64_t good_ends[] = {0, FIRST + FRAME};
    struct sx_wal_header *h = &file->header;
    h->prev_file_no = nth % 3;
    h->generation = 1 + nth / 3 % 2;
    h->file_index = nth / 6 % 2;
    h->first_frame_seq = 1 + nth / 12 % 4;
    h->prev_good_end = good_ends[nth / 48 % 2];
}

static void
test_whatever_files_say_of_each_other_no_record_comes_twice_or_out_of_order(void **state)
{
    (void)state;
    enum { LIES = 96 };
    static const struct file files[FILES_MAX] = {
        {{.file_no = 1, .first_frame_seq = 1}, 5, {{1, 0, "a", WHOLE}, {2, 1, "b", WHOLE}}},
        {{.file_no = 2, .first_frame_seq = 2}, 5, {{2, 1, "c", WHOLE}, {3, 2, "d", WHOLE}}},
        {{.file_no = 3, .first_frame_seq = 3}, 5, {{3, 2, "e", WHOLE}, {4, 3, "f", WHOLE}}},
    };
    struct wal_test t;
    struct sx_wal_file *list[FILES_MAX];
    struct sx_event_sink no_events = {0};
    wal_test_init(&t);
    put_files(&t, files);
    for (uint32_t i = FILES_MAX; i-- > 0;) {
        assert_int_equal(
            sx_wal_file_open(t.os, &t.memory.mem, "wal", i + 1, SX_OPEN_READ, &list[i], NULL),
            STRIA_OK);
        list[i]->header = (struct sx_wal_header){.file_no = i + 1, .salt = SALT};
        list[i]->next = i + 1 < FILES_MAX ? list[i + 1] : NULL;
        list[i]->state = SX_WAL_LIVE;
        lie(list[i], 0);
    }
    for (unsigned nth = 0; nth < LIES * LIES; nth++) {
        struct sx_replay_result result, again;
        struct chain chain = {.ordered = true}, same = {.ordered = true};
        struct sx_replay_options replay = {
            .mem = &t.memory.mem, .events = &no_events, .each = see, .context = &chain};
        lie(list[1], nth % LIES);
        lie(list[2], nth / LIES);
        assert_int_equal(sx_wal_replay(list[0], &replay, &result, NULL), STRIA_OK);
        assert_true(chain.ordered);
        assert_int_equal(chain.count, result.record_count);
        assert_true(result.next_seq > chain.last_seq);
        assert_true(result.next_frame_seq > chain.last_seq);
        replay.context = &same;
        assert_int_equal(sx_wal_replay(list[0], &replay, &again, NULL), STRIA_OK);
        assert_memory_equal(&again, &result, sizeof result);
    }
    for (uint32_t i = 0; i < FILES_MAX; i++)
        sx_wal_file_close(&t.memory.mem, list[i]);
    wal_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_log_that_lies_gives_what_is_certain),
        cmocka_unit_test(test_every_failing_read_of_such_a_log_is_told),
        cmocka_unit_test(test_a_file_that_is_cut_while_it_is_read_ends_the_log),
        cmocka_unit_test(
            test_whatever_files_say_of_each_other_no_record_comes_twice_or_out_of_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
