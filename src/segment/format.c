/* SPDX-License-Identifier: Apache-2.0 */
/* format.c -- see format.h. */
#include "segment/format.h"

#include "base/crc32c.h"
#include "base/error.h"

static const uint8_t header_magic[8] = {'S', 'T', 'R', 'I', 'A', 'S', 'E', 'G'};
static const uint8_t footer_magic[8] = {'S', 'T', 'R', 'I', 'A', 'E', 'N', 'D'};

#define PARTS_OFFSET 192
#define PART_SIZE 24

uint64_t sx_segment_salt(const uint8_t uuid[16])
{
    return sx_get_u64(uuid) ^ (sx_get_u64(uuid + 8) * 0x9e3779b97f4a7c15u);
}

uint32_t sx_block_crc(uint64_t salt, uint64_t offset, const void *bytes, size_t size)
{
    return sx_crc32c(sx_crc32c_seed(salt, offset), bytes, size);
}

void sx_segment_header_put(uint8_t *bytes, const struct sx_segment_info *info)
{
    memset(bytes, 0, SX_SEGMENT_HEADER_SIZE);
    memcpy(bytes, header_magic, 8);
    sx_put_u32(bytes + 8, SX_SEGMENT_VERSION);
    memcpy(bytes + 16, info->uuid, 16);
    sx_put_u64(bytes + 32, info->segment_id);
    sx_put_u32(bytes + 40, info->policy_id);
    sx_put_u32(bytes + 60, sx_crc32c(0, bytes, 60));
}

stria_status sx_segment_header_get(const uint8_t *bytes, struct sx_segment_info *info,
                                   stria_error *err)
{
    if (memcmp(bytes, header_magic, 8) != 0)
        return sx_fail(err, STRIA_CORRUPT, "not a segment (no magic)");
    if (sx_get_u32(bytes + 60) != sx_crc32c(0, bytes, 60))
        return sx_fail(err, STRIA_CORRUPT, "the checksum of the header is wrong");
    if (sx_get_u32(bytes + 8) > SX_SEGMENT_VERSION || sx_get_u32(bytes + 12) != 0)
        return sx_fail(err, STRIA_VERSION, "segment format version %u is newer than %d",
                       sx_get_u32(bytes + 8), SX_SEGMENT_VERSION);
    memcpy(info->uuid, bytes + 16, 16);
    info->segment_id = sx_get_u64(bytes + 32);
    info->policy_id = sx_get_u32(bytes + 40);
    return STRIA_OK;
}

void sx_segment_footer_put(uint8_t *bytes, const struct sx_segment_footer *footer)
{
    const struct sx_segment_info *info = &footer->info;
    memset(bytes, 0, SX_SEGMENT_FOOTER_SIZE);
    memcpy(bytes, footer_magic, 8);
    sx_put_u32(bytes + 8, SX_SEGMENT_VERSION);
    memcpy(bytes + 16, info->uuid, 16);
    sx_put_u64(bytes + 32, info->segment_id);
    sx_put_u32(bytes + 40, info->policy_id);
    sx_put_u16(bytes + 44, info->level);
    bytes[46] = info->tier;
    sx_put_u64(bytes + 48, info->epoch);
    sx_put_u64(bytes + 56, info->first_generation);
    sx_put_u64(bytes + 64, info->last_generation);
    sx_put_u64(bytes + 72, info->first_seq);
    sx_put_u64(bytes + 80, info->last_seq);
    sx_put_u64(bytes + 88, (uint64_t)info->min_ts);
    sx_put_u64(bytes + 96, (uint64_t)info->max_ts);
    sx_put_u64(bytes + 104, info->series_count);
    sx_put_u64(bytes + 112, info->row_count);
    sx_put_u64(bytes + 120, info->sample_count);
    sx_put_u64(bytes + 128, info->chunk_count);
    sx_put_u64(bytes + 136, info->file_size);
    bool has_index = footer->parts[SX_PART_INDEX].size > 0;
    sx_put_u32(bytes + 144, has_index ? SX_PART_COUNT : SX_PARTS_NEEDED);
    sx_put_u64(bytes + 152, info->tombstone_id);
    sx_put_u64(bytes + 160, (uint64_t)info->created_ns);
    for (size_t i = 0; i < SX_PART_COUNT; i++) {
        uint8_t *p = bytes + PARTS_OFFSET + i * PART_SIZE;
        sx_put_u64(p, footer->parts[i].offset);
        sx_put_u64(p + 8, footer->parts[i].size);
        sx_put_u32(p + 16, footer->parts[i].crc);
        sx_put_u32(p + 20, footer->parts[i].in_index);
    }
    sx_put_u32(bytes + SX_SEGMENT_FOOTER_SIZE - 4, sx_crc32c(0, bytes, SX_SEGMENT_FOOTER_SIZE - 4));
}

