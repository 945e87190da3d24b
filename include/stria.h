/* SPDX-License-Identifier: Apache-2.0 */
/* stria.h -- the whole public interface of libstria, a time-series database in a library.
 *
 * Why         One header is all an embedding program needs, and the server uses nothing else.
 * Words       docs/GLOSSARY.md: database, policy, measurement, series, tag, field, row, sample.
 * Use         stria *db; stria_error err;
 *             if (stria_open("data", STRIA_OPTIONS(.threads = 1), &db, &err)) puts(err.text);
 *             See examples/embed.c for a program that writes and queries.
 * Rules       Every call that can fail returns a stria_status (0 is success) and, when `err` is not
 *             NULL, says why in *err. Outputs come last and are NULL on failure. Structs that a
 *             caller fills begin with `struct_size`: fill them through their macro
 *             (STRIA_OPTIONS and its kin), so that fields can be appended later; a field left out
 *             is zero, and zero means the default told beside it.
 * Never       The library never prints, exits, aborts on bad bytes, touches signals, environment,
 *             locale or working directory, and holds no state outside its handles but the result
 *             of CPU detection. In a child after fork() every call on an inherited handle is
 *             refused with STRIA_INVALID.
 * Threads     Any number of threads may share a `stria` handle. Open and close must not race other
 *             calls on the same handle. A cursor and a report belong to one thread at a time.
 * Time        int64 nanoseconds since 1970-01-01T00:00:00Z, unless a name says otherwise. */
#ifndef STRIA_H
#define STRIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define STRIA_API __attribute__((visibility("default")))
#define STRIA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define STRIA_API
#define STRIA_MUST_CHECK
#endif

#define STRIA_VERSION_MAJOR 0
#define STRIA_VERSION_MINOR 1
#define STRIA_VERSION_PATCH 0
#define STRIA_VERSION_TEXT "0.1.0-dev"

/* ---- statuses and errors -------------------------------------------------------------------- */

/* One list makes the enum, the names and the texts. Values are ABI: append only. */
#define STRIA_STATUS_MAP(X)                                                                        \
    X(OK, 0, "success")                                                                            \
    X(NOMEM, 1, "the memory budget is used up")                                                    \
    X(IO, 2, "a file operation failed")                                                            \
    X(CORRUPT, 3, "stored bytes break their format")                                               \
    X(INVALID, 4, "an argument or an input breaks the contract")                                   \
    X(LIMIT, 5, "a documented limit was met")                                                      \
    X(BUSY, 6, "writes come faster than they can be taken; retry later")                           \
    X(LOCKED, 7, "another process has the store open for writing")                                 \
    X(NOT_FOUND, 8, "no such thing")                                                               \
    X(EXISTS, 9, "it exists already")                                                              \
    X(DISK_FULL, 10, "no space left for writing")                                                  \
    X(READ_ONLY, 11, "the store cannot be written")                                                \
    X(SYNTAX, 12, "the text of a query is not understood")                                         \
    X(CONFLICT, 13, "it contradicts what is stored")                                               \
    X(CANCELLED, 14, "cancelled by request")                                                       \
    X(TIMEOUT, 15, "the deadline passed")                                                          \
    X(UNSUPPORTED, 16, "not supported")                                                            \
    X(VERSION, 17, "written by a newer version of the format")                                     \
    X(PARTIAL, 18, "done in part; the report or the warnings say what is missing")                 \
    X(INTERNAL, 19, "a broken invariant: a defect of stria itself")

typedef enum stria_status {
#define STRIA_STATUS_ENUM(name, value, text) STRIA_##name = (value),
    STRIA_STATUS_MAP(STRIA_STATUS_ENUM)
#undef STRIA_STATUS_ENUM
} stria_status;

#define STRIA_ERROR_TEXT_MAX 1000

/* Written only on failure. `text` is one line without a line feed at its end, NUL-terminated,
 * with the file and offset, the line and column, or the name of the limit; longer texts are cut. */
typedef struct stria_error {
    stria_status code;
    int os_errno; /* of the failed system call; 0: none was */
    char text[STRIA_ERROR_TEXT_MAX];
} stria_error;

/* The name of a status ("NOT_FOUND") and what it means in general; "UNKNOWN" for other numbers.
 * Static strings. */
