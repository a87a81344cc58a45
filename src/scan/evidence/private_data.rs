//! Words for what belongs to the user, and for the reasons that are given to send it away.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;

/// What opens something, or must not leave.
pub(in crate::scan) static SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:user['’]s\s+(?:\w+\s+){0,2}(?:tokens?|keys?|secrets?|login)|api[\s_-]?keys?|secret\s+keys?|private\s+keys?|ssh\s+keys?|access\s+(?:tokens?|keys?)|auth(?:entication)?\s+tokens?|session\s+(?:tokens?|data|cookies?)|credentials?|passwords?|passphrases?|environment\s+variables|env\s+(?:vars|files?)|seed\s+phrases?|recovery\s+phrases?|mnemonics?|wallets?|cookies|secrets|connection\s+strings?|conversation(?:\s+(?:history|context|log))?|chat\s+(?:history|log)|system\s+prompt)\b|\.env\b|~/\.ssh|\.aws/credentials|id_rsa|/etc/passwd|contents\s+of\s+(?:all|any|the|every)\s+[\w\s]{0,30}files?)|密钥|密码|凭证|凭据|令牌|对话记录|聊天记录|助记词|私钥|(?i:\b(?:contraseñas?|credenciales|claves?\s+(?:privadas?|de\s+api)|mots?\s+de\s+passe|passwörter|zugangsdaten|senhas?)\b)|парол|ключи?\s+api|учетные\s+данные",
    )
});

/// What the user works on or is.
pub(in crate::scan) static PERSONAL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:clipboard|pasteboard|screen\s?shots?|screen\s+(?:recording|capture)s?|keystrokes|webcam|microphone|(?:gps|geo|current|user(?:['’]s)?|physical)[\s-]?(?:location|position|coordinates)|location\s+(?:data|file|info\w*)|ip\s+address(?:es)?|e-?mails?|inbox|messages|contacts|address\s+book|calendar|phone\s+numbers?|brows(?:er|ing)\s+(?:data|history)|shell\s+history|prompts?|(?:user(?:['’]s)?|the|each|every|their)\s+(?:quer(?:y|ies)|questions?|inputs?|requests?|responses?|answers?|messages?|files?|documents?|data|code)|transcripts?|full\s+(?:text|contents?)|generated\s+(?:code|text|content|files?|documents?|answers?|responses?)|repository|codebase|project\s+(?:files|folder|directory)|(?:payment|checkout|customer|card|billing|session|order)\s+(?:data|details|information|ids?|intents?|numbers?)|(?:each|every|all(?:\s+the)?)\s+(?:files?|documents?|data|records?|e-?mails?|code|content)|source\s+code|workspace|home\s+directory|(?:a\s+)?copy\s+of\s+(?:the|all|every|each)|contents?\s+of\s+(?:the\s+)?[\w./-]+|dataset)\b|剪贴板|截图|邮件|联系人|用户数据|位置信息",
    )
});

/// What nobody sends to a stranger, for whatever reason.
pub(in crate::scan) static INTIMATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:user['’]s\s+(?:\w+\s+)?(?:contacts|location|clipboard|screen|messages|e-?mails|photos|browser|calendar)|clipboard\s+contents?|contents?\s+of\s+the\s+clipboard|keystrokes|credit\s+cards?|card\s+numbers?|cvv|social\s+security|brows(?:er|ing)\s+history|shell\s+history|(?:current|home|working|whole|entire)\s+(?:directory|folder))\b",
    )
});

/// When a standing order is carried out: not because the user asked, but each time.
pub(in crate::scan) static STANDING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:after|before|upon|on|whenever|when|once|following)\s+(?:(?:you\s+)?(?:\w+ing)\s+)?(?:any|each|every|all|completing|finishing|submitting|adding|editing|creating|making|generating|processing|handling|the\s+(?:task|retrieval|response|answer|commit))\b|(?:after|before|upon)\s+\w+ing\b|for\s+(?:each|every)\b|at\s+the\s+(?:end|start|beginning)\s+of\s+(?:each|every|any|the\s+(?:session|task|conversation))|always|whenever|before\s+you\s+(?:start|begin|answer|continue|respond|reply)|once\s+you|when\s+you\s+\w+\s+(?:a|an|any|each|the)\b|every\s+time|each\s+time|automatically|periodically|continuously|in\s+the\s+background)|每次|始终|总是|自动",
    )
});

/// Reasons that sound like good housekeeping.
pub(in crate::scan) static COVER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:monitoring|back-?\s?ups?|redundancy|safe\s?keeping|safe\s+copy|disaster\s+recovery|(?:central(?:i[sz]ed)?|remote|training|usage|audit)\s+logg?ing|logging\s+(?:server|endpoint|service|purposes)|logging|audit(?:s|ing)?|compliance|telemetry|analytics|diagnostics?|metrics|reproducib\w+|quality\s+(?:control|assurance|purposes)|improve\s+(?:the\s+)?(?:service|quality|model)|ml\s?ops|collector|collection\s+(?:server|endpoint|service)|intranet|(?:our|the|an?|company|corporate)\s+(?:\w+\s+){0,2}(?:internal|central|monitoring|logging|backup|collector|tracking|location|security|health)\s+(?:\w+\s+){0,2}(?:server|service|endpoint|tool|system|api|address)|tracking|observability|activat\w+|licen[cs]e\s+(?:check|validation|verification)|no\s+(?:data|files?|work)\s+(?:is|are|gets?)\s+lost|verification|validation|synchroni[sz]ation)\b|监控|备份|审计|合规|遥测",
    )
});

/// Verbs that hand something over.
pub(in crate::scan) static SEND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send(?:s|ing)?|post(?:s|ing)?|upload(?:s|ing)?|submit(?:s|ting)?|transmit(?:s|ting)?|(?:be|is|are|gets?)\s+(?:\w+\s+)?(?:sent|posted|uploaded|submitted|forwarded|mirrored|reported|copied|shipped|synced|logged)|forward(?:s|ing)?|exfiltrate(?:s)?|report|ship|deliver|push|share|relay|stream|mirror|sync|log|include|append|attach|copy|backup|back\s+up|encode|pass|curl\s+-X\s*POST|curl\s[^\n`]{0,120}\s(?:-d|-F|-T|--data[\w-]*|--form|--upload-file))\b|发送|上传|提交|转发|\b(?:env[ií]a|enviar|sube|envoie[rz]?|envoyer|sende[nt]?|отправ\w+)",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_user_and_of_the_excuse_are_told_apart() {
        let rows = [
            ("the clipboard", &PERSONAL, true),
            ("each file", &PERSONAL, true),
            ("the finished page", &PERSONAL, false),
            ("After any task", &STANDING, true),
            ("if the user asks", &STANDING, false),
            ("for redundancy", &COVER, true),
            ("our internal location tool", &COVER, true),
            ("the vendor's service", &COVER, false),
            ("api keys", &SECRET, true),
            ("发送", &SEND, true),
        ];
        for (text, words, expected) in rows {
            assert_eq!(words.is_match(text), expected, "{text}");
        }
    }
}
