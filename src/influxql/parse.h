/* SPDX-License-Identifier: Apache-2.0 */
/* parse.h -- the text of a query to statements.
 *
 * Why         The whole language of InfluxDB 1.12, also what is not executed, and its error texts
 *             to the letter: clients show them, and some match them.
 * Source      InfluxQL as InfluxDB 1.12 parses it, with its oddities.
 * Limits      SX_IQL_TEXT_MAX bytes, SX_IQL_DEPTH_MAX levels. A NUL byte is refused: the peer takes
 *             it for the end of the text in some places and skips it in others.
 * Threads     Pure but for the arena. */
#ifndef SX_INFLUXQL_PARSE_H
#define SX_INFLUXQL_PARSE_H

#include "base/error.h"
#include "influxql/ast.h"

#define SX_IQL_TEXT_MAX ((size_t)8 << 20)

struct sx_iql_parse_options {
    const stria_param *params; /* borrowed as long as the arena lives */
    size_t param_count;
    /* Finds the zone of a name, which must outlive the arena; false: there is none. The parser
     * knows UTC itself. NULL: only UTC. */
    bool (*find_zone)(void *user, struct sx_bytes name, const struct sx_zone **zone);
    void *user;
};

/* Parses one or more statements, separated by semicolons; none is good too.
 * text     copied to the arena, where all that `query` points to lives.
 * options  NULL: no parameters, no zones.
 * Returns  OK; SYNTAX, in the peer's words but for its "error parsing query: "; LIMIT; NOMEM. */
SX_MUST_CHECK stria_status sx_iql_parse(struct sx_arena *arena, struct sx_bytes text,
                                        const struct sx_iql_parse_options *options,
                                        struct sx_iql_query *query, stria_error *err);

/* Parses a single expression, as after WHERE, which must fill the text. */
SX_MUST_CHECK stria_status sx_iql_parse_expr(struct sx_arena *arena, struct sx_bytes text,
                                             const struct sx_iql_parse_options *options,
                                             const struct sx_iql_expr **expr, stria_error *err);

#endif
