/* SPDX-License-Identifier: Apache-2.0 */
/* input.h -- the rows of one source of a level, whatever it is: stored series, one after the other,
 * or the answer of a sub-query.
 *
 * Threads     One owner; the level must live as long. */
#ifndef SX_INFLUXQL_INPUT_H
#define SX_INFLUXQL_INPUT_H

#include "influxql/level.h"

struct sx_iql_input;

struct sx_iql_input_rows {
    const struct sx_iql_group *group; /* of the level's block */
    const struct sx_rows *rows;       /* columns numbered as the level's vars */
    const uint64_t *selected;         /* those that a condition lets through; NULL: all */
    bool begins_series;               /* they are the first of a stored series */
    bool are_rollups;                 /* columns numbered as those of the level's rollups */
};

/* vars: the numbers of the names that are wanted.
 * Returns OK, NOMEM, and for sub-queries what making a level returns. */
stria_status sx_iql_input_create(struct sx_iql_level *level, size_t source, const uint32_t *vars,
                                 size_t var_count, struct sx_iql_input **input, stria_error *err);
void sx_iql_input_destroy(struct sx_iql_input *input); /* NULL is allowed */

/* Whether rows come from stored series; those of sub-queries have their own range of time and
 * direction. */
bool sx_iql_input_is_stored(const struct sx_iql_input *input);

stria_status sx_iql_input_begin(struct sx_iql_input *input, const struct sx_iql_group *outermost,
                                int64_t time_min_ns, int64_t time_max_ns, bool descending,
                                stria_error *err);
/* NULL at the end. */
stria_status sx_iql_input_next(struct sx_iql_input *input, const struct sx_iql_input_rows **rows,
                               stria_error *err);
/* Rows of a stored series that can be added up as they are stored; see scan.h. */
struct sx_iql_input_stretch {
    const struct sx_iql_group *group;
    struct sx_iql_reader *reader;
    const struct sx_stretch *rows; /* NULL: there are none, and rows must be read */
    bool begins_series;
};

/* Looks at the rows that sx_iql_input_next would give. */
stria_status sx_iql_input_stretch(struct sx_iql_input *input, struct sx_iql_input_stretch *stretch,
                                  stria_error *err);
/* Passes the rows that were looked at. */
void sx_iql_input_pass(struct sx_iql_input *input);

/* Of each stored series about so many rows will be read before skip is called; 0: all. */
void sx_iql_input_expect(struct sx_iql_input *input, uint64_t row_count);
/* The rest of the stored series at hand is not wanted. */
void sx_iql_input_skip(struct sx_iql_input *input);

#endif
