/* SPDX-License-Identifier: Apache-2.0 */
/* engine_fixture_test.h -- what the tests of the engine share: a store on a disk in memory, rows
 * that go in as text, and what the store holds as text (scan/scan_fixture_test.h). */
#ifndef SX_ENGINE_ENGINE_FIXTURE_TEST_H
#define SX_ENGINE_ENGINE_FIXTURE_TEST_H

#include "engine/engine_priv.h"
#include "os/os_fault.h"
#include "os/os_mem.h"
#include "scan/scan_fixture_test.h"

struct engine_test {
    struct sx_os *disk; /* in memory */
    struct sx_os *os;   /* what the store is opened on: the disk, or a table that fails calls */
    struct sx_engine *engine;
    uint32_t policy_id;
    uint64_t memtable_size, reserve_size;
    uint32_t thread_count; /* from the next opening on */
    struct sx_mem_fault *fault;
    struct scan_test scan; /* reads; makes keys and conditions */
    struct sx_write_result result;
    stria_error err;
    char events[2000]; /* names of what happened, each followed by a blank */
};

static inline void engine_test_hear(void *user, const stria_event *event)
{
    struct engine_test *t = user;
    size_t len = strlen(t->events);
    (void)snprintf(t->events + len, sizeof t->events - len, "%s ", event->name);
}

static inline bool engine_test_heard(const struct engine_test *t, const char *name)
{
    return strstr(t->events, name) != NULL;
}

static inline void engine_test_must(const struct engine_test *t, stria_status st)
{
    if (st)
        fail_msg("%d: %s", (int)st, t->err.text);
}

static inline stria_status engine_test_try_open(struct engine_test *t, bool read_only)
{
    struct sx_engine_options options = {
        .os = t->os,
        .path = "db",
        .memtable_size = t->memtable_size,
        .disk_reserve_size = t->reserve_size,
        .thread_count = t->thread_count,
        .read_only = read_only,
        .fault = t->fault,
        .events = {.on_event = t->thread_count ? NULL : engine_test_hear, .user = t}};
    t->events[0] = 0;
    return sx_engine_open(&options, &t->engine, &t->err);
}

static inline void engine_test_open(struct engine_test *t)
{
    engine_test_must(t, engine_test_try_open(t, false));
}

static inline stria_status engine_test_try_close(struct engine_test *t)
{
    sx_view_release(t->scan.view);
    t->scan.view = NULL;
    stria_status st = sx_engine_close(t->engine, &t->err);
    t->engine = NULL;
    return st;
}

static inline void engine_test_close(struct engine_test *t)
{
    engine_test_must(t, engine_test_try_close(t));
}

static inline void engine_test_reopen(struct engine_test *t)
{
    engine_test_close(t);
    engine_test_open(t);
}

/* The power goes: what was not synced is lost. */
static inline void engine_test_crash(struct engine_test *t)
{
    struct sx_os *after = sx_os_mem_crash(t->disk, NULL, NULL);
    assert_non_null(after);
    (void)engine_test_try_close(t);
    sx_os_mem_destroy(t->disk);
    t->disk = t->os = after;
    engine_test_open(t);
}

static inline stria_status engine_test_execute(struct engine_test *t,
                                               const struct sx_command *command)
{
    return sx_engine_execute(t->engine, command, &t->err);
}

/* A new store with the database "d", whose policy has the id 1. */
static inline void engine_test_init(struct engine_test *t)
{
    *t = (struct engine_test){.policy_id = 1};
    t->disk = t->os = sx_os_mem_create(7);
    assert_non_null(t->disk);
    scan_test_init(&t->scan);
    engine_test_open(t);
    engine_test_must(t, engine_test_execute(t, &(struct sx_command){.kind = SX_CREATE_DATABASE,
                                                                    .database = SX_LITERAL("d")}));
}

static inline void engine_test_deinit(struct engine_test *t)
{
    (void)engine_test_try_close(t);
    scan_test_deinit(&t->scan);
    sx_os_mem_destroy(t->disk);
}

/* ---- rows ---- */

static inline stria_status engine_test_try_write(struct engine_test *t, const char *series,
                                                 int64_t ts_ns, const char *fields)
{
    struct sx_batch batch;
    struct test_field parsed[TEST_FIELDS_MAX];
    size_t count = test_fields_parse(fields, parsed);
    struct sx_write_options how = {0};
    sx_batch_init(&batch, sx_engine_mem(t->engine, SX_ENGINE_MEM_INGEST));
    mem_test_add_row(&batch, &t->scan.mt.ix.key, series, ts_ns, parsed, count);
    stria_status st = sx_engine_write(t->engine, t->policy_id, &batch, &how, &t->result, &t->err);
    sx_batch_deinit(&batch);
    return st;
}

