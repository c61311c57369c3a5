# ruff: noqa: E501 (patterns and lists of words)
"""Closed lists of words that slots are filled from, and that the gazetteer marks."""

from __future__ import annotations

MONTHS = [
    "January February March April May June July August September October November December".split(),
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "January February March April May June July August September October November December".split(),
]
WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
).split()
NUMBER_WORDS = (
    "five six seven eight nine ten eleven twelve thirteen fourteen sixteen eighteen nineteen twenty thirty forty "
    "fifty sixty seventy eighty twenty-one thirty-five forty-two ninety"
).split()
TITLES = "Mr. Mrs. Ms. Miss Dr. Mr Mrs Ms Dr Prof. Professor Sir Madam Mme M. Herr Frau Señor Señora Sr. Sra. Don Rev. Hon. Mx. Capt. Sgt. Lady Lord Dame".split()  # fmt: skip
SUFFIXES = "Jr. Sr. II III PhD Ph.D. MD M.D. DDS DVM Esq. MBA CPA".split()
UNITS = ["Apt. {}", "Apt {}", "Suite {}", "Ste. {}", "Flat {}", "Unit {}", "Apartment {}", "Floor {}", "Room {}", "#{}", "lok. {}", "m. {}", "Appartement {}", "Piso {}", "Box {}", "Top {}"]  # fmt: skip
DEPARTMENTS = ["Sales", "Marketing", "Engineering", "Finance", "Operations", "Human Resources", "IT", "Security", "Product", "Research", "Procurement", "Legal", "Risk", "Communications", "Customer Care"]  # fmt: skip
JOBS = [
    "CEO", "CFO", "CTO", "COO", "CISO", "CIO", "nurse", "teacher", "plumber", "lawyer", "waiter", "accountant",
    "Software Engineer", "Senior Developer", "electrician", "baker", "bus driver", "sales manager", "Account Manager",
    "Project Manager", "Office Manager", "secretary", "Executive Assistant", "truck driver", "carpenter", "farmer",
    "fisherman", "journalist", "photographer", "architect", "Civil Engineer", "Data Scientist", "dentist", "surgeon",
    "pharmacist", "vet", "librarian", "professor of history", "Lecturer", "postman", "police officer", "firefighter",
    "pilot", "flight attendant", "chef", "cook", "hairdresser", "tailor", "welder", "machinist", "miner", "mechanic",
    "Security Analyst", "System Administrator", "Network Engineer", "HR Manager", "Recruiter", "Consultant",
    "Managing Director", "Managing Partner", "Vice President", "President", "Chairman", "Treasurer", "Team Lead",
    "Product Owner", "Scrum Master", "Intern", "Trainee", "Clerk", "Cashier", "Loan officer", "Insurance agent",
    "Real estate agent", "Tax advisor", "Notary", "Judge", "Translator", "Interpreter", "Copywriter", "Editor",
    "Graphic designer", "Web designer", "Social worker", "Psychologist", "Physical therapist", "Paramedic",
    "Radiologic technician", "Medical assistant", "Home health aide", "Food preparation worker", "Forklift operator",
    "Assembly line worker", "Metal and plastic molding machine setter", "Printing press operator", "Water treatment operator",
    "Roofer", "Glazier", "Landscaping worker", "Pest control worker", "Parking attendant", "Usher", "Tour guide",
    "Correctional officer", "Bailiff", "Court reporter", "Legal secretary", "Private detective", "Security guard",
    "Soil scientist", "Marine biologist", "Chemical technician", "Mining and geological engineer", "Cost estimator",
    "Purchasing agent", "Logistician", "Budget analyst", "Credit counselor", "Claims adjuster", "Appraiser",
    "Musician", "Choreographer", "Music director", "Set designer", "Film editor", "Sound engineer", "Umpire", "Coach",
]  # fmt: skip
DEMONYMS = (
    "Afghan|Albanian|Algerian|American|Angolan|Argentinian|Argentine|Armenian|Australian|Austrian|Azerbaijani|Bahraini|"
    "Bangladeshi|Belarusian|Belgian|Bolivian|Bosnian|Brazilian|British|Bulgarian|Burmese|Cambodian|Cameroonian|Canadian|"
    "Chadian|Chilean|Chinese|Colombian|Congolese|Costa Rican|Croatian|Cuban|Cypriot|Czech|Danish|Dominican|Dutch|"
    "Ecuadorian|Egyptian|English|Eritrean|Estonian|Ethiopian|Fijian|Filipino|Finnish|French|Gambian|Georgian|German|"
    "Ghanaian|Greek|Guatemalan|Haitian|Honduran|Hungarian|Icelandic|Indian|Indonesian|Iranian|Iraqi|Irish|Israeli|"
    "Italian|Ivorian|Jamaican|Japanese|Jordanian|Kazakh|Kenyan|Korean|Kuwaiti|Kurdish|Lao|Latvian|Lebanese|Liberian|"
    "Libyan|Lithuanian|Macedonian|Malagasy|Malaysian|Maltese|Mexican|Moldovan|Mongolian|Montenegrin|Moroccan|"
    "Mozambican|Namibian|Nepalese|Nepali|Nicaraguan|Nigerian|Norwegian|Omani|Pakistani|Palestinian|Panamanian|"
    "Paraguayan|Persian|Peruvian|Polish|Portuguese|Puerto Rican|Qatari|Romanian|Russian|Rwandan|Samoan|Saudi|Scottish|"
    "Senegalese|Serbian|Singaporean|Slovak|Slovenian|Somali|South African|South Korean|Spanish|Sri Lankan|Sudanese|"
    "Swedish|Swiss|Syrian|Taiwanese|Tajik|Tanzanian|Thai|Tibetan|Tongan|Tunisian|Turkish|Turkmen|Ugandan|Ukrainian|"
    "Uruguayan|Uzbek|Venezuelan|Vietnamese|Welsh|Yemeni|Zambian|Zimbabwean|Jewish|Muslim|Christian|Catholic|"
    "Protestant|Buddhist|Hindu|Orthodox|Sikh|atheist|Mormon|Sunni|Shia|Lutheran|Roma|Basque|Catalan|African American|"
    "Latino|Hispanic|Asian|European|African|Arab|Slavic|Inuit|Maori|Romani|Democrat|Republican|Socialist|Communist"
).split("|")
DEMONYMS_PLURAL = (
    "Americans|Germans|Italians|Russians|Ukrainians|Hungarians|Australians|Austrians|Brazilians|Canadians|Croatians|"
    "Cubans|Czechs|Danes|Egyptians|Estonians|Finns|Greeks|Icelanders|Indians|Iranians|Iraqis|Israelis|Jordanians|Kenyans|"
    "Koreans|Kurds|Latvians|Lithuanians|Mexicans|Moroccans|Nigerians|Norwegians|Pakistanis|Palestinians|Peruvians|Poles|"
    "Romanians|Serbs|Slovaks|Slovenes|Somalis|Spaniards|Swedes|Syrians|Thais|Turks|Tunisians|Welshmen|Scots|Jews|Muslims|"
    "Christians|Catholics|Protestants|Buddhists|Hindus|Sikhs|Mormons|Democrats|Republicans|Africans|Europeans|Asians|"
    "Arabs|Latinos|Yemenis|Kuwaitis|Qataris|Uzbeks|Kazakhs|Belgians|Ghanaians|Ethiopians|Colombians|Chileans|Filipinos"
).split("|")
FIRM_TAILS = ["Inc", "Inc.", "Ltd", "Ltd.", "LLC", "GmbH", "AG", "Group", "& Sons", "PLC", "S.A.", "AB", "Oy", "AS", "B.V.", "Kft.", "Zrt.", "s.r.o.", "Sp. z o.o.", "SpA", "SARL", "Corp.", "Corporation", "Company", "Partners", "Holdings", "Solutions", "Technologies", "Consulting", "Industries", "Systems", "Associates", "Services", "Labs", "Media", "Capital", "Foods", "Motors", "Bank", "Logistics"]  # fmt: skip
FIRM_ENDS = ["Sons", "Partners", "Co", "Co.", "Company", "Daughters", "Associates", "Brothers"]
FIRM_STARTS = ["Blue", "Bright", "Data", "Cloud", "Green", "North", "Red", "Open", "True", "Ever", "Air", "Sun", "Star", "Silver", "Next", "Urban", "Smart", "Clear", "First", "Health", "Home", "Food", "Farm", "Trade", "Pay", "Loan", "Card", "Ship", "Route", "Map", "Site", "Page", "Code", "Bio", "Geo", "Aero", "Terra", "Aqua", "Nova", "Vita", "Opti", "Inno", "Quanti", "Lumi", "Credi", "Medi", "Fin", "Legi", "Agri", "Edu", "Zen", "Kali", "Veri", "Axi", "Omni", "Poly", "Trans", "Inter", "Pro", "Tele", "Nano", "Macro", "Ro", "Za", "Vo", "Pa", "Que", "Su"]  # fmt: skip
FIRM_WORDS = ["Point", "Bridge", "Works", "Stone", "Path", "House", "Field", "Wave", "Leaf", "Nest", "Forge", "Market", "Shop", "Street", "Ledger", "Karma", "Census", "List", "Care", "Guard", "Robotics", "Energy", "Analytics", "Dental", "Travel", "Garden", "Kitchen", "Bakery", "Books", "Records", "Pictures", "Games", "Sports", "Fitness", "Insurance", "Finance", "Credit", "Trust", "Mutual", "Savings", "Realty", "Homes", "Builders", "Steel", "Paper", "Textiles", "Plastics", "Pharma", "Genetics", "Imaging", "Optics", "Sensors", "Mobile", "Telecom", "Networks", "Software", "Digital", "Studio", "Design", "Press", "News", "Radio", "Express", "Freight", "Cargo", "Marine", "Airways", "Rail", "Auto", "Tire", "Parts", "Tools", "Supply", "Depot", "Outlet", "Fashion", "Shoes", "Jewelers", "Toys", "Pets", "Farms", "Dairy", "Coffee", "Brewing", "Wines", "Catering", "Hotels", "Resorts", "Events", "Maintenance", "Cleaning", "Recycling", "Water", "Solar", "Power", "Oil", "Gas", "Mining", "Gold", "Capital", "Ventures", "Advisors", "Staffing", "Academy", "Learning", "Institute", "Foundation", "Alliance", "Network", "Union", "Council"]  # fmt: skip
STREETS = (
    "street road avenue lane drive st rd ave court terrace way place crescent close boulevard blvd square rue avenue chemin "
    "place via viale piazza corso calle avenida plaza rua travessa largo str strasse platz allee weg gasse laan straat "
    "plein gade vej vaenget vegen veien gata gatan vagen stigen katu tie kuja utca ut ter ul ulica al cesta ulice nam trg "
    "ulitsa sok caddesi cad jalan jl marg sharia vegur straeti strada bulevardul dori ro lu duong pho iela apt suite flat "
    "unit box po apartment floor postfach corner psc apo fpo dpo highway hwy pkwy parkway alley row mews hill grove park "
    "circle loop pass crossing junction shoals ridge manor estate building tower house door"
).split()
