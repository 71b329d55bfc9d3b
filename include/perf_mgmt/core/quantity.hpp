// Figures as a person wants to read them: three or four digits that mean something, and a unit.
// What is not known is an en dash in text for people; callers decide by passing optional values,
// and what is not finite is one anyway. The texts hold no character that means anything in HTML or
// XML.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perf_mgmt {

// "1,234", "123.4", "12.35", "1.23", "0.0123"; 0 is "0".
std::string short_number(double value);
// As short_number, with at most four decimals: "0.0005". For columns of milliseconds and of figures
// per operation, where what is smaller is nothing.
std::string column_number(double value);
// "1,234,567"; rounds.
std::string whole_number(double value);
// "1 operation", "2 operations"
std::string counted(double count, std::string_view thing);
// Milliseconds given; the unit that fits: "850 ns", "12.3 µs", "0.44 ms", "12.3 ms", "4.52 s",
// "3 min 20 s", "1 h 5 min", "2 d 3 h".
std::string duration_text(double milliseconds);
// "512 B", "1.5 kB", "22.4 GB": powers of 1,000.
std::string bytes_text(double bytes);
// "12.3 %"; below 0.1 with as many digits as it takes to be told from zero, at most four.
std::string percent_text(double percent);
// "+12.3 %", "-4.0 %", "+0.5 points" for the metric error_rate_percent.
std::string signed_change(double change, std::string_view metric);
// As the functions above, or an en dash for nothing.
std::string or_dash(const std::optional<double>& value, std::string (*text)(double));

// What a metric of a verdict or a comparison is called on a page: "p95_response_time_ms" is
// "p95 response time"; one that is not known is its own name with blanks for underscores.
std::string metric_title(std::string_view metric);
// A value of that metric with its unit, which the end of its name tells: _ms, _tps, _percent,
// _bytes, _mb_per_sec.
std::string metric_text(std::string_view metric, double value);

}  // namespace perf_mgmt
