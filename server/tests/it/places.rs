//! Places in a plan: cases 58 and 59, CON-04.

use http::StatusCode;
use sqlx::Row as _;
use tenancy::TenantDb;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{Agency, new_tenant, run};
use uuid::Uuid;

use app::properties::db::import::BatchId;
use server::commands::import::{File, How, bring_in, undo};

use crate::harness::chance::Dice;
use crate::harness::{Caller, House, a_property, house, register, root};

async fn prime(house: &House) -> Agency {
    house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await
}

async fn set_limit(agency: &Agency, max: i64) {
    sqlx::query("update plan_limits set max_value = $1 where resource = 'properties'")
        .bind(max)
        .execute(&mut root(agency).await)
        .await
        .expect("set");
}

/// How many places are taken, by the counter and by the rows.
pub(super) async fn counted(agency: &Agency) -> (i64, i64) {
    let row = sqlx::query("select (select used from usage_counters where resource = 'properties') as used, (select count(*) from properties where deleted_at is null) as rows")
        .fetch_one(&agency.db)
        .await
        .expect("counted");
    (row.get("used"), row.get("rows"))
}

#[test]
fn sixty_at_once_get_exactly_the_places_that_are_left() {
    run(async {
        let house = house().await;
        let a = prime(house).await;
        set_limit(&a, 10).await;
        let owner = house.owner(&a).await;
        let mut tasks = Vec::new();
        for n in 0..60 {
            let mut caller = owner.clone();
            tasks.push(tokio::spawn(async move {
                let id = uuid::Uuid::now_v7().to_string();
                let title = format!("Kitnet {n}");
                caller.call("properties/create", &a_property(&id, &title)).await
            }));
        }
        let (mut made, mut refused) = (0, 0);
        for task in tasks {
            let answer = task.await.expect("no panic");
            match answer.status {
                StatusCode::OK => made += 1,
                StatusCode::FORBIDDEN => {
                    let data = &answer.json()["data"];
                    assert_eq!((data["current"].as_i64(), data["max"].as_i64()), (Some(10), Some(10)));
                    assert_eq!(data["upgrade"], "/app/settings/plan");
                    refused += 1;
                }
                other => panic!("{other}: {}", answer.text()),
            }
        }
        assert_eq!((made, refused), (10, 50));
        assert_eq!(counted(&a).await, (10, 10));
    });
}

#[test]
fn a_form_that_took_the_last_place_may_be_sent_again() {
    run(async {
        let house = house().await;
        let a = prime(house).await;
        set_limit(&a, 1).await;
        let mut owner = house.owner(&a).await;
        let id = Uuid::now_v7().to_string();
        for _ in 0..2 {
            let answer = owner.call("properties/create", &a_property(&id, "A última")).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            assert_eq!(counted(&a).await, (1, 1));
        }
        let other = owner.call("properties/create", &a_property(&Uuid::now_v7().to_string(), "Mais uma")).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
        assert_eq!(counted(&a).await, (1, 1));
    });
}

