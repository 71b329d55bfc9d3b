#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace perf_mgmt::pg {

namespace {

constinit MemoryContext errors_in_flight = nullptr;
constinit int live_errors = 0;
constinit int guard_depth = 0;

void free_error(ErrorData* data) noexcept {
  FreeErrorData(data);
  --live_errors;
}

// A copy of text that outlives every C++ object; a constant where there is no memory for it.
const char* keep(const std::string& text) noexcept {
  if (text.empty()) return nullptr;
  void* copy = MemoryContextAllocExtended(error_context(), text.size() + 1, MCXT_ALLOC_NO_OOM);
  if (copy == nullptr) return "out of memory while reporting an error";
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return static_cast<const char*>(copy);
}

ErrorData* keep(const ErrorData& source) noexcept {
  // The caller is inside a catch block and out of the guarded region; a failing copy (out of memory)
  // must not longjmp past it.
  try {
    ErrorData* copy = nullptr;
    pg_call([&] {
      MemoryContext previous = MemoryContextSwitchTo(error_context());
      copy = static_cast<ErrorData*>(palloc(sizeof(ErrorData)));
      *copy = source;
      for (char** text : {&copy->message, &copy->detail, &copy->detail_log, &copy->hint,
                          &copy->context, &copy->backtrace, &copy->schema_name, &copy->table_name,
                          &copy->column_name, &copy->datatype_name, &copy->constraint_name,
                          &copy->internalquery}) {
        if (*text != nullptr) *text = pstrdup(*text);
      }
      MemoryContextSwitchTo(previous);
    });
    return copy;
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

MemoryContext error_context() noexcept {
  return errors_in_flight != nullptr ? errors_in_flight : TopMemoryContext;
}

PgError::PgError(ErrorData* data) : data_((++live_errors, data), free_error) {}

const char* PgError::what() const noexcept {
  return data_->message != nullptr ? data_->message : "unknown error";
}

std::string PgError::sqlstate() const { return unpack_sql_state(data_->sqlerrcode); }

namespace detail {

void throw_pg_error(const ErrorState& state) {
  MemoryContextSwitchTo(error_context());
  ErrorData* data = CopyErrorData();
  FlushErrorState();
  MemoryContextSwitchTo(state.memory_context);
  throw PgError(data);
}

void enter_guard_a() noexcept {
  if (errors_in_flight == nullptr) {
    errors_in_flight =
        AllocSetContextCreate(TopMemoryContext, "perf_mgmt errors", ALLOCSET_SMALL_SIZES);
  } else if (guard_depth == 0 && live_errors == 0) {
    // What the last failing call left behind was copied by ReThrowError long ago.
    MemoryContextReset(errors_in_flight);
  }
  ++guard_depth;
}

void leave_guard_a() noexcept { --guard_depth; }

void describe_current_exception(Failure& failure) noexcept {
  try {
    throw;
  } catch (const PgError& error) {
    failure.pg = keep(error.data());
    if (failure.pg == nullptr) {
      std::memcpy(failure.sqlstate, "53200", 6);
      failure.message = "out of memory";
    }
  } catch (const Error& error) {
    std::memcpy(failure.sqlstate, error.sqlstate(), 6);
    failure.message = keep(error.message());
    failure.detail = keep(error.detail());
    failure.hint = keep(error.hint());
  } catch (const std::bad_alloc&) {
    std::memcpy(failure.sqlstate, "53200", 6);
    failure.message = "out of memory";
  } catch (const std::exception& error) {
    failure.message = keep(std::string("unexpected exception: ") + error.what());
  } catch (...) {
    failure.message = "unexpected exception of an unknown type";
  }
}

void raise(const Failure& failure) {
  if (failure.pg != nullptr) ReThrowError(failure.pg);
  const char* code = failure.sqlstate;
  ereport(ERROR, (errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
                  errmsg_internal("%s", failure.message != nullptr ? failure.message : "unknown error"),
                  failure.detail != nullptr ? errdetail_internal("%s", failure.detail) : 0,
                  failure.hint != nullptr ? errhint("%s", failure.hint) : 0));
  pg_unreachable();
}

}  // namespace detail

void run_cpp_quietly(void (*body)(void*), void* argument) noexcept {
  detail::Failure failure;
  try {
    body(argument);
    return;
  } catch (...) {
    detail::describe_current_exception(failure);
  }
  const char* message = failure.pg != nullptr ? failure.pg->message : failure.message;
  ereport(WARNING, (errmsg_internal("%s", message != nullptr ? message : "unknown error")));
}

void in_subtransaction(const std::function<void()>& body) {
  MemoryContext context = CurrentMemoryContext;
  ResourceOwner owner = CurrentResourceOwner;

  pg_call([&] {
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
  });
  try {
    body();
    pg_call([&] {
      ReleaseCurrentSubTransaction();
      MemoryContextSwitchTo(context);
      CurrentResourceOwner = owner;
    });
  } catch (...) {
    pg_call([&] {
      MemoryContextSwitchTo(context);
      RollbackAndReleaseCurrentSubTransaction();
      MemoryContextSwitchTo(context);
      CurrentResourceOwner = owner;
    });
    throw;
  }
}

void report(int level, std::string_view sqlstate, const std::string& message,
            const std::string& detail, const std::string& hint) {
  Assert(level < ERROR);
  char code[6] = "00000";
  if (sqlstate.size() == 5) std::copy(sqlstate.begin(), sqlstate.end(), code);
  pg_call([&] {
    ereport(level, (errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
                    errmsg_internal("%s", message.c_str()),
                    detail.empty() ? 0 : errdetail_internal("%s", detail.c_str()),
                    hint.empty() ? 0 : errhint("%s", hint.c_str())));
  });
}

}  // namespace perf_mgmt::pg
