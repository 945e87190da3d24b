/* SPDX-License-Identifier: Apache-2.0 */
/* rows_fixture_test.h -- rows as text, for the tests of all that stores and reads rows.
 *
 * Format      Fields of a row: name, digit of the type, and = and the value unless it is absent:
 *             "f1=1.5 i2=-3 u3=7 b4=1 s5=text g1". A float may be #16 hex digits of its bits. What
 *             was read is told as "TIME:f1=1.5,i2=-3 TIME:...", absent values left out. */
#ifndef SX_INDEX_ROWS_FIXTURE_TEST_H
#define SX_INDEX_ROWS_FIXTURE_TEST_H

#include "base/golden_test.h"
#include "base/sort.h"
#include "model/vector.h"

#include <stdlib.h>

#define TEST_FIELDS_MAX 24

struct test_field {
    struct sx_bytes name;
    stria_type type;
    bool present;
    uint64_t bits;        /* of numbers and booleans */
    struct sx_bytes text; /* of a string */
};

static inline int test_field_compare(const void *a, const void *b, void *context)
{
    const struct test_field *x = a, *y = b;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (int)x->type - (int)y->type;
}

static inline void test_field_parse(struct test_field *field, const char *text, size_t len)
{
    size_t name_len = 0;
    while (text[name_len] < '0' || text[name_len] > '9')
        name_len++;
    *field = (struct test_field){.name = sx_bytes_make(text, name_len),
                                 .type = (stria_type)(text[name_len] - '0'),
                                 .present = len > name_len + 1};
    const char *value = text + name_len + 2;
    if (!field->present)
        return;
    if (field->type == STRIA_STRING)
        field->text = sx_bytes_make(value, len - name_len - 2);
    else if (field->type == STRIA_FLOAT && *value != '#')
        field->bits = sx_bits_of_f64(strtod(value, NULL));
    else if (field->type == STRIA_FLOAT)
        field->bits = strtoull(value + 1, NULL, 16);
    else if (field->type == STRIA_INT)
        field->bits = (uint64_t)strtoll(value, NULL, 10);
    else
        field->bits = strtoull(value, NULL, 10);
}

/* The fields of a text, which must outlive them, sorted by (name, type); returns how many. */
static inline size_t test_fields_parse(const char *text, struct test_field *fields)
{
    size_t count = 0;
    while (*text) {
        size_t len = strcspn(text, " ");
        assert_true(count < TEST_FIELDS_MAX);
        test_field_parse(&fields[count++], text, len);
        text += len + (text[len] == ' ');
    }
    sx_sort(fields, count, sizeof *fields, test_field_compare, NULL);
    return count;
}

/* Appends "name type = value" of row i. */
static inline void test_value_put(struct sx_buf *out, struct sx_bytes name, stria_type type,
                                  const void *values, size_t i)
{
    sx_buf_printf(out, "%.*s%d=", (int)name.len, (const char *)name.ptr, (int)type);
    if (type == STRIA_STRING) {
        stria_bytes text = ((const stria_bytes *)values)[i];
        sx_buf_put(out, text.ptr, text.len);
    } else if (type == STRIA_BOOL) {
        sx_buf_printf(out, "%d", ((const uint8_t *)values)[i]);
    } else if (type == STRIA_UINT) {
        sx_buf_printf(out, "%" PRIu64, ((const uint64_t *)values)[i]);
    } else if (type == STRIA_INT) {
        sx_buf_printf(out, "%" PRId64, ((const int64_t *)values)[i]);
    } else {
        double v = ((const double *)values)[i];
        char text[40];
        bool plain = v > -1e15 && v < 1e15 && (v != 0 || sx_bits_of_f64(v) == 0);
        if (plain)
            (void)snprintf(text, sizeof text, "%.15g", v);
        else
            (void)snprintf(text, sizeof text, "#%016" PRIx64, sx_bits_of_f64(v));
        sx_buf_put_text(out, text);
    }
}

/* Appends one row: its time and the values that are present. */
static inline void test_row_begin(struct sx_buf *out, int64_t ts_ns)
{
    sx_buf_printf(out, "%s%" PRId64 ":", out->len ? " " : "", ts_ns);
}

static inline void test_row_value(struct sx_buf *out, struct sx_bytes name, stria_type type,
                                  const void *values, size_t i)
{
    if (out->len && out->ptr[out->len - 1] != ':')
        sx_buf_put_u8(out, ',');
    test_value_put(out, name, type, values, i);
}

/* Compares a text with what was gathered, and empties it. */
static inline void assert_rows(struct sx_buf *got, const char *want)
{
    assert_false(got->failed);
    if (got->len != strlen(want) || (got->len && memcmp(got->ptr, want, got->len) != 0))
        fail_msg("got  %.*s\nwant %s", (int)got->len, got->len ? (const char *)got->ptr : "", want);
    sx_buf_clear(got);
}

#endif
