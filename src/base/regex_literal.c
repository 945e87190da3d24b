/* SPDX-License-Identifier: Apache-2.0 */
/* regex_literal.c -- what of a pattern are plain texts.
 *
 * Why         Dashboards mostly ask for ^web1$ or ^(web1|web2|...)$, or for everything: those are
 *             looked up in an index instead of being tried on every value.
 * Algorithm   Each node is turned into the set of texts it may match, up to limits. A text knows
 *             whether it must stand at the beginning, at the end, and whether it is open: something
 *             that is not plain may follow. Two sets in a row make all pairs, where an open text
 *             takes nothing more, and an end before more text, or a beginning behind some, cannot
 *             be. ^(a|b)c.*$ -> {beginning "ac" open, beginning "bc" open}: general, prefix "".
 *             ^we(b1|b2)$ -> {beginning "web1" end, beginning "web2" end}: literals. */
#include "base/regex_priv.h"
#include "base/sort.h"
#include "base/utf8.h"

#define TEXTS_MAX 4096
#define TEXTS_SIZE_MAX ((size_t)512 << 10) /* bytes of all the texts of a set */
#define CLASS_TEXTS_MAX 16
#define REPEAT_TEXTS_MAX 16             /* repetitions written out */
#define WORK_SIZE_MAX ((size_t)8 << 20) /* bytes of all sets ever made of one pattern */

struct text {
    struct sx_bytes bytes;
    bool begin, end, open;
};

struct set {
    struct text *texts;
    size_t count;
};

struct state {
    struct sx_arena *arena;
    size_t work_size;
    bool no_memory;
};

/* A set of one text. */
static struct set one(struct state *s, struct text text)
{
    struct set set = {.texts = sx_arena_alloc(s->arena, sizeof *set.texts), .count = 1};
    if (!set.texts)
        return s->no_memory = true, (struct set){0};
    set.texts[0] = text;
    return set;
}

/* Anything may match. */
static struct set unknown(struct state *s)
{
    return one(s, (struct text){.open = true});
}

static bool fits(struct state *s, size_t count, size_t size)
{
    s->work_size += size + count * sizeof(struct text);
    return !s->no_memory && count <= TEXTS_MAX && size <= TEXTS_SIZE_MAX &&
           s->work_size <= WORK_SIZE_MAX;
}

static size_t size_of(const struct set *set)
{
    size_t size = 0;
    for (size_t i = 0; i < set->count; i++)
        size += set->texts[i].bytes.len;
    return size;
}

/* What all texts of a set begin with; only bytes up to the last whole code point. */
static struct sx_bytes common_prefix(const struct set *set)
{
    if (!set->count)
        return (struct sx_bytes){0};
    struct sx_bytes prefix = set->texts[0].bytes;
    for (size_t i = 1; i < set->count; i++) {
        struct sx_bytes other = set->texts[i].bytes;
        size_t len = 0;
        while (len < SX_MIN(prefix.len, other.len) && prefix.ptr[len] == other.ptr[len])
            len++;
        prefix.len = len;
    }
    while (prefix.len && !sx_utf8_valid(prefix))
        prefix.len--;
    return prefix;
}

/* A set that became too large: what its texts have in common, open. */
static struct set shrink(struct state *s, const struct set *set)
{
    struct text text = {.bytes = common_prefix(set), .begin = set->count > 0, .open = true};
    for (size_t i = 0; i < set->count; i++)
        text.begin = text.begin && set->texts[i].begin;
    return one(s, text);
}

static struct sx_bytes joined(struct state *s, struct sx_bytes a, struct sx_bytes b)
{
    if (!a.len || !b.len)
        return a.len ? a : b;
    uint8_t *copy = sx_arena_alloc(s->arena, a.len + b.len);
    if (!copy) {
        s->no_memory = true;
        return (struct sx_bytes){0};
    }
    memcpy(copy, a.ptr, a.len);
    memcpy(copy + a.len, b.ptr, b.len);
    return sx_bytes_make(copy, a.len + b.len);
}

/* a, then b. */
static struct set product(struct state *s, const struct set *a, const struct set *b)
{
    size_t open = 0;
    for (size_t i = 0; i < a->count; i++)
        open += a->texts[i].open;
    size_t count = open + (a->count - open) * b->count;
    if (!fits(s, count, size_of(a) * (b->count + 1) + size_of(b) * a->count))
        return shrink(s, a);
    struct set set = {.texts = sx_arena_array(s->arena, count + 1, sizeof *set.texts)};
    if (!set.texts)
        return s->no_memory = true, (struct set){0};
    for (size_t i = 0; i < a->count; i++) {
        const struct text *x = &a->texts[i];
        if (x->open) {
            set.texts[set.count++] = *x;
            continue;
        }
        for (size_t j = 0; j < b->count; j++) {
            const struct text *y = &b->texts[j];
            /* A text is whole only if nothing can stand before or behind where it must not. */
            if ((x->end && y->bytes.len) || (y->begin && x->bytes.len))
                continue;
            set.texts[set.count++] = (struct text){
                .bytes = joined(s, x->bytes, y->bytes),
                .begin = x->begin || y->begin,
                .end = x->end || y->end,
                .open = y->open,
            };
        }
    }
    return set;
}

