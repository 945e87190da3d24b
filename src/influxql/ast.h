/* SPDX-License-Identifier: Apache-2.0 */
/* ast.h -- what a query says: statements, sources and expressions, as the parser builds them.
 *
 * Why         One shape for parser, printer, checks and planner. The shapes are the peer's, so that
 *             texts made from them (column names, error messages, SHOW QUERIES) come out the same.
 * Invariants  Everything lives in one arena and is never changed once it is linked into something
 *             else: rewriting builds new nodes and shares the rest. Binary expressions chain down
 *             their left side without limit (a OR b OR ...), so nothing recurses along it: see
 *             sx_iql_spine(). All other nesting is limited to SX_IQL_DEPTH_MAX by the parser.
 * Threads     Immutable; one owner of the arena. */
#ifndef SX_INFLUXQL_AST_H
#define SX_INFLUXQL_AST_H

#include "base/arena.h"
#include "influxql/instant.h"
#include "influxql/token.h"
#include "model/catalog.h"
#include "model/rollup.h"

/* Parentheses, calls, signs and sub-queries in each other. */
#define SX_IQL_DEPTH_MAX 256

/* ---- expressions ---------------------------------------------------------------------------- */

/* In the peer's order, by which of two types of one name is chosen. */
enum sx_iql_type {
    SX_IQL_TYPE_UNKNOWN = 0,
    SX_IQL_TYPE_FLOAT,
    SX_IQL_TYPE_INTEGER,
    SX_IQL_TYPE_STRING,
    SX_IQL_TYPE_BOOLEAN,
    SX_IQL_TYPE_TIME,
    SX_IQL_TYPE_DURATION,
    SX_IQL_TYPE_TAG,
    SX_IQL_TYPE_ANY_FIELD,
    SX_IQL_TYPE_UNSIGNED,
};

/* "float", "integer", ..., "field", "unknown". Static string. */
const char *sx_iql_type_name(enum sx_iql_type type);

/* X(name, the peer's name of the node in messages, whether it is a literal). */
#define SX_IQL_EXPR_MAP(X)                                                                         \
    X(BINARY, "BinaryExpr", false)                                                                 \
    X(PAREN, "ParenExpr", false)                                                                   \
    X(CALL, "Call", false)                                                                         \
    X(VAR, "VarRef", false)                                                                        \
    X(DISTINCT, "Distinct", false)                                                                 \
    X(WILDCARD, "Wildcard", false)                                                                 \
    X(BOOLEAN, "BooleanLiteral", true)                                                             \
    X(NUMBER, "NumberLiteral", true)                                                               \
    X(INTEGER, "IntegerLiteral", true)                                                             \
    X(UNSIGNED, "UnsignedLiteral", true)                                                           \
    X(STRING, "StringLiteral", true)                                                               \
    X(DURATION, "DurationLiteral", true)                                                           \
    X(TIME, "TimeLiteral", true)                                                                   \
    X(REGEX, "RegexLiteral", true)                                                                 \
    X(LIST, "ListLiteral", true)                                                                   \
    X(NIL, "NilLiteral", true)

enum sx_iql_expr_kind {
#define SX_IQL_EXPR_ENUM(name, text, literal) SX_IQL_EXPR_##name,
    SX_IQL_EXPR_MAP(SX_IQL_EXPR_ENUM)
#undef SX_IQL_EXPR_ENUM
};

struct sx_iql_expr {
    enum sx_iql_expr_kind kind;
    union {
        struct {
            enum sx_iql_token op;
            uint32_t spine; /* binary expressions down the left side, this one included */
            const struct sx_iql_expr *left;
            const struct sx_iql_expr *right;
        } binary;
        const struct sx_iql_expr *inner; /* PAREN */
        struct {
            struct sx_bytes name; /* in lower case */
            const struct sx_iql_expr **args;
            size_t arg_count;
        } call;
        struct {
            struct sx_bytes name;
            enum sx_iql_type type;
        } var;
        struct sx_bytes text;       /* STRING, DISTINCT (the field), REGEX (the pattern) */
        enum sx_iql_token wildcard; /* SX_IQL_FIELD, SX_IQL_TAG, or SX_IQL_MUL for a plain * */
        bool boolean;
        double number;
        int64_t integer;
        uint64_t unsigned_integer;
        int64_t duration_ns;
        struct sx_iql_instant time;
        struct {
            struct sx_bytes *items;
            size_t count;
        } list;
    } u;
};

