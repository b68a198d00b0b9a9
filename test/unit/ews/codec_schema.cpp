// libxml2 validates; the schema is read once a process.
#include "unit/ews/codec_schema.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "ews/requests.hpp"

namespace hqsync::ews::test {

namespace {

const std::string reference = HQSYNC_REFERENCE_DIR;

template <class Thing, void (*release)(Thing*)>
struct Release {
    void operator()(Thing* thing) const { release(thing); }
};
using Schema = std::unique_ptr<xmlSchema, Release<xmlSchema, xmlSchemaFree>>;
using SchemaParser =
    std::unique_ptr<xmlSchemaParserCtxt, Release<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt>>;
using Validator =
    std::unique_ptr<xmlSchemaValidCtxt, Release<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt>>;
using Document = std::unique_ptr<xmlDoc, Release<xmlDoc, xmlFreeDoc>>;

Schema read_schema() {
    const auto path = reference + "/ews-xsd/ews-soap.xsd";
    const SchemaParser parser(xmlSchemaNewParserCtxt(path.c_str()));
    return Schema(xmlSchemaParse(parser.get()));
}

void keep_first(void* first, const xmlError* error) {
    auto& text = *static_cast<std::string*>(first);
    if (text.empty()) text = error->message;
}

}  // namespace

bool has_reference() {
    return std::filesystem::exists(reference + "/ews-xsd/ews-soap.xsd");
}

std::string sample(const std::string& name) {
    std::ifstream file(reference + "/ews-samples/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string complaint(const std::string& envelope) {
    static const Schema schema = read_schema();
    if (!schema) return "the schema cannot be read";
    std::string first;
    const auto collect = [](void* to, xmlErrorPtr error) { keep_first(to, error); };
    xmlSetStructuredErrorFunc(&first, collect);
    const Document document(xmlReadMemory(envelope.data(), static_cast<int>(envelope.size()),
                                          nullptr, nullptr, XML_PARSE_NONET | XML_PARSE_HUGE));
    const Validator validator(xmlSchemaNewValidCtxt(schema.get()));
    xmlSchemaSetValidStructuredErrors(validator.get(), collect, &first);
    const auto result = document ? xmlSchemaValidateDoc(validator.get(), document.get()) : -1;
    xmlSetStructuredErrorFunc(nullptr, nullptr);
    if (result != 0 && first.empty()) first = "not valid";
    return first;
}

std::string complaint_about(const std::string& operation) {
    return complaint(envelope(operation, MailboxAddress("anna@agentur.example")));
}

}  // namespace hqsync::ews::test
