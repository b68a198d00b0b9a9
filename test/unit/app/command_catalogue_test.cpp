// Imported commands: kept by address and account, and asked before anything is sent.
#include "app/command_catalogue.hpp"

#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

ImportedCommands imported() {
    management::CommandInfo get{.name = "Get-Mailbox", .module = "Exchange", .kind = "Function"};
    get.output_types = {"A", "B"};
    get.parameters = {
        {.name = "Identity", .type = "System.String", .aliases = {"Id", "I"}},
        {.name = "Force", .type = "Switch", .is_switch = true, .is_mandatory = false}};
    return {Instant(Milliseconds(5)), {get, {.name = "Set-User"}}};
}

class Catalogue : public testing::Test {
protected:
    void SetUp() override {
        folder_ =
            std::filesystem::path(testing::TempDir()) / ("catalogue-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        config_.state_database = folder_ / "state.db";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
    Config config_;
    ManagementPlace place_{.uri = "http://a.example/PowerShell/", .auth = "basic", .user = "x"};
};

TEST_F(Catalogue, KeepsEverythingOfACommand) {
    ASSERT_TRUE((*CommandCatalogue::open(config_))->replace(place_, imported()));
    const auto read = (*CommandCatalogue::open(config_))->read(place_);
    ASSERT_TRUE(read);
    ASSERT_TRUE(*read);
    EXPECT_EQ((*read)->commands, imported().commands);
    EXPECT_EQ((*read)->fetched, imported().fetched);
}

TEST_F(Catalogue, KnowsAddressesAndAccountsApart) {
    const auto catalogue = *CommandCatalogue::open(config_);
    ASSERT_TRUE(catalogue->replace(place_, imported()));
    auto other = place_;
    other.user = "y";
    EXPECT_FALSE(*catalogue->read(other));
    ASSERT_TRUE(catalogue->replace(other, {}));
    EXPECT_TRUE((*catalogue->read(other))->commands.empty());
    EXPECT_EQ((*catalogue->read(place_))->commands.size(), 2U);
    ASSERT_TRUE(catalogue->replace(place_, {}));
    EXPECT_TRUE((*catalogue->read(place_))->commands.empty());
}

TEST(CheckedCommand, IsHeldAgainstWhatWasImported) {
    const std::optional<ImportedCommands> known = imported();
    EXPECT_TRUE(checked_command("get-mailbox -id anna -force", known));
    EXPECT_EQ(checked_command("Get-Nothing", known).error().code, "command.unknown");
    EXPECT_EQ(checked_command("Get-Mailbox -Nothing 1", known).error().code, "command.parameter");
    EXPECT_TRUE(checked_command("Set-User -Anything 1", known)) << "parameters are not known";
    EXPECT_TRUE(checked_command("Get-Nothing -X 1", std::nullopt));
}

}  // namespace
}  // namespace hqsync::app
