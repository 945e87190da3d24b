/* SPDX-License-Identifier: Apache-2.0 */
/* node_fill.c -- windows without a point get one; see node.h.
 *
 * Algorithm   The time of the next window that is due is kept; while the next point lies behind it,
 *             or there is none of the series any more, windows are made up to the end of the range.
 *             They begin with the range, or with the first point where the range is open.
 * Source      The peer's fill, whose steps these are: also where the clocks of a zone change. */
#include "base/error.h"
#include "influxql/fold.h"
#include "influxql/node.h"
#include "query/column.h"

struct fill_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_node *input;
    struct sx_iql_frame frame;
    enum sx_iql_fill fill;
    uint8_t number[sizeof(stria_bytes)]; /* of FILL_NUMBER, in the type of the values */
    int64_t begin_ns, end_ns; /* of the first and last window, in the query's direction */
    bool open_begin, open_end;
    struct sx_iql_buffer buffer;
    /* the input at hand */
    const struct sx_iql_points *in;
    uint32_t at;
    bool in_ended;
    /* the series at hand */
    const struct sx_iql_group *group; /* NULL: none yet */
    int64_t due_ns;
    int64_t zone_ns; /* offset of the zone at due_ns */
    bool past_end;   /* due_ns would lie beyond int64 */
    bool has_previous;
    int64_t previous_ns;
    uint8_t previous[sizeof(stria_bytes)];
    struct sx_buf text;      /* of a previous string */
    struct sx_arena strings; /* of the points made in this batch */
};

/* ---- windows -------------------------------------------------------------------------------- */

static void find_ends(struct fill_node *n)
{
    const struct sx_windows *w = &n->frame.windows;
    int64_t first = n->frame.ascending ? w->time_min_ns : w->time_max_ns;
    int64_t last = n->frame.ascending ? w->time_max_ns : w->time_min_ns;
    n->begin_ns = sx_window_at(w, first).begin_ns;
    n->end_ns = sx_window_at(w, last).begin_ns;
    n->open_begin = n->frame.ascending && n->begin_ns <= STRIA_TIME_MIN;
    n->open_end = !n->frame.ascending && n->end_ns <= STRIA_TIME_MIN;
}

/* Begins a series with its first point. */
static void begin_group(struct fill_node *n, const struct sx_iql_group *group, int64_t ts_ns)
{
    n->group = group;
    n->due_ns = n->open_begin ? sx_window_at(&n->frame.windows, ts_ns).begin_ns : n->begin_ns;
    n->zone_ns = sx_windows_zone_ns(&n->frame.windows, n->due_ns);
    n->past_end = false;
    n->has_previous = false;
    sx_iql_buffer_clear(&n->buffer, group);
}

static bool is_due(const struct fill_node *n)
{
    if (n->past_end)
        return false;
    return n->frame.ascending ? n->due_ns <= n->end_ns : n->due_ns >= n->end_ns && !n->open_end;
}

static void advance(struct fill_node *n)
{
    int64_t interval = n->frame.windows.interval_ns;
    n->past_end =
        n->past_end ||
        __builtin_add_overflow(n->due_ns, n->frame.ascending ? interval : -interval, &n->due_ns);
    if (n->past_end || !n->frame.windows.zone || n->due_ns == INT64_MIN)
        return;
    int64_t zone = sx_windows_zone_ns(&n->frame.windows, n->due_ns - 1);
    int64_t change = n->zone_ns - zone;
    if (change == 0)
        return;
    if (change < interval && -change < interval)
        n->past_end = __builtin_add_overflow(n->due_ns, change, &n->due_ns);
    n->zone_ns = zone;
}

/* ---- values --------------------------------------------------------------------------------- */

static double float_of(stria_type type, const void *value)
{
    switch (type) {
    case STRIA_INT:
        return (double)*(const int64_t *)value;
    case STRIA_UINT:
        return (double)*(const uint64_t *)value;
    default:
        return *(const double *)value;
    }
}

