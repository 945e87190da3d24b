/* SPDX-License-Identifier: Apache-2.0 */
/* scan_tables.h -- the rows of a selector exactly as stored, as tables: for stria_scan.
 *
 * Threads     One owner. */
#ifndef SX_EXEC_SCAN_TABLES_H
#define SX_EXEC_SCAN_TABLES_H

#include "model/request.h"
#include "model/selector.h"
#include "query/table_source.h"
#include "scan/view.h"

/* A table per series, in key order; columns "time" and then each stored column. The view is
 * acquired; what the selector points to must live as long as the source; the request is
 * borrowed. */
stria_status sx_scan_tables_create(struct sx_view *view, const struct sx_selector *selector,
                                   struct sx_request *request, struct sx_table_source **source,
                                   stria_error *err);

#endif
