/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose.c -- see merge_choose.h. */
#include "engine/merge_choose.h"

#include "base/sort.h"
#include "engine/budget.h"
#include "engine/merge_choose_runs.h"
#include "engine/merge_plan.h"

#define DAY_NS ((int64_t)86400 * 1000000000)
#define LATE_PERCENT 25    /* of what is sealed: then it is sealed again */
#define OLD_LATE_PERCENT 2 /* the same, a day later */
#define RECLAIM_PERCENT 20

void sx_merge_choice_init(struct sx_merge_choice *choice, struct sx_mem *mem)
{
    *choice = (struct sx_merge_choice){.mem = mem};
}

void sx_merge_choice_deinit(struct sx_merge_choice *choice)
{
    if (choice->mem)
        sx_mem_free(choice->mem, choice->picked);
    *choice = (struct sx_merge_choice){0};
}

uint32_t sx_merge_window_max(const struct sx_engine *engine, const struct sx_policy_store *store)
{
    const struct sx_policy *policy =
        sx_catalog_policy_by_id(engine->catalog, store->policy_id, NULL);
    if (!policy || policy->duration_ns <= 0)
        return 0;
    return (uint32_t)SX_MIN(SX_MAX(policy->duration_ns / store->window_ns / 8, 1), 1000);
}

static const struct sx_segment_info *info_of(const struct sx_policy_store *store, size_t i)
{
    return &store->segments[i]->info;
}

static bool is_damaged(const struct sx_policy_store *store, size_t i)
{
    return atomic_load(&store->segments[i]->damage) != 0;
}

/* What is left of it when it is written anew, about. */
static uint64_t live_size(const struct sx_segment *segment)
{
    unsigned deleted = SX_MIN(segment->deleted_percent, 100);
    return segment->info.file_size - segment->info.file_size / 100 * deleted;
}

static void begin(struct sx_merge_choice *choice, struct sx_policy_store *store)
{
    choice->store = store;
    choice->count = 0;
    choice->keep_whole = false;
}

static bool pick(struct sx_merge_choice *choice, size_t i)
{
    if (!SX_GROW(choice->mem, choice->picked, choice->capacity, choice->count + 1)) {
        choice->no_memory = true;
        return false;
    }
    choice->picked[choice->count++] = i;
    return true;
}

/* ---- 1: flushes ---- */

/* The oldest stretch of level-0 segments that are whole, of at least so many runs; more than `most`
 * are left for another merge, since each takes memory. Behind one of a higher level come later
 * generations, as a rule; where not (what lay damaged for a while), nothing is merged across it,
 * and what it left behind is merged however little it is. */
static bool choose_level0(struct sx_policy_store *store, size_t at_least, size_t most,
                          struct sx_merge_choice *choice)
{
    begin(choice, store);
    choice->level = 1;
    choice->tier = SX_TIER_HOT;
    for (size_t i = 0; i < store->segment_count; i++) {
        if (info_of(store, i)->level != 0) {
            if (choice->count)
                return true;
            continue;
        }
        if (!is_damaged(store, i)) {
            if (!pick(choice, i))
                return false;
            if (sx_merge_run_count(choice) > most) {
                choice->count--;
                break;
            }
        } else if (sx_merge_run_count(choice) >= at_least) {
            break;
        } else {
            choice->count = 0;
        }
    }
    return choice->count > 0 && sx_merge_run_count(choice) >= at_least;
}

/* ---- overlapping segments ---- */

struct reach {
    int64_t min_ts, max_ts; /* whole windows */
};

static struct reach reach_of(const struct sx_policy_store *store, size_t i)
{
    int64_t start = sx_window_start(info_of(store, i)->min_ts, store->window_ns);
    int64_t last = sx_window_start(info_of(store, i)->max_ts, store->window_ns);
    return (struct reach){.min_ts = start, .max_ts = sx_merge_window_last(last, store->window_ns)};
}

static bool overlaps(struct reach a, struct reach b)
{
    return a.min_ts <= b.max_ts && b.min_ts <= a.max_ts;
}

static void extend(struct reach *reach, struct reach by)
{
    reach->min_ts = SX_MIN(reach->min_ts, by.min_ts);
    reach->max_ts = SX_MAX(reach->max_ts, by.max_ts);
}

/* Picks the segments above level 0 that overlap segment `first`, or one that does, and so on; with
 * `alike` only unsealed ones of its level. False: no memory. */
