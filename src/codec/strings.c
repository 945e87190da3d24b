/* SPDX-License-Identifier: Apache-2.0 */
/* strings.c -- see strings.h.
 *
 * Algorithm   One pass puts every value into a hash table. With few distinct values the table is
 *             the dictionary; the pass gives up when too many are distinct. */
#include "codec/strings.h"

#include "base/compress.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/varint.h"
#include "codec/ints.h"

#define DICTIONARY_SHARE 4  /* values for each distinct one, at least */
#define DICTIONARY_SMALL 4  /* distinct values that are always allowed */
#define DICTIONARY_TRY 1024 /* distinct values in the beginning that do not tell of the rest */

static struct sx_bytes bytes_of(stria_bytes text)
{
    return sx_bytes_make(text.ptr, text.len);
}

/* ---- the dictionary ------------------------------------------------------------------------- */

struct dictionary {
    const stria_bytes *values;
    uint32_t *first_use; /* index of the value that brought each entry */
    size_t count;
    struct sx_map map;
};

static bool entry_equal(const void *owner, uint32_t entry, const void *key)
{
    const struct dictionary *dictionary = owner;
    const stria_bytes *text = key;
    return sx_bytes_equal(bytes_of(dictionary->values[dictionary->first_use[entry]]),
                          bytes_of(*text));
}

static uint64_t entry_hash(const void *owner, uint32_t entry)
{
    const struct dictionary *dictionary = owner;
    return sx_hash(bytes_of(dictionary->values[dictionary->first_use[entry]]));
}

/* Fills the dictionary and the index of each value. *small: it is worth having. False: no
 * memory. */
static bool fill(struct dictionary *dictionary, size_t count, int64_t *indexes, bool *small)
{
    *small = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = sx_hash(bytes_of(dictionary->values[i]));
        uint32_t entry =
            sx_map_find(&dictionary->map, hash, entry_equal, dictionary, &dictionary->values[i]);
        if (entry == SX_MAP_NONE) {
            if (dictionary->count > DICTIONARY_TRY + i / DICTIONARY_SHARE)
                return true;
            if (!sx_map_reserve(&dictionary->map, dictionary->count + 1, entry_hash, dictionary))
                return false;
            entry = (uint32_t)dictionary->count++;
            dictionary->first_use[entry] = (uint32_t)i;
            sx_map_put(&dictionary->map, hash, entry);
        }
        indexes[i] = entry;
    }
    *small = dictionary->count <= DICTIONARY_SMALL + count / DICTIONARY_SHARE;
    return true;
}

static void put_dictionary(struct sx_buf *out, const struct dictionary *dictionary,
                           int64_t *indexes, size_t count)
{
    struct sx_ints_plan plan;
    sx_buf_put_u8(out, SX_STRINGS_DICTIONARY);
    sx_buf_put_varint(out, dictionary->count);
    for (size_t entry = 0; entry < dictionary->count; entry++)
        sx_buf_put_sized(out, bytes_of(dictionary->values[dictionary->first_use[entry]]));
    sx_ints_plan(&plan, indexes, count, indexes, &(struct sx_ints_wish){0});
    sx_ints_write(out, &plan);
}

/* ---- zstd ----------------------------------------------------------------------------------- */

#define ZSTD_RATIO_MAX 100000 /* no frame is smaller than that part of what it holds */
#define ZSTD_SIZE_MIN 512     /* bytes of a body that are worth a try */
#define ZSTD_SAVES 8          /* it must save an eighth part */

/* Packs the bytes behind `at` in place, if that saves enough; *packed: whether it did. */
static stria_status try_zstd(struct sx_buf *out, size_t at, enum sx_tier tier, struct sx_mem *mem,
                             bool *packed, stria_error *err)
{
    struct sx_buf frame;
    size_t size = out->len - at;
    uint8_t prefix[SX_VARINT_SIZE_MAX];
    *packed = false;
    if (out->failed || size < ZSTD_SIZE_MIN)
        return STRIA_OK;
    struct sx_compressor *compressor = sx_compressor_create(mem);
    if (!compressor)
        return sx_mem_refused(mem, size, err);
    sx_buf_init(&frame, mem, size - size / ZSTD_SAVES);
    stria_status st = sx_zstd_put(compressor, &frame, sx_bytes_make(out->ptr + at, size),
                                  tier == SX_TIER_SEALED ? 9 : 1, NULL);
    if (!st) {
        *packed = true;
        out->len = at;
        sx_buf_put(out, prefix, sx_varint_write(prefix, size));
        sx_buf_put_bytes(out, sx_buf_bytes(&frame));
    }
    sx_buf_deinit(&frame);
    sx_compressor_destroy(compressor);
    /* LIMIT: the frame would be too large, so it does not pay. */
    return st == STRIA_OK || st == STRIA_LIMIT ? STRIA_OK : sx_mem_refused(mem, size, err);
}

