-- The INSERT statements of the specification, word for word, over an emptied catalogue.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set ECHO none
BEGIN;
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
DELETE FROM perf_mgmt.performance_tests;
DELETE FROM perf_mgmt.load_scenarios;
DELETE FROM perf_mgmt.parameter_generators;
\set ECHO all
-- Home Services Load Pattern
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

-- Restaurant Rush Hour Pattern
INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description,
  virtual_users, ramp_up_duration_seconds, test_duration_seconds,
  workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
  min_throughput_tps, max_error_rate_percent
) VALUES (
  'Restaurant Rush Hour', 'RESTAURANT',
  'Simulates lunch/dinner rush with high order volume and kitchen operations',
  800, 180, 2700, -- 800 users, 3 min ramp-up, 45 min test
  '{
    "order_creation": 35,
    "kitchen_updates": 25,
    "pos_transactions": 20,
    "inventory_checks": 10,
    "customer_management": 10
  }',
  150, 300, 200.0, 1.5
);

-- Automotive Service Load
INSERT INTO perf_mgmt.load_scenarios (
  scenario_name, industry_type, scenario_description,
  virtual_users, ramp_up_duration_seconds, test_duration_seconds,
  workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
  min_throughput_tps, max_error_rate_percent
) VALUES (
  'Auto Service Peak', 'AUTOMOTIVE',
  'Simulates busy auto service center with multiple concurrent repair orders',
  300, 240, 3600, -- 300 users, 4 min ramp-up, 60 min test
  '{
    "repair_order_creation": 30,
    "diagnostic_updates": 25,
    "parts_inventory": 20,
    "customer_communication": 15,
    "billing_operations": 10
  }',
  250, 600, 75.0, 2.5
);

-- Home Services Operations
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

-- Restaurant Operations
INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage) VALUES
((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Restaurant Rush Hour'),
 'Create Order', 'write',
 'INSERT INTO rest.orders (business_id, table_id, order_items, total_amount, status) VALUES ($1, $2, $3, $4, $5) RETURNING id',
 '{"business_id": "random_tenant", "table_id": "random_table", "order_items": "generated_order_items", "total_amount": "calculated_total", "status": "PENDING"}',
 35.0),

((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Restaurant Rush Hour'),
 'Kitchen Display Update', 'write',
 'UPDATE rest.kitchen_queue SET status = $1, prep_time_actual = $2, updated_at = NOW() WHERE order_id = $3',
 '{"status": "cooking_status", "prep_time_actual": "random_prep_time", "order_id": "active_order"}',
 25.0),

((SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Restaurant Rush Hour'),
 'POS Transaction', 'write',
 'INSERT INTO rest.pos_transactions (business_id, order_id, payment_method, amount, transaction_type) VALUES ($1, $2, $3, $4, $5)',
 '{"business_id": "random_tenant", "order_id": "completed_order", "payment_method": "random_payment", "amount": "order_total", "transaction_type": "SALE"}',
 20.0);

-- Example: Create Home Services Peak Load Test
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

-- All there, and as written
SELECT scenario_name, industry_type, virtual_users, ramp_up_duration_seconds AS up, test_duration_seconds AS test,
       ramp_down_duration_seconds AS down, max_error_rate_percent::float8 AS errors, max_cpu_usage_percent AS cpu,
       max_memory_usage_percent AS memory, is_active, owner_role = current_user AS mine
FROM perf_mgmt.load_scenarios ORDER BY scenario_name COLLATE "C";
SELECT s.scenario_name, o.operation_name, o.operation_type AS type, o.weight_percentage AS weight,
       o.think_time_ms AS think, o.peak_hours_multiplier AS peak, o.categories
FROM perf_mgmt.workload_operations o JOIN perf_mgmt.load_scenarios s ON s.id = o.scenario_id
ORDER BY s.scenario_name COLLATE "C", o.operation_name COLLATE "C";
SELECT test_name, test_version, test_type, industry_context, is_active, owner_role = current_user AS mine
FROM perf_mgmt.performance_tests;

-- The order of the parameters is kept: key i is $i
SELECT json_object_keys(parameter_generators)
FROM perf_mgmt.workload_operations WHERE operation_name = 'Update Work Order Status';
ROLLBACK;
