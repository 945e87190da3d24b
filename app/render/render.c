/* SPDX-License-Identifier: Apache-2.0 */
/* render.c -- see render.h. */
#include "app/render/render.h"

#include "app/render/render_priv.h"
#include "base/error.h"
#include "base/float_format.h"
#include "base/int_text.h"
#include "base/time_text.h"

#include <math.h>

#define SCRATCH_SIZE_MAX ((size_t)64 << 20)

typedef void (*event_function)(struct sx_render *render, enum sx_walk_at at);

static const event_function events[] = {
    [SX_RENDER_JSON] = sx_format_json_event,
    [SX_RENDER_CSV] = sx_format_csv_event,
    [SX_RENDER_TABLE] = sx_format_table_event,
    [SX_RENDER_JSONL] = sx_format_lines_event,
};

stria_status sx_render_create(struct sx_mem *mem, const struct sx_row_source *source,
                              const struct sx_render_options *options, struct sx_render **render,
                              stria_error *err)
{
    *render = NULL;
    struct sx_render *made = sx_mem_zalloc(mem, sizeof *made);
    if (!made)
        return sx_mem_refused(mem, sizeof *made, err);
    made->mem = mem;
    made->options = *options;
    sx_walk_init(&made->walk, source);
    switch (options->format) {
    case SX_RENDER_JSON:
        sx_json_init(&made->as.json.text, NULL, options->pretty);
        break;
    case SX_RENDER_CSV:
        sx_buf_init(&made->as.csv.front, mem, SCRATCH_SIZE_MAX);
        sx_buf_init(&made->as.csv.header, mem, SCRATCH_SIZE_MAX);
        sx_buf_init(&made->as.csv.line, mem, SCRATCH_SIZE_MAX);
        break;
    case SX_RENDER_TABLE:
        sx_buf_init(&made->as.table.cell, mem, SCRATCH_SIZE_MAX);
        break;
    case SX_RENDER_JSONL:
        sx_buf_init(&made->as.lines.front, mem, SCRATCH_SIZE_MAX);
        break;
    }
    *render = made;
    return STRIA_OK;
}

void sx_render_destroy(struct sx_render *render)
{
    if (!render)
        return;
    switch (render->options.format) {
    case SX_RENDER_JSON:
        break;
    case SX_RENDER_CSV:
        sx_buf_deinit(&render->as.csv.front);
        sx_buf_deinit(&render->as.csv.header);
        sx_buf_deinit(&render->as.csv.line);
        break;
    case SX_RENDER_TABLE:
        sx_buf_deinit(&render->as.table.cell);
        sx_mem_free(render->mem, render->as.table.widths);
        break;
    case SX_RENDER_JSONL:
        sx_buf_deinit(&render->as.lines.front);
        break;
    }
    sx_mem_free(render->mem, render);
}

stria_status sx_render_next(struct sx_render *render, struct sx_buf *out, size_t enough, bool *done,
                            stria_error *err)
{
    render->out = out;
    render->enough = enough;
    render->statement_offset = SIZE_MAX;
    while (!render->done && !sx_render_is_full(render)) {
        enum sx_walk_at at = sx_walk_next(&render->walk);
        if ((at == SX_AT_STATEMENT_END || at == SX_AT_END) && render->walk.status &&
            !render->failure.code) {
            render->failure = render->walk.err;
            render->failure.code = render->walk.status;
        }
        events[render->options.format](render, at);
        render->done = at == SX_AT_END;
    }
    *done = render->done;
    return out->failed ? sx_buf_refused(out, "the answer", err) : STRIA_OK;
}

const stria_error *sx_render_failure(const struct sx_render *render)
{
    return render->failure.code ? &render->failure : NULL;
}

uint64_t sx_render_row_count(const struct sx_render *render)
{
    return render->row_count;
}

size_t sx_render_write_time(const struct sx_render *render, uint8_t *p, int64_t ts_ns)
{
    static const int64_t divisors[] = {
        [SX_RENDER_RFC3339] = 0,       [SX_RENDER_NS] = 1,         [SX_RENDER_US] = 1000,
        [SX_RENDER_MS] = 1000000,      [SX_RENDER_S] = 1000000000, [SX_RENDER_M] = 60000000000,
        [SX_RENDER_H] = 3600000000000,
    };
    enum sx_render_time form = render->options.time;
    const stria_zone *zone = render->walk.table ? render->walk.table->zone : NULL;
    if (form == SX_RENDER_RFC3339)
        return sx_time_write_at(p, ts_ns, zone ? stria_zone_offset(zone, ts_ns) : 0);
    return sx_int_write(p, ts_ns / divisors[form]); /* towards 0, as with the peer */
}

size_t sx_render_write_json_cell(const struct sx_render *render, uint8_t *p,
                                 const stria_values *values, size_t row)
{
    if (!sx_value_present(values, row))
        goto null;
    switch (values->type) {
    case STRIA_FLOAT: {
        double v = ((const double *)values->values)[row];
        if (!isfinite(v))
            goto null;
        return sx_float_write_json(p, v);
    }
    case STRIA_INT:
        return sx_int_write(p, ((const int64_t *)values->values)[row]);
    case STRIA_UINT:
        return sx_uint_write(p, ((const uint64_t *)values->values)[row]);
    case STRIA_BOOL:
        if (((const uint8_t *)values->values)[row]) {
            memcpy(p, "true", 4);
            return 4;
        }
        memcpy(p, "false", 5);
        return 5;
    case STRIA_TIME: {
        int64_t ts_ns = ((const int64_t *)values->values)[row];
        if (render->options.time != SX_RENDER_RFC3339)
            return sx_render_write_time(render, p, ts_ns);
        p[0] = '"';
        size_t size = sx_render_write_time(render, p + 1, ts_ns) + 1;
        p[size] = '"';
        return size + 1;
    }
    case STRIA_STRING:
    case STRIA_NONE:
        break;
    }
null:
    memcpy(p, "null", 4);
    return 4;
}

enum sx_render_time sx_render_time_of(struct sx_bytes epoch, enum sx_render_time otherwise)
{
    static const struct {
        const char *name;
        enum sx_render_time time;
    } names[] = {
        {"n", SX_RENDER_NS},  {"ns", SX_RENDER_NS},       {"u", SX_RENDER_US},
        {"us", SX_RENDER_US}, {"\xc2\xb5", SX_RENDER_US}, {"ms", SX_RENDER_MS},
        {"s", SX_RENDER_S},   {"m", SX_RENDER_M},         {"h", SX_RENDER_H},
    };
    if (!epoch.len)
        return otherwise;
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        if (sx_bytes_equal(epoch, sx_bytes_of(names[i].name)))
            return names[i].time;
    }
    return SX_RENDER_NS;
}
