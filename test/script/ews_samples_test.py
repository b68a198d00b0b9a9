#!/usr/bin/env python3
"""The samples of EWS, sent by curl as they stand, only with ids of the simulator: each answer is
what the schema allows, and has the elements, attributes, classes and codes of the sample's answer.
Arguments: program, reference folder, source folder."""
import os
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as Tree

from ews_simulator import PASSWORD, REFERENCE, USER, Case, complaints, envelope

SAMPLES = os.path.join(REFERENCE, "ews-samples")
ANNA = "anna.muster@agentur.example"
PROPERTY = ('<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId='
            '"c7d3f1a0-5b7e-4c39-9a4e-2f6d8b1e0a11" PropertyName="{}" PropertyType="String"/>'
            "<t:Value>{}</t:Value></t:ExtendedProperty>")
# What the samples call their things.
GLOBAL, MINE = "AAMkAGZvbGRlci1ocS1nbG9iYWw=", "AAMkAGZvbGRlci1ocS1tZWluZQ=="
ITEM1, ITEM2, ITEM3 = ("AAMkAGl0ZW0tMDAwMQ==", "AAMkAGl0ZW0tMDAwMg==", "AAMkAGl0ZW0tMDAwMw==")
ATTACHMENT, SUBSCRIPTION = "AAMkAGF0dDE=", "JwBleGNoMDEuZXhhbXBsZS5jb20QAAAA"
STATE, STALE = "H4sIAAAAAAAEAGNgGAUDDQAAAA==", "EQAAABYAAABzdGFsZQ=="
NO_SAMPLE_TELLS = ("ReadFlagChange",)  # contacts are not read


