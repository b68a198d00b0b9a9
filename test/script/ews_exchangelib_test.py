#!/usr/bin/env python3
"""Debian's exchangelib against the simulator: folders, contacts, states, errors, logins. All that
it says and hears is held against the official schema.
Arguments: program, reference folder, source folder."""
import exchangelib_case as case  # before exchangelib: it finds the Python that has it

from exchangelib import BASIC, DELEGATE, NTLM
from exchangelib.errors import (ErrorFolderExists, ErrorFolderNotFound, ErrorInvalidSyncStateData,
                                ErrorIrresolvableConflict, ErrorItemNotFound,
                                ErrorNonExistentMailbox, UnauthorizedError)
from exchangelib.folders import Contacts
from exchangelib.indexed_properties import EmailAddress
from exchangelib.items import Contact
from exchangelib.properties import ItemId


class Folders(case.Contacts):
    def test_are_made_found_renamed_and_deleted(self):
        account = self.account()
        folder = Contacts(parent=account.contacts, name="Kunden").save()
        self.assertEqual((account.contacts / "Kunden").id, folder.id)
        self.assertEqual((account.contacts // "Kunden").folder_class, "IPF.Contact")
        self.assertEqual([each.name for each in account.contacts.glob("Kun*")], ["Kunden"])
        with self.assertRaises(ErrorFolderExists):
            Contacts(parent=account.contacts, name="kunden").save()
        folder.name = "Partner"
        folder.save(update_fields=["name"])
        self.assertEqual((account.contacts // "Partner").id, folder.id)
        folder.refresh()
        self.assertEqual((folder.name, folder.total_count), ("Partner", 0))
        folder.delete()
        with self.assertRaises(ErrorFolderNotFound):
            account.contacts // "Partner"

    def test_form_a_tree_below_the_root(self):
        account = self.account()
        outer = Contacts(parent=account.contacts, name="Kunden").save()
        Contacts(parent=outer, name="Alt").save()
        account.root.refresh()
        tree = [each.name for each in account.root.walk()]
        self.assertEqual(sorted(tree), ["Alt", "Contacts", "Deleted Items", "Kunden",
                                        "Top of Information Store"])
        self.assertEqual((account.root / "Top of Information Store" / "Contacts" / "Kunden" /
                          "Alt").parent.id, outer.id)
        self.assertEqual(account.msg_folder_root.parent.id, account.root.id)

    def test_are_emptied_and_wiped(self):
        folder = self.folder()
        self.made(folder, "Ute", "Jan")
        folder.refresh()
        self.assertEqual(folder.total_count, 2)
        folder.empty()
        self.assertEqual(folder.all().count(), 0)
        self.made(folder, "Uta")
        folder.wipe()
        self.assertEqual(folder.all().count(), 0)

    def test_tell_which_of_them_came_and_went(self):
        account = self.account()
        changes = list(account.contacts.sync_hierarchy())
        self.assertEqual(changes, [])
        folder = Contacts(parent=account.contacts, name="Kunden").save()
        [(kind, seen)] = account.contacts.sync_hierarchy()
        self.assertEqual((kind, seen.id), ("create", folder.id))
        folder.name = "Partner"
        folder.save(update_fields=["name"])
        [(kind, seen)] = account.contacts.sync_hierarchy()
        self.assertEqual((kind, seen.name), ("update", "Partner"))
        gone = folder.id
        folder.delete()
        [(kind, seen)] = account.contacts.sync_hierarchy()
        self.assertEqual((kind, seen.id), ("delete", gone))


class Fields(case.Contacts):
    def differences(self, one, other):
        """Names of the fields that a contact was given and that another one has otherwise."""
        wanted = [field.name for field in Contact.FIELDS if not field.is_read_only]
        def of(item, name):
            value = getattr(item, name)
            is_by_label = isinstance(value, list) and hasattr(value[0], "label")
            return sorted(value, key=lambda each: each.label) if is_by_label else value
        return {name: (of(one, name), of(other, name)) for name in wanted
                if name not in ("mime_content", "attachments", "culture", "reminder_due_by",
                                "reminder_is_set", "reminder_minutes_before_start")
                and getattr(one, name) is not None and of(one, name) != of(other, name)}

    def test_are_kept_all_of_them(self):
        folder = self.folder()
        made = case.full(folder).save()
        seen = folder.get(id=made.id, changekey=made.changekey)
        self.assertEqual(self.differences(made, seen), {})
        self.assertEqual(len(seen.phone_numbers), 19)
        self.assertEqual(seen.complete_name.full_name, "Jörg Weiß")
        self.assertEqual(seen.parent_folder_id.id, folder.id)

    def test_are_changed_one_by_one(self):
        folder = self.folder()
        item = case.full(folder).save()
        for name, text in case.TEXTS.items():
            with self.subTest(name):
                setattr(item, name, text + "2")
                item.save(update_fields=[name])
        seen = folder.get(id=item.id, changekey=item.changekey)
        self.assertEqual(self.differences(item, seen), {})

    def test_are_emptied_one_by_one(self):
        folder = self.folder()
        item = case.full(folder).save()
        empty = [name for name in case.TEXTS if name not in ("display_name", "subject")]
        for name in [*empty, "body", "children", "companies", "categories", "birthday",
                     "wedding_anniversary", "physical_addresses", "phone_numbers"]:
            with self.subTest(name):
                setattr(item, name, None)
                item.save(update_fields=[name])
                item.refresh()
                self.assertFalse(getattr(item, name), name)

    def test_of_an_email_leave_its_name_when_only_the_address_is_deleted(self):
        folder = self.folder()
        item = case.full(folder).save()
        item.email_addresses = None
        item.save(update_fields=["email_addresses"])
        found = folder.filter(email_addresses__EmailAddress1__exists=True)
        self.assertEqual(self.names(found), [])
        item.refresh()
        # exchangelib shows the name where an entry has no text.
        self.assertEqual(sorted(each.email for each in item.email_addresses),
                         ["j1@x.example", "j2@x.example", "j3@x.example"])

    def test_of_phones_mails_and_addresses_are_changed_by_entry(self):
        folder = self.folder()
        item = case.full(folder).save()
        item.phone_numbers = [each for each in item.phone_numbers if each.label != "Pager"]
        for each in item.phone_numbers:
            if each.label == "MobilePhone":
                each.phone_number = "+49 171 2"
        item.email_addresses = [EmailAddress(label="EmailAddress1", email="neu@x.example"),
                                *item.email_addresses[1:]]
        item.physical_addresses = [each for each in item.physical_addresses
                                   if each.label != "Home"]
        item.physical_addresses[0].city = None
        item.physical_addresses[0].street = "Neuer Weg 2"
        item.save(update_fields=["phone_numbers", "email_addresses", "physical_addresses"])
        seen = folder.get(id=item.id, changekey=item.changekey)
        phones = {each.label: each.phone_number for each in seen.phone_numbers}
        self.assertEqual((len(phones), phones["MobilePhone"]), (18, "+49 171 2"))
        self.assertNotIn("Pager", phones)
        self.assertEqual(sorted(each.email for each in seen.email_addresses),
                         ["j2@x.example", "j3@x.example", "neu@x.example"])
        places = {each.label: each for each in seen.physical_addresses}
        self.assertEqual(sorted(places), ["Business", "Other"])
        self.assertEqual((places["Business"].street, places["Business"].city),
                         ("Neuer Weg 2", None))

    def test_of_photos_are_attached_and_taken_away(self):
        folder = self.folder()
        item = self.made(folder, "Ute")[0]
        item = folder.get(id=item.id, changekey=item.changekey)
        self.assertFalse(item.has_picture)
        item.attach(case.photo())
        seen = folder.get(given_name="Ute")
        self.assertTrue(seen.has_picture)
        self.assertTrue(seen.attachments[0].is_contact_photo)
        self.assertEqual(seen.attachments[0].content, case.PHOTO)
        seen.detach(seen.attachments[0])
        self.assertFalse(folder.get(given_name="Ute").has_picture)

    def test_of_photos_come_with_a_new_contact(self):
        folder = self.folder()
        Contact(folder=folder, given_name="Ute", display_name="Ute",
                attachments=[case.photo()]).save()
        self.assertTrue(folder.get(given_name="Ute").has_picture)


class Batches(case.Contacts):
    def test_of_contacts_are_made_changed_and_deleted(self):
        folder = self.folder()
        made = self.made(folder, *(f"N{at:03}" for at in range(150)))
        items = list(folder.all())
        self.assertEqual({each.id for each in items}, {each.id for each in made})
        for item in items:
            item.job_title = f"T{item.given_name}"
        done = folder.account.bulk_update([(item, ["job_title"]) for item in items])
        self.assertEqual(len(done), 150)
        self.assertEqual({each.job_title for each in folder.all().only("job_title")},
                         {f"TN{at:03}" for at in range(150)})
        gone = folder.account.bulk_delete([each.id_tuple() if hasattr(each, "id_tuple") else
                                           (each.id, each.changekey) for each in folder.all()])
        self.assertEqual(gone, [True] * 150)
        self.assertEqual(folder.all().count(), 0)

    def test_of_contacts_are_moved_and_copied(self):
        account = self.account()
        one, two = (Contacts(parent=account.contacts, name=name).save() for name in ("1", "2"))
        made = self.made(one, "Ute", "Jan", mark="hq:1")
        moved = account.bulk_move(made, to_folder=two)
        self.assertEqual(len(moved), 2)
        self.assertTrue({new for new, _ in moved}.isdisjoint({each.id for each in made}))
        self.assertEqual(self.names(two.all()), ["Jan", "Ute"])
        self.assertEqual({each.mark for each in two.all()}, {"hq:1"})
        self.assertEqual(len(account.bulk_copy([ItemId(*each) for each in moved],
                                               to_folder=one)), 2)
        self.assertEqual(self.names(one.all()), ["Jan", "Ute"])
        two.get(given_name="Ute").move_to_trash()
        self.assertEqual(self.names(account.trash.all()), ["Ute"])
        one.get(given_name="Jan").move(two)
        self.assertEqual(two.filter(given_name="Jan").count(), 2)

    def test_over_a_thousand_are_read_page_by_page(self):
        folder = self.folder()
        for start in range(0, 1200, 400):
            self.made(folder, *(f"N{at:04}" for at in range(start, start + 400)))
        names = [f"N{at:04}" for at in range(1200)]
        seen = folder.all().order_by("given_name").values_list("given_name", flat=True)
        self.assertEqual(list(seen), names)
        self.assertEqual(folder.all().count(), 1200)
        self.assertEqual(folder.filter(given_name__gte="N0300").count(), 900)
        seen = folder.all().order_by("-given_name").only("given_name")
        seen.page_size = 1000
        self.assertEqual([each.given_name for each in seen], names[::-1])
        changes = list(folder.sync_items(only_fields=["given_name"], max_changes_returned=512))
        self.assertEqual(self.names(each for _, each in changes), names)


class States(case.Contacts):
    def test_tell_what_came_changed_and_went(self):
        folder = self.folder()
        self.made(folder, "Ute", "Jan", mark="hq:1")
        changes = list(folder.sync_items())
        self.assertEqual([(kind, each.mark) for kind, each in changes], [("create", "hq:1")] * 2)
        self.assertEqual(list(folder.sync_items()), [])
        ute, jan = folder.get(given_name="Ute"), folder.get(given_name="Jan")
        ute.job_title = "Leitung"
        ute.save(update_fields=["job_title"])
        gone = jan.id
        jan.delete()
        [new] = self.made(folder, "Kim")
        known = folder.item_sync_state
        changes = {(each.id, kind) for kind, each in folder.sync_items()}
        self.assertEqual(changes, {(ute.id, "update"), (gone, "delete"), (new.id, "create")})
        ignored = list(folder.sync_items(sync_state=known, ignore=[new, ute]))
        self.assertEqual([kind for kind, _ in ignored], ["delete"])

    def test_tell_a_move_in_both_folders(self):
        account = self.account()
        one, two = (Contacts(parent=account.contacts, name=name).save() for name in ("1", "2"))
        [item] = self.made(one, "Ute")
        list(one.sync_items()), list(two.sync_items())
        one.get(given_name="Ute").move(two)
        self.assertEqual([(kind, each.id) for kind, each in one.sync_items()],
                         [("delete", item.id)])
        self.assertEqual([kind for kind, _ in two.sync_items()], ["create"])

    def test_that_are_none_are_refused(self):
        folder = self.folder()
        with self.assertRaises(ErrorInvalidSyncStateData):
            list(folder.sync_items(sync_state="bm8gc3RhdGU="))

    def test_are_told_at_once_to_who_listens(self):
        self.simulator.control("POST", "limits", {"stream_minute_seconds": 1})
        folder = self.folder()
        with folder.streaming_subscription() as subscription:
            [item] = self.made(folder, "Ute")
            [told] = folder.get_streaming_events(subscription, connection_timeout=1,
                                                 max_notifications_returned=1)
        self.assertIn(item.id, [each.item_id.id for each in told.events if each.item_id])


class Errors(case.Contacts):
    def test_name_items_that_are_gone_or_stale(self):
        folder = self.folder()
        [made] = self.made(folder, "Ute")
        item = folder.get(given_name="Ute")
        stale = folder.get(given_name="Ute")
        item.job_title = "Leitung"
        item.save(update_fields=["job_title"])
        stale.job_title = "zu spät"
        with self.assertRaises(ErrorIrresolvableConflict):
            stale.save(update_fields=["job_title"], conflict_resolution="NeverOverwrite")
        stale.save(update_fields=["job_title"], conflict_resolution="AlwaysOverwrite")
        self.assertEqual(folder.get(given_name="Ute").job_title, "zu spät")
        item.delete()
        [seen] = folder.account.fetch([(made.id, made.changekey)])
        self.assertIsInstance(seen, ErrorItemNotFound)
        [gone] = folder.account.bulk_delete([made])
        self.assertIsInstance(gone, ErrorItemNotFound)

    def test_name_addresses_without_a_mailbox(self):
        stranger = case.account(self.simulator.urls["ews"], "kim@other.example")
        with self.assertRaises(ErrorNonExistentMailbox):
            stranger.contacts.refresh()


class Logins(case.Contacts):
    def test_by_ntlm_and_by_basic_see_the_same(self):
        self.made(self.folder(auth=NTLM), "Ute")
        seen = (self.account(auth=BASIC).contacts // "Kunden").get(given_name="Ute")
        again = (self.account(auth=NTLM).contacts // "Kunden").get(given_name="Ute")
        self.assertEqual((seen.id, seen.changekey), (again.id, again.changekey))

    def test_by_a_delegate_see_the_mailbox_of_whom_he_names(self):
        self.made(self.folder(), "Ute")
        delegate = self.account(access=DELEGATE)
        self.assertEqual(self.names((delegate.contacts // "Kunden").all()), ["Ute"])
        Contacts(parent=delegate.contacts, name="Partner").save()
        self.assertEqual((self.account().contacts // "Partner").name, "Partner")

    def test_with_a_wrong_password_try_once(self):
        self.simulator.control("POST", "counters/reset")
        with self.assertRaises(UnauthorizedError):
            self.account(password="wrong").contacts.refresh()
        self.assertEqual(self.counter("bad_logins"), 1)

    def test_find_out_the_version_and_the_scheme_by_themselves(self):
        account = self.account(auth=None, version=None)
        self.assertEqual(account.contacts.name, "Contacts")
        self.assertEqual(str(account.version.build), "15.2.2562.17")


case.main()
