#include "perf_mgmt/core/system_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace perf_mgmt {

namespace {

constexpr std::size_t largest_file = 16u << 20;

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

FileText unreadable(const std::string& path, int error) {
  const std::string why = std::generic_category().message(error);
  return {Figure<std::string>::none(path + ": " + why), error == ENOENT || error == ENOTDIR};
}

}  // namespace

FileText read_system_file(const std::string& path) {
  const OpenFile file(path);
  if (file.descriptor() < 0) {
    return unreadable(path, errno);
  }
  // The kernel says a size of 0 for the files of /proc and /sys: read until there is no more.
  std::string text;
  char chunk[8192];
  for (;;) {
    const ssize_t got = ::read(file.descriptor(), chunk, sizeof chunk);
    if (got == 0) {
      return {Figure<std::string>::of(std::move(text)), false};
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return unreadable(path, errno);
    }
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > largest_file) {
      return unreadable(path, EFBIG);
    }
  }
}

std::string_view take_word(std::string_view& rest) {
  constexpr std::string_view blanks = " \t";
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

}  // namespace perf_mgmt
