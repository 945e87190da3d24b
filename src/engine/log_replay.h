/* SPDX-License-Identifier: Apache-2.0 */
/* log_replay.h -- records of the log -> memtables: used when a store is opened for writing, and by
 * readers in other processes, which go on with it as the log grows.
 *
 * Threads     One owner; the engine's state_mutex is held, or nobody else knows the engine. */
#ifndef SX_ENGINE_LOG_REPLAY_H
#define SX_ENGINE_LOG_REPLAY_H

#include "engine/engine_priv.h"

/* The slots of one generation's log -> those of the index. */
struct sx_slot_map {
    uint64_t generation;
    uint32_t policy_id;
    struct sx_series_index *index; /* a reference */
    uint32_t *slots;               /* pinned; SX_SLOT_NONE: not defined */
    size_t count, capacity;
};

struct sx_log_replay {
    struct sx_engine *engine;
    struct sx_generation *generation; /* being filled; in the list of frozen ones */
    bool in_background; /* there are other threads, and the generations are in the list already */
    struct sx_slot_map *maps;
    size_t map_count, map_capacity;
    struct sx_batch batch;
    uint64_t lost_row_count;  /* rows whose series was defined in a damaged frame */
    uint64_t early_row_count; /* rows left out because their policy is not in the catalog yet */
};

void sx_log_replay_init(struct sx_log_replay *replay, struct sx_engine *engine);
/* A zeroed one is allowed. */
void sx_log_replay_deinit(struct sx_log_replay *replay);
/* The generation at hand is gone: the next record begins another. */
void sx_log_replay_forget(struct sx_log_replay *replay);

/* One record; `context` is the replay. For struct sx_replay_options. */
stria_status sx_log_replay_record(void *context, const struct sx_replay_record *record,
                                  stria_error *err);

#endif
