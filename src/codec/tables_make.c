/* SPDX-License-Identifier: Apache-2.0 */
/* tables_make.c -- finding the tables that the columns of a sealing should share; see sealing.h.
 *
 * Algorithm   Each column was looked at by itself first: that told its order and what it takes with
 *             a table of its own. Columns of one order that take about as many bits a value are
 *             alike enough for one table: so, while there are such columns that no table serves,
 *             the largest lot of them makes a table of its numbers (of a sample, if they have very
 *             many different ones, and every number that the classes of the sample miss). Columns
 *             that are smaller with it are served; a table that saves less than it takes is
 *             dropped. */
#include "base/error.h"
#include "codec/sealing_priv.h"

#include <assert.h>

#define FLAT_MAX 64      /* classes of which a tuple may be made */
#define DEARER_PERCENT 1 /* what may be lost for fewer looks into the table */
#define DEARER_BITS 200  /* and so much a value, of 4096 to a bit */
#define LOT_LEVELS 4     /* of columns that may share */

/* Columns that make a table together. */
struct lot {
    unsigned order;
    unsigned level;  /* the lowest of LOT_LEVELS */
    unsigned domain; /* of its widest column */
    uint64_t every;  /* which of its numbers are in the sample; 1: all */
};

/* ---- one table ------------------------------------------------------------------------------ */

/* Whether a column is left and in the lot, or not more than `beside` levels from it. */
static bool is_near(const struct sx_member *member, const struct lot *lot, unsigned beside)
{
    return member->order == lot->order && !member->done && member->level + beside >= lot->level &&
           member->level < lot->level + LOT_LEVELS + beside;
}

static bool is_in(const struct sx_member *member, const struct lot *lot)
{
    return is_near(member, lot, 0);
}

