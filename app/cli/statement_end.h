/* SPDX-License-Identifier: Apache-2.0 */
/* statement_end.h -- whether what was typed so far is whole, or goes on in the next line.
 *
 * Format      A statement of InfluxQL ends with its line, unless a quote ('...' or "..."), a
 *             regular expression, a comment or a parenthesis is open, or the line ends with a
 *             backslash; a semicolon at the end of a line ends it in any case but inside quotes.
 * Limits      A regular expression is known by what is before it: =~ !~ ( , . or one of the words
 *             SELECT FROM BY; elsewhere / divides.
 * Threads     Pure. */
#ifndef SX_APP_CLI_STATEMENT_END_H
#define SX_APP_CLI_STATEMENT_END_H

#include "base/bytes.h"

/* `text`: lines, the last one without its LF. */
bool sx_statement_is_whole(struct sx_bytes text);

#endif
