//! Payments that are being worked on in this process: each by one call at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Payment, PaymentIdentifier, PaymentKey};
use crate::skill::Sha256Digest;

/// Payments that are worked on at once, which bounds the memory and what facilitators are
/// asked by those who make payments up.
const CAPACITY: usize = 512;
/// Of these, payments of one client: a network behind one address pays a few at a time, and
/// nobody alone may keep all others from paying.
const CAPACITY_OF_CLIENT: usize = 32;

/// The payments that are being worked on.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    by_key: HashMap<PaymentKey, Call>,
    by_name: HashMap<PaymentIdentifier, PaymentKey>,
    /// How many there are of each client.
    by_client: HashMap<String, usize>,
}

#[derive(Debug)]
struct Call {
    name: Option<PaymentIdentifier>,
    body: Sha256Digest,
    client: String,
    /// Closed when the call has ended.
    ended: watch::Receiver<()>,
}

/// Whether a call may work on its payment.
#[derive(Debug)]
pub(super) enum Entrance {
    /// It may; others may not until the guard is dropped.
    Open(InFlightGuard),
    /// Another call is at the payment, or at one of the same name.
    Busy {
        /// Whether it has the same name and answers another request.
        is_conflict: bool,
        /// Closed when it has ended.
        ended: watch::Receiver<()>,
    },
    /// There are as many as there may be.
    Full,
    /// There are as many of its client as there may be.
    TooMany,
}

/// Keeps other calls from a payment.
#[derive(Debug)]
pub struct InFlightGuard {
    calls: Arc<InFlight>,
    key: PaymentKey,
    /// Dropped with the guard, which tells whoever waits.
    _ended: watch::Sender<()>,
}

impl InFlight {
    pub fn enter(self: &Arc<Self>, payment: &Payment, body: Sha256Digest, client: &str) -> Entrance {
        let (key, name) = (payment.key(), payment.identifier.clone());
        let mut calls = self.lock();
        let named = name.as_ref().and_then(|name| calls.by_name.get(name)).unwrap_or(&key);
        if let Some(call) = calls.by_key.get(named).or_else(|| calls.by_key.get(&key)) {
            let has_name = name.is_some() && call.name == name;
            return Entrance::Busy { is_conflict: has_name && call.body != body, ended: call.ended.clone() };
        }
        if calls.by_key.len() >= CAPACITY {
            return Entrance::Full;
        }
        if calls.by_client.get(client).is_some_and(|count| *count >= CAPACITY_OF_CLIENT) {
            return Entrance::TooMany;
        }
        *calls.by_client.entry(client.to_owned()).or_default() += 1;
        let (sender, ended) = watch::channel(());
        if let Some(name) = &name {
            calls.by_name.insert(name.clone(), key);
        }
        calls.by_key.insert(key, Call { name, body, client: client.to_owned(), ended });
        Entrance::Open(InFlightGuard { calls: self.clone(), key, _ended: sender })
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut calls = self.calls.lock();
        let Some(Call { name, client, .. }) = calls.by_key.remove(&self.key) else { return };
        if let Some(name) = name {
            calls.by_name.remove(&name);
        }
        if let Entry::Occupied(mut count) = calls.by_client.entry(client) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}
