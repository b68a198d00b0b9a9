#!/usr/bin/env python3
"""hqsync exchange run, connect, import, sessions: the real program against the simulator's
PowerShell. Every test ends with a server that holds no session."""
import fcntl
import http.client
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
USER, PASSWORD = "admin@agentur.example", "Geheim-9"
MAILBOXES = ("anna@agentur.example", "ben@agentur.example", "cora@agentur.example")
PATIENCE = 60


def until(holds, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Terminal:
    """The program at a terminal of its own."""

    def __init__(self, arguments, folder, environment):
        self.process, self.file = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(PROGRAM, [PROGRAM, *arguments], {**environment, "TERM": "xterm"})
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.text = ""
        self.code = None

    def see(self, pattern, seconds=PATIENCE):
        """Everything up to and with the pattern."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                seen, self.text = self.text[:found.end()], self.text[found.end():]
                return seen
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no {pattern!r} in {self.text!r}")
            if not self.read(left):
                raise AssertionError(f"ended without {pattern!r}: {self.text!r}")

    def read(self, seconds):
        if not select.select([self.file], [], [], seconds)[0]:
            return True
        try:
            octets = os.read(self.file, 65536)
        except OSError:
            octets = b""
        self.text += octets.decode("utf-8", "replace")
        return bool(octets)

    def type(self, text):
        os.write(self.file, text.encode())

    def end(self, seconds=PATIENCE):
        """Its exit code."""
        end = time.monotonic() + seconds
        while self.code is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.code = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() > end:
                os.kill(self.process, signal.SIGKILL)
                raise AssertionError(f"does not end: {self.text!r}")
            self.read(0.05)
        while self.read(0.1) and select.select([self.file], [], [], 0)[0]:
            pass
        os.close(self.file)
        return self.code


class Sessions(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-sessions-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("HQSYNC_", "LC_", "LANG"))}
        self.environment["LC_ALL"] = "C.UTF-8"
        self.write("password", PASSWORD + "\n")
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example",
             "--ews-user", USER, "--ews-password-file", "password"],
            stdout=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(self.end_simulator)
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.address = line.split()[1].split("/")[2]
            if line.strip() == "ready":
                break
        for mailbox in MAILBOXES:
            self.control("POST", "/sim/recipients", {"address": mailbox})
        self.uri = f"http://{self.address}/PowerShell/"
        self.configure()

    def end_simulator(self):
        self.simulator.terminate()
        self.simulator.wait(30)
        self.simulator.stdout.close()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def configure(self, login='password_file = "password"', more=""):
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://{self.address}/EWS/Exchange.asmx"
user = "{USER}"
password_file = "password"
[exchange.management]
uri = "{self.uri}"
auth = "basic"
user = "{USER}"
{login}
{more}
[state]
database = "state.db"
""")

    def control(self, method, target, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, target, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            self.assertLess(answer.status, 300, text)
            return json.loads(text) if text else None
        finally:
            connection.close()

    def open_shells(self):
        return self.control("GET", "/sim/powershell")["shells"]

    def counters(self):
        return self.control("GET", "/sim/powershell")["counters"]

    def start(self, *arguments, **options):
        return subprocess.Popen([PROGRAM, "exchange", *arguments], cwd=self.folder,
                                env=self.environment, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def run_it(self, *arguments, code=0, typed=""):
        process = self.start(*arguments)
        out, err = process.communicate(typed, timeout=120)
        self.assertEqual(process.returncode, code, f"{arguments}: {out}{err}")
        return out, err

    def slow(self, cmdlet, milliseconds):
        self.control("POST", "/sim/faults", {"kind": "cmdlet_delay", "path": "/PowerShell",
                                             "contains": cmdlet, "milliseconds": milliseconds})

    def held_here(self):
        file = os.path.join(self.folder, "state.db.sessions")
        if not os.path.exists(file):
            return []
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
        try:
            return database.execute("SELECT shell_id FROM held_session").fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            database.close()

    def holds_nothing(self):
        self.assertEqual(self.open_shells(), [])
        out, _ = self.run_it("sessions", "--json")
        self.assertEqual(json.loads(out)["here"], [])


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
        self.slow("Get-Mailbox", 20_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
        self.control("DELETE", "/sim/powershell/shells")
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("shell.gone", err)
        self.holds_nothing()

    def test_signals_stop_the_pipeline_and_give_the_session_back(self):
        self.slow("Get-Mailbox", 60_000)
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start("run", "Get-Mailbox")
            until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
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
        self.slow("Get-Mailbox", 60_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
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
        self.slow("Get-Mailbox", 60_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
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
        self.slow("Get-Mailbox", 4_000)
        process = self.start("run", "Get-Mailbox")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
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

    def test_as_json(self):
        out, _ = self.run_it("import", "--json")
        commands = {one["name"]: one["parameters"] for one in json.loads(out)["commands"]}
        self.assertIn("ResultSize", commands["Get-Mailbox"])
        self.holds_nothing()


class Lines(Sessions):
    """connect without a terminal."""

    def test_lines_are_run_one_after_the_other(self):
        out, err = self.run_it("connect", code=3,
                               typed="Get-AcceptedDomain\n# a remark\nGet-Nothing\n\n"
                                     "help Get-Mailbox\nGet-Mailbox -ResultSize 5")
        self.assertIn("agentur.example", out)
        self.assertIn("-RecipientTypeDetails", out)
        self.assertIn("anna@agentur.example", out)
        self.assertIn("command.unknown", err)
        self.assertEqual(self.counters()["opened"], 1)
        self.holds_nothing()

    def test_exit_ends_it(self):
        out, _ = self.run_it("connect", typed="exit\nGet-Mailbox\n")
        self.assertNotIn("anna", out)
        self.holds_nothing()

    def test_signals_end_it(self):
        for how in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            process = self.start("connect")
            process.stdin.write("Get-AcceptedDomain\n")
            process.stdin.flush()
            self.assertNotEqual(process.stdout.readline(), "")
            process.send_signal(how)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, how)
            self.holds_nothing()

    def test_idle_for_too_long_ends_it(self):
        process = self.start("connect", "--idle-seconds", "1")
        self.assertEqual(process.wait(60), 0)
        self.assertIn("nothing was typed for 1 s", process.stderr.read())
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
        self.holds_nothing()

    def test_a_session_that_the_server_ended_ends_it(self):
        process = self.start("connect")
        process.stdin.write("Get-AcceptedDomain\n")
        process.stdin.flush()
        process.stdout.readline()
        self.control("DELETE", "/sim/powershell/shells")
        _, err = process.communicate("Get-Mailbox\nGet-Mailbox\n", timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(err.count("shell.gone"), 1)
        self.holds_nothing()


class Prompt(Sessions):
    """connect at a terminal."""

    def at_terminal(self, *more):
        return Terminal(["exchange", "connect", *more], self.folder, self.environment)

    def test_the_password_is_asked_for_without_echo(self):
        self.configure(login="")
        terminal = self.at_terminal()
        terminal.see("Password of admin@agentur.example at 127.0.0.1: ")
        terminal.type(PASSWORD + "\r")
        seen = terminal.see("127.0.0.1> ")
        self.assertNotIn("Geheim", seen)
        self.assertRegex(seen, r"\d\d+ commands")
        terminal.type("exit\r")
        self.assertEqual(terminal.end(), 0)
        self.holds_nothing()

    def test_no_password_is_no_login(self):
        self.configure(login="")
        terminal = self.at_terminal()
        terminal.see("Password of .*: ")
        terminal.type("\x03")
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(self.counters()["requests"], 0)

    def test_completion_history_help_and_tables(self):
        terminal = self.at_terminal()
        terminal.see("127.0.0.1> ")
        terminal.type("get-acc\t")
        terminal.see("Get-AcceptedDomain ")
        terminal.type("\r")
        self.assertIn("agentur.example", terminal.see("127.0.0.1> $"))
        terminal.type("Get-Mailbox -Rec\t")
        terminal.see("ipientTypeDetails ")
        terminal.type("UserMailbox -Res\t")
        terminal.see("ultSize ")
        terminal.type("5\r")
        seen = terminal.see("127.0.0.1> $")
        self.assertIn("anna@agentur.example", seen)
        lines = [line for line in seen.splitlines() if "@agentur" in line]
        self.assertEqual(len(lines), 3)
        self.assertTrue(all(len(line) <= 100 for line in lines), lines)
        terminal.type("Get-Mana\t\t")
        terminal.see("Get-ManagementRoleAssignment .*Get-ManagementScope|"
                     "Get-ManagementScope .*Get-ManagementRoleAssignment")
        terminal.type("\x15help Get-Mailbox\r")
        seen = terminal.see("127.0.0.1> $")
        self.assertIn("-ResultSize", seen)
        terminal.type("\x1b[A\x1b[A\r")
        self.assertIn("ben@agentur.example", terminal.see("127.0.0.1> $"))
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)
        self.holds_nothing()

    def test_ctrl_c_stops_the_pipeline_then_the_line_then_the_session(self):
        terminal = self.at_terminal()
        terminal.see("127.0.0.1> ")
        self.slow("Get-Mailbox", 60_000)
        terminal.type("Get-Mailbox\r")
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")
        terminal.type("\x03")
        self.assertIn("command.stopped", terminal.see("127.0.0.1> $"))
        self.control("DELETE", "/sim/faults")
        terminal.type("Get-Acc")
        terminal.see("Get-Acc")
        terminal.type("\x03")
        terminal.see("127.0.0.1> $")
        terminal.type("Get-AcceptedDomain\r")
        self.assertIn("agentur.example", terminal.see("127.0.0.1> $"))
        terminal.type("\x03")
        self.assertEqual(terminal.end(), 0)
        self.holds_nothing()

    def test_much_output_reaches_a_slow_terminal_whole(self):
        for number in range(400):
            self.control("POST", "/sim/recipients", {"address": f"user{number}@agentur.example"})
        terminal = self.at_terminal("--json")
        terminal.see("127.0.0.1> ")
        terminal.type("Get-Mailbox -ResultSize 1000\r")
        time.sleep(3)  # the terminal's buffer is full long before anybody reads
        seen = terminal.see("127.0.0.1> $")
        answer = json.loads(seen[seen.index('{"command"'):seen.rindex("}") + 1])
        self.assertEqual(len(answer["objects"]), 403)
        terminal.type("exit\r")
        self.assertEqual(terminal.end(), 0)
        self.holds_nothing()

    def test_a_hang_up_of_the_terminal_gives_the_session_back(self):
        terminal = self.at_terminal()
        terminal.see("127.0.0.1> ")
        os.close(terminal.file)
        end = time.monotonic() + PATIENCE
        while os.waitpid(terminal.process, os.WNOHANG)[0] == 0:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.holds_nothing()

    def test_sigterm_leaves_the_terminal_as_it_was(self):
        terminal = self.at_terminal()
        before = termios.tcgetattr(terminal.file)
        terminal.see("127.0.0.1> ")
        os.kill(terminal.process, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while os.waitpid(terminal.process, os.WNOHANG)[0] == 0:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.assertEqual(termios.tcgetattr(terminal.file)[3] & termios.ECHO,
                         before[3] & termios.ECHO)
        os.close(terminal.file)
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
    unittest.main(argv=sys.argv[:1])
