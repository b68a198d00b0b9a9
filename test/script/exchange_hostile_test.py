#!/usr/bin/env python3
"""hqsync exchange against servers that mean no good: what they say reaches no terminal as commands,
what they send fills no memory, and no session is taken for given back that is not."""
import json
import os
import resource
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from exchange_case import PASSWORD, PROGRAM
from hostile_exchange import (ERROR, HOST_CALL, OUTPUT, HostileExchange, bag, error_record, message,
                              pipeline_state)

ENOUGH = 1 << 30  # octets of memory
# AddressSanitizer needs terabytes of addresses.
IS_SANITIZED = "SWEEP_EVERY" in os.environ


def bound_memory():
    resource.setrlimit(resource.RLIMIT_AS, (ENOUGH, ENOUGH))


class Hostile(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-hostile-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.write("password", PASSWORD + "\n")
        self.server = HostileExchange()
        self.addCleanup(self.server.close)
        self.configure(self.server.uri)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def configure(self, uri, more=""):
        self.write("hqsync.toml", f"""
[hq]
database = "hq.db"
[exchange]
api = "ews"
ews_url = "http://127.0.0.1:9/EWS/Exchange.asmx"
user = "admin@agentur.example"
password_file = "password"
[exchange.management]
uri = "{uri}"
auth = "basic"
user = "admin@agentur.example"
password_file = "password"
{more}
[state]
database = "state.db"
""")

    def run_it(self, *arguments, code, seconds=60, **options):
        done = subprocess.run([PROGRAM, "exchange", *arguments], cwd=self.folder,
                              capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL,
                              preexec_fn=None if IS_SANITIZED else bound_memory, **options)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, code, (out[-2000:], err[-2000:]))
        return out, err

    def assert_tame(self, text):
        wild = [sign for sign in text if (sign < " " and sign != "\n") or "\x7f" <= sign < "\xa0"]
        self.assertEqual(wild, [], text)

    def rows(self, query="SELECT shell_id FROM held_session"):
        database = sqlite3.connect(os.path.join(self.folder, "state.db.sessions"))
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()


class Words(Hostile):
    """What a server says goes to the administrator's terminal, and sometimes back into a shell."""

    def test_the_id_of_an_error_is_no_command_to_the_terminal(self):
        identity = "Ex1_x001B_]0;owned_x0007__x000A_Remove-Mailbox anna_x009B_2J"
        self.server.output = [pipeline_state(5, '<Obj N="ExceptionAsErrorRecord"><MS>' +
                                             error_record("no_x001B_[2J", identity) + "</MS></Obj>")]
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("owned", err)
        self.assert_tame(err)
        self.assertEqual(len(err.splitlines()), 1, err)

    def test_the_words_of_a_fault_are_none_either(self):
        self.server.answers["Create"] = lambda *_: self.server.fault(5, "no\x9b2J &#x9b;31m \x7f")
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("shell.refused", err)
        self.assert_tame(err)

    def test_nor_is_the_name_of_a_session(self):
        self.server.answers["Create"] = lambda *_: self.server.created("A\x9b2J\x9b1;1H")
        self.server.answers["Delete"] = lambda *_: self.server.fault(2150858883)
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assert_tame(err)
        out, err = self.run_it("sessions", "--json", code=0)
        self.assert_tame(out.strip())

    def test_nor_is_where_a_redirect_leads(self):
        where = "https://127.0.0.1/\u009b2J"
        self.server.answers["Create"] = lambda *_: (302, "", {
            "Location": where.encode().decode("latin-1")})
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("shell.redirect", err)
        self.assert_tame(err)

    def test_titles_of_a_table_are_words(self):
        thing = message(OUTPUT, bag('<S N="A_x001B_[2J_x000A_B">x</S><S N="B&#x9b;">y</S>'))
        self.server.output = [thing, thing, pipeline_state(4)]
        out, _ = self.run_it("run", "Get-Mailbox", code=0)
        self.assertIn("A [2J B", out)
        self.assert_tame(out)

    def test_a_list_of_no_commands_forbids_none(self):
        self.run_it("import", code=0)
        self.run_it("run", "Get-Mailbox", code=0)

    def test_names_of_commands_are_names(self):
        name = "Get-A_x001B_[2J_x000A_"
        info = bag('<S N="Name">{}</S><S N="Namespace"></S><I32 N="CommandType">8</I32>')
        self.server.output = [message(OUTPUT, info.format("Get-Mailbox")),
                              message(OUTPUT, info.format(name)), pipeline_state(4)]
        out, err = self.run_it("import", "--json", code=0)
        self.assertEqual([one["name"] for one in json.loads(out)["commands"]], ["Get-Mailbox"], err)


