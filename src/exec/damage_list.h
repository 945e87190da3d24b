/* SPDX-License-Identifier: Apache-2.0 */
/* damage_list.h -- what an answer lacks, gathered while it is read.
 *
 * Threads     Any may add; one owner takes. */
#ifndef SX_EXEC_DAMAGE_LIST_H
#define SX_EXEC_DAMAGE_LIST_H

#include "model/request.h"
#include "os/sync.h"

struct sx_damage_list {
    struct sx_mutex mutex;
    uint64_t count;
    stria_error first, last; /* the last tells repetitions */
};

/* Makes the request go on after damage, and gather it here. */
void sx_damage_list_init(struct sx_damage_list *list, struct sx_request *request);
void sx_damage_list_deinit(struct sx_damage_list *list);

/* OK: nothing is missing. PARTIAL: *err names the first and how many more; the list is then
 * empty. */
stria_status sx_damage_list_take(struct sx_damage_list *list, stria_error *err);

#endif
