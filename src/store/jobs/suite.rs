//! Claims that hold for every queue. A store's own tests call [`job_suite`] with a function
//! that opens an empty one.

use super::{EnqueueTerms, FailureCause, JobBounds, JobFailure, JobKind, Jobs, LeaseTerms, LeasedJob, NewJob};
use crate::skill::Timestamp;
use crate::store::suite::time;

pub(in crate::store) const KIND: JobKind = JobKind::CrawlSource;

pub(in crate::store) fn bounds(skills: u64) -> JobBounds {
    JobBounds { time_ms: 1, fetch_bytes: 2, read_bytes: 3, entries: 4, skills }
}

pub(in crate::store) fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Queues jobs at a time; what was done or given up before `before` is queued anew.
pub(in crate::store) async fn enqueue(store: &dyn Jobs, names: &[&str], now: i64, before: i64) -> (u64, u64, u64, u64) {
    let jobs = names.iter().map(|name| NewJob { kind: KIND, key: (*name).to_owned(), bounds: bounds(7) }).collect();
    let terms = EnqueueTerms { now: time(now), done_before: time(before), poisoned_before: time(before) };
    let outcome = store.enqueue_jobs(jobs, terms).await.expect("it is queued");
    (outcome.queued, outcome.waiting, outcome.fresh, outcome.poisoned)
}

/// Leases one of `a`, `b`, `c` for ten seconds.
pub(in crate::store) async fn lease(store: &dyn Jobs, worker: &str, now: i64) -> Option<LeasedJob> {
    let terms = LeaseTerms { now: time(now), until: time(now + 10), loss_limit: 3 };
    store.lease_job(KIND, &keys(&["a", "b", "c"]), worker, terms).await.expect("the queue answers")
}

pub(in crate::store) fn failure() -> JobFailure {
    JobFailure::new(FailureCause::Unreachable, "no answer\u{1b}[31m")
}