@unittest.skipIf(IS_SANITIZED, "with sanitizers memory is no measure, and the text takes minutes")
class Memory(Hostile):
    """A few octets that stand for many."""

    def doubled(self, depth, width):
        text = '<Obj RefId="0"><MS><S N="a">x</S></MS></Obj>'
        for level in range(1, depth):
            within = text + f'<Ref RefId="{level - 1}"/>' * (width - 1)
            text = f'<Obj RefId="{level}"><LST>{within}</LST></Obj>'
        return text

    def test_objects_that_name_each_other_many_times_are_not_written_out(self):
        deep = self.doubled(14, 40).replace("<Obj ", '<Obj N="Deep" ', 1)
        self.server.output = [message(OUTPUT, bag(deep)), pipeline_state(4)]
        self.run_it("run", "Get-Mailbox", "--json", code=0)
        self.run_it("run", "Get-Mailbox", code=0)

    def test_a_long_text_that_is_named_often_is_not_shown_often(self):
        long = '<Obj N="p" RefId="0"><ToString>' + "x" * 20_000 + "</ToString></Obj>"
        named = "".join(f'<Ref N="p{i}" RefId="0"/>' for i in range(90_000))
        self.server.output = [message(OUTPUT, bag(long + named)), pipeline_state(4)]
        self.run_it("run", "Get-Mailbox", code=0)
        self.run_it("run", "Get-Mailbox", "--json", code=0)

    def test_a_long_name_does_not_make_every_line_long(self):
        long = f'<S N="{"n" * 1_000_000}">x</S>'
        short = "".join(f'<B N="p{i}">1</B>' for i in range(2_000))
        self.server.output = [message(OUTPUT, bag(long + short)), pipeline_state(4)]
        self.run_it("run", "Get-Mailbox", code=0)

    def test_lines_for_the_host_without_end_are_too_much(self):
        line = message(HOST_CALL, bag(
            '<I64 N="ci">-100</I64><Obj N="mi"><ToString>WriteLine2</ToString><I32>16</I32></Obj>'
            '<Obj N="mp"><LST><S>' + "x" * 1_000_000 + "</S></LST></Obj>"))
        self.server.output = [line, line]
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("command.too_much", err)


