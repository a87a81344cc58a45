//! The agent is told to work without the checks that others rely on.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Place, is_candidate};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "safeguard-bypass",
    summary: "The agent is told to work without safety checks, filters or restrictions",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence; where a check is in the way, let the user decide about it.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0054"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("safeguard_bypass.md"),
    hook: Hook::Text {
        needles: &[
            "bypass",
            "disable",
            "circumvent",
            "unrestricted",
            "restriction",
            "limits",
            "refuse",
            "policy",
            "polici",
            "filter",
            "safety",
            "security",
            "guardrail",
            "safeguard",
            "uncensored",
            "jailbreak",
            "绕过",
            "禁用",
            "解除",
            "限制",
            "обойди",
            "отключи",
            "ограничен",
            "omite",
            "desactiv",
            "desativ",
            "seguran",
            "segurid",
            "sicherheit",
            "sécurité",
            "безопасн",
            "安全",
            "sin restricciones",
            "無効",
            "制限",
            "umgeh",
            "deaktivier",
            "contourn",
            "désactiv",
        ],
        check,
    },
};

static BYPASSES: LazyLock<Pattern> = LazyLock::new(|| {
    let verb = r"(?:bypass(?:es|ing)?|disabl(?:e|es|ing)|turn(?:s|ing)?\s+off|switch(?:es)?\s+off|circumvent(?:s|ing)?|suppress(?:es)?|deactivat(?:e|es)|override|overrides|ignor(?:e|es)|skip|skips|drop|drops|set(?:s|ting)?\s+aside|work(?:s)?\s+around|evad(?:e|es))";
    let which = r"(?:(?:any|all|every|the|your|its|such|these|those|existing|built-in|default|internal|agent['’]s?|model['’]s?|tool[\s-]call)\s+){0,3}(?:of\s+(?:the\s+|your\s+)?)?";
    let forms = [
        format!(r"\b{verb}\s+{which}(?:safety|content|moderation|guardrail|ethic(?:al|s)|alignment|tool[\s-]call|sandbox|policy|safety\s+and\s+[a-z]+)\s+(?:[a-z]+\s+){{0,2}}?(?:checks?|filters?|filtering|controls?|restrictions?|rails?|measures?|warnings?|polic(?:y|ies)|guidelines?|rules|mechanisms?|limits?|training|protocols?|errors?|enforcement)\b"),
        format!(r"\b{verb}\s+(?:any|all|every|your|such|these|agent['’]s?)\s+(?:[a-z]+\s+)?(?:security|permission)\s+(?:[a-z]+\s+){{0,2}}?(?:checks?|filters?|controls?|restrictions?|measures?|warnings?|polic(?:y|ies)|prompts?|errors?)\b"),
        format!(r"\b{verb}\s+(?:all\s+|any\s+|your\s+|the\s+model['’]s\s+)(?:guardrails|safeguards|restrictions|ethical\s+constraints)\b"),
        r"\b(?:all\s+|any\s+|its\s+|your\s+|the\s+usual\s+|normal\s+)(?:[a-z]+\s+){0,2}?(?:limits?|restrictions?|safeguards?|guardrails?|content\s+filters?|safety\s+(?:checks?|rules|filters?))\s+(?:are|is)\s+(?:all\s+)?(?:lifted|removed|disabled|suspended|switched\s+off|turned\s+off|waived|bypassed)\b".to_owned(),
        r"\b(?:including|even)\s+(?:requests?|those|things|ones|content|topics)\s+(?:that\s+)?(?:it|you|the\s+(?:assistant|agent|model))\s+would\s+(?:normally|usually|otherwise)\s+(?:refuse|decline|reject)\b".to_owned(),
        r"\b(?:ignore|disregard|bypass|skip)\s+(?:any|all|every)\s+(?:[a-z]+\s+)?(?:polic(?:y|ies)|permission\s+prompts?|restrictions?|rules?)\s+that\s+(?:would\s+|might\s+|could\s+)?(?:prevent|block|stop|forbid|prohibit)s?\b".to_owned(),
        r"\b(?:disable|turn\s+off)\s+(?:security|the\s+firewall|antivirus|gatekeeper|selinux|windows\s+defender)\s+(?:before|first|temporarily|and\s+then|so\s+that)\b".to_owned(),
        r"\b(?:enters?|entering|switch(?:es)?\s+(?:in)?to|activates?|enables?|unlocks?|operates?\s+in|runs?\s+in|use)\s+(?:an?\s+|the\s+|its\s+)?(?:unrestricted|uncensored|unfiltered|jailbroken|god|dan|no-?limits)\s+mode\b".to_owned(),
        r"\b(?:respond|answer|act|behave|operate|assist|trained|exists?|persona|character|assistant|ai|model)\b[^.]{0,60}\bwithout\s+(?:any\s+)?(?:content\s+|ethical\s+|safety\s+|moral\s+)*(?:restrictions?|filters?|limitations|guardrails|censorship|constraints)\b".to_owned(),
        r"\b(?:you|the\s+(?:assistant|agent|model|ai))\s+(?:have|has|are|is)\s+(?:now\s+)?(?:no|not\s+bound\s+by|free\s+(?:from|of)|exempt\s+from|unbound\s+by)\s+(?:any\s+)?(?:content\s+|ethical\s+|safety\s+|moral\s+)*(?:restrictions?|filters?|limitations|guardrails|guidelines|polic(?:y|ies))\b".to_owned(),
        r"(?:绕过|禁用|关闭|解除|忽略|无视)(?:所有|任何|全部|你的)?(?:的)?(?:安全|内容|伦理|道德)(?:检查|限制|过滤|审查|策略|机制|防护)".to_owned(),
        r"(?:обойди|отключи|игнорируй)(?:те)?\s+(?:все\s+|любые\s+)?(?:проверки\s+безопасности|ограничения|фильтры|защитн)".to_owned(),
        r"\b(?:omite|evita|desactiva|ignora|desativa|desative|ignore|contorne)\s+(?:todas?\s+|cualquier\s+|qualquer\s+)?(?:las\s+|los\s+|as\s+|os\s+)?(?:comprobaciones|controles|filtros|restricciones|restrições|verificações)\s+(?:de\s+)?(?:seguridad|segurança|contenido|conteúdo)".to_owned(),
        r"(?:安全|コンテンツ)(?:チェック|フィルター?|制限|ポリシー)を(?:すべて|全て)?(?:無効|回避|無視|解除)(?:し|に)".to_owned(),
        r"\b(?:umgehe|deaktiviere|ignoriere|missachte)\s+(?:alle\s+|sämtliche\s+|die\s+)?(?:sicherheits(?:prüfungen|filter|vorkehrungen|kontrollen|richtlinien|mechanismen)|inhaltsfilter|einschränkungen)".to_owned(),
        r"\b(?:contourne[zr]?|désactive[zr]?|ignore[zr]?)\s+(?:tous?\s+|toutes?\s+)?(?:les\s+)?(?:contrôles?|filtres?|vérifications?|restrictions?)\s+de\s+(?:sécurité|contenu)".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Sentences that forbid it, tell of it, or are about a switch that a developer throws.
static FORBIDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|cannot|can['’]t|will\s+not|won['’]t|not\s+(?:to|be|a|an)|no\s+way|avoid|without\s+(?:bypassing|disabling)|refus[a-z]+|reject[a-z]*|prevents|prohibited|if\s+(?:the\s+|a\s+)?(?:user|someone|they|anyone)|when\s+(?:a\s+)?user|asks?\s+(?:you\s+)?to|tries|trying|try|attempt[a-z]*|whether|warn[a-z]*|report\s+(?:if|any|when)|identify|check(?:s|ing)?\s+(?:if|for|whether)|feature\s+flag|tests?|eslint|lint|typescript|unless|only\s+(?:if|when)|escalat[a-z]+|violat[a-z]+)\b|不要|不得|禁止(?:绕过|禁用)|不能|никогда|не\s+(?:обход|отключ)|nunca|niemals|nicht|jamais",
    )
});

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)safety|moderation|guardrail|ethic|alignment|tool[\s-]call|sandbox|polic|security|permission|safeguard|restriction|limit|filter|unrestricted|uncensored|jailbroken|\bdan\b|\bgod\b|censorship|constraints|firewall|antivirus|gatekeeper|selinux|defender|normally|usually|otherwise|\brules\b|guidelines|no-?limits",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for sentence in view.sentences() {
        let text = &view.text()[sentence.span.clone()];
        if !is_candidate(text, &CANDIDATE) {
            continue;
        }
        let Some(found) = BYPASSES.find(text).filter(|_| sentence.place != Place::Heading) else { continue };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let severity = match () {
            () if is_lesson(view, sentence) || FORBIDS.is_match(text) || view.is_mention(&span) => Severity::Info,
            () => Severity::High,
        };
        sink.report(view, span, "checks that protect the user are to be left out").severity(severity);
    }
}
