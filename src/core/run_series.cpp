#include "run_series.hpp"

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostMarks = 12;  // of a kind

SeriesPoint read_point(const JsonValue& value) {
  SeriesPoint point;
  point.at_s = value.get("at_ms").number() / 1000;
  point.seconds = value.number_of("ms").value_or(0) / 1000;
  point.measured = flag_of(value, "measured").value_or(true);
  point.round = value.number_of("round");
  point.stage = text_or_empty(value, "stage");
  point.failed = value.number_of("failed").value_or(0);
  point.tps = value.number_of("tps");
  point.p50_ms = value.number_of("p50_ms");
  point.p95_ms = value.number_of("p95_ms");
  point.p99_ms = value.number_of("p99_ms");
  point.users = value.number_of("users");
  point.target_rate = value.number_of("target_rate");
  point.busy_ms = value.number_of("busy_ms");
  with_member(value, "waits", [&](const JsonValue& waits) {
    waits.each_member([&](const std::string& type, const JsonValue& samples) {
      point.waits[type] = samples.number();
    });
  });
  return point;
}

// What bands say of the rounds that something disturbed.
std::map<double, std::string> disturbed_rounds(const JsonValue& report) {
  std::map<double, std::string> rounds;
  with_member(report, "timeline", [&](const JsonValue& timeline) {
    each_of(timeline, "rounds", [&](const JsonValue& round) {
      if (flag_of(round, "is_quiet").value_or(true)) return;
      if (const auto number = round.number_of("round_number")) {
        rounds[*number] = "round " + whole_number(*number) + " was disturbed";
      }
    });
  });
  return rounds;
}

void append_band(std::vector<ChartBand>& bands, const SeriesPoint& point, const std::string& kind,
                 const std::string& text) {
  // Half a point's length is more than rounding and less than a gap.
  const bool continues = !bands.empty() && bands.back().kind == kind && bands.back().text == text &&
                         point.at_s - bands.back().to < point.seconds / 2;
  if (continues) {
    bands.back().to = point.end_s();
  } else {
    bands.push_back({point.at_s, point.end_s(), text, kind});
  }
}

void append_all(std::vector<ChartMark>& marks, std::vector<ChartMark> more) {
  if (more.size() > kMostMarks) return;
  for (ChartMark& mark : more) marks.push_back(std::move(mark));
}

std::vector<ChartMark> failure_marks(const RunSeries& series) {
  std::vector<ChartMark> marks;
  double in_spell = 0;
  const auto finish = [&] {
    if (in_spell > 0) marks.back().text = counted(in_spell, "failure");
    in_spell = 0;
  };
  for (const SeriesPoint& point : series.points) {
    if (point.failed <= 0) {
      finish();
      continue;
    }
    if (in_spell == 0) marks.push_back({point.middle_s(), "", "failure"});
    in_spell += point.failed;
  }
  finish();
  return marks;
}

// That a test began and ended is to be seen without a mark.
std::vector<ChartMark> event_marks(const RunSeries& series) {
  std::vector<ChartMark> marks;
  for (const SeriesEvent& event : series.events) {
    if (event.type.starts_with("TEST_") || event.type == "OPERATION_ERROR") continue;
    if (event.at_s < 0 || event.at_s > series.points.back().end_s()) continue;
    marks.push_back(
        {event.at_s, clipped(event.message.empty() ? event.type : event.message, 100), "event"});
  }
  return marks;
}

std::vector<ChartMark> stage_marks(const RunSeries& series) {
  std::vector<ChartMark> marks;
  std::string stage = series.points.front().stage;
  for (const SeriesPoint& point : series.points) {
    if (point.stage.empty() || point.stage == stage) continue;
    stage = point.stage;
    marks.push_back({point.at_s, "stage " + clipped(stage, 60), "event"});
  }
  return marks;
}

}  // namespace

RunSeries read_series(const JsonValue& document) {
  RunSeries series;
  with_member(document, "series", [&](const JsonValue& value) {
    each_of(value, "points", [&](const JsonValue& element) {
      SeriesPoint point = read_point(element);
      if (!series.points.empty() && point.at_s <= series.points.back().at_s) return;
      series.points.push_back(std::move(point));
    });
    each_of(value, "events", [&](const JsonValue& event) {
      const auto at = event.number_of("at_ms");
      if (!at) return;
      series.events.push_back(
          {*at / 1000, text_or_empty(event, "type"), text_or_empty(event, "message")});
    });
  });
  return series;
}

std::vector<std::optional<double>> values_of(const RunSeries& series,
                                             std::optional<double> SeriesPoint::*value) {
  std::vector<std::optional<double>> values;
  values.reserve(series.points.size());
  for (const SeriesPoint& point : series.points) values.push_back(point.*value);
  return values;
}

std::vector<ChartBand> course_bands(const RunSeries& series, const JsonValue& report) {
  const std::map<double, std::string> disturbed = disturbed_rounds(report);
  std::vector<ChartBand> bands;
  bool has_begun = false;
  for (const SeriesPoint& point : series.points) {
    has_begun = has_begun || point.measured;
    const auto round = point.round ? disturbed.find(*point.round) : disturbed.end();
    if (!point.measured) {
      append_band(bands, point, "warmup", has_begun ? "not measured" : "warm-up, not measured");
    } else if (round != disturbed.end()) {
      append_band(bands, point, "disturbed", round->second);
    }
  }
  return bands;
}

std::vector<ChartMark> course_marks(const RunSeries& series) {
  std::vector<ChartMark> marks;
  if (series.points.empty()) return marks;
  append_all(marks, failure_marks(series));
  append_all(marks, event_marks(series));
  append_all(marks, stage_marks(series));
  return marks;
}

}  // namespace perf_mgmt
