// Ids as EWS has them: base64, case-sensitive, with the mailbox and the folder inside, so that a
// moved item has another one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/mailbox.hpp"

namespace hqsync::sim {

/// EWS: above Top of Information Store lies the root of the mailbox, which clients walk down from.
inline constexpr Key store_root = ~Key{0};
/// One of the two that hold folders only.
constexpr bool is_root(Key folder) {
    return folder == root_folder || folder == store_root;
}

enum class EwsIdKind : char { folder = 'F', item = 'C', attachment = 'A' };

struct EwsId {
    EwsIdKind kind = EwsIdKind::item;
    std::string user_id;  ///< of the mailbox
    Key folder = 0;
    Key contact = 0;
    std::uint32_t place = 0;
    std::uint64_t attachment = 0;
};

std::string to_text(const EwsId& id);
/// Nothing when the text is none of our ids, which also a change of case makes it.
std::optional<EwsId> read_ews_id(std::string_view text);

std::string ews_id_of(const Mailbox& mailbox, Key folder);
std::string ews_id_of(const Mailbox& mailbox, const Contact& contact);
std::string ews_change_key(const Folder& folder);

}  // namespace hqsync::sim
