/* SPDX-License-Identifier: Apache-2.0 */
/* nearest.c -- see nearest.h. */
#include "app/server/nearest.h"

#include "base/attr.h"

unsigned sx_edit_distance(struct sx_bytes a, struct sx_bytes b)
{
    if (a.len > SX_NEAREST_SIZE_MAX || b.len > SX_NEAREST_SIZE_MAX)
        return SX_NEAREST_SIZE_MAX;
    /* Rows i - 2, i - 1 and i of the table of distances between the first i and j letters. */
    unsigned rows[3][SX_NEAREST_SIZE_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            best = SX_MIN(best, above[j] + 1);
            best = SX_MIN(best, row[j - 1] + 1);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                best = SX_MIN(best, above2[j - 2] + 1);
            row[j] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

const char *sx_nearest(struct sx_bytes text, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    unsigned best = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = sx_edit_distance(text, sx_bytes_of(names[i]));
        if (!nearest || distance < best) {
            nearest = names[i];
            best = distance;
        }
    }
    return nearest && best <= SX_MAX(2, text.len / 3) ? nearest : NULL;
}
