"""Words that say what the number behind them is, found in one pass over the text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

    from vedette.guard.personal.sheet import Sheet

_WORDS: dict[str, str] = {
    # family: words, parted by bars; in small letters, Latin-1; "_" stands for blank, underscore, hyphen or nothing
    "phone": "phone|phones|telephone|telefon|telefono|teléfono|téléphone|tel|tél|mobile|mobil|cell|cellphone|handy|fax|"
    "whatsapp|hotline|phone_number|phone_no|mobile_number|contact_number|telefone|celular|móvil|movil|portable|"
    "telefoon|puhelin|puh|gsm|msisdn|landline|pager|tlf|komórka|numer_telefonu|cellulare",
    "call": "call|call_me|call_us|dial|reach_me|reached_at|answering_at|reach_us|ring|messages_to|text_me|sms_to|"
    "message_to|texts_to|you_can_call|reach_you|phoned|calls_from|called|texted|callback|call_back|"
    "my_number|contact_me_at|contact_us_at",
    "line": "desk|office|home|work|direct|main|evening|daytime|private|business",
    "card": "credit_card|debit_card|card_number|card_no|cardnumber|creditcard|card|visa|mastercard|amex|maestro|"
    "american_express|diners|discover|cc_number|ccnum|cc_no|kreditkarte|kartennummer|carte_bancaire|tarjeta|"
    "carta_di_credito|pan_number|primary_account_number|payment_card|cardholder|jcb|unionpay|kreditkartennummer",
    "iban": "iban|bank_account|kontonummer|bankverbindung",
    "routing": "routing|routing_number|routing_no|aba|aba_number|rtn|transit_number|ach",
    "account": "bank_account|bank_account_number|account_number|account_no|acct_no|acct_number|checking_account|"
    "savings_account|account_#|acct_#|acct#|kontonummer|konto_nr|numéro_de_compte|numero_de_cuenta|beneficiary_account|"
    "deposit_account|bankkonto|bank_acct|kto|kto_nr|ktonr",
    "sortcode": "sort_code|sortcode",
    "bsb": "bsb",
    "licence": "driver's_license|drivers_license|driver_license|driving_license|driving_licence|driver's_licence|"
    "drivers_licence|driver_licence|driver_license_number|license_number|licence_number|führerschein|"
    "führerscheinnummer|permis_de_conduire|dl_number|dl_no|dl#|permiso_de_conducir|patente_di_guida|"
    "carnet_de_conducir|rijbewijs|driver's_lic|driving_permit|licencia_de_conducir|driver’s_license",
    "passport": "passport|passport_number|passport_no|passport_num|reisepass|reisepassnummer|passeport|pasaporte|"
    "passaporto|passaporte|paszport|paspoort|pass_nr|passnummer|travel_document",
    "medical": "mrn|medical_record|medical_record_number|medical_record_no|patient_id|patient_number|patient_no|"
    "patient_identifier|hospital_number|hospital_no|chart_number|chart_no|health_record|medical_id|patientennummer|"
    "health_plan|health_insurance_number|member_id|krankenversichertennummer|versichertennummer|"
    "medical_rec_no|encounter_number|health_card|medicaid|medicaid_number|beneficiary_id|hicn|mbi|"
    "numéro_de_patient|admission_number|patient_mrn",
    "birth": "date_of_birth|dob|d.o.b.|d.o.b|birth_date|birthdate|birthday|born_on|born|geburtsdatum|geboren_am|"
    "geboren|né_le|née_le|date_de_naissance|fecha_de_nacimiento|nacido_el|nacida_el|data_di_nascita|nato_il|nata_il|"
    "data_de_nascimento|geboortedatum|födelsedatum|fødselsdato|data_urodzenia|syntymäaika|birth_day|geb.",
    "any-id": "national_id|national_identity|national_identification|national_insurance|identity_card|id_card|"
    "identity_number|identification_number|id_number|personal_number|personal_id|citizen_id|tax_id|tax_number|"
    "tax_identification|taxpayer|social_security|social_insurance|tin|government_id|personalausweis|fiscal_code|"
    "tax_file|national_number|civil_id|resident_registration",
    "us-ssn": "ssn|social_security|social_security_number|social_security_no|soc_sec|ss#|ssn#|social",
    "us-itin": "itin|tax_id|taxpayer",
    "us-ein": "ein|employer_identification|fein",
    "us-mbi": "medicare|mbi|medicare_number",
    "gb-nhs": "nhs|nhs_number|nhs_no",
    "gb-nino": "nino|national_insurance|ni_number|nin|ni_no",
    "gb-utr": "utr|unique_taxpayer_reference",
    "fr-nir": "nir|insee|sécurité_sociale|securite_sociale|numéro_de_sécu|carte_vitale|numéro_de_sécurité_sociale",
    "fr-nif": "numéro_fiscal|numero_fiscal|spi",
    "de-idnr": "steuer-id|steueridentifikationsnummer|steuer-identifikationsnummer|steuer-idnr|idnr|steuerid|"
    "steuer_identifikationsnummer|identifikationsnummer|tin",
    "de-svnr": "sozialversicherungsnummer|rentenversicherungsnummer|sv-nummer|svnr|versicherungsnummer",
    "de-ausweis": "personalausweis|personalausweisnummer|ausweisnummer|ausweis-nr",
    "es-nif": "dni|nif|nie|documento_nacional",
    "it-cf": "codice_fiscale|cod._fisc|c.f.",
    "pl-pesel": "pesel",
    "pl-nip": "nip",
    "se-pnr": "personnummer|samordningsnummer|personnr",
    "no-fnr": "fødselsnummer|fodselsnummer|personnummer|fnr|d-nummer",
    "dk-cpr": "cpr|cpr-nr|cpr-nummer|personnummer|cprnr",
    "fi-hetu": "hetu|henkilötunnus|henkilotunnus",
    "is-kt": "kennitala",
    "nl-bsn": "bsn|burgerservicenummer|sofinummer|sofi-nummer",
    "be-nn": "rijksregisternummer|numéro_national|registre_national|insz|niss|rijksregister|numero_national",
    "pt-nif": "nif|contribuinte|número_de_contribuinte|numero_de_contribuinte",
    "pt-cc": "cartão_de_cidadão|cartao_de_cidadao",
    "ch-ahv": "ahv|avs|ahv-nr|ahv-nummer|ahvn13|numéro_avs|sozialversicherungsnummer",
    "at-svnr": "svnr|sozialversicherungsnummer|sv-nummer|sv-nr|versicherungsnummer",
    "br-cpf": "cpf",
    "br-cnpj": "cnpj",
    "ar-dni": "dni|cuit|cuil|documento",
    "cl-rut": "rut|run|r.u.t.",
    "co-nit": "nit|cédula|cedula",
    "pe-dni": "dni|cui|ruc",
    "uy-ci": "cédula|cedula",
    "ve-ci": "cédula|cedula|rif",
    "ec-ci": "cédula|cedula|ruc",
    "mx-curp": "curp",
    "mx-rfc": "rfc",
    "in-aadhaar": "aadhaar|aadhar|uidai|uid_number",
    "in-pan": "pan|pan_number|pan_card|permanent_account_number",
    "cn-ric": "身份证|id_card|shenfenzheng|resident_identity|ric|identity_card",
    "tw-id": "national_id|taiwan_id|id_card|roc_id",
    "hk-id": "hkid|hong_kong_id|identity_card",
    "kr-rrn": "rrn|resident_registration|jumin",
    "jp-mynumber": "my_number|mynumber|kojin_bango|individual_number|マイナンバー",
    "sg-nric": "nric|fin|singpass",
    "my-nric": "nric|mykad|ic_number|ic_no|my_kad",
    "pk-cnic": "cnic|nadra",
    "th-pin": "thai_id|national_id|thai_national",
    "vn-mst": "mst",
    "id-nik": "nik|ktp|npwp",
    "au-tfn": "tfn|tax_file|tax_file_number",
    "au-medicare": "medicare|medicare_number|medicare_card",
    "nz-ird": "ird|ird_number|ird_no",
    "ca-sin": "sin|social_insurance|social_insurance_number|nas|sin#",
    "za-id": "sa_id|south_african_id|id_number|identity_number|rsa_id|id_no",
    "tr-tckn": "tckn|tc_kimlik|t.c._kimlik|kimlik_no|kimlik|tc_no",
    "il-id": "teudat_zehut|israeli_id|id_number|mispar_zehut|t.z.",
    "eg-id": "egyptian_id|national_id",
    "ro-cnp": "cnp|cod_numeric_personal",
    "bg-egn": "egn|egn:|lnch",
    "cz-rc": "rodné_číslo|rodne_cislo|rodne_cislo|rodné_cislo|r.č.|birth_number|rc",
    "hr-oib": "oib",
    "si-emso": "emso|emšo|jmbg",
    "rs-jmbg": "jmbg|jmbg:",
    "gr-amka": "amka",
    "gr-afm": "afm|vat_number|tin",
    "ee-ik": "isikukood|ik",
    "lt-ak": "asmens_kodas|asmens_kodo",
    "lv-pk": "personas_kods",
    "ie-pps": "pps|ppsn|pps_number|pps_no",
    "hu-taj": "taj|taj-szám|adóazonosító",
    "ua-rnokpp": "rnokpp|ipn|edrpou|рнокпп",
    "ru-inn": "inn|инн|snils|снилс",
    "aws": "aws_account|account_id|accountid|aws_account_id|recipientaccountid|owner_id|ownerid|aws_acct|aws",
    "azure": "tenant|tenant_id|tenantid|subscription|subscriptions|subscription_id|subscriptionid|directory_id|tenants|"
    "aadtenantid|hometenantid|resourcetenantid|organizationid",
    "gcp": "projects|project_id|gcp_project|project",
    "wallet": "wallet|bitcoin|btc|ethereum|eth|litecoin|ltc|monero|xmr|crypto|erc20|erc-20|usdt|dogecoin|tron|ransom|"
    "coin_address|token_address|deposit_address|donate",
}

_APART = (" ", "_", "-", "")


class Cue(NamedTuple):
    """A word that stands in a text."""

    start: int
    end: int


@cache
def _machine() -> tuple[BytesAhoCorasick, list[tuple[str, ...]]]:
    """Return the automaton, and each word's families."""
    from ahocorasick_rs import BytesAhoCorasick, MatchKind

    families: dict[bytes, set[str]] = {}
    for family, words in _WORDS.items():
        for word in words.split("|"):
            for spelt in {word.replace("_", apart) for apart in _APART} | {word.replace("_", "  ")}:
                seen = spelt.encode("latin-1", "vedette-mirror")  # as the mirror shows it
                if sum(97 <= byte <= 122 for byte in seen) > 1:
                    families.setdefault(seen, set()).add(family)
    words_in_order = sorted(families)
    machine = BytesAhoCorasick(words_in_order, matchkind=MatchKind.LeftmostLongest)
    # whoever says "social security number" says "social security" too
    return machine, [
        tuple(
            sorted(
                set().union(*(families[short] for short in families if word.startswith(short + b" ") or short == word))
            )
        )
        for word in words_in_order
    ]


