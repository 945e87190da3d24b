/* SPDX-License-Identifier: Apache-2.0 */
/* report.c -- see report.h. */
#include "api/report.h"

#include <string.h>

/* One problem, wherever it was found. */
struct entry {
    uint64_t line;
    stria_status code;
    struct sx_bytes text;
};

static size_t gather(const struct sx_ingest_problems *problems,
                     const struct sx_write_result *result, struct sx_bytes answer,
                     struct entry *entries)
{
    size_t count = 0;
    for (size_t i = 0; problems && i < problems->item_count && count < STRIA_PROBLEMS_MAX; i++)
        entries[count++] = (struct entry){
            .line = problems->items[i].line,
            .code = problems->items[i].code,
            .text = sx_ingest_problem_text(problems, &problems->items[i]),
        };
    if (result && result->conflict_count && count < STRIA_PROBLEMS_MAX)
        entries[count++] =
            (struct entry){.line = result->conflict_line, .code = STRIA_CONFLICT, .text = answer};
    if (result && result->limit_count && count < STRIA_PROBLEMS_MAX)
        entries[count++] = (struct entry){
            .line = result->limit_line, .code = STRIA_LIMIT, .text = result->limit_text};
    return count;
}

void sx_report_fill(stria_report *report, const struct sx_ingest_problems *problems,
                    const struct sx_write_result *result, struct sx_bytes answer)
{
    struct entry entries[STRIA_PROBLEMS_MAX];
    if (!report)
        return;
    stria_report_release(report);
    if (result) {
        report->row_count = result->row_count;
        report->sample_count = result->sample_count;
        report->rejected_row_count = result->conflict_count + result->limit_count +
                                     result->outside_retention_count + result->outside_window_count;
    }
    if (problems)
        report->rejected_row_count += problems->rejected_count;
    size_t count = gather(problems, result, answer, entries), size = answer.len + 1;
    if (answer.len == 0)
        return;
    for (size_t i = 0; i < count; i++)
        size += entries[i].text.len + 1;
    char *block = sx_mem_host_alloc(size), *next = block;
    if (!block)
        return;
    memcpy(next, answer.ptr, answer.len);
    next[answer.len] = 0;
    next += answer.len + 1;
    report->text = block;
    report->text_size = answer.len;
    for (size_t i = 0; i < count; i++) {
        memcpy(next, entries[i].text.ptr, entries[i].text.len);
        next[entries[i].text.len] = 0;
        report->problems[i] =
            (stria_problem){.line = entries[i].line, .code = entries[i].code, .text = next};
        next += entries[i].text.len + 1;
    }
    report->problem_count = (uint32_t)count;
}

void stria_report_release(stria_report *report)
{
    if (!report)
        return;
    sx_mem_host_free(report->text);
    *report = (stria_report){0};
}
