/* SPDX-License-Identifier: Apache-2.0 */
/* bench_report.c -- see bench_report.h. */
#include "app/cli/bench_report.h"

#include "app/cli/bench_text.h"
#include "app/render/json.h"

#define NAME_WIDTH 40

void sx_bench_count_codec(struct sx_bench_figures *figures, int tier, const char *name)
{
    for (size_t i = 0; i < SX_BENCH_CODECS_MAX; i++) {
        if (!figures->codecs[tier][i].name)
            figures->codecs[tier][i].name = name;
        if (strcmp(figures->codecs[tier][i].name, name) != 0)
            continue;
        figures->codecs[tier][i].columns++;
        return;
    }
}

/* The mean of a and b, each with its weight. */
static double mean(double a, uint64_t a_weight, double b, uint64_t b_weight)
{
    double all = (double)a_weight + (double)b_weight;
    return all > 0 ? (a * (double)a_weight + b * (double)b_weight) / all : 0;
}

void sx_bench_add_figures(struct sx_bench_figures *total, const struct sx_bench_figures *file)
{
    total->encode_ns = mean(total->encode_ns, total->count, file->encode_ns, file->count);
    for (int tier = 0; tier < 2; tier++) {
        total->decode_ns[tier] =
            mean(total->decode_ns[tier], total->count, file->decode_ns[tier], file->count);
        total->time_size[tier] += file->time_size[tier];
        total->value_size[tier] += file->value_size[tier];
        for (size_t i = 0; i < SX_BENCH_CODECS_MAX && file->codecs[tier][i].name; i++)
            for (uint64_t k = 0; k < file->codecs[tier][i].columns; k++)
                sx_bench_count_codec(total, tier, file->codecs[tier][i].name);
    }
    total->has_times = total->has_times || file->has_times;
    total->gorilla_bits += file->gorilla_bits;
    total->zstd_size += file->zstd_size;
    total->count += file->count;
}

static double a_value(uint64_t bits, const struct sx_bench_figures *figures)
{
    return figures->count ? (double)bits / (double)figures->count : 0;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_number(struct sx_json *json, const char *name, double v)
{
    sx_json_key(json, name);
    sx_bench_put_fixed(json->out, v, 4, 0);
}

static void put_time_bits(struct sx_json *json, const char *name,
                          const struct sx_bench_figures *figures, int tier)
{
    if (figures->has_times) {
        put_number(json, name, a_value(figures->time_size[tier] * 8, figures));
        return;
    }
    sx_json_key(json, name);
    sx_buf_put_text(json->out, "null");
}

static void put_codecs(struct sx_json *json, const struct sx_bench_figures *figures)
{
    static const char *const tiers[] = {"hot", "sealed"};
    sx_json_key(json, "codecs");
    sx_json_open(json, '{');
    for (int tier = 0; tier < 2; tier++) {
        sx_json_key(json, tiers[tier]);
        sx_json_open(json, '{');
        for (size_t i = 0; i < SX_BENCH_CODECS_MAX && figures->codecs[tier][i].name; i++) {
            sx_json_key(json, figures->codecs[tier][i].name);
            sx_json_uint(json, figures->codecs[tier][i].columns);
        }
        sx_json_close(json, '}');
    }
    sx_json_close(json, '}');
}

static void put_json(struct sx_buf *text, const char *name, const struct sx_bench_figures *figures)
{
    struct sx_json json;
    sx_json_init(&json, text, false);
    sx_json_open(&json, '{');
    sx_json_key(&json, "file");
    sx_json_text(&json, name);
    sx_json_key(&json, "count");
    sx_json_uint(&json, figures->count);
    put_time_bits(&json, "time_bits_hot", figures, 0);
    put_time_bits(&json, "time_bits_sealed", figures, 1);
    put_number(&json, "value_bits_hot", a_value(figures->value_size[0] * 8, figures));
    put_number(&json, "value_bits_sealed", a_value(figures->value_size[1] * 8, figures));
    put_number(&json, "encode_ns", figures->encode_ns);
    put_number(&json, "decode_ns_hot", figures->decode_ns[0]);
    put_number(&json, "decode_ns_sealed", figures->decode_ns[1]);
    put_codecs(&json, figures);
    sx_json_close(&json, '}');
}

/* ---- table ---------------------------------------------------------------------------------- */

void sx_bench_put_heading(struct sx_out *out)
{
    sx_out_put_text(out, "bits a value (heads and tables included), nanoseconds a value with cold "
                         "caches, codecs of the sealed columns\n");
    sx_out_printf(out, "%-*s %11s %8s %8s %8s %8s %8s %8s %8s %8s %8s  %s\n", NAME_WIDTH, "file",
                  "values", "time hot", "sealed", "val. hot", "sealed", "gorilla", "zstd-3",
                  "encode", "decode", "sealed", "codecs");
}

static void put_line(struct sx_buf *text, const char *name, const struct sx_bench_figures *figures)
{
    size_t len = strlen(name), skip = len > NAME_WIDTH ? len - NAME_WIDTH : 0;
    sx_buf_printf(text, "%-*s %11llu", NAME_WIDTH, name + skip, (unsigned long long)figures->count);
    const double columns[] = {
        a_value(figures->time_size[0] * 8, figures),
        a_value(figures->time_size[1] * 8, figures),
        a_value(figures->value_size[0] * 8, figures),
        a_value(figures->value_size[1] * 8, figures),
        a_value(figures->gorilla_bits, figures),
        a_value(figures->zstd_size * 8, figures),
        figures->encode_ns,
        figures->decode_ns[0],
        figures->decode_ns[1],
    };
    for (size_t i = 0; i < SX_COUNT_OF(columns); i++)
        sx_bench_put_fixed(text, columns[i], 3, 9);
    sx_buf_put_u8(text, ' ');
    for (size_t i = 0; i < SX_BENCH_CODECS_MAX && figures->codecs[1][i].name; i++)
        sx_buf_printf(text, " %s %llu", figures->codecs[1][i].name,
                      (unsigned long long)figures->codecs[1][i].columns);
}

void sx_bench_put_figures(struct sx_out *out, const char *name,
                          const struct sx_bench_figures *figures, bool json)
{
    char storage[8192];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    if (json)
        put_json(&text, name, figures);
    else
        put_line(&text, name, figures);
    sx_buf_put_u8(&text, '\n');
    sx_out_put(out, text.ptr, text.len);
}

void sx_bench_put_peers(struct sx_out *out)
{
    sx_out_put_text(
        out, "\nraw doubles: 64. Others, from the study of the project, not measured here:\n"
             "  NAB, bits a value: Gorilla 28.3, VictoriaMetrics 12.1 (lossy), Pcodec 10.15\n"
             "  ALP: city temperature 10.7, bitcoin 36.5, gov26 0.4\n"
             "  TSBS cpu-only, bytes a sample with times: VictoriaMetrics 0.355, InfluxDB 0.65\n"
             "  decode, ns a value: Gorilla 2, zstd 1.3 and more, ALP 0.2\n");
}
