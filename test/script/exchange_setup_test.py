#!/usr/bin/env python3
"""`hqsync exchange setup` and `audit` on both of the simulator's admin sides: rights are made, proven,
missed when they are not there, and taken back; counts of folders are held against the state."""
import os
import signal
import subprocess
import sys
import time
import unittest

from agency import ANNA, BEN, CORA, PROGRAM, Agency, OnPremises

OTTO = "otto@agentur.example"
APPLICATION = "a0b1c2d3-e4f5-4a6b-8c9d-0e1f2a3b4c5d"
OBJECT = "0f0e0d0c-0b0a-4908-8706-050403020100"
STEPS = {"server": ["scope", "assignment", "policy", "association"],
         "online": ["principal", "scope", "assignment"]}


class Rights:
    """What both places have in common. Otto has a mailbox and is nobody of HQ's."""

    def setUp(self):
        super().setUp()
        for mailbox in (ANNA, BEN, CORA, OTTO):
            self.control("POST", "recipients", {"address": mailbox})
        self.control("POST", "powershell", {"enforce_rights": True})

    def setup(self, *arguments, code=0):
        return self.data("exchange", "setup", *self.usual, *arguments, code=code)

    def outcomes(self, *arguments, code=0):
        told = self.setup(*arguments, code=code)
        return {step["step"]: step["outcome"] for step in told["steps"]}

    def all(self, outcome):
        return {step: outcome for step in STEPS[self.place]}

    def wrong(self, told):
        return {proof["proof"]: proof["wrong"] for proof in told["proofs"] if proof["wrong"]}

    def no_session_is_left(self):
        self.assertEqual(self.control("GET", "powershell")["shells"], [])

    def test_rights_are_made_proven_and_taken_back(self):
        self.data("sync", code=1)
        told = self.setup()
        self.assertEqual({step["outcome"] for step in told["steps"]}, {"made"})
        self.assertEqual([step["step"] for step in told["steps"]], STEPS[self.place])
        self.assertEqual(self.wrong(told), {})
        self.assertEqual([proof["proof"] for proof in told["proofs"]], self.proofs)
        self.assertIn(OTTO, told["proofs"][-1]["title"])
        self.sync()
        again = self.setup()
        self.assertEqual({step["outcome"] for step in again["steps"]}, {"fits"})
        self.assertEqual(again["steps"][0]["commands"], [])
        self.error("exchange", "setup", *self.usual, "--undo", "--json", code=2)
        self.assertEqual(self.outcomes("--undo", "--dry-run"), self.all("to_undo"))
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))
        self.data("sync", code=1)
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("gone"))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "state.db.setup")))
        self.no_session_is_left()

    def test_a_dry_run_prints_commands_and_runs_none(self):
        text = self.text("exchange", "setup", *self.usual, "--dry-run")
        commands = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(len(commands), len(STEPS[self.place]))
        self.assertEqual(commands[self.scope_at],
                         'New-ManagementScope -Name hqsync-scope -RecipientRestrictionFilter '
                         f'"PrimarySmtpAddress -eq \'{ANNA}\' -or PrimarySmtpAddress -eq \'{BEN}\' '
                         f'-or PrimarySmtpAddress -eq \'{CORA}\'"')
        self.assertIn("has 144 of at most 10000 characters", text)
        self.assertEqual(self.outcomes("--dry-run"), self.all("to_make"))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "state.db.setup")))
        self.data("sync", code=1)

    def test_what_a_dry_run_prints_can_be_typed(self):
        lines = self.text("exchange", "setup", *self.usual, "--dry-run")
        typed = subprocess.run([PROGRAM, "exchange", "connect"], input=lines, text=True,
                               cwd=self.folder, env=self.environment, capture_output=True,
                               timeout=120, check=False)
        self.assertEqual((typed.returncode, typed.stderr), (0, ""))
        self.assertEqual(self.outcomes(), self.all("fits"))
        # It is not a set-up's, then.
        self.assertEqual(self.outcomes("--undo", "--dry-run"), self.all("left"))

    def test_a_login_that_may_not_even_look(self):
        self.control("POST", "powershell", {"allow": ["Get-Mailbox"]})
        out, err = self.finish(self.start("exchange", "setup", *self.usual), 1)
        self.assertIn("may not run it", out)
        self.assertIn("the rest is not run", err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "state.db.setup")))

    def test_a_mailbox_outside_that_is_let_in_is_told(self):
        self.control("POST", "powershell", {"enforce_rights": False})
        told = self.setup(code=1)
        self.assertIn("it is let into " + OTTO, self.wrong(told)["access_outside"][0])

    def test_another_scope_is_shown_and_changed_only_when_confirmed(self):
        self.setup()
        for mailbox in (ANNA, BEN):
            self.control("POST", "recipients", {"address": mailbox, "CustomAttribute7": "it's"})
        other = ("--attribute", "CustomAttribute7=it's")
        err = self.error("exchange", "setup", *self.usual, *other, "--json", code=2)
        self.assertIn("confirm with --yes", err)
        self.assertEqual(self.outcomes(*other, "--dry-run")["scope"], "to_change")
        told = self.setup(*other, "--yes", code=3)
        scope = next(step for step in told["steps"] if step["step"] == "scope")
        self.assertEqual(scope["outcome"], "changed")
        self.assertEqual(scope["differences"][0]["wanted"], "CustomAttribute7 -eq 'it''s'")
        self.assertEqual(self.wrong(told),
                         {"covers_users": [CORA + " is synchronised and not in the scope"]})
        faults = {each["mailbox"]: each["fault"] for each in self.data("sync", code=1)["mailboxes"]}
        self.assertIsNone(faults[ANNA])
        self.assertIsNotNone(faults[CORA])
        # Made by a set-up, changed by a set-up: taken back whole.
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))

    def test_members_of_a_group(self):
        group = "CN=HQ O'Neill,OU=Gruppen,DC=agentur,DC=example"
        for mailbox in (ANNA, BEN, CORA):
            self.control("POST", "recipients", {"address": mailbox, "MemberOfGroup": [group]})
        told = self.setup("--group", group)
        self.assertEqual(told["filter"],
                         "MemberOfGroup -eq 'CN=HQ O''Neill,OU=Gruppen,DC=agentur,DC=example'")
        self.assertEqual(self.wrong(told), {})
        self.assertEqual(self.sync()["failed"], 0)
        self.assertIn("distinguished name",
                      self.error("exchange", "setup", *self.usual, "--group", "HQ Sync"))

    def test_a_group_by_its_name(self):
        group = "CN=HQ O'Neill,OU=Gruppen,DC=agentur,DC=example"
        for mailbox in (ANNA, BEN, CORA):
            self.control("POST", "recipients", {"address": mailbox, "MemberOfGroup": [group]})
        told = self.setup("--group", "hq o'neill")
        self.assertEqual(told["filter"],
                         "MemberOfGroup -eq 'CN=HQ O''Neill,OU=Gruppen,DC=agentur,DC=example'")
        self.assertEqual(self.wrong(told), {})

    def test_a_refused_step_stops_and_is_completed_later(self):
        self.control("POST", "faults", {"kind": "cmdlet_error", "path": self.path, "count": 1,
                                        "contains": "New-ManagementRoleAssignment", "status": 400,
                                        "code": "Microsoft.Exchange.TaskException"})
        out, err = self.finish(self.start("exchange", "setup", *self.usual), 1)
        self.assertIn("Simulated failure of New-ManagementRoleAssignment", out)
        self.assertIn("the rest is not run", err)
        self.control("DELETE", "faults")
        told = {step: "fits" for step in STEPS[self.place][:STEPS[self.place].index("assignment")]}
        self.assertEqual(self.outcomes(), {**self.all("made"), **told})
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))
        self.no_session_is_left()

    def test_what_somebody_else_made_stays(self):
        self.setup()
        os.remove(os.path.join(self.folder, "state.db.setup"))
        self.setup()
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("left"))
        self.sync()
        # Nothing is written down: what bears the set-up's names is its own.
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))

    def test_what_is_not_known_is_asked_for(self):
        self.assertIn("letters, digits", self.error("exchange", "setup", "--name", "a b", code=2))
        self.assertIn("--attribute",
                      self.error("exchange", "setup", "--group", "x", "--attribute", "y", code=2))


