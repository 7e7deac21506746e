//! What operators ask the worker for: in vain it is told, and no longer once it has come about.

use sqlx::{ConnectOptions as _, Executor as _};
use tenancy::central::alerts::{self, Kind};
use tenancy::central::companies::By;
use tenancy::central::fleet_operations::{self, Task};
use tenancy::central::operation_log;
use tenancy::testing::{Bed, bed, run, superuser};

/// Asks for it and has the worker do it. Gives the state that it ends in.
async fn done(bed: &Bed, task: &Task) -> (uuid::Uuid, String) {
    let (central, key) = (bed.deployment.central(), bed.deployment.key());
    let id = fleet_operations::ask(central, key, (task, None), By::default()).await.expect("asked for").as_uuid();
    (id, worked(bed, id).await)
}

async fn worked(bed: &Bed, id: uuid::Uuid) -> String {
    assert!(bed.deployment.provisioner().run_errand(false).await.expect("the central database answers"));
    operation_log::find(bed.deployment.central(), id).await.expect("there").state
}

async fn open_alerts(bed: &Bed) -> i64 {
    let kind = Kind::FleetOperation.as_str();
    alerts::count_open(bed.deployment.central(), kind).await.expect("counted")
}

async fn listed(bed: &Bed) -> Vec<uuid::Uuid> {
    let all = operation_log::list_open(bed.deployment.central()).await.expect("listed");
    all.into_iter().map(|entry| entry.id).collect()
}

#[test]
fn what_was_asked_for_in_vain_is_told_until_it_has_come_about() {
    run(async {
        let bed = bed().await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let of_nobody = Task::ServerDrain { name: "norte".into() };
        let (first, state) = done(bed, &of_nobody).await;
        assert_eq!((state.as_str(), open_alerts(bed).await), ("failed", 1));
        let (second, state) = done(bed, &of_nobody).await;
        assert_eq!((state.as_str(), open_alerts(bed).await), ("failed", 1), "counted, and not raised anew");
        let other = Task::ServerCapacity { name: "sul".into(), capacity: (3, 7) };
        let (third, _) = done(bed, &other).await;
        assert_eq!(listed(bed).await, [first, second, third], "the command lists them as the console does");

        // The cause is mended: the last one is tried again, and says for both that it has come about.
        central.execute("insert into database_servers (name) values ('norte'), ('sul')").await.expect("entered");
        let by = By::default();
        assert!(operation_log::retry(bed.deployment.central(), second, by.clone()).await.expect("asked"));
        assert_eq!(worked(bed, second).await, "done");
        assert_eq!((listed(bed).await, open_alerts(bed).await), (vec![third], 1), "one is left");
        let said = operation_log::happened(bed.deployment.central(), first).await.expect("read");
        assert_eq!(said.last().map(|line| line.step.as_str()), Some("overtaken"));
        assert!(!operation_log::retry(bed.deployment.central(), first, by.clone()).await.expect("asked"));
        assert!(operation_log::retry(bed.deployment.central(), third, by).await.expect("asked"));
        assert_eq!(worked(bed, third).await, "done");
        assert_eq!((listed(bed).await.len(), open_alerts(bed).await), (0, 0));
    });
}
