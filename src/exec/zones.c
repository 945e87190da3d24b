/* SPDX-License-Identifier: Apache-2.0 */
/* zones.c -- see zones.h. */
#include "exec/zones.h"

#include "base/buf.h"

#include <stdio.h>

#define ZONE_DIR "/usr/share/zoneinfo"
#define NAME_SIZE_MAX 128

struct sx_zone_entry {
    struct sx_zone_entry *next;
    struct sx_zone *zone;
    size_t name_len;
    char name[];
};

void sx_zones_init(struct sx_zones *zones, struct sx_os *os, struct sx_mem *mem)
{
    *zones = (struct sx_zones){.os = os, .mem = mem};
}

void sx_zones_deinit(struct sx_zones *zones)
{
    while (zones->entries) {
        struct sx_zone_entry *entry = zones->entries;
        zones->entries = entry->next;
        sx_zone_destroy(entry->zone);
        sx_mem_free(zones->mem, entry);
    }
}

/* Letters, digits and the few signs that zone names have; no part is "." or "..". */
static bool name_safe(struct sx_bytes name)
{
    if (name.len == 0 || name.len > NAME_SIZE_MAX || name.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '/' && c != '_' && c != '-' && c != '+')
            return false; /* no '.' at all: so no part is ".." */
    }
    return true;
}

static struct sx_zone *read_zone(struct sx_zones *zones, struct sx_bytes name)
{
    char path[sizeof ZONE_DIR + NAME_SIZE_MAX + 2];
    struct sx_file *file = NULL;
    struct sx_file_info info;
    struct sx_zone *zone = NULL;
    struct sx_buf bytes;
    (void)snprintf(path, sizeof path, ZONE_DIR "/%.*s", (int)name.len, (const char *)name.ptr);
    sx_buf_init(&bytes, zones->mem, SX_ZONE_SIZE_MAX);
    if (!sx_os_open(zones->os, path, SX_OPEN_READ, &file, NULL) &&
        !sx_file_info(file, &info, NULL) && info.size > 0 && info.size <= SX_ZONE_SIZE_MAX) {
        uint8_t *p = sx_buf_extend(&bytes, (size_t)info.size);
        if (p && !sx_file_read(file, path, p, (size_t)info.size, 0, NULL) &&
            sx_zone_create(zones->mem, sx_buf_bytes(&bytes), &zone, NULL))
            zone = NULL;
    }
    sx_file_close(file);
    sx_buf_deinit(&bytes);
    return zone;
}

bool sx_zones_find(void *user, struct sx_bytes name, const struct sx_zone **zone)
{
    struct sx_zones *zones = user;
    for (const struct sx_zone_entry *e = zones->entries; e; e = e->next)
        if (sx_bytes_equal(sx_bytes_make(e->name, e->name_len), name)) {
            *zone = e->zone;
            return true;
        }
    if (!name_safe(name))
        return false;
    struct sx_zone_entry *entry = sx_mem_alloc(zones->mem, sizeof *entry + name.len);
    if (!entry)
        return false;
    entry->zone = read_zone(zones, name);
    if (!entry->zone) {
        sx_mem_free(zones->mem, entry);
        return false;
    }
    entry->name_len = name.len;
    memcpy(entry->name, name.ptr, name.len);
    entry->next = zones->entries;
    zones->entries = entry;
    *zone = entry->zone;
    return true;
}