bool sx_iql_is_literal(const struct sx_iql_expr *expr);
/* "*influxql.VarRef": how the peer's messages name a kind. Static string. */
const char *sx_iql_expr_kind_name(enum sx_iql_expr_kind kind);

/* New nodes; NULL: no memory. */
const struct sx_iql_expr *sx_iql_expr_new(struct sx_arena *arena, struct sx_iql_expr expr);
const struct sx_iql_expr *sx_iql_binary(struct sx_arena *arena, enum sx_iql_token op,
                                        const struct sx_iql_expr *left,
                                        const struct sx_iql_expr *right);
const struct sx_iql_expr *sx_iql_paren(struct sx_arena *arena, const struct sx_iql_expr *inner);
const struct sx_iql_expr *sx_iql_call(struct sx_arena *arena, struct sx_bytes name,
                                      const struct sx_iql_expr **args, size_t arg_count);
const struct sx_iql_expr *sx_iql_var(struct sx_arena *arena, struct sx_bytes name,
                                     enum sx_iql_type type);

/* The binary expressions down the left side of `expr` (u.binary.spine of them), innermost first: so
 * that `a + b - c` is folded from a onwards without recursion. NULL: no memory. */
const struct sx_iql_expr **sx_iql_spine(struct sx_arena *arena, const struct sx_iql_expr *expr);

/* Calls `visit` for every node of an expression but those below where it returned false, parents
 * before children and left before right. expr may be NULL. False: no memory for the walk.
 * `left` sides of chains cost memory, not stack. */
typedef bool (*sx_iql_visit)(void *user, const struct sx_iql_expr *expr);
SX_MUST_CHECK bool sx_iql_walk(struct sx_mem *mem, const struct sx_iql_expr *expr,
                               sx_iql_visit visit, void *user);

/* Whether a condition bounds the time anywhere (`time` left of a comparison). expr may be NULL. */
bool sx_iql_has_time(const struct sx_iql_expr *expr);

/* ---- parts of statements -------------------------------------------------------------------- */

struct sx_iql_select;

/* A measurement, all that match a regex, or a sub-query. Empty names are absent ones. */
struct sx_iql_source {
    const struct sx_iql_select *subquery; /* NULL: the rest counts */
    struct sx_bytes database;
    struct sx_bytes policy;
    struct sx_bytes name;
    const struct sx_iql_expr *regex; /* instead of name; NULL: none */
};

struct sx_iql_sources {
    struct sx_iql_source *items;
    size_t count;
};

/* ORDER BY: nothing but time is accepted. */
struct sx_iql_order {
    bool present;
    bool named; /* ORDER BY time, not only ORDER BY DESC */
    bool descending;
};

/* LIMIT and its kin; 0: absent. */
struct sx_iql_limits {
    int64_t limit;
    int64_t offset;
    int64_t slimit;
    int64_t soffset;
};

struct sx_iql_exprs {
    const struct sx_iql_expr **items;
    size_t count;
};

/* ---- statements ----------------------------------------------------------------------------- */

struct sx_iql_field {
    const struct sx_iql_expr *expr;
    struct sx_bytes alias; /* empty: none */
};

enum sx_iql_fill {
    SX_IQL_FILL_NULL = 0,
    SX_IQL_FILL_NONE,
    SX_IQL_FILL_NUMBER,
    SX_IQL_FILL_PREVIOUS,
    SX_IQL_FILL_LINEAR,
};

