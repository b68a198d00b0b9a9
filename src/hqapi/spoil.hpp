// Answers made wrong on purpose, in ways that other servers and old data really are.
#pragma once

#include <string>

#include "hqapi/faults.hpp"

namespace hqsync::hqapi {

/// The body of a list or of a single record with the fault of that kind in it: short_page,
/// duplicate_id, missing_field, unknown_value, date_form, html_note, company_without_type,
/// contact_without_company, wrong_count. Others leave it as it is.
std::string spoiled(const std::string& body, const Misbehaviour& fault);

}  // namespace hqsync::hqapi
