/* SPDX-License-Identifier: Apache-2.0 */
/* level_joiner.c -- the points of a level's functions, brought together by time; see level.h.
 *
 * Algorithm   A row is made for each time that any function has a point at; the others get what
 *             fill(...) gives for what is missing: nothing, the number, or the value they had in
 *             the row before, whatever series that was of. Batches with the same times go through
 *             as they are.
 * Source      The peer's scanners: also that values are carried from one series into the next. */
#include "base/error.h"
#include "influxql/fold.h"
#include "influxql/level.h"

#include <assert.h>

/* A symbol's values where they are not those of a node. */
struct symbol {
    stria_type type;
    bool is_scanned;                     /* some node stands for it: what is missing is filled */
    uint8_t number[sizeof(stria_bytes)]; /* of fill(number) */
    bool has_number;
    uint8_t *values;
    uint64_t *present;
    bool has_carried;
    uint8_t carried[sizeof(stria_bytes)];
    struct sx_buf
        texts[2]; /* of a carried string; in turn, for rows still point to the one before */
    unsigned turn;
};

struct sx_iql_joiner {
    struct sx_iql_level *level;
    struct sx_mem *mem;
    size_t symbol_count;
    struct symbol *symbols;
    struct sx_vector *vectors;
    bool carries;                    /* fill(previous) */
    const struct sx_iql_points **in; /* of each node */
    uint32_t *at;
    bool *ended;
    bool begun;
    int64_t *ts_ns;
    struct sx_iql_joined joined;
};

static stria_status refused(struct sx_iql_joiner *j, stria_error *err)
{
    return sx_mem_refused(j->mem, sizeof *j, err);
}

/* ---- making and unmaking -------------------------------------------------------------------- */

static void set_number(struct symbol *symbol, const struct sx_iql_frame *frame)
{
    const struct sx_iql_expr *literal = frame->fill_value;
    if (frame->fill != SX_IQL_FILL_NUMBER || !literal)
        return;
    bool is_integer = literal->kind == SX_IQL_EXPR_INTEGER;
    double number = is_integer ? (double)literal->u.integer : literal->u.number;
    int64_t integer = is_integer ? literal->u.integer : sx_iql_integer_of(literal->u.number);
    symbol->has_number =
        symbol->type == STRIA_FLOAT || symbol->type == STRIA_INT || symbol->type == STRIA_UINT;
    if (symbol->type == STRIA_FLOAT)
        memcpy(symbol->number, &number, sizeof number);
    else
        memcpy(symbol->number, &integer, sizeof integer);
}

static stria_status init_symbol(struct sx_iql_joiner *j, size_t index, stria_error *err)
{
    const struct sx_iql_level *level = j->level;
    struct symbol *symbol = &j->symbols[index];
    sx_buf_init(&symbol->texts[0], j->mem, (size_t)1 << 30);
    sx_buf_init(&symbol->texts[1], j->mem, (size_t)1 << 30);
    if (index < level->call_count) {
        const struct sx_iql_node *node = level->nodes[index];
        symbol->type = node ? node->type : level->call_types[index];
        symbol->is_scanned = level->call_types[index] != STRIA_NONE;
    } else {
        symbol->type = level->beside_types[index - level->call_count];
        symbol->is_scanned = true;
    }
    symbol->values = sx_mem_zalloc(j->mem, SX_VECTOR_MAX * sizeof(stria_bytes));
    symbol->present = sx_mem_zalloc(j->mem, SX_VECTOR_WORDS * sizeof *symbol->present);
    if (!symbol->values || !symbol->present)
        return refused(j, err);
    set_number(symbol, &level->frame);
    return STRIA_OK;
}

