/* SPDX-License-Identifier: Apache-2.0 */
/* recorded_1_test.h -- recorded queries, by tools/gen_influxql_recorded.py. */
#ifndef SX_INFLUXQL_RECORDED_1_TEST_H
#define SX_INFLUXQL_RECORDED_1_TEST_H

#include "influxql/recorded_row_test.h"

/* clang-format off */
static const struct recorded recorded_1[] = {
    {"CREATE DATABASE db0", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db0_r WITH DURATION 24h REPLICATION 2 NAME db0_r_policy",
     NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db1 WITH NAME \".\"", NULL, 0, false, 0, "invalid name"},
    {"CREATE DATABASE 0xdb0",
     NULL, 0, true, 0, "found 0xdb0, expected identifier at line 1, char 17"},
    {"CREATE DATABASE \".\"", NULL, 0, false, 0, "invalid name"},
    {"CREATE DATABASE db0 WITH DURATION xyz",
     NULL, 0, true, 0, "found xyz, expected duration at line 1, char 35"},
    {"CREATE DATABASE db0 WITH REPLICATION xyz",
     NULL, 0, true, 0, "found xyz, expected integer at line 1, char 38"},
    {"CREATE DATABASE db0 WITH NAME",
     NULL, 0, true, 0, "found EOF, expected identifier at line 1, char 31"},
    {"SHOW DATABASES", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db1", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db1 WITH DURATION 24h", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db1 WITH DURATION xyz",
     NULL, 0, true, 0, "found xyz, expected duration at line 1, char 35"},
    {"DROP DATABASE db0", NULL, 0, false, 0, NULL},
    {"DROP DATABASE db0_r", NULL, 0, false, 0, NULL},
    {"DROP DATABASE db1", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db0 WITH SHARD DURATION 61m", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db1 WITH DURATION 60m SHARD DURATION 30m", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp0 ON db0 DURATION 365d REPLICATION 1 DEFAULT",
     NULL, 0, false, 0, NULL},
    {"SHOW MEASUREMENTS", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu GROUP BY *", NULL, 0, false, 0, NULL},
    {"SHOW SERIES", NULL, 0, false, 0, NULL},
    {"DELETE FROM cpu WHERE host = 'serverA' AND time < '2000-01-03T00:00:00Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT COUNT(val) FROM cpu WHERE \"host\" = 'serverA'", NULL, 0, false, 0, NULL},
    {"DROP SERIES FROM cpu", NULL, 0, false, 0, NULL},
    {"DROP SERIES FROM /a.*/", NULL, 0, false, 0, NULL},
    {"DROP SERIES FROM c WHERE val > 50.0", NULL, 0, false, 0, NULL},
    {"DROP SERIES FROM c WHERE time > now() - 1d",
     NULL, 0, false, 0, "DROP SERIES doesn't support time in WHERE clause"},
    {"CREATE RETENTION POLICY \".\" ON db0 DURATION 1d REPLICATION 1",
     NULL, 0, false, 0, "invalid name"},
    {"CREATE RETENTION POLICY rp0 ON db0 DURATION 1h REPLICATION 1", NULL, 0, false, 0, NULL},
    {"SHOW RETENTION POLICIES ON db0", NULL, 0, false, 0, NULL},
    {"ALTER RETENTION POLICY rp0 ON db0 DURATION 2h REPLICATION 3 DEFAULT",
     NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp2 ON db0 DURATION 1h REPLICATION 1", NULL, 0, false, 0, NULL},
    {"DROP RETENTION POLICY rp2 ON db0", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp3 ON db0 DURATION 1h REPLICATION 1 SHARD DURATION 30m",
     NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp3 ON db0 DURATION 1h REPLICATION 1 SHARD DURATION 30m DEFAULT",
     NULL, 0, false, 0, NULL},
    {"DROP RETENTION POLICY rp3 ON db0", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp4 ON db0 DURATION 1s REPLICATION 1",
     NULL, 0, false, 0, "retention policy duration must be at least 1h0m0s"},
    {"DROP RETENTION POLICY rp1 ON mydatabase", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rp0 ON nodb DURATION 1h REPLICATION 1", NULL, 0, false, 0, NULL},
    {"DROP RETENTION POLICY rp0 ON db0", NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rpinf ON db0 DURATION INF REPLICATION 1 SHARD DURATION 0s",
     NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rpzero ON db0 DURATION 1h REPLICATION 1 SHARD DURATION 0s",
     NULL, 0, false, 0, NULL},
    {"CREATE RETENTION POLICY rponesecond ON db0 DURATION 2h REPLICATION 1 SHARD DURATION 1s",
     NULL, 0, false, 0, NULL},
    {"CREATE DATABASE db2", NULL, 0, false, 0, NULL},
    {"CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES", NULL, 0, false, 0, NULL},
    {"CREATE DATABASE dbR; CREATE DATABASE dbW", NULL, 0, false, 0, NULL},
    {"CREATE USER reader WITH PASSWORD 'r'; GRANT READ ON \"dbR\" TO \"reader\"; CREATE USER wr"
     "iter WITH PASSWORD 'w'; GRANT WRITE ON \"dbW\" TO \"writer\"; CREATE USER nobody WITH PAS"
     "SWORD 'n'", NULL, 0, false, 0, NULL},
    {"SHOW USERS", NULL, 0, false, 0, NULL},
    {"CREATE USER jdoe WITH PASSWORD '1337'", NULL, 0, false, 0, NULL},
    {"GRANT ALL PRIVILEGES TO jdoe", NULL, 0, false, 0, NULL},
    {"GRANT READ ON db0 TO jdoe", NULL, 0, false, 0, NULL},
    {"REVOKE ALL PRIVILEGES FROM jdoe", NULL, 0, false, 0, NULL},
    {"CREATE USER 0xBAD WITH PASSWORD pwd1337",
     NULL, 0, true, 0, "found 0xBAD, expected identifier at line 1, char 13"},
    {"CREATE USER WITH PASSWORD pwd1337",
     NULL, 0, true, 0, "found WITH, expected identifier at line 1, char 13"},
    {"CREATE USER jdoe", NULL, 0, true, 0, "found EOF, expected WITH at line 1, char 18"},
    {"DROP USER jdoe", NULL, 0, false, 0, NULL},
    {"DROP USER noone", NULL, 0, false, 0, NULL},
    {"show retention policies ON db0", NULL, 0, false, 0, NULL},
    {"show shards", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0..cpu GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM rp0.cpu GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu GROUP BY t1,t2", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu WHERE time < now() - 1d", NULL, 0, false, 0, NULL},
    {"SELECT foo FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value * 2 from db.rp.float", NULL, 0, false, 0, NULL},
    {"SELECT 2 * value from db.rp.float", NULL, 0, false, 0, NULL},
    {"SELECT value * 2 from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT value * 2.0 from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT value * value from db.rp.float", NULL, 0, false, 0, NULL},
    {"SELECT value * value from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT value * value,float from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT value * value as square from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT max(value) + min(value) from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT ((value) * (value)) from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT (value * value) from db.rp.integer", NULL, 0, false, 0, NULL},
    {"SELECT COUNT(value) FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time < now()", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time < now() GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time > now()", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time > now() GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT host, value FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT host, value FROM db0.rp0.cpu GROUP BY host", NULL, 0, false, 0, NULL},
    {"SELECT host, value, core FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT host, value, core FROM db0.rp0.cpu GROUP BY host", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu GROUP by host", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server01'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server01' AND region = 'us-west'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server03' OR region = 'us-west'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server01' OR host = 'server66'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server01' OR host = 'server02' OR host = 'se"
     "rver03'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server01' AND region != 'us-west'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host = 'server02'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host != 'server01'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host != 'server01' AND host != 'server02'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host != 'server01' OR host != 'server02'",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu1 WHERE host != 'server01' AND host != 'server02' AND host !"
     "= 'server03'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu2 WHERE host != 'server01'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu3 WHERE company !~ /acme01/", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu3 WHERE company =~ /acme01/", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.cpu3 WHERE company !~ /acme[23]/", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.status_code WHERE url !~ /https\\:\\/\\/influxdb\\.com/",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.status_code WHERE url =~ /https\\:\\/\\/influxdb\\.com/",
     NULL, 0, false, 0, NULL},
    {"SELECT value FROM db1.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp1.cpu", NULL, 0, false, 0, NULL},
    {"SELECT time,value FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM db0.rp0.idontexist", NULL, 0, false, 0, NULL},
    {"SELECT idontexist FROM db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time >= '2031-03-03T05:05:07.123456789Z' GROUP BY *",
     NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0.rp0.cpu where time >= now() - 1m GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT non_negative_derivative(value) from db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT non_negative_derivative(value, 10s) from db0.rp0.cpu", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and"
     " time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 18:47"
     ":00' and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50), 4s) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT non_negative_derivative(mean(ticks), 1s) / last(total) * 100 AS usage FROM db0.rp0"
     ".cpu0 WHERE time >= '2010-07-01 18:47:00' AND time <= '2010-07-01 18:47:03' GROUP BY host"
     ", time(1s)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(count(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mean(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and"
     " time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and"
     " time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(median(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(mode(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(sum(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(first(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(last(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(min(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(max(value), 4s) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 18:47"
     ":00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50), 4s) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)",
     NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 18:47"
     ":00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT derivative(percentile(value, 50), 4s) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT difference(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and"
     " time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and "
     "time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and t"
     "ime <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' and ti"
     "me <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT difference(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 18:47"
     ":00' and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(count(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mean(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(median(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:"
     "00' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mode(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(sum(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(first(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(last(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(min(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(max(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(percentile(value, 50), 2) from db0.rp0.cpu where time >= '2010-07-0"
     "1 18:47:00' and time <= '2010-07-01 18:47:05' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(count(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(count(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mean(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mean(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(median(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:"
     "00' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(median(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:"
     "00' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mode(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(mode(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(sum(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(sum(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(first(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(first(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:0"
     "0' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(last(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(last(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00"
     "' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(min(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(min(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(max(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT moving_average(max(value), 2) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(percentile(value, 50), 2) from db0.rp0.cpu where time >= '2010-07-0"
     "1 18:47:00' and time <= '2010-07-01 18:47:05' group by time(2s) fill(0)",
     NULL, 0, false, 0, NULL},
    {"SELECT moving_average(percentile(value, 50), 2) from db0.rp0.cpu where time >= '2010-07-0"
     "1 18:47:00' and time <= '2010-07-01 18:47:05' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(count(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mean(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(median(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00'"
     " and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(mode(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(sum(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(first(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' "
     "and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(last(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' a"
     "nd time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(min(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(0)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(max(value)) from db0.rp0.cpu where time >= '2010-07-01 18:47:00' an"
     "d time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(0)",
     NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(percentile(value, 50)) from db0.rp0.cpu where time >= '2010-07-01 1"
     "8:47:00' and time <= '2010-07-01 18:47:03' group by time(2s) fill(previous)",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(x) as x, mean(y) as y from db0.rp0.test where time >= 1s and time < 4s group "
     "by t, time(1s)", NULL, 0, false, 0, NULL},
    {"SELECT 4*mean(value) FROM db0.rp0.cpu WHERE time >= '2010-07-01 18:47:00' AND time < '201"
     "0-07-01 18:48:30' GROUP BY time(30s) FILL(previous)", NULL, 0, false, 0, NULL},
    {"SELECT 4*mode(value) FROM db0.rp0.cpu WHERE time >= '2010-07-01 18:47:00' AND time < '201"
     "0-07-01 18:48:30' GROUP BY time(30s) FILL(previous)", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM db0.rp0.cpu WHERE time >= '1970-01-01T00:00:01Z' AND time <= '19"
     "70-01-01T00:00:06Z' GROUP BY time(1s)", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM db0.rp0.cpu group by value", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM db0.rp0.cpu GROUP BY * SLIMIT 2 SOFFSET 1", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM db0.rp0.cpu GROUP BY * SLIMIT 2 SOFFSET 3", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM db0.rp0.cpu GROUP BY * SLIMIT 3 SOFFSET 8", NULL, 0, false, 0, NULL},
    {"SELECT STDDEV(value) FROM int", NULL, 0, false, 0, NULL},
    {"SELECT MEAN(value), STDDEV(value) FROM intmax", NULL, 0, false, 0, NULL},
    {"SELECT MEAN(value), STDDEV(value) FROM intmany WHERE time >= '2000-01-01' AND time < '200"
     "0-01-01T00:02:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT FIRST(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT LAST(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT SPREAD(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT MEDIAN(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT MEDIAN(value) FROM intmany where time < '2000-01-01T00:01:10Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT MODE(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT MODE(value) FROM intmany where time < '2000-01-01T00:01:10Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT DISTINCT(value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT DISTINCT value FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT COUNT(DISTINCT value) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT COUNT(DISTINCT(value)) FROM intmany", NULL, 0, false, 0, NULL},
    {"SELECT time, max(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '20"
     "00-01-01T00:01:14Z' group by time(10s)", NULL, 0, false, 0, NULL},
    {"SELECT max(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '2000-01-"
     "01T00:01:14Z' group by time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT time, max(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '20"
     "00-01-01T00:01:14Z' group by time(30s)", NULL, 0, false, 0, NULL},
    {"SELECT min(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '2000-01-"
     "01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT time, min(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '20"
     "00-01-01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT first(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '2000-0"
     "1-01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT time, first(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '"
     "2000-01-01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT last(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '2000-01"
     "-01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT time, last(value) FROM intmany where time >= '2000-01-01T00:00:00Z' AND time <= '2"
     "000-01-01T00:01:14Z' group by time(15s)", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM intoverlap GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value), MEAN(value) FROM intoverlap GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT STDDEV(value) FROM floatsingle", NULL, 0, false, 0, NULL},
    {"SELECT MEAN(value), STDDEV(value) FROM floatmany WHERE time >= '2000-01-01' AND time < '2"
     "000-01-01T00:02:00Z' GROUP BY time(10m)", NULL, 0, false, 0, NULL},
    {"SELECT FIRST(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT LAST(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT SPREAD(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT MEDIAN(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT MEDIAN(value) FROM floatmany where time < '2000-01-01T00:01:10Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT MODE(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT MODE(value) FROM floatmany where time < '2000-01-01T00:00:10Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT DISTINCT(value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT DISTINCT value FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT COUNT(DISTINCT value) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT COUNT(DISTINCT(value)) FROM floatmany", NULL, 0, false, 0, NULL},
    {"SELECT count(value) FROM floatoverlap WHERE time = '2000-01-01 00:00:00'",
     NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM floatoverlap WHERE time >= '2000-01-01 00:00:05' AND time <= '2000"
     "-01-01T00:00:10Z' GROUP BY time(10s), region", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM floatoverlap GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value), MEAN(value) FROM floatoverlap GROUP BY region", NULL, 0, false, 0, NULL},
    {"SELECT sum(value) / mean(value) as div FROM floatoverlap GROUP BY region",
     NULL, 0, false, 0, NULL},
    {"SELECT sum(value) FROM load GROUP BY region, host", NULL, 0, false, 0, NULL},
    {"SELECT sum(value)*2 FROM load", NULL, 0, false, 0, NULL},
    {"SELECT sum(value)/2 FROM load", NULL, 0, false, 0, NULL},
    {"SELECT sum(value) FROM cpu WHERE region='uk' AND host='serverZ'", NULL, 0, false, 0, NULL},
    {"SELECT max(rx) + min(rx) FROM network WHERE time >= '2000-01-01T00:00:00Z' AND time < '20"
     "00-01-01T00:01:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT max(rx) * 1, min(rx) * 1 FROM network WHERE time >= '2000-01-01T00:00:00Z' AND tim"
     "e < '2000-01-01T00:01:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT max(rx) * 1 FROM network WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-"
     "01T00:01:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu WHERE time = '2000-01-01T00:00:00.000000001Z'", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu WHERE time = 946684800000000001", NULL, 0, false, 0, NULL},
    {"SELECT max(tx) FROM network", NULL, 0, false, 0, NULL},
    {"SELECT min(tx) FROM network", NULL, 0, false, 0, NULL},
    {"SELECT first(tx) FROM network", NULL, 0, false, 0, NULL},
    {"SELECT last(tx) FROM network", NULL, 0, false, 0, NULL},
    {"SELECT percentile(tx, 50) FROM network", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 1) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 1) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 2) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 2) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 3) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 3) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, host, 2) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, host, 2) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 3) FROM cpu limit 2",
     NULL, 0, false, 0,
     "limit (3) in top function can not be larger than the LIMIT (2) in the select statement"},
    {"SELECT BOTTOM(value, 3) FROM cpu limit 2",
     NULL, 0, false, 0,
     "limit (3) in bottom function can not be larger than the LIMIT (2) in the select statement"},
    {"SELECT TOP(value, 1) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-0"
     "1T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 1) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-0"
     "1-01T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 2) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-0"
     "1T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 2) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-0"
     "1-01T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 3) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-0"
     "1T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 3) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-0"
     "1-01T02:00:10Z' group by time(1h)", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, 2), host, service FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, 2), host, service FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, host, 2) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, host, 2) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, host, 2), service FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, host, 2), service FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, service, 2), host FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, service, 2), host FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, host, service, 2) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, host, service, 2) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT TOP(value, host, service, 3) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT BOTTOM(value, host, service, 3) FROM memory", NULL, 0, false, 0, NULL},
    {"SELECT top(value, host, 2) INTO cpu_top FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_top GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_top", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-01T0"
     "0:00:10Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu where time >= '2000-01-01T00:00:01Z' and time <= '2000-01-01T0"
     "0:00:10Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu where time >= '2000-01-01T00:00:02Z' and time <= '2000-01-01T0"
     "0:00:10Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-01T0"
     "0:00:09Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"SELECT SUM(value) FROM cpu where time >= '2000-01-01T00:00:00Z' and time <= '2000-01-01T0"
     "0:00:08Z' group by time(5s)", NULL, 0, false, 0, NULL},
    {"SELECT value FROM cpu, gpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu, gpu", NULL, 0, false, 0, NULL},
    {"SELECT value FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SELECT * FROM /[cg]pu/", NULL, 0, false, 0, NULL},
    {"SELECT mean FROM (SELECT mean(usage_user) FROM cpu) WHERE time >= '2000-01-01T00:00:00Z' "
     "AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM (SELECT mean(usage_user) AS value FROM cpu) WHERE time >= '2000-01-01T0"
     "0:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(usage) FROM (SELECT 100 - usage_user AS usage FROM cpu) WHERE time >= '2000-0"
     "1-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT host FROM (SELECT min(usage_user), host FROM cpu) WHERE time >= '2000-01-01T00:00:"
     "00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT host FROM (SELECT min(usage_user) FROM cpu GROUP BY host) WHERE time >= '2000-01-0"
     "1T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT host FROM (SELECT min(usage_user) FROM cpu GROUP BY host) WHERE time >= '2000-01-0"
     "1T00:00:00Z' AND time < '2000-01-01T00:00:30Z' GROUP BY host", NULL, 0, false, 0, NULL},
    {"SELECT mean(min) FROM (SELECT min(usage_user) FROM cpu GROUP BY host) WHERE time >= '2000"
     "-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(min) FROM (SELECT (min(usage_user)) FROM cpu GROUP BY host) WHERE time >= '20"
     "00-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT max(min), host FROM (SELECT min(usage_user) FROM cpu GROUP BY host) WHERE time >= "
     "'2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean, host FROM (SELECT mean(usage_user) FROM cpu GROUP BY host) WHERE time >= '20"
     "00-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT host FROM (SELECT mean(usage_user) FROM cpu GROUP BY host) WHERE time >= '2000-01-"
     "01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT max(usage_system) FROM (SELECT min(usage_user), usage_system FROM cpu GROUP BY hos"
     "t) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT min(top), host FROM (SELECT top(usage_user, host, 2) FROM cpu) WHERE time >= '2000"
     "-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT min(top), host FROM (SELECT top(usage_user, 2), host FROM cpu) WHERE time >= '2000"
     "-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT count(host) FROM (SELECT top(usage_user, host, 2) FROM cpu) WHERE time >= '2000-01"
     "-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT sum(derivative) FROM (SELECT derivative(usage_user) FROM cpu GROUP BY host) WHERE "
     "time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT min(max) FROM (SELECT 100 - max(usage_user) FROM cpu GROUP BY host) WHERE time >= "
     "'2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT min(usage_system) FROM (SELECT max(usage_user), 100 - usage_system FROM cpu GROUP "
     "BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT min(value) FROM (SELECT max(usage_user), usage_user - usage_system AS value FROM c"
     "pu GROUP BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'",
     NULL, 0, false, 0, NULL},
    {"SELECT min(value) FROM (SELECT top(usage_user, 2), usage_user - usage_system AS value FRO"
     "M cpu) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z' GROUP BY ho"
     "st", NULL, 0, false, 0, NULL},
    {"SELECT min(value) FROM (SELECT max(usage_user), usage_user - usage_system AS value FROM c"
     "pu GROUP BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z' "
     "AND host = 'server01'", NULL, 0, false, 0, NULL},
    {"SELECT value FROM (SELECT max(usage_user), usage_user - usage_system AS value FROM cpu GR"
     "OUP BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z' AND v"
     "alue > 0", NULL, 0, false, 0, NULL},
    {"SELECT max FROM (SELECT max(usage_user) FROM cpu GROUP BY host) WHERE time >= '2000-01-01"
     "T00:00:00Z' AND time < '2000-01-01T00:00:30Z' AND host = 'server01'",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(value) FROM (SELECT max(usage_user), usage_user - usage_system AS value FROM "
     "cpu GROUP BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'"
     " AND value > 0", NULL, 0, false, 0, NULL},
    {"SELECT mean(value) FROM (SELECT max(usage_user), usage_user - usage_system AS value FROM "
     "cpu GROUP BY host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:30Z'"
     " AND host =~ /server/", NULL, 0, false, 0, NULL},
    {"SELECT top(usage_system, host, 2) FROM (SELECT min(usage_user), usage_system FROM cpu GRO"
     "UP BY time(20s), host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:"
     "30Z'", NULL, 0, false, 0, NULL},
    {"SELECT bottom(usage_system, host, 2) FROM (SELECT max(usage_user), usage_system FROM cpu "
     "GROUP BY time(20s), host) WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:"
     "00:30Z'", NULL, 0, false, 0, NULL},
    {"SELECT mean(mean) FROM (SELECT mean(value) FROM cpu GROUP BY time(2s), host) WHERE time >"
     "= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:04Z' GROUP BY time(2s)",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(mean) FROM (SELECT mean(value) FROM cpu GROUP BY time(2s), host) WHERE time >"
     "= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:04Z' GROUP BY time(4s), host",
     NULL, 0, false, 0, NULL},
    {"SELECT mean(mean) FROM (SELECT mean(value) FROM cpu GROUP BY time(2s), host, region) WHER"
     "E time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:04Z' GROUP BY time(2s), hos"
     "t", NULL, 0, false, 0, NULL},
    {"SELECT percentile(derivative, 95) FROM (SELECT derivative(value, 1s) FROM counter) WHERE "
     "time >= '2000-01-01T00:00:00Z' AND time < '2000-01-01T00:00:50Z'", NULL, 0, false, 0, NULL},
    {"SELECT * FROM _cpu", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_n0_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_n1_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_u_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_ms_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_s_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_m_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM cpu_h_precision", NULL, 0, false, 0, NULL},
    {"SELECT * FROM wildcard", NULL, 0, false, 0, NULL},
    {"SELECT * FROM wildcard GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT mean(value) FROM wgroup GROUP BY *", NULL, 0, false, 0, NULL},
    {"SELECT mean(value) FROM wgroup WHERE time >= '2000-01-01T00:00:00Z' AND time < '2000-01-0"
     "1T00:01:00Z' GROUP BY *,TIME(1m)", NULL, 0, false, 0, NULL},
    {"SELECT value, * FROM wildcard", NULL, 0, false, 0, NULL},
    {"SELECT * FROM wildcard GROUP BY region, *", NULL, 0, false, 0, NULL},
    {"SELECT * FROM wildcard GROUP BY *, region", NULL, 0, false, 0, NULL},
    {"SELECT * FROM m1, m2", NULL, 0, false, 0, NULL},
    {"SELECT * FROM /^m.*/", NULL, 0, false, 0, NULL},
    {"SELECT * FROM db0../^m.*/ LIMIT 2", NULL, 0, false, 0, NULL},
    {"SELECT load FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT core,load FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT core FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT foo FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT derivative(value, 24h) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT non_negative_derivative(value, 24h) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT difference(value) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT cumulative_sum(value) FROM cpu", NULL, 0, false, 0, NULL},
    {"SELECT load from missing group by *", NULL, 0, false, 0, NULL},
    {"SELECT alert_id FROM cpu WHERE alert_id='alert'", NULL, 0, false, 0, NULL},
    {"SELECT alert_id,tenant_id,_cust FROM cpu WHERE alert_id='alert' AND tenant_id='tenant'",
     NULL, 0, false, 0, NULL},
    {"SELECT alert_id,tenant_id FROM cpu WHERE alert_id='alert' AND (tenant_id='tenant')",
     NULL, 0, false, 0, NULL},
    {"SELECT alert_id FROM cpu WHERE _cust='johnson brothers'", NULL, 0, false, 0, NULL},
    {"SELECT alert_id FROM cpu WHERE _cust='acme'", NULL, 0, false, 0, NULL},
    {"select load from cpu where load > 100", NULL, 0, false, 0, NULL},
    {"select load from cpu where load >= 100", NULL, 0, false, 0, NULL},
    {"select load from cpu where load = 100", NULL, 0, false, 0, NULL},
    {"select load from cpu where load <= 100", NULL, 0, false, 0, NULL},
    {"select load from cpu where load > 99", NULL, 0, false, 0, NULL},
    {"select load from cpu where load = 99", NULL, 0, false, 0, NULL},
    {"select load from cpu where load < 99", NULL, 0, false, 0, NULL},
    {"select load from cpu where load < 80", NULL, 0, false, 0, NULL},
    {"select load from cpu where load != 100", NULL, 0, false, 0, NULL},
    {"select core from cpu where core > 4", NULL, 0, false, 0, NULL},
    {"select core from cpu where core >= 4", NULL, 0, false, 0, NULL},
    {"select core from cpu where core = 4", NULL, 0, false, 0, NULL},
    {"select core from cpu where core <= 4", NULL, 0, false, 0, NULL},
    {"select core from cpu where core > 3", NULL, 0, false, 0, NULL},
    {"select core from cpu where core = 3", NULL, 0, false, 0, NULL},
};
/* clang-format on */

#endif
