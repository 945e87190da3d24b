/* SPDX-License-Identifier: Apache-2.0 */
/* log_fixture_test.h -- what the tests of the log share: a log on a disk in memory, records that
 * are short texts, and what replay delivers as one text.
 *
 * Format      Delivered records are told as "GENERATION:SEQ=TEXT" with a blank between them. */
#ifndef SX_WAL_LOG_FIXTURE_TEST_H
#define SX_WAL_LOG_FIXTURE_TEST_H

#include "base/golden_test.h"
#include "os/os_fault.h"
#include "os/os_mem.h"
#include "wal/log_priv.h"

#define STORE_ID 0x5354524941u

struct wal_test {
    struct test_mem memory;
    struct sx_os *disk; /* in memory */
    struct sx_os *os;   /* the disk, or what stands before it */
    struct sx_wal *wal; /* NULL: closed */
    struct sx_event_sink events;
    char event_text[4096]; /* "name " of each event */
    char applied[4096];    /* texts of entries, in the order they were applied */
    char delivered[8192];
    char damage[2048]; /* "file@offset " */
    struct sx_replay_result result;
    stria_error err;
    stria_status each_status; /* what the replay's callback returns */
};

static inline void wal_test_append(char *to, size_t size, const char *text)
{
    size_t len = strlen(to);
    assert_true(len + strlen(text) < size);
    memcpy(to + len, text, strlen(text) + 1);
}

static inline void wal_test_event(void *user, const stria_event *event)
{
    struct wal_test *t = user;
    wal_test_append(t->event_text, sizeof t->event_text, event->name);
    wal_test_append(t->event_text, sizeof t->event_text, " ");
}

static inline int64_t wal_test_now(void *clock)
{
    (void)clock;
    return 0;
}

static inline void wal_test_init(struct wal_test *t)
{
    *t = (struct wal_test){0};
    test_mem_init(&t->memory);
    t->disk = t->os = sx_os_mem_create(1);
    assert_non_null(t->disk);
    t->events =
        (struct sx_event_sink){.on_event = wal_test_event, .user = t, .now_ns = wal_test_now};
    assert_int_equal(t->os->ops->mkdir(t->os, "wal", NULL), STRIA_OK);
    assert_int_equal(t->os->ops->sync_dir(t->os, "", NULL), STRIA_OK);
}

static inline struct sx_wal_options wal_test_options(struct wal_test *t)
{
    return (struct sx_wal_options){.os = t->os,
                                   .mem = &t->memory.mem,
                                   .dir = "wal",
                                   .store_id = STORE_ID,
                                   .events = &t->events};
}

static inline stria_status wal_test_each(void *context, const struct sx_replay_record *record,
                                         stria_error *err)
{
    struct wal_test *t = context;
    char text[200];
    (void)err;
    (void)snprintf(text, sizeof text, "%s%" PRIu64 ":%" PRIu64 "=%.*s", *t->delivered ? " " : "",
                   record->generation, record->seq, (int)SX_MIN(record->payload.len, 40),
                   (const char *)record->payload.ptr);
    wal_test_append(t->delivered, sizeof t->delivered, text);
    if (t->each_status)
        err->code = t->each_status;
    return t->each_status;
}

static inline void wal_test_damage(void *context, const char *path, uint64_t offset,
                                   const char *text)
{
    struct wal_test *t = context;
    char line[200];
    (void)text;
    (void)snprintf(line, sizeof line, "%s@%" PRIu64 " ", path + 4, offset);
    wal_test_append(t->damage, sizeof t->damage, line);
}

/* Opens and reads; the log takes no entries yet. */
static inline stria_status wal_test_read(struct wal_test *t, uint64_t flushed_generation)
{
    struct sx_wal_options options = wal_test_options(t);
    struct sx_replay_options replay = {.mem = &t->memory.mem,
                                       .events = &t->events,
                                       .each = wal_test_each,
                                       .on_damage = wal_test_damage,
                                       .context = t};
    *t->delivered = *t->damage = *t->event_text = '\0';
    t->err = (stria_error){0};
    stria_status st = sx_wal_open(&options, &t->wal, &t->err);
    if (!st)
        st = sx_wal_read(t->wal, flushed_generation, &replay, &t->result, &t->err);
    assert_int_equal(st, t->err.code);
    return st;
}

