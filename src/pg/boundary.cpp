#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace perf_mgmt::pg {

namespace {

// The parent of all ErrorData in flight: out of any transaction's way. Each has a context of its
// own below, because FreeErrorData does not free all that CopyErrorData copies: 15.20 copies the
// names of file, function and domain too (measured: 160 bytes lost per division by zero).
constinit MemoryContext errors_in_flight = nullptr;

void delete_error(ErrorData* data) noexcept {
  MemoryContextDelete(GetMemoryChunkContext(data));
}

int sqlerrcode_of(std::string_view state) noexcept {
  if (state.size() != 5) return ERRCODE_INTERNAL_ERROR;
  return MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
}

// A copy that outlives every C++ object; none of an empty text, or where there is no memory. It
// lies in ErrorContext: whoever handles the error empties that.
char* keep(const char* text) noexcept {
  if (text == nullptr || *text == '\0') return nullptr;
  const std::size_t size = std::strlen(text) + 1;
  void* copy = MemoryContextAllocExtended(ErrorContext, size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
  if (copy != nullptr) std::memcpy(copy, text, size);
  return static_cast<char*>(copy);
}

ErrorData keep(const ErrorData& source) noexcept {
  ErrorData copy = source;
  for (char** text : {&copy.message, &copy.detail, &copy.detail_log, &copy.hint, &copy.context,
                      &copy.backtrace, &copy.schema_name, &copy.table_name, &copy.column_name,
                      &copy.datatype_name, &copy.constraint_name, &copy.internalquery}) {
    *text = keep(*text);
  }
  for (const char** text :
       {&copy.filename, &copy.funcname, &copy.domain, &copy.context_domain, &copy.message_id}) {
    *text = keep(*text);
  }
  return copy;
}

// A text of an ErrorData in flight, which owns it.
char* text_of_error(ErrorData* data, const std::string& text) {
  return pg_call([&] { return MemoryContextStrdup(GetMemoryChunkContext(data), text.c_str()); });
}

}  // namespace

PgError::PgError(ErrorData* data) : data_(data, delete_error) {}

const char* PgError::what() const noexcept {
  return data_->message != nullptr ? data_->message : "unknown error";
}

std::string PgError::sqlstate() const {
  return unpack_sql_state(data_->sqlerrcode);
}

void PgError::add_detail(const std::string& line) {
  data_->detail = text_of_error(
      data_.get(), data_->detail != nullptr ? std::string(data_->detail) + "\n" + line : line);
}

void PgError::suggest(const std::string& hint) {
  if (data_->hint == nullptr) data_->hint = text_of_error(data_.get(), hint);
}

void PgError::set_query(const std::string& sql) {
  if (data_->cursorpos <= 0) return;
  data_->internalquery = text_of_error(data_.get(), sql);
  data_->internalpos = std::exchange(data_->cursorpos, 0);
}

namespace detail {

void throw_pg_error() {
  // The copy may run out of memory itself, and that longjmp too must end in a frame of ours.
  const ErrorState state;
  MemoryContext volatile context = nullptr;
  ErrorData* volatile data = nullptr;
  sigjmp_buf jump;
  if (sigsetjmp(jump, 0) == 0) {
    PG_exception_stack = &jump;
    if (errors_in_flight == nullptr) {
      errors_in_flight =
          AllocSetContextCreate(TopMemoryContext, "perf_mgmt errors", ALLOCSET_SMALL_SIZES);
    }
    context = AllocSetContextCreate(errors_in_flight, "perf_mgmt error", ALLOCSET_SMALL_SIZES);
    MemoryContextSwitchTo(context);
    data = CopyErrorData();
  }
  state.restore();
  FlushErrorState();
  if (data == nullptr) {
    if (context != nullptr) MemoryContextDelete(context);
    throw std::bad_alloc();
  }
  throw PgError(data);
}

void describe_current_exception(Failure& failure) noexcept {
  failure = Failure{};
  ErrorData& own = failure.error;
  own.elevel = ERROR;
  own.sqlerrcode = ERRCODE_INTERNAL_ERROR;
  try {
    throw;
  } catch (const PgError& error) {
    failure.error = keep(error.data());
    failure.from_server = true;
  } catch (const Error& error) {
    own.sqlerrcode = sqlerrcode_of(error.sqlstate());
    own.message = keep(error.message().c_str());
    own.detail = keep(error.detail().c_str());
    own.hint = keep(error.hint().c_str());
  } catch (const std::bad_alloc&) {
    own.sqlerrcode = ERRCODE_OUT_OF_MEMORY;
    own.message = keep("out of memory");
  } catch (const std::exception& error) {
    own.message = keep("unexpected C++ exception");
    own.detail = keep(error.what());
  } catch (...) {
    own.message = keep("unexpected C++ exception of an unknown type");
  }
  static char no_text[] = "out of memory while reporting an error";
  if (failure.error.message == nullptr) failure.error.message = no_text;
}

void raise(Failure& failure) {
  if (failure.from_server) ReThrowError(&failure.error);
  failure.error.filename = __FILE__;
  failure.error.lineno = __LINE__;
  failure.error.funcname = __func__;
  ThrowErrorData(&failure.error);
  pg_unreachable();
}

}  // namespace detail

void run_cpp_quietly(void (*body)(void*), void* argument) noexcept {
  const detail::ErrorState state;
  detail::Failure failure;
  try {
    body(argument);
    return;
  } catch (...) {
    detail::describe_current_exception(failure);
  }
  state.restore();
  failure.error.elevel = WARNING;
  try {
    pg_call([&] {
      if (failure.from_server) error_context_stack = nullptr;  // its lines are in the context
      ThrowErrorData(&failure.error);
    });
  } catch (...) {  // NOLINT(bugprone-empty-catch): not even that could be said
  }
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
  pg_call([&] {
    ereport(level, (sqlstate.empty() ? 0 : errcode(sqlerrcode_of(sqlstate)),
                    errmsg_internal("%s", message.c_str()),
                    detail.empty() ? 0 : errdetail_internal("%s", detail.c_str()),
                    hint.empty() ? 0 : errhint("%s", hint.c_str())));
  });
}

}  // namespace perf_mgmt::pg
