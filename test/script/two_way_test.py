#!/usr/bin/env python3
"""Edits that come back from Outlook: what goes to HQ, what is put back, what stays, who wins."""
import sys
import time
import unittest

import agency
from agency import ANNA, BEN, CORA, CONTACTS

PHOTO_FREE_FIELDS = {"homePhones": ["+49 30 5550100"], "personalNotes": "Trinkt Tee",
                     "categories": ["Freunde"], "spouseName": "Ulli"}


class Edits(agency.Agency):
    def test_an_edit_of_ones_own_contact_reaches_hq_and_the_others_in_the_same_sync(self):
        self.sync()
        self.edit(ANNA, 101, mobilePhone="0171 2222222", jobTitle="Geschäftsführung")
        self.assertEqual(self.sync()["pulled"], 1)
        self.assertEqual(self.hq(101)["Position"], "Geschäftsführung")
        self.assertEqual(self.hq(101)["PhoneMobile"].replace(" ", "").replace("+49", "0"),
                         "01712222222")
        for mailbox in (ANNA, BEN, CORA):
            item = self.item(mailbox, 101)
            self.assertEqual(item["jobTitle"], "Geschäftsführung")
            self.assertEqual(item["mobilePhone"].replace(" ", ""), "+491712222222")
        self.sync_is_silent()

    # Faults after an update was carried out, and how the program ends.
    lost_answers = (({"kind": "504_after_work", "scope": "batch_item", "count": 9}, 3),
                    ({"kind": "drop_after_work", "path": "$batch", "count": 9}, 1))

    def test_a_text_of_ours_whose_answer_was_lost_is_no_edit(self):
        self.sync()
        for fault, code in self.lost_answers:
            with self.subTest(fault["kind"]):
                self.hq_set(101, "PhoneMobile=0171 1234567")
                self.control("POST", "faults", {**fault, "mailbox": ANNA})
                self.finish(self.start("sync"), code)
                self.control("DELETE", "faults")
                self.hq_set(101, "PhoneMobile=")
                self.sync()
                self.sync()
                self.assertIn(self.hq(101)["PhoneMobile"], (None, ""))
                self.assertFalse(self.item(ANNA, 101).get("mobilePhone"))
                self.assertEqual(self.data("conflicts"), [])

    def test_an_edit_in_the_global_folder_is_put_back(self):
        self.sync()
        self.edit(BEN, 101, jobTitle="Geraten", mobilePhone="")
        self.assertEqual(self.sync()["pulled"], 0)
        self.assertEqual(self.hq(101)["Position"], "Leitung")
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Leitung")
        self.assertEqual(self.item(BEN, 101)["mobilePhone"].replace(" ", ""), "+491711111111")
        self.sync_is_silent()

    def test_what_hq_does_not_have_stays_as_the_user_made_it(self):
        self.sync()
        self.edit(ANNA, 101, **PHOTO_FREE_FIELDS)
        self.edit(BEN, 101, **PHOTO_FREE_FIELDS)
        self.assertEqual(self.sync()["pulled"], 0)
        self.hq_set(101, "DefaultAddress.Description=Aus HQ", "Position=Vorstand")
        self.assertEqual(self.sync()["updated"], 3)
        for mailbox in (ANNA, BEN):
            item = self.item(mailbox, 101)
            self.assertEqual(item["jobTitle"], "Vorstand")
            self.assertEqual(item["personalNotes"], "Trinkt Tee")
            self.assertEqual(item["homePhones"], ["+49 30 5550100"])
            self.assertIn("Freunde", item["categories"])
            self.assertEqual(item["spouseName"], "Ulli")
        self.assertEqual(self.item(CORA, 101)["personalNotes"].strip(), "Aus HQ")
        self.assertEqual(self.hq(101)["DefaultAddress"]["Description"], "Aus HQ")
        self.sync_is_silent()

    def test_a_placeholder_never_comes_back_and_a_real_address_does(self):
        self.sync()
        made_up = self.item(ANNA, 102)["emailAddresses"][0]["address"]
        self.assertIn("@nomail.de", made_up)
        self.edit(ANNA, 102, jobTitle="Empfang")
        self.sync()
        self.assertEqual(self.hq(102)["Position"], "Empfang")
        self.assertFalse((self.hq(102)["DefaultAddress"] or {}).get("Email"))
        self.edit(ANNA, 102, emailAddresses=[{"address": "anders@nomail.de"}])
        self.sync()
        self.assertFalse((self.hq(102)["DefaultAddress"] or {}).get("Email"))
        self.assertEqual(self.item(ANNA, 102)["emailAddresses"][0]["address"], made_up)
        self.edit(ANNA, 102, emailAddresses=[{"address": "kim@nordlicht.example"}])
        self.assertEqual(self.sync()["pulled"], 1)
        self.assertEqual(self.hq(102)["DefaultAddress"]["Email"], "kim@nordlicht.example")
        for mailbox in (ANNA, BEN):
            addresses = [each["address"] for each in self.item(mailbox, 102)["emailAddresses"]]
            self.assertEqual(addresses, ["kim@nordlicht.example"])
        self.sync_is_silent()

    def test_a_renamed_contact_is_renamed_everywhere(self):
        self.sync()
        self.edit(ANNA, 101, surname="Vogt-Lüders")
        self.sync()
        self.assertEqual(self.hq(101)["LastName"], "Vogt-Lüders")
        for mailbox in (ANNA, BEN):
            self.assertIn("Vogt-Lüders", self.item(mailbox, 101)["displayName"])
        self.sync_is_silent()

    def test_a_record_that_changes_in_hq_meanwhile_is_merged(self):
        self.sync()
        self.edit(ANNA, 101, jobTitle="Geschäftsführung")
        self.control("POST", "faults", {"kind": "latency", "milliseconds": 1500, "count": 1,
                                        "mailbox": ANNA})
        running = self.start("sync", "--json")
        deadline = time.monotonic() + 20
        while not self.control("GET", "faults")["faults"][0]["fired"]:
            self.assertLess(time.monotonic(), deadline)
        self.hq_set(101, "PhoneMobile=0171 3333333", "Title=Dr.")
        self.finish(running)
        self.assertEqual(self.hq(101)["Position"], "Geschäftsführung")
        self.assertEqual(self.hq(101)["PhoneMobile"], "0171 3333333")
        for mailbox in (ANNA, BEN):
            item = self.item(mailbox, 101)
            self.assertEqual((item["jobTitle"], item["title"]), ("Geschäftsführung", "Dr."))
        self.sync_is_silent()

    def test_directions_of_folders_and_fields_can_be_set(self):
        self.setting("direction.global", "two_way")
        self.setting("direction.position", "hq_to_exchange")
        self.sync()
        self.edit(BEN, 101, jobTitle="Geraten", title="Prof.")
        self.assertEqual(self.sync()["pulled"], 1)
        self.assertEqual((self.hq(101)["Position"], self.hq(101)["Title"]), ("Leitung", "Prof."))
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Leitung")
        self.setting("direction.mine", "hq_to_exchange")
        self.edit(ANNA, 101, title="Mag.")
        self.assertEqual(self.sync()["pulled"], 0)
        self.assertEqual(self.item(ANNA, 101)["title"], "Prof.")

    def test_another_program_that_writes_for_ever_is_left_in_peace(self):
        self.setting("loop.max_writes", "2")
        self.sync()
        for _ in range(2):
            self.edit(BEN, 101, jobTitle="Von einem Programm")
            self.sync()
            self.assertEqual(self.item(BEN, 101)["jobTitle"], "Leitung")
        self.edit(BEN, 101, jobTitle="Von einem Programm")
        report = self.data("sync", code=3)
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Von einem Programm")
        errors = [error for box in report["mailboxes"] for error in box["item_errors"]]
        self.assertEqual([(error["contact"], error["code"]) for error in errors], [(101, "loop")])
        self.assertIn("another program", self.text("status"))
        kinds = [each["kind"] for box in self.data("verify", code=3)["mailboxes"]
                 for each in box["drift"]]
        self.assertEqual(kinds, ["contested"])
        self.hq_set(103, "Position=Vertrieb")
        self.assertEqual(self.sync(code=3)["updated"], 3)

    def test_saves_without_a_difference_are_counted_as_well(self):
        self.setting("loop.max_writes", "2")
        self.sync()
        for _ in range(2):
            self.edit(ANNA, 101, jobTitle="Leitung")
            self.sync()
        self.hq_set(101, "Position=Vorstand")
        self.sync(code=3)
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Leitung")
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Vorstand")


