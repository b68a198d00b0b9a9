// Lines are flushed one by one: a reader may follow the file.
#include "sim/record.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstring>

#include "sim/graph_contact.hpp"

namespace hqsync::sim {

namespace {

void write_member(Writer& writer, const char* name, std::string_view text) {
    writer.Key(name);
    write_text(writer, text);
}

template <class Headers>
void write_headers(Writer& writer, const char* name, const Headers& headers) {
    writer.Key(name);
    writer.StartObject();
    for (const auto& [header, value] : headers) {
        if (lower(header) != "authorization") write_member(writer, lower(header).c_str(), value);
    }
    writer.EndObject();
}

void write_body(Writer& writer, const char* name, std::string_view body) {
    if (simdjson::validate_utf8(body)) write_member(writer, name, body);
}

}  // namespace

Result<Record> Record::open(const std::string& file) {
    Record record;
    record.file_.open(file, std::ios::app | std::ios::binary);
    if (record.file_) return record;
    return fail(Fault{.reach = Reach::configuration,
                      .code = "sim.record",
                      .detail = fmt::format("{}: {}", file, std::strerror(errno))});
}

void Record::add(const Request& request, const Reply& reply) {
    const bool is_login = !request.path.empty() && request.path.back() == "token";
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    write_member(writer, "method", request.method);
    write_member(writer, "target", request.target);
    write_headers(writer, "request_headers", request.headers);
    if (!is_login) write_body(writer, "request_body", request.body);
    writer.Key("status");
    writer.Int(reply.status);
    write_headers(writer, "response_headers", reply.headers);
    if (!is_login) write_body(writer, "response_body", reply.body);
    writer.EndObject();
    file_ << text.GetString() << '\n' << std::flush;
}

}  // namespace hqsync::sim
