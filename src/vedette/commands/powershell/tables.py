"""What PowerShell itself brings: aliases, names of commands for wildcards, variables with usual values.

Source: Microsoft Learn, about_Aliases, about_Automatic_Variables, about_Preference_Variables,
about_Environment_Variables; the values are those of Windows PowerShell 5.1 on an ordinary Windows.
"""

from __future__ import annotations

ALIASES: dict[str, str] = dict(
    pair.split("=")
    for pair in """%=ForEach-Object ?=Where-Object ac=Add-Content asnp=Add-PSSnapin cat=Get-Content cd=Set-Location
    chdir=Set-Location clc=Clear-Content clear=Clear-Host clhy=Clear-History cli=Clear-Item clp=Clear-ItemProperty
    cls=Clear-Host clv=Clear-Variable cnsn=Connect-PSSession compare=Compare-Object copy=Copy-Item cp=Copy-Item
    cpi=Copy-Item cpp=Copy-ItemProperty curl=Invoke-WebRequest cvpa=Convert-Path dbp=Disable-PSBreakpoint
    del=Remove-Item
    diff=Compare-Object dir=Get-ChildItem dnsn=Disconnect-PSSession ebp=Enable-PSBreakpoint echo=Write-Output
    epal=Export-Alias epcsv=Export-Csv epsn=Export-PSSession erase=Remove-Item etsn=Enter-PSSession exsn=Exit-PSSession
    fc=Format-Custom fl=Format-List foreach=ForEach-Object ft=Format-Table fw=Format-Wide gal=Get-Alias
    gbp=Get-PSBreakpoint gc=Get-Content gcb=Get-Clipboard gci=Get-ChildItem gcm=Get-Command gcs=Get-PSCallStack
    gdr=Get-PSDrive ghy=Get-History gi=Get-Item gin=Get-ComputerInfo gjb=Get-Job gl=Get-Location gm=Get-Member
    gmo=Get-Module gp=Get-ItemProperty gps=Get-Process gpv=Get-ItemPropertyValue group=Group-Object gsn=Get-PSSession
    gsnp=Get-PSSnapin gsv=Get-Service gtz=Get-TimeZone gu=Get-Unique gv=Get-Variable gwmi=Get-WmiObject h=Get-History
    history=Get-History icm=Invoke-Command iex=Invoke-Expression ihy=Invoke-History ii=Invoke-Item ipal=Import-Alias
    ipcsv=Import-Csv ipmo=Import-Module ipsn=Import-PSSession irm=Invoke-RestMethod ise=powershell_ise.exe
    icim=Invoke-CimMethod gcim=Get-CimInstance gcls=Get-CimClass ncim=New-CimInstance rcim=Remove-CimInstance
    scim=Set-CimInstance iwmi=Invoke-WmiMethod iwr=Invoke-WebRequest kill=Stop-Process
    lp=Out-Printer ls=Get-ChildItem man=help md=mkdir
    measure=Measure-Object mi=Move-Item mount=New-PSDrive move=Move-Item mp=Move-ItemProperty mv=Move-Item nal=New-Alias
    ndr=New-PSDrive ni=New-Item nmo=New-Module npssc=New-PSSessionConfigurationFile nsn=New-PSSession nv=New-Variable
    ogv=Out-GridView oh=Out-Host popd=Pop-Location ps=Get-Process pushd=Push-Location pwd=Get-Location r=Invoke-History
    rbp=Remove-PSBreakpoint rcjb=Receive-Job rcsn=Receive-PSSession rd=Remove-Item rdr=Remove-PSDrive ren=Rename-Item
    ri=Remove-Item rjb=Remove-Job rm=Remove-Item rmdir=Remove-Item rmo=Remove-Module rni=Rename-Item
    rnp=Rename-ItemProperty rp=Remove-ItemProperty rsn=Remove-PSSession rsnp=Remove-PSSnapin rujb=Resume-Job
    rv=Remove-Variable rvpa=Resolve-Path rwmi=Remove-WmiObject sajb=Start-Job sal=Set-Alias saps=Start-Process
    sasv=Start-Service sbp=Set-PSBreakpoint sc=Set-Content scb=Set-Clipboard select=Select-Object set=Set-Variable
    shcm=Show-Command si=Set-Item sl=Set-Location sleep=Start-Sleep sls=Select-String sort=Sort-Object
    sp=Set-ItemProperty
    spjb=Stop-Job spps=Stop-Process spsv=Stop-Service start=Start-Process stz=Set-TimeZone sujb=Suspend-Job
    sv=Set-Variable swmi=Set-WmiInstance tee=Tee-Object trcm=Trace-Command type=Get-Content wget=Invoke-WebRequest
    where=Where-Object wjb=Wait-Job write=Write-Output""".split()
)
"""Built-in aliases of Windows PowerShell 5.1."""

