/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_wal_frame.c -- any bytes behind the header of a log file, frames that look like some given
 * right checksums: reading back gives whole records in order, and never leaves the file. */
#include "wal/replay.h"

#include "base/crc32c.h"
#include "os/os_mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SALT 77
#define PATH "wal/00000001.wal"

static const struct sx_event_sink no_events = {0};

static void check(bool good)
{
    if (!good)
        abort();
}

/* Makes the checksums of a frame and its records right, as far as they lie inside. */
static void mend_frame(uint8_t *frame, size_t left, uint64_t offset)
{
    struct sx_frame_header header = {.frame_seq = sx_get_u64(frame + 8),
                                     .durable_seq = sx_get_u64(frame + 16),
                                     .first_seq = sx_get_u64(frame + 24),
                                     .size = sx_get_u32(frame + 32),
                                     .raw_size = sx_get_u32(frame + 36),
                                     .record_count = sx_get_u32(frame + 40),
                                     .codec = frame[44],
                                     .flags = frame[45]};
    uint64_t at = SX_FRAME_HEADER_SIZE, end = at + header.size;
    for (uint32_t i = 0; i < header.record_count && end <= left; i++) {
        if (end - at < SX_RECORD_HEADER_SIZE)
            break;
        uint32_t size = sx_get_u32(frame + at + 4);
        if (size > end - at - SX_RECORD_HEADER_SIZE)
            break;
        sx_put_u32(frame + at + 8, sx_crc32c(sx_crc32c(0, frame + at, 8),
                                             frame + at + SX_RECORD_HEADER_SIZE, size));
        header.records_crc = sx_crc32c(header.records_crc, frame + at, SX_RECORD_HEADER_SIZE);
        at += SX_RECORD_HEADER_SIZE + size;
    }
    sx_frame_header_put(frame, &header, SALT, offset);
}

struct seen {
    uint64_t count, last_seq;
};

static stria_status see(void *context, const struct sx_replay_record *record, stria_error *err)
{
    struct seen *seen = context;
    uint32_t sum = 0;
    (void)err;
    for (size_t i = 0; i < record->payload.len; i++)
        sum += record->payload.ptr[i];
    seen->count += 1 + (sum & 0);
    seen->last_seq = record->seq;
    return STRIA_OK;
}

static void replay(struct sx_os *os, struct sx_mem *mem)
{
    struct sx_wal_file *file;
    unsigned copies;
    struct seen seen = {0}, again = {0};
    struct sx_replay_result result;
    check(sx_wal_file_open(os, mem, "wal", 1, SX_OPEN_READ, &file, NULL) == STRIA_OK);
    check(sx_wal_file_read_header(file, &copies, NULL) == STRIA_OK);
    file->state = SX_WAL_LIVE;
    struct sx_replay_options options = {
        .mem = mem, .events = &no_events, .each = see, .context = &seen};
    stria_status st = sx_wal_replay(file, &options, &result, NULL);
    check(st == STRIA_OK || st == STRIA_VERSION || st == STRIA_NOMEM);
    options.context = &again;
    check(sx_wal_replay(file, &options, &result, NULL) == st);
    check(seen.count == again.count && seen.last_seq == again.last_seq);
    sx_wal_file_close(mem, file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_file *file = NULL;
    struct sx_wal_header header = {.version = SX_WAL_VERSION,
                                   .file_no = 1,
                                   .generation = 1,
                                   .salt = SALT,
                                   .first_frame_seq = 1};
    if (size > 65536)
        return 0;
    size_t whole = (size_t)SX_WAL_FIRST_FRAME + size;
    uint8_t *bytes = calloc(1, whole);
    struct sx_os *os = sx_os_mem_create(1);
    check(bytes && os && !os->ops->mkdir(os, "wal", NULL));
    sx_wal_header_put(bytes, &header);
    memcpy(bytes + SX_WAL_ALIGN, bytes, SX_WAL_HEADER_SIZE);
    if (size)
        memcpy(bytes + SX_WAL_FIRST_FRAME, data, size);
    for (size_t at = SX_WAL_FIRST_FRAME; at + SX_FRAME_HEADER_SIZE <= whole; at += SX_WAL_ALIGN)
        if (bytes[at] == 'S')
            mend_frame(bytes + at, whole - at, at);
    check(!sx_os_open(os, PATH, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL) &&
          !sx_file_pwrite(file, bytes, whole, 0, NULL));
    sx_file_close(file);
    sx_mem_init(&mem, NULL, "fuzz", (size_t)256 << 20);
    replay(os, &mem);
    sx_mem_deinit(&mem);
    sx_os_mem_destroy(os);
    free(bytes);
    return 0;
}
