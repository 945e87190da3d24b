/* SPDX-License-Identifier: Apache-2.0 */
/* damage_list.c -- see damage_list.h. */
#include "exec/damage_list.h"

#include "base/error.h"

#include <inttypes.h>
#include <string.h>

static void add(void *context, const stria_error *what)
{
    struct sx_damage_list *list = context;
    sx_mutex_lock(&list->mutex);
    if (list->count == 0)
        list->first = *what;
    if (list->count == 0 || strcmp(list->last.text, what->text) != 0)
        list->count++;
    list->last = *what;
    sx_mutex_unlock(&list->mutex);
}

void sx_damage_list_init(struct sx_damage_list *list, struct sx_request *request)
{
    *list = (struct sx_damage_list){0};
    sx_mutex_init(&list->mutex);
    request->on_damage = add;
    request->damage_context = list;
}

void sx_damage_list_deinit(struct sx_damage_list *list)
{
    sx_mutex_deinit(&list->mutex);
}

stria_status sx_damage_list_take(struct sx_damage_list *list, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_mutex_lock(&list->mutex);
    if (list->count == 1)
        st = sx_fail(err, STRIA_PARTIAL, "%s", list->first.text);
    else if (list->count)
        st = sx_fail(err, STRIA_PARTIAL, "%s (and %" PRIu64 " more)", list->first.text,
                     list->count - 1);
    list->count = 0;
    sx_mutex_unlock(&list->mutex);
    return st;
}
