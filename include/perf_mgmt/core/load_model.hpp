// The closed load model: how many virtual users are active at each moment of a run.
//
// Time is nanoseconds since the start of the run. The target is piecewise linear; virtual user v
// (0-based) is active while v < target(t), so that users start one after another on a ramp up and
// the last to come is the first to go on a ramp down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace perf_mgmt {

struct Stage {
  std::string name;  // warm_up, ramp_up, steady, ramp_down
  std::int64_t start_ns;
  std::int64_t end_ns;  // >= start_ns
  double from;          // target at start_ns
  double to;            // target at end_ns, linear between
  bool measured;        // false: warm-up, excluded from every result
};

class LoadModel {
 public:
  // warm-up at the full number of users (not measured), ramp up from 0, steady, ramp down to 0.
  // Stages of no length are left out; where none has a length, a steady stage of no length stands
  // alone. Seconds 0..2e9, rounded to nanoseconds; users >= 1.
  static LoadModel ramps(int virtual_users, double warmup_seconds, double ramp_up_seconds,
                         double steady_seconds, double ramp_down_seconds);
  // All users active for ever: the run ends after its number of operations, or never by itself.
  static LoadModel unbounded(int virtual_users);

  const std::vector<Stage>& stages() const noexcept { return stages_; }
  std::int64_t measured_from_ns() const noexcept;
  std::int64_t end_ns() const noexcept;  // INT64_MAX when unbounded
  int most_users() const noexcept;

  // Target at t (0 before the start and from end_ns() on), and the number of active users, ceil'ed
  // so that the first user starts with the ramp.
  double target(std::int64_t t_ns) const noexcept;
  int active_users(std::int64_t t_ns) const noexcept;
  // The earliest nanosecond >= t at which user v (>= 0) is active, v < target(t); none if there is
  // none. On a ramp up from 0 that of user 0 is the one after the start.
  std::optional<std::int64_t> next_active(int v, std::int64_t t_ns) const noexcept;
  // Index into stages() at t; the last stage from its start on.
  std::size_t stage_at(std::int64_t t_ns) const noexcept;

 private:
  std::vector<Stage> stages_;
};

// The virtual users of one worker, ordered by when each is due: a binary heap, first come first
// served among equals. No allocation after construction.
class DueQueue {
 public:
  struct Entry {
    std::int64_t due_ns;
    std::uint64_t order;  // ties: who was pushed first
    std::int32_t user;
  };
  explicit DueQueue(std::size_t capacity);  // the most entries that it will hold at a time
  void push(std::int64_t due_ns, std::int32_t user);
  const Entry& top() const noexcept;  // not empty
  Entry pop() noexcept;               // not empty
  bool empty() const noexcept;
  std::size_t size() const noexcept;

 private:
  std::vector<Entry> heap_;
  std::uint64_t pushed_ = 0;
};

}  // namespace perf_mgmt
