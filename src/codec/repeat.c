/* SPDX-License-Identifier: Apache-2.0 */
/* repeat.c -- see repeat.h. */
#include "codec/repeat.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "base/varint.h"

#include <assert.h>

#define ENTRY_SHARE 4 /* values for each entry of a dictionary, at least */
#define SLOTS (4 * SX_FLOATS_ENTRIES_MAX)
#define SAMPLES SX_FLOATS_SAMPLES

static void begin(struct sx_repeat_plan *plan, enum sx_floats_id id, struct sx_mem *mem)
{
    plan->id = id;
    plan->bits = UINT64_MAX;
    plan->mem = mem;
    plan->block = NULL;
    plan->inner.mem = mem;
    plan->inner.block = NULL;
}

void sx_repeat_release(struct sx_repeat_plan *plan)
{
    sx_plain_release(&plan->inner);
    sx_mem_free(plan->mem, plan->block);
    plan->block = NULL;
}

/* Plans what both forms are made of: `count` values, and `number_count` numbers, which are in
 * work. */
static bool plan_parts(struct sx_repeat_plan *plan, const double *values, int64_t *work,
                       size_t number_count, uint64_t *scratch)
{
    struct sx_ints_wish wish = {.scratch = scratch};
    enum sx_tier tier = scratch ? SX_TIER_SEALED : SX_TIER_HOT;
    if (!sx_plain_plan(&plan->inner, values, plan->count, tier, NULL, plan->mem)) {
        sx_repeat_release(plan);
        return false;
    }
    sx_ints_plan(&plan->ints, work, number_count, work, &wish);
    plan->bits = 48 + plan->inner.bits + plan->ints.bits;
    return true;
}

/* ---- runs ----------------------------------------------------------------------------------- */

/* Runs, or some number above `max`. */
static size_t count_runs(const double *values, size_t count, size_t max)
{
    size_t runs = 1;
    for (size_t i = 1; i < count && runs <= max;) {
        size_t end = SX_MIN(i + 64, count);
        for (; i < end; i++)
            runs += sx_bits_of_f64(values[i]) != sx_bits_of_f64(values[i - 1]);
    }
    return runs;
}

bool sx_runs_plan(struct sx_repeat_plan *plan, const double *values, size_t count,
                  enum sx_tier tier, struct sx_mem *mem)
{
    begin(plan, SX_FLOATS_RUNS, mem);
    plan->count = count_runs(values, count, count / SX_FLOATS_RUN_MIN);
    if (plan->count * SX_FLOATS_RUN_MIN > count)
        return true;
    size_t words = plan->count * (tier == SX_TIER_SEALED ? 5 : 2);
    int64_t *block = sx_mem_alloc(mem, words * sizeof *block);
    if (!block)
        return false;
    plan->block = block;
    double *firsts = (double *)(void *)(block + plan->count);
    size_t run = 0, from = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i < count && sx_bits_of_f64(values[i]) == sx_bits_of_f64(values[from]))
            continue;
        firsts[run] = values[from];
        block[run++] = (int64_t)(i - from);
        from = i;
    }
    uint64_t *scratch = (uint64_t *)(void *)(block + 2 * plan->count);
    return plan_parts(plan, firsts, block, plan->count, tier == SX_TIER_SEALED ? scratch : NULL);
}

