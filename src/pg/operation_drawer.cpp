#include "perf_mgmt/pg/operation_drawer.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

OperationDrawer::OperationDrawer(const RunPlan& plan) {
  std::size_t most_values = 0;
  for (const PlannedOperation& operation : plan.operations) {
    try {
      programs_.push_back(compile_operation(plan, operation, requests_));
    } catch (const Error& error) {
      throw Error(error.sqlstate(), error.message(),
                  fmt::format("{}{}In operation \"{}\".", error.detail(),
                              error.detail().empty() ? "" : "\n", operation.name),
                  error.hint());
    }
    most_values = std::max(most_values, programs_.back().program.parameter_count());
  }
  values_.resize(most_values);
  settings_.reserve(plan.spec.session_settings.size());
  context_.run_start_us = plan.run_start_us;
  context_.evaluate = evaluate;
  context_.evaluate_state = this;
}

void OperationDrawer::prepare(const Executor& executor, bool own_transaction) {
  own_transaction_ = own_transaction;
  for (std::size_t i = 0; i < programs_.size(); ++i) {
    const std::vector<ParameterForm> forms = executor.parameter_forms(i);
    for (std::size_t parameter = 0; parameter < forms.size(); ++parameter) {
      programs_[i].program.set_parameter_form(parameter, forms[parameter]);
    }
  }
  expressions_.prepare(requests_.expressions);
  context_.utc_offset_us = pg_call([&] {
    pg_tm fields;
    fsec_t fraction = 0;
    int seconds_west = 0;
    timestamp2tm(context_.run_start_us, &seconds_west, &fields, &fraction, nullptr, nullptr);
    return std::int64_t{-seconds_west} * USECS_PER_SEC;
  });
}

void OperationDrawer::set_sources(std::vector<PoolView> pools,
                                  std::span<std::atomic<std::uint64_t>> sequences) {
  pools_ = std::move(pools);
  context_.pools = pools_;
  context_.sequences = sequences;
  context_.sequence_strides = requests_.sequence_strides;
}

void OperationDrawer::draw(std::size_t operation, RandomStream& random,
                           std::optional<std::uint64_t> slot) {
  const OperationProgram& program = programs_[operation];
  context_.random = &random;
  context_.slot = slot;
  program.program.draw(context_, scratch_, {values_.data(), program.program.parameter_count()});
  parameter_count_ = program.parameters;
  settings_.clear();
  for (const std::size_t value : program.setting_values) settings_.push_back(values_[value]);
}

std::optional<std::string_view> OperationDrawer::evaluate(void* self, std::uint32_t expression) {
  auto* drawer = static_cast<OperationDrawer*>(self);
  return drawer->expressions_.evaluate(expression, drawer->own_transaction_);
}

}  // namespace perf_mgmt::pg