CMDLETS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [c for c in ALIASES.values() if "-" in c]
        + """Add-Computer Add-History Add-Member Add-Type Checkpoint-Computer Clear-EventLog Clear-RecycleBin
    ConvertFrom-Csv ConvertFrom-Json ConvertFrom-SecureString ConvertFrom-StringData ConvertTo-Csv ConvertTo-Html
    ConvertTo-Json ConvertTo-SecureString ConvertTo-Xml Debug-Process Disable-ComputerRestore Disable-PSRemoting
    Enable-ComputerRestore Enable-PSRemoting Export-Clixml Export-Counter Find-Module Find-Package Format-Hex Get-Acl
    Get-AuthenticodeSignature Get-CimInstance Get-CimClass Get-ComputerRestorePoint Get-Counter Get-Credential
    Get-Culture Get-Date Get-Event Get-EventLog Get-EventSubscriber Get-ExecutionPolicy Get-FileHash Get-FormatData
    Get-Host Get-HotFix Get-Help Get-ItemPropertyValue Get-LocalGroup Get-LocalGroupMember Get-LocalUser
    Get-PfxCertificate
    Get-PSProvider Get-Random Get-Runspace Get-ScheduledTask Get-TraceSource Get-TypeData Get-UICulture Get-Verb
    Get-WinEvent Import-Clixml Invoke-CimMethod Invoke-History Join-Path Limit-EventLog Measure-Command New-CimInstance
    New-CimSession New-Event New-EventLog New-ItemProperty New-LocalUser New-Object New-NetFirewallRule
    New-ScheduledTask New-ScheduledTaskAction New-ScheduledTaskTrigger New-Service New-TemporaryFile New-TimeSpan
    New-WebServiceProxy Out-Default Out-File Out-Null Out-String Read-Host Receive-Job Register-CimIndicationEvent
    Register-EngineEvent Register-ObjectEvent Register-ScheduledTask Register-ScheduledJob Register-WmiEvent
    Remove-EventLog Rename-Computer Reset-ComputerMachinePassword Restart-Computer Restart-Service Restore-Computer
    Save-Help Send-MailMessage Set-Acl Set-AuthenticodeSignature Set-Date Set-ExecutionPolicy Set-MpPreference
    Add-MpPreference Set-PSDebug Set-Service Set-StrictMode Split-Path Start-BitsTransfer Start-Transaction
    Start-Transcript Stop-Computer Stop-Transcript Suspend-Service Test-Connection Test-NetConnection Test-Path
    Unblock-File Unregister-ScheduledTask Update-Help Update-TypeData Wait-Event Wait-Process Write-Debug Write-Error
    Write-EventLog Write-Host Write-Information Write-Progress Write-Verbose Write-Warning Invoke-AsWorkflow
    Add-LocalGroupMember Expand-Archive Compress-Archive""".split()
    )
)
"""Cmdlets and functions of Windows PowerShell 5.1 that wildcards are matched with."""

CANONICAL: dict[str, str] = {c.lower(): c for c in CMDLETS}

