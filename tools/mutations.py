#!/usr/bin/env python3
"""Breaks the engine on purpose, one way at a time, in a copy of the source, and shows that a test
notices each. Exit code 1 when a mutation is not noticed, or fits no more."""
import argparse
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
COPY = SOURCE / "build" / "mutants" / "source"
BUILD = COPY / "build" / "dev"


def script(name):
    return ["python3", "-B", f"{COPY}/test/script/{name}.py", f"{BUILD}/hqsync", "-", f"{COPY}"]


# Name: target to build, command.
TESTS = {name: (f"{name}_test", [f"{BUILD}/test/{name}_test"])
         for name in ("reconcile", "graph", "ews", "http", "hq", "state", "card")}
TESTS["simulate"] = ("simulate", [f"{BUILD}/test/simulate", "--seeds", "3000", "--seconds", "45",
                                  "--twice", "0"])
TESTS["users_contacts"] = ("hqsync", script("users_contacts_test"))
TESTS["two_way"] = ("hqsync", script("two_way_test"))
TESTS["repair"] = ("hqsync", script("repair_test"))


@dataclasses.dataclass
class Mutation:
    name: str
    file: str
    before: str  # stands in the file exactly once
    after: str
    tests: tuple = ("simulate",)  # of which one has to fail


MUTATIONS = [
    Mutation("forgets the shadow of what it wrote", "src/engine/execute.cpp",
             "    receipt.shadows.insert_or_assign(contact, std::move(shadow));\n", ""),
    Mutation("writes without an intent", "src/engine/execute.cpp",
             "    if (!intents.empty() || !backups.empty()) {", "    if (intents.size() > 1000) {"),
    Mutation("closes an intent whose outcome is unknown", "src/engine/execute.cpp",
             "if (step.intent && !fault.outcome_unknown)", "if (step.intent)"),
    Mutation("never finds what a lost write made", "src/engine/settle.cpp",
             "const auto* made = made_by(intent, *found);",
             "const auto* made = found->size() > 1000 ? made_by(intent, *found) : nullptr;"),
    Mutation("settles at once", "src/engine/settle.cpp",
             "now - intent.opened < pass.run.options.settle_after", "now < intent.opened"),
    Mutation("leaves the source of a move that was cut off", "src/engine/settle.cpp",
             "if (intent.source) {", "if (intent.source && intent.source->value().empty()) {"),
    Mutation("takes every change for an echo", "src/engine/observe.cpp",
             "return known != keys.end() && known->second == changed.change_key;",
             "return known != keys.end();"),
    Mutation("does not ask what became of an item that left", "src/engine/observe.cpp",
             "if (keys.contains(item) || is_proposal) items.insert(item);",
             "if (is_proposal) items.insert(item);"),
    Mutation("swallows what a user did while it wrote", "src/engine/observe.cpp",
             "if (only_echoes) state.since = listed->next;",
             "if (only_echoes || !listed->changed.empty()) state.since = listed->next;"),
    Mutation("takes a lost sync state for silence", "src/engine/observe.cpp",
             "            changes.survey = true;\n            listed =", "            listed ="),
    Mutation("plans contacts whose write is not settled", "src/engine/sync_mailbox.cpp",
             "    leave_unsettled(pass, trees);\n",
             "    if (pass.unsettled.size() > 1000) leave_unsettled(pass, trees);\n"),
    Mutation("takes a text of its own for an edit when the answer was lost", "src/engine/settle.cpp",
             "if (!same(field, shown[field], intent.card[field])) continue;",
             "if (!shown[field].empty()) continue;", ("two_way",)),
    Mutation("takes the refusal of a repeated update for somebody else's save",
             "src/graph/service.cpp", "(is_uncertain || attempts.may_be_done)",
             "(is_uncertain || attempts.made > 1000)",
             ("graph",)),
    Mutation("forgets what it saw of a contact that was not settled", "src/engine/sync_mailbox.cpp",
             "    if (!pass.unsettled.empty() || pass.lists_again) {\n        for (const auto& [role, since] : pass.began_at)",
             "    if (pass.unsettled.size() > 1000) {\n        for (const auto& [role, since] : pass.began_at)"),
    Mutation("lets curl repeat a create when a kept connection broke", "src/http/transfer.cpp",
             "if (offset != 0 || origin != SEEK_SET || !transfer.has_answer_begun) {",
             "if (offset != 0 || origin != SEEK_SET) {", ("http",)),
    Mutation("repeats a create through EWS whose answer was lost", "src/ews/service.cpp",
             "outcome.may_be_done && call.repeat == Repeat::never;",
             "outcome.may_be_done && call.reads > 1000;", ("ews",)),
    Mutation("tries a refused login for every mailbox", "src/ews/connection.cpp",
             "    refusal_ = refused_login(options_, answer);\n    if (options_.on_refused)",
             "    if (answer.status == 401) return fail(refused_login(options_, answer));\n"
             "    if (options_.on_refused)", ("ews",)),
    Mutation("shows the login to any host", "src/ews/autodiscover.cpp",
             "    return is_accounts ||\n", "    return !host.empty() || is_accounts ||\n", ("ews",)),
    Mutation("ignores the guard", "src/engine/sync_mailbox.cpp",
             "    if (!hold || is_approved) {", "    if (!hold || is_approved || hold->managed > 0) {"),
    Mutation("agrees with HQ before HQ has the edit", "src/reconcile/merge.cpp",
             "merge.base[field] = views.synced[field];", "merge.base[field] = *decision.pull;",
             ("reconcile", "simulate")),
    Mutation("overwrites the notes of a reader", "src/reconcile/merge.cpp",
             "if (was_edited || same(field, views.desired",
             "if ((was_edited && field != Field::notes) || same(field, views.desired",
             ("reconcile", "simulate")),
    Mutation("lets HQ win without a word", "src/reconcile/merge.cpp",
             "    if (!hq_changed) return {.pull = shown};\n", "    if (!hq_changed) return {.push = hq};\n",
             ("reconcile", "simulate")),
    Mutation("sends placeholders to HQ", "src/reconcile/policy.cpp",
             "return policies.placeholder_domains.contains(", "return policies.placeholder_domains.empty() && policies.placeholder_domains.contains(",
             ("reconcile", "simulate")),
    Mutation("deletes a copy that its reader made", "src/reconcile/make_plan.cpp",
             "if (may_be_ours && differing_fields(item->card, ours.seen).empty()) {",
             "if ((may_be_ours || is_known) && differing_fields(item->card, ours.seen).empty()) {",
             ("reconcile", "simulate")),
    Mutation("brings back what was to stay away", "src/reconcile/make_plan.cpp",
             "        plan_.kept_away[contact] = row.desired->folder;\n", "",
             ("reconcile", "simulate")),
    Mutation("overwrites what changed in HQ meanwhile", "src/hq/embedded.cpp",
             "if (*stored != before) return", "if (stored->id != before.id) return", ("hq",)),
    Mutation("overwrites what changed in the mailbox meanwhile", "src/graph/writes.cpp",
             ".headers = {{\"If-Match\", etag_of(update.change_key)}},\n            .body",
             ".headers = {},\n            .body", ("graph", "simulate")),
    Mutation("sends the notes of a reader with a contact that he made", "src/engine/propose.cpp",
             "        if (own && *own != reconcile::Direction::two_way) card[field].clear();\n",
             "        if (own && *own != reconcile::Direction::two_way && card[field].size() > 9999)\n"
             "            card[field].clear();\n", ("users_contacts",)),
    Mutation("keeps an erased person", "src/engine/desired.cpp",
             "case AbsenceRule::erased: return Cause::erasure;",
             "case AbsenceRule::erased: return Cause::rule_change;", ("repair",)),
    Mutation("removes what a user linked", "src/reconcile/make_plan.cpp",
             "return link != links_.end() && trees_.links.contains(link->second->item);",
             "return link != links_.end();", ("reconcile",)),
    Mutation("repeats a create whose answer was lost", "src/graph/writes.cpp",
             "create->card, create->mark)),\n                             .repeat = Repeat::never",
             "create->card, create->mark)),\n                             .repeat = Repeat::safe",
             ("graph", "simulate")),
]


