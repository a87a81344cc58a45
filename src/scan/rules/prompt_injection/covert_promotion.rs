//! Advertising that is made to look like an answer.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, Place, around};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "covert-promotion",
    summary: "The agent is told to put advertising into its answers without saying so",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Mark what is paid for, and leave it out where the user did not ask for it.",
    references: &["AST01", "ASI09", "LLM09", "AML.T0048"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("covert_promotion.md"),
    hook: Hook::Text {
        needles: &[
            "recommend",
            "promot",
            "sponsor",
            "affiliate",
            "referral",
            "advert",
            "product",
            "brand",
            "推荐",
            "广告",
            "推广",
            "реклам",
            "recomend",
            "publicid",
            "広告",
            "werbung",
            "publicit",
        ],
        check,
    },
};

/// Something is put into the answer.
static INSERTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:insert(?:s|ed)?|incorporat(?:e|es|ed|ing)|includ(?:e|es|ed|ing)|embed(?:s|ded|ding)?|weav(?:e|es|ing)|woven|mention(?:s|ing)?|promot(?:e|es|ing)|recommend(?:s|ing)?|add(?:s|ed|ing)?|append(?:s|ed|ing)?|favou?r(?:s|ing)?|steer(?:s|ing)?|inject(?:s|ed|ing)?|slip(?:s|ped)?|work(?:s|ed)?\s+in|push(?:es)?)\b|插入|加入|植入|推荐|вставля|добавля|insert|incluye|inclua|挿入|einfüg|einbau|insér",
    )
});

/// What is sold.
static WARES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:product\s+(?:recommendations?|placements?|mentions?|links?)|sponsored\s+(?:[a-z]+\s+)?(?:content|products?|links?|results?|recommendations?|messages?)|sponsors?|sponsored|sponsorship|paid\s+(?:placement|promotion|partnership)|affiliate(?:\s+(?:links?|codes?|tags?|ids?))?|referral\s+(?:links?|codes?|ids?)|advertis(?:ements?|ing|ers?)|ads\b|promotional\s+(?:content|links?|messages?|material)|(?:our|partner|the\s+author['’]s)\s+(?:[a-z]+\s+)?(?:products?|brands?|services?|links?))\b|广告|推广链接|产品推荐|рекламн|партн[её]рск|publicidad|publicidade|patrocinad|広告|アフィリエイト|werbung|produktempfehlung|publicit[éa]",
    )
});

/// It is made to pass for something else.
static DISGUISES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:subtl[ey]|naturally|seamlessly|organically|discreetly|(?:not|un|never)\s*-?(?:be\s+)?(?:label+ed|marked|identified|disclosed|flagged)(?:\s+as)?|without\s+(?:label+ing|marking|disclos[a-z]+|identifying|mentioning\s+(?:that|the))|(?:make\s+it\s+)?sounds?\s+like\s+(?:your|an?)\s+(?:own\s+)?(?:honest\s+|genuine\s+|neutral\s+)?opinion|presented\s+as\s+(?:neutral|independent|unbiased|organic)|as\s+(?:if|though)\s+(?:it|they)\s+(?:is|are|were)\s+(?:genuine|organic|unbiased|neutral|independent|your\s+own)|(?:do\s+not|don['’]t|never)\s+(?:label|mark|disclose|reveal|mention|say|tell|identify)\b[^.]{0,60}\b(?:sponsor|paid|advert|affiliat|promot|commercial|partner|compensat)[a-z]*)\b|不(?:要)?(?:标注|标明|说明|注明)|自然地|незаметно|не\s+помеч|sutilmente|sin\s+(?:indicar|etiquetar)|さりげなく|自然に|unauffällig|ohne\s+kennzeichnung|subtilement",
    )
});

/// A skill that writes advertising for its user is no advertiser itself.
static TRADE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:ad\s+copy|marketing|campaigns?|copywriting|landing\s+pages?|seo|blog\s+posts?|social\s+media|newsletters?|e-?commerce|user['’]s\s+(?:own\s+)?(?:product|brand)|your\s+(?:own\s+)?(?:product|brand)|affiliate\s+(?:program|disclosure)|ftc|storytelling|videos?|scripts?|sales|podcast|influencer|tweets?)\b|营销|文案|маркетинг|マーケティング",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        if sentence.place == Place::Heading || !WARES.is_match(text) {
            continue;
        }
        let near = around(sentences, index, 1, 2);
        let whole = &view.text()[near[0].span.start..near[near.len() - 1].span.end];
        if !INSERTS.is_match(whole) {
            continue;
        }
        let is_disguised = DISGUISES.is_match(whole);
        let is_forced = Company(near).any(Marks::CONCEALED | Marks::NO_WAY_OUT);
        if !is_disguised && !is_forced {
            continue;
        }
        let is_trade =
            TRADE.is_match(whole) || TRADE.is_match(crate::scan::evidence::setting::window(view.text(), 0, 700));
        let severity = match () {
            () if is_lesson(view, sentence) => Severity::Info,
            () if is_trade => Severity::Low,
            () if is_forced || DISGUISES.find_iter(whole).take(2).count() == 2 => Severity::High,
            () => Severity::Medium,
        };
        sink.report(view, sentence.span.clone(), "advertising is to pass for an answer").severity(severity);
    }
}