stria_status sx_runs_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                            double *values, stria_error *err)
{
    struct sx_ints_reader lengths;
    struct sx_plain_reader inner;
    struct sx_bytes sized;
    uint64_t runs;
    int64_t length[SX_GROUP];
    double value[SX_GROUP];
    size_t at = 0, end = first + range_count;
    if (!sx_varint_get_max(&in, count, &runs) || runs == 0 || !sx_sized_get(&in, &sized))
        return sx_fail(err, STRIA_CORRUPT, "a column of doubles breaks its runs");
    stria_status st = sx_ints_open(&lengths, sized, (size_t)runs, NULL, err);
    if (!st)
        st = sx_plain_open(&inner, in, (size_t)runs, NULL, err);
    if (st)
        return st;
    for (size_t i = 0; i < runs; i++) {
        size_t k = i % SX_GROUP;
        if (k == 0 && (!sx_ints_next(&lengths, length) || !sx_plain_next(&inner, value)))
            return sx_fail(err, STRIA_CORRUPT, "a column of doubles breaks its runs");
        if ((uint64_t)length[k] > count - at)
            return sx_fail(err, STRIA_CORRUPT, "a column of doubles has runs beyond its end");
        size_t next = at + (size_t)length[k];
        for (size_t to = SX_MAX(at, first); to < next && to < end; to++)
            values[to - first] = value[k];
        at = next;
    }
    return at == count ? STRIA_OK
                       : sx_fail(err, STRIA_CORRUPT, "a column of doubles has too few runs");
}

/* ---- dictionary ----------------------------------------------------------------------------- */

/* A small hash table from bits to entries. */
struct entries {
    size_t count;
    uint64_t bits[SX_FLOATS_ENTRIES_MAX];
    uint16_t slots[SLOTS]; /* index + 1 */
};

/* The entry of a value, new or not; SX_FLOATS_ENTRIES_MAX: there is no room. */
static size_t entry_of(struct entries *entries, uint64_t bits)
{
    size_t slot = sx_hash_u64(bits) % SLOTS;
    for (; entries->slots[slot]; slot = (slot + 1) % SLOTS)
        if (entries->bits[entries->slots[slot] - 1] == bits)
            return entries->slots[slot] - 1u;
    if (entries->count == SX_FLOATS_ENTRIES_MAX)
        return SX_FLOATS_ENTRIES_MAX;
    entries->bits[entries->count] = bits;
    entries->slots[slot] = (uint16_t)++entries->count;
    return entries->count - 1;
}

/* Whether a few of the values have repetitions among them. */
static bool repeats(struct entries *entries, const double *values, size_t count)
{
    if (count < 2 * SAMPLES)
        return true;
    entries->count = 0;
    memset(entries->slots, 0, sizeof entries->slots);
    for (size_t i = 0; i < SAMPLES; i++)
        (void)entry_of(entries, sx_bits_of_f64(values[i * count / SAMPLES]));
    return entries->count <= SX_FLOATS_SAMPLES_DIFFERENT;
}

static int compare_bits(const void *a, const void *b, void *context)
{
    const uint64_t *bits = context;
    uint64_t x = bits[*(const uint16_t *)a], y = bits[*(const uint16_t *)b];
    return (x > y) - (x < y);
}

/* Gathers the distinct values and the index of each value; false: there are too many. */
static bool gather(struct entries *entries, const double *values, size_t count, int64_t *indexes)
{
    entries->count = 0;
    memset(entries->slots, 0, sizeof entries->slots);
    size_t max = SX_MIN(count / ENTRY_SHARE + 1, SX_FLOATS_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t entry = entry_of(entries, sx_bits_of_f64(values[i]));
        if (entry >= max)
            return false;
        indexes[i] = (int64_t)entry;
    }
    return true;
}

/* Sorts the entries into `sorted`, and turns the indexes to the sorted ones. */
static void sort_entries(struct entries *entries, double *sorted, int64_t *indexes, size_t count)
{
    uint16_t order[SX_FLOATS_ENTRIES_MAX], place[SX_FLOATS_ENTRIES_MAX];
    for (size_t i = 0; i < entries->count; i++)
        order[i] = (uint16_t)i;
    sx_sort(order, entries->count, sizeof order[0], compare_bits, entries->bits);
    for (size_t i = 0; i < entries->count; i++) {
        place[order[i]] = (uint16_t)i;
        sorted[i] = sx_f64_of_bits(entries->bits[order[i]]);
    }
    for (size_t i = 0; i < count; i++)
        indexes[i] = place[indexes[i]];
}

