// Faults that the mailbox itself finds in answers, and what it makes of those of the server.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace hqsync::ews {

/// "ews.endless", reach mailbox: a listing that a limit ended.
Fault endless(std::string_view what);
/// "folder_gone", reach folder.
Fault folder_gone();
/// "conflict", reach item.
Fault conflict();

/// The item is not there any more.
bool is_gone(const Fault& fault);
/// The same of a folder that was asked about.
bool is_folder_gone(const Fault& fault);
/// The item is there, its content is broken (ews.md §6, ErrorItemCorrupt).
bool is_corrupt(const Fault& fault);

/// Unread is not empty: a fault of one item or folder, where all are needed, is the mailbox's.
Fault of_mailbox(Fault fault);

}  // namespace hqsync::ews
