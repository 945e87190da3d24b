/* SPDX-License-Identifier: Apache-2.0 */
/* readers_state.c -- what a store that was opened for reading shows: the manifest and the log of a
 * writer in another process, read again and again.
 *
 * Algorithm   The manifest is read first, then the log up to where it ends, then what the manifest
 *             got meanwhile. Flushes and merges among that change nothing that a query can see and
 *             are taken in; after any other edit (a delete, a new database) both are read again, so
 *             that what is shown is a state that the store had: the log has at least what was
 *             acknowledged before, and nothing later is there without what was before it.
 *             The next time only new edits and new frames are read, unless the manifest was begun
 *             anew or the log's files were: then all is, and segments that were open stay open.
 * Invariants  A failure leaves the state that was shown; after a failure all is read anew.
 * Threads     The reader's mutex and state_mutex are held throughout, reading included: nobody may
 *             see a half of it, and everybody who wants to look waits for it anyway. */
#include "base/error.h"
#include "base/varint.h"
#include "engine/engine_priv.h"
#include "engine/log_replay.h"
#include "engine/readers.h"

#include <inttypes.h>

#define EDITS_SIZE_MAX ((size_t)256 << 20)
#define TRIES 10       /* to find the store at rest between two readings */
#define STRICT_TRIES 3 /* before an edit that came while the log was read is taken in as it is */
#define PAUSE_NS ((int64_t)1000000)

/* ---- new edits ---- */

/* Edits that came since the last reading. */
struct news {
    struct sx_buf edits; /* sized operations, one edit after the other */
    bool visible;        /* some changes what queries see */
    bool replaced;       /* the manifest was begun anew: everything must be read */
};

/* Whether an edit is more than a flush or a merge. */
static stria_status is_visible(struct sx_bytes operations, bool *visible, stria_error *err)
{
    struct sx_edit_item item;
    bool end = false, adds = false, removes = false;
    for (;;) {
        stria_status st = sx_edit_take(&operations, &item, &end, err);
        if (st || end) {
            *visible = *visible || (removes && !adds); /* retention; or a merge that left nothing */
            return st;
        }
        switch (item.op) {
        case SX_OP_ADD_SEGMENT:
            adds = true;
            break;
        case SX_OP_REMOVE_SEGMENT:
            removes = true;
            break;
        case SX_OP_COUNTERS:
        case SX_OP_FLUSHED:
        case SX_OP_TYPE:
        case SX_OP_KEEP_LOG:
        case SX_OP_REMOVE_TOMBSTONE:
            break;
        default:
            *visible = true;
        }
    }
}

static stria_status gather(void *context, struct sx_bytes operations, stria_error *err)
{
    struct news *news = context;
    sx_buf_put_sized(&news->edits, operations);
    if (news->edits.failed)
        return sx_buf_refused(&news->edits, "manifest edits", err);
    return is_visible(operations, &news->visible, err);
}

static stria_status read_news(struct sx_engine *engine, struct news *news, stria_error *err)
{
    sx_buf_init(&news->edits, &engine->mems[SX_ENGINE_MEM_OTHER], EDITS_SIZE_MAX);
    news->visible = news->replaced = false;
    return sx_manifest_read_new(engine->manifest, gather, news, &news->replaced, err);
}

/* Lets memtables go whose rows are in segments by now. */
static void drop_flushed(struct sx_engine *engine)
{
    struct sx_log_replay *replay = engine->readers.replay;
    while (engine->frozen && engine->frozen->number <= engine->flushed_generation) {
        struct sx_generation *generation = engine->frozen;
        if (replay->generation == generation)
            sx_log_replay_forget(replay);
        engine->frozen = generation->next;
        engine->frozen_count--;
        sx_generation_release(generation);
    }
    if (!engine->frozen)
        engine->frozen_last = &engine->frozen;
}

static stria_status apply_news(struct sx_engine *engine, const struct news *news, stria_error *err)
{
    struct sx_bytes in = sx_buf_bytes(&news->edits), operations;
    stria_status st = STRIA_OK;
    while (!st && in.len) {
        if (!sx_sized_get(&in, &operations))
            return sx_fail(err, STRIA_INTERNAL, "gathered edits are damaged");
        st = sx_engine_apply_edit(engine, operations, err);
    }
    drop_flushed(engine);
    return st;
}

