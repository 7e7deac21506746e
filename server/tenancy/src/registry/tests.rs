//! The registry where no database answers.

use super::*;
use crate::CentralDb;
use crate::routing::Placement;

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = PgConnectOptions::new().host("127.0.0.1").port(silent.local_addr().expect("an address").port());
    let options = RegistryOptions { acquire_timeout: Duration::from_millis(50), ..RegistryOptions::default() };
    let key = Key::parse("a secret of thirty-two characters, for tests only").expect("long enough");
    let routes = Routes::unread(&CentralDb::connect_lazy(base.clone()));
    let (registry, _committed, _keeping) = Registry::new((base, key), routes, options);
    let tenant = TenantId::generate();
    let name = format!("t_{}", tenant.as_uuid().simple());
    let placement = Placement { server_id: 1, db_name: name.clone(), role_name: name, cred_version: 1, epoch: 1 };
    let route = Arc::new(Route {
        tenant,
        slug: "muda".into(),
        name: "Muda".into(),
        status: Status::Active,
        plan: "k".into(),
        includes: Vec::new(),
        offers: Arc::default(),
        is_past_due: false,
        placement,
        domains: Vec::new(),
        secured: Vec::new(),
        primary_domain: None,
        redirects: false,
        former_slugs: Vec::new(),
    });
    // Its share; there is no central database to lease it from.
    registry.inner.server(1).set_limit(4);
    // Without a limit this would never come back: the listener takes connections and says nothing.
    assert!(matches!(registry.open(&route).await, Err(OpenError::Unavailable(_))));
    let server = registry.inner.server(1);
    assert_eq!(server.connects.available_permits(), registry.inner.options.concurrent_connects);
    assert_eq!(registry.snapshot().in_use, 0);
}
