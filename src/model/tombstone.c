/* SPDX-License-Identifier: Apache-2.0 */
/* tombstone.c -- see tombstone.h. */
#include "model/tombstone.h"

#include "base/error.h"
#include "base/varint.h"
#include "model/series_key.h"

/* ---- conditions as bytes ---- */

void sx_tag_expr_put(struct sx_buf *out, const struct sx_tag_expr *expr)
{
    static const struct sx_tag_expr everything = {.kind = SX_TAG_TRUE};
    if (!expr)
        expr = &everything;
    sx_buf_put_u8(out, (uint8_t)expr->kind);
    if (expr->kind == SX_TAG_AND || expr->kind == SX_TAG_OR) {
        sx_tag_expr_put(out, expr->left);
        sx_tag_expr_put(out, expr->right);
    } else if (expr->kind == SX_TAG_MATCH) {
        bool regex = expr->op == STRIA_MATCH_REGEX || expr->op == STRIA_MATCH_NOT_REGEX;
        sx_buf_put_u8(out, (uint8_t)expr->op);
        sx_buf_put_sized(out, expr->key);
        sx_buf_put_sized(out, regex && expr->regex ? sx_regex_pattern(expr->regex) : expr->value);
    }
}

struct taking {
    struct sx_arena *arena;
    struct sx_bytes *in;
    unsigned count;
    bool refused; /* by the memory, not for what is stored */
};

static bool take_text(struct taking *t, struct sx_bytes *out)
{
    struct sx_bytes text;
    if (!sx_sized_get(t->in, &text))
        return false;
    *out = sx_arena_dup(t->arena, text);
    t->refused = t->refused || !out->ptr;
    return out->ptr != NULL;
}

static struct sx_tag_expr *take_expr(struct taking *t, unsigned depth)
{
    struct sx_bytes head;
    if (depth > SX_TAG_EXPR_DEPTH_MAX || ++t->count > SX_TAG_EXPR_COUNT_MAX ||
        !sx_bytes_take(t->in, 1, &head) || head.ptr[0] > SX_TAG_MATCH)
        return NULL;
    struct sx_tag_expr *expr = sx_arena_zalloc(t->arena, sizeof *expr);
    if (!expr) {
        t->refused = true;
        return NULL;
    }
    expr->kind = (enum sx_tag_expr_kind)head.ptr[0];
    if (expr->kind == SX_TAG_AND || expr->kind == SX_TAG_OR) {
        expr->left = take_expr(t, depth + 1);
        expr->right = expr->left ? take_expr(t, depth + 1) : NULL;
        return expr->right ? expr : NULL;
    }
    if (expr->kind != SX_TAG_MATCH)
        return expr;
    if (!sx_bytes_take(t->in, 1, &head) || head.ptr[0] > STRIA_MATCH_NOT_REGEX)
        return NULL;
    expr->op = (stria_match_op)head.ptr[0];
    return take_text(t, &expr->key) && take_text(t, &expr->value) ? expr : NULL;
}

static bool fits(const struct sx_tag_expr *expr, unsigned depth, unsigned *count)
{
    if (depth > SX_TAG_EXPR_DEPTH_MAX || ++*count > SX_TAG_EXPR_COUNT_MAX)
        return false;
    if (expr->kind != SX_TAG_AND && expr->kind != SX_TAG_OR)
        return true;
    return fits(expr->left, depth + 1, count) && fits(expr->right, depth + 1, count);
}

bool sx_tag_expr_fits(const struct sx_tag_expr *expr)
{
    unsigned count = 0;
    return !expr || fits(expr, 0, &count);
}

stria_status sx_tag_expr_take(struct sx_arena *arena, struct sx_bytes *in,
                              const struct sx_tag_expr **expr, stria_error *err)
{
    struct taking t = {.arena = arena, .in = in};
    *expr = take_expr(&t, 0);
    if (t.refused)
        return sx_mem_refused(arena->mem, sizeof **expr, err);
    return *expr ? STRIA_OK : sx_fail(err, STRIA_CORRUPT, "the condition is damaged");
}

/* ---- lists ---- */

static stria_status compile(struct sx_tombstone_room *room, struct sx_bytes pattern,
                            const struct sx_regex **regex, stria_error *err)
{
    if (!SX_GROW(room->mem, room->regexes, room->regex_capacity, room->regex_count + 1))
        return sx_mem_refused(room->mem, sizeof *room->regexes, err);
    stria_status st = sx_regex_create(room->mem, pattern, &room->regexes[room->regex_count], err);
    if (!st)
        *regex = room->regexes[room->regex_count++];
    return st;
}

