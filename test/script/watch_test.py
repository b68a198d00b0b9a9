#!/usr/bin/env python3
"""hqsync watch: an edit reaches the others without waiting, whatever breaks on the way."""
import json
import os
import re
import select
import signal
import sys
import time
import unittest

import agency
from agency import ANNA, BEN, CORA, OnPremises

SECONDS = 60  # the limit of every wait


class Watching(agency.Agency):
    interval = 86400

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.folder, "hqsync.toml"), "a", encoding="utf-8") as file:
            file.write(f"[sync]\ninterval_seconds = {self.interval}\n")
        self.lines = []

    def watch(self, *arguments):
        """A running watch whose first run is over."""
        self.running = self.start("watch", "--json", *arguments)
        self.addCleanup(self.kill)
        os.set_blocking(self.running.stdout.fileno(), False)
        self.until(lambda: {line["mailbox"] for line in self.lines} >= {ANNA, BEN, CORA})

    def kill(self):
        self.running.kill()
        self.running.communicate()

    def read(self, seconds):
        """Takes over the lines that come within that time."""
        ready, _, _ = select.select([self.running.stdout], [], [], seconds)
        if not ready:
            return
        for line in iter(self.running.stdout.readline, ""):
            self.lines.append(json.loads(line))

    def until(self, test):
        end = time.monotonic() + SECONDS
        while not test():
            self.assertLess(time.monotonic(), end, (self.lines, "not in time"))
            self.assertIsNone(self.running.poll(), "it ended")
            self.read(0.1)

    def passes(self, mailbox):
        return [line for line in self.lines if line["mailbox"] == mailbox]

    def requests(self):
        return self.control("GET", "counters")["totals"]["requests"]

    def until_calm(self):
        """No request for longer than news are gathered; mailboxes that are left alone stay so."""
        last, since = self.requests(), time.monotonic()
        end = since + SECONDS
        while time.monotonic() - since < 5:
            self.assertLess(time.monotonic(), end, "it does not come to rest")
            self.read(0.2)
            if self.requests() != last:
                last, since = self.requests(), time.monotonic()

    def end(self, code=0):
        self.running.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        os.set_blocking(self.running.stdout.fileno(), True)
        _, err = self.running.communicate(timeout=SECONDS)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(self.running.returncode, code, err)
        return err

    def has_arrived(self, position):
        return all(self.item(mailbox, 101)["jobTitle"] == position for mailbox in (ANNA, BEN, CORA))


class OnNotification(OnPremises, Watching):
    def watch(self, *arguments):
        super().watch(*arguments)
        self.until(lambda: self.control("GET", "counters").get("subscriptions") == 3)
        self.until_calm()

    def test_an_edit_reaches_hq_and_the_others_at_once_and_then_there_is_silence(self):
        self.watch()
        self.lines.clear()
        self.control("POST", "counters/reset")
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))
        self.assertEqual(self.hq(101)["Position"], "Vorstand")
        self.until_calm()
        self.assertEqual({line["cause"] for line in self.lines}, {"notified"})
        self.assertEqual([(line["mailbox"], line["pulled"], line["updated"])
                          for line in self.lines], [(ANNA, 1, 0), (BEN, 0, 1), (CORA, 0, 1)])
        totals = self.control("GET", "counters")
        # The users' edit is a write too. A second pass of each mailbox, for the echo, is silent.
        self.assertEqual(totals["totals"]["writes"], 3, totals)
        self.assertLessEqual(totals["totals"]["requests"], 40, totals)
        self.assertEqual(self.end(), "")

    def test_a_lost_subscription_is_made_again(self):
        self.watch()
        self.control("POST", "faults", {"kind": "lose_subscriptions"})
        self.until(lambda: self.control("GET", "counters")["subscriptions"] == 3)
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))
        self.assertEqual(self.end(), "")

    def test_a_broken_stream_is_opened_again(self):
        self.watch()
        self.control("POST", "faults", {"kind": "drop_streams"})
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))
        self.edit(ANNA, 101, jobTitle="Aufsicht")
        self.until(lambda: self.has_arrived("Aufsicht"))
        self.assertEqual(self.end(), "")

    def test_a_sync_by_hand_works_beside_it_and_subscriptions_are_given_back(self):
        self.watch()
        self.sync_is_silent()
        self.assertEqual(self.end(), "")
        self.assertEqual(self.control("GET", "counters")["subscriptions"], 0)

    def test_a_folder_that_the_user_removed_is_watched_anew(self):
        self.watch()
        folder = self.folder_id(ANNA, "mine")
        self.graph(ANNA, "DELETE", f"contactFolders/{folder}")
        self.until(lambda: len(self.held(ANNA)) == 4)
        self.until_calm()
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))

    def test_a_login_that_is_refused_ends_it(self):
        self.write("password", "falsch\n")
        err = self.finish(self.start("watch"), 1)[1]
        self.assertIn("login.refused", err)


class OnInterval(Watching):
    """Through Graph, which tells nothing."""
    interval = 1

    def test_an_edit_and_a_change_in_hq_are_found_by_asking(self):
        self.watch()
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))
        self.hq_set(101, "Position=Aufsicht")
        self.until(lambda: self.has_arrived("Aufsicht"))
        self.assertEqual({line["cause"] for line in self.lines}, {"start", "interval"})
        self.assertEqual(self.end(), "")

    def test_settings_are_read_by_each_run_and_other_commands_work_beside_it(self):
        self.watch()
        self.setting("sync.only_my_contacts", "on")
        self.until(lambda: self.held(BEN) == [])
        self.assertEqual(len(self.held(ANNA)), 3)

    def test_exchange_may_be_away_for_a_while(self):
        self.watch()
        self.control("POST", "faults", {"kind": "status", "status": 400})
        self.until(lambda: any(line["fault"] for line in self.passes(ANNA)))
        self.control("DELETE", "faults")
        self.edit(ANNA, 101, jobTitle="Vorstand")
        self.until(lambda: self.has_arrived("Vorstand"))
        self.until(lambda: self.passes(ANNA)[-1]["fault"] is None)
        faults = [line for line in self.passes(BEN) if line["fault"]]
        self.assertEqual(len(faults), 1, "the same trouble is told once")

    def test_only_one_watches(self):
        self.watch()
        self.assertIn("watch.locked", self.error("watch"))

    def test_quiet_says_nothing_of_what_goes_well(self):
        self.running = self.start("watch", "--quiet")
        self.addCleanup(self.kill)
        self.until_synced()
        self.running.send_signal(signal.SIGINT)
        out, err = self.running.communicate(timeout=SECONDS)
        self.assertEqual((out, err, self.running.returncode), ("", "", 0))

    def test_a_line_says_when_who_and_what(self):
        self.running = self.start("watch")
        self.addCleanup(self.kill)
        self.until_synced()
        self.running.send_signal(signal.SIGTERM)
        out, _ = self.running.communicate(timeout=SECONDS)
        stamp = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        self.assertEqual(len(out.splitlines()), 3, out)
        for line, mailbox in zip(out.splitlines(), (ANNA, BEN, CORA)):
            self.assertRegex(line, f"{stamp} {re.escape(mailbox)}: 4 created$")

    def until_synced(self):
        end = time.monotonic() + SECONDS
        while not all(len(self.held(mailbox)) == 4 for mailbox in (ANNA, BEN, CORA)):
            self.assertLess(time.monotonic(), end)

    def test_a_wrong_configuration_ends_it_at_once(self):
        self.write("secret", "falsch\n")
        self.assertIn("login.refused", self.finish(self.start("watch"), 1)[1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
