/* SPDX-License-Identifier: Apache-2.0 */
/* universe.h -- the few series, columns and values that the whole-store tests play with.
 *
 * Why         A small world makes collisions: the same series and times are written again and again
 *             by different ways, which is where stores go wrong.
 * Invariants  Everything follows from its number alone, so an operation is its seed. A string value
 *             is a number too: universe_text() tells its bytes.
 * Threads     universe_init once, before; then immutable. */
#ifndef SX_TESTS_UNIVERSE_H
#define SX_TESTS_UNIVERSE_H

#include "base/bytes.h"
#include "stria.h"

#define UNIVERSE_MEASUREMENTS 5
#define UNIVERSE_SERIES 40        /* series i is of measurement i % UNIVERSE_MEASUREMENTS */
#define UNIVERSE_MARK_SERIES 40   /* and one more, that tells which writes are there */
#define UNIVERSE_NARROW_COLUMNS 8 /* one or two of each type, and the mark */
#define UNIVERSE_MARK_COLUMN 7
#define UNIVERSE_CLASH_COLUMNS 4 /* of the names of columns 0 to 3, with another type */
#define UNIVERSE_WIDE_COLUMNS 80 /* of measurement UNIVERSE_WIDE only */
#define UNIVERSE_COLUMNS (UNIVERSE_NARROW_COLUMNS + UNIVERSE_CLASH_COLUMNS + UNIVERSE_WIDE_COLUMNS)
#define UNIVERSE_FIRST_CLASH UNIVERSE_NARROW_COLUMNS
#define UNIVERSE_FIRST_WIDE (UNIVERSE_NARROW_COLUMNS + UNIVERSE_CLASH_COLUMNS)
#define UNIVERSE_WIDE 4
#define UNIVERSE_TEXT_MAX 6000

struct universe_column {
    char name[8];
    stria_type type;
};

struct universe_series {
    uint8_t key[96]; /* canonical */
    size_t key_len;
    uint64_t hash;
    uint32_t measurement; /* UNIVERSE_MEASUREMENTS: that of the marks */
};

extern struct universe_column universe_columns[UNIVERSE_COLUMNS];
extern struct universe_series universe_series[UNIVERSE_SERIES + 1];

void universe_init(void);

/* The plain name of a measurement. */
struct sx_bytes universe_measurement(uint32_t measurement);
/* The tags of a series, at most two; how many. */
size_t universe_tags(uint32_t series, stria_tag tags[2]);
static inline struct sx_bytes universe_key(uint32_t series)
{
    return sx_bytes_make(universe_series[series].key, universe_series[series].key_len);
}

/* UINT32_MAX: not of this world. */
uint32_t universe_find_series(struct sx_bytes key);
uint32_t universe_find_column(struct sx_bytes name, stria_type type);

/* The bytes of string value `value`, into a buffer of UNIVERSE_TEXT_MAX; returns their number. */
size_t universe_text(uint64_t value, uint8_t *bytes);
/* A value of a column from random bits: ordinary ones, and what is awkward in the type. */
uint64_t universe_value(uint32_t column, uint64_t bits);

#endif
