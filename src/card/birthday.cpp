// Birthdays as HQ writes them, to dates that a mailbox can hold.
#include "card/make_card.hpp"
#include "contact/date.hpp"

namespace hqsync::card {

std::string iso_birthday(std::string_view text) {
    // Exchange counts time from 1601 (MS-DTYP FILETIME): an earlier date would be refused for ever.
    constexpr std::string_view earliest = "1601-01-01";
    auto date = iso_date(text);
    return date < earliest ? std::string{} : date;
}

}  // namespace hqsync::card
