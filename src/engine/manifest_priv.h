/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_priv.h -- the insides of a manifest, shared by manifest_read.c and manifest.c (writing).
 */
#ifndef SX_ENGINE_MANIFEST_PRIV_H
#define SX_ENGINE_MANIFEST_PRIV_H

#include "base/crc32c.h"
#include "engine/manifest.h"

#define SX_MANIFEST_VERSION 2
#define SX_MANIFEST_HEADER_SIZE 64
#define SX_EDIT_HEADER_SIZE 40
#define SX_EDIT_ALIGN 4096
/* Of version 1, behind two copies of the header; and no manifest is shorter than that. */
#define SX_MANIFEST_FIRST_EDIT ((uint64_t)2 * SX_EDIT_ALIGN)
#define SX_EDIT_MAGIC 0x54444553u /* "SEDT" */
#define SX_EDIT_SIZE_MAX ((uint32_t)256 << 20)
#define SX_MANIFEST_SIZE_MAX ((uint64_t)1 << 31)

#define SX_MANIFEST_MAGIC "STRIAMAN"

struct sx_manifest {
    struct sx_manifest_options options;
    char *dir;
    struct sx_file *file;
    char path[SX_PATH_MAX];
    uint8_t store_uuid[16];
    uint64_t manifest_no;
    uint64_t last_manifest_no; /* of all files seen */
    _Atomic uint64_t edit_seq; /* of the last edit */
    _Atomic uint64_t size;     /* also read by stats, without the lock */
    uint64_t read_end;         /* behind the last edit that was read */
    uint64_t snapshot_size;
    _Atomic bool broken; /* written under the engine's manifest lock */
};

/* Numbers of the manifest files that are there. */
struct sx_manifest_numbers {
    struct sx_mem *mem;
    uint64_t *items; /* to be freed with mem */
    size_t count, capacity;
    bool failed;
};

static inline uint64_t sx_manifest_salt(const uint8_t store_uuid[16], uint64_t manifest_no)
{
    return sx_get_u64(store_uuid) ^ manifest_no * 0x9e3779b97f4a7c15u;
}

static inline uint64_t sx_edit_span(uint64_t payload_size)
{
    return (SX_EDIT_HEADER_SIZE + payload_size + SX_EDIT_ALIGN - 1) / SX_EDIT_ALIGN * SX_EDIT_ALIGN;
}

/* The same of the first edit, with the header that stands before it. */
static inline uint64_t sx_first_edit_span(uint64_t payload_size)
{
    return sx_edit_span(SX_MANIFEST_HEADER_SIZE + payload_size);
}

/* Fills SX_PATH_MAX bytes. */
void sx_manifest_path(const struct sx_manifest *manifest, uint64_t number, char *path);
stria_status sx_manifest_list(struct sx_manifest *manifest, struct sx_manifest_numbers *numbers,
                              stria_error *err);

#endif
