/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_dictionary.c -- any bytes as a dictionary and as postings: what is read stays inside, and
 * postings that are whole come back. Restarts of a dictionary that somebody made up may disagree
 * with the walk from its begin: then either text is as good. */
#include "index/dictionary.h"
#include "index/postings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNIVERSE 5000
#define STRINGS_MAX 4096

static void check(bool good)
{
    if (!good)
        abort();
}

/* Walks, and asks for what the walk gives. */
static void look_up(const struct sx_dictionary *dictionary, struct sx_mem *mem)
{
    struct sx_dictionary_walk walk;
    struct sx_buf text, other;
    sx_buf_init(&text, mem, 1 << 20);
    sx_buf_init(&other, mem, 1 << 20);
    bool ok = sx_dictionary_walk(&walk, dictionary, 0, &text);
    for (uint32_t i = 0; ok && i < dictionary->count && i < STRINGS_MAX; i++) {
        uint32_t position;
        bool equal;
        ok = sx_dictionary_next(&walk, &text);
        if (!ok)
            break;
        sx_buf_clear(&other);
        if (sx_dictionary_get(dictionary, i, &other))
            check(!other.failed);
        sx_buf_clear(&other);
        if (sx_dictionary_find(dictionary, sx_buf_bytes(&text), &other, &position, &equal))
            check(position <= dictionary->count);
    }
    sx_buf_deinit(&text);
    sx_buf_deinit(&other);
}

static void try_postings(struct sx_bytes in, struct sx_mem *mem)
{
    struct sx_bitset set, again;
    struct sx_buf out;
    static uint32_t ordinals[UNIVERSE];
    size_t count = 0, size = in.len;
    check(sx_bitset_init(&set, mem, UNIVERSE) && sx_bitset_init(&again, mem, UNIVERSE));
    sx_buf_init(&out, mem, 1 << 20);
    bool whole = sx_postings_add(&in, &set);
    for (size_t i = sx_bitset_next(&set, 0); i < UNIVERSE; i = sx_bitset_next(&set, i + 1))
        ordinals[count++] = (uint32_t)i;
    check(count == sx_bitset_count(&set) && (whole || in.len <= size));
    sx_postings_put(&out, ordinals, count);
    struct sx_bytes written = sx_buf_bytes(&out);
    check(sx_postings_add(&written, &again) && written.len == 0);
    sx_bitset_and_not(&set, &again);
    check(sx_bitset_count(&set) == 0 && sx_bitset_count(&again) == count);
    sx_buf_deinit(&out);
    sx_bitset_deinit(&set);
    sx_bitset_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_dictionary dictionary;
    struct sx_bytes in = sx_bytes_make(data, size);
    sx_mem_init(&mem, NULL, "fuzz", 0);
    if (sx_dictionary_take(&in, &dictionary))
        look_up(&dictionary, &mem);
    try_postings(sx_bytes_make(data, size), &mem);
    sx_mem_deinit(&mem);
    return 0;
}
