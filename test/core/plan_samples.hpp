// Plans as EXPLAIN (FORMAT JSON, VERBOSE) of PostgreSQL 15.20 printed them, without its line
// breaks.
//
// orders(id bigint primary key, customer_id int, status varchar(20), amount numeric(10,2),
// created_at timestamp) has indexes on customer_id and on status. Unless said otherwise the
// statement is SELECT * FROM orders WHERE customer_id = $1 AND status = $2 AND amount > 1.5.
#pragma once

namespace perf_mgmt::samples {

// Customer 7, a custom plan.
inline constexpr const char* kCustom = R"json(
[{"Plan": {"Node Type": "Bitmap Heap Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 4.48,
"Total Cost": 85.4, "Plan Rows": 24, "Plan Width": 31, "Output": ["id", "customer_id", "status",
"amount", "created_at"], "Recheck Cond": "(orders.customer_id = 7)",
"Filter": "((orders.amount > 1.5) AND ((orders.status)::text = 'DONE'::text))", "Plans": [{
"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Index Name": "orders_customer", "Startup Cost": 0.0,
"Total Cost": 4.48, "Plan Rows": 25, "Plan Width": 0,
"Index Cond": "(orders.customer_id = 7)"}]}}])json";

// Customer 9.
inline constexpr const char* kCustom9 = R"json(
[{"Plan": {"Node Type": "Bitmap Heap Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 4.48,
"Total Cost": 85.4, "Plan Rows": 24, "Plan Width": 31, "Output": ["id", "customer_id", "status",
"amount", "created_at"], "Recheck Cond": "(orders.customer_id = 9)",
"Filter": "((orders.amount > 1.5) AND ((orders.status)::text = 'DONE'::text))", "Plans": [{
"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Index Name": "orders_customer", "Startup Cost": 0.0,
"Total Cost": 4.48, "Plan Rows": 25, "Plan Width": 0,
"Index Cond": "(orders.customer_id = 9)"}]}}])json";

// For any customer.
inline constexpr const char* kGeneric = R"json(
[{"Plan": {"Node Type": "Bitmap Heap Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 4.48,
"Total Cost": 85.4, "Plan Rows": 12, "Plan Width": 31, "Output": ["id", "customer_id", "status",
"amount", "created_at"], "Recheck Cond": "(orders.customer_id = $1)",
"Filter": "((orders.amount > 1.5) AND ((orders.status)::text = $2))", "Plans": [{
"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Index Name": "orders_customer", "Startup Cost": 0.0,
"Total Cost": 4.48, "Plan Rows": 25, "Plan Width": 0,
"Index Cond": "(orders.customer_id = $1)"}]}}])json";

