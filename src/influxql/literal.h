/* SPDX-License-Identifier: Apache-2.0 */
/* literal.h -- names, strings and numbers as InfluxQL writes them.
 *
 * Why         Parser and printer must agree: what one quotes, the other reads back.
 * Threads     Pure. */
#ifndef SX_INFLUXQL_LITERAL_H
#define SX_INFLUXQL_LITERAL_H

#include "base/buf.h"

/* Appends a name, in double quotes where it is a keyword, empty, or no plain word. */
void sx_iql_put_name(struct sx_buf *out, struct sx_bytes name);
/* Appends "a".b: all parts but the last in quotes, and nothing for an empty part in the middle. */
void sx_iql_put_path(struct sx_buf *out, const struct sx_bytes *parts, size_t count);
/* Appends a string in single quotes. */
void sx_iql_put_string(struct sx_buf *out, struct sx_bytes text);
/* Appends a regular expression between slashes. */
void sx_iql_put_regex(struct sx_buf *out, struct sx_bytes pattern);

/* Appends a number with a decimal point, never with an exponent: 1.0, 0.000001. */
void sx_iql_put_number(struct sx_buf *out, double value);
/* The number that `digits[.digits]` is, or that NaN or Inf with a sign is. False: it is none, or
 * too large for a double. */
bool sx_iql_parse_number(struct sx_bytes text, double *out);

/* Appends a duration with the largest unit that divides it: 90m, 1w, 0s. */
void sx_iql_put_duration(struct sx_buf *out, int64_t ns);
/* Appends a duration as the peer prints those of CREATE DATABASE: 1h30m0s. Below a second the
 * fraction would not parse back, so those are as above. */
void sx_iql_put_clock_duration(struct sx_buf *out, int64_t ns);

#endif
