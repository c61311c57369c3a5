"""What the fields of logs and records are called that hold something of a person or of the house."""

from __future__ import annotations

import re
from functools import lru_cache

_TABLE: dict[str, str] = {
    # kind: names, small, letters and digits only
    "user": """
        user username userid uname login loginname loginid logonname account accountname acct acctname
        samaccountname subjectusername targetusername newtargetusername oldtargetusername sourceusername
        sourceuser targetuser subjectaccountname targetaccountname membername callerusername clientusername
        remoteusername localusername actoruser actorname actorid actoralternateid alternateid principalname
        userprincipalname upn targetuserprincipalname initiatinguserprincipalname
        initiatingprocessaccountname initiatingprocessaccountupn requestaccountname accountupn
        accountobjectname parentuser user_name suser duser sourceusername usrname usr usrname srcuser
        dstuser suserid csusername csuser remoteuser authuser auser auid_name effectiveuser setuser
        audituser filesystemuser ruser euser owner ownername runasuser logonuser loggedonuser
        lastloggedonuser subjectuser useridentityname iamuser assumedby rolesessionname sessionname
        principal accountdisplayname mailbox mailboxowner mailboxownerupn mailboxguidowner
        logonuserdisplayname createdby modifiedby lastmodifiedby updatedby deletedby requester requestor
        initiator caller impersonateduser subjectuserid winlogusername winloguser clientuser dbuser
        sessionuser currentuser githubuser gituser committer samname employeeid staffid useremployeeid
        performedby assignee assignedto reportedby approvedby openedby closedby
        """,
    "person": """
        firstname lastname givenname familyname surname middlename fullname forename maidenname
        mothersmaidenname legalname patientname customername clientname contactname contactperson
        employeename cardholdername cardholder accountholder holdername beneficiaryname recipientname
        sendername userfullname userdisplayname personname studentname teachername doctorname physicianname
        guardianname spousename nameoncard passengername guestname tenantname1 namefirst namelast
        primarycontact emergencycontact nextofkin fname lname mname vorname nachname prenom nomdefamille
        nombre apellido apellidos cognome realname attendingphysician referringphysician subscribername
        insuredname subjectname1 managername reportsto authorname
        """,
    "mail": """
        email emailaddress mail mailaddress useremail contactemail primaryemail workemail senderaddress
        recipientaddress emailid fromaddress toaddress replyto targetuseremail signinname
        """,
    "phone": """
        phone phonenumber telephone telephonenumber tel mobile mobilenumber mobilephone cell cellphone
        cellnumber fax faxnumber homephone workphone contactnumber phoneno primaryphone businessphones
        msisdn callerid callingnumber callednumber telefon telefonnummer handynummer officephone
        daytimephone eveningphone
        """,
    "ip": """
        ip ipaddress ipaddr srcip dstip sourceip destinationip destip clientip serverip remoteip localip
        hostip src dst sourceaddress destaddress destinationaddress clientaddress remoteaddress localaddress
        sourceipaddress destinationipaddress clientipaddress callingipaddress ipaddressfromresourceprovider
        idorigh idresph cip sip remoteaddr addr laddr raddr actoripaddress forwardedfor xforwardedfor
        publicip privateip nodeip peerip
        """,
    "host": """
        queryname dnsqueryname computer computername hostname host workstation workstationname
        sourcehostname destinationhostname sourcehost desthost destinationhost machinename machine
        devicename devicehostname dvchost shost dhost targetservername targetserver servername
        clienthostname clientname1 nodename node agentname agenthostname remotemachine remotehost
        sourceworkstation targetinfo dnshostname fqdn localhostname computerdnsname assetname
        logonserver
        """,
    "windows-domain": """
        domain subjectdomainname targetdomainname accountdomain userdomain domainname ntdomain samdomain
        logondomain initiatingprocessaccountdomain targetoutbounddomainname
        """,
    "sid": """
        sid usersid subjectusersid targetusersid targetsid membersid
        """,
    "address": """
        address streetaddress street addressline1 addressline2 address1 address2 homeaddress billingaddress
        shippingaddress postaladdress mailingaddress residentialaddress streetname addressline residence
        streetline1 patientaddress physicaladdress anschrift adresse direccion indirizzo strasse straße
        """,
    "birth": """
        dob dateofbirth birthdate birthday birthdt geburtsdatum patientdob datenaissance fechanacimiento
        bdate
        """,
    "national": """
        ssn socialsecuritynumber socialsecurity socialsecurityno nationalid nationalidnumber
        nationalidentifier taxid taxpayerid taxidentificationnumber taxnumber nino nhsnumber nhsno pesel
        personnummer bsn cpf curp rut aadhaar aadhaarnumber sin tfn nric personalid personalnumber idnumber
        identitynumber idcardnumber citizenid itin nationalinsurancenumber steuerid codicefiscale dni nie
        nif cnp egn oib amka
        """,
    "licence": """
        driverlicense driverslicense driverlicensenumber driverslicensenumber licensenumber dlnumber
        driverlicenceno
        """,
    "passport": """
        passport passportnumber passportno passportid
        """,
    "medical": """
        mrn medicalrecordnumber medicalrecord patientid patientnumber patientidentifier patno patid
        chartnumber hospitalnumber healthrecordnumber encounterid admissionid memberid healthplanid
        insuranceid subscriberid pid3
        """,
    "card": """
        creditcard creditcardnumber cardnumber ccnumber ccnum pan cardno debitcard primaryaccountnumber
        """,
    "account": """
        accountnumber bankaccount bankaccountnumber acctno accountno routingnumber iban sortcode
        bankaccountno accnumber
        """,
    "cloud": """
        accountid recipientaccountid awsaccountid ownerid tenantid subscriptionid aadtenantid hometenantid
        organizationid resourcetenantid projectid gcpproject awsaccount usagecustomeraccount
        """,
    "key-id": """
        accesskeyid awsaccesskeyid useridentityaccesskeyid
        """,
    "principal": """
        principalid useridentityprincipalid
        """,
    "bucket": """
        bucketname requestparametersbucketname s3bucket s3bucketname
        """,
    "mac": """
        mac macaddress macaddr hwaddr hardwareaddress clientmac srcmac dstmac sourcemac destmac
        """,
}

_KINDS = {name: kind for kind, names in _TABLE.items() for name in names.split()}
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TAIL = frozenset(("person", "mail", "phone", "birth", "national", "licence", "passport", "medical", "card", "mac"))
"""Kinds that a longer name may end with: ``billing_phone_number``, ``patientSsn``."""


@lru_cache(maxsize=8192)
def kind_of(name: str) -> str | None:
    """Return what a field of a name holds; None where its name says nothing."""
    if len(name) > 64:
        return None
    bare = "".join(char for char in name if char.isalnum()).lower()
    if kind := _KINDS.get(bare):
        return kind
    words = [word.lower() for word in _WORDS.findall(name)]
    for n in range(min(3, len(words) - 1), 0, -1):
        kind = _KINDS.get("".join(words[-n:]))
        if kind in _TAIL and (n > 1 or words[-1] not in ("pan", "sin", "mail", "cell")):
            return kind
    if len(words) > 1 and words[-1] == "name" and words[-2] in ("user", "login", "account"):
        return "user"
    return None
