/* SPDX-License-Identifier: Apache-2.0 */
/* render.h -- an answer as bytes: InfluxDB's JSON and CSV, tables for people, JSON lines.
 *
 * Why         One writer for the server and the command line. It is pulled: the caller asks for the
 *             next some kilobytes whenever it can send or print them, so that an answer of any size
 *             needs one small buffer, and nobody who reads slowly keeps a thread.
 * Use         sx_render_create(mem, &source, &options, &render, err);
 *             for (bool done = false; !done && !st; sx_buf_clear(&out)) {
 *                 st = sx_render_next(render, &out, 65536, &done, err);
 *                 send(out.ptr, out.len);
 *             }
 * Errors      What goes wrong in a statement is part of the answer, as with the peer;
 *             sx_render_failure() tells that it happened. Only memory fails a call here.
 * Threads     One owner at a time. */
#ifndef SX_APP_RENDER_RENDER_H
#define SX_APP_RENDER_RENDER_H

#include "app/render/source.h"
#include "base/buf.h"

#define SX_RENDER_CHUNK_ROW_COUNT 10000 /* the peer's, unless asked otherwise */

enum sx_render_format {
    SX_RENDER_JSON,  /* InfluxDB 1.x: one document, or one per chunk and line */
    SX_RENDER_CSV,   /* InfluxDB 1.x: name,tags,columns...; a blank line between statements */
    SX_RENDER_TABLE, /* for terminals: aligned columns under each series' name and tags */
    SX_RENDER_JSONL, /* one row a line: {"name":"cpu","tags":{"host":"a"},"row":{"v":1}} */
};

/* How columns of times are written. */
enum sx_render_time {
    SX_RENDER_RFC3339,
    SX_RENDER_NS,
    SX_RENDER_US,
    SX_RENDER_MS,
    SX_RENDER_S,
    SX_RENDER_M,
    SX_RENDER_H,
};

struct sx_render_options {
    enum sx_render_format format;
    enum sx_render_time time;
    bool pretty;              /* JSON: indented by four spaces */
    uint64_t chunk_row_count; /* JSON: a document per so many rows of a series; 0: one in all */
};

struct sx_render;

/* source and options are copied (the source's context is borrowed).
 * Returns  OK, NOMEM. */
SX_MUST_CHECK stria_status sx_render_create(struct sx_mem *mem, const struct sx_row_source *source,
                                            const struct sx_render_options *options,
                                            struct sx_render **render, stria_error *err);
void sx_render_destroy(struct sx_render *render); /* NULL is allowed */

/* Appends the next part of the answer to `out`, until that holds at least `enough` bytes or the
 * answer is complete (*done). It may hold more than `enough` by one row.
 * Returns  OK; NOMEM, LIMIT: `out` was refused; the answer is to be given up. */
SX_MUST_CHECK stria_status sx_render_next(struct sx_render *render, struct sx_buf *out,
                                          size_t enough, bool *done, stria_error *err);

/* The first error that a statement so far ended with (PARTIAL too), or NULL. */
const stria_error *sx_render_failure(const struct sx_render *render);

/* Rows written so far. */
uint64_t sx_render_row_count(const struct sx_render *render);

/* Appends an answer that is only an error: {"error":"text"} and a line feed, indented or not; CSV:
 * a column "error". The other formats as JSON. */
void sx_render_error(struct sx_buf *out, enum sx_render_format format, bool pretty,
                     struct sx_bytes text);

/* What `epoch` (the parameter of queries) means: n ns u us µ ms s m h. As with the peer "" is
 * `otherwise`, and what is not known is nanoseconds. */
enum sx_render_time sx_render_time_of(struct sx_bytes epoch, enum sx_render_time otherwise);

#endif
