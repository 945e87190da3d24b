/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_backup_list.c -- any bytes as the list of a backup: refused, or read as the same when they
 * are written again. */
#include "engine/backup_list.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "fuzz", 0);
    struct sx_backup_list list = {.mem = &mem};
    if (sx_backup_list_get(sx_bytes_make(data, size), "list", &list, &err) == STRIA_OK) {
        struct sx_backup_list again = {.mem = &mem};
        struct sx_buf text;
        sx_buf_init(&text, &mem, SX_BACKUP_LIST_SIZE_MAX);
        sx_backup_list_put(&text, &list);
        if (text.failed ||
            sx_backup_list_get(sx_buf_bytes(&text), "list", &again, &err) != STRIA_OK ||
            again.file_count != list.file_count || again.number != list.number)
            abort();
        sx_backup_list_deinit(&again);
        sx_buf_deinit(&text);
    }
    sx_backup_list_deinit(&list);
    sx_mem_deinit(&mem);
    return 0;
}
