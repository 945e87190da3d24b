/* SPDX-License-Identifier: Apache-2.0 */
/* classes.c -- see classes.h. */
#include "codec/classes.h"

#include <assert.h>

#define PRICE_BITS 6
#define PRICE_MAX 63
#define NODES_MAX 2048 /* of a table; a deeper tree is cut */

/* Fewer numbers than this are never worth a split: it costs 3 bits and saves at most one a
 * number. */
#define SPLIT_MIN 4

unsigned sx_log2_256(uint64_t v)
{
    assert(v > 0);
    unsigned whole = sx_bit_width(v) - 1;
    /* the 16 bits below the leading one: f in [0, 1) as log2(1 + f) = f + 0.34 f (1 - f), about */
    uint64_t f = (whole >= 16 ? v >> (whole - 16) : v << (16 - whole)) & 0xffff;
    uint64_t bend = f * (65536 - f) >> 16;
    return whole * 256 + (unsigned)((f + (bend * 22500 >> 16)) >> 8);
}

/* ---- finding -------------------------------------------------------------------------------- */

enum node { NODE_SPLIT, NODE_EMPTY, NODE_CLASS };

struct search {
    const struct sx_tally *tally;
    unsigned all; /* log2 of the number of numbers, times 256 */
    unsigned class_price;
    uint64_t split_min;
    bool flat;
    size_t node_count; /* of `nodes` */
    uint8_t nodes[NODES_MAX];
    uint64_t counts[NODES_MAX]; /* numbers in each class */
};

static size_t first_not_below(const uint64_t *sorted, size_t low, size_t high, uint64_t v)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_node(struct search *search, enum node node, uint64_t count)
{
    search->nodes[search->node_count] = (uint8_t)node;
    search->counts[search->node_count++] = count;
}

/* Appends the best tree for the tally's numbers [low, high), which lie in [base, base + 2^width);
 * returns its cost times 256. */
static uint64_t find(struct search *search, size_t low, size_t high, uint64_t base, unsigned width)
{
    const struct sx_tally *tally = search->tally;
    uint64_t count = sx_tally_below(tally, high) - sx_tally_below(tally, low);
    size_t at = search->node_count;
    if (count == 0) {
        put_node(search, NODE_EMPTY, 0);
        return (uint64_t)(width ? 2 : 1) * 256;
    }
    uint64_t whole = count * (search->all - sx_log2_256(count) + width * 256) +
                     (uint64_t)search->class_price * 256;
    bool must = search->flat && width > 0;
    if (!must && (width == 0 || count < search->split_min || at + 130 > NODES_MAX)) {
        put_node(search, NODE_CLASS, count);
        return whole;
    }
    if (at + 130 > NODES_MAX) /* flat, and too deep */
        return UINT64_MAX / 4;
    put_node(search, NODE_SPLIT, 0);
    uint64_t half = (uint64_t)1 << (width - 1);
    size_t middle = first_not_below(tally->numbers, low, high, base + half);
    uint64_t parts = 256 + find(search, low, middle, base, width - 1);
    if (must || parts < whole)
        parts += find(search, middle, high, base + half, width - 1);
    if (must || parts < whole)
        return parts;
    search->node_count = at;
    put_node(search, NODE_CLASS, count);
    return whole;
}

void sx_classes_costs(uint16_t *costs, const struct sx_classes *classes)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < classes->count; i++)
        total += sx_classes_share(classes->price[i]);
    unsigned all = sx_log2_256(total);
    for (unsigned i = 0; i < classes->count; i++) {
        unsigned own = sx_log2_256(sx_classes_share(classes->price[i]));
        costs[i] = (uint16_t)(all > own ? all - own : 0);
    }
}

/* Turns the nodes into classes, and tells what each has; false: there are too many. */
static bool collect(struct sx_classes *classes, uint64_t *counts, const struct search *search)
{
    uint64_t base = 0;
    unsigned widths[66] = {classes->domain}, depth = 0; /* the nodes to come, the next on top */
    classes->count = 0;
    for (size_t i = 0; i < search->node_count; i++) {
        unsigned width = widths[depth];
        if (search->nodes[i] == NODE_SPLIT) {
            widths[depth] = width - 1;
            widths[++depth] = width - 1;
            continue;
        }
        if (search->nodes[i] == NODE_CLASS) {
            if (classes->count == SX_CLASSES_MAX)
                return false;
            unsigned price = (search->all - sx_log2_256(search->counts[i]) + 32) / 64;
            counts[classes->count] = search->counts[i];
            classes->low[classes->count] = base;
            classes->width[classes->count] = (uint8_t)width;
            classes->price[classes->count++] = (uint8_t)(price < PRICE_MAX ? price : PRICE_MAX);
        }
        base += width < 64 ? (uint64_t)1 << width : 0;
        depth--;
    }
    return true;
}

