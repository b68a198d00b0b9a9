#!/usr/bin/env python3
"""`hqsync exchange` by options alone, without a configuration file; and which password goes to whom."""
import json
import os
import signal
import stat
import subprocess
import sys
import unittest

from exchange_case import PASSWORD, PROGRAM, USER, Sessions, until


class WithoutConfiguration(Sessions):
    def setUp(self):
        super().setUp()
        os.remove(os.path.join(self.folder, "hqsync.toml"))
        if os.path.exists("/etc/hqsync/hqsync.toml"):
            self.skipTest("this machine is configured")
        self.environment["XDG_STATE_HOME"] = os.path.join(self.folder, "state")
        self.where = ("--uri", self.uri, "--user", USER, "--auth", "basic",
                      "--password-file", "password")

    def test_options_are_enough(self):
        out, _ = self.run_it("run", "Get-Mailbox", "--json", *self.where)
        self.assertEqual(len(json.loads(out)["objects"]), 3)
        self.assertIn("commands", self.run_it("import", *self.where)[0])
        _, err = self.run_it("run", "Get-Mailbux", *self.where, code=2)
        self.assertIn("Get-Mailbux", err)
        out, _ = self.run_it("connect", *self.where, typed="Get-AcceptedDomain\n")
        self.assertIn("agentur.example", out)
        self.holds_nothing()

    def test_what_is_remembered_is_in_the_users_folder_of_state(self):
        self.run_it("import", *self.where)
        folder = os.path.join(self.folder, "state", "hqsync")
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        self.assertLessEqual({"exchange.sessions", "exchange.commands"}, set(os.listdir(folder)))
        self.environment.update(XDG_STATE_HOME="relative", HOME=os.path.join(self.folder, "home"))
        self.run_it("run", "Get-Mailbox", *self.where)
        self.assertIn("exchange.sessions", os.listdir(
            os.path.join(self.folder, "home", ".local", "state", "hqsync")))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "relative")))

    def test_a_folder_that_cannot_be_made_is_named(self):
        self.write("state", "a file")
        _, err = self.run_it("run", "Get-Mailbox", *self.where, code=1)
        self.assertIn(os.path.join(self.folder, "state", "hqsync"), err)
        del self.environment["XDG_STATE_HOME"]
        del self.environment["HOME"]
        _, err = self.run_it("run", "Get-Mailbox", *self.where, code=1)
        self.assertIn("--config", err)
        self.assertEqual(self.counters()["requests"], 0)

    def test_what_a_killed_process_held_is_listed_and_given_back(self):
        self.slow("Get-Mailbox", 60_000)
        for give_back in (("sessions", "remove"), ("run", "Get-AcceptedDomain")):
            process = self.start("run", "Get-Mailbox", *self.where)
            until(lambda: self.counters()["pipelines"] and self.open_shells(), "a session")
            process.send_signal(signal.SIGKILL)
            process.communicate()
            out, _ = self.run_it("sessions", "--json")
            self.assertEqual([one["state"] for one in json.loads(out)["here"]], ["left_behind"])
            self.run_it(*give_back, *self.where)
            self.holds_nothing()

    def test_without_an_address_both_ways_are_told(self):
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("no configuration", err)
        self.assertIn("--uri", err)
        _, err = self.run_it("run", "Get-Mailbox", "--uri", self.uri, "--auth", "basic", code=1)
        self.assertIn("--user", err)
        _, err = self.run_it("run", "Get-Mailbox", "--uri", "https://outlook.office365.com",
                             "--auth", "oauth", code=1)
        self.assertIn("no configuration", err)
        _, err = self.run_it("setup", "--dry-run", *self.where, code=1)
        self.assertIn("no configuration", err)


