/* SPDX-License-Identifier: Apache-2.0 */
/* print_priv.h -- what the two halves of the printer share: print.c (expressions, SELECT) and
 * print_statement.c (all else). */
#ifndef SX_INFLUXQL_PRINT_PRIV_H
#define SX_INFLUXQL_PRINT_PRIV_H

#include "influxql/print.h"

void sx_iql_print_sources(struct sx_buf *out, const struct sx_iql_sources *sources);
/* Each appends " WHERE ...", " GROUP BY ...", " ORDER BY ...", " LIMIT ..." or nothing. */
void sx_iql_print_condition(struct sx_buf *out, const struct sx_iql_expr *condition);
void sx_iql_print_dimensions(struct sx_buf *out, const struct sx_iql_exprs *dimensions);
void sx_iql_print_order(struct sx_buf *out, const struct sx_iql_order *order);
void sx_iql_print_limits(struct sx_buf *out, const struct sx_iql_limits *limits);

#endif