static stria_status get_parts(const uint8_t *bytes, uint64_t file_size,
                              struct sx_segment_footer *footer, stria_error *err)
{
    uint32_t count = sx_get_u32(bytes + 144);
    if (count < SX_PARTS_NEEDED || count > SX_SEGMENT_PARTS_MAX)
        return sx_fail(err, STRIA_CORRUPT, "the footer names %u parts", count);
    if (sx_get_u32(bytes + 8) == 1) /* whatever else it names is ignored */
        count = SX_PARTS_NEEDED;
    memset(footer->parts, 0, sizeof footer->parts);
    for (size_t i = 0; i < SX_MIN(count, SX_PART_COUNT); i++) {
        const uint8_t *p = bytes + PARTS_OFFSET + i * PART_SIZE;
        struct sx_block_ref *part = &footer->parts[i];
        part->offset = sx_get_u64(p);
        part->size = sx_get_u64(p + 8);
        part->crc = sx_get_u32(p + 16);
        part->in_index = sx_get_u32(p + 20);
        if (part->in_index && i < SX_PART_INDEX) /* how large that is shows when it is read */
            continue;
        if (part->offset > file_size || part->size > file_size - part->offset)
            return sx_fail(err, STRIA_CORRUPT, "part %zu lies outside the file", i);
    }
    return STRIA_OK;
}

stria_status sx_segment_footer_get(const uint8_t *bytes, uint64_t file_size,
                                   struct sx_segment_footer *footer, stria_error *err)
{
    if (memcmp(bytes, footer_magic, 8) != 0)
        return sx_fail(err, STRIA_CORRUPT, "no footer: the file is cut or not a segment");
    if (sx_get_u32(bytes + SX_SEGMENT_FOOTER_SIZE - 4) !=
        sx_crc32c(0, bytes, SX_SEGMENT_FOOTER_SIZE - 4))
        return sx_fail(err, STRIA_CORRUPT, "the checksum of the footer is wrong");
    if (sx_get_u32(bytes + 8) > SX_SEGMENT_VERSION || sx_get_u32(bytes + 12) != 0)
        return sx_fail(err, STRIA_VERSION, "segment format version %u is newer than %d",
                       sx_get_u32(bytes + 8), SX_SEGMENT_VERSION);
    struct sx_segment_info *info = &footer->info;
    *info = (struct sx_segment_info){
        .segment_id = sx_get_u64(bytes + 32),
        .policy_id = sx_get_u32(bytes + 40),
        .level = sx_get_u16(bytes + 44),
        .tier = bytes[46],
        .epoch = sx_get_u64(bytes + 48),
        .first_generation = sx_get_u64(bytes + 56),
        .last_generation = sx_get_u64(bytes + 64),
        .first_seq = sx_get_u64(bytes + 72),
        .last_seq = sx_get_u64(bytes + 80),
        .min_ts = (int64_t)sx_get_u64(bytes + 88),
        .max_ts = (int64_t)sx_get_u64(bytes + 96),
        .series_count = sx_get_u64(bytes + 104),
        .row_count = sx_get_u64(bytes + 112),
        .sample_count = sx_get_u64(bytes + 120),
        .chunk_count = sx_get_u64(bytes + 128),
        .file_size = sx_get_u64(bytes + 136),
        .tombstone_id = sx_get_u64(bytes + 152),
        .created_ns = (int64_t)sx_get_u64(bytes + 160),
    };
    memcpy(info->uuid, bytes + 16, 16);
    if (info->file_size != file_size)
        return sx_fail(err, STRIA_CORRUPT, "the footer speaks of another file size");
    if (info->series_count > UINT32_MAX)
        return sx_fail(err, STRIA_CORRUPT, "the footer speaks of too many series");
    return get_parts(bytes, file_size, footer, err);
}
