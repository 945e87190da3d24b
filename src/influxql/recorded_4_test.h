/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_4_test.h -- recorded queries, by tools/gen_influxql_recorded.py. */
#ifndef SX_INFLUXQL_RECORDED_4_TEST_H
#define SX_INFLUXQL_RECORDED_4_TEST_H

#include "influxql/recorded_row_test.h"

/* clang-format off */
static const struct recorded recorded_4[] = {
    {"SELECT kaufmans_efficiency_ratio(v, 3) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_efficiency_ratio(v, 1) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_efficiency_ratio(v, 3, 0) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_efficiency_ratio(v, 3, 5) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_efficiency_ratio(v, 30) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_efficiency_ratio(v) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_efficiency_ratio, expected at least 2 but no mor"
     "e than 3, got 1"},
    {"SELECT kaufmans_efficiency_ratio(v, 3, 'x') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, "kaufmans_efficiency_ratio hold period must be an integer"},
    {"SELECT kaufmans_efficiency_ratio(v, 3, 2, 'exponential') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_efficiency_ratio, expected at least 2 but no mor"
     "e than 3, got 4"},
    {"SELECT kaufmans_efficiency_ratio(v, 3, 2, 'wild') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_efficiency_ratio, expected at least 2 but no mor"
     "e than 3, got 4"},
    {"SELECT kaufmans_efficiency_ratio(mean(v), 2) FROM px WHERE sym = 'x' AND time >= '2024-03"
     "-05T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(2m) fill(none)",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v, 3) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v, 1) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v, 3, 0) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v, 3, 5) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v, 30) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT kaufmans_adaptive_moving_average(v) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_adaptive_moving_average, expected at least 2 but"
     " no more than 3, got 1"},
    {"SELECT kaufmans_adaptive_moving_average(v, 3, 'x') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, "kaufmans_adaptive_moving_average hold period must be an integer"},
    {"SELECT kaufmans_adaptive_moving_average(v, 3, 2, 'exponential') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_adaptive_moving_average, expected at least 2 but"
     " no more than 3, got 4"},
    {"SELECT kaufmans_adaptive_moving_average(v, 3, 2, 'wild') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0,
     "invalid number of arguments for kaufmans_adaptive_moving_average, expected at least 2 but"
     " no more than 3, got 4"},
    {"SELECT kaufmans_adaptive_moving_average(mean(v), 2) FROM px WHERE sym = 'x' AND time >= '"
     "2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(2m) fill(none)",
     NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 3) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 6) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 3, 2) FROM px WHERE sym = 'x'", NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 3, -1) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 0) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, "chande_momentum_oscillator period must be greater than or equal to 1"},
    {"SELECT chande_momentum_oscillator(v, 'x') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, "chande_momentum_oscillator period must be an integer"},
    {"SELECT chande_momentum_oscillator(v, 3, 2, 'simple') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 3, 2, 'none') FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, NULL},
    {"SELECT chande_momentum_oscillator(v, 3, 2, 7) FROM px WHERE sym = 'x'",
     NULL, 0, false, 0, "chande_momentum_oscillator warmup type must be a string"},
    {"SELECT chande_momentum_oscillator(v, 3) FROM px GROUP BY sym", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters(first(h), 3, 4) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T02:40:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters(mean(h), 2, 1) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND tim"
     "e < '2024-03-05T02:40:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters(mean(h), 1, 3) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND tim"
     "e < '2024-03-05T02:40:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters(mean(h), 3, -1) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "third arg to holt_winters cannot be negative, got -1"},
    {"SELECT holt_winters(mean(h), 3, 4) FROM tide",
     NULL, 0, false, 0, "holt_winters aggregate requires a GROUP BY interval"},
    {"SELECT holt_winters(mean(h), 'x', 4) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND t"
     "ime < '2024-03-05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "expected integer argument as second arg in holt_winters"},
    {"SELECT holt_winters() FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-"
     "05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "invalid number of arguments for holt_winters, expected 3, got 0"},
    {"SELECT holt_winters_with_fit(mean(h), 3, 0) FROM tide WHERE time >= '2024-03-05T00:00:00Z"
     "' AND time < '2024-03-05T02:40:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters_with_fit(max(n), 2, 4) FROM tide WHERE time >= '2024-03-05T00:00:00Z'"
     " AND time < '2024-03-05T02:40:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT holt_winters_with_fit(mean(h), 0, 4) FROM tide WHERE time >= '2024-03-05T00:00:00Z"
     "' AND time < '2024-03-05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "second arg to holt_winters_with_fit must be greater than 0, got 0"},
    {"SELECT holt_winters_with_fit(h, 3, 4) FROM tide",
     NULL, 0, false, 0, "must use aggregate function with holt_winters_with_fit"},
    {"SELECT holt_winters_with_fit(mean(h), 3) FROM tide WHERE time >= '2024-03-05T00:00:00Z' A"
     "ND time < '2024-03-05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "invalid number of arguments for holt_winters_with_fit, expected 3, got 2"},
    {"SELECT holt_winters_with_fit(mean(h), 3, 4.5) FROM tide WHERE time >= '2024-03-05T00:00:0"
     "0Z' AND time < '2024-03-05T02:40:00Z' GROUP BY time(10m)",
     NULL, 0, false, 0, "expected integer argument as third arg in holt_winters_with_fit"},
    {"SELECT holt_winters(mean(h), 4, 4) FROM tide WHERE time >= '2024-03-05T00:00:00Z' AND tim"
     "e < '2024-03-05T03:20:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(n) , 20s) + 1 FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time "
     "< '2024-03-05T00:02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(n)) / derivative(mean(v)) FROM c WHERE time >= '2024-03-05T00:00:0"
     "0Z' AND time < '2024-03-05T00:02:00Z' GROUP BY time(20s) fill(none)",
     NULL, 0, false, 0, NULL},
    {"SELECT difference(percentile(v, 50)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time"
     " < '2024-03-05T00:02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(count(n)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(difference(mean(v)), 2) FROM c WHERE time >= '2024-03-05T00:00:00Z'"
     " AND time < '2024-03-05T00:02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(difference(n)) FROM c",
     NULL, 0, false, 0, "derivative aggregate requires a GROUP BY interval"},
    {"SELECT cumulative_sum(derivative(mean(n))) FROM c WHERE time >= '2024-03-05T00:00:00Z' AN"
     "D time < '2024-03-05T00:02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, NULL},
    {"SELECT elapsed(first(n), 1s) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T00:02:00Z' GROUP BY time(30s) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(max(n)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T00"
     ":02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, "expected field argument in mean()"},
    {"SELECT sum(mean(n)) FROM c", NULL, 0, false, 0, "expected field argument in sum()"},
    {"SELECT count(distinct(n)) FROM c", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(distinct(n))) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND tim"
     "e < '2024-03-05T00:02:00Z' GROUP BY time(20s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(mode(n)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-0"
     "3-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(stddev(v)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(spread(n), 1m), derivative(sum(v), 1m) FROM c WHERE time >= '2024-03-05"
     "T00:00:00Z' AND time < '2024-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(top(n, 2)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '"
     "2024-03-05T00:02:00Z' GROUP BY time(30s)",
     NULL, 0, false, 0, "selector function top() cannot be combined with other functions"},
    {"SELECT difference(distinct(n)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(integral(v)) FROM c WHERE time >= '2024-03-05T00:00:00Z' AND time <"
     " '2024-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(last(n)), elapsed(last(n), 1s) FROM c WHERE time >= '2024-03-05T00:00:0"
     "0Z' AND time < '2024-03-05T00:02:00Z' GROUP BY time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v + 1) FROM c", NULL, 0, false, 0, "expected field argument in mean()"},
    {"SELECT mean(1) FROM c", NULL, 0, false, 0, "expected field argument in mean()"},
    {"SELECT mean('v') FROM c", NULL, 0, false, 0, "expected field argument in mean()"},
    {"SELECT nosuchfn(v) FROM c", NULL, 0, false, 0, "undefined function nosuchfn()"},
    {"SELECT mean(v, n) FROM c",
     NULL, 0, false, 0, "invalid number of arguments for mean, expected 1, got 2"},
    {"SELECT mean() FROM c",
     NULL, 0, false, 0, "invalid number of arguments for mean, expected 1, got 0"},
    {"SELECT MEAN(v) FROM c", NULL, 0, false, 0, NULL},
    {"SELECT Max(n), mIn(n) FROM c", NULL, 0, false, 0, NULL},
    {"SELECT f + i FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i % k FROM a", NULL, 0, false, 0, NULL},
    {"SELECT f % 2 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i + k FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i * k FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i + 1 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i / 2 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT 1 / i FROM a", NULL, 0, false, 0, NULL},
    {"SELECT 10 - i * 2 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i / z FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i % z FROM a", NULL, 0, false, 0, NULL},
    {"SELECT 0 / z FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i - neg FROM a", NULL, 0, false, 0, NULL},
    {"SELECT neg * neg FROM a", NULL, 0, false, 0, NULL},
    {"SELECT -i FROM a", NULL, 0, false, 0, NULL},
    {"SELECT -neg FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i + 0.5 + k FROM a", NULL, 0, false, 0, NULL},
    {"SELECT s + 1 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i + s FROM a", NULL, 0, false, 0, NULL},
    {"SELECT nosuch + i FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i * 2 - k / 2 + 1 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT 2 * 3 FROM a", NULL, 0, false, 0, "field must contain at least one variable"},
    {"SELECT 'lit' FROM a", NULL, 0, false, 0, "field must contain at least one variable"},
    {"SELECT i + 9223372036854775808 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i + 1s FROM a", NULL, 0, false, 0, NULL},
    {"SELECT f * 1.0 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT sum(k) / 3 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT max(k) - min(k) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT count(k) % 2 FROM a", NULL, 0, false, 0, NULL},
    {"SELECT sum(neg) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT stddev(i) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT median(k) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(i) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT sum(k) / sum(z) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT max(k) / min(z) FROM a", NULL, 0, false, 0, NULL},
    {"SELECT i & j FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i | j FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i ^ j FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i & 4 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i | 1 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i ^ 255 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT j & 3 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT 6 & i FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT b & c FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT b | c FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT b ^ c FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT b ^ true FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT b & false FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT f & 1 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT f | i FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i & b FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i & 1.5 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i & j | 1 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i | j & 1 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i ^ j + 1 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i * 2 & 7 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT max(i) & 15 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT max(i) ^ max(j) FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i & 18446744073709551615 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT -i & 255 FROM bits", NULL, 0, false, 0, NULL},
    {"SELECT i FROM bits WHERE i & 4 = 4", NULL, 0, false, 0, NULL},
    {"SELECT i FROM bits WHERE (i & 1) > 0", NULL, 0, false, 0, NULL},
    {"SELECT i FROM bits WHERE i ^ 12 = 0", NULL, 0, false, 0, NULL},
    {"SELECT b FROM bits WHERE b & c = true", NULL, 0, false, 0, NULL},
    {"SELECT i FROM bits WHERE i | 1 = 13 OR j & 8 = 8", NULL, 0, false, 0, NULL},
    {"SELECT f::float FROM k", NULL, 0, false, 0, NULL},
    {"SELECT f::unsigned FROM k", NULL, 0, false, 0, NULL},
    {"SELECT f::boolean FROM k", NULL, 0, false, 0, NULL},
    {"SELECT f::tag FROM k", NULL, 0, false, 0, NULL},
    {"SELECT i::integer FROM k", NULL, 0, false, 0, NULL},
    {"SELECT i::string FROM k", NULL, 0, false, 0, NULL},
    {"SELECT i::field FROM k", NULL, 0, false, 0, NULL},
    {"SELECT s::float FROM k", NULL, 0, false, 0, NULL},
    {"SELECT s::unsigned FROM k", NULL, 0, false, 0, NULL},
    {"SELECT s::boolean FROM k", NULL, 0, false, 0, NULL},
    {"SELECT s::tag FROM k", NULL, 0, false, 0, NULL},
    {"SELECT b::integer FROM k", NULL, 0, false, 0, NULL},
    {"SELECT b::string FROM k", NULL, 0, false, 0, NULL},
    {"SELECT b::field FROM k", NULL, 0, false, 0, NULL},
    {"SELECT t::tag, f FROM k", NULL, 0, false, 0, NULL},
    {"SELECT t::string, f FROM k", NULL, 0, false, 0, NULL},
    {"SELECT f::nosuch FROM k",
     NULL, 0, true, 0,
     "found nosuch, expected float, integer, unsigned, string, boolean, field, tag at line 1, c"
     "har 11"},
    {"SELECT f::integer + i FROM k", NULL, 0, false, 0, NULL},
    {"SELECT sum(f::integer) FROM k", NULL, 0, false, 0, NULL},
    {"SELECT *::field FROM k", NULL, 0, false, 0, NULL},
    {"SELECT *::tag FROM k", NULL, 0, false, 0, NULL},
    {"SELECT /f|i/::integer FROM k",
     NULL, 0, true, 0, "found ::, expected FROM at line 1, char 13"},
    {"SELECT f FROM k WHERE t::field = '5'", NULL, 0, false, 0, NULL},
    {"SELECT f FROM k WHERE f::float > 0", NULL, 0, false, 0, NULL},
    {"SELECT f FROM k GROUP BY t::field", NULL, 0, false, 0, NULL},
    {"SELECT i::integer::float FROM k",
     NULL, 0, true, 0, "found ::, expected FROM at line 1, char 18"},
    {"SELECT mean(*::field) FROM k", NULL, 0, false, 0, NULL},
    {"SELECT * FROM big", NULL, 0, false, 0, NULL},
    {"SELECT mean(i) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT sum(f) FROM big WHERE time > 5s", NULL, 0, false, 0, NULL},
    {"SELECT stddev(f) FROM big WHERE time > 5s", NULL, 0, false, 0, NULL},
    {"SELECT spread(i) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT max(f), min(f) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT top(i, 3) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT difference(i) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT derivative(i) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT i FROM big WHERE i = 9223372036854775807", NULL, 0, false, 0, NULL},
    {"SELECT i FROM big WHERE i > 1.5 AND i < 4.5", NULL, 0, false, 0, NULL},
    {"SELECT f FROM big WHERE f = 0.1", NULL, 0, false, 0, NULL},
    {"SELECT f FROM big WHERE f = 0", NULL, 0, false, 0, NULL},
    {"SELECT i / 1 FROM big", NULL, 0, false, 0, NULL},
    {"SELECT f / 1e300 FROM big WHERE time = 5s", NULL, 0, true, 0, "invalid duration"},
    {"SELECT integral(f) FROM big WHERE time >= 7s", NULL, 0, false, 0, NULL},
    {"SELECT mode(f) FROM big", NULL, 0, false, 0, NULL},
    {"SELECT f::integer FROM big", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 0s) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 3m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, -3m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 13m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, -27m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(7m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(7m, 1m30s) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1h) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1h, 30m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1d) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1d, 6h) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1w) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1w, 1d) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(90s, 45s) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(1000000u) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(20m, '2024-03-05T00:05:00Z') fill(none)",
     NULL, 0, false, 0, "invalid time dimension offset: '2024-03-05T00:05:00Z'"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(20m, '2024-03-05T00:05:00.5Z') fill(none)",
     NULL, 0, false, 0, "invalid time dimension offset: '2024-03-05T00:05:00.5Z'"},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '202"
     "4-03-05T00:57:00Z' GROUP BY time(10m, 3m)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '2024"
     "-03-05T00:57:00Z' GROUP BY time(10m, 3m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT first(v), last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND t"
     "ime < '2024-03-05T00:57:00Z' GROUP BY time(10m, 3m) fill(linear)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '202"
     "4-03-05T00:57:00Z' GROUP BY time(10m, 3m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '202"
     "4-03-05T00:57:00Z' GROUP BY time(25m, -1m)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '2024"
     "-03-05T00:57:00Z' GROUP BY time(25m, -1m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT first(v), last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND t"
     "ime < '2024-03-05T00:57:00Z' GROUP BY time(25m, -1m) fill(linear)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '202"
     "4-03-05T00:57:00Z' GROUP BY time(25m, -1m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time()",
     NULL, 0, false, 0, "time dimension expected 1 or 2 arguments"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10)",
     NULL, 0, false, 0, "time dimension must have duration argument"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time('10m')",
     NULL, 0, false, 0, "time dimension must have duration argument"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 1)",
     NULL, 0, false, 0, "time dimension offset must be duration or now()"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 'x')",
     NULL, 0, false, 0, "time dimension offset must be duration or now()"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, now)",
     NULL, 0, false, 0, "time dimension offset must be duration or now()"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, now(1))",
     NULL, 0, false, 0, "time dimension offset now() function requires no arguments"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m, 1m, 1m)",
     NULL, 0, false, 0, "time dimension expected 1 or 2 arguments"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m), time(5m)",
     NULL, 0, false, 0, "multiple time dimensions not allowed"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(0s)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(-10m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time",
     NULL, 0, false, 0, "time() is a function and expects at least one argument"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY v", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY unit, v", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY \"unit\", time(30m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY mean(v)",
     NULL, 0, false, 0, "only time() calls allowed in dimensions"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY 'unit'",
     NULL, 0, false, 0, "only time and tag dimensions allowed"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY 1", NULL, 0, false, 0, "only time and tag dimensions allowed"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(10m) + 1",
     NULL, 0, false, 0, "only time and tag dimensions allowed"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY time(5m, unit)",
     NULL, 0, false, 0, "time dimension offset must be duration or now()"},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY TIME(30m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:03:00Z' AND time < '20"
     "24-03-05T00:57:00Z' GROUP BY Time(30m), UNIT", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g GROUP BY time(10m)",
     NULL, 0, false, 0, "GROUP BY requires at least one aggregate function"},
    {"SELECT v FROM g GROUP BY time",
     NULL, 0, false, 0, "time() is a function and expects at least one argument"},
    {"SELECT v FROM g GROUP BY",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 26"},
    {"SELECT count(v) FROM g GROUP time(10m)",
     NULL, 0, true, 0, "found time, expected BY at line 1, char 30"},
    {"SELECT v FROM old", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM old WHERE time >= '1969-12-31T22:00:00Z' AND time < '1970-01-01T02:0"
     "0:00Z' GROUP BY time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM old WHERE time >= '1969-12-31T22:00:00Z' AND time < '1970-01-01T02:00:"
     "00Z' GROUP BY time(25m)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM old WHERE time >= '1969-12-31T22:00:00Z' AND time < '1970-01-01T02:00:"
     "00Z' GROUP BY time(1h, 20m)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM old WHERE time >= '1969-12-31T22:00:00Z' AND time < '1970-01-01T02:00:"
     "00Z' GROUP BY time(1h, -20m)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM old", NULL, 0, false, 0, NULL},
    {"SELECT last(v) FROM old WHERE time < 0", NULL, 0, false, 0, NULL},
    {"SELECT v FROM old WHERE time < '1950-01-01T00:00:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT v FROM old WHERE time >= -3600s AND time <= 0s", NULL, 0, false, 0, NULL},
    {"SELECT v FROM old WHERE time = -1800s", NULL, 0, false, 0, NULL},
    {"SELECT derivative(v, 1m) FROM old WHERE time > -7200s AND time < 0s",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM old WHERE time >= '1969-12-25T00:00:00Z' AND time < '1970-01-08T00:0"
     "0:00Z' GROUP BY time(1w)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM old WHERE time >= '1874-12-01T00:00:00Z' AND time < '1974-12-08T00:0"
     "0:00Z' GROUP BY time(520w) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM old WHERE time >= '1969-12-31T22:00:00Z' AND time < '1970-01-01T02:00:"
     "00Z' GROUP BY time(1h) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT v FROM old WHERE time < 0", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY wide ON db0 DURATION INF REPLICATION 1 SHARD DURATION 520w DEFAUL"
     "T", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-30T20:00:00Z' AND time < '2024-03-31T06:"
     "00:00Z' GROUP BY time(1h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-30T22:00:00Z' AND time < '2024-03-31T04:00"
     ":00Z' GROUP BY time(30m) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-30T16:00:00Z' AND time < '2024-03-31T10:"
     "00:00Z' GROUP BY time(2h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-29T19:00:00Z' AND time < '2024-04-01T07:"
     "00:00Z' GROUP BY time(6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v), sum(v) FROM load WHERE time >= '2024-03-29T13:00:00Z' AND time < '2024-0"
     "4-01T13:00:00Z' GROUP BY time(12h) fill(0) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-29T01:00:00Z' AND time < '2024-04-02T01:"
     "00:00Z' GROUP BY time(1d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM load WHERE time >= '2024-03-29T01:00:00Z' AND time < '2024-04-02T01:0"
     "0:00Z' GROUP BY time(1d), pod tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-03-11T01:00:00Z' AND time < '2024-04-20T01"
     ":00:00Z' GROUP BY time(1w) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-03-21T01:00:00Z' AND time < '2024-04-10T01"
     ":00:00Z' GROUP BY time(7d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM daily WHERE time >= '2024-03-21T01:00:00Z' AND time < '2024-04-10T01:0"
     "0:00Z' GROUP BY time(3d) fill(none) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-30T07:00:00Z' AND time < '2024-03-31T19:"
     "00:00Z' GROUP BY time(6h, 1h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-29T01:00:00Z' AND time < '2024-04-02T01:"
     "00:00Z' GROUP BY time(1d, 6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-29T01:00:00Z' AND time < '2024-04-02T01:"
     "00:00Z' GROUP BY time(1d, -90m) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-03-21T01:00:00Z' AND time < '2024-04-10T01"
     ":00:00Z' GROUP BY time(1w, 1d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-30T21:00:00Z' AND time < '2024-03-31T05:"
     "00:00Z' GROUP BY time(1h) ORDER BY time DESC tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-30T07:00:00Z' AND time < '2024-03-31T19:"
     "00:00Z' GROUP BY time(6h) ORDER BY time DESC tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-29T01:00:00Z' AND time < '2024-04-02T01:"
     "00:00Z' GROUP BY time(1d) ORDER BY time DESC LIMIT 2 tz('Europe/Berlin')",
     NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-03-30T23:00:00Z' AND time < '2024-03-31T03:00:00Z'"
     " tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT last(v), w FROM load WHERE time >= '2024-03-30T23:00:00Z' AND time < '2024-03-31T0"
     "3:00:00Z' tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-30T23:00:00Z' AND time < '2024-03-31T03:00"
     ":00Z' tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM load tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT difference(sum(v)) FROM load WHERE time >= '2024-03-30T07:00:00Z' AND time < '2024"
     "-03-31T19:00:00Z' GROUP BY time(6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT mean(s) FROM (SELECT sum(v) AS s FROM load WHERE time >= '2024-03-30T01:00:00Z' AN"
     "D time < '2024-04-01T01:00:00Z' GROUP BY time(3h)) WHERE time >= '2024-03-30T01:00:00Z' A"
     "ND time < '2024-04-01T01:00:00Z' GROUP BY time(12h) tz('Europe/Berlin')",
     NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-28' AND time < '2024-04-03 01:00:00' GROUP"
     " BY time(1d) fill(linear) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-03-31 00:00:00' AND time < '2024-03-31 02:00:00' t"
     "z('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-27' GROUP BY time(4w) fill(none) tz('Eur"
     "ope/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-26T20:00:00Z' AND time < '2024-10-27T06:"
     "00:00Z' GROUP BY time(1h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-26T22:00:00Z' AND time < '2024-10-27T04:00"
     ":00Z' GROUP BY time(30m) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-26T16:00:00Z' AND time < '2024-10-27T10:"
     "00:00Z' GROUP BY time(2h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-25T19:00:00Z' AND time < '2024-10-28T07:"
     "00:00Z' GROUP BY time(6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v), sum(v) FROM load WHERE time >= '2024-10-25T13:00:00Z' AND time < '2024-1"
     "0-28T13:00:00Z' GROUP BY time(12h) fill(0) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-25T01:00:00Z' AND time < '2024-10-29T01:"
     "00:00Z' GROUP BY time(1d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM load WHERE time >= '2024-10-25T01:00:00Z' AND time < '2024-10-29T01:0"
     "0:00Z' GROUP BY time(1d), pod tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-10-07T01:00:00Z' AND time < '2024-11-16T01"
     ":00:00Z' GROUP BY time(1w) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-10-17T01:00:00Z' AND time < '2024-11-06T01"
     ":00:00Z' GROUP BY time(7d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM daily WHERE time >= '2024-10-17T01:00:00Z' AND time < '2024-11-06T01:0"
     "0:00Z' GROUP BY time(3d) fill(none) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-26T07:00:00Z' AND time < '2024-10-27T19:"
     "00:00Z' GROUP BY time(6h, 1h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-25T01:00:00Z' AND time < '2024-10-29T01:"
     "00:00Z' GROUP BY time(1d, 6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-25T01:00:00Z' AND time < '2024-10-29T01:"
     "00:00Z' GROUP BY time(1d, -90m) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-10-17T01:00:00Z' AND time < '2024-11-06T01"
     ":00:00Z' GROUP BY time(1w, 1d) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-26T21:00:00Z' AND time < '2024-10-27T05:"
     "00:00Z' GROUP BY time(1h) ORDER BY time DESC tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-26T07:00:00Z' AND time < '2024-10-27T19:"
     "00:00Z' GROUP BY time(6h) ORDER BY time DESC tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-25T01:00:00Z' AND time < '2024-10-29T01:"
     "00:00Z' GROUP BY time(1d) ORDER BY time DESC LIMIT 2 tz('Europe/Berlin')",
     NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-10-26T23:00:00Z' AND time < '2024-10-27T03:00:00Z'"
     " tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT last(v), w FROM load WHERE time >= '2024-10-26T23:00:00Z' AND time < '2024-10-27T0"
     "3:00:00Z' tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-26T23:00:00Z' AND time < '2024-10-27T03:00"
     ":00Z' tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT difference(sum(v)) FROM load WHERE time >= '2024-10-26T07:00:00Z' AND time < '2024"
     "-10-27T19:00:00Z' GROUP BY time(6h) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT mean(s) FROM (SELECT sum(v) AS s FROM load WHERE time >= '2024-10-26T01:00:00Z' AN"
     "D time < '2024-10-28T01:00:00Z' GROUP BY time(3h)) WHERE time >= '2024-10-26T01:00:00Z' A"
     "ND time < '2024-10-28T01:00:00Z' GROUP BY time(12h) tz('Europe/Berlin')",
     NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-24' AND time < '2024-10-30 01:00:00' GROUP"
     " BY time(1d) fill(linear) tz('Europe/Berlin')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-10T02:00:00Z' AND time < '2024-03-10T12:"
     "00:00Z' GROUP BY time(1h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-10T04:00:00Z' AND time < '2024-03-10T10:00"
     ":00Z' GROUP BY time(30m) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-09T22:00:00Z' AND time < '2024-03-10T16:"
     "00:00Z' GROUP BY time(2h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-09T01:00:00Z' AND time < '2024-03-11T13:"
     "00:00Z' GROUP BY time(6h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v), sum(v) FROM load WHERE time >= '2024-03-08T19:00:00Z' AND time < '2024-0"
     "3-11T19:00:00Z' GROUP BY time(12h) fill(0) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-08T07:00:00Z' AND time < '2024-03-12T07:"
     "00:00Z' GROUP BY time(1d) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM load WHERE time >= '2024-03-08T07:00:00Z' AND time < '2024-03-12T07:0"
     "0:00Z' GROUP BY time(1d), pod tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-02-19T07:00:00Z' AND time < '2024-03-30T07"
     ":00:00Z' GROUP BY time(1w) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-02-29T07:00:00Z' AND time < '2024-03-20T07"
     ":00:00Z' GROUP BY time(7d) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM daily WHERE time >= '2024-02-29T07:00:00Z' AND time < '2024-03-20T07:0"
     "0:00Z' GROUP BY time(3d) fill(none) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-09T13:00:00Z' AND time < '2024-03-11T01:"
     "00:00Z' GROUP BY time(6h, 1h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-08T07:00:00Z' AND time < '2024-03-12T07:"
     "00:00Z' GROUP BY time(1d, 6h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-08T07:00:00Z' AND time < '2024-03-12T07:"
     "00:00Z' GROUP BY time(1d, -90m) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-02-29T07:00:00Z' AND time < '2024-03-20T07"
     ":00:00Z' GROUP BY time(1w, 1d) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-10T03:00:00Z' AND time < '2024-03-10T11:"
     "00:00Z' GROUP BY time(1h) ORDER BY time DESC tz('America/New_York')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-09T13:00:00Z' AND time < '2024-03-11T01:"
     "00:00Z' GROUP BY time(6h) ORDER BY time DESC tz('America/New_York')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-08T07:00:00Z' AND time < '2024-03-12T07:"
     "00:00Z' GROUP BY time(1d) ORDER BY time DESC LIMIT 2 tz('America/New_York')",
     NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-03-10T05:00:00Z' AND time < '2024-03-10T09:00:00Z'"
     " tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT last(v), w FROM load WHERE time >= '2024-03-10T05:00:00Z' AND time < '2024-03-10T0"
     "9:00:00Z' tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-10T05:00:00Z' AND time < '2024-03-10T09:00"
     ":00Z' tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM load tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT difference(sum(v)) FROM load WHERE time >= '2024-03-09T13:00:00Z' AND time < '2024"
     "-03-11T01:00:00Z' GROUP BY time(6h) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT mean(s) FROM (SELECT sum(v) AS s FROM load WHERE time >= '2024-03-09T07:00:00Z' AN"
     "D time < '2024-03-11T07:00:00Z' GROUP BY time(3h)) WHERE time >= '2024-03-09T07:00:00Z' A"
     "ND time < '2024-03-11T07:00:00Z' GROUP BY time(12h) tz('America/New_York')",
     NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-03-07' AND time < '2024-03-13 07:00:00' GROUP"
     " BY time(1d) fill(linear) tz('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-03-10 06:00:00' AND time < '2024-03-10 08:00:00' t"
     "z('America/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-03-06' GROUP BY time(4w) fill(none) tz('Ame"
     "rica/New_York')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-05T10:30:00Z' AND time < '2024-10-05T20:"
     "30:00Z' GROUP BY time(1h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-05T12:30:00Z' AND time < '2024-10-05T18:30"
     ":00Z' GROUP BY time(30m) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-05T06:30:00Z' AND time < '2024-10-06T00:"
     "30:00Z' GROUP BY time(2h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-04T09:30:00Z' AND time < '2024-10-06T21:"
     "30:00Z' GROUP BY time(6h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v), sum(v) FROM load WHERE time >= '2024-10-04T03:30:00Z' AND time < '2024-1"
     "0-07T03:30:00Z' GROUP BY time(12h) fill(0) tz('Australia/Lord_Howe')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-03T15:30:00Z' AND time < '2024-10-07T15:"
     "30:00Z' GROUP BY time(1d) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM load WHERE time >= '2024-10-03T15:30:00Z' AND time < '2024-10-07T15:3"
     "0:00Z' GROUP BY time(1d), pod tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-09-15T15:30:00Z' AND time < '2024-10-25T15"
     ":30:00Z' GROUP BY time(1w) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-09-25T15:30:00Z' AND time < '2024-10-15T15"
     ":30:00Z' GROUP BY time(7d) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM daily WHERE time >= '2024-09-25T15:30:00Z' AND time < '2024-10-15T15:3"
     "0:00Z' GROUP BY time(3d) fill(none) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-04T21:30:00Z' AND time < '2024-10-06T09:"
     "30:00Z' GROUP BY time(6h, 1h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-03T15:30:00Z' AND time < '2024-10-07T15:"
     "30:00Z' GROUP BY time(1d, 6h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-03T15:30:00Z' AND time < '2024-10-07T15:"
     "30:00Z' GROUP BY time(1d, -90m) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM daily WHERE time >= '2024-09-25T15:30:00Z' AND time < '2024-10-15T15"
     ":30:00Z' GROUP BY time(1w, 1d) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-05T11:30:00Z' AND time < '2024-10-05T19:"
     "30:00Z' GROUP BY time(1h) ORDER BY time DESC tz('Australia/Lord_Howe')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-04T21:30:00Z' AND time < '2024-10-06T09:"
     "30:00Z' GROUP BY time(6h) ORDER BY time DESC tz('Australia/Lord_Howe')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM load WHERE time >= '2024-10-03T15:30:00Z' AND time < '2024-10-07T15:"
     "30:00Z' GROUP BY time(1d) ORDER BY time DESC LIMIT 2 tz('Australia/Lord_Howe')",
     NULL, 0, false, 0, NULL},
    {"SELECT v FROM load WHERE time >= '2024-10-05T13:30:00Z' AND time < '2024-10-05T17:30:00Z'"
     " tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT last(v), w FROM load WHERE time >= '2024-10-05T13:30:00Z' AND time < '2024-10-05T1"
     "7:30:00Z' tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-05T13:30:00Z' AND time < '2024-10-05T17:30"
     ":00Z' tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM load tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT difference(sum(v)) FROM load WHERE time >= '2024-10-04T21:30:00Z' AND time < '2024"
     "-10-06T09:30:00Z' GROUP BY time(6h) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT mean(s) FROM (SELECT sum(v) AS s FROM load WHERE time >= '2024-10-04T15:30:00Z' AN"
     "D time < '2024-10-06T15:30:00Z' GROUP BY time(3h)) WHERE time >= '2024-10-04T15:30:00Z' A"
     "ND time < '2024-10-06T15:30:00Z' GROUP BY time(12h) tz('Australia/Lord_Howe')",
     NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM load WHERE time >= '2024-10-02' AND time < '2024-10-08 15:30:00' GROUP"
     " BY time(1d) fill(linear) tz('Australia/Lord_Howe')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g WHERE unit = 'b' tz('UTC')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g WHERE unit = 'b' tz('Asia/Kathmandu')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g WHERE unit = 'b' TZ('Asia/Tokyo')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g WHERE unit = 'b' tz('America/St_Johns')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05' AND time < '2024-03-06' G"
     "ROUP BY time(12h) tz('Asia/Kathmandu')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05 05:45:00' AND time < '2024"
     "-03-05 06:45:00' GROUP BY time(20m) tz('Asia/Kathmandu')", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00+05:45' AND time <"
     " '2024-03-05T06:30:00+05:45' GROUP BY time(1h) fill(none) tz('Asia/Kathmandu')",
     NULL, 0, false, 0, NULL},
    {"SELECT v FROM g tz('Mars/Olympus')",
     NULL, 0, true, 0, "unable to find time zone Mars/Olympus"},
    {"SELECT v FROM g tz('')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g tz(UTC)", NULL, 0, true, 0, "expected string argument in tz()"},
    {"SELECT v FROM g tz()", NULL, 0, true, 0, "tz requires exactly one argument"},
    {"SELECT v FROM g tz('UTC', 'UTC')", NULL, 0, true, 0, "tz requires exactly one argument"},
    {"SELECT v FROM g tz", NULL, 0, true, 0, "tz must be a function call"},
    {"SELECT v FROM g tz('UTC') LIMIT 1",
     NULL, 0, true, 0, "found LIMIT, expected ; at line 1, char 27"},
    {"SELECT v FROM g LIMIT 1 tz('UTC')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g WHERE unit = 'b' LIMIT 1 tz('europe/berlin')",
     NULL, 0, true, 0, "unable to find time zone europe/berlin"},
    {"SELECT v FROM g WHERE unit = 'b' LIMIT 1 tz('EST')", NULL, 0, false, 0, NULL},
    {"SELECT v FROM tf", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM tf", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM tf WHERE time >= 1709596800s AND time < 1709596920s GROUP BY time(1m"
     ")", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = k", NULL, 0, false, 0, NULL},
    {"SELECT v FROM tf LIMIT 2", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM tf GROUP BY k; SHOW DATABASES; SELECT x FROM \"nodb\"..\"m\"",
     NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT temp, hum FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 4; SELECT hum FROM weather LIMIT 3", NULL, 0, false, 0, NULL},
    {"SELECT nosuch FROM weather", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = station", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY * ORDER BY time DESC LIMIT 3", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 4; SELECT bad(; SELECT 1",
     NULL, 0, true, 0, "found ;, expected identifier, string, number, bool at line 1, char 46"},
    {"SELECT mean(temp) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-0"
     "5T01:00:00Z' GROUP BY time(10m), station fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT top(temp, 4) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM (SELECT temp FROM weather WHERE temp > 10)", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 3", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 5", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 0", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 3", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station OFFSET 5", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station OFFSET 0", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station OFFSET 100", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 3 OFFSET 6", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 3 OFFSET 7", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 100", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SLIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SLIMIT 2 SOFFSET 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SOFFSET 2", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SOFFSET 9", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SLIMIT 0", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 2 SLIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station LIMIT 2 OFFSET 1 SLIMIT 1 SOFFSET 1",
     NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather GROUP BY station SLIMIT 1 LIMIT 2",
     NULL, 0, true, 0, "found LIMIT, expected ; at line 1, char 52"},
    {"SELECT temp FROM weather GROUP BY station OFFSET 1 LIMIT 2",
     NULL, 0, true, 0, "found LIMIT, expected ; at line 1, char 52"},
    {"SELECT temp FROM weather GROUP BY station LIMIT -1",
     NULL, 0, true, 0, "found -, expected integer at line 1, char 49"},
    {"SELECT temp FROM weather GROUP BY station LIMIT",
     NULL, 0, true, 0, "found EOF, expected integer at line 1, char 49"},
    {"SELECT temp FROM weather GROUP BY station LIMIT x",
     NULL, 0, true, 0, "found x, expected integer at line 1, char 49"},
    {"SELECT temp FROM weather GROUP BY station LIMIT 1.5",
     NULL, 0, true, 0, "found 1.5, expected integer at line 1, char 49"},
    {"SELECT temp FROM weather GROUP BY station LIMIT '1'",
     NULL, 0, true, 0, "found 1, expected integer at line 1, char 48"},
    {"SELECT temp FROM weather GROUP BY station OFFSET -1",
     NULL, 0, true, 0, "found -, expected integer at line 1, char 50"},
    {"SELECT temp FROM weather GROUP BY station SLIMIT -2",
     NULL, 0, true, 0, "found -, expected integer at line 1, char 50"},
    {"SELECT temp FROM weather GROUP BY station SOFFSET z",
     NULL, 0, true, 0, "found z, expected integer at line 1, char 51"},
};
/* clang-format on */

#endif
