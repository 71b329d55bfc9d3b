// Times and percentiles in words. Seconds since 1970 are those of GNU date.
#include "../../src/core/document_reader.hpp"

#include <gtest/gtest.h>

#include "../../src/core/report_html.hpp"
#include "../../src/core/run_series.hpp"

namespace perf_mgmt {
namespace {

TEST(DocumentReader, ReadsTimesOfAnyZone) {
  EXPECT_EQ(epoch_of("2026-03-01T12:00:00+00:00"), 1772366400);
  EXPECT_EQ(epoch_of("2026-03-01T12:00:00.5Z"), 1772366400.5);
  EXPECT_EQ(epoch_of("2026-03-01 12:00:00+02:30"), 1772357400);
  EXPECT_EQ(epoch_of("2026-03-01T12:00:00-01"), 1772370000);
  EXPECT_EQ(epoch_of("2024-02-29T23:59:59"), 1709251199);
  EXPECT_EQ(epoch_of("1969-12-31T23:59:59Z"), -1);
}

TEST(DocumentReader, KnowsWhatIsNoTime) {
  for (const char* text : {"", "soon", "2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z", "2026-03-01",
                           "2026-03-01T12:00", "2026-03-01T12:00:00 CET", "infinity",
                           "-026-03-01T12:00:00Z", "2026-03-01T12:00:00+0x:00"}) {
    EXPECT_EQ(epoch_of(text), std::nullopt) << text;
  }
}

TEST(DocumentReader, WritesTimesInUtc) {
  EXPECT_EQ(time_text("2026-03-01T01:30:00.999+02:30"), "2026-02-28 23:00:00 UTC");
  EXPECT_EQ(time_text("1969-12-31T23:59:59.5Z"), "1969-12-31 23:59:59 UTC");
  EXPECT_EQ(time_text("soon"), "soon");
}

TEST(DocumentReader, NamesPercentiles) {
  EXPECT_EQ(percentile_name(0), "p0");
  EXPECT_EQ(percentile_name(0.5), "p50");
  EXPECT_EQ(percentile_name(0.95), "p95");
  EXPECT_EQ(percentile_name(0.999), "p99.9");
  EXPECT_EQ(percentile_name(0.9999), "p99.99");
  EXPECT_EQ(percentile_name(0.5783035), "p57.8");
  EXPECT_EQ(percentile_name(0.9968377), "p99.684");
}

nlohmann::json points(int count, int failed_every) {
  nlohmann::json list = nlohmann::json::array();
  for (int i = 0; i < count; ++i) {
    list.push_back({{"at_ms", 1000 * i},
                    {"ms", 1000},
                    {"measured", i >= 2},
                    {"failed", failed_every > 0 && i % failed_every == 0 ? 3 : 0}});
  }
  return {{"series", {{"points", list}, {"events", nlohmann::json::array()}}}};
}

TEST(RunSeries, MakesOneBandOfNeighbours) {
  const nlohmann::json json = points(10, 0);
  const RunSeries series = read_series(JsonValue(json, "document"));
  const nlohmann::json report = nlohmann::json::object();
  const auto bands = course_bands(series, JsonValue(report, "report"));
  ASSERT_EQ(bands.size(), 1u);
  EXPECT_EQ(bands[0].from, 0);
  EXPECT_EQ(bands[0].to, 2);
  EXPECT_EQ(bands[0].kind, "warmup");
}

TEST(RunSeries, MarksSpellsOfFailuresWhileTheyCanBeToldApart) {
  const nlohmann::json few = points(40, 4);  // seconds 0, 4, ... 36: ten spells
  const auto marks = course_marks(read_series(JsonValue(few, "document")));
  ASSERT_EQ(marks.size(), 10u);
  EXPECT_EQ(marks[1].x, 4.5);
  EXPECT_EQ(marks[1].text, "3 failures");
  EXPECT_EQ(marks[1].kind, "failure");

  const nlohmann::json one = points(40, 1);  // it failed all the time: one spell of 120
  const auto whole = course_marks(read_series(JsonValue(one, "document")));
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0].text, "120 failures");

  const nlohmann::json many = points(40, 2);  // twenty spells
  EXPECT_TRUE(course_marks(read_series(JsonValue(many, "document"))).empty());
}

TEST(RunSeries, LeavesOutWhatIsOutOfOrder) {
  const nlohmann::json json = nlohmann::json::parse(
      R"({"series": {"points": [{"at_ms": 0, "ms": 1000}, {"at_ms": 0, "ms": 1000}, {"at_ms": 500, "ms": 10}]}})");
  EXPECT_EQ(read_series(JsonValue(json, "document")).points.size(), 2u);
}

}  // namespace
}  // namespace perf_mgmt
