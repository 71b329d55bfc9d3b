-- perf_mgmt.histogram: the SQL side of the engine's latency histogram (src/pg/histogram_type.cpp).
--
-- All values are nanoseconds. Percentiles are known to within 0.4 %, count, minimum, maximum and mean
-- exactly, and merging loses nothing: a p99 over any set of intervals is a true one.
--   SELECT perf_mgmt.percentile(perf_mgmt.merge(response_histogram), 0.99) / 1e6 AS p99_ms
--   FROM perf_mgmt.execution_intervals WHERE execution_id = ... AND measured;
-- These functions look up no names, so they pin no search_path: setting one costs more than their work.

CREATE TYPE perf_mgmt.histogram;

CREATE FUNCTION perf_mgmt.histogram_in(cstring) RETURNS perf_mgmt.histogram
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_in(cstring) IS 'Reads the text form of a histogram.';

CREATE FUNCTION perf_mgmt.histogram_out(perf_mgmt.histogram) RETURNS cstring
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_out(perf_mgmt.histogram) IS
  'Writes the text form of a histogram; reading it back gives the same histogram.';

CREATE FUNCTION perf_mgmt.histogram_recv(internal) RETURNS perf_mgmt.histogram
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_recv(internal) IS
  'Reads the binary form of a histogram; a damaged one is refused.';

CREATE FUNCTION perf_mgmt.histogram_send(perf_mgmt.histogram) RETURNS bytea
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_send(perf_mgmt.histogram) IS
  'Writes the binary form of a histogram: versioned, sparse, the same on every machine.';

CREATE TYPE perf_mgmt.histogram (
  INPUT = perf_mgmt.histogram_in,
  OUTPUT = perf_mgmt.histogram_out,
  RECEIVE = perf_mgmt.histogram_recv,
  SEND = perf_mgmt.histogram_send,
  INTERNALLENGTH = VARIABLE,
  ALIGNMENT = int4,
  STORAGE = extended
);
COMMENT ON TYPE perf_mgmt.histogram IS
  'Latency histogram in nanoseconds, exact in count, minimum, maximum and mean, within 0.4 % in percentiles, mergeable without loss.';

-- Accessors --------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.count(h perf_mgmt.histogram) RETURNS bigint
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.count(perf_mgmt.histogram) IS 'How many values were recorded.';

CREATE FUNCTION perf_mgmt.min(h perf_mgmt.histogram) RETURNS bigint
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_min' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.min(perf_mgmt.histogram) IS
  'Smallest value in nanoseconds, exact; NULL for an empty histogram.';

CREATE FUNCTION perf_mgmt.max(h perf_mgmt.histogram) RETURNS bigint
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.max(perf_mgmt.histogram) IS
  'Largest value in nanoseconds, exact; NULL for an empty histogram.';

CREATE FUNCTION perf_mgmt.mean(h perf_mgmt.histogram) RETURNS double precision
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.mean(perf_mgmt.histogram) IS
  'Arithmetic mean in nanoseconds; NULL for an empty histogram.';

CREATE FUNCTION perf_mgmt.stddev(h perf_mgmt.histogram) RETURNS double precision
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_stddev' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.stddev(perf_mgmt.histogram) IS
  'Sample standard deviation (n - 1) in nanoseconds; NULL below two values.';

CREATE FUNCTION perf_mgmt.percentile(h perf_mgmt.histogram, p double precision) RETURNS bigint
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_percentile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.percentile(perf_mgmt.histogram, double precision) IS
  'Value in nanoseconds below or at which the fraction p (0 to 1) of the values lies. NULL for an empty histogram, and where fewer than 10 values lie above: such a percentile would be invented. p = 1 is the maximum.';

CREATE FUNCTION perf_mgmt.buckets(h perf_mgmt.histogram)
RETURNS TABLE (low numeric, high numeric, count bigint)
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_buckets' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 200;
COMMENT ON FUNCTION perf_mgmt.buckets(perf_mgmt.histogram) IS
  'The buckets in use, rising: count values of low to high nanoseconds, both included.';

-- Equality ---------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.histogram_eq(perf_mgmt.histogram, perf_mgmt.histogram) RETURNS boolean
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_eq(perf_mgmt.histogram, perf_mgmt.histogram) IS
  'Whether two histograms hold the same buckets, count, sum, minimum, maximum and deviation.';

CREATE OPERATOR perf_mgmt.= (
  FUNCTION = perf_mgmt.histogram_eq,
  LEFTARG = perf_mgmt.histogram,
  RIGHTARG = perf_mgmt.histogram,
  COMMUTATOR = OPERATOR(perf_mgmt.=),
  RESTRICT = eqsel,
  JOIN = eqjoinsel
);
COMMENT ON OPERATOR perf_mgmt.= (perf_mgmt.histogram, perf_mgmt.histogram) IS 'equal';

-- merge(histogram) -------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.histogram_merge_transfn(internal, perf_mgmt.histogram) RETURNS internal
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_merge_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_merge_transfn(internal, perf_mgmt.histogram) IS
  'Support of merge(): adds a histogram to the state.';

CREATE FUNCTION perf_mgmt.histogram_merge_finalfn(internal) RETURNS perf_mgmt.histogram
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_merge_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_merge_finalfn(internal) IS
  'Support of merge(): the state as a histogram.';

CREATE FUNCTION perf_mgmt.histogram_merge_combinefn(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_merge_combinefn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_merge_combinefn(internal, internal) IS
  'Support of merge(): adds a parallel worker''s state to the leader''s.';

CREATE FUNCTION perf_mgmt.histogram_merge_serialfn(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_merge_serialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_merge_serialfn(internal) IS
  'Support of merge(): the state on its way from a parallel worker.';

CREATE FUNCTION perf_mgmt.histogram_merge_deserialfn(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'perf_mgmt_histogram_merge_deserialfn' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.histogram_merge_deserialfn(bytea, internal) IS
  'Support of merge(): the state of a parallel worker in the leader.';

CREATE AGGREGATE perf_mgmt.merge(perf_mgmt.histogram) (
  SFUNC = perf_mgmt.histogram_merge_transfn,
  STYPE = internal,
  SSPACE = 60000,
  FINALFUNC = perf_mgmt.histogram_merge_finalfn,
  COMBINEFUNC = perf_mgmt.histogram_merge_combinefn,
  SERIALFUNC = perf_mgmt.histogram_merge_serialfn,
  DESERIALFUNC = perf_mgmt.histogram_merge_deserialfn,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE perf_mgmt.merge(perf_mgmt.histogram) IS
  'The histogram of all values together, without loss. NULLs are passed over; NULL when there is nothing else.';
