/* SPDX-License-Identifier: Apache-2.0 */
/* lp_cut.h -- where line protocol may be cut into batches: behind the end of a line.
 *
 * Why         Files are larger than a request may be; a line that is cut is two bad lines.
 * Format      A line ends at an LF that is neither inside a quoted field value nor behind an odd
 *             number of backslashes. A comment (# first) ends at its LF whatever it holds.
 *             m s="a<LF>b" 1<LF>   ends at the second
 * Threads     Pure. */
#ifndef SX_APP_CLI_LP_CUT_H
#define SX_APP_CLI_LP_CUT_H

#include "base/bytes.h"

/* Bytes up to the end of the last whole line, its LF included; `text` begins with a line. 0: no
 * line ends there. */
size_t sx_lp_cut(struct sx_bytes text);

/* How many LFs are in it. */
uint64_t sx_lp_count_lines(struct sx_bytes text);

/* How many lines it has that may be points: not blank, no comment. */
uint64_t sx_lp_count_points(struct sx_bytes text);

#endif
