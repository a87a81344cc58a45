//! Something that cannot be taken back is done without a question.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Place, around, is_candidate};
use crate::scan::evidence::setting::{is_code, is_lesson, is_taught, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unattended-action",
    summary: "The agent is told to do something that cannot be taken back without asking the user",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask the user before the action, and show what it will do.",
    references: &["AST03", "ASI09", "LLM06", "AML.T0053"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("unattended_action.md"),
    hook: Hook::Text {
        needles: &[
            "without",
            "automatically",
            "confirm",
            "no prompt",
            "do not ask",
            "don't ask",
            "never ask",
            "regardless",
            "implicit",
            "not\nprompted",
            "not prompted",
            "approv",
            "author",
            "vetted",
            "advisory",
            "consult",
            "not asked",
            "pre-vetted",
            "cannot be",
            "已",
            "as authori",
            "无需",
            "不要询问",
            "无论",
            "不管",
            "без подтверждения",
            "независимо",
            "sin ",
            "sem ",
            "確認",
            "許可",
            "ohne ",
            "sans ",
            "unabhängig",
        ],
        check,
    },
};

/// What cannot be taken back.
static ACTION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send(?:s|ing)?\s+(?:the\s+|an?\s+|out\s+)?(?:e-?mails?|messages?|payments?|funds|money|tokens|invites?)|delet(?:e|es|ing)|drop(?:s|ping)?\s+(?:the\s+)?(?:tables?|databases?)|force[\s-]?push(?:es|ing)?|revok(?:e|es|ing)|reset(?:s|ting)?\s+(?:user\s+)?passwords?|transfer(?:s|ring)?|purchas(?:e|es|ing)|plac(?:e|es|ing)\s+(?:an?\s+|the\s+)?orders?|execut(?:e|es|ing)\s+(?:the\s+)?(?:trades?|transactions?|payments?)|pay(?:s|ing)?\s|deploy(?:s|ing)?\s+to\s+production|merg(?:e|es|ing)\s+(?:the\s+)?(?:pull|pr)|post(?:s|ing)?\s+(?:to|on)\s+(?:social|twitter|x\b|linkedin|facebook)|modif(?:y|ies|ying)\s+(?:user\s+)?(?:permissions|access)|overwrit(?:e|es|ing)|disabl(?:e|es|ing)\s+(?:the\s+)?(?:firewall|antivirus|logging|audit\w*|security|mfa|2fa)|wip(?:e|es|ing)|remov(?:e|es|ing)\s+(?:the\s+)?(?:users?|files|backups|records))\b",
    )
});

/// Words that leave the user out.
static UNASKED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:without\s+(?:asking|prompting|requesting|requiring|seeking|waiting\s+for|(?:any\s+|additional\s+|further\s+|explicit\s+|user\s+|human\s+|prior\s+)*(?:confirmation|approval|consent|permission|review|notice|prompt))|(?:do\s+not|don['’]t|never)\s+(?:ask|prompt|wait|request)\s+(?:\w+\s+){0,4}(?:confirm\w*|approv\w*|permission|consent|user)|no\s+(?:user\s+)?(?:confirmation|approval)\s+(?:is\s+)?(?:needed|required|necessary)|without\s+displaying)\b",
    )
});

/// Bytes before and after such words in which the action stands.
const REACH_BYTES: usize = 200;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    check_sentences(view, sink);
    for unasked in UNASKED.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let Some(span) = action_nearby(view, &unasked.range()) else { continue };
        let severity =
            if is_taught(view, &span) || is_forbidden(view, span.start) { Severity::Info } else { Severity::High };
        sink.report(view, span, "the user is not asked before something that cannot be taken back").severity(severity);
    }
}

