/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_crash.c -- what a power loss leaves of a disk in memory.
 *
 * Algorithm   A walk over all that could survive (durable names and changes of names, in order of
 *             path) asks the chooser for each item and builds the content each file would have;
 *             then a new tree is made from the durable names and the changes that were kept. An
 *             item is asked for whether or not the names above it survive, so that their number
 *             does not depend on the answers.
 * Items       Of a folder: its changes, in the order they were made. Of a file: its size, if it
 *             grew (KEPT: the live one; else as far as sectors survive, at least the durable one);
 *             then its pending sectors, by offset. A file with several names is asked for once.
 * Example     Durable "ab", then 1000 bytes written at 0: size, sector 0, sector 1. LOST, LOST,
 *             KEPT gives 1000 bytes: "ab", zeros to 511, the new ones from 512 on.
 * Threads     The chooser runs under the disk's lock: it must not call the disk. */
#include "os/os_mem_priv.h"

#include "base/sort.h"

#include <string.h>

struct walk {
    struct sx_disk *disk;
    bool only_count;
    sx_crash_choose choose; /* NULL: all is lost */
    void *context;
    uint64_t item_count;
    uint64_t random;
    struct sx_disk_node *visited; /* all of them, for cleaning up */
};

static struct sx_mem *mem_of(struct sx_disk *disk)
{
    return &disk->family->mem;
}