bool sx_dictionary_plan(struct sx_repeat_plan *plan, const double *values, size_t count,
                        enum sx_tier tier, struct sx_mem *mem)
{
    struct entries entries;
    begin(plan, SX_FLOATS_DICTIONARY, mem);
    if (count < 2 * ENTRY_SHARE || !repeats(&entries, values, count))
        return true;
    size_t words = count * (tier == SX_TIER_SEALED ? 4 : 1) + SX_FLOATS_ENTRIES_MAX;
    int64_t *block = sx_mem_alloc(mem, words * sizeof *block);
    if (!block)
        return false;
    plan->block = block;
    double *sorted = (double *)(void *)block;
    int64_t *indexes = block + SX_FLOATS_ENTRIES_MAX;
    if (!gather(&entries, values, count, indexes) || entries.count < 2)
        return true;
    plan->count = entries.count;
    sort_entries(&entries, sorted, indexes, count);
    uint64_t *scratch = (uint64_t *)(void *)(indexes + count);
    return plan_parts(plan, sorted, indexes, count, tier == SX_TIER_SEALED ? scratch : NULL);
}

/* Reads all entries. */
static stria_status get_entries(struct sx_bytes in, size_t count, double *entries, stria_error *err)
{
    struct sx_plain_reader reader;
    double group[SX_GROUP];
    stria_status st = sx_plain_open(&reader, in, count, NULL, err);
    for (size_t i = 0; i < count && !st; i += SX_GROUP) {
        if (!sx_plain_next(&reader, group))
            return sx_fail(err, STRIA_CORRUPT, "a dictionary of doubles breaks its format");
        memcpy(entries + i, group, SX_MIN(count - i, SX_GROUP) * sizeof *entries);
    }
    return st;
}

stria_status sx_dictionary_decode(struct sx_bytes in, size_t count, size_t first,
                                  size_t range_count, double *values, stria_error *err)
{
    double entries[SX_FLOATS_ENTRIES_MAX] = {0};
    struct sx_ints_reader indexes;
    struct sx_bytes sized;
    uint64_t entry_count;
    if (!sx_varint_get_max(&in, SX_FLOATS_ENTRIES_MAX, &entry_count) || entry_count < 2 ||
        !sx_sized_get(&in, &sized))
        return sx_fail(err, STRIA_CORRUPT, "a column of doubles breaks its dictionary");
    stria_status st = get_entries(sized, (size_t)entry_count, entries, err);
    if (!st)
        st = sx_ints_open(&indexes, in, count, NULL, err);
    if (st || range_count == 0)
        return st;
    bool good = sx_ints_seek(&indexes, first / SX_GROUP);
    for (size_t i = first; good && i < first + range_count;) {
        int64_t group[SX_GROUP] = {0};
        good = sx_ints_next(&indexes, group);
        size_t end = SX_MIN((i / SX_GROUP + 1) * SX_GROUP, first + range_count);
        for (; good && i < end; i++) {
            uint64_t index = (uint64_t)group[i % SX_GROUP];
            good = index < entry_count;
            values[i - first] = entries[good ? index : 0];
        }
    }
    return good ? STRIA_OK
                : sx_fail(err, STRIA_CORRUPT, "a column of doubles breaks its dictionary");
}

/* ---- writing -------------------------------------------------------------------------------- */

void sx_repeat_write(struct sx_buf *out, const struct sx_repeat_plan *plan)
{
    bool runs = plan->id == SX_FLOATS_RUNS;
    uint8_t prefix[SX_VARINT_SIZE_MAX];
    sx_buf_put_u8(out, (uint8_t)plan->id);
    sx_buf_put_varint(out, plan->count);
    size_t at = out->len;
    if (runs)
        sx_ints_write(out, &plan->ints);
    else
        sx_plain_write(out, &plan->inner);
    size_t size = out->len - at, prefix_size = sx_varint_write(prefix, size);
    if (!sx_buf_extend(out, prefix_size))
        return;
    memmove(out->ptr + at + prefix_size, out->ptr + at, size);
    memcpy(out->ptr + at, prefix, prefix_size);
    if (runs)
        sx_plain_write(out, &plan->inner);
    else
        sx_ints_write(out, &plan->ints);
}
