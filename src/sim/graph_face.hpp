// Microsoft Graph v1.0 on the mailboxes: one request in, one reply out, no waiting.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/graph_contact.hpp"
#include "sim/graph_message.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

class GraphFace {
public:
    GraphFace(std::string domain, std::uint64_t seed, std::string url, Now now);

    /// The mailbox that the path names, made on first access; null when it names none of ours.
    Mailbox* mailbox_of(const Request& request);
    Mailbox* mailbox(std::string_view address_or_id);
    [[nodiscard]] std::vector<Mailbox*> mailboxes();

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

    std::string domain_;
    std::uint64_t seed_;
    std::string url_;
    Now now_;
    std::map<std::string, std::unique_ptr<Mailbox>, std::less<>> mailboxes_;  ///< by address
    std::map<std::string, std::string, std::less<>> by_user_id_;
};

}  // namespace hqsync::sim
