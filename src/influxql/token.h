/* SPDX-License-Identifier: Apache-2.0 */
/* token.h -- the words of InfluxQL: tokens, their names, keywords and the precedence of operators.
 *
 * Why         One list makes the enum, the texts ("found X, expected Y" names tokens) and the table
 *             of keywords, so that they cannot disagree.
 * Words       iql: InfluxQL, the prefix of this folder's names.
 * Source      InfluxQL 1.x as InfluxDB 1.12 speaks it. */
#ifndef SX_INFLUXQL_TOKEN_H
#define SX_INFLUXQL_TOKEN_H

#include "base/bytes.h"

/* Tokens that are no keywords: X(name, text). An empty text is one the peer has no name for. */
#define SX_IQL_SYMBOL_MAP(X)                                                                       \
    X(ILLEGAL, "ILLEGAL")                                                                          \
    X(EOF, "EOF")                                                                                  \
    X(WS, "WS")                                                                                    \
    X(COMMENT, "")                                                                                 \
    X(IDENT, "IDENT")                                                                              \
    X(BOUND_PARAM, "")                                                                             \
    X(NUMBER, "NUMBER")                                                                            \
    X(INTEGER, "")                                                                                 \
    X(DURATION_VALUE, "DURATIONVAL")                                                               \
    X(STRING, "STRING")                                                                            \
    X(BAD_STRING, "BADSTRING")                                                                     \
    X(BAD_ESCAPE, "BADESCAPE")                                                                     \
    X(TRUE, "TRUE")                                                                                \
    X(FALSE, "FALSE")                                                                              \
    X(REGEX, "REGEX")                                                                              \
    X(BAD_REGEX, "")                                                                               \
    X(ADD, "+")                                                                                    \
    X(SUB, "-")                                                                                    \
    X(MUL, "*")                                                                                    \
    X(DIV, "/")                                                                                    \
    X(MOD, "%")                                                                                    \
    X(BITWISE_AND, "&")                                                                            \
    X(BITWISE_OR, "|")                                                                             \
    X(BITWISE_XOR, "^")                                                                            \
    X(AND, "AND")                                                                                  \
    X(OR, "OR")                                                                                    \
    X(EQ, "=")                                                                                     \
    X(NEQ, "!=")                                                                                   \
    X(EQ_REGEX, "=~")                                                                              \
    X(NEQ_REGEX, "!~")                                                                             \
    X(LT, "<")                                                                                     \
    X(LTE, "<=")                                                                                   \
    X(GT, ">")                                                                                     \
    X(GTE, ">=")                                                                                   \
    X(LPAREN, "(")                                                                                 \
    X(RPAREN, ")")                                                                                 \
    X(COMMA, ",")                                                                                  \
    X(COLON, ":")                                                                                  \
    X(DOUBLE_COLON, "::")                                                                          \
    X(SEMICOLON, ";")                                                                              \
    X(DOT, ".")

#define SX_IQL_KEYWORD_MAP(X)                                                                      \
    X(ALL)                                                                                         \
    X(ALTER)                                                                                       \
    X(ANALYZE)                                                                                     \
    X(ANY)                                                                                         \
    X(AS)                                                                                          \
    X(ASC)                                                                                         \
    X(BEGIN)                                                                                       \
    X(BY)                                                                                          \
    X(CARDINALITY)                                                                                 \
    X(CREATE)                                                                                      \
    X(CONTINUOUS)                                                                                  \
    X(DATABASE)                                                                                    \
    X(DATABASES)                                                                                   \
    X(DEFAULT)                                                                                     \
    X(DELETE)                                                                                      \
    X(DESC)                                                                                        \
    X(DESTINATIONS)                                                                                \
    X(DIAGNOSTICS)                                                                                 \
    X(DISTINCT)                                                                                    \
    X(DROP)                                                                                        \
    X(DURATION)                                                                                    \
    X(END)                                                                                         \
    X(EVERY)                                                                                       \
    X(EXACT)                                                                                       \
    X(EXPLAIN)                                                                                     \
    X(FIELD)                                                                                       \
    X(FOR)                                                                                         \
    X(FROM)                                                                                        \
    X(FUTURE)                                                                                      \
    X(GRANT)                                                                                       \
    X(GRANTS)                                                                                      \
    X(GROUP)                                                                                       \
    X(GROUPS)                                                                                      \
    X(IN)                                                                                          \
    X(INF)                                                                                         \
    X(INSERT)                                                                                      \
    X(INTO)                                                                                        \
    X(KEY)                                                                                         \
    X(KEYS)                                                                                        \
    X(KILL)                                                                                        \
    X(LIMIT)                                                                                       \
    X(MEASUREMENT)                                                                                 \
    X(MEASUREMENTS)                                                                                \
    X(NAME)                                                                                        \
    X(OFFSET)                                                                                      \
    X(ON)                                                                                          \
    X(ORDER)                                                                                       \
    X(PASSWORD)                                                                                    \
    X(PAST)                                                                                        \
    X(POLICY)                                                                                      \
    X(POLICIES)                                                                                    \
    X(PRIVILEGES)                                                                                  \
    X(QUERIES)                                                                                     \
    X(QUERY)                                                                                       \
    X(READ)                                                                                        \
    X(REPLICATION)                                                                                 \
    X(RESAMPLE)                                                                                    \
    X(RETENTION)                                                                                   \
    X(REVOKE)                                                                                      \
    X(SELECT)                                                                                      \
    X(SERIES)                                                                                      \
    X(SET)                                                                                         \
    X(SHOW)                                                                                        \
    X(SHARD)                                                                                       \
    X(SHARDS)                                                                                      \
    X(SLIMIT)                                                                                      \
    X(SOFFSET)                                                                                     \
    X(STATS)                                                                                       \
    X(SUBSCRIPTION)                                                                                \
    X(SUBSCRIPTIONS)                                                                               \
    X(TAG)                                                                                         \
    X(TO)                                                                                          \
    X(USER)                                                                                        \
    X(USERS)                                                                                       \
    X(VALUES)                                                                                      \
    X(VERBOSE)                                                                                     \
    X(WHERE)                                                                                       \
    X(WITH)                                                                                        \
    X(WRITE)

enum sx_iql_token {
#define SX_IQL_TOKEN_ENUM(name, text) SX_IQL_##name,
    SX_IQL_SYMBOL_MAP(SX_IQL_TOKEN_ENUM)
#undef SX_IQL_TOKEN_ENUM
#define SX_IQL_TOKEN_ENUM(name) SX_IQL_##name,
        SX_IQL_KEYWORD_MAP(SX_IQL_TOKEN_ENUM)
#undef SX_IQL_TOKEN_ENUM
            SX_IQL_TOKEN_COUNT
};

/* "SELECT", "(", "EOF": as the peer's messages name it; "" for tokens that always carry a text. */
const char *sx_iql_token_name(enum sx_iql_token token);

/* The keyword (AND, OR, TRUE and FALSE among them) that `word` is in any case, or SX_IQL_IDENT. */
enum sx_iql_token sx_iql_token_lookup(struct sx_bytes word);

/* 1 (OR) to 5 (* / % &) for operators, 0 for all else. */
int sx_iql_token_precedence(enum sx_iql_token token);

static inline bool sx_iql_token_is_operator(enum sx_iql_token token)
{
    return token >= SX_IQL_ADD && token <= SX_IQL_GTE;
}

/* Whether two words are equal but for the case of ASCII letters. */
bool sx_iql_same_word(struct sx_bytes word, const char *lower);

#endif
