/* SPDX-License-Identifier: Apache-2.0 */
/* regex_priv.h -- the tree of a pattern, shared by the files of regex.
 *
 * Why         The tree is what Go means by a pattern; from it come PCRE2's pattern (regex_emit.c)
 *             and the literals (regex_literal.c).
 * Threads     One owner. */
#ifndef SX_BASE_REGEX_PRIV_H
#define SX_BASE_REGEX_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/regex.h"

enum sx_regex_op {
    SX_REGEX_EMPTY,
    SX_REGEX_LITERAL, /* one code point */
    SX_REGEX_CLASS,
    SX_REGEX_ANY,          /* . with s */
    SX_REGEX_ANY_BUT_LF,   /* . */
    SX_REGEX_BEGIN_TEXT,   /* ^ \A */
    SX_REGEX_END_TEXT,     /* $ \z */
    SX_REGEX_BEGIN_LINE,   /* ^ with m */
    SX_REGEX_END_LINE,     /* $ with m */
    SX_REGEX_WORD_EDGE,    /* \b */
    SX_REGEX_NO_WORD_EDGE, /* \B */
    SX_REGEX_REPEAT,       /* its child, min to max times */
    SX_REGEX_CONCAT,       /* its children in order */
    SX_REGEX_ALTERNATE,    /* one of its children */
};

#define SX_REGEX_ENDLESS (-1) /* as a maximum */

/* A range of code points, or a property of Unicode. */
struct sx_regex_item {
    const struct sx_regex_item *next;
    const char *property; /* as PCRE2 names it; NULL: a range */
    bool negated;         /* the property */
    uint32_t first, last;
};

struct sx_regex_node {
    enum sx_regex_op op;
    bool fold; /* LITERAL, CLASS: upper and lower case are one; unset if it makes no difference */
    bool lazy; /* REPEAT: as few as may be; matters to speed only */
    bool negated;    /* CLASS */
    uint16_t copies; /* how often the repeats inside multiply what is innermost; at most 1001 */
    struct sx_regex_node *next; /* sibling */
    union {
        uint32_t rune; /* LITERAL */
        const struct sx_regex_item *items;
        struct {
            struct sx_regex_node *child; /* REPEAT, CONCAT, ALTERNATE: the first */
            int16_t min, max;            /* REPEAT */
        } many;
    } as;
};

/* ---- parsing -------------------------------------------------------------------------------- */

enum sx_regex_flag {
    SX_REGEX_FOLD = 1,       /* i */
    SX_REGEX_LINES = 2,      /* m */
    SX_REGEX_DOT_LF = 4,     /* s */
    SX_REGEX_NON_GREEDY = 8, /* U */
};

struct sx_regex_parser {
    struct sx_arena *arena;
    struct sx_bytes pattern;
    const uint8_t *p, *end; /* what is left of it */
    unsigned flags;
    stria_error *err;
};

/* "error parsing regexp: WHAT: `FROM..TO`", SYNTAX. */
stria_status sx_regex_fail(struct sx_regex_parser *parser, const char *what, const uint8_t *from,
                           const uint8_t *to);
stria_status sx_regex_no_memory(struct sx_regex_parser *parser);

/* The next code point, taken off the front; SYNTAX: it is not UTF-8. At the end SX_RUNE_ERROR and
 * nothing is taken, as in Go. */
stria_status sx_regex_take_rune(struct sx_regex_parser *parser, uint32_t *rune);

/* SYNTAX if the bytes are not UTF-8. */
stria_status sx_regex_check_utf8(struct sx_regex_parser *parser, const uint8_t *from,
                                 const uint8_t *to);

/* Takes an escaped code point (at a backslash). */
stria_status sx_regex_take_escape(struct sx_regex_parser *parser, uint32_t *rune);

/* Takes \d \s \w \pN \p{Name} and their negations, if one is there, and puts what it stands for
 * before *items. */
stria_status sx_regex_take_group(struct sx_regex_parser *parser, bool *taken,
                                 const struct sx_regex_item **items);

/* Takes a class at its bracket into `node`. */
stria_status sx_regex_take_class(struct sx_regex_parser *parser, struct sx_regex_node *node);

/* The tree of a pattern, in the arena. OK, SYNTAX, NOMEM. */
SX_MUST_CHECK stria_status sx_regex_parse(struct sx_arena *arena, struct sx_bytes pattern,
                                          struct sx_regex_node **out, stria_error *err);

/* ---- what is made of the tree --------------------------------------------------------------- */

/* Appends PCRE2's pattern with the same meaning, for UTF mode. */
void sx_regex_emit(struct sx_buf *out, const struct sx_regex_node *node);

/* How a text can be matched without PCRE2, when the kind is GENERAL. */
struct sx_regex_shortcut {
    enum {
        SX_REGEX_BY_NONE = 0,
        SX_REGEX_BY_CONTENT, /* it must contain `content`: /cpu/ */
        SX_REGEX_BY_LINE,    /* it must have no LF, and size_min bytes: ^.*$ */
    } by;
    struct sx_bytes content;
    size_t size_min;
};

/* Kind, literals and prefix, and the shortcut; all in the arena. OK, NOMEM. */
SX_MUST_CHECK stria_status sx_regex_analyse(struct sx_arena *arena,
                                            const struct sx_regex_node *node,
                                            struct sx_regex_info *info,
                                            struct sx_regex_shortcut *shortcut, stria_error *err);

#endif
