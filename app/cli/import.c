/* SPDX-License-Identifier: Apache-2.0 */
/* import.c -- see import.h. */
#include "app/cli/import.h"

#include "app/cli/lp_cut.h"
#include "app/cli/stop.h"
#include "app/client/refusal.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

#define BUSY_WAIT_NS 5000000
#define RETRY_MS 60000 /* a busy server is asked again for so long */

/* ---- problems ---- */

static void add_problem(struct sx_import *import, const char *name, uint64_t line,
                        struct sx_bytes text)
{
    if (import->problem_count == SX_IMPORT_PROBLEMS_MAX)
        return;
    char *to = import->problems[import->problem_count++].text;
    int len = (int)SX_MIN(text.len, SX_IMPORT_PROBLEM_SIZE);
    if (line)
        (void)snprintf(to, SX_IMPORT_PROBLEM_SIZE, "%s:%" PRIu64 ": %.*s", name, line, len,
                       len ? (const char *)text.ptr : "");
    else
        (void)snprintf(to, SX_IMPORT_PROBLEM_SIZE, "%s: %.*s", name, len,
                       len ? (const char *)text.ptr : "");
}

/* ---- into a directory ---- */

static void take_report(struct sx_import *import, const char *name, const stria_report *report)
{
    import->point_count += report->row_count;
    import->sample_count += report->sample_count;
    import->rejected_count += report->rejected_row_count;
    for (uint32_t i = 0; i < report->problem_count; i++)
        add_problem(import, name, import->line_count + report->problems[i].line,
                    sx_bytes_of(report->problems[i].text));
}

static stria_status send_to_store(struct sx_import *import, const char *name, struct sx_bytes batch,
                                  stria_error *err)
{
    const stria_ingest_options *options =
        STRIA_INGEST_OPTIONS(.database = import->database, .policy = import->policy,
                             .precision = import->precision, .durability = STRIA_ASYNC);
    for (;;) {
        stria_report report = {0};
        stria_status st =
            stria_ingest(import->source->db, batch.ptr, batch.len, options, &report, err);
        bool told = !st || st == STRIA_PARTIAL || (st == STRIA_INVALID && report.text);
        if (told)
            take_report(import, name, &report);
        stria_report_release(&report);
        if (told)
            return STRIA_OK;
        if (st != STRIA_BUSY || !sx_stop_sleep_ns(BUSY_WAIT_NS))
            return st;
    }
}

/* ---- to a server ---- */

static void take_refusal(struct sx_import *import, const char *name, uint64_t lines)
{
    struct sx_bytes text = sx_client_refusal(import->source->client);
    uint64_t refused = SX_MIN(sx_refusal_count(text), lines);
    import->rejected_count += refused;
    import->point_count += lines - refused;
    while (text.len && import->problem_count < SX_IMPORT_PROBLEMS_MAX)
        add_problem(import, name, 0, sx_refusal_take(&text));
}

static stria_status send_to_server(struct sx_import *import, const char *name,
                                   struct sx_bytes batch, stria_error *err)
{
    static const char *const precisions[] = {"ns", "us", "ms", "s", "m", "h"};
    struct sx_client *client = import->source->client;
    const struct sx_client_write write = {
        .text = batch,
        .database = import->database,
        .policy = import->policy,
        .precision = precisions[import->precision],
        .retry_ms = RETRY_MS,
    };
    uint64_t lines = sx_lp_count_points(batch);
    stria_status st = sx_client_write(client, &write, err);
    bool all_refused = st == STRIA_INVALID && sx_refusal_count(sx_client_refusal(client));
    if (!st)
        import->point_count += lines;
    else if (st == STRIA_PARTIAL || all_refused)
        take_refusal(import, name, lines);
    else
        return st;
    return STRIA_OK;
}

stria_status sx_import_send(struct sx_import *import, const char *name, struct sx_bytes batch,
                            stria_error *err)
{
    stria_status st = import->source->db ? send_to_store(import, name, batch, err)
                                         : send_to_server(import, name, batch, err);
    import->line_count += sx_lp_count_lines(batch);
    return st;
}

/* ---- whole files ---- */

static void show_progress(struct sx_import *import, const struct sx_input *input)
{
    sx_progress_show(&import->progress,
                     (struct sx_progress_figures){.bytes_done = input->bytes_done,
                                                  .bytes_total = input->bytes_total,
                                                  .points = import->point_count});
}

/* Fills the buffer up to `size` bytes; *end: the file has ended. */
static stria_status fill(struct sx_input *input, struct sx_buf *text, size_t size, bool *end,
                         stria_error *err)
{
    if (text->len < size && !sx_buf_reserve(text, size - text->len))
        return sx_buf_refused(text, "a batch", err);
    while (text->len < size && !*end) {
        size_t got;
        stria_status st = sx_input_read(input, text->ptr + text->len, size - text->len, &got, err);
        if (st)
            return st;
        text->len += got;
        *end = got == 0;
    }
    return STRIA_OK;
}

/* Sends the file that is open. */
static stria_status send_file(struct sx_import *import, struct sx_input *input, struct sx_buf *text,
                              stria_error *err)
{
    size_t batch_size = import->batch_size ? import->batch_size : SX_IMPORT_BATCH_SIZE;
    size_t size = batch_size;
    bool end = false;
    stria_status st = STRIA_OK;
    import->line_count = 0;
    sx_buf_clear(text);
    while (!st && !(end && text->len == 0)) {
        st = fill(input, text, size, &end, err);
        if (st)
            break;
        size_t cut = end ? text->len : sx_lp_cut(sx_buf_bytes(text));
        if (!cut && size < SX_IMPORT_LINE_MAX) {
            size = SX_MIN(size * 2, SX_IMPORT_LINE_MAX);
            continue;
        }
        cut = cut ? cut : text->len;
        if (cut)
            st = sx_import_send(import, input->name, sx_bytes_make(text->ptr, cut), err);
        if (cut)
            memmove(text->ptr, text->ptr + cut, text->len - cut);
        text->len -= cut;
        size = SX_MAX(batch_size, text->len);
        show_progress(import, input);
        if (!st && sx_stop_wanted())
            st = sx_fail(err, STRIA_CANCELLED, "stopped in %s, behind line %" PRIu64, input->name,
                         import->line_count);
    }
    return st;
}

stria_status sx_import_run(struct sx_import *import, struct sx_input *input, stria_error *err)
{
    struct sx_buf text;
    bool end = false;
    stria_status st = STRIA_OK;
    sx_buf_init(&text, import->source->mem, SX_MAX(import->batch_size, SX_IMPORT_LINE_MAX));
    while (!st && !end) {
        st = sx_input_next(input, &end, err);
        if (!st && !end)
            st = send_file(import, input, &text, err);
    }
    sx_buf_deinit(&text);
    return st;
}
