/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_gather.c -- median, percentile, mode and distinct, which need more than a cell.
 *
 * Algorithm   Median and percentile copy the values of each stretch one behind the other; at the
 *             end those of a window are brought together as unsigned numbers of the same order, and
 *             the wanted one is found by partitioning (quickselect). Distinct and mode keep each
 *             different value of a window once, with its count and times.
 * Invariants  Of equal values percentile() takes the earliest (of few values, the one whose turn it
 *             is), distinct() tells the values by the time they first came, then by value; mode()
 *             breaks ties as the peer's loop over the sorted values does. */
#include "base/hash.h"
#include "base/sort.h"
#include "query/aggregate_priv.h"

#include <math.h>

/* So many values the peer sorts without changing the order of equal ones. */
#define STABLE_COUNT 12

/* ---- gathering values ----------------------------------------------------------------------- */

static bool gather_beside(struct sx_aggregate *agg, struct sx_agg_state *state,
                          const struct sx_agg_stretch *s)
{
    for (uint32_t j = 0; j < agg->options.beside_count; j++) {
        const struct sx_vector *vector = &agg->rows->columns[agg->options.beside[j]];
        struct sx_column *column = &state->beside[j];
        if (!sx_column_reserve(column, s->end - s->begin))
            return false;
        for (uint32_t i = s->begin; i < s->end; i++) {
            sx_column_put_from(column, vector, sx_dense_row(s->dense, i));
            if (column->type != STRIA_STRING || !sx_column_has(column, column->count - 1))
                continue;
            stria_bytes *string = (stria_bytes *)(void *)column->values + column->count - 1;
            if (!sx_string_keep(&agg->strings, string))
                return false;
        }
    }
    return true;
}

static bool gather_values(struct sx_aggregate *agg, struct sx_agg_state *state, uint32_t slot,
                          const struct sx_agg_stretch *s)
{
    uint32_t count = s->end - s->begin;
    bool times = s->call->kind == SX_AGG_PERCENTILE;
    if (!SX_GROW(agg->mem, state->runs, state->run_capacity, state->run_count + 1) ||
        !sx_column_reserve(&state->values, count) ||
        (times && !sx_column_reserve(&state->times, count)))
        return false;
    state->runs[state->run_count++] =
        (struct sx_agg_run){.slot = slot, .count = count, .first = state->values.count};
    sx_column_put_many(&state->values, (const uint64_t *)s->dense->values + s->begin, count);
    for (uint32_t i = s->begin; times && i < s->end; i++) {
        int64_t ts = sx_agg_stretch_ts(s, i);
        sx_column_put(&state->times, &ts);
    }
    return !times || gather_beside(agg, state, s);
}

/* ---- gathering different values ------------------------------------------------------------- */

struct entry_owner {
    const struct sx_agg_state *state;
    stria_type type;
};

static uint64_t entry_hash_of(stria_type type, const struct sx_agg_entry *entry)
{
    uint64_t seed = (uint64_t)entry->slot * 0x9e3779b97f4a7c15u;
    switch (type) {
    case STRIA_STRING:
        return sx_hash_seeded(sx_bytes_make(entry->value.string.ptr, entry->value.string.len),
                              seed);
    case STRIA_BOOL:
        return sx_hash_u64(seed + entry->value.boolean);
    case STRIA_FLOAT: /* both zeros are one value */
        return sx_hash_u64(seed + sx_bits_of_f64(entry->value.f64 + 0.0));
    default:
        return sx_hash_u64(seed + entry->value.u64);
    }
}

static uint64_t entry_hash(const void *owner, uint32_t value)
{
    const struct entry_owner *o = owner;
    return entry_hash_of(o->type, &o->state->entries[value]);
}

static bool entry_equal(const void *owner, uint32_t value, const void *key)
{
    const struct entry_owner *o = owner;
    const struct sx_agg_entry *a = &o->state->entries[value], *b = key;
    return a->slot == b->slot && sx_agg_compare(o->type, &a->value, &b->value) == 0;
}

