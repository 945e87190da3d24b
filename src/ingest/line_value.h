/* SPDX-License-Identifier: Apache-2.0 */
/* line_value.h -- the values of line protocol: floats, integers, booleans; and strings' escapes.
 *
 * Format      float 1 -1.5 .5 1. 1e3 | int 1i -7i | unsigned 1u | bool t T true True TRUE f F false
 *             False FALSE | string "..." in which \" and \\ stand for " and \, and any other
 *             backslash for itself.
 * Invariants  A float is the double nearest to what was written, bit for bit.
 * Threads     Pure. */
#ifndef SX_INGEST_LINE_VALUE_H
#define SX_INGEST_LINE_VALUE_H

#include "base/buf.h"
#include "base/float_parse.h"
#include "ingest/line_scan.h"
#include "stria.h"

struct sx_line_value {
    stria_type type;
    uint64_t bits; /* of the double, int or uint; bool 0 or 1 */
};

/* What is wrong with a value; the peer's texts are in sx_value_fault_put(). */
enum sx_value_fault {
    SX_VALUE_OK = 0,
    SX_VALUE_NUMBER,
    SX_VALUE_FLOAT,
    SX_VALUE_BOOLEAN,
    SX_VALUE_INT_RANGE,
    SX_VALUE_UINT_RANGE,
};

/* Reads a whole value that is not a string: all of `token`, which holds no ',' and no ' '. */
enum sx_value_fault sx_value_parse(struct sx_bytes token, struct sx_line_value *value);

/* Appends the peer's words for a fault of `token`: "invalid number". */
void sx_value_fault_put(struct sx_buf *out, enum sx_value_fault fault, struct sx_bytes token);

/* Appends the text of a string value whose inside is `raw`, without the escapes. False: no memory
 * or no room; *out is then marked failed. */
SX_MUST_CHECK bool sx_value_put_string(struct sx_buf *out, struct sx_bytes raw);

/* The size sx_value_put_string() would append. */
size_t sx_value_string_size(struct sx_bytes raw);

/* Reads a boolean off the front of p .. end and returns where it ends; NULL: there is none. */
const uint8_t *sx_value_take_bool(const uint8_t *p, const uint8_t *end,
                                  struct sx_line_value *value);

/* Reads a number off the front of p .. end, which begins with a digit, '-' or '.', and returns
 * where it ends; NULL when it is none of the common shapes, which says nothing against it:
 * sx_value_parse() decides. */
static inline const uint8_t *sx_value_take_number(const uint8_t *p, const uint8_t *end,
                                                  struct sx_line_value *value)
{
    bool negative = p < end && *p == '-';
    uint64_t digits;
    unsigned count;
    const uint8_t *behind = sx_scan_digits(p + negative, end, &digits, &count);
    if (behind < end && *behind == 'i') {
        if (count == 0 || count > SX_SCAN_DIGITS_MAX || digits > (uint64_t)INT64_MAX + negative)
            return NULL;
        *value = (struct sx_line_value){.type = STRIA_INT, .bits = negative ? 0 - digits : digits};
        return behind + 1;
    }
    if (behind < end && *behind == 'u') {
        if (count == 0 || count > SX_SCAN_DIGITS_MAX || negative)
            return NULL;
        *value = (struct sx_line_value){.type = STRIA_UINT, .bits = digits};
        return behind + 1;
    }
    struct sx_bytes rest = sx_bytes_make(p, (size_t)(end - p));
    double number;
    if (sx_float_take(&rest, &number))
        return NULL;
    *value = (struct sx_line_value){.type = STRIA_FLOAT, .bits = sx_bits_of_f64(number)};
    return rest.ptr;
}

#endif
