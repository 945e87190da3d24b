/* SPDX-License-Identifier: Apache-2.0 */
/* bench_codec.c -- see bench_codec.h. The report is in bench_report.c. */
#include "app/cli/bench_codec.h"

#include "app/cli/bench_columns.h"
#include "app/cli/bench_report.h"
#include "app/cli/bench_text.h"
#include "base/compress.h"
#include "base/hash.h"
#include "codec/bits.h"
#include "codec/column.h"
#include "codec/sealing.h"
#include "codec/xor.h"

#define STRIPE_SIZE ((size_t)8 << 20) /* of hot columns that share tables */
#define ENCODED_MAX ((size_t)4 << 30)
#define ROUNDS 3
#define ROUND_NS 150000000 /* what a round may take, about */
#define ZSTD_LEVEL 3

/* Columns of one field, next to each other, with the tables they share when sealed. */
struct stripe {
    size_t first, count;
    struct sx_tables *tables;
};

/* A column as it was encoded. */
struct encoded {
    size_t offset, len; /* in the bytes of its tier */
};

struct measuring {
    struct sx_mem *mem;
    size_t cold_size;
    struct sx_bench_columns columns;
    struct stripe *stripes;
    size_t stripe_count, stripe_capacity;
    struct encoded *encoded[2]; /* of each column, by tier */
    struct sx_buf bytes[2];
    uint64_t *scratch; /* a decoded column */
};

static size_t value_size(const struct sx_bench_column *column)
{
    return column->type == STRIA_BOOL ? 1 : 8;
}

/* ---- encoding ------------------------------------------------------------------------------- */

static stria_status encode(struct measuring *m, size_t i, enum sx_tier tier, stria_error *err)
{
    const struct sx_bench_column *column = &m->columns.columns[i];
    struct sx_buf *out = &m->bytes[tier];
    size_t offset = out->len;
    stria_status st =
        sx_column_encode(out, column->type, column->values, column->count, tier, m->mem, err);
    m->encoded[tier][i] = (struct encoded){.offset = offset, .len = out->len - offset};
    return st;
}

static struct sx_bytes encoded_bytes(const struct measuring *m, size_t i, enum sx_tier tier)
{
    const struct encoded *encoded = &m->encoded[tier][i];
    return sx_bytes_make(m->bytes[tier].ptr + encoded->offset, encoded->len);
}

/* Cuts the columns into stripes by field and size. */
static stria_status make_stripes(struct measuring *m, stria_error *err)
{
    size_t size = 0;
    for (size_t i = 0; i < m->columns.column_count; i++) {
        size += m->encoded[SX_TIER_HOT][i].len;
        struct stripe *last = m->stripe_count ? &m->stripes[m->stripe_count - 1] : NULL;
        if (last && m->columns.columns[i].field == m->columns.columns[i - 1].field &&
            size <= STRIPE_SIZE) {
            last->count++;
            continue;
        }
        if (!SX_GROW(m->mem, m->stripes, m->stripe_capacity, m->stripe_count + 1))
            return sx_mem_refused(m->mem, sizeof *m->stripes, err);
        m->stripes[m->stripe_count++] = (struct stripe){.first = i, .count = 1};
        size = m->encoded[SX_TIER_HOT][i].len;
    }
    return STRIA_OK;
}

/* Seals the columns of a stripe; adds the size of its tables. */
static stria_status seal_stripe(struct measuring *m, struct stripe *stripe, uint64_t *table_size,
                                stria_error *err)
{
    stria_type type = m->columns.columns[stripe->first].type;
    struct sx_buf *out = &m->bytes[SX_TIER_SEALED];
    stria_status st = STRIA_OK;
    if (type != STRIA_FLOAT && type != STRIA_INT && type != STRIA_UINT) {
        for (size_t i = 0; i < stripe->count && !st; i++)
            st = encode(m, stripe->first + i, SX_TIER_SEALED, err);
        return st;
    }
    struct sx_sealing *sealing = NULL;
    size_t size = stripe->count * sizeof(struct sx_encoded);
    struct sx_encoded *hot = sx_mem_alloc(m->mem, size);
    if (!hot)
        return sx_mem_refused(m->mem, size, err);
    for (size_t i = 0; i < stripe->count; i++)
        hot[i] = (struct sx_encoded){
            .bytes = encoded_bytes(m, stripe->first + i, SX_TIER_HOT),
            .count = m->columns.columns[stripe->first + i].count,
        };
    st = sx_sealing_create(type, hot, stripe->count, m->mem, &sealing, err);
    for (size_t i = 0; i < stripe->count && !st; i++) {
        size_t offset = out->len;
        st = sx_sealing_put(sealing, i, out, err);
        m->encoded[SX_TIER_SEALED][stripe->first + i] =
            (struct encoded){.offset = offset, .len = out->len - offset};
    }
    if (!st) {
        struct sx_bytes tables = sx_sealing_tables(sealing);
        *table_size += tables.len;
        st = sx_tables_open(tables, false, m->mem, &stripe->tables, err);
    }
    sx_sealing_destroy(sealing);
    sx_mem_free(m->mem, hot);
    return st;
}