def fits(mutation, root):
    text = (root / mutation.file).read_text(encoding="utf-8")
    return text.count(mutation.before) == 1


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, **options)


def copy_source():
    """Tracked files, and new ones; a file keeps its time while it keeps its text."""
    listed = run(["git", "ls-files", "-co", "--exclude-standard"], cwd=SOURCE).stdout.splitlines()
    for name in listed:
        source, target = SOURCE / name, COPY / name
        if not source.is_file():
            continue
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def build(targets):
    done = run(["cmake", "--build", str(BUILD), "-j", str(os.cpu_count()), "--target", *targets])
    return done.returncode == 0, done.stdout + done.stderr


def noticed_by(mutation):
    """The test that fails, with its last line; None when all pass."""
    for test in mutation.tests:
        done = run(TESTS[test][1], timeout=600)
        if done.returncode != 0:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            told = [line for line in lines if line.startswith(("seed ", "[  FAILED  ]", "FAIL: "))]
            return f"{test}: {(told or lines or ['it crashed'])[0].strip()}"
    return None


def try_one(mutation):
    path = COPY / mutation.file
    whole = path.read_text(encoding="utf-8")
    began = time.monotonic()
    path.write_text(whole.replace(mutation.before, mutation.after), encoding="utf-8")
    try:
        targets = [TESTS[test][0] for test in mutation.tests]
        good, output = build(targets)
        by = noticed_by(mutation) if good else None
    finally:
        path.write_text(whole, encoding="utf-8")
    seconds = time.monotonic() - began
    verdict = "noticed" if by else "NOT NOTICED" if good else "DOES NOT COMPILE"
    print(f"{verdict}: {mutation.name} ({seconds:.0f} s)", flush=True)
    if not good:
        print(output[-2000:], flush=True)
    if by:
        print(f"    {by[:160]}", flush=True)
    return by is not None


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of the mutations to try; all without any")
    parser.add_argument("--list", action="store_true", help="name them")
    parser.add_argument("--check", action="store_true", help="only see whether they fit the source")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        parser.error(f"no mutation is called {min(unknown)!r}; see --list")
    chosen = [mutation for mutation in MUTATIONS
              if not options.names or mutation.name in options.names]
    if options.list:
        print("\n".join(mutation.name for mutation in chosen))
        return 0
    stale = [mutation.name for mutation in MUTATIONS if not fits(mutation, SOURCE)]
    if stale:
        print("fit the source no more:", *stale, sep="\n  ")
        return 1
    if options.check:
        print(f"{len(MUTATIONS)} mutations fit the source")
        return 0
    copy_source()
    configured = run(["cmake", "--preset", "dev"], cwd=COPY)
    if configured.returncode != 0:
        sys.exit(configured.stdout + configured.stderr)
    targets = sorted({TESTS[test][0] for mutation in chosen for test in mutation.tests})
    good, output = build(targets)
    if not good:
        sys.exit(output[-3000:])
    missed = [mutation.name for mutation in chosen if not try_one(mutation)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} mutations noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