static bool gather(struct sx_policy_store *store, size_t first, bool alike,
                   struct sx_merge_choice *choice, struct reach *reach)
{
    const struct sx_segment_info *like = info_of(store, first);
    *reach = reach_of(store, first);
    begin(choice, store); /* what an earlier look picked says nothing */
    for (size_t old = SIZE_MAX; old != choice->count;) {
        struct reach sought = *reach;
        old = choice->count;
        begin(choice, store);
        for (size_t i = 0; i < store->segment_count; i++) {
            const struct sx_segment_info *info = info_of(store, i);
            if (info->level == 0 || !overlaps(reach_of(store, i), sought) ||
                (alike && (info->level != like->level || info->tier != like->tier)))
                continue;
            if (!pick(choice, i))
                return false;
            extend(reach, reach_of(store, i));
        }
    }
    return true;
}

/* ---- 2: tiers ---- */

static bool is_picked(const struct sx_merge_choice *choice, size_t i)
{
    size_t low = 0, high = choice->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (choice->picked[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low < choice->count && choice->picked[low] == i;
}

/* Keeps of the picked ones a stretch that nothing interrupts: no damage, and no other segment that
 * overlaps it with generations in between. True: it has enough runs. */
static bool keep_stretch(struct sx_merge_choice *choice, struct reach reach, size_t at_least)
{
    const struct sx_policy_store *store = choice->store;
    size_t first = 0, at = 0;
    for (size_t i = 0; i < store->segment_count && at <= choice->count; i++) {
        bool picked = is_picked(choice, i);
        bool ends = picked ? is_damaged(store, i) : overlaps(reach_of(store, i), reach);
        if (ends) {
            size_t count = at - first;
            struct sx_merge_choice part = {
                .store = choice->store, .picked = choice->picked + first, .count = count};
            if (count && sx_merge_run_count(&part) >= at_least)
                break;
            first = at + picked;
        }
        at += picked;
    }
    at = SX_MIN(at, choice->count);
    choice->count = at > first ? at - first : 0;
    memmove(choice->picked, choice->picked + first, choice->count * sizeof *choice->picked);
    return sx_merge_run_count(choice) >= at_least;
}

static bool choose_tier(struct sx_policy_store *store, size_t most, struct sx_merge_choice *choice)
{
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *info = info_of(store, i);
        struct reach reach;
        if (info->level == 0 || info->tier == SX_TIER_SEALED || is_damaged(store, i))
            continue;
        if (!gather(store, i, true, choice, &reach))
            return false;
        if (sx_merge_run_count(choice) < SX_MERGE_FAN_IN ||
            !keep_stretch(choice, reach, SX_MERGE_FAN_IN))
            continue;
        choice->level = (uint16_t)SX_MIN(info->level + 1, 255);
        choice->tier = SX_TIER_HOT;
        sx_merge_keep_runs(choice, most);
        return true;
    }
    return false;
}

/* ---- 3: sealing ---- */

static bool level0_reaches(const struct sx_policy_store *store, struct reach reach)
{
    for (size_t i = 0; i < store->segment_count; i++)
        if (info_of(store, i)->level == 0 && overlaps(reach_of(store, i), reach))
            return true;
    return false;
}

/* Whether what is unsealed among the picked ones is worth sealing now. */
static bool seal_is_due(const struct sx_merge_choice *choice, struct reach reach, int64_t now)
{
    uint64_t sealed = 0, unsealed = 0;
    int64_t newest_ns = INT64_MIN;
    for (size_t i = 0; i < choice->count; i++) {
        const struct sx_segment_info *info = info_of(choice->store, choice->picked[i]);
        if (info->tier == SX_TIER_SEALED) {
            sealed += info->file_size;
            continue;
        }
        unsealed += info->file_size;
        newest_ns = SX_MAX(newest_ns, info->created_ns);
    }
    int64_t quiet_ns = choice->hurry ? 0 : SX_SEAL_QUIET_NS;
    bool over = reach.max_ts < now && (uint64_t)now - (uint64_t)reach.max_ts >= (uint64_t)quiet_ns;
    if (newest_ns == INT64_MIN)
        return false; /* nothing is unsealed */
    if (!over || now - newest_ns < quiet_ns)
        return false;
    if (unsealed >= sealed / 100 * LATE_PERCENT)
        return true;
    return now - newest_ns >= DAY_NS && unsealed >= sealed / 100 * OLD_LATE_PERCENT;
}

static bool choose_seal(struct sx_engine *engine, struct sx_policy_store *store, bool force,
                        size_t most, struct sx_merge_choice *choice)
{
    int64_t now = sx_os_now_ns(engine->os);
    for (size_t i = 0; i < store->segment_count; i++) {
        bool sealed = true, damaged = false;
        struct reach reach;
        choice->level = 1;
        if (info_of(store, i)->level == 0)
            continue;
        if (!gather(store, i, false, choice, &reach))
            return false;
        for (size_t j = 0; j < choice->count; j++) {
            const struct sx_segment_info *info = info_of(store, choice->picked[j]);
            sealed = sealed && info->tier == SX_TIER_SEALED;
            damaged = damaged || is_damaged(store, choice->picked[j]);
            choice->level = SX_MAX(choice->level, info->level);
        }
        /* Nor across one of level 0, which is there because it is damaged, or will soon not be. */
        if (damaged || (sealed && sx_merge_run_count(choice) == 1) || level0_reaches(store, reach))
            continue;
        choice->tier = SX_TIER_SEALED;
        if (force || seal_is_due(choice, reach, now)) {
            sx_merge_keep_runs(choice, most);
            return true;
        }
    }
    return false;
}

/* ---- 4: small neighbours ---- */

struct neighbour {
    struct reach reach;
    int64_t before; /* how far the ones before it reach; INT64_MIN: none */
    size_t index;
};

struct neighbours {
    const struct sx_policy_store *store;
    struct neighbour *all; /* sorted by where they begin */
    size_t count;
    int64_t now;
    uint32_t window_max;
};

static int compare_neighbours(const void *a, const void *b, void *context)
{
    const struct neighbour *x = a, *y = b;
    (void)context;
    return (x->reach.min_ts > y->reach.min_ts) - (x->reach.min_ts < y->reach.min_ts);
}

static int compare_indexes(const void *a, const void *b, void *context)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

/* Whether a segment is small, sealed, whole, and alone in its windows; and would not be cut off
 * from its neighbours again: its windows are over, and half of what one segment may have, or
 * fewer. */
static bool may_join(const struct neighbours *n, size_t at)
{
    const struct neighbour *this = &n->all[at];
    const struct sx_segment_info *info = info_of(n->store, this->index);
    uint64_t windows = (((uint64_t)this->reach.max_ts - (uint64_t)this->reach.min_ts) /
                        (uint64_t)n->store->window_ns) +
                       1;
    return info->tier == SX_TIER_SEALED && info->file_size < SX_SPAN_SIZE_MIN &&
           !is_damaged(n->store, this->index) && (at == 0 || this->before < this->reach.min_ts) &&
           (at + 1 == n->count || n->all[at + 1].reach.min_ts > this->reach.max_ts) &&
           this->reach.max_ts < n->now && (!n->window_max || windows <= n->window_max / 2);
}

static bool pick_neighbours(struct sx_merge_choice *choice, const struct neighbours *n, size_t most)
{
    size_t at_least = SX_MIN(SX_MERGE_FAN_IN, most);
    uint64_t size = 0;
    for (size_t i = 0; i <= n->count; i++) {
        if (i < n->count && size < SX_SPAN_SIZE_MIN && choice->count < most && may_join(n, i)) {
            size += info_of(n->store, n->all[i].index)->file_size;
            if (!pick(choice, n->all[i].index))
                return false;
        } else if (choice->count >= at_least) {
            break;
        } else {
            choice->count = 0;
            size = 0;
        }
    }
    return choice->count >= at_least;
}

static void sort_neighbours(struct neighbours *n)
{
    int64_t reached = INT64_MIN;
    for (size_t i = 0; i < n->count; i++)
        n->all[i] = (struct neighbour){.reach = reach_of(n->store, i), .index = i};
    sx_sort(n->all, n->count, sizeof *n->all, compare_neighbours, NULL);
    for (size_t i = 0; i < n->count; i++) {
        n->all[i].before = reached;
        reached = SX_MAX(reached, n->all[i].reach.max_ts);
    }
}

static bool choose_neighbours(struct sx_engine *engine, struct sx_policy_store *store, size_t most,
                              struct sx_merge_choice *choice)
{
    struct neighbours n = {.store = store,
                           .count = store->segment_count,
                           .now = sx_os_now_ns(engine->os),
                           .window_max = sx_merge_window_max(engine, store)};
    begin(choice, store);
    if (n.count < SX_MIN(SX_MERGE_FAN_IN, most))
        return false;
    n.all = sx_mem_alloc(choice->mem, n.count * sizeof *n.all);
    choice->no_memory = choice->no_memory || !n.all;
    if (!n.all)
        return false;
    sort_neighbours(&n);
    bool found = pick_neighbours(choice, &n, most);
    sx_mem_free(choice->mem, n.all);
    if (!found)
        return false;
    sx_sort(choice->picked, choice->count, sizeof *choice->picked, compare_indexes, NULL);
    choice->tier = SX_TIER_SEALED;
    choice->level = 1;
    for (size_t i = 0; i < choice->count; i++)
        choice->level = SX_MAX(choice->level, info_of(store, choice->picked[i])->level);
    return true;
}

/* ---- 5: reclaiming ---- */

static bool choose_reclaim(struct sx_policy_store *store, unsigned percent,
                           struct sx_merge_choice *choice)
{
    begin(choice, store);
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment *segment = store->segments[i];
        if (segment->deleted_percent < percent || is_damaged(store, i) ||
            live_size(segment) > choice->size_max)
            continue;
        choice->level = segment->info.level;
        choice->tier = (enum sx_tier)segment->info.tier;
        choice->keep_whole = true;
        return pick(choice, i);
    }
    return false;
}

