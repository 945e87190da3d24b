/* SPDX-License-Identifier: Apache-2.0 */
/* tables.c -- see tables.h. */
#include "codec/tables.h"

#include "base/error.h"

#include <assert.h>

/* Reads one table at the front of *in. */
static bool get_table(struct sx_table *table, struct sx_bytes *in)
{
    struct sx_ans_decoder *decoder = &table->decoder;
    unsigned head = (unsigned)sx_bits_get(*in, 0, 7);
    size_t position = 7;
    struct sx_bytes bytes;
    table->order = head & 3;
    decoder->shape.log = (head >> 2 & 7) + SX_ANS_LOG_MIN;
    decoder->shape.tuple = 1u << (head >> 5);
    return table->order <= 2 && decoder->shape.tuple <= 4 &&
           sx_classes_get(&decoder->classes, *in, &position) &&
           sx_bytes_take(in, (position + 7) / 8, &bytes) &&
           sx_ans_fits(&decoder->classes, decoder->shape);
}

static stria_status make_ready(struct sx_tables *tables, struct sx_table *table, bool for_encoding,
                               stria_error *err)
{
    size_t size = sizeof(struct sx_ans_entry) << table->decoder.shape.log;
    struct sx_ans_entry *entries = sx_mem_alloc(tables->mem, size);
    if (!entries)
        return sx_mem_refused(tables->mem, size, err);
    sx_ans_decoder_init(&table->decoder, entries);
    sx_classes_costs(table->costs, &table->decoder.classes);
    if (!for_encoding)
        return STRIA_OK;
    table->encoder = sx_mem_alloc(tables->mem, sizeof *table->encoder);
    if (!table->encoder)
        return sx_mem_refused(tables->mem, sizeof *table->encoder, err);
    sx_ans_encoder_init(table->encoder, &table->decoder.classes, table->decoder.shape);
    return STRIA_OK;
}

stria_status sx_tables_open(struct sx_bytes bytes, bool for_encoding, struct sx_mem *mem,
                            struct sx_tables **out, stria_error *err)
{
    struct sx_bytes head;
    stria_status st = STRIA_OK;
    *out = NULL;
    if (bytes.len == 0)
        return STRIA_OK;
    struct sx_tables *tables = sx_mem_zalloc(mem, sizeof *tables);
    if (!tables)
        return sx_mem_refused(mem, sizeof *tables, err);
    tables->mem = mem;
    (void)sx_bytes_take(&bytes, 1, &head);
    bool good = head.ptr[0] >= 1 && head.ptr[0] <= SX_TABLES_MAX;
    for (unsigned i = 0; good && !st && i < head.ptr[0]; i++) {
        struct sx_table *table = &tables->tables[tables->count++];
        good = get_table(table, &bytes);
        if (good)
            st = make_ready(tables, table, for_encoding, err);
    }
    if (!st && (!good || bytes.len))
        st = sx_fail(err, STRIA_CORRUPT, "coder tables break their format");
    if (st) {
        sx_tables_close(tables);
        return st;
    }
    *out = tables;
    return STRIA_OK;
}

void sx_tables_close(struct sx_tables *tables)
{
    if (!tables)
        return;
    for (unsigned i = 0; i < tables->count; i++) {
        sx_mem_free(tables->mem, tables->tables[i].decoder.entries);
        sx_mem_free(tables->mem, tables->tables[i].encoder);
    }
    sx_mem_free(tables->mem, tables);
}

/* What is added to numbers of a smaller domain; false: the table is not for such columns. */
static bool shift_for(const struct sx_table *table, unsigned order, unsigned domain,
                      uint64_t *shift)
{
    const struct sx_classes *classes = &table->decoder.classes;
    *shift = 0;
    if (table->order != order || domain > classes->domain)
        return false;
    if (order > 0)
        *shift = ((uint64_t)1 << (classes->domain - 1)) - ((uint64_t)1 << (domain - 1));
    return true;
}

uint64_t sx_table_cost(const struct sx_table *table, const struct sx_tally *tally, unsigned order,
                       unsigned domain)
{
    const struct sx_classes *classes = &table->decoder.classes;
    uint64_t cost = 0, shift, before = 0;
    if (!shift_for(table, order, domain, &shift))
        return UINT64_MAX;
    unsigned class = 0;
    for (size_t i = 0; i < tally->count; i++) {
        uint64_t v = tally->numbers[i] + shift;
        while (class + 1 < classes->count && classes->low[class + 1] <= v)
            class ++;
        if (v - classes->low[class] > sx_bit_mask(classes->width[class]))
            return UINT64_MAX;
        cost += (tally->upto[i] - before) * (table->costs[class] + classes->width[class] * 256u);
        before = tally->upto[i];
    }
    return cost;
}

size_t sx_tables_memory(const struct sx_tables *tables)
{
    size_t size = tables ? sizeof *tables : 0;
    for (unsigned i = 0; tables && i < tables->count; i++) {
        size += sizeof(struct sx_ans_entry) << tables->tables[i].decoder.shape.log;
        size += tables->tables[i].encoder ? sizeof *tables->tables[i].encoder : 0;
    }
    return size;
}
