// A mailbox of one contact that keeps what requests tell it, and shows it as GetItem does. Knows
// nothing but where a path points to in the contact.
#pragma once

#include <string>

#include <pugixml.hpp>

namespace hqsync::ews::test {

class Echo {
public:
    /// CreateItem with one contact.
    void create(const std::string& operation);
    /// UpdateItem with one change.
    void update(const std::string& operation);
    [[nodiscard]] std::string shown() const;

private:
    [[nodiscard]] pugi::xml_node contact() const { return kept_.child("t:Contact"); }
    void apply(pugi::xml_node action);

    pugi::xml_document kept_;
};

}  // namespace hqsync::ews::test
