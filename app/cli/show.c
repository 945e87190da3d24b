/* SPDX-License-Identifier: Apache-2.0 */
/* show.c -- see show.h. */
#include "app/cli/show.h"

#include "base/error.h"

#define PART_SIZE ((size_t)64 << 10)
#define PART_SIZE_MAX ((size_t)256 << 20) /* a row may be large */

enum sx_render_format sx_show_format(int choice)
{
    static const enum sx_render_format formats[] = {SX_RENDER_TABLE, SX_RENDER_CSV, SX_RENDER_JSON,
                                                    SX_RENDER_JSONL};
    return formats[choice];
}

stria_status sx_show(struct sx_asked *asked, const struct sx_render_options *options,
                     struct sx_out *out, uint64_t *row_count, stria_error *err)
{
    struct sx_mem *mem = asked->source->mem;
    struct sx_render *render = NULL;
    struct sx_buf part;
    bool done = false;
    *row_count = 0;
    sx_buf_init(&part, mem, PART_SIZE_MAX);
    stria_status st = sx_render_create(mem, &asked->rows, options, &render, err);
    while (!st && !done && sx_out_open(out)) {
        sx_buf_clear(&part);
        st = sx_render_next(render, &part, PART_SIZE, &done, err);
        sx_out_put(out, part.ptr, part.len);
    }
    if (render) {
        const stria_error *failure = sx_render_failure(render);
        *row_count = sx_render_row_count(render);
        if (!st && failure) {
            st = failure->code;
            sx_error_copy(err, failure);
        }
    }
    sx_render_destroy(render);
    sx_buf_deinit(&part);
    return st;
}
