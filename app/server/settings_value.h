/* SPDX-License-Identifier: Apache-2.0 */
/* settings_value.h -- the texts of setting values: numbers, sizes, durations, choices, times.
 *
 * Threads     Pure. */
#ifndef SX_APP_SERVER_SETTINGS_VALUE_H
#define SX_APP_SERVER_SETTINGS_VALUE_H

#include "base/attr.h"
#include "base/bytes.h"
#include "stria.h"

/* Bytes: 512, 512k, 1M, 2G, 1T, also 512KiB and 512KB, all in powers of 1024.
 * Returns  OK, INVALID, LIMIT: more than uint64. */
SX_MUST_CHECK stria_status sx_size_parse(struct sx_bytes text, uint64_t *size);

/* The same number in the largest unit that divides it: "1G", "25000000". `text` has room for
 * SX_SIZE_TEXT_MAX bytes; NUL-terminated. */
#define SX_SIZE_TEXT_MAX 24
void sx_size_write(char *text, uint64_t size);

/* Which of "a|b|c" the text is: 0, 1, ...; -1: none. */
int sx_choice_parse(struct sx_bytes text, const char *choices);

#endif