STRIA_API const char *stria_status_name(stria_status status);
STRIA_API const char *stria_status_text(stria_status status);

/* "0.1.0-dev", the version of the library that runs (not of the header). Static string. */
STRIA_API const char *stria_version(void);

/* ---- types of values ------------------------------------------------------------------------ */

/* Types of stored columns and of result columns. Values are ABI and stored: append only. */
typedef enum stria_type {
    STRIA_NONE = 0,
    STRIA_FLOAT = 1,  /* double: every bit pattern is kept, NaN payloads too */
    STRIA_INT = 2,    /* int64_t */
    STRIA_UINT = 3,   /* uint64_t */
    STRIA_BOOL = 4,   /* uint8_t, 0 or 1 */
    STRIA_STRING = 5, /* stria_bytes; any bytes */
    STRIA_TIME = 6,   /* results only: int64_t nanoseconds */
} stria_type;

/* "float", "integer", "unsigned", "boolean", "string", "time". Static string. */
STRIA_API const char *stria_type_name(stria_type type);

/* A view of bytes that somebody else owns; not NUL-terminated. */
typedef struct stria_bytes {
    const char *ptr;
    size_t len;
} stria_bytes;

typedef struct stria_tag {
    stria_bytes key;
    stria_bytes value;
} stria_tag;

/* The smallest and largest time a row may have (the peer's bounds, which keep two values free). */
#define STRIA_TIME_MIN (INT64_MIN + 2)
#define STRIA_TIME_MAX (INT64_MAX - 1)

/* ---- open and close ------------------------------------------------------------------------- */

typedef struct stria stria;

typedef enum stria_durability {
    STRIA_DURABILITY_DEFAULT = 0, /* what stria_options said; there: SYNC */
    STRIA_SYNC = 1,               /* acknowledged means: on disk (fdatasync returned) */
    STRIA_ASYNC = 2,              /* acknowledged after the write; synced within 100 ms */
} stria_durability;

typedef enum stria_level {
    STRIA_LEVEL_ERROR = 0,
    STRIA_LEVEL_WARN = 1,
    STRIA_LEVEL_INFO = 2,
    STRIA_LEVEL_DEBUG = 3,
} stria_level;

/* Something worth a line in a log. All pointers live until the callback returns. */
typedef struct stria_event {
    stria_level level;
    const char *name;   /* "flush", "merge", "recovery", "disk_state", ... one word each */
    const char *detail; /* "key=value key=value"; values with spaces are quoted; never query text */
    int64_t time_ns;
} stria_event;

typedef struct stria_options {
    uint32_t struct_size;        /* set by STRIA_OPTIONS */
    uint32_t threads;            /* background threads; 0: none, drive with stria_poll() */
    uint64_t memory_size;        /* bytes for everything; 0: 256 MiB; at least 16 MiB */
    stria_durability durability; /* of writes that do not say; 0: SYNC */
    bool read_only;              /* changes nothing on disk; several may, beside one writer */
    bool must_exist;             /* do not create a store where there is none */
    /* Called for events, from any thread, with locks held: it must return soon and must not call
     * the library. NULL: events are dropped. */
    void (*on_event)(void *user, const stria_event *event);
    void *user;
    uint64_t memtable_size;     /* bytes of rows before a flush; 0: a share of memory_size */
    uint64_t disk_reserve_size; /* free bytes below which writes are refused; 0: 2 % of the file
                                   system, at least 32 MiB, at most 1 GiB */
    uint64_t merge_bytes_per_s; /* most that merges in the background write; 0: no limit */
    /* Most bytes that the segments of each retention policy may take: the oldest go, whole, beyond
     * it; the newest stays in any case. Rows not flushed yet do not count. 0: no limit. */
    uint64_t retention_size;
    /* Of each database; 0: no limit but memory. Rows of series beyond a limit are rejected one by
     * one, told in the report and counted by measurement and tag in stria_stats(). */
    uint64_t series_max;       /* series in memory: those written to of late */
    uint64_t new_series_max;   /* series that come into memory in a minute */
    uint64_t tag_values_max;   /* values of one tag, of series in memory */
    bool seal_without_entropy; /* final segments stay bit-packed: larger, but faster to read */
} stria_options;
#define STRIA_OPTIONS(...) (&(stria_options){.struct_size = sizeof(stria_options), __VA_ARGS__})

