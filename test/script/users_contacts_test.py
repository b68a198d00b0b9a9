#!/usr/bin/env python3
"""What users delete, add and copy: restored or remembered, proposed or taken over, never doubled."""
import os
import sqlite3
import sys
import unittest

import agency
from agency import ANNA, BEN, CONTACTS, MARK, contact

NEW = {"givenName": "Nele", "surname": "Neumann", "companyName": "Nordlicht GmbH",
       "emailAddresses": [{"address": "nele@nordlicht.example"}], "mobilePhone": "0171 4444444"}


class Deletions(agency.Agency):
    def test_a_deleted_folder_comes_back_and_nothing_is_written_into_the_old_one(self):
        self.sync()
        held = self.held(ANNA)
        old = self.folder_id(ANNA, "mine")
        self.graph(ANNA, "DELETE", f"contactFolders/{old}")
        self.hq_set(101, "Position=Neu")
        self.sync()
        self.sync()
        self.assertNotEqual(self.folder_id(ANNA, "mine"), old)
        self.assertEqual(self.held(ANNA), held)
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Neu")
        self.sync_is_silent()

    def test_a_deleted_contact_comes_back(self):
        self.sync()
        self.remove(ANNA, 101)
        self.remove(BEN, 301)
        self.assertEqual(self.sync()["created"], 2)
        self.assertEqual(self.held(ANNA)[-3:], [("mine", 101), ("mine", 102), ("mine", 103)])
        self.assertTrue(self.hq(101))
        self.sync_is_silent()

    def test_a_deleted_contact_stays_away_until_it_is_brought_back(self):
        self.setting("user_delete", "remember")
        self.sync()
        self.remove(ANNA, 101)
        self.assertEqual(self.sync()["created"], 0)
        self.sync_is_silent()
        self.hq_set(101, "Position=Vorstand")
        self.sync()
        self.assertNotIn(("mine", 101), self.held(ANNA))
        self.assertEqual(self.item(BEN, 101)["jobTitle"], "Vorstand")
        away = [{"mailbox": ANNA, "contact": 101, "folder": "mine"}]
        self.assertEqual(self.data("bring-back", "--list"), away)
        self.assertEqual(self.data("status")["kept_away"], away)
        self.assertIn("1 contacts that the user deleted", self.text("status"))
        self.assertIn("stays away from him",
                      self.text("explain", "--user", ANNA, "--contact", "101"))
        self.assertEqual(self.data("verify")["mailboxes"][0]["drift"], [])
        self.text("bring-back", "--user", ANNA, "--contact", "101")
        self.assertEqual(self.sync()["created"], 1)
        self.assertEqual(self.item(ANNA, 101)["jobTitle"], "Vorstand")
        self.assertIn("not kept away",
                      self.error("bring-back", "--user", ANNA, "--contact", "101"))
        self.assertEqual(self.data("bring-back", "--list"), [])

    def test_a_contact_that_changes_its_folder_is_there_again(self):
        self.setting("user_delete", "remember")
        self.sync()
        self.remove(BEN, 101)
        self.sync()
        self.assertNotIn(("global", 101), self.held(BEN))
        self.text("hq", "set", "company", "10", "ResponsibleUsers+=2")
        self.sync()
        self.assertIn(("mine", 101), self.held(BEN))


