/* SPDX-License-Identifier: Apache-2.0 */
/* ints_seal.c -- from the packed form of integers to the coded one; see ints.h.
 *
 * Algorithm   The entropy of an order's counted numbers is below what they can take coded, so it
 *             tells which order to look at first, and which need not be looked at. Numbers that
 *             are too large to be counted in passing are sorted, and only where the packed form
 *             says that their order may be the best. */
#include "codec/ints.h"

#include "base/attr.h"
#include "codec/bits.h"

#include <assert.h>

bool sx_ints_reduce(struct sx_ints_plan *plan, struct sx_ints_reader *reader, size_t size,
                    int64_t *work)
{
    if (reader->kind == SX_INTS_CODED || reader->order == SX_INTS_LINE)
        return false;
    *plan = (struct sx_ints_plan){
        .kind = reader->kind,
        .order = reader->order,
        .first = (int64_t)reader->first,
        .factor = reader->factor,
        .slope = reader->slope,
        .count = reader->count,
        .work = work,
    };
    plan->bits = 8 * (uint64_t)size - sx_ints_head_bits(plan);
    if (reader->kind == SX_INTS_STEP)
        return true;
    reader->in.packed.chain.origin = 0;
    reader->in.packed.chain.factor = 1;
    return sx_ints_range(reader, 0, reader->count, work);
}

/* Bits that no code of the counted numbers can do without, times 256. */
static uint64_t entropy_of(const struct sx_tally *tally)
{
    uint64_t all = sx_tally_all(tally), sum = 0, before = 0;
    uint64_t whole = sx_log2_256(all);
    for (size_t i = 0; i < tally->count; i++) {
        uint64_t here = tally->upto[i] - before;
        sum += here * (whole - sx_log2_256(here));
        before = tally->upto[i];
    }
    return sum - sum / 64; /* the logarithms are not exact */
}

/* The best so far. */
struct search {
    struct sx_ints_plan *plan;
    struct sx_coded_counts *counts; /* of the best order */
    uint64_t own;                   /* what sx_coded_choose() said of it */
    uint64_t bits;                  /* of it */
};

static void try_counts(struct search *search, const struct sx_coded_counts *counts)
{
    struct sx_ints_plan *plan = search->plan;
    struct sx_coded_plan coded;
    if (entropy_of(&counts->tally) / 256 >= search->bits)
        return;
    uint64_t own = sx_coded_choose(&coded, counts, plan->count, NULL, 0);
    if (coded.bits >= search->bits)
        return;
    search->bits = coded.bits;
    search->own = own;
    *search->counts = *counts;
    plan->coded = coded;
}

/* Tries the orders that were counted in passing, those of little entropy first. */
static void try_small(struct search *search, const struct sx_coded_counts counts[3], unsigned which)
{
    uint64_t entropies[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
    for (unsigned order = 0; order < 3; order++)
        if (which >> order & 1)
            entropies[order] = entropy_of(&counts[order].tally);
    for (unsigned tries = 0; tries < 3; tries++) {
        unsigned best = 0;
        for (unsigned order = 1; order < 3; order++)
            if (entropies[order] < entropies[best])
                best = order;
        if (entropies[best] == UINT64_MAX)
            return;
        entropies[best] = UINT64_MAX;
        try_counts(search, &counts[best]);
    }
}

/* Whether an order of large numbers can be the best one: its packed size tells roughly. */
static bool may_be_best(const struct sx_ints_plan *plan, unsigned order)
{
    if (order == plan->order)
        return true;
    uint64_t bits = sx_packed_estimate(plan->work, plan->count, order, SX_INTS_SAMPLED, NULL);
    return bits / 4 * 3 <= plan->bits + plan->count;
}

uint64_t sx_ints_seal(struct sx_ints_plan *plan, struct sx_coded_counts *counts,
                      uint64_t *small_scratch)
{
    struct sx_coded_counts small[3];
    struct search search = {.plan = plan, .counts = counts, .bits = UINT64_MAX};
    assert(plan->kind == SX_INTS_PACKED);
    unsigned which = sx_coded_count_small(small, plan->work, plan->count, small_scratch);
    unsigned counted = 3; /* whose counts are in the scratch for large numbers */
    try_small(&search, small, which);
    for (unsigned i = 0; i < 3; i++) {
        struct sx_coded_counts large;
        unsigned order = (plan->order + i) % 3;
        if (which >> order & 1 || !may_be_best(plan, order))
            continue;
        sx_coded_count(&large, plan->work, plan->count, order, plan->wish.scratch);
        counted = order;
        try_counts(&search, &large);
    }
    unsigned best = counts->order;
    if (!(which >> best & 1) && best != counted)
        sx_coded_count(counts, plan->work, plan->count, best, plan->wish.scratch);
    if (sx_ints_is_better_coded(plan, plan->coded.bits)) {
        plan->kind = SX_INTS_CODED;
        plan->order = best;
        plan->bits = plan->coded.bits;
    }
    plan->bits += sx_ints_head_bits(plan);
    return search.own;
}
