/* SPDX-License-Identifier: Apache-2.0 */
/* bench_line_protocol.c -- how fast line protocol becomes row batches, on one core.
 *
 * Use         bench_line_protocol FILE [BYTES]: FILE holds line protocol; BYTES (default 1 MiB) is
 *             the size of one request, cut at a line's end. The whole file is parsed PASS_COUNT
 *             times; each pass is a line of JSON. The first pass begins with an empty cache.
 * Output      {"bench":"line_protocol","pass":1,"bytes":N,"lines":N,"samples":N,"seconds":S,
 *              "samples_per_second":N,"bytes_per_second":N} */
#include "ingest/line_protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PASS_COUNT 5

struct totals {
    uint64_t rows, samples, rejected;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *data = NULL;
    size_t capacity = 0;
    for (*size = 0;;) {
        if (*size == capacity) {
            capacity = capacity ? capacity * 2 : (size_t)1 << 20;
            uint8_t *moved = realloc(data, capacity);
            if (!moved)
                break;
            data = moved;
        }
        size_t got = fread(data + *size, 1, capacity - *size, file);
        if (got == 0)
            break;
        *size += got;
    }
    fclose(file);
    return data;
}

/* One request after the other, as a server would: parse, use, forget. */
static stria_status parse_all(struct sx_ingest_cache *cache, struct sx_mem *mem,
                              const uint8_t *data, size_t size, size_t request_size,
                              struct totals *totals, stria_error *err)
{
    struct sx_batch batch;
    struct sx_ingest_problems problems;
    stria_status status = STRIA_OK;
    sx_batch_init(&batch, mem);
    sx_ingest_problems_init(&problems, mem);
    *totals = (struct totals){0};
    for (size_t at = 0; at < size && !status;) {
        size_t len = SX_MIN(request_size, size - at);
        while (at + len < size && data[at + len - 1] != '\n')
            len++;
        status = sx_line_protocol_parse(cache, sx_bytes_make(data + at, len),
                                        &(struct sx_line_protocol_options){.now_ns = 1}, &batch,
                                        &problems, err);
        totals->rows += batch.row_count;
        totals->samples += batch.sample_count;
        sx_batch_clear(&batch);
        at += len;
    }
    totals->rejected = problems.rejected_count;
    sx_ingest_problems_deinit(&problems);
    sx_batch_deinit(&batch);
    return status;
}

int main(int argc, char **argv)
{
    size_t size, request_size = argc > 2 ? strtoull(argv[2], NULL, 10) : (size_t)1 << 20;
    uint8_t *data = argc > 1 ? read_file(argv[1], &size) : NULL;
    if (!data || request_size == 0) {
        fprintf(stderr, "usage: %s FILE [BYTES]\n", argv[0]);
        return 2;
    }
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "bench", 0);
    struct sx_ingest_cache *cache = sx_ingest_cache_create(&mem);
    stria_error err = {0};
    stria_status status = cache ? STRIA_OK : STRIA_NOMEM;
    for (int pass = 1; pass <= PASS_COUNT && !status; pass++) {
        struct totals totals;
        double start = seconds_now();
        status = parse_all(cache, &mem, data, size, request_size, &totals, &err);
        double seconds = seconds_now() - start;
        printf("{\"bench\":\"line_protocol\",\"pass\":%d,\"bytes\":%zu,\"lines\":%llu,"
               "\"rejected\":%llu,\"samples\":%llu,\"seconds\":%.6f,\"samples_per_second\":%.0f,"
               "\"bytes_per_second\":%.0f}\n",
               pass, size, (unsigned long long)totals.rows, (unsigned long long)totals.rejected,
               (unsigned long long)totals.samples, seconds, (double)totals.samples / seconds,
               (double)size / seconds);
    }
    if (status)
        fprintf(stderr, "%s\n", err.text);
    sx_ingest_cache_destroy(cache);
    free(data);
    return status ? 1 : 0;
}