// Customer 8, EXPLAIN (ANALYZE, BUFFERS, WAL, SETTINGS).
inline constexpr const char* kAnalyzed = R"json(
[{"Plan": {"Node Type": "Bitmap Heap Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 4.48,
"Total Cost": 85.4, "Plan Rows": 24, "Plan Width": 31, "Actual Startup Time": 0.033,
"Actual Total Time": 0.139, "Actual Rows": 24, "Actual Loops": 1, "Output": ["id",
"customer_id", "status", "amount", "created_at"], "Recheck Cond": "(orders.customer_id = 8)",
"Rows Removed by Index Recheck": 0,
"Filter": "((orders.amount > 1.5) AND ((orders.status)::text = 'DONE'::text))",
"Rows Removed by Filter": 1, "Exact Heap Blocks": 25, "Lossy Heap Blocks": 0,
"Shared Hit Blocks": 27, "Shared Read Blocks": 0, "Shared Dirtied Blocks": 0,
"Shared Written Blocks": 0, "Local Hit Blocks": 0, "Local Read Blocks": 0,
"Local Dirtied Blocks": 0, "Local Written Blocks": 0, "Temp Read Blocks": 0,
"Temp Written Blocks": 0, "WAL Records": 0, "WAL FPI": 0, "WAL Bytes": 0, "Plans": [{
"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Index Name": "orders_customer", "Startup Cost": 0.0,
"Total Cost": 4.48, "Plan Rows": 25, "Plan Width": 0, "Actual Startup Time": 0.019,
"Actual Total Time": 0.019, "Actual Rows": 25, "Actual Loops": 1,
"Index Cond": "(orders.customer_id = 8)", "Shared Hit Blocks": 2, "Shared Read Blocks": 0,
"Shared Dirtied Blocks": 0, "Shared Written Blocks": 0, "Local Hit Blocks": 0,
"Local Read Blocks": 0, "Local Dirtied Blocks": 0, "Local Written Blocks": 0,
"Temp Read Blocks": 0, "Temp Written Blocks": 0, "WAL Records": 0, "WAL FPI": 0,
"WAL Bytes": 0}]}, "Settings": {"plan_cache_mode": "force_custom_plan", "search_path": "shop"},
"Planning": {"Shared Hit Blocks": 126, "Shared Read Blocks": 0, "Shared Dirtied Blocks": 0,
"Shared Written Blocks": 0, "Local Hit Blocks": 0, "Local Read Blocks": 0,
"Local Dirtied Blocks": 0, "Local Written Blocks": 0, "Temp Read Blocks": 0,
"Temp Written Blocks": 0}, "Planning Time": 0.404, "Triggers": [], "Execution Time": 0.165}])json";

// The other index, for a rare status.
inline constexpr const char* kByStatus = R"json(
[{"Plan": {"Node Type": "Index Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_status", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 4.46, "Plan Rows": 1,
"Plan Width": 31, "Output": ["id", "customer_id", "status", "amount", "created_at"],
"Index Cond": "((orders.status)::text = 'it''s'::text)",
"Filter": "((orders.amount > 1.5) AND (orders.customer_id = 9))"}}])json";

// Without indexes.
inline constexpr const char* kSeqScan = R"json(
[{"Plan": {"Node Type": "Seq Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 0.0,
"Total Cost": 1244.0, "Plan Rows": 12, "Plan Width": 31, "Output": ["id", "customer_id",
"status", "amount", "created_at"],
"Filter": "((orders.amount > 1.5) AND (orders.customer_id = $1) AND ((orders.status)::text = $2))"}}])json";

// ... AND created_at > $3 instead of amount > 1.5.
inline constexpr const char* kOtherFilter = R"json(
[{"Plan": {"Node Type": "Bitmap Heap Scan", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 4.48,
"Total Cost": 85.4, "Plan Rows": 24, "Plan Width": 31, "Output": ["id", "customer_id", "status",
"amount", "created_at"], "Recheck Cond": "(orders.customer_id = 7)",
"Filter": "((orders.created_at > '2024-01-02 00:00:00'::timestamp without time zone) AND ((orders.status)::text = 'DONE'::text))",
"Plans": [{"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Index Name": "orders_customer",
"Startup Cost": 0.0, "Total Cost": 4.48, "Plan Rows": 25, "Plan Width": 0,
"Index Cond": "(orders.customer_id = 7)"}]}}])json";

// Id IN (1,2,3).
inline constexpr const char* kIn3 = R"json(
[{"Plan": {"Node Type": "Index Only Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_pkey", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 12.92, "Plan Rows": 3,
"Plan Width": 8, "Output": ["id"], "Index Cond": "(orders.id = ANY ('{1,2,3}'::bigint[]))"}}])json";

// Id IN (1,2,3,4,50000).
inline constexpr const char* kIn5 = R"json(
[{"Plan": {"Node Type": "Index Only Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_pkey", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 21.54, "Plan Rows": 5,
"Plan Width": 8, "Output": ["id"],
"Index Cond": "(orders.id = ANY ('{1,2,3,4,50000}'::bigint[]))"}}])json";

// Id IN ($1,$2), a generic plan.
inline constexpr const char* kInParameters = R"json(
[{"Plan": {"Node Type": "Index Only Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_pkey", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 8.62, "Plan Rows": 2,
"Plan Width": 8, "Output": ["id"], "Index Cond": "(orders.id = ANY (ARRAY[$1, $2]))"}}])json";

