// SQL: compare_variants, two configurations of a test run by turns and judged in pairs.
//
// Each variant is an execution of its own, with a controller of its own, that this session lets run
// round by round in the order A B B A, A B B A ...: whatever drifts on the host falls on both
// alike. Where the turn passes from one variant to the other, the first one's teardown and the
// other's setup run in this session, each statement in a transaction of its own. Teardown runs
// whatever happens, for as long as the session lives; beyond that its row says what is set up. The
// session holds the comparison's lock, as a controller holds that of its execution: where it is
// free, a comparison that is RUNNING is lost, which mark_lost_comparisons finds.
#include <cmath>

#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/variant.hpp"
#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/run_control.hpp"
#include "perf_mgmt/pg/run_loader.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "access/xact.h"
#include "executor/spi.h"
#include "utils/uuid.h"
}

namespace perf_mgmt::pg {

namespace {

// A statement of the caller's, with the caller's rights and search_path, committed.
void run_statement(const std::string& sql, const std::string& what) {
  const auto where = [&] { return fmt::format("In {}: {}", what, brief(sql, 1000)); };
  try {
    in_subtransaction([&] {
      const int code = pg_call([&] {
        const int result = SPI_execute(sql.c_str(), false, 0);
        SPI_freetuptable(SPI_tuptable);
        return result;
      });
      if (code >= 0) return;
      throw Error(sqlstate::feature_not_supported,
                  fmt::format("cannot run this statement: {}", SPI_result_code_string(code)));
    });
  } catch (PgError& error) {
    error.add_detail(where());
    throw;
  } catch (const Error& error) {
    throw Error(error.sqlstate(), error.message(), where(), error.hint());
  }
  pg_call([] { SPI_commit(); });
}

class Comparison {
 public:
  Comparison(std::string test, std::string environment, int quads, std::array<Variant, 2> variants)
      : test_(std::move(test)),
        environment_(std::move(environment)),
        quads_(quads),
        variants_(std::move(variants)) {}

  // Returns the id of the comparison.
  std::string run() {
    record_start();
    started_ns_ = monotonic_ns();
    try {
      for (int quad = 0; quad < quads_; ++quad) {
        for (const std::size_t side : {0U, 1U, 1U, 0U}) take_turn(side);
        show_progress(quad + 1);
      }
      change_to(std::nullopt);
      for (std::optional<RunControl>& control : controls_) control->wait(0);
      judge();
    } catch (...) {
      give_up();
      throw;
    }
    release_execution_lock(id_);
    return id_;
  }

 private:
  void record_start() {
    in_subtransaction([&] {
      std::string test_id;
      for (const Variant& variant : variants_) {
        const RunIntent intent = load_run_intent(test_, variant.config);
        test_id = intent.test.id;
        progress_seconds_ = intent.spec.progress_seconds;
      }
      id_ = *sql_query(
                 "INSERT INTO perf_mgmt.variant_comparisons (test_id, execution_environment, "
                 "quads, name_a, variant_a, name_b, variant_b) VALUES ($1::pg_catalog.uuid, $2, "
                 "$3::pg_catalog.int4, $4, $5::pg_catalog.jsonb, $6, $7::pg_catalog.jsonb) "
                 "RETURNING id",
                 {test_id, environment_, std::to_string(quads_), variants_[0].name,
                  variants_[0].given, variants_[1].name, variants_[1].given})
                 .scalar();
    });
    take_execution_lock(id_);  // before anybody sees the row without it
    pg_call([] { SPI_commit(); });
  }

  // undone: nothing is set up any more.
  void record_failure(bool undone) {
    in_subtransaction([&] {
      sql_query(fmt::format("UPDATE perf_mgmt.variant_comparisons SET status = 'FAILED', "
                            "completed_at = pg_catalog.clock_timestamp(){} "
                            "WHERE id = $1::pg_catalog.uuid AND status = 'RUNNING'",
                            undone ? ", set_up = NULL" : ""),
                {id_});
    });
    pg_call([] { SPI_commit(); });
  }

