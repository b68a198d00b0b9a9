#!/usr/bin/env python3
"""What hqsync wrote through EWS, read by Debian's exchangelib: each mailbox holds exactly the
plan, in every field. Arguments: program, reference folder, source folder."""
import json
import os

import exchangelib_case as case  # before exchangelib: it finds the Python that has it
import agency

from exchangelib import EWSDate
from exchangelib.items import Contact

ROLES = {"HQ Meine Kontakte": "mine", "HQ Globale Kontakte": "global"}
SUBSYSTEMS = [{"Id": 1, "Name": "Hauptsystem", "IsMaster": True}, {"Id": 2, "Name": "Bär & Söhne"}]
COMPANIES = [
    {"Id": 10, "Name": "Nordlicht GmbH & Co. KG", "ResponsibleUsers": [{"Id": 1}],
     "CompanyTypes": [], "Subsystems": [{"Id": 2}, {"Id": 1}]},
    {"Id": 20, "Name": "Westend <KG>", "ResponsibleUsers": [{"Id": 2}], "CompanyTypes": []},
    {"Id": 30, "Name": "Südwind AG", "ResponsibleUsers": [], "CompanyTypes": []},
]
CATEGORIES = {10: ["Bär & Söhne", "Hauptsystem"]}
FULL = {
    "Id": 101, "FirstName": "Jörg Ärmel", "LastName": "O'Neill & Weiß-Łódź", "Title": "Dr.",
    "Position": "Leitung <Einkauf>", "CompanyId": 10, "PhoneLandline": "030/1234567",
    "PhoneMobile": "0171 1111111", "Birthdate": "1980-02-29",
    "DefaultAddress": {"Id": 1, "Street": "Gänsemarkt", "HouseNumber": "1 a",
                       "AddressLine2": "Hinterhaus", "ZipCode": "20457", "City": "Hamburg",
                       "Country": "AT", "Fax": "030/1234568", "Email": "joerg@nordlicht.example",
                       "Website": "https://nordlicht.example/?a=1&b=2",
                       "Description": "Erste Zeile\nZweite <b>Zeile</b> & Schluss"},
    "Addresses": [{"Id": 2, "Email": "zwei@nordlicht.example"},
                  {"Id": 3, "Email": "drei@nordlicht.example"}],
    "UpdatedOn": "2026-01-05T08:00:00"}
FULL_CARD = {
    "given_name": "Jörg Ärmel", "surname": "O'Neill & Weiß-Łódź",
    "display_name": "Jörg Ärmel O'Neill & Weiß-Łódź", "subject": "Jörg Ärmel O'Neill & Weiß-Łódź",
    "file_as": "O'Neill & Weiß-Łódź, Jörg Ärmel", "title": "Dr.", "job_title": "Leitung <Einkauf>",
    "company_name": "Nordlicht GmbH & Co. KG", "business_homepage":
    "https://nordlicht.example/?a=1&b=2", "birthday": EWSDate(1980, 2, 29),
    "body": "Erste Zeile\nZweite <b>Zeile</b> & Schluss", "categories": CATEGORIES[10],
    "phones": {"BusinessPhone": "+49 30 1234567", "MobilePhone": "+49 171 1111111",
               "BusinessFax": "+49 30 1234568"},
    "mails": {"EmailAddress1": "joerg@nordlicht.example",
              "EmailAddress2": "zwei@nordlicht.example",
              "EmailAddress3": "drei@nordlicht.example"},
    "addresses": {"Business": ("Gänsemarkt 1 a\nHinterhaus", "Hamburg", None, "20457",
                               "Österreich")}}
OTHERWISE_NAMED = {"email_addresses", "physical_addresses", "phone_numbers", "file_as_mapping",
                   "postal_address_index"}
# Never written by hqsync.
EMPTY = [field.name for field in Contact.FIELDS
         if str(getattr(field, "field_uri", "")).startswith("contacts:")
         and not field.is_read_only and field.name not in OTHERWISE_NAMED | set(FULL_CARD)]


def plain(number):
    """A contact with the fields that most have, and its card."""
    company = COMPANIES[number % 3]
    record = {"Id": number, "FirstName": "Kim", "LastName": f"Nummer{number}",
              "CompanyId": company["Id"], "Position": f"Stelle {number}",
              "DefaultAddress": {"Id": number, "Street": "Hafenweg", "HouseNumber": str(number),
                                 "ZipCode": "20457", "City": "Hamburg", "Country": "DE",
                                 "Email": f"kim.{number}@x.example"},
              "UpdatedOn": "2026-01-05T08:00:00"}
    name = f"Kim Nummer{number}"
    return record, {
        "given_name": "Kim", "surname": f"Nummer{number}", "display_name": name, "subject": name,
        "file_as": f"Nummer{number}, Kim", "title": None, "job_title": f"Stelle {number}",
        "company_name": company["Name"], "business_homepage": None, "birthday": None,
        "body": None, "categories": CATEGORIES.get(company["Id"]), "phones": {},
        "mails": {"EmailAddress1": f"kim.{number}@x.example"},
        "addresses": {"Business": (f"Hafenweg {number}", "Hamburg", None, "20457",
                                   "Deutschland")}}


