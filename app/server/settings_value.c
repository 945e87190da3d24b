/* SPDX-License-Identifier: Apache-2.0 */
/* settings_value.c -- see settings_value.h. */
#include "app/server/settings_value.h"

#include "base/int_text.h"

#include <inttypes.h>
#include <stdio.h>

static const char units[] = {'k', 'M', 'G', 'T'};

stria_status sx_size_parse(struct sx_bytes text, uint64_t *size)
{
    stria_status st = sx_uint_take(&text, size);
    if (st)
        return st;
    if (!text.len)
        return STRIA_OK;
    unsigned shift = 0;
    for (unsigned i = 0; i < sizeof units && !shift; i++) {
        if ((text.ptr[0] | 0x20) == (units[i] | 0x20))
            shift = 10 * (i + 1);
    }
    struct sx_bytes rest = sx_bytes_make(text.ptr + 1, text.len - 1);
    if (!shift || (rest.len && !sx_bytes_equal(rest, SX_LITERAL("B")) &&
                   !sx_bytes_equal(rest, SX_LITERAL("iB"))))
        return STRIA_INVALID;
    if (*size > UINT64_MAX >> shift)
        return STRIA_LIMIT;
    *size <<= shift;
    return STRIA_OK;
}

void sx_size_write(char *text, uint64_t size)
{
    unsigned unit = 0;
    while (size && size % 1024 == 0 && unit < sizeof units) {
        size /= 1024;
        unit++;
    }
    (void)snprintf(text, SX_SIZE_TEXT_MAX, "%" PRIu64 "%.*s", size, unit ? 1 : 0,
                   unit ? &units[unit - 1] : "");
}

int sx_choice_parse(struct sx_bytes text, const char *choices)
{
    for (int index = 0;; index++) {
        size_t size = strcspn(choices, "|");
        if (sx_bytes_equal(text, sx_bytes_make(choices, size)))
            return index;
        if (!choices[size])
            return -1;
        choices += size + 1;
    }
}
