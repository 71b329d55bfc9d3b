// Times are read by hand: std::chrono::parse is in none of the compilers' libraries yet.
#include "document_reader.hpp"
#include "perf_mgmt/core/compact_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

namespace perf_mgmt {

namespace {

// Takes digits from the front; false where there are not `count` of them.
bool take_digits(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  const char* const end = text.data() + count;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.front() == '-') return false;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".25", if it is there.
double take_fraction(std::string_view& text) {
  if (!take(text, ".")) return 0;
  double value = 0;
  double unit = 1;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    unit /= 10;
    value += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

// "Z", "+02", "+02:30", "-0330" or nothing: seconds east of Greenwich.
std::optional<int> take_zone(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!take(text, "+-") || !take_digits(text, 2, hours)) return std::nullopt;
  if (!text.empty()) {
    take(text, ":");
    if (!take_digits(text, 2, minutes) || !text.empty()) return std::nullopt;
  }
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

std::size_t size_of(const JsonValue& object, std::string_view member) {
  const std::optional<JsonValue> list = object.find(member);
  return list ? list->size() : 0;
}

std::optional<std::string> text_of(const JsonValue& object, std::string_view member) {
  const std::optional<JsonValue> value = object.find(member);
  if (!value) return std::nullopt;
  return value->text();
}

std::string text_or_empty(const JsonValue& object, std::string_view member) {
  return text_of(object, member).value_or("");
}

std::optional<bool> flag_of(const JsonValue& object, std::string_view member) {
  const std::optional<JsonValue> value = object.find(member);
  if (!value) return std::nullopt;
  return value->boolean();
}

std::optional<std::string> any_text_of(const JsonValue& object, std::string_view member) {
  const std::optional<JsonValue> value = object.find(member);
  if (!value) return std::nullopt;
  return json_text(value->json());
}

std::string json_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  return compact_json(value);
}

std::string indented_json(const nlohmann::json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<double> epoch_of(std::string_view timestamp) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::string_view rest = timestamp;
  const bool is_time =
      take_digits(rest, 4, year) && take(rest, "-") && take_digits(rest, 2, month) &&
      take(rest, "-") && take_digits(rest, 2, day) && take(rest, "T ") &&
      take_digits(rest, 2, hour) && take(rest, ":") && take_digits(rest, 2, minute) &&
      take(rest, ":") && take_digits(rest, 2, second);
  if (!is_time) return std::nullopt;
  const double fraction = take_fraction(rest);
  const std::optional<int> zone = take_zone(rest);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!zone || !date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + hour * 3600 + minute * 60 + second - *zone + fraction;
}

std::string time_text(std::string_view timestamp) {
  const std::optional<double> epoch = epoch_of(timestamp);
  if (!epoch) return std::string(timestamp);
  const auto whole = static_cast<std::int64_t>(std::floor(*epoch));
  const std::chrono::sys_days day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(whole)));
  const std::chrono::year_month_day date(day);
  const std::int64_t left =
      whole - static_cast<std::int64_t>(day.time_since_epoch().count()) * 86400;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     left / 3600, left / 60 % 60, left % 60);
}

std::optional<double> run_seconds(const JsonValue& summary) {
  constexpr double kHundredth = 0.6;  // of a minute
  const std::optional<double> minutes = summary.number_of("duration_minutes");
  if (!minutes) return std::nullopt;
  const std::optional<double> began = epoch_of(text_or_empty(summary, "started_at"));
  const std::optional<double> ended = epoch_of(text_or_empty(summary, "completed_at"));
  const double seconds = *minutes * 60;
  if (!began || !ended || std::fabs(*ended - *began - seconds) > kHundredth) return seconds;
  return *ended - *began;
}

}  // namespace perf_mgmt
