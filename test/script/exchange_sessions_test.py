#!/usr/bin/env python3
"""hqsync exchange run, import, sessions: the real program against the simulator's PowerShell. Every
test ends with a server that holds no session."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from exchange_case import MAILBOXES, PASSWORD, PROGRAM, Sessions, until


class Run(Sessions):
    def test_answers_for_people_and_as_json(self):
        out, err = self.run_it("run", "Get-Mailbox -ResultSize 5")
        self.assertEqual(err, "")
        for mailbox in MAILBOXES:
            self.assertIn(mailbox, out)
        self.assertRegex(out.splitlines()[0], "Name .*PrimarySmtpAddress")
        self.assertNotIn("SerializationData", out)
        self.holds_nothing()
        out, _ = self.run_it("run", "Get-Mailbox -Identity anna@agentur.example", "--json")
        answer = json.loads(out)
        self.assertEqual(answer["command"], "Get-Mailbox")
        self.assertEqual([one["PrimarySmtpAddress"] for one in answer["objects"]],
                         ["anna@agentur.example"])
        self.assertGreater(len(answer["objects"][0]), 8)
        self.assertEqual((answer["errors"], answer["truncated"]), ([], False))
        self.holds_nothing()
        self.assertEqual(self.counters()["opened"], 2)
        self.assertEqual(self.counters()["closed"], 2)

    def test_warnings_and_errors_go_to_stderr(self):
        out, err = self.run_it("run", "Get-Mailbox -ResultSize 1")
        self.assertIn("warning", err)
        self.assertNotIn("arning", out)
        out, err = self.run_it("run", "Get-Mailbox -Identity nobody@agentur.example", code=3)
        self.assertEqual(out, "")
        self.assertIn("nobody@agentur.example", err)
        self.holds_nothing()

    def test_a_wrong_password_is_tried_once(self):
        self.write("wrong", "Falsch-1\n")
        _, err = self.run_it("run", "Get-Mailbox", "--password-file", "wrong", code=1)
        self.assertIn("login.refused", err)
        self.assertNotIn("Falsch-1", err)
        self.assertEqual(self.control("GET", "/sim/counters")["bad_logins"], 1)
        # A timer that repeats it does not lock the account.
        _, err = self.run_it("run", "Get-Mailbox", "--password-file", "wrong", code=1)
        self.assertIn("refused this login", err)
        self.assertEqual(self.control("GET", "/sim/counters")["bad_logins"], 1)
        self.run_it("run", "Get-Mailbox")
        self.holds_nothing()

    def test_the_password_may_come_from_the_environment(self):
        self.configure(login="")
        self.environment["HQSYNC_EXCHANGE_PASSWORD"] = PASSWORD
        self.run_it("run", "Get-Mailbox")
        self.holds_nothing()

    def test_what_does_not_exist_is_said(self):
        _, err = self.run_it("run", "Get-Nothing", code=1)
        self.assertIn("command.unknown", err)
        self.holds_nothing()
        _, err = self.run_it("run", "Get-Mailbox -Nothing 1", code=1)
        self.assertIn("command.parameter", err)
        self.holds_nothing()

    def test_script_text_is_refused_with_its_place(self):
        for line, column in (("Get-Mailbox | Remove-Mailbox", 13), ("Get-Mailbox $x", 13),
                             ("Get-Mailbox; Get-User", 12), ("Get-Mailbox {x}", 13)):
            _, err = self.run_it("run", line, code=2)
            self.assertIn("command.script", err)
            self.assertIn(f"column {column}", err, line)
        self.assertEqual(self.counters()["requests"], 0)

    def test_a_server_that_closes_in_the_middle_is_told(self):
        for kind, contains in (("drop", "shell/Receive"), ("drop", "shell/Command"),
                               ("drop_after_work", "transfer/Create")):
            self.control("POST", "/sim/faults", {"kind": kind, "path": "/PowerShell",
                                                 "contains": contains, "count": 1})
            _, err = self.run_it("run", "Get-Mailbox", code=1)
            self.assertRegex(err, r"hqsync: (http|shell)\.")
            self.control("DELETE", "/sim/faults")
            self.holds_nothing()

    def test_a_session_that_the_server_ended_is_told(self):
        process = self.start_slowly(20_000)
        self.control("DELETE", "/sim/powershell/shells")
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("shell.gone", err)
        self.holds_nothing()

    def test_signals_stop_the_pipeline_and_give_the_session_back(self):
        self.slow("Get-Mailbox", 60_000)
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start("run", "Get-Mailbox")
            self.await_pipeline()
            begun = time.monotonic()
            process.send_signal(how)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1, err)
            self.assertIn("command.stopped", err)
            self.assertLess(time.monotonic() - begun, 20)
            self.holds_nothing()

    def test_a_signal_while_the_session_opens_leaves_none(self):
        self.control("POST", "/sim/faults", {"kind": "latency", "path": "/PowerShell",
                                             "contains": "transfer/Create", "milliseconds": 3_000})
        process = self.start("run", "Get-Mailbox")
        until(lambda: self.held_here(), "a row in the registry")
        process.terminate()
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("session.interrupted", err)
        self.holds_nothing()

    def test_a_second_signal_ends_it_at_once_and_the_next_start_cleans_up(self):
        self.control("POST", "/sim/faults", {"kind": "latency", "path": "/PowerShell",
                                             "contains": "shell/Signal", "milliseconds": 30_000})
        process = self.start_slowly()
        process.terminate()
        time.sleep(0.5)
        begun = time.monotonic()
        process.terminate()
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIn("the next command does it", err)
        self.control("DELETE", "/sim/faults")
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertIn("gave back session", err)
        self.holds_nothing()

    def test_a_redirect_has_to_be_allowed_and_lead_to_the_same_host(self):
        self.control("POST", "/sim/powershell", {"redirect": "https://other.example/PowerShell/"})
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("shell.redirect", err)
        self.assertIn("https://other.example/PowerShell/", err)
        _, err = self.run_it("run", "Get-Mailbox", "--allow-redirection", code=1)
        self.assertIn("shell.redirect", err)
        self.holds_nothing()

    def test_a_closed_pipe_leaves_no_session(self):
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.Popen([PROGRAM, "exchange", "connect"], cwd=self.folder,
                                   env=self.environment, stdin=subprocess.PIPE, stdout=writer,
                                   stderr=subprocess.PIPE, text=True)
        os.close(writer)
        process.communicate("Get-Mailbox\nhelp\nGet-Mailbox\n", timeout=60)
        self.holds_nothing()


class Strays(Sessions):
    def leave_one(self):
        """A session whose process was killed; its id."""
        process = self.start_slowly()
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        shells = self.open_shells()
        self.assertEqual(len(shells), 1)
        return shells[0]["id"]

    def test_the_next_start_gives_back_what_a_killed_process_held(self):
        stray = self.leave_one()
        out, _ = self.run_it("sessions", "--json")
        held = json.loads(out)["here"]
        self.assertEqual([(one["session"], one["state"]) for one in held], [(stray, "left_behind")])
        _, err = self.run_it("run", "Get-Mailbox")
        self.assertIn(f"gave back session {stray}", err)
        self.holds_nothing()

    def test_one_whose_creation_was_not_answered_is_given_back_by_its_proposed_id(self):
        self.control("POST", "/sim/faults", {"kind": "drop_after_work", "path": "/PowerShell",
                                             "contains": "transfer/Create", "count": 1})
        self.control("POST", "/sim/faults", {"kind": "latency", "path": "/PowerShell",
                                             "contains": "transfer/Delete", "milliseconds": 30_000})
        process = self.start("run", "Get-Mailbox")
        until(lambda: self.open_shells(), "a session")
        process.kill()
        process.communicate()
        self.control("DELETE", "/sim/faults")
        _, err = self.run_it("run", "Get-Mailbox")
        self.assertIn("gave back session", err)
        self.holds_nothing()

    def test_several_starts_at_once_clean_up_together(self):
        stray = self.leave_one()
        starts = [self.start("run", "Get-AcceptedDomain") for _ in range(6)]
        ended = [start.communicate(timeout=120) for start in starts]
        self.assertEqual([start.returncode for start in starts], [0] * 6, ended)
        self.assertIn(stray, "".join(err for _, err in ended))
        self.holds_nothing()

    def test_remove_takes_one_in_use_when_told_so(self):
        process = self.start("connect")
        until(lambda: self.open_shells(), "a session")
        out, _ = self.run_it("sessions", "remove")
        self.assertIn("There was none", out)
        self.assertEqual(len(self.open_shells()), 1)
        out, _ = self.run_it("sessions", "remove", "--all", "--json")
        self.assertEqual(len(json.loads(out)["removed"]), 1)
        _, err = process.communicate("Get-Mailbox\n", timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("shell.gone", err)
        self.holds_nothing()

    def test_remove_gives_it_back_too(self):
        stray = self.leave_one()
        out, _ = self.run_it("sessions", "remove")
        self.assertIn(stray, out)
        self.holds_nothing()

    def test_one_of_others_is_kept_and_forgotten_when_it_has_expired(self):
        stray = self.leave_one()
        self.uri = f"http://localhost:{self.address.split(':')[1]}/PowerShell/"
        self.configure()
        _, err = self.run_it("run", "Get-Mailbox")
        self.assertNotIn("gave back", err)
        out, _ = self.run_it("sessions")
        self.assertIn(stray, out)
        out, _ = self.run_it("sessions", "remove", stray[:8], code=1)
        self.assertIn(f"Kept {stray}", out)
        with sqlite3.connect(os.path.join(self.folder, "state.db.sessions")) as database:
            database.execute("UPDATE held_session SET used = used - 900000")
        database.close()
        self.assertEqual(json.loads(self.run_it("sessions", "--json")[0])["here"], [])
        self.control("DELETE", "/sim/powershell/shells")
        self.holds_nothing()

    def test_a_living_process_keeps_its_session(self):
        process = self.start_slowly(4_000)
        _, err = self.run_it("run", "Get-AcceptedDomain")
        self.assertNotIn("gave back", err)
        out, _ = self.run_it("sessions", "--server", "--json")
        answer = json.loads(out)
        self.assertEqual([one["state"] for one in answer["here"]], ["in_use"])
        self.assertEqual([one["session"] for one in answer["server"]],
                         [one["session"] for one in answer["here"]])
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.holds_nothing()

    def test_a_row_with_a_reused_process_number_is_a_stray(self):
        self.leave_one()
        with sqlite3.connect(os.path.join(self.folder, "state.db.sessions")) as database:
            database.execute("UPDATE held_session SET pid = ?", (os.getpid(),))
        database.close()
        out, _ = self.run_it("sessions", "--json")
        self.assertEqual([one["state"] for one in json.loads(out)["here"]], ["left_behind"])
        _, err = self.run_it("run", "Get-Mailbox")
        self.assertIn("gave back session", err)
        self.holds_nothing()


class Limit(Sessions):
    def test_the_limit_is_told_with_what_this_host_holds(self):
        self.control("POST", "/sim/limits", {"shells": 1})
        self.slow("Get-Mailbox", 4_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: self.open_shells(), "a session")
        _, err = self.run_it("run", "Get-AcceptedDomain", code=1)
        self.assertIn("shell.too_many", err)
        self.assertRegex(err, "this host holds 1 of them .*expires within 1[45] minutes")
        _, err = self.run_it("run", "Get-AcceptedDomain", "--wait")
        self.assertIn("waiting", err)
        process.communicate(timeout=60)
        self.holds_nothing()

    def test_waiting_has_an_end(self):
        self.control("POST", "/sim/limits", {"shells": 1})
        process = self.start("connect")
        until(lambda: self.open_shells(), "a session")
        begun = time.monotonic()
        _, err = self.run_it("run", "Get-AcceptedDomain", "--wait-seconds", "2", code=1)
        self.assertIn("shell.too_many", err)
        self.assertLess(time.monotonic() - begun, 20)
        process.communicate("", timeout=60)
        self.assertEqual(process.returncode, 0)
        self.holds_nothing()

    def test_twenty_clients_for_eighteen_sessions_are_all_served(self):
        clients = [self.start("connect", "--wait") for _ in range(20)]
        until(lambda: self.counters()["refused"] >= 2, "two that wait", 120)
        self.assertEqual(len(self.open_shells()), 18)
        for client in clients:
            client.stdin.write("Get-AcceptedDomain\n")
            client.stdin.close()
            client.stdin = None
        ended = [client.communicate(timeout=150) for client in clients]
        self.assertEqual([client.returncode for client in clients], [0] * 20, ended)
        self.assertTrue(all("agentur.example" in out for out, _ in ended))
        counters = self.counters()
        self.assertEqual(counters["opened"], 20)
        self.assertEqual(counters["closed"], 20)
        self.holds_nothing()


class Audit(Sessions):
    def test_says_that_nobody_is_synchronised(self):
        out, _ = self.run_it("audit")
        self.assertEqual(out, "no mailbox to look at: nobody is synchronised\n")
        self.assertEqual(json.loads(self.run_it("audit", "--json")[0]), {"mailboxes": []})
        self.holds_nothing()


class Import(Sessions):
    def test_imported_commands_are_checked_before_anything_is_sent(self):
        out, _ = self.run_it("import")
        self.assertRegex(out, r"^\d+ commands with \d+ parameters of 127\.0\.0\.1")
        self.holds_nothing()
        before = self.counters()["requests"]
        _, err = self.run_it("run", "Get-Nothing", code=2)
        self.assertIn("command.unknown", err)
        _, err = self.run_it("run", "Get-Mailbox -Nothing 1", code=2)
        self.assertIn("command.parameter", err)
        self.assertIn("Nothing", err)
        self.assertEqual(self.counters()["requests"], before)
        self.run_it("run", "get-mailbox -resultsize 5")
        self.holds_nothing()

    def test_a_damaged_file_is_begun_anew(self):
        self.run_it("import")
        file = os.path.join(self.folder, "state.db.commands")
        for companion in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(file + companion)
        for first in (0, 4096):  # the head of the file; a page within
            with open(file, "r+b") as content:
                content.seek(first)
                content.write(b"no database" * 3000)
            self.run_it("run", "Get-AcceptedDomain")
            self.run_it("import")
        _, err = self.run_it("run", "Get-Shoe", code=2)
        self.assertIn("command.unknown", err)
        self.holds_nothing()

    def test_as_json(self):
        out, _ = self.run_it("import", "--json")
        commands = {one["name"]: one["parameters"] for one in json.loads(out)["commands"]}
        self.assertIn("ResultSize", commands["Get-Mailbox"])
        self.holds_nothing()


class Online(Sessions):
    """Exchange Online by REST: nothing is held."""

    def setUp(self):
        super().setUp()
        self.write("secret", "simulator\n")
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
graph_url = "http://{self.address}"
login_url = "http://{self.address}"
tenant = "demo"
client_id = "hqsync"
client_secret_file = "secret"
[exchange.management]
uri = "http://{self.address}"
[state]
database = "state.db"
""")

    def test_the_same_commands_work(self):
        out, _ = self.run_it("run", "Get-Mailbox -ResultSize 5")
        self.assertIn("anna@agentur.example", out)
        self.run_it("import")
        _, err = self.run_it("run", "Get-Nothing", code=2)
        self.assertIn("command.unknown", err)
        out, _ = self.run_it("connect", typed="Get-AcceptedDomain\n")
        self.assertIn("agentur.example", out)
        self.holds_nothing()

    def test_the_old_address_says_what_replaced_it(self):
        _, err = self.run_it("run", "Get-Mailbox", "--auth", "basic", "--user", "x", "--uri",
                             "https://outlook.office365.com/powershell-liveid/", code=1)
        self.assertIn("shell.retired", err)
        self.assertEqual(self.counters()["requests"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
