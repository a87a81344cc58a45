//! Of which type a skill is: points for what name, description, headings and files show.
//!
//! The words and points were chosen on one half of 188 skills that were labelled by hand, and
//! measured on the other (docs/trust.md). A type is said only where it leads clearly: a wrong
//! type misleads, a missing one does not.

use std::sync::LazyLock;

use regex::Regex;

use super::document::Document;
use super::{Sign, Subject};

/// Points that a type needs.
const LEAST_POINTS: u32 = 3;
/// Points by which it has to lead before every other.
const LEAST_LEAD: u32 = 2;

/// The types of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkillType {
    /// A concrete ability, such as a service that is called.
    Capability,
    /// How something is done well.
    Discipline,
    /// Several steps in an order.
    Workflow,
    /// Knowledge of a field outside of software.
    Domain,
    /// Reads or writes documents.
    DocumentTool,
    /// A list of skills, or a way to find them.
    MetaCatalog,
}

impl SkillType {
    /// Every type.
    pub const ALL: [Self; 6] =
        [Self::Capability, Self::Discipline, Self::Workflow, Self::Domain, Self::DocumentTool, Self::MetaCatalog];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Discipline => "discipline",
            Self::Workflow => "workflow",
            Self::Domain => "domain",
            Self::DocumentTool => "document_tool",
            Self::MetaCatalog => "meta_catalog",
        }
    }
}

/// A type with what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCall {
    /// The type.
    pub skill_type: SkillType,
    /// What shows it, one sign for each rule that gave points.
    pub signs: Vec<Sign>,
}

/// Where a rule looks.
#[derive(Debug, Clone, Copy)]
enum Place {
    Name,
    Description,
    /// Headings, at least so many of them.
    Headings(usize),
    FilePaths,
}

struct TypeRule {
    skill_type: SkillType,
    points: u32,
    place: Place,
    pattern: Regex,
}

static RULES: LazyLock<Vec<TypeRule>> = LazyLock::new(|| {
    use Place::{Description, FilePaths, Headings, Name};
    use SkillType::{Capability, Discipline, DocumentTool, Domain, MetaCatalog, Workflow};
    let rule = |skill_type, points, place, pattern: &str| TypeRule {
        skill_type,
        points,
        place,
        pattern: Regex::new(&format!("(?i){pattern}")).expect("the pattern is valid"),
    };
    vec![
        rule(
            Capability,
            2,
            Name,
            r"(?:automation|cli|api|mcp|search|tracker|monitor(?:ing)?|scanner|downloader|converter|integration|sdk|client|browser)(?:-|$)",
        ),
        rule(
            Capability,
            2,
            Description,
            r"\b(?:api|apis|cli|sdk|mcp|plugin|wrapper|oauth|interface to|marketplace|toolkit|via|powered by|using \w+)\b|接口|工具",
        ),
        rule(
            Capability,
            2,
            Description,
            r"^\W*(?:this skill (?:enables|empowers) claude to |use this skill to )?(?:\w+ing and )?(?:fetch|query|search|automat|generat|extract|send|control|run|track|scan|predict|execut|launch|interact|sync|convert|download|upload|monitor|access|connect|get|show|list|process|read|operate|post|perform|detect|discover|retriev|integrat|deploy|use )\w*",
        ),
        rule(
            Capability,
            2,
            Headings(2),
            r"^\W*(?:\d+\.? )?(?:(?:authentication|setup|installation|install|api keys?|commands?|usage|quick ?start|configuration|requirements|environment variables|options|arguments|endpoints|tool discovery|api reference|api base url|base url|quick commands|dependencies|prerequisites|pricing)\b|配置|安装|使用方式|环境变量|前提条件|认证)",
        ),
        rule(Capability, 1, FilePaths, r"(?:^|/)(?:scripts?|bin)/"),
        rule(
            Discipline,
            2,
            Name,
            r"patterns|best-practices|guidelines|principles|expert|-pro$|(?:^|-)tdd|design-system|style|conventions|engineer(?:ing)?$|architect(?:ure)?$|standards|optimization$",
        ),
        rule(
            Discipline,
            3,
            Description,
            r"\b(?:best practices|patterns|guidelines|principles|conventions|expert(?:ise)?|specialist|anti-?patterns?|idioms|idiomatic|standards|techniques|strategies|methodology|mindset)\b|模式|最佳实践|专家|指南|原则",
        ),
        rule(
            Discipline,
            2,
            Headings(1),
            r"principles|best practices|anti-?patterns?|\bpatterns\b|guidelines|pitfalls|conventions|strategies|rules by|rule categories|reference files|do's|focus areas|原则|模式|反模式|common mistakes",
        ),
        rule(
            Workflow,
            3,
            Headings(2),
            r"^\W*(?:phase|step|stage|mode|layer)\s*[\dA-F]|^\W*(?:阶段|步骤|第.步)|^\W*\d+[.)] (?:intake|discovery|gather|analy|plan|review|collect|validate|research|收集|筛选|规划)",
        ),
        rule(Workflow, 1, Headings(1), r"\b(?:workflow|process|procedure|steps|checklist)\b|工作流|流程"),
        rule(
            Workflow,
            2,
            Description,
            r"\b(?:workflow|pipeline|step-by-step|end-to-end|interview|audit|review|playbook|process for|phases|multi-step|systematic(?:ally)?)\b|工作流",
        ),
        rule(
            Domain,
            4,
            Description,
            r"\b(?:compliance|regulatory|legal|clinical|medical (?:device|residency)|medicine|patient|tax law|statut\w+|hipaa|gdpr|nutrition|wellness|mental health|affirmations|diagnos\w+ criteria|complete reference|lore|curriculum)\b|中医|法律|养生|体质",
        ),
        rule(
            DocumentTool,
            5,
            Name,
            r"(?:^|-)(?:pdf|docx?|xlsx?|pptx?|spreadsheet|powerpoint|word|excel|ocr|invoice|epub|csv|latex)(?:-|$)",
        ),
        rule(
            DocumentTool,
            3,
            Description,
            r"\b(?:pdfs?|docx|xlsx|pptx|word documents?|spreadsheets?|excel|powerpoint|slide decks?)\b|发票|文档处理",
        ),
        rule(
            MetaCatalog,
            5,
            Description,
            r"\b\d+\+?(?: \w+){0,4} skills\b|skills? (?:catalog|index|registry|marketplace|collection|library|finder|hub|directory)|(?:find|discover|install|route to)(?: \w+){0,3} skills\b",
        ),
        rule(
            MetaCatalog,
            2,
            Headings(1),
            r"^\W*(?:skills (?:overview|included|index|list)|available skills|skill (?:index|catalog)|all skills|related skills map)",
        ),
    ]
});

