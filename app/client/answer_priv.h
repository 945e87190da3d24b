/* SPDX-License-Identifier: Apache-2.0 */
/* answer_priv.h -- what answer.c (the walk), answer_step.c (the documents) and
 * answer_batch.c (rows to columns) share. */
#ifndef SX_APP_CLIENT_ANSWER_PRIV_H
#define SX_APP_CLIENT_ANSWER_PRIV_H

#include "app/client/answer.h"
#include "base/arena.h"

/* A value as it was read. */
struct sx_answer_cell {
    enum sx_json_kind kind; /* STRING, NUMBER, TRUE, FALSE, NULL */
    size_t offset, len;     /* of its text in `text` */
};

/* Rows as they were read, and the columns made of them. */
struct sx_answer_batch {
    struct sx_mem *mem;
    size_t column_count;
    size_t row_count, row_max;
    struct sx_answer_cell *cells; /* row after row */
    size_t cell_capacity;
    struct sx_buf text;
    struct sx_arena arena; /* of the columns */
    stria_values *columns;
    bool first_is_time;
};

void sx_answer_batch_init(struct sx_answer_batch *batch, struct sx_mem *mem);
void sx_answer_batch_deinit(struct sx_answer_batch *batch);

/* Empties it for rows of so many columns. Returns OK, NOMEM. */
stria_status sx_answer_batch_begin(struct sx_answer_batch *batch, size_t column_count,
                                   bool first_is_time, stria_error *err);
/* Reads the values of a row, whose bracket was taken. Returns OK, IO, NOMEM, LIMIT. */
stria_status sx_answer_batch_row(struct sx_answer_batch *batch, struct sx_json_reader *reader,
                                 stria_error *err);
/* Makes the columns. Returns OK, NOMEM. */
stria_status sx_answer_batch_finish(struct sx_answer_batch *batch, stria_error *err);

/* IO, "the server's answer has an unknown form: WHAT". */
stria_status sx_answer_unknown(const char *what, stria_error *err);

/* Where the reader stands. */
enum sx_answer_place {
    SX_ANSWER_AT_TOP,        /* between documents */
    SX_ANSWER_IN_DOCUMENT,   /* among the keys of a document */
    SX_ANSWER_IN_RESULTS,    /* between results */
    SX_ANSWER_IN_RESULT,     /* among the keys of a result */
    SX_ANSWER_IN_SERIES,     /* between series */
    SX_ANSWER_IN_VALUES,     /* between rows */
    SX_ANSWER_BEHIND_VALUES, /* among the keys of a series behind its values */
};

/* What was read last. */
enum sx_answer_step {
    SX_ANSWER_STEP_RESULT,
    SX_ANSWER_STEP_SERIES,
    SX_ANSWER_STEP_SERIES_END,
    SX_ANSWER_STEP_ERROR,
    SX_ANSWER_STEP_END
};

struct sx_answer {
    struct sx_mem *mem;
    struct sx_json_reader reader;
    enum sx_answer_place place;
    bool step_left; /* taken by nobody yet: */
    enum sx_answer_step step;
    uint64_t result_id; /* of the last SX_ANSWER_STEP_RESULT */
    bool partial; /* of the last SX_ANSWER_STEP_SERIES_END: another part of the series follows */
    struct sx_buf error, messages;

    bool in_statement, in_series;
    stria_statement statement;
    bool batch_ready, series_ended;
    struct sx_arena arena; /* of the table */
    stria_tag *tags;
    size_t tag_capacity;
    stria_bytes *names;
    size_t name_capacity;
    stria_type *types;
    size_t type_capacity;
    stria_table table;
    struct sx_answer_batch rows;
    stria_batch batch;
};

/* Reads on to the next thing that matters: answer->step. */
stria_status sx_answer_step(struct sx_answer *answer, stria_error *err);
/* Whether a token is this key. */
bool sx_answer_is_key(const struct sx_json_token *token, const char *name);

#endif
