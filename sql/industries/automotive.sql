-- AUTOMOTIVE: schema auto, the scenario 'Auto Service Peak' and the test of the same name.
-- Cars come in, are looked into, get parts and messages are written; in the end there is a bill.

CREATE FUNCTION perf_mgmt.make_automotive(p_scale numeric, p_seed bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
SET timezone = 'UTC'
AS $$
DECLARE
  v_now constant timestamptz := now();
  v_tenants constant integer := greatest(4, round(30 * p_scale));
  v_customer_count constant bigint := greatest(v_tenants, round(12000 * p_scale));
  v_vehicle_count constant bigint := greatest(2 * v_tenants, round(16000 * p_scale));
  v_technician_count constant bigint := greatest(3 * v_tenants, round(300 * p_scale));
  v_repair_order_count constant bigint := greatest(100, round(22000 * p_scale));
  -- Tenants by their share of the repair orders, in a million parts; big ones have more technicians, but not in proportion.
  v_shares constant double precision[] := perf_mgmt.industry_blocks(1000000, v_tenants, 1);
  v_customers constant double precision[] := perf_mgmt.industry_blocks(v_customer_count, v_tenants, 1);
  v_vehicles constant double precision[] := perf_mgmt.industry_blocks(v_vehicle_count, v_tenants, 1);
  v_technicians constant double precision[] := perf_mgmt.industry_blocks(v_technician_count, v_tenants, 0.5);
BEGIN
  CREATE TABLE auto.businesses (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    city text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE auto.customers (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    phone varchar(20) NOT NULL,
    email text,
    preferred_channel varchar(10) NOT NULL DEFAULT 'SMS',
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE auto.vehicles (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    vin varchar(17) NOT NULL,
    make text NOT NULL,
    model_year integer NOT NULL,
    odometer_km integer NOT NULL CHECK (odometer_km >= 0)
  );
  CREATE TABLE auto.technicians (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    specialty varchar(20) NOT NULL
  );
  CREATE TABLE auto.parts (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    part_number varchar(20) NOT NULL,
    category varchar(20) NOT NULL,
    name text NOT NULL,
    quantity_on_hand integer NOT NULL,
    quantity_reserved integer NOT NULL DEFAULT 0,
    unit_price numeric(10,2) NOT NULL
  );
  CREATE TABLE auto.repair_orders (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    vehicle_id uuid NOT NULL,
    technician_id uuid,
    complaint text NOT NULL,
    odometer_km integer NOT NULL CHECK (odometer_km >= 0),
    priority varchar(20) NOT NULL DEFAULT 'NORMAL' CHECK (priority IN ('LOW', 'NORMAL', 'HIGH')),
    status varchar(20) NOT NULL DEFAULT 'CHECKED_IN'
      CHECK (status IN ('CHECKED_IN', 'DIAGNOSING', 'WAITING', 'IN_REPAIR', 'COMPLETED', 'CANCELLED')),
    labor_amount numeric(10,2),
    parts_amount numeric(10,2),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE auto.diagnostics (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    repair_order_id uuid NOT NULL,
    technician_id uuid,
    status varchar(20) NOT NULL DEFAULT 'PENDING'
      CHECK (status IN ('PENDING', 'IN_PROGRESS', 'AWAITING_PARTS', 'AWAITING_APPROVAL', 'DONE')),
    trouble_codes text[] NOT NULL DEFAULT '{}',
    findings jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE auto.messages (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    channel varchar(10) NOT NULL CHECK (channel IN ('SMS', 'EMAIL', 'PHONE')),
    direction varchar(3) NOT NULL DEFAULT 'OUT' CHECK (direction IN ('IN', 'OUT')),
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE auto.invoices (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    repair_order_id uuid NOT NULL,
    labor_amount numeric(10,2) NOT NULL,
    parts_amount numeric(10,2) NOT NULL,
    total_amount numeric(10,2) NOT NULL GENERATED ALWAYS AS (labor_amount + parts_amount) STORED,
    status varchar(20) NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'PAID')),
    created_at timestamptz NOT NULL DEFAULT now()
  );

  -- The oldest tenants are the biggest ones.
  INSERT INTO auto.businesses
  SELECT perf_mgmt.industry_id(p_seed, 'auto.businesses', t),
         perf_mgmt.industry_word(ARRAY['Precision', 'Main Street', 'Express', 'Premier', 'Lakeside', 'Trusty', 'Metro'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.businesses.first', t)) || ' ' ||
         perf_mgmt.industry_word(ARRAY['Auto Care', 'Garage', 'Motors', 'Car Service', 'Auto Repair'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.businesses.last', t)) || ' ' || t,
         perf_mgmt.industry_word(ARRAY['Austin', 'Boston', 'Chicago', 'Denver', 'Miami', 'Portland', 'Seattle'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.businesses.city', t)),
         v_now - interval '5 years' * (1 - t / (v_tenants + 1.0))
  FROM generate_series(1, v_tenants) AS t;

  INSERT INTO auto.customers
  SELECT perf_mgmt.industry_id(p_seed, 'auto.customers', n),
         perf_mgmt.industry_id(p_seed, 'auto.businesses', perf_mgmt.industry_tenant(v_customers, n)),
         name, '+1-555-' || lpad(n::text, 9, '0'),
         lower(replace(name, ' ', '.') COLLATE "C") || n || '@example.com',
         perf_mgmt.industry_word(ARRAY['SMS', 'SMS', 'EMAIL', 'PHONE'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.customers.channel', n)),
         v_now - interval '1 day' - interval '5 years' * age
  FROM (SELECT n, perf_mgmt.industry_person(p_seed, 'auto.customers', n) AS name,
               perf_mgmt.industry_draw(p_seed, 'auto.customers.age', n) AS age
        FROM generate_series(1, v_customer_count) AS n OFFSET 0) AS customer
  ORDER BY age DESC, n;

  -- A tenant's vehicles are spread over its customers in order: each has one, some have two.
  INSERT INTO auto.vehicles
  SELECT perf_mgmt.industry_id(p_seed, 'auto.vehicles', n),
         perf_mgmt.industry_id(p_seed, 'auto.businesses', t),
         perf_mgmt.industry_id(p_seed, 'auto.customers',
           perf_mgmt.industry_pick(v_customers, t, (n - v_vehicles[t]) / (v_vehicles[t + 1] - v_vehicles[t]))),
         upper(left(md5('vin/' || n), 8)) || lpad(n::text, 9, '0'),
         perf_mgmt.industry_word(ARRAY['Toyota', 'Toyota', 'Ford', 'Ford', 'Honda', 'Chevrolet', 'Nissan', 'Hyundai',
                                       'Volkswagen', 'BMW', 'Subaru', 'Tesla'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.vehicles.make', n)),
         extract(year FROM v_now)::integer - years,
         (5000 + years * 14000 * (0.6 + 0.8 * perf_mgmt.industry_draw(p_seed, 'auto.vehicles.odometer', n)))::integer
  FROM (SELECT n, perf_mgmt.industry_tenant(v_vehicles, n) AS t,
               floor(16 * perf_mgmt.industry_draw(p_seed, 'auto.vehicles.years', n))::integer AS years
        FROM generate_series(1, v_vehicle_count) AS n OFFSET 0) AS vehicle
  ORDER BY perf_mgmt.industry_draw(p_seed, 'auto.vehicles.order', n);

  INSERT INTO auto.technicians
  SELECT perf_mgmt.industry_id(p_seed, 'auto.technicians', n),
         perf_mgmt.industry_id(p_seed, 'auto.businesses', perf_mgmt.industry_tenant(v_technicians, n)),
         perf_mgmt.industry_person(p_seed, 'auto.technicians', n),
         perf_mgmt.industry_word(ARRAY['ENGINE', 'BRAKES', 'ELECTRICAL', 'TRANSMISSION', 'GENERAL', 'GENERAL'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.technicians.specialty', n))
  FROM generate_series(1, v_technician_count) AS n;

  -- 250 parts for each tenant.
  INSERT INTO auto.parts
  SELECT perf_mgmt.industry_id(p_seed, 'auto.parts', n),
         perf_mgmt.industry_id(p_seed, 'auto.businesses', 1 + (n - 1) / 250),
         'P-' || lpad((1 + (n - 1) % 250)::text, 5, '0'),
         category, initcap(category COLLATE "C") || ' part ' || 1 + (n - 1) % 250,
         on_hand, floor(on_hand * 0.3 * perf_mgmt.industry_draw(p_seed, 'auto.parts.reserved', n)),
         round((4 + 400 * perf_mgmt.industry_draw(p_seed, 'auto.parts.price', 1 + (n - 1) % 250) ^ 3)::numeric, 2)
  FROM (SELECT n,
               (ARRAY['BRAKES', 'FILTERS', 'ENGINE', 'ELECTRICAL', 'SUSPENSION', 'TIRES', 'FLUIDS', 'BODY'])[1 + n % 8] AS category,
               floor(40 * perf_mgmt.industry_draw(p_seed, 'auto.parts.on_hand', n) ^ 2)::integer AS on_hand
        FROM generate_series(1, v_tenants * 250) AS n OFFSET 0) AS part;

  -- `age` runs from 1 (the oldest repair order) to 0 (now): the newest 6 % came in within the last two days.
  INSERT INTO auto.repair_orders
  SELECT perf_mgmt.industry_id(p_seed, 'auto.repair_orders', n),
         perf_mgmt.industry_id(p_seed, 'auto.businesses', t),
         perf_mgmt.industry_id(p_seed, 'auto.customers',
           perf_mgmt.industry_pick(v_customers, t, (vehicle - v_vehicles[t]) / (v_vehicles[t + 1] - v_vehicles[t]))),
         perf_mgmt.industry_id(p_seed, 'auto.vehicles', vehicle),
         CASE WHEN status <> 'CHECKED_IN'
              THEN perf_mgmt.industry_id(p_seed, 'auto.technicians',
                     perf_mgmt.industry_pick(v_technicians, t,
                                             perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.technician', n)))
         END,
         perf_mgmt.industry_word(ARRAY[
           'Squeals when braking at low speed', 'Oil change and inspection', 'Oil change and inspection',
           'Check engine light is on, runs rough when cold', 'Air conditioning blows warm air',
           'Pulls to the right above 80 km/h', 'Battery was dead twice this week', 'Change to winter tires'],
           perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.complaint', n)),
         (5000 + 200000 * perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.odometer', n))::integer,
         (ARRAY['LOW', 'NORMAL', 'HIGH'])
           [1 + width_bucket(perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.priority', n), ARRAY[0.15, 0.85]::double precision[])],
         status,
         (40 + floor(700 * perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.labor', n) ^ 2))::numeric(10,2),
         (10 + floor(1200 * perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.parts', n) ^ 3))::numeric(10,2),
         v_now - interval '365 days' * age ^ 2,
         v_now - interval '365 days' * age ^ 2 * (1 - 0.3 * luck)
  FROM (SELECT *, perf_mgmt.industry_pick(v_vehicles, t, perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.vehicle', n) ^ 1.5) AS vehicle,
               CASE WHEN age < 0.07
                    THEN (ARRAY['CHECKED_IN', 'DIAGNOSING', 'DIAGNOSING', 'WAITING', 'IN_REPAIR', 'IN_REPAIR'])
                         [1 + floor(6 * least(0.99, age / 0.07 * 0.7 + 0.3 * luck))::integer]
                    WHEN luck < 0.04 THEN 'CANCELLED'
                    ELSE 'COMPLETED'
               END AS status
        FROM (SELECT n,
                     (v_repair_order_count - n + perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.age', n)) / v_repair_order_count AS age,
                     perf_mgmt.industry_tenant(v_shares,
                       1 + floor(1000000 * perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.tenant', n))::bigint) AS t,
                     perf_mgmt.industry_draw(p_seed, 'auto.repair_orders.luck', n) AS luck
              FROM generate_series(1, v_repair_order_count) AS n OFFSET 0) AS drawn OFFSET 0) AS made;

  -- Every repair order of the last nine weeks has its diagnosis, and of the older ones half.
  INSERT INTO auto.diagnostics
  SELECT md5('auto.diagnostics/' || id)::uuid, business_id, id, technician_id,
         CASE status WHEN 'CHECKED_IN' THEN 'PENDING'
                     WHEN 'DIAGNOSING' THEN 'IN_PROGRESS'
                     WHEN 'WAITING' THEN perf_mgmt.industry_word(ARRAY['AWAITING_PARTS', 'AWAITING_APPROVAL'], luck)
                     ELSE 'DONE' END,
         CASE WHEN status <> 'CHECKED_IN' THEN ARRAY['P0' || 100 + floor(luck * 800)] ELSE '{}' END,
         CASE WHEN status <> 'CHECKED_IN'
              THEN jsonb_build_object('severity', perf_mgmt.industry_word(ARRAY['LOW', 'LOW', 'MEDIUM', 'HIGH'], luck),
                                      'minutes', 10 + floor(luck * 110)) END,
         created_at, updated_at
  FROM (SELECT *, perf_mgmt.industry_draw(p_seed, 'auto.diagnostics', uuid_hash(id)) AS luck
        FROM auto.repair_orders OFFSET 0) AS o
  WHERE created_at > v_now - interval '63 days' OR luck < 0.5;

  INSERT INTO auto.messages
  SELECT md5('auto.messages/' || text.number || '/' || o.id)::uuid, o.business_id, o.customer_id,
         perf_mgmt.industry_word(ARRAY['SMS', 'SMS', 'EMAIL', 'PHONE'],
                                 perf_mgmt.industry_draw(p_seed, 'auto.messages.channel', uuid_hash(o.id))),
         text.direction, text.body, o.created_at + (o.updated_at - o.created_at) * (text.number / 3.0)
  FROM auto.repair_orders AS o,
  (VALUES (1, 'OUT', 'We have your car and will call you when we know more.'),
          (2, 'IN', 'Thanks. When can I pick it up?')) AS text(number, direction, body)
  WHERE perf_mgmt.industry_draw(p_seed, 'auto.messages', uuid_hash(o.id)) < 0.55 / text.number;

  INSERT INTO auto.invoices (id, business_id, customer_id, repair_order_id, labor_amount, parts_amount, status, created_at)
  SELECT md5('auto.invoices/' || id)::uuid, business_id, customer_id, id, labor_amount, parts_amount,
         CASE WHEN perf_mgmt.industry_draw(p_seed, 'auto.invoices.paid', uuid_hash(id))
                   < 0.03 + 0.3 * exp(extract(epoch FROM updated_at - v_now)::double precision / 86400 / 14)
              THEN 'OPEN' ELSE 'PAID' END,
         updated_at
  FROM auto.repair_orders
  WHERE status = 'COMPLETED' AND perf_mgmt.industry_draw(p_seed, 'auto.invoices', uuid_hash(id)) < 0.6;

  ALTER TABLE auto.businesses ADD PRIMARY KEY (id);
  ALTER TABLE auto.customers
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id);
  CREATE INDEX ON auto.customers (business_id, phone);
  ALTER TABLE auto.vehicles
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES auto.customers (id);
  CREATE INDEX ON auto.vehicles (customer_id);
  CREATE INDEX ON auto.vehicles (business_id, vin);
  ALTER TABLE auto.technicians
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id);
  CREATE INDEX ON auto.technicians (business_id);
  ALTER TABLE auto.parts
    ADD PRIMARY KEY (id),
    ADD UNIQUE (business_id, part_number),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id);
  CREATE INDEX ON auto.parts (business_id, category);
  ALTER TABLE auto.repair_orders
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES auto.customers (id),
    ADD FOREIGN KEY (vehicle_id) REFERENCES auto.vehicles (id),
    ADD FOREIGN KEY (technician_id) REFERENCES auto.technicians (id);
  CREATE INDEX ON auto.repair_orders (business_id, status, created_at DESC);
  CREATE INDEX ON auto.repair_orders (vehicle_id, created_at DESC);
  CREATE INDEX ON auto.repair_orders (customer_id);
  CREATE INDEX ON auto.repair_orders (technician_id) WHERE status NOT IN ('COMPLETED', 'CANCELLED');
  ALTER TABLE auto.diagnostics
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id),
    ADD FOREIGN KEY (repair_order_id) REFERENCES auto.repair_orders (id),
    ADD FOREIGN KEY (technician_id) REFERENCES auto.technicians (id);
  CREATE INDEX ON auto.diagnostics (repair_order_id);
  CREATE INDEX ON auto.diagnostics (business_id, created_at) WHERE status <> 'DONE';
  ALTER TABLE auto.messages
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES auto.customers (id);
  CREATE INDEX ON auto.messages (customer_id, created_at DESC);
  ALTER TABLE auto.invoices
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES auto.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES auto.customers (id),
    ADD FOREIGN KEY (repair_order_id) REFERENCES auto.repair_orders (id);
  CREATE INDEX ON auto.invoices (repair_order_id);
  CREATE INDEX ON auto.invoices (customer_id);
  CREATE INDEX ON auto.invoices (business_id, created_at) WHERE status = 'OPEN';
END
$$;
COMMENT ON FUNCTION perf_mgmt.make_automotive(numeric, bigint) IS
  'Fills the empty schema auto; called by install_industry_schema(), which checks the arguments.';

CREATE FUNCTION perf_mgmt.load_automotive_catalogue() RETURNS void
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
    250, 600, 75.0, 2.5, NULL
  ) ON CONFLICT (scenario_name) DO NOTHING;

  -- Pools are read once, at the start of a run: no operation deletes a row or changes a key that they hold, and the
  -- statuses that operations set keep a row in its pool, so that no number of runs drains one.
  PERFORM perf_mgmt.ship_generator('random_tenant', 'AUTOMOTIVE',
    '{"type": "pool", "sql": "SELECT id FROM auto.businesses ORDER BY created_at, id LIMIT 10000",
      "column": "id", "distribution": "zipf", "theta": 1}',
    'A garage; the oldest ones are the biggest, and drawn most.');
  PERFORM perf_mgmt.ship_generator('random_customer', 'AUTOMOTIVE',
    '{"type": "pool", "sql": "SELECT id, business_id FROM auto.customers ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 2, "provides": {"random_tenant": "business_id"}}',
    'A customer with his garage, rather a new one.');
  PERFORM perf_mgmt.ship_generator('random_vehicle', 'AUTOMOTIVE',
    '{"type": "pool", "sql": "SELECT id, business_id, customer_id, odometer_km FROM auto.vehicles ORDER BY id LIMIT 10000", "column": "id",
      "provides": {"random_tenant": "business_id", "random_customer": "customer_id", "current_odometer": "odometer_km"}}',
    'A vehicle with its owner, its garage and its mileage.');
  PERFORM perf_mgmt.ship_generator('random_complaint', 'AUTOMOTIVE',
    '{"type": "choice", "values": [
      "Squeals when braking at low speed, worse in the morning.",
      "Oil change and inspection.",
      "Check engine light is on and it runs rough when cold. Was looked at elsewhere without success.",
      "Air conditioning blows warm air.",
      "Pulls to the right above 80 km/h since the last change of tires.",
      "Battery was dead twice this week.",
      "Change to winter tires; please store the others.",
      "Noise from the rear left, like something loose in the trunk. Customer will show it on a test drive."]}',
    'What the customer says is wrong.');
  PERFORM perf_mgmt.ship_generator('weighted_priority', 'AUTOMOTIVE',
    '{"type": "choice", "values": {"LOW": 15, "NORMAL": 70, "HIGH": 15}}',
    'How urgent it is.');
  PERFORM perf_mgmt.ship_generator('open_diagnostic', 'AUTOMOTIVE',
    '{"type": "pool",
      "sql": "SELECT id, business_id FROM auto.diagnostics WHERE status <> ''DONE'' ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 2, "provides": {"random_tenant": "business_id"}}',
    'A diagnosis that is not done, with its garage.');
  PERFORM perf_mgmt.ship_generator('diagnostic_status', 'AUTOMOTIVE',
    '{"type": "choice", "values": {"IN_PROGRESS": 50, "AWAITING_PARTS": 25, "AWAITING_APPROVAL": 25}}',
    'How far a diagnosis is.');
  PERFORM perf_mgmt.ship_generator('trouble_codes', 'AUTOMOTIVE',
    '{"type": "array", "min_length": 1, "max_length": 4, "of": {"type": "text", "pattern": "P0{integer:100-899}"}}',
    'What the control unit reports.');
  PERFORM perf_mgmt.ship_generator('diagnostic_findings', 'AUTOMOTIVE',
    '{"type": "object", "fields": {
      "severity": {"type": "choice", "values": {"LOW": 50, "MEDIUM": 35, "HIGH": 15}},
      "minutes": {"type": "integer", "min": 10, "max": 120},
      "note": {"type": "text", "words": {"min": 5, "max": 25}}}}',
    'What the technician writes down.');
  PERFORM perf_mgmt.ship_generator('part_category', 'AUTOMOTIVE',
    '{"type": "choice", "values": {"BRAKES": 20, "FILTERS": 20, "FLUIDS": 15, "TIRES": 15, "ENGINE": 10, "ELECTRICAL": 10,
      "SUSPENSION": 5, "BODY": 5}}',
    'A kind of part.');
  PERFORM perf_mgmt.ship_generator('random_channel', 'AUTOMOTIVE',
    '{"type": "choice", "values": {"SMS": 60, "EMAIL": 25, "PHONE": 15}}',
    'How a customer is reached.');
  PERFORM perf_mgmt.ship_generator('generated_message', 'AUTOMOTIVE',
    '{"type": "choice", "values": [
      "Your car is ready. We are open until seven.",
      "We have found what it is and need your approval for the repair. Please call us back.",
      "The part will arrive tomorrow morning; we will keep your car overnight.",
      "Reminder: your appointment is tomorrow at eight.",
      "Thank you for your visit. How did we do?"]}',
    'What is written to a customer.');
  PERFORM perf_mgmt.ship_generator('completed_repair_order', 'AUTOMOTIVE',
    '{"type": "pool",
      "sql": "SELECT id, business_id, customer_id, labor_amount, parts_amount FROM auto.repair_orders WHERE status = ''COMPLETED'' AND labor_amount IS NOT NULL AND parts_amount IS NOT NULL ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 3,
      "provides": {"random_tenant": "business_id", "random_customer": "customer_id", "labor_total": "labor_amount", "parts_total": "parts_amount"}}',
    'A repair that is to be billed, with its customer, its garage and its amounts.');

  PERFORM perf_mgmt.ship_operation('Auto Service Peak', 'Create Repair Order', 'write', 30.0,
    ARRAY['repair_order_creation'], 'A customer brings in a car.',
    'INSERT INTO auto.repair_orders (business_id, customer_id, vehicle_id, complaint, odometer_km, priority) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id',
    '{"business_id": "random_tenant", "customer_id": "random_customer", "vehicle_id": "random_vehicle", "complaint": "random_complaint", "odometer_km": "current_odometer", "priority": "weighted_priority"}');
  PERFORM perf_mgmt.ship_operation('Auto Service Peak', 'Update Diagnostics', 'write', 25.0,
    ARRAY['diagnostic_updates'], 'A technician writes down what he found.',
    'UPDATE auto.diagnostics SET status = $1, trouble_codes = $2, findings = $3, updated_at = NOW() WHERE id = $4 AND business_id = $5',
    '{"status": "diagnostic_status", "trouble_codes": "trouble_codes", "findings": "diagnostic_findings", "diagnostic_id": "open_diagnostic", "business_id": "random_tenant"}');
  PERFORM perf_mgmt.ship_operation('Auto Service Peak', 'Check Parts Inventory', 'read', 20.0,
    ARRAY['parts_inventory'], 'A technician looks for a part that is on the shelf.',
    'SELECT id, part_number, name, quantity_on_hand - quantity_reserved AS available, unit_price FROM auto.parts WHERE business_id = $1 AND category = $2 AND quantity_on_hand > quantity_reserved ORDER BY unit_price LIMIT 20',
    '{"business_id": "random_tenant", "category": "part_category"}');
  PERFORM perf_mgmt.ship_operation('Auto Service Peak', 'Customer Communication', 'mixed', 15.0,
    ARRAY['customer_communication'], 'The desk reads what was written last, and writes to the customer.',
    'SELECT channel, direction, body, created_at FROM auto.messages WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at DESC LIMIT 10; '
    'INSERT INTO auto.messages (business_id, customer_id, channel, body) VALUES ($1, $2, $3, $4)',
    '{"business_id": "random_tenant", "customer_id": "random_customer", "channel": "random_channel", "body": "generated_message"}');
  PERFORM perf_mgmt.ship_operation('Auto Service Peak', 'Bill Repair Order', 'write', 10.0,
    ARRAY['billing_operations'], 'The car is ready and is billed.',
    'INSERT INTO auto.invoices (business_id, customer_id, repair_order_id, labor_amount, parts_amount) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    '{"business_id": "random_tenant", "customer_id": "random_customer", "repair_order_id": "completed_repair_order", "labor_amount": "labor_total", "parts_amount": "parts_total"}');

  -- 300 users who rest 2.7 s on average do about 110 operations a second, 1.5 times what the scenario asks for.
  PERFORM perf_mgmt.ship_test('Auto Service Peak', 'Auto Service Peak', 'auto',
    'The busy garage with its full load; needs SELECT perf_mgmt.install_industry_schema(''AUTOMOTIVE'').',
    '{"think_time_ms": {"type": "integer", "min": 500, "max": 10000, "distribution": "exponential", "parameter": 4},
      "warmup_seconds": 30, "ci_enabled": false, "environments": ["development", "staging"]}');
END
$$;
COMMENT ON FUNCTION perf_mgmt.load_automotive_catalogue() IS
  'Loads what ships for AUTOMOTIVE; called by load_industry_catalogue().';
