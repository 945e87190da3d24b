/* SPDX-License-Identifier: Apache-2.0 */
/* bucket.h -- buckets, as clients of InfluxDB 2 name databases and policies.
 *
 * Format      bucket=DATABASE[/POLICY]; without a policy it is the default one.
 * Threads     Any; the functions keep nothing. */
#ifndef SX_APP_SERVER_BUCKET_H
#define SX_APP_SERVER_BUCKET_H

#include "app/server/params.h"
#include "base/arena.h"

struct sx_bucket {
    const char *database;
    const char *policy; /* "": the default one */
};

/* Takes the parameter apart, whose bytes are changed for it.
 * Returns  OK; NOT_FOUND: the name is none (the peer's text); INVALID: a NUL in it. */
SX_MUST_CHECK stria_status sx_bucket_read(const struct sx_params *params, struct sx_bucket *bucket,
                                          stria_error *err);

/* Looks whether there are the database and the policy; the name of the default policy comes into
 * the arena.
 * Returns  OK; NOT_FOUND: database not found: "x", retention policy not found in "x": "y"; what
 *          stria_query() returns. */
SX_MUST_CHECK stria_status sx_bucket_resolve(stria *db, struct sx_bucket *bucket,
                                             struct sx_arena *arena, stria_error *err);

#endif
