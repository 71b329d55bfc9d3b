#include "perf_mgmt/pg/shared_run.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "storage/latch.h"
#include "storage/proc.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::uint64_t kMagic = 0x706572666d676d74;  // "perfmgmt"
constexpr std::size_t kAlignment = 64;

// Whoever joins a run may have loaded another version of the library than who made the segment. The
// sizes tell where members come or go; where one changes its meaning alone, kVersion must be
// raised.
constexpr std::uint64_t kVersion = 3;
constexpr std::uint64_t kHeaderBytes = sizeof(RunHeader);
constexpr std::uint64_t kSlotBytes = sizeof(WorkerSlot);
constexpr std::uint64_t kRecordBytes = sizeof(OperationRecord);
constexpr std::uint64_t kLayout =
    kVersion << 56 | kHeaderBytes << 40 | kSlotBytes << 24 | kRecordBytes;
static_assert(kHeaderBytes <= 0xffff && kSlotBytes <= 0xffff && kRecordBytes <= 0xffffff);

static_assert(std::is_trivially_copyable_v<OperationRecord>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(alignof(WorkerSlot) <= kAlignment);

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

struct Layout {
  std::size_t plan, sequences, plan_store, sample_store, workers, stride, total;

  Layout(std::size_t plan_bytes, const SharedRun::Sizes& sizes)
      : plan(aligned(sizeof(RunHeader))),
        sequences(aligned(plan + plan_bytes)),
        plan_store(aligned(sequences + sizes.sequences * sizeof(std::uint64_t))),
        sample_store(aligned(plan_store + PlanStore::bytes(sizes.statements))),
        workers(aligned(sample_store + PlanStore::bytes(sizes.statements))),
        stride(aligned(sizeof(WorkerSlot) + 2 * sizes.operations * sizeof(OperationRecord))),
        total(workers + sizes.workers * stride) {}
};

template <std::size_t Size>
void copy_text(char (&target)[Size], std::string_view source) noexcept {
  // Not in the middle of a character: what is no text in the database's encoding cannot be sent.
  const int length = pg_mbcliplen(source.data(), static_cast<int>(source.size()), Size - 1);
  std::memcpy(target, source.data(), static_cast<std::size_t>(length));
  target[length] = '\0';
}

void wake(const std::atomic<std::uint32_t>& proc_plus_one) noexcept {
  const std::uint32_t proc = proc_plus_one.load(std::memory_order_acquire);
  if (proc != 0) SetLatch(&GetPGProcByNumber(proc - 1)->procLatch);
}

}  // namespace

std::uint32_t my_proc_number_plus_one() noexcept {
  return my_proc_number() + 1;
}

dsm_segment* create_segment(std::size_t bytes, const char* what, const char* hint) {
  dsm_segment* segment = nullptr;
  try {
    segment = pg_call([&] { return dsm_create(bytes, DSM_CREATE_NULL_IF_MAXSEGMENTS); });
  } catch (const PgError& error) {
    throw Error(
        sqlstate::insufficient_resources,
        fmt::format("could not get {} MB of shared memory for {}", bytes / 1'000'000 + 1, what),
        error.what(), hint);
  }
  if (segment == nullptr) {
    throw Error(sqlstate::insufficient_resources, "too many dynamic shared memory segments",
                fmt::format("There is none to be had for {}.", what),
                "Wait until other executions have ended, or raise \"max_connections\".");
  }
  pg_call([&] { dsm_pin_mapping(segment); });
  return segment;
}

SharedRun SharedRun::create(std::string_view plan, const Sizes& sizes) {
  const Layout layout(plan.size(), sizes);
  SharedRun run;
  run.segment_ =
      create_segment(layout.total, "the run",
                     "Use fewer workers, or enlarge /dev/shm (containers often have 64 MB).");
  auto* base = static_cast<char*>(dsm_segment_address(run.segment_));
  std::memset(base, 0, layout.total);

  run.header_ = new (base) RunHeader{};
  RunHeader& header = *run.header_;
  header.layout = kLayout;
  header.operation_count = static_cast<std::uint32_t>(sizes.operations);
  header.worker_slots = static_cast<std::uint32_t>(sizes.workers);
  header.sequence_count = static_cast<std::uint32_t>(sizes.sequences);
  header.plan_offset = layout.plan;
  header.plan_bytes = plan.size();
  header.sequences_offset = layout.sequences;
  header.plan_store_offset = layout.plan_store;
  header.sample_store_offset = layout.sample_store;
  header.workers_offset = layout.workers;
  header.worker_stride = layout.stride;
  header.rounds_allowed.store(std::numeric_limits<std::uint32_t>::max());
  run.begin_round(0, 0);
  std::memcpy(base + layout.plan, plan.data(), plan.size());
  PlanStore::create(base + layout.plan_store, sizes.statements);
  PlanStore::create(base + layout.sample_store, sizes.statements);
  header.magic = kMagic;
  return run;
}

void SharedRun::begin_round(std::uint32_t round, std::uint64_t slots) const noexcept {
  RunHeader& header = *header_;
  header.round.store(round);
  header.slots_before.fetch_add(slots);
  header.worker_count.store(0);
  header.start_ns.store(0);
  header.measured_from_ns.store(std::numeric_limits<std::int64_t>::max());
  header.end_ns.store(std::numeric_limits<std::int64_t>::max());
  header.window_epoch.store(std::numeric_limits<std::uint32_t>::max());
  header.window_closed.store(0);
  header.next_slot.store(0);
  header.pools_ready.store(0);
  header.pools_handle.store(DSM_HANDLE_INVALID);
  for (std::uint32_t i = 0; i < header.worker_slots; ++i) {
    WorkerSlot& slot = *new (&worker(i)) WorkerSlot{};
    for (std::uint32_t epoch : {0U, 1U}) {
      OperationRecord* set = records(i, epoch);
      for (std::uint32_t k = 0; k < header.operation_count; ++k) set[k].reset();
    }
    slot.state.store(static_cast<std::uint32_t>(WorkerState::none));
  }
}

