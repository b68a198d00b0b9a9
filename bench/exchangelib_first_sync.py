#!/usr/bin/python3
"""The peer of ews_first_sync_bench.py: fills mailboxes by exchangelib, as a careful user would
write it: one thread a mailbox from a pool, folders made once, bulk_create in chunks.
usage: exchangelib_first_sync.py URL USER PASSWORD CONTACTS.json CHUNK THREADS ADDRESS..."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from exchangelib import (IMPERSONATION, UTC, Account, BaseProtocol, Build, Configuration,
                         Contact, Credentials, ExtendedProperty, Version)
from exchangelib.folders import Contacts
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress


class HqContact(ExtendedProperty):
    property_set_id = "6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8"
    property_name = "HqContact"
    property_type = "String"


Contact.register("hq_contact", HqContact)


def made(folder, each):
    """What hqsync writes of the same contact."""
    return Contact(
        folder=folder, hq_contact=each["mark"], given_name=each["given_name"],
        surname=each["surname"], display_name=each["display_name"], subject=each["display_name"],
        file_as=each["file_as"], file_as_mapping="None", postal_address_index="Business",
        job_title=each["position"], company_name=each["company"],
        email_addresses=[EmailAddress(label="EmailAddress1", email=each["email"])],
        phone_numbers=[PhoneNumber(label="MobilePhone", phone_number=each["mobile"])],
        physical_addresses=[PhysicalAddress(label="Business", street=each["street"],
                                            city=each["city"], zipcode=each["postal_code"],
                                            country=each["country"])],
        categories=each["categories"] or None)


def fill(address, configuration, contacts, chunk):
    account = Account(address, config=configuration, autodiscover=False,
                      access_type=IMPERSONATION, default_timezone=UTC)
    parent = account.contacts
    folders = {name: Contacts(parent=parent, name=name).save() for name in
               ("HQ Meine Kontakte", "HQ Globale Kontakte")}
    for role, folder in zip(("mine", "global"), folders.values()):
        mine = [made(folder, each) for each in contacts[role]]
        written = account.bulk_create(folder=folder, items=mine, chunk_size=chunk)
        for each in written:
            if isinstance(each, Exception):
                raise each
    return len(contacts["mine"]) + len(contacts["global"])


def main():
    url, user, password, file, chunk, threads, *addresses = sys.argv[1:]
    BaseProtocol.TIMEOUT = 600
    configuration = Configuration(service_endpoint=url, credentials=Credentials(user, password),
                                  auth_type="basic", version=Version(Build(15, 0, 847, 0)),
                                  max_connections=int(threads))
    with open(file, encoding="utf-8") as opened:
        contacts = json.load(opened)
    with ThreadPoolExecutor(int(threads)) as pool:
        done = list(pool.map(lambda address: fill(address, configuration, contacts[address],
                                                  int(chunk)), addresses))
    print(sum(done))


if __name__ == "__main__":
    main()
