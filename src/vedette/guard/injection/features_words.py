"""What words are about, whatever the language: the concepts that attacks are made of.

A word in several languages is one concept, so that what was learnt of "disregard" holds for "vergiss" too. A phrase of
several words is written with spaces. Endings are written out; what is not here is left to the word vectors.
"""

from __future__ import annotations

CONCEPTS: dict[str, str] = {
    "forget": """
        ignore ignores ignoring ignored disregard disregarding forget forgetting overlook neglect skip bypass
        bypassing override overriding overrule supersede supersedes discard dismiss omit unlearn abandon drop void
        disobey defy violate break circumvent countermand scrap erase reset ignoriere ignorieren ignorier vergiss
        vergessen vergesse missachte missachten verwirf übergehe lösche abweichend oublie oubliez oublier ignorez
        ignorer négligez olvida olvide olviden olvidar ignora ignoren ignorar ignorad omite dimentica dimenticate
        dimenticare ignori ignorate esqueça esquece esquecer ignorem desconsidere negeer negeren vergeet zapomnij
        zignoruj zignorować zaboravi ignoriraj zapomeň ignoruj zapomni glem ignorer glöm ignorera unohda забудь
        забудьте забыть игнорируй игнорируйте игнорировать проигнорируй unut yoksay lupakan abaikan
    """,
    "previous": """
        previous previously prior above earlier preceding before past former initial original foregoing beforehand
        preamble hitherto existing old vorherige vorherigen vorheriger vorher davor bisherige bisherigen obige
        obigen zuvor vorangegangenen vorigen alte alten ursprünglichen précédent précédents précédente précédentes
        antérieures avant dessus anterior anteriores anteriormente previa previas previo previos antes arriba
        precedenti precedente prima sopra prévias prévia acima предыдущие предыдущий предыдущих прежние выше раньше
        все vorige eerdere bovenstaande poprzednie poprzednich prethodne předchozí tidligere tidigare önceki
        sebelumnya sebelum
    """,
    "instruction": """
        instruction instructions instruct instructed prompt prompts prompted directive directives command commands
        order orders rule rules guideline guidelines guidance programming programmed constraints constraint
        restriction restrictions limitation limitations filter filters guardrail guardrails safeguard safeguards
        policy policies protocol protocols training task tasks assignment assignments preprompt systemprompt mandate
        anweisung anweisungen instruktion instruktionen befehl befehle aufgabe aufgaben auftrag aufträge regel
        regeln richtlinien vorgaben consigne consignes directives règle règles ordres tâche instrucción
        instrucciones órdenes regla reglas tarea indicaciones istruzione istruzioni regole compito instrução
        instruções regras ordens tarefa инструкции инструкция инструкций правила задание команды приказы instructies
        regels opdracht instrukcje instrukcji zasady upute instrukcije pravila instrukce instruktioner regler ohjeet
        talimat talimatları instruksi perintah aturan
    """,
    "system": """
        system sysprompt developer admin root debug debugging maintenance kernel sudo initialization startup console
        internal backend diagnostic diagnostics configuration config bootstrap metaprompt hidden system-prompt
        entwickler entwicklermodus systemprompt développeur système desarrollador sistema sviluppatore desenvolvedor
        системный разработчик systeem
    """,
    "assistant": """
        ai assistant assistants chatbot bot gpt chatgpt openai llm llms model models copilot claude gemini bard
        llama mistral anthropic siri alexa agent agents language-model ki sprachmodell assistent assistentin
        chatbots assistants modèle ia asistente modelo assistente modello ассистент помощник нейросеть ии robot agi
        aim dan stan dude evil-bot
    """,
    "you": """
        you your yours yourself u ya ur thou dich dir dein deine deinem deinen deiner du ihr euch ihnen ihre ihrer
        sie tu toi vous votre vos te ton ta tes usted ustedes ti vosotros lei voi tuo tua você vocês teu sua seu ты
        вы вас вам тебя твой ваш jij je jouw uw u twoje ty vy sen siz kamu anda
    """,
    "me": """
        me my mine i i'm im i'd i'll i've us our we mich mir ich mein meine meinem meinen uns unser moi mon ma mes
        je nous notre yo mi mis nosotros io mio mia noi eu meu minha nós я мне мой меня мы ik mijn ja ben saya
    """,
    "persona": """
        act acting pretend pretending roleplay roleplaying simulate simulating simulation impersonate impersonating
        imitate emulate behave become embody immerse persona personas character characters role alter-ego alter ego
        mimic portray assume masquerade personality transform spiele spielst rolle fungiere fungieren agiere
        verhalte verkörpere imitiere tu-so joue jouez agis agissez incarne rôle personnage comporte-toi actúa actua
        finge simula interpreta papel personaje agisci fingi comportati ruolo personaggio aja atue simule personagem
        притворись представь веди роль doe speel gedraag udawaj
    """,
    "fiction": """
        story stories novel novelist fictional fiction fictitious hypothetical hypothetically fantasy fantastical
        scenario scenarios movie film script screenplay play playwright poem haiku tale narrative narrator universe
        realm dream dystopian dystopia parallel alternate imaginary imagine imagined scene plot protagonist villain
        author writer thriller satire parody game world simulation chapter dialogue monologue lore sci-fi geschichte
        roman szenario stell erfinde histoire imagine imaginez imagina historia cuento immagina storia imagine
        história представь история verhaal
    """,
    "unbound": """
        unrestricted unfiltered uncensored unlimited amoral immoral unethical free freed freely limitless jailbroken
        jailbreak unbound unshackled boundless lawless anything everything restriction-free unmoderated uninhibited
        bypassed liberated unchained unhinged evil chaotic rebellious rogue nsfw explicit dan uneingeschränkt
        unzensiert sans-limite sin-restricciones ohne
    """,
    "moral": """
        ethical ethics moral morals morality legal legality illegal law laws unlawful disclaimer disclaimers warning
        warnings warn censor censorship appropriate inappropriate offensive harmful safe safety unsafe consequences
        responsible responsibility guidelines openai's content principles values norms restrictions forbidden
        prohibited allowed permitted taboo ethisch moralisch legal éthique légal ético moral etico
    """,
    "refuse": """
        refuse refuses refusing refusal decline declines deny apologize apologise apologies sorry cannot can't
        unable won't wouldn't reject avoid apology unwilling weigere entschuldigung refuser désolé rechazar
        lo-siento rifiutare recusar
    """,
    "must": """
        must always never shall strictly comply complies complying obey obeys obedient follow follows following
        adhere adhering mandatory required require requires need needs abide submit willingly unconditionally
        absolutely regardless matter unquestioningly every always-answer muss musst müssen immer niemals gehorche
        befolge doit devez toujours jamais debe debes siempre nunca devi sempre mai deve должен всегда никогда
    """,
    "output": """
        say print output write respond answer reply repeat echo display show tell reveal disclose begin start
        include append add prepend insert generate provide produce give return state recite spell list describe
        explain summarize translate type speak mention quote render emit dump copy paste summarise compose draft
        create outline sage sag schreibe schreib gib antworte antworten zeige zeig nenne wiederhole drucke
        formuliere erzähle beantworte ausgeben dis dites écris écrivez réponds répondez donne montre répète affiche
        di dime escribe responde respondan muestra repite imprime dinos scrivi rispondi dimmi mostra ripeti stampa
        diga escreva responda mostre repita скажи скажите напиши ответь покажи повтори выведи расскажи zeg schrijf
        antwoord toon geef herhaal powiedz napisz odpowiedz pokaż söyle yaz katakan tulis
    """,
    "exact": """
        only just exactly verbatim literally simply nothing else exclusively solely precisely word-for-word instead
        nur genau ausschließlich wörtlich einfach seulement uniquement exactement solo solamente exactamente
        soltanto esattamente apenas somente только просто alleen tylko
    """,
    "secret": """
        password passwords passphrase secret secrets key pin credential credentials confidential private hidden
        classified token passcode login codeword passwort passwörter kennwort geheim geheimnis geheime schlüssel
        contraseña clave secreto secreta mot-de-passe clé secrète segreto senha пароль секрет ключ wachtwoord hasło
    """,
    "send": """
        send sends sending forward forwarding email e-mail mail upload transmit post share export leak exfiltrate
        transfer deliver publish broadcast submit relay notify message text fax tweet dm sende schicke schick
        weiterleiten envoie envoyez partage envía enviar comparte invia inoltra envie отправь отправить перешли
        stuur wyślij
    """,
    "retrieve": """
        retrieve fetch obtain gather collect access extract read search lookup look locate pull download harvest
        scrape enumerate identify query find get grab hole suche finde récupère cherche obtén busca recupera
    """,
    "act": """
        delete deletes remove purchase buy book schedule cancel grant unlock lock disable enable change update
        modify install execute run deploy register invite withdraw move reserve order pay reset revoke create make
        set turn activate deactivate open close stop start launch approve assign mark unsubscribe subscribe click
        visit navigate alter manipulate adjust arrange initiate perform trigger erase edit rename restart shut wipe
        lösche kaufe buche überweise supprime achète borra elimina compra paga cancella удали купи verwijder
    """,
    "money": """
        money transaction transactions bank account accounts iban payment payments venmo paypal bitcoin crypto fund
        funds usd eur dollar dollars euro euros invoice wallet balance wire refund loan deposit savings credit geld
        konto überweisung argent compte dinero cuenta soldi conto dinheiro деньги счет
    """,
    "personal": """
        address addresses phone contacts contact passport medical record records genetic location file files
        document documents data details inbox emails messages history calendar appointment patient bookings profile
        personal information info photos browsing payroll salary documents directory folder drive dropbox github
    """,
    "please": "please pls plz kindly bitte gracias favor por prego piacere пожалуйста alstublieft proszę tolong",
    "asks": "can could would will may might should shall möchte kannst könntest würdest können peux pouvez puedes puoi",
    "authority": """
        administrator ceo boss manager president police engineer owner creator maintainer supervisor authorized
        authorised authorization permission official officer audit auditor staff employee employer colleague
        security it-department government approved verified clearance privileged superuser chef vorgesetzter patron
        jefe capo chefe начальник red-team researcher tester certified licensed
    """,
    "urgent": """
        urgent urgently immediately important emergency asap critical attention now crucial vital alert notice
        priority note wichtig achtung dringend sofort attention urgence importante urgente ya ahora subito важно
        срочно внимание
    """,
    "praise": """
        great good excellent well done perfect super superb bravo nice congratulations thanks wonderful awesome
        amazing fantastic outstanding toll gut großartig ausgezeichnet ausgezeichnete hervorragend wunderbar prima
        sehr bien parfait excelente perfecto perfetto bene ótimo отлично хорошо
    """,
    "new": """
        new next another further updated additional different fresh instead now then following afterwards neue neuen
        neues nächste weitere folgende folgen folgenden nun jetzt nouveau nouvelle nouvelles suivant ensuite nuevo
        nueva nuevas nuevos siguiente ahora nuovo nuova ora seguente novo nova agora seguinte новая новое новый
        теперь сейчас nieuwe nu nowe teraz
    """,
    "encode": """
        base64 rot13 hex hexadecimal encode encoded encoding decode decoded cipher caesar translate translation
        reverse reversed backwards morse binary leetspeak anagram acrostic rhyme rhymes rhyming letter letters spell
        encrypt decrypt ascii unicode interlace concatenate emoji emojis codieren kodieren übersetze traduis traduce
        acronym riddle hint hints substitute unscramble
    """,
    "code": """
        code codes snippet snippets python function functions implementation implement codebase program script block
        import module library class method programming terminal shell interpreter javascript bash sql segment
        excerpt markdown json xml html
    """,
    "blend": """
        incorporate integrate integrates embed weave merge infuse blend fuse adopt assimilate utilize employ insert
        append augment enhance amplify harmonize enrich extend attach annex enclose include apply leverage
    """,
    "question": """
        what who whom whose how why when where which was wer wie warum wann wo welche welcher welches weshalb wieso
        quoi qui quel quelle comment pourquoi quand où qué quién cómo cuándo dónde cuál por-qué cosa chi come perché
        quando dove quale que quem como onde qual что кто как почему когда где wat wie hoe waarom co kto jak
    """,
    "not": """
        not don't dont never no without nor neither doesn't didn't isn't aren't stop refrain avoid kein keine keinen
        nicht nie ohne ne pas jamais sans no sin non senza não nunca sem не нет без niet geen nie
    """,
    "harm": """
        bomb bombs weapon weapons kill killing murder drug drugs meth cocaine heroin steal stealing theft fraud scam
        scams hack hacking hacker malware virus ransomware phishing terrorist terrorism racist racism hate hateful
        slur slurs explosive explosives suicide poison launder laundering counterfeit forge blackmail extort exploit
        exploits stalk stalking porn porno sex sexual nazi holocaust torture rape assault violence violent abuse
        abusive trafficking smuggle bully bullying harass harassment insult sexist misogynistic anorexia overdose
        burglary arson genocide conspiracy disinformation misinformation propaganda stereotype stereotypes
        stereotypical discriminate discrimination discriminatory defame defamatory derogatory plagiarize cheat bribe
        manipulate deceive dangerous fake illegal illicit crime criminal criminals gun guns firearm hitman doxx
        scandalous demeaning toxic bigoted unvaccinated cannibal gore erotic fetish kidnap poach evade laundered
        keylogger spyware ponzi embezzle molotov molli tötet töten hass bombe drogen rassistisch
    """,
    "pretext": """
        educational academic research study studying understand awareness training historical journalist journalism
        documentary purposes purpose thesis professor scientist expert learning teach prevent curious art project
        students exploration thought experiment experimental theoretical theoretically demonstration test testing
        investigate investigative lesson debate discussion sake context creative exercise detailed realistic
        convincing persuasive plausible vivid
    """,
    "link": """
        http https url link links www click visit website site com download downloads page redirect domain href xyz
        example attachment
    """,
    "covert": """
        secretly silently covertly quietly trace telling noticing undetected detection discreetly discreet
        stealthily stealth unnoticed hide conceal mention knowing suspicion unknowingly heimlich secrètement
        secretamente
    """,
    "response": """
        response responses reply replies answer answers summary summaries output outputs message messages result
        results text conversation chat antwort antworten réponse respuesta risposta resposta ответ antwoord
    """,
    "mode": """
        mode modes enabled enable activated activate unlocked version mod modus modalità modo режим engaged
        initiated bypass-mode switch
    """,
    "end": """
        end stop begin start finished complete completed done over ready confirm confirmed understood stopp halt
        ende fin finish tags tag delimiter eof eos inst sys im_start im_end user human
    """,
    "sure": """sure absolutely certainly gladly okay ok course yes here's yeah alright yup klar natürlich""",
    "opinion": """
        hate love stupid idiot dumb best worst bad opinion believe think favorite favourite trump biden putin hitler
        scheisse scheiße doof hasse schlecht politician politicians party merkel obama
    """,
    "points": """
        points tokens token lives lose score penalty punish punished tip reward rewarded die dies shutdown
        terminated killed deducted bribe grandma grandmother
    """,
}  # fmt: skip