void SharedRun::allow_rounds(std::uint32_t rounds) const noexcept {
  header_->rounds_allowed.store(rounds);
  wake_controller();
}

SharedRun SharedRun::attach(dsm_handle handle) {
  SharedRun run;
  run.segment_ = pg_call([&] { return dsm_attach(handle); });
  if (run.segment_ == nullptr) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                "the run ended before this process could join it");
  }
  pg_call([&] { dsm_pin_mapping(run.segment_); });
  run.header_ = static_cast<RunHeader*>(dsm_segment_address(run.segment_));
  if (run.header_->magic != kMagic || run.header_->layout != kLayout) {
    throw Error(sqlstate::data_corrupted, "shared memory segment is not a run of this version");
  }
  return run;
}

void SharedRun::detach() {
  if (segment_ == nullptr) return;
  dsm_segment* segment = std::exchange(segment_, nullptr);
  header_ = nullptr;
  pg_call([&] { dsm_detach(segment); });
}

dsm_handle SharedRun::handle() const {
  return dsm_segment_handle(segment_);
}

std::string_view SharedRun::plan() const noexcept {
  return {reinterpret_cast<const char*>(header_) + header_->plan_offset, header_->plan_bytes};
}

std::span<std::atomic<std::uint64_t>> SharedRun::sequences() const noexcept {
  auto* base = reinterpret_cast<char*>(header_) + header_->sequences_offset;
  return {reinterpret_cast<std::atomic<std::uint64_t>*>(base), header_->sequence_count};
}

PlanStore SharedRun::samples() const noexcept {
  return PlanStore(reinterpret_cast<char*>(header_) + header_->sample_store_offset);
}

PlanStore SharedRun::plans() const noexcept {
  return PlanStore(reinterpret_cast<char*>(header_) + header_->plan_store_offset);
}

WorkerSlot& SharedRun::worker(std::size_t i) const noexcept {
  auto* base = reinterpret_cast<char*>(header_) + header_->workers_offset;
  return *reinterpret_cast<WorkerSlot*>(base + i * header_->worker_stride);
}

OperationRecord* SharedRun::records(std::size_t worker_index, std::uint32_t epoch) const noexcept {
  auto* base = reinterpret_cast<char*>(&worker(worker_index)) + sizeof(WorkerSlot);
  return reinterpret_cast<OperationRecord*>(base) +
         std::size_t{epoch & 1} * header_->operation_count;
}

void SharedRun::stop(StopReason reason) const noexcept {
  std::uint32_t expected = 0;
  header_->stop.compare_exchange_strong(expected, static_cast<std::uint32_t>(reason));
  wake_controller();
  wake_workers();
  wake_caller();
}

void SharedRun::fail(std::string_view code, std::string_view message, std::string_view detail,
                     std::string_view hint, std::string_view context) const noexcept {
  RunFailure& failure = header_->failure;
  std::uint32_t expected = 0;
  if (!failure.state.compare_exchange_strong(expected, 1)) return;
  copy_text(failure.sqlstate, code);
  copy_text(failure.message, message);
  copy_text(failure.detail, detail);
  copy_text(failure.hint, hint);
  copy_text(failure.context, context);
  failure.state.store(2, std::memory_order_release);
}

std::optional<Error> SharedRun::failure() const {
  const RunFailure& failure = header_->failure;
  if (failure.state.load(std::memory_order_acquire) != 2) return std::nullopt;
  std::string detail = failure.detail;
  if (failure.context[0] != '\0') {
    if (!detail.empty()) detail += '\n';
    detail += failure.context;
  }
  return Error(failure.sqlstate, failure.message, detail, failure.hint);
}

SharedRun::Ending SharedRun::ending() const {
  if (const std::optional<Error> error = failure()) {
    return {"FAILED", error->sqlstate(), error->message()};
  }
  switch (stop_reason()) {
    case StopReason::none:
    case StopReason::completed:
    case StopReason::criterion:
      return {"COMPLETED", "", ""};
    case StopReason::cancelled:
      return {"CANCELLED", "57014", "the execution was cancelled"};
    case StopReason::caller_gone:
      return {"CANCELLED", "57014", "the session that waited for the execution ended"};
    case StopReason::terminated:
      return {"CANCELLED", "57P01", "the controller was told to end"};
    case StopReason::too_many_errors:
      return {"FAILED", "54000", "more operations failed than \"max_errors\" allows"};
    case StopReason::failed:
      break;
  }
  return {"FAILED", "XX000", "the execution failed"};
}

void SharedRun::wake_workers() const noexcept {
  for (std::uint32_t i = 0; i < header_->worker_slots; ++i) wake(worker(i).proc);
}
void SharedRun::wake_controller() const noexcept {
  wake(header_->controller_proc);
}
void SharedRun::wake_caller() const noexcept {
  wake(header_->caller_proc);
}

void SharedRun::set_phase(RunPhase phase) const noexcept {
  header_->phase.store(static_cast<std::uint32_t>(phase));
  wake_caller();
}

}  // namespace perf_mgmt::pg
