"""Holds what `hqsync sim --record` wrote against the schema of EWS: requests of clients that others
wrote, and every answer. usage: ews_record.py RECORD REFERENCE"""
import json
import os
import re
import subprocess
import sys
import tempfile

ENVELOPE = re.compile(r"(?:<\?xml[^>]*>\s*)?<(\w+):Envelope[\s>].*?</\1:Envelope>", re.DOTALL)

REFUSED = re.compile("<faultcode[^>]*>a:Error(SchemaValidation|InvalidRequest)<")


def envelopes(body):
    """A stream of notifications is many envelopes, one after the other."""
    return [found.group(0) for found in ENVELOPE.finditer(body or "")]


def declared(text):
    """Real servers, and so the simulator, send these two in the namespace of messages, which their
    own schema does not know."""
    text = re.sub(r"(</?)m:Notification>", r"\1t:Notification>", text)
    return re.sub(r"<m:ErrorSubscriptionIds>.*?</m:ErrorSubscriptionIds>",
                  lambda found: found.group(0).replace("m:SubscriptionId", "t:SubscriptionId"),
                  text, flags=re.DOTALL)


def complaints(texts, schema):
    """What xmllint has against any of the texts."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, f"{index}.xml") for index in range(len(texts))]
        for name, text in zip(names, texts):
            with open(name, "w", encoding="utf-8") as file:
                file.write(declared(text))
        for start in range(0, len(names), 200):
            done = subprocess.run(
                ["xmllint", "--noout", "--nonet", "--schema", schema, *names[start:start + 200]],
                capture_output=True, text=True, timeout=300)
            wrong += [line for line in done.stderr.splitlines() if not line.endswith(" validates")]
    return wrong


def judged(record, reference):
    """Number of requests, number of answers, what is wrong. A request that the simulator refused as
    a whole is not judged: that the schema refuses it too is what ews_schema_test.py shows."""
    schema = os.path.join(reference, "ews-xsd", "ews-soap.xsd")
    requests, answers = [], []
    with open(record, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["target"].lower() != "/ews/exchange.asmx":
                continue
            told = envelopes(entry.get("response_body"))
            answers += told
            if told and not REFUSED.search(told[0]):
                requests += envelopes(entry.get("request_body"))
    return len(requests), len(answers), complaints(requests + answers, schema)


def main(record, reference):
    requests, answers, wrong = judged(record, reference)
    print("\n".join(wrong[:20]))
    print(f"# {requests} requests and {answers} answers held against the schema, "
          f"{len(wrong)} complaints")
    return 1 if wrong or not answers else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
