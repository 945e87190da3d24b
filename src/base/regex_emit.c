/* SPDX-License-Identifier: Apache-2.0 */
/* regex_emit.c -- a tree as a pattern of PCRE2 that means the same.
 *
 * Why         The two syntaxes share most of their looks and not all of their meaning (\s, \v, \C,
 *             $, classes): so nothing of the user's pattern reaches PCRE2 as it was written.
 * Format      Letters, digits and what is not ASCII stand for themselves, all else as \x{..};
 *             classes as ranges of \x{..}; anchors as \A \z (?m:^) (?m:$). (?i)a.b-$ ->
 *             (?i)a.b\x{2d}\z
 * Limits      Recursion as deep as the tree, SX_REGEX_DEPTH_MAX groups. */
#include "base/regex_priv.h"
#include "base/utf8.h"

#define SURROGATE_FIRST 0xd800u /* PCRE2 refuses them; no UTF-8 text has any */
#define SURROGATE_LAST 0xdfffu
#define NOTHING "[^\\x{0}-\\x{10ffff}]" /* never matches */

static void put_hex(struct sx_buf *out, uint32_t rune)
{
    sx_buf_printf(out, "\\x{%x}", (unsigned)rune);
}

static void put_literal(struct sx_buf *out, uint32_t rune)
{
    uint8_t text[SX_RUNE_SIZE_MAX];
    uint32_t lower = rune | 0x20;
    if (rune >= SURROGATE_FIRST && rune <= SURROGATE_LAST)
        sx_buf_put_text(out, NOTHING);
    else if (rune >= 0x80 || (lower >= 'a' && lower <= 'z') || (rune >= '0' && rune <= '9'))
        sx_buf_put(out, text, sx_utf8_encode(text, rune));
    else
        put_hex(out, rune);
}

static void put_item(struct sx_buf *out, const struct sx_regex_item *item)
{
    if (item->property) {
        sx_buf_put_text(out, item->negated ? "\\P{" : "\\p{");
        sx_buf_put_text(out, item->property);
        sx_buf_put_u8(out, '}');
        return;
    }
    uint32_t first = item->first, last = item->last;
    if (first >= SURROGATE_FIRST && first <= SURROGATE_LAST)
        first = SURROGATE_LAST + 1;
    if (last >= SURROGATE_FIRST && last <= SURROGATE_LAST)
        last = SURROGATE_FIRST - 1;
    if (first > last)
        return;
    put_hex(out, first);
    if (last > first) {
        sx_buf_put_u8(out, '-');
        put_hex(out, last);
    }
}

static bool is_surrogates(const struct sx_regex_item *item)
{
    return !item->property && item->first >= SURROGATE_FIRST && item->last <= SURROGATE_LAST;
}

static void put_class(struct sx_buf *out, const struct sx_regex_node *node)
{
    const struct sx_regex_item *item = node->as.items;
    while (item && is_surrogates(item))
        item = item->next;
    if (!item) { /* nothing to list, which a class of PCRE2 cannot say */
        sx_buf_put_text(out, node->negated ? "(?s:.)" : NOTHING);
        return;
    }
    sx_buf_put_text(out, node->negated ? "[^" : "[");
    for (; item; item = item->next)
        put_item(out, item);
    sx_buf_put_u8(out, ']');
}

/* Whether a quantifier behind the node's text would apply to all of it, and may stand there. */
static bool is_one_atom(const struct sx_regex_node *node)
{
    return node->op == SX_REGEX_LITERAL || node->op == SX_REGEX_CLASS || node->op == SX_REGEX_ANY ||
           node->op == SX_REGEX_ANY_BUT_LF;
}

static void put_node(struct sx_buf *out, const struct sx_regex_node *node, bool fold);

static void put_in_group(struct sx_buf *out, const struct sx_regex_node *node, bool fold)
{
    sx_buf_put_text(out, "(?:");
    put_node(out, node, fold);
    sx_buf_put_u8(out, ')');
}

