/* SPDX-License-Identifier: Apache-2.0 */
/* loads.c -- see loads.h. */
#include "segment/loads.h"

#include "segment/segment_priv.h"

#include <assert.h>

void sx_segment_loads_init(struct sx_segment_loads *loads, size_t size_max)
{
    *loads = (struct sx_segment_loads){.size_max = size_max};
    sx_mutex_init(&loads->mutex);
}

void sx_segment_loads_deinit(struct sx_segment_loads *loads)
{
    assert(loads->count == 0);
    sx_mutex_deinit(&loads->mutex);
}

/* ---- the ring; the mutex is held ---- */

static void add(struct sx_segment_loads *loads, struct sx_segment *segment)
{
    struct sx_segment_load_state *state = segment->state;
    if (!loads->hand) {
        state->previous = state->next = segment;
        loads->hand = segment;
    } else { /* behind the hand: it comes to this one last */
        state->next = loads->hand;
        state->previous = loads->hand->state->previous;
        state->previous->state->next = segment;
        loads->hand->state->previous = segment;
    }
    state->size = segment->arena.size;
    loads->size += state->size;
    loads->count++;
}

static void take_out(struct sx_segment_loads *loads, struct sx_segment *segment)
{
    struct sx_segment_load_state *state = segment->state;
    if (loads->hand == segment)
        loads->hand = state->next == segment ? NULL : state->next;
    state->previous->state->next = state->next;
    state->next->state->previous = state->previous;
    state->previous = state->next = NULL;
    loads->size -= state->size;
    loads->count--;
}

static void trim(struct sx_segment_loads *loads, size_t size_max)
{
    for (size_t steps = 2 * loads->count; steps > 0 && loads->hand && loads->size > size_max;
         steps--) {
        struct sx_segment *segment = loads->hand;
        loads->hand = segment->state->next;
        if (atomic_exchange_explicit(&segment->state->marked, false, memory_order_relaxed))
            continue;
        if (sx_segment_forget(segment))
            take_out(loads, segment);
    }
}

/* ---- adding and removing ---- */

void sx_segment_loads_add(struct sx_segment_loads *loads, struct sx_segment *segment)
{
    sx_mutex_lock(&loads->mutex);
    if (!segment->state->next)
        add(loads, segment);
    trim(loads, loads->size_max);
    sx_mutex_unlock(&loads->mutex);
}

bool sx_segment_loads_trim(struct sx_segment_loads *loads, size_t size_max)
{
    sx_mutex_lock(&loads->mutex);
    size_t count = loads->count;
    trim(loads, size_max);
    bool any = loads->count < count;
    sx_mutex_unlock(&loads->mutex);
    return any;
}

void sx_segment_loads_remove(struct sx_segment_loads *loads, struct sx_segment *segment)
{
    sx_mutex_lock(&loads->mutex);
    if (segment->state->next)
        take_out(loads, segment);
    sx_mutex_unlock(&loads->mutex);
}
