// The table of errors (ews.md §6), and what Exchange tells besides codes.
#include "ews/errors.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace hqsync::ews {

namespace {

using enum Kind;

/// Whether the request is to be sent in halves.
enum class Size : std::uint8_t { right, too_big };

struct Row {
    std::string_view code;  ///< a prefix when it ends in "*"
    Kind kind;
    Reach reach;
    std::string_view as;  ///< our code; empty: that of EWS
    std::string_view detail;
    Size size = Size::right;
};

constexpr std::string_view busy = "Exchange asks to wait";
constexpr std::string_view failed = "Exchange failed at it, for now";
constexpr std::string_view stale =
    "somebody changed the item meanwhile; the next pass reads it again";
constexpr std::string_view no_folder = "the folder is gone";
constexpr std::string_view subscription_lost = "the subscription is lost: subscribe, then sync";
constexpr std::string_view bad_data = "Exchange refuses a value of this contact";
constexpr std::string_view unreadable = "Exchange cannot read this item";
constexpr std::string_view full = "the mailbox is full: make room, or raise its quota";
constexpr std::string_view no_right =
    "the service account may not do this in the mailbox: give it the role "
    "ApplicationImpersonation with a scope that covers the mailbox, or full access";
constexpr std::string_view bad_request =
    "Exchange refuses the request: a fault of hqsync, report it";
constexpr std::string_view bad_version =
    "Exchange does not know the schema version "
    "Exchange2013_SP1: it has to be 2016, 2019 or SE";

constexpr std::array rows = {
    // Throttling: refused before any work was done, but for a timeout.
    Row{"ErrorServerBusy", throttled, Reach::mailbox, "throttled", busy},
    Row{"ErrorExceededConnectionCount", throttled, Reach::mailbox, "throttled", busy},
    Row{"ErrorExceededFindCountLimit", throttled, Reach::mailbox, "throttled", busy, Size::too_big},
    Row{"ErrorExceededSubscriptionCount", throttled, Reach::mailbox, "throttled", busy},
    Row{"ErrorTooManyObjectsOpened", throttled, Reach::mailbox, "throttled", busy},
    Row{"ErrorTimeoutExpired", throttled, Reach::mailbox, "", failed, Size::too_big},
    // The server failed: whether the work was done is not known.
    Row{"ErrorInternalServerTransientError", transient, Reach::mailbox, "", failed},
    Row{"ErrorMailboxStoreUnavailable", transient, Reach::mailbox, "",
        "the mailbox database is not there for now"},
    Row{"ErrorMailboxFailover", transient, Reach::mailbox, "", "the database changes servers"},
    Row{"ErrorConnectionFailed", transient, Reach::mailbox, "", failed},
    Row{"ErrorInsufficientResources", transient, Reach::mailbox, "", failed},
    Row{"ErrorNotEnoughMemory", transient, Reach::mailbox, "", failed},
    Row{"ErrorADUnavailable", transient, Reach::mailbox, "", "Active Directory is not there"},
    Row{"ErrorADOperation", transient, Reach::mailbox, "", "Active Directory failed at it"},
    Row{"ErrorServiceUnavailable", transient, Reach::mailbox, "", failed},
    Row{"ErrorInternalServerError", transient, Reach::item, "", "Exchange failed at it",
        Size::too_big},
    Row{"ErrorMailboxMoveInProgress", mailbox, Reach::mailbox, "",
        "the mailbox is being moved; it is tried again later"},
    // Its cause is the error before it in the same answer; alone it says only "not done".
    Row{"ErrorBatchProcessingStopped", transient, Reach::mailbox, "",
        "Exchange stopped before it came to this one"},
    // Something changed: read again.
    Row{"ErrorIrresolvableConflict", refresh, Reach::item, "conflict", stale},
    Row{"ErrorStaleObject", refresh, Reach::item, "conflict", stale},
    Row{"ErrorChangeKeyRequired*", refresh, Reach::item, "conflict", stale},
    Row{"ErrorInvalidChangeKey", refresh, Reach::item, "conflict", stale},
    Row{"ErrorItemNotFound", refresh, Reach::item, "gone", "the item is gone"},
    Row{"ErrorFolderNotFound", refresh, Reach::folder, "folder_gone", no_folder},
    Row{"ErrorSyncFolderNotFound", refresh, Reach::folder, "folder_gone", no_folder},
    Row{"ErrorSavedItemFolderNotFound", refresh, Reach::folder, "folder_gone", no_folder},
    Row{"ErrorParentFolderNotFound", refresh, Reach::folder, "folder_gone", no_folder},
    Row{"ErrorToFolderNotFound", refresh, Reach::folder, "folder_gone", no_folder},
    Row{"ErrorFolderExists", refresh, Reach::folder, "folder_exists", "the name is taken"},
    Row{"ErrorInvalidSyncStateData", refresh, Reach::folder, "sync_state_lost",
        "the sync state is worthless"},
    Row{"ErrorSubscriptionNotFound", refresh, Reach::mailbox, "", subscription_lost},
    Row{"ErrorInvalidSubscription", refresh, Reach::mailbox, "", subscription_lost},
    Row{"ErrorExpiredSubscription", refresh, Reach::mailbox, "", subscription_lost},
    Row{"ErrorMissedNotificationEvents", refresh, Reach::mailbox, "", subscription_lost},
    Row{"ErrorReadEventsFailed", refresh, Reach::mailbox, "", subscription_lost},
    // EWS: the schema spells it "Unsubscribed", the documentation "Unsubsribed".
    Row{"ErrorSubscriptionUns*", refresh, Reach::mailbox, "", subscription_lost},
    // One contact.
    Row{"ErrorInvalidContactEmailAddress", item, Reach::item, "", bad_data},
    Row{"ErrorInvalidContactEmailIndex", item, Reach::item, "", bad_data},
    Row{"ErrorItemSavePropertyError", item, Reach::item, "", bad_data},
    Row{"ErrorItemSave", item, Reach::item, "", bad_data},
    Row{"ErrorDataSizeLimitExceeded", item, Reach::item, "", bad_data},
    Row{"ErrorInvalidExtendedPropertyValue", item, Reach::item, "", bad_data},
    Row{"ErrorInvalidValueForProperty", item, Reach::item, "", bad_data},
    Row{"ErrorPropertyValidationFailure", item, Reach::item, "", bad_data},
    Row{"ErrorPropertyUpdate", item, Reach::item, "", bad_data},
    Row{"ErrorAttachmentSizeLimitExceeded", item, Reach::item, "", bad_data},
    Row{"ErrorItemCorrupt", item, Reach::item, "", unreadable},
    Row{"ErrorItemPropertyRequestFailed", item, Reach::item, "", unreadable},
    Row{"ErrorCorruptData", item, Reach::item, "", unreadable},
    // One mailbox.
    Row{"ErrorQuotaExceeded", mailbox, Reach::mailbox, "", full},
    Row{"ErrorMessagePerFolderCountReceiveQuotaExceeded", mailbox, Reach::mailbox, "",
        "the folder holds as many items as it may"},
    Row{"ErrorNonPrimarySmtpAddress", refresh, Reach::mailbox, "",
        "the address is not the primary one of its mailbox: write the primary one down for the "
        "user"},
    // Somebody has to do something first.
    Row{"ErrorAccessDenied", configuration, Reach::mailbox, "", no_right},
    Row{"ErrorCreateItemAccessDenied", configuration, Reach::mailbox, "", no_right},
    Row{"ErrorCreateSubfolderAccessDenied", configuration, Reach::mailbox, "", no_right},
    Row{"ErrorImpersonateUserDenied", configuration, Reach::mailbox, "", no_right},
    Row{"ErrorImpersonationFailed", configuration, Reach::mailbox, "",
        "Exchange could not act for this user: look at the event log of the Exchange server"},
    Row{"ErrorInvalidExchangeImpersonationHeaderData", configuration, Reach::mailbox, "",
        "Exchange does not take the address for one to act for: correct the user's address"},
    Row{"ErrorAccountDisabled", configuration, Reach::mailbox, "",
        "the account is disabled: enable it in Active Directory, or leave the user out"},
    Row{"ErrorMissingEmailAddress", configuration, Reach::mailbox, "",
        "the service account has no mailbox of its own: set impersonation, or give it one"},
    Row{"ErrorNonExistentMailbox", configuration, Reach::mailbox, "",
        "the address has no mailbox on this Exchange: correct the user's address, or leave him "
        "out"},
    // Faults of ours: never sent again.
    Row{"ErrorInvalidIdMalformed", bug, Reach::item, "gone", "the id is unknown there"},
    Row{"ErrorInvalidId*", bug, Reach::item, "", bad_request},
    Row{"ErrorSchemaValidation", bug, Reach::mailbox, "", bad_request},
    Row{"ErrorInvalidRequest", bug, Reach::mailbox, "", bad_request},
    Row{"ErrorInvalidServerVersion", bug, Reach::configuration, "", bad_version},
    Row{"ErrorIncorrectSchemaVersion", bug, Reach::configuration, "", bad_version},
    Row{"ErrorInvalidSchemaVersionForMailboxVersion", bug, Reach::mailbox, "", bad_version},
    Row{"ErrorInvalidPropertyForOperation", bug, Reach::item, "", bad_request},
    Row{"ErrorInvalidPropertyRequest", bug, Reach::item, "", bad_request},
    Row{"ErrorInvalidPropertySet", bug, Reach::item, "", bad_request},
    Row{"ErrorUpdatePropertyMismatch", bug, Reach::item, "", bad_request},
    Row{"ErrorIncorrectUpdatePropertyCount", bug, Reach::item, "", bad_request},
    Row{"ErrorNoFolderClassOverride", bug, Reach::mailbox, "", bad_request},
    Row{"ErrorObjectTypeChanged", bug, Reach::item, "", bad_request},
    Row{"ErrorNoPropertyTagForCustomProperties", bug, Reach::item, "", bad_request},
    Row{"ErrorCannotCreateContactInNonContactFolder", bug, Reach::mailbox, "",
        "one of our folders is no contact folder any more: delete it"},
};

/// EWS names no wait in most of its refusals (ews.md §6, ErrorServerBusy).
constexpr std::chrono::milliseconds default_back_off{60'000};

const Row* row_of(std::string_view code) {
    const auto found = std::ranges::find_if(rows, [&](const Row& row) {
        if (!row.code.ends_with('*')) return code == row.code;
        return code.starts_with(row.code.substr(0, row.code.size() - 1));
    });
    return found == rows.end() ? nullptr : &*found;
}

/// EWS: an internal error may hide the one that says what to do (ews.md §1).
std::string_view telling_code(const ErrorText& error) {
    const bool hides = error.code == "ErrorInternalServerError" && row_of(error.inner) != nullptr;
    return hides ? error.inner : error.code;
}

std::string detail_of(const Row& row, const ErrorText& error, std::string_view code) {
    auto detail = fmt::format("{} ({}", row.detail, code.empty() ? "no code" : code);
    if (!error.property.empty()) detail += fmt::format(", {}", error.property);
    if (error.line > 0) detail += fmt::format(", line {}:{}", error.line, error.position);
    return detail + ")";
}

Verdict verdict_of(const Row& row, const std::string& code, std::string detail) {
    Verdict verdict{row.kind, {}, row.size == Size::too_big};
    auto& fault = verdict.fault;
    fault.reach = row.reach;
    fault.code = row.as.empty() ? code : std::string(row.as);
    fault.detail = std::move(detail);
    const bool is_move = row.code == "ErrorMailboxMoveInProgress";
    fault.transient = row.kind == transient || row.kind == throttled || is_move;
    // Refused as "throttled" means that nothing was begun; a batch that stopped did not come here.
    const bool is_refused = row.as == "throttled" || row.code == "ErrorBatchProcessingStopped";
    fault.outcome_unknown = fault.transient && !is_refused && !is_move;
    if (row.kind == throttled) fault.retry_after = default_back_off;
    return verdict;
}

constexpr Row unknown_row = {"", transient, Reach::item, "",
                             "Exchange gave an error that is not known"};

Row row_of_status(long status) {
    switch (status) {
        case 401:
            return {"", configuration, Reach::configuration, "unauthorized",
                    "Exchange refuses the login: check user, password and way of login"};
        case 403:
            return {"", configuration, Reach::mailbox, "forbidden",
                    "EWS is off for this user or program: look at Get-CASMailbox (EwsEnabled, "
                    "EwsApplicationAccessPolicy), and whether https is demanded"};
        case 404:
            return {"", configuration, Reach::configuration, "",
                    "there is no EWS at this address: check ews_url"};
        case 413:
            return {"", bug, Reach::mailbox, "too_big", "the request is too big", Size::too_big};
        case 429: return {"", throttled, Reach::mailbox, "throttled", busy};
        case 503: return {"", transient, Reach::mailbox, "unavailable", "Exchange is not there"};
        default:
            // EWS: 302 leads to an error page, 500 without SOAP is ASP.NET's own (ews.md §6).
            if (status == 302 || status == 408 || status >= 500) {
                return {"", transient, Reach::mailbox, "", failed};
            }
            return {"", bug, Reach::mailbox, "", "Exchange refuses the request"};
    }
}

}  // namespace

Verdict judge(const ErrorText& error) {
    const auto code = std::string(telling_code(error));
    const auto* known = row_of(code);
    const auto& row = known != nullptr ? *known : unknown_row;
    auto verdict = verdict_of(row, code, detail_of(row, error, code));
    if (verdict.fault.code.empty()) verdict.fault.code = "ews.no_code";
    if (error.back_off && (row.kind == throttled || row.kind == transient)) {
        verdict.fault.retry_after = error.back_off;
    }
    // Without the right address there is nothing to go on with.
    if (row.code == "ErrorNonPrimarySmtpAddress" && error.address.empty()) {
        verdict.kind = configuration;
    }
    return verdict;
}

Verdict judge_status(long status) {
    const auto row = row_of_status(status);
    return verdict_of(row, fmt::format("http_{}", status),
                      fmt::format("{} (HTTP {})", row.detail, status));
}

}  // namespace hqsync::ews
