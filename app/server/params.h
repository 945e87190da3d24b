/* SPDX-License-Identifier: Apache-2.0 */
/* params.h -- the parameters of a request: from the URL, a form body, or the parts of a multipart.
 *
 * Why         The peer's rules, which are Go's: pairs between &; a pair with a ; or a bad % escape
 *             is left out; + is a blank; of equal names the first counts, and a body's come before
 *             the URL's.
 * Limits      SX_PARAMS_MAX pairs.
 * Threads     One owner. */
#ifndef SX_APP_SERVER_PARAMS_H
#define SX_APP_SERVER_PARAMS_H

#include "base/bytes.h"
#include "base/mem.h"

#define SX_PARAMS_MAX 1000

struct sx_param {
    struct sx_bytes name;
    struct sx_bytes value; /* a NUL follows it, which it does not count */
    bool is_file;          /* a part with a file name; found only by sx_params_file */
};

struct sx_params {
    struct sx_mem *mem;
    struct sx_param *items;
    size_t count;
    size_t capacity;
};

void sx_params_init(struct sx_params *params, struct sx_mem *mem);
void sx_params_deinit(struct sx_params *params);

/* Adds the pairs of application/x-www-form-urlencoded text, which a URL's query is too. It is
 * decoded where it stands: `text` is changed, must live as long as the parameters, and text[size]
 * must be writable.
 * Returns  OK, LIMIT, NOMEM. */
SX_MUST_CHECK stria_status sx_params_add_form(struct sx_params *params, char *text, size_t size,
                                              stria_error *err);

/* Adds one pair; both must live as long as the parameters, with a NUL behind the value. */
SX_MUST_CHECK stria_status sx_params_add(struct sx_params *params, const struct sx_param *param,
                                         stria_error *err);

/* The first value of a name; NULL: there is none. */
const struct sx_param *sx_params_find(const struct sx_params *params, const char *name);
const struct sx_param *sx_params_file(const struct sx_params *params, const char *name);
/* The same as bytes, and as a NUL-terminated string; empty when there is none. */
struct sx_bytes sx_params_get(const struct sx_params *params, const char *name);
const char *sx_params_text(const struct sx_params *params, const char *name);
/* Whether the value is exactly `value`. */
bool sx_params_is(const struct sx_params *params, const char *name, const char *value);

/* Decodes %xx (and + as a blank if `plus`) in place; false: a bad escape. */
bool sx_percent_decode(char *text, size_t *size, bool plus);

#endif
