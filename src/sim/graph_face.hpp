// Microsoft Graph v1.0 on the mailboxes: one request in, one reply out, no waiting.
#pragma once

#include <string>
#include <vector>

#include "sim/domain.hpp"
#include "sim/graph_contact.hpp"
#include "sim/graph_message.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

class GraphFace {
public:
    /// `domain` outlives the face.
    GraphFace(Domain& domain, std::string url);

    /// The mailbox that the path names, made on first access; null when it names none of ours.
    Mailbox* mailbox_of(const Request& request);

    /// Whether the request would change something and is well formed is found out here.
    Reply answer(const Request& request);

private:
    Reply users(const Request& request);
    Reply folders(const Request& request, Mailbox& mailbox, Key parent);
    Reply one_folder(const Request& request, Mailbox& mailbox, Folder& folder);
    Reply contacts(const Request& request, Mailbox& mailbox, Folder& folder);
    Reply list_contacts(const Request& request, Mailbox& mailbox, Folder& folder);
    Reply one_contact(const Request& request, Mailbox& mailbox, Contact& contact, std::size_t at);
    Reply patch_contact(const Request& request, Mailbox& mailbox, Contact& contact);
    Reply photo(const Request& request, Contact& contact, std::size_t at);
    Reply delta(const Request& request, Mailbox& mailbox, Folder& folder);
    [[nodiscard]] std::string next_link(const Request& request, std::size_t skip) const;

    Domain& domain_;
    std::string url_;
};

}  // namespace hqsync::sim