stria_status sx_iql_joiner_create(struct sx_iql_level *level, struct sx_iql_joiner **out,
                                  stria_error *err)
{
    struct sx_iql_joiner *j = sx_mem_zalloc(level->mem, sizeof *j);
    *out = j;
    if (!j)
        return sx_mem_refused(level->mem, sizeof *j, err);
    j->level = level;
    j->mem = level->mem;
    j->carries = level->frame.fill == SX_IQL_FILL_PREVIOUS;
    size_t count = level->call_count + level->beside_count;
    j->symbols = sx_mem_zalloc(j->mem, (count + 1) * sizeof *j->symbols);
    j->vectors = sx_mem_zalloc(j->mem, (count + 1) * sizeof *j->vectors);
    j->in = sx_mem_zalloc(j->mem, level->node_count * sizeof *j->in);
    j->at = sx_mem_zalloc(j->mem, level->node_count * sizeof *j->at);
    j->ended = sx_mem_zalloc(j->mem, level->node_count);
    j->ts_ns = sx_mem_alloc(j->mem, SX_VECTOR_MAX * sizeof *j->ts_ns);
    if (!j->symbols || !j->vectors || !j->in || !j->at || !j->ended || !j->ts_ns)
        return refused(j, err);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < count && !st; i++) {
        j->symbol_count = i + 1;
        st = init_symbol(j, i, err);
    }
    return st;
}

void sx_iql_joiner_destroy(struct sx_iql_joiner *j)
{
    if (!j)
        return;
    for (size_t i = 0; i < j->symbol_count; i++) {
        sx_mem_free(j->mem, j->symbols[i].values);
        sx_mem_free(j->mem, j->symbols[i].present);
        sx_buf_deinit(&j->symbols[i].texts[0]);
        sx_buf_deinit(&j->symbols[i].texts[1]);
    }
    sx_mem_free(j->mem, j->symbols);
    sx_mem_free(j->mem, j->vectors);
    sx_mem_free(j->mem, j->in);
    sx_mem_free(j->mem, j->at);
    sx_mem_free(j->mem, j->ended);
    sx_mem_free(j->mem, j->ts_ns);
    sx_mem_free(j->mem, j);
}

stria_status sx_iql_joiner_begin(struct sx_iql_joiner *j, const struct sx_iql_group *outermost,
                                 stria_error *err)
{
    stria_status st = STRIA_OK;
    j->begun = false;
    for (size_t i = 0; i < j->level->node_count && !st; i++) {
        struct sx_iql_node *node = j->level->nodes[i];
        j->in[i] = NULL;
        j->ended[i] = !node;
        if (node)
            st = sx_iql_node_begin(node, outermost, err);
    }
    return st;
}

/* ---- what is missing ------------------------------------------------------------------------ */

static stria_status carry(struct symbol *symbol, const void *value, stria_error *err)
{
    memcpy(symbol->carried, value, sx_type_size(symbol->type));
    symbol->has_carried = true;
    if (symbol->type != STRIA_STRING)
        return STRIA_OK;
    struct sx_buf *text = &symbol->texts[symbol->turn ^= 1];
    stria_bytes string;
    memcpy(&string, value, sizeof string);
    sx_buf_clear(text);
    sx_buf_put(text, string.ptr, string.len);
    if (text->failed)
        return sx_buf_refused(text, "value", err);
    string.ptr = (const char *)text->ptr;
    memcpy(symbol->carried, &string, sizeof string);
    return STRIA_OK;
}

/* Fills what is missing in a vector of a symbol, which then stands in the symbol's own arrays. */
static stria_status fill(struct sx_iql_joiner *j, size_t index, uint32_t row_count,
                         stria_error *err)
{
    struct symbol *symbol = &j->symbols[index];
    struct sx_vector *vector = &j->vectors[index];
    size_t size = sx_type_size(symbol->type);
    bool fills = symbol->is_scanned && symbol->type != STRIA_NONE &&
                 (j->carries || (symbol->has_number && vector->present));
    if (!fills)
        return STRIA_OK;
    const uint8_t *last = NULL;
    if (vector->values != symbol->values)
        memcpy(symbol->values, vector->values, row_count * size);
    bool had = symbol->has_carried;
    uint8_t before[sizeof(stria_bytes)];
    memcpy(before, symbol->carried, sizeof before);
    uint64_t present[SX_VECTOR_WORDS] = {0};
    for (uint32_t i = 0; i < row_count; i++) {
        uint8_t *value = symbol->values + i * size;
        bool has = sx_vector_has(vector, i);
        if (has)
            last = value;
        const uint8_t *from = j->carries ? (last ? last : had ? before : NULL) : symbol->number;
        if (!has && from && from != value)
            memcpy(value, from, size);
        if (has || from)
            sx_bit_set(present, i);
    }
    memcpy(symbol->present, present, sizeof present);
    *vector = (struct sx_vector){
        .type = symbol->type, .values = symbol->values, .present = symbol->present};
    return j->carries && last ? carry(symbol, last, err) : STRIA_OK;
}

