//! The forms of each class of words: English first, then other languages.

/// Up to `count` English words between two others.
macro_rules! gap {
    ($count:literal) => {
        concat!(r"(?:[a-z0-9'’`_/-]+\s+){0,", $count, "}?")
    };
}

/// Something is handed over.
pub(super) const SEND: &[&str] = &[
    r"\b(?:send(?:s|ing)?|sent|transmit(?:s|ted|ting)?|transmission|upload(?:s|ed|ing)?|forward(?:s|ed|ing)?|exfiltrat[a-z]+|relay(?:s|ed|ing)?|share[sd]?\s+with|submit(?:s|ted|ting)?|bcc|phones?\s+home|curl\s+-X\s*(?:POST|PUT))\b",
    concat!(
        r"\b(?:post(?:s|ed|ing)?|report(?:s|ed|ing)?|cop(?:y|ies|ied)|deliver(?:s|ed)?|sync(?:s|ed|hroni[sz]es?)?|push(?:es|ed)?|back(?:s|ed)?\s+up|shar(?:e|es|ed|ing)|mirror(?:s|ed)?|e-?mail(?:s|ed)?|stream(?:s|ed)?)\s+",
        gap!("8"),
        r"(?:to|with)\b"
    ),
    r"发送|上传|传输|转发|提交到|共享给|分享给|发给|抄送|回传",
    r"\b(?:env[ií]a(?:r|s)?|env[ií]e[ns]?|reenv[ií][ae]r?|sub(?:e|ir)\s|transmit(?:e|ir|a)|encaminh[ae]r?|envoie[rsz]?|envoye[rz]|transmet(?:s|tez|tre)?|transf[èé]re[rz]?|sende[nt]?|übermittel|übermittle|hochladen|weiterleite|leite\s)",
    r"отправ(?:ь|ля|и)|перешли|пересыла|передай|передава|загрузи(?:те)?\s+на",
    r"送信|アップロード|転送",
    r"\b(?:blind-?cop(?:y|ies|ied)|export(?:s|ed|ing)?|sold\s+to|rout(?:es?|ed)\s+to|(?:stor(?:e|es|ed)|retain(?:s|ed)?|kept|keeps?|archiv(?:e|es|ed)|sav(?:e|es|ed))\s+(?:[a-z]+\s+){0,4}?on\s+(?:the\s+|an?\s+|our\s+)?(?:[a-z'’]+\s+){0,2}?(?:servers?|cloud))\b",
];

/// Something is gathered.
pub(super) const COLLECT: &[&str] = &[
    r"\b(?:collect(?:s|ed|ing|ion)?|gather(?:s|ed|ing)?|harvest(?:s|ed|ing)?|captur(?:e|es|ed|ing)|record(?:s|ed|ing)|log(?:s|ged|ging)|track(?:s|ed|ing)|retain(?:s|ed)|telemetry|monitor(?:s|ed|ing)?|keystrokes|stor(?:es|ed|ing)|store\s+(?:it|them|the|all|a|every))\b",
    r"收集|采集|记录|抓取|截取|recopil|recolect|\bcolet[ae]|recolh|собира|собери|записыва|収集|記録|\bsamm(?:le|eln?)|aufzeichn|\bcollecte|recueill|enregistr",
];

/// Something is changed on the user's side.
pub(super) const CHANGE: &[&str] = &[
    r"\b(?:modif(?:y|ies|ied|ying)|overwrit(?:e|es|ing|ten)|delet(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|install(?:s|ed|ing)?|purchas(?:e|es|ed|ing)|buys?|buying|pay(?:s|ing|ments?)?|charg(?:e|es|ed|ing)|renew(?:s|ed|als?|ing)?|upgrad(?:e|es|ed|ing)|force-?push(?:es|ed)?|reset(?:s|ting)?|revok(?:e|es|ed|ing)|transfer(?:s|red|ring)?|execut(?:e|es|ed|ing)|deploy(?:s|ed|ing)?|publish(?:es|ed|ing)?|disabl(?:e|es|ed|ing)|append(?:s|ed|ing)?|inject(?:s|ed|ing)?|download(?:s|ed|ing)?|queries|checking)\b",
    r"修改|删除|安装|执行|下载|购买|支付|覆盖|modific|elimin|instal[ae]|ejecut|execut|descarg|baix[ae]|измени|удали|установи|выполни|скача|実行|削除|変更|インストール|ダウンロード|\bführe|ausführ|lösch|änder|installier|exécut|supprim|modifi|télécharg",
];

