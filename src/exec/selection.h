/* SPDX-License-Identifier: Apache-2.0 */
/* selection.h -- what a scan or a delete of the public interface selects, and how much that is.
 *
 * Threads     One owner. */
#ifndef SX_EXEC_SELECTION_H
#define SX_EXEC_SELECTION_H

#include "base/arena.h"
#include "model/request.h"
#include "model/selector.h"
#include "scan/view.h"

struct sx_regex;

/* A selector with copies of all it points to. */
struct sx_selection {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_selector selector;
    struct sx_regex **regexes; /* of its matchers */
    size_t regex_count;
};

/* measurement: NULL: all. time_min_ns, time_max_ns: both inclusive; 0 and 0: everything. To be
 * deinitialised in any case.
 * Returns  OK, NOMEM, SYNTAX (a regular expression), LIMIT (its length). */
stria_status sx_selection_init(struct sx_selection *selection, struct sx_mem *mem,
                               const stria_bytes *measurement, const stria_matcher *matchers,
                               size_t matcher_count, int64_t time_min_ns, int64_t time_max_ns,
                               stria_error *err);
void sx_selection_deinit(struct sx_selection *selection); /* of a zeroed one as well */

struct sx_selection_counts {
    uint64_t series_count; /* with rows in the range */
    uint64_t row_count;
    uint64_t sample_count; /* their values */
    uint64_t byte_count;   /* their share of the files, by rows as they are stored */
};

/* Adds what a view has of a selection; reads all its rows.
 * Returns  OK, NOMEM, CORRUPT, IO, LIMIT, CANCELLED, TIMEOUT. */
stria_status sx_selection_count(const struct sx_selector *selector, struct sx_view *view,
                                struct sx_request *request, struct sx_selection_counts *counts,
                                stria_error *err);

#endif