#[test]
fn nothing_comes_back_into_a_full_plan_and_its_owner_is_told_why() {
    run(async {
        let house = house().await;
        let (a, b) = (prime(house).await, prime(house).await);
        set_limit(&a, 2).await;
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let mut away = Vec::new();
        for owner in [&mut of_a, &mut of_b] {
            let id = register(owner, "Posta de lado").await;
            assert_eq!(owner.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
            for title in ["A primeira", "A segunda"] {
                register(owner, title).await;
            }
            away.push(id);
        }
        let refused = of_a.call("properties/restore", &[("id", &away[0])]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        let data = &refused.json()["data"];
        assert_eq!((data["current"].as_i64(), data["max"].as_i64()), (Some(2), Some(2)));
        assert_eq!(data["upgrade"], "/app/settings/plan");
        assert_eq!(counted(&a).await, (2, 2));
        assert!(of_a.get("/app/properties?archived=yes").await.text().contains("Posta de lado"), "it is there still");
        // The other agency has places left.
        assert_eq!(of_b.call("properties/restore", &[("id", &away[1])]).await.status, StatusCode::OK);
        assert_eq!(counted(&b).await, (3, 3));
    });
}

/// What may happen to an agency's properties, and how often each has.
#[derive(Debug, Default)]
struct Moves {
    created: usize,
    full: usize,
    rolled_back: usize,
    imported: usize,
    undone: usize,
    archived: usize,
    restored: usize,
    removed: u64,
    batches: Vec<BatchId>,
}

/// Who moves: a person by forms, and the program by lists.
struct Players {
    owner: Caller,
    db: TenantDb,
}

impl Players {
    /// Any of them that are put away, or any at all.
    async fn any(&self, only_archived: bool, dice: &mut Dice) -> Option<(Uuid, String)> {
        let all = "select id, code from properties where deleted_at is not null or not $1 order by id";
        let rows = sqlx::query(all).bind(only_archived).fetch_all(&self.db).await.expect("listed");
        (!rows.is_empty()).then(|| &rows[dice.below(rows.len())]).map(|row| (row.get("id"), row.get("code")))
    }

    async fn create(&mut self, code: Option<&str>) -> StatusCode {
        let id = Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Casa");
        fields.extend(code.map(|code| ("code", code)));
        self.owner.call("properties/create", &fields).await.status
    }

    async fn is_archived(&self, id: Uuid) -> bool {
        let asked = sqlx::query_scalar("select deleted_at is not null from properties where id = $1").bind(id);
        asked.fetch_one(&self.db).await.expect("it is there")
    }

    /// Puts one away, which may have been put away before, or brings one back. Says whether it has moved.
    async fn one_of(&mut self, what: &str, dice: &mut Dice, moves: &mut Moves) -> bool {
        let Some((id, _)) = self.any(what == "restore", dice).await else { return false };
        let before = self.is_archived(id).await;
        let answer = self.owner.call(&format!("properties/{what}"), &[("id", &id.to_string())]).await;
        match (what, answer.status) {
            (_, StatusCode::OK) => assert_eq!(self.is_archived(id).await, what == "archive", "{what}"),
            ("restore", StatusCode::FORBIDDEN) => moves.full += 1,
            (_, other) => panic!("{what}: {other}: {}", answer.text()),
        }
        self.is_archived(id).await != before
    }

    /// Every list is another file.
    async fn import(&self, count: usize, step: usize) -> Option<BatchId> {
        let rows: String = (1..=count).map(|n| format!("apartment,residential,rent,{}\n", step * 100 + n)).collect();
        let text = format!("type,usage,purposes,rent\n{rows}");
        let file = File { name: "lista.csv", bytes: text.as_bytes(), map: None };
        bring_in(&self.db, &file, How::default(), |_, _| ()).await.ok()?.batch
    }

    async fn play(&mut self, turn: usize, step: usize, dice: &mut Dice, moves: &mut Moves) {
        match turn {
            0 => match self.create(None).await {
                StatusCode::OK => moves.created += 1,
                StatusCode::FORBIDDEN => moves.full += 1,
                other => panic!("{other}"),
            },
            // It has its place when it hears that its code is another's.
            1 => {
                let Some((_, code)) = self.any(false, dice).await else { return };
                match self.create(Some(&code)).await {
                    StatusCode::CONFLICT => moves.rolled_back += 1,
                    StatusCode::FORBIDDEN => moves.full += 1,
                    other => panic!("{other}"),
                }
            }
            2 => moves.archived += usize::from(self.one_of("archive", dice, moves).await),
            3 => moves.restored += usize::from(self.one_of("restore", dice, moves).await),
            4 => {
                let batch = self.import(1 + dice.below(3), step).await;
                moves.imported += usize::from(batch.is_some());
                moves.batches.extend(batch);
            }
            _ if moves.batches.is_empty() => {}
            _ => {
                let batch = moves.batches.swap_remove(dice.below(moves.batches.len()));
                let (removed, _) = undo(&self.db, batch).await.expect("taken back");
                moves.undone += 1;
                moves.removed += removed;
            }
        }
    }
}

#[test]
fn the_counter_follows_the_rows_whatever_happens() {
    run(async {
        let house = house().await;
        let a = prime(house).await;
        set_limit(&a, 5).await;
        let route = house.state.house.routes.by_tenant(a.route.tenant).expect("known");
        let db = house.state.house.registry.open(&route).await.expect("opened");
        let mut players = Players { owner: house.owner(&a).await, db };
        let (mut dice, mut moves) = (Dice::new(), Moves::default());
        // Each once in an order that leads somewhere, then as the dice fall.
        let opening = [0, 1, 4, 5, 4, 2, 3, 0, 0, 0, 0, 0, 0];
        for step in 0..100 {
            let turn = opening.get(step).copied().unwrap_or_else(|| dice.below(6));
            players.play(turn, step, &mut dice, &mut moves).await;
            let (used, rows) = counted(&a).await;
            assert!(used == rows && rows <= 5, "step {step}, move {turn}: {used} counted, {rows} there");
        }
        let happened = [
            moves.created,
            moves.full,
            moves.rolled_back,
            moves.imported,
            moves.undone,
            moves.archived,
            moves.restored,
        ];
        assert!(happened.iter().all(|times| *times > 0) && moves.removed > 0, "{moves:?}");
    });
}
