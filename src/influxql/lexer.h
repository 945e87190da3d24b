/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h -- the text of a query, cut into tokens with their positions.
 *
 * Why         Positions and texts of tokens are part of the peer's error messages, so both are
 *             counted as it counts them: characters, not bytes; CR LF and a lone CR are one line
 *             feed; bytes that are no UTF-8 read as U+FFFD; a quoted string stands at the character
 *             before its quote (unless it begins an identifier); the end of the text is a character
 *             once.
 * Limits      The text must hold no NUL (asserted); the caller checks.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_LEXER_H
#define SX_INFLUXQL_LEXER_H

#include "base/arena.h"
#include "base/buf.h"
#include "influxql/token.h"

/* Zero-based; messages show both plus one. */
struct sx_iql_pos {
    uint32_t line;
    uint32_t column;
};

struct sx_iql_lexeme {
    enum sx_iql_token token;
    struct sx_iql_pos pos;
    struct sx_bytes
        text; /* of literals, names and white space, unquoted; in the query or the arena */
};

struct sx_iql_rune {
    uint32_t code; /* 0: the end of the text */
    struct sx_iql_pos pos;
    size_t offset; /* of its first byte */
};

struct sx_iql_lexer {
    struct sx_arena *arena;
    struct sx_bytes text;
    size_t offset;         /* of the next byte to decode */
    struct sx_iql_pos pos; /* of the next character to decode */
    bool at_end;           /* the end was read */
    bool refused;          /* memory was refused: texts of tokens may be wrong */
    uint32_t newest,
        unread; /* the last three characters, and how many of them are to be read again */
    struct sx_iql_rune ring[3];
    struct sx_buf scratch;
};

/* `text` is borrowed and must live as long as the arena: texts of tokens point into both. */
void sx_iql_lexer_init(struct sx_iql_lexer *lexer, struct sx_arena *arena, struct sx_bytes text);
void sx_iql_lexer_deinit(struct sx_iql_lexer *lexer);

struct sx_iql_lexeme sx_iql_lexer_next(struct sx_iql_lexer *lexer);
/* Reads a regular expression, /.../, from where a token would begin: REGEX (text: the pattern) or
 * BAD_REGEX. */
struct sx_iql_lexeme sx_iql_lexer_regex(struct sx_iql_lexer *lexer);
/* The character that the next token begins with; 0 at the end. */
uint32_t sx_iql_lexer_peek(struct sx_iql_lexer *lexer);

static inline bool sx_iql_is_white(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static inline bool sx_iql_is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool sx_iql_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

#endif
