// Ids as distinct classes: a user's id cannot be handed over where a contact's is wanted.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace hqsync {

/// `Tag` only tells the ids apart. `Value` is the number HQ gives, or the text Exchange gives.
template <class Tag, class Value>
class Id {
public:
    using value_type = Value;

    Id() = default;
    explicit Id(Value value) : value_(std::move(value)) {}

    [[nodiscard]] const Value& value() const { return value_; }

    auto operator<=>(const Id&) const = default;
    bool operator==(const Id&) const = default;

private:
    Value value_{};
};

// Numbers of HQ (int32 in API v1; held wider).
using ContactId = Id<struct ContactTag, std::int64_t>;
using CompanyId = Id<struct CompanyTag, std::int64_t>;
using ProjectId = Id<struct ProjectTag, std::int64_t>;
using LeadId = Id<struct LeadTag, std::int64_t>;
using UserId = Id<struct UserTag, std::int64_t>;
using SubsystemId = Id<struct SubsystemTag, std::int64_t>;
using AddressId = Id<struct AddressTag, std::int64_t>;
using CompanyTypeId = Id<struct CompanyTypeTag, std::int64_t>;

// Texts of Exchange: opaque, case-sensitive, up to 512 octets and more.
using ItemId = Id<struct ItemTag, std::string>;
using FolderId = Id<struct FolderTag, std::string>;
using ChangeKey = Id<struct ChangeKeyTag, std::string>;  ///< changes with every save of the item
using SyncState = Id<struct SyncStateTag, std::string>;  ///< delta link (Graph) or SyncState (EWS)

/// The mailbox's primary address, in lower case.
using MailboxAddress = Id<struct MailboxTag, std::string>;

}  // namespace hqsync

template <class Tag, class Value>
struct std::hash<hqsync::Id<Tag, Value>> {
    std::size_t operator()(const hqsync::Id<Tag, Value>& id) const noexcept {
        return std::hash<Value>{}(id.value());
    }
};
