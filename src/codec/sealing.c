/* SPDX-License-Identifier: Apache-2.0 */
/* sealing.c -- looking at columns and coding them; see sealing.h. Their tables: tables_make.c. */
#include "codec/sealing.h"

#include "base/error.h"
#include "codec/column.h"
#include "codec/floats.h"
#include "codec/scaled.h"
#include "codec/sealing_priv.h"

#include <assert.h>

#define POOL_WORDS 131072 /* of kept tallies: two for each different number */

/* ---- the integers of a column --------------------------------------------------------------- */

/* The integers of a column, from its hot form. */
struct integers {
    bool has;    /* some that may be coded, that is, not all in one line */
    bool is_hot; /* they are those of the hot form, which lie at its end */
    struct sx_ints_plan plan;
    uint64_t beside; /* bits of what stands before them */
};

/* Opens the integers that the hot form is made of; *size: their bytes, 0: there are none. */
static stria_status open_hot(const struct sx_sealing *sealing, const struct sx_encoded *column,
                             struct sx_scaled_reader *reader, size_t *size, stria_error *err)
{
    struct sx_bytes in = column->bytes;
    *size = in.len;
    if (sealing->type != STRIA_FLOAT)
        return sx_ints_open(&reader->ints, in, column->count, NULL, err);
    *size = 0;
    if (in.len == 0 || in.ptr[0] != SX_FLOATS_SCALED)
        return STRIA_OK;
    in = sx_bytes_make(in.ptr + 1, in.len - 1);
    stria_status st = sx_scaled_open(reader, in, column->count, NULL, err);
    if (!st && !reader->has_residuals)
        *size = reader->ints_size;
    return st;
}

/* Plans the scaled form of a column from its values. */
static stria_status plan_values(struct sx_sealing *sealing, const struct sx_encoded *column,
                                struct integers *integers, stria_error *err)
{
    struct sx_scaled_plan scaled = {
        .numbers = sealing->numbers, .beside = sealing->beside, .bad = sealing->bad};
    stria_status st =
        sx_column_decode(column->bytes, sealing->type, sealing->values, column->count, NULL, err);
    if (st)
        return st;
    sx_scaled_plan(&scaled, (const double *)(const void *)sealing->values, column->count);
    integers->has = scaled.bits != UINT64_MAX && scaled.ints.kind == SX_INTS_PACKED;
    integers->beside = scaled.bits - scaled.ints.bits;
    integers->plan = scaled.ints;
    integers->plan.bits -= sx_ints_head_bits(&scaled.ints);
    return STRIA_OK;
}

static stria_status integers_of(struct sx_sealing *sealing, size_t i, struct integers *integers,
                                stria_error *err)
{
    const struct sx_encoded *column = &sealing->columns[i];
    struct sx_scaled_reader reader;
    size_t size;
    integers->has = false;
    integers->is_hot = false;
    stria_status st = open_hot(sealing, column, &reader, &size, err);
    if (st)
        return st;
    if (size) {
        integers->is_hot = true;
        if (!sx_ints_reduce(&integers->plan, &reader.ints, size, sealing->numbers))
            return sx_fail(err, STRIA_CORRUPT, "a column of %zu values breaks its format",
                           column->count);
        integers->has = integers->plan.kind == SX_INTS_PACKED;
        integers->beside = 8 * (uint64_t)(column->bytes.len - size);
    } else {
        st = plan_values(sealing, column, integers, err);
    }
    integers->plan.wish =
        (struct sx_ints_wish){.scratch = sealing->scratch, .shared = sealing->tables};
    return st;
}

/* ---- looking -------------------------------------------------------------------------------- */

static bool has_runs(const int64_t *v, size_t count)
{
    size_t runs = 1;
    for (size_t i = 1; i < count; i++)
        runs += v[i] != v[i - 1];
    return runs * SX_FLOATS_RUN_MIN <= count;
}

/* Whether a few of the values have repetitions among them. */
static bool repeats(const int64_t *v, size_t count)
{
    uint64_t picked[SX_FLOATS_SAMPLES], scratch[2 * SX_FLOATS_SAMPLES], all = 0;
    struct sx_tally tally;
    if (count < 2 * SX_FLOATS_SAMPLES)
        return true;
    for (size_t i = 0; i < SX_FLOATS_SAMPLES; i++)
        all |= picked[i] = (uint64_t)v[i * count / SX_FLOATS_SAMPLES];
    sx_tally_make(&tally, picked, SX_FLOATS_SAMPLES, sx_bit_width(all), scratch);
    return tally.count <= SX_FLOATS_SAMPLES_DIFFERENT;
}

/* Whether doubles that take `bits` scaled may have a better form; see floats.c. */
static bool may_be_other(const struct sx_ints_plan *plan, uint64_t bits)
{
    uint64_t count = plan->count;
    if (bits <= count)
        return false;
    return bits > SX_FLOATS_POOR_BITS * count || has_runs(plan->work, plan->count) ||
           (bits > SX_FLOATS_SMALL_BITS * count && repeats(plan->work, plan->count));
}