static inline void engine_test_write(struct engine_test *t, const char *series, int64_t ts_ns,
                                     const char *fields)
{
    engine_test_must(t, engine_test_try_write(t, series, ts_ns, fields));
    assert_int_equal(t->result.row_count, 1);
}

/* What the policy holds, as "KEY{TIME:values} KEY{...}"; series of which no row is left are left
 * out. In the storage of the test. */
static inline const char *engine_test_holds(struct engine_test *t)
{
    static const struct scan_test_read all = {
        .time_min = INT64_MIN, .time_max = INT64_MAX, .leave_empty_out = true};
    struct sx_buf *out = &t->scan.out;
    engine_test_must(t, sx_engine_view(t->engine, t->policy_id, &t->scan.view, &t->err));
    if (scan_test_read_all(&t->scan, &all))
        fail_msg("%s", t->scan.err.text);
    sx_view_release(t->scan.view);
    t->scan.view = NULL;
    sx_buf_put_u8(out, 0);
    assert_false(out->failed);
    char *from = (char *)out->ptr, *to = from;
    while (*from) {
        size_t len = strcspn(from, "}") + 1;
        if (from[len - 2] != '{') {
            if (to != (char *)out->ptr)
                *to++ = ' ';
            memmove(to, from, len);
            to += len;
        }
        from += len + (from[len] == ' ');
    }
    *to = 0;
    return (const char *)out->ptr;
}

static inline void assert_holds(struct engine_test *t, const char *want)
{
    assert_string_equal(engine_test_holds(t), want);
}

/* ---- work ---- */

static inline void engine_test_compact(struct engine_test *t, stria_compact_until until)
{
    engine_test_must(t, sx_engine_compact(t->engine, until, NULL, &t->err));
}

/* So many steps, whether anything is due or not: care has its turn when nothing is. */
static inline void engine_test_poll(struct engine_test *t, int count)
{
    bool more;
    for (int i = 0; i < count; i++)
        engine_test_must(t, sx_engine_poll(t->engine, &more, &t->err));
}

static inline struct sx_policy_store *engine_test_store(struct engine_test *t)
{
    sx_mutex_lock(&t->engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(t->engine, t->policy_id);
    sx_mutex_unlock(&t->engine->state_mutex);
    return store;
}

static inline size_t engine_test_segment_count(struct engine_test *t)
{
    const struct sx_policy_store *store = engine_test_store(t);
    return store ? store->segment_count : 0;
}

static inline size_t engine_test_tombstone_count(struct engine_test *t)
{
    const struct sx_policy_store *store = engine_test_store(t);
    return store && store->tombstones ? store->tombstones->count : 0;
}

/* A delete of series that meet a condition (index/index_fixture_test.h), all times. */
static inline stria_status engine_test_delete(struct engine_test *t, const char *measurement,
                                              const char *condition, int64_t time_min,
                                              int64_t time_max)
{
    struct sx_command command = {
        .kind = SX_DELETE_ROWS,
        .database = SX_LITERAL("d"),
        .selector = {.all_measurements = !measurement,
                     .measurement = sx_bytes_of(measurement),
                     .tags = *condition ? index_test_condition(&t->scan.mt.ix, condition) : NULL,
                     .time_min_ns = time_min,
                     .time_max_ns = time_max}};
    stria_status st = engine_test_execute(t, &command);
    index_test_forget_condition(&t->scan.mt.ix);
    return st;
}

struct engine_test_files {
    const char *ending;
    size_t count;
    char first[SX_PATH_MAX];
};

static inline bool engine_test_see(void *context, const char *name, bool is_directory)
{
    struct engine_test_files *files = context;
    size_t len = strlen(name), ending = strlen(files->ending);
    if (is_directory || len < ending || strcmp(name + len - ending, files->ending) != 0)
        return true;
    if (files->count++ == 0)
        (void)snprintf(files->first, sizeof files->first, "%s", name);
    return true;
}

/* How many files of the folder have an ending; `first` (may be NULL, SX_PATH_MAX) gets the path of
 * one. */
static inline size_t engine_test_files(struct engine_test *t, const char *folder,
                                       const char *ending, char *first)
{
    struct engine_test_files files = {.ending = ending};
    assert_int_equal(t->disk->ops->list(t->disk, folder, engine_test_see, &files, NULL), STRIA_OK);
    if (first && files.count)
        (void)snprintf(first, SX_PATH_MAX, "%s/%.200s", folder, files.first);
    return files.count;
}

#endif
