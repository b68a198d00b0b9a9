"""The program, a terminal for it and a simulated Exchange: what the tests of `hqsync exchange` share."""
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

    def configure(self, login='password_file = "password"', more="", sync_user=USER):
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://{self.address}/EWS/Exchange.asmx"
user = "{sync_user}"
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

    def run_it(self, *arguments, code=0, typed="", **options):
        process = self.start(*arguments, **options)
        out, err = process.communicate(typed, timeout=120)
        self.assertEqual(process.returncode, code, f"{arguments}: {out}{err}")
        return out, err

    def await_pipeline(self):
        until(lambda: any(one["commands"] for one in self.open_shells()), "a pipeline")

    def start_slowly(self, milliseconds=60_000):
        """A `run` whose command is under way, and takes that long."""
        self.slow("Get-Mailbox", milliseconds)
        process = self.start("run", "Get-Mailbox")
        self.await_pipeline()
        return process

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
