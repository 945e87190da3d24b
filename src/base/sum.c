/* SPDX-License-Identifier: Apache-2.0 */
/* sum.c -- see sum.h. */
#include "base/sum.h"

#include <string.h>

/* Adding -0.0 changes no value, not even -0.0. */
static double in_order(const double *values, size_t count)
{
    double sum = -0.0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

static void lanes_begin(double *lanes)
{
    for (size_t i = 0; i < SX_SUM_LANES; i++)
        lanes[i] = -0.0;
}

/* Adds values, the first of which is value number `first`. */
static void lanes_add(double *lanes, uint64_t first, const double *values, size_t count)
{
    double l[SX_SUM_LANES];
    size_t i = 0;
    memcpy(l, lanes, sizeof l);
    for (; i < count && (first + i) % SX_SUM_LANES; i++)
        l[(first + i) % SX_SUM_LANES] += values[i];
    for (; i + SX_SUM_LANES <= count; i += SX_SUM_LANES)
        for (size_t j = 0; j < SX_SUM_LANES; j++)
            l[j] += values[i + j];
    for (; i < count; i++)
        l[(first + i) % SX_SUM_LANES] += values[i];
    memcpy(lanes, l, sizeof l);
}

static double lanes_end(const double *l)
{
    return ((l[0] + l[1]) + (l[2] + l[3])) + ((l[4] + l[5]) + (l[6] + l[7]));
}

void sx_float_sum_add(struct sx_float_sum *sum, const double *values, size_t count)
{
    if (sum->count + count <= SX_SUM_SHORT) {
        memcpy(sum->values + sum->count, values, count * sizeof *values);
    } else {
        if (sum->count <= SX_SUM_SHORT) {
            lanes_begin(sum->lanes);
            lanes_add(sum->lanes, 0, sum->values, (size_t)sum->count);
        }
        lanes_add(sum->lanes, sum->count, values, count);
    }
    sum->count += count;
}

double sx_float_sum_end(const struct sx_float_sum *sum)
{
    return sum->count <= SX_SUM_SHORT ? in_order(sum->values, (size_t)sum->count)
                                      : lanes_end(sum->lanes);
}

double sx_float_sum_of(const double *values, size_t count)
{
    double lanes[SX_SUM_LANES];
    if (count <= SX_SUM_SHORT)
        return in_order(values, count);
    lanes_begin(lanes);
    lanes_add(lanes, 0, values, count);
    return lanes_end(lanes);
}
