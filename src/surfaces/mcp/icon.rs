//! The picture by which clients show the server: a touchmark, as a smith strikes it.

use base64::Engine as _;
use rmcp::model::Icon;

/// The picture. Without scripts, links or text of others.
pub const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\"><path d=\"M24 3 42 10v13c0 11-7.500 18.500-18 22C13.500 41.500 6 34 6 23V10z\" fill=\"#1f4d3a\"/><path d=\"m14 24 7 7 13-14\" fill=\"none\" stroke=\"#fff\" stroke-width=\"5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>\n";
/// Where a service serves it.
pub const ICON_PATH: &str = "/icon.svg";

/// Names the picture: by its address where the instance has one, else with all its bytes.
pub(super) fn icon(website_url: Option<&str>) -> Icon {
    let source = match website_url {
        Some(url) => format!("{url}{ICON_PATH}"),
        None => format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(ICON)),
    };
    Icon::new(source).with_mime_type("image/svg+xml").with_sizes(vec!["any".to_owned()])
}
