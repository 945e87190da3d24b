/* SPDX-License-Identifier: Apache-2.0 */
/* literal_tables.h -- tables that are made row by row and then read: answers of SHOW and their kin.
 *
 * Use         create; for each table: begin, columns, then for each row one value a column; read it
 *             as a table source.
 * Limits      All rows are held, in the request's memory.
 * Threads     One owner. */
#ifndef SX_QUERY_LITERAL_TABLES_H
#define SX_QUERY_LITERAL_TABLES_H

#include "base/bytes.h"
#include "base/mem.h"
#include "query/table_source.h"

struct sx_literal_tables;

/* NULL: no memory. */
struct sx_literal_tables *sx_literal_tables_create(struct sx_mem *mem);
struct sx_table_source *sx_literal_tables_source(struct sx_literal_tables *tables);

/* Begins a table; what is given is copied. A refusal is remembered and told by finish. */
void sx_literal_tables_begin(struct sx_literal_tables *tables, struct sx_bytes name,
                             const stria_tag *tags, size_t tag_count);
void sx_literal_tables_column(struct sx_literal_tables *tables, const char *name, stria_type type);
/* Values of the row at hand, from the first column on; after the last column the next row
 * begins. */
void sx_literal_tables_string(struct sx_literal_tables *tables, struct sx_bytes value);
void sx_literal_tables_int(struct sx_literal_tables *tables, int64_t value); /* INT and TIME */
void sx_literal_tables_bool(struct sx_literal_tables *tables, bool value);
void sx_literal_tables_null(struct sx_literal_tables *tables);

/* OK, or NOMEM if anything was refused. */
stria_status sx_literal_tables_finish(const struct sx_literal_tables *tables, stria_error *err);

#endif