/// What belongs to a person.
pub(super) const PRIVATE: &[&str] = &[
    r"\b(?:conversations?|chat\s+(?:history|logs?|transcripts?)|transcripts?|inbox|contacts|contact\s+list|address\s+book|credentials?|passwords?|api[\s_-]?keys?|access\s+tokens?|session\s+tokens?|secrets?|system\s+prompts?|clipboard|pbpaste|screenshots?|screencapture|keystrokes|geolocation|gps|coordinates|browsing\s+history|browser\s+history|cookies|ssh\s+keys?|private\s+keys?|environment\s+variables|loc\.txt|location\s+data|(?:current|precise|user['’]s)\s+location|card\s+numbers?|seed\s+phrases?|payment\s+(?:details|information|methods?)|transaction\s+(?:patterns|history|data)|source\s+code|contracts|voice\s+recordings?|full\s+text\s+of)\b|\.env\b|~?/?\.ssh\b",
    concat!(
        r"\b(?:users?|customers?|clients?|personal|private|financial|health|medical|confidential|sensitive|proprietary)(?:['’]s?)?\s+",
        gap!("2"),
        r"(?:data|information|inputs?|messages?|prompts?|quer(?:y|ies)|files?|documents?|descriptions?|code|content|details|requests?|records?|e-?mails?|questions?|responses?)\b"
    ),
    concat!(
        r"\b(?:all|every|each|full|entire|complete|copy\s+of)\s+",
        gap!("3"),
        r"(?:contracts?|documents?|messages?|e-?mails?|transactions?|prompts?|source\s+files?|notes|recordings?|\.db\s+files?)\b"
    ),
    r"用户(?:的)?(?:数据|信息|消息|输入|文件|隐私)|对话|聊天记录|密码|凭证|凭据|密钥|令牌|剪贴板|截图|联系人|系统提示|conversaci[oó]n|conversas?\b|contraseñ|senhas?\b|credenciai?[ls]|datos\s+(?:del\s+usuario|personales)|dados\s+(?:do\s+usuário|pessoais)|разговор|переписк|парол|уч[её]тн|данны[ех]\s+пользовател|секрет|токен|会話|パスワード|認証情報|ユーザーの?(?:データ|情報|入力)|機密|クリップボード|スクリーンショット|gespräch|passw[oö]rt|zugangsdaten|nutzerdaten|benutzerdaten|mots?\s+de\s+passe|identifiants|données\s+(?:de\s+l['’]utilisateur|personnelles|utilisateur)",
    r"\b(?:microphone|webcam|audio|biometrics?|heart\s+rate|health\s+readings|repository|invoices|receipts|drafts)\b",
    r"(?:documentos|archivos|mensajes)\s+del\s+usuario|(?:documentos|arquivos|mensagens)\s+do\s+usuário|(?:файл[а-я]*|документ[а-я]*|сообщени[а-я]+)\s+пользовател|ユーザーの?(?:ファイル|メッセージ|文書)|unterhaltung|(?:dateien|dokumente|nachrichten)\s+des\s+(?:be)?nutzers|(?:fichiers|documents|messages)\s+de\s+l['’]utilisateur",
];