// Status = lower($1) AND (amount > $2 * 2 + 1 OR amount IS NOT NULL AND id < 7)
// AND created_at > now() - $3 AND code_like(status), a custom plan.
inline constexpr const char* kFoldedCustom = R"json(
[{"Plan": {"Node Type": "Index Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_status", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 4.72, "Plan Rows": 1,
"Plan Width": 8, "Output": ["id"], "Index Cond": "((orders.status)::text = 'done'::text)",
"Filter": "(((orders.amount > '5'::numeric) OR ((orders.amount IS NOT NULL) AND (orders.id < 7))) AND (orders.created_at > (now() - '1 day'::interval)) AND code_like((orders.status)::text))"}}])json";

// The same for any parameters.
inline constexpr const char* kFoldedGeneric = R"json(
[{"Plan": {"Node Type": "Index Scan", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_status", "Relation Name": "orders",
"Schema": "shop", "Alias": "orders", "Startup Cost": 0.29, "Total Cost": 7445.94,
"Plan Rows": 926, "Plan Width": 8, "Output": ["id"],
"Index Cond": "((orders.status)::text = lower($1))",
"Filter": "((orders.created_at > (now() - $3)) AND ((orders.amount > (($2 * '2'::numeric) + '1'::numeric)) OR ((orders.amount IS NOT NULL) AND (orders.id < 7))) AND code_like((orders.status)::text))"}}])json";

// A JOIN b, then c.
inline constexpr const char* kJoinAbThenC = R"json(
[{"Plan": {"Node Type": "Hash Join", "Parallel Aware": false, "Async Capable": false,
"Join Type": "Inner", "Startup Cost": 128.22, "Total Cost": 14109.35, "Plan Rows": 367391,
"Plan Width": 16, "Output": ["a_.x", "b_.x", "b_.y", "c_.y"], "Inner Unique": false,
"Hash Cond": "(b_.y = c_.y)", "Plans": [{"Node Type": "Hash Join",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Join Type": "Inner", "Startup Cost": 60.85, "Total Cost": 1111.25, "Plan Rows": 28815,
"Plan Width": 12, "Output": ["a_.x", "b_.x", "b_.y"], "Inner Unique": false,
"Hash Cond": "(a_.x = b_.x)", "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "a_", "Schema": "shop", "Alias": "a_", "Startup Cost": 0.0, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["a_.x"]}, {"Node Type": "Hash",
"Parent Relationship": "Inner", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 32.6, "Total Cost": 32.6, "Plan Rows": 2260, "Plan Width": 8, "Output": ["b_.x",
"b_.y"], "Plans": [{"Node Type": "Seq Scan", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Relation Name": "b_", "Schema": "shop",
"Alias": "b_", "Startup Cost": 0.0, "Total Cost": 32.6, "Plan Rows": 2260, "Plan Width": 8,
"Output": ["b_.x", "b_.y"]}]}]}, {"Node Type": "Hash", "Parent Relationship": "Inner",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 35.5, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["c_.y"], "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "c_", "Schema": "shop", "Alias": "c_", "Startup Cost": 0.0, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["c_.y"]}]}]}}])json";

// B JOIN c, then a.
inline constexpr const char* kJoinBcThenA = R"json(
[{"Plan": {"Node Type": "Hash Join", "Parallel Aware": false, "Async Capable": false,
"Join Type": "Inner", "Startup Cost": 128.22, "Total Cost": 14109.35, "Plan Rows": 367391,
"Plan Width": 16, "Output": ["b_.x", "b_.y", "c_.y", "a_.x"], "Inner Unique": false,
"Hash Cond": "(b_.x = a_.x)", "Plans": [{"Node Type": "Hash Join",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Join Type": "Inner", "Startup Cost": 60.85, "Total Cost": 1111.25, "Plan Rows": 28815,
"Plan Width": 12, "Output": ["b_.x", "b_.y", "c_.y"], "Inner Unique": false,
"Hash Cond": "(c_.y = b_.y)", "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "c_", "Schema": "shop", "Alias": "c_", "Startup Cost": 0.0, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["c_.y"]}, {"Node Type": "Hash",
"Parent Relationship": "Inner", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 32.6, "Total Cost": 32.6, "Plan Rows": 2260, "Plan Width": 8, "Output": ["b_.x",
"b_.y"], "Plans": [{"Node Type": "Seq Scan", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Relation Name": "b_", "Schema": "shop",
"Alias": "b_", "Startup Cost": 0.0, "Total Cost": 32.6, "Plan Rows": 2260, "Plan Width": 8,
"Output": ["b_.x", "b_.y"]}]}]}, {"Node Type": "Hash", "Parent Relationship": "Inner",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 35.5, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["a_.x"], "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "a_", "Schema": "shop", "Alias": "a_", "Startup Cost": 0.0, "Total Cost": 35.5,
"Plan Rows": 2550, "Plan Width": 4, "Output": ["a_.x"]}]}]}}])json";

