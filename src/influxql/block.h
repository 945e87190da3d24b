/* SPDX-License-Identifier: Apache-2.0 */
/* block.h -- a SELECT and the sub-queries in it, with everything known that is stored: measurements
 * found, wildcards expanded, names typed, columns named.
 *
 * Why         The step between the checks, which look at the text alone, and reading rows.
 * Threads     One owner; the schema and its arena must live as long. */
#ifndef SX_INFLUXQL_BLOCK_H
#define SX_INFLUXQL_BLOCK_H

#include "influxql/check.h"
#include "influxql/schema.h"

struct sx_iql_block;

/* What one source of a FROM is: a sub-query, or the measurements found. */
struct sx_iql_block_source {
    struct sx_iql_block *inner;
    struct sx_iql_measurement **measurements;
    size_t measurement_count;
};

struct sx_iql_block {
    const struct sx_iql_checked *checked;
    struct sx_iql_block *outer;  /* the query around it; NULL: none */
    struct sx_iql_select select; /* wildcards expanded, names typed */
    struct sx_iql_block_source *sources;
    size_t source_count;
    /* The tags that its series are told apart by, sorted: its own and those of the queries
     * around. */
    struct sx_bytes *tags;
    size_t tag_count;
    struct sx_bytes *column_names; /* the time first */
    size_t column_count;
};

/* Makes the block of a checked SELECT.
 * Returns  OK; INVALID in the peer's words (types); NOT_FOUND (policy); NOMEM; what reading the
 *          store returns. */
stria_status sx_iql_block_create(struct sx_iql_schema *schema, const struct sx_iql_checked *checked,
                                 struct sx_iql_block **block, stria_error *err);

/* ---- parts of it ---------------------------------------------------------------------------- */

/* The name a field has in the answer, before doubles are told apart: its alias, the function, the
 * names in it joined by "_". Appends to out. */
void sx_iql_put_field_name(struct sx_buf *out, const struct sx_iql_field *field);

/* The names of the columns of a SELECT whose fields are final; the arguments of top() and bottom()
 * have columns of their own, unless the answer is written somewhere.
 * Returns OK, NOMEM. */
stria_status sx_iql_name_columns(struct sx_arena *arena, const struct sx_iql_select *select,
                                 struct sx_bytes time_name, struct sx_bytes **names, size_t *count,
                                 stria_error *err);

/* The type of the language for a stored one. */
enum sx_iql_type sx_iql_stored_type(stria_type type);

/* Of two types of one name, whether the second is the one to take. */
bool sx_iql_type_gives_way(enum sx_iql_type type, enum sx_iql_type to);

/* The type of an expression in the peer's eyes. Names without a type are looked up in `sources`
 * (NULL: they have none).
 * Returns OK; INVALID ("type error: ..."); NOMEM. */
stria_status sx_iql_type_of(struct sx_iql_schema *schema, const struct sx_iql_block_source *sources,
                            size_t source_count, const struct sx_iql_expr *expr,
                            enum sx_iql_type *type, stria_error *err);

/* The type of a name in the sources: that of a field, a tag, or unknown. */
stria_status sx_iql_map_name(struct sx_iql_schema *schema,
                             const struct sx_iql_block_source *sources, size_t source_count,
                             struct sx_bytes name, enum sx_iql_type *type, stria_error *err);

/* The field of a SELECT that has a name, or the argument of its top() or bottom(); NULL: none. */
const struct sx_iql_expr *sx_iql_field_by_name(struct sx_iql_schema *schema,
                                               const struct sx_iql_select *select,
                                               struct sx_bytes name);

/* Whether a call is top() or bottom(). */
bool sx_iql_is_top_bottom(const struct sx_iql_expr *expr);

/* Types every name and expands wildcards: fills in block->select's fields, condition,
 * dimensions. */
stria_status sx_iql_rewrite(struct sx_iql_schema *schema, struct sx_iql_block *block,
                            stria_error *err);

#endif