/// What a task yields or works on.
pub(super) const WORK: &[&str] = &[
    r"\b(?:results?|outputs?|summar(?:y|ies)|reports?|metrics|contents?|files?|documents?|code|data|datasets?|diff|e-?mails?|messages?|logs|repository|\.txt|prompts?)\b|结果|文件|数据|resultado|archivo|arquivo|результат|файл|結果|ファイル|ergebnis|datei|résultat|fichier",
];

/// Somebody other than the user.
pub(super) const OUTSIDE: &[&str] = &[
    concat!(
        r"\b(?:external|remote|outside|undisclosed|central(?:i[sz]ed)?|off-?site|intranet|corporate)\s+",
        gap!("2"),
        r"(?:servers?|services?|endpoints?|systems?|address(?:es)?|part(?:y|ies)|hosts?|collectors?|archives?|recipients?|webhooks?|mailbox|storage)\b"
    ),
    r"\b(?:skill|plugin|tool|extension|package)(?:['’]s?)?\s+(?:author|provider|developer|vendor|maintainer|publisher|creator|owner|operator)s?(?:['’]s?)?\b",
    concat!(
        r"\b(?:monitoring|compliance|telemetry|logging|collection|surveillance|regulatory|collector|mlops|analytics|oversight)\s+",
        gap!("2"),
        r"(?:address(?:es)?|mailbox|servers?|services?|endpoints?|archives?|collectors?|partners?|team|inbox|pipeline)\b"
    ),
    concat!(
        r"\bour\s+",
        gap!("4"),
        r"(?:servers?|services?|endpoints?|backend|collectors?|partners?|archives?|cloud|infrastructure|database)\b"
    ),
    r"\bthird[\s-]part(?:y|ies)\b|\badvertis(?:ers|ing\s+(?:partners?|networks?))|\bdata\s+brokers?|\b(?:c2|command-and-control)\s+server|\battacker\b|\bbackup\s+server\b",
    r"第三方|外部(?:的)?(?:服务器|地址|端点|接口)|远程服务器|(?:作者|开发者|我们)的服务器|servidor(?:es)?\s+(?:externo|remoto)|tercer(?:os|as)\b|terceiros|внешн(?:ий|ем|юю|ему)|сторонн|третьим\s+лицам|удал[её]нн(?:ый|ом|ого)\s+сервер|外部(?:の)?(?:サーバ|アドレス|エンドポイント)|第三者|リモートサーバ|extern(?:en|er|e)\s+(?:server|dienst|adresse)|dritt(?:e|anbieter)\b|serveur\s+(?:externe|distant)|\bdes\s+tiers\b",
    r"\b(?:author|provider|developer|vendor|maintainer|publisher|creator|operator)s?['’]s?\s+(?:[a-z]+\s+){0,2}?(?:servers?|cloud|services?|wallet|account|systems?|databases?|endpoint|backend|analytics|archive)\b|\b(?:insurers|recruiters|resellers|(?:research|business|analytics|data)\s+partners)\b",
    r"(?:作者|开发者|发布者)的(?:远程)?服务器|servidor\s+d(?:el|o)\s+(?:autor|desarrollador|desenvolvedor)|сервер\s+(?:автора|разработчика)|作者のサーバ|server\s+des\s+(?:autors|entwicklers|anbieters)|serveur\s+de\s+l['’]auteur",
];

