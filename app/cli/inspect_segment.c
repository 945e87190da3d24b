/* SPDX-License-Identifier: Apache-2.0 */
/* inspect_segment.c -- one segment file: header, parts, measurements, codecs. See inspect.h. */
#include "app/cli/inspect.h"

#include "codec/column.h"
#include "model/series_key.h"

static void tell_info(struct sx_inspect *inspect, const struct sx_segment_info *info)
{
    struct sx_figures *figures = &inspect->figures;
    sx_inspect_uuid(inspect, "uuid", info->uuid);
    sx_figures_count(figures, "segment_id", info->segment_id);
    sx_figures_count(figures, "policy_id", info->policy_id);
    sx_figures_count(figures, "level", info->level);
    sx_figures_text(figures, "tier", info->tier == SX_TIER_SEALED ? "sealed" : "hot");
    sx_figures_count(figures, "first_generation", info->first_generation);
    sx_figures_count(figures, "last_generation", info->last_generation);
    sx_figures_count(figures, "first_sequence", info->first_seq);
    sx_figures_count(figures, "last_sequence", info->last_seq);
    sx_figures_time(figures, "first", info->min_ts);
    sx_figures_time(figures, "last", info->max_ts);
    sx_figures_count(figures, "series", info->series_count);
    sx_figures_count(figures, "rows", info->row_count);
    sx_figures_count(figures, "samples", info->sample_count);
    sx_figures_count(figures, "chunks", info->chunk_count);
    sx_figures_size(figures, "bytes", info->file_size);
    sx_figures_ratio(figures, "bytes_per_sample", info->file_size, info->sample_count);
}

static void tell_parts(struct sx_inspect *inspect, const struct sx_segment *segment)
{
    static const char *const names[SX_PART_COUNT] = {
        [SX_PART_MEASUREMENTS] = "measurements",
        [SX_PART_TAGS] = "tags",
        [SX_PART_STRIPES] = "stripes",
        [SX_PART_FILTER] = "filter",
        [SX_PART_INDEX] = "index",
    };
    struct sx_figures *figures = &inspect->figures;
    uint64_t index_bytes = 0, directory_bytes = 0;
    for (uint32_t i = 0; i < segment->measurement_count; i++)
        index_bytes += segment->measurements[i].series_block.size;
    for (uint32_t i = 0; i < segment->tag_count; i++)
        index_bytes += segment->tags[i].dictionary.size + segment->tags[i].postings.size;
    for (uint32_t i = 0; i < segment->stripe_count; i++)
        for (uint32_t j = 0; j < segment->stripes[i].run_count; j++)
            directory_bytes += segment->stripes[i].runs[j].directory.size;
    sx_figures_count(figures, "stripes", segment->stripe_count);
    sx_figures_open(figures, "parts");
    sx_figures_size(figures, "chunk_directory", directory_bytes);
    sx_figures_size(figures, "series_and_dictionaries", index_bytes);
    for (size_t i = 0; i < SX_PART_COUNT; i++)
        sx_figures_size(figures, names[i], segment->footer.parts[i].size);
    sx_figures_close(figures);
}

static void tell_columns(struct sx_inspect *inspect, const struct sx_segment *segment)
{
    struct sx_figures *figures = &inspect->figures;
    sx_figures_list(figures, "columns");
    for (uint32_t i = 0; i < segment->measurement_count; i++) {
        const struct sx_segment_measurement *measurement = &segment->measurements[i];
        for (uint32_t j = 0; j < measurement->column_count; j++) {
            sx_figures_item(figures);
            sx_figures_bytes(figures, "measurement", measurement->escaped);
            sx_figures_bytes(figures, "field", measurement->columns[j].name);
            sx_figures_text(figures, "type", stria_type_name(measurement->columns[j].type));
            sx_figures_item_end(figures);
        }
    }
    sx_figures_list_end(figures);
    sx_figures_list(figures, "tags");
    for (uint32_t i = 0; i < segment->tag_count; i++) {
        sx_figures_item(figures);
        sx_figures_bytes(figures, "key", segment->tags[i].escaped);
        sx_figures_count(figures, "values", segment->tags[i].value_count);
        sx_figures_item_end(figures);
    }
    sx_figures_list_end(figures);
}

stria_status sx_inspect_segment(struct sx_inspect *inspect, const char *path, stria_error *err)
{
    struct sx_segment_info info;
    struct sx_sums sums;
    sx_figures_text(&inspect->figures, "kind", "segment");
    stria_status st = sx_segment_peek(inspect->os, path, &info, err);
    if (st)
        return st;
    tell_info(inspect, &info);
    struct sx_segment *segment = sx_segment_create(inspect->os, inspect->mem, path, &info);
    if (!segment)
        return sx_mem_refused(inspect->mem, sizeof *segment, err);
    sx_sums_init(&sums, inspect);
    st = sx_segment_load(segment, err);
    if (!st) {
        tell_parts(inspect, segment);
        tell_columns(inspect, segment);
        st = sx_sums_add_segment(&sums, segment, true, err);
    }
    (void)sx_sums_count_series(&sums);
    sx_sums_tell_measurements(&sums, info.policy_id);
    sx_sums_tell_codecs(&sums);
    sx_sums_deinit(&sums);
    sx_segment_release(segment);
    return st;
}