class Conflicts(agency.Agency):
    def edit_both_sides(self, updated_on="2020-01-01T00:00:00"):
        """HQ says Vorstand (saved at that time), Anna says Inhaberin."""
        self.sync()
        self.fill([{**each, "Position": "Vorstand", "UpdatedOn": updated_on}
                   if each["Id"] == 101 else each for each in CONTACTS])
        self.edit(ANNA, 101, jobTitle="Inhaberin")
        self.assertEqual(self.sync()["conflicts"], 1)

    def check(self, value, winner):
        self.assertEqual(self.hq(101)["Position"], value)
        for mailbox in (ANNA, BEN):
            self.assertEqual(self.item(mailbox, 101)["jobTitle"], value)
        conflicts = self.data("conflicts")
        self.assertEqual(
            [(each["mailbox"], each["contact"], each["field"], each["hq"], each["exchange"],
              each["winner"], each["cause"]) for each in conflicts],
            [(ANNA, 101, "position", "Vorstand", "Inhaberin", winner, "both_edited")])
        self.sync_is_silent()
        self.assertEqual(len(self.data("conflicts")), 1)
        return str(conflicts[0]["id"])

    def test_hq_wins_and_the_mailbox_is_taken_afterwards(self):
        self.edit_both_sides()
        number = self.check("Vorstand", "hq")
        self.assertIn("has this position of contact 101 already",
                      self.text("conflicts", "take", number, "hq"))
        self.assertIn("next sync", self.text("conflicts", "take", number, "exchange"))
        self.assertEqual(self.hq(101)["Position"], "Inhaberin")
        self.assertEqual(self.data("conflicts")[0]["taken"], "exchange")
        self.sync()
        self.check("Inhaberin", "hq")
        self.assertIn("Inhaberin", self.text("conflicts"))

    def test_an_edit_lost_to_a_rule_is_listed_and_taking_hq_changes_nothing(self):
        self.setting("sync.only_my_contacts", "on")
        self.sync()
        self.edit(ANNA, 101, jobTitle="Inhaberin", personalNotes="Privat")
        self.text("hq", "set", "company", "10", "ResponsibleUsers-=1")
        self.setting("guard.max_delete_percent", "10")
        self.sync(code=4)
        self.assertEqual(self.data("conflicts"), [])  # held: nothing is decided yet
        self.setting("guard.max_delete_percent", "100")
        self.sync()
        [lost] = self.data("conflicts")
        self.assertEqual((lost["field"], lost["hq"], lost["exchange"], lost["cause"]),
                         ("position", "Leitung", "Inhaberin", "left_mailbox"))
        self.text("conflicts", "take", str(lost["id"]), "hq")
        self.assertEqual(self.hq(101)["Position"], "Leitung")
        self.text("conflicts", "take", str(lost["id"]), "exchange")
        self.assertEqual(self.hq(101)["Position"], "Inhaberin")

    def test_the_mailbox_wins_and_hq_is_taken_afterwards(self):
        self.setting("conflict.default", "exchange")
        self.edit_both_sides()
        number = self.check("Inhaberin", "exchange")
        self.text("conflicts", "take", number, "hq")
        self.sync()
        self.check("Vorstand", "exchange")

    def test_the_newest_wins(self):
        self.setting("conflict.default", "newest")
        self.edit_both_sides(updated_on="2020-01-01T00:00:00")
        self.check("Inhaberin", "exchange")

    def test_the_newest_may_be_hq(self):
        self.setting("conflict.default", "newest")
        self.edit_both_sides(updated_on="2120-01-01T00:00:00")
        self.check("Vorstand", "hq")

    def test_a_policy_of_one_field(self):
        self.setting("conflict.position", "exchange")
        self.edit_both_sides()
        self.check("Inhaberin", "exchange")

    def test_equal_edits_are_no_conflict(self):
        self.sync()
        self.hq_set(101, "Position=Inhaberin")
        self.edit(ANNA, 101, jobTitle=" Inhaberin ")
        self.assertEqual(self.sync()["conflicts"], 0)
        self.assertEqual(self.data("conflicts"), [])

    def test_what_was_typed_into_a_contact_that_hq_deleted_is_listed(self):
        self.sync()
        self.edit(ANNA, 101, jobTitle="Inhaberin")
        self.text("hq", "delete", "contact", "101")
        self.sync()
        self.assertNotIn(("mine", 101), self.held(ANNA))
        found = self.data("conflicts")
        self.assertEqual([(each["exchange"], each["cause"]) for each in found],
                         [("Inhaberin", "deleted_in_hq")])
        self.assertIn("not in HQ any more",
                      self.error("conflicts", "take", str(found[0]["id"]), "exchange"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
