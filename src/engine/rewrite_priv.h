/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_priv.h -- the insides of a rewrite: rewrite.c (rows to groups), rewrite_copy.c (groups as
 * they are). */
#ifndef SX_ENGINE_REWRITE_PRIV_H
#define SX_ENGINE_REWRITE_PRIV_H

#include "engine/rewrite.h"

/* Makes the writer ready for groups of the series at hand. */
stria_status sx_rewrite_open(struct sx_rewrite *rewrite, stria_error *err);
/* Writes the rows that are gathered. */
stria_status sx_rewrite_write_group(struct sx_rewrite *rewrite, stria_error *err);
/* Where the group that begins with a time ends. */
int64_t sx_rewrite_group_end(const struct sx_rewrite *rewrite, int64_t ts);

/* Copies the next group of the series, if it can stay as it is stored. *row_count: its rows; 0: it
 * cannot, or there is none; then the next rows are to be read. */
stria_status sx_rewrite_copy(struct sx_rewrite *rewrite, uint64_t *row_count, stria_error *err);

#endif