class Creations(agency.Agency):
    def test_a_new_contact_is_proposed_and_accepted(self):
        self.sync()
        made = self.add(ANNA, "mine", **NEW)
        self.add(ANNA, "global", givenName="Nur", surname="Daneben")
        self.sync()
        [proposal] = self.data("proposals")
        self.assertEqual((proposal["mailbox"], proposal["state"], proposal["contact"]),
                         (ANNA, "open", None))
        self.assertEqual(proposal["card"]["surname"], "Neumann")
        self.assertEqual(self.data("status")["open_proposals"], 1)
        self.assertIn("Nele Neumann", self.text("proposals"))
        number = str(proposal["id"])
        self.assertIn("no company 99",
                      self.error("proposals", "accept", number, "--company", "99"))
        accepted = self.text("proposals", "accept", number, "--company", "10")
        again = self.text("proposals", "accept", number, "--company", "10")
        self.assertIn("was accepted before", again)
        found = [word for word in accepted.split() if word.isdigit()][0]
        self.assertEqual(self.hq(found)["FirstName"], "Nele")
        self.assertEqual(self.sync()["created"], 2)
        mark, item = self.shown(ANNA, made)
        self.assertEqual((mark, item["surname"]), (int(found), "Neumann"))
        self.assertEqual(self.item(BEN, int(found))["emailAddresses"][0]["address"],
                         "nele@nordlicht.example")
        self.assertEqual(self.data("proposals", "--all"), [])
        self.sync_is_silent()

    def test_an_acceptance_that_was_cut_off_makes_nobody_twice(self):
        self.sync()
        self.add(ANNA, "mine", **NEW)
        self.sync()
        number = str(self.data("proposals")[0]["id"])
        self.text("proposals", "accept", number, "--company", "10")
        # As if the process had ended between the answer of HQ and its note.
        with sqlite3.connect(os.path.join(self.folder, "state.db")) as database:
            database.execute("UPDATE proposal SET state = 'accepting', contact = NULL")
        database.close()
        self.assertEqual([each["state"] for each in self.data("proposals")], ["accepting"])
        self.assertIn("was cut off", self.error("proposals", "dismiss", number))
        self.text("proposals", "accept", number, "--company", "10")
        self.assertEqual(self.data("hq", "counts")["contacts"], len(CONTACTS) + 1)
        self.sync()
        self.assertEqual(len(self.held(ANNA)), 5)

    def test_a_dismissed_contact_stays_the_users_own(self):
        self.sync()
        made = self.add(ANNA, "mine", **NEW)
        self.sync()
        number = str(self.data("proposals")[0]["id"])
        self.text("proposals", "dismiss", number)
        self.assertIn("was dismissed before", self.text("proposals", "dismiss", number))
        self.graph(ANNA, "PATCH", f"contacts/{made}", {"jobTitle": "Neu"})
        self.sync()
        self.assertEqual(self.data("proposals"), [])
        self.assertEqual([each["state"] for each in self.data("proposals", "--all")],
                         ["dismissed"])
        self.assertEqual(self.shown(ANNA, made)[0], None)

    def test_private_notes_stay_with_their_user(self):
        self.sync()
        self.add(ANNA, "mine", personalNotes="Privat", **NEW)
        self.sync()
        number = str(self.data("proposals")[0]["id"])
        self.text("proposals", "accept", number, "--company", "10")
        self.setting("user_create", "create")
        self.add(ANNA, "mine", personalNotes="Geheim", givenName="Till", surname="Neu",
                 companyName="Nordlicht GmbH")
        self.sync()
        self.sync()
        self.assertEqual(self.data("hq", "counts")["contacts"], len(CONTACTS) + 2)
        self.text("hq", "export", "out")
        with open(os.path.join(self.folder, "out", "ContactPersons.json"), encoding="utf-8") as file:
            exported = file.read()
        for word in ("Privat", "Geheim"):
            self.assertNotIn(word, exported)
            self.assertNotIn(word, str(self.items(BEN)))
            self.assertIn(word, str(self.items(ANNA)))
        self.sync_is_silent()

    def test_an_accepted_contact_that_its_user_may_not_see_is_not_proposed_again(self):
        self.setting("user_create", "create")
        self.setting("sync.only_my_contacts", "on")
        self.sync()
        made = self.add(ANNA, "mine", givenName="Nele", surname="Neumann", companyName="Westend KG")
        self.sync()
        count = self.data("hq", "counts")["contacts"]
        self.assertEqual(count, len(CONTACTS) + 1)
        self.graph(ANNA, "PATCH", f"contacts/{made}",
                   {"surname": "Neumann-Alt", "spouseName": "Till"})
        self.sync()
        self.assertEqual(self.data("hq", "counts")["contacts"], count)
        self.assertEqual(self.data("proposals"), [])
        self.sync_is_silent()
        [decided] = self.data("proposals", "--all")
        self.assertIn(f"it is contact {decided['contact']}", self.error(
            "proposals", "accept", str(decided["id"]), "--company", "30"))
        self.setting("sync.only_my_contacts", "off")
        self.sync()
        self.assertEqual(self.item(ANNA, decided["contact"])["spouseName"], "Till")
        self.assertEqual([each["givenName"] for _, _, each in self.items(ANNA)].count("Nele"), 1)
        self.sync_is_silent()

    def test_a_link_to_a_contact_that_hq_deleted_is_given_up(self):
        self.sync()
        self.add(ANNA, "mine", **NEW)
        self.sync()
        number = str(self.data("proposals")[0]["id"])
        self.text("proposals", "link", number, "--contact", "102")
        self.text("hq", "delete", "contact", "102")
        self.sync()
        self.assertEqual(self.data("proposals", "--all")[0]["state"], "dismissed")
        self.text("proposals", "accept", number, "--company", "10")
        self.sync()
        self.sync_is_silent()

    def test_a_new_contact_of_a_known_company_is_made_at_once(self):
        self.setting("user_create", "create")
        self.sync()
        made = self.add(ANNA, "mine", **NEW)
        unclear = self.add(ANNA, "mine", **{**NEW, "surname": "Unklar", "companyName": "Wer AG",
                                            "emailAddresses": []})
        self.sync()
        mark, _ = self.shown(ANNA, made)
        self.assertEqual(self.hq(mark)["LastName"], "Neumann")
        self.assertEqual(self.hq(mark)["CompanyId"], 10)
        self.assertIn(("global", mark), self.held(BEN))
        self.assertEqual(self.shown(ANNA, unclear)[0], None)
        self.assertEqual([each["card"]["surname"] for each in self.data("proposals")], ["Unklar"])
        self.sync_is_silent()

    def test_a_new_contact_is_ignored(self):
        self.setting("user_create", "ignore")
        self.sync()
        made = self.add(ANNA, "mine", **NEW)
        self.sync()
        self.assertEqual(self.data("proposals", "--all"), [])
        self.assertEqual(self.shown(ANNA, made)[0], None)

    def test_a_proposal_ends_with_its_item(self):
        self.sync()
        made = self.add(ANNA, "mine", **NEW)
        self.sync()
        self.graph(ANNA, "DELETE", f"contacts/{made}")
        self.sync()
        self.assertEqual(self.data("proposals", "--all"), [])

    def test_a_copy_loses_its_mark_and_is_the_users_own(self):
        self.sync()
        ours = self.item(ANNA, 101)["id"]
        copies = [self.add(ANNA, role, givenName="Jana", surname="Vogt", jobTitle=title,
                           companyName="Nordlicht GmbH", singleValueExtendedProperties=[
                               {"id": MARK, "value": "hq:101"}])
                  for role, title in (("mine", "Leitung"), ("mine", "Leitung privat"),
                                      ("global", "Leitung"))]
        self.sync()
        self.assertEqual(self.item(ANNA, 101)["id"], ours)
        for copy in copies:
            mark, item = self.shown(ANNA, copy)
            self.assertEqual((mark, item["surname"]), (None, "Vogt"))
        self.sync_is_silent()


