/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_tree.c -- names and folders of the disk in memory.
 *
 * Algorithm   A folder has the names a process sees (live), those a power loss cannot take
 *             (durable), and the changes between the two in the order they were made. sync_dir
 *             carries the changes out on the durable names; a crash carries out those that the
 *             chooser keeps, so a name that was made and taken away again may come back, as on a
 *             real disk.
 * Limits      A name has at most 255 bytes; ".." is not supported. Names take no space.
 * Threads     See os_mem_priv.h. */
#include "os/os_mem_priv.h"

#include <errno.h>
#include <string.h>

#define NAME_LEN_MAX 255

static struct sx_mem *mem_of(struct sx_disk *disk)
{
    return &disk->family->mem;
}

/* ---- names ---------------------------------------------------------------------------------- */

static struct sx_disk_name *name_create(struct sx_disk *disk, const char *text, size_t len)
{
    struct sx_disk_name *name = sx_mem_alloc(mem_of(disk), sizeof *name + len + 1);
    if (!name)
        return NULL;
    atomic_init(&name->refs, 1);
    name->len = (uint32_t)len;
    memcpy(name->text, text, len);
    name->text[len] = '\0';
    return name;
}

struct sx_disk_name *sx_disk_name_acquire(struct sx_disk_name *name)
{
    atomic_fetch_add_explicit(&name->refs, 1, memory_order_relaxed);
    return name;
}

void sx_disk_name_release(struct sx_disk *disk, struct sx_disk_name *name)
{
    if (name && atomic_fetch_sub_explicit(&name->refs, 1, memory_order_acq_rel) == 1)
        sx_mem_free(mem_of(disk), name);
}

/* ---- tables of names ------------------------------------------------------------------------ */

