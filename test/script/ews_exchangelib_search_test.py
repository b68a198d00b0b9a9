#!/usr/bin/env python3
"""Searches of Debian's exchangelib in the simulator, by many fields, in order, with some fields.
Arguments: program, reference folder, source folder."""
import exchangelib_case as case  # before exchangelib: it finds the Python that has it

from exchangelib import UTC, EWSDate, EWSDateTime, Q
from exchangelib.errors import DoesNotExist
from exchangelib.folders import Contacts
from exchangelib.indexed_properties import EmailAddress
from exchangelib.items import Contact


class Searches(case.Contacts):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = case.account(cls.simulator.urls["ews"], "searches@agentur.example")
        cls.people = Contacts(parent=account.contacts, name="Kunden").save()
        cls.first = case.full(cls.people).save()
        Contact(folder=cls.people, given_name="Ute", surname="Bär", display_name="Ute Bär",
                company_name="Südwind AG", job_title="Einkauf", birthday=EWSDate(1990, 5, 1),
                email_addresses=[EmailAddress(label="EmailAddress1", email="ute@s.example")]).save()
        Contact(folder=cls.people, given_name="Jan", display_name="Jan", mark="hq:2").save()

    def test_by_each_text_field(self):
        for name, text in case.TEXTS.items():
            with self.subTest(name):
                self.assertEqual(self.names(self.people.filter(**{name: text})), ["Jörg"])
                self.assertEqual(self.people.filter(**{name: text + "?"}).count(), 0)

    def test_by_what_the_server_keeps(self):
        seen = self.people.get(given_name="Jörg")
        for name in ("datetime_created", "last_modified_time", "importance", "sensitivity",
                     "birthday", "item_class"):
            with self.subTest(name):
                found = self.people.filter(**{name: getattr(seen, name)})
                self.assertIn("Jörg", self.names(found))
        self.assertEqual(self.names(self.people.filter(birthday__gt=EWSDate(1985, 1, 1))), ["Ute"])
        past, future = (EWSDateTime(year, 1, 1, tzinfo=UTC) for year in (2000, 2090))
        self.assertEqual(self.people.filter(datetime_created__range=(past, future)).count(), 3)
        self.assertEqual(self.people.filter(datetime_created__lt=past).count(), 0)

    def test_by_entries_and_lists(self):
        found = self.people.filter
        self.assertEqual(self.names(found(email_addresses__EmailAddress1="ute@s.example")), ["Ute"])
        self.assertEqual(self.names(found(phone_numbers__Pager__contains="+49")), ["Jörg"])
        self.assertEqual(self.names(found(physical_addresses__Business__city="Köln")), ["Jörg"])
        self.assertEqual(self.names(found(categories__contains=["VIP"])), ["Jörg"])
        self.assertEqual(self.names(found(categories__contains=["vip", "hq"])), ["Jörg"])

    def test_by_parts_of_texts_and_combinations(self):
        found, without = self.people.filter, self.people.exclude
        expected = [
            (found(given_name__in=["Ute", "Jan", "Kim"]), ["Jan", "Ute"]),
            (found(given_name__startswith="J"), ["Jan", "Jörg"]),
            (found(given_name__istartswith="j"), ["Jan", "Jörg"]),
            (found(given_name__icontains="ÖR"), ["Jörg"]),
            (found(given_name__iexact="ute"), ["Ute"]),
            (found(mark__exists=True), ["Jan", "Jörg"]),
            (found(mark__exists=False), ["Ute"]),
            (found(given_name__not="Ute"), ["Jan", "Jörg"]),
            (without(given_name="Ute"), ["Jan", "Jörg"]),
            (without(given_name__in=["Ute", "Jan"]), ["Jörg"]),
            (found(given_name="Ute", surname="Bär"), ["Ute"]),
            (found(Q(given_name="Ute") | Q(mark="hq:2")), ["Jan", "Ute"]),
            (found(~Q(given_name="Ute") & Q(surname__exists=False)), ["Jan"]),
            (found(given_name__gt="Jb"), ["Jörg", "Ute"]),
            (self.people.none(), []),
        ]
        for query, names in expected:
            with self.subTest(str(query.q)):
                self.assertEqual(self.names(query), names)

    def test_in_order_and_with_some_fields_only(self):
        people = self.people.all()
        self.assertEqual([each.given_name for each in people.order_by("given_name")],
                         ["Jan", "Jörg", "Ute"])
        self.assertEqual([each.given_name for each in people.order_by("-job_title", "given_name")],
                         ["Jörg", "Ute", "Jan"])
        self.assertEqual(
            [each.given_name for each in people.order_by("email_addresses__EmailAddress1")][-1],
            "Ute")
        self.assertEqual(list(people.order_by("given_name").reverse()
                              .values_list("given_name", flat=True)), ["Ute", "Jörg", "Jan"])
        self.assertEqual(list(people.order_by("given_name").values("given_name", "mark"))[0],
                         {"given_name": "Jan", "mark": "hq:2"})
        only = self.people.filter(given_name="Jörg").only("given_name", "phone_numbers").get()
        self.assertEqual((len(only.phone_numbers), only.surname, only.mark), (19, None, None))
        self.assertEqual([each.given_name for each in people.order_by("given_name")[1:3]],
                         ["Jörg", "Ute"])
        with self.assertRaises(DoesNotExist):
            self.people.get(given_name="Kim")


case.main()
