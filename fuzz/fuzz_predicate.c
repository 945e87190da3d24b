/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_predicate.c -- predicates of /api/v2/delete, with what the server puts behind them, and
 * their times. */
#include "app/server/go_text.h"
#include "app/server/predicate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#define TAIL " AND time >= '1970-01-01T00:00:00Z' AND time < '1970-01-02T00:00:00Z'"

static void check_predicate(struct sx_mem *mem, struct sx_bytes text, size_t size)
{
    struct sx_arena arena;
    struct sx_predicate predicate;
    stria_error err = {0};
    sx_arena_init(&arena, mem, 0);
    stria_status st = sx_predicate_read(&predicate, &arena, text, size, &err);
    CHECK(st == STRIA_OK || err.text[0]);
    for (size_t i = 0; i < predicate.matcher_count && !st; i++) {
        const stria_matcher *m = &predicate.matchers[i];
        CHECK(m->op == STRIA_MATCH_EQUAL || m->op == STRIA_MATCH_REGEX);
        CHECK(m->key.len <= size && m->value.len <= size);
    }
    CHECK(st || predicate.matcher_count || predicate.has_measurement);
    sx_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_buf text;
    int64_t ts_ns;
    int32_t offset_s;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "fuzz", 0);
    check_predicate(&mem, sx_bytes_make(data, size), size);
    sx_buf_init(&text, &mem, size + sizeof TAIL);
    sx_buf_put(&text, data, size);
    sx_buf_put_text(&text, TAIL);
    check_predicate(&mem, sx_buf_bytes(&text), size);
    sx_buf_clear(&text);
    sx_go_put_quoted(&text, sx_bytes_make(data, size));
    sx_buf_deinit(&text);
    CHECK(!sx_go_time_parse(sx_bytes_make(data, size), &ts_ns, &offset_s, &err) || err.text[0]);
    sx_mem_deinit(&mem);
    return 0;
}