class ByPowershell(OnPremises):
    def configure(self, api):
        super().configure(api)
        with open(os.path.join(self.folder, "hqsync.toml"), "a", encoding="utf-8") as file:
            file.write('[exchange.management]\nauth = "basic"\n')


class ByRest:
    def configure(self, api):
        super().configure(api)
        with open(os.path.join(self.folder, "hqsync.toml"), "a", encoding="utf-8") as file:
            file.write(f'[exchange.management]\nuri = "{self.url}"\nauth = "oauth"\n')


class OnAServer(Rights, ByPowershell, Agency):
    place = "server"
    path = "/PowerShell"
    usual = ()
    scope_at = 0
    proofs = ["no_other_assignment", "covers_users", "access_inside", "access_outside"]

    def test_another_assignment_that_reaches_further_is_told(self):
        self.setup()
        self.setup("--name", "older", "--no-throttling-policy", "--attribute",
                   "CustomAttribute1=x", code=3)
        told = self.setup(code=3)
        self.assertEqual(self.wrong(told), {"no_other_assignment": [
            "older-impersonation gives the same right within the scope older-scope"]})
        # An undo of one leaves the other, and names nothing of it: it has another name.
        left = self.setup("--undo", "--yes", "--name", "older", "--no-throttling-policy")["left"]
        self.assertEqual(left, [])
        self.assertEqual(self.wrong(self.setup()), {})

    def end_in_the_middle(self, sign):
        """A set-up that gets the signal while the assignment is made; answers what it said."""
        self.control("POST", "faults", {"kind": "cmdlet_delay", "path": self.path,
                                        "contains": "New-ManagementRoleAssignment",
                                        "milliseconds": 5000})
        running = self.start("exchange", "setup")
        until = time.monotonic() + 60
        while not any("New-ManagementRoleAssignment" in str(shell)
                      for shell in self.control("GET", "powershell")["shells"]):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        running.send_signal(sign)
        out, err = running.communicate(timeout=60)
        self.control("DELETE", "faults")
        return running.returncode, out, err

    def is_completed(self):
        told = self.outcomes()
        self.assertEqual(told["scope"], "fits")
        self.assertIn(told["assignment"], ("made", "fits"))
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))
        self.no_session_is_left()

    def test_a_set_up_that_is_killed_is_completed(self):
        self.end_in_the_middle(signal.SIGKILL)
        self.is_completed()

    def test_a_set_up_that_is_ended_gives_the_session_back_and_is_completed(self):
        code, out, err = self.end_in_the_middle(signal.SIGTERM)
        self.assertEqual(code, 1)
        self.assertIn("role assignment hqsync-impersonation: failed", out)
        self.assertIn("the rest is not run", err)
        self.no_session_is_left()
        self.is_completed()

    def test_a_session_that_does_not_end_in_time_takes_no_report_with_it(self):
        self.control("POST", "faults", {"kind": "latency", "path": self.path,
                                        "contains": "transfer/Delete", "milliseconds": 25_000})
        out, err = self.finish(self.start("exchange", "setup", *self.usual), 1)
        self.control("DELETE", "faults")
        self.assertIn("role assignment hqsync-impersonation: made", out)
        self.assertIn("could not be given back", err)
        self.assertEqual(self.outcomes("--undo", "--yes"), self.all("undone"))

    def test_limits_are_compared(self):
        text = self.text("exchange", "setup", "--ews-concurrency", "unlimited", "--dry-run")
        self.assertIn("-EwsMaxConcurrency $null -EwsMaxSubscriptions $null", text)
        self.assertIn("-EwsMaxConcurrency 42 -EwsMaxSubscriptions 2000",
                      self.text("exchange", "setup", "--dry-run"))
        self.setup("--ews-concurrency", "unlimited")
        self.assertEqual(self.outcomes("--ews-concurrency", "unlimited"), self.all("fits"))
        told = self.setup("--dry-run")
        policy = next(step for step in told["steps"] if step["step"] == "policy")
        self.assertEqual(policy["differences"][0],
                         {"what": "EwsMaxConcurrency", "is": "Unlimited", "wanted": "42"})


