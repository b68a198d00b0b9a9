// The order of a case. Each actor has dice of its own, so that one more act moves no other.
#include "simulation/story.hpp"

#include <algorithm>

#include <asio/io_context.hpp>

#include "async/await.hpp"
#include "simulation/hq_actor.hpp"
#include "simulation/process.hpp"
#include "simulation/user_actor.hpp"

namespace hqsync::simulation {

namespace {

constexpr int calm_passes_most = 5;

class Story {
public:
    Story(std::uint64_t seed, const Conditions& conditions, const std::filesystem::path& folder)
        : world_(seed),
          dice_(seed * 4),
          hq_(world_),
          ledger_(world_, intents_),
          users_(world_, ledger_),
          weather_(world_, conditions.settle_after),
          wire_(world_, ledger_, weather_,
                [this](const std::string& address) { stand_by(address); }),
          machine_{world_,
                   wire_,
                   intents_,
                   ledger_,
                   (folder / "state.db").string(),
                   conditions.settle_after} {}

    Outcome tell() {
        begin();
        for (auto rounds = 1 + dice_.below(4); rounds > 0 && !world_.broken; --rounds)
            live();
        if (!world_.broken) come_to_rest();
        return {std::move(world_.broken), std::move(world_.trace), world_.counts};
    }

private:
    void begin();
    void live();
    void come_to_rest();
    void change_setting();
    void lose_state();
    void store_settings();
    void approve_held();
    void stand_by(const std::string& address);
    std::optional<engine::RunReport> run(std::int64_t last_step);

