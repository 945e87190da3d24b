/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h -- checking every checksum of a store, and decoding every chunk and log record.
 *
 * Why         Damage should be found while there is a backup, not by the query that needs the row.
 * Algorithm   The manifest; each segment that it names (segment/check.h); the frames and records of
 *             the log. If the manifest cannot be read, the segment files that are there are checked
 *             by what their footers say. Nothing is changed, no lock is taken: a process that
 *             writes may replace segments and use log files again meanwhile. So what seems to be
 *             missing is looked up in the manifest once more, and the log is read again if a flush
 *             came in between, before it is called damage.
 * Threads     One; other processes may use the store. */
#ifndef SX_ENGINE_VERIFY_H
#define SX_ENGINE_VERIFY_H

#include "os/os.h"
#include "stria.h"

/* See stria_verify(); `options` is complete and checked. */
stria_status sx_verify(struct sx_os *os, const char *path, const stria_verify_options *options,
                       stria_verify_report *report, stria_error *err);

#endif
