-- The type perf_mgmt.histogram: forms, accessors, buckets() and merge().
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
SET extra_float_digits = 0;

-- 1 to 100 ns, once each: below 256 ns a value has a bucket of its own, so everything is exact.
-- Sum n(n+1)/2 = 5050, squares n(n+1)(2n+1)/6 = 338350.
CREATE TEMPORARY TABLE sample (name text, h perf_mgmt.histogram);
INSERT INTO sample
SELECT 'to 100',
       format('{"v":1,"count":100,"min":1,"max":100,"sum":"5050","squares":"338350","buckets":[%s]}',
              string_agg(format('[%s,1]', n), ',' ORDER BY n))::perf_mgmt.histogram
FROM generate_series(1, 100) AS n;
INSERT INTO sample VALUES
  ('empty', '{"v":1,"count":0}'),
  ('one', '{"v":1,"count":1,"min":1000000,"max":1000000,"sum":"1000000","squares":"1000000000000","buckets":[[999424,1]]}'),
  ('null', NULL);

-- Text goes out as it came in
SELECT name, h FROM sample WHERE name <> 'to 100' ORDER BY name COLLATE "C";
SELECT name, h::text::perf_mgmt.histogram OPERATOR(perf_mgmt.=) h AS same, h::text::perf_mgmt.histogram::text = h::text AS same_text
FROM sample ORDER BY name COLLATE "C";

-- Accessors: deviation of 1 to n is sqrt(n(n+1)/12) = 29.0114919758820
SELECT name, perf_mgmt.count(h), perf_mgmt.min(h), perf_mgmt.max(h), perf_mgmt.mean(h), perf_mgmt.stddev(h)
FROM sample ORDER BY name COLLATE "C";

-- Percentiles: rank ceil(p n); NULL where fewer than 10 values lie above; 1 is the maximum
SELECT p, perf_mgmt.percentile(h, p)
FROM sample, unnest(ARRAY[0, 0.001, 0.25, 0.5, 0.505, 0.9, 0.901, 0.99, 1]) AS p WHERE name = 'to 100' ORDER BY p;
SELECT name, perf_mgmt.percentile(h, 0.5), perf_mgmt.percentile(h, 1), perf_mgmt.percentile(h, NULL) AS nothing
FROM sample ORDER BY name COLLATE "C";
SELECT perf_mgmt.percentile(h, 1.01) FROM sample WHERE name = 'to 100';
SELECT perf_mgmt.percentile(h, -0.5) FROM sample WHERE name = 'to 100';
SELECT perf_mgmt.percentile(h, 'NaN') FROM sample WHERE name = 'to 100';

-- Buckets, over the full range of 64 bits; a bigint cannot hold the upper half
SELECT name, b.* FROM sample, perf_mgmt.buckets(h) AS b WHERE name <> 'to 100' ORDER BY name COLLATE "C", low;
SELECT count(*), min(low), max(high), sum(b.count) FROM sample, perf_mgmt.buckets(h) AS b WHERE name = 'to 100';
CREATE TEMPORARY TABLE extremes AS
SELECT '{"v":1,"count":3,"min":0,"max":18446744073709551615,"sum":"18446744073709551915","squares":"340282366920938463426481119284349198225","buckets":[[0,1],[300,1],[18374686479671623680,1]]}'::perf_mgmt.histogram AS h;
SELECT b.* FROM extremes, perf_mgmt.buckets(h) AS b ORDER BY low;
SELECT perf_mgmt.min(h) FROM extremes;
SELECT perf_mgmt.max(h) FROM extremes;

-- Equality
SELECT a.name, b.name, a.h OPERATOR(perf_mgmt.=) b.h AS equal
FROM sample a, sample b WHERE a.name <= b.name AND a.name <> 'null'
ORDER BY a.name COLLATE "C", b.name COLLATE "C";

-- merge(): NULLs are passed over, empty ones add nothing, nothing at all is NULL
SELECT perf_mgmt.count(perf_mgmt.merge(h)), perf_mgmt.max(perf_mgmt.merge(h)) FROM sample;
SELECT perf_mgmt.merge(h) FROM sample WHERE name IN ('empty', 'null');
SELECT perf_mgmt.merge(h) IS NULL AS nothing FROM sample WHERE name = 'null';
SELECT perf_mgmt.merge(h) IS NULL AS nothing FROM sample WHERE false;
SELECT perf_mgmt.merge(h) FROM (SELECT h FROM sample, generate_series(1, 3) WHERE name = 'one') AS thrice;

-- Any partition merges to the same: 20,000 single values by group, then the groups
CREATE TEMPORARY TABLE value (part integer, h perf_mgmt.histogram);
INSERT INTO value
SELECT n % 7, format('{"v":1,"count":1,"min":%1$s,"max":%1$s,"sum":"%1$s","squares":"%2$s","buckets":[[%1$s,1]]}',
                     v, v * v)::perf_mgmt.histogram
