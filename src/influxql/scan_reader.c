/* SPDX-License-Identifier: Apache-2.0 */
/* scan_reader.c -- see scan.h: the rows of one series after the other, as the columns that a query
 * names. */
#include "base/error.h"
#include "influxql/program_priv.h"
#include "influxql/scan.h"
#include "model/series_key.h"
#include "scan/reader.h"

/* Where a name's values come from in one measurement. */
struct binding {
    enum { FROM_NOWHERE, FROM_FIELD, FROM_TAG } from;
    uint32_t column;   /* of the stored rows */
    stria_type stored; /* the type it is read as */
};

struct piece_reader {
    struct sx_reader *reader; /* NULL: not open */
    int64_t time_min_ns, time_max_ns;
    bool descending;
};

struct part_reader {
    struct piece_reader *pieces;
    struct binding *bindings; /* by var; NULL: not made yet */
    struct sx_scan_column *columns;
    uint32_t column_count;
};

/* What a var needs to be shown. */
struct slot {
    bool wanted;
    void *values;      /* converted ones, or those of a tag; NULL until needed */
    uint64_t *present; /* bits with what cannot be shown taken out; likewise */
    stria_bytes tag;
    uint32_t tag_count; /* rows filled with it */
};

struct sx_iql_reader {
    const struct sx_iql_scan *scan;
    struct sx_mem *mem;
    struct part_reader *parts;
    struct slot *slots; /* by var */
    struct sx_vector *vectors;
    size_t var_count;
    struct sx_arena arena; /* bindings */
    struct sx_arena tags;  /* of the series at hand */
    uint32_t first_rows;   /* expected of each series; 0: all */
    const struct sx_iql_scan_series *series;
    struct part_reader *part;
    struct sx_reader *stored; /* of the piece at hand; NULL: the next one is to be opened */
    size_t next_piece;        /* pieces opened, of the series */
    const struct sx_iql_piece *piece;
    int64_t time_min_ns, time_max_ns;
    bool descending;
    struct sx_rows rows;
    uint64_t selected[SX_VECTOR_WORDS];
};

static const uint64_t no_words[SX_VECTOR_WORDS];
static const uint64_t no_values[SX_VECTOR_MAX * sizeof(stria_bytes) / sizeof(uint64_t)];

static stria_status refused(struct sx_iql_reader *r, stria_error *err)
{
    return sx_mem_refused(r->mem, sizeof *r, err);
}

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_reader_create(const struct sx_iql_scan *scan, const uint32_t *vars,
                                  size_t var_count, struct sx_iql_reader **out, stria_error *err)
{
    struct sx_mem *mem = scan->mem;
    *out = NULL;
    struct sx_iql_reader *r = sx_mem_zalloc(mem, sizeof *r);
    if (!r)
        return sx_mem_refused(mem, sizeof *r, err);
    r->scan = scan;
    r->mem = mem;
    r->var_count = scan->vars->count;
    sx_arena_init(&r->arena, mem, 1024);
    sx_arena_init(&r->tags, mem, 1024);
    r->parts = sx_mem_zalloc(mem, (scan->part_count + 1) * sizeof *r->parts);
    bool good = r->parts != NULL;
    for (size_t i = 0; good && i < scan->part_count; i++) {
        r->parts[i].pieces =
            sx_mem_zalloc(mem, scan->parts[i].piece_count * sizeof(struct piece_reader));
        good = r->parts[i].pieces != NULL;
    }
    r->slots = sx_mem_zalloc(mem, (r->var_count + 1) * sizeof *r->slots);
    r->vectors = sx_mem_zalloc(mem, (r->var_count + 1) * sizeof *r->vectors);
    if (!good || !r->slots || !r->vectors) {
        sx_iql_reader_destroy(r);
        return sx_mem_refused(mem, scan->vars->count * sizeof(struct slot), err);
    }
    for (size_t i = 0; i < var_count; i++)
        r->slots[vars[i]].wanted = true;
    *out = r;
    return STRIA_OK;
}

static void close_readers(struct sx_iql_reader *r)
{
    for (size_t i = 0; r->parts && i < r->scan->part_count; i++)
        for (size_t k = 0; r->parts[i].pieces && k < r->scan->parts[i].piece_count; k++) {
            sx_reader_destroy(r->parts[i].pieces[k].reader);
            r->parts[i].pieces[k].reader = NULL;
        }
}