/* The value on the line between the point before and the one behind. False: there is none. */
static bool on_line(const struct fill_node *n, int64_t next_ns, const void *next, uint8_t *out)
{
    int64_t interval = n->frame.windows.interval_ns;
    stria_type type = n->node.type;
    if (type == STRIA_STRING || type == STRIA_BOOL)
        return false;
    int64_t before = n->previous_ns / interval, here = n->due_ns / interval;
    int64_t behind = next_ns / interval;
    const void *previous = n->previous;
    double rise = float_of(type, next) - float_of(type, previous);
    if (type != STRIA_FLOAT) { /* integers are subtracted as such */
        uint64_t difference = *(const uint64_t *)next - *(const uint64_t *)previous;
        rise = type == STRIA_INT ? (double)(int64_t)difference : (double)difference;
    }
    double value =
        rise / (double)(behind - before) * (double)(here - before) + float_of(type, previous);
    if (type == STRIA_FLOAT) {
        memcpy(out, &value, sizeof value);
    } else {
        int64_t integer = sx_iql_integer_of(value);
        memcpy(out, &integer, sizeof integer);
    }
    return true;
}

/* Makes the point of the window that is due; `next` is the series' next point, or NULL. False: no
 * memory. */
static bool make_point(struct fill_node *n, int64_t next_ns, const void *next)
{
    _Alignas(stria_bytes) uint8_t value[sizeof(stria_bytes)];
    const void *given = NULL;
    bool good = true;
    switch (n->fill) {
    case SX_IQL_FILL_NUMBER:
        given = n->number;
        break;
    case SX_IQL_FILL_PREVIOUS:
        if (!n->has_previous)
            break;
        given = memcpy(value, n->previous, sizeof value);
        if (n->node.type == STRIA_STRING)
            good = sx_string_keep(&n->strings, (stria_bytes *)(void *)value);
        break;
    case SX_IQL_FILL_LINEAR:
        given = n->has_previous && next && on_line(n, next_ns, next, value) ? value : NULL;
        break;
    default:
        break;
    }
    if (good)
        sx_iql_buffer_put(&n->buffer, n->due_ns, given);
    return good;
}

static stria_status keep_previous(struct fill_node *n, int64_t ts_ns, const void *value,
                                  stria_error *err)
{
    n->has_previous = value != NULL;
    n->previous_ns = ts_ns;
    if (!value)
        return STRIA_OK;
    memcpy(n->previous, value, sx_type_size(n->node.type));
    if (n->node.type != STRIA_STRING || n->fill != SX_IQL_FILL_PREVIOUS)
        return STRIA_OK;
    stria_bytes string;
    memcpy(&string, value, sizeof string);
    sx_buf_clear(&n->text);
    sx_buf_put(&n->text, string.ptr, string.len);
    if (n->text.failed)
        return sx_buf_refused(&n->text, "value", err);
    string.ptr = (const char *)n->text.ptr;
    memcpy(n->previous, &string, sizeof string);
    return STRIA_OK;
}

/* ---- the node ------------------------------------------------------------------------------- */

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct fill_node *n = (struct fill_node *)(void *)node;
    n->in = NULL;
    n->in_ended = false;
    n->group = NULL;
    sx_iql_buffer_clear(&n->buffer, NULL);
    return sx_iql_node_begin(n->input, outermost, err);
}

/* Makes the next point of the input the one at hand, if there is one. */
static stria_status look(struct fill_node *n, stria_error *err)
{
    if (n->in_ended || (n->in && n->at < n->in->row_count))
        return STRIA_OK;
    stria_status st = sx_iql_node_next(n->input, &n->in, err);
    n->at = 0;
    n->in_ended = !st && !n->in;
    return st;
}

