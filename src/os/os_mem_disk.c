/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_disk.c -- a disk in memory as a whole: birth and death, its lock, trace and clock, and
 * what tests do to it behind the table's back.
 *
 * Threads     One lock a disk. on_mutation is called outside it. */
#include "os/os_mem_priv.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS 1000
#define DEFAULT_SPACE_SIZE ((uint64_t)1 << 30)
#define DEFAULT_NOW_NS (INT64_C(1735689600) * 1000000000) /* 2025-01-01T00:00:00Z */
#define FIRST_MONO_NS INT64_C(1000000000)

/* ---- birth and death ------------------------------------------------------------------------ */

struct sx_disk *sx_disk_create(struct sx_disk_family *family, uint64_t seed)
{
    struct sx_disk *disk = sx_mem_zalloc(&family->mem, sizeof *disk);
    if (!disk)
        return NULL;
    disk->base.ops = &sx_disk_ops;
    disk->family = family;
    disk->root = sx_disk_node_create(disk, true);
    if (!disk->root) {
        sx_mem_free(&family->mem, disk);
        return NULL;
    }
    disk->root->link_count = 1; /* it has no name, and is never without one */
    sx_mutex_init(&disk->lock);
    disk->random = seed;
    disk->elapsed_ns = FIRST_MONO_NS;
    disk->now_base_ns = DEFAULT_NOW_NS - FIRST_MONO_NS;
    disk->free_size = disk->total_size = DEFAULT_SPACE_SIZE;
    atomic_fetch_add(&family->disk_count, 1);
    return disk;
}

struct sx_os *sx_os_mem_create(uint64_t seed)
{
    struct sx_disk_family *family = sx_disk_root_create(sizeof *family, "disk in memory");
    if (!family)
        return NULL;
    struct sx_disk *disk = sx_disk_create(family, seed);
    if (!disk)
        sx_disk_root_destroy(family);
    return disk ? &disk->base : NULL;
}

void sx_os_mem_destroy(struct sx_os *os)
{
    if (!os)
        return;
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_family *family = disk->family;
    sx_disk_enter(disk);
    assert(disk->open_count == 0);
    sx_disk_leave(disk);
    sx_disk_node_release(disk, disk->root);
    sx_mutex_deinit(&disk->lock);
    sx_mem_free(&family->mem, disk);
    if (atomic_fetch_sub(&family->disk_count, 1) == 1)
        sx_disk_root_destroy(family);
}

/* ---- what every call does ------------------------------------------------------------------- */

static void put_view_back(struct sx_disk *disk)
{
    if (!disk->view_node)
        return;
    if (sx_disk_node_corrupt(disk, disk->view_node, disk->view_bytes, disk->view_size))
        abort(); /* no memory: the test would test something else */
    sx_mem_free(&disk->family->mem, disk->view_bytes);
    sx_disk_node_release(disk, disk->view_node);
    disk->view_node = NULL;
    disk->view_bytes = NULL;
}

void sx_disk_enter(struct sx_disk *disk)
{
    sx_mutex_lock(&disk->lock);
    put_view_back(disk);
}

void sx_disk_leave(struct sx_disk *disk)
{
    sx_mutex_unlock(&disk->lock);
}

void sx_disk_enter_mutation(struct sx_disk *disk)
{
    sx_disk_enter(disk);
    uint64_t index = disk->mutation_count++;
    void (*each)(void *, uint64_t) = disk->on_mutation;
    void *context = disk->on_mutation_context;
    if (!each)
        return;
    sx_disk_leave(disk);
    each(context, index);
    sx_disk_enter(disk);
}

void sx_disk_trace(struct sx_disk *disk, int error, const char *format, ...)
{
    char line[2 * SX_PATH_MAX + 128];
    if (!disk->trace)
        return;
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof line - 32, format, args);
    va_end(args);
    if (error && size >= 0)
        (void)snprintf(line + strlen(line), 32, " errno %d", error);
    disk->trace(disk->trace_context, line);
}

void sx_disk_random(uint64_t *state, uint8_t *bytes, size_t size)
{
    while (size) {
        uint64_t z = *state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        size_t part = SX_MIN(size, sizeof z);
        for (size_t i = 0; i < part; i++)
            bytes[i] = (uint8_t)(z >> 8 * i);
        bytes += part;
        size -= part;
    }
}

/* ---- clock ---------------------------------------------------------------------------------- */

/* The time since the first, after `duration_ns` more. */
static int64_t pass(struct sx_os *os, int64_t duration_ns, bool is_mono)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    disk->elapsed_ns += duration_ns;
    int64_t now = is_mono ? disk->elapsed_ns : disk->elapsed_ns + disk->now_base_ns;
    sx_disk_leave(disk);
    return now;
}

int64_t sx_disk_now_ns(struct sx_os *os)
{
    return pass(os, TICK_NS, false);
}

int64_t sx_disk_mono_ns(struct sx_os *os)
{
    return pass(os, TICK_NS, true);
}

void sx_disk_sleep_ns(struct sx_os *os, int64_t duration_ns)
{
    (void)pass(os, duration_ns > 0 ? duration_ns : 0, true);
}

void sx_os_mem_set_now(struct sx_os *os, int64_t now_ns)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    disk->now_base_ns = now_ns - disk->elapsed_ns;
    sx_disk_leave(disk);
}

/* ---- what tests do to it -------------------------------------------------------------------- */

uint64_t sx_os_mem_mutations(const struct sx_os *os)
{
    struct sx_disk *disk = sx_disk_of((struct sx_os *)os); /* only its lock is written */
    sx_disk_enter(disk);
    uint64_t count = disk->mutation_count;
    sx_disk_leave(disk);
    return count;
}

void sx_os_mem_on_mutation(struct sx_os *os, void (*each)(void *context, uint64_t index),
                           void *context)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    disk->on_mutation = each;
    disk->on_mutation_context = context;
    sx_disk_leave(disk);
}

void sx_os_mem_trace(struct sx_os *os, void (*each)(void *context, const char *line), void *context)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    disk->trace = each;
    disk->trace_context = context;
    sx_disk_leave(disk);
}

void sx_os_mem_set_space(struct sx_os *os, uint64_t free_size, uint64_t total_size)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    disk->free_size = free_size;
    disk->total_size = total_size;
    sx_disk_leave(disk);
}

/* The file at a path; NULL: there is none. */
static struct sx_disk_node *file_at(struct sx_disk *disk, const char *path)
{
    struct sx_disk_place place;
    if (sx_disk_find(disk, path, &place) || !place.node || place.node->is_directory)
        return NULL;
    return place.node;
}

uint8_t *sx_os_mem_bytes(struct sx_os *os, const char *path, size_t *size)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    struct sx_disk_node *node = file_at(disk, path);
    uint8_t *bytes = NULL;
    *size = node ? sx_disk_content_size(node->live) : 0;
    if (node)
        bytes = sx_mem_alloc(&disk->family->mem, *size + 1);
    if (bytes) {
        sx_disk_content_read(node->live, 0, bytes, *size);
        disk->view_node = sx_disk_node_acquire(node);
        disk->view_bytes = bytes;
        disk->view_size = *size;
    }
    sx_disk_leave(disk);
    return bytes;
}

bool sx_os_mem_resize(struct sx_os *os, const char *path, size_t size)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter(disk);
    struct sx_disk_node *node = file_at(disk, path);
    bool done = node && sx_disk_node_resize(disk, node, size) == 0;
    sx_disk_leave(disk);
    return done;
}