void sx_iql_reader_destroy(struct sx_iql_reader *r)
{
    if (!r)
        return;
    close_readers(r);
    for (size_t i = 0; r->parts && i < r->scan->part_count; i++)
        sx_mem_free(r->mem, r->parts[i].pieces);
    for (size_t i = 0; r->slots && i < r->var_count; i++) {
        sx_mem_free(r->mem, r->slots[i].values);
        sx_mem_free(r->mem, r->slots[i].present);
    }
    sx_mem_free(r->mem, r->parts);
    sx_mem_free(r->mem, r->slots);
    sx_mem_free(r->mem, r->vectors);
    sx_arena_deinit(&r->arena);
    sx_arena_deinit(&r->tags);
    sx_mem_free(r->mem, r);
}

/* ---- columns -------------------------------------------------------------------------------- */

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

/* Where a name's values are in a measurement; NOWHERE for types that it is not stored as. */
static struct binding bind(const struct sx_iql_measurement *m, const struct sx_iql_expr *var)
{
    struct sx_bytes name = var->u.var.name;
    stria_type stored = sx_iql_field_type(m, name), wanted = sx_iql_var_type(var);
    if (var->u.var.type == SX_IQL_TYPE_UNKNOWN || var->u.var.type == SX_IQL_TYPE_TAG)
        return (struct binding){.from = FROM_TAG};
    if (is_number(wanted) && is_number(stored))
        return (struct binding){.from = FROM_FIELD, .stored = stored};
    if (!is_number(wanted) && wanted != STRIA_NONE && sx_iql_field_has_type(m, name, wanted))
        return (struct binding){.from = FROM_FIELD, .stored = wanted};
    return (struct binding){.from = FROM_NOWHERE};
}

static uint32_t add_column(struct part_reader *part, struct sx_bytes name, stria_type type)
{
    for (uint32_t i = 0; i < part->column_count; i++)
        if (part->columns[i].type == type && sx_bytes_equal(part->columns[i].name, name))
            return i;
    part->columns[part->column_count] = (struct sx_scan_column){.name = name, .type = type};
    return part->column_count++;
}

static stria_status make_bindings(struct sx_iql_reader *r, struct part_reader *part,
                                  const struct sx_iql_measurement *m, stria_error *err)
{
    part->bindings = sx_arena_zalloc(&r->arena, r->var_count * sizeof *part->bindings);
    part->columns = sx_arena_array(&r->arena, r->var_count + 1, sizeof *part->columns);
    if (!part->bindings || !part->columns)
        return refused(r, err);
    for (size_t i = 0; i < r->var_count; i++) {
        const struct sx_iql_expr *var = r->scan->vars->items[i];
        if (!r->slots[i].wanted)
            continue;
        part->bindings[i] = bind(m, var);
        if (part->bindings[i].from == FROM_FIELD)
            part->bindings[i].column = add_column(part, var->u.var.name, part->bindings[i].stored);
    }
    return STRIA_OK;
}

/* Every name that a condition of the scan reads is wanted. */
static void want_conditions(struct sx_iql_reader *r)
{
    for (size_t i = 0; i < r->scan->condition_var_count; i++)
        r->slots[i].wanted = true;
}

/* The reader of a piece, for a range in it. */
static stria_status open_piece(struct sx_iql_reader *r, size_t index, int64_t time_min_ns,
                               int64_t time_max_ns, stria_error *err)
{
    const struct sx_iql_scan_part *part = &r->scan->parts[r->series->part];
    const struct sx_iql_rollups *rollups = r->scan->rollups;
    struct piece_reader *piece = &r->part->pieces[index];
    const struct sx_view_rollup *rollup = part->pieces[index].rollup;
    if (piece->reader && piece->time_min_ns == time_min_ns && piece->time_max_ns == time_max_ns &&
        piece->descending == r->descending)
        return STRIA_OK;
    sx_reader_destroy(piece->reader);
    piece->reader = NULL;
    struct sx_reader_options options = {.view = rollup ? rollup->view : part->measurement->view,
                                        .columns = rollup ? rollups->columns : r->part->columns,
                                        .column_count =
                                            rollup ? rollups->column_count : r->part->column_count,
                                        .time_min_ns = time_min_ns,
                                        .time_max_ns = time_max_ns,
                                        .descending = r->descending,
                                        .first_rows = r->first_rows,
                                        .request = r->scan->request};
    piece->time_min_ns = time_min_ns;
    piece->time_max_ns = time_max_ns;
    piece->descending = r->descending;
    return sx_reader_create(&options, &piece->reader, err);
}

