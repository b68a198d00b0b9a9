// What the registry knows of a shell while its creation goes wrong.
#include "app/registered_shell.hpp"

#include <filesystem>
#include <functional>

#include <gmock/gmock.h>

#include "async/await.hpp"

namespace hqsync::app {
namespace {

using management::Received;
using management::Signal;

/// A server that was led elsewhere and then did not answer.
class LostShell final : public management::Shell {
public:
    std::function<Result<void>()> on_create;

    Task<Result<std::string>> create(management::ShellRequest) override {
        EXPECT_TRUE(on_create());
        co_return fail({Reach::mailbox, "http.lost", "", {}, true, true});
    }
    Task<Result<std::string>> command(std::string, std::string) override { co_return ""; }
    Task<Result<void>> send(std::string, std::string_view, std::string) override {
        co_return Result<void>();
    }
    Task<Result<Received>> receive(std::string) override { co_return Received(); }
    Task<Result<void>> signal(std::string, Signal) override { co_return Result<void>(); }
    Task<Result<void>> remove() override { co_return Result<void>(); }
    [[nodiscard]] std::size_t max_fragment_blob() const override { return 1'000; }
    void agreed_protocol(std::string_view) override {}
};

TEST(RegisteredShell, RemembersWhereACreateThatGotNoAnswerWasSent) {
    const auto file = std::filesystem::temp_directory_path() / "hqsync_registered_shell_test.db";
    std::filesystem::remove(file);
    const auto registry = SessionRegistry::open(file);
    ASSERT_TRUE(registry);
    LostShell lost;
    SystemClock clock;
    ManagementPlace place;
    place.uri = "http://mail.agentur.example/PowerShell/";
    RegisteredShell shell({lost, [] { return RegisteredShell::Facts{"not yet known", {}}; }}, place,
                          **registry, clock);
    lost.on_create = [&shell] {
        return shell.note_address("https://mail2.agentur.example/PowerShell");
    };
    EXPECT_EQ(await(shell.create({"OUR-ID", "", "2.3", {}})).error().code, "http.lost");
    const auto rows = (*registry)->all();
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().shell_id, "OUR-ID");
    EXPECT_EQ(rows->front().endpoint, "http://mail.agentur.example/PowerShell/");
    EXPECT_EQ(rows->front().url, "https://mail2.agentur.example/PowerShell");
    EXPECT_TRUE(await(shell.remove()));
    EXPECT_TRUE((*registry)->all()->empty());
    std::filesystem::remove(file);
}

}  // namespace
}  // namespace hqsync::app
