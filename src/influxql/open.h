/* SPDX-License-Identifier: Apache-2.0 */
/* open.h -- statements that read, each opened as a source of tables; execute.h chooses.
 *
 * Threads     One owner a statement; statement and context must live as long as the source. */
#ifndef SX_INFLUXQL_OPEN_H
#define SX_INFLUXQL_OPEN_H

#include "influxql/execute.h"

/* Each returns as sx_iql_open(). */
stria_status sx_iql_open_select(const struct sx_iql_select *select,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err);
stria_status sx_iql_open_databases(const struct sx_iql_context *context,
                                   struct sx_table_source **source, stria_error *err);
stria_status sx_iql_open_series(const struct sx_iql_show *show,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err);
/* SHOW TAG KEYS, TAG VALUES and FIELD KEYS. */
stria_status sx_iql_open_stored(const struct sx_iql_statement *statement,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err);
stria_status sx_iql_open_measurements(const struct sx_iql_show *show,
                                      const struct sx_iql_context *context,
                                      struct sx_table_source **source, stria_error *err);
stria_status sx_iql_open_cardinality(const struct sx_iql_statement *statement,
                                     const struct sx_iql_context *context,
                                     struct sx_table_source **source, stria_error *err);
/* Statements about things there are none of: users, grants, continuous queries, subscriptions,
 * queries that can be killed. */
stria_status sx_iql_open_admin(const struct sx_iql_statement *statement,
                               const struct sx_iql_context *context,
                               struct sx_table_source **source, stria_error *err);
/* What was rejected for limits of series. */
stria_status sx_iql_open_limits(const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err);
/* name: of the database; "": that of the request. */
stria_status sx_iql_open_policies(struct sx_bytes name, const struct sx_iql_context *context,
                                  struct sx_table_source **source, stria_error *err);

#endif