/* Goes on to the next piece that has the series; r->stored is NULL when there is none. */
static stria_status next_piece(struct sx_iql_reader *r, stria_error *err)
{
    const struct sx_iql_scan_part *part = &r->scan->parts[r->series->part];
    r->stored = NULL;
    while (r->next_piece < part->piece_count) {
        size_t nth = r->next_piece++;
        size_t index = r->descending ? part->piece_count - 1 - nth : nth;
        const struct sx_iql_piece *piece = &part->pieces[index];
        const struct sx_scan_series *series =
            r->series->in_pieces ? r->series->in_pieces[index] : r->series->series;
        bool only = part->piece_count == 1 && !piece->rollup;
        int64_t min_ns = only ? r->time_min_ns : SX_MAX(r->time_min_ns, piece->min_ns);
        int64_t max_ns = only ? r->time_max_ns : SX_MIN(r->time_max_ns, piece->max_ns);
        if (!series || min_ns > max_ns)
            continue;
        stria_status st = open_piece(r, index, min_ns, max_ns, err);
        if (st)
            return st;
        r->piece = piece;
        r->stored = r->part->pieces[index].reader;
        return sx_reader_series(r->stored, series, err);
    }
    return STRIA_OK;
}

bool sx_iql_reader_has_rollups(const struct sx_iql_reader *r)
{
    return r->piece && r->piece->rollup;
}

/* ---- tags ----------------------------------------------------------------------------------- */

