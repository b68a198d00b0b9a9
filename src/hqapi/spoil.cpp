// The answer is copied member by member; only what the fault touches is written otherwise.
#include "hqapi/spoil.hpp"

#include <string_view>

#include <fmt/format.h>
#include <simdjson.h>

#include "hqapi/json.hpp"

namespace hqsync::hqapi {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void copy(Json& json, element value) {
    json.raw(simdjson::minify(value));
}

/// "2026-11-01T08:00:00Z" -> "01.11.2026 08:00:00".
void copy_turned_date(Json& json, element value) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || text.size() < 19 || text[4] != '-')
        return copy(json, value);
    json.value(fmt::format("{}.{}.{} {}", text.substr(8, 2), text.substr(5, 2), text.substr(0, 4),
                           text.substr(11, 8)));
}

void copy_with_html(Json& json, element address) {
    object members;
    if (address.get(members) != simdjson::SUCCESS) return copy(json, address);
    json.begin_object();
    for (const auto [name, value] : members) {
        json.key(name);
        if (name == "Description") {
            json.value("<p>Bitte <b>klingeln</b> &amp; warten.<br/>Danke</p>");
        } else {
            copy(json, value);
        }
    }
    json.end_object();
}

void copy_member(Json& json, std::string_view name, element value, const Misbehaviour& fault) {
    const bool is_named = name == fault.field;
    if (is_named && fault.kind == "missing_field") return;
    json.key(name);
    if (is_named && fault.kind == "unknown_value") return json.value(fault.value);
    if (is_named && fault.kind == "date_form") return copy_turned_date(json, value);
    if (fault.kind == "company_without_type" && name == "CompanyTypes") return json.raw("[]");
    if (fault.kind == "contact_without_company" && (name == "CompanyId" || name == "Company"))
        return json.null();
    if (fault.kind == "html_note" && name == "DefaultAddress") return copy_with_html(json, value);
    copy(json, value);
}

void copy_record(Json& json, element record, const Misbehaviour& fault) {
    object members;
    if (record.get(members) != simdjson::SUCCESS) return copy(json, record);
    json.begin_object();
    for (const auto [name, value] : members)
        copy_member(json, name, value, fault);
    json.end_object();
}

void copy_records(Json& json, array records, const Misbehaviour& fault) {
    const auto size = records.size();
    const auto end = fault.kind == "short_page" ? size / 2 : size;
    std::size_t index = 0;
    json.begin_array();
    for (const auto record : records) {
        if (index++ < end) copy_record(json, record, fault);
    }
    if (fault.kind == "duplicate_id" && size > 0) copy(json, records.at(0).value_unsafe());
    json.end_array();
}

void copy_answer(Json& json, object answer, const Misbehaviour& fault) {
    json.begin_object();
    for (const auto [name, value] : answer) {
        array records;
        std::int64_t count = 0;
        if (name == "@odata.nextLink" && fault.kind == "short_page") continue;
        if (name == "value" && value.get(records) == simdjson::SUCCESS) {
            json.key(name);
            copy_records(json, records, fault);
        } else if (name == "@odata.count" && fault.kind == "wrong_count" &&
                   value.get(count) == simdjson::SUCCESS) {
            json.field(name, count + 1);
        } else {
            copy_member(json, name, value, fault);
        }
    }
    json.end_object();
}

}  // namespace

std::string spoiled(const std::string& body, const Misbehaviour& fault) {
    simdjson::dom::parser parser;
    object answer;
    if (parser.parse(body).get(answer) != simdjson::SUCCESS) return body;
    Json json;
    copy_answer(json, answer, fault);
    return json.text();
}

}  // namespace hqsync::hqapi