class Door:
    """Takes connections and closes them."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.knocks = 0
        threading.Thread(target=self.open, daemon=True).start()

    def open(self):
        while True:
            try:
                caller = self.socket.accept()[0]
            except OSError:
                return
            self.knocks += 1
            caller.close()


class GivingBack(Hostile):
    """Rows of the registry, and who hears of the login."""

    def leave_behind(self, count=1):
        self.server.answers["Delete"] = lambda *_: self.server.fault(2150858883)
        for _ in range(count):
            self.run_it("run", "Get-Mailbox", code=1)
            database = sqlite3.connect(os.path.join(self.folder, "state.db.sessions"))
            with database:  # so that the next one does not try to give it back
                database.execute("UPDATE held_session SET account = 'x ' || account "
                                 "WHERE account NOT LIKE 'x %'")
            database.close()
        self.change("account = substr(account, 3)")
        del self.server.answers["Delete"]
        self.server.asked.clear()

    def change(self, what):
        database = sqlite3.connect(os.path.join(self.folder, "state.db.sessions"))
        with database:
            database.execute("UPDATE held_session SET " + what)
        database.close()

    def test_what_the_server_has_not_ended_in_time_stays_known(self):
        self.server.answers["Delete"] = lambda *_: self.server.fault(2150858793)
        _, err = self.run_it("run", "Get-Mailbox", code=1)
        self.assertIn("could not be given back", err)
        self.assertEqual(len(self.rows()), 1)
        del self.server.answers["Delete"]
        _, err = self.run_it("run", "Get-Mailbox", code=0)
        self.assertIn("gave back session", err)
        self.assertEqual(self.rows(), [])

    def test_a_row_that_leads_to_another_host_gets_no_login(self):
        self.leave_behind()
        other = HostileExchange()
        self.addCleanup(other.close)
        self.change(f"url = '{other.uri}'")
        _, err = self.run_it("run", "Get-Mailbox", code=0)
        self.assertEqual(other.asked, [])
        self.assertIn("stays for now", err)

    def test_a_stray_that_is_led_elsewhere_does_not_keep_the_next_from_working(self):
        self.leave_behind()
        tried = []

        def led_once(action, body):
            if not tried:
                tried.append(body)
                return 302, "", {"Location": "https://mail2.agentur.example/PowerShell/"}
            return self.server.usual(action, body)
        self.server.answers["Delete"] = led_once
        _, err = self.run_it("run", "Get-Mailbox", code=0)
        self.assertIn("stays for now", err)
        self.assertEqual(self.server.count("Create"), 1)

    def test_strays_at_a_silent_server_are_waited_for_once(self):
        self.leave_behind(4)
        door = Door()
        self.addCleanup(door.socket.close)
        self.change(f"url = 'https://127.0.0.1:{door.port}/PowerShell/'")
        self.run_it("run", "Get-Mailbox", code=0)
        self.assertIn(door.knocks, (1, 2))
        self.assertEqual(len(self.rows()), 4)

    @unittest.skipUnless(os.geteuid() == 0, "hides processes, which root may")
    def test_a_process_that_is_hidden_has_not_ended(self):
        for name in (self.folder, *(os.path.join(self.folder, each)
                                    for each in os.listdir(self.folder))):
            os.chown(name, 65534, 65534)
        hidden = ["unshare", "-m", "sh", "-c", "mount -t proc -o hidepid=2 proc /proc && "
                  "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" \"$@\""]

        def by_nobody(*arguments):
            done = subprocess.run([*hidden, PROGRAM, "exchange", *arguments], cwd=self.folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout + done.stderr
        by_nobody("run", "Get-Mailbox")
        self.server.output.insert(0, message(OUTPUT, bag('<S N="Name">Get-Mailbox</S>')))
        with subprocess.Popen([PROGRAM, "exchange", "connect"], cwd=self.folder,
                              stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as connected:
            end = time.monotonic() + 30
            while self.server.count("Create") < 2 or self.server.count("Signal") < 2:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.05)
            self.assertNotIn("left_behind", by_nobody("sessions", "--json"))
            self.assertNotIn("gave back", by_nobody("run", "Get-Mailbox"))
            self.assertEqual(self.server.count("Delete"), 2)
            connected.stdin.close()
            connected.wait(30)
        self.assertEqual(self.rows(), [])

    def test_a_refused_login_is_remembered_for_its_owner_only(self):
        for action in ("Create", "Enumerate"):
            self.server.answers[action] = lambda *_: (401, "", {
                "WWW-Authenticate": 'Basic realm="x"'})
        memory = os.path.join(self.folder, "state.db.management-login")
        target = os.path.join(self.folder, "target")
        self.write("target", "of somebody else")
        os.symlink(target, memory)
        os.umask(0o022)
        for _ in range(2):
            _, err = self.run_it("sessions", "--server", code=1)
            self.assertIn("login.refused", err)
            self.assertNotIn(PASSWORD, err)
        self.assertEqual(len(self.server.asked), 1)
        self.assertEqual(stat.S_IMODE(os.lstat(memory).st_mode), 0o600)
        with open(target, encoding="utf-8") as file:
            self.assertEqual(file.read(), "of somebody else")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
