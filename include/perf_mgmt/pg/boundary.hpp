// The two guards between PostgreSQL's errors and C++'s.
//
// A PostgreSQL error is a longjmp: it skips destructors. A C++ exception that leaves an extern "C"
// frame ends the whole cluster. So every crossing goes through one of two guards:
//
//   run_cpp(body)   guard A, server → C++: the whole body of every extern "C" entry. Catches all
//                   exceptions and raises them as PostgreSQL errors from a frame that has no
//                   destructors left to skip.
//   pg_call(body)   guard B, C++ → server: every server call that can ereport. Catches the longjmp
//                   and throws PgError after the guarded region.
//
// After a PgError the transaction is in the state the error left it in: the exception must travel on
// to guard A, to a subtransaction that rolls back, or to a worker's AbortCurrentTransaction.
#pragma once

#include <csetjmp>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/pg/prelude.hpp"

namespace perf_mgmt::pg {

// A PostgreSQL error on its way through C++ frames; owns the complete ErrorData.
class PgError : public std::exception {
 public:
  explicit PgError(ErrorData* data);  // takes ownership; data lives in error_context()

  const char* what() const noexcept override;
  const ErrorData& data() const noexcept { return *data_; }
  int sqlerrcode() const noexcept { return data_->sqlerrcode; }
  // The five characters of the SQLSTATE.
  std::string sqlstate() const;

 private:
  std::shared_ptr<ErrorData> data_;
};

// Where ErrorData of errors in flight is kept: below TopMemoryContext, out of any transaction's way.
MemoryContext error_context() noexcept;

namespace detail {

// The server's error state around a guarded region. The destructor restores it on the way out by
// return, by longjmp (which ends in the same frame) and by a C++ exception alike.
struct ErrorState {
  sigjmp_buf* exception_stack = PG_exception_stack;
  ErrorContextCallback* context_stack = error_context_stack;
  MemoryContext memory_context = CurrentMemoryContext;

  void restore() const noexcept {
    PG_exception_stack = exception_stack;
    error_context_stack = context_stack;
  }
};

struct RestoreOnExit {
  const ErrorState& state;
  ~RestoreOnExit() { state.restore(); }
};

// Takes the error that was just caught off the server's error stack and throws it as PgError.
[[noreturn]] void throw_pg_error(const ErrorState& state);

// Everything that guard A needs to raise an error once no C++ object is alive: plain pointers.
struct Failure {
  ErrorData* pg = nullptr;         // a PostgreSQL error to go on with, or
  char sqlstate[6] = "XX000";      // an error of our own
  const char* message = nullptr;
  const char* detail = nullptr;
  const char* hint = nullptr;
};

// Called in a catch block: describes the current exception. Never throws.
void describe_current_exception(Failure& failure) noexcept;
[[noreturn]] void raise(const Failure& failure);
void enter_guard_a() noexcept;
void leave_guard_a() noexcept;

}  // namespace detail

// Guard B. body may capture references and return a trivially copyable value (or nothing); it must
// not own C++ objects, as an error skips their destructors.
template <typename Body>
auto pg_call(Body&& body) -> std::invoke_result_t<Body&> {
  using Result = std::invoke_result_t<Body&>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what a guarded region returns must survive a longjmp");
  static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                "the captures of a guarded region must be trivial: capture by reference");

  const detail::ErrorState state;
  const detail::RestoreOnExit restore{state};
  sigjmp_buf jump;
  if (sigsetjmp(jump, 0) == 0) {
    PG_exception_stack = &jump;
    if constexpr (std::is_void_v<Result>) {
      body();
      return;
    } else {
      return body();
    }
  }
  state.restore();
  detail::throw_pg_error(state);
}

// Guard A. Result is Datum for SQL functions, void for background workers and callbacks.
template <typename Body>
auto run_cpp(Body&& body) -> std::invoke_result_t<Body&> {
  using Result = std::invoke_result_t<Body&>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>);

  detail::Failure failure;
  detail::enter_guard_a();
  try {
    if constexpr (std::is_void_v<Result>) {
      body();
      detail::leave_guard_a();
      return;
    } else {
      const Result result = body();
      detail::leave_guard_a();
      return result;
    }
  } catch (...) {
    detail::describe_current_exception(failure);
  }
  detail::leave_guard_a();
  detail::raise(failure);
}

// For callbacks that must not fail (before_shmem_exit, on_dsm_detach): what is thrown is logged at
// WARNING and goes no further.
void run_cpp_quietly(void (*body)(void*), void* argument) noexcept;

// Runs body in a subtransaction of the current transaction: released on return; rolled back when an
// exception leaves body, which is thrown on. Memory context and resource owner are as before.
void in_subtransaction(const std::function<void()>& body);

// CHECK_FOR_INTERRUPTS for C++ loops: a cancel or shutdown is thrown as PgError.
inline void check_interrupts() {
  if (INTERRUPTS_PENDING_CONDITION()) {
    pg_call([] { CHECK_FOR_INTERRUPTS(); });
  }
}

// A server message of a level below ERROR, in message style. Texts may be empty.
void report(int level, std::string_view sqlstate, const std::string& message,
            const std::string& detail = {}, const std::string& hint = {});

}  // namespace perf_mgmt::pg
