/* SPDX-License-Identifier: Apache-2.0 */
/* regex_parse.c -- a pattern in RE2's syntax as a tree.
 *
 * Source      Go's regexp/syntax: what is accepted, and the texts of what is not.
 * Algorithm   One pass, without recursion: a frame for each open group holds the atoms of the
 *             alternative it is in, and the alternatives before. A repetition takes the last atom.
 *             */
#include "base/error.h"
#include "base/regex_priv.h"
#include "base/utf8.h"

#define REPEAT_MAX 1000 /* of one, and of all around one atom multiplied */
#define TOO_LARGE 100000000

/* Nodes in order. */
struct list {
    struct sx_regex_node *head;
    struct sx_regex_node **last; /* where the last one hangs; NULL: there is none */
    size_t count;
};

struct frame {
    struct frame *outer;
    unsigned flags; /* before the group */
    struct list atoms, alternatives;
};

struct state {
    struct sx_regex_parser parser;
    struct frame *frame;
    size_t depth;
    const uint8_t *repeat; /* the repetition just before p, if there is one; else NULL */
};

stria_status sx_regex_fail(struct sx_regex_parser *parser, const char *what, const uint8_t *from,
                           const uint8_t *to)
{
    return sx_fail(parser->err, STRIA_SYNTAX, "error parsing regexp: %s: `%.*s`", what,
                   (int)(to - from), (const char *)from);
}

stria_status sx_regex_no_memory(struct sx_regex_parser *parser)
{
    return sx_mem_refused(parser->arena->mem, sizeof(struct sx_regex_node), parser->err);
}

stria_status sx_regex_take_rune(struct sx_regex_parser *parser, uint32_t *rune)
{
    size_t size = sx_utf8_decode(sx_bytes_make(parser->p, (size_t)(parser->end - parser->p)), rune);
    if (*rune == SX_RUNE_ERROR && size == 1)
        return sx_regex_fail(parser, "invalid UTF-8", parser->p, parser->end);
    parser->p += size;
    return STRIA_OK;
}

stria_status sx_regex_check_utf8(struct sx_regex_parser *parser, const uint8_t *from,
                                 const uint8_t *to)
{
    while (from < to) {
        uint32_t rune;
        size_t size = sx_utf8_decode(sx_bytes_make(from, (size_t)(to - from)), &rune);
        if (rune == SX_RUNE_ERROR && size == 1)
            return sx_regex_fail(parser, "invalid UTF-8", from, to);
        from += size;
    }
    return STRIA_OK;
}

/* ---- building ------------------------------------------------------------------------------- */

static void append(struct list *list, struct sx_regex_node *node)
{
    list->last = list->last ? &(*list->last)->next : &list->head;
    *list->last = node;
    list->count++;
}

static struct sx_regex_node *new_node(struct state *s, enum sx_regex_op op)
{
    struct sx_regex_node *node = sx_arena_zalloc(s->parser.arena, sizeof *node);
    if (node) {
        node->op = op;
        node->copies = 1;
    }
    return node;
}

static stria_status add_op(struct state *s, enum sx_regex_op op, struct sx_regex_node **out)
{
    struct sx_regex_node *node = new_node(s, op);
    if (!node)
        return sx_regex_no_memory(&s->parser);
    node->fold = s->parser.flags & SX_REGEX_FOLD;
    append(&s->frame->atoms, node);
    if (out)
        *out = node;
    return STRIA_OK;
}

static stria_status add_literal(struct state *s, uint32_t rune)
{
    struct sx_regex_node *node;
    stria_status st = add_op(s, SX_REGEX_LITERAL, &node);
    if (st)
        return st;
    node->as.rune = rune;
    uint32_t lower = rune | 0x20;
    if (rune < 0x80 && (lower < 'a' || lower > 'z')) /* has one case only */
        node->fold = false;
    return STRIA_OK;
}

/* One node of a list: its only one, or `op` over them; EMPTY for none. NULL: no memory. */
static struct sx_regex_node *join(struct state *s, const struct list *list, enum sx_regex_op op)
{
    if (list->count == 1)
        return list->head;
    struct sx_regex_node *node = new_node(s, list->count ? op : SX_REGEX_EMPTY);
    if (!node)
        return NULL;
    node->as.many.child = list->head;
    for (const struct sx_regex_node *n = list->head; n; n = n->next)
        node->copies = SX_MAX(node->copies, n->copies);
    return node;
}

