-- HOME_SERVICES: schema hs, the scenario 'HS Peak Season Load' and the test 'HS Peak Season'.
-- Customers call, technicians are found and sent, invoices are written and paid.

CREATE FUNCTION perf_mgmt.make_home_services(p_scale numeric, p_seed bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
SET timezone = 'UTC'
AS $$
DECLARE
  v_now constant timestamptz := now();
  v_tenants constant integer := greatest(4, round(20 * p_scale));
  v_customer_count constant bigint := greatest(v_tenants, round(16000 * p_scale));
  v_technician_count constant bigint := greatest(3 * v_tenants, round(250 * p_scale));
  v_work_order_count constant bigint := greatest(100, round(34000 * p_scale));
  -- Tenants by their share of the work orders, in a million parts; big ones have more technicians, but not in proportion.
  v_shares constant double precision[] := perf_mgmt.industry_blocks(1000000, v_tenants, 1);
  v_customers constant double precision[] := perf_mgmt.industry_blocks(v_customer_count, v_tenants, 1);
  v_technicians constant double precision[] := perf_mgmt.industry_blocks(v_technician_count, v_tenants, 0.5);
  -- As often as they are asked for.
  v_services constant text[] := ARRAY[
    'PLUMBING', 'PLUMBING', 'PLUMBING', 'HVAC', 'HVAC', 'HVAC', 'HVAC', 'ELECTRICAL', 'ELECTRICAL', 'CLEANING',
    'CLEANING', 'LANDSCAPING', 'PEST_CONTROL', 'ROOFING', 'APPLIANCE_REPAIR', 'APPLIANCE_REPAIR'];
BEGIN
  CREATE TABLE hs.businesses (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    city text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE hs.customers (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    phone varchar(20) NOT NULL,
    email text,
    address text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE hs.technicians (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    name text NOT NULL,
    skills text[] NOT NULL,
    current_location point,
    hourly_rate numeric(8,2) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE hs.technician_availability (
    technician_id uuid NOT NULL,
    available_date date NOT NULL,
    is_available boolean NOT NULL DEFAULT true,
    starts_at time NOT NULL DEFAULT '08:00',
    ends_at time NOT NULL DEFAULT '17:00'
  );
  CREATE TABLE hs.work_orders (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    technician_id uuid,
    service_type varchar(30) NOT NULL,
    priority varchar(20) NOT NULL DEFAULT 'NORMAL' CHECK (priority IN ('LOW', 'NORMAL', 'HIGH', 'EMERGENCY')),
    status varchar(20) NOT NULL DEFAULT 'NEW'
      CHECK (status IN ('NEW', 'SCHEDULED', 'EN_ROUTE', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'CANCELLED')),
    description text NOT NULL,
    quoted_amount numeric(10,2),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE hs.invoices (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    work_order_id uuid NOT NULL,
    subtotal numeric(10,2) NOT NULL CHECK (subtotal >= 0),
    tax_amount numeric(10,2) NOT NULL DEFAULT 0,
    total_amount numeric(10,2) NOT NULL GENERATED ALWAYS AS (subtotal + tax_amount) STORED,
    amount_paid numeric(12,2) NOT NULL DEFAULT 0,
    status varchar(20) NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'PARTIAL', 'PAID')),
    due_date date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE hs.payments (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    business_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    amount numeric(10,2) NOT NULL CHECK (amount > 0),
    payment_method varchar(20) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );

  -- The oldest tenants are the biggest ones.
  INSERT INTO hs.businesses
  SELECT perf_mgmt.industry_id(p_seed, 'hs.businesses', t),
         perf_mgmt.industry_word(ARRAY['Reliable', 'Prime', 'All Star', 'Family', 'Rapid', 'Summit', 'Bright', 'True'],
                                 perf_mgmt.industry_draw(p_seed, 'hs.businesses.first', t)) || ' ' ||
         perf_mgmt.industry_word(ARRAY['Home Services', 'Plumbing', 'Heating and Air', 'Electric', 'Home Care'],
                                 perf_mgmt.industry_draw(p_seed, 'hs.businesses.last', t)) || ' ' || t,
         perf_mgmt.industry_word(ARRAY['Austin', 'Boston', 'Chicago', 'Denver', 'Miami', 'Portland', 'Seattle'],
                                 perf_mgmt.industry_draw(p_seed, 'hs.businesses.city', t)),
         v_now - interval '5 years' * (1 - t / (v_tenants + 1.0))
  FROM generate_series(1, v_tenants) AS t;

  INSERT INTO hs.customers
  SELECT perf_mgmt.industry_id(p_seed, 'hs.customers', n),
         perf_mgmt.industry_id(p_seed, 'hs.businesses', perf_mgmt.industry_tenant(v_customers, n)),
         name, '+1-555-' || lpad(n::text, 9, '0'),
         lower(replace(name, ' ', '.') COLLATE "C") || n || '@example.com',
         1 + n % 9999 || ' ' ||
         perf_mgmt.industry_word(ARRAY['Oak', 'Maple', 'Cedar', 'Hill', 'Lake', 'Park', 'Mill', 'River', 'Church', 'Elm'],
                                 perf_mgmt.industry_draw(p_seed, 'hs.customers.street', n)) || ' Street',
         v_now - interval '1 day' - interval '5 years' * age
  FROM (SELECT n, perf_mgmt.industry_person(p_seed, 'hs.customers', n) AS name,
               perf_mgmt.industry_draw(p_seed, 'hs.customers.age', n) AS age
        FROM generate_series(1, v_customer_count) AS n OFFSET 0) AS customer
  ORDER BY age DESC, n;

  INSERT INTO hs.technicians
  SELECT perf_mgmt.industry_id(p_seed, 'hs.technicians', n),
         perf_mgmt.industry_id(p_seed, 'hs.businesses', perf_mgmt.industry_tenant(v_technicians, n)),
         perf_mgmt.industry_person(p_seed, 'hs.technicians', n),
         ARRAY(SELECT DISTINCT perf_mgmt.industry_word(v_services,
                        perf_mgmt.industry_draw(p_seed, 'hs.technicians.skill', n * 4 + skill)) COLLATE "C"
               FROM generate_series(1, 3) AS skill ORDER BY 1),
         point(round((-98 + 2 * perf_mgmt.industry_draw(p_seed, 'hs.technicians.longitude', n))::numeric, 5),
               round((30 + 2 * perf_mgmt.industry_draw(p_seed, 'hs.technicians.latitude', n))::numeric, 5)),
         35 + floor(60 * perf_mgmt.industry_draw(p_seed, 'hs.technicians.rate', n)),
         v_now - interval '4 years' * perf_mgmt.industry_draw(p_seed, 'hs.technicians.age', n)
  FROM generate_series(1, v_technician_count) AS n;

  -- A calendar from yesterday on, for 60 days: three of four days are free tomorrow, nearly all in two months.
  INSERT INTO hs.technician_availability
  SELECT perf_mgmt.industry_id(p_seed, 'hs.technicians', n), current_date - 1 + day,
         perf_mgmt.industry_draw(p_seed, 'hs.technician_availability', n * 60 + day) < 0.72 + day * 0.004,
         CASE WHEN n % 5 = 0 THEN time '12:00' ELSE time '08:00' END,
         CASE WHEN n % 5 = 0 THEN time '21:00' ELSE time '17:00' END
  FROM generate_series(0, 59) AS day, generate_series(1, v_technician_count) AS n;

  -- `age` runs from 1 (the oldest work order) to 0 (now): the newest 6 % were made in the last two days.
  INSERT INTO hs.work_orders
  SELECT perf_mgmt.industry_id(p_seed, 'hs.work_orders', n),
         perf_mgmt.industry_id(p_seed, 'hs.businesses', t),
         perf_mgmt.industry_id(p_seed, 'hs.customers',
           perf_mgmt.industry_pick(v_customers, t, perf_mgmt.industry_draw(p_seed, 'hs.work_orders.customer', n) ^ 1.5)),
         CASE WHEN status <> 'NEW'
              THEN perf_mgmt.industry_id(p_seed, 'hs.technicians',
                     perf_mgmt.industry_pick(v_technicians, t,
                                             perf_mgmt.industry_draw(p_seed, 'hs.work_orders.technician', n)))
         END,
         service_type,
         (ARRAY['LOW', 'NORMAL', 'HIGH', 'EMERGENCY'])
           [1 + width_bucket(perf_mgmt.industry_draw(p_seed, 'hs.work_orders.priority', n), ARRAY[0.15, 0.75, 0.93]::double precision[])],
         status,
         initcap(replace(service_type, '_', ' ') COLLATE "C") || ': ' ||
         perf_mgmt.industry_word(ARRAY[
           'does not start since this morning, customer has tried the breaker',
           'leaks under the sink, water is shut off for now',
           'yearly maintenance as agreed, access by the back door',
           'makes a grinding noise when it runs for more than ten minutes',
           'second visit, the part that was ordered has arrived',
           'quote wanted for a replacement, please take photographs and measures'],
           perf_mgmt.industry_draw(p_seed, 'hs.work_orders.description', n)),
         (60 + floor(900 * perf_mgmt.industry_draw(p_seed, 'hs.work_orders.amount', n) ^ 3))::numeric(10,2),
         v_now - interval '365 days' * age ^ 2,
         v_now - interval '365 days' * age ^ 2 * (1 - 0.3 * luck)
  FROM (SELECT *, perf_mgmt.industry_word(v_services, perf_mgmt.industry_draw(p_seed, 'hs.work_orders.service', n)) AS service_type,
               CASE WHEN age < 0.07
                    THEN (ARRAY['NEW', 'SCHEDULED', 'SCHEDULED', 'EN_ROUTE', 'IN_PROGRESS', 'IN_PROGRESS', 'ON_HOLD'])
                         [1 + floor(7 * least(0.99, age / 0.07 * 0.7 + 0.3 * luck))::integer]
                    WHEN luck < 0.08 THEN 'CANCELLED'
                    ELSE 'COMPLETED'
               END AS status
        FROM (SELECT n,
                     (v_work_order_count - n + perf_mgmt.industry_draw(p_seed, 'hs.work_orders.age', n)) / v_work_order_count AS age,
                     perf_mgmt.industry_tenant(v_shares,
                       1 + floor(1000000 * perf_mgmt.industry_draw(p_seed, 'hs.work_orders.tenant', n))::bigint) AS t,
                     perf_mgmt.industry_draw(p_seed, 'hs.work_orders.luck', n) AS luck
              FROM generate_series(1, v_work_order_count) AS n OFFSET 0) AS drawn OFFSET 0) AS made;

  -- Two of three completed work orders are invoiced (the others fall under a plan); old invoices are paid.
  INSERT INTO hs.invoices (id, business_id, customer_id, work_order_id, subtotal, tax_amount, amount_paid, status,
                           due_date, created_at, updated_at)
  SELECT md5('hs.invoices/' || id)::uuid, business_id, customer_id, id, quoted_amount, tax,
         CASE paid WHEN 'PAID' THEN quoted_amount + tax WHEN 'PARTIAL' THEN round(quoted_amount / 2, 2) ELSE 0 END,
         paid, updated_at::date + 30, updated_at, updated_at
  FROM (SELECT *, round(quoted_amount * 0.0825, 2) AS tax,
               CASE WHEN luck < unpaid THEN 'OPEN' WHEN luck < unpaid + 0.06 THEN 'PARTIAL' ELSE 'PAID' END AS paid
        FROM (SELECT *, perf_mgmt.industry_draw(p_seed, 'hs.invoices.paid', uuid_hash(id)) AS luck,
                     0.04 + 0.6 * exp(extract(epoch FROM updated_at - v_now)::double precision / 86400 / 30) AS unpaid
              FROM hs.work_orders
              WHERE status = 'COMPLETED' AND perf_mgmt.industry_draw(p_seed, 'hs.invoices', uuid_hash(id)) < 0.68
              OFFSET 0) AS invoiced OFFSET 0) AS done;

  INSERT INTO hs.payments
  SELECT md5('hs.payments/' || id)::uuid, business_id, id, amount_paid,
         perf_mgmt.industry_word(ARRAY['CARD', 'CARD', 'CARD', 'BANK_TRANSFER', 'BANK_TRANSFER', 'CHECK', 'CASH'],
                                 perf_mgmt.industry_draw(p_seed, 'hs.payments.method', uuid_hash(id))),
         created_at + (v_now - created_at) * 0.05
  FROM hs.invoices
  WHERE amount_paid > 0;

  ALTER TABLE hs.businesses ADD PRIMARY KEY (id);
  ALTER TABLE hs.customers
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES hs.businesses (id);
  CREATE INDEX ON hs.customers (business_id, phone);
  ALTER TABLE hs.technicians
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES hs.businesses (id);
  CREATE INDEX ON hs.technicians (business_id);
  ALTER TABLE hs.technician_availability
    ADD PRIMARY KEY (technician_id, available_date),
    ADD FOREIGN KEY (technician_id) REFERENCES hs.technicians (id);
  CREATE INDEX ON hs.technician_availability (available_date);
  ALTER TABLE hs.work_orders
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES hs.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES hs.customers (id),
    ADD FOREIGN KEY (technician_id) REFERENCES hs.technicians (id);
  CREATE INDEX ON hs.work_orders (business_id, status, created_at DESC);
  CREATE INDEX ON hs.work_orders (customer_id, created_at DESC);
  CREATE INDEX ON hs.work_orders (technician_id) WHERE status NOT IN ('COMPLETED', 'CANCELLED');
  ALTER TABLE hs.invoices
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES hs.businesses (id),
    ADD FOREIGN KEY (customer_id) REFERENCES hs.customers (id),
    ADD FOREIGN KEY (work_order_id) REFERENCES hs.work_orders (id);
  CREATE INDEX ON hs.invoices (work_order_id);
  CREATE INDEX ON hs.invoices (customer_id);
  CREATE INDEX ON hs.invoices (business_id, due_date) WHERE status <> 'PAID';
  ALTER TABLE hs.payments
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (business_id) REFERENCES hs.businesses (id),
    ADD FOREIGN KEY (invoice_id) REFERENCES hs.invoices (id);
  CREATE INDEX ON hs.payments (invoice_id);
  CREATE INDEX ON hs.payments (business_id, created_at DESC);
END
$$;
COMMENT ON FUNCTION perf_mgmt.make_home_services(numeric, bigint) IS
  'Fills the empty schema hs; called by install_industry_schema(), which checks the arguments.';

CREATE FUNCTION perf_mgmt.load_home_services_catalogue() RETURNS void
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
    200, 500, 100.0, 2.0, NULL
  ) ON CONFLICT (scenario_name) DO NOTHING;

  -- Pools are read once, at the start of a run: no operation deletes a row or changes a key that they hold, and none
  -- of them asks for a status that operations use up.
  PERFORM perf_mgmt.ship_generator('random_tenant', 'HOME_SERVICES',
    '{"type": "pool", "sql": "SELECT id FROM hs.businesses ORDER BY created_at, id LIMIT 10000",
      "column": "id", "distribution": "zipf", "theta": 1}',
    'A company; the oldest ones are the biggest, and drawn most.');
  PERFORM perf_mgmt.ship_generator('random_customer', 'HOME_SERVICES',
    '{"type": "pool", "sql": "SELECT id, business_id FROM hs.customers ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 2, "provides": {"random_tenant": "business_id"}}',
    'A customer with his company, rather a new one.');
  PERFORM perf_mgmt.ship_generator('random_service', 'HOME_SERVICES',
    '{"type": "choice", "values": {"HVAC": 25, "PLUMBING": 19, "ELECTRICAL": 13, "CLEANING": 13, "APPLIANCE_REPAIR": 12,
      "LANDSCAPING": 6, "PEST_CONTROL": 6, "ROOFING": 6}}',
    'What kind of work is wanted.');
  PERFORM perf_mgmt.ship_generator('weighted_priority', 'HOME_SERVICES',
    '{"type": "choice", "values": {"LOW": 15, "NORMAL": 60, "HIGH": 18, "EMERGENCY": 7}}',
    'How urgent it is.');
  PERFORM perf_mgmt.ship_generator('generated_description', 'HOME_SERVICES',
    '{"type": "choice", "values": [
      "Does not start since this morning. The customer has tried the breaker already.",
      "Leak under the kitchen sink; water is shut off for now. Somebody is at home all day.",
      "Yearly maintenance as agreed. Key at the neighbour, second door to the left.",
      "Makes a grinding noise when it runs for more than ten minutes, then stops by itself.",
      "Second visit: the part that was ordered has arrived at the shop.",
      "Quote wanted for a replacement. Please take photographs and measures, and mind the dog.",
      "Customer moved in last week and wants everything checked before the winter.",
      "Smells of burning. Told the customer to switch it off and to stay away from it.",
      "Call before you come.",
      "Warranty case, see the last invoice. Customer is not pleased; please be on time."]}',
    'What the customer says is wrong.');
  PERFORM perf_mgmt.ship_generator('current_date', 'HOME_SERVICES',
    '{"type": "pool",
      "sql": "SELECT coalesce((SELECT min(available_date) FROM hs.technician_availability WHERE available_date >= current_date), (SELECT max(available_date) FROM hs.technician_availability)) AS available_date",
      "column": "available_date"}',
    'Today; once the calendar of the technicians has run out, its last day.');
  PERFORM perf_mgmt.ship_generator('progressive_status', 'HOME_SERVICES',
    '{"type": "choice", "values": {"SCHEDULED": 25, "EN_ROUTE": 25, "IN_PROGRESS": 25, "ON_HOLD": 5, "COMPLETED": 20}}',
    'The next status of a work order.');
  PERFORM perf_mgmt.ship_generator('existing_work_order', 'HOME_SERVICES',
    '{"type": "pool", "sql": "SELECT id, business_id FROM hs.work_orders ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 4, "provides": {"random_tenant": "business_id"}}',
    'A work order with its company, rather a young one.');
  PERFORM perf_mgmt.ship_generator('completed_work_order', 'HOME_SERVICES',
    '{"type": "pool",
      "sql": "SELECT id, business_id, quoted_amount, round(quoted_amount * 0.0825, 2) AS tax FROM hs.work_orders WHERE status = ''COMPLETED'' AND quoted_amount IS NOT NULL ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 3,
      "provides": {"random_tenant": "business_id", "quoted_amount": "quoted_amount", "sales_tax": "tax"}}',
    'A work order that is to be invoiced, with its company and its amounts.');
  PERFORM perf_mgmt.ship_generator('payable_invoice', 'HOME_SERVICES',
    '{"type": "pool",
      "sql": "SELECT id, business_id, total_amount FROM hs.invoices WHERE total_amount > 0 ORDER BY created_at DESC, id LIMIT 10000",
      "column": "id", "distribution": "exponential", "parameter": 3,
      "provides": {"random_tenant": "business_id", "invoice_total": "total_amount"}}',
    'An invoice with its company and its total, rather a young one.');
  PERFORM perf_mgmt.ship_generator('random_payment', 'HOME_SERVICES',
    '{"type": "choice", "values": {"CARD": 50, "BANK_TRANSFER": 30, "CHECK": 12, "CASH": 8}}',
    'How an invoice is paid.');

  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Create Work Order', 'write', 25.0,
    ARRAY['work_order_creation', 'work_order_operations'], 'A customer calls, and the office writes it down.',
    'INSERT INTO hs.work_orders (business_id, customer_id, service_type, priority, description) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    '{"business_id": "random_tenant", "customer_id": "random_customer", "service_type": "random_service", "priority": "weighted_priority", "description": "generated_description"}');
  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Search Available Technicians', 'read', 20.0,
    ARRAY['customer_queries', 'technician_scheduling'], 'The office looks for somebody to send.',
    'SELECT t.id, t.name, t.skills, t.current_location FROM hs.technicians t JOIN hs.technician_availability ta ON t.id = ta.technician_id WHERE t.business_id = $1 AND ta.available_date = $2 AND ta.is_available = true',
    '{"business_id": "random_tenant", "available_date": "current_date"}');
  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Update Work Order Status', 'write', 20.0,
    ARRAY['technician_updates', 'work_order_operations'], 'A technician reports from the road.',
    'UPDATE hs.work_orders SET status = $1, updated_at = NOW() WHERE id = $2 AND business_id = $3',
    '{"status": "progressive_status", "work_order_id": "existing_work_order", "business_id": "random_tenant"}');
  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Customer Lookup', 'read', 10.0,
    ARRAY['customer_queries', 'customer_management'], 'A customer calls; the office sees who it is and what was done lately.',
    'SELECT c.name, c.phone, c.address, w.id, w.service_type, w.status, w.created_at FROM hs.customers c LEFT JOIN LATERAL (SELECT id, service_type, status, created_at FROM hs.work_orders WHERE customer_id = c.id ORDER BY created_at DESC LIMIT 5) w ON true WHERE c.business_id = $1 AND c.id = $2',
    '{"business_id": "random_tenant", "customer_id": "random_customer"}');
  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Generate Invoice', 'write', 15.0,
    ARRAY['invoice_generation', 'billing_operations'], 'The work is done and is invoiced.',
    'INSERT INTO hs.invoices (business_id, customer_id, work_order_id, subtotal, tax_amount, due_date) SELECT w.business_id, w.customer_id, w.id, $3, $4, current_date + 30 FROM hs.work_orders w WHERE w.id = $2 AND w.business_id = $1 RETURNING id',
    '{"business_id": "random_tenant", "work_order_id": "completed_work_order", "subtotal": "quoted_amount", "tax_amount": "sales_tax"}');
  PERFORM perf_mgmt.ship_operation('HS Peak Season Load', 'Process Payment', 'write', 10.0,
    ARRAY['payment_processing', 'billing_operations'], 'A customer pays; payment and invoice change together.',
    'INSERT INTO hs.payments (business_id, invoice_id, amount, payment_method) VALUES ($1, $2, $3, $4); '
    'UPDATE hs.invoices SET amount_paid = least(total_amount, amount_paid + $3), status = CASE WHEN amount_paid + $3 >= total_amount THEN ''PAID'' ELSE ''PARTIAL'' END, updated_at = NOW() WHERE business_id = $1 AND id = $2',
    '{"business_id": "random_tenant", "invoice_id": "payable_invoice", "amount": "invoice_total", "payment_method": "random_payment"}');

  -- 500 users who rest 3.3 s on average do about 150 operations a second, 1.5 times what the scenario asks for.
  PERFORM perf_mgmt.ship_test('HS Peak Season', 'HS Peak Season Load', 'hs',
    'The peak season with its full load; needs SELECT perf_mgmt.install_industry_schema(''HOME_SERVICES'').',
    '{"think_time_ms": {"type": "integer", "min": 500, "max": 12500, "distribution": "exponential", "parameter": 4},
      "warmup_seconds": 30, "ci_enabled": false, "environments": ["development", "staging"]}');
END
$$;
COMMENT ON FUNCTION perf_mgmt.load_home_services_catalogue() IS
  'Loads what ships for HOME_SERVICES; called by load_industry_catalogue().';
