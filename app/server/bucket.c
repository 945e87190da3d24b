/* SPDX-License-Identifier: Apache-2.0 */
/* bucket.c -- see bucket.h. */
#include "app/server/bucket.h"

#include "app/server/go_text.h"
#include "base/error.h"

#include <string.h>

#define NAME_COLUMN 0 /* of SHOW RETENTION POLICIES */
#define DEFAULT_COLUMN 6

stria_status sx_bucket_read(const struct sx_params *params, struct sx_bucket *bucket,
                            stria_error *err)
{
    struct sx_bytes name = sx_params_get(params, "bucket");
    char *text = (char *)(uintptr_t)name.ptr; /* in the exchange's own copy of the URL */
    if (!name.len)
        return sx_fail(err, STRIA_NOT_FOUND,
                       "bucket name \"\" is missing a slash; not in "
                       "\"database/retention-policy\" format");
    if (text[0] == '/')
        return sx_fail(err, STRIA_NOT_FOUND,
                       "bucket name \"%.200s\" is in db/rp form but has an empty database", text);
    char *slash = memchr(text, '/', name.len);
    if (slash)
        *slash = 0;
    bucket->database = text;
    bucket->policy = slash ? slash + 1 : "";
    if (memchr(text, 0, slash ? (size_t)(slash - text) : name.len))
        return sx_fail(err, STRIA_INVALID, "a name with a NUL in it");
    return STRIA_OK;
}

static stria_status not_found(const char *front, const struct sx_bucket *bucket, bool with_policy,
                              stria_error *err)
{
    char storage[STRIA_ERROR_TEXT_MAX];
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage);
    sx_buf_put_text(&out, front);
    sx_go_put_quoted(&out, sx_bytes_of(bucket->database));
    if (with_policy) {
        sx_buf_put_text(&out, ": ");
        sx_go_put_quoted(&out, sx_bytes_of(bucket->policy));
    }
    return sx_fail(err, STRIA_NOT_FOUND, "%.*s", (int)out.len, storage);
}

/* Looks for the policy, or the default one, among rows of SHOW RETENTION POLICIES. */
static stria_status look(const stria_batch *batch, struct sx_bucket *bucket, struct sx_arena *arena,
                         bool *found, stria_error *err)
{
    const stria_bytes *names = batch->columns[NAME_COLUMN].values;
    const uint8_t *defaults = batch->columns[DEFAULT_COLUMN].values;
    struct sx_bytes wanted = sx_bytes_of(bucket->policy);
    for (size_t i = 0; i < batch->row_count && !*found; i++) {
        struct sx_bytes name = sx_bytes_make(names[i].ptr, names[i].len);
        *found = wanted.len ? sx_bytes_equal(name, wanted) : defaults[i];
        if (!*found || wanted.len)
            continue;
        char *copy = sx_arena_alloc(arena, name.len + 1);
        if (!copy)
            return sx_mem_refused(arena->mem, name.len + 1, err);
        memcpy(copy, name.ptr, name.len);
        copy[name.len] = 0;
        bucket->policy = copy;
    }
    return STRIA_OK;
}

static stria_status walk(stria_cursor *cursor, struct sx_bucket *bucket, struct sx_arena *arena,
                         bool *found, stria_error *err)
{
    const stria_statement *statement = NULL;
    const stria_table *table = NULL;
    stria_status st = stria_cursor_next_statement(cursor, &statement, err);
    if (!st)
        st = stria_cursor_next_series(cursor, &table, err);
    const stria_batch *batch = NULL;
    while (!st && table && !*found) {
        st = stria_cursor_next_batch(cursor, &batch, err);
        if (st || !batch)
            break;
        if (batch->column_count <= DEFAULT_COLUMN)
            return sx_fail(err, STRIA_INTERNAL, "SHOW RETENTION POLICIES has other columns");
        st = look(batch, bucket, arena, found, err);
    }
    return st;
}

static void put_identifier(struct sx_buf *out, const char *name)
{
    sx_buf_put_u8(out, '"');
    for (const char *c = name; *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '\n')
            sx_buf_put_u8(out, '\\');
        sx_buf_put_u8(out, *c == '\n' ? 'n' : (uint8_t)*c);
    }
    sx_buf_put_u8(out, '"');
}

stria_status sx_bucket_resolve(stria *db, struct sx_bucket *bucket, struct sx_arena *arena,
                               stria_error *err)
{
    stria_cursor *cursor = NULL;
    stria_error local = {0};
    struct sx_buf text;
    bool found = false;
    sx_buf_init(&text, arena->mem, 1 << 20);
    sx_buf_put_text(&text, "SHOW RETENTION POLICIES ON ");
    put_identifier(&text, bucket->database);
    stria_status st =
        text.failed ? sx_buf_refused(&text, "a database's name", &local)
                    : stria_query(db, (const char *)text.ptr, text.len, NULL, &cursor, &local);
    if (!st)
        st = walk(cursor, bucket, arena, &found, &local);
    stria_cursor_close(cursor);
    sx_buf_deinit(&text);
    if (st == STRIA_NOT_FOUND || st == STRIA_SYNTAX)
        return not_found("database not found: ", bucket, false, err);
    if (st)
        sx_error_copy(err, &local);
    else if (!found)
        st = not_found("retention policy not found in ", bucket, true, err);
    return st;
}
