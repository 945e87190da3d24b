/* SPDX-License-Identifier: Apache-2.0 */
/* index_fixture_test.h -- what the tests of series share: an index, keys from text, and conditions
 * from text.
 *
 * Format      A series: "m,k=v,k=v"; measurement and tags may have any letters but , and =.
 *             A condition: "k=v", "k!v", "k~pattern", "k^pattern" (does not match), joined by " & "
 *             or " | " from the left; "1" and "0" for true and false. */
#ifndef SX_INDEX_INDEX_FIXTURE_TEST_H
#define SX_INDEX_INDEX_FIXTURE_TEST_H

#include "base/golden_test.h"
#include "base/hash.h"
#include "base/regex.h"
#include "index/series_index.h"
#include "model/catalog.h"
#include "model/series_key.h"

#define FIXTURE_NODES 16

struct index_test {
    struct test_mem memory;
    struct sx_series_index *index;
    struct sx_request request;
    struct sx_buf key;
    /* of the condition at hand */
    struct sx_tag_expr nodes[FIXTURE_NODES];
    size_t node_count;
    struct sx_regex *regexes[FIXTURE_NODES];
    size_t regex_count;
};

static inline void index_test_init(struct index_test *t)
{
    *t = (struct index_test){0};
    test_mem_init(&t->memory);
    t->request.mem = &t->memory.mem;
    sx_buf_init(&t->key, &t->memory.mem, 1 << 20);
    t->index = sx_series_index_create(&t->memory.mem, 1, 9, SX_DAY_NS);
    assert_non_null(t->index);
}

static inline void index_test_forget_condition(struct index_test *t)
{
    while (t->regex_count)
        sx_regex_destroy(t->regexes[--t->regex_count]);
    t->node_count = 0;
}

static inline void index_test_deinit(struct index_test *t)
{
    index_test_forget_condition(t);
    sx_series_index_release(t->index);
    sx_buf_deinit(&t->key);
    test_mem_deinit(&t->memory);
}

/* The canonical key of "m,k=v", appended to an empty buffer; tags may be in any order. */
static inline struct sx_bytes index_test_key(struct sx_buf *key, const char *text)
{
    stria_tag tags[16];
    size_t tag_count = 0, len = strcspn(text, ",");
    struct sx_bytes measurement = sx_bytes_make(text, len);
    for (text += len; *text == ',';) {
        size_t key_len = strcspn(++text, "="), value_len = strcspn(text + key_len + 1, ",");
        tags[tag_count++] = (stria_tag){.key = {.ptr = text, .len = key_len},
                                        .value = {.ptr = text + key_len + 1, .len = value_len}};
        text += key_len + 1 + value_len;
    }
    sx_buf_clear(key);
    assert_int_equal(sx_key_make(key, measurement, tags, tag_count, NULL), STRIA_OK);
    return sx_buf_bytes(key);
}

static inline uint32_t index_test_add(struct index_test *t, const char *text)
{
    struct sx_bytes key = index_test_key(&t->key, text);
    uint32_t slot = SX_SLOT_NONE;
    assert_int_equal(sx_series_index_resolve(t->index, key, sx_hash(key), NULL, &slot, NULL),
                     STRIA_OK);
    return slot;
}

/* One match, from "k=v" up to a blank. */
static inline const struct sx_tag_expr *index_test_match(struct index_test *t, const char *text,
                                                         size_t len)
{
    static const stria_match_op ops[] = {STRIA_MATCH_EQUAL, STRIA_MATCH_NOT_EQUAL,
                                         STRIA_MATCH_REGEX, STRIA_MATCH_NOT_REGEX};
    struct sx_tag_expr *node = &t->nodes[t->node_count++];
    assert_true(t->node_count <= FIXTURE_NODES);
    *node = (struct sx_tag_expr){.kind = len == 1 && *text == '1' ? SX_TAG_TRUE : SX_TAG_FALSE};
    if (len == 1)
        return node;
    size_t key_len = strcspn(text, "=!~^");
    node->kind = SX_TAG_MATCH;
    node->op = ops[strchr("=!~^", text[key_len]) - "=!~^"];
    node->key = sx_bytes_make(text, key_len);
    node->value = sx_bytes_make(text + key_len + 1, len - key_len - 1);
    if (node->op >= STRIA_MATCH_REGEX) {
        struct sx_regex *regex = NULL;
        assert_int_equal(sx_regex_create(&t->memory.mem, node->value, &regex, NULL), STRIA_OK);
        t->regexes[t->regex_count++] = regex;
        node->regex = regex;
    }
    return node;
}

static inline const struct sx_tag_expr *index_test_condition(struct index_test *t, const char *text)
{
    const struct sx_tag_expr *left = NULL;
    index_test_forget_condition(t);
    for (char joint = ' '; *text;) {
        size_t len = strcspn(text, " ");
        const struct sx_tag_expr *right = index_test_match(t, text, len);
        if (left) {
            struct sx_tag_expr *both = &t->nodes[t->node_count++];
            *both = (struct sx_tag_expr){
                .kind = joint == '&' ? SX_TAG_AND : SX_TAG_OR, .left = left, .right = right};
            left = both;
        } else {
            left = right;
        }
        text += len;
        if (*text) {
            joint = text[1];
            text += 3;
        }
    }
    return left;
}

#endif
