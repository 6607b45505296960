"""The raw material of the demo: names and phrases that belong to nobody."""

from __future__ import annotations

FIRST_NAMES = (
    *("Alice", "Amir", "Beatrice", "Callum", "Chiara", "Daniel", "Elena", "Felix", "Grace"),
    *("Hanna", "Henrik", "Ines", "Jonas", "Karim", "Laura", "Liam", "Mara", "Marco", "Nadia"),
    *("Oskar", "Paula", "Rafael", "Sofia", "Tom", "Ursula", "Victor", "Wanda", "Yusuf"),
)
LAST_NAMES = (
    *("Abbott", "Bergmann", "Castell", "Duarte", "Ekholm", "Farrow", "Galli", "Hartwell"),
    *("Ivers", "Jansen", "Keller", "Lindqvist", "Marsh", "Novak", "Olsen", "Pereira", "Quinn"),
    *("Rossi", "Sandoval", "Thorne", "Ueda", "Varga", "Winter", "Yates", "Zeller"),
)
# A Russian last name follows the first name: (name, is a woman's).
RUSSIAN_FIRST_NAMES = (
    *(("Анна", True), ("Игорь", False), ("Мария", True), ("Павел", False), ("Ольга", True)),
    *(("Сергей", False), ("Дарья", True), ("Никита", False)),
)
RUSSIAN_LAST_NAMES = (
    *("Соколов", "Морозов", "Лебедев", "Новиков", "Орлов", "Фёдоров", "Щукин", "Ершов"),
)

COMPANY_BEGINNINGS = (
    *("Alder", "Beacon", "Brack", "Cobalt", "Dover", "Elm", "Fjord", "Granite", "Harbour"),
    *("Iron", "Juniper", "Kestrel", "Lark", "Mill", "North", "Ochre", "Pine", "Quarry"),
    *("River", "Slate", "Tidal", "Umber", "Vale", "West", "Yarrow"),
)
COMPANY_ENDINGS = (
    *("ford Logistics", "wick Foods", "stone Freight", "field Storage", "gate Trading"),
    *("brook Pharma", "haven Shipping", "moor Retail", "ley Engineering", "mark Dairy"),
)
RUSSIAN_COMPANIES = (
    *("ООО «Северный склад»", "ООО «Волжский холод»", "АО «Заречье Транс»"),
    *("ООО «Белая пристань»", "ООО «Рубеж Логистика»"),
)
INDUSTRIES = ("Logistics", "Food", "Retail", "Pharma", "Engineering", "Shipping", "Agriculture")
JOB_TITLES = (
    *("Head of logistics", "Warehouse manager", "Buyer", "Managing director", "IT manager"),
    *("Operations manager", "Quality manager", "Fleet manager"),
)
SOURCES = ("Website", "Trade fair", "Referral", "Cold call", "Newsletter", "Partner")

# By option of the field “Product line”: what is sold, and the usual price in euros.
PRODUCTS = {
    "scanners": (("Handheld scanners", "Ring scanners", "Dock scanners"), 14_000),
    "terminals": (("Yard terminals", "Gate terminals"), 38_000),
    "cold_chain": (("Cold chain monitoring", "Freezer sensors"), 52_000),
    "shelving": (("Pallet shelving", "Mobile shelving", "Picking racks"), 27_000),
    "software": (("Warehouse software", "Route planning", "Stock forecast"), 61_000),
    "service": (("Service plan", "Extended warranty"), 9_000),
}
PLACES = ("Antwerp", "Bristol", "Gdansk", "Hamburg", "Leeds", "Lyon", "Porto", "Riga", "Turin")
INTERESTS = ("Scanners", "Cold chain", "Warehouse software", "Shelving", "A service plan")

POSITIONS = (
    *("Sales representative", "Service technician", "Warehouse clerk", "Software developer"),
    *("Accountant", "Office manager", "Trainee in logistics"),
)
PURCHASES = (
    ("Laptops for the new colleagues", "equipment", 7_800),
    ("Licences for the drawing software", "software", 3_100),
    ("Repair of the forklift", "services", 1_450),
    ("Safety shoes, 24 pairs", "supplies", 2_160),
    ("Label printers", "equipment", 1_980),
    ("Translation of the manual", "services", 940),
    ("Chairs for the meeting room", "equipment", 2_700),
    ("Packing material, third quarter", "supplies", 4_200),
    ("Penetration test of the web shop", "services", 8_500),
    ("Backup storage", "software", 1_250),
    ("First-aid boxes", "supplies", 320),
    ("Test vehicle for cold chain", "equipment", 31_000),
)

DEAL_COMMENTS = (
    "Spoke on the phone. They want a second quote with installation included.",
    "Site visit went well, the dock doors are wider than the plan says.",
    "Their budget is decided at the end of the quarter.",
    "Sent the reference list, three clients agreed to take a call.",
    "Asked for a discount of ten per cent; offered longer warranty instead.",
    "Договорились о встрече на складе, нужен пропуск.",
)
CANDIDATE_COMMENTS = (
    "Strong résumé, has done the same job for four years.",
    "Good on the phone, asks the right questions.",
    "Can start in six weeks.",
    "References are friendly and precise.",
    "Would like to work from home two days a week.",
    "Хорошо говорит по-русски и по-английски.",
)
