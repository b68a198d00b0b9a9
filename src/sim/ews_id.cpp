// Head, user id, kind, folder, contact, place, attachment, sum; all of fixed width.
#include "sim/ews_id.hpp"

#include <fmt/format.h>

#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

using namespace std::string_view_literals;
constexpr std::string_view head = "\x00\x03\x24\x00"sv;  // "AAMkA" in base64
constexpr std::size_t user_size = 36;

void put(std::string& bytes, std::uint64_t number, unsigned width) {
    while (width > 0)
        bytes += static_cast<char>((number >> (8U * --width)) & 0xFFU);
}

std::uint64_t take(std::string_view& bytes, std::size_t width) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(0, width))
        number = (number << 8U) | static_cast<unsigned char>(byte);
    bytes.remove_prefix(width);
    return number;
}

std::uint64_t sum_of(std::string_view bytes) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const char byte : bytes)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    return hash >> 40U;
}

}  // namespace

std::string to_text(const EwsId& id) {
    std::string bytes(head);
    bytes += id.user_id;
    bytes += static_cast<char>(id.kind);
    put(bytes, id.folder, 8);
    if (id.kind != EwsIdKind::folder) {
        put(bytes, id.contact, 8);
        put(bytes, id.place, 4);
    }
    if (id.kind == EwsIdKind::attachment) put(bytes, id.attachment, 8);
    put(bytes, sum_of(bytes), 3);
    return to_base64(bytes);
}

std::optional<EwsId> read_ews_id(std::string_view text) {
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() < head.size() + user_size + 12 || !bytes->starts_with(head))
        return std::nullopt;
    std::string_view rest = *bytes;
    rest.remove_prefix(head.size());
    EwsId id{.user_id = std::string(rest.substr(0, user_size))};
    rest.remove_prefix(user_size);
    id.kind = static_cast<EwsIdKind>(rest[0]);
    rest.remove_prefix(1);
    id.folder = take(rest, 8);
    if (id.kind != EwsIdKind::folder && rest.size() >= 12) {
        id.contact = take(rest, 8);
        id.place = static_cast<std::uint32_t>(take(rest, 4));
    }
    if (id.kind == EwsIdKind::attachment && rest.size() >= 8) id.attachment = take(rest, 8);
    // Also what padding, alphabet or sum changed is no id of ours.
    if (to_text(id) != text) return std::nullopt;
    return id;
}

std::string ews_id_of(const Mailbox& mailbox, Key folder) {
    return to_text({.kind = EwsIdKind::folder, .user_id = mailbox.user_id(), .folder = folder});
}

std::string ews_id_of(const Mailbox& mailbox, const Contact& contact) {
    return to_text({.kind = EwsIdKind::item,
                    .user_id = mailbox.user_id(),
                    .folder = contact.folder,
                    .contact = contact.key,
                    .place = contact.place});
}

std::string ews_change_key(const Folder& folder) {
    std::string bytes("\x03\x00\x00\x00\x16\x00\x00\x00"sv);
    put(bytes, folder.change, 8);
    return to_base64(bytes);
}

}  // namespace hqsync::sim