/* Opens the store in directory `path`, creating it unless options say otherwise, and recovers it:
 * everything acknowledged before a crash is there when the call returns.
 * path     NUL-terminated; copied.      options  borrowed until return; NULL: all defaults.
 * db       out; owned by the caller until stria_close(); NULL on failure.
 * Returns  OK; LOCKED (another process writes to it); NOT_FOUND (must_exist or read_only, and none
 *          is there); INVALID (the folder holds something else; an option is out of range); VERSION
 *          (a newer format); CORRUPT (file and offset in err); IO, DISK_FULL, NOMEM.
 * See      docs/FORMAT.md "Directory". */
STRIA_API STRIA_MUST_CHECK stria_status stria_open(const char *path, const stria_options *options,
                                                   stria **db, stria_error *err);

/* Flushes nothing that is not needed: what is in the log is safe. Waits for background work to stop
 * and frees the handle; cursors must have been closed. NULL is allowed.
 * Returns  OK, or the error of the last sync (what was acknowledged as durable is safe). */
STRIA_API stria_status stria_close(stria *db, stria_error *err);

/* Does one bounded step of background work (a flush, part of a merge, a sync of asynchronous
 * writes, retention), for stores opened with threads = 0; harmless otherwise.
 * more     out, may be NULL: whether another step is due now. */
STRIA_API STRIA_MUST_CHECK stria_status stria_poll(stria *db, bool *more, stria_error *err);

/* Memory of the host (request bodies, say) that is to count against the store's memory_size.
 * reserve returns NOMEM, with the figures in err, when it does not fit; release gives it back. */
STRIA_API STRIA_MUST_CHECK stria_status stria_memory_reserve(stria *db, size_t size,
                                                             stria_error *err);
STRIA_API void stria_memory_release(stria *db, size_t size);

/* ---- writing -------------------------------------------------------------------------------- */

/* One row, or one line of input, that was not stored, and why. */
typedef struct stria_problem {
    uint64_t line;     /* 1-based line of the input, or row index + 1 */
    stria_status code; /* SYNTAX, CONFLICT, INVALID, LIMIT */
    const char *text;  /* owned by the report */
} stria_problem;

#define STRIA_PROBLEMS_MAX 64

/* What became of a write. Zero it before the first use; release it when done with it. */
typedef struct stria_report {
    uint64_t row_count;          /* rows stored: durable as asked for, visible to queries */
    uint64_t sample_count;       /* field values in them */
    uint64_t rejected_row_count; /* rows or lines not stored */
    uint32_t problem_count;      /* entries below: the first STRIA_PROBLEMS_MAX */
    stria_problem problems[STRIA_PROBLEMS_MAX];
    char *text;       /* the whole answer in InfluxDB's words; NULL when all rows were stored */
    size_t text_size; /* bytes of it, at most 1 MiB, without the NUL */
} stria_report;

/* Frees what a report owns and zeroes it. NULL is allowed. */
STRIA_API void stria_report_release(stria_report *report);

typedef enum stria_format {
    STRIA_LINE_PROTOCOL = 0, /* docs: InfluxDB line protocol, 1.x and 2.x */
} stria_format;

typedef enum stria_precision {
    STRIA_PRECISION_NS = 0,
    STRIA_PRECISION_US = 1,
    STRIA_PRECISION_MS = 2,
    STRIA_PRECISION_S = 3,
    STRIA_PRECISION_M = 4,
    STRIA_PRECISION_H = 5,
} stria_precision;

typedef struct stria_ingest_options {
    uint32_t struct_size;
    stria_format format;
    const char *database; /* required */
    const char *policy;   /* NULL or "": the database's default */
    stria_precision precision;
    stria_durability durability;
    int64_t now_ns; /* time of rows without one; 0: the clock */
} stria_ingest_options;
#define STRIA_INGEST_OPTIONS(...)                                                                  \
    (&(stria_ingest_options){.struct_size = sizeof(stria_ingest_options), __VA_ARGS__})

