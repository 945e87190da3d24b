/* SPDX-License-Identifier: Apache-2.0 */
/* damage.c -- see damage.h. */
#include "scan/damage.h"

#include "base/error.h"

stria_status sx_leave_out(struct sx_request *request, struct sx_segment *segment,
                          const stria_error *what, stria_error *err)
{
    bool damage = what->code == STRIA_CORRUPT || what->code == STRIA_IO ||
                  what->code == STRIA_NOT_FOUND || what->code == STRIA_VERSION;
    if (damage)
        atomic_fetch_or(&segment->damage,
                        atomic_load(&segment->loaded) ? SX_DAMAGE_PART : SX_DAMAGE_WHOLE);
    if (damage && request->on_damage) {
        request->on_damage(request->damage_context, what);
        return STRIA_OK;
    }
    sx_error_copy(err, what);
    return what->code;
}
