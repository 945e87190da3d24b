/* SPDX-License-Identifier: Apache-2.0 */
/* view_provider.h -- how a plan gets at the data of a database and policy without knowing the
 * engine.
 *
 * Threads     As its context; a plan asks from one thread. */
#ifndef SX_QUERY_VIEW_PROVIDER_H
#define SX_QUERY_VIEW_PROVIDER_H

#include "model/catalog.h"
#include "scan/view.h"

/* Rows that were rejected because of a limit of series. */
struct sx_rejected_rows {
    const char *limit; /* its name */
    uint32_t database_id;
    struct sx_bytes measurement;
    struct sx_bytes tag; /* empty: the limit is not one of a tag */
    uint64_t row_count;
};

struct sx_view_provider {
    void *context;
    /* The catalog that names are looked up in; borrowed for the life of the statement. */
    const struct sx_catalog *catalog;
    /* A view of a policy, to be released; every call for one policy in one statement gives the
     * same. */
    stria_status (*view)(void *context, uint32_t policy_id, struct sx_view **view,
                         stria_error *err);
    /* Calls for what was rejected since the store was opened, most rows first. NULL: nothing is
     * known of limits. */
    stria_status (*rejected)(void *context,
                             stria_status (*each)(void *user, const struct sx_rejected_rows *rows,
                                                  stria_error *err),
                             void *user, stria_error *err);
    const uint64_t *series_limits; /* of the store, by enum sx_limit_kind; NULL likewise */
};

#endif
