/* SPDX-License-Identifier: Apache-2.0 */
/* check.h -- whether a statement makes sense, as far as that can be told without data.
 *
 * Why         The rules of SELECT (what may stand beside an aggregate, what GROUP BY time needs,
 *             how many arguments of which kind a function takes) and their texts are the peer's;
 *             what they find out on the way is what the planner needs.
 * Threads     Pure but for the arena. */
#ifndef SX_INFLUXQL_CHECK_H
#define SX_INFLUXQL_CHECK_H

#include "influxql/condition.h"

/* A SELECT that was checked: rewritten, and what was found out about it. */
struct sx_iql_checked {
    /* With every field reduced, DISTINCT f as distinct(f), a selected `time` taken out, dimensions
     * reduced, and `condition` without its bounds of time. */
    struct sx_iql_select select;
    struct sx_iql_range range; /* of time, that of the query around it included */
    int64_t time_min_ns;
    int64_t time_max_ns; /* now, where time is grouped and the condition says nothing */
    int64_t interval_ns; /* GROUP BY time(...); 0: none */
    int64_t interval_offset_ns;
    bool interval_inherited; /* from the query around it */
    int64_t extra_intervals; /* that functions like derivative need to be read before the first */
    bool ascending;
    bool only_selectors; /* no aggregate; true also for no function at all */
    bool has_distinct;
    bool has_auxiliary;         /* fields or tags stand beside the functions, or alone */
    struct sx_bytes top_bottom; /* "top" or "bottom" if there is one; else empty */
    struct sx_bytes time_name;  /* of the column: "time" or the alias given to it */
    size_t call_count; /* function calls but those of math, and of distinct inside others */
    struct sx_iql_checked **subqueries; /* one per source; NULL for measurements */
    /* The text GROUP BY time(d, 'text') was given: the planner must refuse it, after types. */
    const struct sx_iql_expr *bad_offset;
};

/* Checks a SELECT and the sub-queries in it.
 * now_ns   now().
 * Returns  OK; INVALID in the peer's words; NOMEM. */
SX_MUST_CHECK stria_status sx_iql_check_select(struct sx_arena *arena,
                                               const struct sx_iql_select *select, int64_t now_ns,
                                               struct sx_iql_checked **checked, stria_error *err);

/* The error of `bad_offset`, if there is one. */
SX_MUST_CHECK stria_status sx_iql_check_offset(struct sx_mem *mem,
                                               const struct sx_iql_checked *checked,
                                               stria_error *err);

/* What is wrong with a statement whatever is stored: sources of the system, measurements without a
 * name, `time` in the condition of statements that cannot look at it, invalid names. To be called
 * before databases are looked up; SELECT's own rules are sx_iql_check_select()'s.
 * Returns  OK; INVALID in the peer's words. */
SX_MUST_CHECK stria_status sx_iql_check_statement(const struct sx_iql_statement *statement,
                                                  stria_error *err);

/* What is wrong with a statement once the database and policy it names are known to exist.
 * Returns  OK; INVALID in the peer's words. */
SX_MUST_CHECK stria_status sx_iql_check_named(const struct sx_iql_statement *statement,
                                              stria_error *err);

#endif