WINDOWS = "C:\\WINDOWS"
ENVIRONMENT: dict[str, str | None] = {
    "comspec": WINDOWS + "\\system32\\cmd.exe",
    "windir": WINDOWS,
    "systemroot": WINDOWS,
    "systemdrive": "C:",
    "public": "C:\\Users\\Public",
    "allusersprofile": "C:\\ProgramData",
    "programdata": "C:\\ProgramData",
    "programfiles": "C:\\Program Files",
    "programfiles(x86)": "C:\\Program Files (x86)",
    "programw6432": "C:\\Program Files",
    "commonprogramfiles": "C:\\Program Files\\Common Files",
    "commonprogramfiles(x86)": "C:\\Program Files (x86)\\Common Files",
    "commonprogramw6432": "C:\\Program Files\\Common Files",
    "pathext": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC;.CPL",
    "os": "Windows_NT",
    "processor_architecture": "AMD64",
    "driverdata": "C:\\Windows\\System32\\Drivers\\DriverData",
    "path": None,
    "psmodulepath": None,
    "temp": None,
    "tmp": None,
    "appdata": None,
    "localappdata": None,
    "userprofile": None,
    "homepath": None,
    "homedrive": None,
    "username": None,
    "userdomain": None,
    "computername": None,
    "logonserver": None,
    "number_of_processors": None,
    "onedrive": None,
    "userdnsdomain": None,
    "sessionname": None,
    "processor_identifier": None,
    "processor_level": None,
    "processor_revision": None,
}
"""Environment variables of Windows with their usual value; None where it differs from machine to machine."""

PREFERENCES: dict[str, object] = {
    "shellid": "Microsoft.PowerShell",
    "verbosepreference": "SilentlyContinue",
    "debugpreference": "SilentlyContinue",
    "informationpreference": "SilentlyContinue",
    "errorview": "NormalView",
    "erroractionpreference": "Continue",
    "warningpreference": "Continue",
    "progresspreference": "Continue",
    "confirmpreference": "High",
    "whatifpreference": False,
    "psculture": "en-US",
    "psuiculture": "en-US",
    "consolefilename": "",
    "maximumaliascount": 4096,
    "maximumdrivecount": 4096,
    "maximumerrorcount": 256,
    "maximumfunctioncount": 4096,
    "maximumhistorycount": 4096,
    "maximumvariablecount": 4096,
    "formatenumerationlimit": 4,
    "psemailserver": "",
    "pssessionapplicationname": "wsman",
    "pssessionconfigurationname": "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
    "nestedpromptlevel": 0,
    "stacktrace": "",
    "?": True,
    "true": True,
    "false": False,
    "null": None,
}
"""Automatic and preference variables whose value is the same everywhere."""

VARIABLE_NAMES: tuple[str, ...] = tuple(
    """$ ? ^ args ConfirmPreference ConsoleFileName DebugPreference Error ErrorActionPreference ErrorView
    ExecutionContext false FormatEnumerationLimit HOME Host InformationPreference input MaximumAliasCount
    MaximumDriveCount MaximumErrorCount MaximumFunctionCount MaximumHistoryCount MaximumVariableCount MyInvocation
    NestedPromptLevel null OutputEncoding PID PROFILE ProgressPreference PSBoundParameters PSCommandPath PSCulture
    PSDefaultParameterValues PSEmailServer PSHOME PSScriptRoot PSSessionApplicationName PSSessionConfigurationName
    PSSessionOption PSUICulture PSVersionTable PWD ShellId StackTrace true VerbosePreference WarningPreference
    WhatIfPreference""".split()
)
"""What ``Get-Variable`` lists, in its order."""

PSHOME = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0"

MEANINGS: dict[str, str] = {
    "_": "the object at hand in the pipeline",
    "psitem": "the object at hand in the pipeline",
    "args": "the arguments that were given",
    "input": "what is piped in",
    "true": "true",
    "false": "false",
    "null": "nothing",
    "pshome": "the folder of PowerShell",
    "shellid": "the name of the shell",
    "pwd": "the current folder",
    "home": "the folder of the user",
    "profile": "the script that runs when PowerShell starts",
    "pid": "the number of this process",
    "host": "the program that hosts PowerShell",
    "error": "the errors so far",
    "lastexitcode": "the exit code of the last program",
    "myinvocation": "how this script was called",
    "psscriptroot": "the folder of this script",
    "pscommandpath": "the path of this script",
    "executioncontext": "the engine of PowerShell, which also runs text as code",
    "matches": "the groups of the last match",
    "this": "the object that the method belongs to",
    "ofs": "what stands between the elements of an array made into text",
    "erroractionpreference": "what happens on an error",
    "progresspreference": "whether progress is shown",
    "verbosepreference": "whether verbose messages are shown",
    "warningpreference": "whether warnings are shown",
    "psversiontable": "the version of PowerShell",
    "env:temp": "the folder of temporary files",
    "env:tmp": "the folder of temporary files",
    "env:appdata": "the roaming application data of the user",
    "env:localappdata": "the local application data of the user",
    "env:userprofile": "the folder of the user",
    "env:programdata": "the application data of all users",
    "env:public": "the folder that all users share",
    "env:windir": "the folder of Windows",
    "env:systemroot": "the folder of Windows",
    "env:comspec": "the path of cmd.exe",
    "env:path": "where programs are looked for",
    "env:username": "the name of the user",
    "env:computername": "the name of the computer",
    "env:userdomain": "the domain of the user",
    "env:systemdrive": "the drive of Windows",
    "env:programfiles": "the folder of programs",
}
"""What the variables that PowerShell and Windows bring hold."""

