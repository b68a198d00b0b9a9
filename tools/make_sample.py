#!/usr/bin/env python3
"""Writes the sample agency: the six files of helloHQ's API v1, the same ones each time.

Usage: tools/make_sample.py [FOLDER]   (default: the sample folder of the project)
All names, numbers and addresses are invented; e-mail domains end in .example.
"""
import json
import pathlib
import sys

SEED = 20261123
UPDATED = "2026-11-01T08:00:00Z"


class Dice:
    """A 64-bit generator of our own: the same numbers with every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def below(self, count):
        return self.next() % count

    def one_of(self, values):
        return values[self.below(len(values))]

    def some_of(self, values, count):
        pool = list(values)
        chosen = []
        for _ in range(min(count, len(pool))):
            chosen.append(pool.pop(self.below(len(pool))))
        return chosen

    def chance(self, percent):
        return self.below(100) < percent


FIRST = ["Jürgen", "Anna-Lena", "Karl-Heinz", "Söhnke", "Björn", "Zoë", "Grażyna", "Łukasz", "Ayşe",
         "Çağla", "Işıl", "Øyvind", "Åsa", "Renée", "Chloé", "Jörg", "Käthe", "Günther", "Ute",
         "Sabine", "Michael", "Thorsten", "Friederike", "Bärbel", "Lüder", "Heiko", "Mareike",
         "Dörte", "Niño", "Siobhán", "Ruben", "Theresa", "Marie-Luise", "Hans Peter", "Malte",
         "Jonathan", "Katharina", "Emre", "Aleksandra", "Jan"]
LAST = ["Müller-Lüdenbach", "Weiß", "Groß-Kreutz", "O'Neill", "D'Angelo", "von der Höh", "Straßer",
        "Żabinski", "Łapiński", "Yıldırım", "Şahinoglu", "Sørensen", "Ångström", "Æbelø", "Schröder",
        "Köpke", "Böhnisch", "Fußwinkel", "Vößing", "Hübner-Wölk", "zu Brandstätt", "Mc Allister",
        "Ohlendiek", "Petersilge", "Krautwald", "Nachtigäller", "Bäckerling", "Jäckel", "Quandtmeier",
        "Ünal", "Dvořák", "Lefèvre", "García Ruiz", "Thießen", "Rübsam", "Ehrenpreiß", "Zöllner",
        "Achterberg", "Wiesengrund", "Hohenfels"]
FIRMS = ["Nordlicht", "Käsekontor", "Elbwerk", "Grünspan", "Räderei", "Hafenkante", "Bläuling",
         "Mühlenhof", "Spätzlewerk", "Tüftelei", "Lindgrün", "Fährhaus", "Kontorhaus", "Süßstoff",
         "Kranwinkel", "Morgenröte", "Treibgut", "Zwölfer", "Windrose", "Ziegelei"]
FORMS = ["GmbH", "AG", "GmbH & Co. KG", "e. K.", "KG", "gGmbH", "UG (haftungsbeschränkt)", "SE"]
CITIES = [("20457", "Hamburg"), ("50667", "Köln"), ("80331", "München"), ("01067", "Dresden"),
          ("40213", "Düsseldorf"), ("90402", "Nürnberg"), ("23552", "Lübeck"), ("10117", "Berlin"),
          ("48143", "Münster"), ("99084", "Erfurt")]
STREETS = ["Große Elbgasse", "Königsweg", "Am Mühlbach", "Straße des Handwerks", "Färbergraben",
           "Lindenallee", "Schloßplatz", "Hinter der Mauer", "Gänsemarkt", "Bäckerbreite"]
JOBS = ["Geschäftsführerin", "Einkauf", "Leiter Marketing", "Buchhaltung", "Projektleitung",
        "Art Director", "Assistenz der Geschäftsführung", "IT-Leitung", "Redaktion", ""]
ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def domain_of(name):
    plain = "".join(c for c in name.lower().translate(ASCII) if c.isascii() and c.isalnum())
    return plain + ".example"


def phone(dice, line):
    number = 100000 + dice.below(900000)
    area = dice.one_of(["40", "221", "89", "351", "211", "911", "451", "30"])
    spellings = [f"0{area} {number}", f"0{area}/{number}", f"+49 {area} {number}",
                 f"+49 (0){area} {number}", f"0049{area}{number}", f"(0{area}) {number}-{dice.below(90) + 10}"]
    if line == "mobile":
        spellings = [f"0171 {number}7", f"+49 171 {number}7", f"0171/{number}7", f"0049171{number}7"]
    foreign = ["+43 1 5125" + str(100 + dice.below(900)), "+41 44 668 18 " + str(10 + dice.below(90))]
    return dice.one_of(foreign) if dice.chance(6) else dice.one_of(spellings)


def birthday(dice):
    year, month, day = 1950 + dice.below(55), 1 + dice.below(12), 1 + dice.below(28)
    return f"{year}-{month:02}-{day:02}" if dice.chance(50) else f"{day:02}.{month:02}.{year}"


def address(dice, number, web):
    code, city = dice.one_of(CITIES)
    return {"Id": number, "City": city, "ZipCode": code, "Street": dice.one_of(STREETS),
            "HouseNumber": str(1 + dice.below(180)) + dice.one_of(["", "", "a", " b"]),
            "Country": "DE", "Website": web}


def refs(ids):
    return [{"Id": number} for number in sorted(ids)]


def make_users():
    names = [("Jule", "Petersen"), ("Sören", "Krüger"), ("Aylin", "Öztürk"), ("Max", "Weißhaupt"),
             ("Kasimir", "Głowacki"), ("Ronja", "Böttcher"), ("Till", "Overbeck"), ("Ines", "Lützow"),
             ("Fiete", "Harmsen"), ("Nora", "Äpfelstedt"), ("Ole", "Winterfeld"), ("Pia", "Grünewald")]
    users = []
    for index, (first, last) in enumerate(names):
        short = (first + "." + last).lower().translate(ASCII)
        short = "".join(c for c in short.replace("ł", "l") if c.isascii())
        user = {"Id": index + 1, "FirstName": first, "LastName": last, "UserName": short,
                "EMailWork": short + "@agentur.example", "UpdatedOn": UPDATED}
        if index == 10:
            user["LeavingDate"] = "2025-06-30T00:00:00"
        if index == 11:
            user["EMailWork"] = None
        users.append(user)
    return users


def make_companies(dice):
    companies = []
    for index in range(80):
        number = 101 + index
        name = f"{FIRMS[index % len(FIRMS)]} {FORMS[(index // len(FIRMS) + index) % len(FORMS)]}"
        types = [{"Id": 1, "Name": "Kunde"}]
        if index % 9 == 4:
            types = [{"Id": 2, "Name": "Interessent"}]
        if index == 33:
            types = [{"Id": 1, "Name": "Kunde"}, {"Id": 3, "Name": "interessent"}]
        if index % 17 == 6:
            types = []
        if index % 13 == 5:
            types.append({"Id": 4, "Name": "Lieferant"})
        web = "https://www." + domain_of(FIRMS[index % len(FIRMS)] + str(index))
        companies.append({
            "Id": number, "Name": name, "CompanyTypes": types,
            "ResponsibleUsers": refs(dice.some_of(range(1, 12), dice.below(3))),
            "Subsystems": refs({1 + index % 3} | ({1} if dice.chance(20) else set())),
            "DefaultAddress": address(dice, 5001 + index, web), "UpdatedOn": UPDATED})
    return companies


def email_of(dice, first, last, company):
    local = (first.split()[0] + "." + last.split()[-1]).lower().translate(ASCII)
    local = "".join(c for c in local if c.isascii() and (c.isalnum() or c in ".-"))
    return f"{local or 'info'}@{company['DefaultAddress']['Website'].split('www.')[-1]}"


def make_contacts(dice, companies):
    contacts = []
    for index in range(500):
        number = 10001 + index
        company = companies[index % 80] if index != 6 else companies[0]
        first, last = dice.one_of(FIRST), dice.one_of(LAST)
        if index % 97 == 13:
            first = ""
        if index % 89 == 21:
            last = ""
        contact = {"Id": number, "FirstName": first, "LastName": last,
                   "Position": dice.one_of(JOBS), "CompanyId": company["Id"],
                   "Salutation": dice.one_of(["Herr", "Frau", ""]),
                   "SalutationForm": dice.one_of(["Formal", "Informal", "Neutral"]),
                   "Language": dice.one_of(["de", "de", "de", "en"]), "UpdatedOn": UPDATED}
        if dice.chance(12):
            contact["Title"] = dice.one_of(["Dr.", "Prof. Dr.", "Dipl.-Ing."])
        if dice.chance(70) or index == 6:
            contact["PhoneLandline"] = phone(dice, "land")
        if dice.chance(60) or index == 6:
            contact["PhoneMobile"] = phone(dice, "mobile")
        if dice.chance(45):
            contact["Birthdate"] = birthday(dice)
        own = {"Id": 20001 + index}
        if dice.chance(82) or index == 6:
            own["Email"] = email_of(dice, first or "kontakt", last or "person", company)
        if dice.chance(30):
            own |= {key: value for key, value in address(dice, 20001 + index, "").items() if value}
        if dice.chance(15):
            own["Fax"] = phone(dice, "land")
        if dice.chance(20):
            own["Description"] = dice.one_of(["Bitte nur vormittags anrufen.", "Eingang über den Hof.",
                                              "Kennt das Projekt seit 2019 – sehr genau."])
        contact["DefaultAddress"] = own
        if index % 61 == 7:
            del contact["DefaultAddress"]
        contacts.append(contact)
    contacts[40]["PhoneLandline"] = "Zentrale, bitte durchstellen lassen"
    contacts[41] |= {"FirstName": "", "LastName": "", "DefaultAddress": None}
    contacts[42] |= {"FirstName": "", "LastName": "", "DefaultAddress": None, "CompanyId": None}
    contacts[43]["CompanyId"] = None
    return contacts


def make_projects(dice, contacts):
    projects = []
    for index in range(60):
        company = 101 + dice.below(80)
        own = [c["Id"] for c in contacts if c["CompanyId"] == company]
        people = dice.some_of(own, 1 + dice.below(3)) + dice.some_of([c["Id"] for c in contacts], dice.below(2))
        projects.append({
            "Id": 301 + index, "Number": f"P-{2026}-{index + 1:03}",
            "Name": dice.one_of(["Relaunch", "Jubiläum", "Messeauftritt", "Broschüre", "Kampagne"]) + f" {index + 1}",
            "CompanyId": company,
            "Members": [{"UserId": user} for user in sorted(dice.some_of(range(1, 13), 1 + dice.below(4)))],
            "ContactPersons": refs(set(people)), "Subsystems": refs({1 + index % 3}), "UpdatedOn": UPDATED})
    return projects


def make_leads(dice, contacts):
    leads = []
    for index in range(40):
        company = 101 + dice.below(80)
        own = [c["Id"] for c in contacts if c["CompanyId"] == company]
        leads.append({
            "Id": 701 + index, "Number": f"L-{index + 1:03}", "Name": f"Anfrage {index + 1}",
            "CompanyId": company, "ResponsibleUserId": 1 + dice.below(11) if dice.chance(90) else None,
            "ContactPersons": refs(set(dice.some_of(own, 1 + dice.below(2)))),
            "Subsystems": refs({1 + index % 3}), "UpdatedOn": UPDATED})
    return leads


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner not in (None, "")}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "sample"
    folder.mkdir(parents=True, exist_ok=True)
    dice = Dice(SEED)
    subsystems = [{"Id": 1, "Name": "Hamburg", "IsMaster": True, "UpdatedOn": UPDATED},
                  {"Id": 2, "Name": "Köln", "IsMaster": False, "UpdatedOn": UPDATED},
                  {"Id": 3, "Name": "Digital & Söhne", "IsMaster": False, "UpdatedOn": UPDATED}]
    companies = make_companies(dice)
    contacts = make_contacts(dice, companies)
    sets = {"Subsystem": subsystems, "Users": make_users(), "Companies": companies,
            "ContactPersons": contacts, "Projects": make_projects(dice, contacts),
            "Leads": make_leads(dice, contacts)}
    for name, records in sets.items():
        lines = ",\n".join(json.dumps(without_nulls(record), ensure_ascii=False) for record in records)
        (folder / f"{name}.json").write_text('{"value":[\n' + lines + "\n]}\n", encoding="utf-8")


main()