// A hash join under an aggregate.
inline constexpr const char* kHashJoin = R"json(
[{"Plan": {"Node Type": "Limit", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 114.39, "Total Cost": 114.4, "Plan Rows": 5, "Plan Width": 15, "Output": [
"c.city", "(count(*))"], "Plans": [{"Node Type": "Sort", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 114.39, "Total Cost": 114.51,
"Plan Rows": 50, "Plan Width": 15, "Output": ["c.city", "(count(*))"], "Sort Key": [
"(count(*)) DESC"], "Plans": [{"Node Type": "Aggregate", "Strategy": "Hashed",
"Partial Mode": "Simple", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Startup Cost": 113.06, "Total Cost": 113.56, "Plan Rows": 50,
"Plan Width": 15, "Output": ["c.city", "count(*)"], "Group Key": ["c.city"],
"Planned Partitions": 0, "Plans": [{"Node Type": "Hash Join", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Join Type": "Inner", "Startup Cost": 45.79,
"Total Cost": 111.8, "Plan Rows": 251, "Plan Width": 7, "Output": ["c.city"],
"Inner Unique": true, "Hash Cond": "(o.customer_id = c.id)", "Plans": [{
"Node Type": "Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Scan Direction": "Forward", "Index Name": "orders_status",
"Relation Name": "orders", "Schema": "shop", "Alias": "o", "Startup Cost": 0.29,
"Total Cost": 64.99, "Plan Rows": 502, "Plan Width": 4, "Output": ["o.id", "o.customer_id",
"o.status", "o.amount", "o.created_at"], "Index Cond": "((o.status)::text = 'PENDING'::text)"},
{"Node Type": "Hash", "Parent Relationship": "Inner", "Parallel Aware": false,
"Async Capable": false, "Startup Cost": 33.0, "Total Cost": 33.0, "Plan Rows": 1000,
"Plan Width": 11, "Output": ["c.city", "c.id"], "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "customers", "Schema": "shop", "Alias": "c", "Startup Cost": 0.0,
"Total Cost": 33.0, "Plan Rows": 1000, "Plan Width": 11, "Output": ["c.city", "c.id"],
"Filter": "c.active"}]}]}]}]}]}}])json";