OPERATOR_MEANINGS: dict[str, str] = {
    "+": "adds or joins",
    "-": "subtracts",
    "*": "multiplies or repeats",
    "/": "divides",
    "%": "gives the remainder",
    "..": "makes a range of numbers",
    "f": "fills values into the places of a format",
    "and": "true if both are true",
    "or": "true if either is true",
    "xor": "true if one of the two is true",
    "not": "turns true into false",
    "band": "and of the bits",
    "bor": "or of the bits",
    "bxor": "exclusive or of the bits",
    "bnot": "turns the bits over",
    "shl": "shifts the bits to the left",
    "shr": "shifts the bits to the right",
    "eq": "is equal to",
    "ne": "is not equal to",
    "gt": "is greater than",
    "ge": "is greater than or equal to",
    "lt": "is less than",
    "le": "is less than or equal to",
    "like": "matches a wildcard",
    "notlike": "does not match a wildcard",
    "match": "matches a regular expression",
    "notmatch": "does not match a regular expression",
    "replace": "replaces what a regular expression matches",
    "contains": "has the element",
    "notcontains": "does not have the element",
    "in": "is an element of",
    "notin": "is no element of",
    "split": "splits a text where a regular expression matches",
    "join": "joins texts with a separator",
    "is": "is of the type",
    "isnot": "is not of the type",
    "as": "converts to the type, or gives nothing",
}

PROGRAMS = tuple(
    f"{name}.exe" for name in
    "powershell cmd mshta wscript cscript rundll32 regsvr32 certutil bitsadmin msiexec wmic schtasks curl reg sc net "
    "msbuild installutil conhost forfiles".split()
)  # fmt: skip
"""Programs that every Windows has, as a wildcard finds them."""
RETURNS: dict[tuple[str, str], str] = {
    ("net.webrequest", "create"): "net.webrequest",
    ("net.httpwebrequest", "create"): "net.webrequest",
    ("net.webrequest", "getresponse"): "net.webresponse",
    ("net.httpwebrequest", "getresponse"): "net.webresponse",
    ("net.webresponse", "getresponsestream"): "io.stream",
    ("net.sockets.tcpclient", "getstream"): "net.sockets.networkstream",
    ("net.sockets.tcplistener", "accepttcpclient"): "net.sockets.tcpclient",
    ("reflection.assembly", "load"): "reflection.assembly",
    ("reflection.assembly", "loadfile"): "reflection.assembly",
    ("reflection.assembly", "loadfrom"): "reflection.assembly",
    ("reflection.assembly", "gettype"): "type",
    ("reflection.assembly", "gettypes"): "type",
    ("type", "getfield"): "reflection.fieldinfo",
    ("type", "getfields"): "reflection.fieldinfo",
    ("type", "getmethod"): "reflection.methodinfo",
    ("type", "getmethods"): "reflection.methodinfo",
    ("wscript.shell", "createshortcut"): "wshshortcut",
    ("diagnostics.process", "start"): "diagnostics.process",
    ("management.automation.powershell", "create"): "management.automation.powershell",
    ("management.automation.powershell", "addscript"): "management.automation.powershell",
    ("management.automation.powershell", "addcommand"): "management.automation.powershell",
    ("management.automation.powershell", "addargument"): "management.automation.powershell",
    ("management.automation.powershell", "addparameter"): "management.automation.powershell",
    ("schedule.service", "getfolder"): "taskfolder",
    ("schedule.service", "newtask"): "taskdefinition",
    ("security.cryptography.aes", "create"): "security.cryptography.aes",
    ("activator", "createinstance"): "",
    ("type", "gettypefromprogid"): "",
}
"""Types that methods give, where more is called on them."""

