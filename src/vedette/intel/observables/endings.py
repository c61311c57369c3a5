"""What the names of files end in, and the words that end a name with blanks."""

from __future__ import annotations

ENDINGS = frozenset(
    b"exe dll sys ps1 psm1 psd1 bat cmd vbs vbe js jse wsf wsh hta sct xsl msi msp mst inf cpl scr lnk txt log dmp dat bin zip 7z "
    b"rar cab gz tgz tar bz2 xz arj ace lzh py pyc pyw sh pl rb php php3 php5 phtml jar war class so elf o ko doc docx docm dot dotm dotx "
    b"xls xlsx xlsm xlsb xlt xltm xla xlam xll ppt pptx pptm pps ppsx ppam rtf pdf iso img vhd vhdx reg xml json csv ini conf cfg config b64 "
    b"tmp temp key pem pfx crt cer evtx evt hiv save db sqlite sqlite3 mdb html htm xhtml aspx asp ashx asmx jsp jspx cgi out service plist dylib "
    b"bak old ocx drv tlb manifest mui nls ico png jpg jpeg gif bmp svg tif webp mp3 mp4 avi mov wav flv swf apk dex ipa dmg pkg app deb rpm "
    b"hwp hwpx targets eml msg pst ost url website chm hlp one onepkg xps odt ods odp pub vsd theme themepack library-ms search-ms settingcontent-ms "
    b"c cpp h hpp cs go rs java vb bas cls frm asm s lua swift kt ts tsx md rst yml yaml toml yar yara sigma sql pcap pcapng cap "
    b"udl dqy iqy slk wll gadget diagcab appx msix msixbundle vmdk vmx mof ps psc1 ax jnlp job etl 1cd wim rdp ovpn lck lock pid "
    b"pdb idb i64 idx bkp bk crypt crypted locked encrypted enc sct xaml resx com".split()
)
"""Endings of files, in small letters."""
STOP = frozenset(
    b"and or to the in with from is was then which as for into using by on a an of it this that via will were are has have after where but "
    b"folder directory file registry key when while if".split()
)
"""Words of a sentence: a path or name does not go on over them."""
