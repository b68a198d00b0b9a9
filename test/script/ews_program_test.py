#!/usr/bin/env python3
"""The whole program on Exchange Server: both directions through EWS, and from one api to the other."""
import sys
import unittest

import agency
import two_way_test
import users_contacts_test
from agency import ANNA, BEN, CORA, OnPremises


# Everything that holds through Graph holds through EWS.
class EwsEdits(OnPremises, two_way_test.Edits):
    lost_answers = (({"kind": "504_after_work", "contains": "UpdateItem", "count": 9}, 3),
                    ({"kind": "drop_after_work", "contains": "UpdateItem", "count": 9}, 3))


def on_premises(module, done=("Edits",)):
    """Every other class of tests of that module, on Exchange Server."""
    for name, tests in vars(module).items():
        if isinstance(tests, type) and issubclass(tests, agency.Agency) and name not in done \
                and tests is not agency.Agency:
            yield f"Ews{name}", type(f"Ews{name}", (OnPremises, tests), {})


globals().update(on_premises(two_way_test))
globals().update(on_premises(users_contacts_test, ()))


class AnotherApi(agency.Agency):
    def test_what_graph_synchronised_goes_on_through_ews_and_back(self):
        self.sync()
        before = {mailbox: self.held(mailbox) for mailbox in (ANNA, BEN, CORA)}
        self.edit(ANNA, 101, jobTitle="Geschäftsführung")
        self.hq_set(102, "Position=Lager")
        for api, position in (("ews", "Geschäftsführung"), ("graph", "Vorstand")):
            with self.subTest(api):
                self.configure(api)
                self.assertEqual(self.sync()["created"], 0)
                self.assertEqual(self.hq(101)["Position"], position)
                self.assertEqual(self.item(BEN, 101)["jobTitle"], position)
                self.assertEqual(self.item(BEN, 102)["jobTitle"], "Lager")
                self.assertEqual({mailbox: self.held(mailbox) for mailbox in (ANNA, BEN, CORA)},
                                 before)
                self.sync_is_silent()
            self.edit(ANNA, 101, jobTitle="Vorstand")

    def test_a_pass_cut_off_on_the_other_api_doubles_and_loses_nothing(self):
        for here, there in (("ews", "graph"), ("graph", "ews")):
            with self.subTest(here):
                self.configure(here)
                self.sync()
                before = {mailbox: self.held(mailbox) for mailbox in (ANNA, BEN, CORA)}
                self.hq_set(102, f"Position={here}")
                self.control("POST", "faults", {"kind": "quota", "mailbox": BEN,
                                                "scope": "batch_item"})
                self.configure(there)
                self.finish(self.start("sync"), 1)
                self.control("DELETE", "faults")
                self.configure(here)
                self.sync()
                self.assertEqual(self.item(BEN, 102)["jobTitle"], here)
                self.assertEqual({mailbox: self.held(mailbox) for mailbox in (ANNA, BEN, CORA)},
                                 before)
                self.sync_is_silent()

    def test_birthdays_survive_the_change(self):
        self.configure("ews")
        self.sync()
        for api, date in (("ews", "1980-06-02"), ("graph", "1980-07-03"), ("ews", "1980-07-04")):
            self.configure(api)
            self.hq_set(101, f"Birthdate={date}")
            self.assertEqual(self.sync()["pulled"], 0)
            self.assertEqual(self.hq(101)["Birthdate"][:10], date)
            self.assertEqual(self.item(BEN, 101)["birthday"][:10], date)
            self.sync_is_silent()

    def test_a_backup_is_not_put_back_by_ids_of_the_other_api(self):
        self.sync()
        self.hq_set(101, "Position=Vorstand")
        self.sync()
        self.configure("ews")
        self.assertIn("restore.other_server",
                      self.error("restore", "--user", ANNA, "--before", "2", "--yes"))
        self.assertEqual(len(self.held(ANNA)), 4)


