/* SPDX-License-Identifier: Apache-2.0 */
/* format.h -- the outer bytes of a segment: header, footer, references to parts.
 *
 * Format      docs/FORMAT.md "Segment". A segment is one immutable file of one policy:
 *               header 64 bytes | stripes (chunks, then their directory) | series blocks |
 *                 dictionaries |
 *               postings | parts | footer 512 bytes
 *             Everything but the header and footer is read through a reference {offset, size, crc}.
 *             Where there is a part INDEX, small blocks and other parts stand together in it,
 *             packed by zstd, and are in memory once the segment is loaded.
 *             A crc is seeded with the file's salt (from its uuid) and the offset, so a block that
 *             was read from elsewhere does not pass.
 * Invariants  The footer's own crc covers all of it; a file without a valid footer is no segment.
 * Threads     Pure functions. */
#ifndef SX_SEGMENT_FORMAT_H
#define SX_SEGMENT_FORMAT_H

#include "base/bytes.h"
#include "stria.h"

#define SX_SEGMENT_VERSION 2
#define SX_SEGMENT_HEADER_SIZE 64
#define SX_SEGMENT_FOOTER_SIZE 512
#define SX_SEGMENT_SIZE_MAX ((uint64_t)256 << 20) /* the writer splits above it */
#define SX_SEGMENT_PARTS_MAX 12

enum sx_segment_part {
    SX_PART_MEASUREMENTS = 0, /* names, columns, tags; where the series blocks are */
    SX_PART_TAGS = 1,         /* tag keys; where dictionaries and postings are */
    SX_PART_STRIPES = 2,      /* where the chunks and their directory are */
    SX_PART_FILTER = 3,       /* which tag values and series are not here */
    SX_PART_INDEX = 4,        /* small blocks, and parts, of a sealed segment; may be missing */
    SX_PART_COUNT = 5,
};
#define SX_PARTS_NEEDED 4

/* Where a block of bytes is. */
struct sx_block_ref {
    uint64_t offset; /* in the file; of a block in the index, where that begins */
    uint64_t size;
    uint32_t crc;
    uint32_t in_index; /* place in the unpacked index + 1; 0: the block is in the file itself */
};

struct sx_segment_info {
    uint8_t uuid[16];
    uint64_t segment_id; /* names the file: seg/<16 hex digits>.seg */
    uint32_t policy_id;
    uint16_t level; /* 0: a flush; higher: merges */
    uint8_t tier;   /* enum sx_tier */
    uint64_t epoch; /* 0 in a local store */
    uint64_t first_generation, last_generation;
    uint64_t first_seq, last_seq;
    uint64_t tombstone_id; /* deletes up to this one were applied when it was written */
    int64_t min_ts, max_ts;
    uint64_t series_count, row_count, sample_count, chunk_count;
    uint64_t file_size;
    int64_t created_ns; /* wall clock when it was written */
};

struct sx_segment_footer {
    struct sx_segment_info info;
    struct sx_block_ref parts[SX_PART_COUNT];
};

/* What the crcs of a segment are seeded with. */
uint64_t sx_segment_salt(const uint8_t uuid[16]);

void sx_segment_header_put(uint8_t *bytes, const struct sx_segment_info *info);
/* OK, CORRUPT, VERSION; fills uuid and policy_id of *info. */
stria_status sx_segment_header_get(const uint8_t *bytes, struct sx_segment_info *info,
                                   stria_error *err);

void sx_segment_footer_put(uint8_t *bytes, const struct sx_segment_footer *footer);
/* `file_size`: references must lie inside. OK, CORRUPT, VERSION. */
stria_status sx_segment_footer_get(const uint8_t *bytes, uint64_t file_size,
                                   struct sx_segment_footer *footer, stria_error *err);

/* The crc of a block as it is stored. */
uint32_t sx_block_crc(uint64_t salt, uint64_t offset, const void *bytes, size_t size);

#endif