  // Which variant is set up, for those who come after this session.
  void record_set_up(const SqlText& side) {
    in_subtransaction([&] {
      sql_query(
          "UPDATE perf_mgmt.variant_comparisons SET set_up = $2 WHERE id = $1::pg_catalog.uuid",
          {id_, side});
    });
    pg_call([] { SPI_commit(); });
  }

  // One round of a side.
  void take_turn(std::size_t side) {
    change_to(side);
    ++rounds_[side];
    if (!controls_[side]) {
      controls_[side].emplace(RunControl::start(load(side), rounds_[side]));
    } else {
      controls_[side]->allow_rounds(rounds_[side]);
    }
    controls_[side]->wait_for_rounds(rounds_[side]);
  }

  RunPlan load(std::size_t side) {
    RunPlan plan;
    in_subtransaction([&] {
      plan = load_run_plan(test_, environment_, variants_[side].config);
      plan.comparison_id = id_;
      // The same parameters for both, unless they are what is compared.
      if (side == 0) {
        seed_ = plan.spec.seed;
      } else if (!variants_[side].has_seed) {
        plan.spec.seed = seed_;
      }
      sql_query(fmt::format("UPDATE perf_mgmt.variant_comparisons SET execution_{} = "
                            "$2::pg_catalog.uuid WHERE id = $1::pg_catalog.uuid",
                            side == 0 ? 'a' : 'b'),
                {id_, plan.execution_id});
    });
    pg_call([] { SPI_commit(); });
    return plan;
  }

  // Passes the turn on: nothing, or the other side's teardown and this side's setup.
  void change_to(std::optional<std::size_t> side) {
    if (active_ == side) return;
    if (active_) {
      const Variant& variant = variants_[*active_];
      for (; torn_down_ < variant.teardown.size(); ++torn_down_) {
        run_statement(variant.teardown[torn_down_],
                      fmt::format("the teardown of variant \"{}\"", variant.name));
      }
      if (has_statements(variant)) record_set_up(std::nullopt);
      active_.reset();
    }
    if (!side) return;
    const Variant& variant = variants_[*side];
    if (has_statements(variant)) record_set_up(*side == 0 ? "A" : "B");
    active_ = side;  // from here on there may be something to tear down
    torn_down_ = 0;
    for (const std::string& statement : variant.setup) {
      run_statement(statement, fmt::format("the setup of variant \"{}\"", variant.name));
    }
  }

  static bool has_statements(const Variant& variant) {
    return !variant.setup.empty() || !variant.teardown.empty();
  }

  void show_progress(int quad) const {
    if (progress_seconds_ <= 0) return;
    std::string line = fmt::format("comparison: {} of {} quads", quad, quads_);
    if (quad < quads_) {
      const double minutes = static_cast<double>(monotonic_ns() - started_ns_) / 60e9;
      line += fmt::format(", about {:.0f} min left", std::ceil(minutes / quad * (quads_ - quad)));
    }
    report(NOTICE, "00000", line);
  }

  void judge() {
    in_subtransaction(
        [&] { sql_query("SELECT perf_mgmt.judge_comparison($1::pg_catalog.uuid)", {id_}); });
    pg_call([] { SPI_commit(); });
  }

