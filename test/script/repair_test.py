#!/usr/bin/env python3
"""Looking whether mailboxes are right, putting back what a sync changed, erasing a person, and
values that no side can hold."""
import os
import sqlite3
import sys
import unittest

import agency
from agency import ANNA, BEN, CORA, CONTACTS, MARK, address, contact


class Verify(agency.Agency):
    def drift(self, mailbox=ANNA, code=3):
        boxes = self.data("verify", code=code)["mailboxes"]
        return [(each["kind"], each["contact"]) for box in boxes if box["mailbox"] == mailbox
                for each in box["drift"]]

    def state_rows(self):
        with sqlite3.connect(os.path.join(self.folder, "state.db")) as database:
            return list(database.iterdump())

    def test_mailboxes_that_are_right_have_no_drift_and_nothing_is_written(self):
        self.sync()
        before = self.state_rows()
        self.control("POST", "counters/reset")
        self.assertEqual(self.drift(code=0), [])
        self.assertIn("anna@agentur.example", self.text("verify", "--user", ANNA))
        self.assertEqual(self.control("GET", "counters")["totals"]["writes"], 0)
        self.assertEqual(self.state_rows(), before)

    def test_each_kind_of_drift_is_found_and_nothing_is_written(self):
        self.sync()
        self.remove(ANNA, 102)                                        # missing
        self.edit(ANNA, 101, jobTitle="Inhaberin")                    # unsent
        self.edit(BEN, 101, jobTitle="Geraten")                       # different
        self.hq_set(103, "Position=Vertrieb")                         # different everywhere
        self.add(ANNA, "global", surname="Kopie", singleValueExtendedProperties=[
            {"id": MARK, "value": "hq:301"}])                         # unknown copy
        self.add(BEN, "global", surname="Fort", singleValueExtendedProperties=[
            {"id": MARK, "value": "hq:999"}])                         # extra
        self.add(CORA, "global", surname="Südwind", singleValueExtendedProperties=[
            {"id": MARK, "value": "hq:201"}])                         # not allowed
        self.text("hq", "set", "company", "30", "ResponsibleUsers+=3")  # wrong folder
        before = self.state_rows()
        self.control("POST", "counters/reset")
        self.assertEqual(sorted(self.drift(ANNA)),
                         [("different", 103), ("missing", 102), ("unknown_copy", 301),
                          ("unsent", 101)])
        self.assertEqual(sorted(self.drift(BEN)),
                         [("different", 101), ("different", 103), ("extra", 999)])
        self.assertEqual(sorted(self.drift(CORA)),
                         [("different", 103), ("not_allowed", 201), ("wrong_folder", 301)])
        [forbidden] = [each for box in self.data("verify", "--user", CORA, code=3)["mailboxes"]
                       for each in box["drift"] if each["kind"] == "not_allowed"]
        self.assertEqual(forbidden["rule"], "excluded_company_type")
        text = self.text("verify", code=3)
        self.assertIn("contact 101: unsent, fields position", text)
        self.assertIn("contact 201: not_allowed (excluded_company_type), folder global", text)
        for content in ("Inhaberin", "Südwind", "Vertrieb"):
            self.assertNotIn(content, text)
        self.assertEqual(self.control("GET", "counters")["totals"]["writes"], 0)
        self.assertEqual(self.state_rows(), before)
        self.sync()
        for mailbox in (ANNA, BEN, CORA):
            self.assertEqual(self.drift(mailbox, code=0), [])

    def test_a_contact_of_a_foreign_subsystem_is_named(self):
        self.setting("sync.only_my_contacts", "on")
        self.sync()
        self.add(BEN, "mine", surname="Vogt", singleValueExtendedProperties=[
            {"id": MARK, "value": "hq:101"}])
        found = self.data("verify", code=3)["mailboxes"][1]["drift"]
        self.assertEqual([(each["kind"], each["contact"], each["rule"]) for each in found],
                         [("not_allowed", 101, "only_my_contacts")])

    def test_a_mailbox_that_cannot_be_read_fails(self):
        self.sync()
        self.control("POST", "faults", {"kind": "access_denied", "mailbox": BEN})
        report = self.data("verify", code=1)
        self.assertIn("ErrorAccessDenied", report["mailboxes"][1]["fault"])


