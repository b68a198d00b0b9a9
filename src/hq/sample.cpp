// The sample agency, compiled in, so that `hqsync demo` needs no files. Made by
// tools/make_sample.py.
#include "hq/embedded.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"

namespace hqsync::hq {

namespace {

constexpr char subsystems[] = {
#embed "../../sample/Subsystem.json"
};
constexpr char users[] = {
#embed "../../sample/Users.json"
};
constexpr char companies[] = {
#embed "../../sample/Companies.json"
};
constexpr char contacts[] = {
#embed "../../sample/ContactPersons.json"
};
constexpr char projects[] = {
#embed "../../sample/Projects.json"
};
constexpr char leads[] = {
#embed "../../sample/Leads.json"
};

}  // namespace

const Files& sample_agency() {
    static const Files files = {
        {"Subsystem.json", std::string(subsystems, sizeof subsystems)},
        {"Users.json", std::string(users, sizeof users)},
        {"Companies.json", std::string(companies, sizeof companies)},
        {"ContactPersons.json", std::string(contacts, sizeof contacts)},
        {"Projects.json", std::string(projects, sizeof projects)},
        {"Leads.json", std::string(leads, sizeof leads)},
    };
    return files;
}

}  // namespace hqsync::hq

#pragma clang diagnostic pop
