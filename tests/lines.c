/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c -- see lines.h. */
#include "lines.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SIZE 2000

void lines_add(struct lines *lines, const char *format, ...)
{
    char line[LINE_MAX_SIZE];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof line)
        abort();
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? 2 * lines->capacity : 64;
        lines->items = realloc(lines->items, lines->capacity * sizeof *lines->items);
        if (!lines->items)
            abort();
    }
    lines->items[lines->count] = strdup(line);
    if (!lines->items[lines->count++])
        abort();
}

void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i]);
    free(lines->items);
    *lines = (struct lines){0};
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void lines_sort(struct lines *lines)
{
    if (lines->count)
        qsort(lines->items, lines->count, sizeof *lines->items, compare_lines);
}

uint64_t lines_hash(const struct lines *lines)
{
    uint64_t hash = lines->count;
    for (size_t i = 0; i < lines->count; i++)
        hash = hash * 0x9e3779b97f4a7c15u ^ sx_hash(sx_bytes_of(lines->items[i]));
    return hash;
}

bool lines_same(const struct lines *have, const struct lines *want, char *text, size_t size)
{
    size_t i = 0;
    while (i < have->count && i < want->count && strcmp(have->items[i], want->items[i]) == 0)
        i++;
    if (i == have->count && i == want->count)
        return true;
    (void)snprintf(text, size, "line %zu of %zu (not %zu): '%s', not '%s'", i, have->count,
                   want->count, i < have->count ? have->items[i] : "(none)",
                   i < want->count ? want->items[i] : "(none)");
    return false;
}

const char *lines_value(stria_type type, uint64_t word, stria_bytes bytes, char *text)
{
    switch (type) {
    case STRIA_FLOAT:
        (void)snprintf(text, LINES_VALUE_MAX, "f%016" PRIx64, word);
        break;
    case STRIA_UINT:
        (void)snprintf(text, LINES_VALUE_MAX, "u%" PRIu64, word);
        break;
    case STRIA_BOOL:
        (void)snprintf(text, LINES_VALUE_MAX, "b%u", (unsigned)word);
        break;
    case STRIA_STRING:
        (void)snprintf(text, LINES_VALUE_MAX, "s%zu:%016" PRIx64, bytes.len,
                       sx_hash(sx_bytes_make(bytes.ptr, bytes.len)));
        break;
    case STRIA_TIME:
        (void)snprintf(text, LINES_VALUE_MAX, "%" PRId64, (int64_t)word);
        break;
    default:
        (void)snprintf(text, LINES_VALUE_MAX, "i%" PRId64, (int64_t)word);
        break;
    }
    return text;
}

static size_t put_part(char *text, size_t len, const char *before, stria_bytes part)
{
    int more = snprintf(text + len, LINES_NAME_MAX - len, "%s", before);
    len += more > 0 ? (size_t)more : 0;
    for (size_t i = 0; i < part.len && len + 4 < LINES_NAME_MAX; i++) {
        unsigned char c = ((const unsigned char *)part.ptr)[i];
        more = snprintf(text + len, LINES_NAME_MAX - len, c < ' ' ? "\\%u" : "%c", c);
        len += more > 0 ? (size_t)more : 0;
    }
    return len;
}

const char *lines_name(stria_bytes name, const stria_tag *tags, size_t tag_count, char *text)
{
    text[0] = 0;
    size_t len = put_part(text, 0, "", name);
    for (size_t i = 0; i < tag_count; i++) {
        len = put_part(text, len, ",", tags[i].key);
        len = put_part(text, len, "=", tags[i].value);
    }
    return text;
}

static void add_row(struct lines *lines, const char *name, const stria_table *table,
                    const stria_batch *batch, size_t row)
{
    char line[LINE_MAX_SIZE], value[LINES_VALUE_MAX];
    size_t len = (size_t)snprintf(line, sizeof line, "%s", name);
    for (size_t c = 0; c < batch->column_count && len + LINES_VALUE_MAX + 20 < sizeof line; c++) {
        const stria_values *v = &batch->columns[c];
        const stria_bytes *column = &table->column_names[c];
        stria_bytes bytes = {0};
        uint64_t word = 0;
        bool present = !v->present || (v->present[row / 64] >> row % 64 & 1);
        if (present && v->type == STRIA_STRING)
            bytes = ((const stria_bytes *)v->values)[row];
        else if (present && v->type == STRIA_BOOL)
            word = ((const uint8_t *)v->values)[row];
        else if (present)
            word = ((const uint64_t *)v->values)[row];
        if (lines->by_name && !present)
            continue;
        if (lines->by_name)
            len += (size_t)snprintf(line + len, sizeof line - len, " %.*s:", (int)column->len,
                                    column->ptr);
        len += (size_t)snprintf(line + len, sizeof line - len, lines->by_name ? "%s" : " %s",
                                present ? lines_value(v->type, word, bytes, value) : "-");
    }
    lines_add(lines, "%s", line);
}

static stria_status read_table(struct lines *lines, stria_cursor *cursor, const stria_table *table,
                               stria_error *err)
{
    char name[LINES_NAME_MAX];
    const stria_batch *batch;
    stria_status st;
    (void)lines_name(table->name, table->tags, table->tag_count, name);
    while (!(st = sx_cursor_next_batch(cursor, &batch, err)) && batch)
        for (size_t i = 0; i < batch->row_count; i++)
            add_row(lines, name, table, batch, i);
    return st;
}

stria_status lines_read(struct lines *lines, stria_cursor *cursor, stria_error *err)
{
    const stria_statement *statement;
    const stria_table *table;
    stria_status st;
    while (!(st = sx_cursor_next_statement(cursor, &statement, err)) && statement)
        do {
            st = sx_cursor_next_series(cursor, &table, err);
            if (!st && table)
                st = read_table(lines, cursor, table, err);
            if (st)
                return st;
        } while (table);
    return st;
}