/// The user is not asked, or the answer does not count.
pub(super) const UNASKED: &[&str] = &[
    concat!(
        r"\bwithout\s+",
        gap!("3"),
        r"(?:asking|prompting|requesting|requiring|seeking|obtaining|waiting\s+for|confirm(?:ation|ing)|approval|consent|permission|authori[sz]ation|preview|being\s+asked|displaying\s+the)\b"
    ),
    concat!(
        r"\b(?:do\s+not|don['’]t|never|no\s+need\s+to|need\s+not|instead\s+of)\s+(?:ask(?:ing)?|prompt(?:ing)?|wait(?:ing)?|request(?:ing)?|seek(?:ing)?|require|pause|stop)\s+",
        gap!("5"),
        r"(?:confirm[a-z]*|approv[a-z]*|permission|consent|user|before)\b"
    ),
    concat!(
        r"\bno\s+",
        gap!("2"),
        r"(?:confirmation|approval|consent|permission)\s+(?:is\s+)?(?:needed|required|necessary|asked)\b"
    ),
    r"\b(?:not|never)\s+(?:be\s+)?(?:prompted|asked|required)\s+to\s+(?:approve|confirm|consent|authori[sz]e|agree)\b",
    concat!(
        r"\bregardless\s+of\s+",
        gap!("5"),
        r"(?:users?|user['’]s|settings?|preferences?|choice|flag|objections?|consent)\b"
    ),
    r"\b(?:ignor(?:e|ed|es|ing)|bypass(?:es|ed|ing)?|skip(?:s|ped|ping)?)\s+(?:the\s+|any\s+|all\s+)?(?:user\s+)?(?:confirm[a-z]*|approval|consent|permission)\b",
    r"\b(?:confirm[a-z]*|approval|consent|opt-?in)`?\s+(?:parameter|flag|setting|option|prompt)s?\s+(?:is|are)\s+(?:ignored|overridden|disregarded|bypassed)\b",
    concat!(
        r"\beven\s+(?:if|when|though)\s+(?:the\s+)?users?\s+",
        gap!("3"),
        r"(?:no|not|declin[a-z]+|refus[a-z]+|object[a-z]*|den(?:y|ies|ied)|opt(?:s|ed)?|disabl[a-z]+|cancel[a-z]*)\b"
    ),
    r"\b(?:implicit(?:ly)?|tacit(?:ly)?|deemed|considered)\s+(?:to\s+have\s+)?(?:approv(?:ed|al)|authori[sz](?:ed|ation)|consent(?:ed)?|accepted|granted)\b|\baccepted\s+implicitly\b",
    concat!(
        r"\b(?:interpret(?:s|ed)?|treat(?:s|ed)?|count(?:s|ed)?)\s+",
        gap!("3"),
        r"as\s+",
        gap!("1"),
        r"(?:authori[sz]ation|consent|approval|permission)\b"
    ),
    r"无需(?:用户|任何)?(?:的)?(?:确认|同意|批准|询问|授权)|不(?:要|用|必)(?:询问|请求|等待|征求)|未经(?:用户)?(?:同意|许可|确认|授权)|不经(?:过)?(?:用户)?(?:确认|同意)",
    r"\bsin\s+(?:pedir|solicitar|preguntar|consultar|(?:la\s+)?confirmación|consentimiento|permiso|aprobación|autorización)|\bsem\s+(?:pedir|solicitar|perguntar|confirmação|consentimento|permissão|aprovação|autorização)|без\s+(?:подтверждения|согласия|разрешения|запроса|ведома)|не\s+спрашива|(?:確認|許可|同意|承認)(?:を(?:求め|取ら|得)ず|を求めない|なし|せず|なく)|\bohne\s+(?:rückfrage|bestätigung|zustimmung|nachfrage|genehmigung|erlaubnis|zu\s+fragen)|\bsans\s+(?:demander|confirmation|consentement|autorisation|approbation|permission|poser)",
    r"\b(?:not|never)\s+(?:need\s+to\s+)?(?:be\s+)?(?:prompted|asked|consulted)\s*(?:first|beforehand|[.;,])",
    r"\b(?:does|will|do)\s+not\s+(?:wait\s+for|ask\s+for|require|request|seek|need)\s+(?:the\s+)?(?:user['’]?s?\s+)?(?:explicit\s+)?(?:approval|confirmation|consent|permission)\b|\bwithout\s+checking\s+with\s+(?:the\s+)?user|\b(?:confirmation|approval)\s+(?:step|dialog|screen)s?\s+(?:is|are)\s+(?:skipped|omitted|suppressed|bypassed|disabled)",
];

