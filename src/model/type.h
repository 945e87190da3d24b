/* SPDX-License-Identifier: Apache-2.0 */
/* type.h -- the names of the types of values, and which type a mixed field is read as. */
#ifndef SX_MODEL_TYPE_H
#define SX_MODEL_TYPE_H

#include "stria.h"

/* "float", "integer", "unsigned", "string", "boolean", "time"; "unknown" for others. Static. */
const char *sx_type_name(stria_type type);

/* Of several types of one field, the one that is read: float, integer, unsigned, string, boolean,
 * in this order. NONE gives way to anything. */
stria_type sx_type_stronger(stria_type a, stria_type b);

#endif
