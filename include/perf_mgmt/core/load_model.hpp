// The load model: how many virtual users are active, or how many operations per second fall due, at
// each moment of a run.
//
// Time is nanoseconds since the start of the run. The target is piecewise linear. Closed model:
// virtual user v (0-based) is active while v < target(t), so that users start one after another on
// a ramp up and the last to come is the first to go on a ramp down. Open model: slot k (0-based) is
// due when the integral of the target reaches k + 1 (regular arrivals) or the sum of k + 1 standard
// exponential variates (Poisson arrivals).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {

struct Stage {
  std::string name;  // warm_up, ramp_up, steady, ramp_down, or that of a stage of the run spec
  std::int64_t start_ns;
  std::int64_t end_ns;  // >= start_ns
  double from;          // target at start_ns
  double to;            // target at end_ns, linear between
  bool measured;        // false: warm-up, excluded from every result

  bool holds() const noexcept { return from == to; }
};

class LoadModel {
 public:
  // The load model of a run spec:
  // - operations: the target for ever (unbounded);
  // - stages: warm-up at the first target that is not 0 (not measured), then the stages;
  // - else warm-up at the full target (not measured), ramp up from 0, steady, ramp down to 0.
  // Stages of no length are left out; where none has a length, a steady stage of no length stands
  // alone. Durations are those after time_scale, rounded to nanoseconds. The spec has been merged,
  // so that there is a target and a duration.
  static LoadModel of(const RunSpec& spec);
  // warm-up at the full target (not measured), ramp up from 0, steady, ramp down to 0. target > 0;
  // seconds at most 2e9.
  static LoadModel ramps(double target, double warmup_seconds, double ramp_up_seconds,
                         double steady_seconds, double ramp_down_seconds);
  // The run ends after its number of operations, or never by itself.
  static LoadModel unbounded(double target);

  const std::vector<Stage>& stages() const noexcept { return stages_; }
  std::int64_t measured_from_ns() const noexcept;
  std::int64_t end_ns() const noexcept;  // INT64_MAX when unbounded
  double highest_target() const noexcept;
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
  // Operations that fall due from the start to t: the integral of the target, in operations.
  double due_until(std::int64_t t_ns) const noexcept;

 private:
  std::vector<Stage> stages_;
};

// When the slots of an open model are due, to the nearest nanosecond. Every process that is given
// the same load model, distribution and seed computes the same times, so that workers share no more
// than a counter. Warm-up slots are slots like any other. No allocation after construction.
//
// Poisson arrivals of a changing rate are those of rate 1 on a stretched time axis (Cinlar,
// "Introduction to Stochastic Processes", 1975, ch. 4.7: inversion of the cumulative rate).
class ArrivalSchedule {
 public:
  ArrivalSchedule(const LoadModel& load, RunSpec::Arrivals arrivals, std::uint64_t seed);
  // slot: at least that of the call before. INT64_MAX where the load ends before the slot is due.
  // In Poisson arrivals the slots between two calls are drawn too, some 40 ns each.
  std::int64_t due_ns(std::uint64_t slot) noexcept;

 private:
  // A number of operations since the start: whole + fraction. A double alone would lose the
  // fraction in a run of 10^12 operations.
  struct Position {
    std::uint64_t whole = 0;
    double fraction = 0;  // 0 <= fraction < 1

    bool beyond(const Position& other) const noexcept;
    double since(const Position& other) const noexcept;
  };
  // One stage: where in time, the rates at its ends, and the positions there.
  struct Segment {
    std::int64_t start_ns;
    std::int64_t end_ns;
    double from;
    double to;
    Position begin;
    Position end;
  };
  static Position position_of(long double operations);
  static std::int64_t time_in(const Segment& segment, const Position& position) noexcept;
  void draw_next() noexcept;

  std::vector<Segment> segments_;
  std::size_t segment_ = 0;  // that of the last slot
  RunSpec::Arrivals arrivals_;
  std::uint64_t seed_;
  RandomStream random_;
  std::uint64_t drawn_ = 0;  // Poisson: so many variates have been summed
  Position sum_;
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
