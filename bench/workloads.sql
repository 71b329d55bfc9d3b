-- The workloads of scripts/bench: scenarios and tests, most of them over pgbench's tables.
-- psql variables: scale, the scale factor of pgbench -i; processors; module, the test-only module.

CREATE FUNCTION busy_work(microseconds bigint) RETURNS void
  AS :'module', 'perf_mgmt_test_busy_work' LANGUAGE c STRICT;
CREATE FUNCTION cpu_work(microseconds bigint) RETURNS void
  AS :'module', 'perf_mgmt_test_cpu_work' LANGUAGE c STRICT;
CREATE PROCEDURE bare_spi_loop(sql text, seconds bigint, max_parameter bigint,
                               INOUT operations_per_second double precision DEFAULT NULL)
  AS :'module', 'perf_mgmt_bench_spi_loop' LANGUAGE c;

CREATE TABLE toasted (id int PRIMARY KEY, doc text);
ALTER TABLE toasted ALTER doc SET STORAGE EXTERNAL;
INSERT INTO toasted
SELECT i, (SELECT string_agg(md5(i || ',' || j), '') FROM generate_series(1, 32768) j)
FROM generate_series(1, 20) i;

CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL) WITH (fillfactor = 50);
INSERT INTO counters SELECT i, 0 FROM generate_series(1, 1000) i;

CREATE TEMPORARY TABLE workload AS
SELECT * FROM (VALUES
  ('point select', 4, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid', '{"workers": 4}'::jsonb),
  ('tpcb', 8,
   'UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
    SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
    UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
    UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
    INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP)',
   '{"workers": 8}'),
  ('toasted', 1, 'SELECT * FROM toasted WHERE id = :toasted', '{}'),
  ('update', 2, 'UPDATE counters SET value = value + 1 WHERE id = :id', '{}'),
  ('timer', 1, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid', '{"think_time_ms": 10}'),
  ('users', 10000, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid',
   '{"workers": 4, "think_time_ms": 1000, "test_duration_seconds": 15}'),
  ('stall', 1, 'SELECT CASE WHEN :slot::int = 500 THEN pg_sleep(1) END',
   '{"workers": 1, "test_duration_seconds": 10, "arrival": {"rate": 200, "distribution": "regular"}}'),
  ('poisson', 1, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid',
   '{"workers": 4, "test_duration_seconds": 30, "arrival": {"rate": 2000}, "seed": 1}'),
  ('queue', 1, 'SELECT busy_work(2000)',
   '{"workers": 1, "test_duration_seconds": 60, "arrival": {"rate": 250}}'),
  ('stress', 1, 'SELECT cpu_work(2000)',
   jsonb_build_object('workers', 2 * :processors, 'arrival', jsonb_build_object('rate', 500 * :processors),
                      'stress', jsonb_build_object('start', 50 * :processors, 'step', 50 * :processors,
                                                   'steps', 20, 'step_seconds', 2)))
) w (name, users, template, config);

-- cpu and memory are no limits here: the STRESS test is to climb until its p95 breaks.
INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
  test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
  max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent)
SELECT name, 'GENERAL', 'Benchmark: ' || name, users, 0, 5, 0, '{}', 10000,
       CASE name WHEN 'stress' THEN 50 ELSE 10000 END, 0, 1, NULL, NULL
FROM workload;

INSERT INTO perf_mgmt.workload_operations (
  scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT s.id, w.name, 'mixed', w.template,
       (SELECT coalesce(json_object_agg(g.name, g.definition), '{}')
        FROM (SELECT name, json_build_object('type', 'integer', 'min', low, 'max', high)
              FROM (VALUES ('aid', 1, 100000 * :scale), ('bid', 1, :scale), ('tid', 1, 10 * :scale),
                           ('delta', -5000, 5000), ('id', 1, 1000), ('toasted', 1, 20)) r (name, low, high)
              UNION ALL SELECT 'slot', '{"type": "sequence", "start": 1}') g (name, definition)
        WHERE w.template ~ (':' || g.name || '\y')),
       100
FROM workload w JOIN perf_mgmt.load_scenarios s ON s.scenario_name = w.name;

INSERT INTO perf_mgmt.performance_tests (
  test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT name, '1', CASE name WHEN 'stress' THEN 'STRESS' ELSE 'LOAD' END::perf_mgmt.test_type_enum,
       '{"progress_seconds": 0}' || config, '{}', s.id
FROM workload w JOIN perf_mgmt.load_scenarios s ON s.scenario_name = w.name;
