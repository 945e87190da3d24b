/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_node.c -- files of the disk in memory: what of them is synced, and who locks them.
 *
 * Algorithm   A file has two contents, live and durable, and for each sector that was written since
 *             it was last synced a mark. Dirty: the next sync makes it durable. Stuck: a sync of it
 *             failed; as in Linux the page is clean from then on, so that no later sync writes it,
 *             and only a new write of the sector makes it dirty again. Both are pending: a power
 *             loss may leave the old sector, the new one, or a mixture.
 * Limits      Of several writes to a sector between two syncs only the last is a choice.
 * Threads     See os_mem_priv.h. */
#include "os/os_mem_priv.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define STUCK_SHIFT 8
#define DIRTY_BITS 0xffu

static struct sx_mem *mem_of(struct sx_disk *disk)
{
    return &disk->family->mem;
}

struct sx_disk_node *sx_disk_node_create(struct sx_disk *disk, bool is_directory)
{
    struct sx_disk_node *node = sx_mem_zalloc(mem_of(disk), sizeof *node);
    if (!node)
        return NULL;
    node->refs = 1;
    node->is_directory = is_directory;
    return node;
}

struct sx_disk_node *sx_disk_node_acquire(struct sx_disk_node *node)
{
    node->refs++;
    return node;
}

void sx_disk_node_release(struct sx_disk *disk, struct sx_disk_node *node)
{
    struct sx_mem *mem = mem_of(disk);
    if (!node || --node->refs)
        return;
    assert(!node->locks && !node->open_count);
    sx_disk_table_deinit(disk, &node->live_names);
    sx_disk_table_deinit(disk, &node->durable_names);
    sx_disk_changes_deinit(disk, node);
    sx_disk_content_release(mem, node->live);
    sx_disk_content_release(mem, node->durable);
    sx_mem_free(mem, node->marks);
    sx_mem_free(mem, node);
}

void sx_disk_node_info(struct sx_file_info *info, const struct sx_disk_node *node)
{
    *info = (struct sx_file_info){.size = sx_disk_content_size(node->live),
                                  .link_count = node->link_count,
                                  .is_directory = node->is_directory};
}

/* ---- space ---------------------------------------------------------------------------------- */

void sx_disk_node_settle_space(struct sx_disk *disk, struct sx_disk_node *node)
{
    if (node->link_count || node->open_count)
        return;
    disk->free_size += node->space_size;
    disk->used_size -= node->space_size;
    node->space_size = 0;
}