class Online(Rights, ByRest, Agency):
    place = "online"
    path = "/adminapi"
    usual = ("--object-id", OBJECT)
    scope_at = 1
    proofs = ["in_scope", "out_of_scope", "covers_users", "access_inside", "access_outside"]
    simulator_options = ("--client-id", APPLICATION)

    def configure(self, api):
        super().configure(api)
        file = os.path.join(self.folder, "hqsync.toml")
        with open(file, encoding="utf-8") as text:
            config = text.read().replace('client_id = "hqsync"', f'client_id = "{APPLICATION}"')
        self.write("hqsync.toml", config)

    def test_another_object_id_is_a_difference(self):
        self.setup()
        self.usual = ("--object-id", OBJECT.replace("0f", "1f"))
        told = self.setup("--dry-run")
        principal = told["steps"][0]
        self.assertEqual(principal["outcome"], "to_change")
        self.assertEqual(principal["differences"][0]["is"], OBJECT)

    def test_the_object_id_is_asked_for(self):
        self.assertIn("enterprise application", self.error("exchange", "setup"))


class Audit:
    """Of mailboxes that `hqsync sync` filled."""

    def audit(self, *arguments, code=0):
        told = self.data("exchange", "audit", *arguments, code=code)["mailboxes"]
        return {each["mailbox"]: each for each in told}

    def differences(self, *arguments):
        return {(mailbox, each["kind"], each["folder"], each["expected"], each["items"])
                for mailbox, told in self.audit(*arguments, code=3).items()
                for each in told["differences"]}

    def test_counts_of_a_sync(self):
        unknown = self.audit(code=3)
        self.assertEqual({each["kind"] for told in unknown.values()
                          for each in told["differences"]}, {"mailbox_unknown"})
        self.sync()
        told = self.audit()
        self.assertEqual(set(told), {ANNA, BEN, CORA})
        folders = {each["folder"]: each for each in told[ANNA]["folders"]}
        self.assertEqual((folders["mine"]["synced"], folders["mine"]["items"]), (3, 3))
        self.assertEqual(folders["mine"]["name"], "HQ Meine Kontakte")
        self.assertEqual((folders["global"]["synced"], folders["global"]["items"]), (1, 1))
        text = self.text("exchange", "audit", "--user", ANNA)
        self.assertIn("/Contacts/HQ Meine Kontakte", text)
        self.assertNotIn(BEN, text)
        self.assertEqual(self.control("GET", "powershell")["shells"], [])

    def test_an_item_deleted_by_hand_is_named(self):
        self.sync()
        self.remove(ANNA, 102)
        self.assertEqual(self.differences(), {(ANNA, "too_few", "mine", 3, 2)})
        out, _ = self.finish(self.start("exchange", "audit"), 3)
        self.assertIn(f"{ANNA}: too_few: HQ Meine Kontakte has 2 items, the sync knows 3", out)
        self.audit("--user", BEN)
        self.sync()
        self.audit()

    def test_items_of_the_users_own_are_allowed(self):
        self.sync()
        self.add(ANNA, "global", givenName="Eigene")
        self.audit()
        self.add(ANNA, "mine", givenName="Neue")
        self.assertEqual(self.differences(), {(ANNA, "too_many", "mine", 3, 4)})
        self.sync()
        told = self.audit()
        self.assertEqual([each["own"] for each in told[ANNA]["folders"]], [1, 1])

    def test_a_folder_that_is_not_where_it_was_is_named(self):
        self.sync()
        folder = self.folder_id(ANNA, "mine")
        self.graph(ANNA, "PATCH", f"contactFolders/{folder}", {"displayName": "Kunden"})
        self.assertEqual(self.differences("--user", ANNA), {(ANNA, "missing", "mine", 3, 0)})

    def test_a_user_whom_hq_does_not_have(self):
        self.assertIn("user.unknown", self.error("exchange", "audit", "--user", OTTO))


class AuditOnAServer(Audit, ByPowershell, Agency):
    pass


class AuditOnline(Audit, ByRest, Agency):
    pass


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
