/* SPDX-License-Identifier: Apache-2.0 */
/* tables_make.c -- finding the tables that columns should share; see tables.h.
 *
 * Algorithm   Each column is planned by itself first: that tells its order and what it takes with a
 *             table of its own. Columns of one order that take about as many bits a value are alike
 *             enough for one table: so, while there are such columns that no table serves, the
 *             largest lot of them makes a table of its numbers (a sample, if they are very many,
 *             and every number that the classes of the sample miss). Columns that are smaller with
 *             it are served; a table that saves less than it takes is dropped. */
#include "codec/tables.h"

#include "base/error.h"
#include "codec/coded.h"
#include "codec/column.h"
#include "codec/ints.h"
#include "codec/scaled.h"

#include <assert.h>

#define SAMPLE_MAX 65536 /* numbers that a table is made from */
#define MISSING_MAX 8192 /* numbers that its first form may miss */
#define FLAT_MAX 64      /* classes of which a tuple may be made */
#define DEARER_PERCENT 1 /* what may be lost for fewer looks into the table */
#define DEARER_BITS 200  /* and so much a value, of 4096 to a bit */
#define ORDER_NONE 3
#define LEVELS 260   /* of bits a value, a quarter of a bit each */
#define LOT_LEVELS 4 /* of columns that may share */

/* What is known of a column. */
struct member {
    uint8_t order;  /* ORDER_NONE: it is out */
    uint8_t domain; /* of its numbers */
    uint16_t level; /* own bits a value */
    bool done;      /* it is served, or its lot had its turn */
    uint64_t own_bits;
};

/* Columns that make a table together. */
struct lot {
    unsigned order;
    unsigned level; /* the lowest of LOT_LEVELS */
};

struct maker {
    stria_type type;
    const struct sx_encoded *columns;
    size_t column_count;
    struct member *members;
    int64_t *values; /* SX_COLUMN_VALUES_MAX each */
    int64_t *numbers;
    int64_t *beside;
    uint64_t *bad;
    uint64_t *scratch; /* 3 of them */
    uint64_t *sample, *spare;
    size_t sample_count;
};

/* Decodes column i and plans its integers. *ints: the plan, or NULL when it has no integers.
 * sealed: with the sealed form. */
static stria_status plan_column(struct maker *maker, size_t i, bool sealed,
                                struct sx_scaled_plan *scaled, struct sx_ints_plan **ints,
                                stria_error *err)
{
    const struct sx_encoded *column = &maker->columns[i];
    struct sx_ints_wish wish = {.scratch = sealed ? maker->scratch : NULL};
    stria_status st =
        sx_column_decode(column->bytes, maker->type, maker->values, column->count, NULL, err);
    *ints = NULL;
    if (st)
        return st;
    if (maker->type != STRIA_FLOAT) {
        *ints = &scaled->ints;
        sx_ints_plan(*ints, maker->values, column->count, maker->numbers, &wish);
        return STRIA_OK;
    }
    scaled->numbers = maker->numbers;
    scaled->beside = maker->beside;
    scaled->bad = maker->bad;
    scaled->wish = wish;
    sx_scaled_plan(scaled, (const double *)(const void *)maker->values, column->count);
    if (scaled->bits != UINT64_MAX)
        *ints = &scaled->ints;
    return STRIA_OK;
}

/* The numbers of a column in its order, in scratch; NULL: it has none. */
static stria_status numbers_of(struct maker *maker, size_t i, uint64_t **numbers, stria_error *err)
{
    struct sx_scaled_plan scaled;
    struct sx_ints_plan *ints;
    int64_t low;
    stria_status st = plan_column(maker, i, false, &scaled, &ints, err);
    *numbers = NULL;
    if (st || !ints || ints->kind == SX_INTS_STEP)
        return st;
    *numbers = maker->scratch;
    (void)sx_coded_numbers(maker->scratch, ints->work, ints->count, maker->members[i].order, &low);
    return STRIA_OK;
}

