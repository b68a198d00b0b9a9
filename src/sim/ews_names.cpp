// ConvertId and ResolveNames: as much as support tools need.
#include <fmt/format.h>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"

namespace hqsync::sim {

namespace {

std::string hex_of(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string bytes;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        const auto high = digits.find(text[at]);
        const auto low = digits.find(text[at + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

/// All forms but the hexadecimal one are the same base64 here.
std::string in_format(const EwsId& id, std::string_view format) {
    const auto text = to_text(id);
    return format == "HexEntryId" ? hex_of(from_base64(text).value_or("")) : text;
}

}  // namespace

void convert_id(EwsCall& call) {
    const std::string_view wanted = call.request.attribute("DestinationFormat").value();
    for (const auto source : elements(call.request.child("m:SourceIds"))) {
        std::string text = source.attribute("Id").value();
        if (std::string_view(source.attribute("Format").value()) == "HexEntryId") {
            const auto bytes = from_hex(text);
            text = bytes ? to_base64(*bytes) : "";
        }
        const auto id = read_ews_id(text);
        if (!id) {
            add_failure(call.messages, "ConvertId", ews_error("ErrorInvalidIdMalformed"));
            continue;
        }
        auto converted = add(add_success(call.messages, "ConvertId"), "m:AlternateId");
        set(converted, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        set(converted, "xsi:type", "t:AlternateIdType");
        set(converted, "Format", wanted);
        set(converted, "Id", in_format(*id, wanted));
        set(converted, "Mailbox", source.attribute("Mailbox").value());
    }
}

void resolve_names(EwsCall& call) {
    add_failure(call.messages, "ResolveNames", ews_error("ErrorNameResolutionNoResults"));
}

}  // namespace hqsync::sim