PLAIN = {number: plain(number) for number in range(201, 331)}


def entries(listed, value):
    return {each.label: value(each) for each in listed or ()}


def seen(item):
    """A contact as exchangelib shows it, in the words of the cards above."""
    card = {name: getattr(item, name) for name in FULL_CARD
            if name not in ("phones", "mails", "addresses")}
    card["body"] = str(item.body).replace("\r\n", "\n") if item.body else None
    card["categories"] = sorted(item.categories) if item.categories else None
    card["phones"] = entries(item.phone_numbers, lambda each: each.phone_number)
    card["mails"] = entries(item.email_addresses, lambda each: each.email)
    card["addresses"] = entries(item.physical_addresses, lambda each: (
        each.street, each.city, each.state, each.zipcode, each.country))
    return card


class Plan(agency.OnPremises, agency.Agency):
    simulator_options = ("--record", "record")

    def setUp(self):
        super().setUp()
        self.cards = {101: dict(FULL_CARD)} | {
            number: dict(card) for number, (_, card) in PLAIN.items()}

    def fill(self, _):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        people = [FULL, *(record for record, _ in PLAIN.values())]
        for name, records in {"Users": agency.USERS, "ContactPersons": people, "Projects": [],
                              "Subsystem": SUBSYSTEMS, "Companies": COMPANIES,
                              "Leads": []}.items():
            self.write(os.path.join("data", f"{name}.json"), json.dumps({"value": records}))
        self.text("hq", "import", "data")

    def planned(self):
        """Operations of each mailbox."""
        return {each["mailbox"]: each["operations"]
                for each in self.data("plan")["mailboxes"]}

    def read(self, address):
        """Contacts by folder and number in HQ, and the folders that are not ours."""
        account = case.account(f"{self.url}/EWS/Exchange.asmx", address, password="geheim-1")
        found = {}
        for folder in account.contacts.walk():
            for item in folder.all():
                number = int(item.mark.removeprefix("hq:"))
                self.assertNotIn(number, [known for _, known in found])
                found[ROLES[folder.name], number] = item
        self.assertEqual(account.contacts.all().count(), 0)
        return found

    def check(self, address, expected):
        """The mailbox holds these and no others, each as its card says."""
        items = self.read(address)
        self.assertEqual(set(items), expected)
        for (_, number), item in items.items():
            with self.subTest(address, number=number):
                self.assertEqual(seen(item), self.cards[number])
                self.assertEqual({name: getattr(item, name) for name in EMPTY
                                  if getattr(item, name)}, {})
                self.assertEqual((item.file_as_mapping, item.postal_address_index),
                                 ("None", "Business"))

    def test_is_what_each_mailbox_holds(self):
        held = {}
        for address, operations in self.planned().items():
            self.assertEqual({each["operation"] for each in operations}, {"create"})
            held[address] = {(each["folder"], each["contact"]) for each in operations}
            self.assertEqual({number for _, number in held[address]}, set(self.cards))
        self.assertEqual(set(held), {agency.ANNA, agency.BEN, agency.CORA})
        self.assertGreater(len([role for role, _ in held[agency.ANNA] if role == "mine"]), 40)
        self.sync()
        for address, expected in held.items():
            self.check(address, expected)
        self.changed(held)
        case.hold_against_schema(self, os.path.join(self.folder, "record"))

    def changed(self, held):
        """Fields set, changed and emptied, and one contact that goes to the other folder."""
        self.hq_set(101, "Position=Vorstand", "Birthdate=", "PhoneMobile=", "Title=Prof.")
        self.cards[101] |= {"job_title": "Vorstand", "birthday": None, "title": "Prof."}
        self.cards[101]["phones"] = {key: value for key, value in FULL_CARD["phones"].items()
                                     if key != "MobilePhone"}
        self.hq_set(201, "CompanyId=20", "Birthdate=1959-09-04")
        self.cards[201] |= {"company_name": "Westend <KG>", "birthday": EWSDate(1959, 9, 4),
                            "categories": None}
        fields = {101: {"position", "birthday", "mobile_phone", "title"},
                  201: {"company", "birthday", "categories"}}
        moved = []
        for address, operations in self.planned().items():
            for each in operations:
                self.assertEqual(set(each["fields"]), fields[each["contact"]])
                if each["operation"] == "move":
                    moved.append((address, each["from"], each["to"]))
                    held[address].remove((each["from"], each["contact"]))
                    held[address].add((each["to"], each["contact"]))
            self.assertEqual(sorted(each["contact"] for each in operations), [101, 201])
        self.assertEqual(moved, [(agency.ANNA, "mine", "global"), (agency.BEN, "global", "mine")])
        self.sync()
        for address, expected in held.items():
            self.check(address, expected)
        self.assertEqual([each for each in self.planned().values() if each], [])


case.main()