static stria_status copy_expr(struct sx_tombstone_room *room, const struct sx_tag_expr *from,
                              const struct sx_tag_expr **out, stria_error *err)
{
    struct sx_tag_expr *expr = sx_arena_zalloc(&room->arena, sizeof *expr);
    stria_status st = STRIA_OK;
    if (!expr)
        return sx_mem_refused(room->mem, sizeof *expr, err);
    *out = expr;
    *expr = *from;
    expr->regex = NULL;
    if (from->kind == SX_TAG_AND || from->kind == SX_TAG_OR) {
        st = copy_expr(room, from->left, &expr->left, err);
        return st ? st : copy_expr(room, from->right, &expr->right, err);
    }
    if (from->kind != SX_TAG_MATCH)
        return STRIA_OK;
    bool regex = from->op == STRIA_MATCH_REGEX || from->op == STRIA_MATCH_NOT_REGEX;
    struct sx_bytes value = regex && from->regex ? sx_regex_pattern(from->regex) : from->value;
    expr->key = sx_arena_dup(&room->arena, from->key);
    expr->value = sx_arena_dup(&room->arena, value);
    if (!expr->key.ptr || !expr->value.ptr)
        return sx_mem_refused(room->mem, value.len, err);
    return regex ? compile(room, expr->value, &expr->regex, err) : STRIA_OK;
}

static stria_status copy_item(struct sx_tombstone_room *room, const struct sx_tombstone *from,
                              stria_error *err)
{
    struct sx_tombstone *item = &room->items[room->count];
    stria_status st = STRIA_OK;
    *item = *from;
    item->compiled = NULL;
    item->tags = NULL;
    item->measurement = sx_arena_dup(&room->arena, from->measurement);
    if (!item->measurement.ptr)
        return sx_mem_refused(room->mem, from->measurement.len, err);
    if (from->measurement_regex.ptr) {
        item->measurement_regex = sx_arena_dup(&room->arena, from->measurement_regex);
        if (!item->measurement_regex.ptr)
            return sx_mem_refused(room->mem, from->measurement_regex.len, err);
        st = compile(room, item->measurement_regex, &item->compiled, err);
    }
    if (!st && from->tags && from->tags->kind != SX_TAG_TRUE)
        st = copy_expr(room, from->tags, &item->tags, err);
    if (!st)
        room->count++;
    return st;
}

static bool dropped(uint64_t id, const uint64_t *drop, size_t drop_count)
{
    for (size_t i = 0; i < drop_count; i++)
        if (drop[i] == id)
            return true;
    return false;
}

static struct sx_tombstone_room *room_create(struct sx_mem *mem, size_t capacity)
{
    struct sx_tombstone_room *room = sx_mem_zalloc(mem, sizeof *room);
    if (!room)
        return NULL;
    atomic_init(&room->reference_count, 1);
    room->mem = mem;
    room->capacity = capacity;
    sx_arena_init(&room->arena, mem, 1024);
    room->items = sx_arena_array(&room->arena, capacity, sizeof *room->items);
    if (room->items)
        return room;
    sx_arena_deinit(&room->arena);
    sx_mem_free(mem, room);
    return NULL;
}

