/* SPDX-License-Identifier: Apache-2.0 */
/* file_number.c -- see file_number.h. */
#include "base/file_number.h"

#include <string.h>

bool sx_file_number(const char *name, unsigned digits, const char *ending, uint64_t *number)
{
    *number = 0;
    for (unsigned i = 0; i < digits; i++) {
        char c = name[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit > 15) /* the NUL of a shorter name, too */
            return false;
        *number = *number << 4 | digit;
    }
    return strcmp(name + digits, ending) == 0;
}