  // Stops what runs, tears down what is set up, and records the end. An error of its own must not
  // take the place of the one on its way: it is a warning. The cancel that brought it here does not
  // reach these statements; a further one ends the statement that it meets, which may be waiting
  // for a lock, and none but that.
  void give_up() {
    const auto held = InterruptHoldoffCount;
    HOLD_INTERRUPTS();
    for (std::optional<RunControl>& control : controls_) control.reset();
    try {
      pg_call([] { SPI_rollback(); });
      bool undone = true;
      const auto attempt = [&undone, held](const auto& step) {
        QueryCancelPending = false;
        InterruptHoldoffCount = held;
        try {
          step();
          HOLD_INTERRUPTS();
        } catch (const std::exception& error) {
          HOLD_INTERRUPTS();
          undone = false;
          report(WARNING, "01000", fmt::format("comparison could not be undone: {}", error.what()));
        }
      };
      if (active_) {
        const Variant& variant = variants_[*active_];
        for (; torn_down_ < variant.teardown.size(); ++torn_down_) {
          attempt([&] {
            run_statement(variant.teardown[torn_down_],
                          fmt::format("the teardown of variant \"{}\"", variant.name));
          });
        }
      }
      attempt([&] { record_failure(undone); });
      release_execution_lock(id_);
    } catch (const std::exception& error) {
      report(WARNING, "01000", fmt::format("comparison could not be undone: {}", error.what()));
    }
    InterruptHoldoffCount = held;
  }

  std::string test_;
  std::string environment_;
  int quads_;
  std::array<Variant, 2> variants_;
  std::string id_;
  std::array<std::optional<RunControl>, 2> controls_;
  std::array<std::uint32_t, 2> rounds_{};
  std::optional<std::size_t> active_;  // whose setup has run
  std::size_t torn_down_ = 0;          // statements of its teardown that have run
  std::uint64_t seed_ = 0;
  double progress_seconds_ = 0;
  std::int64_t started_ns_ = 0;
};

// Setup and teardown cost time in each quad, and may leave caches cold: no more of them than
// needed.
int chosen_quads(const std::string& test, const std::string& environment,
                 const std::array<Variant, 2>& variants) {
  int quads = most_quads;
  in_subtransaction([&] {
    std::array<RunIntent, 2> intents;
    for (std::size_t side : {0U, 1U}) intents[side] = load_run_intent(test, variants[side].config);
    const SqlText rate =
        sql_query(
            "SELECT throughput_tps FROM perf_mgmt.test_executions WHERE test_id = "
            "$1::pg_catalog.uuid AND execution_environment = $2 AND execution_status = "
            "'COMPLETED' ORDER BY started_at DESC LIMIT 1",
            {intents[0].test.id, environment})
            .scalar();
    for (std::size_t side : {0U, 1U}) {
      const bool prepared = !variants[side].setup.empty() || !variants[side].teardown.empty();
      quads = std::min(quads, default_quads(prepared ? RunSpec{} : intents[side].spec,
                                            rate ? std::optional(std::stod(*rate)) : std::nullopt));
    }
  });
  return quads;
}

Datum compare_variants(FunctionCallInfo call) {
  const std::string test = required_argument(call, 0, "p_test_name");
  const std::string variant_a = required_argument(call, 1, "p_variant_a");
  const std::string variant_b = required_argument(call, 2, "p_variant_b");
  const std::optional<std::string> rounds = optional_argument(call, 3);
  const std::string environment = required_argument(call, 5, "p_execution_environment");
  require_nonatomic_call(call, "compare variants");
  if (rounds && (std::stoi(*rounds) < 2 || std::stoi(*rounds) > most_quads)) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("invalid value for argument \"p_rounds\": {}", *rounds),
                fmt::format("It must be an integer from 2 to {}: so many times A, B, B and A run.",
                            most_quads));
  }
  check_can_start();
  SpiConnection spi(true);
  const int quads =
      rounds ? std::stoi(*rounds)
             : chosen_quads(test, environment,
                            {read_variant(variant_a, "A", 1), read_variant(variant_b, "B", 1)});
  std::array variants = {read_variant(variant_a, "A", 2 * quads),
                         read_variant(variant_b, "B", 2 * quads)};
  Comparison comparison(test, environment, quads, std::move(variants));
  const std::string id = comparison.run();
  spi.finish();
  return row_result(call, {uuid_datum(id)});
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_compare_variants);
Datum perf_mgmt_compare_variants(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::compare_variants(fcinfo); });
}

}  // extern "C"