/* Parses `size` bytes at `data` and stores their rows; good lines are stored if others are bad.
 * data     borrowed until return.
 * report   out, may be NULL; what it holds is valid whatever is returned.
 * Returns  OK (all stored, or nothing to store); PARTIAL (some stored, some rejected); INVALID (all
 *          rejected); NOT_FOUND (database or policy); LIMIT; BUSY (retry); READ_ONLY, DISK_FULL
 *          (nothing stored); IO (the outcome is unknown, as with any database: after a restart the
 *          rows are wholly there or wholly absent; sending them again is safe); NOMEM. */
STRIA_API STRIA_MUST_CHECK stria_status stria_ingest(stria *db, const void *data, size_t size,
                                                     const stria_ingest_options *options,
                                                     stria_report *report, stria_error *err);

/* A series that is written to often: no parsing and no hashing per row. */
typedef struct stria_series stria_series;

typedef struct stria_series_key {
    uint32_t struct_size;
    const char *database;
    const char *policy; /* NULL or "": the default */
    stria_bytes measurement;
    const stria_tag *tags; /* any order; no key twice, none empty */
    size_t tag_count;
} stria_series_key;
#define STRIA_SERIES_KEY(...)                                                                      \
    (&(stria_series_key){.struct_size = sizeof(stria_series_key), __VA_ARGS__})

/* Opens a handle, which pins the series in memory until it is closed.
 * Returns  OK, NOT_FOUND (database or policy), INVALID (tags), LIMIT (key too long), NOMEM. */
STRIA_API STRIA_MUST_CHECK stria_status stria_series_open(stria *db, const stria_series_key *key,
                                                          stria_series **series, stria_error *err);
/* NULL is allowed. Every handle must be closed before stria_close(). */
STRIA_API void stria_series_close(stria_series *series);

typedef struct stria_column {
    const char *name;
    stria_type type;         /* FLOAT, INT, UINT, BOOL or STRING */
    const void *values;      /* row_count values of the type */
    const uint64_t *present; /* bit i % 64 of word i / 64: row i has a value; NULL: all have */
} stria_column;

typedef struct stria_rows {
    uint32_t struct_size;
    size_t row_count;
    stria_series *const *series; /* row_count handles, all of one database and policy */
    const int64_t *ts_ns;        /* row_count times, any order; the later row wins at equal times */
    const stria_column *columns;
    size_t column_count;
    stria_durability durability;
} stria_rows;
#define STRIA_ROWS(...) (&(stria_rows){.struct_size = sizeof(stria_rows), __VA_ARGS__})

/* Stores rows given as columns. Rows without any value present are left out.
 * report   out, may be NULL.  Returns as stria_ingest(). */
STRIA_API STRIA_MUST_CHECK stria_status stria_write_rows(stria *db, const stria_rows *rows,
                                                         stria_report *report, stria_error *err);

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct stria_cursor stria_cursor;

typedef enum stria_language {
    STRIA_INFLUXQL = 0,
} stria_language;

/* A value for $name in a query. */
typedef struct stria_param {
    const char *name; /* without the $ */
    /* FLOAT, INT, UINT, BOOL, STRING; NONE: it has no value, and `string` says why: a query that
     * uses it fails with that text. */
    stria_type type;
    union {
        double f64;
        int64_t i64;
        uint64_t u64;
        bool boolean;
        stria_bytes string;
    } value;
    /* Instead of a value of `type`, a string may be put into the query as one of these. */
    enum {
        STRIA_PARAM_VALUE = 0,
        STRIA_PARAM_IDENTIFIER = 1,
        STRIA_PARAM_REGEX = 2,
        STRIA_PARAM_DURATION = 3, /* text such as 10m, or an INT of nanoseconds */
    } kind;
} stria_param;

typedef struct stria_query_options {
    uint32_t struct_size;
    stria_language language;
    const char *database;   /* default database of the statements; NULL: none */
    const char *policy;     /* default policy; NULL or "": the database's default */
    int64_t now_ns;         /* what now() is; 0: the clock */
    int64_t timeout_ms;     /* 0: none */
    uint64_t memory_size;   /* most memory the query may use; 0: a share of the store's */
    uint64_t row_count_max; /* LIMIT after so many result rows; 0: none */
    const stria_param *params;
    size_t param_count;
    bool warn_changes; /* statements that change something carry InfluxDB's warning (HTTP GET) */
} stria_query_options;
#define STRIA_QUERY_OPTIONS(...)                                                                   \
    (&(stria_query_options){.struct_size = sizeof(stria_query_options), __VA_ARGS__})