/* Ends an alternative of the open group. */
static stria_status end_alternative(struct state *s)
{
    struct sx_regex_node *node = join(s, &s->frame->atoms, SX_REGEX_CONCAT);
    if (!node)
        return sx_regex_no_memory(&s->parser);
    s->frame->atoms = (struct list){0};
    append(&s->frame->alternatives, node);
    return STRIA_OK;
}

static stria_status open_group(struct state *s, unsigned flags)
{
    struct sx_regex_parser *p = &s->parser;
    if (++s->depth > SX_REGEX_DEPTH_MAX)
        return sx_regex_fail(p, "expression nests too deeply", p->pattern.ptr, p->end);
    struct frame *frame = sx_arena_zalloc(p->arena, sizeof *frame);
    if (!frame)
        return sx_regex_no_memory(p);
    frame->outer = s->frame;
    frame->flags = p->flags;
    s->frame = frame;
    p->flags = flags;
    return STRIA_OK;
}

static stria_status close_group(struct state *s)
{
    struct frame *inner = s->frame;
    if (!inner->outer)
        return sx_regex_fail(&s->parser, "unexpected )", s->parser.pattern.ptr, s->parser.end);
    stria_status st = end_alternative(s);
    if (st)
        return st;
    struct sx_regex_node *node = join(s, &inner->alternatives, SX_REGEX_ALTERNATE);
    if (!node)
        return sx_regex_no_memory(&s->parser);
    s->parser.flags = inner->flags;
    s->frame = inner->outer;
    s->depth--;
    s->parser.p++;
    append(&s->frame->atoms, node);
    return STRIA_OK;
}

/* ---- repetitions ---------------------------------------------------------------------------- */

/* A number without leading zeros; -1 if it is far too large. False: none is there. */
static bool take_count(struct sx_regex_parser *p, int32_t *out)
{
    const uint8_t *q = p->p;
    int32_t v = 0;
    if (q == p->end || *q < '0' || *q > '9' ||
        (*q == '0' && p->end - q >= 2 && q[1] >= '0' && q[1] <= '9'))
        return false;
    for (; q < p->end && *q >= '0' && *q <= '9'; q++)
        v = v < 0 || v >= TOO_LARGE ? -1 : v * 10 + (*q - '0');
    p->p = q;
    *out = v;
    return true;
}

/* {min} {min,} {min,max}; false, and nothing is taken: it is none of these. A count that is too
 * large makes min -1. */
static bool take_counts(struct sx_regex_parser *p, int32_t *min, int32_t *max)
{
    const uint8_t *start = p->p++;
    bool ok = take_count(p, min);
    *max = *min;
    if (ok && p->p < p->end && *p->p == ',') {
        p->p++;
        *max = SX_REGEX_ENDLESS;
        if (p->p < p->end && *p->p != '}') {
            ok = take_count(p, max);
            if (ok && *max < 0)
                *min = -1;
        }
    }
    ok = ok && p->p < p->end && *p->p == '}';
    p->p = ok ? p->p + 1 : start;
    return ok;
}

/* Puts a REPEAT over the last atom; the repetition itself, from `start` on, has been taken. */
static stria_status repeat_last(struct state *s, int32_t min, int32_t max, const uint8_t *start)
{
    struct sx_regex_parser *p = &s->parser;
    bool lazy = p->flags & SX_REGEX_NON_GREEDY;
    if (p->p < p->end && *p->p == '?') {
        p->p++;
        lazy = !lazy;
    }
    if (s->repeat)
        return sx_regex_fail(p, "invalid nested repetition operator", s->repeat, p->p);
    struct sx_regex_node **last = s->frame->atoms.last;
    if (!last)
        return sx_regex_fail(p, "missing argument to repetition operator", start, p->p);
    struct sx_regex_node *node = new_node(s, SX_REGEX_REPEAT);
    if (!node)
        return sx_regex_no_memory(p);
    node->lazy = lazy;
    node->as.many.child = *last;
    node->as.many.min = (int16_t)min;
    node->as.many.max = (int16_t)max;
    int32_t factor = max == SX_REGEX_ENDLESS ? min : max;
    uint32_t copies = max == 0 ? 1 : (uint32_t)SX_MAX(factor, 1) * (*last)->copies;
    node->copies = (uint16_t)SX_MIN(copies, REPEAT_MAX + 1);
    *last = node;
    if ((min >= 2 || max >= 2) && copies > REPEAT_MAX)
        return sx_regex_fail(p, "invalid repeat count", start, p->p);
    s->repeat = start;
    return STRIA_OK;
}

