/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose_runs.c -- see merge_choose_runs.h. */
#include "engine/merge_choose_runs.h"

/* What a merge holds of each of its inputs: the directory of a stripe, and the values of tags. */
#define STRIPE_SIZE ((size_t)5 << 18)
#define SERIES_SIZE 48

static const struct sx_segment_info *picked_info(const struct sx_merge_choice *choice, size_t i)
{
    return &choice->store->segments[choice->picked[i]]->info;
}

/* Whether the ith picked one is of another run than the one before it. */
static bool begins_run(const struct sx_merge_choice *choice, size_t i)
{
    if (i == 0)
        return true;
    const struct sx_segment_info *a = picked_info(choice, i - 1), *b = picked_info(choice, i);
    return a->first_generation != b->first_generation || a->last_generation != b->last_generation;
}

size_t sx_merge_run_count(const struct sx_merge_choice *choice)
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++)
        count += begins_run(choice, i);
    return count;
}

void sx_merge_keep_runs(struct sx_merge_choice *choice, size_t most)
{
    if (sx_merge_run_count(choice) <= most)
        return;
    uint64_t size = 0, best_size = UINT64_MAX;
    size_t first = 0, runs = 0, best_first = 0, best_count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        runs += begins_run(choice, i);
        size += picked_info(choice, i)->file_size;
        while (runs > most) { /* a whole run goes at the front */
            do
                size -= picked_info(choice, first++)->file_size;
            while (!begins_run(choice, first));
            runs--;
        }
        bool whole = i + 1 == choice->count || begins_run(choice, i + 1);
        if (runs == most && whole && size < best_size) {
            best_size = size;
            best_first = first;
            best_count = i + 1 - first;
        }
    }
    memmove(choice->picked, choice->picked + best_first, best_count * sizeof *choice->picked);
    choice->count = best_count;
    choice->tier = SX_TIER_HOT;
}

static size_t memory_of(const struct sx_merge_choice *choice)
{
    size_t size = 0;
    for (size_t i = 0; i < choice->count; i++)
        size += STRIPE_SIZE + (size_t)picked_info(choice, i)->series_count * SERIES_SIZE;
    return size;
}

bool sx_merge_fit_memory(struct sx_merge_choice *choice, size_t memory_size)
{
    size_t runs = sx_merge_run_count(choice);
    for (; runs > 2 && memory_of(choice) > memory_size; runs--) {
        do
            choice->count--;
        while (!begins_run(choice, choice->count));
        choice->tier = SX_TIER_HOT;
    }
    return runs < 2 || memory_of(choice) <= memory_size;
}
