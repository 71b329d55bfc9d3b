// "series" of a document: the course of a run in at most 300 points.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json_reader.hpp"
#include "perf_mgmt/core/svg_chart.hpp"

namespace perf_mgmt {

struct SeriesPoint {
  double at_s = 0;  // since the run's start; where the point begins
  double seconds = 0;
  bool measured = true;
  std::optional<double> round;
  std::string stage;
  double failed = 0;
  std::optional<double> tps;
  std::optional<double> p50_ms;
  std::optional<double> p95_ms;
  std::optional<double> p99_ms;
  std::optional<double> users;
  std::optional<double> target_rate;
  std::optional<double> busy_ms;
  std::map<std::string, double> waits;  // samples by type; "CPU": waiting for nothing

  double middle_s() const noexcept { return at_s + seconds / 2; }
  double end_s() const noexcept { return at_s + seconds; }
};
struct SeriesEvent {
  double at_s = 0;
  std::string type;
  std::string message;
};
struct RunSeries {
  std::vector<SeriesPoint> points;  // rising
  std::vector<SeriesEvent> events;
};

// Points out of order are left out. document: has "series", or has none.
RunSeries read_series(const JsonValue& document);

// One value of each point.
std::vector<std::optional<double>> values_of(const RunSeries& series,
                                             std::optional<double> SeriesPoint::*value);

// What was around while it was measured: warm-up and disturbed rounds as bands; the beginning of
// each spell of failures, events and new stages as marks, each kind left out where there would be
// more than a reader can tell apart.
std::vector<ChartBand> course_bands(const RunSeries& series, const JsonValue& report);
std::vector<ChartMark> course_marks(const RunSeries& series);

}  // namespace perf_mgmt
