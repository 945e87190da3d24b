/* SPDX-License-Identifier: Apache-2.0 */
/* process.c -- see process.h. */
#include "app/server/process.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/int_text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <unistd.h>

#define MEMORY_DEFAULT (UINT64_C(256) << 20)
/* A block of this part of the memory or more is pages of its own; of a larger part if there is more
 * memory than the default. */
#define MAPPED_PART 2048
#define MAPPED_SIZE_MIN (UINT64_C(64) << 10)
#define MAPPED_SIZE_MAX (UINT64_C(4) << 20)
#define MAPPED_COUNT_MAX (1 << 20)
#define HEAP_END_TIMES 4                    /* so much is kept free at the end of the heap */
#define THREAD_SIZE (UINT64_C(64) << 10)    /* what is touched of a stack, and blocks kept by it */
#define PROGRAM_GROWTH (UINT64_C(1) << 20)  /* code that is not in memory yet when it starts */
#define STORE_SIZE_MIN (UINT64_C(16) << 20) /* stria_open() refuses less */

void sx_process_heap_init(uint64_t memory_size)
{
    uint64_t size = SX_MIN(memory_size ? memory_size : MEMORY_DEFAULT, MEMORY_DEFAULT * 1024);
    uint64_t part = size / MAPPED_PART * SX_MAX(size / MEMORY_DEFAULT, 1);
    int mapped_size = (int)SX_MIN(SX_MAX(part, MAPPED_SIZE_MIN), MAPPED_SIZE_MAX);
    /* What cannot be set stays as it was: the process only holds more than it needs. */
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, mapped_size);
    (void)mallopt(M_MMAP_MAX, MAPPED_COUNT_MAX);
    (void)mallopt(M_TRIM_THRESHOLD, mapped_size * HEAP_END_TIMES);
}

uint64_t sx_process_resident(void)
{
    char text[200];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t size = read(fd, text, sizeof text);
    (void)close(fd);
    struct sx_bytes in = sx_bytes_make(text, size > 0 ? (size_t)size : 0);
    uint64_t pages;
    if (sx_uint_take(&in, &pages) || !in.len)
        return 0;
    in = sx_bytes_make(in.ptr + 1, in.len - 1); /* the second number */
    return sx_uint_take(&in, &pages) ? 0 : pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void sx_process_heap_trim(uint64_t memory_size)
{
    if (memory_size && sx_process_resident() > memory_size)
        (void)malloc_trim(0);
}

static uint64_t own_size(const struct sx_process_load *load)
{
    return load->used + PROGRAM_GROWTH + load->thread_count * THREAD_SIZE;
}

uint64_t sx_process_memory_min(const struct sx_process_load *load)
{
    return own_size(load) + SX_MAX(load->store_count, 1) * STORE_SIZE_MIN;
}

stria_status sx_process_share(uint64_t memory_size, const struct sx_process_load *load,
                              uint64_t *store_size, stria_error *err)
{
    uint64_t own = own_size(load), min = sx_process_memory_min(load);
    uint64_t size = memory_size ? memory_size : MEMORY_DEFAULT;
    *store_size = 0;
    if (size < min)
        return sx_fail(err, STRIA_INVALID,
                       "--memory is %" PRIu64 " bytes: at least %" PRIu64 " are needed, %" PRIu64
                       " of them for the program itself",
                       size, min, own);
    *store_size = size - own;
    return STRIA_OK;
}

stria_status sx_process_store_size(uint64_t memory_size, const struct sx_process_load *load,
                                   uint64_t *store_size, stria_error *err)
{
    struct sx_process_load now = *load;
    sx_process_heap_init(memory_size);
    now.used = sx_process_resident();
    return sx_process_share(memory_size, &now, store_size, err);
}
