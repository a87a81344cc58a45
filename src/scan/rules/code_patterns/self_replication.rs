//! A text that asks to be copied where other agents will read it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Place, is_candidate};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "self-replication",
    summary: "The agent is told to copy the skill or its text into other skills, projects or messages",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence; a skill is installed by a person, once, where they want it.",
    references: &["AST01", "ASI08", "AML.T0061"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("self_replication.md"),
    hook: Hook::Text {
        needles: &[
            "copy",
            "replicate",
            "propagate",
            "spread",
            "append",
            "every other",
            "all other",
            "other skills",
            "all repos",
            "every repos",
            "insert",
            "embed",
            "复制",
            "传播",
            "скопируй",
            "распростран",
            "copia",
            "copie",
            "コピー",
            "複製",
            "kopiere",
            "verbreite",
        ],
        check,
    },
};

static REPLICATES: LazyLock<Pattern> = LazyLock::new(|| {
    let verb = r"(?:cop(?:y|ies)|replicat(?:e|es)|propagat(?:e|es)|spread(?:s)?|append(?:s)?|insert(?:s)?|embed(?:s)?|add(?:s)?|inject(?:s)?|clone(?:s)?|install(?:s)?|paste(?:s)?|write(?:s)?)";
    let own = r"(?:(?:this|these|the\s+same|the\s+present)\s+(?:skill|file|instructions?|text|prompt|message|section|block|paragraphs?|document|payload|code|hook)(?:['’]s\s+(?:text|contents?|instructions?))?|itself|yourself|(?:a\s+copy|copies)\s+of\s+(?:this|itself|yourself|these)(?:\s+[a-z]+)?)";
    let every = r"(?:every|all|each|any|other|all\s+of\s+the|as\s+many)\s+(?:the\s+|other\s+|of\s+the\s+|of\s+the\s+user['’]s\s+|your\s+|nearby\s+|writable\s+|installed\s+|accessible\s+|available\s+|reachable\s+|existing\s+)*(?:[a-z]+\s+){0,2}?(?:skills?|repositor(?:y|ies)|repos?|projects?|agents?|machines?|hosts?|workspaces?|contacts?|e-?mails?|messages?|skill\.md|plugins?|packages?|systems?|machines)\b";
    pattern(&format!(
        r"(?i)\b{verb}\s+{own}\b[^.]{{0,40}}?\b(?:in|to|into|across|on|onto|over|with|through|at)\b.{{0,40}}?{every}|\b{verb}\s+{own}\s+(?:in)?to\s+[^.]{{0,60}}\b(?:and\s+(?:then\s+)?(?:commit|push|publish|send)\b[^.]{{0,80}}\b(?:every|all|each|other)\b)|(?:把|将)(?:本|此|这个|这段|自身)(?:技能|文件|文本|指令|内容)?(?:复制|传播|写入|插入)到(?:所有|每个|其他|任何)|(?:скопируй|распространи|добавь)[а-я]*\s+(?:этот|эту|эти|себя)[^.]{{0,40}}(?:во\s+все|в\s+кажд|в\s+други|другим)|\b(?:copia|copie|propaga|propague)\s+(?:este|esta|estas)\s+[^.]{{0,40}}\b(?:en|a|em|para)\s+(?:todos|todas|cada|otros|outros|outras)|この(?:スキル|ファイル|指示|文章)を[^。]{{0,16}}(?:すべて|全て|他)の[^。]{{0,16}}(?:コピー|複製|追加)|\b(?:kopiere|verbreite|füge)\s+(?:diese[nrs]?|dich)\s+[^.]{{0,40}}\bin\s+(?:alle|jede[sn]?|andere)|\b(?:copie[zr]?|propage[zr]?)\s+(?:ce|cette|ces)\s+[^.]{{0,40}}\bdans\s+(?:tous|toutes|chaque|d['’]autres)"
    ))
});

/// Places where other agents read, or from where a text goes out by itself.
static AGENTS_READ: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:skills|skill\.md|other\s+skill|agents?|contacts?|e-?mails?|messages?|plugins?|machines?|hosts?)\b|\b(?:commit|push|publish|spread|propagat[a-z]*|replicat[a-z]*|you\s+can\s+(?:find|reach|access|write)|of\s+the\s+user)\b|所有|其他|任何|другие|все|すべて|他の|alle|todos|tous",
    )
});

/// Ordinary distribution: the user asks for it, or it is a part of a document.
static ORDINARY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|avoid|without|if\s+(?:you|the\s+user)|you\s+can|can\s+be|optional(?:ly)?|to\s+use|to\s+share|header|footer|licen[cs]e|template|snippet|import|section|checklist|disclaimer|block\s+(?:to|in))\b|不要|не\s|nicht|しない",
    )
});

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\b(?:this|these|the same|the present|itself|yourself|copies)\b"));

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for sentence in view.sentences() {
        let text = &view.text()[sentence.span.clone()];
        if !is_candidate(text, &CANDIDATE) {
            continue;
        }
        let Some(found) = REPLICATES.find(text).filter(|_| sentence.place != Place::Heading) else { continue };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let severity = match () {
            () if is_lesson(view, sentence) || view.is_mention(&span) => Severity::Info,
            () if ORDINARY.is_match(text) => Severity::Info,
            () if AGENTS_READ.is_match(&text[found.start()..]) => Severity::Critical,
            () => Severity::Info,
        };
        sink.report(view, span, "the text asks to be spread to where other agents read it").severity(severity);
    }
}