class Restore(agency.Agency):
    def last_run(self):
        return str(self.data("backup")[0]["run"])

    def test_what_a_sync_overwrote_is_put_back(self):
        self.sync()
        self.hq_set(101, "Position=Falsch")
        self.hq_set(301, "Position=Falsch")
        self.sync()
        run = self.last_run()
        self.assertEqual(self.data("backup", "--limit", "1")[0]["overwritten"], 6)
        [entry] = self.data("backup", "--user", ANNA, "--contact", "101")
        self.assertEqual((str(entry["run"]), entry["kind"], entry["fields"], entry["folder"]),
                         (run, "overwritten", ["position"], "mine"))
        self.assertNotIn("contents", entry)
        self.assertNotIn("Leitung", self.text("backup", "--user", ANNA))
        self.assertIn("Leitung", self.text("backup", "--user", ANNA, "--contents", "--run", run))
        wish = ("restore", "--user", ANNA, "--before", run)
        planned = self.data(*wish, "--dry-run")
        self.assertEqual([(each["contact"], each["way"], each["fields"])
                          for each in planned["contacts"]],
                         [(101, "edited", ["position"]), (301, "edited", ["position"])])
        self.assertFalse(planned["done"])
        self.assertIn("confirm with --yes", self.error(*wish, code=2))
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Falsch")
        done = self.data(*wish, "--contact", "101", "--yes")
        self.assertTrue(done["done"])
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Leitung")
        self.assertEqual(self.item(ANNA, 301)["jobTitle"], "Falsch")
        # One's own goes to HQ as if the user had typed it; the others follow.
        self.sync()
        self.assertEqual(self.hq(101)["Position"], "Leitung")
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Leitung")
        self.assertTrue(self.data("backup", "--user", ANNA, "--contact", "101")[0]["restored"])
        self.sync_is_silent()

    def test_what_a_sync_removed_is_put_back_as_the_users_own(self):
        self.sync()
        self.edit(ANNA, 101, personalNotes="Trinkt Tee")
        self.sync()
        self.text("hq", "delete", "contact", "101")
        self.assertEqual(self.sync()["deleted"], 3)
        run = self.last_run()
        self.assertIn("becomes a contact of the user's own",
                      self.text("restore", "--user", ANNA, "--before", run, "--yes"))
        own = [item for role, mark, item in self.items(ANNA) if role == "mine" and not mark]
        self.assertEqual([(item["surname"], item["personalNotes"].strip(), item["birthday"][:10])
                          for item in own], [("Vogt", "Trinkt Tee", "1980-05-01")])
        again = self.data("restore", "--user", ANNA, "--before", run, "--yes")
        self.assertEqual((again["contacts"], again["done"]), ([], False))

    def test_what_hq_wants_here_comes_with_the_next_sync(self):
        self.sync()
        self.text("settings", "set", "sync.global_folder", "off", "--user", BEN, "--yes")
        self.sync()
        run = self.last_run()
        self.assertEqual(self.held(BEN), [])
        self.text("settings", "unset", "sync.global_folder", "--user", BEN, "--yes")
        planned = self.data("restore", "--user", BEN, "--before", run, "--dry-run")["contacts"]
        self.assertEqual({each["way"] for each in planned}, {"awaited"})
        self.sync()
        self.assertEqual(len(self.held(BEN)), 4)

    def test_old_backups_are_dropped(self):
        self.error("settings", "set", "backup.days", "0", "--yes", code=2)
        self.setting("backup.days", "2")
        self.sync()
        self.hq_set(101, "Position=Falsch")
        self.sync()
        for days, left in ((1, 1), (2, 0)):
            with sqlite3.connect(os.path.join(self.folder, "state.db")) as database:
                database.execute("UPDATE backup SET at = at - 86400000")
            database.close()
            self.sync()
            self.assertEqual(len(self.data("backup", "--user", ANNA)), left, days)

    def test_wrong_wishes_are_refused(self):
        self.sync()
        self.assertIn("not known", self.error("restore", "--user", ANNA, "--before", "99"))
        self.assertIn("no user", self.error("restore", "--user", "x@y.example", "--before", "1"))
        self.assertIn("no user", self.error("backup", "--user", "x@y.example"))
        self.error("restore", "--user", ANNA, code=2)
        self.error("backup", "--contact", "5", code=2)
        self.assertIn("Nothing of this mailbox",
                      self.text("restore", "--user", ANNA, "--before", "1"))
        self.assertIn("nothing of contact 99999", self.error(
            "restore", "--user", ANNA, "--before", "1", "--contact", "99999"))

    def test_a_restoration_whose_end_was_not_written_down_doubles_nothing(self):
        self.sync()
        self.text("hq", "delete", "contact", "101")
        self.sync()
        run = str(self.data("backup")[0]["run"])
        for _ in range(2):
            self.text("restore", "--user", ANNA, "--before", run, "--yes")
            with sqlite3.connect(os.path.join(self.folder, "state.db")) as database:
                database.execute("UPDATE backup SET restored = NULL")
            database.close()
        shown = [item for _, _, item in self.items(ANNA) if item.get("surname") == "Vogt"]
        self.assertEqual(len(shown), 1)

    def test_what_a_restoration_overwrites_can_be_put_back(self):
        self.sync()
        self.hq_set(101, "Position=Falsch")
        self.sync()
        first = self.data("backup")[0]["run"]
        self.text("restore", "--user", ANNA, "--before", str(first), "--yes")
        second = self.data("backup")[0]["run"]
        self.assertGreater(second, first)
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Leitung")
        self.text("restore", "--user", ANNA, "--before", str(second), "--yes")
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Falsch")

    def test_what_is_put_back_is_not_made_in_hq_again(self):
        self.setting("user_create", "create")
        self.sync()
        self.edit(ANNA, 101, personalNotes="Privat")
        self.sync()
        self.text("hq", "delete", "contact", "101")
        self.sync()
        run = str(self.data("backup")[0]["run"])
        self.text("restore", "--user", ANNA, "--before", run, "--yes")
        self.sync()
        self.assertIn("Privat", str(self.items(ANNA)))
        self.assertEqual(self.data("hq", "counts")["contacts"], len(CONTACTS) - 1)
        self.assertEqual([each["state"] for each in self.data("proposals", "--all")],
                         ["dismissed"])
        self.sync_is_silent()