struct sx_iql_select {
    struct sx_iql_field *fields;
    size_t field_count;
    const struct sx_iql_source *target; /* INTO; NULL: none; an empty name: as the source's */
    struct sx_iql_sources sources;
    const struct sx_iql_expr *condition; /* NULL: none */
    struct sx_iql_exprs dimensions;
    enum sx_iql_fill fill;
    const struct sx_iql_expr *fill_value; /* of FILL_NUMBER: INTEGER or NUMBER */
    struct sx_iql_order order;
    struct sx_iql_limits limits;
    struct sx_bytes zone_name;  /* tz('...'); empty: none */
    const struct sx_zone *zone; /* borrowed from the parser's caller; NULL: UTC */
    bool is_raw;                /* no field holds a call */
};

struct sx_iql_explain {
    const struct sx_iql_select *select;
    bool analyze;
    bool verbose;
};

/* The SHOW statements about what is stored. */
struct sx_iql_show {
    bool exact;                    /* of the cardinalities */
    struct sx_bytes database;      /* ON */
    struct sx_bytes policy;        /* SHOW MEASUREMENTS ON d.p */
    bool any_database;             /* ON *.* */
    bool any_policy;               /* ON d.* */
    struct sx_iql_sources sources; /* FROM; of SHOW MEASUREMENTS: WITH MEASUREMENT, 0 or 1 */
    enum sx_iql_token key_op;      /* WITH KEY: EQ, NEQ, EQ_REGEX, NEQ_REGEX or IN */
    const struct sx_iql_expr *key; /* STRING, REGEX or LIST; NULL: none */
    const struct sx_iql_expr *condition;
    struct sx_iql_exprs dimensions;
    struct sx_iql_order order;
    struct sx_iql_limits limits;
};

/* Settings of a retention policy; the flags tell which were given. */
struct sx_iql_policy {
    struct sx_bytes name;
    struct sx_bytes database;
    bool has_settings; /* CREATE DATABASE ... WITH */
    bool has_duration, has_replication, has_shard, has_future, has_past;
    bool is_default;
    int64_t duration_ns; /* 0: for ever */
    int64_t replication;
    int64_t shard_ns;
    int64_t future_ns;
    int64_t past_ns;
    bool has_rollup;
    struct sx_rollup_setting rollups[SX_ROLLUPS_MAX];
    size_t rollup_count; /* 0: NONE */
};

/* ALTER DATABASE ... SET */
struct sx_iql_database_limits {
    struct sx_bytes database;
    bool given[SX_LIMIT_KIND_COUNT];
    uint64_t limits[SX_LIMIT_KIND_COUNT]; /* as in struct sx_database */
};

/* "max_series", "max_new_series", "max_tag_values" */
const char *sx_iql_limit_name(enum sx_limit_kind kind);

struct sx_iql_continuous_query {
    struct sx_bytes name;
    struct sx_bytes database;
    const struct sx_iql_select *select;
    int64_t every_ns; /* 0: absent */
    int64_t for_ns;
};

/* DELETE and DROP SERIES. */
struct sx_iql_delete {
    struct sx_iql_sources sources;
    const struct sx_iql_expr *condition;
};

enum sx_iql_privilege {
    SX_IQL_PRIVILEGE_READ = 1,
    SX_IQL_PRIVILEGE_WRITE,
    SX_IQL_PRIVILEGE_ALL,
};

/* Statements about users. */
struct sx_iql_user {
    struct sx_bytes name;
    struct sx_bytes password;
    bool admin; /* CREATE USER ... WITH ALL PRIVILEGES */
    enum sx_iql_privilege privilege;
    struct sx_bytes database;
};

/* Everything that is only named: databases, policies, measurements, queries, subscriptions; and the
 * modules of SHOW STATS and SHOW DIAGNOSTICS. */
struct sx_iql_names {
    struct sx_bytes name;
    struct sx_bytes database;
    struct sx_bytes policy;
    enum sx_iql_token mode; /* of a subscription: ALL or ANY */
    struct sx_bytes *destinations;
    size_t destination_count;
    uint64_t id; /* of DROP SHARD and KILL QUERY */
};