/* Whether integers that the hot form does not have, as another one was smaller, may be those of the
 * sealed form: what stands beside them may become smaller, too, but not by more than a fourth. */
static bool may_win(const struct integers *integers, size_t hot_size)
{
    return integers->beside / 4 * 3 + integers->plan.bits < 8 * (uint64_t)hot_size;
}

/* Keeps counts, if there is room. */
static void keep(struct sx_sealing *sealing, struct sx_member *member, const struct sx_tally *tally)
{
    size_t size = tally->count * sizeof *tally->numbers;
    uint64_t *to = sealing->pool + sealing->pool_used;
    if (2 * tally->count > POOL_WORDS - sealing->pool_used)
        return;
    memcpy(to, tally->numbers, size);
    memcpy(to + tally->count, tally->upto, size);
    member->tally =
        (struct sx_tally){.count = tally->count, .numbers = to, .upto = to + tally->count};
    sealing->pool_used += 2 * tally->count;
}

static stria_status look_at(struct sx_sealing *sealing, size_t i, stria_error *err)
{
    struct sx_member *member = &sealing->members[i];
    struct integers integers;
    struct sx_coded_counts counts;
    stria_status st = integers_of(sealing, i, &integers, err);
    *member = (struct sx_member){.order = SX_ORDER_NONE};
    if (st)
        return st;
    struct sx_ints_plan *plan = &integers.plan;
    member->is_fast = integers.is_hot;
    if (!integers.has)
        return STRIA_OK;
    member->own_cost = sx_ints_seal(plan, &counts, sealing->small);
    if (!integers.is_hot && !may_win(&integers, sealing->columns[i].bytes.len))
        return STRIA_OK;
    member->is_coded = plan->kind == SX_INTS_CODED;
    member->own_bits = plan->bits;
    member->order = (uint8_t)counts.order;
    member->domain = (uint8_t)counts.domain;
    member->lead_size = (uint8_t)counts.lead_size;
    member->fixed_bits = sx_ints_head_bits(plan) +
                         sx_coded_fixed_bits(plan->count, counts.lead_size, SX_ANS_LOG_MAX);
    member->level = (uint16_t)SX_MIN(plan->bits * 4 / plan->count, SX_MEMBER_LEVELS - 1);
    member->different_count = counts.tally.count;
    if (member->is_fast && sealing->type == STRIA_FLOAT)
        member->is_fast = !may_be_other(plan, integers.beside + plan->bits);
    keep(sealing, member, &counts.tally);
    return STRIA_OK;
}

stria_status sx_sealing_counts(struct sx_sealing *sealing, size_t column,
                               struct sx_coded_counts *counts, stria_error *err)
{
    const struct sx_member *member = &sealing->members[column];
    struct integers integers;
    assert(member->order != SX_ORDER_NONE);
    counts->order = member->order;
    counts->domain = member->domain;
    counts->lead_size = member->lead_size;
    counts->tally = member->tally;
    if (member->tally.count)
        return STRIA_OK;
    stria_status st = integers_of(sealing, column, &integers, err);
    if (st)
        return st;
    assert(integers.has);
    sx_coded_count(counts, integers.plan.work, integers.plan.count, member->order,
                   sealing->scratch);
    return STRIA_OK;
}

/* ---- coding --------------------------------------------------------------------------------- */

/* From the values. */
static stria_status put_values(struct sx_sealing *sealing, const struct sx_encoded *column,
                               struct sx_buf *out, stria_error *err)
{
    stria_status st =
        sx_column_decode(column->bytes, sealing->type, sealing->values, column->count, NULL, err);
    if (st)
        return st;
    return sx_column_encode_shared(out, sealing->type, sealing->values, column->count,
                                   SX_TIER_SEALED, sealing->tables, sealing->mem, err);
}

