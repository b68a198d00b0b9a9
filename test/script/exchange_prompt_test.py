#!/usr/bin/env python3
"""hqsync exchange connect: lines of a pipe, and a prompt at a terminal. Every test ends with a server
that holds no session."""
import json
import os
import signal
import sys
import termios
import time
import unittest

from exchange_case import PASSWORD, PATIENCE, Sessions, Terminal


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
        self.configure(login="", sync_user="sync@agentur.example")
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
        self.configure(login="", sync_user="sync@agentur.example")
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
        self.assertRegex(seen, r"-ResultSize +Unlimited<UInt32>")
        self.assertNotIn("`", seen)
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
        self.await_pipeline()
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
