/* SPDX-License-Identifier: Apache-2.0 */
/* node_step.c -- functions that go from point to point: derivative, difference, cumulative_sum,
 * moving_average, elapsed, integral; see node.h.
 *
 * Invariants  Integers wrap around, and a derivative's difference is that of integers, as with the
 *             peer. Points of the same time as the one before are passed over where a step is taken
 *             between two. Of a sub-query, each series has a state of its own. */
#include "base/error.h"
#include "influxql/node_step_priv.h"

#include <assert.h>

bool sx_iql_step_takes(enum sx_iql_step_kind kind, stria_type type)
{
    return kind == SX_IQL_STEP_ELAPSED || type == STRIA_FLOAT || type == STRIA_INT ||
           type == STRIA_UINT;
}

stria_type sx_iql_step_type(enum sx_iql_step_kind kind, stria_type type)
{
    switch (kind) {
    case SX_IQL_STEP_DIFFERENCE:
    case SX_IQL_STEP_CUMULATIVE_SUM:
        return type;
    case SX_IQL_STEP_ELAPSED:
        return STRIA_INT;
    default:
        return STRIA_FLOAT;
    }
}

/* ---- numbers -------------------------------------------------------------------------------- */

double sx_iql_step_float(stria_type type, union sx_iql_number value)
{
    return type == STRIA_FLOAT ? value.f64
           : type == STRIA_INT ? (double)value.i64
                               : (double)value.u64;
}

static bool is_less(stria_type type, union sx_iql_number a, union sx_iql_number b)
{
    return type == STRIA_FLOAT ? a.f64 < b.f64 : type == STRIA_INT ? a.i64 < b.i64 : a.u64 < b.u64;
}

/* a - b as a double. */
static double difference(stria_type type, union sx_iql_number a, union sx_iql_number b)
{
    if (type == STRIA_FLOAT)
        return a.f64 - b.f64;
    if (type == STRIA_INT)
        return (double)(int64_t)(a.u64 - b.u64);
    return a.u64 >= b.u64 ? (double)(a.u64 - b.u64) : -(double)(b.u64 - a.u64);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void put(struct step_node *n, int64_t ts_ns, union sx_iql_number value)
{
    sx_iql_buffer_put(&n->buffer, ts_ns, &value);
}

static void derive(struct step_node *n, struct step_state *s, int64_t ts_ns,
                   union sx_iql_number value)
{
    bool had = s->has_previous;
    union sx_iql_number before = s->previous, out;
    int64_t before_ns = s->previous_ns;
    if (had && before_ns == ts_ns)
        return;
    s->has_previous = true;
    s->previous = value;
    s->previous_ns = ts_ns;
    if (!had || (n->step.non_negative && is_less(n->input->type, value, before)))
        return;
    if (n->step.kind == SX_IQL_STEP_DIFFERENCE) {
        if (n->input->type == STRIA_FLOAT)
            out.f64 = value.f64 - before.f64;
        else
            out.u64 = value.u64 - before.u64;
    } else {
        uint64_t elapsed = (uint64_t)ts_ns - (uint64_t)before_ns;
        if (!n->ascending)
            elapsed = 0 - elapsed;
        out.f64 = difference(n->input->type, value, before) /
                  ((double)(int64_t)elapsed / (double)n->step.unit_ns);
    }
    put(n, ts_ns, out);
}

static void accumulate(struct step_node *n, struct step_state *s, int64_t ts_ns,
                       union sx_iql_number value)
{
    if (n->input->type == STRIA_FLOAT)
        s->sum.f64 += value.f64;
    else
        s->sum.u64 += value.u64;
    put(n, ts_ns, s->sum);
}

static bool average(struct step_node *n, struct step_state *s, int64_t ts_ns,
                    union sx_iql_number value)
{
    union sx_iql_number out, leaving = {0};
    size_t size = (size_t)n->step.count;
    if (s->ring_count < size) { /* it grows with the points: the count may be any number */
        if (!SX_GROW(n->node.mem, s->ring, s->ring_capacity, s->ring_count + 1))
            return false;
        s->ring_count++;
    } else if (s->ring) {
        leaving = s->ring[s->ring_at];
    }
    assert(s->ring);
    s->ring[s->ring_at] = value;
    s->ring_at = (s->ring_at + 1) % size;
    if (n->input->type == STRIA_FLOAT)
        s->sum.f64 = s->sum.f64 - leaving.f64 + value.f64;
    else
        s->sum.u64 = s->sum.u64 - leaving.u64 + value.u64;
    if (s->ring_count < size)
        return true;
    out.f64 = sx_iql_step_float(n->input->type, s->sum) / (double)size;
    put(n, ts_ns, out);
    return true;
}

static void elapse(struct step_node *n, struct step_state *s, int64_t ts_ns)
{
    union sx_iql_number out;
    if (s->has_previous) {
        int64_t passed = (int64_t)((uint64_t)ts_ns - (uint64_t)s->previous_ns);
        out.i64 = n->step.unit_ns == -1 ? passed : passed / n->step.unit_ns;
        put(n, ts_ns, out);
    }
    s->has_previous = true;
    s->previous_ns = ts_ns;
}

static bool analyse(struct step_node *n, struct step_state *s, int64_t ts_ns,
                    union sx_iql_number value)
{
    union sx_iql_number out = {0};
    bool shown;
    if (!sx_iql_technical_add(&s->technical, n->node.mem, &n->step,
                              sx_iql_step_float(n->input->type, value), &out.f64, &shown))
        return false;
    if (shown)
        put(n, ts_ns, out);
    return true;
}

/* False: no memory. */
static bool take_step(struct step_node *n, struct step_state *s, int64_t ts_ns,
                      union sx_iql_number value)
{
    switch (n->step.kind) {
    case SX_IQL_STEP_DERIVATIVE:
    case SX_IQL_STEP_DIFFERENCE:
        derive(n, s, ts_ns, value);
        break;
    case SX_IQL_STEP_CUMULATIVE_SUM:
        accumulate(n, s, ts_ns, value);
        break;
    case SX_IQL_STEP_MOVING_AVERAGE:
        return average(n, s, ts_ns, value);
    case SX_IQL_STEP_ELAPSED:
        elapse(n, s, ts_ns);
        break;
    case SX_IQL_STEP_INTEGRAL:
        sx_iql_integral_add(n, s, ts_ns, sx_iql_step_float(n->input->type, value));
        break;
    case SX_IQL_STEP_TECHNICAL:
        return analyse(n, s, ts_ns, value);
    }
    return true;
}

/* ---- the node ------------------------------------------------------------------------------- */

static void free_states(struct step_node *n)
{
    for (size_t i = 0; i < n->state_count; i++) {
        sx_mem_free(n->node.mem, n->states[i].ring);
        sx_iql_technical_free(&n->states[i].technical, n->node.mem);
    }
    n->state_count = 0;
}

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct step_node *n = (struct step_node *)(void *)node;
    free_states(n);
    n->in = NULL;
    n->ended = false;
    n->flushed = 0;
    return sx_iql_node_begin(n->input, outermost, err);
}

