// A program for libFuzzer of one target, whose name the build gives.
#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  perf_mgmt::fuzz::PERF_MGMT_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