static bool note_entry(struct sx_aggregate *agg, struct sx_agg_state *state, stria_type type,
                       struct sx_agg_entry *entry)
{
    struct entry_owner owner = {.state = state, .type = type};
    uint64_t hash = entry_hash_of(type, entry);
    uint32_t at = sx_map_find(&state->entry_map, hash, entry_equal, &owner, entry);
    if (at != SX_MAP_NONE) {
        struct sx_agg_entry *known = &state->entries[at];
        known->count++;
        known->ts_min_ns = SX_MIN(known->ts_min_ns, entry->ts_min_ns);
        known->ts_max_ns = SX_MAX(known->ts_max_ns, entry->ts_max_ns);
        return true;
    }
    if (state->entry_count >= SX_MAP_NONE - 1 ||
        !SX_GROW(agg->mem, state->entries, state->entry_capacity, state->entry_count + 1) ||
        !sx_map_reserve(&state->entry_map, state->entry_count + 1, entry_hash, &owner) ||
        (type == STRIA_STRING && !sx_string_keep(&agg->strings, &entry->value.string)))
        return false;
    state->entries[state->entry_count] = *entry;
    sx_map_put(&state->entry_map, hash, (uint32_t)state->entry_count++);
    return true;
}

static bool gather_entries(struct sx_aggregate *agg, struct sx_agg_state *state, uint32_t slot,
                           const struct sx_agg_stretch *s)
{
    for (uint32_t i = s->begin; i < s->end; i++) {
        int64_t ts = sx_agg_stretch_ts(s, i);
        struct sx_agg_entry entry = {.slot = slot,
                                     .count = 1,
                                     .ts_min_ns = ts,
                                     .ts_max_ns = ts,
                                     .value = sx_agg_value_at(s->type, s->dense->values, i)};
        if (!note_entry(agg, state, s->type, &entry))
            return false;
    }
    return true;
}

bool sx_agg_gather(struct sx_aggregate *agg, struct sx_agg_state *state, uint32_t slot,
                   const struct sx_agg_stretch *stretch)
{
    return sx_agg_gathers_values(stretch->call->kind) ? gather_values(agg, state, slot, stretch)
                                                      : gather_entries(agg, state, slot, stretch);
}

/* ---- values by rank ------------------------------------------------------------------------- */

/* Numbers as unsigned ones of the same order. */
static uint64_t key_of(stria_type type, uint64_t bits)
{
    const uint64_t sign = (uint64_t)1 << 63;
    if (type == STRIA_UINT)
        return bits;
    if (type == STRIA_FLOAT && bits == sign)
        bits = 0; /* both zeros are one value */
    if (type == STRIA_FLOAT && (bits & sign))
        return ~bits;
    return bits ^ sign;
}

static uint64_t bits_of(stria_type type, uint64_t key)
{
    const uint64_t sign = (uint64_t)1 << 63;
    if (type == STRIA_UINT)
        return key;
    if (type == STRIA_FLOAT && !(key & sign))
        return ~key;
    return key ^ sign;
}

static uint64_t middle_of(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t low = SX_MIN(a, b), high = SX_MAX(a, b);
    return c < low ? low : SX_MIN(c, high);
}

/* Brings keys[rank] to where it would stand if they were sorted; smaller ones before it. */
static void select_rank(uint64_t *keys, size_t count, size_t rank)
{
    size_t low = 0, high = count; /* the rank lies in [low, high) */
    uint64_t random = 0x2545f4914f6cdd1d;
    while (high - low > 1) {
        size_t n = high - low;
        random = sx_hash_u64(random + n);
        uint64_t pivot =
            middle_of(keys[low + random % n], keys[low + n / 2], keys[low + (random >> 32) % n]);
        size_t less = low, equal = low, greater = high; /* [equal, greater) is not looked at yet */
        while (equal < greater) {
            uint64_t key = keys[equal];
            if (key < pivot) {
                keys[equal++] = keys[less];
                keys[less++] = key;
            } else if (key > pivot) {
                keys[equal] = keys[--greater];
                keys[greater] = key;
            } else {
                equal++;
            }
        }
        if (rank < less)
            high = less;
        else if (rank >= greater)
            low = greater;
        else
            return;
    }
}

static double float_of(stria_type type, uint64_t key)
{
    uint64_t bits = bits_of(type, key);
    return type == STRIA_FLOAT  ? sx_f64_of_bits(bits)
           : type == STRIA_UINT ? (double)bits
                                : (double)(int64_t)bits;
}

static double median_of(stria_type type, uint64_t *keys, size_t count)
{
    select_rank(keys, count, count / 2);
    double high = float_of(type, keys[count / 2]);
    if (count % 2)
        return high;
    uint64_t low_key = keys[0]; /* the greatest of those below */
    for (size_t i = 1; i < count / 2; i++)
        low_key = SX_MAX(low_key, keys[i]);
    double low = float_of(type, low_key);
    if (type == STRIA_FLOAT)
        return low + (high - low) / 2;
    /* the difference is that of integers, as with the peer */
    uint64_t difference = bits_of(type, keys[count / 2]) - bits_of(type, low_key);
    return low + (type == STRIA_UINT ? (double)difference : (double)(int64_t)difference) / 2;
}