class Logins(Sessions):
    def configuration(self):
        with open(os.path.join(self.folder, "hqsync.toml"), encoding="utf-8") as file:
            return file.read()

    def bad_logins(self):
        return self.control("GET", "/sim/counters")["bad_logins"]

    def test_a_password_file_alone_is_that_of_the_configured_user(self):
        self.write("other", PASSWORD)
        text = self.configuration()
        own = f'auth = "basic"\nuser = "{USER}"\npassword_file = "password"\n'
        self.assertIn(own, text)
        self.write("hqsync.toml", text.replace(own, 'auth = "basic"\n'))
        self.run_it("run", "Get-Mailbox", "--password-file", "other")
        self.assertEqual(self.bad_logins(), 0)

    def test_the_password_of_the_sync_is_not_tried_for_an_admin(self):
        text = self.configuration()
        text = text.replace('password_file = "password"\n', "")
        self.write("hqsync.toml", text.replace(f'user = "{USER}"', 'user = "hqsync"', 1))
        self.environment["HQSYNC_EXCHANGE_PASSWORD"] = "that of the sync"
        _, err = self.run_it("run", "Get-Mailbox", code=1, start_new_session=True)
        self.assertIn("HQSYNC_MANAGEMENT_PASSWORD", err)
        self.assertEqual(self.bad_logins(), 0)
        self.environment["HQSYNC_MANAGEMENT_PASSWORD"] = PASSWORD
        self.run_it("run", "Get-Mailbox")
        self.assertEqual(self.bad_logins(), 0)

    def test_options_that_would_do_nothing_are_refused(self):
        for line in (("sessions", "--wait"), ("sessions", "--allow-redirection"),
                     ("sessions", "remove", "--wait-seconds", "3"),
                     ("sessions", "--user", USER)):
            _, err = self.run_it(*line, code=2)
            self.assertIn(line[-2] if line[-1] in ("3", USER) else line[-1], err)
        self.run_it("sessions", "--server", "--user", USER, "--password-file", "password")


class Advice(Sessions):
    def redirect(self, target):
        self.control("POST", "/sim/powershell", {"redirect": target, "redirects": 1})

    def test_a_redirect_names_the_option_and_the_key(self):
        self.redirect("https://other.example/PowerShell/")
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("--allow-redirection", err)
        self.redirect("https://other.example/PowerShell/")
        _, err = self.run_it("run", "Get-Mailbox", "--allow-redirection", code=1)
        self.assertIn("exchange.management.redirect_hosts", err)
        self.assertNotIn("--allow-redirection", err)

    def test_the_limit_of_sessions_names_the_wait(self):
        self.control("POST", "/sim/limits", {"shells": 1})
        held = self.start("connect")
        until(self.open_shells, "a session")
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("--wait", err)
        _, err = self.run_it("run", "Get-Mailbox", "--wait-seconds", "1", code=1)
        self.assertNotIn("--wait", err)
        held.communicate("exit\n", timeout=60)

    def test_what_wants_to_be_confirmed_says_how(self):
        self.run_it("run", "New-ManagementScope Agentur -RecipientRestrictionFilter "
                           "\"CustomAttribute7 -eq 'hq'\"")
        _, err = self.run_it("run", "Remove-ManagementScope Agentur", code=1)
        self.assertIn("-Confirm:$false", err)
        self.run_it("run", "Remove-ManagementScope Agentur -Confirm:$false")

    def test_a_password_in_the_open_names_the_ways_out(self):
        _, err = self.run_it("run", "Get-Mailbox", "--uri", "http://mail.example/PowerShell/",
                             code=1)
        self.assertIn("--uri https://", err)

    def test_a_wrong_line_points_to_the_help_of_its_command(self):
        _, err = self.run_it("run", "Get-Mailbox", "-ResultSize", "5", code=2)
        self.assertIn("(hqsync exchange run --help)", err)
        _, err = self.run_it("sessions", "remove", "--nix", code=2)
        self.assertIn("(hqsync exchange sessions remove --help)", err)
        self.assertEqual(self.counters()["requests"], 0)

    def test_an_answer_that_finds_no_room_is_no_bug(self):
        for count in range(40):
            self.control("POST", "/sim/recipients", {"address": f"nr{count}@agentur.example"})
        for line in (("run", "Get-Mailbox"), ("run", "Get-Mailbox", "--json")):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([PROGRAM, "exchange", *line], cwd=self.folder, stdout=full,
                                      env=self.environment, stderr=subprocess.PIPE, text=True,
                                      check=False, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "^hqsync: output.failed: .*No space left")
        self.holds_nothing()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
