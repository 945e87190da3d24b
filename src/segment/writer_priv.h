/* SPDX-License-Identifier: Apache-2.0 */
/* writer_priv.h -- the insides of the segment writer: writer.c (rows to chunks), writer_stripe.c
 * (chunks to stripes), writer_copy.c (stored chunks to stripes), writer_seal.c (chunks to sealed
 * ones), writer_index.c (who the series are), writer_parts.c (the tables at the end). */
#ifndef SX_SEGMENT_WRITER_PRIV_H
#define SX_SEGMENT_WRITER_PRIV_H

#include "base/arena.h"
#include "base/map.h"
#include "codec/tables.h"
#include "segment/directory.h"
#include "segment/output.h"
#include "segment/writer.h"

#define SX_STRIPE_SIZE_HOT ((size_t)2 << 20)
#define SX_STRIPE_CHUNKS_MAX 8192 /* its directory, decoded, takes 100 bytes each */
#define SX_STRIPE_SIZE_SEALED ((size_t)8 << 20)
#define SX_INDEX_BLOCKS_MAX ((size_t)64 << 10) /* of small blocks that stand in the index */
#define SX_INDEX_SIZE_MAX ((size_t)1 << 30)
#define SX_WRITER_SHARED_MAX 4096 /* chunks that are looked at for being equal: so many, */
#define SX_WRITER_SHARED_SIZE ((size_t)1 << 20) /* of so many bytes together, */
#define SX_WRITER_SHARED_MIN 32                 /* and of this many each */
#define SX_WRITER_TIMES_MAX 4096                /* time chunks that are looked at for being equal */

/* A column of the measurement at hand, with the chunks of the stripe at hand. */
struct sx_writer_run {
    struct sx_bytes name; /* in the arena of the measurement's tables */
    stria_type type;
    struct sx_buf data;
    struct sx_buf tables; /* that the chunks share; copied with one, or made when it is sealed */
    struct sx_chunk *chunks;
    size_t chunk_count, chunk_capacity;
};

struct sx_writer_measurement {
    struct sx_bytes escaped;
    uint32_t first_series, series_count;
    uint32_t *tags; /* numbers of its tags, in the order they came */
    size_t tag_count, tag_capacity;
    struct sx_writer_run *columns; /* only name and type, once the measurement is over */
    size_t column_count, column_capacity;
    uint32_t first_stripe, stripe_count;
    struct sx_block_ref series_block;
    /* Of series i and the tag at place j: number of the value + 1 at [i * value_stride + j]; 0: the
     * series lacks the tag. */
    uint32_t *values;
    size_t value_stride, value_capacity;
};

struct sx_writer_value {
    struct sx_bytes text; /* escaped */
    uint32_t tag;
    uint32_t rank; /* in the tag's sorted dictionary */
};

struct sx_writer_tag {
    struct sx_bytes name; /* escaped */
    uint32_t *values;     /* numbers of its values */
    size_t value_count, value_capacity;
    uint32_t *order; /* the same, sorted; made at the end */
    uint32_t rank;   /* in the sorted list of tags */
    struct sx_block_ref dictionary, postings;
};

/* A time chunk that was written or is gathered, for sharing. */
struct sx_writer_time {
    uint64_t hash;
    struct sx_bytes bytes; /* a copy */
    struct sx_block_ref ref;
    bool placed; /* ref is final; else ref.offset is into the current time run */
};

/* A chunk of values that was written, for sharing. */
struct sx_writer_chunk {
    uint64_t hash;
    struct sx_bytes bytes; /* a copy */
    struct sx_block_ref ref;
    stria_type type;
    uint32_t row_count, count;
    bool has_absent;
};

struct sx_segment_writer {
    struct sx_os *os;
    struct sx_mem *mem;
    char *path;
    struct sx_file *file;
    bool finished;
    struct sx_output out;
    struct sx_segment_info info;
    enum sx_tier tier;
    bool no_entropy;

    /* the stripe at hand */
    struct sx_group *groups;
    size_t group_count, group_capacity;
    uint32_t *group_times; /* of each group: its entry in `times` */
    size_t group_time_capacity;
    struct sx_buf time_data;
    size_t stripe_size;   /* bytes gathered */
    size_t stripe_chunks; /* of all its columns */
    size_t stripe_copied; /* of these: copied */
    uint32_t stripe_first_series;

    /* time chunks for sharing: the newest SX_WRITER_TIMES_MAX */
    struct sx_writer_time *times;
    size_t time_count, time_capacity;
    struct sx_map time_map;
    struct sx_arena time_arena;

