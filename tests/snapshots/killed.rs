use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use touchmark::app;

use super::world::{World, export, open, storage};

/// Kills imports with SIGKILL after other times each; what is there is the old or the new.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_leaves_the_old_or_the_new() {
    let (world, other) = (World::with_skills(40).await, World::with_skills(2).await);
    let (_, new) = export(&world.services, None).await;
    let (_, old) = export(&other.services, None).await;
    let file = world.path("new.tar.zst");
    std::fs::write(&file, &new).expect("the snapshot is written");
    let data = world.path("copy");
    super::world::import(&data, &old, false).await.expect("the old is taken over");
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
        command.args(["snapshot", "import", "--replace", "--embedder", "none", "--data-dir"]).arg(&data).arg(&file);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let whole = world.path("whole");
    let started = Instant::now();
    let mut undisturbed = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    undisturbed.args(["snapshot", "import", "--embedder", "none", "--data-dir"]).arg(&whole).arg(&file);
    assert!(undisturbed.stdout(Stdio::null()).status().expect("the program runs").success());
    let time = started.elapsed();
    for kill in 0..16 {
        let mut child = import().spawn().expect("the program runs");
        let wait = time.mul_f64(f64::from(kill) / 14.0);
        let started = Instant::now();
        while started.elapsed() < wait && child.try_wait().expect("the program is looked at").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        child.wait().expect("the program has ended");
        let standing = app::standing(&storage(&data)).await.expect("the database opens").expect("it is there");
        let services = open(&data).await;
        let (_, found) = export(&services, None).await;
        assert!(found == old || found == new, "kill {kill}: {standing:?}");
        services.follow().await.expect("search follows");
        let sequence = services.change_number().await;
        assert_eq!(sequence, Some(standing.sequence));
        drop(services);
        // The next one begins with the old again.
        if found == new {
            super::world::import(&data, &old, true).await.ok();
        }
    }
}
