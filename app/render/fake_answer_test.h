/* SPDX-License-Identifier: Apache-2.0 */
/* fake_answer_test.h -- one answer with everything in it, and its rendering into a string, for
 * tests.
 *
 * Why         Each format's test shows the same answer, so that they can be read side by side.
 * Threads     One owner. */
#ifndef SX_APP_RENDER_FAKE_ANSWER_TEST_H
#define SX_APP_RENDER_FAKE_ANSWER_TEST_H

#include "app/render/fake_source_test.h"
#include "app/render/render.h"

#include <math.h>

#define FAKE_OUT_SIZE_MAX ((size_t)1 << 20)

static const stria_bytes fake_names[] = {FAKE_TEXT("time"), FAKE_TEXT("f"), FAKE_TEXT("i"),
                                         FAKE_TEXT("u"),    FAKE_TEXT("b"), FAKE_TEXT("s")};
static const stria_type fake_types[] = {STRIA_TIME, STRIA_FLOAT, STRIA_INT,
                                        STRIA_UINT, STRIA_BOOL,  STRIA_STRING};
static const int64_t fake_times[] = {946684800000000000, 946684801500000000, -1};
static const double fake_floats[] = {1.5, 1e21, (double)INFINITY};
static const int64_t fake_ints[] = {-7, INT64_MIN, 0};
static const uint64_t fake_uints[] = {1, UINT64_MAX, 0};
static const uint8_t fake_bools[] = {1, 0, 1};
static const stria_bytes fake_strings[] = {FAKE_TEXT("say \"x\", ok"), FAKE_TEXT("a\nb<\xff>"),
                                           FAKE_TEXT("")};
static const uint64_t fake_present[] = {5}; /* the second row has no value */
static const stria_values fake_columns[] = {
    {.type = STRIA_TIME, .values = fake_times},
    {.type = STRIA_FLOAT, .values = fake_floats},
    {.type = STRIA_INT, .values = fake_ints, .present = fake_present},
    {.type = STRIA_UINT, .values = fake_uints},
    {.type = STRIA_BOOL, .values = fake_bools},
    {.type = STRIA_STRING, .values = fake_strings},
};
static const stria_tag fake_tags[] = {{.key = FAKE_TEXT("host"), .value = FAKE_TEXT("a b")},
                                      {.key = FAKE_TEXT("zone"), .value = FAKE_TEXT("")}};
static const stria_tag fake_other_tags[] = {{.key = FAKE_TEXT("host"), .value = FAKE_TEXT("b")},
                                            {.key = FAKE_TEXT("zone"), .value = FAKE_TEXT("eu")}};

/* A series with every type, and one with a time and a float; and rows of one name. */
static const struct fake_table fake_tables[] = {
    {.table = {.name = FAKE_TEXT("cpu"),
               .tags = fake_tags,
               .tag_count = 2,
               .column_names = fake_names,
               .column_types = fake_types,
               .column_count = 6},
     .columns = fake_columns,
     .row_count = 3},
    {.table = {.name = FAKE_TEXT("cpu"),
               .tags = fake_other_tags,
               .tag_count = 2,
               .column_names = fake_names,
               .column_types = fake_types,
               .column_count = 2},
     .columns = fake_columns,
     .row_count = 2},
};
static const struct fake_table fake_names_only[] = {
    {.table = {.column_names = fake_names, .column_types = fake_types, .column_count = 2}},
};

static const struct fake_statement fake_statements[] = {
    {.tables = fake_tables, .table_count = 2},
    {.message = "deprecated use of 'X'"},
    {.tables = fake_names_only, .table_count = 1},
    {.status = STRIA_NOT_FOUND, .text = "database not found: x"},
};

/* The whole answer, NUL-terminated, in `out`; taken in parts of at least `enough` bytes. */
static inline stria_status fake_render(const struct fake_source *answer,
                                       const struct sx_render_options *options, size_t enough,
                                       struct sx_buf *out, stria_error *err)
{
    struct fake_source fake = *answer;
    struct sx_row_source source = fake_source_of(&fake);
    struct sx_render *render;
    stria_status st = sx_render_create(out->mem, &source, options, &render, err);
    struct sx_buf part;
    sx_buf_init(&part, out->mem, FAKE_OUT_SIZE_MAX);
    for (bool done = false; !done && !st;) {
        st = sx_render_next(render, &part, enough, &done, err);
        sx_buf_put_bytes(out, sx_buf_bytes(&part));
        sx_buf_clear(&part);
    }
    sx_buf_put_u8(out, 0);
    if (!st && out->failed)
        st = sx_buf_refused(out, "out", err);
    sx_buf_deinit(&part);
    sx_render_destroy(render);
    return st;
}

static inline struct fake_source fake_answer_of(const struct fake_statement *statements,
                                                size_t count)
{
    return (struct fake_source){.statements = statements, .statement_count = count};
}

#endif
