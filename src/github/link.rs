//! The header `Link` (RFC 8288), as far as it names pages.

use url::Url;

/// Pages that an answer names. Only their numbers are taken: the address is always ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pages {
    /// The one after this.
    pub next: Option<u32>,
    /// The last one.
    pub last: Option<u32>,
}

impl Pages {
    /// Reads the value of the header; what cannot be read names nothing.
    pub fn parse(header: &str) -> Self {
        let mut pages = Self::default();
        for link in header.split(',') {
            let Some((address, parameters)) = link.trim().strip_prefix('<').and_then(|rest| rest.split_once('>'))
            else {
                continue;
            };
            let is_relation = |name: &str| {
                parameters.split(';').any(|parameter| {
                    let (key, value) = parameter.trim().split_once('=').unwrap_or_default();
                    key.eq_ignore_ascii_case("rel")
                        && value.trim_matches('"').split(' ').any(|relation| relation.eq_ignore_ascii_case(name))
                })
            };
            let number = page_of(address);
            if is_relation("next") {
                pages.next = number;
            }
            if is_relation("last") {
                pages.last = number;
            }
        }
        pages
    }
}

fn page_of(address: &str) -> Option<u32> {
    let url = Url::parse(address).ok()?;
    let number = url.query_pairs().find(|(name, _)| name == "page")?.1.parse().ok()?;
    (number > 0).then_some(number)
}
