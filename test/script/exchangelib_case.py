"""Debian's exchangelib against `hqsync sim`: accounts, the mark of hqsync, the record of all that
was said."""
import atexit
import os
import sys
import tempfile
import unittest
import warnings

import system_python
from ews_record import judged
from ews_simulator import PASSWORD, REFERENCE, SCHEMA, USER, Simulator

warnings.simplefilter("ignore")
system_python.need("exchangelib", "python3-exchangelib")

from exchangelib import (BASIC, IMPERSONATION, UTC, Account, Build, Configuration, Contact,
                         Credentials, EWSDate, ExtendedProperty, FileAttachment, Version)
from exchangelib import folders
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.protocol import BaseProtocol, FailFast

BaseProtocol.TIMEOUT = 120
EXCHANGE_2016 = Version(Build(15, 1, 2507, 0))
TOTALS = {"requests": 0, "answers": 0}

PHOTO = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
TEXTS = {"given_name": "Jörg", "middle_name": "Maria", "surname": "O'Neill & Weiß",
         "display_name": "Jörg Weiß", "subject": "Jörg <Weiß>", "file_as": "Weiß, Jörg",
         "initials": "J. W.", "nickname": "Jo", "company_name": "Nordlicht GmbH & Co. KG",
         "job_title": "Leitung", "department": "Einkauf", "office": "3. Stock",
         "manager": "Kim Abel", "assistant_name": "Uli Bär", "profession": "Kauffrau",
         "spouse_name": "Toni", "generation": "jun.", "mileage": "12 km", "title": "Dr.",
         "business_homepage": "https://nordlicht.example/?a=1&b=2", "mark": "hq:10007"}


class Mark(ExtendedProperty):
    property_set_id = "6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8"
    property_name = "HqContact"
    property_type = "String"


class Title(ExtendedProperty):
    property_tag = 0x3A45
    property_type = "String"


Contact.register("mark", Mark)
Contact.register("title", Title)


def photo():
    return FileAttachment(name="ContactPicture.jpg", content=PHOTO, content_type="image/jpeg",
                          is_contact_photo=True)


def full(folder):
    """A contact with every field that can be written."""
    labels = PhoneNumber.LABEL_CHOICES
    return Contact(
        folder=folder, **TEXTS, file_as_mapping="None", body="Notiz <x> & mehr",
        children=["Kim", "Alex"], companies=["Nordlicht GmbH"], categories=["HQ", "VIP"],
        birthday=EWSDate(1980, 2, 29), wedding_anniversary=EWSDate(2005, 6, 1),
        postal_address_index="Business", importance="High", sensitivity="Private",
        email_addresses=[EmailAddress(label=f"EmailAddress{at}", email=f"j{at}@x.example")
                         for at in (1, 2, 3)],
        phone_numbers=[PhoneNumber(label=label, phone_number=f"+49 30 {at}")
                       for at, label in enumerate(labels)],
        physical_addresses=[
            PhysicalAddress(label=label, street=f"{label}weg 1", city="Köln", state="NW",
                            zipcode="50667", country="Deutschland")
            for label in ("Business", "Home", "Other")])


def account(url, address, password=PASSWORD, access=IMPERSONATION, auth=BASIC,
            version=EXCHANGE_2016, user=f"AGENTUR\\{USER}"):
    configuration = Configuration(
        service_endpoint=url, credentials=Credentials(user, password), auth_type=auth,
        retry_policy=FailFast(), version=version)
    return Account(address, config=configuration, autodiscover=False, access_type=access,
                   default_timezone=UTC)


def hold_against_schema(test, record):
    """All that the client and the simulator said; the figures are printed at the end."""
    if not os.path.exists(SCHEMA):
        return
    requests, answers, wrong = judged(record, REFERENCE)
    TOTALS["requests"] += requests
    TOTALS["answers"] += answers
    test.assertEqual(wrong, [])


@atexit.register
def tell_figures():
    print(f"held against the schema: {TOTALS['requests']} requests, {TOTALS['answers']} answers",
          flush=True)


class Exchangelib(unittest.TestCase):
    """One simulator for all tests of a class; each test has mailboxes of its own."""
    options = ()

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-exchangelib-")
        cls.addClassCleanup(temporary.cleanup)
        cls.record = os.path.join(temporary.name, "record")
        cls.simulator = Simulator(temporary.name, "--record", cls.record, *cls.options)
        cls.addClassCleanup(cls.simulator.end)

    @classmethod
    def tearDownClass(cls):
        hold_against_schema(cls("assertTrue"), cls.record)

    def address(self, name=None):
        return f"{name or self.id().rsplit('.', 1)[1].removeprefix('test_')}@agentur.example"

    def account(self, name=None, **how):
        return account(self.simulator.urls["ews"], self.address(name), **how)

    def counter(self, name):
        return self.simulator.control("GET", "counters")[name]


class Contacts(Exchangelib):
    def folder(self, name="Kunden", **how):
        return folders.Contacts(parent=self.account(**how).contacts, name=name).save()

    def made(self, folder, *names, **fields):
        """One contact for each name."""
        wanted = [Contact(folder=folder, given_name=name, display_name=name, **fields)
                  for name in names]
        done = folder.account.bulk_create(folder=folder, items=wanted)
        self.assertEqual([each for each in done if isinstance(each, Exception)], [])
        return done

    def names(self, found):
        return sorted(each.given_name for each in found)


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