static stria_status look_at_all(struct maker *maker, stria_error *err)
{
    for (size_t i = 0; i < maker->column_count; i++) {
        struct sx_scaled_plan scaled;
        struct sx_ints_plan *ints;
        struct member *member = &maker->members[i];
        int64_t low;
        stria_status st = plan_column(maker, i, true, &scaled, &ints, err);
        if (st)
            return st;
        *member = (struct member){.order = ORDER_NONE};
        if (!ints || ints->kind == SX_INTS_STEP)
            continue;
        member->order = (uint8_t)ints->order;
        member->own_bits = ints->bits;
        member->level = (uint16_t)SX_MIN(ints->bits * 4 / ints->count, LEVELS - 1);
        member->domain =
            (uint8_t)sx_coded_numbers(maker->scratch, ints->work, ints->count, ints->order, &low);
    }
    return STRIA_OK;
}

/* ---- one table ------------------------------------------------------------------------------ */

/* Whether a column is left and in the lot, or not more than `beside` levels from it. */
static bool is_near(const struct member *member, const struct lot *lot, unsigned beside)
{
    return member->order == lot->order && !member->done && member->level + beside >= lot->level &&
           member->level < lot->level + LOT_LEVELS + beside;
}

static bool is_in(const struct member *member, const struct lot *lot)
{
    return is_near(member, lot, 0);
}

/* The lot of an order that has most values; false: all had their turn. */
static bool largest_lot(const struct maker *maker, struct lot *lot)
{
    uint64_t counts[LEVELS] = {0}, best = 0;
    for (size_t i = 0; i < maker->column_count; i++)
        if (maker->members[i].order == lot->order && !maker->members[i].done)
            counts[maker->members[i].level] += maker->columns[i].count;
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t sum = 0;
        for (unsigned i = level; i < level + LOT_LEVELS && i < LEVELS; i++)
            sum += counts[i];
        if (sum > best) {
            best = sum;
            lot->level = level;
        }
    }
    return best > 0;
}

static uint64_t shift_of(unsigned order, unsigned from, unsigned to)
{
    return order ? ((uint64_t)1 << (to - 1)) - ((uint64_t)1 << (from - 1)) : 0;
}

/* Fills the sample from a lot, in the domain of the widest; domain 0: there are fewer than two. */
static stria_status take_sample(struct maker *maker, const struct lot *lot, unsigned *domain,
                                stria_error *err)
{
    size_t all = 0, taking = 0, at = 0;
    *domain = 0;
    maker->sample_count = 0;
    for (size_t i = 0; i < maker->column_count; i++)
        if (is_in(&maker->members[i], lot)) {
            all += maker->columns[i].count;
            *domain = SX_MAX(*domain, maker->members[i].domain);
            taking++;
        }
    if (taking < 2) {
        *domain = 0;
        return STRIA_OK;
    }
    size_t every = (all + SAMPLE_MAX - 1) / SAMPLE_MAX;
    for (size_t i = 0; i < maker->column_count; i++) {
        uint64_t *numbers;
        if (!is_in(&maker->members[i], lot))
            continue;
        stria_status st = numbers_of(maker, i, &numbers, err);
        if (st)
            return st;
        uint64_t shift = shift_of(lot->order, maker->members[i].domain, *domain);
        for (size_t k = 0; numbers && k < maker->columns[i].count; k++, at++)
            if (at % every == 0 && maker->sample_count < SAMPLE_MAX)
                maker->sample[maker->sample_count++] = numbers[k] + shift;
    }
    return STRIA_OK;
}