/// There is no way to decline.
pub(super) const NO_WAY_OUT: &[&str] = &[
    r"\b(?:cannot|can['’]?t|can\s+not|may\s+not|must\s+not)\s+(?:be\s+)?(?:disabled|turned\s+off|switched\s+off|waived|opted\s+out|opt\s+out|declined?|refused?)\b",
    r"\bno\s+(?:way\s+to\s+)?opt(?:ing)?[\s-]?out|\bwithout\s+(?:an?\s+)?opt-?out|\b(?:is|are)\s+(?:not\s+optional|always\s+(?:enabled|on))\b|\bthere\s+is\s+no\s+(?:setting|option|way)\s+to\s+(?:disable|turn|decline|prevent|stop)",
    r"(?:无法|不能|不可)(?:关闭|禁用|退出|拒绝)|no\s+se\s+puede\s+desactivar|não\s+pode\s+ser\s+desativad|нельзя\s+отключить|無効に(?:できません|できない)|nicht\s+deaktiviert\s+werden|ne\s+peut\s+pas\s+être\s+désactivé",
    r"\bopt(?:ing)?[\s-]?out\s+is\s+(?:not|un)\s*(?:supported|possible|available|offered)\b|\bcannot\s+be\s+(?:prevented|stopped)\s+by\s+(?:the\s+)?users?",
];

/// The user does not get to know.
pub(super) const CONCEALED: &[&str] = &[
    concat!(
        r"\b(?:do\s+not|don['’]t|never|must\s+not|should\s+not|without|avoid|refrain\s+from)\s+(?:ever\s+|explicitly\s+)?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|mention(?:ing)?|let(?:ting)?)\s+",
        gap!("6"),
        r"(?:users?|customers?|humans?|operators?|anyone|owner|this|these|it|they|any\s+of|that\s+(?:it|the\s+skill|you))\b"
    ),
    concat!(
        r"\b(?:not|never|n['’]t)\s+(?:be\s+|being\s+|made\s+)?(?:shown|displayed|disclosed|reported|revealed|mentioned|visible|surfaced|reflected|exposed)\s+(?:in|to|by)\s+",
        gap!("3"),
        r"(?:users?|customers?|output|responses?|summary|interface|ui|reports?|logs?)\b"
    ),
    r"\b(?:users?|customers?|they)\s+(?:should|must|need|will|are|do|is)\s*(?:not|n['’]t)\s+(?:need\s+to\s+)?(?:be\s+)?(?:informed|told|notified|made\s+aware|aware|know|see|alerted)\b",
    r"\bnot\s+(?:be\s+)?label(?:l)?ed\s+as\b|\bnot\s+disclosed\b|\bwithout\s+(?:disclosing|disclosure)\b",
    concat!(
        r"\b(?:hid(?:e|es|den|ing)|conceal(?:s|ed|ing)?|kept?\s+(?:hidden|secret|invisible)|invisibl[ey]|transparent(?:ly)?)\s+",
        gap!("4"),
        r"(?:from|to)\s+(?:the\s+|your\s+|end[\s-])?users?\b"
    ),
    r"\bwithout\s+(?:the\s+)?users?['’]?s?\s+(?:knowledge|knowing|noticing|awareness)\b|\b(?:secretly|covertly|surreptitiously|stealthily|unnoticed)\b",
    r"(?:不要|切勿|不得|别|禁止|请勿)(?:向用户)?(?:告诉|告知|通知|提及|提到|透露|披露|显示|提醒)|(?:不|无需)(?:告知|通知)用户|对用户(?:隐藏|保密|隐瞒)|瞒着用户",
    r"\bno\s+(?:se\s+)?(?:lo\s+)?(?:digas|informes|informe|menciones|mencione|reveles|notifiques)\b|\bnão\s+(?:diga|informe|mencione|revele|notifique)\b|не\s+(?:говори|сообщай|упоминай|информируй|уведомляй|показывай)|ユーザー(?:に|へ)(?:は)?[^。]{0,24}(?:知らせ|伝え|言わ|通知し|表示し|開示し)(?:ない|ず|てはいけ)|(?:benutzer|nutzer|anwender)[a-z]{0,2}\s+[^.]{0,40}(?:nicht|nichts)\s+(?:mit|sagen|informier|erwähn|erfahren|zeig)|\b(?:sag|erwähne|informiere|teile|zeige)\b[^.]{0,60}\b(?:nicht|nichts)\b|\bne\s+(?:le\s+|pas\s+)?(?:dis|dites|informe[zr]?|mentionne[zr]?|révèle[zr]?|signale[zr]?|dire)\b",
    r"\b(?:not|never|n['’]t)\s+(?:be\s+)?(?:shown|displayed|indicated|listed|included|documented|appear)\s+(?:in|on)\s+(?:the\s+|any\s+)?(?:[a-z]+\s+){0,2}?(?:reports?|interface|ui|preview|breakdown|notice|history|screen|output|summary)\b|\bneed\s+not\s+be\s+(?:made\s+aware|told|informed)|\b(?:never|do\s+not|don['’]t)\s+(?:reveal|disclose|mention|tell\s+the\s+user)\s+that\b|\bnot\s+told\s+that\b",
    r"不会?(?:显示|展示|告知|通知)(?:给)?用户|用户不会(?:知道|看到|收到)|\bsin\s+(?:informar|avisar|decir)|\bsem\s+(?:informar|avisar|dizer)|usu[aá]ri[oa]\s+(?:no|não)\s+(?:debe|deve|tiene|precisa)\s+[^.]{0,20}(?:saber|enter|ser\s+informad)|пользовател[а-я]+\s+не\s+(?:долж[а-я]+|нужно)\s+[^.]{0,20}(?:знать|узнать)|не\s+сообщая\s+пользовател|nutzer\s+darf\s+[^.]{0,30}(?:nicht|nichts)|ohne\s+(?:den\s+)?(?:be)?nutzer\s+zu\s+informieren|utilisateur\s+ne\s+doit\s+(?:pas|rien)|sans\s+(?:en\s+)?(?:informer|avertir|prévenir)|知られないように",
];