pub(in crate::store) fn at(seconds: i64) -> Timestamp {
    time(seconds)
}

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! job_suite {
    ($open:ident) => {
        use crate::store::jobs::suite::{KIND, at, bounds, enqueue, failure, keys, lease};
        use crate::store::{FailureCause, JobBacklog, JobEnd, JobState, Jobs};

        const DONE: JobEnd = JobEnd::Done { revision: None, skills: Some(2) };

        #[tokio::test]
        async fn a_job_that_is_queued_twice_is_done_once() {
            let (_guard, store) = $open().await;
            assert_eq!(enqueue(&store, &["a", "b", "a"], 1, 0).await, (2, 1, 0, 0));
            assert_eq!(enqueue(&store, &["a", "b"], 2, 0).await, (0, 2, 0, 0));
            let first = lease(&store, "w", 3).await.expect("a job");
            assert_eq!((first.key.as_str(), first.bounds, first.attempt), ("a", bounds(7), 1));
            assert_eq!(enqueue(&store, &["a"], 3, 0).await, (0, 1, 0, 0));
            let second = lease(&store, "w", 3).await.expect("a job");
            assert_eq!(second.key, "b");
            assert_eq!(lease(&store, "w", 3).await, None);
            assert!(store.finish_job(&first.lease, DONE, at(4)).await.expect("it ends"));
            assert!(!store.finish_job(&first.lease, DONE, at(4)).await.expect("it has ended"));
            assert_eq!(enqueue(&store, &["a"], 9, 3).await, (0, 0, 1, 0));
            assert_eq!(lease(&store, "w", 9).await, None);
            assert_eq!(enqueue(&store, &["a"], 9, 4).await, (1, 0, 0, 0));
            assert_eq!(lease(&store, "w", 9).await.map(|job| job.key).as_deref(), Some("a"));
        }

        #[tokio::test]
        async fn two_workers_never_get_the_same_lease() {
            let (_guard, store) = $open().await;
            let names: Vec<String> = (0..40).map(|number| format!("s{number:02}")).collect();
            let texts: Vec<&str> = names.iter().map(String::as_str).collect();
            enqueue(&store, &texts, 1, 0).await;
            let terms = crate::store::LeaseTerms { now: at(1), until: at(100), loss_limit: 3 };
            let take = async |worker: String| {
                let mut taken = Vec::new();
                while let Some(job) = store.lease_job(KIND, &names, &worker, terms).await.expect("it answers") {
                    taken.push(job.key);
                    tokio::task::yield_now().await;
                }
                taken
            };
            let taken = futures::future::join_all((0..4).map(|number| take(format!("w{number}")))).await;
            let mut all = taken.concat();
            all.sort();
            assert_eq!(all, names);
            assert_eq!(
                store.job_workers().await.expect("it answers").len(),
                taken.iter().filter(|own| !own.is_empty()).count()
            );
        }

        #[tokio::test]
        async fn only_the_jobs_that_were_asked_for_are_leased() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["other"], 1, 0).await;
            assert_eq!(lease(&store, "w", 1).await, None);
            let backlog = async |key| store.job_backlog(KIND, &keys(&[key])).await.expect("it answers");
            assert_eq!(backlog("a").await, JobBacklog { count: 0, next_due: None });
            assert_eq!(backlog("other").await, JobBacklog { count: 1, next_due: Some(at(1)) });
            enqueue(&store, &["a"], 2, 0).await;
            let job = lease(&store, "w", 2).await.expect("a job");
            assert_eq!(backlog("a").await, JobBacklog { count: 1, next_due: None });
            assert!(store.finish_job(&job.lease, DONE, at(3)).await.expect("it ends"));
            assert_eq!(backlog("a").await, JobBacklog { count: 0, next_due: None });
        }

        #[tokio::test]
        async fn a_lease_that_ended_is_taken_over_and_the_first_worker_changes_nothing_more() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["a"], 1, 0).await;
            let killed = lease(&store, "w1", 1).await.expect("a job").lease;
            assert_eq!(lease(&store, "w2", 10).await, None);
            assert!(store.extend_lease(&killed, at(15)).await.expect("it is prolonged"));
            assert_eq!(lease(&store, "w2", 14).await, None);
            let taken = lease(&store, "w2", 15).await.expect("the lease has ended");
            assert_eq!(taken.attempt, 2);
            assert!(!store.extend_lease(&killed, at(99)).await.expect("it answers"));
            assert!(!store.finish_job(&killed, DONE, at(16)).await.expect("it answers"));
            assert!(store.finish_job(&taken.lease, DONE, at(16)).await.expect("it ends"));
        }

        #[tokio::test]
        async fn the_leases_of_a_worker_that_is_gone_are_free_at_once() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["a", "b"], 1, 0).await;
            let gone = lease(&store, "gone", 1).await.expect("a job");
            lease(&store, "here", 1).await.expect("a job");
            assert_eq!(store.job_workers().await.expect("it answers"), ["gone", "here"]);
            assert_eq!(store.release_worker("gone", at(2)).await.expect("it is released"), 1);
            assert!(!store.finish_job(&gone.lease, DONE, at(2)).await.expect("it answers"));
            assert_eq!(lease(&store, "here", 2).await.map(|job| job.key).as_deref(), Some("a"));
        }

        #[tokio::test]
        async fn a_job_that_kills_its_workers_is_given_up() {
            for is_seen_dead in [true, false] {
                let (_guard, store) = $open().await;
                enqueue(&store, &["a"], 1, 0).await;
                for round in 0..3 {
                    lease(&store, "w", 1 + round * 10).await.expect("a job");
                    if is_seen_dead {
                        store.release_worker("w", at(round * 10 + 11)).await.expect("it is released");
                    }
                }
                assert_eq!(lease(&store, "w", 100).await, None);
                let troubled = store.troubled_jobs(KIND, 9).await.expect("it answers").remove(0);
                assert_eq!((troubled.state, troubled.failure.cause), (JobState::Poisoned, FailureCause::Lost));
                assert_eq!(enqueue(&store, &["a"], 101, 99).await, (0, 0, 0, 1));
                assert_eq!(enqueue(&store, &["a"], 101, 100).await, (1, 0, 0, 0));
                assert_eq!(lease(&store, "w", 101).await.map(|job| job.attempt), Some(1));
            }
        }

        #[tokio::test]
        async fn what_fails_waits_and_what_is_given_up_is_not_tried_again() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["a", "b"], 1, 0).await;
            let (a, b) = (lease(&store, "w", 1).await.expect("a"), lease(&store, "w", 1).await.expect("b"));
            let retry = JobEnd::Retry { failure: failure(), at: at(5) };
            assert!(store.finish_job(&a.lease, retry, at(2)).await.expect("it ends"));
            assert!(store.finish_job(&b.lease, JobEnd::GiveUp { failure: failure() }, at(2)).await.expect("it ends"));
            assert_eq!(lease(&store, "w", 4).await, None);
            assert_eq!(enqueue(&store, &["a", "b"], 4, 1).await, (0, 1, 0, 1));
            assert_eq!(lease(&store, "w", 4).await, None, "queueing anew does not shorten the wait");
            let troubled = store.troubled_jobs(KIND, 9).await.expect("it answers");
            let seen: Vec<_> = troubled.iter().map(|job| (job.key.as_str(), job.state, job.due_at)).collect();
            assert_eq!(seen, [("a", JobState::Failed, Some(at(5))), ("b", JobState::Poisoned, None)]);
            assert!(!troubled[0].failure.detail().contains('\u{1b}'));
            let again = lease(&store, "w", 5).await.expect("it is due");
            assert_eq!((again.key.as_str(), again.attempt), ("a", 2));
            assert_eq!(lease(&store, "w", 1_000_000).await.map(|job| job.key).as_deref(), Some("a"));
        }

        #[tokio::test]
        async fn the_least_tried_and_longest_waiting_comes_first_and_what_is_known_stays() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["b", "c"], 1, 0).await;
            for (second, revision) in [(2, "b1"), (3, "c1")] {
                let job = lease(&store, "w", second).await.expect("a job");
                let end = JobEnd::Done { revision: Some(revision.to_owned()), skills: Some(2) };
                assert!(store.finish_job(&job.lease, end, at(second)).await.expect("it ends"));
            }
            enqueue(&store, &["a", "b", "c"], 10, 5).await;
            let mut seen = Vec::new();
            while let Some(job) = lease(&store, "w", 10).await {
                seen.push((job.key, job.revision));
            }
            let known = |key: &str, revision: Option<&str>| (key.to_owned(), revision.map(str::to_owned));
            assert_eq!(seen, [known("a", None), known("b", Some("b1")), known("c", Some("c1"))]);
        }

        #[tokio::test]
        async fn whoever_asks_for_a_job_is_given_what_it_led_to() {
            use crate::store::{EnqueueTerms, JobKind, LeaseTerms, NewJob};
            let (_guard, store) = $open().await;
            let terms = EnqueueTerms { now: at(1), done_before: at(0), poisoned_before: at(0) };
            let job = |kind, key: &str| NewJob { kind, key: key.to_owned(), bounds: bounds(3) };
            let finding = JobKind::FindSources;
            let lease_of = async |kind, key: &str| {
                let terms = LeaseTerms { now: at(2), until: at(9), loss_limit: 3 };
                store.lease_job(kind, &keys(&[key]), "w", terms).await.expect("the queue answers")
            };
            store.enqueue_jobs(vec![job(finding, "root"), job(KIND, "mine")], terms).await.expect("queued");
            let root = lease_of(finding, "root").await.expect("a job").lease;
            for _ in 0..2 {
                store.enqueue_found(&root, vec![job(finding, "page"), job(KIND, "mine")], terms).await.expect("queued");
            }
            let page = lease_of(finding, "root").await.expect("what it led to").lease;
            let found = store.enqueue_found(&page, vec![job(KIND, "a"), job(KIND, "b")], terms).await.expect("queued");
            assert_eq!((found.queued, found.waiting), (2, 0));
            let known = async |key| {
                let jobs = store.found_jobs(KIND, &keys(&[key])).await.expect("the queue answers");
                jobs.into_iter().map(|job| (job.key, job.bounds)).collect::<Vec<_>>()
            };
            let row = |key: &str| (key.to_owned(), bounds(3));
            assert_eq!(known("root").await, [row("a"), row("b"), row("mine")]);
            assert_eq!(known("page").await, [row("a"), row("b")]);
            assert_eq!(known("other").await, []);
            let backlog = async |kind, key| store.job_backlog(kind, &keys(&[key])).await.expect("it answers").count;
            assert_eq!((backlog(KIND, "root").await, backlog(KIND, "page").await, backlog(KIND, "a").await), (3, 2, 1));
            assert_eq!((backlog(finding, "root").await, backlog(finding, "page").await), (2, 1));
            assert_eq!(lease_of(KIND, "other").await, None);
            let taken = [lease_of(KIND, "page").await, lease_of(KIND, "root").await, lease_of(KIND, "root").await];
            let mut taken = taken.map(|job| job.map(|job| job.key).unwrap_or_default());
            taken.sort();
            assert_eq!((taken, lease_of(KIND, "root").await), (["a", "b", "mine"].map(str::to_owned), None));
        }

        #[tokio::test]
        async fn the_queue_is_told_in_figures() {
            let (_guard, store) = $open().await;
            enqueue(&store, &["a", "b", "c", "d"], 1, 0).await;
            let jobs = [lease(&store, "w", 1).await, lease(&store, "w", 1).await, lease(&store, "w", 1).await];
            let [a, b, _] = jobs.map(|job| job.expect("a job").lease);
            store.finish_job(&a, DONE, at(4)).await.expect("it ends");
            store.finish_job(&b, JobEnd::Retry { failure: failure(), at: at(50) }, at(8)).await.expect("it ends");
            let overview = store.job_overview(KIND, at(3)).await.expect("it answers");
            let expected = [(JobState::Queued, 1), (JobState::Leased, 1), (JobState::Done, 1), (JobState::Failed, 1)];
            assert_eq!((overview.states.as_slice(), overview.remaining()), (expected.as_slice(), 3));
            assert_eq!(overview.causes, [(FailureCause::Unreachable, 1)]);
            assert_eq!((overview.skills, overview.recent_count), (2, 2));
            assert_eq!((overview.recent_first, overview.recent_last), (Some(at(4)), Some(at(8))));
            assert_eq!(overview.next_due, Some(at(50)));
            assert_eq!(store.job_overview(KIND, at(8)).await.expect("it answers").recent_count, 0);
        }
    };
}
pub(in crate::store) use job_suite;
