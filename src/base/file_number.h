/* SPDX-License-Identifier: Apache-2.0 */
/* file_number.h -- names of files that are a number: "000000000000002a.seg" -> 42.
 *
 * Format      As many hexadecimal digits in lower case as the kind of file has, then its ending.
 * Threads     Pure. */
#ifndef SX_BASE_FILE_NUMBER_H
#define SX_BASE_FILE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The number that a name says; digits: 1 to 16; ending: with its dot. False: another name. */
bool sx_file_number(const char *name, unsigned digits, const char *ending, uint64_t *number);

#endif
