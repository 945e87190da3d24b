/* SPDX-License-Identifier: Apache-2.0 */
/* backup_folder.c -- see backup_folder.h. */
#include "engine/backup_folder.h"

#include "base/error.h"
#include "base/file_number.h"
#include "base/sort.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int compare_numbers(const void *a, const void *b, void *context)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

static bool see_name(void *context, const char *name, bool is_directory)
{
    struct sx_backup_numbers *numbers = context;
    uint64_t number;
    if (is_directory) {
        numbers->foreign =
            numbers->foreign || (strcmp(name, "seg") != 0 && strcmp(name, "log") != 0 &&
                                 strcmp(name, "lost+found") != 0);
        return true;
    }
    if (!sx_file_number(name, 16, ".list", &number)) {
        numbers->foreign = numbers->foreign || !sx_file_number(name, 16, ".state", &number);
        return true;
    }
    numbers->failed = !SX_GROW(numbers->mem, numbers->items, numbers->capacity, numbers->count + 1);
    if (!numbers->failed)
        numbers->items[numbers->count++] = number;
    return !numbers->failed;
}

stria_status sx_backup_numbers(struct sx_os *os, const char *folder,
                               struct sx_backup_numbers *numbers, stria_error *err)
{
    struct sx_file_info info;
    stria_error local = {0};
    *numbers = (struct sx_backup_numbers){.mem = numbers->mem};
    stria_status st = os->ops->stat(os, folder, &info, &local);
    if (st == STRIA_NOT_FOUND)
        return STRIA_OK;
    if (st) {
        sx_error_copy(err, &local);
        return st;
    }
    if (!info.is_directory)
        return sx_fail(err, STRIA_EXISTS, "%s: is not a folder", folder);
    numbers->exists = true;
    st = os->ops->list(os, folder, see_name, numbers, err);
    if (!st && numbers->failed)
        st = sx_mem_refused(numbers->mem, numbers->capacity * sizeof *numbers->items, err);
    sx_sort(numbers->items, numbers->count, sizeof *numbers->items, compare_numbers, NULL);
    return st;
}

stria_status sx_backup_list_path(const char *folder, uint64_t number, char *path, stria_error *err)
{
    int size = snprintf(path, SX_PATH_MAX, "%s/%016" PRIx64 ".list", folder, number);
    return size > 0 && size < SX_PATH_MAX
               ? STRIA_OK
               : sx_fail(err, STRIA_INVALID, "%s: the path is too long", folder);
}

stria_status sx_backup_file_path(const char *folder, const struct sx_backup_file *file, char *path,
                                 stria_error *err)
{
    int size =
        snprintf(path, SX_PATH_MAX, "%s/%s%s", folder, sx_backup_folder(file->kind), file->name);
    return size > 0 && size < SX_PATH_MAX
               ? STRIA_OK
               : sx_fail(err, STRIA_INVALID, "%s: the path is too long", folder);
}

stria_status sx_backup_read(struct sx_os *os, const char *folder, uint64_t number,
                            struct sx_backup_list *list, stria_error *err)
{
    char path[SX_PATH_MAX];
    struct sx_file *file = NULL;
    struct sx_file_info info = {0};
    struct sx_buf text;
    sx_buf_init(&text, list->mem, SX_BACKUP_LIST_SIZE_MAX);
    stria_status st = sx_backup_list_path(folder, number, path, err);
    if (!st)
        st = sx_os_open(os, path, SX_OPEN_READ, &file, err);
    if (!st)
        st = sx_file_info(file, &info, err);
    if (!st && info.size > SX_BACKUP_LIST_SIZE_MAX)
        st = sx_fail(err, STRIA_CORRUPT, "%s: %" PRIu64 " bytes long", path, info.size);
    if (!st && info.size) {
        uint8_t *bytes = sx_buf_extend(&text, (size_t)info.size);
        st = bytes ? sx_file_read(file, path, bytes, (size_t)info.size, 0, err)
                   : sx_buf_refused(&text, path, err);
    }
    sx_file_close(file);
    if (!st)
        st = sx_backup_list_get(sx_buf_bytes(&text), path, list, err);
    if (!st && list->number != number)
        st = sx_fail(err, STRIA_CORRUPT, "%s: is the list of backup %016" PRIx64, path,
                     list->number);
    sx_buf_deinit(&text);
    return st;
}

stria_status sx_backup_newest(struct sx_os *os, struct sx_mem *mem, const char *folder,
                              struct sx_backup_list *list, bool *found, stria_error *err)
{
    struct sx_backup_numbers numbers = {.mem = mem};
    stria_error first = {0};
    *list = (struct sx_backup_list){.mem = mem};
    *found = false;
    stria_status st = sx_backup_numbers(os, folder, &numbers, err);
    for (size_t i = numbers.count; i-- > 0 && !st && !*found;) {
        stria_error local = {0};
        sx_backup_list_deinit(list);
        stria_status got = sx_backup_read(os, folder, numbers.items[i], list, &local);
        *found = !got;
        if (got && !first.code)
            first = local;
        if (got && got != STRIA_CORRUPT) {
            sx_error_copy(err, &local);
            st = got;
        }
    }
    sx_mem_free(mem, numbers.items);
    if (!st && !*found && first.code) {
        sx_error_copy(err, &first);
        st = first.code;
    }
    return st;
}