/* ---- the log ---- */

/* Reads what is new in the log. *anew: its files were begun anew meanwhile, all must be read. */
static stria_status read_log(struct sx_engine *engine, bool *anew, stria_error *err)
{
    static const struct sx_event_sink silent;
    struct sx_readers *readers = &engine->readers;
    struct sx_wal *wal = NULL;
    struct sx_replay_result result;
    stria_error local = {0};
    bool unchanged = true;
    bool resume = readers->log_end.end_file_no &&
                  readers->log_end.end_generation > engine->flushed_generation;
    struct sx_wal_options options = {.os = engine->os,
                                     .mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                     .dir = engine->wal_dir,
                                     .store_id = sx_get_u64(engine->store_uuid),
                                     .read_only = true,
                                     .events = &silent};
    struct sx_replay_options replay = {.mem = &engine->mems[SX_ENGINE_MEM_WAL],
                                       .events = &silent,
                                       .each = sx_log_replay_record,
                                       .context = readers->replay,
                                       .from = resume ? &readers->log_end : NULL,
                                       .beside_writer = true};
    stria_status st = sx_wal_open(&options, &wal, &local);
    if (!st)
        st = sx_wal_read(wal, engine->flushed_generation, &replay, &result, &local);
    if (!st)
        st = sx_wal_unchanged(wal, &unchanged, &local);
    (void)sx_wal_close(wal, NULL);
    /* What seems damaged may be a file that was begun while others were looked at. */
    *anew = st == STRIA_NOT_FOUND || !unchanged || (resume && !st && result.damage_count);
    if (st) {
        sx_error_copy(err, &local);
        return *anew ? STRIA_OK : st;
    }
    readers->log_end = result;
    atomic_fetch_add(&engine->counts.replayed_bytes, result.byte_count);
    return STRIA_OK;
}

static void tell_damage(struct sx_engine *engine)
{
    uint64_t count = engine->readers.log_end.damage_count;
    if (!count)
        return;
    atomic_fetch_add(&engine->counts.log_damage, count);
    sx_event(&engine->events, STRIA_LEVEL_ERROR, "log_damage",
             "frames=%" PRIu64 " text=\"they had been synced and cannot be read\"", count);
}

/* ---- everything anew ---- */

/* The members of an engine that are read from the disk. */
struct shown {
    struct sx_catalog *catalog;
    struct sx_policy_store **stores;
    size_t store_count, store_capacity;
    struct sx_generation *frozen, **frozen_last;
    size_t frozen_count;
    uint64_t flushed_generation;
    struct sx_counters counters;
    struct sx_log_replay *replay;
    struct sx_replay_result log_end;
};

static stria_status shown_init(struct sx_engine *engine, struct shown *shown, stria_error *err)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    *shown = (struct shown){.frozen_last = &engine->frozen, .counters = sx_counters_first()};
    shown->catalog = sx_catalog_copy(other, NULL, 0, 0);
    shown->replay = sx_mem_zalloc(other, sizeof *shown->replay);
    if (!shown->catalog || !shown->replay) {
        sx_catalog_release(shown->catalog);
        sx_mem_free(other, shown->replay);
        shown->catalog = NULL;
        shown->replay = NULL;
        return sx_mem_refused(other, sizeof *shown->replay, err);
    }
    sx_log_replay_init(shown->replay, engine);
    return STRIA_OK;
}

#define SWAP(a, b, storage) ((storage) = (a), (a) = (b), (b) = (storage))

/* Puts *shown into the engine and what the engine had into *shown. */
static void swap_shown(struct sx_engine *engine, struct shown *shown)
{
    struct shown old;
    SWAP(engine->catalog, shown->catalog, old.catalog);
    SWAP(engine->stores, shown->stores, old.stores);
    SWAP(engine->store_count, shown->store_count, old.store_count);
    SWAP(engine->store_capacity, shown->store_capacity, old.store_capacity);
    SWAP(engine->frozen, shown->frozen, old.frozen);
    SWAP(engine->frozen_last, shown->frozen_last, old.frozen_last);
    SWAP(engine->frozen_count, shown->frozen_count, old.frozen_count);
    SWAP(engine->flushed_generation, shown->flushed_generation, old.flushed_generation);
    SWAP(engine->counters, shown->counters, old.counters);
    SWAP(engine->readers.replay, shown->replay, old.replay);
    SWAP(engine->readers.log_end, shown->log_end, old.log_end);
}