/* ---- in order ---- */

static uint64_t picked_size(const struct sx_merge_choice *choice)
{
    uint64_t size = 0;
    for (size_t i = 0; i < choice->count; i++)
        size += live_size(choice->store->segments[choice->picked[i]]);
    return size;
}

/* Whether what was found may be merged; else nothing is picked. */
static bool fits(struct sx_merge_choice *choice, bool found)
{
    if (found && sx_merge_fit_memory(choice, choice->memory_max) &&
        picked_size(choice) <= choice->size_max)
        return true;
    choice->store = NULL;
    choice->count = 0;
    return false;
}

/* Many deletes wait: what they speak of is written anew before they are too many. */
static bool has_many_deletes(const struct sx_engine *engine, const struct sx_policy_store *store)
{
    return store->tombstones && store->tombstones->count > engine->tombstones_max / 2;
}

static bool choose_due(struct sx_engine *engine, struct sx_policy_store *store, size_t most,
                       struct sx_merge_choice *choice)
{
    if ((choice->hurry || has_many_deletes(engine, store)) && choose_reclaim(store, 1, choice))
        return true;
    return fits(choice, choose_level0(store, SX_MIN(most, SX_MERGE_FAN_IN), most, choice)) ||
           fits(choice, choose_tier(store, most, choice)) ||
           fits(choice, choose_seal(engine, store, false, most, choice)) ||
           choose_reclaim(store, RECLAIM_PERCENT, choice) ||
           fits(choice, choose_neighbours(engine, store, most, choice));
}

