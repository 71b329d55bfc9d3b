#include "perf_mgmt/core/process_stat.hpp"

#include <array>

namespace perf_mgmt {

Figure<ProcessTimes> parse_process_stat(std::string_view text) {
  // The name in parentheses may hold anything, blanks and parentheses too.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) {
    return Figure<ProcessTimes>::none("it has no process name");
  }
  text.remove_prefix(name_end + 1);
  constexpr int before_times = 11;  // state … cmajflt: fields 3 to 13
  for (int i = 0; i < before_times; ++i) take_word(text);
  std::array<std::uint64_t, 4> ticks{};  // utime stime cutime cstime
  for (std::uint64_t& tick : ticks) {
    const auto number = whole_number<std::uint64_t>(take_word(text));
    if (!number) return Figure<ProcessTimes>::none("it has no times");
    tick = *number;
  }
  return Figure<ProcessTimes>::of({ticks[0] + ticks[1], ticks[2] + ticks[3]});
}

Figure<std::uint64_t> parse_private_memory(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) != "RssAnon:") continue;
    const auto kilobytes = whole_number<std::uint64_t>(take_word(line));
    if (!kilobytes || take_word(line) != "kB" || *kilobytes > UINT64_MAX / 1024) {
      return Figure<std::uint64_t>::none("\"RssAnon\" is not a number of kB");
    }
    return Figure<std::uint64_t>::of(*kilobytes * 1024);
  }
  return Figure<std::uint64_t>::none("no line \"RssAnon\"");
}

}  // namespace perf_mgmt