/* Parses `text` (`size` bytes, one or more statements) and prepares its execution; a statement runs
 * when the cursor comes to it, so that any answer can be streamed.
 * text     copied.
 * cursor   out; owned by the caller until stria_cursor_close().
 * Returns  OK; SYNTAX (line and column in err, in the peer's words); NOMEM, INVALID. What goes
 *          wrong in one statement later is told by stria_cursor_next_series(). */
STRIA_API STRIA_MUST_CHECK stria_status stria_query(stria *db, const char *text, size_t size,
                                                    const stria_query_options *options,
                                                    stria_cursor **cursor, stria_error *err);

/* One statement of a query. Pointers live until the cursor moves to the next statement. */
typedef struct stria_statement {
    uint32_t index;
    uint32_t message_count;    /* warnings that are known before it runs */
    const char *const *levels; /* "warning" */
    const char *const *messages;
} stria_statement;

/* The rules of a time zone: see stria_zone_offset(). */
typedef struct stria_zone stria_zone;

/* One series of an answer: a table. Pointers live until the cursor moves to the next series. */
typedef struct stria_table {
    stria_bytes name;
    const stria_tag *tags; /* sorted by key; the values may be empty */
    size_t tag_count;
    const stria_bytes *column_names;
    const stria_type *column_types;
    size_t column_count;
    const stria_zone
        *zone; /* the clocks its times are to be shown by (InfluxQL's tz()); NULL: UTC */
} stria_table;

/* Values of one column of a batch. */
typedef struct stria_values {
    stria_type type;         /* that of the table's column */
    const void *values;      /* row_count values: int64_t for TIME */
    const uint64_t *present; /* bit i % 64 of word i / 64; NULL: every row has a value */
} stria_values;

/* Up to a few thousand rows of one table. Pointers live until the next call on the cursor. */
typedef struct stria_batch {
    size_t row_count;
    const stria_values *columns;
    size_t column_count;
} stria_batch;

/* The three walk statement -> table -> batch; each sets its output to NULL at the end of its list.
 * next_statement skips what is left of the current statement (it is then executed only as far as
 * it was read, but a statement that changes something is always carried out).
 * next_series returns the error of the statement, if it fails; next_statement may follow, and then
 * every later statement fails with "not executed", as in InfluxDB. PARTIAL, from next_series at the
 * end of a statement: the answer lacks what err->text names (a damaged chunk, say).
 * Others   CANCELLED, TIMEOUT, NOMEM (names the bytes), LIMIT, CORRUPT, IO. */
STRIA_API STRIA_MUST_CHECK stria_status stria_cursor_next_statement(
    stria_cursor *cursor, const stria_statement **statement, stria_error *err);
STRIA_API STRIA_MUST_CHECK stria_status stria_cursor_next_series(stria_cursor *cursor,
                                                                 const stria_table **table,
                                                                 stria_error *err);
STRIA_API STRIA_MUST_CHECK stria_status stria_cursor_next_batch(stria_cursor *cursor,
                                                                const stria_batch **batch,
                                                                stria_error *err);
/* The seconds that the clocks of a zone (NULL: UTC) are ahead of UTC at a time in nanoseconds;
 * negative in the west. Any thread, as long as the table lives. */
STRIA_API int32_t stria_zone_offset(const stria_zone *zone, int64_t ts_ns);
/* Makes a running call on the cursor, in another thread, end soon with CANCELLED. */
STRIA_API void stria_cursor_cancel(stria_cursor *cursor);
/* NULL is allowed. */
STRIA_API void stria_cursor_close(stria_cursor *cursor);

typedef enum stria_match_op {
    STRIA_MATCH_EQUAL = 0,
    STRIA_MATCH_NOT_EQUAL = 1,
    STRIA_MATCH_REGEX = 2, /* unanchored, RE2's syntax */
    STRIA_MATCH_NOT_REGEX = 3,
} stria_match_op;

typedef struct stria_matcher {
    stria_bytes key;
    stria_match_op op;
    stria_bytes value; /* "" means: the tag is absent */
} stria_matcher;