/* X(name, member that holds it, whether it changes something). */
#define SX_IQL_STATEMENT_MAP(X)                                                                    \
    X(SELECT, select, false)                                                                       \
    X(EXPLAIN, explain, false)                                                                     \
    X(DELETE, del, true)                                                                           \
    X(DROP_SERIES, del, true)                                                                      \
    X(ALTER_DATABASE, database_limits, true)                                                       \
    X(ALTER_POLICY, policy, true)                                                                  \
    X(CREATE_DATABASE, policy, true)                                                               \
    X(CREATE_POLICY, policy, true)                                                                 \
    X(CREATE_CONTINUOUS_QUERY, continuous_query, true)                                             \
    X(CREATE_SUBSCRIPTION, names, true)                                                            \
    X(CREATE_USER, user, true)                                                                     \
    X(DROP_CONTINUOUS_QUERY, names, true)                                                          \
    X(DROP_DATABASE, names, true)                                                                  \
    X(DROP_MEASUREMENT, names, true)                                                               \
    X(DROP_POLICY, names, true)                                                                    \
    X(DROP_SHARD, names, true)                                                                     \
    X(DROP_SUBSCRIPTION, names, true)                                                              \
    X(DROP_USER, user, true)                                                                       \
    X(GRANT, user, true)                                                                           \
    X(GRANT_ADMIN, user, true)                                                                     \
    X(REVOKE, user, true)                                                                          \
    X(REVOKE_ADMIN, user, true)                                                                    \
    X(SET_PASSWORD, user, true)                                                                    \
    X(KILL_QUERY, names, false)                                                                    \
    X(SHOW_CONTINUOUS_QUERIES, names, false)                                                       \
    X(SHOW_DATABASES, names, false)                                                                \
    X(SHOW_DIAGNOSTICS, names, false)                                                              \
    X(SHOW_FIELD_KEY_CARDINALITY, show, false)                                                     \
    X(SHOW_FIELD_KEYS, show, false)                                                                \
    X(SHOW_GRANTS, user, false)                                                                    \
    X(SHOW_MEASUREMENT_CARDINALITY, show, false)                                                   \
    X(SHOW_MEASUREMENTS, show, false)                                                              \
    X(SHOW_POLICIES, show, false)                                                                  \
    X(SHOW_QUERIES, names, false)                                                                  \
    X(SHOW_SERIES, show, false)                                                                    \
    X(SHOW_SERIES_CARDINALITY, show, false)                                                        \
    X(SHOW_SERIES_LIMITS, names, false)                                                            \
    X(SHOW_SHARD_GROUPS, names, false)                                                             \
    X(SHOW_SHARDS, names, false)                                                                   \
    X(SHOW_STATS, names, false)                                                                    \
    X(SHOW_SUBSCRIPTIONS, names, false)                                                            \
    X(SHOW_TAG_KEY_CARDINALITY, show, false)                                                       \
    X(SHOW_TAG_KEYS, show, false)                                                                  \
    X(SHOW_TAG_VALUES, show, false)                                                                \
    X(SHOW_TAG_VALUES_CARDINALITY, show, false)                                                    \
    X(SHOW_USERS, names, false)

enum sx_iql_statement_kind {
#define SX_IQL_STATEMENT_ENUM(name, member, changes) SX_IQL_STATEMENT_##name,
    SX_IQL_STATEMENT_MAP(SX_IQL_STATEMENT_ENUM)
#undef SX_IQL_STATEMENT_ENUM
};

struct sx_iql_statement {
    enum sx_iql_statement_kind kind;
    union {
        const struct sx_iql_select *select;
        struct sx_iql_explain explain;
        struct sx_iql_show show;
        struct sx_iql_policy policy;
        struct sx_iql_database_limits database_limits;
        struct sx_iql_continuous_query continuous_query;
        struct sx_iql_delete del;
        struct sx_iql_user user;
        struct sx_iql_names names;
    } u;
};

struct sx_iql_query {
    struct sx_iql_statement **statements;
    size_t count;
};

/* Whether a statement changes what is stored (SELECT ... INTO does). */
bool sx_iql_statement_changes(const struct sx_iql_statement *statement);

/* The database a statement itself names, for where none came with the request; empty: none. */
struct sx_bytes sx_iql_statement_database(const struct sx_iql_statement *statement);

#endif
