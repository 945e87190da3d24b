/* SPDX-License-Identifier: Apache-2.0 */
/* regex.c -- see regex.h. Wraps PCRE2.
 *
 * Algorithm   Pattern -> tree (regex_parse.c) -> literals (regex_literal.c), or else a pattern of
 *             PCRE2 (regex_emit.c), compiled to machine code where the machine allows it. PCRE2
 *             allocates through the accountant; what its compiler of machine code takes by itself
 *             is charged after the fact.
 * Invariants  PCRE2 sees only valid UTF-8: texts that are not are repaired into the scratch first.
 *             */
#include "base/regex.h"

#include "base/error.h"
#include "base/regex_priv.h"
#include "base/sort.h"
#include "base/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define EMITTED_SIZE_MAX ((size_t)8 << 20)
#define REPAIRED_SIZE_MAX ((size_t)64 << 20)
#define HEAP_KIB_MAX 4096

struct sx_regex {
    struct sx_mem *mem;
    struct sx_arena arena; /* of pattern, literals, prefix, content */
    struct sx_bytes pattern;
    struct sx_regex_info info;
    struct sx_regex_shortcut shortcut;
    pcre2_general_context *general;
    pcre2_code *code; /* NULL: not needed */
    size_t machine_code_size;
};

struct sx_regex_scratch {
    struct sx_mem *mem;
    pcre2_general_context *general;
    pcre2_match_context *context;
    pcre2_match_data *data;
    struct sx_buf repaired;
};

static void *pcre2_alloc(size_t size, void *mem)
{
    return sx_mem_alloc(mem, SX_MAX(size, 1));
}

static void pcre2_release(void *ptr, void *mem)
{
    sx_mem_free(mem, ptr);
}

/* ---- making --------------------------------------------------------------------------------- */

static stria_status refused(struct sx_mem *mem, stria_error *err)
{
    return sx_mem_refused(mem, sizeof(struct sx_regex), err);
}

/* Compiles to machine code where the machine can; matching is slower without. Its memory is known
 * only afterwards: if the budget refuses it, a copy of the code goes on, which has none. */
static stria_status compile_machine_code(struct sx_regex *regex, stria_error *err)
{
    size_t size = 0;
    if (pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) ||
        pcre2_pattern_info(regex->code, PCRE2_INFO_JITSIZE, &size) || !size)
        return STRIA_OK;
    if (sx_mem_reserve(regex->mem, size)) {
        regex->machine_code_size = size;
        return STRIA_OK;
    }
    pcre2_code *copy = pcre2_code_copy(regex->code);
    pcre2_code_free(regex->code);
    regex->code = copy;
    return copy ? STRIA_OK : refused(regex->mem, err);
}

