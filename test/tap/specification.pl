# The specification's own example, word for word: its scenario, operations and test go into an emptied
# catalogue, load_industry_catalogue() adds what they lack, and its execute example runs.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use JSON::PP qw(decode_json);
use Test::More;

my $node = new_lab('specification');
$node->safe_psql('postgres', q(
	DELETE FROM perf_mgmt.performance_tests;
	DELETE FROM perf_mgmt.load_scenarios;
	DELETE FROM perf_mgmt.parameter_generators;));

my $inserts = <<'SQL';
INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description,
  virtual_users, ramp_up_duration_seconds, test_duration_seconds,
  workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
  min_throughput_tps, max_error_rate_percent
) VALUES (
  'HS Peak Season Load', 'HOME_SERVICES', 
  'Simulates peak season load with high work order creation and customer interactions',
  500, 300, 1800, -- 500 users, 5 min ramp-up, 30 min test
  '{
    "work_order_creation": 25,
    "customer_queries": 30,
    "technician_updates": 20,
    "invoice_generation": 15,
    "payment_processing": 10
  }',
  200, 500, 100.0, 2.0
);

INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage) VALUES
((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'HS Peak Season Load'),
 'Create Work Order', 'write',
 'INSERT INTO hs.work_orders (business_id, customer_id, service_type, priority, description) VALUES ($1, $2, $3, $4, $5) RETURNING id',
 '{"business_id": "random_tenant", "customer_id": "random_customer", "service_type": "random_service", "priority": "weighted_priority", "description": "generated_description"}',
 25.0),

((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'HS Peak Season Load'),
 'Search Available Technicians', 'read',
 'SELECT t.id, t.name, t.skills, t.current_location FROM hs.technicians t JOIN hs.technician_availability ta ON t.id = ta.technician_id WHERE t.business_id = $1 AND ta.available_date = $2 AND ta.is_available = true',
 '{"business_id": "random_tenant", "available_date": "current_date"}',
 20.0),

((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'HS Peak Season Load'),
 'Update Work Order Status', 'write',
 'UPDATE hs.work_orders SET status = $1, updated_at = NOW() WHERE id = $2 AND business_id = $3',
 '{"status": "progressive_status", "work_order_id": "existing_work_order", "business_id": "random_tenant"}',
 20.0);

INSERT INTO perf_mgmt.performance_tests (
  test_name, test_version, test_type, industry_context,
  description, test_configuration, baseline_thresholds
) VALUES (
  'HS Complete Workflow Test', '1.0', 'LOAD', 'HOME_SERVICES',
  'Complete end-to-end workflow test for home services operations including work orders, scheduling, and billing',
  '{
    "virtual_users": 200,
    "test_duration_seconds": 1800,
    "ramp_up_seconds": 300,
    "workload_mix": {
      "work_order_operations": 40,
      "customer_management": 25,
      "technician_scheduling": 20,
      "billing_operations": 15
    },
    "ci_enabled": true,
    "environments": ["staging", "production"]
  }',
  '{
    "max_avg_response_time_ms": 300,
    "max_p95_response_time_ms": 800,
    "max_p99_response_time_ms": 1500,
    "min_throughput_tps": 50,
    "max_error_rate_percent": 2.0,
    "max_cpu_usage_percent": 75,
    "max_memory_usage_percent": 85
  }'
);
SQL
my $example = q(SELECT perf_mgmt.execute_performance_test('HS Complete Workflow Test', 'staging'););

$node->safe_psql('postgres', $inserts);
my ($status, $output, $messages) = $node->psql('postgres', $example);
isnt($status, 0, 'without what the specification leaves out, it cannot run');
like($messages, qr/matches no operation/, 'and the error says what is missing');

$node->safe_psql('postgres', q(
	SELECT perf_mgmt.load_industry_catalogue('HOME_SERVICES');
	SELECT perf_mgmt.install_industry_schema('HOME_SERVICES', 0.1);));
($status, $output, $messages) = $node->psql('postgres', $example);
is($status, 0, 'the example starts') or diag($messages);
like($output, qr/^[0-9a-f-]{36}$/, 'and returns the id of the execution');
is(execution($node, $output, 'execution_status, concurrent_users, execution_environment'),
	'RUNNING|200|staging', 'it runs as the test says');
is(value($node, "SELECT perf_mgmt.cancel_execution('$output')"), 't', 'it can be called off');
wait_for_end($node, $output);
is(execution($node, $output, 'execution_status'), 'CANCELLED', 'it was called off');

my $id = value($node, q(CALL perf_mgmt.run_performance_test('HS Complete Workflow Test', 'staging',
	'{"operations": 1000, "seed": 1, "think_time_ms": 0}')));
is(execution($node, $id, 'execution_status, operations_ok, operations_failed, zero_row_writes'),
	'COMPLETED|1000|0|0', 'every operation of its mix succeeds, and every write finds its row');

# The CI example and the analysis queries, as they stand there. The test itself is made short: half an hour of load is
# no business of a test.
$node->safe_psql('postgres', q(UPDATE perf_mgmt.performance_tests
	SET test_configuration = test_configuration - 'test_duration_seconds' - 'ramp_up_seconds' || '{"operations": 500, "think_time_ms": 0}'
	WHERE test_name = 'HS Complete Workflow Test'));
my $result = decode_json(value($node, q(SELECT perf_mgmt.run_ci_performance_tests('abc123def', 'main', 'staging');)));
is(join(', ', map { $_->{test_name} } @{ $result->{test_results} }), value($node, q(
	SELECT string_agg(DISTINCT test_name::text, ', ' ORDER BY test_name::text) FROM perf_mgmt.performance_tests
	WHERE is_active AND test_configuration -> 'ci_enabled' = 'true'
	  AND coalesce(test_configuration -> 'environments' ? 'staging', true))), 'the CI suite tells of each test that is enabled there');
my ($own) = grep { $_->{test_name} eq 'HS Complete Workflow Test' } @{ $result->{test_results} };
is(execution($node, $own->{execution_id}, q(execution_status, operations_ok, metadata ->> 'git_commit')), 'COMPLETED|500|abc123def',
	'and ran this one');
is($result->{git_commit}, 'abc123def', 'under the commit that it was given');

$node->safe_psql('postgres', q(UPDATE perf_mgmt.test_executions SET regression_detected = true WHERE id = '__ID__') =~ s/__ID__/$id/r);
is(value($node, <<'SQL'), 't', 'trends of the last day');
SELECT count(*) >= 1 FROM (
SELECT * FROM perf_mgmt.performance_trends 
WHERE test_name = 'HS Complete Workflow Test' 
  AND time_bucket >= NOW() - INTERVAL '24 hours'
ORDER BY time_bucket DESC
) example
SQL
like(value($node, <<'SQL'), qr/^\Q$id\E\|HS Complete Workflow Test\|/m, 'regressions of the last week');
SELECT 
  te.id,
  pt.test_name,
  te.started_at,
  te.p95_response_time_ms,
  te.throughput_tps,
  te.error_rate_percent,
  te.performance_change_percent
FROM perf_mgmt.test_executions te
JOIN perf_mgmt.performance_tests pt ON te.test_id = pt.id
WHERE te.regression_detected = true
  AND te.started_at >= NOW() - INTERVAL '7 days'
ORDER BY te.started_at DESC;
SQL
my $advice = decode_json(value($node, "SELECT perf_mgmt.generate_performance_recommendations('$id');"));
is(ref $advice, 'ARRAY', 'recommendations');
ok(exists $advice->[0]{$_}, "each has $_") for qw(category severity recommendation action_items);
processes_are_gone($node);
$node->stop;
done_testing();
