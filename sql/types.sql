-- Enumerations. The order of the labels is the order of comparison: severities rise.

CREATE TYPE perf_mgmt.test_type_enum AS ENUM
  ('BASELINE', 'LOAD', 'STRESS', 'ENDURANCE', 'SPIKE', 'VOLUME');
COMMENT ON TYPE perf_mgmt.test_type_enum IS
  'What a test is for: BASELINE and LOAD hold a target, STRESS looks for the limit, ENDURANCE for drift, SPIKE for recovery, VOLUME for the effect of much data. The load itself is what the configuration says.';

CREATE TYPE perf_mgmt.industry_enum AS ENUM
  ('HOME_SERVICES', 'RESTAURANT', 'AUTOMOTIVE', 'RETAIL', 'BANKING', 'COURSES', 'PAYROLL',
   'INVESTIGATIONS', 'GENERAL');
COMMENT ON TYPE perf_mgmt.industry_enum IS
  'The line of business that a test or scenario is about; GENERAL for any other database.';

CREATE TYPE perf_mgmt.execution_status_enum AS ENUM
  ('RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED');
COMMENT ON TYPE perf_mgmt.execution_status_enum IS
  'State of an execution. RUNNING while its controller lives; COMPLETED when the load ran to its end, whatever the verdict; FAILED when it could not; CANCELLED when somebody or a shutdown stopped it.';

CREATE TYPE perf_mgmt.alert_severity_enum AS ENUM
  ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
COMMENT ON TYPE perf_mgmt.alert_severity_enum IS 'How urgent an alert is, rising.';
