/* SPDX-License-Identifier: Apache-2.0 */
/* refusal.c -- see refusal.h. */
#include "app/client/refusal.h"

#include "base/int_text.h"

struct sx_bytes sx_refusal_take(struct sx_bytes *text)
{
    const uint8_t *lf = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    struct sx_bytes sentence = {0}, skipped;
    (void)sx_bytes_take(text, lf ? (size_t)(lf - text->ptr) : text->len, &sentence);
    (void)sx_bytes_take(text, lf ? 1 : 0, &skipped);
    if (sx_bytes_starts_with(sentence, SX_LITERAL("partial write: ")))
        (void)sx_bytes_take(&sentence, strlen("partial write: "), &skipped);
    return sentence;
}

/* The number behind the last "dropped=" of a sentence; 0: there is none. */
static uint64_t dropped_in(struct sx_bytes sentence)
{
    const struct sx_bytes word = SX_LITERAL("dropped=");
    uint64_t count = 0, found;
    struct sx_bytes passed;
    for (; sentence.len > word.len; (void)sx_bytes_take(&sentence, 1, &passed)) {
        struct sx_bytes number = sx_bytes_make(sentence.ptr + word.len, sentence.len - word.len);
        if (sx_bytes_starts_with(sentence, word) && sx_uint_take(&number, &found) == STRIA_OK)
            count = found;
    }
    return count;
}

uint64_t sx_refusal_count(struct sx_bytes text)
{
    uint64_t unparsed = 0, dropped = 0;
    while (text.len) {
        struct sx_bytes sentence = sx_refusal_take(&text);
        unparsed += sx_bytes_starts_with(sentence, SX_LITERAL("unable to parse "));
        dropped += dropped_in(sentence);
    }
    return unparsed + dropped;
}
