/* SPDX-License-Identifier: Apache-2.0 */
/* report.h -- filling the caller's stria_report.
 *
 * Why         What a report owns outlives the call and is freed by the caller, who knows nothing of
 *             the store's budgets: so it is one block from malloc's own budget-less node, bounded.
 * Threads     One owner. */
#ifndef SX_API_REPORT_H
#define SX_API_REPORT_H

#include "engine/engine.h"
#include "ingest/problems.h"
#include "stria.h"

/* Copies problems and the answer's text into the report (may be NULL). Without memory for the texts
 * the counts are there and the texts are not. */
void sx_report_fill(stria_report *report, const struct sx_ingest_problems *problems,
                    const struct sx_write_result *result, struct sx_bytes answer);

#endif