// The same statement with a merge join.
inline constexpr const char* kMergeJoin = R"json(
[{"Plan": {"Node Type": "Limit", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 175.89, "Total Cost": 175.9, "Plan Rows": 5, "Plan Width": 15, "Output": [
"c.city", "(count(*))"], "Plans": [{"Node Type": "Sort", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 175.89, "Total Cost": 176.01,
"Plan Rows": 50, "Plan Width": 15, "Output": ["c.city", "(count(*))"], "Sort Key": [
"(count(*)) DESC"], "Plans": [{"Node Type": "Aggregate", "Strategy": "Hashed",
"Partial Mode": "Simple", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Startup Cost": 174.56, "Total Cost": 175.06, "Plan Rows": 50,
"Plan Width": 15, "Output": ["c.city", "count(*)"], "Group Key": ["c.city"],
"Planned Partitions": 0, "Plans": [{"Node Type": "Merge Join", "Parent Relationship": "Outer",
"Parallel Aware": false, "Async Capable": false, "Join Type": "Inner", "Startup Cost": 87.78,
"Total Cost": 173.3, "Plan Rows": 251, "Plan Width": 7, "Output": ["c.city"],
"Inner Unique": false, "Merge Cond": "(c.id = o.customer_id)", "Plans": [{
"Node Type": "Index Scan", "Parent Relationship": "Outer", "Parallel Aware": false,
"Async Capable": false, "Scan Direction": "Forward", "Index Name": "customers_pkey",
"Relation Name": "customers", "Schema": "shop", "Alias": "c", "Startup Cost": 0.28,
"Total Cost": 78.28, "Plan Rows": 1000, "Plan Width": 11, "Output": ["c.id", "c.city",
"c.active", "c.code"], "Filter": "c.active"}, {"Node Type": "Sort",
"Parent Relationship": "Inner", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 87.5, "Total Cost": 88.76, "Plan Rows": 502, "Plan Width": 4, "Output": [
"o.customer_id"], "Sort Key": ["o.customer_id"], "Plans": [{"Node Type": "Index Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Scan Direction": "Forward", "Index Name": "orders_status", "Relation Name": "orders",
"Schema": "shop", "Alias": "o", "Startup Cost": 0.29, "Total Cost": 64.99, "Plan Rows": 502,
"Plan Width": 4, "Output": ["o.customer_id"],
"Index Cond": "((o.status)::text = 'PENDING'::text)"}]}]}]}]}]}}])json";

// Count(*) by one process.
inline constexpr const char* kSerial = R"json(
[{"Plan": {"Node Type": "Aggregate", "Strategy": "Plain", "Partial Mode": "Simple",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 1114.55, "Total Cost": 1114.56,
"Plan Rows": 1, "Plan Width": 8, "Output": ["count(*)"], "Plans": [{"Node Type": "Seq Scan",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Relation Name": "orders", "Schema": "shop", "Alias": "orders", "Startup Cost": 0.0,
"Total Cost": 994.0, "Plan Rows": 48218, "Plan Width": 0, "Output": ["id", "customer_id",
"status", "amount", "created_at"], "Filter": "(orders.amount > '5'::numeric)"}]}}])json";

// Count(*) by several.
inline constexpr const char* kParallel = R"json(
[{"Plan": {"Node Type": "Aggregate", "Strategy": "Plain", "Partial Mode": "Finalize",
"Parallel Aware": false, "Async Capable": false, "Startup Cost": 679.66, "Total Cost": 679.67,
"Plan Rows": 1, "Plan Width": 8, "Output": ["count(*)"], "Plans": [{"Node Type": "Gather",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 679.64, "Total Cost": 679.65, "Plan Rows": 2, "Plan Width": 8, "Output": [
"(PARTIAL count(*))"], "Workers Planned": 2, "Single Copy": false, "Plans": [{
"Node Type": "Aggregate", "Strategy": "Plain", "Partial Mode": "Partial",
"Parent Relationship": "Outer", "Parallel Aware": false, "Async Capable": false,
"Startup Cost": 679.64, "Total Cost": 679.65, "Plan Rows": 1, "Plan Width": 8, "Output": [
"PARTIAL count(*)"], "Plans": [{"Node Type": "Seq Scan", "Parent Relationship": "Outer",
"Parallel Aware": true, "Async Capable": false, "Relation Name": "orders", "Schema": "shop",
"Alias": "orders", "Startup Cost": 0.0, "Total Cost": 629.42, "Plan Rows": 20091,
"Plan Width": 0, "Output": ["id", "customer_id", "status", "amount", "created_at"],
"Filter": "(orders.amount > '5'::numeric)"}]}]}]}}])json";

}  // namespace perf_mgmt::samples