    /* chunks of a sealed segment, for sharing: the newest */
    struct sx_writer_chunk *shared;
    size_t shared_count, shared_capacity, shared_size;
    struct sx_map shared_map;
    struct sx_arena shared_arena;

    /* the index so far */
    struct sx_arena arena;
    struct sx_writer_measurement *measurements;
    size_t measurement_count, measurement_capacity;
    struct sx_writer_tag *tags;
    size_t tag_count, tag_capacity;
    struct sx_map tag_map;
    struct sx_writer_value *values;
    size_t value_count, value_capacity;
    struct sx_map value_map;
    uint64_t *hashes; /* of all series */
    size_t hash_capacity;
    struct sx_buf stripes; /* the stripe part, entry by entry */
    uint32_t stripe_count;
    uint64_t stripe_offset; /* where the stripe before began; for differences */
    int64_t stripe_min_ts;
    uint32_t stripe_measurement, stripe_series;
    struct sx_buf index; /* of a sealed segment: small blocks, then parts; not packed yet */

    struct sx_buf last_key;
    int64_t last_ts;  /* of the series at hand */
    bool series_rows; /* the series at hand has rows */

    /* scratch */
    struct sx_buf chunk;
    struct sx_buf dense;
    uint16_t *row_numbers;
};

/* Whether the segment has an index, packed by zstd, which is entropy coding as well. */
static inline bool sx_writer_has_index(const struct sx_segment_writer *writer)
{
    return writer->tier == SX_TIER_SEALED && !writer->no_entropy;
}

/* writer.c */
/* The run of a column of the measurement at hand, which is made if need be. */
stria_status sx_writer_run_of(struct sx_segment_writer *writer, struct sx_bytes name,
                              stria_type type, struct sx_writer_run **run, stria_error *err);
/* Begins a group with times as they are encoded. */
stria_status sx_writer_begin_group(struct sx_segment_writer *writer, struct sx_bytes times,
                                   int64_t min_ts, int64_t max_ts, uint32_t row_count,
                                   stria_error *err);
/* Adds a chunk to the group that was begun last. chunk->values is filled in. */
stria_status sx_writer_add_chunk(struct sx_segment_writer *writer, struct sx_writer_run *run,
                                 const struct sx_chunk *chunk, struct sx_bytes bytes,
                                 stria_error *err);
/* Ends the group; a stripe that is full is written. */
stria_status sx_writer_end_group(struct sx_segment_writer *writer, stria_error *err);

/* writer_stripe.c */
/* Writes what is gathered as one stripe. */
stria_status sx_writer_flush_stripe(struct sx_segment_writer *writer, stria_error *err);

/* writer_seal.c */
/* Whether chunks of a type are gathered in the hot form, to be encoded again with their stripe. */
bool sx_writer_seals_later(const struct sx_segment_writer *writer, stria_type type);
/* The tier that chunks of a type are gathered in. */
enum sx_tier sx_writer_gather_tier(const struct sx_segment_writer *writer, stria_type type);
/* Encodes the gathered chunks of such a column again, and makes their tables. */
stria_status sx_writer_seal_run(struct sx_segment_writer *writer, struct sx_writer_run *run,
                                stria_error *err);

/* writer_index.c */
/* Writes a block, or puts it into the index if there is one and it has room. */
stria_status sx_writer_put_block(struct sx_segment_writer *writer, struct sx_bytes bytes,
                                 struct sx_block_ref *ref, stria_error *err);
/* Appends the size of a block, and its crc unless it is in the index. */
void sx_writer_put_size(const struct sx_segment_writer *writer, struct sx_buf *out,
                        const struct sx_block_ref *ref);
/* Takes note of a series: its tags and hash. */
stria_status sx_writer_index_series(struct sx_segment_writer *writer, struct sx_bytes key,
                                    uint64_t hash, stria_error *err);
/* Writes series blocks, dictionaries, postings and parts. */
stria_status sx_writer_index_finish(struct sx_segment_writer *writer,
                                    struct sx_segment_footer *footer, stria_error *err);

/* writer_parts.c */
/* Writes the parts. order: the tags, sorted; first_block: of dictionaries in the index. */
stria_status sx_writer_put_parts(struct sx_segment_writer *writer, const uint32_t *order,
                                 uint32_t first_block, struct sx_buf *scratch,
                                 struct sx_segment_footer *footer, stria_error *err);

#endif