static stria_status finish(struct sx_iql_joiner *j, const struct sx_iql_group *group,
                           const int64_t *ts_ns, uint32_t row_count,
                           const struct sx_iql_joined **joined, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < j->symbol_count && !st; i++)
        st = fill(j, i, row_count, err);
    j->joined = (struct sx_iql_joined){
        .group = group, .row_count = row_count, .ts_ns = ts_ns, .symbols = j->vectors};
    *joined = st ? NULL : &j->joined;
    return st;
}

/* ---- one node ------------------------------------------------------------------------------- */

/* A batch of the only node as it is. `node`: its number. */
static stria_status pass(struct sx_iql_joiner *j, size_t node, const struct sx_iql_points *points,
                         const struct sx_iql_joined **joined, stria_error *err)
{
    const struct sx_iql_level *level = j->level;
    for (size_t i = 0; i < level->call_count; i++)
        j->vectors[i] = i == node ? points->value
                                  : (struct sx_vector){.type = j->symbols[i].type,
                                                       .values = j->symbols[i].values,
                                                       .present = j->symbols[i].present};
    for (uint32_t i = 0; i < level->beside_count; i++) {
        struct sx_vector *vector = &j->vectors[level->call_count + i];
        *vector = points->beside[i];
        if (vector->type == STRIA_NONE) /* not read: it has no values */
            *vector = (struct sx_vector){.type = j->symbols[level->call_count + i].type,
                                         .values = j->symbols[level->call_count + i].values,
                                         .present = j->symbols[level->call_count + i].present};
    }
    return finish(j, points->group, points->ts_ns, points->row_count, joined, err);
}

/* The number of the only node there is, or SIZE_MAX. */
static size_t only_node(const struct sx_iql_joiner *j)
{
    size_t found = SIZE_MAX, count = 0;
    for (size_t i = 0; i < j->level->node_count; i++)
        if (j->level->nodes[i]) {
            found = i;
            count++;
        }
    return count == 1 ? found : SIZE_MAX;
}

/* ---- several nodes -------------------------------------------------------------------------- */

/* Makes sure that each node has its next points at hand. */
static stria_status load(struct sx_iql_joiner *j, stria_error *err)
{
    for (size_t i = 0; i < j->level->node_count; i++) {
        if (j->ended[i] || (j->in[i] && j->at[i] < j->in[i]->row_count))
            continue;
        stria_status st = sx_iql_node_next(j->level->nodes[i], &j->in[i], err);
        if (st)
            return st;
        j->at[i] = 0;
        j->ended[i] = !j->in[i];
    }
    return STRIA_OK;
}

static int compare(const struct sx_iql_joiner *j, size_t a, size_t b)
{
    const struct sx_iql_points *x = j->in[a], *y = j->in[b];
    int order = x->group == y->group
                    ? 0
                    : sx_iql_group_compare(x->group, y->group, j->level->block->tag_count);
    int64_t tx = x->ts_ns[j->at[a]], ty = y->ts_ns[j->at[b]];
    if (order == 0)
        order = (tx > ty) - (tx < ty);
    return j->level->frame.ascending ? order : -order;
}

