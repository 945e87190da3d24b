/* SPDX-License-Identifier: Apache-2.0 */
/* deletes.c -- see deletes.h. */
#include "deletes.h"

#include "random.h"
#include "universe.h"

#include "base/regex.h"

#include <stdlib.h>

#define MINUTE ((int64_t)60 * 1000000000)

/* Which measurements, which of their series, which times. */
enum measurements { ONE = 0, SOME, ALL_BUT_MARKS, ALL };
enum series {
    ANY = 0,
    HOST_IS,
    HOST_LIKE,
    REGION_IS,
    HOST_OR_REGION,
    /* these speak of series without tags as well */
    HOST_IS_NOT,
    HOST_UNLIKE,
    NO_REGION,
    HOST_AND_NO_REGION,
    SERIES_COUNT
};

struct plan {
    enum measurements measurements;
    uint32_t measurement;
    enum series series;
    struct sx_bytes host;
    int64_t min_ns, max_ns;
};

#define REGION SX_LITERAL("us")

static struct plan plan_of(const struct delete *d)
{
    uint64_t state = d->seed;
    stria_tag tags[2];
    struct plan plan = {.min_ns = INT64_MIN, .max_ns = INT64_MAX};
    plan.measurement = random_below(&state, UNIVERSE_MEASUREMENTS);
    uint32_t dice = random_below(&state, 8);
    /* A series with tags, whose host is meant. */
    (void)universe_tags(UNIVERSE_MEASUREMENTS +
                            random_below(&state, UNIVERSE_SERIES - UNIVERSE_MEASUREMENTS),
                        tags);
    plan.host = sx_bytes_make(tags[0].value.ptr, tags[0].value.len);
    if (d->kind == DELETE_MEASUREMENT)
        return plan;
    plan.measurements = dice < 5 ? ONE : (enum measurements)(dice - 4);
    plan.series = (enum series)random_below(&state, SERIES_COUNT);
    if (plan.measurements == ALL)
        plan.series = (enum series)(HOST_IS + random_below(&state, HOST_OR_REGION));
    if (d->kind == DELETE_SERIES)
        return plan;
    int64_t hour = d->now_ns - d->now_ns % (60 * MINUTE);
    switch (random_below(&state, 6)) {
    case 0:
        plan.min_ns = d->now_ns - 60 * MINUTE;
        plan.max_ns = d->now_ns - 10 * MINUTE;
        break;
    case 1:
        plan.max_ns = d->now_ns - 120 * MINUTE;
        break;
    case 2:
        plan.min_ns = d->now_ns - 30 * MINUTE;
        break;
    case 3: /* one of the times that many writes share */
        plan.min_ns = plan.max_ns = hour - 10 * MINUTE * random_below(&state, 24);
        break;
    case 4: /* some days */
        plan.min_ns = hour - 24 * 60 * MINUTE * (1 + random_below(&state, 900));
        plan.max_ns = plan.min_ns + 24 * 60 * MINUTE * (1 + random_below(&state, 200));
        break;
    default:
        break;
    }
    return plan;
}

/* ---- for the engine ---- */

static struct sx_regex *make_regex(struct sx_mem *mem, const char *pattern)
{
    struct sx_regex *regex = NULL;
    if (sx_regex_create(mem, sx_bytes_of(pattern), &regex, NULL))
        abort();
    return regex;
}

static struct sx_tag_expr match(const char *key, stria_match_op op, struct sx_bytes value)
{
    return (struct sx_tag_expr){
        .kind = SX_TAG_MATCH, .op = op, .key = sx_bytes_of(key), .value = value};
}

static void make_tags(struct delete_selector *s, const struct plan *plan, struct sx_mem *mem)
{
    struct sx_tag_expr *t = s->tags;
    bool both = plan->series == HOST_OR_REGION || plan->series == HOST_AND_NO_REGION;
    bool unlike = plan->series == HOST_UNLIKE;
    t[0] = match("host", plan->series == HOST_IS_NOT ? STRIA_MATCH_NOT_EQUAL : STRIA_MATCH_EQUAL,
                 plan->host);
    t[1] = match("region", STRIA_MATCH_EQUAL,
                 plan->series == REGION_IS || plan->series == HOST_OR_REGION ? REGION
                                                                             : SX_LITERAL(""));
    t[2] = (struct sx_tag_expr){.kind = plan->series == HOST_OR_REGION ? SX_TAG_OR : SX_TAG_AND,
                                .left = &t[0],
                                .right = &t[1]};
    if (plan->series == HOST_LIKE || unlike) {
        s->tag_regex = make_regex(mem, "^[xy]");
        t[0] =
            match("host", unlike ? STRIA_MATCH_NOT_REGEX : STRIA_MATCH_REGEX, (struct sx_bytes){0});
        t[0].regex = s->tag_regex;
    }
    bool region = plan->series == REGION_IS || plan->series == NO_REGION;
    s->selector.tags = both ? &t[2] : region ? &t[1] : &t[0];
}