class Adoption(agency.Agency):
    JANA = {"givenName": "Jana", "surname": "Vogt", "homePhones": ["+49 30 5550100"],
            "emailAddresses": [{"address": "Jana.Vogt@nordlicht.example"}]}

    def test_an_unmarked_contact_is_left_alone_by_default(self):
        made = self.add(ANNA, "mine", **self.JANA)
        self.sync()
        self.assertEqual(self.shown(ANNA, made)[0], None)
        self.item(ANNA, 101)

    def test_an_unmarked_contact_that_is_nobody_else_is_linked(self):
        self.setting("adopt.unmarked", "on")
        made = self.add(ANNA, "mine", **self.JANA)
        self.assertEqual(self.sync()["adopted"], 1)
        item = self.item(ANNA, 101)
        self.assertEqual((item["id"], item["homePhones"]), (made, ["+49 30 5550100"]))
        self.assertEqual(item["jobTitle"], "Leitung")
        self.sync_is_silent()

    def test_the_plan_shows_a_link(self):
        self.sync()
        self.remove(ANNA, 101)
        made = self.add(ANNA, "mine", **self.JANA)
        self.lose_state()
        self.setting("adopt.unmarked", "on")
        planned = self.data("plan", "--user", ANNA)["mailboxes"][0]["operations"]
        links = [each for each in planned if each["operation"] == "link"]
        self.assertEqual([(each["contact"], each["folder"]) for each in links], [(101, "mine")])
        self.assertTrue(self.names(links[0]["item"], made))
        self.assertIn("position", links[0]["fields"])
        self.assertEqual(self.sync()["adopted"], 12)
        self.assertEqual(self.shown(ANNA, made)[0], 101)

    def test_one_that_lies_in_the_wrong_folder_is_linked_and_moved(self):
        self.setting("adopt.unmarked", "on")
        self.add(ANNA, "global", **self.JANA)
        self.sync()
        self.sync()
        self.assertIn(("mine", 101), self.held(ANNA))
        self.assertEqual(self.item(ANNA, 101)["homePhones"], ["+49 30 5550100"])
        self.assertEqual(len(self.items(ANNA)), 4)

    def test_what_is_not_clear_is_listed_and_not_guessed(self):
        self.setting("adopt.unmarked", "on")
        self.fill(CONTACTS + [contact(104, 10, FirstName="Jana", LastName="Vogt", DefaultAddress={
            "Email": "jana.vogt@nordlicht.example"})])
        made = self.add(ANNA, "mine", **self.JANA)
        self.sync()
        self.assertEqual(self.shown(ANNA, made)[0], None)
        self.assertEqual([each["candidates"] for each in self.data("proposals")], [[101, 104]])
        self.assertIn("101,104", self.text("proposals"))
        number = str(self.data("proposals")[0]["id"])
        self.assertIn("may be contact 101,104",
                      self.error("proposals", "accept", number, "--company", "10"))
        self.assertIn("not in the mailbox",
                      self.error("proposals", "link", number, "--contact", "201"))
        self.graph(ANNA, "PATCH", f"contacts/{made}", {"personalNotes": "Meine Notiz"})
        self.edit(ANNA, 104, jobTitle="Zuletzt getippt")
        self.text("proposals", "link", number, "--contact", "104")
        self.assertIn("before", self.text("proposals", "link", number, "--contact", "104"))
        self.assertIn("it is contact 104", self.error("proposals", "link", number,
                                                      "--contact", "101"))
        self.sync()
        item = self.item(ANNA, 104)
        self.assertEqual((item["id"], item["personalNotes"]), (made, "Meine Notiz"))
        self.item(ANNA, 101)
        self.assertIn("Zuletzt getippt", str(self.control("GET", f"mailboxes/{ANNA}")))
        self.assertEqual(self.data("proposals", "--all"), [])
        self.sync_is_silent()

    def test_somebody_else_of_the_same_name_is_accepted(self):
        self.setting("adopt.unmarked", "on")
        self.fill(CONTACTS + [contact(104, 10, FirstName="Jana", LastName="Vogt", DefaultAddress={
            "Email": "jana.vogt@nordlicht.example"})])
        made = self.add(ANNA, "mine", **self.JANA)
        self.sync()
        number = str(self.data("proposals")[0]["id"])
        self.text("proposals", "accept", number, "--company", "10", "--another")
        self.sync()
        self.assertNotIn(self.shown(ANNA, made)[0], (None, 101, 104))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