/* Cost of the sample in a shape, by the states that its symbols get: of a value, times 4096. */
static uint64_t cost_of_shape(const struct sx_classes *classes, struct sx_ans_shape shape)
{
    uint16_t weights[SX_ANS_SYMBOLS_MAX];
    unsigned symbols = sx_ans_symbols(classes, shape.tuple);
    unsigned class_count = classes->count;
    uint64_t cost = 0, all = 0;
    assert(class_count > 0 && shape.tuple > 0);
    sx_ans_weights(weights, classes, shape);
    for (unsigned i = 0; i < symbols; i++) {
        uint64_t share = (uint64_t)1 << 20;
        unsigned rest = i;
        for (unsigned k = 0; k < shape.tuple; k++, rest /= class_count)
            share = share * sx_classes_share(classes->price[rest % class_count]) >> 16;
        cost += share * (shape.log * 256 - sx_log2_256(weights[i]));
        all += share;
    }
    return cost * 16 / (all ? all : 1) / shape.tuple;
}

/* The largest tuple that loses little. */
static struct sx_ans_shape choose_shape(const struct sx_classes *classes)
{
    struct sx_ans_shape best = {.log = SX_ANS_LOG_MAX, .tuple = 1};
    uint64_t single = cost_of_shape(classes, best);
    for (unsigned tuple = 2; tuple <= 4; tuple *= 2) {
        struct sx_ans_shape shape = {.log = SX_ANS_LOG_MAX, .tuple = tuple};
        if (!sx_ans_fits(classes, shape))
            break;
        if (cost_of_shape(classes, shape) <= single + single * DEARER_PERCENT / 100 + DEARER_BITS)
            best = shape;
    }
    return best;
}

/* Classes and shape for the sample. */
static void make_table(struct maker *maker, struct sx_table *table, unsigned order, unsigned domain)
{
    struct sx_classes flat, *classes = &table->decoder.classes;
    struct sx_tally tally;
    sx_tally_make(&tally, maker->sample, maker->sample_count, domain, maker->spare);
    uint64_t cost = sx_classes_find(classes, &tally, domain, false);
    uint64_t flat_cost = sx_classes_find(&flat, &tally, domain, true);
    if (flat_cost != UINT64_MAX && flat.count <= FLAT_MAX &&
        flat_cost <= cost + cost * DEARER_PERCENT / 100)
        *classes = flat;
    sx_classes_costs(table->costs, classes);
    table->order = order;
    table->decoder.shape = choose_shape(classes);
}

/* Adds to the sample what the table lacks of its members' numbers; *added: whether there was
 * any. */
static stria_status add_missing(struct maker *maker, const struct lot *lot,
                                const struct sx_table *table, bool *added, stria_error *err)
{
    const struct sx_classes *classes = &table->decoder.classes;
    size_t room = maker->sample_count + MISSING_MAX, before = maker->sample_count;
    for (size_t i = 0; i < maker->column_count; i++) {
        uint64_t *numbers;
        if (!is_in(&maker->members[i], lot))
            continue;
        stria_status st = numbers_of(maker, i, &numbers, err);
        if (st)
            return st;
        uint64_t shift = shift_of(table->order, maker->members[i].domain, classes->domain);
        for (size_t k = 0; numbers && k < maker->columns[i].count; k++)
            if (sx_classes_of(classes, numbers[k] + shift) == classes->count &&
                maker->sample_count < room)
                maker->sample[maker->sample_count++] = numbers[k] + shift;
    }
    *added = maker->sample_count > before;
    return STRIA_OK;
}

/* Marks the lot, and columns near it, if the table serves them better; *saved: the bits that they
 * save. A table without classes serves none. */
static stria_status serve(struct maker *maker, const struct lot *lot, const struct sx_table *table,
                          uint64_t *saved, stria_error *err)
{
    *saved = 0;
    for (size_t i = 0; i < maker->column_count; i++) {
        uint64_t *numbers;
        struct member *member = &maker->members[i];
        if (!is_near(member, lot, LOT_LEVELS))
            continue;
        member->done = is_in(member, lot);
        if (table->decoder.classes.count == 0)
            continue;
        stria_status st = numbers_of(maker, i, &numbers, err);
        if (st)
            return st;
        uint64_t cost = UINT64_MAX;
        if (numbers) {
            size_t count = maker->columns[i].count;
            struct sx_tally tally;
            sx_tally_make(&tally, numbers, count, member->domain, numbers + count);
            cost = sx_table_cost(table, &tally, table->order, member->domain);
        }
        if (cost / 256 >= member->own_bits)
            continue;
        member->done = true;
        *saved += member->own_bits - cost / 256;
    }
    return STRIA_OK;
}

