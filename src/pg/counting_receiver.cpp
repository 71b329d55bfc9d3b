#include "perf_mgmt/pg/counting_receiver.hpp"

extern "C" {
#include "access/detoast.h"
#include "executor/tuptable.h"
}

namespace perf_mgmt::pg {

namespace {

// Called by the executor in C: no C++ object lives here, and a server error may pass through.
std::uint64_t read_value(Form_pg_attribute attribute, Datum value) {
  if (attribute->attlen >= 0) return static_cast<std::uint64_t>(attribute->attlen);
  if (attribute->attlen == -2) return std::strlen(DatumGetCString(value));
  auto* stored = reinterpret_cast<struct varlena*>(DatumGetPointer(value));
  struct varlena* whole = pg_detoast_datum_packed(stored);
  const std::uint64_t bytes = VARSIZE_ANY_EXHDR(whole);
  if (whole != stored) pfree(whole);
  return bytes;
}

bool receive(TupleTableSlot* slot, DestReceiver* self) {
  auto* receiver = reinterpret_cast<CountingReceiver*>(self);
  slot_getallattrs(slot);
  for (int i = 0; i < slot->tts_tupleDescriptor->natts; ++i) {
    if (!slot->tts_isnull[i]) {
      receiver->bytes +=
          read_value(TupleDescAttr(slot->tts_tupleDescriptor, i), slot->tts_values[i]);
    }
  }
  ++receiver->rows;
  return true;
}

void startup(DestReceiver*, int, TupleDesc) {}
void nothing(DestReceiver*) {}

}  // namespace

void init_counting_receiver(CountingReceiver& receiver) noexcept {
  receiver = CountingReceiver{};
  receiver.base.receiveSlot = receive;
  receiver.base.rStartup = startup;
  receiver.base.rShutdown = nothing;
  receiver.base.rDestroy = nothing;
  receiver.base.mydest = DestNone;
}

}  // namespace perf_mgmt::pg
