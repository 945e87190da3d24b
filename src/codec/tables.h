/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h -- coder tables that the columns of one field in a stripe share.
 *
 * Why         A table of its own costs a column 15 to 40 bytes and some microseconds of each
 *             decoding; series of one field are mostly alike.
 * Format      u8 number of tables (1 to SX_TABLES_MAX), then for each: bits (bits.h): 2 order | 3
 *             log - 5 | 2 log2 of the tuple | classes.h, filled up to a byte. No table: no bytes at
 *             all.
 * Use         A writer gathers columns in the hot form, makes the tables of a field and codes each
 *             column again with them (sealing.h). A reader opens the stored tables once and decodes
 *             any number of columns with them.
 * Threads     Opened tables never change. */
#ifndef SX_CODEC_TABLES_H
#define SX_CODEC_TABLES_H

#include "base/buf.h"
#include "codec/ans.h"
#include "stria.h"

#define SX_TABLES_MAX 8
#define SX_TABLES_SIZE_MAX 16384 /* of their bytes */

struct sx_table {
    unsigned order;
    uint16_t costs[SX_CLASSES_MAX]; /* sx_classes_costs */
    struct sx_ans_decoder decoder;  /* has the classes and the shape */
    struct sx_ans_encoder *encoder;
};

struct sx_tables {
    struct sx_mem *mem;
    unsigned count;
    struct sx_table tables[SX_TABLES_MAX];
};

/* Makes tables ready for use. bytes: untrusted; empty: NULL is put out, as no table is needed.
 * for_encoding: they are to be encoded with, too.
 * Returns OK, NOMEM, CORRUPT. */
stria_status sx_tables_open(struct sx_bytes bytes, bool for_encoding, struct sx_mem *mem,
                            struct sx_tables **tables, stria_error *err);
/* NULL is allowed. */
void sx_tables_close(struct sx_tables *tables);

/* Bits that numbers of an order would take with a table, times 256; UINT64_MAX: it lacks some, or
 * is of another order. Numbers are those of coded.h, of `domain`. */
uint64_t sx_table_cost(const struct sx_table *table, const struct sx_tally *tally, unsigned order,
                       unsigned domain);

/* Bytes of memory that opened tables take: to charge a cache. */
size_t sx_tables_memory(const struct sx_tables *tables);

#endif
