"""What servers say when they refuse a letter: one expression a line, looked for in lower case with single spaces.

The order of the reasons matters: what is said about the sender, the size or the mailbox comes before "unknown", which many add to any
refusal.
"""

PHRASES: tuple[tuple[str, str], ...] = (
    ("userunknown", r"""
        recipient address rejected: access denied
        invalid mailbox
        local mailbox .{0,80}unavailable
        5\.4\.1 .{0,40}access denied
    """),
    ("mailboxfull", r"""
        (?:over|exceed\w*|out of|reached|above|beyond)\b.{0,30}\b(?:quota|storage|disk space|space limit|mailbox limit)
        \bquota\b.{0,30}(?:exceed|full|over|reached|violat|error)
        \bquota\b.{0,12}$
        over ?quota
        (?:mail ?box|inbox|mail ?drop|mail folder|account|recipient|user'?s? mail\w*)\b.{0,40}\b(?:is |are |was |too |has become )?(?:full|overloaded)\b
        full mailbox
        mailbox_?full
        boite pleine
        bo[iî]te .{0,30}pleine
        casella .{0,20}piena
        postfach .{0,20}voll
        (?:exceeded|exceeds) .{0,40}(?:local limit|mailbox size|allowed space|maximum number of messages|its allocated|storage)
        not enough (?:storage|disk|space) .{0,30}(?:mailbox|user|recipient)
        insufficient (?:disk|storage|mailbox) ?(?:space|quota)
        mailbox size limit
        user has exhausted
        too much mail data
        no space left .{0,20}mailbox
        storequota
        recipient .{0,30}(?:out of space|reached .{0,20}limit)
        message store .{0,20}full
        容量.{0,12}(?:超|不足|いっぱい|已滿|已满)
        (?:信箱|邮箱|郵箱)(?:容量)?.{0,6}(?:已?[滿满])
    """),
    ("mesgtoobig", r"""
        (?:message|mail|letter|content|attachment|body|data|size).{0,40}(?:(?<!for )too (?:big|large|long)|larger than|exceed\w* .{0,40}(?:size|limit|maximum)|is over the maximum)
        (?:maximum|max|allowed|fixed|permitted) .{0,20}(?:message|mail|size|line).{0,30}(?:size|limit|exceed|length)
        size limit
        (?:line|message) ?(?:length )?(?:limit|size) exceeded
        exceeds? .{0,30}message size
        file too (?:big|large)
        line too long
    """),
    ("systemfull", r"""
        insufficient (?:system|queue|disk|storage)
        no space left
        (?:disk|file ?system|mail system|system) (?:is )?full
        out of (?:disk|memory)
        insufficient resources
    """),
    ("ratelimited", r"""
        too many (?:messages|mails?|e-?mails?|connections?|sessions?|errors|recipients|concurrent|requests|invalid|unknown|bad)
        rate ?-?limit
        throttl
        too (?:fast|much mail|quickly|frequent)
        (?:sending|receiving|message|connection|mail|hourly|daily|delivery) (?:rate|limit|quota).{0,40}(?:exceed|reach|limit)
        at a rate that
        mail(?:ing)? (?:rate|volume)
        unusual rate
        max\w* .{0,20}(?:connections|recipients)
        exceeded .{0,40}(?:per (?:hour|day|minute|session|connection)|number of (?:messages|recipients|connections))
        slow down
        频率
        頻率
    """),
    ("hasmoved", r"""
        (?:has|have|was) (?:been )?(?:moved|changed|replaced)\b.{0,60}(?:address|mailbox|to\b|please)
        (?:address|mailbox) .{0,40}(?:has changed|has moved|changed to)
        user not local; please try
        not our customer
        (?:user|recipient|he|she) (?:has )?moved\b
        no longer .{0,40}(?:please (?:use|send|write|contact)|new address)
        please (?:use|try|update) .{0,30}(?:new|other) (?:e-?mail )?address
        replaced by
    """),
    ("suspend", r"""
        (?:account|mail ?box|user|recipient|address|domain|e-?mail|inbox|local part|customer)\b.{0,50}\b(?:suspend|disabled|disable|inactive|deactivat|locked|frozen|blocked for|on hold|not active|in-?active|terminated|closed|dormant|expired|has been (?:blocked|closed|deleted for)|temporar\w* (?:unavailable|disabled|locked|blocked|closed))
        (?:suspended|disabled|inactive|deactivated|locked|closed|dormant|expired|frozen) (?:user|account|mailbox|recipient|address|domain)
        vdelivermail: account is locked
        user'?s? account .{0,20}(?:suspend|block)
        (?:账号|帐号|帳號|賬號|邮箱|信箱).{0,8}(?:停用|冻结|凍結|禁用|锁定|鎖定|過期|过期)
    """),
    ("norelaying", r"""
        relay(?:ing)? .{0,24}(?:denied|not (?:allowed|permitted|possible|accept)|prohibit|reject|refus|blocked)
        (?:unable|not (?:permitted|allowed|authori[sz]ed|configured)|don'?t|cannot|can'?t|won'?t|do not|no|insecure|attempt) .{0,12}\brelay
        that domain isn'?t in my list of allowed rcpthosts
        not (?:a )?(?:local|an open) (?:relay|gateway)
        we do not relay
        not an open relay
        authenticate .{0,20}relay
        is not a gateway
        relay access
    """),
    ("requireptr", r"""
        \bptr\b
        reverse[ -]?(?:dns|lookup|name|ip|hostname|entry)
        \brdns
        cannot (?:find|resolve) your (?:reverse )?(?:hostname|address|ip)
        client host rejected: cannot find
        no (?:matching )?(?:dns|host ?name|name) .{0,20}(?:for|found for) (?:your|ip|\[?\d)
        hostname .{0,30}(?:does not match|not match|forward)
        (?:unresolvable|unknown) (?:client|relay) host
        (?:ip|address) .{0,20}(?:not resolve|no name)
        valid (?:sender |fqdn|host)?\s?domain.{0,30}dns
    """),
    ("authfailure", r"""
        \b(?:dmarc|spf|dkim|domainkeys|sender id)\b
        sender policy framework
        unauthenticated (?:e-?mail|mail)
        not authenticated .{0,30}(?:sender|domain)
        (?:fails?|failed|failing) .{0,30}authentication (?:check|polic|result)
        invalid ip for sending
        not (?:authori[sz]ed|allowed|permitted) to send .{0,40}(?:on behalf|from|as)
        on behalf of
    """),
    ("securityerror", r"""
        (?:must|should|need\w*|requires?|does ?n[o']t|not|no) .{0,24}\b(?:starttls|tls|ssl|encrypt\w*)\b
        authentication (?:required|is required|failed|failure|credentials)
        (?:tls|ssl) .{0,20}(?:required|handshake|fail|error|certificate)
        certificate
        not logged in
        unauthenticated sender
        smtp auth
        insecure mail
        please (?:log ?in|authenticate)
    """),
    ("notcompliant", r"""
        rfc ?-?(?:2?821|2?822|5321|5322|2045|2047)
        (?:multiple|duplicate|missing|malformed|invalid|no|illegal|bad|several|more than one) .{0,30}\b(?:header|from:|addresses in from|message-id|date field|subject|mime)
        non-?compliant
        not (?:rfc )?complian
        bare (?:lf|linefeed|cr)
        8-?bit .{0,30}(?:header|not)
        from: header
        protocol (?:error|violation)
    """),
    ("virusdetected", r"""
        \bvirus
        malware
        trojan
        \bworm\b
        infected
        phishing
        ransomware
    """),
    ("badreputation", r"""
        reputation
        senderbase
        sender ?score
    """),
    ("spamdetected", r"""
        \bspam\w*
        \bubes?\b
        \buce\b
        \bjunk\b
        unsolicited
        bulk (?:e-?)?mail
        bulkmail
        looks like (?:bulk|an ad)
        suspected (?:as )?(?:advert|unwanted)
        垃圾
    """),
    ("rejected", r"""
        (?:sender|from|return[- ]path|envelope from|mail from|originator|your (?:e-?mail )?(?:address|domain))\b.{0,60}\b(?:reject|den(?:y|ied)|not (?:allow|permit|accept|exist|found|resolve|verif|known|authori)|unknown|invalid|refus|block|verif|does ?n[o']t (?:exist|resolve)|unacceptable|unrouteable|not (?:a )?valid|unresolvable|failed)
        (?:reject|refus|den)\w* .{0,20}\bsender
        (?:invalid|unknown|bad|fake|unverified) (?:sender|return path|from|origin)
        domain of (?:the )?sender
        not accept(?:ing)? (?:mail|messages?|e-?mail) from
        permissions? (?:necessary |required )?to (?:post|send)
        not (?:have|allowed|authori[sz]ed|permitted) .{0,40}(?:to )?(?:post|send (?:mail|messages?) to)
        permisos necesarios
        (?:only|just) .{0,30}(?:members|subscribers|internal senders|authenticated)
        resolver\.rst\.(?:notauthori|auth|sender|restrict)
        delivery not authori[sz]ed
        sender verify
        sender .{0,20}not .{0,10}allowed
    """),
    ("blocked", r"""
        block(?:ed|ing|list| list)
        black ?-?list
        \bdns[br]l\b
        \brbl\b
        \bbanned\b
        spamhaus
        spamcop
        barracuda
        sorbs\b
        abuseat
        (?:access|connection|permission|client|host|service|ip)\b.{0,30}\b(?:denied|refused by|reject\w*|prohibited|not (?:permitted|allowed|accepted))
        (?:bad|poor|dynamic|dialup|dial-up|residential|unauthori[sz]ed|generic) .{0,20}(?:ip|host|client|address|connection|pool)\b
        your (?:ip|server|host|network|mail server|isp)\b
        (?:ip|address|host) .{0,30}(?:is )?(?:listed|on (?:a|our|the) .{0,20}list)
        messages? from .{0,60}(?:weren'?t|were not|was not|wasn'?t) sent
        not accepting (?:mail|connections?) from
        connections? not accepted
        rejected due to .{0,30}(?:ip|list)
        refused .{0,20}(?:your|by) .{0,20}(?:network|ip)
        helo .{0,40}(?:reject|denied|invalid|bad|not)
        invalid helo
        (?:invalid|forged|bad|fully-qualified) .{0,20}(?:helo|ehlo|hostname)
    """),
    ("contenterror", r"""
        (?:attachment|content|body|file|extension|url|link|header|subject|message|word|charset|character)\w* .{0,40}\b(?:not (?:allowed|accept|permit)|reject\w*|prohibit|forbidden|unacceptable|refus|restricted|dangerous|violat)
        message content
        content[- ](?:filter|reject|restrict)
        suspicious
    """),
    ("policyviolation", r"""
        polic(?:y|ies)
        \blocal ?-?rules?\b
        administrative(?:ly)? (?:prohibit|reject|block|den)
        administrat\w+ .{0,20}(?:prohibit|block|reject)
        violat
        for security reasons
        not allowed by
        prohibited
        denylist
    """),
    ("notaccept", r"""
        null ?mx
        (?:host|domain|server|system|site|machine)\b.{0,40}(?:does|do|will) ?(?:not|n'?t|never) (?:accept|receive|handle|take) .{0,12}(?:mail|message|e-?mail)
        accepts? no (?:mail|e-?mail)
        (?:no|not) accept(?:ing|s)? (?:any )?(?:network )?mail (?:at|for) this (?:host|domain|address|server)
        smtp service (?:is )?not (?:available|offered) (?:here|at this)
        send-only
        no smtp here
    """),
    ("networkerror", r"""
        host not found,? try again
        unable to look ?up host
        name or service not known
        servfail
        try again .{0,30}\bdns
        temporary .{0,20}(?:dns|lookup|resolution|name server)
    """),
    ("hostunknown", r"""
        (?:host|domain|server)(?: or domain name| name|s)?\b[^:;]{0,60}\b(?:not (?:be )?found|unknown|does ?n[o']t exist|not exist|non-?existent|invalid|not valid|unresolvable|could ?n[o']t be (?:found|resolved))(?!.{0,12}try again)
        (?:unknown|bad|illegal|invalid|no such|non-?existent|unrouteable|unroutable|unresolvable) .{0,24}(?:host|domain|destination system)
        name service error .{0,80}host not found(?!, try again)
        nxdomain
        no (?:such|mx|dns)\b.{0,30}(?:record|domain|host|found for)
        couldn'?t find any host
        could ?n[o']t find (?:a |any )?(?:host|domain|mail exchanger|mx|gateway)
        unrouteable (?:mail )?domain
        all relevant mx records point to non-?existent
        (?:cannot|could not|couldn'?t|can't|failed to|unable to) (?:resolve|find) .{0,40}(?:host|domain|name|address of|mx)
        non-?existent hosts
        all host address lookups failed
        域名.{0,10}(?:不存在|错误|錯誤)
        找不到.{0,8}(?:域名|網域)
        maildomain .{0,30}(?:unknown|not)
        dns lookup .{0,30}fail
    """),
    ("filtered", r"""
        (?:recipient|user|customer|addressee|he|she)\b.{0,40}(?:only accept|refus\w* (?:to )?(?:accept|mail|message)|reject\w* (?:this|the|your|mail|message)|does not (?:want|wish)|not willing|is not accepting|has chosen)
        filter(?:ed|ing)
        due to extended inactivity new mail is not
        blocked by .{0,20}user
        only accepting mail from
        whitelist
        ドメイン指定
        受信拒否
    """),
    ("userunknown", r"""
        (?:user|recipient|mail ?box|address|account|addressee|alias|local ?part|person|customer|name|login|subscriber|rcpt|member|inbox|destinataire|empf[aä]nger|destinatario|utilisateur|benutzer|usuario|adresse|mailaddress|recipient's e-?mail address|directory)\w*\b.{0,70}\b(?:unknown|not (?:be )?(?:found|exist|known|listed|recogni[sz]ed|valid|local|here|available|a valid|in|registered|our|present|our customer|unique|deliverable)|does ?n[o']?t? (?:exist|have|match|belong|like|receive)|(?:do|did) ?n[o']t (?:exist|match)|invalid|incorrect|no longer|non-?existent|nonexist|unavailable|undeliverable|could ?n[o']t (?:be )?(?:found|resolve|find)|cannot be (?:found|resolved)|has been (?:deleted|removed)|isn'?t (?:valid|known|found|a|in)|wasn'?t found|was not found|no se encuentra|inconnue?s?|unbekannt|inexistente?|invalide|desconocid[oa]|rejected|is not|ambiguous|discontinued|not here)
        (?:unknown|no such|invalid|bad|non-?existent|unrouteable|unroutable|illegal|incorrect|undeliverable|no matching|unresolvable|not a valid|no valid|no|cannot find|can't find|didn'?t find|couldn'?t find(?: a)?|could not find(?: a)?|nonexistent|not known|unregistered|unassigned) .{0,24}(?:user|recipient|mail ?box|address|account|alias|local|person|customer|destination|name|rcpt|here|subscriber|member)
        unknown\.?$
        \bnot[- ]?found\b.{0,30}$
        not (?:listed|found|registered) in .{0,40}(?:directory|domino|public name|address book|database)
        recipientnotfound
        recipnotfound
        adr\.notfound
        resolver\.adr\.
        bad destination
        does not exist
        no longer (?:on|works|employed|valid|in use|active|available)
        no mailbox
        this user doesn'?t
        doesn't have a .{0,60}account
        user .{0,60}not (?:exist|found)
        not our (?:customer|user)
        dosn't exist
        user_?unknown
        invalid_?recipient
        not-?exist
        requested action not taken
        not handle
        account (?:that )?you tried to reach
        no user
        cannot deliver .{0,30}to this
        unrecogni[sz]ed
        recipient rejected
        rejected: (?:undeliverable|access)
        見つかりません
        存在しません
        宛先不明
        (?:收件人|用户|用戶|使用者|地址|信箱|邮箱|帳號|账号).{0,12}(?:不存在|无效|無效|錯誤|错误|找不到|未找到)
        不存在
        address error
        if (?:the |this )?(?:e-?mail )?address is correct
    """),
    ("expired", r"""
        expired
        delivery time
        (?:has|have) not (?:yet )?been .{0,30}deliver
        retry (?:time|timeout)
        too long
        timed? ?-?out
        time-?out
        still being retried
        could ?n[o']t be delivered (?:for|within|after)
        (?:not|un)able to deliver .{0,60}(?:for|within|after) .{0,16}(?:hour|day)
        message too old
        failing for a long time
        in (?:the )?queue
        undeliverable for
        delay(?:ed|ing)?
        warning only
        will be retried
        stopped trying
        given up
        giving up
        keep trying
        try(?:ing)? again
        greylist
        grey-?list
    """),
    ("networkerror", r"""
        connect(?:ion)?\b.{0,50}(?:refused|reset|lost|dropped|fail|closed|timed|died|abort|to)
        (?:no|cannot) route
        network (?:is )?(?:unreachable|error|related)
        unreachable
        too many hops
        hop count
        loop(?:s|ing)?\b
        lost connection
        not respond
        no answer from host
        host is (?:down|unavailable|offline)
        unable to connect
        (?:all|no) (?:hosts?|servers?) .{0,40}(?:fail|answer|respond|reach)
        dns (?:problem|error)
        host not found, try again
        can'?t connect
        broken pipe
        failed to connect
    """),
    ("systemerror", r"""
        system (?:error|problem|config)
        internal
        configuration
        config error
        (?:local|mailer|server|software|lookup|database|ldap|processing|temporary|unknown|other) (?:error|failure|problem)
        command (?:died|failed|output|not)
        exit(?:ed)?\b.{0,20}(?:status|code|with)
        service .{0,20}(?:unavailable|not available|down)
        unable to
        cannot (?:open|create|write|append)
        can'?t create
        child
        procmail
        maildrop
        not implemented
        syntax
        out of order
    """),
)  # fmt: skip
