/* SPDX-License-Identifier: Apache-2.0 */
/* event.c -- see event.h. */
#include "base/event.h"

#include <stdarg.h>
#include <stdio.h>

#define EVENT_DETAIL_MAX 1000

void sx_event(const struct sx_event_sink *sink, stria_level level, const char *name,
              const char *detail, ...)
{
    if (!sink || !sink->on_event)
        return;
    char text[EVENT_DETAIL_MAX];
    va_list args;
    va_start(args, detail);
    (void)vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    stria_event event = {.level = level,
                         .name = name,
                         .detail = text,
                         .time_ns = sink->now_ns ? sink->now_ns(sink->clock) : 0};
    sink->on_event(sink->user, &event);
}
