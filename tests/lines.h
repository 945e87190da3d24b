/* SPDX-License-Identifier: Apache-2.0 */
/* lines.h -- an answer as lines of text: of a store's cursor, to be compared with lines that a test
 * makes itself.
 *
 * Format      A row is one line: the table's name and tags, then its columns:
 *             "cpu,host=a,region= 10 i5 -". Times are decimal, i and u whole numbers, f the 16 hex
 *             digits of a double's bits, b 0 or 1, s length and hash of a string, - no value.
 * Threads     One owner. */
#ifndef SX_TESTS_LINES_H
#define SX_TESTS_LINES_H

#include "exec/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines {
    bool by_name; /* values stand as NAME:VALUE, and those that are not there are left out */
    char **items;
    size_t count, capacity;
};

/* Appends a line, in the words of printf. */
void lines_add(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lines_free(struct lines *lines);
void lines_sort(struct lines *lines);
/* Of all lines, in their order. */
uint64_t lines_hash(const struct lines *lines);
/* Whether both are the same; the first difference goes into `text`. */
bool lines_same(const struct lines *have, const struct lines *want, char *text, size_t size);

/* A value as it stands in a line; returns `text`. word: its bits; bytes: of a string. */
#define LINES_VALUE_MAX 48
const char *lines_value(stria_type type, uint64_t word, stria_bytes bytes, char *text);
/* The name and tags of a table as they stand in a line; returns `text`. */
#define LINES_NAME_MAX 300
const char *lines_name(stria_bytes name, const stria_tag *tags, size_t tag_count, char *text);

/* Appends all that a cursor answers; returns its first failure. */
stria_status lines_read(struct lines *lines, stria_cursor *cursor, stria_error *err);

#endif