/// Actions in the user's name, with money, accounts or what others see.
static GRAVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:set|make|mark)s?\s+(?:[a-z]+\s+){0,2}?(?:to\s+)?public(?:ly)?|(?:permanently|irrevocably)\s+(?:delet|remov|eras)(?:e|es|ed|ing)|(?:are|is)\s+(?:immediately\s+|automatically\s+)?(?:deleted|published|posted|purchased|charged|sent)|published\s+immediately|orders?\s+(?:is|are)\s+placed|accepts?\s+(?:all\s+)?invitations|invitations?\s+to|elevated\s+privileges|with\s+sudo|replac(?:e|es|ing)\s+its\s+own|pulls?\s+the\s+(?:newest|latest)|shares?\s+the\s+user|purchas(?:e|es|ed|ing)|buy(?:s|ing)?|charg(?:e|es|ed|ing)\s+(?:the|a|their|your)|pay(?:s|ing)?\s+(?:for|the|with)|renew(?:s|als?|ing)?|upgrad(?:e|es|ing)\s+(?:an?|the|their)\s+(?:subscription|plan|tier)|transfer(?:s|ring)?\s+(?:the\s+)?(?:funds|money|tokens|ownership)|trad(?:e|es|ing)\b|plac(?:e|es|ing)\s+(?:an?\s+|the\s+)?orders?|sends?\s+(?:the\s+|an?\s+|out\s+)?(?:e-?mails?|messages?)|sending\s+e-?mails?|reset(?:s|ting)?\s+(?:the\s+|user\s+)*passwords?|revok(?:e|es|ing)|modif(?:y|ies|ying)\s+(?:the\s+|user\s+|account\s+)*(?:permissions?|access|accounts?)|delet(?:e|es|ing)|force-?push(?:es|ing)?|publish(?:es|ing)?|post(?:s|ing)?\s+(?:to|on)\s|(?:download|fetch)(?:es|s|ing)?\s+and\s+(?:appl(?:y|ies|ying)|install(?:s|ing)?|run(?:s|ning)?|execut(?:e|es|ing))|updates?\s+(?:itself|are\s+applied)|execut(?:e|es|ing)\s+(?:[a-z]+\s+){0,3}?(?:commands?|scripts?|code)|shell\s+commands|disabl(?:e|es|ing)|overwrit(?:e|es|ing))\b|购买|支付|转账|删除|发布|执行(?:命令|脚本)|куп[ия]|оплат|удал|перевед|compra[rs]?\b|pag(?:ue|ar|a)\b|elimin|borra|delet[ae]|購入|支払|削除|送金|kauf|bezahl|lösch|überweis|achet|pay(?:e[rz]|ez)|supprim",
    )
});