uint64_t sx_disk_node_take_space(struct sx_disk *disk, struct sx_disk_node *node, uint64_t size)
{
    uint64_t pages = size / SX_DISK_PAGE_SIZE + (size % SX_DISK_PAGE_SIZE != 0);
    uint64_t wanted = pages * SX_DISK_PAGE_SIZE;
    if (wanted <= node->space_size)
        return size;
    uint64_t free_pages = disk->free_size / SX_DISK_PAGE_SIZE * SX_DISK_PAGE_SIZE;
    uint64_t more = SX_MIN(wanted - node->space_size, free_pages);
    node->space_size += more;
    disk->free_size -= more;
    disk->used_size += more;
    return SX_MIN(size, node->space_size);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

unsigned sx_disk_node_pending(const struct sx_disk_node *node, size_t page)
{
    if (page < node->mark_first || page >= node->mark_end)
        return 0;
    return (node->marks[page] | node->marks[page] >> STUCK_SHIFT) & DIRTY_BITS;
}

/* Makes room for marks of pages [first, end) and counts them in. */
static bool reserve_marks(struct sx_disk *disk, struct sx_disk_node *node, size_t first, size_t end)
{
    size_t before = node->mark_capacity;
    if (!SX_GROW(mem_of(disk), node->marks, node->mark_capacity, end))
        return false;
    if (node->mark_capacity > before)
        memset(node->marks + before, 0, (node->mark_capacity - before) * sizeof *node->marks);
    bool none = node->mark_first == node->mark_end;
    node->mark_first = none ? first : SX_MIN(node->mark_first, first);
    node->mark_end = none ? end : SX_MAX(node->mark_end, end);
    return true;
}

static void clear_marks(struct sx_disk_node *node)
{
    if (node->mark_first < node->mark_end)
        memset(node->marks + node->mark_first, 0,
               (node->mark_end - node->mark_first) * sizeof *node->marks);
    node->mark_first = node->mark_end = 0;
}

int sx_disk_node_write(struct sx_disk *disk, struct sx_disk_node *node, const uint8_t *bytes,
                       size_t size, uint64_t offset)
{
    if (size == 0)
        return 0;
    size_t end = (offset + size + SX_DISK_PAGE_SIZE - 1) / SX_DISK_PAGE_SIZE;
    if (!sx_disk_content_own(mem_of(disk), &node->live, end) ||
        !reserve_marks(disk, node, offset / SX_DISK_PAGE_SIZE, end))
        return ENOMEM;
    while (size) {
        size_t at = offset % SX_DISK_PAGE_SIZE, part = SX_MIN(size, SX_DISK_PAGE_SIZE - at);
        if (!sx_disk_content_put(mem_of(disk), node->live, offset, bytes, part))
            return ENOMEM;
        size_t first = at / SX_DISK_SECTOR_SIZE, last = (at + part - 1) / SX_DISK_SECTOR_SIZE;
        unsigned written = ((2u << last) - 1) & ~((1u << first) - 1);
        uint16_t *mark = &node->marks[offset / SX_DISK_PAGE_SIZE];
        *mark = (uint16_t)((*mark | written) & ~(written << STUCK_SHIFT));
        offset += part;
        bytes += part;
        size -= part;
    }
    return 0;
}

/* Puts the durable sectors of a page that `sectors` names over those of an own content. */
static bool keep_old_sectors(struct sx_mem *mem, struct sx_disk_content *own,
                             const struct sx_disk_content *durable, size_t page, unsigned sectors)
{
    uint64_t offset = (uint64_t)page * SX_DISK_PAGE_SIZE, size = own->size;
    for (size_t i = 0; i < SX_DISK_SECTOR_COUNT; i++) {
        uint8_t bytes[SX_DISK_SECTOR_SIZE];
        uint64_t at = offset + i * SX_DISK_SECTOR_SIZE;
        if (!(sectors >> i & 1))
            continue;
        sx_disk_content_read(durable, at, bytes, sizeof bytes);
        if (!sx_disk_content_put(mem, own, at, bytes, sizeof bytes))
            return false;
    }
    own->size = size;
    return true;
}

int sx_disk_node_sync(struct sx_disk *disk, struct sx_disk_node *node)
{
    struct sx_mem *mem = mem_of(disk);
    struct sx_disk_content *next = sx_disk_content_acquire(node->live);
    bool any_stuck = false;
    for (size_t i = node->mark_first; i < node->mark_end; i++) {
        unsigned stuck = node->marks[i] >> STUCK_SHIFT;
        if (!stuck)
            continue;
        any_stuck = true;
        if (!sx_disk_content_own(mem, &next, 0) ||
            !keep_old_sectors(mem, next, node->durable, i, stuck)) {
            sx_disk_content_release(mem, next);
            return ENOMEM;
        }
    }
    sx_disk_content_release(mem, node->durable);
    node->durable = next;
    if (!any_stuck) {
        clear_marks(node);
        return 0;
    }
    for (size_t i = node->mark_first; i < node->mark_end; i++)
        node->marks[i] = (uint16_t)(node->marks[i] & ~DIRTY_BITS);
    return 0;
}

void sx_disk_node_fail_sync(struct sx_disk_node *node)
{
    for (size_t i = node->mark_first; i < node->mark_end; i++)
        node->marks[i] = (uint16_t)(sx_disk_node_pending(node, i) << STUCK_SHIFT);
}

/* A sector that a test changed; of what is pending only the live one is. */
static int corrupt_sector(struct sx_disk *disk, struct sx_disk_node *node, uint64_t offset,
                          const uint8_t *bytes, size_t size)
{
    struct sx_mem *mem = mem_of(disk);
    unsigned bit = 1u << (offset % SX_DISK_PAGE_SIZE / SX_DISK_SECTOR_SIZE);
    if (!sx_disk_content_write(mem, &node->live, offset, bytes, size))
        return ENOMEM;
    uint64_t durable_size = sx_disk_content_size(node->durable);
    if (sx_disk_node_pending(node, offset / SX_DISK_PAGE_SIZE) & bit || offset >= durable_size)
        return 0;
    size_t part = SX_MIN(size, durable_size - offset);
    return sx_disk_content_write(mem, &node->durable, offset, bytes, part) ? 0 : ENOMEM;
}

int sx_disk_node_corrupt(struct sx_disk *disk, struct sx_disk_node *node, const uint8_t *bytes,
                         size_t size)
{
    for (size_t offset = 0; offset < size; offset += SX_DISK_SECTOR_SIZE) {
        uint8_t old[SX_DISK_SECTOR_SIZE];
        size_t part = SX_MIN(size - offset, SX_DISK_SECTOR_SIZE);
        sx_disk_content_read(node->live, offset, old, part);
        if (memcmp(old, bytes + offset, part) == 0)
            continue;
        int error = corrupt_sector(disk, node, offset, bytes + offset, part);
        if (error)
            return error;
    }
    return 0;
}

int sx_disk_node_resize(struct sx_disk *disk, struct sx_disk_node *node, uint64_t size)
{
    if (!sx_disk_content_resize(mem_of(disk), &node->live, size))
        return ENOMEM;
    sx_disk_content_release(mem_of(disk), node->durable);
    node->durable = sx_disk_content_acquire(node->live);
    clear_marks(node);
    return 0;
}

/* ---- locks ---------------------------------------------------------------------------------- */

static struct sx_disk_lock *lock_create(struct sx_disk *disk, const struct sx_disk_lock *like)
{
    struct sx_disk_lock *lock = sx_mem_alloc(mem_of(disk), sizeof *lock);
    if (lock)
        *lock = *like;
    return lock;
}

int sx_disk_node_unlock(struct sx_disk *disk, struct sx_disk_node *node,
                        const struct sx_file *owner, uint64_t start, uint64_t end)
{
    struct sx_disk_lock **at = &node->locks;
    while (*at) {
        struct sx_disk_lock *lock = *at;
        if (lock->owner != owner || lock->end <= start || lock->start >= end) {
            at = &lock->next;
        } else if (lock->start < start && lock->end > end) { /* a hole in it */
            struct sx_disk_lock *rest = lock_create(disk, lock);
            if (!rest)
                return ENOMEM;
            lock->end = start;
            rest->start = end;
            lock->next = rest;
            at = &rest->next;
        } else if (lock->start < start) {
            lock->end = start;
            at = &lock->next;
        } else if (lock->end > end) {
            lock->start = end;
            at = &lock->next;
        } else {
            *at = lock->next;
            sx_mem_free(mem_of(disk), lock);
        }
    }
    return 0;
}

int sx_disk_node_lock(struct sx_disk *disk, struct sx_disk_node *node, const struct sx_file *owner,
                      uint64_t start, uint64_t end, bool exclusive)
{
    for (const struct sx_disk_lock *lock = node->locks; lock; lock = lock->next)
        if (lock->owner != owner && lock->start < end && start < lock->end &&
            (exclusive || lock->exclusive))
            return EAGAIN;
    const struct sx_disk_lock like = {
        .owner = owner, .start = start, .end = end, .exclusive = exclusive};
    struct sx_disk_lock *lock = lock_create(disk, &like);
    if (!lock)
        return ENOMEM;
    int error = sx_disk_node_unlock(disk, node, owner, start, end);
    if (error) {
        sx_mem_free(mem_of(disk), lock);
        return error;
    }
    lock->next = node->locks;
    node->locks = lock;
    return 0;
}
