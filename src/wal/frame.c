/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c -- see frame.h. */
#include "wal/frame.h"

#include "base/crc32c.h"
#include "base/error.h"

#define FRAME_MAGIC 0x4d524653u /* "SFRM" */

void sx_wal_header_put(uint8_t *bytes, const struct sx_wal_header *header)
{
    memcpy(bytes, SX_WAL_MAGIC, SX_WAL_MAGIC_SIZE);
    sx_put_u32(bytes + 8, header->version);
    sx_put_u32(bytes + 12, 0);
    sx_put_u64(bytes + 16, header->file_no);
    sx_put_u64(bytes + 24, header->generation);
    sx_put_u64(bytes + 32, header->prev_file_no);
    sx_put_u64(bytes + 40, header->prev_good_end);
    sx_put_u64(bytes + 48, header->salt);
    sx_put_u64(bytes + 56, header->store_id);
    sx_put_u64(bytes + 64, (uint64_t)header->created_ns);
    sx_put_u64(bytes + 72, header->first_frame_seq);
    sx_put_u32(bytes + 80, header->file_index);
    sx_put_u32(bytes + 84, header->page_count);
    sx_put_u32(bytes + 88, sx_crc32c(0, bytes, 88));
}

stria_status sx_wal_header_get(const uint8_t *bytes, struct sx_wal_header *header, stria_error *err)
{
    if (memcmp(bytes, SX_WAL_MAGIC, SX_WAL_MAGIC_SIZE) != 0)
        return sx_fail(err, STRIA_CORRUPT, "not a log file (no magic)");
    if (sx_get_u32(bytes + 88) != sx_crc32c(0, bytes, 88))
        return sx_fail(err, STRIA_CORRUPT, "the header's checksum is wrong");
    *header = (struct sx_wal_header){
        .version = sx_get_u32(bytes + 8),
        .file_no = sx_get_u64(bytes + 16),
        .generation = sx_get_u64(bytes + 24),
        .prev_file_no = sx_get_u64(bytes + 32),
        .prev_good_end = sx_get_u64(bytes + 40),
        .salt = sx_get_u64(bytes + 48),
        .store_id = sx_get_u64(bytes + 56),
        .created_ns = (int64_t)sx_get_u64(bytes + 64),
        .first_frame_seq = sx_get_u64(bytes + 72),
        .file_index = sx_get_u32(bytes + 80),
        .page_count = sx_get_u32(bytes + 84),
    };
    if (header->version > SX_WAL_VERSION || sx_get_u32(bytes + 12) != 0)
        return sx_fail(err, STRIA_VERSION, "log format version %u is newer than %d",
                       header->version, SX_WAL_VERSION);
    return STRIA_OK;
}

void sx_frame_header_put(uint8_t *bytes, const struct sx_frame_header *header, uint64_t salt,
                         uint64_t offset)
{
    memset(bytes, 0, SX_FRAME_HEADER_SIZE);
    sx_put_u32(bytes, FRAME_MAGIC);
    sx_put_u64(bytes + 8, header->frame_seq);
    sx_put_u64(bytes + 16, header->durable_seq);
    sx_put_u64(bytes + 24, header->first_seq);
    sx_put_u32(bytes + 32, header->size);
    sx_put_u32(bytes + 36, header->raw_size);
    sx_put_u32(bytes + 40, header->record_count);
    bytes[44] = header->codec;
    bytes[45] = header->flags;
    sx_put_u32(bytes + 48, header->records_crc);
    sx_put_u32(bytes + 4,
               sx_crc32c(sx_crc32c_seed(salt, offset), bytes + 8, SX_FRAME_HEADER_SIZE - 8));
}

bool sx_frame_header_get(const uint8_t *bytes, struct sx_frame_header *header, uint64_t salt,
                         uint64_t offset)
{
    if (sx_get_u32(bytes) != FRAME_MAGIC ||
        sx_get_u32(bytes + 4) !=
            sx_crc32c(sx_crc32c_seed(salt, offset), bytes + 8, SX_FRAME_HEADER_SIZE - 8))
        return false;
    *header = (struct sx_frame_header){
        .frame_seq = sx_get_u64(bytes + 8),
        .durable_seq = sx_get_u64(bytes + 16),
        .first_seq = sx_get_u64(bytes + 24),
        .size = sx_get_u32(bytes + 32),
        .raw_size = sx_get_u32(bytes + 36),
        .record_count = sx_get_u32(bytes + 40),
        .codec = bytes[44],
        .flags = bytes[45],
        .records_crc = sx_get_u32(bytes + 48),
    };
    return header->size <= SX_FRAME_SIZE_MAX && header->record_count <= SX_FRAME_RECORDS_MAX;
}

uint32_t sx_record_crc_begin(uint8_t type, uint8_t flags, uint32_t size)
{
    uint8_t bytes[8] = {type, flags};
    sx_put_u32(bytes + 4, size);
    return sx_crc32c(0, bytes, sizeof bytes);
}

void sx_record_header_put(uint8_t *bytes, const struct sx_record_header *header)
{
    bytes[0] = header->type;
    bytes[1] = header->flags;
    sx_put_u16(bytes + 2, 0);
    sx_put_u32(bytes + 4, header->size);
    sx_put_u32(bytes + 8, header->crc);
}

bool sx_record_take(struct sx_bytes *in, struct sx_record_header *header, struct sx_bytes *payload)
{
    struct sx_bytes rest = *in, head;
    if (!sx_bytes_take(&rest, SX_RECORD_HEADER_SIZE, &head))
        return false;
    *header = (struct sx_record_header){.type = head.ptr[0],
                                        .flags = head.ptr[1],
                                        .size = sx_get_u32(head.ptr + 4),
                                        .crc = sx_get_u32(head.ptr + 8)};
    if (sx_get_u16(head.ptr + 2) != 0 || !sx_bytes_take(&rest, header->size, payload))
        return false;
    if (sx_crc32c(sx_crc32c(0, head.ptr, 8), payload->ptr, payload->len) != header->crc)
        return false;
    *in = rest;
    return true;
}

bool sx_frame_records_valid(const struct sx_frame_header *header, struct sx_bytes records)
{
    uint32_t crc = 0;
    for (uint32_t i = 0; i < header->record_count; i++) {
        struct sx_record_header record;
        struct sx_bytes payload;
        const uint8_t *start = records.ptr;
        if (!sx_record_take(&records, &record, &payload))
            return false;
        crc = sx_crc32c(crc, start, SX_RECORD_HEADER_SIZE);
    }
    return records.len == 0 && crc == header->records_crc;
}