static bool choose_in(struct sx_engine *engine, struct sx_policy_store *store,
                      enum sx_merge_aim aim, struct sx_merge_choice *choice)
{
    size_t most = sx_budget_merge_runs(engine);
    switch (aim) {
    case SX_MERGE_RECLAIM:
        return choose_reclaim(store, 1, choice);
    case SX_MERGE_ALL:
        if (choose_level0(store, 1, most, choice)) {
            if (choice->count == store->segment_count) /* then what comes out is final */
                choice->tier = SX_TIER_SEALED;
        } else if (!choose_seal(engine, store, true, most, choice)) {
            return false;
        }
        (void)sx_merge_fit_memory(choice, choice->memory_max); /* if two do not fit, it says so */
        return true;
    case SX_MERGE_DUE:
        break;
    }
    return choose_due(engine, store, most, choice);
}

/* What merges may take of the disk. */
static void note_disk(struct sx_engine *engine, enum sx_merge_aim aim,
                      struct sx_merge_choice *choice)
{
    int state = atomic_load(&engine->disk_state);
    uint64_t free_size = atomic_load(&engine->disk_free_size);
    uint64_t reserve = atomic_load(&engine->disk_reserve_size);
    uint64_t claims = sx_engine_disk_claims(engine), left = free_size - SX_MIN(claims, free_size);
    choice->hurry = aim == SX_MERGE_DUE && (state == SX_DISK_LOW || state == SX_DISK_READ_ONLY);
    if (aim != SX_MERGE_DUE || atomic_load(&engine->disk_total_size) == 0)
        choice->size_max = UINT64_MAX; /* it was asked for, or nothing is known of the disk */
    else if (!choice->hurry)
        choice->size_max = left - SX_MIN(2 * reserve, left);
    else if (state == SX_DISK_LOW && left > reserve)
        choice->size_max = (left - reserve) / 2;
    else
        choice->size_max = left / 2;
}

bool sx_merge_choose(struct sx_engine *engine, enum sx_merge_aim aim,
                     struct sx_merge_choice *choice)
{
    note_disk(engine, aim, choice);
    choice->memory_max = sx_budget_merge_inputs_max(engine);
    for (size_t i = 0; i < engine->store_count && !choice->no_memory; i++)
        if (choose_in(engine, engine->stores[i], aim, choice)) {
            choice->size = picked_size(choice);
            choice->run_count = sx_merge_run_count(choice);
            return !choice->no_memory; /* what should have come first was not looked at whole */
        }
    return false;
}
