/* SPDX-License-Identifier: Apache-2.0 */
/* status.c -- names and texts of statuses and types, and the version of the library. */
#include "model/type.h"
#include "stria.h"

const char *stria_status_name(stria_status status)
{
    switch (status) {
#define STATUS_NAME(name, value, text)                                                             \
    case STRIA_##name:                                                                             \
        return #name;
        STRIA_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
    }
    return "UNKNOWN";
}

const char *stria_status_text(stria_status status)
{
    switch (status) {
#define STATUS_TEXT(name, value, text)                                                             \
    case STRIA_##name:                                                                             \
        return text;
        STRIA_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "UNKNOWN";
}

const char *stria_version(void)
{
    return STRIA_VERSION_TEXT;
}

const char *stria_type_name(stria_type type)
{
    return sx_type_name(type);
}