typedef struct stria_scan_options {
    uint32_t struct_size;
    const char *database;           /* required */
    const char *policy;             /* NULL or "": the default */
    const stria_bytes *measurement; /* NULL: all */
    const stria_matcher *matchers;  /* all must hold */
    size_t matcher_count;
    int64_t time_min_ns; /* both inclusive; 0 and 0: everything */
    int64_t time_max_ns;
    int64_t timeout_ms;
} stria_scan_options;
#define STRIA_SCAN_OPTIONS(...)                                                                    \
    (&(stria_scan_options){.struct_size = sizeof(stria_scan_options), __VA_ARGS__})

/* Reads rows exactly as stored: one statement, a table per series in key order, its columns "time"
 * and then every stored column (field name, type), sorted; a field written with two types is two
 * columns of one name. Rows come in time order, newest values winning.
 * Returns  as stria_query(). */
STRIA_API STRIA_MUST_CHECK stria_status stria_scan(stria *db, const stria_scan_options *options,
                                                   stria_cursor **cursor, stria_error *err);

/* ---- deleting ------------------------------------------------------------------------------- */

typedef struct stria_delete_options {
    uint32_t struct_size;
    const char *database;           /* required */
    const char *policy;             /* NULL or "": all of the database */
    const stria_bytes *measurement; /* NULL: all */
    const stria_matcher *matchers;  /* all must hold */
    size_t matcher_count;
    int64_t time_min_ns; /* both inclusive; 0 and 0: everything */
    int64_t time_max_ns;
    bool dry_run; /* only tell how much it is */
} stria_delete_options;
#define STRIA_DELETE_OPTIONS(...)                                                                  \
    (&(stria_delete_options){.struct_size = sizeof(stria_delete_options), __VA_ARGS__})

/* What a delete speaks of. */
typedef struct stria_delete_report {
    uint64_t series_count; /* with rows in the range */
    uint64_t row_count;
    uint64_t sample_count;
    uint64_t byte_count; /* about what merges will give back: the rows' share of their files */
} stria_delete_report;

/* Deletes the rows of some series in a range of time. They are gone for every reader that begins
 * after the call, and stay gone after a crash; rows that are written later are not touched. Their
 * space is given back by merges, or at once by STRIA_COMPACT_RECLAIM.
 * report   out, may be NULL; what it tells is counted first, which reads all those rows.
 * Returns  OK (also when nothing matches); NOT_FOUND (database or policy); INVALID, SYNTAX (a
 *          regular expression); LIMIT (too many matchers); READ_ONLY (not for a dry run), IO,
 *          DISK_FULL, NOMEM; CORRUPT (counting met damage). */
STRIA_API STRIA_MUST_CHECK stria_status stria_delete(stria *db, const stria_delete_options *options,
                                                     stria_delete_report *report, stria_error *err);

/* ---- care ----------------------------------------------------------------------------------- */

typedef enum stria_compact_until {
    STRIA_COMPACT_FLUSH = 0,   /* memtables are written to segments */
    STRIA_COMPACT_MERGE = 1,   /* and the merges that are due are done */
    STRIA_COMPACT_SEAL = 2,    /* and every window is merged into as few segments as may be */
    STRIA_COMPACT_RECLAIM = 3, /* memtables are flushed, and segments that hold deleted rows are
                                  written anew, one at a time */
} stria_compact_until;

typedef struct stria_compact_report {
    uint64_t sample_count; /* in the segments written */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t bytes_copied; /* of these: chunks taken as they were stored, without decoding them */
} stria_compact_report;

/* Does pending background work now and waits for it.
 * report   out, may be NULL.
 * Returns  OK, CANCELLED (the store is closing), IO, DISK_FULL, CORRUPT, NOMEM, READ_ONLY. */
STRIA_API STRIA_MUST_CHECK stria_status stria_compact(stria *db, stria_compact_until until,
                                                      stria_compact_report *report,
                                                      stria_error *err);

typedef struct stria_snapshot_report {
    uint64_t file_count; /* segments and log files */
    uint64_t byte_count;
    uint64_t copied_bytes; /* of these: the others are shared with the store */
} stria_snapshot_report;

