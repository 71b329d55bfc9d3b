-- The workloads of scripts/trials, over pgbench's tables. psql variable: scale, that of pgbench -i.
--
-- step() is what gets slower between two runs of one test: its body is replaced, the templates stay
-- the same. Variants have templates of their own, whose busy work is a longer repeat().

CREATE FUNCTION step(work text) RETURNS integer LANGUAGE sql IMMUTABLE
  AS 'SELECT hashtext(repeat(work, 200))';

CREATE TEMPORARY TABLE workload AS
SELECT * FROM (VALUES
  ('verdict', 2, 'SELECT abalance, step(aid::text) FROM pgbench_accounts WHERE aid = :aid'),
  ('point', 2, 'SELECT abalance, hashtext(repeat(aid::text, 1)) FROM pgbench_accounts WHERE aid = :aid'),
  ('point slower', 2, 'SELECT abalance, hashtext(repeat(aid::text, 2)) FROM pgbench_accounts WHERE aid = :aid'),
  ('tpcb', 4,
   'UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
    SELECT abalance, hashtext(repeat(aid::text, 1)) FROM pgbench_accounts WHERE aid = :aid;
    UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
    UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
    INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP)'),
  ('tpcb slower', 4,
   'UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
    SELECT abalance, hashtext(repeat(aid::text, 2)) FROM pgbench_accounts WHERE aid = :aid;
    UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
    UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
    INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP)')
) w (name, users, template);

INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
  test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
  max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent)
SELECT name, 'GENERAL'::perf_mgmt.industry_enum, 'Trial: ' || name, users, 0, 10, 0, '{}'::jsonb, 10000, 10000, 0, 1, NULL::numeric, NULL::numeric
FROM workload
UNION ALL
SELECT name, 'GENERAL', 'Trial: ' || name, 4, 0, 10, 0, '{}'::jsonb, 10000, 10000, 0, 1, NULL::numeric, NULL::numeric
FROM (VALUES ('mixed'), ('mixed slower')) m (name);

-- mixed: three point selects to one transaction of TPC-B.
INSERT INTO perf_mgmt.workload_operations (
  scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT s.id, w.name, 'mixed', w.template,
       (SELECT coalesce(json_object_agg(g.name, g.definition), '{}')
        FROM (SELECT name, json_build_object('type', 'integer', 'min', low, 'max', high)
              FROM (VALUES ('aid', 1, 100000 * :scale), ('bid', 1, :scale), ('tid', 1, 10 * :scale),
                           ('delta', -5000, 5000)) r (name, low, high)) g (name, definition)
        WHERE w.template ~ (':' || g.name || '\y')),
       CASE WHEN s.scenario_name NOT LIKE 'mixed%' THEN 100 WHEN w.name LIKE 'point%' THEN 75 ELSE 25 END
FROM perf_mgmt.load_scenarios s
JOIN workload w ON w.name = s.scenario_name
                OR s.scenario_name = 'mixed' AND w.name IN ('point', 'tpcb')
                OR s.scenario_name = 'mixed slower' AND w.name IN ('point slower', 'tpcb slower')
WHERE s.scenario_description LIKE 'Trial: %';

INSERT INTO perf_mgmt.performance_tests (
  test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT scenario_name, '1', 'LOAD', '{"progress_seconds": 0, "rounds": 5, "quiet": true}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_description LIKE 'Trial: %';

-- Makes the busy work of a scenario's operations so long.
CREATE PROCEDURE set_work(scenario text, repetitions integer) LANGUAGE sql AS $$
  UPDATE perf_mgmt.workload_operations o
  SET sql_template = regexp_replace(o.sql_template, 'repeat\(aid::text, \d+\)', format('repeat(aid::text, %s)', repetitions))
  FROM perf_mgmt.load_scenarios s WHERE s.id = o.scenario_id AND s.scenario_name = scenario;
$$;
CREATE PROCEDURE set_step(repetitions integer) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION step(work text) RETURNS integer LANGUAGE sql IMMUTABLE
                  AS ''SELECT hashtext(repeat(work, %s))''', repetitions);
END
$$;
