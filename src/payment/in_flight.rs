//! Payments that are being worked on in this process: each by one call at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Payment, PaymentIdentifier, PaymentKey};
use crate::skill::Sha256Digest;

/// Payments that are worked on at once, which bounds the memory and what facilitators are
/// asked by those who make payments up.
const CAPACITY: usize = 512;

/// The payments that are being worked on.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    by_key: HashMap<PaymentKey, Call>,
    by_name: HashMap<PaymentIdentifier, PaymentKey>,
}

#[derive(Debug)]
struct Call {
    name: Option<PaymentIdentifier>,
    body: Sha256Digest,
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
    pub fn enter(self: &Arc<Self>, payment: &Payment, body: Sha256Digest) -> Entrance {
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
        let (sender, ended) = watch::channel(());
        if let Some(name) = &name {
            calls.by_name.insert(name.clone(), key);
        }
        calls.by_key.insert(key, Call { name, body, ended });
        Entrance::Open(InFlightGuard { calls: self.clone(), key, _ended: sender })
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut calls = self.calls.lock();
        if let Some(name) = calls.by_key.remove(&self.key).and_then(|call| call.name) {
            calls.by_name.remove(&name);
        }
    }
}
