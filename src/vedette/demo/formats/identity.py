"""Identity provider records: Entra ID sign-ins and directory audits, Okta's system log."""

from __future__ import annotations

from random import Random

from vedette.demo.clock import iso_us
from vedette.demo.company import TENANT, Person
from vedette.demo.formats.text import quoted, uuid4
from vedette.demo.sink import Sink

_CITIES = {
    "home": ("Hamburg", "DE", 53.55, 10.0),
    "office": ("Bremen", "DE", 53.08, 8.8),
    "away": ("Lisbon", "PT", 38.72, -9.14),
}


class IdentityWriter:
    """Writes sign-ins and directory changes as diagnostic settings deliver them."""

    def __init__(self, sink: Sink, rng: Random) -> None:
        self._sink = sink
        self._rng = rng

    def sign_in(
        self,
        t: int,
        person: Person,
        ip: str,
        app: str,
        *,
        place: str = "office",
        error: int = 0,
        interactive: bool = True,
        agent: str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    ) -> None:
        """Emit an Entra ID sign-in; error 0 is success, 50126 a wrong password, 50074 no second factor."""
        rng = self._rng
        city, country, lat, lon = _CITIES[place]
        reason = {0: "Other.", 50126: "Invalid username or password.", 50074: "Strong authentication is required."}[
            error
        ]
        stamp, ident = iso_us(t), uuid4(rng)
        name = person.full_name
        kind = "SignInLogs" if interactive else "NonInteractiveUserSignInLogs"
        self._sink.emit(
            "entra",
            t,
            f'{{"time":"{stamp}","resourceId":"/tenants/{TENANT}/providers/Microsoft.aadiam",'
            f'"operationName":"Sign-in activity","operationVersion":"1.0","category":"{kind}","tenantId":"{TENANT}",'
            f'"resultType":"{error}","resultSignature":"None","resultDescription":"{"" if not error else reason}",'
            f'"durationMs":0,"callerIpAddress":"{ip}","correlationId":"{uuid4(rng)}","identity":{quoted(name)},'
            f'"Level":4,'
            f'"location":"{country}","properties":{{"id":"{ident}","createdDateTime":"{stamp}",'
            f'"userDisplayName":{quoted(name)},"userPrincipalName":"{person.account.upn}","userId":"{person.entra_id}",'
            f'"appId":"{_app_id(app)}","appDisplayName":"{app}","ipAddress":"{ip}",'
            f'"status":{{"errorCode":{error},"failureReason":"{reason}"}},"clientAppUsed":"Browser",'
            f'"userAgent":"{agent}",'
            f'"deviceDetail":{{"deviceId":"","displayName":"{person.workstation.name}","operatingSystem":"Windows10",'
            f'"browser":"Edge 122.0.0","isManaged":true,"isCompliant":true}},"location":{{"city":"{city}",'
            f'"countryOrRegion":"{country}","geoCoordinates":{{"latitude":{lat},"longitude":{lon}}}}},'
            f'"conditionalAccessStatus":"{"success" if not error else "failure"}",'
            f'"isInteractive":{"true" if interactive else "false"},"riskDetail":"none","riskLevelAggregated":"none",'
            f'"riskLevelDuringSignIn":"none","riskState":"none",'
            f'"authenticationRequirement":"multiFactorAuthentication","resourceDisplayName":"{app}"}}}}',
        )

    def audit(self, t: int, operation: str, category: str, by: str, target: str) -> None:
        """Emit an Entra ID directory audit record."""
        rng = self._rng
        stamp = iso_us(t)
        self._sink.emit(
            "entra_audit",
            t,
            f'{{"time":"{stamp}","resourceId":"/tenants/{TENANT}/providers/Microsoft.aadiam",'
            f'"operationName":"{operation}",'
            f'"operationVersion":"1.0","category":"AuditLogs","tenantId":"{TENANT}","resultSignature":"None",'
            f'"durationMs":0,'
            f'"correlationId":"{uuid4(rng)}","Level":4,"properties":{{"id":"Directory_{uuid4(rng)}",'
            f'"category":"{category}","result":"success","resultReason":"","activityDisplayName":"{operation}",'
            f'"activityDateTime":"{stamp}","loggedByService":"Core Directory","initiatedBy":{{"user":{{'
            f'"userPrincipalName":"{by}","ipAddress":"198.51.100.14"}}}},'
            f'"targetResources":[{{"displayName":"{target}","type":"User","userPrincipalName":"{target}"}}]}}}}',
        )

    def okta(self, t: int, person: Person, ip: str, *, ok: bool = True, app: str = "Carrier Portal") -> None:
        """Emit an Okta sign-on record (the carriers' portal uses Okta)."""
        rng = self._rng
        kind, outcome = ("user.authentication.sso", "SUCCESS") if ok else ("user.session.start", "FAILURE")
        reason = '"reason":"INVALID_CREDENTIALS"' if not ok else '"reason":null'
        self._sink.emit(
            "okta",
            t,
            f'{{"actor":{{"id":"00u{person.entra_id[:8]}","type":"User","alternateId":"{person.account.upn}",'
            f'"displayName":{quoted(person.full_name)}}},"client":{{"userAgent":{{"rawUserAgent":"Mozilla/5.0 '
            f"(Windows NT 10.0; "
            f'Win64; x64)","os":"Windows 10","browser":"EDGE"}},"zone":"null","device":"Computer","ipAddress":"{ip}",'
            f'"geographicalContext":{{"city":"Bremen","country":"Germany"}}}},"authenticationContext":'
            f'{{"authenticationStep":0,"externalSessionId":"idx{rng.getrandbits(64):x}"}},'
            f'"displayMessage":"{"User single sign on to app" if ok else "User login to Okta"}","eventType":"{kind}",'
            f'"outcome":{{"result":"{outcome}",{reason}}},"published":"{iso_us(t)[:-4]}Z","securityContext":{{}},'
            f'"severity":"{"INFO" if ok else "WARN"}","debugContext":{{"debugData":{{"requestUri":"/app/sso"}}}},'
            f'"legacyEventType":"{"app.auth.sso" if ok else "core.user_auth.login_failed"}",'
            f'"transaction":{{"type":"WEB"}},'
            f'"uuid":"{uuid4(rng)}","version":"0","target":[{{"id":"0oa{TENANT[:8]}","type":"AppInstance",'
            f'"alternateId":"{app}","displayName":"{app}"}}]}}',
        )


def _app_id(app: str) -> str:
    h = f"{sum(ord(c) * 131**i for i, c in enumerate(app)) & (1 << 128) - 1:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


WEB_APPS = ("Office 365 Exchange Online", "SharePoint Online", "Teams", "Expense Desk", "Fleet Planner")
"""Applications that people sign in to."""