    World world_;
    Dice dice_;
    OpenIntents intents_;
    HqActor hq_;
    Ledger ledger_;
    UserActor users_;
    Weather weather_;
    Wire wire_;
    Machine machine_;
    bool is_calm_ = true;
};

template <class T>
T ask(Task<Result<T>> task) {
    return await(std::move(task)).value();
}

/// Mailboxes and state come from one directory, from which HQ has moved on meanwhile.
void Story::begin() {
    for (const auto* end : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(machine_.state_file + end);
    hq_.found();
    world_.take_view();
    const auto start = dice_.below(3);
    world_.note("the case begins {}", start == 0   ? "with empty mailboxes"
                                      : start == 1 ? "with mailboxes of a forgotten installation"
                                                   : "in step");
    if (start == 1) {
        world_.is_history_lost = true;
        for (auto i = dice_.below(6); i > 0; --i)
            hq_.edit();
        for (const auto& address : world_.addresses)
            users_.furnish(address);
    }
    if (start == 2) {
        run(0);
        for (auto i = dice_.below(8); i > 0; --i)
            hq_.edit();
    }
}

/// Users and HQ go on while requests are under way.
void Story::stand_by(const std::string& address) {
    if (is_calm_) return;
    if (dice_.chance(6)) users_.act(address);
    if (dice_.chance(2)) hq_.edit();
}

std::optional<engine::RunReport> Story::run(std::int64_t last_step) {
    ledger_.approve_nobody();
    const auto held = ask(open_state(machine_)->held());
    for (const auto& each : held) {
        if (each.approved) ledger_.approve(each.mailbox.value());
    }
    return run_process(machine_, last_step);
}

/// One round: people act, the admin acts, the engine runs, dies, runs again.
void Story::live() {
    is_calm_ = false;
    for (auto i = dice_.below(4); i > 0; --i)
        hq_.edit();
    for (auto i = dice_.below(4); i > 0; --i)
        users_.act(any_of(dice_, world_.addresses));
    if (dice_.chance(30)) change_setting();
    if (dice_.chance(10)) lose_state();
    if (dice_.chance(30)) approve_held();
    if (dice_.chance(10) && !world_.hq->contacts.empty())
        weather_.spoil(any_of(dice_, world_.hq->contacts).id);
    weather_.set_percent(any_of(dice_, std::array{0, 0, 4, 12, 30}));
    for (int tries = 0; tries < 4 && !world_.broken; ++tries) {
        const bool is_mortal = dice_.chance(45);
        const auto report = run(is_mortal ? 1 + dice_.below(120) : 0);
        if (report) break;
        world_.timeline.pass(Milliseconds(dice_.below(60'000)));
    }
    is_calm_ = true;
    if (!world_.broken) world_.timeline.pass(Milliseconds(dice_.below(1'200'000)));
}

void Story::store_settings() {
    const auto state = open_state(machine_);
    for (const auto& [key, value] : world_.settings) {
        const auto at = key.find('@');
        const auto user = at == key.npos ? std::string{} : key.substr(at + 1);
        ask(state->change_setting(
            {world_.timeline.now(), "admin", key.substr(0, at), user, "", value}));
    }
}

void Story::change_setting() {
    const auto any = [&](const char* key, auto values) {
        world_.settings[key] = fmt::format("\"{}\"", any_of(dice_, values));
    };
    using Words = std::vector<std::string>;
    switch (dice_.below(9)) {
        case 4: any("user_delete", Words{"restore", "remember"}); break;
        case 5: any("conflict.default", Words{"hq", "exchange", "newest"}); break;
        case 6: any("direction.mine", Words{"two_way", "two_way", "hq_to_exchange"}); break;
        case 7: any("direction.global", Words{"two_way", "hq_to_exchange"}); break;
        case 8: any("user_create", Words{"propose", "create", "ignore"}); break;
        case 0:
            world_.settings["sync.only_my_contacts"] = dice_.chance(50) ? "true" : "false";
            break;
        case 1: world_.settings["sync.global_folder"] = dice_.chance(50) ? "true" : "false"; break;
        case 2:
            world_.settings["sync.global_folder@" + any_of(dice_, world_.addresses)] =
                dice_.chance(50) ? "true" : "false";
            break;
        default: world_.settings["guard.max_deletes"] = fmt::format("{}", 1 + dice_.below(4));
    }
    std::string all;
    for (const auto& [key, value] : world_.settings)
        all += fmt::format(" {}={}", key, value);
    world_.note("settings:{}", all);
    store_settings();
}

/// The disk is gone; the admin sets up his settings again.
void Story::lose_state() {
    world_.note("the state database is lost");
    ledger_.excuse_open_intents();
    intents_.by_id.clear();
    world_.is_history_lost = true;
    for (const auto* end : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(machine_.state_file + end);
    store_settings();
}

void Story::approve_held() {
    const auto state = open_state(machine_);
    const auto held = ask(state->held());
    for (const auto& each : held) {
        world_.note("the admin approves {} deletions in {}", each.hold.deletions,
                    each.mailbox.value());
        ask(state->approve(each.hold.plan_hash));
    }
}

/// Faults and people stop; late requests have come home; a few passes must bring all in step.
void Story::come_to_rest() {
    weather_.clear_up();
    world_.timeline.pass(machine_.settle_after + Milliseconds(600'000));
    world_.note("calm");
    std::uint64_t writes = 1;
    for (int pass = 0; pass < calm_passes_most && writes > 0 && !world_.broken; ++pass) {
        approve_held();
        wire_.take_writes();
        const auto report = run(0);
        writes = wire_.take_writes();
        if (!report) return;
        const bool is_held = std::ranges::any_of(
            report->mailboxes, [](const auto& each) { return each.hold.has_value(); });
        if (is_held) writes = 1;
        world_.in_peace.clear();
        for (const auto& each : report->mailboxes) {
            for (const auto& error : each.item_errors) {
                if (error.code == "loop") {
                    world_.in_peace.emplace(each.mailbox.value(), error.contact);
                } else {
                    writes = std::max<std::uint64_t>(writes, 1);  // not at rest
                }
            }
        }
        world_.timeline.pass(machine_.settle_after + Milliseconds(60'000));
    }
    if (world_.broken) return;
    if (writes > 0) world_.complain("not at rest after {} passes without faults", calm_passes_most);
    world_.kept_away = ask(open_state(machine_)->kept_away());
    for (const auto& address : world_.addresses)
        check_plan(world_, ledger_, address);
}

}  // namespace

Outcome tell(std::uint64_t seed, const Conditions& conditions,
             const std::filesystem::path& folder) {
    return Story(seed, conditions, folder).tell();
}

}  // namespace hqsync::simulation
