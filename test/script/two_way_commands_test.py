#!/usr/bin/env python3
"""The commands for what users change and for safety: right and wrong input, exit codes, shapes."""
import os
import subprocess
import sys
import unittest

import agency
from agency import ANNA

COMMANDS = [("conflicts",), ("conflicts", "take"), ("proposals",), ("proposals", "accept"),
            ("proposals", "dismiss"), ("bring-back",), ("verify",), ("backup",), ("restore",),
            ("erase",)]


class Commands(agency.Agency):
    def test_each_has_a_help_with_an_example(self):
        for command in COMMANDS:
            self.assertIn("Example:", self.text(*command, "--help"))
        for title in ("For what users change", "To verify, restore and erase"):
            self.assertIn(title, self.text("--help"))

    def test_nothing_is_there_before_the_first_sync(self):
        for command in ("conflicts", "proposals", "backup"):
            self.assertEqual(self.data(command), [])
        self.assertEqual(self.data("bring-back", "--list"), [])
        self.assertEqual(self.data("backup", "--user", ANNA), [])
        self.assertIn("No field was changed", self.text("conflicts", "--user", ANNA))
        self.assertIn("Nothing is proposed", self.text("proposals"))
        self.assertIn("No run is remembered", self.text("backup"))
        self.assertIn("Nothing is kept away", self.text("bring-back", "--list"))

    def test_wrong_words_are_usage(self):
        for words in (("conflicts", "take", "5"), ("conflicts", "take", "5", "both"),
                      ("conflicts", "take", "x", "hq"), ("conflicts", "--limit", "0"),
                      ("proposals", "accept", "1"), ("proposals", "dismiss"),
                      ("proposals", "remove", "1"), ("bring-back",),
                      ("bring-back", "--user", ANNA), ("backup", "--contact", "5"),
                      ("backup", "--user", ANNA, "--run", "x"), ("restore", "--user", ANNA),
                      ("restore", "--before", "1"), ("erase",), ("erase", "--contact", "x"),
                      ("erase", "--contact", "101"), ("verify", "--fast")):
            with self.subTest(words):
                self.error(*words, code=2)

    def test_unknown_ids_and_users_are_named(self):
        for words, said in ((("conflicts", "take", "5", "hq"), "no conflict 5"),
                            (("conflicts", "--user", "x@y.example"), "no user"),
                            (("proposals", "accept", "5", "--company", "10"), "no proposal 5"),
                            (("proposals", "dismiss", "5"), "no proposal 5"),
                            (("proposals", "link", "5", "--contact", "101"), "no proposal 5"),
                            (("bring-back", "--user", ANNA, "--contact", "101"), "not kept away"),
                            (("bring-back", "--user", "x@y.example", "--contact", "1"), "no user"),
                            (("verify", "--user", "x@y.example"), "no user"),
                            (("backup", "--user", "x@y.example"), "no user"),
                            (("restore", "--user", ANNA, "--before", "7"), "run 7 is not known")):
            with self.subTest(words):
                self.assertIn(said, self.error(*words))

    def test_one_at_a_time_with_a_run(self):
        self.control("POST", "faults", {"kind": "latency", "milliseconds": 1000})
        running = self.start("sync")
        while not self.control("GET", "faults")["faults"][0]["fired"]:
            self.assertIsNone(running.poll())
        for words in (("erase", "--contact", "101", "--yes"),
                      ("restore", "--user", ANNA, "--before", "1", "--yes"),
                      ("proposals", "accept", "1", "--company", "10")):
            self.assertIn("another", self.error(*words))
        self.assertEqual(self.data("conflicts"), [])
        running.kill()
        self.finish(running, code=-9)

    def ask(self, answer, *arguments):
        """At a terminal, which the program believes to be there."""
        own, its = os.openpty()
        running = subprocess.Popen([agency.PROGRAM, *arguments], cwd=self.folder, stdin=its,
                                   env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        os.close(its)
        os.write(own, (answer + "\n").encode())
        out, _ = running.communicate(timeout=60)
        os.close(own)
        return running.returncode, out

    def test_a_question_is_asked_at_a_terminal(self):
        self.sync()
        code, out = self.ask("n", "erase", "--contact", "101")
        self.assertEqual(code, 2)
        self.assertIn("Contact 101 (Jana Vogt) goes for good out of 3 mailboxes", out)
        self.assertIn(("mine", 101), self.held(ANNA))
        code, out = self.ask("y", "erase", "--contact", "101")
        self.assertEqual(code, 0)
        self.assertIn("Receipt of an erasure", out)
        self.assertIn("HQ still has the contact", out)
        self.assertNotIn("@", out.split("Receipt")[1])

    def test_settings_of_single_fields_are_listed_where_they_are_set(self):
        usual = {each["key"] for each in self.data("settings", "list")}
        self.assertIn("direction.notes", usual)
        self.assertNotIn("conflict.position", usual)
        every = self.data("settings", "list", "--all")
        more = len(every) - len(usual)
        self.assertIn(f"{more} more for single fields", self.text("settings", "list"))
        self.setting("conflict.default", "newest")
        self.assertEqual(self.data("settings", "get", "conflict.position")["value"], "newest")
        self.setting("conflict.position", "exchange")
        shown = {each["key"]: each["value"] for each in self.data("settings", "list")}
        self.assertEqual(shown["conflict.position"], "exchange")
        self.assertIn("one of hq|exchange|newest",
                      self.error("settings", "set", "conflict.position", "oldest", code=2))
        self.assertIn("no setting direction.colour",
                      self.error("settings", "set", "direction.colour", "two_way", code=2))

    def test_an_erased_person_counts_in_no_effect(self):
        self.sync()
        self.text("erase", "--contact", "301", "--yes")
        done = self.data("settings", "set", "sync.only_my_contacts", "on", "--yes")
        self.assertEqual({box["mailbox"]: box["leaving"] for box in done["effect"]},
                         {agency.BEN: 3, agency.CORA: 3})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