/* Gives the point at hand, or makes the one that is due before it. */
static stria_status take(struct fill_node *n, stria_error *err)
{
    bool same = !n->in_ended && n->in->group == n->group;
    int64_t ts = same ? n->in->ts_ns[n->at] : 0;
    const void *value = same ? sx_iql_point_value(n->in, n->at) : NULL;
    bool behind = n->frame.ascending ? ts > n->due_ns : ts < n->due_ns;
    if (!same || (behind && !n->past_end)) {
        if (!make_point(n, ts, value))
            return sx_mem_refused(n->node.mem, n->text.len, err);
        advance(n);
        return STRIA_OK;
    }
    sx_iql_buffer_put_from(&n->buffer, ts, value, n->in, n->at++);
    advance(n);
    return keep_previous(n, ts, value, err);
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct fill_node *n = (struct fill_node *)(void *)node;
    stria_status st = sx_request_check(node->request, err);
    sx_iql_buffer_clear(&n->buffer, n->group);
    sx_arena_reset(&n->strings);
    *points = NULL;
    while (!st && !sx_iql_buffer_is_full(&n->buffer)) {
        if (!n->in_ended && (!n->in || n->at >= n->in->row_count)) {
            if (n->buffer.row_count) /* its strings may be the input's */
                break;
            st = look(n, err);
            if (st)
                return st;
        }
        bool other = n->in_ended || n->in->group != n->group;
        if (other && !(n->group && is_due(n))) {
            if (n->in_ended || n->buffer.row_count)
                break;
            begin_group(n, n->in->group, n->in->ts_ns[n->at]);
        }
        st = take(n, err);
    }
    *points = st ? NULL : sx_iql_buffer_points(&n->buffer);
    return st;
}

static void destroy(struct sx_iql_node *node)
{
    struct fill_node *n = (struct fill_node *)(void *)node;
    sx_iql_node_destroy(n->input);
    sx_iql_buffer_deinit(&n->buffer);
    sx_buf_deinit(&n->text);
    sx_arena_deinit(&n->strings);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

/* The number of fill(number) in the type of the values; a string or boolean takes none. */
static void find_number(struct fill_node *n, const struct sx_iql_expr *literal)
{
    bool is_integer = literal->kind == SX_IQL_EXPR_INTEGER;
    double number = is_integer ? (double)literal->u.integer : literal->u.number;
    int64_t integer = is_integer ? literal->u.integer : sx_iql_integer_of(literal->u.number);
    if (n->node.type == STRIA_FLOAT)
        memcpy(n->number, &number, sizeof number);
    else if (n->node.type == STRIA_INT || n->node.type == STRIA_UINT)
        memcpy(n->number, &integer, sizeof integer);
}

stria_status sx_iql_fill_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                bool counts, struct sx_iql_node **node, stria_error *err)
{
    static const struct sx_iql_expr zero = {.kind = SX_IQL_EXPR_INTEGER};
    bool zeros = counts && frame->fill == SX_IQL_FILL_NULL;
    *node = NULL;
    struct fill_node *n = sx_mem_zalloc(frame->mem, sizeof *n);
    if (!n) {
        sx_iql_node_destroy(input);
        return sx_mem_refused(frame->mem, sizeof *n, err);
    }
    n->node = *input;
    n->node.ops = &ops;
    n->input = input;
    n->frame = *frame;
    n->fill = zeros ? SX_IQL_FILL_NUMBER : frame->fill;
    if (n->fill == SX_IQL_FILL_NUMBER)
        find_number(n, zeros ? &zero : frame->fill_value);
    sx_buf_init(&n->text, frame->mem, (size_t)1 << 30);
    sx_arena_init(&n->strings, frame->mem, 1024);
    find_ends(n);
    if (!sx_iql_buffer_init(&n->buffer, frame->mem, input->type, input->beside_types,
                            input->beside_count)) {
        destroy(&n->node);
        return sx_mem_refused(frame->mem, sizeof n->buffer, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