/* ---- windows out of runs -------------------------------------------------------------------- */

static int compare_runs(const void *a, const void *b, void *context)
{
    const struct sx_agg_run *x = a, *y = b;
    (void)context;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* The runs of a slot, in sorted runs. */
static size_t first_run(const struct sx_agg_state *state, uint32_t slot)
{
    struct sx_agg_run key = {.slot = slot};
    return sx_lower_bound(state->runs, state->run_count, sizeof *state->runs, &key, compare_runs,
                          NULL);
}

static size_t values_of(const struct sx_agg_state *state, uint32_t slot, stria_type type,
                        uint64_t *keys)
{
    size_t count = 0;
    for (size_t i = first_run(state, slot); i < state->run_count && state->runs[i].slot == slot;
         i++) {
        const uint64_t *from = (const uint64_t *)(const void *)state->values.values;
        for (uint32_t j = 0; j < state->runs[i].count; j++)
            keys[count++] = key_of(type, from[state->runs[i].first + j]);
    }
    return count;
}

/* Where in the gathered values the earliest of those with `key` stands, leaving out `skip`. */
static size_t earliest(const struct sx_agg_state *state, uint32_t slot, stria_type type,
                       uint64_t key, size_t skip)
{
    const uint64_t *values = (const uint64_t *)(const void *)state->values.values;
    const int64_t *times = (const int64_t *)(const void *)state->times.values;
    size_t best = SIZE_MAX, after = SIZE_MAX;
    for (size_t n = 0; n <= skip; n++, after = best) { /* the next in the order (time, place) */
        best = SIZE_MAX;
        for (size_t i = first_run(state, slot); i < state->run_count && state->runs[i].slot == slot;
             i++)
            for (size_t at = state->runs[i].first; at < state->runs[i].first + state->runs[i].count;
                 at++) {
                bool later = after == SIZE_MAX || times[at] > times[after] ||
                             (times[at] == times[after] && at > after);
                if (key_of(type, values[at]) == key && later &&
                    (best == SIZE_MAX || times[at] < times[best]))
                    best = at;
            }
    }
    return best;
}

/* The place of a percentile's value; SIZE_MAX: it has none. */
static size_t percentile_of(const struct sx_agg_state *state, const struct sx_agg_call *call,
                            stria_type type, uint32_t slot, uint64_t *keys, size_t count)
{
    double rank = floor((double)count * call->percentile / 100.0 + 0.5) - 1;
    if (!(rank >= 0) || rank >= (double)count)
        return SIZE_MAX;
    size_t r = (size_t)rank, less = 0;
    select_rank(keys, count, r);
    for (size_t i = 0; i < r; i++)
        less += keys[i] < keys[r];
    return earliest(state, slot, type, keys[r], count <= STABLE_COUNT ? r - less : 0);
}

static bool take_percentile(struct sx_aggregate *agg, const struct sx_agg_state *state,
                            const struct sx_agg_call *call, uint32_t slot, size_t at,
                            struct sx_agg_points *points)
{
    const int64_t *times = (const int64_t *)(const void *)state->times.values;
    if (!sx_agg_points_add(agg, points, call->keeps_time ? times[at] : agg->slots[slot].begin_ns,
                           agg->slots[slot].set))
        return false;
    sx_column_put(&points->values, sx_column_at(&state->values, at));
    for (uint32_t j = 0; j < points->beside_count; j++)
        if (sx_column_has(&state->beside[j], at))
            sx_column_put(&points->beside[j], sx_column_at(&state->beside[j], at));
        else
            sx_column_put_null(&points->beside[j]);
    return true;
}

static bool take_values(struct sx_aggregate *agg, uint32_t index, const uint32_t *order,
                        struct sx_agg_points *points)
{
    const struct sx_agg_call *call = &agg->options.calls[index];
    struct sx_agg_state *state = &agg->states[index];
    stria_type type = agg->options.types[call->column];
    sx_sort(state->runs, state->run_count, sizeof *state->runs, compare_runs, NULL);
    uint64_t *keys = sx_mem_alloc(agg->mem, (state->values.count + 1) * sizeof *keys);
    bool good = keys != NULL;
    for (size_t i = 0; i < agg->slot_count && good; i++) {
        uint32_t slot = order[i];
        size_t count = values_of(state, slot, type, keys);
        if (count == 0)
            continue;
        if (call->kind == SX_AGG_PERCENTILE) {
            size_t at = percentile_of(state, call, type, slot, keys, count);
            good = at == SIZE_MAX || take_percentile(agg, state, call, slot, at, points);
            continue;
        }
        double median = median_of(type, keys, count);
        good = sx_agg_points_add(agg, points, agg->slots[slot].begin_ns, agg->slots[slot].set);
        if (good)
            sx_column_put(&points->values, &median);
    }
    sx_mem_free(agg->mem, keys);
    return good;
}

/* ---- windows out of entries ----------------------------------------------------------------- */

struct entry_order {
    stria_type type;
    bool by_time;    /* before the value */
    bool descending; /* times */
};

static int compare_entries(const void *a, const void *b, void *context)
{
    const struct sx_agg_entry *x = a, *y = b;
    const struct entry_order *o = context;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    int64_t tx = o->descending ? y->ts_max_ns : x->ts_min_ns;
    int64_t ty = o->descending ? x->ts_max_ns : y->ts_min_ns;
    if (o->by_time && tx != ty)
        return tx < ty ? -1 : 1;
    return sx_agg_compare(o->type, &x->value, &y->value);
}

/* The most frequent of sorted values; which of several follows from the peer's loop, that looks at
 * the first value from its first occurrence on, and at the others from their second. */
static union sx_agg_value mode_of(stria_type type, const struct sx_agg_entry *entries, size_t count)
{
    if (type == STRIA_BOOL) {
        uint64_t freq[2] = {0};
        for (size_t i = 0; i < count; i++)
            freq[entries[i].value.boolean != 0] += entries[i].count;
        return (union sx_agg_value){.boolean = freq[1] >= freq[0]};
    }
    const struct sx_agg_entry *most = &entries[0];
    for (size_t i = 1; i < count; i++)
        if (entries[i].count > most->count ||
            (entries[i].count == most->count && entries[i].count > 1 &&
             entries[i].ts_min_ns <= most->ts_max_ns))
            most = &entries[i];
    return most->value;
}

static bool take_entries_of(struct sx_aggregate *agg, const struct sx_agg_call *call,
                            stria_type type, const struct sx_agg_entry *entries, size_t count,
                            struct sx_agg_points *points)
{
    const struct sx_agg_slot *slot = &agg->slots[entries[0].slot];
    size_t point_count = call->kind == SX_AGG_DISTINCT ? count : 1;
    for (size_t i = 0; i < point_count; i++) {
        union sx_agg_value value = entries[i].value;
        if (call->kind == SX_AGG_COUNT_DISTINCT)
            value.i64 = (int64_t)count;
        else if (call->kind == SX_AGG_MODE)
            value = mode_of(type, entries, count);
        if (!sx_agg_points_add(agg, points, slot->begin_ns, slot->set))
            return false;
        sx_column_put(&points->values, &value);
    }
    return true;
}

static bool take_entries(struct sx_aggregate *agg, uint32_t index, const uint32_t *order,
                         struct sx_agg_points *points)
{
    const struct sx_agg_call *call = &agg->options.calls[index];
    struct sx_agg_state *state = &agg->states[index];
    struct entry_order by = {.type = agg->options.types[call->column],
                             .by_time = call->kind == SX_AGG_DISTINCT,
                             .descending = agg->options.descending};
    sx_map_clear(&state->entry_map); /* its numbers are wrong from here on */
    sx_sort(state->entries, state->entry_count, sizeof *state->entries, compare_entries, &by);
    bool good = true;
    size_t *first = sx_mem_alloc(agg->mem, (agg->slot_count + 1) * sizeof *first);
    if (!first)
        return false;
    for (size_t i = 0; i < agg->slot_count; i++)
        first[i] = SIZE_MAX;
    for (size_t i = state->entry_count; i > 0; i--)
        first[state->entries[i - 1].slot] = i - 1;
    for (size_t i = 0; i < agg->slot_count && good; i++) {
        size_t begin = first[order[i]], end = begin;
        while (end < state->entry_count && state->entries[end].slot == order[i])
            end++;
        if (begin < end)
            good = take_entries_of(agg, call, by.type, &state->entries[begin], end - begin, points);
    }
    sx_mem_free(agg->mem, first);
    return good;
}

bool sx_agg_gather_take(struct sx_aggregate *agg, uint32_t call, const uint32_t *order,
                        struct sx_agg_points *points)
{
    return sx_agg_gathers_values(agg->options.calls[call].kind)
               ? take_values(agg, call, order, points)
               : take_entries(agg, call, order, points);
}
