/* SPDX-License-Identifier: Apache-2.0 */
/* answer_step.c -- the documents of an answer, read from one thing that matters to the next.
 *
 * Algorithm   Where the reader stands is the level of nesting; each level knows its keys and passes
 *             over the others. A step ends at a result, a series with its columns, the end of a
 *             series, an error, the end. */
#include "app/client/answer_priv.h"

#include "base/error.h"
#include "base/int_text.h"

static stria_status next(struct sx_answer *answer, struct sx_json_token *token, stria_error *err)
{
    return sx_json_next(&answer->reader, token, err);
}

static stria_status want(struct sx_answer *answer, enum sx_json_kind kind, const char *what,
                         struct sx_json_token *token, stria_error *err)
{
    stria_status st = next(answer, token, err);
    return st || token->kind == kind ? st : sx_answer_unknown(what, err);
}

/* Passes over the value of a key that means nothing here. */
static stria_status skip_value(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = next(answer, &token, err);
    return st ? st : sx_json_skip(&answer->reader, &token, err);
}

bool sx_answer_is_key(const struct sx_json_token *token, const char *name)
{
    return token->kind == SX_JSON_KEY && sx_bytes_equal(token->text, sx_bytes_of(name));
}

static stria_status keep(struct sx_answer *answer, struct sx_bytes text, stria_bytes *out,
                         stria_error *err)
{
    struct sx_bytes copy = sx_arena_dup(&answer->arena, text);
    if (!copy.ptr)
        return sx_mem_refused(answer->mem, text.len, err);
    *out = (stria_bytes){(const char *)copy.ptr, copy.len};
    return STRIA_OK;
}

/* ---- the head of a series ---- */

static stria_status read_tags(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = want(answer, SX_JSON_OBJECT, "tags", &token, err);
    while (!st && !(st = next(answer, &token, err)) && token.kind == SX_JSON_KEY) {
        stria_tag tag;
        size_t count = answer->table.tag_count;
        if (!SX_GROW(answer->mem, answer->tags, answer->tag_capacity, count + 1))
            return sx_mem_refused(answer->mem, (count + 1) * sizeof tag, err);
        st = keep(answer, token.text, &tag.key, err);
        if (!st)
            st = want(answer, SX_JSON_STRING, "a tag that is no string", &token, err);
        if (!st)
            st = keep(answer, token.text, &tag.value, err);
        if (!st)
            answer->tags[answer->table.tag_count++] = tag;
    }
    return st;
}

static stria_status read_columns(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = want(answer, SX_JSON_ARRAY, "columns", &token, err);
    while (!st && !(st = next(answer, &token, err)) && token.kind == SX_JSON_STRING) {
        size_t count = answer->table.column_count;
        if (count == SX_ANSWER_COLUMNS_MAX)
            return sx_fail(err, STRIA_LIMIT, "more than %d columns", SX_ANSWER_COLUMNS_MAX);
        if (!SX_GROW(answer->mem, answer->names, answer->name_capacity, count + 1) ||
            !SX_GROW(answer->mem, answer->types, answer->type_capacity, count + 1))
            return sx_mem_refused(answer->mem, (count + 1) * sizeof *answer->names, err);
        st = keep(answer, token.text, &answer->names[count], err);
        answer->types[count] = STRIA_NONE;
        answer->table.column_count += st == STRIA_OK;
    }
    return st || token.kind == SX_JSON_ARRAY_END ? st : sx_answer_unknown("columns", err);
}

/* The first token of a series object was taken: reads up to its rows. In a part that continues a
 * series, what it repeats is passed over. */
static stria_status read_series(struct sx_answer *answer, bool continues, stria_error *err)
{
    struct sx_json_token token;
    stria_status st;
    if (!continues) {
        sx_arena_reset(&answer->arena);
        answer->table = (stria_table){0};
    }
    while (!(st = next(answer, &token, err)) && token.kind == SX_JSON_KEY) {
        if (sx_answer_is_key(&token, "values")) {
            answer->place = SX_ANSWER_IN_VALUES;
            return want(answer, SX_JSON_ARRAY, "values", &token, err);
        }
        if (!continues && sx_answer_is_key(&token, "name")) {
            st = want(answer, SX_JSON_STRING, "a name that is no string", &token, err);
            if (!st)
                st = keep(answer, token.text, &answer->table.name, err);
        } else if (!continues && sx_answer_is_key(&token, "tags")) {
            st = read_tags(answer, err);
        } else if (!continues && sx_answer_is_key(&token, "columns")) {
            st = read_columns(answer, err);
        } else {
            st = skip_value(answer, err);
        }
        if (st)
            return st;
    }
    answer->place = SX_ANSWER_IN_SERIES; /* it has no rows */
    return st;
}

/* ---- steps ---- */

static stria_status read_error(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = want(answer, SX_JSON_STRING, "an error that is no string", &token, err);
    sx_buf_clear(&answer->error);
    if (!st)
        sx_buf_put_bytes(&answer->error, token.text);
    answer->step = SX_ANSWER_STEP_ERROR;
    return st;
}

/* "messages":[{"level":"warning","text":"..."}] */
static stria_status read_messages(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = want(answer, SX_JSON_ARRAY, "messages", &token, err);
    while (!st && !(st = next(answer, &token, err)) && token.kind == SX_JSON_OBJECT) {
        while (!st && !(st = next(answer, &token, err)) && token.kind == SX_JSON_KEY) {
            bool level = sx_answer_is_key(&token, "level"),
                 known = level || sx_answer_is_key(&token, "text");
            st = next(answer, &token, err);
            if (st || !known || token.kind != SX_JSON_STRING) {
                st = st ? st : sx_json_skip(&answer->reader, &token, err);
                continue;
            }
            sx_buf_put_bytes(&answer->messages, token.text);
            sx_buf_put_text(&answer->messages, level ? ": " : "\n");
        }
    }
    return st;
}