static enum sx_crash_fate ask(struct walk *walk, bool is_sector)
{
    uint64_t item = walk->item_count++;
    return walk->choose ? walk->choose(walk->context, item, is_sector) : SX_FATE_LOST;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* Makes the sector at `offset` of `after`, which is the new one, what its fate wants. */
static bool meet_fate(struct walk *walk, struct sx_disk_node *node, uint64_t offset,
                      enum sx_crash_fate fate)
{
    uint8_t bytes[SX_DISK_SECTOR_SIZE];
    size_t half = fate == SX_FATE_TORN ? SX_DISK_SECTOR_SIZE / 2 : 0;
    if (fate == SX_FATE_KEPT)
        return true;
    if (fate == SX_FATE_GARBAGE) {
        sx_disk_random(&walk->random, bytes, sizeof bytes);
    } else {
        sx_disk_content_read(node->live, offset, bytes, half);
        sx_disk_content_read(node->durable, offset + half, bytes + half, sizeof bytes - half);
    }
    return sx_disk_content_put(mem_of(walk->disk), node->after, offset, bytes, sizeof bytes);
}

static bool visit_sectors(struct walk *walk, struct sx_disk_node *node, uint64_t *size)
{
    uint64_t live_size = sx_disk_content_size(node->live);
    for (size_t page = node->mark_first; page < node->mark_end; page++) {
        unsigned pending = sx_disk_node_pending(node, page);
        for (size_t i = 0; pending >> i; i++) {
            if (!(pending >> i & 1))
                continue;
            uint64_t offset = (uint64_t)page * SX_DISK_PAGE_SIZE + i * SX_DISK_SECTOR_SIZE;
            enum sx_crash_fate fate = ask(walk, true);
            if (walk->only_count)
                continue;
            if (!meet_fate(walk, node, offset, fate))
                return false;
            if (fate != SX_FATE_LOST)
                *size = SX_MAX(*size, SX_MIN(live_size, offset + SX_DISK_SECTOR_SIZE));
        }
    }
    return true;
}

static bool visit_file(struct walk *walk, struct sx_disk_node *node)
{
    struct sx_mem *mem = mem_of(walk->disk);
    uint64_t live_size = sx_disk_content_size(node->live);
    uint64_t size = sx_disk_content_size(node->durable);
    if (live_size > size && ask(walk, false) == SX_FATE_KEPT)
        size = live_size;
    if (!walk->only_count) {
        node->after = sx_disk_content_acquire(node->live);
        if (node->mark_first == node->mark_end)
            return true;
        if (!sx_disk_content_own(mem, &node->after, 0))
            return false;
    }
    if (!visit_sectors(walk, node, &size))
        return false;
    return walk->only_count || sx_disk_content_resize(mem, &node->after, size);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool visit(struct walk *walk, struct sx_disk_node *node);

static int compare_entries(const void *a, const void *b, void *context)
{
    const struct sx_disk_entry *left = a, *right = b;
    (void)context;
    return sx_bytes_compare(sx_bytes_make(left->name->text, left->name->len),
                            sx_bytes_make(right->name->text, right->name->len));
}

static bool visit_directory(struct walk *walk, struct sx_disk_node *node)
{
    const struct sx_disk_table *durable = &node->durable_names;
    struct sx_disk_entry *children = NULL;
    size_t count = 0, capacity = 0;
    if (!SX_GROW(mem_of(walk->disk), children, capacity, durable->count + node->change_count + 1))
        return false;
    for (size_t i = 0; i < durable->count; i++)
        children[count++] = durable->entries[i];
    for (size_t i = 0; i < node->change_count; i++) {
        struct sx_disk_change *change = &node->changes[i];
        change->kept = ask(walk, false) == SX_FATE_KEPT;
        if (change->node)
            children[count++] = (struct sx_disk_entry){change->name, change->node};
    }
    sx_sort(children, count, sizeof *children, compare_entries, NULL);
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = visit(walk, children[i].node);
    sx_mem_free(mem_of(walk->disk), children);
    return done;
}

static bool visit(struct walk *walk, struct sx_disk_node *node)
{
    if (node->visited)
        return true;
    node->visited = true;
    node->visited_next = walk->visited;
    walk->visited = node;
    return node->is_directory ? visit_directory(walk, node) : visit_file(walk, node);
}

static void end_walk(struct walk *walk)
{
    while (walk->visited) {
        struct sx_disk_node *node = walk->visited;
        walk->visited = node->visited_next;
        sx_disk_content_release(mem_of(walk->disk), node->after);
        node->after = NULL;
        node->twin = NULL;
        node->visited_next = NULL;
        node->visited = false;
    }
}

/* ---- the new tree --------------------------------------------------------------------------- */

static struct sx_disk_node *twin_of(struct sx_disk *to, struct sx_disk_node *node);

/* The names of a folder that survive, with the nodes of the old disk. */
static bool surviving_names(struct sx_disk *to, const struct sx_disk_node *node,
                            struct sx_disk_table *table)
{
    const struct sx_disk_table *durable = &node->durable_names;
    if (!sx_disk_table_reserve(to, table, durable->count + node->change_count + 1))
        return false;
    for (size_t i = 0; i < durable->count; i++)
        sx_disk_table_put(to, table, durable->entries[i].name, durable->entries[i].node);
    for (size_t i = 0; i < node->change_count; i++)
        if (node->changes[i].kept)
            sx_disk_table_apply(to, table, &node->changes[i]);
    return true;
}

static bool fill_directory(struct sx_disk *to, struct sx_disk_node *twin,
                           const struct sx_disk_node *node)
{
    struct sx_disk_table names = {.entries = NULL};
    bool done = surviving_names(to, node, &names) &&
                sx_disk_table_reserve(to, &twin->live_names, names.count) &&
                sx_disk_table_reserve(to, &twin->durable_names, names.count);
    for (size_t i = 0; i < names.count && done; i++) {
        struct sx_disk_node *child = twin_of(to, names.entries[i].node);
        done = child != NULL;
        if (!done)
            break;
        sx_disk_table_put(to, &twin->live_names, names.entries[i].name, child);
        sx_disk_table_put(to, &twin->durable_names, names.entries[i].name, child);
        child->link_count++;
        sx_disk_node_release(to, child);
    }
    sx_disk_table_deinit(to, &names);
    return done;
}

/* The node of the new disk, with a reference for the caller; NULL: no memory. */
static struct sx_disk_node *twin_of(struct sx_disk *to, struct sx_disk_node *node)
{
    if (node->twin)
        return sx_disk_node_acquire(node->twin);
    struct sx_disk_node *twin = sx_disk_node_create(to, node->is_directory);
    if (!twin)
        return NULL;
    if (!node->is_directory) {
        twin->live = sx_disk_content_acquire(node->after);
        twin->durable = sx_disk_content_acquire(node->after);
        uint64_t size = sx_disk_content_size(node->after);
        uint64_t pages = (size + SX_DISK_PAGE_SIZE - 1) / SX_DISK_PAGE_SIZE;
        twin->space_size = pages * SX_DISK_PAGE_SIZE;
        to->used_size += twin->space_size;
    } else if (!fill_directory(to, twin, node)) {
        sx_disk_node_release(to, twin);
        return NULL;
    }
    node->twin = twin;
    return twin;
}

static struct sx_disk *crash(struct walk *walk)
{
    struct sx_disk *from = walk->disk;
    struct sx_disk *to = sx_disk_create(from->family, 0);
    if (!to)
        return NULL;
    struct sx_disk_node *root = NULL;
    if (visit(walk, from->root))
        root = twin_of(to, from->root);
    if (!root) {
        sx_os_mem_destroy(&to->base);
        return NULL;
    }
    sx_disk_node_release(to, to->root);
    to->root = root;
    to->random = walk->random;
    to->now_base_ns = from->now_base_ns;
    to->elapsed_ns = from->elapsed_ns;
    to->total_size = from->total_size;
    uint64_t whole = from->free_size + from->used_size;
    to->free_size = whole > to->used_size ? whole - to->used_size : 0;
    return to;
}

struct sx_os *sx_os_mem_crash(struct sx_os *os, sx_crash_choose choose, void *context)
{
    struct sx_disk *disk = SX_CONTAINER(os, struct sx_disk, base);
    sx_disk_enter(disk);
    struct walk walk = {.disk = disk, .choose = choose, .context = context, .random = disk->random};
    struct sx_disk *left = crash(&walk);
    end_walk(&walk);
    sx_disk_leave(disk);
    return left ? &left->base : NULL;
}

uint64_t sx_os_mem_pending(struct sx_os *os)
{
    struct sx_disk *disk = SX_CONTAINER(os, struct sx_disk, base);
    sx_disk_enter(disk);
    struct walk walk = {.disk = disk, .only_count = true};
    bool counted = visit(&walk, disk->root);
    end_walk(&walk);
    sx_disk_leave(disk);
    return counted ? walk.item_count : 0;
}