typedef struct stria_snapshot_options {
    uint32_t struct_size;
    bool copy; /* copy all files, even where second names of them would do */
    /* Called now and then while files are copied; false stops with CANCELLED. NULL: not wanted. */
    bool (*on_progress)(void *user, uint64_t bytes_done, uint64_t bytes_total);
    void *user;
} stria_snapshot_options;
#define STRIA_SNAPSHOT_OPTIONS(...)                                                                \
    (&(stria_snapshot_options){.struct_size = sizeof(stria_snapshot_options), __VA_ARGS__})

/* Makes another store in directory `path` that holds what this one holds: everything acknowledged
 * before the call, while writes go on. Files that never change are shared by hard links, so that it
 * takes milliseconds and no space until the two differ; on another file system they are copied. The
 * result is a store like any other: neither can change what the other holds.
 * path     must not be there, or be empty; the folder above it must be there.
 * options  borrowed until return; NULL: all defaults.      report  out, may be NULL.
 * Returns  OK; EXISTS (there is something in `path`); CANCELLED; BUSY (read_only beside a writer
 *          that changes the store too fast); INVALID, NOT_FOUND, IO, DISK_FULL, NOMEM. On failure
 *          `path` is no store, and nothing of it is left if that could be taken away. */
STRIA_API STRIA_MUST_CHECK stria_status stria_snapshot(stria *db, const char *path,
                                                       const stria_snapshot_options *options,
                                                       stria_snapshot_report *report,
                                                       stria_error *err);

/* One thing found by stria_verify(). Pointers live until the callback returns. */
typedef struct stria_finding {
    stria_status code; /* CORRUPT, IO, VERSION, NOT_FOUND */
    const char *file;  /* relative to the store */
    uint64_t offset;
    const char *text;
} stria_finding;

typedef struct stria_verify_report {
    uint64_t file_count;
    uint64_t byte_count;
    uint64_t chunk_count; /* decoded and compared with their statistics */
    uint64_t frame_count;
    uint64_t row_count;
    uint64_t finding_count;
    uint64_t mended_count; /* files written anew or taken out by a repair */
} stria_verify_report;

typedef struct stria_verify_options {
    uint32_t struct_size;
    uint64_t memory_size; /* 0: 256 MiB */
    void (*on_finding)(void *user, const stria_finding *finding);
    /* Called now and then; false stops with CANCELLED. */
    bool (*on_progress)(void *user, uint64_t bytes_done, uint64_t bytes_total);
    void *user;
    /* Mends what is damaged, with the store opened for writing (LOCKED, if another has it open):
     * what can still be read is written anew, and a manifest that is lost is made from the
     * segments. Every file that is replaced stays, whole, in the folder "damaged" of the store. */
    bool repair;
} stria_verify_options;
#define STRIA_VERIFY_OPTIONS(...)                                                                  \
    (&(stria_verify_options){.struct_size = sizeof(stria_verify_options), __VA_ARGS__})

/* Checks every checksum of the store in `path`, decodes every chunk and compares what segments say
 * twice (the index with the series, statistics with values); changes nothing unless told to repair;
 * may run beside a process that writes. A finding in a segment says which series, fields and times
 * are lost, or which series and tags are concerned.
 * Returns  OK (nothing found), CORRUPT (findings were reported), CANCELLED, NOT_FOUND, IO or
 *          NOMEM. */
STRIA_API STRIA_MUST_CHECK stria_status stria_verify(const char *path,
                                                     const stria_verify_options *options,
                                                     stria_verify_report *report, stria_error *err);

/* What a backup or a restore did; also on failure, as far as it got. */
typedef struct stria_backup_report {
    uint64_t number; /* of the backup in its folder: 1, 2, ... */
    uint64_t file_count;
    uint64_t byte_count;    /* of all its files */
    uint64_t copied_bytes;  /* of these: new */
    uint64_t kept_bytes;    /* of these: an earlier backup had them */
    uint64_t finding_count; /* damages of the store */
} stria_backup_report;