/* Of a pattern that was parsed, only its size can be wrong for PCRE2. */
static stria_status compile(struct sx_regex *regex, struct sx_bytes emitted, stria_error *err)
{
    regex->general = pcre2_general_context_create(pcre2_alloc, pcre2_release, regex->mem);
    if (!regex->general)
        return refused(regex->mem, err);
    pcre2_compile_context *context = pcre2_compile_context_create(regex->general);
    if (!context)
        return refused(regex->mem, err);
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    (void)pcre2_set_parens_nest_limit(context, 4 * SX_REGEX_DEPTH_MAX);
    int code;
    PCRE2_SIZE offset;
    const uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_ALT_CIRCUMFLEX |
                             PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C;
    regex->code = pcre2_compile(emitted.ptr, emitted.len, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (regex->code)
        return STRIA_OK;
    if (code == PCRE2_ERROR_HEAP_FAILED || code == PCRE2_ERROR_NOMEMORY)
        return refused(regex->mem, err);
    const char *what = "not supported";
    if (code == PCRE2_ERROR_PATTERN_TOO_LARGE || code == PCRE2_ERROR_PATTERN_TOO_COMPLICATED)
        what = "expression too large";
    return sx_fail(err, STRIA_SYNTAX, "error parsing regexp: %s: `%.*s`", what,
                   (int)regex->pattern.len, (const char *)regex->pattern.ptr);
}

/* Copies bytes from a shorter-lived arena into the regex's. */
static bool keep(struct sx_regex *regex, struct sx_bytes *bytes)
{
    *bytes = sx_arena_dup(&regex->arena, *bytes);
    return bytes->ptr != NULL;
}

static bool keep_info(struct sx_regex *regex)
{
    struct sx_regex_info *info = &regex->info;
    bool ok = keep(regex, &info->prefix) && keep(regex, &regex->shortcut.content);
    struct sx_bytes *literals =
        sx_arena_array(&regex->arena, info->literal_count, sizeof *literals);
    ok = ok && literals;
    for (size_t i = 0; ok && i < info->literal_count; i++) {
        literals[i] = info->literals[i];
        ok = keep(regex, &literals[i]);
    }
    info->literals = literals;
    return ok;
}

static stria_status build(struct sx_regex *regex, struct sx_arena *arena, stria_error *err)
{
    struct sx_regex_node *tree;
    stria_status st = sx_regex_parse(arena, regex->pattern, &tree, err);
    if (st)
        return st;
    st = sx_regex_analyse(arena, tree, &regex->info, &regex->shortcut, err);
    if (st)
        return st;
    if (!keep_info(regex))
        return refused(regex->mem, err);
    if (regex->info.kind != SX_REGEX_GENERAL || regex->shortcut.by != SX_REGEX_BY_NONE)
        return STRIA_OK;
    struct sx_buf emitted;
    sx_buf_init(&emitted, regex->mem, EMITTED_SIZE_MAX);
    sx_regex_emit(&emitted, tree);
    st = emitted.failed ? sx_buf_refused(&emitted, "regular expression", err)
                        : compile(regex, sx_buf_bytes(&emitted), err);
    sx_buf_deinit(&emitted);
    return st ? st : compile_machine_code(regex, err);
}

stria_status sx_regex_create(struct sx_mem *mem, struct sx_bytes pattern, struct sx_regex **out,
                             stria_error *err)
{
    struct sx_arena arena;
    *out = NULL;
    if (pattern.len > SX_REGEX_SIZE_MAX)
        return sx_fail(err, STRIA_LIMIT, "regular expression: longer than %zu bytes",
                       SX_REGEX_SIZE_MAX);
    struct sx_regex *regex = sx_mem_zalloc(mem, sizeof *regex);
    if (!regex)
        return refused(mem, err);
    regex->mem = mem;
    sx_arena_init(&regex->arena, mem, 256);
    sx_arena_init(&arena, mem, 0);
    regex->pattern = pattern;
    stria_status st = keep(regex, &regex->pattern) ? build(regex, &arena, err) : refused(mem, err);
    sx_arena_deinit(&arena);
    if (st) {
        sx_regex_destroy(regex);
        return st;
    }
    *out = regex;
    return STRIA_OK;
}

void sx_regex_destroy(struct sx_regex *regex)
{
    if (!regex)
        return;
    struct sx_mem *mem = regex->mem;
    pcre2_code_free(regex->code);
    pcre2_general_context_free(regex->general);
    sx_mem_release(mem, regex->machine_code_size);
    sx_arena_deinit(&regex->arena);
    sx_mem_free(mem, regex);
}

const struct sx_regex_info *sx_regex_info(const struct sx_regex *regex)
{
    return &regex->info;
}

struct sx_bytes sx_regex_pattern(const struct sx_regex *regex)
{
    return regex->pattern;
}

/* ---- scratch -------------------------------------------------------------------------------- */

struct sx_regex_scratch *sx_regex_scratch_create(struct sx_mem *mem)
{
    struct sx_regex_scratch *scratch = sx_mem_zalloc(mem, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->mem = mem;
    sx_buf_init(&scratch->repaired, mem, REPAIRED_SIZE_MAX);
    scratch->general = pcre2_general_context_create(pcre2_alloc, pcre2_release, mem);
    if (scratch->general) {
        scratch->context = pcre2_match_context_create(scratch->general);
        scratch->data = pcre2_match_data_create(1, scratch->general);
    }
    if (!scratch->context || !scratch->data) {
        sx_regex_scratch_destroy(scratch);
        return NULL;
    }
    (void)pcre2_set_heap_limit(scratch->context, HEAP_KIB_MAX);
    return scratch;
}

void sx_regex_scratch_destroy(struct sx_regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    pcre2_general_context_free(scratch->general);
    sx_buf_deinit(&scratch->repaired);
    sx_mem_free(scratch->mem, scratch);
}

/* ---- matching ------------------------------------------------------------------------------- */

static int compare_bytes(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(*(const struct sx_bytes *)a, *(const struct sx_bytes *)b);
}

static bool is_literal(const struct sx_regex_info *info, struct sx_bytes text)
{
    size_t i = sx_lower_bound(info->literals, info->literal_count, sizeof *info->literals, &text,
                              compare_bytes, NULL);
    return i < info->literal_count && sx_bytes_equal(info->literals[i], text);
}

static bool matches_shortcut(const struct sx_regex_shortcut *shortcut, struct sx_bytes text)
{
    if (shortcut->by == SX_REGEX_BY_CONTENT)
        return text.len >= shortcut->content.len &&
               memmem(text.ptr, text.len, shortcut->content.ptr, shortcut->content.len);
    return text.len >= shortcut->size_min && !(text.len && memchr(text.ptr, '\n', text.len));
}

static stria_status match_general(const struct sx_regex *regex, struct sx_regex_scratch *scratch,
                                  struct sx_bytes text, bool *matches, stria_error *err)
{
    uint64_t steps = SX_REGEX_STEPS_MIN + (uint64_t)SX_REGEX_STEPS_PER_BYTE * text.len;
    uint32_t limit = (uint32_t)SX_MIN(steps, UINT32_MAX);
    (void)pcre2_set_match_limit(scratch->context, limit);
    (void)pcre2_set_depth_limit(scratch->context, limit);
    int code = pcre2_match(regex->code, text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, scratch->data,
                           scratch->context);
    if (code == PCRE2_ERROR_JIT_STACKLIMIT)
        code = pcre2_match(regex->code, text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                           scratch->data, scratch->context);
    *matches = code >= 0;
    if (code >= 0 || code == PCRE2_ERROR_NOMATCH)
        return STRIA_OK;
    if (code == PCRE2_ERROR_NOMEMORY)
        return refused(scratch->mem, err);
    return sx_fail(err, STRIA_LIMIT,
                   "regular expression `%.*s` takes too many steps on a text of %zu bytes",
                   (int)regex->pattern.len, (const char *)regex->pattern.ptr, text.len);
}

stria_status sx_regex_match(const struct sx_regex *regex, struct sx_regex_scratch *scratch,
                            struct sx_bytes text, bool *matches, stria_error *err)
{
    struct sx_bytes prefix = regex->info.prefix;
    *matches = true;
    if (regex->info.kind == SX_REGEX_ALL)
        return STRIA_OK;
    if (regex->info.kind == SX_REGEX_LITERALS) {
        *matches = is_literal(&regex->info, text);
        return STRIA_OK;
    }
    if (regex->shortcut.by != SX_REGEX_BY_NONE) {
        *matches = matches_shortcut(&regex->shortcut, text);
        return STRIA_OK;
    }
    if (!sx_bytes_starts_with(text, prefix)) {
        *matches = false;
        return STRIA_OK;
    }
    if (!text.len)
        text = SX_LITERAL("");
    if (SX_UNLIKELY(!sx_utf8_valid(text))) {
        sx_buf_clear(&scratch->repaired);
        sx_utf8_put_valid(&scratch->repaired, text);
        if (scratch->repaired.failed)
            return sx_buf_refused(&scratch->repaired, "text to match", err);
        text = sx_buf_bytes(&scratch->repaired);
    }
    return match_general(regex, scratch, text, matches, err);
}
