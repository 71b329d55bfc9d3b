// The closed load model. Everything that asks whether a user is active goes through the same
// target() of a stage, in double precision, so that active_users() and next_active() can never
// disagree.
#include "perf_mgmt/core/load_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace perf_mgmt {
namespace {

constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

std::int64_t to_ns(double seconds) {
  constexpr double longest = 2e9;  // four stages of it still fit into 64 bits of nanoseconds
  return std::llround(std::clamp(seconds, 0.0, longest) * 1e9);
}

// The product before the quotient: a quotient that is a whole number then comes out as one.
// Rounding keeps the order, so that the value rises or falls with t without exception.
double value_at(const Stage& stage, std::int64_t t_ns) {
  if (stage.from == stage.to) return stage.from;
  const auto passed = static_cast<double>(t_ns - stage.start_ns);
  const auto length = static_cast<double>(stage.end_ns - stage.start_ns);
  return stage.from + (stage.to - stage.from) * passed / length;
}

// The earliest t of from..last at which user v is active in a rising stage; it is active at last.
std::int64_t first_active(const Stage& stage, int v, std::int64_t from, std::int64_t last) {
  while (from < last) {
    const std::int64_t middle = from + (last - from) / 2;
    if (v < value_at(stage, middle)) {
      last = middle;
    } else {
      from = middle + 1;
    }
  }
  return last;
}

bool later(const DueQueue::Entry& a, const DueQueue::Entry& b) {
  return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.order > b.order;
}

}  // namespace

LoadModel LoadModel::ramps(int virtual_users, double warmup_seconds, double ramp_up_seconds,
                           double steady_seconds, double ramp_down_seconds) {
  const double users = virtual_users;
  LoadModel model;
  std::int64_t end = 0;
  const auto add = [&](const char* name, double seconds, double from, double to, bool measured) {
    const std::int64_t start = end;
    end += to_ns(seconds);
    if (end > start) model.stages_.push_back({name, start, end, from, to, measured});
  };
  add("warm_up", warmup_seconds, users, users, false);
  add("ramp_up", ramp_up_seconds, 0, users, true);
  add("steady", steady_seconds, users, users, true);
  add("ramp_down", ramp_down_seconds, users, 0, true);
  if (model.stages_.empty()) model.stages_.push_back({"steady", 0, 0, users, users, true});
  return model;
}

LoadModel LoadModel::unbounded(int virtual_users) {
  const double users = virtual_users;
  LoadModel model;
  model.stages_.push_back({"steady", 0, for_ever, users, users, true});
  return model;
}

std::int64_t LoadModel::measured_from_ns() const noexcept {
  for (const Stage& stage : stages_)
    if (stage.measured) return stage.start_ns;
  return end_ns();
}

std::int64_t LoadModel::end_ns() const noexcept {
  return stages_.back().end_ns;
}

int LoadModel::most_users() const noexcept {
  double most = 0;
  for (const Stage& stage : stages_) most = std::max({most, stage.from, stage.to});
  return static_cast<int>(std::ceil(most));
}

double LoadModel::target(std::int64_t t_ns) const noexcept {
  if (t_ns < 0 || t_ns >= end_ns()) return 0;
  return value_at(stages_[stage_at(t_ns)], t_ns);
}

int LoadModel::active_users(std::int64_t t_ns) const noexcept {
  return static_cast<int>(std::ceil(target(t_ns)));
}

std::optional<std::int64_t> LoadModel::next_active(int v, std::int64_t t_ns) const noexcept {
  for (const Stage& stage : stages_) {
    const std::int64_t from = std::max(t_ns, stage.start_ns);
    if (from >= stage.end_ns) continue;
    if (v < value_at(stage, from)) return from;
    const std::int64_t last = stage.end_ns - 1;
    if (stage.to > stage.from && v < value_at(stage, last))
      return first_active(stage, v, from, last);
  }
  return std::nullopt;
}

std::size_t LoadModel::stage_at(std::int64_t t_ns) const noexcept {
  std::size_t i = 0;
  while (i + 1 < stages_.size() && t_ns >= stages_[i + 1].start_ns) ++i;
  return i;
}

DueQueue::DueQueue(std::size_t capacity) {
  heap_.reserve(capacity);
}

void DueQueue::push(std::int64_t due_ns, std::int32_t user) {
  heap_.push_back({due_ns, pushed_++, user});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

const DueQueue::Entry& DueQueue::top() const noexcept {
  return heap_.front();
}

DueQueue::Entry DueQueue::pop() noexcept {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

bool DueQueue::empty() const noexcept {
  return heap_.empty();
}

std::size_t DueQueue::size() const noexcept {
  return heap_.size();
}

}  // namespace perf_mgmt
