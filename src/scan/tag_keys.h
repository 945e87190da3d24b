/* SPDX-License-Identifier: Apache-2.0 */
/* tag_keys.h -- the keys of the tags that the series of a measurement have, for planning.
 *
 * Threads     One owner; the view must be held. */
#ifndef SX_SCAN_TAG_KEYS_H
#define SX_SCAN_TAG_KEYS_H

#include "base/arena.h"
#include "model/request.h"
#include "scan/view.h"

/* measurement: its plain name. *keys: plain, sorted, none twice; in the arena. Sources whose rows
 * of the measurement are all deleted do not count.
 * Returns  OK, NOMEM, CORRUPT, IO, CANCELLED, TIMEOUT. */
stria_status sx_view_tag_keys(struct sx_view *view, struct sx_bytes measurement,
                              struct sx_request *request, struct sx_arena *arena,
                              const struct sx_bytes **keys, size_t *key_count, stria_error *err);

/* Whether a key is among them; looks at the newest segments first, and at no more than need be. */
stria_status sx_view_has_tag_key(struct sx_view *view, struct sx_bytes measurement,
                                 struct sx_bytes key, struct sx_request *request,
                                 struct sx_arena *arena, bool *has, stria_error *err);

#endif