/* Opens, reads and begins a generation behind those that are there. */
static inline stria_status wal_test_open(struct wal_test *t, uint64_t flushed_generation)
{
    stria_status st = wal_test_read(t, flushed_generation);
    uint64_t generation = SX_MAX(flushed_generation, t->result.last_generation) + 1;
    if (!st)
        st = sx_wal_start(t->wal, generation, t->result.next_seq, &t->result, &t->err);
    return st;
}

static inline void wal_test_close(struct wal_test *t)
{
    stria_status st = sx_wal_close(t->wal, &t->err);
    t->wal = NULL;
    assert_int_equal(st, STRIA_OK);
}

/* Closes as a killed process does: nothing is written or synced by it. */
static inline void wal_test_kill(struct wal_test *t)
{
    if (t->wal)
        atomic_store(&t->wal->failed, true);
    (void)sx_wal_close(t->wal, NULL);
    t->wal = NULL;
}

static inline void wal_test_deinit(struct wal_test *t)
{
    (void)sx_wal_close(t->wal, NULL);
    if (t->os != t->disk)
        sx_os_fault_destroy(t->os);
    sx_os_mem_destroy(t->disk);
    test_mem_deinit(&t->memory);
}

/* Puts the disk in place that a power loss leaves: all that was not synced is lost. */
static inline void wal_test_power_loss(struct wal_test *t, sx_crash_choose choose, void *context)
{
    wal_test_kill(t);
    struct sx_os *left = sx_os_mem_crash(t->disk, choose, context);
    assert_non_null(left);
    if (t->os != t->disk)
        sx_os_fault_destroy(t->os);
    sx_os_mem_destroy(t->disk);
    t->disk = t->os = left;
}

/* ---- writing ---- */

static inline void wal_test_apply(struct sx_wal_entry *entry)
{
    struct wal_test *t = entry->context;
    char text[200];
    (void)snprintf(text, sizeof text, "%s%" PRIu64 "=%.*s", *t->applied ? " " : "", entry->seq,
                   (int)SX_MIN(entry->pieces[0].len, 40), (const char *)entry->pieces[0].ptr);
    wal_test_append(t->applied, sizeof t->applied, text);
}

static inline stria_status wal_test_put_bytes(struct wal_test *t, uint64_t generation, bool sync,
                                              uint8_t type, uint8_t flags, struct sx_bytes payload)
{
    struct sx_wal_entry entry = {.generation = generation,
                                 .sync = sync,
                                 .pieces = {{.ptr = payload.ptr, .len = payload.len}},
                                 .piece_count = 1,
                                 .apply = wal_test_apply,
                                 .context = t};
    t->err = (stria_error){0};
    assert_int_equal(sx_wal_prepare(&entry, type, flags, NULL), STRIA_OK);
    stria_status st = sx_wal_commit(t->wal, &entry, &t->err);
    assert_int_equal(st, t->err.code);
    return entry.stale ? STRIA_CONFLICT : st;
}

/* Commits a text to a generation. CONFLICT: it was stale. */
static inline stria_status wal_test_put(struct wal_test *t, uint64_t generation, const char *text)
{
    return wal_test_put_bytes(t, generation, true, SX_RECORD_ROWS, 0, sx_bytes_of(text));
}

static inline stria_status wal_test_put_async(struct wal_test *t, uint64_t generation,
                                              const char *text)
{
    return wal_test_put_bytes(t, generation, false, SX_RECORD_ROWS, 0, sx_bytes_of(text));
}

/* `count` records "aK" that take `size` bytes each. */
static inline void wal_test_put_big(struct wal_test *t, uint64_t generation, char name,
                                    unsigned count, size_t size)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t *payload = sx_mem_zalloc(&t->memory.mem, size + 16);
        (void)snprintf((char *)payload, 16, "%c%u", name, i);
        /* The text ends at its NUL when it is told, the record does not. */
        assert_int_equal(wal_test_put_bytes(t, generation, true, SX_RECORD_ROWS, 0,
                                            sx_bytes_make(payload, size)),
                         STRIA_OK);
        sx_mem_free(&t->memory.mem, payload);
    }
}

#endif
