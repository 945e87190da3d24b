/* SPDX-License-Identifier: Apache-2.0 */
/* figures.c -- see figures.h. */
#include "app/cli/figures.h"

#include "app/cli/value_text.h"
#include "base/duration_text.h"
#include "base/time_text.h"

#include <inttypes.h>

#define TEXT_SIZE_MAX ((size_t)1 << 30)
#define TEXT_SIZE_ENOUGH 32768
#define INDENT 2
#define LABEL_WIDTH 22

static void pass_on(struct sx_figures *figures)
{
    if (figures->text.len < TEXT_SIZE_ENOUGH)
        return;
    sx_out_put(figures->out, figures->text.ptr, figures->text.len);
    sx_buf_clear(&figures->text);
}

void sx_figures_begin(struct sx_figures *figures, struct sx_mem *mem, struct sx_out *out,
                      bool as_json)
{
    *figures = (struct sx_figures){.out = out, .as_json = as_json};
    sx_buf_init(&figures->text, mem, TEXT_SIZE_MAX);
    sx_json_init(&figures->json, &figures->text, false);
    if (as_json)
        sx_json_open(&figures->json, '{');
}

void sx_figures_end(struct sx_figures *figures)
{
    if (figures->as_json) {
        sx_json_close(&figures->json, '}');
        sx_buf_put_u8(&figures->text, '\n');
    }
    sx_out_put(figures->out, figures->text.ptr, figures->text.len);
    sx_buf_deinit(&figures->text);
}

/* ---- sections ---- */

static void put_indent(struct sx_figures *figures)
{
    for (unsigned i = 0; i < figures->depth * INDENT; i++)
        sx_buf_put_u8(&figures->text, ' ');
}

static void put_name(struct sx_figures *figures, const char *name)
{
    for (; *name; name++)
        sx_buf_put_u8(&figures->text, *name == '_' ? ' ' : (uint8_t)*name);
}

/* The name of a section on a line. */
static void put_heading(struct sx_figures *figures, const char *name)
{
    put_indent(figures);
    put_name(figures, name);
    sx_buf_put_u8(&figures->text, '\n');
    figures->depth++;
}

void sx_figures_open(struct sx_figures *figures, const char *name)
{
    if (!figures->as_json) {
        put_heading(figures, name);
        return;
    }
    sx_json_key(&figures->json, name);
    sx_json_open(&figures->json, '{');
}

void sx_figures_close(struct sx_figures *figures)
{
    if (figures->as_json)
        sx_json_close(&figures->json, '}');
    else
        figures->depth--;
    pass_on(figures);
}

void sx_figures_list(struct sx_figures *figures, const char *name)
{
    if (!figures->as_json) {
        put_heading(figures, name);
        return;
    }
    sx_json_key(&figures->json, name);
    sx_json_open(&figures->json, '[');
}

void sx_figures_list_end(struct sx_figures *figures)
{
    if (figures->as_json)
        sx_json_close(&figures->json, ']');
    else
        figures->depth--;
    pass_on(figures);
}

void sx_figures_item(struct sx_figures *figures)
{
    if (!figures->as_json) {
        sx_buf_put_u8(&figures->text, '\n');
        return;
    }
    sx_json_item(&figures->json);
    sx_json_open(&figures->json, '{');
}

void sx_figures_item_end(struct sx_figures *figures)
{
    if (figures->as_json)
        sx_json_close(&figures->json, '}');
    pass_on(figures);
}

/* ---- figures ---- */

/* The name of a figure and what separates it from its value. */
static void begin(struct sx_figures *figures, const char *name)
{
    if (figures->as_json) {
        sx_json_key(&figures->json, name);
        return;
    }
    size_t from = figures->text.len;
    put_indent(figures);
    put_name(figures, name);
    do
        sx_buf_put_u8(&figures->text, ' ');
    while (!figures->text.failed && figures->text.len - from < LABEL_WIDTH);
}

static void end(struct sx_figures *figures)
{
    if (!figures->as_json)
        sx_buf_put_u8(&figures->text, '\n');
}

void sx_figures_count(struct sx_figures *figures, const char *name, uint64_t count)
{
    begin(figures, name);
    if (figures->as_json)
        sx_json_uint(&figures->json, count);
    else
        sx_put_grouped(&figures->text, count);
    end(figures);
}

void sx_figures_size(struct sx_figures *figures, const char *name, uint64_t size)
{
    begin(figures, name);
    if (figures->as_json) {
        sx_json_uint(&figures->json, size);
        return;
    }
    sx_put_size(&figures->text, size);
    if (size >= 1024) {
        sx_buf_put_text(&figures->text, " (");
        sx_put_grouped(&figures->text, size);
        sx_buf_put_u8(&figures->text, ')');
    }
    end(figures);
}

void sx_figures_bytes(struct sx_figures *figures, const char *name, struct sx_bytes text)
{
    begin(figures, name);
    if (figures->as_json)
        sx_json_string(&figures->json, text);
    else
        for (size_t i = 0; i < text.len; i++) { /* what is stored cannot steer a terminal */
            uint8_t byte = text.ptr[i];
            if (byte < ' ' || byte == 0x7f)
                sx_buf_printf(&figures->text, "\\x%02x", byte);
            else
                sx_buf_put_u8(&figures->text, byte);
        }
    end(figures);
}

void sx_figures_text(struct sx_figures *figures, const char *name, const char *text)
{
    sx_figures_bytes(figures, name, sx_bytes_of(text));
}

void sx_figures_time(struct sx_figures *figures, const char *name, int64_t ts_ns)
{
    uint8_t text[SX_TIME_TEXT_MAX];
    sx_figures_bytes(figures, name, sx_bytes_make(text, sx_time_write(text, ts_ns)));
}

void sx_figures_duration(struct sx_figures *figures, const char *name, int64_t duration_ns)
{
    uint8_t text[SX_DURATION_TEXT_MAX];
    if (!figures->as_json && duration_ns == 0)
        sx_figures_text(figures, name, "none");
    else
        sx_figures_bytes(figures, name,
                         sx_bytes_make(text, sx_duration_write_influx(text, duration_ns)));
}

void sx_figures_ratio(struct sx_figures *figures, const char *name, uint64_t size, uint64_t count)
{
    if (!count)
        return;
    uint64_t thousandths = (uint64_t)((double)size * 1000.0 / (double)count + 0.5);
    begin(figures, name);
    sx_buf_printf(&figures->text, "%" PRIu64 ".%03" PRIu64, thousandths / 1000, thousandths % 1000);
    end(figures);
}
