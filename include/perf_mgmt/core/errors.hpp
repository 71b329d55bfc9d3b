// The one exception type of the core: an error that a user can act on, in PostgreSQL's terms.
//
// The primary message is lower case without a full stop; detail and hint are sentences. The
// server side (pg/boundary) turns it into an ereport with the same four parts.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace perf_mgmt {

namespace sqlstate {
inline constexpr std::string_view feature_not_supported = "0A000";
inline constexpr std::string_view numeric_value_out_of_range = "22003";
inline constexpr std::string_view invalid_parameter_value = "22023";
inline constexpr std::string_view invalid_text_representation = "22P02";
inline constexpr std::string_view null_value_not_allowed = "22004";
inline constexpr std::string_view invalid_json_text = "22032";
inline constexpr std::string_view active_sql_transaction = "25001";
inline constexpr std::string_view insufficient_privilege = "42501";
inline constexpr std::string_view undefined_object = "42704";
inline constexpr std::string_view duplicate_object = "42710";
inline constexpr std::string_view undefined_parameter = "42P02";
inline constexpr std::string_view syntax_error = "42601";
inline constexpr std::string_view insufficient_resources = "53000";
inline constexpr std::string_view out_of_memory = "53200";
inline constexpr std::string_view configuration_limit_exceeded = "53400";
inline constexpr std::string_view object_not_in_prerequisite_state = "55000";
inline constexpr std::string_view object_in_use = "55006";
inline constexpr std::string_view query_canceled = "57014";
inline constexpr std::string_view data_corrupted = "XX001";
inline constexpr std::string_view internal_error = "XX000";
}  // namespace sqlstate

class Error : public std::exception {
 public:
  // sqlstate: exactly five characters, one of namespace sqlstate.
  Error(std::string_view sqlstate, std::string message, std::string detail = {},
        std::string hint = {});

  const char* what() const noexcept override { return message_.c_str(); }
  const char* sqlstate() const noexcept { return sqlstate_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& detail() const noexcept { return detail_; }  // empty when there is none
  const std::string& hint() const noexcept { return hint_; }      // empty when there is none

 private:
  char sqlstate_[6];
  std::string message_;
  std::string detail_;
  std::string hint_;
};

}  // namespace perf_mgmt
