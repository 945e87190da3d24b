/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.h -- what a store, a segment, a log file or a manifest says of itself.
 *
 * Why         Questions about stored bytes are answered by reading them, not by guessing; so this
 *             alone of the command line knows the formats, and it goes on behind damage.
 * Threads     One owner. */
#ifndef SX_APP_CLI_INSPECT_H
#define SX_APP_CLI_INSPECT_H

#include "app/cli/cli.h"
#include "app/cli/figures.h"
#include "base/arena.h"
#include "os/os.h"
#include "segment/segment.h"

struct sx_inspect {
    struct sx_mem *mem;
    struct sx_os *os;
    struct sx_figures figures;
    bool codecs;          /* of a store: read every chunk, to tell how it is encoded */
    struct sx_buf damage; /* texts, each with a NUL */
    uint64_t damage_count;
};

/* Notes damage; what is read goes on. */
void sx_inspect_damage(struct sx_inspect *inspect, const char *format, ...) SX_FORMAT(2, 3);
/* Notes an error that a reader returned; true: it is damage, and there is something to go on
 * with. */
bool sx_inspect_note(struct sx_inspect *inspect, stria_status st, const stria_error *err);

/* Reads a whole file. Returns OK, LIMIT, IO, NOT_FOUND, NOMEM. */
stria_status sx_inspect_read(struct sx_inspect *inspect, const char *path, struct sx_buf *bytes,
                             stria_error *err);
/* 16 bytes as hexadecimal digits. */
void sx_inspect_uuid(struct sx_inspect *inspect, const char *name, const uint8_t uuid[16]);

/* Each tells what it finds; an error other than damage is returned. */
stria_status sx_inspect_store(struct sx_inspect *inspect, const char *path, stria_error *err);
stria_status sx_inspect_segment(struct sx_inspect *inspect, const char *path, stria_error *err);
stria_status sx_inspect_log(struct sx_inspect *inspect, const char *path, stria_error *err);
stria_status sx_inspect_manifest(struct sx_inspect *inspect, const char *path, stria_error *err);

/* ---- sums over segments and the log (inspect_sums.c) ---- */

struct sx_sum_measurement {
    uint32_t policy_id;
    struct sx_bytes name;
    uint64_t row_count, sample_count, chunk_bytes;
    int64_t min_ts, max_ts;
    uint64_t *hashes; /* of series, until they are counted */
    size_t hash_count, hash_capacity;
    uint64_t series_count;
};

struct sx_sum_codec {
    const char *name;
    stria_type type;
    uint64_t chunk_count, value_count, bytes;
};

#define SX_SUM_CODECS_MAX 128

struct sx_sums {
    struct sx_inspect *inspect;
    struct sx_arena arena;
    struct sx_sum_measurement *measurements; /* in the order in which they were met */
    size_t measurement_count, measurement_capacity;
    struct sx_sum_codec codecs[SX_SUM_CODECS_MAX];
    size_t codec_count;
};

void sx_sums_init(struct sx_sums *sums, struct sx_inspect *inspect);
void sx_sums_deinit(struct sx_sums *sums);

/* The sum of a measurement (its name with the escapes of a key), made if it is new; NULL: no
 * memory. */
struct sx_sum_measurement *sx_sums_measurement(struct sx_sums *sums, uint32_t policy_id,
                                               struct sx_bytes escaped);
bool sx_sum_add_series(struct sx_sums *sums, struct sx_sum_measurement *sum, uint64_t hash);
/* Adds rows of which the times lie in [min_ts, max_ts]. */
void sx_sum_add_rows(struct sx_sum_measurement *sum, uint64_t row_count, uint64_t sample_count,
                     int64_t min_ts, int64_t max_ts);

/* Adds what a segment has; `codecs`: with each chunk's. Damage is noted. Returns OK, NOMEM, IO. */
stria_status sx_sums_add_segment(struct sx_sums *sums, struct sx_segment *segment, bool codecs,
                                 stria_error *err);

/* Counts the different series of each measurement, and returns how many there are in all. */
uint64_t sx_sums_count_series(struct sx_sums *sums);

/* Tells the measurements of a policy, and the codecs, if there are any. */
void sx_sums_tell_measurements(struct sx_sums *sums, uint32_t policy_id);
void sx_sums_tell_codecs(struct sx_sums *sums);

#endif
