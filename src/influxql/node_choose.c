/* SPDX-License-Identifier: Apache-2.0 */
/* node_choose.c -- top(), bottom() and sample(): some points of each window; see node.h.
 *
 * Algorithm   The points wanted of a window are kept in a heap whose first is the one to go next.
 *             With tags among the arguments only the best point of each of their values takes part.
 *             sample() keeps each point with equal chance (reservoir sampling), from a fixed seed,
 *             so that an answer can be had again.
 * Invariants  Of equal values the earlier point is better. The points of a window are given by
 *             time, those of one time the best first; they keep what stands beside them.
 * Source      Vitter, Random Sampling with a Reservoir (1985), algorithm R.
 * Limits      Memory: the points wanted of one window. */
#include "base/error.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/sort.h"
#include "influxql/node.h"

/* A value that is kept. */
union kept_value {
    double f64;
    int64_t i64;
    uint64_t u64;
    uint8_t boolean;
    stria_bytes string; /* only on its way */
    struct {
        size_t begin, len; /* in the texts of its point */
    } text;
};

/* A point that is kept. */
struct kept {
    const struct sx_iql_group *group;
    int64_t ts_ns;
    uint32_t rank; /* of equal ones: in the heap, then among the points of the window */
    uint64_t hash; /* of the group and the tags it is the best of */
    union kept_value value;
    union kept_value *beside;
    bool *beside_has;
    struct sx_buf texts;
};

/* The points wanted of a series in the window, as a heap of numbers of kept points. */
struct choice {
    const struct sx_iql_group *group;
    uint32_t *items;
    size_t count, capacity;
    uint64_t seen; /* points offered */
};

struct choose_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_node *input;
    struct sx_iql_choose choose;
    struct sx_windows windows;
    size_t tag_count; /* that the groups are told apart by */
    bool ascending;
    struct kept *kept;
    size_t kept_count, kept_made, kept_capacity;
    struct choice *choices;
    size_t choice_count, choice_made, choice_capacity;
    struct sx_map best; /* kept points by group and tags */
    uint32_t *order;    /* kept points as they are given out */
    size_t order_count, order_at, order_capacity;
    uint64_t random;
    struct sx_window window;
    bool in_window, ended;
    const struct sx_iql_points *in;
    uint32_t at;
    struct sx_iql_buffer buffer;
};

/* ---- which is better ------------------------------------------------------------------------ */

static int compare_values(stria_type type, const union kept_value *a, const union kept_value *b)
{
    if (type == STRIA_FLOAT)
        return (a->f64 > b->f64) - (a->f64 < b->f64);
    if (type == STRIA_INT)
        return (a->i64 > b->i64) - (a->i64 < b->i64);
    return (a->u64 > b->u64) - (a->u64 < b->u64);
}

/* Whether one point would go before another. */
static bool is_worse(const struct choose_node *n, const union kept_value *a, int64_t a_ns,
                     const union kept_value *b, int64_t b_ns)
{
    int order = compare_values(n->node.type, a, b);
    if (n->choose.kind == SX_IQL_CHOOSE_BOTTOM)
        order = -order;
    return order ? order < 0 : a_ns > b_ns;
}

static bool kept_is_worse(const struct choose_node *n, uint32_t a, uint32_t b)
{
    const struct kept *x = &n->kept[a], *y = &n->kept[b];
    return is_worse(n, &x->value, x->ts_ns, &y->value, y->ts_ns);
}

/* ---- the heap of a series ------------------------------------------------------------------- */

static void swap(uint32_t *items, size_t i, size_t k)
{
    uint32_t t = items[i];
    items[i] = items[k];
    items[k] = t;
}

static void sink(const struct choose_node *n, struct choice *c)
{
    for (size_t i = 0, child = 1; child < c->count; child = 2 * i + 1) {
        if (child + 1 < c->count && kept_is_worse(n, c->items[child + 1], c->items[child]))
            child++;
        if (!kept_is_worse(n, c->items[child], c->items[i]))
            return;
        swap(c->items, i, child);
        i = child;
    }
}