class Cues:
    """The cue words of a text by family."""

    __slots__ = ("_found",)

    def __init__(self, sheet: Sheet) -> None:
        """Find them all, as whole words (``patient_ssn`` holds one, ``session`` none)."""
        machine, families = _machine()
        low = sheet.low
        n = len(low)
        self._found: dict[str, list[Cue]] = {}
        for which, start, end in machine.find_matches_as_indexes(low):
            if (start and _letter(low[start - 1])) or (end < n and _letter(low[end]) and _letter(low[end - 1])):
                continue
            cue = Cue(start, end)
            for family in families[which]:
                self._found.setdefault(family, []).append(cue)

    def of(self, family: str) -> list[Cue]:
        """Return the words of a family in order."""
        return self._found.get(family, [])

    def near(self, family: str, start: int, end: int, *, before: int = 48, after: int = 24) -> bool:
        """Return whether a word of the family ends shortly before a range, or begins shortly after it."""
        found = self._found.get(family)
        if not found:
            return False
        at = bisect_right(found, Cue(start, start)) - 1
        if at >= 0 and found[at].end <= start and start - found[at].end <= before:
            return True
        at = bisect_left(found, Cue(end, 0))
        return at < len(found) and found[at].start - end <= after

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._found)

    def families(self) -> set[str]:
        """Return the families of which a word stands in the text."""
        return set(self._found)


def _letter(byte: int) -> bool:
    return 97 <= byte <= 122 or byte >= 0xC0 or 48 <= byte <= 57