static stria_status encode_all(struct measuring *m, struct sx_bench_figures *figures,
                               stria_error *err)
{
    uint64_t table_size = 0;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < m->columns.column_count && !st; i++)
        st = encode(m, i, SX_TIER_HOT, err);
    if (!st)
        st = make_stripes(m, err);
    for (size_t i = 0; i < m->stripe_count && !st; i++)
        st = seal_stripe(m, &m->stripes[i], &table_size, err);
    figures->count = m->columns.value_count;
    figures->value_size[SX_TIER_HOT] = m->bytes[SX_TIER_HOT].len;
    figures->value_size[SX_TIER_SEALED] = m->bytes[SX_TIER_SEALED].len + table_size;
    for (size_t i = 0; i < m->columns.column_count && !st; i++)
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++)
            sx_bench_count_codec(figures, tier,
                                 sx_column_codec_name(encoded_bytes(m, i, (enum sx_tier)tier)));
    return st;
}

/* Encodes each different column of times once. */
static stria_status encode_times(struct measuring *m, struct sx_bench_figures *figures,
                                 stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < m->columns.time_count && !st; i++) {
        const struct sx_bench_column *times = &m->columns.times[i];
        bool known = false;
        for (size_t k = i; k-- > 0 && i - k < 4096 && !known;)
            known = m->columns.times[k].count == times->count &&
                    memcmp(m->columns.times[k].values, times->values, times->count * 8) == 0;
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED && !st && !known; tier++) {
            struct sx_buf out;
            sx_buf_init(&out, m->mem, ENCODED_MAX);
            st = sx_column_encode(&out, STRIA_TIME, times->values, times->count, (enum sx_tier)tier,
                                  m->mem, err);
            figures->time_size[tier] += out.len;
            sx_buf_deinit(&out);
        }
    }
    figures->has_times = m->columns.time_count > 0;
    return st;
}

/* What the classic codecs would take: XOR of doubles, and zstd on the bytes. */
static stria_status encode_classics(struct measuring *m, struct sx_bench_figures *figures,
                                    stria_error *err)
{
    struct sx_compressor *compressor = sx_compressor_create(m->mem);
    struct sx_buf out;
    stria_status st = compressor ? STRIA_OK : sx_mem_refused(m->mem, 0, err);
    sx_buf_init(&out, m->mem, ENCODED_MAX);
    for (size_t i = 0; i < m->columns.column_count && !st; i++) {
        const struct sx_bench_column *column = &m->columns.columns[i];
        double *doubles = (double *)(void *)m->scratch;
        for (size_t k = 0; k < column->count; k++)
            doubles[k] = column->type == STRIA_FLOAT  ? ((const double *)column->values)[k]
                         : column->type == STRIA_BOOL ? (double)((const uint8_t *)column->values)[k]
                         : column->type == STRIA_UINT
                             ? (double)((const uint64_t *)column->values)[k]
                             : (double)((const int64_t *)column->values)[k];
        figures->gorilla_bits += sx_xor_cost(doubles, column->count);
        sx_buf_clear(&out);
        st = sx_zstd_put(compressor, &out,
                         sx_bytes_make(column->values, column->count * value_size(column)),
                         ZSTD_LEVEL, err);
        figures->zstd_size += out.len;
    }
    sx_buf_deinit(&out);
    sx_compressor_destroy(compressor);
    return st;
}

/* ---- times ---------------------------------------------------------------------------------- */

/* Copies of bytes, one behind the other, that are together at least the cold size. */
struct copies {
    uint8_t *bytes;
    size_t size, count;
};