/* Index of the first entry whose name is not before it. */
static size_t lower_bound(const struct sx_disk_table *table, const char *text, size_t len)
{
    size_t first = 0, end = table->count;
    struct sx_bytes key = sx_bytes_make(text, len);
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        const struct sx_disk_name *name = table->entries[middle].name;
        if (sx_bytes_compare(sx_bytes_make(name->text, name->len), key) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static bool is_name(const struct sx_disk_table *table, size_t index, const char *text, size_t len)
{
    if (index == table->count)
        return false;
    const struct sx_disk_name *name = table->entries[index].name;
    return name->len == len && memcmp(name->text, text, len) == 0;
}

bool sx_disk_table_reserve(struct sx_disk *disk, struct sx_disk_table *table, size_t count)
{
    return SX_GROW(mem_of(disk), table->entries, table->capacity, count);
}

static void entry_release(struct sx_disk *disk, struct sx_disk_entry *entry)
{
    sx_disk_name_release(disk, entry->name);
    sx_disk_node_release(disk, entry->node);
}

void sx_disk_table_put(struct sx_disk *disk, struct sx_disk_table *table, struct sx_disk_name *name,
                       struct sx_disk_node *node)
{
    size_t index = lower_bound(table, name->text, name->len);
    struct sx_disk_entry *at = table->entries + index;
    struct sx_disk_entry entry = {sx_disk_name_acquire(name), sx_disk_node_acquire(node)};
    if (is_name(table, index, name->text, name->len)) {
        entry_release(disk, at);
    } else {
        memmove(at + 1, at, (table->count - index) * sizeof *at);
        table->count++;
    }
    *at = entry;
}

static void table_remove(struct sx_disk *disk, struct sx_disk_table *table,
                         const struct sx_disk_name *name)
{
    size_t index = lower_bound(table, name->text, name->len);
    if (!is_name(table, index, name->text, name->len))
        return;
    struct sx_disk_entry *at = table->entries + index;
    entry_release(disk, at);
    memmove(at, at + 1, (table->count - index - 1) * sizeof *at);
    table->count--;
}

void sx_disk_table_apply(struct sx_disk *disk, struct sx_disk_table *table,
                         const struct sx_disk_change *change)
{
    if (change->node)
        sx_disk_table_put(disk, table, change->name, change->node);
    else
        table_remove(disk, table, change->name);
}

void sx_disk_table_deinit(struct sx_disk *disk, struct sx_disk_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        entry_release(disk, &table->entries[i]);
    sx_mem_free(mem_of(disk), table->entries);
    *table = (struct sx_disk_table){.entries = NULL};
}

/* ---- changes -------------------------------------------------------------------------------- */

static bool reserve_change(struct sx_disk *disk, struct sx_disk_node *directory)
{
    return SX_GROW(mem_of(disk), directory->changes, directory->change_capacity,
                   directory->change_count + 1);
}

/* Room must have been reserved. */
static void add_change(struct sx_disk_node *directory, struct sx_disk_name *name,
                       struct sx_disk_node *node)
{
    directory->changes[directory->change_count++] = (struct sx_disk_change){
        .name = sx_disk_name_acquire(name), .node = node ? sx_disk_node_acquire(node) : NULL};
}

static void clear_changes(struct sx_disk *disk, struct sx_disk_node *directory)
{
    for (size_t i = 0; i < directory->change_count; i++) {
        sx_disk_name_release(disk, directory->changes[i].name);
        sx_disk_node_release(disk, directory->changes[i].node);
    }
    directory->change_count = 0;
}

void sx_disk_changes_deinit(struct sx_disk *disk, struct sx_disk_node *directory)
{
    clear_changes(disk, directory);
    sx_mem_free(mem_of(disk), directory->changes);
    directory->changes = NULL;
    directory->change_capacity = 0;
}

int sx_disk_sync_names(struct sx_disk *disk, struct sx_disk_node *directory)
{
    struct sx_disk_table *durable = &directory->durable_names;
    if (!sx_disk_table_reserve(disk, durable, durable->count + directory->change_count))
        return ENOMEM;
    for (size_t i = 0; i < directory->change_count; i++)
        sx_disk_table_apply(disk, durable, &directory->changes[i]);
    clear_changes(disk, directory);
    return 0;
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* Takes the next part off *path, without "." and empty ones; false: there is none. */
static bool next_part(const char **path, const char **part, size_t *len)
{
    do {
        *path += strspn(*path, "/");
        *part = *path;
        *len = strcspn(*path, "/");
        *path += *len;
    } while (*len == 1 && **part == '.');
    return *len > 0;
}

int sx_disk_find(struct sx_disk *disk, const char *path, struct sx_disk_place *place)
{
    *place = (struct sx_disk_place){.node = disk->root};
    if (strlen(path) >= SX_PATH_MAX)
        return ENAMETOOLONG;
    const char *part;
    size_t len;
    while (next_part(&path, &part, &len)) {
        struct sx_disk_node *parent = place->node;
        if (!parent)
            return ENOENT;
        if (!parent->is_directory)
            return ENOTDIR;
        if (len > NAME_LEN_MAX)
            return ENAMETOOLONG;
        if (len == 2 && part[0] == '.' && part[1] == '.')
            return EINVAL;
        size_t index = lower_bound(&parent->live_names, part, len);
        bool found = is_name(&parent->live_names, index, part, len);
        *place = (struct sx_disk_place){
            .parent = parent,
            .name = part,
            .name_len = len,
            .node = found ? parent->live_names.entries[index].node : NULL,
        };
    }
    return 0;
}

int sx_disk_add_name(struct sx_disk *disk, const struct sx_disk_place *place,
                     struct sx_disk_node *node)
{
    struct sx_disk_node *parent = place->parent;
    struct sx_disk_name *name = name_create(disk, place->name, place->name_len);
    if (!name || !reserve_change(disk, parent) ||
        !sx_disk_table_reserve(disk, &parent->live_names, parent->live_names.count + 1)) {
        sx_disk_name_release(disk, name);
        return ENOMEM;
    }
    sx_disk_table_put(disk, &parent->live_names, name, node);
    add_change(parent, name, node);
    node->link_count++;
    sx_disk_name_release(disk, name);
    return 0;
}

int sx_disk_remove_name(struct sx_disk *disk, const struct sx_disk_place *place)
{
    struct sx_disk_node *parent = place->parent, *node = place->node;
    struct sx_disk_name *name = name_create(disk, place->name, place->name_len);
    if (!name || !reserve_change(disk, parent)) {
        sx_disk_name_release(disk, name);
        return ENOMEM;
    }
    node->link_count--;
    sx_disk_node_settle_space(disk, node);
    add_change(parent, name, NULL);
    table_remove(disk, &parent->live_names, name);
    sx_disk_name_release(disk, name);
    return 0;
}