class Folders(OnPremises, agency.Agency):
    def test_verify_sees_a_folder_that_went_to_deleted_items_with_its_parent(self):
        self.sync()
        mine, old = (self.ews(
            ANNA, '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>'
            "</m:FolderShape><m:Restriction><t:IsEqualTo><t:FieldURI "
            'FieldURI="folder:DisplayName"/><t:FieldURIOrConstant><t:Constant '
            f'Value="{name}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
            '<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds>'
            "</m:FindFolder>") if name != "Alt" else self.ews(
            ANNA, '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="contacts"/>'
            "</m:ParentFolderId><m:Folders><t:ContactsFolder><t:DisplayName>Alt</t:DisplayName>"
            "</t:ContactsFolder></m:Folders></m:CreateFolder>")
            for name in ("HQ Meine Kontakte", "Alt"))
        self.ews(ANNA, f'<m:MoveFolder><m:ToFolderId><t:FolderId Id="{old}"/></m:ToFolderId>'
                       f'<m:FolderIds><t:FolderId Id="{mine}"/></m:FolderIds></m:MoveFolder>')
        self.sync()
        self.ews(ANNA, '<m:DeleteFolder DeleteType="MoveToDeletedItems"><m:FolderIds>'
                       f'<t:FolderId Id="{old}"/></m:FolderIds></m:DeleteFolder>')
        self.finish(self.start("verify"), 3)


class FullMailbox(OnPremises, agency.Agency):
    def test_removals_reach_it_behind_more_than_one_batch_of_creates(self):
        self.sync()
        more = [agency.contact(number, 10) for number in range(1000, 1120)]
        self.fill([each for each in agency.CONTACTS if each["Id"] != 301] + more)
        self.control("POST", "faults", {"kind": "quota", "mailbox": ANNA, "contains": "GivenName"})
        self.finish(self.start("sync"), 1)
        self.assertNotIn(("global", 301), self.held(ANNA))


class RefusedLogin(OnPremises, agency.Agency):
    def bad_logins(self):
        return self.control("GET", "counters")["bad_logins"]

    def test_it_is_tried_twice_and_not_again_before_the_password_was_changed(self):
        self.write("password", "falsch\n")
        for _ in range(3):
            self.assertIn("login.refused", "".join(self.finish(self.start("sync"), 1)))
            self.assertEqual(self.bad_logins(), 2)
        self.write("password", "geheim-1\n")
        self.sync()
        self.write("password", "falsch\n")
        self.assertIn("refused this login", "".join(self.finish(self.start("sync"), 1)))
        self.assertEqual(self.bad_logins(), 2)


class Aliases(OnPremises, agency.Agency):
    def alias(self, address, mailbox):
        self.control("POST", "people", {"alias": address, "primary": mailbox})

    def test_an_alias_of_ones_own_mailbox_is_synchronised(self):
        self.alias(ANNA, "anna.abel@agentur.example")
        self.sync()
        self.assertEqual(len(self.held("anna.abel@agentur.example")), 4)
        self.sync_is_silent()

    def test_an_alias_of_another_users_mailbox_writes_nothing_there(self):
        self.alias(BEN, ANNA)
        report = self.data("sync", code=1)
        faults = {each["mailbox"]: (each.get("fault") or {}).get("code") for each in
                  report["mailboxes"]}
        self.assertEqual(faults[BEN], "hq.shared_address")
        self.assertIsNone(faults[ANNA])
        self.assertEqual([role for role, mark in self.held(ANNA) if mark in (101, 102, 103)],
                         ["mine"] * 3)

    def test_of_two_aliases_of_one_mailbox_the_first_stays_the_one(self):
        for address in (ANNA, BEN):
            self.alias(address, "team@agentur.example")
        first = self.data("sync", code=1)["mailboxes"]
        refused = {each["mailbox"] for each in first if each.get("fault")}
        self.assertEqual(len(refused), 1, first)
        before = self.held("team@agentur.example")
        self.data("sync", "--user", *refused, code=1)
        self.assertEqual(self.held("team@agentur.example"), before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