static stria_status make_copies(struct copies *copies, const struct measuring *m, const void *bytes,
                                size_t size, stria_error *err)
{
    copies->size = size;
    copies->count = size ? (m->cold_size + size - 1) / size : 1;
    if (copies->count > 100000)
        copies->count = 100000;
    copies->bytes = sx_mem_alloc(m->mem, copies->count * size + 1);
    if (!copies->bytes)
        return sx_mem_refused(m->mem, copies->count * size, err);
    for (size_t i = 0; size && i < copies->count; i++)
        memcpy(copies->bytes + i * size, bytes, size);
    return STRIA_OK;
}

/* Decodes all columns of a stripe from a copy. */
static stria_status decode_stripe(struct measuring *m, const struct stripe *stripe,
                                  enum sx_tier tier, const uint8_t *bytes, stria_error *err)
{
    const struct sx_tables *tables = tier == SX_TIER_SEALED ? stripe->tables : NULL;
    for (size_t i = stripe->first; i < stripe->first + stripe->count; i++) {
        const struct sx_bench_column *column = &m->columns.columns[i];
        const struct encoded *encoded = &m->encoded[tier][i];
        stria_status st = sx_column_decode_shared(
            sx_bytes_make(bytes + encoded->offset, encoded->len), column->type, column->count, 0,
            column->count, tables, m->scratch, NULL, err);
        if (st)
            return st;
    }
    return STRIA_OK;
}

/* One way of going through the copies. */
struct passing {
    const struct copies *copies;
    const uint32_t *order; /* of the visits: copy * stripes + stripe */
    size_t visits, next;
    enum sx_tier tier;
    struct sx_buf *out; /* encode into it; NULL: decode */
    const size_t *offsets;
};

static stria_status visit(struct measuring *m, const struct passing *pass, uint32_t which,
                          uint64_t *values, stria_error *err)
{
    const struct stripe *stripe = &m->stripes[which % m->stripe_count];
    const uint8_t *bytes = pass->copies->bytes + which / m->stripe_count * pass->copies->size;
    stria_status st = STRIA_OK;
    if (!pass->out)
        st = decode_stripe(m, stripe, pass->tier, bytes, err);
    for (size_t k = stripe->first; k < stripe->first + stripe->count && !st; k++) {
        const struct sx_bench_column *column = &m->columns.columns[k];
        *values += column->count;
        if (!pass->out)
            continue;
        sx_buf_clear(pass->out);
        st = sx_column_encode(pass->out, column->type, bytes + pass->offsets[k], column->count,
                              pass->tier, m->mem, err);
    }
    return st;
}

/* Goes on through the copies for a round; *ns: a value. */
static stria_status go_on(struct measuring *m, struct passing *pass, double *ns, stria_error *err)
{
    uint64_t begin = sx_bench_now_ns(), taken = 0, values = 0;
    for (size_t i = 0; i < pass->visits && taken < ROUND_NS; i++) {
        stria_status st = visit(m, pass, pass->order[pass->next], &values, err);
        if (st)
            return st;
        pass->next = (pass->next + 1) % pass->visits;
        if (i % 8 == 7 || i + 1 == pass->visits)
            taken = sx_bench_now_ns() - begin;
    }
    taken = sx_bench_now_ns() - begin;
    *ns = values ? (double)taken / (double)values : 0;
    return STRIA_OK;
}

/* Nanoseconds a value of going through copies of `size` bytes. */
static stria_status time_it(struct measuring *m, const void *bytes, size_t size, enum sx_tier tier,
                            struct sx_buf *out, const size_t *offsets, double *ns, stria_error *err)
{
    struct copies copies;
    *ns = 0;
    stria_status st = make_copies(&copies, m, bytes, size, err);
    if (st)
        return st;
    size_t visits = copies.count * m->stripe_count;
    uint32_t *order = sx_mem_alloc(m->mem, (visits + 1) * sizeof *order);
    if (!order)
        st = sx_mem_refused(m->mem, visits * sizeof *order, err);
    else
        sx_bench_shuffle(order, visits);
    struct passing pass = {.copies = &copies,
                           .order = order,
                           .visits = visits,
                           .tier = tier,
                           .out = out,
                           .offsets = offsets};
    for (unsigned round = 0; round <= ROUNDS && !st; round++) {
        double this_ns = 0;
        st = go_on(m, &pass, &this_ns, err);
        if (round == 1 || (round > 1 && this_ns < *ns))
            *ns = this_ns;
    }
    sx_mem_free(m->mem, order);
    sx_mem_free(m->mem, copies.bytes);
    return st;
}

