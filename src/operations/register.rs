//! The one list of operations.

use super::{
    Caching, CheckHealth, CheckLockfile, CompareSkills, DiscoverSkills, DiscoverSkillsTool, ExplainFinding, Exposed,
    InspectSkill, Method, RestBinding, ScanSkill, ToolBinding, VerifyPins, VerifySkill,
};

/// Returns every operation that REST or MCP offers, in the order of the documents.
pub fn register() -> Vec<Exposed> {
    let rest = |method, path, caching| Some(RestBinding { method, path, caching });
    let tool = |name| Some(ToolBinding { name });
    vec![
        Exposed::of::<DiscoverSkills>(rest(Method::Post, "/discover", Caching::None), None),
        // The tool takes `source` beside the query instead of a filter object.
        Exposed::of::<DiscoverSkillsTool>(None, tool("discover_skills")),
        Exposed::of::<InspectSkill>(rest(Method::Post, "/inspect", Caching::None), tool("inspect_skill")),
        Exposed::of::<VerifySkill>(
            rest(Method::Get, "/verify", Caching::Public { hit_seconds: 300, miss_seconds: 60 }),
            tool("verify_skill"),
        ),
        // Tools alone: whoever writes programs has the command line and `/verify/batch` for them.
        Exposed::of::<ScanSkill>(None, tool("scan_skill")),
        Exposed::of::<CheckLockfile>(None, tool("check_lockfile")),
        Exposed::of::<ExplainFinding>(None, tool("explain_finding")),
        Exposed::of::<CompareSkills>(None, tool("compare_skills")),
        // No tool: a model holds one skill at a time, and every tool costs its tokens in every
        // conversation.
        Exposed::of::<VerifyPins>(rest(Method::Post, "/verify/batch", Caching::None), None),
        Exposed::of::<CheckHealth>(rest(Method::Get, "/health", Caching::None), None),
    ]
}

/// Returns the operation that is offered under a tool's name.
pub fn find(tool: &str) -> Option<Exposed> {
    register().into_iter().find(|operation| operation.tool.is_some_and(|binding| binding.name == tool))
}