void delete_selector_init(struct delete_selector *s, const struct delete *d, struct sx_mem *mem)
{
    struct plan plan = plan_of(d);
    *s = (struct delete_selector){0};
    s->selector.time_min_ns = plan.min_ns;
    s->selector.time_max_ns = plan.max_ns;
    s->selector.all_measurements = plan.measurements == ALL;
    if (plan.measurements == ONE)
        s->selector.measurement = universe_measurement(plan.measurement);
    if (plan.measurements == SOME)
        s->measurement_regex = make_regex(mem, "^(c|w)");
    if (plan.measurements == ALL_BUT_MARKS)
        s->measurement_regex = make_regex(mem, "^marks$");
    s->selector.measurement_regex = s->measurement_regex;
    s->selector.measurement_regex_not = plan.measurements == ALL_BUT_MARKS;
    if (plan.series != ANY)
        make_tags(s, &plan, mem);
}

void delete_selector_deinit(struct delete_selector *s)
{
    sx_regex_destroy(s->measurement_regex);
    sx_regex_destroy(s->tag_regex);
    *s = (struct delete_selector){0};
}

/* ---- for the oracle ---- */

static bool measurement_is_meant(const struct plan *plan, uint32_t measurement)
{
    switch (plan->measurements) {
    case ONE:
        return measurement == plan->measurement;
    case SOME:
        return measurement == 0 || measurement == UNIVERSE_WIDE;
    case ALL_BUT_MARKS:
        return measurement != UNIVERSE_MEASUREMENTS;
    default:
        return true;
    }
}

static bool series_is_meant(const struct plan *plan, uint32_t series)
{
    stria_tag tags[2];
    size_t count = universe_tags(series, tags);
    struct sx_bytes host = {0}, region = {0};
    if (count > 0)
        host = sx_bytes_make(tags[0].value.ptr, tags[0].value.len);
    if (count > 1)
        region = sx_bytes_make(tags[1].value.ptr, tags[1].value.len);
    bool is = sx_bytes_equal(host, plan->host), us = sx_bytes_equal(region, REGION);
    bool like = host.len && (host.ptr[0] == 'x' || host.ptr[0] == 'y');
    switch (plan->series) {
    case HOST_IS:
        return is;
    case HOST_LIKE:
        return like;
    case REGION_IS:
        return us;
    case HOST_OR_REGION:
        return is || us;
    case HOST_IS_NOT:
        return !is;
    case HOST_UNLIKE:
        return !like;
    case NO_REGION:
        return region.len == 0;
    case HOST_AND_NO_REGION:
        return is && region.len == 0;
    default:
        return true;
    }
}

static bool cell_is_meant(const void *context, const struct oracle_cell *cell)
{
    const struct plan *plan = context;
    return cell->ts_ns >= plan->min_ns && cell->ts_ns <= plan->max_ns &&
           measurement_is_meant(plan, universe_series[cell->series].measurement) &&
           series_is_meant(plan, cell->series);
}

void delete_apply(const struct delete *d, struct oracle *oracle, const struct oracle_policy *policy)
{
    struct plan plan = plan_of(d);
    oracle_remove(oracle, policy->uid, cell_is_meant, &plan);
    /* A measurement of which nothing is left forgets its types. */
    if (plan.measurements == ONE && plan.series == ANY && plan.min_ns == INT64_MIN &&
        plan.max_ns == INT64_MAX)
        oracle_forget_types(oracle, policy->uid, plan.measurement);
}

/* ---- how much ---- */

static int by_row(const void *a, const void *b)
{
    const struct oracle_cell *x = a, *y = b;
    if (x->series != y->series)
        return x->series < y->series ? -1 : 1;
    return x->ts_ns < y->ts_ns ? -1 : x->ts_ns > y->ts_ns;
}

void delete_count(const struct delete *d, const struct oracle *oracle,
                  const struct oracle_policy *policy, int64_t min_ns, int64_t max_ns,
                  struct sx_selection_counts *counts)
{
    struct plan plan = {.measurements = ALL, .min_ns = INT64_MIN, .max_ns = INT64_MAX};
    struct oracle_cell *cells = calloc(oracle->cell_count + 1, sizeof *cells);
    size_t count = 0;
    if (!cells)
        abort();
    if (d)
        plan = plan_of(d);
    for (size_t i = 0; i < oracle->cell_capacity; i++) {
        const struct oracle_cell *c = &oracle->cells[i];
        if (c->uid == policy->uid && c->ts_ns >= min_ns && c->ts_ns <= max_ns &&
            cell_is_meant(&plan, c))
            cells[count++] = *c;
    }
    qsort(cells, count, sizeof *cells, by_row);
    *counts = (struct sx_selection_counts){.sample_count = count};
    for (size_t i = 0; i < count; i++) {
        bool same_series = i && cells[i - 1].series == cells[i].series;
        counts->series_count += !same_series;
        counts->row_count += !same_series || cells[i - 1].ts_ns != cells[i].ts_ns;
    }
    free(cells);
}
