/* SPDX-License-Identifier: Apache-2.0 */
/* json_in.h -- JSON that comes in: the `params` of a query, an object of values for the $names in
 * it; and objects of texts.
 *
 * Why         Clients bind values instead of quoting them. The rules and the texts of errors are
 *             the peer's (Go's encoding/json, InfluxQL's bound parameters).
 * Format      {"a":"text","b":1,"c":1.5,"d":true,"e":{"identifier":"cpu"},"f":{"regex":"^a"},
 *             "g":{"duration":"10m"},"h":{"integer":2},"i":{"float":2},"k":{"string":"x"}}
 *             A number with a point is a float, else an integer. What follows the object is not
 *             looked at, as with the peer.
 * Limits      SX_QUERY_PARAMS_MAX values, SX_QUERY_PARAMS_SIZE_MAX bytes of text.
 * Threads     One owner. */
#ifndef SX_APP_SERVER_JSON_IN_H
#define SX_APP_SERVER_JSON_IN_H

#include "base/arena.h"
#include "stria.h"

#define SX_QUERY_PARAMS_MAX 1000
#define SX_QUERY_PARAMS_SIZE_MAX ((size_t)1 << 20)

struct sx_query_params {
    struct sx_arena arena;
    stria_param *items; /* what cannot be bound has the type NONE and says why */
    size_t count;
    void *root; /* the parsed JSON, which the items look into */
};

void sx_query_params_init(struct sx_query_params *params, struct sx_mem *mem);
void sx_query_params_deinit(struct sx_query_params *params);

/* Reads the parameters, once.
 * Returns  OK; INVALID with the peer's text ("error parsing query parameters: ...", "error parsing
 *          json value: ..."); LIMIT, NOMEM. */
SX_MUST_CHECK stria_status sx_query_params_read(struct sx_query_params *params,
                                                struct sx_bytes json, stria_error *err);

/* Reads some members of an object, which must be texts, as Go's json.Unmarshal does it for a struct
 * httpd.<type>; other members are passed over. A text that is not there, or null, is empty. The
 * texts come into the arena.
 * Returns  OK; INVALID: cannot parse request body: <Go's text>; LIMIT: more than
 *          SX_QUERY_PARAMS_SIZE_MAX bytes; NOMEM. */
SX_MUST_CHECK stria_status sx_json_in_texts(struct sx_arena *arena, struct sx_bytes json,
                                            const char *type, const char *const *names,
                                            size_t count, struct sx_bytes *texts, stria_error *err);

#endif
