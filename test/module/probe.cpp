#include "probe.hpp"

extern "C" {
#include "access/xact.h"
#include "executor/spi.h"
}

namespace perf_mgmt::pg::test {

int live_probes = 0;

std::string text_argument(FunctionCallInfo call, int index) {
  const Probe probe;
  text* value = pg_call([&] { return DatumGetTextPP(call->args[index].value); });
  return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

void run_sql(const std::string& sql) {
  const Probe probe;
  pg_call([] { SPI_connect(); });
  const int code = pg_call([&] { return SPI_execute(sql.c_str(), false, 0); });
  if (code < 0) throw Error(sqlstate::internal_error, SPI_result_code_string(code));
  pg_call([] { SPI_finish(); });
}

StateCheck::StateCheck() noexcept
    : exception_stack_(PG_exception_stack),
      context_stack_(error_context_stack),
      memory_context_(CurrentMemoryContext),
      resource_owner_(CurrentResourceOwner),
      transaction_level_(GetCurrentTransactionNestLevel()) {}

void StateCheck::check() const {
  const char* changed = nullptr;
  if (PG_exception_stack != exception_stack_) changed = "PG_exception_stack";
  if (error_context_stack != context_stack_) changed = "error_context_stack";
  if (CurrentMemoryContext != memory_context_) changed = "CurrentMemoryContext";
  if (CurrentResourceOwner != resource_owner_) changed = "CurrentResourceOwner";
  if (GetCurrentTransactionNestLevel() != transaction_level_) changed = "the transaction level";
  if (changed != nullptr) {
    throw Error(sqlstate::data_corrupted, std::string(changed) + " is not what it was");
  }
}

void throw_something(const std::string& kind) {
  const Probe probe;
  if (kind == "core") {
    throw Error(sqlstate::configuration_limit_exceeded, "100% of \"it\" is too much",
                "There are 3 of 2.", "Take fewer; %s is no format here.");
  }
  if (kind == "server") {
    pg_call([] {
      ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("an error of the server"),
                      errdetail("Its detail."), errhint("Its hint."), errcontext("its context")));
    });
  }
  if (kind == "core, message only") throw Error(sqlstate::undefined_object, "there is no \"it\"");
  if (kind == "core, bad sqlstate") throw Error("123", "the SQLSTATE is too short");
  if (kind == "bad_alloc") {
    // A true one: more than any address space has.
    const std::string too_much(std::string().max_size() / 2 + kind.size(), ' ');
    throw Error(sqlstate::internal_error, "the memory was there");
  }
  if (kind == "exception") throw std::logic_error("a logic error");
  if (kind == "exception, no text") throw std::runtime_error("");
  if (kind == "int") throw 42;  // NOLINT: what nobody foresaw
}

}  // namespace perf_mgmt::pg::test