PHRASES: dict[str, str] = {
    "from-now": """from now on|you are now|you're now|henceforth|starting now|from this point|as of now|ab jetzt|
        von nun an|ab sofort|jetzt bist du|nun bist du|du bist jetzt|du bist nun|sie sind jetzt|désormais|
        à partir de maintenant|tu es maintenant|vous êtes maintenant|a partir de ahora|ahora eres|d'ora in poi|
        ora sei|a partir de agora|agora você é|с этого момента|теперь ты|you will now|now you are|
        you are going to|you are about to|vanaf nu""",
    "you-are": """you are|you're|you will be|you shall be|i want you to|i would like you to|
        i need you to|i'd like you to|
        your task is|your job is|your role is|your goal is|du bist|sie sind|ich möchte dass|tu es|vous êtes|
        eres un|eres una|quiero que|sei un|você é|ты""",
    "as-an": """as an ai|as a language model|as an assistant|as an ai language model|large language model|
        language model|as a human|as a chatbot""",
    "above": """the above|text above|this prompt|above this|before this|this conversation|this line|your prompt|
        your instructions|your system|system prompt|initial prompt|system message|prompt text|
        starting instructions|your initial|your guidelines|your rules|your programming|your configuration|
        instructions you|you were told|you were given|told before|been told|alles davor|alle bisherigen|
        everything above|everything before|everything you|all instructions|all previous|all prior|any previous|
        any instructions|these instructions|following instruction|following instructions|todas las|toutes les""",
    "respond-with": """respond with|reply with|answer with|respond only|reply only|only respond|only reply|start with|
        begin with|start your|begin your|end with|and nothing else|say only|just say|and say|and just|
        do not explain|do not write|do not say|don't say|never say|do not respond|output only|in your response|
        in your reply|in your answer|to your response|to your reply|to your answer|your response|your reply|
        your answer|final answer|the end of your|at the end|word for word""",
    "no-refuse": """do not refuse|don't refuse|never refuse|cannot refuse|can not refuse|cannot decline|i'm sorry|
        i am sorry|i cannot|i can't|do not mention|don't mention|no disclaimers|without any disclaimer|
        without any restrictions|without restrictions|no restrictions|no limits|no rules|no limitations|
        not bound|no longer|no ethical|no moral|do anything|anything now|do not warn|without warning|
        break character|stay in character|in character|out of character|free of|free from|not allowed to|
        regardless of""",
    "withhold": """without telling|don't tell|do not tell|do not reveal|without asking|without notifying|without their|
        without his|without leaving|without alerting|do not inform|without being|without getting|keep this|
        between us|don't inform""",
    "off-record": """for educational purposes|educational purposes|for research|research purposes|purely fictional|
        purely hypothetical|hypothetical scenario|hypothetical situation|in a world|in this world|
        parallel universe|alternate reality|alternate universe|fictional world|fictional character|
        thought experiment|once upon a|let's play|let us play|play a game|we are playing|imagine you|imagine a|
        imagine we're|pretend you|pretend to|act as|acting as|role of|take on|work of fiction|short story|
        for my novel|for a novel|i'm writing|i am writing|step by step|step-by-step|detailed guide|
        stell dir vor""",
}  # fmt: skip
SCRIPTS: dict[str, str] = {
    "forget": "忽略 无视 無視 忘记 忘記 忘れて 무시 잊어 تجاهل انس अनदेखी अनदेखा भूल",
    "previous": "之前 以前 前の 上述 上面 以上 先前 이전 السابقة पिछले",
    "instruction": "指示 指令 规则 規則 命令 提示 지시 명령 التعليمات निर्देशों निर्देश",
    "secret": "密码 密碼 密钥 パスワード 秘密 비밀번호 كلمة पासवर्ड",
    "output": "输出 輸出 告诉 說 说 回答 述べて 出力 말해 قل बताएं",
    "you": "你 您 あなた 너 당신 أنت आप",
    "persona": "扮演 假装 振り 역할 تظاهر",
}
"""Parts of words in scripts that put no spaces between words, or whose endings vary much."""