static struct set of_node(struct state *s, const struct sx_regex_node *node);

static struct set of_alternate(struct state *s, const struct sx_regex_node *node)
{
    size_t count = 0, capacity = 0, size = 0;
    struct set set = {0};
    for (const struct sx_regex_node *n = node->as.many.child; n; n = n->next)
        capacity++;
    if (!fits(s, capacity, 0))
        return unknown(s);
    struct set *sets = sx_arena_array(s->arena, capacity, sizeof *sets);
    if (!sets)
        return s->no_memory = true, set;
    capacity = 0;
    for (const struct sx_regex_node *n = node->as.many.child; n; n = n->next, count++) {
        sets[count] = of_node(s, n);
        capacity += sets[count].count;
        size += size_of(&sets[count]);
    }
    if (!fits(s, capacity, size))
        return unknown(s);
    set.texts = sx_arena_array(s->arena, capacity + 1, sizeof *set.texts);
    if (!set.texts)
        return s->no_memory = true, set;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sets[i].count; j++)
            set.texts[set.count++] = sets[i].texts[j];
    return set;
}

/* Whether a node matches the bytes of its code point, and nothing else. U+FFFD also stands for
 * bytes that are not UTF-8, and surrogates for nothing. */
static bool is_plain(const struct sx_regex_node *node)
{
    uint32_t rune = node->as.rune;
    return node->op == SX_REGEX_LITERAL && !node->fold && rune != SX_RUNE_ERROR &&
           (rune < 0xd800 || rune > 0xdfff);
}

/* `count` plain nodes in a row as one text. */
static struct set of_plain(struct state *s, const struct sx_regex_node *node, size_t count)
{
    size_t size = 0;
    uint8_t *bytes = sx_arena_array(s->arena, count, SX_RUNE_SIZE_MAX);
    if (!bytes)
        return s->no_memory = true, (struct set){0};
    for (; count; count--, node = node->next)
        size += sx_utf8_encode(bytes + size, node->as.rune);
    return one(s, (struct text){.bytes = sx_bytes_make(bytes, size)});
}

static struct set of_concat(struct state *s, const struct sx_regex_node *node)
{
    struct set set = one(s, (struct text){0});
    const struct sx_regex_node *n = node->as.many.child;
    while (n && !s->no_memory) {
        const struct sx_regex_node *first = n;
        size_t count = 0;
        for (; n && is_plain(n); n = n->next)
            count++;
        struct set next = count ? of_plain(s, first, count) : of_node(s, first);
        set = product(s, &set, &next);
        n = count ? n : first->next;
    }
    return set;
}

static struct set of_repeat(struct state *s, const struct sx_regex_node *node)
{
    int min = node->as.many.min, max = node->as.many.max;
    struct set child = of_node(s, node->as.many.child), set = one(s, (struct text){0});
    for (int i = 0; i < min && i < REPEAT_TEXTS_MAX && !s->no_memory; i++)
        set = product(s, &set, &child);
    if (min == max && min <= REPEAT_TEXTS_MAX)
        return set;
    if (min == 0 && max == 1) { /* none, or one */
        struct text *texts = sx_arena_array(s->arena, child.count + 1, sizeof *texts);
        if (!texts)
            return s->no_memory = true, set;
        if (child.count)
            memcpy(texts, child.texts, child.count * sizeof *texts);
        texts[child.count] = (struct text){0};
        return (struct set){.texts = texts, .count = child.count + 1};
    }
    struct set more = unknown(s);
    return product(s, &set, &more);
}

/* A class of a few code points. */
static struct set of_class(struct state *s, const struct sx_regex_node *node)
{
    size_t count = 0;
    if (node->negated || node->fold)
        return unknown(s);
    for (const struct sx_regex_item *item = node->as.items; item; item = item->next) {
        if (item->property || item->last - item->first >= CLASS_TEXTS_MAX)
            return unknown(s);
        count += item->last - item->first + 1;
        if (count > CLASS_TEXTS_MAX)
            return unknown(s);
    }
    struct set set = {.texts = sx_arena_array(s->arena, count + 1, sizeof *set.texts)};
    if (!set.texts)
        return s->no_memory = true, (struct set){0};
    for (const struct sx_regex_item *item = node->as.items; item; item = item->next)
        for (uint32_t rune = item->first; rune <= item->last; rune++) {
            const struct sx_regex_node literal = {.op = SX_REGEX_LITERAL, .as.rune = rune};
            if (!is_plain(&literal))
                return unknown(s);
            struct set text = of_plain(s, &literal, 1);
            if (s->no_memory)
                return set;
            set.texts[set.count++] = text.texts[0];
        }
    return set;
}

