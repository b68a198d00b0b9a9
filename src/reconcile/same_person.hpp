// Items that nobody marked: which contact of HQ they may be.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "contact/card.hpp"
#include "reconcile/plan.hpp"
#include "reconcile/policy.hpp"

namespace hqsync::reconcile {

/// Finds wanted contacts by address and by name. Lives as long as `desired`.
class Persons {
public:
    Persons(const std::map<ContactId, Desired>& desired, const Policies& policies);

    /// The contacts that this card may be, sorted: they share a real e-mail address and their names
    /// do not contradict, or they share name and company and no field contradicts.
    [[nodiscard]] std::vector<ContactId> same_as(const ContactCard& card) const;

private:
    const std::map<ContactId, Desired>& desired_;
    const Policies& policies_;
    std::map<std::string, std::set<ContactId>> by_email_;
    std::map<std::string, std::set<ContactId>> by_name_;
};

/// An item without any mark, and the wanted contacts that it may be.
struct Stranger {
    const Observed* item;
    std::vector<ContactId> candidates;
};

/// The strangers point into the trees and live no longer than they.
std::vector<Stranger> strangers_of(const Trees& trees);

/// Contacts and the items that are to become theirs: those that somebody accepted, and, when
/// unmarked items are to be adopted and both folders were read whole, those that fit in both
/// directions.
std::map<ContactId, const Observed*> links_of(const Trees& trees,
                                              const std::vector<Stranger>& strangers);

/// Without anything by which a person could be known.
bool is_blank(const ContactCard& card);

}  // namespace hqsync::reconcile