static void put_repeat(struct sx_buf *out, const struct sx_regex_node *node, bool fold)
{
    const struct sx_regex_node *child = node->as.many.child;
    if (is_one_atom(child))
        put_node(out, child, fold);
    else
        put_in_group(out, child, fold);
    if (node->as.many.max == SX_REGEX_ENDLESS)
        sx_buf_printf(out, "{%d,}", node->as.many.min);
    else
        sx_buf_printf(out, "{%d,%d}", node->as.many.min, node->as.many.max);
    if (node->lazy)
        sx_buf_put_u8(out, '?');
}

static void put_many(struct sx_buf *out, const struct sx_regex_node *node, bool fold)
{
    const char *between = node->op == SX_REGEX_ALTERNATE ? "|" : "";
    for (const struct sx_regex_node *n = node->as.many.child; n; n = n->next) {
        if (n->op == SX_REGEX_ALTERNATE)
            put_in_group(out, n, fold);
        else
            put_node(out, n, fold);
        if (n->next)
            sx_buf_put_text(out, between);
    }
}

/* Whether ignoring case could change what a node matches. */
static bool has_case(const struct sx_regex_node *node)
{
    uint32_t lower = node->as.rune | 0x20;
    return node->op == SX_REGEX_CLASS || node->as.rune >= 0x80 || (lower >= 'a' && lower <= 'z');
}

/* One character, where `fold` is what holds around it. */
static void put_character(struct sx_buf *out, const struct sx_regex_node *node, bool fold)
{
    bool other = node->fold != fold && has_case(node);
    if (other)
        sx_buf_put_text(out, node->fold ? "(?i:" : "(?-i:");
    if (node->op == SX_REGEX_LITERAL)
        put_literal(out, node->as.rune);
    else
        put_class(out, node);
    if (other)
        sx_buf_put_u8(out, ')');
}

static void put_node(struct sx_buf *out, const struct sx_regex_node *node, bool fold)
{
    static const char *const texts[] = {
        [SX_REGEX_EMPTY] = "(?:)",       [SX_REGEX_ANY] = "(?s:.)",
        [SX_REGEX_ANY_BUT_LF] = ".",     [SX_REGEX_BEGIN_TEXT] = "\\A",
        [SX_REGEX_END_TEXT] = "\\z",     [SX_REGEX_BEGIN_LINE] = "(?m:^)",
        [SX_REGEX_END_LINE] = "(?m:$)",  [SX_REGEX_WORD_EDGE] = "\\b",
        [SX_REGEX_NO_WORD_EDGE] = "\\B",
    };
    switch (node->op) {
    case SX_REGEX_LITERAL:
    case SX_REGEX_CLASS:
        put_character(out, node, fold);
        break;
    case SX_REGEX_REPEAT:
        put_repeat(out, node, fold);
        break;
    case SX_REGEX_CONCAT:
    case SX_REGEX_ALTERNATE:
        put_many(out, node, fold);
        break;
    default:
        sx_buf_put_text(out, texts[node->op]);
    }
}

/* Whether the first character of the tree ignores case: then the whole is begun so, and only what
 * differs is marked. */
static bool begins_folded(const struct sx_regex_node *node)
{
    while (node && (node->op == SX_REGEX_REPEAT || node->op == SX_REGEX_CONCAT ||
                    node->op == SX_REGEX_ALTERNATE)) {
        const struct sx_regex_node *n = node->as.many.child;
        while (n->next && (n->op == SX_REGEX_BEGIN_TEXT || n->op == SX_REGEX_BEGIN_LINE))
            n = n->next;
        node = n;
    }
    return node->fold;
}

void sx_regex_emit(struct sx_buf *out, const struct sx_regex_node *node)
{
    bool fold = begins_folded(node);
    if (fold)
        sx_buf_put_text(out, "(?i)");
    put_node(out, node, fold);
}