stria_status sx_sealing_put(struct sx_sealing *sealing, size_t i, struct sx_buf *out,
                            stria_error *err)
{
    const struct sx_encoded *column = &sealing->columns[i];
    const struct sx_member *member = &sealing->members[i];
    struct integers integers;
    struct sx_coded_counts counts = {
        .order = member->order, .domain = member->domain, .lead_size = member->lead_size};
    if (!member->is_fast)
        return put_values(sealing, column, out, err);
    stria_status st = STRIA_OK;
    bool is_coded = false;
    struct sx_ints_plan *plan = &integers.plan;
    if (member->order != SX_ORDER_NONE && (member->is_coded || sealing->tables)) {
        st = integers_of(sealing, i, &integers, err);
        if (st)
            return st;
        counts.tally = member->tally;
        if (counts.tally.count == 0)
            sx_coded_count(&counts, plan->work, plan->count, counts.order, sealing->scratch);
        (void)sx_coded_choose(&plan->coded, &counts, plan->count, sealing->tables,
                              member->own_cost);
        is_coded = sx_ints_is_better_coded(plan, plan->coded.bits);
    }
    if (!is_coded) {
        sx_buf_put_bytes(out, column->bytes);
    } else {
        sx_buf_put_bytes(out, sx_bytes_make(column->bytes.ptr, (size_t)integers.beside / 8));
        sx_coded_frame(&plan->coded, plan->work, plan->count, counts.domain);
        plan->kind = SX_INTS_CODED;
        plan->order = counts.order;
        sx_ints_write(out, plan);
    }
    return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Where the parts of the scratch are; returns how many words it has. */
static size_t part_scratch(struct sx_sealing *sealing, uint64_t *words)
{
    size_t n = SX_COLUMN_VALUES_MAX, at = 0;
    size_t counted = (size_t)(SX_SAMPLE_MAX + SX_MISSING_MAX) * sizeof(struct sx_counted) / 8;
    uint64_t *parts[9];
    const size_t sizes[9] = {n,       n,       n,         3 * n, n / 64, (size_t)6 * SX_CODED_SMALL,
                             counted, counted, POOL_WORDS};
    for (size_t i = 0; i < SX_COUNT_OF(parts); i++) {
        parts[i] = words ? words + at : NULL;
        at += sizes[i];
    }
    sealing->values = (int64_t *)(void *)parts[0];
    sealing->numbers = (int64_t *)(void *)parts[1];
    sealing->beside = (int64_t *)(void *)parts[2];
    sealing->scratch = parts[3];
    sealing->bad = parts[4];
    sealing->small = parts[5];
    sealing->sample.counted = (struct sx_counted *)(void *)parts[6];
    sealing->sample.spare = (struct sx_counted *)(void *)parts[7];
    sealing->pool = parts[8];
    return at;
}

/* tables: empty, they are made. */
static stria_status create(stria_type type, const struct sx_encoded *columns, size_t column_count,
                           struct sx_bytes tables, struct sx_mem *mem, struct sx_sealing **out,
                           stria_error *err)
{
    struct sx_sealing layout;
    size_t size = part_scratch(&layout, NULL) * sizeof(uint64_t);
    size_t own = sizeof *layout.members + sizeof *layout.columns;
    struct sx_sealing *sealing = sx_mem_zalloc(mem, sizeof *sealing);
    if (!sealing)
        return sx_mem_refused(mem, sizeof *sealing, err);
    *out = sealing;
    sealing->mem = mem;
    sealing->type = type;
    sealing->column_count = column_count;
    sx_buf_init(&sealing->bytes, mem, SX_TABLES_SIZE_MAX);
    sealing->words = sx_mem_alloc(mem, size);
    sealing->members = sx_mem_alloc(mem, column_count * own);
    if (!sealing->words || !sealing->members)
        return sx_mem_refused(mem, size + column_count * own, err);
    sealing->columns = (struct sx_encoded *)(void *)(sealing->members + column_count);
    memcpy(sealing->columns, columns, column_count * sizeof *columns);
    (void)part_scratch(sealing, sealing->words);
    for (size_t i = 0; i < column_count; i++) {
        stria_status st = look_at(sealing, i, err);
        if (st)
            return st;
    }
    stria_status st = STRIA_OK;
    if (tables.len == 0)
        st = sx_sealing_make_tables(sealing, err);
    else if (tables.len > SX_TABLES_SIZE_MAX)
        st = sx_fail(err, STRIA_CORRUPT, "coder tables of %zu bytes", tables.len);
    else
        sx_buf_put_bytes(&sealing->bytes, tables);
    if (!st && sealing->bytes.failed)
        st = sx_buf_refused(&sealing->bytes, "coder tables", err);
    if (st)
        return st;
    return sx_tables_open(sx_buf_bytes(&sealing->bytes), true, mem, &sealing->tables, err);
}

stria_status sx_sealing_create(stria_type type, const struct sx_encoded *columns,
                               size_t column_count, struct sx_mem *mem, struct sx_sealing **sealing,
                               stria_error *err)
{
    return sx_sealing_create_with(type, columns, column_count, (struct sx_bytes){0}, mem, sealing,
                                  err);
}

stria_status sx_sealing_create_with(stria_type type, const struct sx_encoded *columns,
                                    size_t column_count, struct sx_bytes tables, struct sx_mem *mem,
                                    struct sx_sealing **sealing, stria_error *err)
{
    assert(column_count > 0);
    assert(type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT);
    *sealing = NULL;
    stria_status st = create(type, columns, column_count, tables, mem, sealing, err);
    if (st) {
        sx_sealing_destroy(*sealing);
        *sealing = NULL;
    }
    return st;
}

struct sx_bytes sx_sealing_tables(const struct sx_sealing *sealing)
{
    return sx_buf_bytes(&sealing->bytes);
}

void sx_sealing_destroy(struct sx_sealing *sealing)
{
    if (!sealing)
        return;
    sx_tables_close(sealing->tables);
    sx_buf_deinit(&sealing->bytes);
    sx_mem_free(sealing->mem, sealing->members);
    sx_mem_free(sealing->mem, sealing->words);
    sx_mem_free(sealing->mem, sealing);
}
