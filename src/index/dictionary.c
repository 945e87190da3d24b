/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary.c -- see dictionary.h. */
#include "index/dictionary.h"

#include "base/varint.h"

static size_t shared_len(struct sx_bytes a, struct sx_bytes b)
{
    size_t len = 0, max = SX_MIN(a.len, b.len);
    while (len < max && a.ptr[len] == b.ptr[len])
        len++;
    return len;
}

static size_t put_entry(struct sx_buf *out, const struct sx_bytes *strings, size_t i)
{
    size_t start = out->len;
    size_t shared = i % SX_DICTIONARY_GROUP ? shared_len(strings[i - 1], strings[i]) : 0;
    sx_buf_put_varint(out, shared);
    sx_buf_put_varint(out, strings[i].len - shared);
    sx_buf_put(out, strings[i].ptr + shared, strings[i].len - shared);
    return out->len - start;
}

/* Bytes of the entry without writing it. */
static size_t entry_size(const struct sx_bytes *strings, size_t i)
{
    uint8_t scratch[SX_VARINT_SIZE_MAX];
    size_t shared = i % SX_DICTIONARY_GROUP ? shared_len(strings[i - 1], strings[i]) : 0;
    return sx_varint_write(scratch, shared) + sx_varint_write(scratch, strings[i].len - shared) +
           strings[i].len - shared;
}

void sx_dictionary_put(struct sx_buf *out, const struct sx_bytes *strings, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += entry_size(strings, i);
    sx_buf_put_varint(out, count);
    sx_buf_put_varint(out, size);
    for (size_t i = 0; i < count; i++)
        (void)put_entry(out, strings, i);
    size_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && i % SX_DICTIONARY_GROUP == 0)
            sx_buf_put_u32(out, (uint32_t)offset);
        offset += entry_size(strings, i);
    }
    if (size > UINT32_MAX)
        out->failed = true;
}

bool sx_dictionary_take(struct sx_bytes *in, struct sx_dictionary *dictionary)
{
    uint64_t count, size;
    struct sx_bytes offsets;
    if (!sx_varint_get_max(in, UINT32_MAX, &count) || !sx_varint_get_max(in, in->len, &size) ||
        !sx_bytes_take(in, (size_t)size, &dictionary->entries))
        return false;
    if (count > size) /* an entry has two bytes at least, but for the empty string's */
        return false;
    uint64_t groups = (count + SX_DICTIONARY_GROUP - 1) / SX_DICTIONARY_GROUP;
    if (!sx_bytes_take(in, groups > 1 ? (size_t)(groups - 1) * 4 : 0, &offsets))
        return false;
    dictionary->offsets = offsets.ptr;
    dictionary->count = (uint32_t)count;
    return true;
}

static bool seek_group(struct sx_dictionary_walk *walk, const struct sx_dictionary *dictionary,
                       uint32_t group)
{
    uint32_t offset = group ? sx_get_u32(dictionary->offsets + (size_t)(group - 1) * 4) : 0;
    if (offset > dictionary->entries.len)
        return false;
    walk->dictionary = dictionary;
    walk->rest = sx_bytes_make(dictionary->entries.ptr + offset, dictionary->entries.len - offset);
    walk->next = group * SX_DICTIONARY_GROUP;
    return true;
}

bool sx_dictionary_next(struct sx_dictionary_walk *walk, struct sx_buf *text)
{
    uint64_t shared, len;
    struct sx_bytes rest;
    if (walk->next >= walk->dictionary->count)
        return false;
    if (walk->next % SX_DICTIONARY_GROUP == 0)
        text->len = 0;
    if (!sx_varint_get_max(&walk->rest, text->len, &shared) || !sx_varint_get(&walk->rest, &len) ||
        len > walk->rest.len || !sx_bytes_take(&walk->rest, (size_t)len, &rest))
        return false;
    text->len = (size_t)shared;
    sx_buf_put_bytes(text, rest);
    if (text->failed)
        return false;
    walk->next++;
    return true;
}

bool sx_dictionary_walk(struct sx_dictionary_walk *walk, const struct sx_dictionary *dictionary,
                        uint32_t from, struct sx_buf *text)
{
    text->len = 0;
    if (from >= dictionary->count) { /* behind the last: there may be no such group */
        *walk = (struct sx_dictionary_walk){.dictionary = dictionary, .next = dictionary->count};
        return true;
    }
    if (!seek_group(walk, dictionary, from / SX_DICTIONARY_GROUP))
        return false;
    while (walk->next < from)
        if (!sx_dictionary_next(walk, text))
            return false;
    return true;
}

bool sx_dictionary_is_in_place(const struct sx_dictionary_walk *walk)
{
    const struct sx_dictionary *dictionary = walk->dictionary;
    if (walk->next == dictionary->count)
        return walk->rest.len == 0;
    if (walk->next == 0 || walk->next % SX_DICTIONARY_GROUP)
        return true;
    size_t group = walk->next / SX_DICTIONARY_GROUP;
    return sx_get_u32(dictionary->offsets + (group - 1) * 4) ==
           dictionary->entries.len - walk->rest.len;
}

bool sx_dictionary_get(const struct sx_dictionary *dictionary, uint32_t position,
                       struct sx_buf *text)
{
    struct sx_dictionary_walk walk;
    return position < dictionary->count && sx_dictionary_walk(&walk, dictionary, position, text) &&
           sx_dictionary_next(&walk, text);
}

bool sx_dictionary_find(const struct sx_dictionary *dictionary, struct sx_bytes string,
                        struct sx_buf *text, uint32_t *position, bool *equal)
{
    struct sx_dictionary_walk walk;
    uint32_t low = 0, high = (dictionary->count + SX_DICTIONARY_GROUP - 1) / SX_DICTIONARY_GROUP;
    *equal = false;
    *position = 0;
    if (dictionary->count == 0)
        return true;
    /* The last group whose first string is not after `string`. */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (!sx_dictionary_get(dictionary, middle * SX_DICTIONARY_GROUP, text))
            return false;
        if (sx_bytes_compare(sx_buf_bytes(text), string) <= 0)
            low = middle;
        else
            high = middle;
    }
    if (!seek_group(&walk, dictionary, low))
        return false;
    for (*position = low * SX_DICTIONARY_GROUP; *position < dictionary->count; ++*position) {
        if (!sx_dictionary_next(&walk, text))
            return false;
        int order = sx_bytes_compare(sx_buf_bytes(text), string);
        *equal = order == 0;
        if (order >= 0)
            break;
    }
    return true;
}