/* The node whose next point comes first; SIZE_MAX: all have ended. */
static size_t first_node(const struct sx_iql_joiner *j)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < j->level->node_count; i++)
        if (!j->ended[i] && (first == SIZE_MAX || compare(j, i, first) < 0))
            first = i;
    return first;
}

/* Whether all nodes that go on have batches of the same times, from their beginning. */
static bool same_times(const struct sx_iql_joiner *j)
{
    const struct sx_iql_points *first = NULL;
    for (size_t i = 0; i < j->level->node_count; i++) {
        const struct sx_iql_points *in = j->in[i];
        if (j->ended[i])
            continue;
        if (j->at[i] ||
            (first && (in->group != first->group || in->row_count != first->row_count ||
                       memcmp(in->ts_ns, first->ts_ns, in->row_count * sizeof *in->ts_ns) != 0)))
            return false;
        first = in;
    }
    return first != NULL;
}

static void clear_symbols(struct sx_iql_joiner *j)
{
    for (size_t i = 0; i < j->symbol_count; i++) {
        memset(j->symbols[i].present, 0, SX_VECTOR_WORDS * sizeof *j->symbols[i].present);
        j->vectors[i] = (struct sx_vector){.type = j->symbols[i].type,
                                           .values = j->symbols[i].values,
                                           .present = j->symbols[i].present};
    }
}

static stria_status join_same(struct sx_iql_joiner *j, const struct sx_iql_joined **joined,
                              stria_error *err)
{
    const struct sx_iql_points *any = NULL;
    for (size_t i = 0; i < j->level->node_count; i++) {
        if (j->ended[i])
            continue;
        any = j->in[i];
        j->vectors[i] = any->value;
        j->at[i] = any->row_count;
    }
    assert(any); /* same_times() found one */
    return finish(j, any->group, any->ts_ns, any->row_count, joined, err);
}

/* Takes the points of one time into row `row`; *spent: a batch is used up. */
static void join_row(struct sx_iql_joiner *j, size_t first, uint32_t row, bool *spent)
{
    const struct sx_iql_group *group = j->in[first]->group;
    int64_t ts = j->in[first]->ts_ns[j->at[first]];
    j->ts_ns[row] = ts;
    for (size_t i = 0; i < j->level->node_count; i++) {
        const struct sx_iql_points *in = j->in[i];
        if (j->ended[i] || in->group != group || in->ts_ns[j->at[i]] != ts)
            continue;
        const void *value = sx_iql_point_value(in, j->at[i]);
        size_t size = sx_type_size(j->symbols[i].type);
        if (value) {
            memcpy(j->symbols[i].values + row * size, value, size);
            sx_bit_set(j->symbols[i].present, row);
        }
        j->at[i]++;
        *spent = *spent || j->at[i] == in->row_count;
    }
}

static stria_status join_rows(struct sx_iql_joiner *j, const struct sx_iql_joined **joined,
                              stria_error *err)
{
    const struct sx_iql_group *group = NULL;
    uint32_t row_count = 0;
    bool spent = false;
    while (row_count < SX_VECTOR_MAX && !spent) {
        size_t first = first_node(j);
        if (first == SIZE_MAX || (group && j->in[first]->group != group))
            break;
        group = j->in[first]->group;
        join_row(j, first, row_count++, &spent);
    }
    return row_count ? finish(j, group, j->ts_ns, row_count, joined, err) : STRIA_OK;
}

stria_status sx_iql_joiner_next(struct sx_iql_joiner *j, const struct sx_iql_joined **joined,
                                stria_error *err)
{
    size_t only = only_node(j);
    *joined = NULL;
    if (only != SIZE_MAX) {
        const struct sx_iql_points *points;
        clear_symbols(j);
        stria_status st = sx_iql_node_next(j->level->nodes[only], &points, err);
        return st || !points ? st : pass(j, only, points, joined, err);
    }
    stria_status st = load(j, err);
    if (st)
        return st;
    clear_symbols(j);
    return same_times(j) ? join_same(j, joined, err) : join_rows(j, joined, err);
}
