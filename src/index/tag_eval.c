/* SPDX-License-Identifier: Apache-2.0 */
/* tag_eval.c -- see tag_eval.h. */
#include "index/tag_eval.h"

#include "base/error.h"
#include "base/regex.h"

struct eval {
    const struct sx_tag_source *source;
    struct sx_request *request;
    struct sx_regex_scratch *scratch; /* made when a regular expression is met */
};

/* Values walked between two looks at the deadline. */
#define VALUES_PER_CHECK 256

struct value_walk {
    struct eval *eval;
    const struct sx_tag_expr *expr;
    struct sx_bitset *set;
    uint32_t count;
    bool all; /* every value, whatever it is: for absence */
};

static stria_status visit_value(void *context, struct sx_bytes value, uint32_t value_id,
                                stria_error *err)
{
    struct value_walk *walk = context;
    bool match = true;
    if (walk->count++ % VALUES_PER_CHECK == 0) {
        stria_status st = sx_request_check(walk->eval->request, err);
        if (st)
            return st;
    }
    if (!walk->all) {
        stria_status st =
            sx_regex_match(walk->expr->regex, walk->eval->scratch, value, &match, err);
        if (st)
            return st;
    }
    if (!match)
        return STRIA_OK;
    const struct sx_tag_source *source = walk->eval->source;
    return source->add_value(source->index, walk->expr->key, value_id, walk->set, err);
}

/* set = series without the tag */
static stria_status eval_absent(struct eval *eval, const struct sx_tag_expr *expr,
                                struct sx_bitset *set, stria_error *err)
{
    const struct sx_tag_source *source = eval->source;
    struct sx_bitset present;
    if (!sx_bitset_init(&present, eval->request->mem, source->universe))
        return sx_mem_refused(eval->request->mem, source->universe / 8, err);
    struct value_walk walk = {.eval = eval, .expr = expr, .set = &present, .all = true};
    stria_status st = source->each_value(source->index, expr->key, visit_value, &walk, err);
    if (!st) {
        sx_bitset_fill(set);
        sx_bitset_and_not(set, &present);
    }
    sx_bitset_deinit(&present);
    return st;
}

/* A pattern that is a list of texts is that many lookups. */
static stria_status eval_literals(struct eval *eval, const struct sx_tag_expr *expr,
                                  const struct sx_regex_info *info, struct sx_bitset *set,
                                  stria_error *err)
{
    const struct sx_tag_source *source = eval->source;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < info->literal_count && !st; i++) {
        if (info->literals[i].len == 0) /* they are sorted: it is the first, the set is empty yet */
            st = eval_absent(eval, expr, set, err);
        else
            st = source->add_equal(source->index, expr->key, info->literals[i], set, err);
    }
    return st;
}

static stria_status eval_regex(struct eval *eval, const struct sx_tag_expr *expr,
                               struct sx_bitset *set, stria_error *err)
{
    const struct sx_tag_source *source = eval->source;
    const struct sx_regex_info *info = sx_regex_info(expr->regex);
    bool matches_absent;
    if (info->kind == SX_REGEX_ALL) {
        sx_bitset_fill(set);
        return STRIA_OK;
    }
    if (info->kind == SX_REGEX_LITERALS)
        return eval_literals(eval, expr, info, set, err);
    if (!eval->scratch)
        eval->scratch = sx_regex_scratch_create(eval->request->mem);
    if (!eval->scratch)
        return sx_mem_refused(eval->request->mem, 1024, err);
    stria_status st =
        sx_regex_match(expr->regex, eval->scratch, (struct sx_bytes){0}, &matches_absent, err);
    if (!st && matches_absent)
        st = eval_absent(eval, expr, set, err);
    if (st)
        return st;
    struct value_walk walk = {.eval = eval, .expr = expr, .set = set};
    return source->each_value(source->index, expr->key, visit_value, &walk, err);
}

static stria_status eval_match(struct eval *eval, const struct sx_tag_expr *expr,
                               struct sx_bitset *set, stria_error *err)
{
    const struct sx_tag_source *source = eval->source;
    bool regex = expr->op == STRIA_MATCH_REGEX || expr->op == STRIA_MATCH_NOT_REGEX;
    bool negate = expr->op == STRIA_MATCH_NOT_EQUAL || expr->op == STRIA_MATCH_NOT_REGEX;
    stria_status st;
    if (regex)
        st = eval_regex(eval, expr, set, err);
    else if (expr->value.len == 0)
        st = eval_absent(eval, expr, set, err);
    else
        st = source->add_equal(source->index, expr->key, expr->value, set, err);
    if (st || !negate)
        return st;
    struct sx_bitset all;
    if (!sx_bitset_init(&all, eval->request->mem, source->universe))
        return sx_mem_refused(eval->request->mem, source->universe / 8, err);
    sx_bitset_fill(&all);
    sx_bitset_and_not(&all, set);
    sx_bitset_clear(set);
    sx_bitset_or(set, &all);
    sx_bitset_deinit(&all);
    return STRIA_OK;
}

static stria_status eval_expr(struct eval *eval, const struct sx_tag_expr *expr,
                              struct sx_bitset *set, stria_error *err)
{
    struct sx_bitset right;
    stria_status st;
    switch (expr->kind) {
    case SX_TAG_TRUE:
        sx_bitset_fill(set);
        return STRIA_OK;
    case SX_TAG_FALSE:
        return STRIA_OK;
    case SX_TAG_MATCH:
        return eval_match(eval, expr, set, err);
    case SX_TAG_AND:
    case SX_TAG_OR:
        st = eval_expr(eval, expr->left, set, err);
        if (st)
            return st;
        if (!sx_bitset_init(&right, eval->request->mem, eval->source->universe))
            return sx_mem_refused(eval->request->mem, eval->source->universe / 8, err);
        st = eval_expr(eval, expr->right, &right, err);
        if (!st && expr->kind == SX_TAG_AND)
            sx_bitset_and(set, &right);
        else if (!st)
            sx_bitset_or(set, &right);
        sx_bitset_deinit(&right);
        return st;
    }
    return sx_fail(err, STRIA_INTERNAL, "tag condition of kind %d", (int)expr->kind);
}

stria_status sx_tag_eval(const struct sx_tag_source *source, const struct sx_tag_expr *expr,
                         struct sx_request *request, struct sx_bitset *set, stria_error *err)
{
    struct eval eval = {.source = source, .request = request};
    if (!expr) {
        sx_bitset_fill(set);
        return STRIA_OK;
    }
    stria_status st = eval_expr(&eval, expr, set, err);
    sx_regex_scratch_destroy(eval.scratch);
    return st;
}