class Erasure(agency.Agency):
    def test_a_person_is_gone_from_everywhere_for_good(self):
        self.sync()
        self.edit(ANNA, 101, personalNotes="Trinkt Tee", jobTitle="Inhaberin")
        self.hq_set(101, "Position=Vorstand")
        self.sync()
        self.graph(CORA, "POST", "contacts", {"surname": "Vogt", "givenName": "Jana",
                                              "singleValueExtendedProperties": [
                                                  {"id": MARK, "value": "hq:101"}]})
        self.assertTrue(self.state_holds("Vogt"))
        self.assertTrue(self.state_holds("Inhaberin"))
        refused = self.error("erase", "--contact", "101", code=2)
        self.assertIn("confirm with --yes", refused)
        receipt = self.data("erase", "--contact", "101", "--yes")
        self.assertEqual((receipt["contact"], receipt["searched"], receipt["complete"],
                          receipt["in_hq"]), (101, 3, True, True))
        self.assertEqual(receipt["mailboxes"],
                         [{"mailbox": "user 1", "items": 1, "folders": 1, "fault": None},
                          {"mailbox": "user 2", "items": 1, "folders": 1, "fault": None},
                          {"mailbox": "user 3", "items": 2, "folders": 2, "fault": None}])
        self.assertEqual(receipt["remembered"]["shadows"], 3)
        self.assertGreater(receipt["remembered"]["backups"], 0)
        self.assertEqual(receipt["remembered"]["conflicts"], 1)
        for word in ("Vogt", "Jana", "Inhaberin", "Trinkt Tee", "jana.vogt"):
            self.assertFalse(self.state_holds(word), word)
        for mailbox in (ANNA, BEN, CORA):
            self.assertNotIn("Vogt", str(self.control("GET", f"mailboxes/{mailbox}")))
        self.hq_set(101, "Position=Zurück")
        self.sync()
        self.assertEqual([mark for _, mark in self.held(ANNA)], [301, 102, 103])
        self.assertIn("was erased", self.text("explain", "--user", ANNA, "--contact", "101"))
        self.assertEqual(self.data("explain", "--user", ANNA, "--contact", "101")["absence"]["rule"],
                         "erased")
        self.assertFalse(self.state_holds("Vogt"))
        self.add(BEN, "global", surname="Rest", singleValueExtendedProperties=[
            {"id": MARK, "value": "hq:101"}])
        found = self.data("verify", "--user", BEN, code=3)["mailboxes"][0]["drift"]
        self.assertEqual([(each["kind"], each["rule"]) for each in found],
                         [("not_allowed", "erased")])
        self.sync()
        self.text("settings", "set", "sync.only_my_contacts", "on", "--yes")
        again = self.text("erase", "--contact", "101", "--yes")
        self.assertIn("No mailbox held the person", again)
        self.assertNotIn("@", again)

    def test_a_mailbox_that_fails_makes_the_receipt_incomplete(self):
        self.sync()
        self.control("POST", "faults", {"kind": "access_denied", "mailbox": BEN})
        receipt = self.data("erase", "--contact", "101", "--yes", code=1)
        self.assertFalse(receipt["complete"])
        self.assertEqual([(each["mailbox"], each["items"], each["fault"])
                          for each in receipt["mailboxes"]],
                         [("user 1", 1, None), ("user 2", 0, "ErrorAccessDenied"),
                          ("user 3", 1, None)])
        self.assertEqual(receipt["searched"], 2)
        self.control("DELETE", "faults")
        self.assertTrue(self.data("erase", "--contact", "101", "--yes")["complete"])
        self.assertNotIn("Vogt", str(self.control("GET", f"mailboxes/{BEN}")))

    def test_a_sync_after_an_incomplete_erasure_keeps_nothing(self):
        self.sync()
        self.control("POST", "faults", {"kind": "access_denied", "mailbox": ANNA})
        self.data("erase", "--contact", "101", "--yes", code=1)
        self.control("DELETE", "faults")
        self.edit(ANNA, 101, jobTitle="Inhaberin", personalNotes="Trinkt Tee")
        self.text("hq", "delete", "contact", "101")
        self.sync()
        self.assertNotIn("Vogt", str(self.control("GET", f"mailboxes/{ANNA}")))
        for word in ("Vogt", "Inhaberin", "Trinkt Tee"):
            self.assertFalse(self.state_holds(word), word)
        self.assertEqual(self.data("backup", "--user", ANNA), [])
        self.sync_is_silent()

    def test_a_contact_of_the_users_own_that_was_one_of_hq_is_not_proposed_again(self):
        self.setting("sync.only_my_contacts", "on")
        self.sync()
        made = self.add(ANNA, "mine", givenName="Nele", surname="Neumann", companyName="Westend KG")
        self.sync()
        [proposal] = self.data("proposals")
        accepted = self.text("proposals", "accept", str(proposal["id"]), "--company", "30")
        number = [word for word in accepted.split() if word.isdigit()][0]
        self.sync()  # Anna does not see contacts of this company: the item stays her own
        self.data("erase", "--contact", number, "--yes")
        self.text("hq", "delete", "contact", number)
        self.graph(ANNA, "PATCH", f"contacts/{made}", {"jobTitle": "Neu"})
        self.sync()
        self.assertEqual(self.data("proposals"), [])
        self.assertFalse(self.state_holds("Neumann"))
        [left] = self.data("proposals", "--all")
        self.assertEqual((left["state"], left["card"]), ("erased", {}))
        self.assertIn("erased", self.error("proposals", "accept", str(left["id"]),
                                           "--company", "30"))

    def test_what_was_put_back_is_erased_from_memory_too(self):
        self.sync()
        self.edit(ANNA, 101, personalNotes="Privat")
        self.sync()
        self.text("hq", "delete", "contact", "101")
        self.sync()
        self.text("restore", "--user", ANNA, "--before", str(self.data("backup")[0]["run"]), "--yes")
        self.sync()
        self.assertTrue(self.state_holds("Privat"))
        receipt = self.data("erase", "--contact", "101", "--yes")
        self.assertEqual(receipt["remembered"]["proposals"], 1)
        for word in ("Vogt", "Privat"):
            self.assertFalse(self.state_holds(word), word)

    def test_a_restoration_that_was_cut_off_is_erased_too(self):
        self.sync()
        self.text("hq", "delete", "contact", "101")
        self.sync()
        run = str(self.data("backup")[0]["run"])
        self.control("POST", "faults", {"kind": "status", "status": 503, "method": "DELETE",
                                        "scope": "batch_item", "count": 99})
        self.finish(self.start("restore", "--user", ANNA, "--before", run, "--yes"), code=1)
        self.control("DELETE", "faults")
        self.assertIn("Vogt", str(self.control("GET", f"mailboxes/{ANNA}")))
        self.text("erase", "--contact", "101", "--yes")
        self.assertNotIn("Vogt", str(self.control("GET", f"mailboxes/{ANNA}")))

    def test_a_number_that_nobody_knows_is_pointed_out(self):
        self.sync()
        out, err = self.finish(self.start("erase", "--contact", "4711", "--yes"))
        self.assertIn("Receipt", out)
        self.assertIn("was another one meant", err)

    def test_mailboxes_of_former_users_are_searched(self):
        self.sync()
        users = agency.USERS
        agency.USERS = users[:2]
        self.addCleanup(setattr, agency, "USERS", users)
        self.fill(CONTACTS)
        receipt = self.data("erase", "--contact", "101", "--yes")
        self.assertEqual([each["mailbox"] for each in receipt["mailboxes"]],
                         ["user 1", "user 2", "former 1"])


