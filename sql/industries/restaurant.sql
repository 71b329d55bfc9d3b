-- RESTAURANT: schema rest, the scenario 'Restaurant Rush Hour' and the test of the same name.
-- Guests order at tables, the kitchen works through tickets, the till takes payments.

CREATE FUNCTION perf_mgmt.make_restaurant(p_scale numeric, p_seed bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
SET timezone = 'UTC'
AS $$
DECLARE
  v_now constant timestamptz := now();
  v_tenants constant integer := greatest(4, round(40 * p_scale));
  v_table_count constant bigint := greatest(2 * v_tenants, round(800 * p_scale));
  v_customer_count constant bigint := greatest(v_tenants, round(10000 * p_scale));
  v_order_count constant bigint := greatest(100, round(39000 * p_scale));
  -- Tenants by their share of the orders, in a million parts; big houses have more tables, but not in proportion.
  v_shares constant double precision[] := perf_mgmt.industry_blocks(1000000, v_tenants, 1);
  v_tables constant double precision[] := perf_mgmt.industry_blocks(v_table_count, v_tenants, 0.5);
  v_customers constant double precision[] := perf_mgmt.industry_blocks(v_customer_count, v_tenants, 1);
  v_dishes constant text[] := ARRAY[
    'Margherita Pizza', 'Cheeseburger', 'Caesar Salad', 'Fish and Chips', 'Pasta Carbonara', 'Chicken Tikka',
    'Beef Tacos', 'Pad Thai', 'Ramen', 'Club Sandwich', 'Grilled Salmon', 'Rib Eye Steak', 'Mushroom Risotto',
    'Falafel Bowl', 'Tomato Soup', 'Spring Rolls', 'French Fries', 'Onion Rings', 'Cheesecake', 'Tiramisu',
    'Lemonade', 'Cola', 'Craft Beer', 'House Wine'];
  v_prices constant numeric[] := ARRAY[
    12.5, 13.0, 10.5, 15.0, 14.0, 15.5, 11.0, 13.5, 14.5, 11.5, 21.0, 29.0, 16.0, 12.0, 7.5, 8.0, 5.0, 5.5, 7.0, 7.5,
    4.0, 3.5, 6.5, 8.5];
BEGIN
  CREATE TABLE rest.businesses (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    city text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE rest.dining_tables (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    table_number integer NOT NULL,
    seats integer NOT NULL CHECK (seats > 0)
  );
  CREATE TABLE rest.menu_items (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    price numeric(10,2) NOT NULL CHECK (price >= 0),
    is_available boolean NOT NULL DEFAULT true
  );
  CREATE TABLE rest.customers (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    phone varchar(20) NOT NULL,
    email text,
    loyalty_points integer NOT NULL DEFAULT 0,
    visit_count integer NOT NULL DEFAULT 0,
    last_visit_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE rest.inventory_items (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    category varchar(20) NOT NULL,
    name text NOT NULL,
    unit varchar(10) NOT NULL,
    quantity_on_hand numeric(12,2) NOT NULL,
    reorder_level numeric(12,2) NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE rest.orders (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    table_id uuid,
    customer_id uuid,
    order_items jsonb NOT NULL,
    total_amount numeric(10,2) NOT NULL CHECK (total_amount >= 0),
    status varchar(20) NOT NULL DEFAULT 'PENDING'
      CHECK (status IN ('PENDING', 'PREPARING', 'READY', 'SERVED', 'COMPLETED', 'CANCELLED')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE rest.kitchen_queue (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    order_id uuid NOT NULL,
    station varchar(20) NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'QUEUED'
      CHECK (status IN ('QUEUED', 'COOKING', 'PLATING', 'READY', 'SERVED')),
    prep_time_estimate integer NOT NULL,
    prep_time_actual integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  COMMENT ON COLUMN rest.kitchen_queue.prep_time_actual IS 'Minutes.';
  CREATE TABLE rest.pos_transactions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    order_id uuid NOT NULL,
    payment_method varchar(20) NOT NULL,
    amount numeric(10,2) NOT NULL,
    transaction_type varchar(20) NOT NULL CHECK (transaction_type IN ('SALE', 'REFUND', 'VOID')),
    created_at timestamptz NOT NULL DEFAULT now()
  );

  -- The oldest tenants are the biggest ones.
  INSERT INTO rest.businesses
  SELECT perf_mgmt.industry_id(p_seed, 'rest.businesses', t),
         perf_mgmt.industry_word(ARRAY['Golden', 'Blue', 'Old', 'Green', 'Silver', 'Little', 'Royal', 'Rustic'],
                                 perf_mgmt.industry_draw(p_seed, 'rest.businesses.first', t)) || ' ' ||
         perf_mgmt.industry_word(ARRAY['Fork', 'Table', 'Oven', 'Garden', 'Lantern', 'Anchor', 'Spoon', 'Harbor'],
                                 perf_mgmt.industry_draw(p_seed, 'rest.businesses.last', t)) || ' ' || t,
         perf_mgmt.industry_word(ARRAY['Austin', 'Boston', 'Chicago', 'Denver', 'Miami', 'Portland', 'Seattle'],
                                 perf_mgmt.industry_draw(p_seed, 'rest.businesses.city', t)),
         v_now - interval '5 years' * (1 - t / (v_tenants + 1.0))
  FROM generate_series(1, v_tenants) AS t;

  INSERT INTO rest.dining_tables
  SELECT perf_mgmt.industry_id(p_seed, 'rest.dining_tables', n),
         perf_mgmt.industry_id(p_seed, 'rest.businesses', t),
         n - v_tables[t] + 1,
         (ARRAY[2, 2, 4, 4, 4, 6, 8])[1 + floor(7 * perf_mgmt.industry_draw(p_seed, 'rest.dining_tables.seats', n))::integer]
  FROM (SELECT n, perf_mgmt.industry_tenant(v_tables, n) AS t
        FROM generate_series(1, v_table_count) AS n OFFSET 0) AS dining_table;

  INSERT INTO rest.menu_items
  SELECT perf_mgmt.industry_id(p_seed, 'rest.menu_items', (t - 1) * 24 + dish),
         perf_mgmt.industry_id(p_seed, 'rest.businesses', t),
         v_dishes[dish], v_prices[dish],
         perf_mgmt.industry_draw(p_seed, 'rest.menu_items.is_available', (t - 1) * 24 + dish) < 0.95
  FROM generate_series(1, v_tenants) AS t, generate_series(1, 24) AS dish;

  INSERT INTO rest.customers
  SELECT perf_mgmt.industry_id(p_seed, 'rest.customers', n),
         perf_mgmt.industry_id(p_seed, 'rest.businesses', perf_mgmt.industry_tenant(v_customers, n)),
         name, '+1-555-' || lpad(n::text, 9, '0'),
         lower(replace(name, ' ', '.') COLLATE "C") || n || '@example.com',
         10 * visits, visits,
         v_now - interval '1 day' - age * recent, v_now - interval '1 day' - age
  FROM (SELECT n,
               perf_mgmt.industry_person(p_seed, 'rest.customers', n) AS name,
               interval '3 years' * perf_mgmt.industry_draw(p_seed, 'rest.customers.age', n) AS age,
               perf_mgmt.industry_draw(p_seed, 'rest.customers.last_visit', n) ^ 2 AS recent,
               1 + floor(40 * perf_mgmt.industry_draw(p_seed, 'rest.customers.visits', n) ^ 3)::integer AS visits
        FROM generate_series(1, v_customer_count) AS n OFFSET 0) AS customer
  ORDER BY age DESC, n;

  -- 100 items for each tenant.
  INSERT INTO rest.inventory_items
  SELECT perf_mgmt.industry_id(p_seed, 'rest.inventory_items', n),
         perf_mgmt.industry_id(p_seed, 'rest.businesses', 1 + (n - 1) / 100),
         category,
         initcap(replace(category, '_', ' ') COLLATE "C") || ' item ' || 1 + (n - 1) % 100,
         CASE category WHEN 'BEVERAGE' THEN 'bottle' WHEN 'PACKAGING' THEN 'piece' ELSE 'kg' END,
         round((perf_mgmt.industry_draw(p_seed, 'rest.inventory_items.on_hand', n) * 200)::numeric, 2),
         20 + 5 * (n % 7),
         v_now - interval '2 days' * perf_mgmt.industry_draw(p_seed, 'rest.inventory_items.updated', n)
  FROM (SELECT n, (ARRAY['PRODUCE', 'MEAT', 'DAIRY', 'BEVERAGE', 'DRY_GOODS', 'PACKAGING'])[1 + n % 6] AS category
        FROM generate_series(1, v_tenants * 100) AS n) AS item;

  -- `age` runs from 1 (the oldest order) to 0 (now): the newest 2 % were made in the last hour.
  INSERT INTO rest.orders
  SELECT perf_mgmt.industry_id(p_seed, 'rest.orders', n),
         perf_mgmt.industry_id(p_seed, 'rest.businesses', t),
         CASE WHEN perf_mgmt.industry_draw(p_seed, 'rest.orders.takeaway', n) > 0.15
              THEN perf_mgmt.industry_id(p_seed, 'rest.dining_tables',
                     perf_mgmt.industry_pick(v_tables, t, perf_mgmt.industry_draw(p_seed, 'rest.orders.table', n)))
         END,
         CASE WHEN perf_mgmt.industry_draw(p_seed, 'rest.orders.known_guest', n) < 0.4
              THEN perf_mgmt.industry_id(p_seed, 'rest.customers',
                     perf_mgmt.industry_pick(v_customers, t, perf_mgmt.industry_draw(p_seed, 'rest.orders.guest', n) ^ 2))
         END,
         items.lines, items.total,
         CASE WHEN age < 0.02
              THEN (ARRAY['PENDING', 'PREPARING', 'PREPARING', 'READY', 'SERVED'])
                   [1 + floor(5 * least(0.99, age / 0.02 * 0.8 + 0.2 * luck))::integer]
              WHEN luck < 0.04 THEN 'CANCELLED'
              ELSE 'COMPLETED'
         END,
         v_now - interval '90 days' * age ^ 2,
         v_now - interval '90 days' * age ^ 2 * (1 - 0.1 * luck)
  FROM (SELECT n,
               (v_order_count - n + perf_mgmt.industry_draw(p_seed, 'rest.orders.age', n)) / v_order_count AS age,
               perf_mgmt.industry_tenant(v_shares, 1 + floor(1000000 * perf_mgmt.industry_draw(p_seed, 'rest.orders.tenant', n))::bigint) AS t,
               perf_mgmt.industry_draw(p_seed, 'rest.orders.luck', n) AS luck,
               1 + floor(5 * perf_mgmt.industry_draw(p_seed, 'rest.orders.lines', n) ^ 1.5)::integer AS lines
        FROM generate_series(1, v_order_count) AS n OFFSET 0) AS made,
  LATERAL (
    SELECT jsonb_agg(jsonb_build_object('name', v_dishes[dish], 'quantity', quantity, 'price', v_prices[dish])) AS lines,
           sum(quantity * v_prices[dish]) AS total
    FROM (SELECT 1 + floor(24 * perf_mgmt.industry_draw(p_seed, 'rest.orders.dish', made.n * 8 + line) ^ 1.5)::integer AS dish,
                 1 + floor(3 * perf_mgmt.industry_draw(p_seed, 'rest.orders.quantity', made.n * 8 + line) ^ 2)::integer AS quantity
          FROM generate_series(1, made.lines) AS line OFFSET 0) AS item) AS items;

  -- The kitchen keeps the tickets of the last days; whoever was served is done.
  INSERT INTO rest.kitchen_queue
  SELECT md5('rest.kitchen_queue/' || o.id)::uuid, o.business_id, o.id,
         perf_mgmt.industry_word(ARRAY['GRILL', 'GRILL', 'FRY', 'SALAD', 'BAR', 'DESSERT'],
                                 perf_mgmt.industry_draw(p_seed, 'rest.kitchen_queue.station', uuid_hash(o.id))),
         CASE o.status WHEN 'PENDING' THEN 'QUEUED'
                       WHEN 'PREPARING' THEN perf_mgmt.industry_word(ARRAY['COOKING', 'COOKING', 'PLATING'], luck)
                       WHEN 'READY' THEN 'READY'
                       ELSE 'SERVED' END,
         5 + jsonb_array_length(o.order_items) * 4,
         CASE WHEN o.status NOT IN ('PENDING', 'PREPARING') THEN 4 + floor(35 * luck ^ 2) END,
         o.created_at, o.updated_at
  FROM (SELECT *, perf_mgmt.industry_draw(p_seed, 'rest.kitchen_queue.luck', uuid_hash(id)) AS luck
        FROM rest.orders
        WHERE created_at > v_now - interval '90 days' * 0.2 ^ 2 AND status <> 'CANCELLED' OFFSET 0) AS o;

  -- One sale for each completed order; one in fifty is paid back.
  INSERT INTO rest.pos_transactions
  SELECT md5('rest.pos_transactions/' || kind || o.id)::uuid, o.business_id, o.id,
         perf_mgmt.industry_word(ARRAY['CARD', 'CARD', 'CARD', 'CASH', 'MOBILE', 'GIFT_CARD'],
                                 perf_mgmt.industry_draw(p_seed, 'rest.pos_transactions.method', uuid_hash(o.id))),
         CASE kind WHEN 'SALE' THEN o.total_amount ELSE -o.total_amount END, kind, o.updated_at
  FROM rest.orders AS o, unnest(ARRAY['SALE', 'REFUND']) AS kind
  WHERE o.status = 'COMPLETED'
    AND (kind = 'SALE' OR perf_mgmt.industry_draw(p_seed, 'rest.pos_transactions.refund', uuid_hash(o.id)) < 0.02);

  ALTER TABLE rest.businesses ADD PRIMARY KEY (id);
  ALTER TABLE rest.dining_tables
    ADD PRIMARY KEY (id),
    ADD UNIQUE (business_id, table_number),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id);
  ALTER TABLE rest.menu_items
    ADD PRIMARY KEY (id),
    ADD UNIQUE (business_id, name),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id);
  ALTER TABLE rest.customers
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id);
  CREATE INDEX ON rest.customers (business_id, phone);
  ALTER TABLE rest.inventory_items
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id);
  CREATE INDEX ON rest.inventory_items (business_id, category);
  ALTER TABLE rest.orders
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id),
    ADD FOREIGN KEY (table_id) REFERENCES rest.dining_tables (id),
    ADD FOREIGN KEY (customer_id) REFERENCES rest.customers (id);
  CREATE INDEX ON rest.orders (business_id, created_at DESC);
  CREATE INDEX ON rest.orders (table_id);
  CREATE INDEX ON rest.orders (customer_id, created_at DESC) WHERE customer_id IS NOT NULL;
  ALTER TABLE rest.kitchen_queue
    ADD PRIMARY KEY (id),
    ADD UNIQUE (order_id),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id),
    ADD FOREIGN KEY (order_id) REFERENCES rest.orders (id);
  CREATE INDEX ON rest.kitchen_queue (business_id, created_at) WHERE status <> 'SERVED';
  ALTER TABLE rest.pos_transactions
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES rest.businesses (id),
    ADD FOREIGN KEY (order_id) REFERENCES rest.orders (id);
  CREATE INDEX ON rest.pos_transactions (order_id);
  CREATE INDEX ON rest.pos_transactions (business_id, created_at DESC);
