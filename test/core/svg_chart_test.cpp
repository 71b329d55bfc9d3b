// Coordinates by hand: the area is 54 to 470 across and 196 to 24 upwards.
#include "perf_mgmt/core/svg_chart.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <limits>

namespace perf_mgmt {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Values = std::vector<std::optional<double>>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The problem of a fragment of XML: tags that do not match, attributes without quotes, stray < and
// &.
std::string problem_of(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < xml.size();) {
    if (xml[i] == '&') {
      const std::size_t end = xml.find(';', i);
      if (end == std::string::npos || end - i > 6) return "stray & at " + xml.substr(i, 30);
    }
    if (xml[i] != '<') {
      ++i;
      continue;
    }
    const bool closes = xml[i + 1] == '/';
    std::size_t at = i + (closes ? 2 : 1);
    std::string name;
    while (at < xml.size() && std::isalpha(static_cast<unsigned char>(xml[at]))) name += xml[at++];
    if (name.empty()) return "no name at " + xml.substr(i, 30);
    bool quoted = false;
    for (; at < xml.size() && (quoted || xml[at] != '>'); ++at) {
      if (xml[at] == '"') quoted = !quoted;
      if (xml[at] == '<') return "< in a tag at " + xml.substr(i, 30);
      if (!quoted && xml[at] == '=' && xml[at + 1] != '"')
        return "no quote at " + xml.substr(i, 30);
    }
    if (at >= xml.size()) return "no end at " + xml.substr(i, 30);
    if (closes) {
      if (open.empty() || open.back() != name) return "unexpected </" + name + ">";
      open.pop_back();
    } else if (xml[at - 1] != '/') {
      open.push_back(name);
    }
    i = at + 1;
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

Chart small_chart() {
  Chart chart;
  chart.id = "response-time";
  chart.title = "Response time";
  chart.description = "It grows from 0 to 10 ms.";
  chart.x = {0, 10, 20};
  chart.series = {{"p95", 2, {0, 5, 10}}};
  return chart;
}

TEST(SvgChart, DrawsALine) {
  const std::string svg = svg_chart(small_chart());
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(<path class="line c2" d="M54 196l208-86 208-86")")) << svg;
  EXPECT_TRUE(has(
      svg,
      R"(<path class="grid" d="M54 196l416 0M54 153l416 0M54 110l416 0M54 67l416 0M54 24l416 0")"))
      << svg;
  EXPECT_TRUE(has(svg, R"(<text class="tick" x="48" y="157" text-anchor="end">2.5</text>)")) << svg;
  EXPECT_TRUE(has(svg, R"(<text class="tick" x="262" y="213" text-anchor="middle">10 s</text>)"))
      << svg;
  EXPECT_TRUE(has(svg, R"(text-anchor="start">ms</text>)")) << svg;
}

TEST(SvgChart, TellsItsPoints) {
  const std::string svg = svg_chart(small_chart());
  EXPECT_TRUE(
      has(svg, R"(<path d="M54 24h104v172h-104z" data-at="54"><title>0 s: p95 0 ms</title>)"))
      << svg;
  EXPECT_TRUE(has(
      svg, R"(<path d="M158 24h208v172h-208z" data-at="262"><title>10 s: p95 5.00 ms</title>)"));
  EXPECT_TRUE(has(
      svg, R"(<path d="M366 24h104v172h-104z" data-at="470"><title>20 s: p95 10.0 ms</title>)"));
  EXPECT_EQ(count_of(svg, "data-at"), 3u);
}

TEST(SvgChart, HasANameAndADescription) {
  const std::string svg = svg_chart(small_chart());
  EXPECT_TRUE(has(svg, R"(<figure class="chart" id="response-time">)"));
  EXPECT_TRUE(has(svg, R"(<figcaption id="response-time-title">Response time</figcaption>)"));
  EXPECT_TRUE(
      has(svg, R"(viewBox="0 0 480 220" width="480" height="220" role="img" )"
               R"(aria-labelledby="response-time-title" aria-describedby="response-time-text")"));
  EXPECT_TRUE(has(svg, R"(<desc id="response-time-text">It grows from 0 to 10 ms.</desc>)"));
  EXPECT_TRUE(has(svg, R"(id="response-time-readout" aria-live="polite")"));
  EXPECT_FALSE(has(svg, "legend"));  // one line needs none
}

TEST(SvgChart, LeavesGapsAndShowsLonelyPoints) {
  Chart chart = small_chart();
  chart.y_unit = AxisUnit::count;
  chart.x = {0, 1, 2, 3, 4};
  chart.series = {{"a", 1, {1, std::nullopt, 2, 0, std::nullopt}}};
  const std::string svg = svg_chart(chart);
  EXPECT_TRUE(has(svg, R"(d="M54 110h0M262 24l104 172")")) << svg;
  EXPECT_TRUE(has(svg, "<title>1 s: a \u2013</title>")) << svg;
}

TEST(SvgChart, TellsSeriesApart) {
  Chart chart = small_chart();
  chart.series.push_back({"baseline", 99, {1, 1, 1}, true, true});
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(stroke-dasharray="5 4")"));
  EXPECT_TRUE(has(svg, R"(<path class="dots c8" d="M54 178.8h0M262 178.8h0M470 178.8h0")")) << svg;
  EXPECT_TRUE(has(svg, R"(<ul class="legend">)"));
  EXPECT_TRUE(has(svg, R"(<svg class="key c2")"));
  EXPECT_TRUE(has(svg, "</svg> baseline</li>"));
  EXPECT_TRUE(has(svg, "<title>0 s: p95 0 ms, baseline 1.00 ms</title>"));
}

TEST(SvgChart, StacksAreas) {
  Chart chart = small_chart();
  chart.y_unit = AxisUnit::count;
  chart.stacked = true;
  chart.x = {0, 1};
  chart.series = {{"CPU", 1, {1, 1}}, {"IO", 2, {1, 3}}, {"Lock", 3, {0, std::nullopt}}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(<path class="area c1" d="M54 153l416 0 0 43-416 0z")")) << svg;
  EXPECT_TRUE(has(svg, R"(<path class="area c2" d="M54 110l416-86 0 129-416 0z")")) << svg;
  EXPECT_FALSE(has(svg, "area c3"));
  EXPECT_TRUE(has(svg, "<title>1 s: CPU 1, IO 3</title>")) << svg;
}

TEST(SvgChart, LogarithmicValuesAreSpacedByDecades) {
  Chart chart = small_chart();
  chart.y_scale = AxisScale::logarithmic;
  chart.x = {0, 1, 2};
  chart.series = {{"max", 1, {1, 100, 0}}};
  const std::string svg = svg_chart(chart);
  EXPECT_TRUE(has(svg, R"(d="M54 196l208-172")")) << svg;
  EXPECT_TRUE(has(svg, "2 s: max 0 ms"));  // has no place, but is told
}

TEST(SvgChart, PercentileCurve) {
  Chart chart = small_chart();
  chart.x_unit = AxisUnit::percentile;
  chart.x = {0, 0.9, 0.99, 1};  // all of them is at infinity
  chart.series = {{"now", 1, {0, 5, 10, 50}}};
  const std::string svg = svg_chart(chart);
  EXPECT_TRUE(has(svg, R"(d="M54 196l208-86 208-86")")) << svg;
  EXPECT_TRUE(has(svg, "<title>90 %: now 5.00 ms</title>"));
  EXPECT_EQ(count_of(svg, "data-at"), 3u);
}

TEST(SvgChart, MarksAndBandsAreSeenAndTold) {
  Chart chart = small_chart();
  chart.bands = {{0, 10, "", "warmup"}, {15, 20, "round 2 disturbed", "disturbed"}};
  chart.marks = {{10, "checkpoint", "event"}, {19, "3 failures", "failure"}, {500, "far", "event"}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(<path class="band warmup" d="M54 24h208v172h-208z")")) << svg;
  EXPECT_TRUE(has(svg, R"(<path class="band disturbed" d="M366 24h104v172h-104z")")) << svg;
  EXPECT_TRUE(has(svg, R"(<path class="mark event" d="M262 22l0 174")")) << svg;
  EXPECT_TRUE(has(svg, R"(<text class="mark failure" x="449.2" y="19" text-anchor="middle">)"
                       "\u00d7<"))
      << svg;
  EXPECT_TRUE(has(svg, "<title>0 s: p95 0 ms; warm-up</title>")) << svg;
  EXPECT_TRUE(has(svg, "<title>10 s: p95 5.00 ms; checkpoint</title>")) << svg;
  EXPECT_TRUE(has(svg, "<title>20 s: p95 10.0 ms; 3 failures</title>")) << svg;
  EXPECT_FALSE(has(svg, "far"));
  for (const char* name : {"p95", "warm-up", "disturbed", "event", "failure"}) {
    EXPECT_TRUE(has(svg, std::string("</svg> ") + name + "</li>")) << name;
  }
}

TEST(SvgChart, ManyMarksOfAPointAreCounted) {
  Chart chart = small_chart();
  for (int i = 0; i < 5; ++i) chart.marks.push_back({9, "m" + std::to_string(i), "accepted"});
  const std::string svg = svg_chart(chart);
  EXPECT_TRUE(has(svg, "5.00 ms; m0; m1; m2; and 2 more</title>")) << svg;
}

TEST(SvgChart, LimitsAreDrawnWhereTheyAreNear) {
  Chart chart = small_chart();
  chart.levels = {{20, "p95 limit"}, {500, "p99 limit"}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(<path class="level" d="M54 24l416 0")")) << svg;
  EXPECT_TRUE(has(svg, R"(text-anchor="end">p95 limit</text>)")) << svg;
  EXPECT_TRUE(has(svg, "p99 limit (beyond the axis)</li>")) << svg;
}

TEST(SvgChart, SaysThatThereIsNothing) {
  Chart chart = small_chart();
  chart.series = {{"p95", 1, {std::nullopt, kNan, kInfinity}}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(svg,
            "<figure class=\"chart\" id=\"response-time\">\n"
            "<figcaption id=\"response-time-title\">Response time</figcaption>\n"
            "<p class=\"nothing\">Nothing to draw: no value was measured.</p>\n</figure>\n");
  EXPECT_TRUE(has(svg_chart(Chart{}), "Nothing to draw"));
}

TEST(SvgChart, OnePointIsEnough) {
  for (const AxisUnit unit : {AxisUnit::elapsed_seconds, AxisUnit::epoch_seconds, AxisUnit::count,
                              AxisUnit::percentile}) {
    Chart chart = small_chart();
    chart.x_unit = unit;
    chart.x = {0};
    chart.series = {{"p95", 1, {7}}};
    const std::string svg = svg_chart(chart);
    EXPECT_EQ(problem_of(svg), "");
    EXPECT_EQ(count_of(svg, "h0\""), 1u) << svg;
  }
}

TEST(SvgChart, WhatIsNoNumberIsNotDrawn) {
  Chart chart = small_chart();
  chart.x = {0, kNan, kInfinity, 10, 5, 1e300, 20};
  chart.series = {{"a", 1, {0, 1, 2, kInfinity, 3, 4, 10}}, {"b", 2, {-kInfinity, 1e300}}};
  chart.marks = {{kNan, "x", "event"}, {-kInfinity, "y", "event"}};
  chart.bands = {{kNan, 5, "", "warmup"}, {0, kInfinity, "", "disturbed"}};
  chart.levels = {{kNan, "z"}, {1e300, "huge"}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_FALSE(has(svg, "nan"));
  EXPECT_FALSE(has(svg, "inf"));
  EXPECT_FALSE(has(svg, "e+"));
  EXPECT_EQ(count_of(svg, "data-at"), 3u);  // 0, 10 and 20; 5 does not rise
  EXPECT_TRUE(has(svg, R"(d="M54 196h0M470 24h0")")) << svg;
}

TEST(SvgChart, HostileTextStaysText) {
  const std::string script = "</title></svg><script>alert(\"1\")</script>&<!--";
  const std::string rubbish = "\xff\x1b[31m\U0001F680'";
  const std::string endless(10'000, '<');
  Chart chart = small_chart();
  chart.id = "a\"><b";
  chart.title = script + endless;
  chart.description = rubbish + endless;
  chart.x_texts = {script, rubbish, endless};
  chart.series = {{script, 1, {0, 5, 10}}, {endless, -1, {1, 2, 3}}, {rubbish, 3, {1, 2, 3}}};
  chart.marks = {{0, script, script}, {10, endless, endless}, {20, rubbish, rubbish}};
  chart.bands = {{0, 10, script + endless, script}, {10, 15, rubbish, "warmup"}};
  chart.levels = {{5, script}, {1e6, endless}};
  const std::string svg = svg_chart(chart);
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_FALSE(has(svg, "<script"));
  EXPECT_FALSE(has(svg, "\x1b"));
  EXPECT_FALSE(has(svg, "\xff"));
  EXPECT_TRUE(has(svg, R"(id="a---b")"));
  EXPECT_TRUE(has(svg, "&lt;script&gt;"));
  EXPECT_LT(svg.size(), 30'000u);  // long texts are clipped, the more so where they are repeated
}

TEST(SvgChart, FourChartsOfThreeHundredPointsAreSmall) {
  Chart lines = small_chart();
  Chart stack = small_chart();
  lines.x.clear();
  lines.series = {{"p50", 1, {}}, {"p95", 2, {}}, {"p99", 3, {}}};
  stack.series = {
      {"CPU", 1, {}}, {"IO", 2, {}}, {"Lock", 3, {}}, {"LWLock", 4, {}}, {"IPC", 5, {}}};
  stack.stacked = true;
  stack.y_unit = AxisUnit::count;
  for (int i = 0; i < 300; ++i) {
    lines.x.push_back(i * 6);
    for (ChartSeries& series : lines.series) series.values.push_back(10 + (i * 7919 % 1000) / 7.0);
    for (ChartSeries& series : stack.series) series.values.push_back(10 + i * 31 % 17);
  }
  stack.x = lines.x;
  const std::size_t size = 3 * svg_chart(lines).size() + svg_chart(stack).size();
  EXPECT_LT(size, 250'000u);
  EXPECT_GT(size, 100'000u);
}

TEST(SvgHistogram, DrawsBarsOnALogarithmicAxis) {
  const std::string svg =
      svg_histogram("times", "Response times", "Most took 10 ms.",
                    {{1, 10, 1000}, {10, 100, 4000}, {100, 1000, 0}, {1000, 10000, 1}},
                    {{10, "p50", "change"}, {10.1, "p51", ""}, {5e6, "no", ""}});
  EXPECT_EQ(problem_of(svg), "");
  EXPECT_TRUE(has(svg, R"(<path class="bars c1" d="M54 153h103.6v43h-103.6z)"
                       R"(M158 24h103.6v172h-103.6zM366 195h103.6v1h-103.6z")"))
      << svg;
  EXPECT_TRUE(has(svg, "<title>1.00 ms to 10.0 ms: 1,000 (20.0 %)</title>")) << svg;
  EXPECT_TRUE(has(svg, "<title>10.0 ms to 100 ms: 4,000 (80.0 %); p50; p51</title>")) << svg;
  EXPECT_TRUE(has(svg, R"(text-anchor="middle">p50</text>)"));
  EXPECT_FALSE(has(svg, ">p51</text>"));  // no room
  EXPECT_FALSE(has(svg, "no</text>"));
}

TEST(SvgHistogram, TheFirstBarMayBeginAtZero) {
  const std::string svg = svg_histogram("t", "T", "", {{0, 2, 1}, {2, 4, 1}}, {});
  EXPECT_TRUE(has(svg, "<title>0 ms to 2.00 ms: 1 (50.0 %)</title>")) << svg;
  EXPECT_TRUE(has(svg, R"(<path d="M54 24h208v172h-208z")")) << svg;  // from 1 ms
}

TEST(SvgHistogram, SaysThatThereIsNothing) {
  EXPECT_TRUE(has(svg_histogram("t", "T", "", {}, {}), "Nothing to draw"));
  EXPECT_TRUE(
      has(svg_histogram("t", "T", "", {{1, 2, 0}, {kNan, 3, 4}, {5, kInfinity, 1}, {3, 2, 1}}, {}),
          "Nothing to draw"));
}

}  // namespace
}  // namespace perf_mgmt
