/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_answer.c -- any bytes as a server's answer: walked to its end or to an error, whatever
 * pieces they come in; both walks see the same rows. */
#include "app/client/answer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
    const uint8_t *bytes;
    size_t left, piece;
};

static stria_status give(void *context, void *bytes, size_t size, size_t *got, stria_error *err)
{
    struct feed *feed = context;
    (void)err;
    *got = SX_MIN(SX_MIN(size, feed->piece), feed->left);
    if (*got)
        memcpy(bytes, feed->bytes, *got);
    feed->bytes += *got;
    feed->left -= *got;
    return STRIA_OK;
}

static uint64_t add_values(uint64_t sum, const stria_values *values, size_t row_count)
{
    for (size_t row = 0; row < row_count; row++) {
        if (!(values->present[row / 64] >> (row % 64) & 1))
            continue;
        sum = sum * 31 + (uint64_t)values->type;
        if (values->type == STRIA_STRING)
            sum += ((const stria_bytes *)values->values)[row].len;
        else if (values->type == STRIA_BOOL)
            sum += ((const uint8_t *)values->values)[row];
        else
            sum += ((const uint64_t *)values->values)[row];
    }
    return sum;
}

/* A sum over everything that the walk shows. */
static uint64_t walk(const uint8_t *data, size_t size, size_t piece, bool rows)
{
    struct sx_mem mem;
    struct feed feed = {data, size, piece};
    struct sx_answer *answer;
    const stria_statement *statement;
    const stria_table *table;
    const stria_batch *batch;
    stria_error err;
    uint64_t sum = 0;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    if (sx_answer_create(&mem, give, &feed, &answer, &err))
        abort();
    stria_status st;
    while (!(st = sx_answer_next_statement(answer, &statement, &err)) && statement) {
        sum = sum * 31 + statement->index;
        while (!(st = sx_answer_next_series(answer, &table, &err)) && table) {
            sum = sum * 31 + table->name.len + table->tag_count + table->column_count;
            while (rows && !(st = sx_answer_next_batch(answer, &batch, &err)) && batch)
                for (size_t i = 0; i < batch->column_count; i++)
                    sum = add_values(sum, &batch->columns[i], batch->row_count);
            if (st)
                break;
        }
        sum = sum * 31 + sx_answer_messages(answer).len + (uint64_t)st;
        if (st && st != STRIA_INVALID)
            break;
    }
    sx_answer_destroy(answer);
    sx_mem_deinit(&mem);
    return sum * 31 + (uint64_t)st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_buf text;
    if (walk(data, size, size + 1, true) != walk(data, size, 3, true))
        abort();
    (void)walk(data, size, 1000, false);
    sx_mem_init(&mem, NULL, "fuzz", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 20);
    sx_answer_error_text(&mem, sx_bytes_make(data, size), &text);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
    return 0;
}