END
$$;
COMMENT ON FUNCTION perf_mgmt.make_restaurant(numeric, bigint) IS
  'Fills the empty schema rest; called by install_industry_schema(), which checks the arguments.';

CREATE FUNCTION perf_mgmt.load_restaurant_catalogue() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO perf_mgmt.load_scenarios (
    scenario_name, industry_type, scenario_description,
    virtual_users, ramp_up_duration_seconds, test_duration_seconds,
    workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
    min_throughput_tps, max_error_rate_percent, owner_role
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
    150, 300, 200.0, 1.5, NULL
  ) ON CONFLICT (scenario_name) DO NOTHING;

  -- Pools are read once, at the start of a run: no operation deletes a row or changes a key that they hold, and the
  -- statuses that operations set keep a row in its pool, so that no number of runs drains one.
  PERFORM perf_mgmt.ship_generator('random_tenant', 'RESTAURANT',
    '{"type": "pool", "sql": "SELECT id FROM rest.businesses ORDER BY created_at, id LIMIT 10000",
      "column": "id", "distribution": "zipf", "theta": 1}',
    'A restaurant; the oldest ones are the biggest, and drawn most.');
  PERFORM perf_mgmt.ship_generator('random_table', 'RESTAURANT',
    '{"type": "pool",
      "sql": "SELECT table_id, business_id FROM rest.orders WHERE table_id IS NOT NULL ORDER BY created_at DESC, id LIMIT 10000",
      "column": "table_id", "provides": {"random_tenant": "business_id"}}',
    'A table with its restaurant, as often as it stands in the latest orders.');
  PERFORM perf_mgmt.ship_generator('generated_order_items', 'RESTAURANT',
    '{"type": "array", "min_length": 1, "max_length": 5,
      "of": {"type": "object", "fields": {
        "name": {"type": "choice", "values": {"Margherita Pizza": 12, "Cheeseburger": 12, "Caesar Salad": 9,
          "Fish and Chips": 8, "Pasta Carbonara": 8, "Chicken Tikka": 7, "Beef Tacos": 7, "Pad Thai": 6, "Ramen": 6,
          "Club Sandwich": 5, "Grilled Salmon": 4, "Mushroom Risotto": 4, "French Fries": 4, "Tiramisu": 3,
          "Lemonade": 3, "House Wine": 2}},
        "quantity": {"type": "integer", "min": 1, "max": 4, "distribution": "exponential", "parameter": 3},
        "price": {"type": "numeric", "min": 3.5, "max": 29, "scale": 2}}},
      "provides": {"calculated_total": "sum(quantity * price)"}}',
    'The lines of an order, and their total.');
  PERFORM perf_mgmt.ship_generator('calculated_total', 'RESTAURANT',
    '{"type": "numeric", "min": 8, "max": 180, "scale": 2, "distribution": "exponential", "parameter": 3}',
    'The total of an order, where no order items are drawn with it.');
  PERFORM perf_mgmt.ship_generator('cooking_status', 'RESTAURANT',
    '{"type": "choice", "values": {"COOKING": 45, "PLATING": 25, "READY": 30}}',
    'What the kitchen says of a ticket that it works on.');
  PERFORM perf_mgmt.ship_generator('random_prep_time', 'RESTAURANT',
    '{"type": "integer", "min": 3, "max": 45, "distribution": "gaussian", "parameter": 4}',
    'Minutes from order to plate.');
  PERFORM perf_mgmt.ship_generator('active_order', 'RESTAURANT',
    '{"type": "pool",
      "sql": "SELECT order_id, business_id FROM rest.kitchen_queue WHERE status <> ''SERVED'' ORDER BY created_at DESC, order_id LIMIT 10000",
      "column": "order_id", "distribution": "exponential", "parameter": 2, "provides": {"random_tenant": "business_id"}}',
    'An order whose ticket is in the kitchen, rather a young one.');
  PERFORM perf_mgmt.ship_generator('completed_order', 'RESTAURANT',
    '{"type": "pool",
      "sql": "SELECT id, business_id, total_amount FROM rest.orders WHERE status = ''COMPLETED'' ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 3,
      "provides": {"random_tenant": "business_id", "order_total": "total_amount"}}',
    'An order that is to be paid, with its restaurant and its total; rather a young one.');
  PERFORM perf_mgmt.ship_generator('order_total', 'RESTAURANT',
    '{"type": "numeric", "min": 8, "max": 180, "scale": 2, "distribution": "exponential", "parameter": 3}',
    'The total of an order, where no order is drawn with it.');
  PERFORM perf_mgmt.ship_generator('random_payment', 'RESTAURANT',
    '{"type": "choice", "values": {"CARD": 55, "CASH": 20, "MOBILE": 20, "GIFT_CARD": 5}}',
    'How a bill is paid.');
  PERFORM perf_mgmt.ship_generator('inventory_category', 'RESTAURANT',
    '{"type": "choice", "values": {"PRODUCE": 30, "MEAT": 20, "DAIRY": 15, "BEVERAGE": 20, "DRY_GOODS": 10, "PACKAGING": 5}}',
    'A part of the store room.');
  PERFORM perf_mgmt.ship_generator('random_customer', 'RESTAURANT',
    '{"type": "pool", "sql": "SELECT id, business_id FROM rest.customers ORDER BY last_visit_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 2, "provides": {"random_tenant": "business_id"}}',
    'A known guest with his restaurant, rather one who was there lately.');
  PERFORM perf_mgmt.ship_generator('earned_points', 'RESTAURANT',
    '{"type": "integer", "min": 5, "max": 60}',
    'Loyalty points of one visit.');

  PERFORM perf_mgmt.ship_operation('Restaurant Rush Hour', 'Create Order', 'write', 35.0,
    ARRAY['order_creation'], 'A waiter sends an order from a table.',
    'INSERT INTO rest.orders (business_id, table_id, order_items, total_amount, status) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    '{"business_id": "random_tenant", "table_id": "random_table", "order_items": "generated_order_items", "total_amount": "calculated_total", "status": "PENDING"}');
  PERFORM perf_mgmt.ship_operation('Restaurant Rush Hour', 'Kitchen Display Update', 'write', 25.0,
    ARRAY['kitchen_updates'], 'A cook moves a ticket on.',
    'UPDATE rest.kitchen_queue SET status = $1, prep_time_actual = $2, updated_at = NOW() WHERE order_id = $3',
    '{"status": "cooking_status", "prep_time_actual": "random_prep_time", "order_id": "active_order"}');
  PERFORM perf_mgmt.ship_operation('Restaurant Rush Hour', 'POS Transaction', 'write', 20.0,
    ARRAY['pos_transactions'], 'A guest pays at the till.',
    'INSERT INTO rest.pos_transactions (business_id, order_id, payment_method, amount, transaction_type) VALUES ($1, $2, $3, $4, $5)',
    '{"business_id": "random_tenant", "order_id": "completed_order", "payment_method": "random_payment", "amount": "order_total", "transaction_type": "SALE"}');
  PERFORM perf_mgmt.ship_operation('Restaurant Rush Hour', 'Check Inventory', 'read', 10.0,
    ARRAY['inventory_checks'], 'The kitchen looks up what runs short.',
    'SELECT id, name, unit, quantity_on_hand, reorder_level FROM rest.inventory_items WHERE business_id = $1 AND category = $2 ORDER BY quantity_on_hand - reorder_level LIMIT 10',
    '{"business_id": "random_tenant", "category": "inventory_category"}');
  PERFORM perf_mgmt.ship_operation('Restaurant Rush Hour', 'Customer Visit', 'mixed', 10.0,
    ARRAY['customer_management'], 'A known guest is looked up, with what he had last, and gets his points.',
    'SELECT c.name, c.phone, c.loyalty_points, c.visit_count, o.order_items, o.created_at FROM rest.customers c LEFT JOIN LATERAL (SELECT order_items, created_at FROM rest.orders WHERE customer_id = c.id ORDER BY created_at DESC LIMIT 3) o ON true WHERE c.business_id = $1 AND c.id = $2; '
    'UPDATE rest.customers SET loyalty_points = loyalty_points + $3, visit_count = visit_count + 1, last_visit_at = NOW() WHERE business_id = $1 AND id = $2',
    '{"business_id": "random_tenant", "customer_id": "random_customer", "points": "earned_points"}');

  -- 800 users who rest 2.6 s on average do about 300 operations a second, 1.5 times what the scenario asks for.
  PERFORM perf_mgmt.ship_test('Restaurant Rush Hour', 'Restaurant Rush Hour', 'rest',
    'The rush hour with its full load; needs SELECT perf_mgmt.install_industry_schema(''RESTAURANT'').',
    '{"think_time_ms": {"type": "integer", "min": 300, "max": 10300, "distribution": "exponential", "parameter": 4},
      "warmup_seconds": 30, "ci_enabled": false, "environments": ["development", "staging"]}');
END
$$;
COMMENT ON FUNCTION perf_mgmt.load_restaurant_catalogue() IS
  'Loads what ships for RESTAURANT; called by load_industry_catalogue().';
