-- The shipped catalogue: generators, scenarios, operations and one ready test per industry. These rows have no
-- owner_role: they run as their caller, and dumps leave them to CREATE EXTENSION.

SELECT perf_mgmt.load_industry_catalogue(industry) FROM perf_mgmt.industry_schemas();
