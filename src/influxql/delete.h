/* SPDX-License-Identifier: Apache-2.0 */
/* delete.h -- DELETE, DROP SERIES and DROP MEASUREMENT as commands.
 *
 * Why         A delete is stored and applied by every later read, so it must be a condition on
 *             series and times alone; what speaks of fields is refused before anything is done.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_DELETE_H
#define SX_INFLUXQL_DELETE_H

#include "influxql/execute.h"

/* Fills in kind, database, policy and selector; kind stays 0 if there is nothing to delete from.
 * Returns  OK; NOT_FOUND (database, policy); INVALID in the peer's words (fields, time in DROP
 *          SERIES); UNSUPPORTED; NOMEM; what reading the store returns. */
stria_status sx_iql_delete_command(const struct sx_iql_statement *statement,
                                   const struct sx_iql_context *context,
                                   struct sx_iql_command_storage *storage,
                                   struct sx_command *command, stria_error *err);

#endif
