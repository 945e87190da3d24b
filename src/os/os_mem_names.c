/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_names.c -- the calls on paths of the disk in memory's table.
 *
 * Why         Each call locks the disk, finds its nodes, lets os_mem_tree.c do the work, writes its
 *             line of the trace and tells a failure in the words of the real table.
 * Threads     One lock a disk. */
#include "os/os_mem_priv.h"

#include "os/os_priv.h"

#include <errno.h>

/* What is at a path, which must be there. */
static int find_node(struct sx_disk *disk, const char *path, struct sx_disk_place *place)
{
    int error = sx_disk_find(disk, path, place);
    return error ? error : place->node ? 0 : ENOENT;
}

static int find_directory(struct sx_disk *disk, const char *path, struct sx_disk_place *place)
{
    int error = find_node(disk, path, place);
    return error ? error : place->node->is_directory ? 0 : ENOTDIR;
}

stria_status sx_disk_stat(struct sx_os *os, const char *path, struct sx_file_info *info,
                          stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_place place;
    sx_disk_enter(disk);
    int error = find_node(disk, path, &place);
    if (!error)
        sx_disk_node_info(info, place.node);
    sx_disk_trace(disk, error, "stat %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "stat %s", path) : STRIA_OK;
}

static int make_directory(struct sx_disk *disk, const char *path)
{
    struct sx_disk_place place;
    int error = sx_disk_find(disk, path, &place);
    if (error || place.node)
        return error ? error : EEXIST;
    struct sx_disk_node *node = sx_disk_node_create(disk, true);
    if (!node)
        return ENOMEM;
    error = sx_disk_add_name(disk, &place, node);
    sx_disk_node_release(disk, node);
    return error;
}

stria_status sx_disk_mkdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter_mutation(disk);
    int error = make_directory(disk, path);
    sx_disk_trace(disk, error, "mkdir %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "mkdir %s", path) : STRIA_OK;
}

stria_status sx_disk_sync_dir(struct sx_os *os, const char *path, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_place place;
    sx_disk_enter_mutation(disk);
    int error = find_directory(disk, path, &place);
    bool found = !error;
    if (found)
        error = sx_disk_sync_names(disk, place.node);
    sx_disk_trace(disk, error, "sync_dir %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "%s directory %s", found ? "fsync" : "open", path)
                 : STRIA_OK;
}

/* A copy of the names, so that the callback may change the folder. */
static int copy_names(struct sx_disk *disk, const char *path, struct sx_disk_table *names)
{
    struct sx_disk_place place;
    int error = find_directory(disk, path, &place);
    if (error)
        return error;
    const struct sx_disk_table *live = &place.node->live_names;
    if (!sx_disk_table_reserve(disk, names, live->count))
        return ENOMEM;
    for (size_t i = 0; i < live->count; i++)
        sx_disk_table_put(disk, names, live->entries[i].name, live->entries[i].node);
    return 0;
}

stria_status sx_disk_list(struct sx_os *os, const char *path, sx_list_each each, void *context,
                          stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_table names = {.entries = NULL};
    sx_disk_enter(disk);
    int error = copy_names(disk, path, &names);
    sx_disk_trace(disk, error, "list %s", path);
    sx_disk_leave(disk);
    for (size_t i = 0; i < names.count; i++)
        if (!each(context, names.entries[i].name->text, names.entries[i].node->is_directory))
            break;
    sx_disk_enter(disk);
    sx_disk_table_deinit(disk, &names);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "open directory %s", path) : STRIA_OK;
}

stria_status sx_disk_unlink(struct sx_os *os, const char *path, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_place place;
    sx_disk_enter_mutation(disk);
    int error = find_node(disk, path, &place);
    if (!error)
        error = place.node->is_directory ? EISDIR : sx_disk_remove_name(disk, &place);
    sx_disk_trace(disk, error, "unlink %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "unlink %s", path) : STRIA_OK;
}

static int remove_directory(struct sx_disk *disk, const char *path)
{
    struct sx_disk_place place;
    int error = find_directory(disk, path, &place);
    if (error)
        return error;
    if (!place.parent)
        return EBUSY; /* the root */
    return place.node->live_names.count ? ENOTEMPTY : sx_disk_remove_name(disk, &place);
}

stria_status sx_disk_rmdir(struct sx_os *os, const char *path, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter_mutation(disk);
    int error = remove_directory(disk, path);
    sx_disk_trace(disk, error, "rmdir %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "rmdir %s", path) : STRIA_OK;
}

static int link_names(struct sx_disk *disk, const char *from, const char *to)
{
    struct sx_disk_place old, new;
    int error = find_node(disk, from, &old);
    if (!error)
        error = sx_disk_find(disk, to, &new);
    if (error)
        return error;
    if (new.node)
        return EEXIST;
    return old.node->is_directory ? EPERM : sx_disk_add_name(disk, &new, old.node);
}

stria_status sx_disk_link(struct sx_os *os, const char *from, const char *to, stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    sx_disk_enter_mutation(disk);
    int error = link_names(disk, from, to);
    sx_disk_trace(disk, error, "link %s %s", from, to);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "link %s to %s", from, to) : STRIA_OK;
}

stria_status sx_disk_space(struct sx_os *os, const char *path, struct sx_space *space,
                           stria_error *err)
{
    struct sx_disk *disk = sx_disk_of(os);
    struct sx_disk_place place;
    sx_disk_enter(disk);
    int error = find_node(disk, path, &place);
    if (!error)
        *space = (struct sx_space){.free_size = disk->free_size, .total_size = disk->total_size};
    sx_disk_trace(disk, error, "space %s", path);
    sx_disk_leave(disk);
    return error ? sx_os_fail(err, error, "statvfs %s", path) : STRIA_OK;
}
