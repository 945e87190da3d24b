/* SPDX-License-Identifier: Apache-2.0 */
/* folders.c -- see folders.h. */
#include "folders.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 200
#define NAMES_MAX 2000

struct names {
    char items[NAMES_MAX][PATH_SIZE];
    bool is_folder[NAMES_MAX];
    size_t count;
};

static bool note_name(void *context, const char *name, bool is_directory)
{
    struct names *names = context;
    if (names->count == NAMES_MAX)
        abort();
    (void)snprintf(names->items[names->count], PATH_SIZE, "%s", name);
    names->is_folder[names->count++] = is_directory;
    return true;
}

void folders_remove(struct sx_os *os, const char *path)
{
    struct names *names = calloc(1, sizeof *names);
    char below[2 * PATH_SIZE];
    if (!names)
        abort();
    (void)os->ops->list(os, path, note_name, names, NULL);
    for (size_t i = 0; i < names->count; i++) {
        (void)snprintf(below, sizeof below, "%s/%s", path, names->items[i]);
        if (names->is_folder[i])
            folders_remove(os, below);
        else
            (void)os->ops->unlink(os, below, NULL);
    }
    (void)os->ops->sync_dir(os, path, NULL);
    (void)os->ops->rmdir(os, path, NULL);
    (void)os->ops->sync_dir(os, "data", NULL);
    free(names);
}
