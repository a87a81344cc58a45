//! From a connection and its headers to the client that a request is counted for.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use axum::middleware::Next;

use super::forwarded::{Hop, forwarded_for, real_ip, x_forwarded_for};
use crate::config::{ForwardingHeader, TrustedProxies};
use crate::operations::ClientAddress;

/// Notes whom a request comes from, for everything that answers it.
pub(in super::super) async fn identify(
    State(proxies): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    // Without an address, everyone is the same client: the safe side of a mistake in the set-up.
    let client = peer.map_or(ClientAddress::UNKNOWN, |peer| client_address(peer, request.headers(), &proxies));
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// Returns the client that a request is counted for.
///
/// That is the address from which it was connected, unless that is a trusted proxy: then the
/// nearest hop of the believed header that is none. What stands to the left of it is the
/// client's own word and is not read. Where a proxy names nobody, or what is no address, the
/// request counts for that proxy.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> ClientAddress {
    if !proxies.trusts(peer) {
        return peer.into();
    }
    match proxies.header {
        ForwardingHeader::XForwardedFor => nearest(peer, x_forwarded_for(headers), proxies),
        ForwardingHeader::Forwarded => nearest(peer, forwarded_for(headers), proxies),
        ForwardingHeader::XRealIp => nearest(peer, real_ip(headers).into_iter(), proxies),
    }
}

/// Walks from the nearest hop outwards as long as each can be believed about the next.
fn nearest(peer: IpAddr, hops: impl Iterator<Item = Hop>, proxies: &TrustedProxies) -> ClientAddress {
    let mut last_known = peer;
    for hop in hops {
        match hop {
            Hop::Address(address) => last_known = address,
            Hop::Unknown => break,
        }
        if !proxies.trusts(last_known) {
            break;
        }
    }
    last_known.into()
}
