//! A server that somebody else's library makes, read as a source: the protocol is not only what
//! our own tests think it is.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rmcp::model::{
    ListSkillsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
    ResourceContents, ServerCapabilities, ServerConfig, Skill, SkillFrontmatter, SkillResource, SkillResources,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use touchmark::skill::{Registry, SkillBundle};
use touchmark::source::{ReadBounds, SourceItem, SourceSpec, current_revision, open};

const URI: &str = "skill://team/notes/SKILL.md";
const TEXT: &str = "---\nname: notes\ndescription: Keeps notes.\n---\n# Notes\n";
const SCRIPT_URI: &str = "skill://team/notes/scripts/run.sh";
const SCRIPT: &str = "#!/bin/sh\necho notes\n";

#[derive(Clone)]
struct Offering;

impl ServerHandler for Offering {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_resources().enable_skills().build())
    }

    async fn list_skills(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListSkillsResult, ErrorData> {
        let files = vec![
            SkillResource::from_bytes(URI, TEXT.as_bytes()),
            SkillResource::from_bytes(SCRIPT_URI, SCRIPT.as_bytes()),
        ];
        let frontmatter = SkillFrontmatter::new("notes", "Keeps notes.");
        Ok(ListSkillsResult::with_all_items(vec![Skill::new(URI, frontmatter, SkillResources::Files(files))]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let text = if request.uri == URI { TEXT } else { SCRIPT };
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, request.uri)]).into())
    }
}

/// Serves, with or without sessions, and returns the source.
async fn serve(config: StreamableHttpServerConfig) -> String {
    let service = StreamableHttpService::new(|| Ok(Offering), Arc::new(LocalSessionManager::default()), config);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = axum::Router::new().nest_service("/mcp", service);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("mcp:http://{address}/mcp")
}

#[tokio::test(flavor = "multi_thread")]
async fn skills_of_a_server_of_rmcp_are_read() {
    let configs = [
        StreamableHttpServerConfig::default(),
        StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true),
    ];
    for config in configs {
        let source = serve(config).await;
        let reading = tokio::task::spawn_blocking(move || {
            let spec = SourceSpec::parse(&source).expect("a source");
            let revision = current_revision(&spec, &ReadBounds::WIDEST, None).expect("an answer");
            (revision, open(&spec).expect("the source opens").collect::<Vec<_>>())
        });
        let (revision, items) = reading.await.expect("the source is read");
        assert!(revision.is_some());
        let [SourceItem::Skill(skill)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(skill.source.registry, Registry::Mcp);
        assert_eq!(skill.source.identity.directory(), "team/notes");
        let (bundle, issues) = SkillBundle::parse(skill.bundle.clone(), Some("notes")).expect("a skill");
        let paths: Vec<&str> = bundle.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((paths, issues), (vec!["SKILL.md", "scripts/run.sh"], Vec::new()));
    }
}