static void rise(const struct choose_node *n, struct choice *c)
{
    size_t i = c->count - 1;
    while (i > 0 && kept_is_worse(n, c->items[i], c->items[(i - 1) / 2])) {
        swap(c->items, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

/* ---- keeping -------------------------------------------------------------------------------- */

/* The number of a kept point that is free; UINT32_MAX: no memory. */
static uint32_t new_kept(struct choose_node *n)
{
    if (n->kept_count < n->kept_made)
        return (uint32_t)n->kept_count++;
    if (n->kept_count >= UINT32_MAX - 1 ||
        !SX_GROW(n->node.mem, n->kept, n->kept_capacity, n->kept_count + 1))
        return UINT32_MAX;
    struct kept *k = &n->kept[n->kept_count];
    *k = (struct kept){0};
    sx_buf_init(&k->texts, n->node.mem, (size_t)1 << 30);
    n->kept_made++;
    k->beside = sx_mem_zalloc(n->node.mem, (n->node.beside_count + 1) * sizeof *k->beside);
    k->beside_has = sx_mem_zalloc(n->node.mem, n->node.beside_count + 1);
    if (!k->beside || !k->beside_has)
        return UINT32_MAX;
    return (uint32_t)n->kept_count++;
}

static union kept_value read_value(stria_type type, const void *at)
{
    union kept_value value = {0};
    memcpy(&value, at, sx_type_size(type));
    return value;
}

static void keep_value(struct kept *k, stria_type type, const void *at, union kept_value *out)
{
    *out = read_value(type, at);
    if (type != STRIA_STRING)
        return;
    stria_bytes string = out->string;
    out->text.begin = k->texts.len;
    out->text.len = string.len;
    sx_buf_put(&k->texts, string.ptr, string.len);
}

/* Makes point i of a batch the one kept under a number. False: no memory. */
static bool keep(struct choose_node *n, uint32_t number, const struct sx_iql_points *in, uint32_t i)
{
    struct kept *k = &n->kept[number];
    k->group = in->group;
    k->ts_ns = in->ts_ns[i];
    sx_buf_clear(&k->texts);
    keep_value(k, n->node.type, sx_iql_point_value(in, i), &k->value);
    for (uint32_t b = 0; b < n->node.beside_count; b++) {
        const struct sx_vector *from = &in->beside[b];
        k->beside_has[b] = from->type != STRIA_NONE && sx_vector_has(from, i);
        if (k->beside_has[b])
            keep_value(k, from->type, (const uint8_t *)from->values + i * sx_type_size(from->type),
                       &k->beside[b]);
    }
    return !k->texts.failed;
}

/* Where a kept value can be read; a string in it is made whole. */
static const void *show_value(const struct kept *k, stria_type type, union kept_value *scratch,
                              const union kept_value *value)
{
    if (type != STRIA_STRING)
        return value;
    const char *texts = (const char *)k->texts.ptr;
    scratch->string =
        (stria_bytes){.ptr = texts ? texts + value->text.begin : "", .len = value->text.len};
    return scratch;
}

static struct choice *choice_of(struct choose_node *n, const struct sx_iql_group *group)
{
    for (size_t i = n->choice_count; i > 0; i--)
        if (n->choices[i - 1].group == group)
            return &n->choices[i - 1];
    if (n->choice_count == n->choice_made) {
        if (!SX_GROW(n->node.mem, n->choices, n->choice_capacity, n->choice_count + 1))
            return NULL;
        n->choices[n->choice_made++] = (struct choice){0};
    }
    struct choice *c = &n->choices[n->choice_count++];
    c->group = group;
    c->count = 0;
    c->seen = 0;
    return c;
}

static bool add_item(struct choose_node *n, struct choice *c, uint32_t number)
{
    if (!SX_GROW(n->node.mem, c->items, c->capacity, c->count + 1))
        return false;
    c->items[c->count++] = number;
    return true;
}

static uint64_t next_random(struct choose_node *n)
{
    return sx_hash_u64(++n->random);
}

static bool sample(struct choose_node *n, uint32_t i)
{
    struct choice *c = choice_of(n, n->in->group);
    if (!c)
        return false;
    c->seen++;
    if (c->count < n->choose.count) {
        uint32_t number = new_kept(n);
        return number != UINT32_MAX && keep(n, number, n->in, i) && add_item(n, c, number);
    }
    uint64_t place = next_random(n) % c->seen;
    return place >= n->choose.count || keep(n, c->items[place], n->in, i);
}

/* Offers point i of the batch at hand to the heap of its series. */
static bool offer(struct choose_node *n, uint32_t i)
{
    struct choice *c = choice_of(n, n->in->group);
    if (!c)
        return false;
    if (c->count < n->choose.count) {
        uint32_t number = new_kept(n);
        if (number == UINT32_MAX || !keep(n, number, n->in, i) || !add_item(n, c, number))
            return false;
        rise(n, c);
        return true;
    }
    union kept_value value = read_value(n->node.type, sx_iql_point_value(n->in, i));
    const struct kept *first = &n->kept[c->items[0]];
    if (!is_worse(n, &first->value, first->ts_ns, &value, n->in->ts_ns[i]))
        return true;
    if (!keep(n, c->items[0], n->in, i))
        return false;
    sink(n, c);
    return true;
}

/* ---- the best of each of the tags' values --------------------------------------------------- */

static struct sx_bytes tag_of_row(const struct choose_node *n, size_t tag, uint32_t i)
{
    const struct sx_vector *from = &n->in->beside[n->choose.tags[tag]];
    if (from->type != STRIA_STRING || !sx_vector_has(from, i))
        return (struct sx_bytes){0};
    stria_bytes value = ((const stria_bytes *)from->values)[i];
    return sx_bytes_make(value.ptr, value.len);
}

static struct sx_bytes tag_of_kept(const struct choose_node *n, size_t tag, const struct kept *k)
{
    uint32_t b = n->choose.tags[tag];
    if (n->node.beside_types[b] != STRIA_STRING || !k->beside_has[b])
        return (struct sx_bytes){0};
    if (!k->texts.ptr)
        return (struct sx_bytes){0};
    return sx_bytes_make(k->texts.ptr + k->beside[b].text.begin, k->beside[b].text.len);
}

static bool best_equal(const void *owner, uint32_t value, const void *key)
{
    const struct choose_node *n = owner;
    const uint32_t *row = key;
    const struct kept *k = &n->kept[value];
    bool equal = k->group == n->in->group;
    for (size_t i = 0; i < n->choose.tag_count && equal; i++)
        equal = sx_bytes_equal(tag_of_kept(n, i, k), tag_of_row(n, i, *row));
    return equal;
}

static uint64_t best_hash(const void *owner, uint32_t value)
{
    return ((const struct choose_node *)owner)->kept[value].hash;
}

/* Keeps point i of the batch at hand if it is the best of its tags. */
static bool keep_best(struct choose_node *n, uint32_t i)
{
    uint64_t hash = n->in->group->hash;
    for (size_t tag = 0; tag < n->choose.tag_count; tag++)
        hash = sx_hash_seeded(tag_of_row(n, tag, i), hash);
    uint32_t number = sx_map_find(&n->best, hash, best_equal, n, &i);
    if (number != SX_MAP_NONE) {
        const struct kept *k = &n->kept[number];
        union kept_value value = read_value(n->node.type, sx_iql_point_value(n->in, i));
        return !is_worse(n, &k->value, k->ts_ns, &value, n->in->ts_ns[i]) ||
               keep(n, number, n->in, i);
    }
    if (!sx_map_reserve(&n->best, n->kept_count + 1, best_hash, n))
        return false;
    number = new_kept(n);
    if (number == UINT32_MAX || !keep(n, number, n->in, i))
        return false;
    n->kept[number].hash = hash;
    sx_map_put(&n->best, hash, number);
    return true;
}

static int compare_tags(const void *a, const void *b, void *context)
{
    const struct choose_node *n = context;
    const struct kept *x = &n->kept[*(const uint32_t *)a], *y = &n->kept[*(const uint32_t *)b];
    int order = x->group == y->group ? 0 : sx_iql_group_compare(x->group, y->group, n->tag_count);
    for (size_t i = 0; i < n->choose.tag_count && order == 0; i++)
        order = sx_bytes_compare(tag_of_kept(n, i, x), tag_of_kept(n, i, y));
    return order;
}

/* Offers the best points, by series and tags, to the heaps. */
static bool choose_among_best(struct choose_node *n)
{
    if (!SX_GROW(n->node.mem, n->order, n->order_capacity, n->kept_count))
        return false;
    for (uint32_t i = 0; i < n->kept_count; i++)
        n->order[i] = i;
    if (n->kept_count > 1)
        sx_sort(n->order, n->kept_count, sizeof *n->order, compare_tags, n);
    for (size_t i = 0; i < n->kept_count; i++) {
        uint32_t number = n->order[i];
        struct choice *c = choice_of(n, n->kept[number].group);
        if (!c)
            return false;
        if (c->count < n->choose.count) {
            if (!add_item(n, c, number))
                return false;
            rise(n, c);
        } else if (kept_is_worse(n, c->items[0], number)) {
            c->items[0] = number;
            sink(n, c);
        }
    }
    return true;
}

/* ---- giving out ----------------------------------------------------------------------------- */

static int compare_goodness(const void *a, const void *b, void *context)
{
    const struct choose_node *n = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (kept_is_worse(n, y, x))
        return -1;
    if (kept_is_worse(n, x, y))
        return 1;
    return (n->kept[x].rank > n->kept[y].rank) - (n->kept[x].rank < n->kept[y].rank);
}

static int compare_choices(const void *a, const void *b, void *context)
{
    const struct choice *x = a, *y = b;
    return sx_iql_group_compare(x->group, y->group,
                                ((const struct choose_node *)context)->tag_count);
}

static int compare_times(const void *a, const void *b, void *context)
{
    const struct choose_node *n = context;
    const struct kept *x = &n->kept[*(const uint32_t *)a], *y = &n->kept[*(const uint32_t *)b];
    int order = (x->ts_ns > y->ts_ns) - (x->ts_ns < y->ts_ns);
    if (order)
        return n->ascending ? order : -order;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* The window is over: puts its points in order. False: no memory. */
static bool end_window(struct choose_node *n)
{
    if (n->choose.tag_count && !choose_among_best(n))
        return false;
    if (n->choice_count > 1)
        sx_sort(n->choices, n->choice_count, sizeof *n->choices, compare_choices, n);
    n->order_count = n->order_at = 0;
    for (size_t i = 0; i < n->choice_count; i++) {
        struct choice *c = &n->choices[i];
        for (size_t k = 0; k < c->count; k++)
            n->kept[c->items[k]].rank = (uint32_t)k;
        if (n->choose.kind != SX_IQL_CHOOSE_SAMPLE && c->count > 1)
            sx_sort(c->items, c->count, sizeof *c->items, compare_goodness, n);
        if (!SX_GROW(n->node.mem, n->order, n->order_capacity, n->order_count + c->count))
            return false;
        for (size_t k = 0; k < c->count; k++) {
            n->kept[c->items[k]].rank = (uint32_t)n->order_count;
            n->order[n->order_count++] = c->items[k];
        }
    }
    if (n->order_count > 1)
        sx_sort(n->order, n->order_count, sizeof *n->order, compare_times, n);
    n->in_window = false;
    return true;
}

static void begin_window(struct choose_node *n, int64_t ts_ns)
{
    n->window = sx_window_at(&n->windows, ts_ns);
    n->in_window = true;
    n->kept_count = n->choice_count = 0;
    sx_map_clear(&n->best);
}

static void put_points(struct choose_node *n)
{
    sx_iql_buffer_clear(&n->buffer, NULL);
    while (n->order_at < n->order_count && !sx_iql_buffer_is_full(&n->buffer)) {
        const struct kept *k = &n->kept[n->order[n->order_at]];
        union kept_value scratch;
        if (n->buffer.row_count && k->group != n->buffer.group)
            return;
        n->buffer.group = k->group;
        uint32_t row = n->buffer.row_count;
        sx_iql_buffer_put(&n->buffer, k->ts_ns, show_value(k, n->node.type, &scratch, &k->value));
        for (uint32_t b = 0; b < n->node.beside_count; b++) {
            stria_type type = n->node.beside_types[b];
            if (!k->beside_has[b])
                continue;
            size_t size = sx_type_size(type);
            memcpy(n->buffer.beside_values[b] + row * size,
                   show_value(k, type, &scratch, &k->beside[b]), size);
            sx_bit_set(n->buffer.beside_present[b], row);
        }
        n->order_at++;
    }
}

/* ---- the node ------------------------------------------------------------------------------- */

static stria_status begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    struct choose_node *n = (struct choose_node *)(void *)node;
    n->in = NULL;
    n->in_window = n->ended = false;
    n->order_count = n->order_at = 0;
    n->random = 0;
    return sx_iql_node_begin(n->input, outermost, err);
}

/* Takes what the batch at hand has of the window. False: no memory. */
static bool take(struct choose_node *n)
{
    for (; n->at < n->in->row_count; n->at++) {
        int64_t ts_ns = n->in->ts_ns[n->at];
        if (ts_ns < n->window.begin_ns || ts_ns >= n->window.end_ns)
            return true;
        if (!sx_iql_point_value(n->in, n->at))
            continue;
        if (!(n->choose.kind == SX_IQL_CHOOSE_SAMPLE ? sample(n, n->at)
              : n->choose.tag_count                  ? keep_best(n, n->at)
                                                     : offer(n, n->at)))
            return false;
    }
    return true;
}

static stria_status next(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err)
{
    struct choose_node *n = (struct choose_node *)(void *)node;
    *points = NULL;
    while (n->order_at == n->order_count) {
        bool good = true;
        if (n->ended && !n->in_window)
            return STRIA_OK;
        if (!n->ended && (!n->in || n->at >= n->in->row_count)) {
            stria_status st = sx_iql_node_next(n->input, &n->in, err);
            if (st)
                return st;
            n->at = 0;
            n->ended = !n->in;
        }
        int64_t ts_ns = n->ended ? 0 : n->in->ts_ns[n->at];
        if (n->in_window && (n->ended || ts_ns < n->window.begin_ns || ts_ns >= n->window.end_ns)) {
            good = end_window(n);
        } else if (!n->ended) {
            if (!n->in_window)
                begin_window(n, ts_ns);
            good = take(n);
        }
        if (!good)
            return sx_mem_refused(node->mem, sizeof *n->kept, err);
    }
    put_points(n);
    *points = sx_iql_buffer_points(&n->buffer);
    return STRIA_OK;
}

static void destroy(struct sx_iql_node *node)
{
    struct choose_node *n = (struct choose_node *)(void *)node;
    for (size_t i = 0; i < n->kept_made; i++) {
        sx_mem_free(node->mem, n->kept[i].beside);
        sx_mem_free(node->mem, n->kept[i].beside_has);
        sx_buf_deinit(&n->kept[i].texts);
    }
    for (size_t i = 0; i < n->choice_made; i++)
        sx_mem_free(node->mem, n->choices[i].items);
    sx_mem_free(node->mem, n->kept);
    sx_mem_free(node->mem, n->choices);
    sx_mem_free(node->mem, n->order);
    sx_map_deinit(&n->best);
    sx_iql_buffer_deinit(&n->buffer);
    sx_iql_node_destroy(n->input);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {.begin = begin, .next = next, .destroy = destroy};

stria_status sx_iql_choose_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                  const struct sx_iql_choose *choose, size_t tag_count,
                                  struct sx_iql_node **node, stria_error *err)
{
    *node = NULL;
    struct choose_node *n = sx_mem_zalloc(frame->mem, sizeof *n);
    if (!n) {
        sx_iql_node_destroy(input);
        return sx_mem_refused(frame->mem, sizeof *n, err);
    }
    n->node = *input;
    n->node.ops = &ops;
    n->input = input;
    n->choose = *choose;
    n->windows = frame->windows;
    n->tag_count = tag_count;
    n->ascending = frame->ascending;
    sx_map_init(&n->best, frame->mem);
    if (!sx_iql_buffer_init(&n->buffer, frame->mem, n->node.type, n->node.beside_types,
                            n->node.beside_count)) {
        destroy(&n->node);
        return sx_mem_refused(frame->mem, sizeof n->buffer, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
