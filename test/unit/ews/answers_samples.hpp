// Answers to read: official-looking samples with our property names, and small ones made here.
#pragma once

#include <string>
#include <string_view>

#include "contact/card.hpp"
#include "unit/ews/codec_schema.hpp"

namespace hqsync::ews::test {

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// The samples name their own properties; ours have other names and values.
inline std::string our_sample(const std::string& name) {
    auto text = sample(name);
    text = replaced(text, "c7d3f1a0-5b7e-4c39-9a4e-2f6d8b1e0a11",
                    "{6F3B1D52-8A4E-4C6B-9D27-51E0C7A9F4B8}");
    text = replaced(text, "HqContactId", "HqContact");
    text = replaced(text, ">4711<", ">hq:4711<");
    return replaced(text, "HqFolderRole", "HqFolder");
}

/// The answer to an operation with these response messages, under other prefixes than usual.
inline std::string answer_of(const std::string& operation, const std::string& messages) {
    return "<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'"
           " xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'"
           " xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'><soap:Body><" +
           operation + "Response><ResponseMessages>" + messages + "</ResponseMessages></" +
           operation + "Response></soap:Body></soap:Envelope>";
}
inline std::string done(const std::string& operation, const std::string& content) {
    return "<" + operation +
           "ResponseMessage ResponseClass='Success'>"
           "<ResponseCode>NoError</ResponseCode>" +
           content + "</" + operation + "ResponseMessage>";
}
inline std::string refused(const std::string& operation, const std::string& code,
                           const std::string& outcome = "Error") {
    return "<" + operation + "ResponseMessage ResponseClass='" + outcome + "'><ResponseCode>" +
           code + "</ResponseCode></" + operation + "ResponseMessage>";
}
/// GetItem of one contact with this inside.
inline std::string contact_answer(const std::string& inside) {
    return answer_of("GetItem",
                     done("GetItem", "<Items><t:Contact><t:ItemId Id='I' ChangeKey='K'/>" + inside +
                                         "</t:Contact></Items>"));
}

/// "field=text" of every field that is not empty, one a line.
inline std::string listing(const ContactCard& card) {
    std::string text;
    for (const auto field : all_fields()) {
        if (!card[field].empty()) text += std::string(name(field)) + "=" + card[field] + "\n";
    }
    return text;
}

}  // namespace hqsync::ews::test
