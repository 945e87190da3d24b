/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h -- the bytes of the log: file header, frames, records.
 *
 * Format      docs/FORMAT.md "Log". A file begins with its header, twice (offsets 0 and 4096, so
 *             that one bad sector does not lose a file). Frames follow from 8192 on, each at a
 *             multiple of 4096 and padded with zeros to it: an acknowledged sector is never written
 *             again, and a frame can be found by looking every 4096 bytes. A frame holds records;
 *             one frame is one group commit. All numbers are little-endian.
 *               header   "STRIAWAL" | u32 version | u32 flags | u64 file_no | u64 generation |
 *                        u64 prev_file_no | u64 prev_good_end | u64 salt | u64 store_id |
 *                        i64 created_ns | u64 first_frame_seq | u32 file_index | u32 page_count |
 *                        u32 crc of the bytes before
 *               frame    u32 magic "SFRM" | u32 crc of the 56 bytes after | u64 frame_seq |
 *                        u64 durable_seq | u64 first_seq | u32 size | u32 raw_size |
 *                        u32 record_count | u8 codec | u8 flags | u16 0 | u32 records_crc | 12
 *                          zeros
 *               record   u8 type | u8 flags | u16 0 | u32 size | u32 crc of the 8 bytes before and
 *                          the
 *                        payload | payload
 *             The frame's crc is seeded with salt and offset: what an older life of a recycled file
 *             left behind, or user data that looks like a frame, is not valid. records_crc covers
 *             the record headers, and through their crcs every payload byte.
 * Threads     Pure functions. */
#ifndef SX_WAL_FRAME_H
#define SX_WAL_FRAME_H

#include "base/bytes.h"
#include "stria.h"

#define SX_WAL_VERSION 1
#define SX_WAL_ALIGN 4096
#define SX_WAL_HEADER_COPIES 2
#define SX_WAL_FIRST_FRAME ((uint64_t)SX_WAL_ALIGN * SX_WAL_HEADER_COPIES)
#define SX_WAL_HEADER_SIZE 92
#define SX_FRAME_HEADER_SIZE 64
#define SX_RECORD_HEADER_SIZE 12
#define SX_FRAME_SIZE_MAX ((uint32_t)1 << 30)
#define SX_FRAME_RECORDS_MAX 65536

enum sx_record_type {
    SX_RECORD_ROWS = 1,
};

enum sx_record_flag {
    SX_RECORD_SELF_CONTAINED = 1, /* every series is defined inside: may travel alone */
    SX_RECORD_MUST_KNOW = 128,    /* a reader that does not know the type must refuse the store */
};

struct sx_wal_header {
    uint32_t version;
    uint64_t file_no; /* counts all files ever begun; never reused, unlike the file's name */
    uint64_t generation;
    uint64_t prev_file_no;  /* 0: none */
    uint64_t prev_good_end; /* of that file, if it was given up after an error; else 0 */
    uint64_t salt;
    uint64_t store_id;
    int64_t created_ns;
    uint64_t first_frame_seq; /* frame_seq of the first frame in this file */
    uint32_t file_index;      /* 0-based, of this file in its generation */
    uint32_t page_count;      /* of SX_WAL_ALIGN bytes, of the file; 0: not told */
};

struct sx_frame_header {
    uint64_t frame_seq;   /* counts frames of the store */
    uint64_t durable_seq; /* highest frame_seq known synced when this one was written */
    uint64_t first_seq;   /* sequence of the first record; the next has + 1 */
    uint32_t size;        /* bytes of the records as stored */
    uint32_t raw_size;    /* before compression */
    uint32_t record_count;
    uint8_t codec; /* 0: as is; others are for later versions */
    uint8_t flags;
    uint32_t records_crc;
};

struct sx_record_header {
    uint8_t type;
    uint8_t flags;
    uint32_t size;
    uint32_t crc;
};

/* Rounds up to a multiple of SX_WAL_ALIGN. */
static inline uint64_t sx_wal_align(uint64_t offset)
{
    return (offset + SX_WAL_ALIGN - 1) & ~(uint64_t)(SX_WAL_ALIGN - 1);
}

/* Bytes a frame takes in the file. */
static inline uint64_t sx_frame_span(uint32_t size)
{
    return sx_wal_align((uint64_t)SX_FRAME_HEADER_SIZE + size);
}

#define SX_WAL_MAGIC "STRIAWAL"
#define SX_WAL_MAGIC_SIZE 8

/* Fills SX_WAL_HEADER_SIZE bytes. */
void sx_wal_header_put(uint8_t *bytes, const struct sx_wal_header *header);
/* OK; CORRUPT (magic or crc); VERSION (newer). The text names no file: the caller does. */
stria_status sx_wal_header_get(const uint8_t *bytes, struct sx_wal_header *header,
                               stria_error *err);

/* Fills SX_FRAME_HEADER_SIZE bytes of a frame at `offset` of a file with `salt`. */
void sx_frame_header_put(uint8_t *bytes, const struct sx_frame_header *header, uint64_t salt,
                         uint64_t offset);
/* False: no valid frame begins here. */
bool sx_frame_header_get(const uint8_t *bytes, struct sx_frame_header *header, uint64_t salt,
                         uint64_t offset);

/* Fills SX_RECORD_HEADER_SIZE bytes for a payload whose crc, begun with sx_record_crc_begin(), is
 * done in pieces by sx_crc32c(). */
uint32_t sx_record_crc_begin(uint8_t type, uint8_t flags, uint32_t size);
void sx_record_header_put(uint8_t *bytes, const struct sx_record_header *header);

/* Takes the next record of a frame off the front of *in and checks it; false: damaged. */
bool sx_record_take(struct sx_bytes *in, struct sx_record_header *header, struct sx_bytes *payload);

/* Whether the records of a frame are whole: count, sizes, records_crc, each payload's crc. */
bool sx_frame_records_valid(const struct sx_frame_header *header, struct sx_bytes records);

#endif
