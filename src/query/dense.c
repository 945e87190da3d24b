/* SPDX-License-Identifier: Apache-2.0 */
/* dense.c -- see dense.h. */
#include "query/dense.h"

/* The rows that are in, as bits; how many. */
static uint32_t gather_words(struct sx_dense *dense, const uint64_t *present, uint32_t row_count,
                             const uint64_t *selected)
{
    uint32_t count = 0;
    for (uint32_t w = 0; w < SX_VECTOR_WORDS; w++) {
        uint32_t left = row_count > w * 64 ? row_count - w * 64 : 0;
        uint64_t word = left >= 64 ? UINT64_MAX : ((uint64_t)1 << left) - 1;
        if (word && present)
            word &= present[w];
        if (word && selected)
            word &= selected[w];
        dense->words[w] = word;
        dense->before[w] = (uint16_t)count;
        count += (uint32_t)__builtin_popcountll(word);
    }
    return count;
}

static void gather_rows(struct sx_dense *dense)
{
    uint32_t n = 0;
    for (uint32_t w = 0; w < SX_VECTOR_WORDS; w++)
        for (uint64_t word = dense->words[w]; word; word &= word - 1)
            dense->rows[n++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(word));
}

void sx_dense_make(struct sx_dense *dense, const struct sx_vector *vector, uint32_t row_count,
                   const uint64_t *selected)
{
    dense->values = vector->values;
    dense->is_all = vector->type != STRIA_NONE && !vector->present && !selected;
    dense->count = row_count;
    if (dense->is_all)
        return;
    if (vector->type == STRIA_NONE) {
        memset(dense->words, 0, sizeof dense->words);
        memset(dense->before, 0, sizeof dense->before);
        dense->count = 0;
        return;
    }
    dense->count = gather_words(dense, vector->present, row_count, selected);
    dense->is_all = dense->count == row_count;
    if (dense->is_all)
        return;
    gather_rows(dense);
    dense->values = dense->storage;
    const uint16_t *rows = dense->rows;
    if (vector->type == STRIA_STRING) {
        stria_bytes *out = (stria_bytes *)(void *)dense->storage;
        for (uint32_t i = 0; i < dense->count; i++)
            out[i] = ((const stria_bytes *)vector->values)[rows[i]];
    } else if (vector->type == STRIA_BOOL) {
        uint8_t *out = (uint8_t *)dense->storage;
        for (uint32_t i = 0; i < dense->count; i++)
            out[i] = ((const uint8_t *)vector->values)[rows[i]];
    } else {
        for (uint32_t i = 0; i < dense->count; i++)
            dense->storage[i] = ((const uint64_t *)vector->values)[rows[i]];
    }
}
