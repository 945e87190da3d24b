/* SPDX-License-Identifier: Apache-2.0 */
/* request.c -- see request.h. */
#include "model/request.h"

#include "base/error.h"

stria_status sx_request_check(struct sx_request *request, stria_error *err)
{
    if (atomic_load_explicit(&request->cancelled, memory_order_relaxed))
        return sx_fail(err, STRIA_CANCELLED, "query interrupted");
    if (request->deadline_ns && request->mono_ns(request->clock) >= request->deadline_ns)
        return sx_fail(err, STRIA_TIMEOUT, "query-timeout limit exceeded");
    return STRIA_OK;
}