/* ---- encoding ------------------------------------------------------------------------------- */

static stria_status put_plain(struct sx_buf *out, const stria_bytes *values, size_t count,
                              int64_t *lengths, enum sx_tier tier, struct sx_mem *mem,
                              stria_error *err)
{
    struct sx_ints_plan plan;
    uint8_t prefix[SX_VARINT_SIZE_MAX];
    size_t head = out->len;
    bool packed;
    sx_buf_put_u8(out, SX_STRINGS_PLAIN);
    for (size_t i = 0; i < count; i++)
        lengths[i] = (int64_t)values[i].len;
    sx_ints_plan(&plan, lengths, count, lengths, &(struct sx_ints_wish){0});
    size_t at = out->len;
    sx_ints_write(out, &plan);
    size_t size = out->len - at, prefix_size = sx_varint_write(prefix, size);
    if (!sx_buf_extend(out, prefix_size))
        return STRIA_OK; /* the refusal is told by the caller */
    memmove(out->ptr + at + prefix_size, out->ptr + at, size);
    memcpy(out->ptr + at, prefix, prefix_size);
    size_t body = out->len;
    for (size_t i = 0; i < count; i++)
        sx_buf_put_bytes(out, bytes_of(values[i]));
    stria_status st = try_zstd(out, body, tier, mem, &packed, err);
    if (!st && packed)
        out->ptr[head] = SX_STRINGS_ZSTD;
    return st;
}

static bool all_equal(const stria_bytes *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!sx_bytes_equal(bytes_of(values[i]), bytes_of(values[0])))
            return false;
    return true;
}

stria_status sx_strings_encode(struct sx_buf *out, const stria_bytes *values, size_t count,
                               enum sx_tier tier, struct sx_mem *mem, stria_error *err)
{
    if (all_equal(values, count)) {
        sx_buf_put_u8(out, SX_STRINGS_CONSTANT);
        sx_buf_put_bytes(out, bytes_of(values[0]));
        return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
    }
    size_t size = count * (sizeof(int64_t) + sizeof(uint32_t));
    int64_t *numbers = sx_mem_alloc(mem, size);
    if (!numbers)
        return sx_mem_refused(mem, size, err);
    struct dictionary dictionary = {
        .values = values,
        .first_use = (uint32_t *)(void *)(numbers + count),
    };
    stria_status st = STRIA_OK;
    bool small;
    sx_map_init(&dictionary.map, mem);
    if (!fill(&dictionary, count, numbers, &small))
        st = sx_mem_refused(mem, dictionary.count * sizeof(struct sx_map_cell), err);
    else if (small)
        put_dictionary(out, &dictionary, numbers, count);
    else
        st = put_plain(out, values, count, numbers, tier, mem, err);
    sx_map_deinit(&dictionary.map);
    sx_mem_free(mem, numbers);
    if (st == STRIA_OK && out->failed)
        st = sx_buf_refused(out, "column", err);
    return st;
}

/* ---- decoding ------------------------------------------------------------------------------- */

static stria_status broken(stria_error *err)
{
    return sx_fail(err, STRIA_CORRUPT, "a column of strings breaks its format");
}

