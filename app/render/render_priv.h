/* SPDX-License-Identifier: Apache-2.0 */
/* render_priv.h -- what the formats of this folder share: the state of one answer.
 *
 * Why         A format is one function that is shown each event of the walk; between two of them
 *             the caller may take what was written so far away.
 * Threads     As render.h. */
#ifndef SX_APP_RENDER_RENDER_PRIV_H
#define SX_APP_RENDER_RENDER_PRIV_H

#include "app/render/json.h"
#include "app/render/render.h"
#include "app/render/walk.h"

#define SX_CELL_SIZE_MAX 352 /* of a cell that is no string, in any format */

struct sx_render_json {
    struct sx_json text;
    struct sx_json before;     /* as it was where the statement began */
    uint64_t table_count;      /* of the statement */
    uint64_t document_count;   /* chunked: of the statement */
    uint64_t rows_in_document; /* chunked: of the open one; else of the table */
    bool in_chunks;            /* the peer makes the open table in chunks */
    bool values_open;
    bool document_open;
};

struct sx_render_csv {
    struct sx_buf front;  /* the cells "name" and "tags" of the open table */
    struct sx_buf header; /* the line of column names that was written last */
    struct sx_buf line;   /* scratch */
    bool any;             /* something was written */
    bool statement_any;   /* of this statement */
};

struct sx_render_lines {
    struct sx_buf front; /* what each row of the open table begins with */
};

struct sx_render_table {
    struct sx_buf cell; /* scratch */
    uint32_t *widths;   /* of the open table's columns */
    size_t width_capacity;
    bool any;        /* a table or error was written */
    bool header_due; /* the open table has no header yet */
};

struct sx_render {
    struct sx_mem *mem;
    struct sx_render_options options;
    struct sx_walk walk;
    struct sx_buf *out;      /* of the running call */
    size_t statement_offset; /* in out, where the statement began; SIZE_MAX: it went away */
    size_t enough;           /* of the running call */
    uint64_t row_count;
    bool done;
    stria_error failure;
    union {
        struct sx_render_json json;
        struct sx_render_csv csv;
        struct sx_render_lines lines;
        struct sx_render_table table;
    } as;
};

/* Each writes what an event needs. At ROWS it writes rows until the batch is used up, or out holds
 * enough, and moves walk.row. */
void sx_format_json_event(struct sx_render *render, enum sx_walk_at at);
void sx_format_csv_event(struct sx_render *render, enum sx_walk_at at);
void sx_format_table_event(struct sx_render *render, enum sx_walk_at at);
void sx_format_lines_event(struct sx_render *render, enum sx_walk_at at);

void sx_render_csv_error(struct sx_buf *out, struct sx_bytes text);

/* Writes a time of the table at hand at p in the form the options ask for; no quotes. Returns the
 * bytes written. */
size_t sx_render_write_time(const struct sx_render *render, uint8_t *p, int64_t ts_ns);

/* Writes a cell as JSON at p, which has room for SX_CELL_SIZE_MAX bytes; not a string. Returns the
 * bytes written. */
size_t sx_render_write_json_cell(const struct sx_render *render, uint8_t *p,
                                 const stria_values *values, size_t row);

static inline struct sx_bytes sx_bytes_from(stria_bytes bytes)
{
    return sx_bytes_make(bytes.ptr, bytes.len);
}

static inline bool sx_render_is_full(const struct sx_render *render)
{
    return render->out->len >= render->enough || render->out->failed;
}

#endif