/* The plain value of a tag of a series; empty: none. */
static stria_status tag_value(struct sx_iql_reader *r, struct sx_bytes key, struct sx_bytes name,
                              stria_bytes *out, stria_error *err)
{
    struct sx_bytes part, value;
    *out = (stria_bytes){0};
    (void)sx_key_take(&key, &part);
    while (sx_key_take(&key, &part) && sx_key_take(&key, &value)) {
        uint8_t *scratch = sx_arena_alloc(&r->tags, SX_MAX(part.len, value.len));
        if (!scratch)
            return refused(r, err);
        if (!sx_bytes_equal(sx_key_text(part, scratch), name))
            continue;
        struct sx_bytes text = sx_key_text(value, scratch);
        *out = (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
        return STRIA_OK;
    }
    return STRIA_OK;
}

static stria_status find_tags(struct sx_iql_reader *r, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_arena_reset(&r->tags);
    for (size_t i = 0; i < r->var_count && !st; i++) {
        struct slot *slot = &r->slots[i];
        if (!slot->wanted || r->part->bindings[i].from != FROM_TAG)
            continue;
        slot->tag_count = 0;
        st = tag_value(r, r->series->series->key, r->scan->vars->items[i]->u.var.name, &slot->tag,
                       err);
    }
    return st;
}

void sx_iql_reader_expect(struct sx_iql_reader *r, uint64_t row_count)
{
    r->first_rows = (uint32_t)SX_MIN(row_count, UINT32_MAX);
    close_readers(r);
}

stria_status sx_iql_reader_open(struct sx_iql_reader *r, size_t index, int64_t time_min_ns,
                                int64_t time_max_ns, bool descending, stria_error *err)
{
    stria_status st = STRIA_OK;
    r->series = &r->scan->series[index];
    r->part = &r->parts[r->series->part];
    r->time_min_ns = time_min_ns;
    r->time_max_ns = time_max_ns;
    r->descending = descending;
    r->next_piece = 0;
    r->piece = NULL;
    if (!r->part->bindings) {
        want_conditions(r);
        st = make_bindings(r, r->part, r->scan->parts[r->series->part].measurement, err);
    }
    if (!st)
        st = find_tags(r, err);
    return st ? st : next_piece(r, err);
}

bool sx_iql_reader_is_constant(const struct sx_iql_reader *r, uint32_t var)
{
    return r->part->bindings[var].from != FROM_FIELD;
}

/* ---- vectors -------------------------------------------------------------------------------- */

/* Takes values that are no finite numbers out. */
static stria_status hide_unshowable(struct sx_iql_reader *r, struct slot *slot,
                                    struct sx_vector *vector, uint32_t count, stria_error *err)
{
    const double *values = vector->values;
    if (sx_iql_all_finite(values, count))
        return STRIA_OK;
    if (!slot->present &&
        !(slot->present = sx_mem_alloc(r->mem, SX_VECTOR_WORDS * sizeof *slot->present)))
        return refused(r, err);
    memset(slot->present, 0, SX_VECTOR_WORDS * sizeof *slot->present);
    for (uint32_t i = 0; i < count; i++)
        if (sx_vector_has(vector, i) && values[i] * 0 == 0)
            sx_bit_set(slot->present, i);
    vector->present = slot->present;
    return STRIA_OK;
}

/* The values of a slot of its own. */
static stria_status own_values(struct sx_iql_reader *r, struct slot *slot, stria_error *err)
{
    if (!slot->values)
        slot->values = sx_mem_alloc(r->mem, SX_VECTOR_MAX * sizeof(stria_bytes));
    return slot->values ? STRIA_OK : refused(r, err);
}

static stria_status field_vector(struct sx_iql_reader *r, size_t var, const struct sx_rows *stored,
                                 stria_error *err)
{
    const struct binding *binding = &r->part->bindings[var];
    stria_type type = sx_iql_var_type(r->scan->vars->items[var]);
    struct sx_vector *vector = &r->vectors[var];
    *vector = stored->columns[binding->column];
    stria_status st = STRIA_OK;
    if (binding->stored == STRIA_FLOAT)
        st = hide_unshowable(r, &r->slots[var], vector, stored->row_count, err);
    if (st || binding->stored == type)
        return st;
    st = own_values(r, &r->slots[var], err);
    if (!st)
        (void)sx_iql_cast_values(binding->stored, type, vector->values, stored->row_count,
                                 r->slots[var].values);
    vector->type = type;
    vector->values = r->slots[var].values;
    return st;
}

static stria_status tag_vector(struct sx_iql_reader *r, size_t var, uint32_t count,
                               stria_error *err)
{
    struct slot *slot = &r->slots[var];
    if (slot->tag.len == 0) {
        r->vectors[var] =
            (struct sx_vector){.type = STRIA_STRING, .values = no_values, .present = no_words};
        return STRIA_OK;
    }
    stria_status st = own_values(r, slot, err);
    if (st)
        return st;
    stria_bytes *values = slot->values;
    for (; slot->tag_count < count; slot->tag_count++)
        values[slot->tag_count] = slot->tag;
    r->vectors[var] = (struct sx_vector){.type = STRIA_STRING, .values = values};
    return STRIA_OK;
}

static stria_status make_vector(struct sx_iql_reader *r, size_t var, const struct sx_rows *stored,
                                stria_error *err)
{
    stria_type type = sx_iql_var_type(r->scan->vars->items[var]);
    r->vectors[var] = (struct sx_vector){.type = STRIA_NONE};
    if (!r->slots[var].wanted || type == STRIA_NONE)
        return STRIA_OK;
    switch (r->part->bindings[var].from) {
    case FROM_FIELD:
        return field_vector(r, var, stored, err);
    case FROM_TAG:
        return tag_vector(r, var, stored->row_count, err);
    default:
        r->vectors[var] =
            (struct sx_vector){.type = type, .values = no_values, .present = no_words};
        return STRIA_OK;
    }
}

stria_status sx_iql_reader_next(struct sx_iql_reader *r, const struct sx_rows **rows,
                                const uint64_t **selected, stria_error *err)
{
    const struct sx_rows *stored = NULL;
    stria_status st = STRIA_OK;
    *rows = NULL;
    *selected = NULL;
    while (r->stored && !stored && !st) {
        st = sx_reader_next(r->stored, &stored, err);
        if (!st && !stored)
            st = next_piece(r, err);
    }
    if (st || !stored)
        return st;
    if (sx_iql_reader_has_rollups(r)) {
        *rows = stored;
        return STRIA_OK;
    }
    for (size_t i = 0; i < r->var_count && !st; i++)
        st = make_vector(r, i, stored, err);
    if (!st && r->series->filter) {
        st = sx_iql_program_filter(r->series->filter, r->vectors, stored->row_count, r->selected,
                                   err);
        *selected = r->selected;
    }
    r->rows = (struct sx_rows){.row_count = stored->row_count,
                               .column_count = (uint32_t)r->var_count,
                               .ts_ns = stored->ts_ns,
                               .columns = r->vectors};
    *rows = &r->rows;
    return st;
}

/* ---- stretches ------------------------------------------------------------------------------ */

stria_status sx_iql_reader_stretch(struct sx_iql_reader *r, const struct sx_stretch **stretch,
                                   stria_error *err)
{
    *stretch = NULL;
    return r->series->filter ? STRIA_OK : sx_reader_stretch(r->stored, stretch, err);
}

struct sx_reader *sx_iql_reader_stored(struct sx_iql_reader *r)
{
    return r->stored;
}

stria_status sx_iql_reader_totals(struct sx_iql_reader *r, uint32_t var,
                                  const struct sx_column_ranges *ranges, unsigned want, bool *known,
                                  struct sx_stretch_totals *totals, stria_error *err)
{
    const struct binding *binding = &r->part->bindings[var];
    *known = false;
    if (binding->from != FROM_FIELD ||
        binding->stored != sx_iql_var_type(r->scan->vars->items[var]))
        return STRIA_OK;
    return sx_reader_stretch_totals(r->stored, binding->column, ranges, want, known, totals, err);
}
