/* SPDX-License-Identifier: Apache-2.0 */
/* figures.h -- named figures in sections: as text for people, or as one JSON document.
 *
 * Why         What a tool tells is told once in its code, and looks right in both forms.
 * Format      JSON: {"rows":3,"log":{"files":2},"segments":[{"id":1}]}
 *             text: rows                  3
 *                   log
 *                     files               2
 *                   segments
 *                     id                  1
 *             In text a name's underscores are blanks, and a blank line is before an item of a
 *             list.
 * Threads     One owner. */
#ifndef SX_APP_CLI_FIGURES_H
#define SX_APP_CLI_FIGURES_H

#include "app/cli/out.h"
#include "app/render/json.h"

struct sx_figures {
    struct sx_out *out;
    struct sx_buf text; /* not yet in `out` */
    struct sx_json json;
    bool as_json;
    unsigned depth;
};

/* Begins the document, and ends it. */
void sx_figures_begin(struct sx_figures *figures, struct sx_mem *mem, struct sx_out *out,
                      bool as_json);
void sx_figures_end(struct sx_figures *figures);

/* A section, and a list of sections, each between item and item_end. */
void sx_figures_open(struct sx_figures *figures, const char *name);
void sx_figures_close(struct sx_figures *figures);
void sx_figures_list(struct sx_figures *figures, const char *name);
void sx_figures_list_end(struct sx_figures *figures);
void sx_figures_item(struct sx_figures *figures);
void sx_figures_item_end(struct sx_figures *figures);

void sx_figures_count(struct sx_figures *figures, const char *name, uint64_t count);
void sx_figures_size(struct sx_figures *figures, const char *name, uint64_t size);
void sx_figures_time(struct sx_figures *figures, const char *name, int64_t ts_ns);
/* 0: "none" in text. */
void sx_figures_duration(struct sx_figures *figures, const char *name, int64_t duration_ns);
void sx_figures_bytes(struct sx_figures *figures, const char *name, struct sx_bytes text);
void sx_figures_text(struct sx_figures *figures, const char *name, const char *text);
/* size / count with three digits behind the point; nothing when count is 0. */
void sx_figures_ratio(struct sx_figures *figures, const char *name, uint64_t size, uint64_t count);

#endif
