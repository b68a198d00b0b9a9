#!/usr/bin/env python3
"""Streaming subscriptions of the simulator: chunks over a raw socket, changes made by Graph, the
end, lost subscriptions, limits. Arguments: program, reference folder, source folder."""
import base64
import re
import socket
import time

from ews_simulator import PASSWORD, USER, Case, complaints, envelope, main, needs_schema

LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
ALL_KINDS = ("CreatedEvent", "ModifiedEvent", "DeletedEvent", "MovedEvent", "CopiedEvent",
             "NewMailEvent")
CONTACTS = '<t:DistinguishedFolderId Id="contacts"/>'


class Stream:
    """An open answer to GetStreamingEvents, read chunk by chunk."""

    def __init__(self, simulator, body):
        host, port = simulator.address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        octets = body.encode()
        self.socket.sendall((f"POST /EWS/Exchange.asmx HTTP/1.1\r\nHost: {host}\r\nAuthorization: "
                             f"{LOGIN}\r\nContent-Type: text/xml\r\nContent-Length: "
                             f"{len(octets)}\r\n\r\n").encode() + octets)
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        for line in iter(self.file.readline, b"\r\n"):
            name, value = line.decode().strip().split(": ", 1)
            self.headers[name.lower()] = value
        self.seen = []

    def chunk(self):
        """The next chunk; None at the end of the answer; "" when the connection breaks off."""
        line = self.file.readline()
        if not line.strip():
            return ""
        size = int(line, 16)
        octets = self.file.read(size)
        self.file.readline()
        if size:
            self.seen.append(octets.decode())
        return octets.decode() if size else None

    def until(self, text):
        """The first chunk that has the text, out of a bounded number."""
        for _ in range(200):
            found = self.chunk()
            if not found:
                raise AssertionError(f"{text} never came: {self.seen}")
            if text in found:
                return found
        raise AssertionError(f"{text} did not come: {self.seen}")

    def rest(self):
        """The last word of a properly ended answer."""
        for _ in range(200):
            if self.chunk() is None:
                return self.seen[-1]
        raise AssertionError("the answer does not end")

    def close(self):
        self.file.close()
        self.socket.close()


class Streaming(Case):
    def ews(self, simulator, body, user="ute@agentur.example", status=200):
        answer = simulator.raw("POST", "/EWS/Exchange.asmx", envelope(body, user),
                               {"Authorization": LOGIN, "Content-Type": "text/xml"})
        self.assertEqual(answer[0], status, answer[2])
        return answer[2]

    def subscribe(self, simulator, folders=CONTACTS, kinds=ALL_KINDS, user="ute@agentur.example"):
        types = "".join(f"<t:EventType>{kind}</t:EventType>" for kind in kinds)
        scope = f"<t:FolderIds>{folders}</t:FolderIds>" if folders else ""
        everywhere = "" if folders else ' SubscribeToAllFolders="true"'
        return self.ews(simulator, f"<m:Subscribe><m:StreamingSubscriptionRequest{everywhere}>"
                        f"{scope}<t:EventTypes>{types}</t:EventTypes>"
                        "</m:StreamingSubscriptionRequest></m:Subscribe>", user)

    def id_in(self, answer):
        found = re.search("<m:SubscriptionId>(.*?)</m:SubscriptionId>", answer)
        self.assertIsNotNone(found, answer)
        return found.group(1)

    def request(self, *ids, minutes=30):
        listed = "".join(f"<t:SubscriptionId>{one}</t:SubscriptionId>" for one in ids)
        return (f"<m:GetStreamingEvents><m:SubscriptionIds>{listed}</m:SubscriptionIds>"
                f"<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>")

    def open(self, simulator, *ids, minutes=30, user="ute@agentur.example"):
        stream = Stream(simulator, envelope(self.request(*ids, minutes=minutes), user))
        self.addCleanup(stream.close)
        return stream

    def begin(self, *options, **scope):
        """A simulator, an id, and a stream that has said OK."""
        simulator = self.start(*options)
        name = self.id_in(self.subscribe(simulator, **scope))
        stream = self.open(simulator, name)
        self.assertEqual(stream.status, 200)
        self.assertEqual(stream.headers["transfer-encoding"].lower(), "chunked")
        self.assertIn("<m:ConnectionStatus>OK</m:ConnectionStatus>", stream.chunk())
        return simulator, name, stream