FROM generate_series(1, 20000) AS n, LATERAL (SELECT (n * 37) % 251 AS v) AS drawn;
SELECT perf_mgmt.merge(whole) OPERATOR(perf_mgmt.=) (SELECT perf_mgmt.merge(h) FROM value) AS equal,
       perf_mgmt.count(perf_mgmt.merge(whole))
FROM (SELECT perf_mgmt.merge(h) AS whole FROM value GROUP BY part) AS parts;
-- the exact percentiles of the same values, by sorting
SELECT p, perf_mgmt.percentile(whole, p) = exact AS exact
FROM (SELECT perf_mgmt.merge(h) AS whole FROM value) AS merged,
     LATERAL (SELECT p, percentile_disc(p) WITHIN GROUP (ORDER BY (n * 37) % 251) AS exact
              FROM generate_series(1, 20000) AS n, unnest(ARRAY[0.5, 0.95, 0.99, 0.999]) AS p GROUP BY p) AS sorted
ORDER BY p;

-- One alone is handed on as it is, and two are added, where they lie outside of their rows as well
CREATE TEMPORARY TABLE wide (n integer, h perf_mgmt.histogram);
ALTER TABLE wide ALTER h SET STORAGE EXTERNAL;
INSERT INTO wide
SELECT part, perf_mgmt.merge(format('{"v":1,"count":1,"min":%1$s,"max":%1$s,"sum":"%1$s","squares":"%2$s","buckets":[[%1$s,1]]}',
                                    v, v * v)::perf_mgmt.histogram)
FROM generate_series(1, 2) AS part, generate_series(7, 20) AS octave, generate_series(0, 127) AS i,
     LATERAL (SELECT (part + 127 + i)::bigint << octave AS v) AS drawn
WHERE part + i < 128 GROUP BY part;
SELECT min(pg_column_size(h)) > 2500 AS outside FROM wide;
SELECT bool_and(alone OPERATOR(perf_mgmt.=) h) AS equal FROM (SELECT n, perf_mgmt.merge(h) AS alone FROM wide GROUP BY n) AS each JOIN wide USING (n);
SELECT perf_mgmt.count(perf_mgmt.merge(h)), sum(perf_mgmt.count(h)) AS expected, perf_mgmt.min(perf_mgmt.merge(h)), perf_mgmt.max(perf_mgmt.merge(h)),
       perf_mgmt.percentile(perf_mgmt.merge(h), 0.95) AS p95
FROM wide;
SELECT n, perf_mgmt.count(perf_mgmt.merge(h) OVER (ORDER BY n)) AS so_far FROM wide ORDER BY n;

-- In a window, where the state is read more than once
SELECT part, perf_mgmt.count(perf_mgmt.merge(whole) OVER (ORDER BY part)) AS so_far
FROM (SELECT part, perf_mgmt.merge(h) AS whole FROM value GROUP BY part) AS parts ORDER BY part;

-- Parallel: states travel from the workers to the leader
CREATE TABLE parallel_value AS SELECT row_number() OVER () AS n, h FROM value;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT perf_mgmt.merge(h) FROM parallel_value;
SELECT perf_mgmt.merge(h) OPERATOR(perf_mgmt.=) (SELECT perf_mgmt.merge(h) FROM value) AS equal FROM parallel_value;
SELECT perf_mgmt.merge(h) IS NULL AS nothing FROM parallel_value WHERE perf_mgmt.count(h) = 0;
SELECT perf_mgmt.count(perf_mgmt.merge(h)) FROM parallel_value WHERE n = 5;
SELECT perf_mgmt.count(perf_mgmt.merge(h)) FROM parallel_value WHERE n IN (5, 10000, 19999);
ROLLBACK;
DROP TABLE parallel_value;

-- Binary form: version, count, and for 100 buckets two bytes each behind the sums
SELECT length(perf_mgmt.histogram_send(h)) AS bytes, left(encode(perf_mgmt.histogram_send(h), 'hex'), 4) AS version_and_count
FROM sample WHERE name = 'to 100';
SELECT perf_mgmt.histogram_send('{"v":1,"count":0}');

-- Refused: with the reason
\set VERBOSITY default
SELECT ''::perf_mgmt.histogram;
SELECT '[]'::perf_mgmt.histogram;
SELECT '{"v":2,"count":0}'::perf_mgmt.histogram;
SELECT '{"v":1}'::perf_mgmt.histogram;
SELECT '{"v":1,"count":-1}'::perf_mgmt.histogram;
SELECT '{"v":1,"count":2,"min":5,"max":5,"sum":"10","squares":"50","buckets":[[5,1]]}'::perf_mgmt.histogram;
SELECT '{"v":1,"count":1,"min":5,"max":5,"sum":"6","squares":"25","buckets":[[5,1]]}'::perf_mgmt.histogram;
