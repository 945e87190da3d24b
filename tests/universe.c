/* SPDX-License-Identifier: Apache-2.0 */
/* universe.c -- see universe.h. */
#include "universe.h"

#include "random.h"

#include "base/hash.h"
#include "base/mem.h"
#include "model/series_key.h"

#include <stdio.h>
#include <stdlib.h>

struct universe_column universe_columns[UNIVERSE_COLUMNS];
struct universe_series universe_series[UNIVERSE_SERIES + 1];

static const char *const measurement_names[] = {"cpu",  "a b,c=d", "m\xc3\xa4\xc3\x9f",
                                                "zero", "wide",    "marks"};

struct sx_bytes universe_measurement(uint32_t measurement)
{
    /* One with the two bytes that a key escapes. */
    if (measurement == 3)
        return sx_bytes_make("z\0\1o", 4);
    return sx_bytes_of(measurement_names[measurement]);
}

size_t universe_tags(uint32_t series, stria_tag tags[2])
{
    static const char *const hosts[] = {
        "a",  "b",  "c0", "c1", "d e",  "f,g", "h=i", "\xe2\x82\xac",
        "x1", "x2", "x3", "x4", "long", "y1",  "y2",  "y3"};
    static const char *const regions[] = {"eu", "us", "\001"};
    size_t count = 0;
    if (series == UNIVERSE_MARK_SERIES || series < UNIVERSE_MEASUREMENTS)
        return 0; /* the first of each measurement has no tags */
    const char *host = hosts[series / UNIVERSE_MEASUREMENTS % SX_COUNT_OF(hosts)];
    tags[count++] = (stria_tag){.key = {"host", 4}, .value = {host, strlen(host)}};
    if (series % 3 == 0) {
        const char *region = regions[series / 3 % SX_COUNT_OF(regions)];
        tags[count++] = (stria_tag){.key = {"region", 6}, .value = {region, strlen(region)}};
    }
    return count;
}

static void init_series(uint32_t i)
{
    struct universe_series *s = &universe_series[i];
    struct sx_buf key;
    stria_tag tags[2];
    sx_buf_init_fixed(&key, s->key, sizeof s->key);
    s->measurement = i == UNIVERSE_MARK_SERIES ? UNIVERSE_MEASUREMENTS : i % UNIVERSE_MEASUREMENTS;
    if (sx_key_make(&key, universe_measurement(s->measurement), tags, universe_tags(i, tags), NULL))
        abort();
    s->key_len = key.len;
    s->hash = sx_hash(sx_buf_bytes(&key));
}

static void init_column(uint32_t i)
{
    static const stria_type narrow[] = {STRIA_FLOAT,  STRIA_INT,   STRIA_UINT, STRIA_BOOL,
                                        STRIA_STRING, STRIA_FLOAT, STRIA_INT,  STRIA_INT};
    static const stria_type clash[] = {STRIA_INT, STRIA_STRING, STRIA_FLOAT, STRIA_UINT};
    struct universe_column *c = &universe_columns[i];
    if (i < UNIVERSE_FIRST_CLASH) {
        c->type = narrow[i];
        (void)snprintf(c->name, sizeof c->name, "f%u", (unsigned)i);
    } else if (i < UNIVERSE_FIRST_WIDE) {
        c->type = clash[i - UNIVERSE_FIRST_CLASH];
        (void)snprintf(c->name, sizeof c->name, "f%u", (unsigned)(i - UNIVERSE_FIRST_CLASH));
    } else {
        c->type = STRIA_FLOAT;
        (void)snprintf(c->name, sizeof c->name, "w%02u", (unsigned)(i - UNIVERSE_FIRST_WIDE));
    }
}

void universe_init(void)
{
    for (uint32_t i = 0; i <= UNIVERSE_SERIES; i++)
        init_series(i);
    for (uint32_t i = 0; i < UNIVERSE_COLUMNS; i++)
        init_column(i);
}

uint32_t universe_find_series(struct sx_bytes key)
{
    for (uint32_t i = 0; i <= UNIVERSE_SERIES; i++)
        if (sx_bytes_equal(key, universe_key(i)))
            return i;
    return UINT32_MAX;
}

uint32_t universe_find_column(struct sx_bytes name, stria_type type)
{
    for (uint32_t i = 0; i < UNIVERSE_COLUMNS; i++)
        if (universe_columns[i].type == type &&
            sx_bytes_equal(name, sx_bytes_of(universe_columns[i].name)))
            return i;
    return UINT32_MAX;
}

size_t universe_text(uint64_t value, uint8_t *bytes)
{
    uint64_t state = value;
    size_t size = value % 16 == 0 ? 0 : (size_t)(value / 16 % 24);
    if (value % 256 == 255)
        size = (size_t)(value / 256 % UNIVERSE_TEXT_MAX);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(&state);
    return size;
}

uint64_t universe_value(uint32_t column, uint64_t bits)
{
    static const uint64_t floats[] = {0x8000000000000000u, 0x7ff0000000000000u, 0xfff0000000000000u,
                                      0x7ff8000000000001u, 0x7ff0000000000002u, 0xfff8dead0000beefu,
                                      0x0000000000000001u, 0x7fefffffffffffffu};
    static const uint64_t ints[] = {0, UINT64_MAX, (uint64_t)INT64_MAX, (uint64_t)INT64_MIN, 1};
    uint64_t low = bits & 0xff, rest = bits >> 8;
    switch (universe_columns[column].type) {
    case STRIA_FLOAT:
        if (low < 8)
            return floats[low];
        /* Tenths, whole numbers, and any bits. */
        return low < 128   ? sx_bits_of_f64((double)(int64_t)(rest % 2001) / 10 - 100)
               : low < 200 ? sx_bits_of_f64((double)(rest % 1000))
                           : rest * 0x9e3779b97f4a7c15u;
    case STRIA_BOOL:
        return rest & 1;
    case STRIA_STRING:
        return low < 128 ? rest % 64 : rest;
    default:
        return low < 8     ? ints[low % SX_COUNT_OF(ints)]
               : low < 128 ? rest % 1000
                           : rest * 0x9e3779b97f4a7c15u;
    }
}