/// Returns the type that leads clearly, with what shows it.
pub(super) fn type_of(subject: &Subject<'_>, document: &Document<'_>) -> Option<TypeCall> {
    let hits: Vec<(&TypeRule, Sign)> =
        RULES.iter().filter_map(|rule| Some((rule, sign_of(rule, subject, document)?))).collect();
    let points = |of: SkillType| -> u32 {
        hits.iter().filter(|(rule, _)| rule.skill_type == of).map(|(rule, _)| rule.points).sum()
    };
    let skill_type = SkillType::ALL.into_iter().max_by_key(|candidate| points(*candidate))?;
    let leads = |other: &SkillType| *other == skill_type || points(*other) + LEAST_LEAD <= points(skill_type);
    if points(skill_type) < LEAST_POINTS || !SkillType::ALL.iter().all(leads) {
        return None;
    }
    let signs = hits.into_iter().filter(|(rule, _)| rule.skill_type == skill_type).map(|(_, sign)| sign);
    Some(TypeCall { skill_type, signs: signs.collect() })
}

fn sign_of(rule: &TypeRule, subject: &Subject<'_>, document: &Document<'_>) -> Option<Sign> {
    let flag = rule.skill_type.as_str();
    let at = |offset, text| Sign::at(flag, document.text, offset, text);
    match rule.place {
        Place::Name => {
            let found = rule.pattern.find(subject.name)?;
            Some(at(document.key("name"), found.as_str()))
        }
        Place::Description => {
            let found = rule.pattern.find(subject.description)?;
            Some(at(document.key("description"), found.as_str()))
        }
        Place::Headings(least) => {
            let mut found = document.headings.iter().filter(|(_, title)| rule.pattern.is_match(title)).take(least);
            let (offset, title) = found.next()?;
            (found.count() + 1 >= least).then(|| at(*offset, title))
        }
        Place::FilePaths => {
            let path = subject.file_paths.iter().find(|path| rule.pattern.is_match(path))?;
            Some(Sign::of_whole(flag, path))
        }
    }
}
