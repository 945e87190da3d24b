/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_6_test.h -- recorded queries, by tools/gen_influxql_recorded.py. */
#ifndef SX_INFLUXQL_RECORDED_6_TEST_H
#define SX_INFLUXQL_RECORDED_6_TEST_H

#include "influxql/recorded_row_test.h"

/* clang-format off */
static const stria_param params_0[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"north", 5}}};

static const stria_param params_1[] = {
    {.name = "t",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_FLOAT, .value.f64 = 12.5}};

static const stria_param params_2[] = {
    {.name = "t",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 85}};

static const stria_param params_3[] = {
    {.name = "b",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_BOOL, .value.boolean = true}};

static const stria_param params_4[] = {
    {.name = "t",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 1709596805000000000}};

static const stria_param params_5[] = {
    {.name = "t",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"2024-03-05T00:10:00Z", 20}}};

static const stria_param params_6[] = {
    {.name = "t",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"2024-03-05T00:10:00Z", 20}}};

static const stria_param params_7[] = {
    {.name = "f",
     .kind = STRIA_PARAM_IDENTIFIER,
     .type = STRIA_STRING, .value.string = {"temp", 4}}};

static const stria_param params_8[] = {
    {.name = "f",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"temp", 4}}};

static const stria_param params_9[] = {
    {.name = "m",
     .kind = STRIA_PARAM_IDENTIFIER,
     .type = STRIA_STRING, .value.string = {"weather", 7}}};

static const stria_param params_10[] = {
    {.name = "m",
     .kind = STRIA_PARAM_REGEX,
     .type = STRIA_STRING, .value.string = {"weath.*", 7}}};

static const stria_param params_11[] = {
    {.name = "r",
     .kind = STRIA_PARAM_REGEX,
     .type = STRIA_STRING, .value.string = {"^so", 3}}};

static const stria_param params_12[] = {
    {.name = "d",
     .kind = STRIA_PARAM_DURATION,
     .type = STRIA_STRING, .value.string = {"20m", 3}}};

static const stria_param params_13[] = {
    {.name = "d",
     .kind = STRIA_PARAM_DURATION,
     .type = STRIA_INT, .value.i64 = 1200000000000}};

static const stria_param params_14[] = {
    {.name = "n",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 2}};

static const stria_param params_15[] = {
    {.name = "n",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 2}};

static const stria_param params_16[] = {
    {.name = "x",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_FLOAT, .value.f64 = 1.5}};

static const stria_param params_17[] = {
    {.name = "x",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 2}};

static const stria_param params_18[] = {
    {.name = "x",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"str", 3}}};

static const stria_param params_19[] = {
    {.name = "p",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 90}};

static const stria_param params_20[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"x", 1}}};

static const stria_param params_21[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_NONE,
     .value.string = {"unable to bind parameter with type []interface {}", 49}}};

static const stria_param params_22[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_NONE,
     .value.string = {"unable to bind parameter with type <nil>", 40}}};

static const stria_param params_23[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_NONE,
     .value.string = {"unknown bind object type: nosuch", 32}}};

static const stria_param params_24[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_NONE,
     .value.string = {"integer literal must be an integer value", 40}}};

static const stria_param params_25[] = {
    {.name = "s",
     .kind = STRIA_PARAM_DURATION,
     .type = STRIA_STRING, .value.string = {"x", 1}}};

static const stria_param params_26[] = {
    {.name = "s",
     .kind = STRIA_PARAM_REGEX,
     .type = STRIA_STRING, .value.string = {"[", 1}}};

static const stria_param params_27[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"north", 5}}};

static const stria_param params_28[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"north", 5}}};

static const stria_param params_29[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"nor'th", 6}}};

static const stria_param params_30[] = {
    {.name = "my p",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"north", 5}}};

static const stria_param params_31[] = {
    {.name = "b_2",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_BOOL, .value.boolean = false},
    {.name = "s1",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"north", 5}},
    {.name = "unused",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_INT, .value.i64 = 1}};

static const stria_param params_32[] = {
    {.name = "k",
     .kind = STRIA_PARAM_IDENTIFIER,
     .type = STRIA_STRING, .value.string = {"station", 7}}};

static const stria_param params_33[] = {
    {.name = "r",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"alps", 4}}};

static const stria_param params_34[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"ridge", 5}}};

static const stria_param params_35[] = {
    {.name = "s",
     .kind = STRIA_PARAM_VALUE,
     .type = STRIA_STRING, .value.string = {"ridge", 5}}};

