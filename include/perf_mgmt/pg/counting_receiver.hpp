// A DestReceiver that reads every row to the last byte and keeps none.
//
// Every column is deformed and every long value is fetched from its TOAST table and decompressed,
// as a client's read would have done; a receiver that ignores the slot would report reads that
// never were.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace perf_mgmt::pg {

struct CountingReceiver {
  DestReceiver base;  // first: the server knows this part only
  std::uint64_t rows;
  std::uint64_t bytes;
};

void init_counting_receiver(CountingReceiver& receiver) noexcept;

}  // namespace perf_mgmt::pg
