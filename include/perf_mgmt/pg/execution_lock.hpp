// The lock that says that an execution is alive: a session-level advisory lock of class 3, which no
// SQL-level lock can collide with (SQL uses classes 1 and 2). Its controller holds it from before
// the RUNNING row is visible until after the final state is committed. The session of a comparison
// holds one of the same kind, by the comparison's id.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// Takes the lock of an execution (uuid text) in the current database; throws where it is taken.
void take_execution_lock(const std::string& execution_id);
void release_execution_lock(const std::string& execution_id);

// The same kind of lock on something else: waits until nobody else has it, and holds it to the end
// of the transaction.
void lock_to_end_of_transaction(const std::string& subject);

// Process id of its holder; 0 where nobody holds the lock. Needs SPI.
int holder_of_execution_lock(const std::string& execution_id);

}  // namespace perf_mgmt::pg
