// The load model. Everything that asks whether a user is active goes through the same value of a
// stage, in double precision, so that active_users() and next_active() can never disagree.
#include "perf_mgmt/core/load_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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

// Stages one after another; those of no length are left out.
class StageList {
 public:
  void add(std::string name, double seconds, double from, double to, bool measured) {
    const std::int64_t start = end_;
    end_ += to_ns(seconds);
    if (end_ > start) stages_.push_back({std::move(name), start, end_, from, to, measured});
  }
  std::vector<Stage> take(double target) {
    if (stages_.empty()) stages_.push_back({"steady", 0, 0, target, target, true});
    return std::move(stages_);
  }

 private:
  std::vector<Stage> stages_;
  std::int64_t end_ = 0;
};

}  // namespace

LoadModel LoadModel::of(const RunSpec& spec) {
  const double full = spec.load == LoadKind::open ? spec.arrival_rate : spec.virtual_users;
  if (spec.operations > 0) return unbounded(full);
  if (spec.stages.empty()) {
    return ramps(full, spec.warmup_seconds, spec.ramp_up_seconds, spec.test_duration_seconds,
                 spec.ramp_down_seconds);
  }

  const auto first = std::find_if(spec.stages.begin(), spec.stages.end(),
                                  [](const StageSpec& stage) { return stage.target > 0; });
  const double warm = first == spec.stages.end() ? 0 : first->target;
  StageList list;
  list.add("warm_up", spec.warmup_seconds, warm, warm, false);
  double before = 0;
  for (const StageSpec& stage : spec.stages) {
    list.add(stage.name, stage.duration_seconds * spec.time_scale, before, stage.target, true);
    before = stage.target;
  }
  LoadModel model;
  model.stages_ = list.take(before);
  return model;
}

LoadModel LoadModel::ramps(double target, double warmup_seconds, double ramp_up_seconds,
                           double steady_seconds, double ramp_down_seconds) {
  StageList list;
  list.add("warm_up", warmup_seconds, target, target, false);
  list.add("ramp_up", ramp_up_seconds, 0, target, true);
  list.add("steady", steady_seconds, target, target, true);
  list.add("ramp_down", ramp_down_seconds, target, 0, true);
  LoadModel model;
  model.stages_ = list.take(target);
  return model;
}

LoadModel LoadModel::unbounded(double target) {
  LoadModel model;
  model.stages_.push_back({"steady", 0, for_ever, target, target, true});
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

double LoadModel::highest_target() const noexcept {
  double highest = 0;
  for (const Stage& stage : stages_) highest = std::max({highest, stage.from, stage.to});
  return highest;
}

int LoadModel::most_users() const noexcept {
  return static_cast<int>(std::ceil(highest_target()));
}

double LoadModel::target(std::int64_t t_ns) const noexcept {
  if (t_ns < 0 || t_ns >= end_ns()) return 0;
  return value_at(stages_[stage_at(t_ns)], t_ns);
}

int LoadModel::active_users(std::int64_t t_ns) const noexcept {
  return static_cast<int>(std::ceil(target(t_ns)));
}

std::optional<std::int64_t> LoadModel::next_active(int v, std::int64_t t_ns) const noexcept {
  for (std::size_t i = stage_at(t_ns); i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
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
  const auto after =
      std::upper_bound(stages_.begin(), stages_.end(), t_ns,
                       [](std::int64_t t, const Stage& stage) { return t < stage.start_ns; });
  return after == stages_.begin() ? 0 : static_cast<std::size_t>(after - stages_.begin()) - 1;
}

double LoadModel::due_until(std::int64_t t_ns) const noexcept {
  double due = 0;
  for (const Stage& stage : stages_) {
    if (t_ns <= stage.start_ns) break;
    const std::int64_t until = std::min(t_ns, stage.end_ns);
    const double mean = (stage.from + value_at(stage, until)) / 2;
    due += mean * static_cast<double>(until - stage.start_ns) / 1e9;
  }
  return due;
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