/* The state of a series, made if it is new; NULL: no memory. */
static struct step_state *state_of(struct step_node *n, const struct sx_iql_group *group)
{
    for (size_t i = n->state_count; i > 0; i--)
        if (n->states[i - 1].group == group)
            return &n->states[i - 1];
    if (!SX_GROW(n->node.mem, n->states, n->state_capacity, n->state_count + 1))
        return NULL;
    struct step_state *s = &n->states[n->state_count];
    *s = (struct step_state){.group = group};
    n->state_count++;
    return s;
}

static stria_status feed(struct step_node *n, stria_error *err)
{
    const struct sx_iql_points *in = n->in;
    struct step_state *s = state_of(n, in->group);
    if (!s)
        return sx_mem_refused(n->node.mem, sizeof *s, err);
    while (n->at < in->row_count && !sx_iql_buffer_is_full(&n->buffer)) {
        union sx_iql_number value = {0};
        const void *at = sx_iql_point_value(in, n->at);
        if (at && sx_type_size(in->value.type) == sizeof value)
            memcpy(&value, at, sizeof value);
        if (at && !take_step(n, s, in->ts_ns[n->at], value))
            return sx_mem_refused(n->node.mem, sizeof value, err);
        n->at++;
    }
    return STRIA_OK;
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct step_node *n = (struct step_node *)(void *)node;
    stria_status st = STRIA_OK;
    *points = NULL;
    sx_iql_buffer_clear(&n->buffer, NULL);
    while (!st && n->buffer.row_count == 0) {
        if (n->ended) {
            if (n->step.kind != SX_IQL_STEP_INTEGRAL || n->flushed >= n->state_count)
                return STRIA_OK;
            n->buffer.group = n->states[n->flushed].group;
            sx_iql_integral_end(n, &n->states[n->flushed++]);
            continue;
        }
        if (!n->in || n->at >= n->in->row_count) {
            n->at = 0;
            st = sx_iql_node_next(n->input, &n->in, err);
            n->ended = !st && !n->in;
            continue;
        }
        n->buffer.group = n->in->group;
        st = feed(n, err);
    }
    *points = st ? NULL : sx_iql_buffer_points(&n->buffer);
    return st;
}

static void destroy(struct sx_iql_node *node)
{
    struct step_node *n = (struct step_node *)(void *)node;
    free_states(n);
    sx_mem_free(node->mem, n->states);
    sx_iql_node_destroy(n->input);
    sx_iql_buffer_deinit(&n->buffer);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

stria_status sx_iql_step_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                const struct sx_iql_step *step, struct sx_iql_node **node,
                                stria_error *err)
{
    *node = NULL;
    struct step_node *n = sx_mem_zalloc(frame->mem, sizeof *n);
    if (!n) {
        sx_iql_node_destroy(input);
        return sx_mem_refused(frame->mem, sizeof *n, err);
    }
    n->node = (struct sx_iql_node){.ops = &ops,
                                   .mem = frame->mem,
                                   .request = frame->request,
                                   .type = sx_iql_step_type(step->kind, input->type)};
    n->input = input;
    n->step = *step;
    n->ascending = frame->ascending;
    n->windows = frame->windows;
    if (!sx_iql_buffer_init(&n->buffer, frame->mem, n->node.type, NULL, 0)) {
        destroy(&n->node);
        return sx_mem_refused(frame->mem, sizeof n->buffer, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
