/* SPDX-License-Identifier: Apache-2.0 */
/* bitset.c -- see bitset.h. */
#include "index/bitset.h"

#include <assert.h>
#include <string.h>

static size_t word_count(size_t size)
{
    return (size + 63) / 64;
}

bool sx_bitset_init(struct sx_bitset *set, struct sx_mem *mem, size_t size)
{
    *set = (struct sx_bitset){.mem = mem, .size = size};
    set->words = sx_mem_zalloc(mem, SX_MAX(word_count(size), 1) * sizeof *set->words);
    return set->words != NULL;
}

void sx_bitset_deinit(struct sx_bitset *set)
{
    if (set->mem)
        sx_mem_free(set->mem, set->words);
    *set = (struct sx_bitset){0};
}

void sx_bitset_add_range(struct sx_bitset *set, size_t first, size_t count)
{
    assert(first + count <= set->size);
    while (count && first % 64) {
        sx_bitset_add(set, first++);
        count--;
    }
    for (; count >= 64; count -= 64, first += 64)
        set->words[first / 64] = ~(uint64_t)0;
    while (count--)
        sx_bitset_add(set, first++);
}

void sx_bitset_and(struct sx_bitset *a, const struct sx_bitset *b)
{
    assert(a->size == b->size);
    for (size_t i = 0; i < word_count(a->size); i++)
        a->words[i] &= b->words[i];
}

void sx_bitset_or(struct sx_bitset *a, const struct sx_bitset *b)
{
    assert(a->size == b->size);
    for (size_t i = 0; i < word_count(a->size); i++)
        a->words[i] |= b->words[i];
}

void sx_bitset_and_not(struct sx_bitset *a, const struct sx_bitset *b)
{
    assert(a->size == b->size);
    for (size_t i = 0; i < word_count(a->size); i++)
        a->words[i] &= ~b->words[i];
}

void sx_bitset_fill(struct sx_bitset *set)
{
    sx_bitset_add_range(set, 0, set->size);
}

void sx_bitset_clear(struct sx_bitset *set)
{
    memset(set->words, 0, word_count(set->size) * sizeof *set->words);
}

size_t sx_bitset_count(const struct sx_bitset *set)
{
    size_t count = 0;
    for (size_t i = 0; i < word_count(set->size); i++)
        count += (size_t)__builtin_popcountll(set->words[i]);
    return count;
}

size_t sx_bitset_next(const struct sx_bitset *set, size_t from)
{
    if (from >= set->size)
        return set->size;
    uint64_t word = set->words[from / 64] >> (from % 64);
    if (word)
        return from + (size_t)__builtin_ctzll(word);
    for (size_t i = from / 64 + 1; i < word_count(set->size); i++)
        if (set->words[i])
            return i * 64 + (size_t)__builtin_ctzll(set->words[i]);
    return set->size;
}
