//! What is asked of the databases meanwhile.

use http::StatusCode;
use sqlx::{AssertSqlSafe, Executor as _};
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};
use tenancy::testing::Agency;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::{Dispatch, Event};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use super::{Caller, root};

/// Writes down the statements that sqlx tells of.
struct Heard(Arc<Mutex<Vec<String>>>);

/// The text of one.
#[derive(Default)]
struct Statement(String);

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        // A short statement is its own summary.
        let is_whole = field.name() == "db.statement" && !value.is_empty();
        if is_whole || (field.name() == "summary" && self.0.is_empty()) {
            self.0 = value.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl<S: tracing::Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement::default();
            event.record(&mut statement);
            self.0.lock().expect("not poisoned").push(statement.0);
        }
    }
}

/// Hears nothing, and is always there. While there is one subscriber alone, what another thread comes by first is asked about of
/// that thread's, which has none, and is then never told to anybody (tracing-core 0.1.36, `callsite::dispatchers`).
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// Does something, and gives what it came to with every statement that its own task has made, in their order. What it leaves
/// to other tasks is not heard unless they tell whom it tells (`to_its_end`), and neither are the statements of other tests.
pub async fn statements<T>(of: impl Future<Output = T>) -> (T, Vec<String>) {
    LazyLock::force(&SECOND);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let output = of.with_subscriber(tracing_subscriber::registry().with(Heard(heard.clone()))).await;
    let statements = std::mem::take(&mut *heard.lock().expect("not poisoned"));
    (output, statements)
}

/// What the CRM's list and a storefront's search by kind ask of an agency is answered from indexes: the plans of the very
/// statements, with such values as they had, hold no reading of one property after the other.
pub async fn asks_indexes(agency: &Agency, owner: &mut Caller, visitor: &mut Caller) {
    let mut root = root(agency).await;
    root.execute("vacuum analyze properties").await.expect("as the database does itself after many rows");
    let (list, listing) = statements(owner.call("properties/list", &[])).await;
    let kind = [("search[kinds][]", "apartment")];
    let (search, searching) = statements(visitor.call("storefront/search", &kind)).await;
    assert_eq!((list.status, search.status), (StatusCode::OK, StatusCode::OK), "{}", search.text());
    let explain = |asked: &[String], part: &str| {
        let found = asked.iter().find(|statement| statement.contains(part));
        let statement = found.unwrap_or_else(|| panic!("nobody asks `{part}`: {asked:#?}"));
        AssertSqlSafe(format!("explain {statement}"))
    };
    let newest = sqlx::query_scalar::<_, String>(explain(&listing, "where p.deleted_at is null order by")).bind(26_i64);
    let cards = sqlx::query_scalar(explain(&searching, "and p.type = any($1) order by"));
    let count = sqlx::query_scalar(explain(&searching, "select count(*) from properties p where"));
    for asked in [newest, cards.bind(["apartment"]).bind(24_i64).bind(0_i64), count.bind(["apartment"])] {
        let plan = asked.fetch_all(&mut root).await.expect("explained").join("\n");
        assert!(plan.contains(" on properties p") && !plan.contains("Seq Scan on properties"), "{plan}");
    }
}
