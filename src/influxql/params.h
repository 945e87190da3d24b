/* SPDX-License-Identifier: Apache-2.0 */
/* params.h -- bound parameters: what `$name` in a query stands for.
 *
 * Why         A parameter replaces one token, so a value can never become syntax.
 * Threads     Pure. */
#ifndef SX_INFLUXQL_PARAMS_H
#define SX_INFLUXQL_PARAMS_H

#include "influxql/lexer.h"
#include "stria.h"

/* Replaces a BOUND_PARAM token by the token its parameter stands for. A parameter that cannot be
 * bound (an identifier that is no string; type STRIA_NONE, whose string says why) leaves
 * BOUND_PARAM, with the reason as its text; a parameter that is not there leaves the token as it
 * is. Texts of string parameters are borrowed. False: no memory. */
SX_MUST_CHECK bool sx_iql_param_bind(struct sx_arena *arena, const stria_param *params,
                                     size_t param_count, struct sx_iql_lexeme *lexeme);

#endif