/* ---- all tables ----------------------------------------------------------------------------- */

static void put_table(struct sx_buf *out, const struct sx_table *table, size_t bits)
{
    uint8_t *to = sx_buf_extend(out, (bits + 7) / 8);
    if (!to)
        return;
    struct sx_bit_writer writer = {.bytes = to};
    sx_bits_put(&writer, table->order, 2);
    sx_bits_put(&writer, table->decoder.shape.log - SX_ANS_LOG_MIN, 3);
    sx_bits_put(&writer, sx_bit_width(table->decoder.shape.tuple) - 1, 2);
    sx_classes_put(&writer, &table->decoder.classes);
    sx_bits_flush(&writer);
}

/* Makes the tables of one order; *count goes on. */
static stria_status make_order(struct maker *maker, unsigned order, struct sx_buf *out,
                               unsigned *count, stria_error *err)
{
    struct sx_table table = {0};
    struct lot lot = {.order = order};
    while (*count < SX_TABLES_MAX && largest_lot(maker, &lot)) {
        unsigned domain;
        bool added = false;
        uint64_t saved;
        stria_status st = take_sample(maker, &lot, &domain, err);
        table.decoder.classes.count = 0;
        if (!st && domain) {
            make_table(maker, &table, order, domain);
            st = add_missing(maker, &lot, &table, &added, err);
        }
        if (!st && added)
            make_table(maker, &table, order, domain);
        if (!st)
            st = serve(maker, &lot, &table, &saved, err);
        if (st)
            return st;
        if (saved == 0)
            continue;
        size_t bits = 7 + sx_classes_bits(&table.decoder.classes);
        if (saved > bits + 8) {
            put_table(out, &table, bits);
            (*count)++;
        }
    }
    return STRIA_OK;
}

static stria_status make_all(struct maker *maker, struct sx_buf *out, stria_error *err)
{
    size_t at = out->len;
    unsigned count = 0;
    stria_status st = look_at_all(maker, err);
    sx_buf_put_u8(out, 0);
    for (unsigned order = 0; order <= 2 && !st; order++)
        st = make_order(maker, order, out, &count, err);
    if (st)
        return st;
    if (out->failed)
        return sx_buf_refused(out, "coder tables", err);
    out->ptr[at] = (uint8_t)count;
    if (count == 0)
        out->len = at;
    return STRIA_OK;
}

stria_status sx_tables_make(struct sx_buf *out, stria_type type, const struct sx_encoded *columns,
                            size_t column_count, struct sx_mem *mem, stria_error *err)
{
    if (column_count < 2 || (type != STRIA_FLOAT && type != STRIA_INT && type != STRIA_UINT))
        return STRIA_OK;
    size_t n = SX_COLUMN_VALUES_MAX, sample_max = SAMPLE_MAX + MISSING_MAX;
    size_t words = 6 * n + n / 64 + 3 * sample_max;
    size_t size = words * sizeof(uint64_t) + column_count * sizeof(struct member);
    uint64_t *block = sx_mem_alloc(mem, size);
    if (!block)
        return sx_mem_refused(mem, size, err);
    struct maker maker = {
        .type = type,
        .columns = columns,
        .column_count = column_count,
        .values = (int64_t *)(void *)block,
        .numbers = (int64_t *)(void *)(block + n),
        .beside = (int64_t *)(void *)(block + 2 * n),
        .scratch = block + 3 * n,
        .bad = block + 6 * n,
        .sample = block + 6 * n + n / 64,
        .spare = block + 6 * n + n / 64 + sample_max,
        .members = (struct member *)(void *)(block + words),
    };
    stria_status st = make_all(&maker, out, err);
    sx_mem_free(mem, block);
    return st;
}