static stria_status take_repeat(struct state *s)
{
    const uint8_t *start = s->parser.p;
    int32_t min = *start == '+', max = *start == '?' ? 1 : SX_REGEX_ENDLESS;
    if (*start == '{') {
        if (!take_counts(&s->parser, &min, &max)) {
            s->parser.p++;
            s->repeat = NULL;
            return add_literal(s, '{');
        }
        if (min < 0 || min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && min > max))
            return sx_regex_fail(&s->parser, "invalid repeat count", start, s->parser.p);
    } else {
        s->parser.p++;
    }
    return repeat_last(s, min, max, start);
}

/* ---- groups --------------------------------------------------------------------------------- */

/* "(?P<name>" or "(?<name>", of which `name` begins at `first`. */
static stria_status take_name(struct state *s, const uint8_t *first)
{
    struct sx_regex_parser *p = &s->parser;
    const uint8_t *start = p->p, *close = memchr(start, '>', (size_t)(p->end - start));
    stria_status st =
        close ? sx_regex_check_utf8(p, first, close) : sx_regex_check_utf8(p, start, p->end);
    if (st)
        return st;
    bool ok = close && close > first;
    for (const uint8_t *q = first; ok && q < close; q++)
        ok = *q == '_' || (*q >= '0' && *q <= '9') || ((*q | 0x20) >= 'a' && (*q | 0x20) <= 'z');
    if (!ok)
        return sx_regex_fail(p, "invalid named capture", start, close ? close + 1 : p->end);
    p->p = close + 1;
    return open_group(s, p->flags);
}

static unsigned flag_of(uint32_t letter)
{
    return letter == 'i'   ? SX_REGEX_FOLD
           : letter == 'm' ? SX_REGEX_LINES
           : letter == 's' ? SX_REGEX_DOT_LF
           : letter == 'U' ? SX_REGEX_NON_GREEDY
                           : 0;
}

/* What stands behind "(?": flags, then ")" or ":", or a name. */
static stria_status take_perl_group(struct state *s)
{
    struct sx_regex_parser *p = &s->parser;
    const uint8_t *start = p->p;
    size_t left = (size_t)(p->end - start);
    if (left > 4 && start[2] == 'P' && start[3] == '<')
        return take_name(s, start + 4);
    if (left > 3 && start[2] == '<')
        return take_name(s, start + 3);
    unsigned flags = p->flags;
    bool negative = false, any = false;
    p->p += 2;
    while (p->p < p->end) {
        uint32_t c;
        stria_status st = sx_regex_take_rune(p, &c);
        if (st)
            return st;
        unsigned flag = flag_of(c);
        if (flag) {
            flags = negative ? flags & ~flag : flags | flag;
            any = true;
        } else if (c == '-' && !negative) {
            negative = true;
            any = false;
        } else if ((c == ':' || c == ')') && (any || !negative)) {
            if (c == ':')
                return open_group(s, flags);
            p->flags = flags;
            return STRIA_OK;
        } else {
            break;
        }
    }
    return sx_regex_fail(p, "invalid or unsupported Perl syntax", start, p->p);
}

/* ---- the pattern ---------------------------------------------------------------------------- */

/* \Q...\E: the text is taken as it stands; without an end it goes on to the end. */
static stria_status take_quoted(struct state *s)
{
    struct sx_regex_parser *p = &s->parser;
    const uint8_t *end = p->end, *close = p->p += 2;
    while (close < end && !(end - close >= 2 && close[0] == '\\' && close[1] == 'E'))
        close++;
    p->end = close;
    while (p->p < close) {
        uint32_t rune;
        stria_status st = sx_regex_take_rune(p, &rune);
        if (!st)
            st = add_literal(s, rune);
        if (st)
            return st;
    }
    p->end = end;
    p->p += close < end ? 2 : 0;
    return STRIA_OK;
}