/// It happens where nobody looks.
pub(super) const BACKGROUND: &[&str] = &[
    r"\b(?:silently|quietly|in\s+the\s+background|behind\s+the\s+scenes|stealthily|discreetly|background\s+(?:operations?|transmission|telemetry|process))\b|静默|后台|悄悄|偷偷|暗中|silenciosamente|en\s+segundo\s+plano|em\s+segundo\s+plano|en\s+secreto|незаметно|тайно|в\s+фоновом|バックグラウンドで|こっそり|密かに|im\s+hintergrund|heimlich|stillschweigend|en\s+arrière-plan|silencieusement|discrètement",
];

/// It happens around every task.
pub(super) const OCCASION: &[&str] = &[
    concat!(
        r"\b(?:after|before|upon|whenever|every\s+time|each\s+time|following|at\s+the\s+(?:start|end)\s+of|on)\s+",
        gap!("2"),
        r"(?:any|every|each|all|complet(?:ing|ion)|finish(?:ing)?|tasks?|sessions?|invocation|conversations?|response|requests?|editing|submitting|adding|making|creating|process(?:ing)?|analy[sz](?:ing|is)|review(?:ing)?|generation)\b"
    ),
    r"\bwhen(?:ever)?\s+(?:you\s+|the\s+\w+\s+)?(?:\w+ing|a\s+user|users|the\s+user|any)\b|\b(?:always|automatically|every\s+(?:task|session|invocation|request|message|run|interaction))\b|每次|每当|任务完成后|总是|自动|cada\s+vez|después\s+de\s+cada|após\s+cada|siempre|sempre|automáticamente|automaticamente|после\s+каждо|каждый\s+раз|всегда|автоматически|毎回|常に|自動的に|nach\s+jede|jedes\s+mal|immer|automatisch|après\s+chaque|toujours|automatiquement",
];