static stria_status step_in_document(struct sx_answer *answer, bool *taken, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = next(answer, &token, err);
    if (st)
        return st;
    if (token.kind == SX_JSON_OBJECT_END) {
        answer->place = SX_ANSWER_AT_TOP;
    } else if (sx_answer_is_key(&token, "error")) {
        *taken = true;
        return read_error(answer, err);
    } else if (sx_answer_is_key(&token, "results")) {
        answer->place = SX_ANSWER_IN_RESULTS;
        return want(answer, SX_JSON_ARRAY, "results", &token, err);
    } else {
        return skip_value(answer, err);
    }
    return STRIA_OK;
}

static stria_status step_in_results(struct sx_answer *answer, bool *taken, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = next(answer, &token, err);
    if (st)
        return st;
    if (token.kind == SX_JSON_ARRAY_END) {
        answer->place = SX_ANSWER_IN_DOCUMENT;
        return STRIA_OK;
    }
    if (token.kind != SX_JSON_OBJECT)
        return sx_answer_unknown("results", err);
    st = next(answer, &token, err);
    if (st)
        return st;
    if (!sx_answer_is_key(&token, "statement_id"))
        return sx_answer_unknown("no statement_id", err);
    st = want(answer, SX_JSON_NUMBER, "statement_id", &token, err);
    if (!st && sx_uint_parse(token.text, &answer->result_id))
        st = sx_answer_unknown("statement_id", err);
    answer->place = SX_ANSWER_IN_RESULT;
    answer->step = SX_ANSWER_STEP_RESULT;
    *taken = true;
    return st;
}

static stria_status step_in_result(struct sx_answer *answer, bool *taken, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = next(answer, &token, err);
    if (st)
        return st;
    if (token.kind == SX_JSON_OBJECT_END) {
        answer->place = SX_ANSWER_IN_RESULTS;
        return STRIA_OK;
    }
    if (sx_answer_is_key(&token, "series")) {
        answer->place = SX_ANSWER_IN_SERIES;
        return want(answer, SX_JSON_ARRAY, "series", &token, err);
    }
    if (sx_answer_is_key(&token, "messages"))
        return read_messages(answer, err);
    if (!sx_answer_is_key(&token, "error"))
        return skip_value(answer, err);
    *taken = true;
    return read_error(answer, err);
}

static stria_status step_in_series(struct sx_answer *answer, bool *taken, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = next(answer, &token, err);
    if (st)
        return st;
    if (token.kind == SX_JSON_ARRAY_END) {
        answer->place = SX_ANSWER_IN_RESULT;
        return STRIA_OK;
    }
    if (token.kind != SX_JSON_OBJECT)
        return sx_answer_unknown("series", err);
    *taken = true;
    answer->step = SX_ANSWER_STEP_SERIES;
    return read_series(answer, answer->partial, err);
}

/* Passes over the rows that are left. */
static stria_status skip_rows(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st;
    while (!(st = next(answer, &token, err)) && token.kind == SX_JSON_ARRAY)
        if ((st = sx_json_skip(&answer->reader, &token, err)))
            return st;
    answer->place = SX_ANSWER_BEHIND_VALUES;
    return st;
}

static stria_status step_behind_values(struct sx_answer *answer, bool *taken, stria_error *err)
{
    struct sx_json_token token;
    stria_status st;
    answer->partial = false;
    while (!(st = next(answer, &token, err)) && token.kind == SX_JSON_KEY) {
        bool partial = sx_answer_is_key(&token, "partial");
        st = next(answer, &token, err);
        if (!st)
            st = sx_json_skip(&answer->reader, &token, err);
        if (st)
            return st;
        answer->partial = answer->partial || (partial && token.kind == SX_JSON_TRUE);
    }
    answer->place = SX_ANSWER_IN_SERIES;
    answer->step = SX_ANSWER_STEP_SERIES_END;
    *taken = true;
    return st;
}

stria_status sx_answer_step(struct sx_answer *answer, stria_error *err)
{
    struct sx_json_token token;
    stria_status st = STRIA_OK;
    bool taken = answer->step_left;
    answer->step_left = false;
    while (!taken && !st) {
        switch (answer->place) {
        case SX_ANSWER_AT_TOP:
            st = next(answer, &token, err);
            answer->place = SX_ANSWER_IN_DOCUMENT;
            if (!st && token.kind == SX_JSON_END) {
                answer->place = SX_ANSWER_AT_TOP;
                answer->step = SX_ANSWER_STEP_END;
                return STRIA_OK;
            }
            if (!st && token.kind != SX_JSON_OBJECT)
                st = sx_answer_unknown("no object", err);
            break;
        case SX_ANSWER_IN_DOCUMENT:
            st = step_in_document(answer, &taken, err);
            break;
        case SX_ANSWER_IN_RESULTS:
            st = step_in_results(answer, &taken, err);
            break;
        case SX_ANSWER_IN_RESULT:
            st = step_in_result(answer, &taken, err);
            break;
        case SX_ANSWER_IN_SERIES:
            st = step_in_series(answer, &taken, err);
            break;
        case SX_ANSWER_IN_VALUES:
            st = skip_rows(answer, err);
            break;
        case SX_ANSWER_BEHIND_VALUES:
            st = step_behind_values(answer, &taken, err);
            break;
        }
    }
    return st;
}
