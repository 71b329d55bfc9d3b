// The inputs that the fuzzers keep (test/fuzz/corpus) go through their targets once: what a fuzzer
// found stays found. A promise that does not hold ends the process.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../fuzz/targets.hpp"

namespace perf_mgmt {
namespace {

class FuzzCorpus : public ::testing::TestWithParam<fuzz::Target> {};

TEST_P(FuzzCorpus, InputsKeepTheirPromises) {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(PERF_MGMT_FUZZ_CORPUS) / GetParam().name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  ASSERT_FALSE(files.empty()) << folder.string();
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    SCOPED_TRACE(path.string());
    std::ifstream file(path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    GetParam().run(input);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, ::testing::ValuesIn(fuzz::targets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace perf_mgmt
