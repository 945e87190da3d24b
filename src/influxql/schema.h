/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h -- what a statement finds stored: databases, policies, measurements, fields, tag keys.
 *
 * Why         Whether a name is a field or a tag, and of which type, decides what a query means; a
 *             statement asks once and keeps the answer.
 * Invariants  Fields and tag keys are those of the whole policy, whatever the time: an answer's
 *             columns do not depend on what was flushed or merged.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_SCHEMA_H
#define SX_INFLUXQL_SCHEMA_H

#include "influxql/execute.h"
#include "scan/columns.h"

#define SX_IQL_KNOWN_TAGS_MAX 8

struct sx_iql_measurement {
    struct sx_bytes name;
    uint32_t policy_id;
    struct sx_view *view; /* borrowed from the schema */
    const struct sx_view_measurement *stored;
    const struct sx_bytes *tag_keys; /* sorted; NULL: not looked up */
    size_t tag_key_count;
    struct sx_bytes known_tags[SX_IQL_KNOWN_TAGS_MAX]; /* some of them that were asked for */
    size_t known_tag_count;
};

struct sx_iql_schema_part;
struct sx_iql_schema_view;

struct sx_iql_schema {
    const struct sx_iql_context *context;
    struct sx_mem *mem;
    struct sx_arena *arena; /* borrowed */
    struct sx_iql_schema_view *views;
    size_t view_count, view_capacity;
    struct sx_iql_schema_part *parts; /* what was looked up */
    size_t part_count, part_capacity;
};

/* The context and the arena must live as long. */
void sx_iql_schema_init(struct sx_iql_schema *schema, const struct sx_iql_context *context,
                        struct sx_arena *arena);
void sx_iql_schema_deinit(struct sx_iql_schema *schema);

/* The database that a statement means by a name ("": that of the request).
 * Returns OK; INVALID ("database name required"), NOT_FOUND ("database not found: x"). */
stria_status sx_iql_find_database(const struct sx_iql_context *context, struct sx_bytes name,
                                  const struct sx_database **database, stria_error *err);

/* Whether the databases that sources name are there, and have a policy to read where the source
 * names none: what the peer looks at before everything else. */
stria_status sx_iql_check_databases(const struct sx_iql_context *context,
                                    const struct sx_iql_sources *sources, stria_error *err);

/* The policy of a source. Returns OK; NOT_FOUND ("retention policy not found: x"), and as above. */
stria_status sx_iql_source_policy(const struct sx_iql_context *context,
                                  const struct sx_iql_source *source,
                                  const struct sx_policy **policy, stria_error *err);

/* The measurements that a source (no sub-query) names, by name; none if there is none of that name.
 * The list lives in the arena. */
stria_status sx_iql_schema_source(struct sx_iql_schema *schema, const struct sx_iql_source *source,
                                  struct sx_iql_measurement ***measurements, size_t *count,
                                  stria_error *err);
/* All measurements of a policy, by name. */
stria_status sx_iql_schema_policy(struct sx_iql_schema *schema, uint32_t policy_id,
                                  struct sx_iql_measurement ***measurements, size_t *count,
                                  stria_error *err);

/* A view of a policy, which lives as long as the schema. */
stria_status sx_iql_schema_view(struct sx_iql_schema *schema, uint32_t policy_id,
                                struct sx_view **view, stria_error *err);

/* Whether a measurement has a tag, without looking up all of them if it has. `name` lives as long
 * as the schema. Returns as sx_view_tag_keys. */
stria_status sx_iql_schema_has_tag(struct sx_iql_schema *schema, struct sx_iql_measurement *m,
                                   struct sx_bytes name, bool *has, stria_error *err);

/* Fills in the tag keys of a measurement, unless they are there. */
stria_status sx_iql_schema_tags(struct sx_iql_schema *schema, struct sx_iql_measurement *m,
                                stria_error *err);

/* The type a field is read as; NONE: there is no such field. */
stria_type sx_iql_field_type(const struct sx_iql_measurement *m, struct sx_bytes field);
/* Whether a field has a stored column of a type. */
bool sx_iql_field_has_type(const struct sx_iql_measurement *m, struct sx_bytes field,
                           stria_type type);

#endif
