// What the test functions share: objects that are counted, and SQL through the guards.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg::test {

extern int live_probes;

// Every frame of the tests has one: what an error skips stays counted. The text is on the heap, so
// that a lost object is lost memory too.
class Probe {
 public:
  Probe() : text_(100, 'x') { ++live_probes; }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() { --live_probes; }

 private:
  std::string text_;
};

std::string text_argument(FunctionCallInfo call, int index);

// Runs statements by SPI, in a connection of its own.
void run_sql(const std::string& sql);

// The server's state that an error must leave as it was. Throws Error where check() finds a change.
class StateCheck {
 public:
  StateCheck() noexcept;
  void check() const;

 private:
  sigjmp_buf* exception_stack_;
  ErrorContextCallback* context_stack_;
  MemoryContext memory_context_;
  ResourceOwner resource_owner_;
  int transaction_level_;
};

// Throws what kind names: see throw_something().
void throw_something(const std::string& kind);

}  // namespace perf_mgmt::pg::test
