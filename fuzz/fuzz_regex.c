/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_regex.c -- any bytes as a pattern and, behind a NUL, a text; what is known holds. */
#include "base/regex.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void check_literals(const struct sx_regex *regex, struct sx_regex_scratch *scratch)
{
    const struct sx_regex_info *info = sx_regex_info(regex);
    for (size_t i = 0; i < info->literal_count && i < 10; i++) {
        bool yes;
        CHECK(i == 0 || sx_bytes_compare(info->literals[i - 1], info->literals[i]) < 0);
        CHECK(sx_regex_match(regex, scratch, info->literals[i], &yes, NULL) == STRIA_OK && yes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_regex *regex;
    stria_error err;
    bool yes;
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t pattern_size = end ? (size_t)(end - data) : size;
    size_t text_size = end ? size - pattern_size - 1 : 0;
    sx_mem_init(&mem, NULL, "fuzz", 64 << 20);
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(&mem);
    CHECK(scratch);
    stria_status st = sx_regex_create(&mem, sx_bytes_make(data, pattern_size), &regex, &err);
    CHECK(st == STRIA_OK || st == STRIA_SYNTAX || st == STRIA_NOMEM);
    if (!st) {
        struct sx_bytes text = sx_bytes_make(end ? end + 1 : NULL, text_size);
        st = sx_regex_match(regex, scratch, text, &yes, &err);
        CHECK(st == STRIA_OK || st == STRIA_LIMIT);
        if (!st && yes)
            CHECK(sx_bytes_starts_with(text, sx_regex_info(regex)->prefix));
        check_literals(regex, scratch);
    }
    sx_regex_destroy(regex);
    sx_regex_scratch_destroy(scratch);
    sx_mem_deinit(&mem);
    return 0;
}