class Events(Streaming):
    def test_a_contact_made_by_graph_is_told_with_its_folder(self):
        simulator, name, stream = self.begin()
        simulator.graph("POST", "contacts", {"givenName": "Ute"})
        told = stream.until("<t:CreatedEvent>")
        self.assertIn(f"<m:Notification><t:SubscriptionId>{name}</t:SubscriptionId>"
                      "<t:CreatedEvent><t:TimeStamp>2", told)
        self.assertRegex(told, '<t:ItemId Id="[^"]+" ChangeKey="CQAAAA=="/><t:ParentFolderId Id=')
        self.assertIn("<t:ModifiedEvent>", told.split("</t:CreatedEvent>")[1])
        self.assertNotIn("<?xml", told)

    def test_an_edit_and_a_way_to_the_deleted_items_are_told(self):
        simulator, _, stream = self.begin()
        made = simulator.graph("POST", "contacts", {"givenName": "Ute"})
        item = re.search('<t:ItemId Id="([^"]+)"', stream.until("<t:CreatedEvent>")).group(1)
        simulator.graph("PATCH", f"contacts/{made['id']}", {"givenName": "Jan"})
        told = stream.until("<t:ItemId")
        self.assertIn(f'<t:ItemId Id="{item}"', told)
        self.assertNotIn("CreatedEvent", told)
        simulator.graph("DELETE", f"contacts/{made['id']}")
        told = stream.until("<t:MovedEvent>")
        self.assertIn(f'<t:OldItemId Id="{item}"', told)
        self.assertNotIn(f'<t:ItemId Id="{item}"', told)
        self.assertIn("<t:OldParentFolderId Id=", told)

    def test_a_deletion_for_good_is_told(self):
        simulator, _, stream = self.begin()
        made = simulator.graph("POST", "contacts", {"givenName": "Ute"})
        item = re.search('<t:ItemId Id="([^"]+)"', stream.until("<t:CreatedEvent>")).group(1)
        simulator.graph("POST", f"contacts/{made['id']}/permanentDelete")
        self.assertIn(f'<t:ItemId Id="{item}"', stream.until("<t:DeletedEvent>"))

    def test_what_happened_before_the_stream_was_opened_is_told_by_it(self):
        simulator = self.start()
        name = self.id_in(self.subscribe(simulator))
        simulator.graph("POST", "contacts", {"givenName": "Ute"})
        self.open(simulator, name).until("<t:CreatedEvent>")

    def test_only_events_and_folders_subscribed_to_are_told(self):
        simulator, _, stream = self.begin(kinds=["DeletedEvent"])
        other = simulator.graph("POST", "contactFolders", {"displayName": "Other"})
        simulator.graph("POST", f"contactFolders/{other['id']}/contacts", {"givenName": "Jan"})
        made = simulator.graph("POST", "contacts", {"givenName": "Ute"})
        simulator.graph("POST", f"contacts/{made['id']}/permanentDelete")
        told = stream.until("Event>")
        self.assertEqual(told.count("<t:TimeStamp>"), 1, told)

    def test_a_subscription_to_all_folders_hears_of_new_ones(self):
        simulator, _, stream = self.begin(folders="")
        simulator.graph("POST", "contactFolders", {"displayName": "Other"})
        told = stream.until("<t:CreatedEvent>")
        self.assertRegex(told, "<t:CreatedEvent><t:TimeStamp>[^<]+</t:TimeStamp><t:FolderId ")

    def test_more_than_fifty_events_come_in_several_notifications(self):
        simulator = self.start()
        name = self.id_in(self.subscribe(simulator, kinds=["CreatedEvent"]))
        for at in range(51):
            simulator.graph("POST", "contacts", {"givenName": f"Ute {at}"})
        stream = self.open(simulator, name)
        counts = [stream.until("Event>").count("<t:CreatedEvent>") for _ in range(2)]
        self.assertEqual(counts, [50, 1])


class Endings(Streaming):
    def test_heartbeats_come_until_the_time_is_over(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"heartbeat_seconds": 1, "stream_minute_seconds": 4})
        name = self.id_in(self.subscribe(simulator))
        stream = self.open(simulator, name, minutes=1)
        last = stream.rest()
        self.assertIn("<m:ConnectionStatus>Closed</m:ConnectionStatus>", last)
        self.assertGreaterEqual(len(stream.seen), 4)
        self.assertTrue(any("<t:StatusEvent/>" in one for one in stream.seen))
        # The subscription outlives the connection.
        self.assertIn("OK", self.open(simulator, name).chunk())

    def test_an_unknown_subscription_is_named_in_the_answer(self):
        simulator = self.start()
        answer = self.ews(simulator, self.request("bm9uZQ=="))
        self.assertIn("<m:ResponseCode>ErrorSubscriptionNotFound</m:ResponseCode>", answer)
        self.assertIn("<m:ErrorSubscriptionIds><m:SubscriptionId>bm9uZQ==</m:SubscriptionId>",
                      answer)
        good = self.id_in(self.subscribe(simulator))
        first = self.open(simulator, "bm9uZQ==", good).chunk()
        self.assertIn("ErrorSubscriptionNotFound", first)
        self.assertIn("<m:ConnectionStatus>OK", first)

    def test_a_lost_subscription_is_told_and_ends_its_stream(self):
        simulator, name, stream = self.begin()
        simulator.control("POST", "faults", {"kind": "lose_subscriptions",
                                             "mailbox": "jan@agentur.example"})
        self.assertIn("NoError", self.ews(simulator, f"<m:Unsubscribe><m:SubscriptionId>"
                                          f"{self.id_in(self.subscribe(simulator))}"
                                          "</m:SubscriptionId></m:Unsubscribe>"))
        simulator.control("POST", "faults", {"kind": "lose_subscriptions"})
        self.assertIn("ErrorSubscriptionNotFound", stream.chunk())
        self.assertIn("Closed", stream.rest())
        self.assertIn("ErrorSubscriptionNotFound", self.ews(simulator, self.request(name)))

    def test_a_dropped_stream_breaks_off_in_the_middle(self):
        simulator, name, stream = self.begin()
        simulator.control("POST", "faults", {"kind": "drop_streams"})
        self.assertEqual(stream.chunk(), "")
        simulator.graph("POST", "contacts", {"givenName": "Ute"})
        self.open(simulator, name).until("<t:CreatedEvent>")

    def test_unsubscribing_ends_the_stream(self):
        simulator, name, stream = self.begin()
        body = f"<m:Unsubscribe><m:SubscriptionId>{name}</m:SubscriptionId></m:Unsubscribe>"
        self.assertIn("NoError", self.ews(simulator, body))
        self.assertIn("Closed", stream.rest())
        self.assertIn("ErrorSubscriptionNotFound", self.ews(simulator, body))

    def test_a_subscription_that_nobody_reads_dies(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"subscription_seconds": 1})
        name = self.id_in(self.subscribe(simulator))
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if simulator.control("GET", "counters")["subscriptions"] == 0:
                break
        self.assertIn("ErrorSubscriptionNotFound", self.ews(simulator, self.request(name)))


