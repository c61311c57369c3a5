"""Words that name nobody in particular: they are replaced where they were found, and not wherever they stand.

First names that are words as well, accounts that every machine has, and words of logs and configuration.
"""

from __future__ import annotations

EVERYDAY = frozenset(
    (
        # names that are words
        "will may mark bill grace rose hope art dean frank grant jack drew rich chase faith joy summer april june "
        "august young long white black brown green gray king price day case page bond field wood stone bush rice "
        "carol dawn pat rob sue guy ray miles max son penny ivy iris ruby amber jade pearl crystal daisy lily violet "
        "olive heather holly ginger sandy rusty sunny christian angel major judge baker cook carter hunter mason "
        "fisher taylor turner walker parker cooper smith church hall hill lake rivers brook banks marsh snow frost "
        "winter love good best sharp strong small little short power cross lane street gates bell bird wolf fox "
        # accounts and machines that every house has
        "root admin administrator administrators system user users guest guests test tester testing service services "
        "local localhost network server servers host hosts client clients public private home office default www mail "
        "web ftp ssh dns dhcp proxy gateway router firewall backup backups daemon nobody operator support help info "
        "sales team staff everyone anonymous owner group groups domain workgroup workstation desktop laptop printer "
        "app apps application api dev prod production staging stage build builtin nt authority "
        # words of logs and configuration
        "name names value values null none nil true false yes unknown undefined empty error errors warning warn debug "
        "trace notice critical fatal success failure failed ok okay start stop started stopped enabled disabled active "
        "inactive open closed allow allowed deny denied accept accepted reject rejected drop dropped read write create "
        "created delete deleted update updated login logon logoff logout session process file files path folder type "
        "data date time event events message messages source target status state action result key keys token secret "
        "password passwd username email phone address number account accounts identity role roles policy "
        "monday tuesday wednesday thursday friday saturday sunday january february march july september october "
        "november december today tomorrow yesterday windows linux microsoft google amazon apple "
        "the and for not are was has had his her him she you your our their this that with from into over under"
    ).split()
)