/* Lets go of what the engine shows. What views have of it lives on; its segments are retired. */
static void discard(struct sx_engine *engine)
{
    struct sx_mem *other = &engine->mems[SX_ENGINE_MEM_OTHER];
    struct shown none = {.frozen_last = &engine->frozen};
    while (engine->frozen) {
        struct sx_generation *generation = engine->frozen;
        engine->frozen = generation->next;
        sx_generation_release(generation);
    }
    while (engine->store_count)
        sx_engine_drop_store(engine, engine->stores[0]->policy_id);
    sx_mem_free(other, engine->stores);
    sx_catalog_release(engine->catalog);
    if (engine->readers.replay)
        sx_log_replay_deinit(engine->readers.replay);
    sx_mem_free(other, engine->readers.replay);
    engine->frozen_count = 0;
    swap_shown(engine, &none);
}

/* Lets go of what *shown holds. */
static void discard_shown(struct sx_engine *engine, struct shown *shown)
{
    swap_shown(engine, shown);
    discard(engine);
    swap_shown(engine, shown);
}

/* The place of a segment in a store's list, looked for from `from` on; the count: it has none. */
static size_t find_segment(const struct sx_policy_store *store, const struct sx_segment_info *info,
                           size_t from)
{
    for (size_t i = 0; i < store->segment_count; i++) {
        size_t at = (from + i) % store->segment_count;
        const struct sx_segment_info *found = &store->segments[at]->info;
        if (found->segment_id == info->segment_id &&
            memcmp(found->uuid, info->uuid, sizeof info->uuid) == 0)
            return at;
    }
    return store->segment_count;
}

/* Segments that were there before keep their open files and tables. Both lists are in one order, so
 * the next one is most often behind the last one found. */
static void keep_open_segments(struct sx_engine *engine, const struct shown *old)
{
    for (size_t i = 0; i < old->store_count; i++) {
        struct sx_policy_store *before = old->stores[i];
        struct sx_policy_store *store = sx_engine_store(engine, before->policy_id);
        size_t from = 0;
        sx_engine_segments_changed(before);
        if (store)
            sx_engine_segments_changed(store);
        for (size_t j = 0; store && j < store->segment_count; j++) {
            struct sx_segment *fresh = store->segments[j];
            size_t at = find_segment(before, &fresh->info, from);
            if (at == before->segment_count)
                continue;
            store->segments[j] = before->segments[at];
            before->segments[at] = fresh;
            from = at + 1;
        }
    }
}

/* Reads everything once into an empty engine. *again: it changed meanwhile. */
static stria_status load_once(struct sx_engine *engine, bool strict, bool *again, stria_error *err)
{
    struct sx_manifest_result found;
    stria_error local = {0};
    struct news news;
    stria_status st =
        sx_manifest_read(engine->manifest, sx_engine_apply_edit, engine, &found, &local);
    *again = st == STRIA_NOT_FOUND || (!st && !found.found); /* begun anew just now, perhaps */
    if (*again)
        return sx_fail(err, STRIA_NOT_FOUND, "%s: there is no store", engine->path);
    if (st) {
        sx_error_copy(err, &local);
        return st;
    }
    memcpy(engine->store_uuid, found.store_uuid, sizeof engine->store_uuid);
    st = read_log(engine, again, err);
    if (!st && !*again && strict)
        *again = engine->readers.log_end.damage_count > 0;
    if (!st && !*again) {
        tell_damage(engine);
        st = read_news(engine, &news, err);
        *again = !st && (news.replaced ||
                         (news.visible && (strict || engine->readers.replay->early_row_count)));
        if (!st && !*again)
            st = apply_news(engine, &news, err);
        sx_buf_deinit(&news.edits);
    }
    if (!st && *again)
        st = sx_fail(err, STRIA_BUSY, "%s: it changes too fast to be read; retry", engine->path);
    return st;
}

