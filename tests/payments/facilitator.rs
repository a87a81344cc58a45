//! A facilitator that answers as it is told, and counts what it is asked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use touchmark::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement, Verified};

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Says {
    /// As a good facilitator does.
    Yes,
    /// With a reason, and a status of 400 to 499.
    Refused(&'static str, Option<u16>),
    /// With a status of 500 to 599, or with nothing that makes sense.
    Unavailable(Option<u16>),
    /// As a good facilitator does, after a while.
    Late(Duration),
    /// Never.
    Nothing,
    /// With the name of another payer.
    AnotherPayer,
    /// With a panic.
    Panic,
}

#[derive(Debug)]
pub struct Scripted {
    pub check: Mutex<Says>,
    pub settle: Mutex<Says>,
    pub outcome: Mutex<Settlement>,
    /// How long it takes to find out what became of a settlement.
    pub look_up: Mutex<Duration>,
    pub checks: AtomicUsize,
    /// Requests to settle.
    pub settles: AtomicUsize,
    pub questions: AtomicUsize,
    /// What moved, by payer and nonce: how often.
    pub moved: Mutex<BTreeMap<String, usize>>,
    /// The last request.
    pub last: Mutex<Option<FacilitatorRequest>>,
    /// Whether settlements wait for `go`, after the money moved.
    pub holds: AtomicBool,
    /// Whether checks wait for `go`.
    pub holds_checks: AtomicBool,
    pub held: Notify,
    pub go: Notify,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            check: Mutex::new(Says::Yes),
            settle: Mutex::new(Says::Yes),
            outcome: Mutex::new(Settlement::Unknown),
            look_up: Mutex::new(Duration::ZERO),
            checks: AtomicUsize::new(0),
            settles: AtomicUsize::new(0),
            questions: AtomicUsize::new(0),
            moved: Mutex::new(BTreeMap::new()),
            last: Mutex::new(None),
            holds: AtomicBool::new(false),
            holds_checks: AtomicBool::new(false),
            held: Notify::new(),
            go: Notify::new(),
        }
    }
}

impl Scripted {
    pub fn checks_say(&self, says: Says) {
        *self.check.lock().expect("no panic") = says;
    }

    pub fn settlements_say(&self, says: Says) {
        *self.settle.lock().expect("no panic") = says;
    }

    pub fn settlements_became(&self, outcome: Settlement) {
        *self.outcome.lock().expect("no panic") = outcome;
    }

    pub fn settles(&self) -> usize {
        self.settles.load(Ordering::SeqCst)
    }

    pub fn checks(&self) -> usize {
        self.checks.load(Ordering::SeqCst)
    }

    /// How much was charged, in payments; fails where one was charged twice.
    pub fn charged(&self) -> usize {
        let moved = self.moved.lock().expect("no panic");
        assert!(moved.values().all(|times| *times == 1), "somebody was charged twice: {moved:?}");
        moved.len()
    }
}

fn payer(request: &FacilitatorRequest) -> String {
    let payer = request.payment_payload.pointer("/payload/authorization/from");
    payer.and_then(|payer| payer.as_str()).unwrap_or_default().to_owned()
}

/// The hash of the transaction that settles a payment: its nonce, so that each has its own.
fn transaction(request: &FacilitatorRequest) -> String {
    request.payment_payload["payload"]["authorization"]["nonce"].as_str().unwrap_or_default().to_owned()
}

#[async_trait]
impl Facilitator for Scripted {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<Verified, FacilitatorFailure> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().expect("no panic") = Some(request.clone());
        if self.holds_checks.load(Ordering::SeqCst) {
            self.held.notify_one();
            self.go.notified().await;
        }
        let says = self.check.lock().expect("no panic").clone();
        answer(says).await.map(|is_same| Verified {
            payer: if is_same { payer(request) } else { "0x036CbD53842c5426634e7929541eC2318f3dCF7e".to_owned() },
        })
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<Settled, FacilitatorFailure> {
        self.settles.fetch_add(1, Ordering::SeqCst);
        let says = self.settle.lock().expect("no panic").clone();
        if matches!(says, Says::Yes | Says::Late(_)) {
            let nonce = request.payment_payload["payload"]["authorization"]["nonce"].to_string();
            *self.moved.lock().expect("no panic").entry(format!("{} {nonce}", payer(request))).or_default() += 1;
        }
        if self.holds.load(Ordering::SeqCst) {
            self.held.notify_one();
            self.go.notified().await;
        }
        answer(says).await.map(|_| Settled {
            payer: payer(request),
            transaction: transaction(request),
            network: if request.x402_version == 1 { "base" } else { "eip155:8453" }.to_owned(),
        })
    }

    async fn settlement(&self, _: &FacilitatorRequest) -> Settlement {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let look_up = *self.look_up.lock().expect("no panic");
        tokio::time::sleep(look_up).await;
        self.outcome.lock().expect("no panic").clone()
    }
}

async fn answer(says: Says) -> Result<bool, FacilitatorFailure> {
    match says {
        Says::Yes => Ok(true),
        Says::Late(after) => {
            tokio::time::sleep(after).await;
            Ok(true)
        }
        Says::AnotherPayer => Ok(false),
        Says::Refused(reason, status) => {
            Err(FacilitatorFailure::Refused { reason: reason.to_owned(), status, payer: None })
        }
        Says::Unavailable(status) => Err(FacilitatorFailure::Unavailable { detail: "scripted".to_owned(), status }),
        Says::Nothing => std::future::pending().await,
        Says::Panic => panic!("scripted"),
    }
}
