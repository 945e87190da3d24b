/* SPDX-License-Identifier: Apache-2.0 */
/* table.h -- hash table from a 64-bit hash to a 32-bit number, for millions of them.
 *
 * Why         base/map.h doubles, and asks its owner for every hash when it does: with a million
 *             series that is a pause of a tenth of a second, and up to 18 bytes an entry. This one
 *             grows and shrinks by a third without asking anybody, and takes 9 to 14 bytes.
 * Algorithm   Open addressing, linear probing, cells {upper 32 bits of the hash, number + 1}. The
 *             place of a cell is upper bits * capacity / 2^32, so cells stand in the order of their
 *             hashes and a resize is one walk over both arrays. Load at most 7/8; deletion shifts
 *             later cells back.
 * Limits      2^32 - 1 numbers; the upper 32 bits of the hash must be good.
 * Threads     One owner. */
#ifndef SX_INDEX_TABLE_H
#define SX_INDEX_TABLE_H

#include "base/mem.h"

struct sx_table_cell {
    uint32_t tag;
    uint32_t value; /* the number + 1; 0: empty */
};

struct sx_table {
    struct sx_mem *mem;
    struct sx_table_cell *cells;
    size_t capacity;
    size_t count;
};

/* Whether item `value` of the owner equals the key looked for. */
typedef bool (*sx_table_equal)(const void *owner, uint32_t value, const void *key);

#define SX_TABLE_NONE UINT32_MAX

void sx_table_init(struct sx_table *table, struct sx_mem *mem);
void sx_table_deinit(struct sx_table *table);

/* The number stored for the key, or SX_TABLE_NONE. */
uint32_t sx_table_find(const struct sx_table *table, uint64_t hash, sx_table_equal equal,
                       const void *owner, const void *key);
/* Makes room for one more; false: no memory. */
SX_MUST_CHECK bool sx_table_reserve(struct sx_table *table);
/* Stores `value` (not SX_TABLE_NONE) for a key that is not in the table; room must have been
 * reserved (asserted). */
void sx_table_put(struct sx_table *table, uint64_t hash, uint32_t value);
/* Removes the cell of `value`, which must be there under `hash` (asserted). */
void sx_table_remove(struct sx_table *table, uint64_t hash, uint32_t value);
/* Gives memory back when the table has become rather empty, if there is memory for the smaller. */
void sx_table_trim(struct sx_table *table);

#endif