/* Reads everything into an empty engine; a failure leaves it with some part. */
static stria_status load_all(struct sx_engine *engine, stria_error *err)
{
    bool again = true;
    stria_status st = STRIA_OK;
    for (unsigned i = 0; i < TRIES && again; i++) {
        struct shown empty;
        if (i) {
            st = shown_init(engine, &empty, err);
            if (st)
                return st;
            swap_shown(engine, &empty);
            discard_shown(engine, &empty);
            engine->os->ops->sleep_ns(engine->os, PAUSE_NS);
        }
        st = load_once(engine, i < STRICT_TRIES, &again, err);
    }
    return st;
}

/* The same, when both states do not fit in memory: what was shown goes first. `spare` is empty. */
static stria_status load_without_old(struct sx_engine *engine, struct shown *old,
                                     struct shown *spare, stria_error *err)
{
    swap_shown(engine, spare);
    discard_shown(engine, spare); /* what could be loaded of the new one */
    discard_shown(engine, old);
    (void)sx_readers_forget_retired(engine);
    stria_status st = shown_init(engine, spare, err);
    if (st)
        return st;
    st = load_all(engine, err);
    if (st)
        swap_shown(engine, spare);
    return st;
}

/* Reads everything and shows it instead of what was shown; after a failure that stays, unless its
 * memory was needed. */
static stria_status load(struct sx_engine *engine, stria_error *err)
{
    struct shown shown = {.frozen_last = &engine->frozen}, spare = shown;
    stria_status st = shown_init(engine, &spare, err);
    engine->readers.loaded = false;
    if (!st)
        st = shown_init(engine, &shown, err);
    if (!st) {
        swap_shown(engine, &shown);
        st = load_all(engine, err);
        if (st == STRIA_NOMEM && shown.store_count)
            st = load_without_old(engine, &shown, &spare, err);
        else if (st)
            swap_shown(engine, &shown);
        else
            keep_open_segments(engine, &shown);
    }
    discard_shown(engine, &shown);
    discard_shown(engine, &spare);
    if (st)
        return st;
    engine->readers.loaded = true;
    engine->readers.state_edit = sx_manifest_edit_seq(engine->manifest);
    atomic_fetch_add(&engine->readers.load_count, 1);
    return STRIA_OK;
}

/* ---- only what is new ---- */

/* Takes new edits and frames in. *anew: that is not enough. */
static stria_status follow(struct sx_engine *engine, bool *anew, stria_error *err)
{
    struct news before, meanwhile;
    bool again = true;
    stria_status st = STRIA_OK;
    *anew = false;
    for (unsigned i = 0; again && !*anew && !st; i++) {
        engine->readers.replay->early_row_count = 0;
        st = read_news(engine, &before, err);
        *anew = !st && before.replaced;
        if (!st && !*anew)
            st = apply_news(engine, &before, err);
        sx_buf_deinit(&before.edits);
        if (!st && !*anew)
            st = read_log(engine, anew, err);
        if (st || *anew)
            break;
        st = read_news(engine, &meanwhile, err);
        *anew = !st && (meanwhile.replaced ||
                        (meanwhile.visible && engine->readers.replay->early_row_count));
        if (!st && !*anew)
            st = apply_news(engine, &meanwhile, err);
        again = meanwhile.visible && i + 1 < STRICT_TRIES;
        sx_buf_deinit(&meanwhile.edits);
    }
    return st;
}

stria_status sx_readers_refresh(struct sx_engine *engine, stria_error *err)
{
    bool anew = true;
    stria_status st = STRIA_OK;
    atomic_fetch_add(&engine->readers.refresh_count, 1);
    if (engine->readers.loaded) {
        engine->readers.loaded = false; /* a failure in between leaves half of the news */
        st = follow(engine, &anew, err);
        engine->readers.loaded = !st && !anew;
        if (engine->readers.loaded)
            engine->readers.state_edit = sx_manifest_edit_seq(engine->manifest);
    }
    return !st && anew ? load(engine, err) : st;
}

uint64_t sx_readers_forget_retired(struct sx_engine *engine)
{
    uint64_t needed = engine->readers.state_edit;
    for (size_t i = engine->retired_count; i-- > 0;) {
        struct sx_retired *retired = &engine->retired[i];
        if (atomic_load(&retired->segment->reference_count) > 1) {
            needed = SX_MIN(needed, retired->edit_seq);
            continue;
        }
        sx_segment_release(retired->segment);
        *retired = engine->retired[--engine->retired_count];
    }
    return needed;
}
