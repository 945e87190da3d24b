/* SPDX-License-Identifier: Apache-2.0 */
/* selection.c -- see selection.h: matchers become a selector. */
#include "exec/selection.h"

#include "base/error.h"
#include "base/regex.h"

static stria_status make_match(struct sx_selection *s, const stria_matcher *m,
                               const struct sx_tag_expr **out, stria_error *err)
{
    struct sx_tag_expr *match = sx_arena_zalloc(&s->arena, sizeof *match);
    *out = match;
    if (!match)
        return sx_mem_refused(s->mem, sizeof *match, err);
    *match = (struct sx_tag_expr){
        .kind = SX_TAG_MATCH,
        .op = m->op,
        .key = sx_arena_dup(&s->arena, sx_bytes_make(m->key.ptr, m->key.len)),
        .value = sx_arena_dup(&s->arena, sx_bytes_make(m->value.ptr, m->value.len))};
    if (!match->key.ptr || !match->value.ptr)
        return sx_mem_refused(s->mem, m->value.len, err);
    if (m->op == STRIA_MATCH_REGEX || m->op == STRIA_MATCH_NOT_REGEX) {
        stria_status st = sx_regex_create(s->mem, match->value, &s->regexes[s->regex_count], err);
        if (st)
            return st;
        match->regex = s->regexes[s->regex_count++];
    }
    return STRIA_OK;
}

/* Joins by halves: many matchers must not make a deep tree. */
static const struct sx_tag_expr *join(struct sx_selection *s, const struct sx_tag_expr **matches,
                                      size_t count)
{
    if (count <= 1)
        return matches[0];
    struct sx_tag_expr *both = sx_arena_zalloc(&s->arena, sizeof *both);
    if (!both)
        return NULL;
    both->kind = SX_TAG_AND;
    both->left = join(s, matches, count / 2);
    both->right = join(s, matches + count / 2, count - count / 2);
    return both->left && both->right ? both : NULL;
}

static stria_status add_matchers(struct sx_selection *s, const stria_matcher *matchers,
                                 size_t count, stria_error *err)
{
    const struct sx_tag_expr **matches = sx_arena_array(&s->arena, count, sizeof *matches);
    s->regexes = sx_arena_array(&s->arena, count, sizeof *s->regexes);
    stria_status st =
        matches && s->regexes ? STRIA_OK : sx_mem_refused(s->mem, count * sizeof *s->regexes, err);
    for (size_t i = 0; i < count && !st; i++)
        st = make_match(s, &matchers[i], &matches[i], err);
    if (st || !count)
        return st;
    s->selector.tags = join(s, matches, count);
    return s->selector.tags ? STRIA_OK : sx_mem_refused(s->mem, sizeof(struct sx_tag_expr), err);
}

stria_status sx_selection_init(struct sx_selection *s, struct sx_mem *mem,
                               const stria_bytes *measurement, const stria_matcher *matchers,
                               size_t matcher_count, int64_t time_min_ns, int64_t time_max_ns,
                               stria_error *err)
{
    bool all_time = time_min_ns == 0 && time_max_ns == 0;
    *s = (struct sx_selection){.mem = mem,
                               .selector = {.all_measurements = measurement == NULL,
                                            .time_min_ns = all_time ? INT64_MIN : time_min_ns,
                                            .time_max_ns = all_time ? INT64_MAX : time_max_ns}};
    sx_arena_init(&s->arena, mem, 1024);
    if (measurement) {
        s->selector.measurement =
            sx_arena_dup(&s->arena, sx_bytes_make(measurement->ptr, measurement->len));
        if (!s->selector.measurement.ptr)
            return sx_mem_refused(mem, measurement->len, err);
    }
    return add_matchers(s, matchers, matcher_count, err);
}

void sx_selection_deinit(struct sx_selection *s)
{
    if (!s->mem)
        return;
    for (size_t i = 0; i < s->regex_count; i++)
        sx_regex_destroy(s->regexes[i]);
    sx_arena_deinit(&s->arena);
    *s = (struct sx_selection){0};
}