static struct set of_node(struct state *s, const struct sx_regex_node *node)
{
    switch (node->op) {
    case SX_REGEX_EMPTY:
        return one(s, (struct text){0});
    case SX_REGEX_LITERAL:
        return is_plain(node) ? of_plain(s, node, 1) : unknown(s);
    case SX_REGEX_CLASS:
        return of_class(s, node);
    case SX_REGEX_BEGIN_TEXT:
        return one(s, (struct text){.begin = true});
    case SX_REGEX_END_TEXT:
        return one(s, (struct text){.end = true});
    case SX_REGEX_REPEAT:
        return of_repeat(s, node);
    case SX_REGEX_CONCAT:
        return of_concat(s, node);
    case SX_REGEX_ALTERNATE:
        return of_alternate(s, node);
    default:
        return unknown(s);
    }
}

/* Whether the empty text before the first character (or behind the last) always matches. */
static bool matches_nothing_at(const struct sx_regex_node *node, bool end)
{
    bool all = true, any = false;
    switch (node->op) {
    case SX_REGEX_EMPTY:
        return true;
    case SX_REGEX_BEGIN_TEXT:
    case SX_REGEX_BEGIN_LINE:
        return !end;
    case SX_REGEX_END_TEXT:
    case SX_REGEX_END_LINE:
        return end;
    case SX_REGEX_REPEAT:
        return node->as.many.min == 0 || matches_nothing_at(node->as.many.child, end);
    case SX_REGEX_CONCAT:
    case SX_REGEX_ALTERNATE:
        for (const struct sx_regex_node *n = node->as.many.child; n; n = n->next) {
            bool empty = matches_nothing_at(n, end);
            all = all && empty;
            any = any || empty;
        }
        return node->op == SX_REGEX_CONCAT ? all : any;
    default:
        return false;
    }
}

/* ^.*$ and ^.+$ */
static bool is_line(const struct sx_regex_node *node, size_t *size_min)
{
    const struct sx_regex_node *begin = node->op == SX_REGEX_CONCAT ? node->as.many.child : NULL;
    const struct sx_regex_node *repeat = begin ? begin->next : NULL;
    const struct sx_regex_node *end = repeat ? repeat->next : NULL;
    if (!end || end->next || begin->op != SX_REGEX_BEGIN_TEXT || end->op != SX_REGEX_END_TEXT ||
        repeat->op != SX_REGEX_REPEAT || repeat->as.many.child->op != SX_REGEX_ANY_BUT_LF ||
        repeat->as.many.min > 1 || repeat->as.many.max != SX_REGEX_ENDLESS)
        return false;
    *size_min = (size_t)repeat->as.many.min;
    return true;
}

static int compare_bytes(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(*(const struct sx_bytes *)a, *(const struct sx_bytes *)b);
}

/* The texts of a set, sorted, none twice. */
static void list_literals(struct state *s, const struct set *set, struct sx_regex_info *info)
{
    struct sx_bytes *literals = sx_arena_array(s->arena, set->count + 1, sizeof *literals);
    size_t count = 0;
    if (!literals) {
        s->no_memory = true;
        return;
    }
    for (size_t i = 0; i < set->count; i++)
        literals[i] = set->texts[i].bytes;
    sx_sort(literals, set->count, sizeof *literals, compare_bytes, NULL);
    for (size_t i = 0; i < set->count; i++)
        if (!count || !sx_bytes_equal(literals[i], literals[count - 1]))
            literals[count++] = literals[i];
    info->kind = SX_REGEX_LITERALS;
    info->literals = literals;
    info->literal_count = count;
}

stria_status sx_regex_analyse(struct sx_arena *arena, const struct sx_regex_node *node,
                              struct sx_regex_info *info, struct sx_regex_shortcut *shortcut,
                              stria_error *err)
{
    struct state s = {.arena = arena};
    *info = (struct sx_regex_info){0};
    *shortcut = (struct sx_regex_shortcut){0};
    if (matches_nothing_at(node, false) || matches_nothing_at(node, true)) {
        info->kind = SX_REGEX_ALL;
        return STRIA_OK;
    }
    struct set set = of_node(&s, node);
    bool begin = true, whole = true;
    for (size_t i = 0; i < set.count; i++) {
        begin = begin && set.texts[i].begin;
        whole = whole && set.texts[i].begin && set.texts[i].end && !set.texts[i].open;
    }
    if (begin)
        info->prefix = common_prefix(&set);
    if (whole && !s.no_memory)
        list_literals(&s, &set, info);
    else if (set.count == 1 && !begin && !set.texts[0].end && !set.texts[0].open)
        *shortcut =
            (struct sx_regex_shortcut){.by = SX_REGEX_BY_CONTENT, .content = set.texts[0].bytes};
    else if (is_line(node, &shortcut->size_min))
        shortcut->by = SX_REGEX_BY_LINE;
    return s.no_memory ? sx_mem_refused(arena->mem, sizeof(struct text), err) : STRIA_OK;
}
