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
// After a PgError the transaction is in the state the error left it in: the exception must travel
// on to guard A, to a subtransaction that rolls back, or to a worker's AbortCurrentTransaction.
#pragma once

#include <csetjmp>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/pg/prelude.hpp"

namespace perf_mgmt::pg {

// A PostgreSQL error on its way through C++ frames; owns the complete ErrorData.
class PgError : public std::exception {
 public:
  // Takes ownership of data and of the memory context that it lies in.
  explicit PgError(ErrorData* data);

  const char* what() const noexcept override;
  const ErrorData& data() const noexcept { return *data_; }
  int sqlerrcode() const noexcept { return data_->sqlerrcode; }
  // The five characters of the SQLSTATE.
  std::string sqlstate() const;

  // Adds a line to the detail.
  void add_detail(const std::string& line);
  // Sets the hint where there is none.
  void suggest(const std::string& hint);
  // The error's position is one in sql, not in the statement that the client sent.
  void set_query(const std::string& sql);

 private:
  std::shared_ptr<ErrorData> data_;
};

namespace detail {

// The server's state around a guarded region.
struct ErrorState {
  sigjmp_buf* exception_stack = PG_exception_stack;
  ErrorContextCallback* context_stack = error_context_stack;
  MemoryContext memory_context = CurrentMemoryContext;

  // After success: the memory context may be what the region was for.
  void leave() const noexcept {
    PG_exception_stack = exception_stack;
    error_context_stack = context_stack;
  }
  // After a failure of either kind.
  void restore() const noexcept {
    leave();
    MemoryContextSwitchTo(memory_context);
  }
};

// Takes the error that was just caught off the server's error stack and throws it as PgError; as
// std::bad_alloc where there is no memory for that.
[[noreturn]] void throw_pg_error();

// Everything that guard A needs to raise an error once no C++ object is alive: plain memory.
struct Failure {
  ErrorData error;
  bool from_server;  // a PostgreSQL error to go on with, its context is complete
};

// Called in a catch block: describes the current exception.
void describe_current_exception(Failure& failure) noexcept;
[[noreturn]] void raise(Failure& failure);

}  // namespace detail

// Guard B. body may capture references and return a trivially copyable value (or nothing); it must
// not own C++ objects, as an error skips their destructors. It may throw: a C++ exception passes.
//
// A frame of its own always: neither gcc nor clang inlines a function that calls sigsetjmp, and the
// attribute keeps it so. Thus what an error leaves undefined (locals of this frame that changed
// after sigsetjmp) is nothing, and the caller's variables are as body left them.
template <typename Body>
[[gnu::noinline]] auto pg_call(Body&& body) -> std::invoke_result_t<Body&> {
  using Result = std::invoke_result_t<Body&>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what a guarded region returns must survive a longjmp");
  static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                "the captures of a guarded region must be trivial: capture by reference");

  const detail::ErrorState state;
  sigjmp_buf jump;
  if (sigsetjmp(jump, 0) != 0) {
    state.restore();
    detail::throw_pg_error();
  }
  PG_exception_stack = &jump;
  try {
    if constexpr (std::is_void_v<Result>) {
      body();
      state.leave();
    } else {
      const Result result = body();
      state.leave();
      return result;
    }
  } catch (...) {
    state.restore();
    throw;
  }
}

// Guard A. Result is Datum for SQL functions, void for background workers and callbacks.
template <typename Body>
auto run_cpp(Body&& body) noexcept -> std::invoke_result_t<Body&> {
  using Result = std::invoke_result_t<Body&>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>);
  static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                "raising the error skips the destructors of captures: capture by reference");

  detail::Failure failure;
  try {
    return body();
  } catch (...) {
    detail::describe_current_exception(failure);
  }
  detail::raise(failure);
}

// For callbacks that must not fail (before_shmem_exit, on_dsm_detach): what is thrown is reported
// as a WARNING and goes no further.
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

// A server message of a level below ERROR, in message style. Texts may be empty; so may sqlstate,
// which is then the level's own (01000 for WARNING, else 00000).
void report(int level, std::string_view sqlstate, const std::string& message,
            const std::string& detail = {}, const std::string& hint = {});

}  // namespace perf_mgmt::pg