class Limits(Streaming):
    def test_a_mailbox_has_twenty_subscriptions(self):
        simulator = self.start()
        for _ in range(20):
            self.id_in(self.subscribe(simulator))
        self.assertIn("ErrorExceededSubscriptionCount", self.subscribe(simulator))
        self.id_in(self.subscribe(simulator, user="jan@agentur.example"))

    def test_a_mailbox_has_ten_hanging_connections(self):
        simulator = self.start()
        names = [self.id_in(self.subscribe(simulator)) for _ in range(11)]
        streams = [self.open(simulator, name) for name in names]
        self.assertEqual([stream.status for stream in streams], [200] * 10 + [500])
        self.assertEqual(self.open(simulator, names[0]).status, 200)
        # Reading a subscription anew ends the stream that had it.
        streams[0].chunk()
        self.assertIn("Closed", streams[0].rest())
        other = self.id_in(self.subscribe(simulator, user="jan@agentur.example"))
        self.assertEqual(self.open(simulator, other, user="jan@agentur.example").status, 200)

    def test_a_connection_that_was_closed_is_free_again_after_heartbeats(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"hanging_connections": 1, "heartbeat_seconds": 1})
        first, second = (self.id_in(self.subscribe(simulator)) for _ in range(2))
        stream = self.open(simulator, first)
        stream.chunk()
        stream.close()
        last, end = 0, time.monotonic() + 30
        while last != 200 and time.monotonic() < end:
            other = self.open(simulator, second)
            last = other.status
            other.close()
        self.assertEqual(last, 200)

    def test_wrong_requests_are_refused(self):
        simulator = self.start()
        name = self.id_in(self.subscribe(simulator))
        for minutes in (0, 31):
            self.assertIn("ErrorSchemaValidation",
                          self.ews(simulator, self.request(name, minutes=minutes), status=500))
        self.assertIn("ErrorInvalidRequest",
                      self.ews(simulator, self.request(*[name] * 201), status=500))
        self.assertIn("ErrorInvalidIdMalformed",
                      self.subscribe(simulator, folders='<t:FolderId Id="x"/>'))


class Schema(Streaming):
    @needs_schema
    def test_every_envelope_is_what_the_schema_allows(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"heartbeat_seconds": 1})
        answers = [self.subscribe(simulator, folders="")]
        name = self.id_in(answers[0])
        stream = self.open(simulator, name, "bm9uZQ==")
        for method, path in (("POST", "contacts"), ("POST", "contactFolders")):
            simulator.graph(method, path, {"displayName": "Ute"})
        stream.until("<t:FolderId")
        stream.until("<t:StatusEvent/>")
        answers.append(self.ews(simulator, f"<m:Unsubscribe><m:SubscriptionId>{name}"
                                "</m:SubscriptionId></m:Unsubscribe>"))
        stream.rest()
        answers.append(self.ews(simulator, self.request(name)))
        answers.append(self.ews(simulator, f"<m:Unsubscribe><m:SubscriptionId>{name}"
                                "</m:SubscriptionId></m:Unsubscribe>"))
        answers += [one + "</s:Envelope>" for chunk in stream.seen
                    for one in chunk.split("</s:Envelope>") if one.strip()]
        self.assertGreaterEqual(len(answers), 8)
        for answer in answers:
            self.assertEqual(complaints(answer), "", answer)


main()
