/* SPDX-License-Identifier: Apache-2.0 */
/* type.c -- see type.h. */
#include "model/type.h"

const char *sx_type_name(stria_type type)
{
    switch (type) {
    case STRIA_FLOAT:
        return "float";
    case STRIA_INT:
        return "integer";
    case STRIA_UINT:
        return "unsigned";
    case STRIA_BOOL:
        return "boolean";
    case STRIA_STRING:
        return "string";
    case STRIA_TIME:
        return "time";
    case STRIA_NONE:
        break;
    }
    return "unknown";
}

static int rank(stria_type type)
{
    switch (type) {
    case STRIA_FLOAT:
        return 5;
    case STRIA_INT:
        return 4;
    case STRIA_UINT:
        return 3;
    case STRIA_STRING:
        return 2;
    case STRIA_BOOL:
        return 1;
    case STRIA_TIME:
    case STRIA_NONE:
        break;
    }
    return 0;
}

stria_type sx_type_stronger(stria_type a, stria_type b)
{
    return rank(b) > rank(a) ? b : a;
}