/* Encoding reads the values, one column behind the other. */
static stria_status time_encoding(struct measuring *m, double *ns, stria_error *err)
{
    struct sx_buf raw, out;
    stria_status st = STRIA_OK;
    size_t *offsets = sx_mem_alloc(m->mem, (m->columns.column_count + 1) * sizeof *offsets);
    if (!offsets)
        return sx_mem_refused(m->mem, m->columns.column_count * sizeof *offsets, err);
    sx_buf_init(&raw, m->mem, ENCODED_MAX);
    sx_buf_init(&out, m->mem, ENCODED_MAX);
    for (size_t i = 0; i < m->columns.column_count; i++) {
        const struct sx_bench_column *column = &m->columns.columns[i];
        offsets[i] = raw.len;
        sx_buf_put(&raw, column->values, column->count * value_size(column));
        for (; raw.len % 8 && !raw.failed;)
            sx_buf_put_u8(&raw, 0);
    }
    if (raw.failed)
        st = sx_buf_refused(&raw, "values", err);
    if (!st)
        st = time_it(m, raw.ptr, raw.len, SX_TIER_HOT, &out, offsets, ns, err);
    sx_buf_deinit(&out);
    sx_buf_deinit(&raw);
    sx_mem_free(m->mem, offsets);
    return st;
}

/* ---- a file --------------------------------------------------------------------------------- */

static stria_status measure(struct measuring *m, struct sx_bench_figures *figures, stria_error *err)
{
    size_t columns = m->columns.column_count;
    for (int tier = 0; tier < 2; tier++) {
        sx_buf_init(&m->bytes[tier], m->mem, ENCODED_MAX);
        m->encoded[tier] = sx_mem_alloc(m->mem, (columns + 1) * sizeof *m->encoded[tier]);
    }
    m->scratch = sx_mem_alloc(m->mem, SX_COLUMN_VALUES_MAX * sizeof *m->scratch);
    if (!m->scratch || !m->encoded[0] || !m->encoded[1])
        return sx_mem_refused(m->mem, columns * sizeof *m->encoded[0], err);
    stria_status st = encode_all(m, figures, err);
    if (!st)
        st = encode_times(m, figures, err);
    if (!st)
        st = encode_classics(m, figures, err);
    if (!st)
        st = time_encoding(m, &figures->encode_ns, err);
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED && !st; tier++)
        st = time_it(m, m->bytes[tier].ptr, m->bytes[tier].len, (enum sx_tier)tier, NULL, NULL,
                     &figures->decode_ns[tier], err);
    return st;
}

static stria_status measure_file(const char *path, struct sx_mem *mem, size_t cold_size,
                                 struct sx_bench_figures *figures, stria_error *err)
{
    struct measuring m = {.mem = mem, .cold_size = cold_size};
    stria_status st = sx_bench_columns_read(&m.columns, mem, path, err);
    if (!st)
        st = measure(&m, figures, err);
    for (size_t i = 0; i < m.stripe_count; i++)
        sx_tables_close(m.stripes[i].tables);
    for (int tier = 0; tier < 2; tier++) {
        sx_buf_deinit(&m.bytes[tier]);
        sx_mem_free(mem, m.encoded[tier]);
    }
    sx_mem_free(mem, m.scratch);
    sx_mem_free(mem, m.stripes);
    sx_bench_columns_deinit(&m.columns);
    return st;
}

stria_status sx_bench_codec(struct sx_out *out, struct sx_mem *mem, char *const *paths,
                            size_t path_count, bool json, size_t cold_size, stria_error *err)
{
    struct sx_bench_figures total = {0};
    if (!json)
        sx_bench_put_heading(out);
    for (size_t i = 0; i < path_count && sx_out_open(out); i++) {
        struct sx_bench_figures figures = {0};
        stria_status st = measure_file(paths[i], mem, cold_size, &figures, err);
        if (st)
            return st;
        sx_bench_put_figures(out, paths[i], &figures, json);
        sx_bench_add_figures(&total, &figures);
    }
    sx_bench_put_figures(out, "total", &total, json);
    if (!json)
        sx_bench_put_peers(out);
    return STRIA_OK;
}
