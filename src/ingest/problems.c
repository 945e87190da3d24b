/* SPDX-License-Identifier: Apache-2.0 */
/* problems.c -- see problems.h. */
#include "ingest/problems.h"

void sx_ingest_problems_init(struct sx_ingest_problems *problems, struct sx_mem *mem)
{
    *problems = (struct sx_ingest_problems){.mem = mem};
    sx_buf_init(&problems->text, mem, SX_PROBLEM_TEXT_MAX);
    sx_buf_init(&problems->dropped_text, mem, SX_PROBLEM_TEXT_MAX);
    sx_buf_init(&problems->reason, mem, SX_PROBLEM_TEXT_MAX);
}

void sx_ingest_problems_deinit(struct sx_ingest_problems *problems)
{
    if (problems->mem)
        sx_mem_free(problems->mem, problems->items);
    sx_buf_deinit(&problems->text);
    sx_buf_deinit(&problems->dropped_text);
    sx_buf_deinit(&problems->reason);
    *problems = (struct sx_ingest_problems){0};
}

void sx_ingest_problems_clear(struct sx_ingest_problems *problems)
{
    problems->item_count = 0;
    problems->rejected_count = problems->dropped_count = 0;
    problems->reason_line = 0;
    sx_buf_clear(&problems->text);
    sx_buf_clear(&problems->dropped_text);
    sx_buf_clear(&problems->reason);
}

struct sx_bytes sx_ingest_problem_text(const struct sx_ingest_problems *problems,
                                       const struct sx_ingest_problem *item)
{
    const struct sx_buf *texts = item->dropped ? &problems->dropped_text : &problems->text;
    return sx_bytes_make(item->text_len ? texts->ptr + item->text_offset : NULL, item->text_len);
}

/* Appends as much as fits below the maximum. False: no memory. */
static bool put_cut(struct sx_buf *text, struct sx_bytes bytes)
{
    bytes.len = SX_MIN(bytes.len, text->max - text->len);
    sx_buf_put_bytes(text, bytes);
    return !text->failed;
}

/* Takes back what an append that failed half way has left. */
static bool undo(struct sx_buf *text, size_t len)
{
    text->len = len;
    text->failed = false;
    return false;
}

/* An entry for the text that begins at `offset`; the lists are bounded, the counts are not. */
static bool add_item(struct sx_ingest_problems *problems, struct sx_ingest_problem item)
{
    if (problems->item_count >= STRIA_PROBLEMS_MAX)
        return true;
    if (!SX_GROW(problems->mem, problems->items, problems->item_capacity, problems->item_count + 1))
        return false;
    problems->items[problems->item_count++] = item;
    return true;
}

bool sx_ingest_problems_refuse(struct sx_ingest_problems *problems, uint64_t line,
                               stria_status code, struct sx_bytes text, struct sx_bytes reason)
{
    struct sx_buf *out = &problems->text;
    size_t len = out->len;
    if (len && !put_cut(out, SX_LITERAL("\n")))
        return undo(out, len);
    size_t offset = out->len;
    if (!put_cut(out, SX_LITERAL("unable to parse '")) || !put_cut(out, text) ||
        !put_cut(out, SX_LITERAL("': ")) || !put_cut(out, reason))
        return undo(out, len);
    struct sx_ingest_problem item = {
        .line = line, .code = code, .text_offset = offset, .text_len = out->len - offset};
    if (!add_item(problems, item))
        return undo(out, len);
    problems->rejected_count++;
    return true;
}

/* The peer gives one reason: that of the first rank, and within a rank of the first line. */
static bool offer_reason(struct sx_ingest_problems *problems, uint64_t line, enum sx_drop_rank rank,
                         struct sx_bytes reason)
{
    if (problems->reason_line && rank >= problems->reason_rank)
        return true;
    if (!sx_buf_reserve(&problems->reason, SX_MIN(reason.len, problems->reason.max)))
        return undo(&problems->reason, problems->reason.len);
    sx_buf_clear(&problems->reason);
    (void)put_cut(&problems->reason, reason);
    problems->reason_line = line;
    problems->reason_rank = rank;
    return true;
}

bool sx_ingest_problems_drop(struct sx_ingest_problems *problems, uint64_t line, stria_status code,
                             enum sx_drop_rank rank, struct sx_bytes reason)
{
    struct sx_buf *out = &problems->dropped_text;
    size_t len = out->len;
    if (problems->item_count < STRIA_PROBLEMS_MAX) {
        if (len && !put_cut(out, SX_LITERAL("\n")))
            return undo(out, len);
        size_t offset = out->len;
        if (!put_cut(out, reason))
            return undo(out, len);
        struct sx_ingest_problem item = {.line = line,
                                         .code = code,
                                         .dropped = true,
                                         .text_offset = offset,
                                         .text_len = out->len - offset};
        if (!add_item(problems, item))
            return undo(out, len);
    }
    if (!offer_reason(problems, line, rank, reason))
        return false;
    problems->rejected_count++;
    problems->dropped_count++;
    return true;
}

bool sx_ingest_problems_strip(struct sx_ingest_problems *problems, uint64_t line,
                              struct sx_bytes reason)
{
    return offer_reason(problems, line, SX_DROP_FIELD, reason);
}
