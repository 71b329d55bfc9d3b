// What docs/generators.md shows must be accepted as it stands there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

// The JSON documents of the fenced blocks; each begins with a brace in the first column.
std::vector<std::string> examples() {
  const std::filesystem::path data = PERF_MGMT_TEST_DATA;  // test/core/data
  std::ifstream file(data.parent_path().parent_path().parent_path() / "docs/generators.md");
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = line == "```json";
    } else if (inside) {
      if (line.starts_with('{')) found.emplace_back();
      found.back() += line + '\n';
    }
  }
  return found;
}

TEST(GeneratorDocs, ExamplesAreAccepted) {
  const std::vector<std::string> all = examples();
  ASSERT_GE(all.size(), 20u);
  const GeneratorLookup any = [](std::string_view) { return R"({"type":"uuid"})"; };
  for (const std::string& example : all) {
    try {
      GeneratorRequests requests;
      if (example.starts_with(R"({"type")")) {
        check_generator_definition(example, any);
      } else {
        GeneratorProgram::compile(example, any, requests);
      }
    } catch (const Error& error) {
      ADD_FAILURE() << example << error.message() << "\n" << error.detail();
    }
  }
}

}  // namespace
}  // namespace perf_mgmt
