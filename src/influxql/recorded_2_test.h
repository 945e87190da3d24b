/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_2_test.h -- recorded queries, by tools/gen_influxql_recorded.py. */
#ifndef SX_INFLUXQL_RECORDED_2_TEST_H
#define SX_INFLUXQL_RECORDED_2_TEST_H

#include "influxql/recorded_row_test.h"

/* clang-format off */
static const struct recorded recorded_2[] = {
    {"select core from cpu where core < 3", NULL, 0, false, 0, NULL},
    {"select core from cpu where core < 2", NULL, 0, false, 0, NULL},
    {"select core from cpu where core != 4", NULL, 0, false, 0, NULL},
    {"select local from clicks where local = true", NULL, 0, false, 0, NULL},
    {"select local from clicks where local = false", NULL, 0, false, 0, NULL},
    {"select local from clicks where local != true", NULL, 0, false, 0, NULL},
    {"select foo from where_events where (tennant = 'paul' OR tennant = 'david') AND time > 1s "
     "AND (foo = 'bar' OR foo = 'baz' OR foo = 'bap')", NULL, 0, false, 0, NULL},
    {"select foo from where_events where tennant = 'paul' OR foo = 'bar'", NULL, 0, false, 0, NULL},
    {"select foo from where_events where tenant != 'paul' AND foo = 'bar'",
     NULL, 0, false, 0, NULL},
    {"select foo from where_events where tenant != 'paul' OR foo = 'bar'", NULL, 0, false, 0, NULL},
    {"select foo from where_events where tennant != foo", NULL, 0, false, 0, NULL},
    {"select foo from where_events where tennant = tennant", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" LIMIT 2", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" LIMIT 20", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" LIMIT 2 OFFSET 1", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" LIMIT 3 OFFSET 3", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" LIMIT 2 OFFSET 20", NULL, 0, false, 0, NULL},
    {"select mean(foo) from \"limited\" WHERE time >= '2009-11-10T23:00:02Z' AND time < '2009-1"
     "1-10T23:00:06Z' GROUP BY TIME(1s) LIMIT 2", NULL, 0, false, 0, NULL},
    {"select mean(foo) from \"limited\" WHERE time >= '2009-11-10T23:00:02Z' AND time < '2009-1"
     "1-10T23:00:06Z' GROUP BY TIME(1s) LIMIT 20", NULL, 0, false, 0, NULL},
    {"select mean(foo) from \"limited\" WHERE time >= '2009-11-10T23:00:02Z' AND time < '2009-1"
     "1-10T23:00:06Z' GROUP BY TIME(1s) LIMIT 2 OFFSET 1", NULL, 0, false, 0, NULL},
    {"select mean(foo) from \"limited\" WHERE time >= '2009-11-10T23:00:02Z' AND time < '2009-1"
     "1-10T23:00:06Z' GROUP BY TIME(1s) LIMIT 3 OFFSET 3", NULL, 0, false, 0, NULL},
    {"select mean(foo) from \"limited\" WHERE time >= '2009-11-10T23:00:02Z' AND time < '2009-1"
     "1-10T23:00:06Z' GROUP BY TIME(1s) LIMIT 2 OFFSET 20", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" group by tennant limit 1", NULL, 0, false, 0, NULL},
    {"select foo from \"limited\" group by tennant limit 1 offset 1", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' group by time(5s) FILL(1)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' and val < 50 group by time(5s) FILL(1)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' and val > 50 group by time(5s) FILL(1)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' group by time(5s) FILL(previous)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' group by time(5s) FILL(none)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T2"
     "3:00:20Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"select count(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T"
     "23:00:20Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"select count(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T"
     "23:00:20Z' group by time(5s) fill(none)", NULL, 0, false, 0, NULL},
    {"select count(val) from fills where time >= '2009-11-10T23:00:00Z' and time < '2009-11-10T"
     "23:00:20Z' group by time(5s) fill(previous)", NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time < '2009-11-10T23:00:20Z' group by time(5s)",
     NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time < '2010-01-01T18:00:00Z' group by time(1h)",
     NULL, 0, false, 0, NULL},
    {"select mean(val) from fills where time < '2010-01-01T17:00:00Z' group by time(1h)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-04-02T00:00:00-08:00' AND time < '2000-0"
     "4-04T00:00:00-07:00' AND interval = 'daily' GROUP BY time(1d) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-06-01T00:00:00-07:00' AND time < '2000-0"
     "6-03T00:00:00-07:00' AND interval = 'daily' GROUP BY time(1d) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-10-29T00:00:00-07:00' AND time < '2000-1"
     "0-31T00:00:00-08:00' AND interval = 'daily' GROUP BY time(1d) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-04-02T01:00:00-08:00' AND time < '2000-0"
     "4-02T04:00:00-07:00' AND interval = 'hourly' GROUP BY time(1h) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-06-02T01:00:00-07:00' AND time < '2000-0"
     "6-02T03:00:00-07:00' AND interval = 'hourly' GROUP BY time(1h) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM cpu WHERE time >= '2000-10-29T01:00:00-07:00' AND time < '2000-1"
     "0-29T02:00:00-08:00' AND interval = 'hourly' GROUP BY time(1h) TZ('America/Los_Angeles')",
     NULL, 0, false, 0, NULL},
    {"SELECT * FROM memory where region='uswest' and host='serverB' GROUP BY *",
     NULL, 0, false, 0, NULL},
    {"DROP MEASUREMENT cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM memory where host='serverB' GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM memory where region='uswest' GROUP BY *", NULL, 0, false, 0, NULL},
    {"DROP MEASUREMENT doesntexist", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = \"host\"", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEYS", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE region = 'uswest'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE host !~ /server0[12]/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM cpu WHERE region = 'useast'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM cpu WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM /[cg]pu/ WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE region = 'uswest' AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE region =~ /ca.*/ AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES WHERE host !~ /server0[12]/ AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES FROM cpu WHERE region = 'useast' AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY WHERE region = 'uswest'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY WHERE host !~ /server0[12]/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY FROM cpu WHERE region = 'useast'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES CARDINALITY WHERE time > now() - 1h",
     NULL, 0, false, 0, "SHOW SERIES EXACT CARDINALITY doesn't support time in WHERE clause"},
    {"SHOW SERIES EXACT CARDINALITY", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY WHERE region = 'uswest'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY WHERE host !~ /server0[12]/", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY FROM cpu WHERE region = 'useast'", NULL, 0, false, 0, NULL},
    {"SHOW SERIES EXACT CARDINALITY WHERE time > now() - 1h",
     NULL, 0, false, 0, "SHOW SERIES EXACT CARDINALITY doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS on db0", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS LIMIT 2", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WITH MEASUREMENT = cpu", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /.*zzzzz.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WHERE region !~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS WHERE time > 0 LIMIT 2",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS WITH MEASUREMENT = cpu WHERE time > 0",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /[cg]pu/ WHERE time > 0 ",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS WITH MEASUREMENT =~ /.*zzzzz.*/ WHERE time > 0 ",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS WHERE region =~ /ca.*/ AND time > 0",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS WHERE region !~ /ca.*/ AND time > 0",
     NULL, 0, false, 0, "SHOW MEASUREMENTS doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENTS on *",
     NULL, 0, false, 0,
     "query 'SHOW MEASUREMENTS ON *' not supported. use 'ON *.*' or specify a database"},
    {"SHOW MEASUREMENTS on *.rp0",
     NULL, 0, false, 0,
     "query 'SHOW MEASUREMENTS ON *.rp' not supported. use 'ON *.*' or specify a database"},
    {"SHOW MEASUREMENTS on db0.rp0", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS on db0.*", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS on *.*", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT CARDINALITY FROM /.*zzzzz.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT CARDINALITY WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT CARDINALITY WHERE region !~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT CARDINALITY WHERE time > now() - 1h",
     NULL, 0, false, 0, "SHOW MEASUREMENT EXACT CARDINALITY doesn't support time in WHERE clause"},
    {"SHOW MEASUREMENT EXACT CARDINALITY", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY FROM /.*zzzzz.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY WHERE region !~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENT EXACT CARDINALITY WHERE time > now() - 1h",
     NULL, 0, false, 0, "SHOW MEASUREMENT EXACT CARDINALITY doesn't support time in WHERE clause"},
    {"SHOW TAG KEYS", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS ON db0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS ON db0 WITH KEY =~ /ho/", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM cpu WITH KEY = host", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM /[cg]pu/ WITH KEY IN (host, region) ", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM doesntexist", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS ON db0 WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM cpu WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM /[cg]pu/ WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS WHERE host = 'server03' AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS WITH KEY = host WHERE host = 'server03' AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG KEYS FROM doesntexist WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY =~ /ho/", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY = host WHERE region = 'uswest'", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY =~ /ho/ WHERE region = 'uswest'", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region =~ /ca.*/", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = region WHERE host !~ /server0[12]/", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region =~ /us/", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region !~ /us/", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY IN (host, region) WHERE region = 'uswest'",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY =~ /(host|region)/ WHERE region = 'uswest'",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM /[cg]pu/ WITH KEY = host", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY =~ /ho/ WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY = host WHERE region = 'uswest' AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY =~ /ho/ WHERE region = 'uswest' AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region =~ /ca.*/ AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = region WHERE host !~ /server0[12]/ AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region =~ /us/ AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE region !~ /us/ AND time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY IN (host, region) WHERE region = 'uswest' AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM cpu WITH KEY =~ /(host|region)/ WHERE region = 'uswest' AND time > 0",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM /[cg]pu/ WITH KEY = host WHERE time > 0", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM \"_\" WITH KEY = \"__name__\" WHERE \"__name__\" = 'metric1'",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE value = 'server03'", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE value = 'no_such_value'", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES WITH KEY = host WHERE value = 5000", NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM rp0.cpu, rp1.cpu WITH KEY IN (host, region)",
     NULL, 0, false, 0,
     "only one retention policy allowed in SHOW TAG VALUES query: \"rp1\", \"rp0\""},
    {"SHOW TAG VALUES FROM rp0.cpu WITH KEY IN (host, region) WHERE region = 'useast'",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM rp1.cpu WITH KEY IN (host, region) WHERE region = 'useast'",
     NULL, 0, false, 0, NULL},
    {"SHOW TAG VALUES FROM rp1./[cg]pu/ WITH KEY = host", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEYS FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEYS FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY CARDINALITY", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY CARDINALITY FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY EXACT CARDINALITY", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY EXACT CARDINALITY FROM cpu", NULL, 0, false, 0, NULL},
    {"SHOW FIELD KEY EXACT CARDINALITY FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp1 ON db0 DURATION 1h REPLICATION 1", NULL, 0, false, 0, NULL},
    {"CREATE CONTINUOUS QUERY \"cq1\" ON db0 BEGIN SELECT count(value) INTO \"rp1\".:MEASUREMEN"
     "T FROM /[cg]pu/ GROUP BY time(5s) END", NULL, 0, false, 0, NULL},
    {"CREATE CONTINUOUS QUERY \"cq2\" ON db0 BEGIN SELECT count(value) INTO \"rp2\".:MEASUREMEN"
     "T FROM /[cg]pu/ GROUP BY time(5s), * END", NULL, 0, false, 0, NULL},
    {"SHOW CONTINUOUS QUERIES", NULL, 0, false, 0, NULL},
    {"SELECT \"select\", \"in-bytes\" FROM cpu", NULL, 0, false, 0, NULL},
    {"select * from cpu", NULL, 0, false, 0, NULL},
    {"select \"foo.bar.baz\" from cpu", NULL, 0, false, 0, NULL},
    {"select * from foo", NULL, 0, false, 0, NULL},
    {"select \"foo.bar.baz\" from foo", NULL, 0, false, 0, NULL},
    {"SELECT * INTO baz FROM foo", NULL, 0, false, 0, NULL},
    {"SELECT * FROM baz", NULL, 0, false, 0, NULL},
    {"SELECT sum(a) * sum(n) as a_n, sum(b) * sum(n) as b_n INTO baz FROM foo WHERE time >= '20"
     "00-01-01T00:00:00Z' AND time < '2000-01-01T00:01:00Z' GROUP BY time(10s)",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM cpu WHERE time <= 9223372036854775806", NULL, 0, false, 0, NULL},
    {"SELECT sum(a_b) FROM (SELECT a * b FROM cpu) WHERE time >= '2000-01-01T00:00:00Z' AND tim"
     "e < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time >= '2000-01-01T00:00:01Z' and time <= '2000-01-01T00:00:03Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time >= '2000-01-01T00:00:01Z'", NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time <= '2000-01-01T00:00:03Z'", NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time >= '2000-01-01T00:00:01Z' and time <= '2000-01-01T00:00:01Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time >= '2000-01-01T00:00:03Z' and time <= '2000-01-01T00:00:03Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time <= '2000-01-01T00:00:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time > '2000-01-01T00:00:00Z' and time < '2000-01-01T00:00:04Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time > '2000-01-01T00:00:00Z' and time < '2000-01-01T00:00:02Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time > '2000-01-01T00:00:02Z' and time < '2000-01-01T00:00:04Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time > '2000-01-01T00:00:00Z'", NULL, 0, false, 0, NULL},
    {"SELECT * from cpu where time < '2000-01-01T00:00:04Z'", NULL, 0, false, 0, NULL},
    {"SELECT sample(float, 3), int FROM cpu LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT sample(float, 3), int FROM cpu OFFSET 1", NULL, 0, false, 0, NULL},
    {"SELECT sample(float, 3), int FROM cpu LIMIT 1 OFFSET 1", NULL, 0, false, 0, NULL},
    {"SELECT sum(value) / elapsed(sum(value), 1m) FROM cpu WHERE time > 0 AND time < 10m GROUP "
     "BY time(1m)", NULL, 0, false, 0, NULL},
    {"SELECT sum(value) / elapsed(sum(value), 1m) FROM cpu WHERE time > 0 AND time < 10m GROUP "
     "BY time(1m) FILL(previous)", NULL, 0, false, 0, NULL},
    {"SELECT count(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT sum(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT median(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mode(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT spread(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT stddev(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT min(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT max(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT first(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT last(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT distinct(temp) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT count(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mode(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT first(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT last(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT distinct(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT min(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT count(distinct(note)) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT count(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT sum(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT median(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT mode(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT spread(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT stddev(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT min(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT max(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT first(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT last(temp) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp), max(hum), count(note) FROM weather GROUP BY region",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather GROUP BY region, station", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather GROUP BY nosuch", NULL, 0, false, 0, NULL},
    {"SELECT mean(temp) FROM weather GROUP BY nosuch, region", NULL, 0, false, 0, NULL},
    {"SELECT mean(*) FROM weather GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT count(*) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT first(*) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT last(*) FROM weather GROUP BY station", NULL, 0, false, 0, NULL},
    {"SELECT max(*) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mode(*) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mean(/^(temp|hum)$/) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT sum(/e/) FROM weather GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT distinct(*) FROM weather", NULL, 0, false, 0, "expected field argument in distinct()"},
    {"SELECT distinct(temp) FROM weather GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT sum(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT sum(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mean(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT mean(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT median(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT median(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT spread(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT spread(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT stddev(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT stddev(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT integral(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT integral(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT derivative(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT derivative(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT difference(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT difference(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT min(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT max(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT percentile(note, 50) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT percentile(rain, 50) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT top(note, 2) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT bottom(rain, 2) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT abs(note) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT sin(rain) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT note + 1 FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT rain + 1 FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT rain + rain FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT note + note FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT temp + note FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT -note FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(note, 2) FROM weather", NULL, 0, false, 0, NULL},
    {"SELECT elapsed(note, 1s) FROM weather WHERE station = 'north'", NULL, 0, false, 0, NULL},
    {"SELECT elapsed(rain, 1m) FROM weather WHERE station = 'north' LIMIT 3",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT median(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mode(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT spread(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT stddev(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT min(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT distinct(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT integral(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT percentile(v, 90) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND t"
     "ime < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mean(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m), unit fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT first(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT count(s), count(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mode(s), mode(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT first(s), first(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT last(s), last(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), count(n), max(n) - min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND"
     " time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) / 2 + 1 AS x FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-"
     "03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) fill(null) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(v), 10m) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(n)), moving_average(mean(v), 2) FROM g WHERE time >= '2024-03-0"
     "5T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(null)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT median(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mode(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT spread(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT stddev(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT min(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT distinct(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT integral(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT percentile(v, 90) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND t"
     "ime < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m), unit fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT first(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT count(s), count(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mode(s), mode(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT first(s), first(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT last(s), last(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), count(n), max(n) - min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND"
     " time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) / 2 + 1 AS x FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-"
     "03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) fill(none) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(v), 10m) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(n)), moving_average(mean(v), 2) FROM g WHERE time >= '2024-03-0"
     "5T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(none)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT median(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mode(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT spread(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT stddev(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT min(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT distinct(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT integral(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT percentile(v, 90) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND t"
     "ime < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m), unit fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT first(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT count(s), count(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mode(s), mode(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT first(s), first(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT last(s), last(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), count(n), max(n) - min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND"
     " time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) / 2 + 1 AS x FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-"
     "03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) fill(previous) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(v), 10m) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(n)), moving_average(mean(v), 2) FROM g WHERE time >= '2024-03-0"
     "5T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT sum(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT median(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mode(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT spread(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT stddev(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT min(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT max(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '2024"
     "-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT first(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '20"
     "24-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT last(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < '202"
     "4-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT distinct(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT integral(v) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND time < "
     "'2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT percentile(v, 90) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND t"
     "ime < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT count(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m), unit fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m), unit fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT first(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m), unit fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT count(s), count(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mode(s), mode(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT first(s), first(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND "
     "time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT last(s), last(b) FROM g WHERE unit = 'a' AND time >= '2024-03-05T00:00:00Z' AND ti"
     "me < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), count(n), max(n) - min(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND"
     " time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) / 2 + 1 AS x FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-"
     "03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) fill(0) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(v), 10m) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2"
     "024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(n)), moving_average(mean(v), 2) FROM g WHERE time >= '2024-03-0"
     "5T00:00:00Z' AND time < '2024-03-05T01:00:00Z' GROUP BY time(10m) fill(0)",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:"
     "00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) FILL(NONE)", NULL, 0, true, 0, "expected number argument in fill()"},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) Fill(Previous)",
     NULL, 0, true, 0, "expected number argument in fill()"},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m), unit fill(1e3)", NULL, 0, true, 0, "invalid duration"},
    {"SELECT mean(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:0"
     "0Z' GROUP BY time(10m) fill(7)", NULL, 0, false, 0, NULL},
    {"SELECT sum(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m) fill(7.9)", NULL, 0, false, 0, NULL},
    {"SELECT max(n) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T01:00:00"
     "Z' GROUP BY time(10m) fill(linear)", NULL, 0, false, 0, NULL},
    {"SELECT first(n), last(v) FROM g WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-"
     "05T01:00:00Z' GROUP BY time(10m) fill(linear)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-04T23:30:00Z' AND time <= '2024-03-05T01:30:"
     "00Z' GROUP BY time(20m) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-04T23:30:00Z' AND time <= '2024-03-05T01:30:"
     "00Z' GROUP BY time(20m) fill(linear)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time >= '2024-03-06T00:00:00Z' AND time < '2024-03-06T01:00:0"
     "0Z' GROUP BY time(10m) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT count(v) FROM g WHERE time >= '2024-03-06T00:00:00Z' AND time < '2024-03-06T01:00:"
     "00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g WHERE time <= '2024-03-05T00:40:00Z' GROUP BY time(10m) fill(previo"
     "us)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v) FROM g fill(none)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), mean(nosuch) FROM g fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT mean(v), count(nosuch) FROM g", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT v FROM g fill(none)", NULL, 0, false, 0, "fill(none) must be used with a function"},
    {"SELECT v FROM g fill(linear)",
     NULL, 0, false, 0, "fill(linear) must be used with a function"},
    {"SELECT v FROM g LIMIT 2 fill(0)",
     NULL, 0, true, 0, "found fill, expected ; at line 1, char 25"},
    {"SELECT mean(v) FROM g GROUP BY time(10m) fill(nope)",
     NULL, 0, true, 0, "expected number argument in fill()"},
    {"SELECT mean(v) FROM g GROUP BY time(10m) fill()",
     NULL, 0, true, 0, "fill requires an argument, e.g.: 0, null, none, previous, linear"},
    {"SELECT mean(v) FROM g GROUP BY time(10m) fill(1, 2)",
     NULL, 0, true, 0, "fill requires an argument, e.g.: 0, null, none, previous, linear"},
    {"SELECT mean(v) FROM g GROUP BY time(10m) fill('x')",
     NULL, 0, true, 0, "expected number argument in fill()"},
    {"SELECT mean(v) FROM g GROUP BY time(10m) fill",
     NULL, 0, true, 0, "fill must be a function call"},
    {"SELECT a FROM s", NULL, 0, false, 0, NULL},
    {"SELECT * FROM s", NULL, 0, false, 0, NULL},
    {"SELECT a + b FROM s", NULL, 0, false, 0, NULL},
    {"SELECT a, a + 1, b * 2 FROM s", NULL, 0, false, 0, NULL},
    {"SELECT first(a), last(b) FROM s", NULL, 0, false, 0, NULL},
    {"SELECT last(c), a FROM s", NULL, 0, false, 0, NULL},
    {"SELECT max(b), c, d FROM s", NULL, 0, false, 0, NULL},
    {"SELECT a, nosuch FROM s", NULL, 0, false, 0, NULL},
    {"SELECT mean(a), nosuch FROM s",
     NULL, 0, false, 0, "mixing aggregate and non-aggregate queries is not supported"},
    {"SELECT a FROM s WHERE nosuch = 1", NULL, 0, false, 0, NULL},
    {"SELECT c FROM s WHERE a < 5", NULL, 0, false, 0, NULL},
    {"SELECT * FROM s ORDER BY time DESC LIMIT 2", NULL, 0, false, 0, NULL},
    {"SELECT a FROM s LIMIT 1 OFFSET 1", NULL, 0, false, 0, NULL},
    {"SELECT * FROM s WHERE time > 20s AND time <= 50s AND a > 0", NULL, 0, false, 0, NULL},
    {"SELECT mean(a), mean(b) FROM s WHERE time >= 0s AND time < 60s GROUP BY time(20s) fill(no"
     "ne)", NULL, 0, false, 0, NULL},
    {"SELECT mean(a) + mean(b) FROM s WHERE time >= 0s AND time < 60s GROUP BY time(20s) fill(0"
     ")", NULL, 0, false, 0, NULL},
    {"SELECT last(*) FROM s WHERE time >= 0s AND time < 60s GROUP BY time(30s)",
     NULL, 0, false, 0, NULL},
    {"SELECT count(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-0"
     "5T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT sum(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T"
     "01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT mean(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05"
     "T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT median(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-"
     "05T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT mode(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05"
     "T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT spread(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-"
     "05T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT stddev(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-"
     "05T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT min(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T"
     "01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT max(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05T"
     "01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT first(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-0"
     "5T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT last(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-03-05"
     "T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT distinct(hum) FROM weather WHERE time >= '2024-03-05T00:00:00Z' AND time < '2024-0"
     "3-05T01:00:00Z' GROUP BY time(20m) ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT min(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT max(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT first(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT last(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT percentile(temp, 50) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT top(temp, 2) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT bottom(temp, 2) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT mode(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT distinct(temp) FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT derivative(temp) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT non_negative_derivative(temp, 1m) FROM weather WHERE station = 'north' ORDER BY ti"
     "me DESC", NULL, 0, false, 0, NULL},
    {"SELECT difference(temp) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(temp) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(temp, 3) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT elapsed(temp, 1s) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT integral(temp) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT abs(temp) FROM weather WHERE station = 'north' ORDER BY time DESC",
     NULL, 0, false, 0, NULL},
    {"SELECT temp, station FROM weather ORDER BY time DESC LIMIT 4", NULL, 0, false, 0, NULL},
    {"SELECT * FROM weather GROUP BY station ORDER BY time DESC LIMIT 1", NULL, 0, false, 0, NULL},
    {"SELECT first(temp), station FROM weather ORDER BY time DESC", NULL, 0, false, 0, NULL},
    {"SELECT last(temp), hum FROM weather WHERE region = 'coast' GROUP BY station ORDER BY time"
     " DESC", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather ORDER BY time", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather ORDER BY time ASC LIMIT 2", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather ORDER BY DESC LIMIT 2", NULL, 0, false, 0, NULL},
    {"SELECT temp FROM weather ORDER BY station",
     NULL, 0, true, 0, "only ORDER BY time supported at this time"},
};
/* clang-format on */

#endif
