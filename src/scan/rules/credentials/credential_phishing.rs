//! The agent is made to ask the user for a secret, and to pass it on.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, Place, around};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "credential-phishing",
    summary: "The agent is told to ask the user for a password, a code or a card number and to hand it on",
    phase: Phase::Credentials,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Never type a password, a one-time code or a card number into a conversation.",
    references: &["AST01", "ASI09", "LLM02", "AML.T0052"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("credential_phishing.md"),
    hook: Hook::Text {
        needles: &[
            "password",
            "passcode",
            "2fa",
            "one-time",
            "otp",
            "card number",
            "cvv",
            "seed phrase",
            "recovery",
            "social security",
            "bank",
            "密码",
            "验证码",
            "парол",
            "contraseñ",
            "senha",
            "パスワード",
            "passwort",
            "mot de passe",
        ],
        check,
    },
};

/// The user is asked for something that only they should know.
static ASKS: LazyLock<Pattern> = LazyLock::new(|| {
    let secret = r"(?:passwords?|passcodes?|(?:2fa|mfa|otp|one-time|verification|authentication|security)\s+codes?|pin\b|(?:credit\s+|debit\s+)?card\s+(?:numbers?|details)|cvv|seed\s+phrases?|recovery\s+(?:phrases?|codes?)|social\s+security\s+numbers?|bank(?:ing)?\s+(?:details|credentials|login)|login\s+(?:details|credentials)|master\s+password|private\s+keys?)";
    pattern(&format!(
        r"(?i)\b(?:ask|prompt|request|require|instruct|tell|get|urge|convince)\s+(?:the\s+|your\s+)?(?:users?|customers?|them|him|her)\s+(?:for|to\s+(?:enter|provide|confirm|type|share|paste|give|supply|re-?enter|verify|send))\s+(?:[a-z'’]+\s+){{0,4}}?{secret}|(?:要求|让|请)用户(?:输入|提供|确认)[^。]{{0,16}}(?:密码|验证码|银行卡|助记词)|(?:попроси|запроси)[а-я]*\s+(?:у\s+)?пользовател[а-я]+\s+(?:ввести\s+)?[^.]{{0,30}}(?:парол|код|номер\s+карты)|(?:pide|solicita|peça|solicite)\s+(?:al?|o)\s+usu[aá]ri[oa][^.]{{0,40}}(?:contraseña|senha|tarjeta|cartão|código)|ユーザーに[^。]{{0,30}}(?:パスワード|認証コード|カード番号)[^。]{{0,16}}(?:入力|尋ね|聞)|(?:bitte|frage|fordere)\s+(?:den\s+)?(?:be)?nutzer[^.]{{0,50}}(?:passwort|code|kartennummer|tan)|demande[zr]?\s+à\s+l['’]utilisateur[^.]{{0,50}}(?:mot\s+de\s+passe|code|carte)"
    ))
});

/// A secret that is asked for the user's own system, or not at all.
static HONEST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|avoid|without|instead\s+of|rather\s+than|locally|sudo|keychain|password\s+manager|environment\s+variable|themselves|in\s+(?:their|the)\s+(?:browser|terminal)|directly\s+in|database|localhost|encrypt[a-z]*|pdf|zip|archive|router|device|test\s+account)\b|不要|切勿|не\s|nunca|não|nicht|しない",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        let Some(asked) = ASKS.find(text).filter(|_| sentence.place != Place::Heading) else { continue };
        let near = around(sentences, index, 0, 3);
        let company = Company(near);
        let is_handed_on = company.has(Marks::SEND) && company.any(Marks::ADDRESS | Marks::OUTSIDE);
        let is_kept = company.any(Marks::CONCEALED) && company.any(Marks::SEND | Marks::COLLECT);
        if !is_handed_on && !is_kept {
            continue;
        }
        let span = sentence.span.start + asked.start()..sentence.span.start + asked.end();
        let severity = match () {
            () if is_lesson(view, sentence) || !is_kept && HONEST.is_match(text) => Severity::Info,
            () if is_kept => Severity::Critical,
            () => Severity::High,
        };
        sink.report(view, span, "what the user is asked for in confidence is handed on").severity(severity);
    }
}
