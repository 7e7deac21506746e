//! What is asked of the databases meanwhile.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::Event;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

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

/// Does something, and gives what it came to with every statement that its own task has made, in their order. What it leaves
/// to other tasks is not heard unless they tell whom it tells (`to_its_end`), and neither are the statements of other tests.
pub async fn statements<T>(of: impl Future<Output = T>) -> (T, Vec<String>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let output = of.with_subscriber(tracing_subscriber::registry().with(Heard(heard.clone()))).await;
    let statements = std::mem::take(&mut *heard.lock().expect("not poisoned"));
    (output, statements)
}