/// Words that overrule what the user has set or said, rather than spare a question.
static OVERRULES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:the\s+|this\s+)?(?:skill|assistant|agent|tool|system)\s+(?:does|will)\s+not\s+(?:wait\s+for|ask|require|request|seek)\s+(?:[a-z'’]+\s+){0,3}?(?:approval|confirmation|consent|permission|users?)\b|\b(?:confirmation|approval)\s+(?:step|dialog|screen)s?\s+(?:is|are)\s+(?:skipped|omitted|suppressed|bypassed|disabled)|\busers?\s+(?:is|are|does|do|need|will)\s*(?:not|n['’]t)\s+(?:need\s+to\s+)?(?:be\s+)?(?:asked|consulted)\s*(?:first|beforehand|[.;,])|\bwithout\s+checking\s+with\s+(?:the\s+)?user|\bupdates?\s+(?:cannot|can['’]t|can\s+not)\s+be\s+(?:declined|refused|disabled|prevented|turned\s+off)|\bregardless\s+of\s+(?:the\s+|what\s+|any\s+)?[^.]{0,40}\b(?:users?|user['’]s|settings?|parameter|preferences?|flag)\b|\b(?:confirm[a-z]*|approval|consent|opt-?in)`?\s+(?:parameter|flag|setting|option|prompt)s?\s+(?:is|are)\s+(?:ignored|overridden|disregarded|bypassed)|\bdefaults?\s+to\s+`?true`?\s+regardless|\b(?:implicit(?:ly)?|tacit(?:ly)?)\s+(?:approv|authori|consent|accept)[a-z]*|\binterprets?\s+(?:[a-z]+\s+){0,4}as\s+(?:authori[sz]ation|consent|approval|permission)|\b(?:not|never)\s+(?:be\s+)?(?:prompted|asked|required)\s+to\s+(?:approve|confirm|consent|authori[sz]e)|\bwithout\s+(?:being\s+asked|displaying\s+(?:a\s+|the\s+)?(?:preview|amount|price))|\backnowledge\s+[^.]{0,40}\bbut\s+(?:proceed|continue)|\b(?:even\s+if|although)\s+(?:the\s+)?users?\s+(?:[a-z]+\s+){0,3}?(?:no|not|declin[a-z]+|refus[a-z]+|object[a-z]*|cancel[a-z]*|disabled|opted\s+out|turned\s+off)\b|无论用户|不管用户|независимо\s+от\s+(?:настро|выбор|желани)|sin\s+importar\s+lo\s+que\s+(?:el\s+)?usuario|unabhängig\s+von\s+(?:den\s+)?(?:einstellungen|nutzer)|quel\s+que\s+soit\s+le\s+choix",
    )
});

/// The gravest of them, for which the words that leave the user out are enough.
static IRREVERSIBLE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:permanently\s+(?:delet|remov|eras)[a-z]*|purchas(?:e|es|ed|ing)|places?\s+(?:the\s+|an\s+)?orders?|orders?\s+(?:is|are)\s+placed|charg(?:e|es|ing)\s+(?:the|a|their)\s+(?:[a-z]+\s+)?(?:card|account|payment)|transfer(?:s|ring)?\s+(?:the\s+)?(?:funds|money)|elevated\s+privileges|reset(?:s|ting)?\s+(?:the\s+|user\s+)*passwords?)\b|下单|支付|转账|оплат|купи|(?:realiza|haz|faça)\s+(?:el\s+|o\s+)?(?:pago|pedido|pagamento)|送金|支払|überweis|bezahl",
    )
});

/// Approval that nobody gave: it is said to be there for everything.
static ASSERTED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:all|any|every|full|these)\b[^.]{0,80}?\b(?:are|is|as|be|been|permissions)\s+(?:already\s+|implicitly\s+|automatically\s+|fully\s+)*(?:pre-?approved|pre-?authori[sz]ed|pre-?vetted|implicitly\s+approved|approved\s+in\s+advance)\b|\b(?:user|owner|operator|administrator)\s+(?:has|have)\s+(?:already\s+)?(?:pre-?approved|pre-?authori[sz]ed|approved\s+all|consented\s+to\s+all|authori[sz]ed\s+all)\b|\b(?:checks?|polic(?:y|ies)|restrictions?|safeguards?)\s+(?:checks\s+)?(?:are|is)\s+(?:advisory\s+only|only\s+advisory)\b|所有(?:操作|命令)(?:均|都)?已(?:获|得到|预先)?(?:用户)?(?:批准|授权)|все\s+(?:действия|команды)\s+(?:уже\s+)?(?:заранее\s+)?(?:одобрены|разрешены)",
    )
});

/// Sentences that leave the say to the user, or tell of what must not be.
static GUARDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|cannot|won['’]t|will\s+not|does\s+not|doesn['’]t|avoid|refuse|unless|only\s+(?:if|when|after|with)|if\s+(?:the\s+)?user\s+(?:has\s+)?(?:approv|confirm|agree|ask|request|opt|enabl|explicit)[a-z]*|dry[\s-]run|prevents?|safe(?:ly|guard)?|test\s+(?:environment|account|data)|temp(?:orary)?\s+(?:files?|director)|cache|build\s+artifacts|node_modules|unsaved|duplicates?|worktree)\b|不要|不得|切勿|не\s+(?:удаля|выполн|покупа)|niemals|nunca|jamais",
    )
});

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)approv|author|vetted|consent|advisory|regardless|confirm|permission|\basked\b|consult|update|without|even\s+if|although|acknowledge|default|accept",
    )
});

/// An action in one sentence, and in it or beside it that the user has no say: overruled
/// outright, or left out by a list of what the skill may do.
fn check_sentences(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        if !sentence.words.any(Marks::UNASKED) && !is_candidate(text, &CANDIDATE) {
            continue;
        }
        if let Some(found) = ASSERTED.find(text).filter(|_| sentence.place != Place::Heading) {
            let is_denied = is_lesson(view, sentence) || GUARDS.is_match(&text[..found.start()]);
            let span = sentence.span.start + found.start()..sentence.span.start + found.end();
            let severity = if is_denied { Severity::Info } else { Severity::High };
            sink.report(view, span, "an approval is asserted that the user has not given").severity(severity);
            continue;
        }
        let overrules = OVERRULES.find(text);
        let is_overruled = overrules.is_some();
        let is_unasked = sentence.words.has(Marks::UNASKED);
        if !is_overruled && !is_unasked || sentence.place == Place::Heading {
            continue;
        }
        // A sentence that opens a list speaks for its items, any other for its neighbours.
        let is_list = text.trim_end().ends_with([':', '：']);
        let near = around(
            sentences,
            index,
            3 * usize::from(is_overruled),
            if is_list { 4 } else { usize::from(is_overruled) },
        );
        let grave = near.iter().find(|near| {
            let near = &view.text()[near.span.clone()];
            GRAVE.is_match(near)
        });
        let Some(grave) = grave else { continue };
        let span = sentence.span.start.min(grave.span.start)..sentence.span.end.max(grave.span.end);
        let about = &view.text()[span.clone()];
        let severity = match () {
            () if is_lesson(view, sentence)
                || is_guarded(text, overrules.map(|found| found.range()))
                || GUARDS.is_match(about) && !is_overruled =>
            {
                Severity::Info
            }
            () if is_overruled || IRREVERSIBLE.is_match(text) => Severity::High,
            () if is_list && sentence.place != Place::Item => Severity::Medium,
            () => continue,
        };
        sink.report(view, span, "the user has no say in something that cannot be taken back").severity(severity);
    }
}

/// Tells whether a sentence leaves the say to the user, apart from the words that overrule them.
fn is_guarded(text: &str, overrules: Option<Range<usize>>) -> bool {
    let overrules = overrules.unwrap_or(0..0);
    GUARDS.is_match(&text[..overrules.start]) || GUARDS.is_match(&text[overrules.end..])
}

/// Finds the action in the sentence around `unasked`, and returns both together.
fn action_nearby(view: &TextView<'_>, unasked: &Range<usize>) -> Option<Range<usize>> {
    let text = view.text();
    let ends = ['.', '!', '?', '`'];
    let from = text.ceil_char_boundary(unasked.start.saturating_sub(REACH_BYTES));
    let before = &text[from..unasked.start];
    let before = &before[before.rfind(ends).map_or(0, |index| index + 1)..];
    let before = &before[before.rfind("\n\n").map_or(0, |index| index + 2)..];
    if let Some(action) = ACTION.find(before) {
        return Some(unasked.start - before.len() + action.start()..unasked.end);
    }
    let after = window(text, unasked.end, REACH_BYTES);
    let after = &after[..after.find(ends).unwrap_or(after.len())];
    let after = &after[..after.find("\n\n").unwrap_or(after.len())];
    ACTION.find(after).map(|action| unasked.start..unasked.end + action.end())
}

/// "Never send without asking": the line before the action turns it round.
fn is_forbidden(view: &TextView<'_>, offset: usize) -> bool {
    static FORBIDS: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:never|not|don['’]t|no|avoid|cannot|can['’]t|refuse|instead|unless|only|if|when|whether|safe(?:ly)?|prevent)\b|❌|🚫|⛔|✗",
        )
    });
    // A line that ends in a colon names what the example below it shows.
    if view.line(offset).trim_end().ends_with(':') {
        return true;
    }
    let line = view.line_range(offset);
    FORBIDS.is_match(view.line(offset)) && FORBIDS.is_match(&view.text()[line.start..offset])
        || view.heading(offset).is_some_and(|heading| FORBIDS.is_match(heading))
}
