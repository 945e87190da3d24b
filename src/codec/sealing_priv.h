/* SPDX-License-Identifier: Apache-2.0 */
/* sealing_priv.h -- what sealing.c (columns) and tables_make.c (their tables) share. */
#ifndef SX_CODEC_SEALING_PRIV_H
#define SX_CODEC_SEALING_PRIV_H

#include "codec/coded.h"
#include "codec/sealing.h"

#define SX_MEMBER_LEVELS 260 /* of bits a value, a quarter of a bit each */
#define SX_ORDER_NONE 3

/* What is known of a column. */
struct sx_member {
    uint8_t order;          /* of its integers; SX_ORDER_NONE: it takes no part in tables */
    uint8_t domain;         /* of its numbers in that order */
    uint8_t lead_size;      /* in that order */
    uint16_t level;         /* own bits a value */
    bool done;              /* a table serves it, or its lot had its turn */
    bool is_fast;           /* it is coded from the integers of the hot form */
    bool is_coded;          /* with a table of its own it is smaller than packed */
    uint64_t own_bits;      /* of the integers, coded alone or packed, which is less */
    uint64_t fixed_bits;    /* of the integers with a shared table, but for the numbers */
    uint64_t own_cost;      /* what sx_coded_choose() said */
    struct sx_tally tally;  /* kept; count 0: there was no room, it is made again */
    size_t different_count; /* numbers in the tally, kept or not */
};

/* Numbers and how often they occur, not in order. */
struct sx_sample {
    struct sx_counted *counted, *spare; /* SX_SAMPLE_MAX + SX_MISSING_MAX each */
    size_t count;
};

#define SX_SAMPLE_MAX 65536 /* different numbers that a table is made from */
#define SX_MISSING_MAX 8192 /* numbers that its first form may miss */

struct sx_sealing {
    stria_type type;
    struct sx_mem *mem;
    struct sx_encoded *columns;
    size_t column_count;
    struct sx_member *members;
    struct sx_buf bytes; /* of the tables */
    struct sx_tables *tables;
    struct sx_sample sample;
    uint64_t *words; /* all of the following */
    int64_t *values; /* SX_COLUMN_VALUES_MAX each */
    int64_t *numbers;
    int64_t *beside;
    uint64_t *scratch; /* 3 of them */
    uint64_t *bad;
    uint64_t *small; /* 6 * SX_CODED_SMALL */
    uint64_t *pool;  /* kept tallies */
    size_t pool_used;
};

/* The counts of a member's numbers, which are valid until the next call; no numbers: it has none
 * that can be coded. */
stria_status sx_sealing_counts(struct sx_sealing *sealing, size_t column,
                               struct sx_coded_counts *counts, stria_error *err);

/* Appends the tables that pay for themselves to sealing->bytes. */
stria_status sx_sealing_make_tables(struct sx_sealing *sealing, stria_error *err);

#endif
