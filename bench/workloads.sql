-- The workloads that scripts/bench compares with pgbench: scenarios and tests over pgbench's tables.
-- psql variables: scale, the scale factor of pgbench -i.

CREATE TABLE toasted (id int PRIMARY KEY, doc text);
ALTER TABLE toasted ALTER doc SET STORAGE EXTERNAL;
INSERT INTO toasted
SELECT i, (SELECT string_agg(md5(i || ',' || j), '') FROM generate_series(1, 32768) j)
FROM generate_series(1, 20) i;

CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL) WITH (fillfactor = 50);
INSERT INTO counters SELECT i, 0 FROM generate_series(1, 1000) i;

CREATE TEMPORARY TABLE workload AS
SELECT * FROM (VALUES
  ('point select', 4, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid'),
  ('tpcb', 8,
   'UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
    SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
    UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
    UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
    INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP)'),
  ('toasted', 1, 'SELECT * FROM toasted WHERE id = :id'),
  ('update', 2, 'UPDATE counters SET value = value + 1 WHERE id = :id'),
  ('timer', 1, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid'),
  ('users', 10000, 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid')
) w (name, users, template);

INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
  test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
  max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
SELECT name, 'GENERAL', 'Benchmark: ' || name, users, 0, 5, 0, '{}', 1000, 1000, 1, 1 FROM workload;

INSERT INTO perf_mgmt.workload_operations (
  scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT s.id, w.name, 'mixed', w.template,
       (SELECT json_object_agg(g.name, json_build_object('type', 'integer', 'min', g.low, 'max', g.high))
        FROM (VALUES ('aid', 1, 100000 * :scale), ('bid', 1, :scale), ('tid', 1, 10 * :scale),
                     ('delta', -5000, 5000), ('id', 1, CASE w.name WHEN 'toasted' THEN 20 ELSE 1000 END))
             g (name, low, high)
        WHERE w.template ~ (':' || g.name || '\y')),
       100
FROM workload w JOIN perf_mgmt.load_scenarios s ON s.scenario_name = w.name;

INSERT INTO perf_mgmt.performance_tests (
  test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT name, '1', 'LOAD',
       jsonb_build_object('progress_seconds', 0, 'workers', least(users, CASE name WHEN 'users' THEN 4 ELSE 8 END))
         || CASE name WHEN 'timer' THEN '{"think_time_ms": 10}' WHEN 'users' THEN '{"think_time_ms": 1000}'
                      ELSE '{}' END::jsonb,
       '{}', s.id
FROM workload w JOIN perf_mgmt.load_scenarios s ON s.scenario_name = w.name;