static stria_status decode_dictionary(struct sx_bytes in, size_t count, size_t first,
                                      size_t range_count, stria_bytes *values,
                                      struct sx_arena *arena, stria_error *err)
{
    uint64_t entry_count;
    struct sx_ints_reader indexes;
    if (!sx_varint_get_max(&in, count, &entry_count) || entry_count == 0)
        return broken(err);
    stria_bytes *entries = sx_arena_array(arena, (size_t)entry_count, sizeof *entries);
    if (!entries)
        return sx_fail(err, STRIA_NOMEM, "no memory for a dictionary of %zu strings",
                       (size_t)entry_count);
    for (size_t i = 0; i < entry_count; i++) {
        struct sx_bytes text;
        if (!sx_sized_get(&in, &text))
            return broken(err);
        entries[i] = (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
    }
    stria_status st = sx_ints_open(&indexes, in, count, NULL, err);
    if (st || range_count == 0)
        return st;
    if (!sx_ints_seek(&indexes, first / SX_GROUP))
        return broken(err);
    for (size_t i = first; i < first + range_count;) {
        int64_t group[SX_GROUP];
        if (!sx_ints_next(&indexes, group))
            return broken(err);
        do {
            uint64_t index = (uint64_t)group[i % SX_GROUP];
            if (index >= entry_count)
                return broken(err);
            values[i - first] = entries[index];
            i++;
        } while (i % SX_GROUP && i < first + range_count);
    }
    return STRIA_OK;
}

/* Unpacks a body into the arena. */
static stria_status unpack_body(struct sx_bytes *body, struct sx_arena *arena, stria_error *err)
{
    uint64_t size;
    if (!sx_varint_get_max(body, SX_COMPRESS_SIZE_MAX, &size) || size == 0 ||
        size / ZSTD_RATIO_MAX > body->len)
        return broken(err);
    struct sx_compressor *unpacker = sx_compressor_create(arena->mem);
    uint8_t *bytes = unpacker ? sx_arena_alloc(arena, (size_t)size) : NULL;
    stria_status st = bytes ? sx_zstd_get(unpacker, *body, bytes, (size_t)size, err)
                            : sx_mem_refused(arena->mem, (size_t)size, err);
    sx_compressor_destroy(unpacker);
    *body = sx_bytes_make(bytes, (size_t)size);
    return st;
}

static stria_status decode_plain(struct sx_bytes in, bool packed, size_t count, size_t first,
                                 size_t range_count, stria_bytes *values, struct sx_arena *arena,
                                 stria_error *err)
{
    struct sx_bytes sized, text;
    struct sx_ints_reader lengths;
    int64_t group[SX_GROUP];
    if (!sx_sized_get(&in, &sized))
        return broken(err);
    stria_status st = sx_ints_open(&lengths, sized, count, NULL, err);
    if (!st && packed)
        st = unpack_body(&in, arena, err);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++) {
        if (i % SX_GROUP == 0 && !sx_ints_next(&lengths, group))
            return broken(err);
        uint64_t len = (uint64_t)group[i % SX_GROUP];
        if (len > in.len || !sx_bytes_take(&in, (size_t)len, &text))
            return broken(err);
        if (i >= first && i - first < range_count)
            values[i - first] = (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
    }
    return in.len == 0 ? STRIA_OK : broken(err);
}

stria_status sx_strings_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                               stria_bytes *values, struct sx_arena *arena, stria_error *err)
{
    if (in.len == 0)
        return broken(err);
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    switch (in.ptr[0]) {
    case SX_STRINGS_CONSTANT:
        for (size_t i = 0; i < range_count; i++)
            values[i] = (stria_bytes){.ptr = (const char *)body.ptr, .len = body.len};
        return STRIA_OK;
    case SX_STRINGS_DICTIONARY:
        return decode_dictionary(body, count, first, range_count, values, arena, err);
    case SX_STRINGS_PLAIN:
    case SX_STRINGS_ZSTD:
        return decode_plain(body, in.ptr[0] == SX_STRINGS_ZSTD, count, first, range_count, values,
                            arena, err);
    default:
        return sx_fail(err, STRIA_VERSION, "a column of strings is of the unknown form %u",
                       in.ptr[0]);
    }
}

const char *sx_strings_name(struct sx_bytes in)
{
    switch (in.ptr[0]) {
    case SX_STRINGS_CONSTANT:
        return "constant";
    case SX_STRINGS_DICTIONARY:
        return "dictionary";
    case SX_STRINGS_PLAIN:
        return "plain";
    case SX_STRINGS_ZSTD:
        return "zstd";
    default:
        return "?";
    }
}