/* Bits of the numbers and the table, times 256. */
static uint64_t cost_of(const struct sx_classes *classes, const uint64_t *counts)
{
    uint16_t costs[SX_CLASSES_MAX];
    uint64_t cost = sx_classes_bits(classes) * 256;
    sx_classes_costs(costs, classes);
    for (unsigned i = 0; i < classes->count; i++)
        cost += counts[i] * (costs[i] + classes->width[i] * (uint64_t)256);
    return cost;
}

uint64_t sx_classes_find(struct sx_classes *classes, const struct sx_tally *tally, unsigned domain,
                         bool flat)
{
    struct search search = {
        .tally = tally,
        .all = sx_log2_256(sx_tally_all(tally)),
        .class_price = 2 + PRICE_BITS,
        .split_min = SPLIT_MIN,
        .flat = flat,
    };
    uint64_t counts[SX_CLASSES_MAX];
    assert(tally->count > 0 && domain <= 64);
    classes->domain = domain;
    for (;;) {
        search.node_count = 0;
        uint64_t cost = find(&search, 0, tally->count, 0, domain);
        if (flat && cost >= UINT64_MAX / 4)
            return UINT64_MAX;
        if (collect(classes, counts, &search))
            return cost_of(classes, counts);
        if (flat)
            return UINT64_MAX;
        search.class_price *= 2; /* fewer classes */
    }
}

/* ---- the table ------------------------------------------------------------------------------ */

/* Writes the node at [base, base + 2^width) and what is below it; *next is the class to come. */
static void put_tree(struct sx_bit_writer *writer, const struct sx_classes *classes, unsigned *next,
                     uint64_t base, unsigned width)
{
    bool ends = *next == classes->count;
    uint64_t place = ends ? 0 : classes->low[*next] - base;
    if (ends || place > sx_bit_mask(width)) {
        sx_bits_put(writer, width ? 1 : 0, width ? 2 : 1); /* 1 0 */
    } else if (classes->width[*next] == width) {
        sx_bits_put(writer, 3, width ? 2 : 1); /* 1 1 */
        sx_bits_put(writer, classes->price[(*next)++], PRICE_BITS);
    } else {
        assert(width > 0 && width <= 64);
        sx_bits_put(writer, 0, 1);
        put_tree(writer, classes, next, base, width - 1);
        put_tree(writer, classes, next, base + ((uint64_t)1 << (width - 1)), width - 1);
    }
}

void sx_classes_put(struct sx_bit_writer *writer, const struct sx_classes *classes)
{
    unsigned next = 0;
    sx_bits_put(writer, classes->domain, 7);
    put_tree(writer, classes, &next, 0, classes->domain);
}

static size_t tree_bits(const struct sx_classes *classes, unsigned *next, uint64_t base,
                        unsigned width)
{
    if (*next == classes->count || classes->low[*next] - base > sx_bit_mask(width))
        return width ? 2 : 1;
    if (classes->width[*next] == width) {
        (*next)++;
        return (width ? 2 : 1) + PRICE_BITS;
    }
    size_t bits = 1 + tree_bits(classes, next, base, width - 1);
    return bits + tree_bits(classes, next, base + ((uint64_t)1 << (width - 1)), width - 1);
}

size_t sx_classes_bits(const struct sx_classes *classes)
{
    unsigned next = 0;
    return 7 + tree_bits(classes, &next, 0, classes->domain);
}

bool sx_classes_get(struct sx_classes *classes, struct sx_bytes in, size_t *position)
{
    unsigned widths[66], depth = 0;
    uint64_t base = 0;
    classes->domain = (unsigned)sx_bits_get(in, *position, 7);
    *position += 7;
    classes->count = 0;
    if (classes->domain > 64)
        return false;
    widths[0] = classes->domain;
    for (bool more = true; more;) {
        unsigned width = widths[depth];
        uint64_t bits = sx_bits_get(in, *position, 2 + PRICE_BITS);
        if (width == 0) /* as if the bit that is left out were there */
            bits = bits << 1 | 1;
        if (!(bits & 1)) {
            (*position)++;
            widths[depth] = width - 1;
            widths[++depth] = width - 1;
            continue;
        }
        *position += width ? 2 : 1;
        if (bits & 2) {
            if (classes->count == SX_CLASSES_MAX)
                return false;
            classes->low[classes->count] = base;
            classes->width[classes->count] = (uint8_t)width;
            classes->price[classes->count++] = bits >> 2 & PRICE_MAX;
            *position += PRICE_BITS;
        }
        base += width < 64 ? (uint64_t)1 << width : 0;
        more = depth-- > 0;
        if (*position > in.len * 8)
            return false;
    }
    return classes->count > 0;
}