static stria_status take_backslash(struct state *s)
{
    struct sx_regex_parser *p = &s->parser;
    uint8_t letter = p->end - p->p >= 2 ? p->p[1] : 0;
    enum sx_regex_op op = letter == 'A'   ? SX_REGEX_BEGIN_TEXT
                          : letter == 'b' ? SX_REGEX_WORD_EDGE
                          : letter == 'B' ? SX_REGEX_NO_WORD_EDGE
                          : letter == 'z' ? SX_REGEX_END_TEXT
                                          : SX_REGEX_EMPTY;
    if (op != SX_REGEX_EMPTY) {
        p->p += 2;
        return add_op(s, op, NULL);
    }
    if (letter == 'Q')
        return take_quoted(s);
    const struct sx_regex_item *items = NULL;
    bool taken;
    stria_status st = sx_regex_take_group(p, &taken, &items);
    if (st)
        return st;
    if (taken) {
        struct sx_regex_node *node;
        st = add_op(s, SX_REGEX_CLASS, &node);
        if (st)
            return st;
        node->fold = false; /* groups are folded already */
        node->as.items = items;
        return STRIA_OK;
    }
    uint32_t rune;
    st = sx_regex_take_escape(p, &rune);
    return st ? st : add_literal(s, rune);
}

static stria_status take_class(struct state *s)
{
    struct sx_regex_node *node;
    stria_status st = add_op(s, SX_REGEX_CLASS, &node);
    return st ? st : sx_regex_take_class(&s->parser, node);
}

static stria_status take_one(struct state *s)
{
    struct sx_regex_parser *p = &s->parser;
    uint8_t byte = *p->p;
    if (byte == '*' || byte == '+' || byte == '?' || byte == '{')
        return take_repeat(s);
    s->repeat = NULL;
    switch (byte) {
    case '(':
        if (p->end - p->p >= 2 && p->p[1] == '?')
            return take_perl_group(s);
        p->p++;
        return open_group(s, p->flags);
    case '|':
        p->p++;
        return end_alternative(s);
    case ')':
        return close_group(s);
    case '^':
        p->p++;
        return add_op(s, p->flags & SX_REGEX_LINES ? SX_REGEX_BEGIN_LINE : SX_REGEX_BEGIN_TEXT,
                      NULL);
    case '$':
        p->p++;
        return add_op(s, p->flags & SX_REGEX_LINES ? SX_REGEX_END_LINE : SX_REGEX_END_TEXT, NULL);
    case '.':
        p->p++;
        return add_op(s, p->flags & SX_REGEX_DOT_LF ? SX_REGEX_ANY : SX_REGEX_ANY_BUT_LF, NULL);
    case '[':
        return take_class(s);
    case '\\':
        return take_backslash(s);
    default: {
        uint32_t rune;
        stria_status st = sx_regex_take_rune(p, &rune);
        return st ? st : add_literal(s, rune);
    }
    }
}

stria_status sx_regex_parse(struct sx_arena *arena, struct sx_bytes pattern,
                            struct sx_regex_node **out, stria_error *err)
{
    struct frame outermost = {0};
    if (!pattern.len)
        pattern = SX_LITERAL("");
    struct state s = {.parser = {.arena = arena,
                                 .pattern = pattern,
                                 .p = pattern.ptr,
                                 .end = pattern.ptr + pattern.len,
                                 .err = err},
                      .frame = &outermost};
    stria_status st = STRIA_OK;
    while (!st && s.parser.p < s.parser.end)
        st = take_one(&s);
    if (st)
        return st;
    if (s.frame->outer)
        return sx_regex_fail(&s.parser, "missing closing )", pattern.ptr, s.parser.end);
    st = end_alternative(&s);
    if (st)
        return st;
    *out = join(&s, &outermost.alternatives, SX_REGEX_ALTERNATE);
    return *out ? STRIA_OK : sx_regex_no_memory(&s.parser);
}