MEMBERS: dict[str, tuple[str, ...]] = {
    "net.webclient": tuple(
        """CancelAsync Dispose DownloadData DownloadDataAsync DownloadDataTaskAsync DownloadFile DownloadFileAsync
        DownloadFileTaskAsync DownloadString DownloadStringAsync DownloadStringTaskAsync Equals GetHashCode
        GetLifetimeService GetType InitializeLifetimeService OpenRead OpenReadAsync OpenReadTaskAsync OpenWrite
        OpenWriteAsync OpenWriteTaskAsync ToString UploadData UploadDataAsync UploadDataTaskAsync UploadFile
        UploadFileAsync UploadFileTaskAsync UploadString UploadStringAsync UploadStringTaskAsync UploadValues
        UploadValuesAsync UploadValuesTaskAsync""".split()
    ),
    "invokecommand": tuple(
        """Equals ExpandString GetCmdlet GetCmdletByTypeName GetCmdlets GetCommand GetCommandName GetCommands
        GetHashCode
        GetType InvokeScript NewScriptBlock ToString""".split()
    ),
    "string": tuple(
        """Chars Clone CompareTo Contains CopyTo EndsWith Equals GetEnumerator GetHashCode GetType GetTypeCode IndexOf
        IndexOfAny Insert IsNormalized LastIndexOf LastIndexOfAny Normalize PadLeft PadRight Remove Replace Split
        StartsWith Substring ToBoolean ToByte ToChar ToCharArray ToInt32 ToLower ToLowerInvariant ToString ToUpper
        ToUpperInvariant Trim TrimEnd TrimStart Length""".split()
    ),
}
"""Methods of a type as ``Get-Member`` lists them: sorted."""

ONLY_OF: dict[str, str] = {
    "downloadstring": "Net.WebClient",
    "downloadfile": "Net.WebClient",
    "downloaddata": "Net.WebClient",
    "downloadstringasync": "Net.WebClient",
    "downloadfileasync": "Net.WebClient",
    "downloadstringtaskasync": "Net.WebClient",
    "uploadstring": "Net.WebClient",
    "uploadfile": "Net.WebClient",
    "uploaddata": "Net.WebClient",
    "openread": "Net.WebClient",
    "shellexecute": "Shell.Application",
    "createshortcut": "WScript.Shell",
    "getresponse": "Net.WebRequest",
}
"""Methods that are told by their name alone."""

NICE_MEMBERS: dict[str, str] = {
    m.lower(): m
    for m in """DownloadString DownloadFile DownloadData DownloadStringAsync DownloadFileAsync UploadString UploadFile
    UploadData OpenRead ShellExecute Run Exec Open Send Create Load LoadFile LoadFrom LoadWithPartialName GetType
    GetField GetMethod SetValue GetValue Invoke Start WriteAllBytes WriteAllText WriteAllLines ReadAllBytes ReadAllText
    AppendAllText Delete Move Copy Exists Connect GetStream Read Write Flush Close CreateInstance ReadToEnd
    FromBase64String ToBase64String GetString GetBytes CreateShortcut Save SaveToFile RegWrite RegRead RegDelete
    Navigate Navigate2 CreateObject GetResponse GetResponseStream SetEnvironmentVariable GetEnvironmentVariable
    GetDelegateForFunctionPointer AllocHGlobal PtrToStringAuto InvokeScript AddScript BeginInvoke GetHostAddresses
    GetHostEntry InvokeMember FindAll FindOne GetCurrent SendWait CopyFromScreen ExtractToDirectory Add Sleep Kill
    GetTypeFromCLSID GetTypeFromProgID GetFolderPath CreateDirectory EntryPoint Replace Split Join Format""".split()
}
"""Names of members as their documentation writes them, for code whose letters are shuffled."""