/* The lot of an order that has most values; false: all had their turn. */
static bool largest_lot(const struct sx_sealing *sealing, struct lot *lot)
{
    uint64_t counts[SX_MEMBER_LEVELS] = {0}, best = 0;
    for (size_t i = 0; i < sealing->column_count; i++)
        if (sealing->members[i].order == lot->order && !sealing->members[i].done)
            counts[sealing->members[i].level] += sealing->columns[i].count;
    for (unsigned level = 0; level < SX_MEMBER_LEVELS; level++) {
        uint64_t sum = 0;
        for (unsigned i = level; i < level + LOT_LEVELS && i < SX_MEMBER_LEVELS; i++)
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

/* Adds to the sample the numbers of a column, of `every` the first: `passed` were seen before. */
static void add_sample(struct sx_sample *sample, const struct sx_tally *tally, uint64_t shift,
                       uint64_t every, uint64_t passed)
{
    for (size_t i = 0; i < tally->count; i++) {
        uint64_t from = passed + sx_tally_below(tally, i), to = passed + tally->upto[i];
        uint64_t taken = (to + every - 1) / every - (from + every - 1) / every;
        if (taken == 0 || sample->count == SX_SAMPLE_MAX)
            continue;
        sample->counted[sample->count++] =
            (struct sx_counted){.number = tally->numbers[i] + shift, .count = taken};
    }
}

/* Sets what there is to know of the lot; false: it has fewer than two columns. */
static bool measure_lot(const struct sx_sealing *sealing, struct lot *lot)
{
    size_t columns = 0, different = 0;
    uint64_t all = 0;
    lot->domain = 0;
    for (size_t i = 0; i < sealing->column_count; i++) {
        const struct sx_member *member = &sealing->members[i];
        if (!is_in(member, lot))
            continue;
        columns++;
        different += member->different_count;
        all += sealing->columns[i].count;
        lot->domain = SX_MAX(lot->domain, member->domain);
    }
    lot->every = different <= SX_SAMPLE_MAX ? 1 : (all + SX_SAMPLE_MAX - 1) / SX_SAMPLE_MAX;
    return columns >= 2;
}

/* Fills the sample from a lot, in the domain of the widest. */
static stria_status take_sample(struct sx_sealing *sealing, const struct lot *lot, stria_error *err)
{
    uint64_t passed = 0;
    sealing->sample.count = 0;
    for (size_t i = 0; i < sealing->column_count; i++) {
        struct sx_coded_counts counts;
        if (!is_in(&sealing->members[i], lot))
            continue;
        stria_status st = sx_sealing_counts(sealing, i, &counts, err);
        if (st)
            return st;
        add_sample(&sealing->sample, &counts.tally,
                   shift_of(lot->order, counts.domain, lot->domain), lot->every, passed);
        passed += sealing->columns[i].count;
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

/* The sample as a tally, in what is spare. */
static void tally_sample(struct sx_sample *sample, struct sx_tally *tally, unsigned domain)
{
    uint64_t all = 0;
    sample->count = sx_counted_merge(&sample->counted, &sample->spare, sample->count, domain);
    tally->count = sample->count;
    tally->numbers = (uint64_t *)(void *)sample->spare;
    tally->upto = tally->numbers + tally->count;
    for (size_t i = 0; i < tally->count; i++) {
        tally->numbers[i] = sample->counted[i].number;
        tally->upto[i] = all += sample->counted[i].count;
    }
}

/* Classes and shape for the sample. */
static void make_table(struct sx_sealing *sealing, struct sx_table *table, const struct lot *lot)
{
    struct sx_classes flat, *classes = &table->decoder.classes;
    struct sx_tally tally;
    tally_sample(&sealing->sample, &tally, lot->domain);
    uint64_t cost = sx_classes_find(classes, &tally, lot->domain, false);
    uint64_t flat_cost = sx_classes_find(&flat, &tally, lot->domain, true);
    if (flat_cost != UINT64_MAX && flat.count <= FLAT_MAX &&
        flat_cost <= cost + cost * DEARER_PERCENT / 100)
        *classes = flat;
    sx_classes_costs(table->costs, classes);
    table->order = lot->order;
    table->decoder.shape = choose_shape(classes);
}

/* Adds to the sample what the table lacks of its members' numbers; *added: whether there was
 * any. */
static stria_status add_missing(struct sx_sealing *sealing, const struct lot *lot,
                                const struct sx_table *table, bool *added, stria_error *err)
{
    const struct sx_classes *classes = &table->decoder.classes;
    struct sx_sample *sample = &sealing->sample;
    size_t room = sample->count + SX_MISSING_MAX, before = sample->count;
    for (size_t i = 0; lot->every > 1 && i < sealing->column_count; i++) {
        struct sx_coded_counts counts;
        if (!is_in(&sealing->members[i], lot))
            continue;
        stria_status st = sx_sealing_counts(sealing, i, &counts, err);
        if (st)
            return st;
        uint64_t shift = shift_of(table->order, counts.domain, classes->domain);
        for (size_t k = 0; k < counts.tally.count; k++) {
            uint64_t v = counts.tally.numbers[k] + shift;
            if (sx_classes_of(classes, v) == classes->count && sample->count < room)
                sample->counted[sample->count++] = (struct sx_counted){.number = v, .count = 1};
        }
    }
    *added = sample->count > before;
    return STRIA_OK;
}

/* Marks the lot, and columns near it, if the table serves them better; *saved: the bits that they
 * save. A table without classes serves none. */
static stria_status serve(struct sx_sealing *sealing, const struct lot *lot,
                          const struct sx_table *table, uint64_t *saved, stria_error *err)
{
    *saved = 0;
    for (size_t i = 0; i < sealing->column_count; i++) {
        struct sx_coded_counts counts;
        struct sx_member *member = &sealing->members[i];
        if (!is_near(member, lot, LOT_LEVELS))
            continue;
        member->done = is_in(member, lot);
        if (table->decoder.classes.count == 0)
            continue;
        stria_status st = sx_sealing_counts(sealing, i, &counts, err);
        if (st)
            return st;
        uint64_t cost = sx_table_cost(table, &counts.tally, counts.order, counts.domain);
        uint64_t bits = member->fixed_bits + cost / 256;
        if (bits >= member->own_bits)
            continue;
        member->done = true;
        *saved += member->own_bits - bits;
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
static stria_status make_order(struct sx_sealing *sealing, unsigned order, unsigned *count,
                               stria_error *err)
{
    struct sx_table table = {0};
    struct lot lot = {.order = order};
    while (*count < SX_TABLES_MAX && largest_lot(sealing, &lot)) {
        bool added = false;
        uint64_t saved;
        stria_status st = STRIA_OK;
        table.decoder.classes.count = 0;
        if (measure_lot(sealing, &lot)) {
            st = take_sample(sealing, &lot, err);
            if (!st && sealing->sample.count) {
                make_table(sealing, &table, &lot);
                st = add_missing(sealing, &lot, &table, &added, err);
            }
        }
        if (!st && added)
            make_table(sealing, &table, &lot);
        if (!st)
            st = serve(sealing, &lot, &table, &saved, err);
        if (st)
            return st;
        if (saved == 0)
            continue;
        size_t bits = 7 + sx_classes_bits(&table.decoder.classes);
        if (saved > bits + 8) {
            put_table(&sealing->bytes, &table, bits);
            (*count)++;
        }
    }
    return STRIA_OK;
}

stria_status sx_sealing_make_tables(struct sx_sealing *sealing, stria_error *err)
{
    struct sx_buf *out = &sealing->bytes;
    unsigned count = 0;
    stria_status st = STRIA_OK;
    if (sealing->column_count < 2)
        return STRIA_OK;
    sx_buf_put_u8(out, 0);
    for (unsigned order = 0; order <= 2 && !st; order++)
        st = make_order(sealing, order, &count, err);
    if (st)
        return st;
    if (out->failed)
        return sx_buf_refused(out, "coder tables", err);
    out->ptr[0] = (uint8_t)count;
    if (count == 0)
        out->len = 0;
    return STRIA_OK;
}
