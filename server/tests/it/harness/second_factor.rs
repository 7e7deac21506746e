//! Somebody's telephone: it knows what it was shown, and computes codes as the standard says.

use http::StatusCode;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use tenancy::UserId;
use tenancy::central::people::NewPerson;
use tenancy::testing::{Agency, PASSWORD_HASH, bed, superuser};
use totp_rs::{Builder, Secret};

use sqlx::ConnectOptions as _;

use super::{Caller, House};

static CALLERS: AtomicU32 = AtomicU32::new(0);

impl Caller {
    /// The same at an address of their own: whoever gives something wrong is counted by it.
    pub fn elsewhere(mut self) -> Self {
        let [_, b, c, d] = CALLERS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        self.peer = Some((IpAddr::from([100, 64 + b, c, d]), 1).into());
        self
    }
}

/// An authenticator app, and the recovery codes that were written down beside it.
#[derive(Clone)]
pub struct Phone {
    secret: String,
    pub recovery: Vec<String>,
}

impl Phone {
    /// One that was shown this secret.
    pub fn shown(letters: &str) -> Self {
        Self { secret: letters.replace('-', ""), recovery: Vec::new() }
    }

    /// The code that it shows at the house's present time, so many steps later.
    pub fn code(&self, house: &House, steps: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("letters");
        let totp = Builder::new().with_secret(secret).build().expect("long enough");
        let at = house.state.house.clock.now().unix_timestamp() + 30 * steps;
        totp.generate(u64::try_from(at).expect("after 1970")).to_string()
    }

    /// A code that is none of those about this time.
    pub fn wrong_code(&self, house: &House) -> String {
        let near: Vec<String> = (-3..=3).map(|steps| self.code(house, steps)).collect();
        (0..).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).expect("most are")
    }
}

impl House {
    /// Gives whoever calls a second factor, as its page does. Their next code is one of a later time step.
    pub async fn enrol(&self, caller: &mut Caller) -> Phone {
        let proposed = caller.call("auth/propose_second_factor", &[]).await;
        assert_eq!(proposed.status, StatusCode::OK, "{}", proposed.text());
        let page = caller.call("auth/security", &[]).await.json();
        let mut phone = Phone::shown(page["offer"]["letters"].as_str().expect("a secret"));
        let code = phone.code(self, 0);
        let confirmed = caller.call("auth/confirm_second_factor", &[("second_factor", &code)]).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
        let page = caller.call("auth/security", &[]).await.json();
        let codes = page["codes"].as_array().expect("a list").iter();
        phone.recovery = codes.map(|code| code.as_str().expect("text").to_owned()).collect();
        assert_eq!(phone.recovery.len(), 10);
        phone
    }

    /// An assistant of an agency, who has some second factor; nobody has their telephone.
    pub async fn colleague_with_second_factor(&self, agency: &Agency) -> UserId {
        let email = format!("colega-{}@{}.example", uuid::Uuid::now_v7().simple(), agency.route.slug);
        let new = NewPerson { name: "Colega", email: &email, password_hash: PASSWORD_HASH };
        bed().await.deployment.provisioner().add_user(agency.route.tenant, &new, "assistant").await.expect("added");
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let set = "update people set totp = '\\x00', totp_set_at = now() where email = $1";
        sqlx::query(set).bind(&email).execute(&mut root).await.expect("set");
        let user = sqlx::query_scalar("select id from users where email = $1").bind(&email);
        user.fetch_one(&mut root).await.expect("there")
    }
}