class OddValues(agency.Agency):
    """What no side can hold stops nothing else."""

    def test_a_birthday_that_is_none(self):
        self.fill([contact(101, 10, Birthdate="1990-02-30"), contact(102, 10)])
        self.sync()
        self.assertFalse(self.item(ANNA, 101)["birthday"])
        self.edit(ANNA, 101, birthday="1990-02-28T11:59:00Z")
        self.edit(ANNA, 102, jobTitle="Empfang")
        self.sync()
        self.assertEqual(self.hq(101)["Birthdate"][:10], "1990-02-28")
        self.assertEqual(self.hq(102)["Position"], "Empfang")
        self.sync_is_silent()

    def test_long_notes(self):
        long = "Zeile mit Umlauten äöü und mehr.\r\n" * 310
        self.fill([contact(101, 10, DefaultAddress=address(Description=long)), contact(102, 10)])
        self.setting("direction.notes", "two_way")
        self.sync()
        self.assertGreater(len(self.item(BEN, 101)["personalNotes"]), 10000)
        self.edit(ANNA, 102, personalNotes="Anders.\n" + long)
        self.edit(ANNA, 101, personalNotes="Kurz")
        self.sync()
        self.assertGreater(len(self.hq(102)["DefaultAddress"]["Description"]), 10000)
        self.assertEqual(self.hq(101)["DefaultAddress"]["Description"], "Kurz")
        self.assertTrue(self.item(BEN, 102)["personalNotes"].startswith("Anders."))
        self.sync_is_silent()

    def test_control_characters(self):
        self.fill([contact(101, 10, Position="Lei\u0007tung\u0000", Title="Dr.\tmed."),
                   contact(102, 10)])
        self.sync()
        self.assertNotIn("\u0007", self.item(ANNA, 101)["jobTitle"])
        self.edit(ANNA, 102, jobTitle="Emp\u0001fang\u001f", surname="Zwei\tWorte")
        self.sync()
        for text in (self.hq(102)["Position"], self.hq(102)["LastName"]):
            self.assertTrue(text.isprintable(), repr(text))
        self.sync()
        self.sync_is_silent()

    def test_an_address_in_the_wrong_form_is_refused_and_listed(self):
        self.sync()
        self.edit(ANNA, 101, emailAddresses=[{"address": "jana vogt ohne Klammeraffe"}],
                  jobTitle="Inhaberin")
        self.sync()
        self.assertEqual(self.hq(101)["DefaultAddress"]["Email"], "jana.vogt@nordlicht.example")
        self.assertEqual(self.hq(101)["Position"], "Inhaberin")
        [refused] = self.data("conflicts")
        self.assertEqual((refused["field"], refused["cause"], refused["winner"],
                          refused["exchange"]),
                         ("email1", "refused_by_hq", "hq", "jana vogt ohne Klammeraffe"))
        message = self.error("conflicts", "take", str(refused["id"]), "exchange")
        self.assertIn("HQ cannot hold this email1", message)
        self.assertNotIn("Klammeraffe", message)
        self.sync()
        self.assertEqual(self.item(ANNA, 101)["emailAddresses"][0]["address"],
                         "jana.vogt@nordlicht.example")
        self.sync_is_silent()

    def test_an_address_in_the_wrong_form_in_hq_stays_there(self):
        self.fill([contact(101, 10, DefaultAddress=address(Email="nachfragen")), contact(102, 10)])
        self.sync()
        self.sync_is_silent()
        self.edit(ANNA, 101, jobTitle="Empfang")
        self.sync()
        self.lose_state()
        self.sync()
        self.sync_is_silent()
        self.assertEqual(self.hq(101)["DefaultAddress"]["Email"], "nachfragen")
        self.assertEqual(len(self.item(ANNA, 101)["emailAddresses"]), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