static const struct recorded recorded_6[] = {
    {"SELECT * FROM _under", NULL, 0, false, 0, NULL},
    {"SELECT _f FROM _under WHERE _k = 'v'", NULL, 0, false, 0, NULL},
    {"SELECT * FROM \"time m\"", NULL, 0, false, 0, NULL},
    {"SELECT * FROM \"we ird-db\".\"autogen\".\"my table\"", NULL, 0, false, 0, NULL},
    {"SELECT * FROM \"we ird-db\"..\"my table\"", NULL, 0, false, 0, NULL},
    {"SELECT * FROM we ird-db..\"my table\"",
     NULL, 0, true, 0, "found ird, expected ; at line 1, char 18"},
    {"SELECT * FROM \"my table",
     NULL, 0, true, 0, "found my table, expected identifier at line 1, char 14"},
    {"SELECT * FROM \"my\\table\"",
     NULL, 0, true, 0, "found \\t, expected identifier at line 1, char 19"},
    {"SELECT 'field one' FROM \"my table\"",
     NULL, 0, false, 0, "field must contain at least one variable"},
    {"SELECT * FROM 'my table'",
     NULL, 0, true, 0, "found my table, expected identifier at line 1, char 14"},
    {"SELECT * FROM \"\"", NULL, 0, false, 0, "invalid measurement"},
    {"SELECT \"\" FROM \"my table\"", NULL, 0, false, 0, NULL},
    {"SELECT \"field one\" AS \"\" FROM \"my table\"", NULL, 0, false, 0, NULL},
    {"SELECT \"field one\" AS \"new\\\"name\" FROM \"my table\"", NULL, 0, false, 0, NULL},
    {"SELECT \"field one\" AS \"tab\\tname\" FROM \"my table\"",
     NULL, 0, true, 0, "found \\t, expected identifier at line 1, char 28"},
    {"SELECT mean(\"field one\") FROM \"my table\" GROUP BY \"tag one\"", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = \"tag one\"", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY =~ /./", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WITH MEASUREMENT = \"my table\"", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM \"my table\" WHERE \"tag one\" = 'v 1'", NULL, 0, false, 0, NULL},
    {"SHOW RETENTION POLICIES ON \"we ird-db\"", NULL, 0, false, 0, NULL},
    {"DELETE FROM \"my table\" WHERE \"tag one\" = 'v 1'", NULL, 0, false, 0, NULL},
    {"DROP MEASUREMENT \"\303\274n\303\257code\"", NULL, 0, false, 0, NULL},
    {"DROP SERIES FROM \"back\\\\slash\"", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = $s LIMIT 1", params_0, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE temp > $t", params_1, 1, false, 0, NULL},
    {"SELECT hum FROM weather WHERE hum > $t", params_2, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE rain = $b LIMIT 2", params_3, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE time = $t", params_4, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE time >= $t LIMIT 1", params_5, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE time >= $t LIMIT 1", params_6, 1, false, 0, NULL},
    {"SELECT $f FROM weather LIMIT 1", params_7, 1, false, 0, NULL},
    {"SELECT $f FROM weather LIMIT 1",
     params_8, 1, false, 0, "field must contain at least one variable"},
    {"SELECT temp FROM $m LIMIT 1", params_9, 1, false, 0, NULL},
    {"SELECT temp FROM $m LIMIT 1", params_10, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station =~ $r LIMIT 1", params_11, 1, false, 0, NULL},
    {"SELECT mean(temp) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-0"
     "5T01:00:00Z' GROUP BY time($d)", params_12, 1, false, 0, NULL},
    {"SELECT mean(temp) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-0"
     "5T01:00:00Z' GROUP BY time($d)", params_13, 1, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT $n", params_14, 1, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT $n", params_15, 1, false, 0, NULL},
    {"SELECT temp + $x FROM weather LIMIT 1", params_16, 1, false, 0, NULL},
    {"SELECT temp + $x FROM weather LIMIT 1", params_17, 1, false, 0, NULL},
    {"SELECT temp + $x FROM weather LIMIT 1", params_18, 1, false, 0, NULL},
    {"SELECT percentile(temp, $p) FROM weather", params_19, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = $s", NULL, 0, true, 0, "missing parameter: s"},
    {"SELECT temp FROM weather WHERE station = $s", NULL, 0, true, 0, "missing parameter: s"},
    {"SELECT temp FROM weather WHERE station = $s", NULL, 0, true, 0, "missing parameter: s"},
    {"SELECT temp FROM weather WHERE station = $", params_20, 1, true, 0, "empty bound parameter"},
    {"SELECT temp FROM weather WHERE station = $s",
     params_21, 1, true, 0, "missing parameter: unable to bind parameter with type []interface {}"},
    {"SELECT temp FROM weather WHERE station = $s",
     params_22, 1, true, 0, "missing parameter: unable to bind parameter with type <nil>"},
    {"SELECT temp FROM weather WHERE station = $s",
     params_23, 1, true, 0, "missing parameter: unknown bind object type: nosuch"},
    {"SELECT temp FROM weather WHERE station = $s",
     params_24, 1, true, 0, "missing parameter: integer literal must be an integer value"},
    {"SELECT temp FROM weather WHERE station = $s", params_25, 1, true, 0, "invalid duration"},
    {"SELECT temp FROM weather WHERE station = $s",
     params_26, 1, true, 0, "error parsing regexp: missing closing ]: `[` at line 1, char 42"},
    {"SELECT temp FROM weather WHERE station = '$s'", params_27, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = \"$s\"", params_28, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = $s LIMIT 1", params_29, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = $\"my p\" LIMIT 1", params_30, 1, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = $s1 AND rain = $b_2 LIMIT 1",
     params_31, 3, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = $k", params_32, 1, false, 0, NULL},
    {"SHOW TAG VALUES FROM weather WITH KEY = station WHERE region = $r",
     params_33, 1, false, 0, NULL},
    {"SELECT temp FROM weather; SELECT hum FROM weather WHERE station = $s LIMIT 1",
     params_34, 1, false, 0, NULL},
    {"DELETE FROM weather WHERE station = $s", params_35, 1, false, 0, NULL},
    {"SELECT count(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 1 -- trailing", NULL, 0, false, 0, NULL},
    {"-- leading\nSELECT temp FROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp -- mid\nFROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT /* inline */ temp FROM weather LIMIT 1",
     NULL, 0, true, 0,
     "error parsing regexp: missing argument to repetition operator: `*` at line 1, char 7"},
    {"/* a */ /* b */ SELECT temp FROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather /* multi\nline\n*/ LIMIT 1",
     NULL, 0, true, 0, "found  , expected regex at line 1, char 25"},
    {"SELECT temp FROM weather LIMIT 1 /* open",
     NULL, 0, true, 0, "found ILLEGAL, expected ; at line 1, char 34"},
    {"SELECT temp FROM weather LIMIT 1 --", NULL, 0, false, 0, NULL},
    {"-- only", NULL, 0, false, 0, NULL},
    {"/* only */", NULL, 0, false, 0, NULL},
    {";", NULL, 0, false, 0, NULL},
    {";;", NULL, 0, false, 0, NULL},
    {"; ;SELECT temp FROM weather LIMIT 1;;", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 1;", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 1; SELECT hum FROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 1;SELECT hum FROM weather LIMIT 1;SHOW MEASUREMENTS",
     NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather LIMIT 1 SELECT hum FROM weather",
     NULL, 0, true, 0, "found SELECT, expected ; at line 1, char 34"},
    {"SELECT temp FROM weather LIMIT 1; SELECT bad(",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 47"},
    {"SELECT bad(temp) FROM weather; SELECT hum FROM weather LIMIT 1",
     NULL, 0, false, 0, "undefined function bad()"},
    {"SELECT temp FROM nodb..weather; SELECT hum FROM weather LIMIT 1; SHOW DATABASES",
     NULL, 0, false, 0, NULL},
    {"SELECT nosuch FROM weather; SELECT hum FROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE multi; SHOW DATABASES; DROP DATABASE multi; SHOW DATABASES",
     NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS; DROP MEASUREMENT nothere; SHOW MEASUREMENTS", NULL, 0, false, 0, NULL},
    {"DROP RETENTION POLICY nope ON nodb; SHOW DATABASES", NULL, 0, false, 0, NULL},
    {"\n\n  SELECT\011temp\n FROM\015\n weather LIMIT\n1  \n", NULL, 0, false, 0, NULL},
    {"select TEMP from weather limit 1", NULL, 0, false, 0, NULL},
    {"sElEcT temp fRoM weather LiMiT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = 'a--b'", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather WHERE station = 'a/*b'", NULL, 0, false, 0, NULL},
    {"SELECT temp, -- one\n hum -- two\nFROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT 1 - -1 + temp FROM weather LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT temp--1 FROM weather LIMIT 1",
     NULL, 0, true, 0, "found EOF, expected FROM at line 1, char 37"},
    {"SELECT temp FROM weather LIMIT 1; -- done", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather # hash", NULL, 0, true, 0, "found #, expected ; at line 1, char 26"},
    {"SELECT temp FROM weather // c",
     NULL, 0, true, 0, "found  , expected regex at line 1, char 25"},
    {"SELECT max(temp) FROM weather; SELECT min(temp) FROM weather; SELECT nosuchfn(temp) FROM "
     "weather; SELECT 1 FROM weather", NULL, 0, false, 2, "undefined function nosuchfn()"},
    {"EXPLAIN SELECT v FROM g", NULL, 0, false, 0, NULL},
    {"EXPLAIN SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05"
     "T01:00:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"EXPLAIN SELECT v FROM g WHERE unit = 'a'; EXPLAIN SELECT max(n) FROM g",
     NULL, 0, false, 0, NULL},
    {"EXPLAIN ANALYZE SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"EXPLAIN", NULL, 0, true, 0, "found EOF, expected SELECT at line 1, char 9"},
    {"EXPLAIN SHOW MEASUREMENTS",
     NULL, 0, true, 0, "found SHOW, expected SELECT at line 1, char 9"},
    {"EXPLAIN SELECT",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 16"},
    {"EXPLAIN SELECT bad(v) FROM g", NULL, 0, false, 0, "undefined function bad()"},
    {"EXPLAIN ANALYZE SELECT bad(v) FROM g", NULL, 0, false, 0, "undefined function bad()"},
    {"EXPLAIN ANALYZE", NULL, 0, true, 0, "found EOF, expected SELECT at line 1, char 17"},
    {"EXPLAIN SELECT mean(v), v FROM g",
     NULL, 0, false, 0, "mixing aggregate and non-aggregate queries is not supported"},
    {"EXPLAIN VERBOSE SELECT v FROM g", NULL, 0, false, 0, NULL},
    {"EXPLAIN DELETE FROM g", NULL, 0, true, 0, "found DELETE, expected SELECT at line 1, char 9"},
    {"EXPLAIN SELECT v FROM nodb..g", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time = '2024-03-05T00:00:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= '2024-03-05'", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= '2024-03-05 00:50:00.5'",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= '2024-03-05T01:50:00+01:00'",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 1709599800000000000", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 1709599800000ms", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 1709599800000000\302\265",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 474888h + 50m", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 2826w", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024-03-05T01:00:00Z' - 10m",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 1709600400s - 10m", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND 1709599800s <= time", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time != 1709596800s",
     NULL, 0, false, 0, "invalid time comparison operator: !="},
    {"SELECT n FROM g WHERE time >= '2024-03-05T00:50:00Z' OR time < '2024-03-05T00:03:00Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND (time < '2024-03-05T00:05:00Z') AND n > 4",
     NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024-03-05T00:55:00Z' AND time < '2024-03-05"
     "T00:10:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 1709599800.5s",
     NULL, 0, true, 0, "found s, expected ; at line 1, char 58"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 1.7095998e18",
     NULL, 0, true, 0, "found e18, expected ; at line 1, char 54"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024-13-01'",
     NULL, 0, false, 0, "invalid timestamp string"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024-03-05T25:00:00Z'",
     NULL, 0, false, 0, "invalid timestamp string"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024'",
     NULL, 0, false, 0, "invalid operation: time and *influxql.StringLiteral are not compatible"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '2024-03-05T00:00:00'",
     NULL, 0, false, 0, "invalid timestamp string"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > true",
     NULL, 0, false, 0, "invalid operation: time and *influxql.BooleanLiteral are not compatible"},
    {"SELECT n FROM g WHERE unit = 'a' AND time =~ /2024/",
     NULL, 0, false, 0, "invalid operation: time and *influxql.RegexLiteral are not compatible"},
    {"SELECT n FROM g WHERE unit = 'a' AND time",
     NULL, 0, false, 0, "invalid condition expression: time"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > '1677-09-21T00:12:43Z'",
     NULL, 0, false, 0, "time 1677-09-21T00:12:43Z underflows time literal"},
    {"SELECT n FROM g WHERE unit = 'a' AND time < '2262-04-11T23:47:16Z'", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 9223372036854775807", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > -9223372036854775808", NULL, 0, false, 0, NULL},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 1709599800s + 1.5m",
     NULL, 0, true, 0, "found m, expected ; at line 1, char 62"},
    {"SELECT n FROM g WHERE unit = 'a' AND time > 1709599800s + 1709599800",
     NULL, 0, false, 0, "invalid operation: time and *influxql.BinaryExpr are not compatible"},
    {"SELECT n FROM g WHERE unit = 'a' AND time >= 0 AND time >= 1709599800s AND time <= 170960"
     "0000s", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(1h30m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(90m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(500u) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(1y) fill(none)", NULL, 0, true, 0, "invalid duration"},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(1) fill(none)",
     NULL, 0, false, 0, "time dimension must have duration argument"},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(-1h) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(1.5h) fill(none)",
     NULL, 0, true, 0, "found h, expected ) at line 1, char 127"},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(10ns) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T00:30:00Z' GROUP BY time(10\302\265) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5.0", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 05", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = +5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = -3", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n > -4", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5i", NULL, 0, true, 0, "invalid duration"},
    {"SELECT n, v FROM g WHERE n = .5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5.", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 0x5", NULL, 0, true, 0, "invalid duration"},
    {"SELECT n, v FROM g WHERE n = 5e0", NULL, 0, true, 0, "invalid duration"},
    {"SELECT n, v FROM g WHERE n = 5_0",
     NULL, 0, true, 0, "found _0, expected ; at line 1, char 31"},
    {"SELECT n, v FROM g WHERE v = 2.5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE v = 2.50", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE v > 9.", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE v > .5 AND v < 1.5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE v = 2,5",
     NULL, 0, true, 0, "found ,, expected ; at line 1, char 31"},
    {"SELECT n, v FROM g WHERE n = 9223372036854775807", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n < 18446744073709551615", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n < 18446744073709551616",
     NULL, 0, true, 0, "unable to parse integer at line 1, char 30"},
    {"SELECT n, v FROM g WHERE n < 99999999999999999999999",
     NULL, 0, true, 0, "unable to parse integer at line 1, char 30"},
    {"SELECT n, v FROM g WHERE n = -9223372036854775808", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n > -9223372036854775809",
     NULL, 0, true, 0, "constant -9223372036854775809 underflows int64"},
    {"SELECT n, v FROM g WHERE s = 'p'", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s = \"p\"", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s = 'p' OR s = 'q'", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s = ''", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s != ''", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s = 'it\\'s'", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE s = 'a\\qb'",
     NULL, 0, true, 0, "found \\q, expected identifier, string, number, bool at line 1, char 33"},
    {"SELECT n, v FROM g WHERE s = 'open",
     NULL, 0, true, 0, "found open, expected identifier, string, number, bool at line 1, char 29"},
    {"SELECT n, v FROM g WHERE b = true", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE b = TRUE", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE b = t", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE b = 'true'", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE b != false", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE b > false", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5 AND b", NULL, 0, false, 0, "invalid condition expression: b"},
    {"SELECT n, v FROM g WHERE (n = 5",
     NULL, 0, true, 0, "found EOF, expected ) at line 1, char 32"},
    {"SELECT n, v FROM g WHERE n = 5)", NULL, 0, true, 0, "found ), expected ; at line 1, char 31"},
    {"SELECT n, v FROM g WHERE n == 5",
     NULL, 0, true, 0, "found =, expected identifier, string, number, bool at line 1, char 29"},
    {"SELECT n, v FROM g WHERE n => 5",
     NULL, 0, true, 0, "found >, expected identifier, string, number, bool at line 1, char 29"},
    {"SELECT n, v FROM g WHERE n =! 5",
     NULL, 0, true, 0, "found !, expected identifier, string, number, bool at line 1, char 29"},
    {"SELECT n, v FROM g WHERE n > > 5",
     NULL, 0, true, 0, "found >, expected identifier, string, number, bool at line 1, char 30"},
    {"SELECT n, v FROM g WHERE n BETWEEN 1 AND 5",
     NULL, 0, true, 0, "found BETWEEN, expected ; at line 1, char 28"},
    {"SELECT n, v FROM g WHERE n = null", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n IS NULL",
     NULL, 0, true, 0, "found IS, expected ; at line 1, char 28"},
    {"SELECT n, v FROM g WHERE n", NULL, 0, false, 0, "invalid condition expression: n"},
    {"SELECT n, v FROM g WHERE 5", NULL, 0, false, 0, "invalid condition expression: 5"},
    {"SELECT n, v FROM g WHERE 'x'", NULL, 0, false, 0, "invalid condition expression: 'x'"},
    {"SELECT n, v FROM g WHERE n = 5 AND",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 36"},
    {"SELECT n, v FROM g WHERE AND n = 5",
     NULL, 0, true, 0, "found AND, expected identifier, string, number, bool at line 1, char 26"},
    {"SELECT n, v FROM g WHERE n = 5 OR OR n = 6",
     NULL, 0, true, 0, "found OR, expected identifier, string, number, bool at line 1, char 35"},
    {"SELECT n, v FROM g WHERE !(n = 5)",
     NULL, 0, true, 0, "found !, expected identifier, string, number, bool at line 1, char 26"},
    {"SELECT n, v FROM g WHERE n = 5 && v = 3",
     NULL, 0, true, 0, "found &, expected identifier, string, number, bool at line 1, char 33"},
    {"SELECT n, v FROM g WHERE n = 5 and v = 3", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n = 5 Or v = 8", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE ((n = 5)) AND ((v = 3))", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n * 2 = 10", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE 10 = n * 2", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n + v > 100", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n % 2 = 1", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n / 2 = 2.5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE n - n = 0", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE -n = -5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE unit = 'a' AND n > 50 OR unit = 'b' AND n < 0",
     NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE (unit = 'a' OR unit = 'b') AND n > 50", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE max(n) > 5",
     NULL, 0, false, 0, "invalid function call in condition: max(n)"},
    {"SELECT n, v FROM g WHERE abs(n) = 3", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE nosuchfn(n) = 3",
     NULL, 0, false, 0, "invalid function call in condition: nosuchfn(n)"},
    {"SELECT n, v FROM g WHERE n::integer = 5", NULL, 0, false, 0, NULL},
    {"SELECT n, v FROM g WHERE unit::tag = 'b' AND n::integer > 0", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time <= '2024-03-05T01:00:00Z' GROUP BY time(20m)",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time < '2024-03-05T01:00:00Z' GROUP BY time(20m), unit",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time < '2024-03-05T02:00:00Z' GROUP BY time(30m)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g GROUP BY time(20m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM g GROUP BY time(20m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE time > '2024-03-05T00:30:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time > '2024-03-05T00:30:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:30:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time < '2024-03-05T00:30:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM g WHERE time = '2024-03-05T00:03:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time > '2025-01-01'", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time > '2024-03-05T00:02:00Z' AND time < '2024-03-05T00:58:0"
     "0Z' GROUP BY time(20m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time >= '2024-03-05T00:20:00Z' AND time <= '2024-03-05T00:40"
     ":00Z' GROUP BY time(20m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v), first(n) FROM g WHERE time >= '2024-03-05T00:20:00Z' AND time <= '2024-0"
     "3-05T00:40:00Z' GROUP BY time(20m)", NULL, 0, false, 0, NULL},
    {"SELECT distinct(s) FROM g WHERE time >= '2024-03-05T00:00:10Z'", NULL, 0, false, 0, NULL},
    {"SELECT spread(v), max(v), min(v) FROM g WHERE time >= '2024-03-05T00:00:10Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE time >= '2024-03-05T00:00:10Z' GROUP BY unit",
     NULL, 0, false, 0, NULL},
    {"x",
     NULL, 0, true, 0,
     "found x, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER, SET,"
     " KILL at line 1, char 1"},
    {"SELECT *", NULL, 0, true, 0, "found EOF, expected FROM at line 1, char 9"},
    {"SELECT FROM m",
     NULL, 0, true, 0, "found FROM, expected identifier, string, number, bool at line 1, char 8"},
    {"SELECT v FROM m WHERE",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 23"},
    {"SELECT v FROM m GROUP BY",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 26"},
    {"SELECT v FROM m ORDER BY",
     NULL, 0, true, 0, "found EOF, expected identifier, ASC, DESC at line 1, char 26"},
    {"SELECT v FROM m LIMIT 1 OFFSET",
     NULL, 0, true, 0, "found EOF, expected integer at line 1, char 32"},
    {"SELECT v FROM m WHERE v > AND",
     NULL, 0, true, 0, "found AND, expected identifier, string, number, bool at line 1, char 27"},
    {"SELECT v FROM m WHERE v > 1)", NULL, 0, true, 0, "found ), expected ; at line 1, char 28"},
    {"SELECT mean v) FROM m", NULL, 0, true, 0, "found v, expected FROM at line 1, char 13"},
    {"SELECT v, FROM m",
     NULL, 0, true, 0, "found FROM, expected identifier, string, number, bool at line 1, char 11"},
    {"SELECT v AS FROM m", NULL, 0, true, 0, "found FROM, expected identifier at line 1, char 13"},
    {"SELECT v AS 'x' FROM m", NULL, 0, true, 0, "found x, expected identifier at line 1, char 12"},
    {"SELECT v FROM , m", NULL, 0, true, 0, "found ,, expected identifier at line 1, char 15"},
    {"SELECT v FROM m m2", NULL, 0, true, 0, "found m2, expected ; at line 1, char 17"},
    {"SELECT v FROM m GROUP BY t,",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 29"},
    {"SELECT v FROM m GROUP BY t ORDER BY time DESC, time ASC",
     NULL, 0, true, 0, "only ORDER BY time supported at this time"},
    {"SELECT v FROM m GROUP BY t WHERE v > 1",
     NULL, 0, true, 0, "found WHERE, expected ; at line 1, char 28"},
    {"SELECT v FROM m HAVING v > 1",
     NULL, 0, true, 0, "found HAVING, expected ; at line 1, char 17"},
    {"SELECT v FROM m; SELECT",
     NULL, 0, true, 0, "found EOF, expected identifier, string, number, bool at line 1, char 25"},
    {"SELECT @v FROM m",
     NULL, 0, true, 0, "found @, expected identifier, string, number, bool at line 1, char 8"},
    {"SELECT v FROM m WHERE t = \"a",
     NULL, 0, true, 0, "found a, expected identifier, string, number, bool at line 1, char 26"},
    {"SELECT v FROM m WHERE t =~ /a", NULL, 0, true, 0, "bad regex:  at line 1, char 27"},
    {"SELECT v FROM m WHERE t =~ a",
     NULL, 0, true, 0, "found a, expected regex at line 1, char 28"},
    {"SELECT v & FROM m",
     NULL, 0, true, 0, "found FROM, expected identifier, string, number, bool at line 1, char 12"},
    {"SELECT * * 2 FROM m", NULL, 0, false, 0, "unable to use wildcard in a binary expression"},
    {"SELECT v > 1 FROM m",
     NULL, 0, true, 0,
     "invalid operator > in SELECT clause at line 1, char 8; operator is intended for WHERE cla"
     "use"},
    {"SELECT v =~ /x/ FROM m",
     NULL, 0, true, 0,
     "invalid operator =~ in SELECT clause at line 1, char 8; operator is intended for WHERE cl"
     "ause"},
    {"SELECT v) FROM m", NULL, 0, true, 0, "found ), expected FROM at line 1, char 9"},
    {"SELECT v.w FROM m", NULL, 0, false, 0, NULL},
    {"SELECT v FROM a.b.c.d",
     NULL, 0, true, 0, "too many segments in \"a\".\"b\".\"c\".d at line 1, char 1"},
    {"SELECT v FROM m.", NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 18"},
    {"SELECT v FROM \"a\".\"b\".",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 24"},
    {"SELECT v FROM m WHERE t = $", NULL, 0, true, 0, "empty bound parameter"},
    {"SELECT DISTINCT v, w FROM m",
     NULL, 0, false, 0,
     "aggregate function distinct() cannot be combined with other functions or fields"},
    {"SELECT DISTINCT mean(v) FROM m",
     NULL, 0, true, 0, "found (, expected FROM at line 1, char 21"},
    {"SELECT TOP 5 v FROM m", NULL, 0, true, 0, "found 5, expected FROM at line 1, char 12"},
    {"SELECT v FROM m fill(1) GROUP BY t",
     NULL, 0, true, 0, "found GROUP, expected ; at line 1, char 25"},
    {"SELECT v FROM m INTO x", NULL, 0, true, 0, "found INTO, expected ; at line 1, char 17"},
    {"SELECT v FROM m tz('UTC') tz('UTC')",
     NULL, 0, true, 0, "found tz, expected ; at line 1, char 27"},
    {"SELECT v FROM m WHERE t = 'a\\",
     NULL, 0, true, 0,
     "found \\\300\200, expected identifier, string, number, bool at line 1, char 30"},
    {"SELEC v FROM m",
     NULL, 0, true, 0,
     "found SELEC, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER, "
     "SET, KILL at line 1, char 1"},
    {"SELECT v FROM m LIMIT 1 LIMIT 2",
     NULL, 0, true, 0, "found LIMIT, expected ; at line 1, char 25"},
    {"SELECT -v, -1 FROM m", NULL, 0, false, 0, "field must contain at least one variable"},
    {"SELECT v FROM m WHERE - 1 = v", NULL, 0, false, 0, NULL},
    {"SELECT v FROM m WHERE true = true", NULL, 0, false, 0, NULL},
    {"SELECT \"v\".\"w\" FROM m", NULL, 0, false, 0, NULL},
    {"SELECT v FROM {m}", NULL, 0, true, 0, "found {, expected identifier at line 1, char 15"},
    {"WITH x AS (SELECT v FROM m) SELECT v FROM x",
     NULL, 0, true, 0,
     "found WITH, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER, S"
     "ET, KILL at line 1, char 1"},
    {"INSERT m v=1",
     NULL, 0, true, 0,
     "found INSERT, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER,"
     " SET, KILL at line 1, char 1"},
    {"UPDATE m SET v = 1",
     NULL, 0, true, 0,
     "found UPDATE, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER,"
     " SET, KILL at line 1, char 1"},
    {"SHOW",
     NULL, 0, true, 0,
     "found EOF, expected CONTINUOUS, DATABASES, DIAGNOSTICS, FIELD, GRANTS, MEASUREMENT, MEASU"
     "REMENTS, QUERIES, RETENTION, SERIES, SHARD, SHARDS, STATS, SUBSCRIPTIONS, TAG, USERS at l"
     "ine 1, char 6"},
    {"SHOW FOO",
     NULL, 0, true, 0,
     "found FOO, expected CONTINUOUS, DATABASES, DIAGNOSTICS, FIELD, GRANTS, MEASUREMENT, MEASU"
     "REMENTS, QUERIES, RETENTION, SERIES, SHARD, SHARDS, STATS, SUBSCRIPTIONS, TAG, USERS at l"
     "ine 1, char 6"},
    {"SHOW TAG", NULL, 0, true, 0, "found EOF, expected KEY, KEYS, VALUES at line 1, char 10"},
    {"SHOW TAG FOO", NULL, 0, true, 0, "found FOO, expected KEY, KEYS, VALUES at line 1, char 10"},
    {"SHOW FIELD", NULL, 0, true, 0, "found EOF, expected KEY, KEYS at line 1, char 12"},
    {"SHOW FIELD VALUES", NULL, 0, true, 0, "found VALUES, expected KEY, KEYS at line 1, char 12"},
    {"SHOW RETENTION", NULL, 0, true, 0, "found EOF, expected POLICIES at line 1, char 16"},
    {"SHOW SHARD", NULL, 0, true, 0, "found EOF, expected GROUPS at line 1, char 12"},
    {"SHOW SHARD GROUP", NULL, 0, true, 0, "found GROUP, expected GROUPS at line 1, char 12"},
    {"SHOW CONTINUOUS", NULL, 0, true, 0, "found EOF, expected QUERIES at line 1, char 17"},
    {"SHOW GRANTS", NULL, 0, true, 0, "found EOF, expected FOR at line 1, char 13"},
    {"SHOW GRANTS FOR", NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 17"},
    {"SHOW STATS FOR", NULL, 0, true, 0, "found EOF, expected string at line 1, char 16"},
    {"SHOW MEASUREMENT",
     NULL, 0, true, 0, "found EOF, expected EXACT, CARDINALITY at line 1, char 18"},
    {"SHOW DATABASE",
     NULL, 0, true, 0,
     "found DATABASE, expected CONTINUOUS, DATABASES, DIAGNOSTICS, FIELD, GRANTS, MEASUREMENT, "
     "MEASUREMENTS, QUERIES, RETENTION, SERIES, SHARD, SHARDS, STATS, SUBSCRIPTIONS, TAG, USERS"
     " at line 1, char 6"},
    {"SHOW SERIES EXACT", NULL, 0, false, 0, NULL},
    {"CREATE",
     NULL, 0, true, 0,
     "found EOF, expected CONTINUOUS, DATABASE, USER, RETENTION, SUBSCRIPTION at line 1, char 8"},
    {"CREATE FOO",
     NULL, 0, true, 0,
     "found FOO, expected CONTINUOUS, DATABASE, USER, RETENTION, SUBSCRIPTION at line 1, char 8"},
    {"CREATE RETENTION", NULL, 0, true, 0, "found EOF, expected POLICY at line 1, char 18"},
    {"CREATE RETENTION POLICY",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 25"},
    {"CREATE RETENTION POLICY x", NULL, 0, true, 0, "found EOF, expected ON at line 1, char 27"},
    {"CREATE RETENTION POLICY x ON",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 30"},
    {"CREATE RETENTION POLICY x ON db0",
     NULL, 0, true, 0, "found EOF, expected DURATION at line 1, char 34"},
    {"CREATE RETENTION POLICY x ON db0 DURATION",
     NULL, 0, true, 0, "found EOF, expected duration at line 1, char 43"},
    {"CREATE RETENTION POLICY x ON db0 DURATION 1h REPLICATION",
     NULL, 0, true, 0, "found EOF, expected integer at line 1, char 58"},
    {"CREATE RETENTION POLICY x ON db0 DURATION 1h REPLICATION 1 SHARD",
     NULL, 0, true, 0, "found EOF, expected DURATION at line 1, char 66"},
    {"CREATE RETENTION POLICY x ON db0 DURATION 1h REPLICATION 1 DEFAULT FOO",
     NULL, 0, true, 0, "found FOO, expected ; at line 1, char 68"},
    {"CREATE RETENTION POLICY x ON db0 DURATION 1h REPLICATION 99999999999",
     NULL, 0, true, 0,
     "invalid value 99999999999: must be 1 <= n <= 2147483647 at line 1, char 58"},
    {"CREATE CONTINUOUS", NULL, 0, true, 0, "found EOF, expected QUERY at line 1, char 19"},
    {"CREATE CONTINUOUS QUERY",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 25"},
    {"CREATE CONTINUOUS QUERY c", NULL, 0, true, 0, "found EOF, expected ON at line 1, char 27"},
    {"CREATE CONTINUOUS QUERY c ON",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 30"},
    {"CREATE CONTINUOUS QUERY c ON db0",
     NULL, 0, true, 0, "found EOF, expected BEGIN at line 1, char 34"},
    {"CREATE CONTINUOUS QUERY c ON db0 BEGIN",
     NULL, 0, true, 0, "found EOF, expected SELECT at line 1, char 40"},
    {"CREATE CONTINUOUS QUERY c ON db0 BEGIN SELECT v FROM m END",
     NULL, 0, true, 0, "found FROM, expected INTO at line 1, char 49"},
    {"CREATE CONTINUOUS QUERY c ON db0 BEGIN SELECT mean(v) INTO x FROM m END",
     NULL, 0, true, 0, "found m, expected GROUP BY time(...) at line 1, char 67"},
    {"CREATE CONTINUOUS QUERY c ON db0 BEGIN SELECT mean(v) INTO x FROM m GROUP BY time(1h)",
     NULL, 0, true, 0, "found EOF, expected END at line 1, char 86"},
    {"CREATE CONTINUOUS QUERY c ON db0 RESAMPLE BEGIN SELECT mean(v) INTO x FROM m GROUP BY tim"
     "e(1h) END", NULL, 0, true, 0, "found BEGIN, expected EVERY, FOR at line 1, char 43"},
};
/* clang-format on */

#endif