static void room_release(struct sx_tombstone_room *room)
{
    if (!room || atomic_fetch_sub_explicit(&room->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = room->mem;
    for (size_t i = 0; i < room->regex_count; i++)
        sx_regex_destroy(room->regexes[i]);
    sx_mem_free(mem, room->regexes);
    sx_arena_deinit(&room->arena);
    sx_mem_free(mem, room);
}

/* A room with what stays of `from`, and as much again. */
static stria_status copy_room(struct sx_mem *mem, const struct sx_tombstones *from,
                              const uint64_t *drop, size_t drop_count,
                              struct sx_tombstone_room **out, stria_error *err)
{
    size_t count = from ? from->count : 0, capacity = SX_MAX(2 * count, 4);
    struct sx_tombstone_room *room = room_create(mem, capacity);
    stria_status st = STRIA_OK;
    *out = room;
    if (!room)
        return sx_mem_refused(mem, capacity * sizeof *room->items, err);
    for (size_t i = 0; i < count && !st; i++)
        if (!dropped(from->items[i].id, drop, drop_count))
            st = copy_item(room, &from->items[i], err);
    return st;
}

stria_status sx_tombstones_copy(struct sx_mem *mem, const struct sx_tombstones *from,
                                const struct sx_tombstone *more, const uint64_t *drop,
                                size_t drop_count, struct sx_tombstones **out, stria_error *err)
{
    struct sx_tombstones *list = sx_mem_zalloc(mem, sizeof *list);
    stria_status st = STRIA_OK;
    *out = NULL;
    if (!list)
        return sx_mem_refused(mem, sizeof *list, err);
    atomic_init(&list->reference_count, 1);
    list->mem = mem;
    /* Nobody looks behind the end of a list: the longest one may be followed by another item. */
    bool shared = from && more && !drop_count && from->count == from->room->count &&
                  from->room->count < from->room->capacity;
    if (shared) {
        list->room = from->room;
        atomic_fetch_add_explicit(&list->room->reference_count, 1, memory_order_relaxed);
    } else {
        st = copy_room(mem, from, drop, drop_count, &list->room, err);
    }
    if (!st && more)
        st = copy_item(list->room, more, err);
    if (st) {
        sx_tombstones_release(list);
        return st;
    }
    list->items = list->room->items;
    list->count = list->room->count;
    *out = list;
    return STRIA_OK;
}

struct sx_tombstones *sx_tombstones_acquire(struct sx_tombstones *list)
{
    if (list)
        atomic_fetch_add_explicit(&list->reference_count, 1, memory_order_relaxed);
    return list;
}

void sx_tombstones_release(struct sx_tombstones *list)
{
    if (!list || atomic_fetch_sub_explicit(&list->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = list->mem;
    room_release(list->room);
    sx_mem_free(mem, list);
}

/* ---- matching ---- */

struct match {
    struct sx_bytes tags; /* of the key: escaped pairs */
    struct sx_regex_scratch *scratch;
    struct sx_buf *text;
};

/* The plain text of an escaped part, in m->text. */
static stria_status plain(struct match *m, struct sx_bytes part, struct sx_bytes *text,
                          stria_error *err)
{
    sx_buf_clear(m->text);
    if (!sx_buf_reserve(m->text, part.len + 1))
        return sx_buf_refused(m->text, "tag", err);
    *text = sx_key_text(part, m->text->ptr);
    return STRIA_OK;
}

/* The plain value of a tag; empty when the series lacks it. */
static stria_status tag_value(struct match *m, struct sx_bytes name, struct sx_bytes *value,
                              stria_error *err)
{
    struct sx_bytes rest = m->tags, key, part;
    *value = (struct sx_bytes){0};
    while (sx_key_take(&rest, &key) && sx_key_take(&rest, &part)) {
        struct sx_bytes text = {0};
        stria_status st = plain(m, key, &text, err);
        if (st)
            return st;
        if (sx_bytes_equal(text, name))
            return plain(m, part, value, err);
    }
    return STRIA_OK;
}

static stria_status expr_matches(struct match *m, const struct sx_tag_expr *expr, bool *matches,
                                 stria_error *err)
{
    struct sx_bytes value;
    stria_status st;
    switch (expr->kind) {
    case SX_TAG_TRUE:
    case SX_TAG_FALSE:
        *matches = expr->kind == SX_TAG_TRUE;
        return STRIA_OK;
    case SX_TAG_AND:
    case SX_TAG_OR:
        st = expr_matches(m, expr->left, matches, err);
        if (st || *matches == (expr->kind == SX_TAG_OR))
            return st;
        return expr_matches(m, expr->right, matches, err);
    case SX_TAG_MATCH:
        break;
    }
    st = tag_value(m, expr->key, &value, err);
    if (st)
        return st;
    if (expr->op == STRIA_MATCH_EQUAL || expr->op == STRIA_MATCH_NOT_EQUAL) {
        *matches = sx_bytes_equal(value, expr->value) == (expr->op == STRIA_MATCH_EQUAL);
        return STRIA_OK;
    }
    st = sx_regex_match(expr->regex, m->scratch, value, matches, err);
    *matches = *matches == (expr->op == STRIA_MATCH_REGEX);
    return st;
}

stria_status sx_tombstone_matches(const struct sx_tombstone *t, struct sx_bytes key,
                                  struct sx_regex_scratch *scratch, struct sx_buf *text,
                                  bool *matches, stria_error *err)
{
    struct match m = {.scratch = scratch, .text = text};
    struct sx_bytes part, name;
    *matches = true;
    if (!sx_key_take(&key, &part))
        return STRIA_OK;
    m.tags = key;
    if (!t->all_measurements) {
        stria_status st = plain(&m, part, &name, err);
        if (!st && t->compiled) {
            st = sx_regex_match(t->compiled, scratch, name, matches, err);
            *matches = *matches != t->measurement_regex_not;
        } else if (!st) {
            *matches = sx_bytes_equal(name, t->measurement);
        }
        if (st || !*matches)
            return st;
    }
    return t->tags ? expr_matches(&m, t->tags, matches, err) : STRIA_OK;
}