def sample(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
        return file.read().replace("anna.muster@example.com", ANNA)


def name_of(node):
    return node.tag.split("}")[-1]


def outline(node):
    """Elements with the names of their attributes; a list counts once each kind of entry."""
    named = f"{name_of(node)}({' '.join(sorted(key.split('}')[-1] for key in node.attrib))})"
    if name_of(node) in ("ResponseCode", "ConnectionStatus"):
        named += f"={node.text}"
    if "ResponseClass" in node.attrib:
        named += f"={node.attrib['ResponseClass']}"
    below = []
    for child in node:
        each = outline(child)
        if each not in below and name_of(child) not in NO_SAMPLE_TELLS:
            below.append(each)
    return (named, *below)


def paths(told, above=""):
    """All ways into an outline."""
    here = f"{above}/{told[0]}"
    return {here}.union(*(paths(each, here) for each in told[1:]))


class Samples(Case):
    """One mailbox, to which what the samples tell happens in their order."""

    def setUp(self):
        self.simulator = self.start()
        self.ids = {}
        self.answered = 0

    def send(self, text, *options):
        asked = os.path.join(self.folder, "asked.xml")
        with open(asked, "w", encoding="utf-8") as file:
            file.write(text)
        run = subprocess.run(
            ["curl", "-s", "--max-time", "30", "-u", f"{USER}:{PASSWORD}", "-H",
             "Content-Type: text/xml; charset=utf-8", "-w", "\n%{http_code}", "--data-binary",
             f"@{asked}", *options, self.simulator.urls["ews"]],
            capture_output=True, text=True, timeout=60, check=True)
        answer, status = run.stdout.rsplit("\n", 1)
        return int(status), answer

    def call(self, body):
        """What happens between the samples; the ids that the answer names."""
        status, answer = self.send(envelope(body, ANNA))
        self.assertEqual(status, 200, answer)
        self.assertNotIn('ResponseClass="Error"', answer)
        return re.findall(r'<t:(?:ItemId|FolderId) Id="([^"]+)" ChangeKey="([^"]+)"', answer)

    def real(self, text):
        for told, true in self.ids.items():
            text = text.replace(f'"{told}"', f'"{true}"').replace(f">{told}<", f">{true}<")
        return text

    def key(self, told):
        """The change key that the item has now."""
        [(_, key)] = self.call("<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
                               f'</m:ItemShape><m:ItemIds><t:ItemId Id="{self.ids[told]}"/>'
                               "</m:ItemIds></m:GetItem>")
        return key

    def with_key(self, text, told):
        return re.sub(rf'(Id="{told}" ChangeKey=")[^"]+', rf"\g<1>{self.key(told)}", text)

    def fits(self, answer, expected):
        """Judges by the schema, then by the sample; the text of the answer."""
        self.assertEqual(complaints(answer), "")
        self.assertEqual(outline(Tree.fromstring(answer.encode())),
                         outline(Tree.fromstring(expected.encode())))
        self.answered += 1
        return answer

    def ask(self, name, change=lambda text: text, status=200, answer=None):
        seen, text = self.send(self.real(change(sample(f"{name}-request.xml"))))
        self.assertEqual(seen, status, text)
        return self.fits(text, sample(answer or f"{name}-response.xml"))

    def create(self, folder, *contacts):
        return self.call(f'<m:CreateItem><m:SavedItemFolderId><t:FolderId Id="{self.ids[folder]}"/>'
                         f'</m:SavedItemFolderId><m:Items>{"".join(contacts)}</m:Items>'
                         "</m:CreateItem>")

    def delete(self, told):
        self.call(f'<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId '
                  f'Id="{self.ids[told]}"/></m:ItemIds></m:DeleteItem>')

    def make_folders(self):
        [(mine, _)] = self.call(
            '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="contacts"/>'
            "</m:ParentFolderId><m:Folders><t:ContactsFolder><t:DisplayName>HQ Meine Kontakte"
            f'</t:DisplayName>{PROPERTY.format("HqFolderRole", "mine")}</t:ContactsFolder>'
            "</m:Folders></m:CreateFolder>")
        answer = self.ask("01-CreateFolder")
        self.ids[MINE] = mine
        self.ids[GLOBAL] = re.search('<t:FolderId Id="([^"]+)"', answer).group(1)

    def made(self, answer):
        return re.search('<t:ItemId Id="([^"]+)"', answer).group(1)

    def make_items(self):
        self.ids[ITEM1] = self.made(self.ask("03-CreateItem-full"))
        self.simulator.control("POST", "faults", {
            "kind": "ews_batch_stopped", "code": "ErrorQuotaExceeded", "count": 1,
            "contains": "<t:Value>2</t:Value>"})
        self.ids[ITEM2] = self.made(self.ask("04-CreateItem-batch-partial"))
        self.simulator.control("DELETE", "faults")
        [(gone, _)] = self.create(GLOBAL, "<t:Contact/>")
        self.ids[ITEM3] = gone
        self.delete(ITEM3)

    def test_folders(self):
        self.make_folders()
        self.ask("02-FindFolder")

    def test_folders_that_come_and_go(self):
        self.make_folders()
        known, text = self.send(self.real(sample("16-SyncFolderHierarchy-request.xml")))
        self.assertEqual(known, 200)
        state = re.search("<m:SyncState>([^<]+)<", text).group(1)
        for told in (MINE, GLOBAL):
            self.call(f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId '
                      f'Id="{self.ids[told]}"/></m:FolderIds></m:DeleteFolder>')
        self.make_folders()
        self.ask("16-SyncFolderHierarchy", lambda text: text.replace(
            "</m:SyncFolderId>", f"</m:SyncFolderId><m:SyncState>{state}</m:SyncState>"))

    def test_items_made_changed_moved_and_deleted(self):
        self.make_folders()
        self.make_items()
        self.ask("10-FindItem-by-extprop")
        self.ask("06-UpdateItem", lambda text: self.with_key(text, ITEM1))
        self.ids[ITEM1] = self.made(self.ask("07-MoveItem"))
        self.ask("08-DeleteItem")
        self.ask("17-ConvertId")

    def test_the_photo(self):
        self.make_folders()
        self.make_items()
        answer = self.ask("11-CreateAttachment-photo", lambda text: self.with_key(text, ITEM1))
        self.ids[ATTACHMENT] = re.search('<t:AttachmentId Id="([^"]+)"', answer).group(1)
        self.ask("11b-DeleteAttachment")

    def test_an_item_read(self):
        """The sample shows a contact with fewer fields than it wrote: all of them are there."""
        self.make_folders()
        self.make_items()
        self.ask("11-CreateAttachment-photo", lambda text: self.with_key(text, ITEM1))
        status, answer = self.send(self.real(sample("05-GetItem-request.xml")))
        self.assertEqual((status, complaints(answer)), (200, ""))
        seen, told = (paths(outline(Tree.fromstring(text.encode())))
                      for text in (answer, sample("05-GetItem-response.xml")))
        self.assertEqual(told - seen, set())

    def test_what_changed_in_a_folder(self):
        self.make_folders()
        mark = PROPERTY.format("HqContactId", 4711)
        marked = f"<t:Contact>{mark}</t:Contact>"
        [(known, _), (gone, _)] = self.create(MINE, marked, "<t:Contact/>")
        self.ids |= {ITEM1: known, ITEM3: gone}
        _, text = self.send(self.real(re.sub("<m:(SyncState|Ignore)>.*?</m:\\1>", "", sample(
            "09-SyncFolderItems-request.xml"))))
        self.ids[STATE] = re.search("<m:SyncState>([^<]+)<", text).group(1)
        # The answer lists the newest first.
        self.delete(ITEM3)
        self.call('<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges><t:ItemChange>'
                  f'<t:ItemId Id="{known}" ChangeKey="{self.key(ITEM1)}"/><t:Updates>'
                  '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact>'
                  "<t:JobTitle>CEO</t:JobTitle></t:Contact></t:SetItemField></t:Updates>"
                  "</t:ItemChange></m:ItemChanges></m:UpdateItem>")
        self.create(MINE, "<t:DistributionList/>")
        self.create(MINE, "<t:Contact/>")
        ignored = "<m:Ignore>.*?</m:Ignore>"
        self.ask("09-SyncFolderItems", lambda text: re.sub(ignored, "", text))
        self.ids[STATE] = "bm8gc3RhdGU="
        self.ask("09-SyncFolderItems", answer="09b-SyncFolderItems-invalidstate-response.xml")

    def test_notifications(self):
        self.simulator.control("POST", "limits", {"stream_minute_seconds": 1})
        self.make_folders()
        answer = self.ask("12-Subscribe-streaming")
        self.ids[SUBSCRIPTION] = re.search("<m:SubscriptionId>([^<]+)<", answer).group(1)
        self.create(GLOBAL, "<t:Contact/>")
        _, text = self.send(self.real(sample("13-GetStreamingEvents-request.xml").replace(
            ">30<", ">1<")))
        parts = re.findall(r"<\w+:Envelope.*?</\w+:Envelope>", text, re.DOTALL)
        self.fits(parts[0], sample("13-GetStreamingEvents-response-1.xml"))
        self.fits(parts[1], sample("13-GetStreamingEvents-response-2.xml"))
        self.fits(parts[-1], sample("13-GetStreamingEvents-response-5.xml"))
        self.simulator.control("POST", "faults", {"kind": "lose_subscriptions"})
        self.ask("14-Unsubscribe")

    def test_faults(self):
        plain = "16-SyncFolderHierarchy"
        self.simulator.control("POST", "faults", {
            "kind": "ews_error", "code": "ErrorServerBusy", "back_off": 178510, "count": 1})
        self.ask(plain, status=500, answer="15-Fault-ErrorServerBusy-response.xml")
        self.ask("99-invalid-element-order", status=500,
                 answer="15b-Fault-ErrorSchemaValidation-response.xml")
        self.ask(plain, lambda text: text.replace(ANNA, "anna@other.example"), status=500,
                 answer="15d-Fault-ErrorNonExistentMailbox-response.xml")
        self.simulator.control("POST", "people", {"deny_impersonation": ANNA})
        self.ask(plain, status=500, answer="15c-Fault-ErrorImpersonateUserDenied-response.xml")


if __name__ == "__main__":
    if not os.path.exists(SAMPLES):
        print("skipped: no reference data")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