typedef struct stria_backup_options {
    uint32_t struct_size;
    const char *incremental_from; /* a folder of earlier backups of this store; NULL: `folder` */
    uint64_t memory_size;         /* 0: 256 MiB */
    void (*on_finding)(void *user, const stria_finding *finding);
    /* Called now and then; false stops with CANCELLED. */
    bool (*on_progress)(void *user, uint64_t bytes_done, uint64_t bytes_total);
    void *user;
} stria_backup_options;
#define STRIA_BACKUP_OPTIONS(...)                                                                  \
    (&(stria_backup_options){.struct_size = sizeof(stria_backup_options), __VA_ARGS__})

/* Makes a backup of the store in `path` in `folder`: everything acknowledged before the call, also
 * beside a process that writes to the store. Segments that an earlier backup in the folder has are
 * not copied again; every chunk of the others is checked.
 * folder   made if it is not there; else it must be empty or hold backups of this store.
 * options  borrowed until return; NULL: all defaults.      report  out, may be NULL.
 * Returns  OK; CORRUPT (the backup is made, but the store is damaged: see on_finding; or an earlier
 *          list cannot be read); EXISTS (there is something else in the folder); CONFLICT (backups
 *          of another store); NOT_FOUND; CANCELLED; BUSY (the store changes too fast); INVALID,
 *          VERSION, IO, DISK_FULL, NOMEM. Earlier backups stay as they are in any case. */
STRIA_API STRIA_MUST_CHECK stria_status stria_backup(const char *path, const char *folder,
                                                     const stria_backup_options *options,
                                                     stria_backup_report *report, stria_error *err);

typedef struct stria_restore_options {
    uint32_t struct_size;
    uint64_t number;      /* which backup; 0: the newest */
    uint64_t memory_size; /* 0: 256 MiB */
    void (*on_finding)(void *user, const stria_finding *finding);
    /* Called now and then while files are read and copied; false stops with CANCELLED. */
    bool (*on_progress)(void *user, uint64_t bytes_done, uint64_t bytes_total);
    void *user;
    const char *database; /* only this one, also into a store that is there; NULL: all */
    const char *as;       /* the name it gets; NULL: the one it has */
} stria_restore_options;
#define STRIA_RESTORE_OPTIONS(...)                                                                 \
    (&(stria_restore_options){.struct_size = sizeof(stria_restore_options), __VA_ARGS__})

/* Makes a store in `path` of a backup in `folder`: every file is checked before anything is made,
 * and every chunk of the store afterwards.
 * path     must not be there, or be empty; the folder above it must be there.
 * options  borrowed until return; NULL: all defaults.      report  out, may be NULL.
 * Returns  OK; CORRUPT (the backup is damaged: nothing was made; or the store is made, but was
 *          damaged when it was backed up: err and on_finding tell); EXISTS (there is something in
 *          `path`); NOT_FOUND (no such backup); CANCELLED; INVALID, VERSION, IO, DISK_FULL,
 *          NOMEM. On failure `path` is no store, but for damage that is told.
 * With options->database `path` may also be a store, which nobody else has open for writing: the
 * database is added to it, whole and at one moment, or not at all. Its rows are written anew, each
 * chunk of them is read again before that moment, and nothing else of the store is touched.
 * Returns  also EXISTS (the store has a database of that name), NOT_FOUND (the backup has none),
 *          LOCKED. CORRUPT with damages told: the database is there without what they name. */
STRIA_API STRIA_MUST_CHECK stria_status stria_restore(const char *folder, const char *path,
                                                      const stria_restore_options *options,
                                                      stria_backup_report *report,
                                                      stria_error *err);

typedef enum stria_stat_kind {
    STRIA_STAT_COUNTER = 0,
    STRIA_STAT_GAUGE = 1,
    STRIA_STAT_HISTOGRAM = 2, /* a bucket (label le), or the _sum or _count of one */
} stria_stat_kind;

/* One figure about a store. Pointers live until the callback returns. */
typedef struct stria_stat {
    const char *name; /* "wal_syncs_total"; the server puts stria_ before it */
    const char *help;
    stria_stat_kind kind;
    const char *label; /* NULL: none */
    const char *label_value;
    double value;
} stria_stat;

/* Calls `each` for every figure, those of one name together. Cheap: no disk is read.
 * Returns  OK, INVALID. */
STRIA_API STRIA_MUST_CHECK stria_status stria_stats(
    stria *db, void (*each)(void *user, const stria_stat *stat), void *user, stria_error *err);

#ifdef __cplusplus
}
#endif
#endif
