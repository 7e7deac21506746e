//! Every route and server function, made from the access table: A's session with B's identifiers gets nothing of B's.
//!
//! For each row the same request is first made in B's own session and must succeed with B's canary; only then A's counts.
//! A row that this table does not know fails the test, so that no new route goes unasked.

use http::StatusCode;
use tenancy::testing::{Agency, run};

use app::access::{Access, Audience, ROWS};

use crate::domains::a_domain;
use crate::harness::{
    Answer, Caller, House, Photo, a_photo, a_property, house, on_the_storefront, register, send_logo, send_portrait,
};

pub(super) const CANARY: &str = "canário-da-imobiliária-b";

/// What a row needs to be asked, beside the caller.
pub(super) enum Ask {
    /// A page with B's identifier in its address.
    Page(String),
    /// A call with B's identifier among its fields.
    Call(Vec<(&'static str, String)>),
    /// Photographs sent to B's property.
    Upload(String),
    /// It names nothing of an agency's: what it answers is the caller's own.
    Own,
    /// It is not the platform's, or shows nothing of an agency.
    Apart,
}

pub(super) fn ask(row: &Access, two: &Two) -> Ask {
    let (id, photo) = (two.property.clone(), two.photo.clone());
    let of_photo = |more: &[(&'static str, &str)]| {
        let mut fields = vec![("id", two.property.clone()), ("photo", photo.id.clone())];
        fields.extend(more.iter().map(|(n, v)| (*n, (*v).to_owned())));
        Ask::Call(fields)
    };
    match row.path {
        "/app/properties/{id}/photos" if row.method == "POST" => Ask::Upload(id),
        "/app/properties/{id}/photos" => Ask::Page(format!("/app/properties/{id}/photos")),
        "/imovel/{address}" => Ask::Page(two.listing.clone()),
        "/fn/storefront/listing" => Ask::Call(vec![("address", two.listing.trim_start_matches("/imovel/").to_owned())]),
        "/media/{photo}/{file}" => Ask::Page(photo.address),
        "/logo/{file}" => Ask::Page(two.logo.clone()),
        "/portrait/{user}/{file}" => Ask::Page(two.portrait.clone()),
        "/fn/properties/photos" | "/fn/properties/publish" | "/fn/properties/unpublish" => Ask::Call(vec![("id", id)]),
        "/fn/properties/feature" => Ask::Call(vec![("id", id), ("featured", "true".to_owned())]),
        "/fn/properties/move_photo" => of_photo(&[("place", "1")]),
        "/fn/properties/set_cover" | "/fn/properties/remove_photo" => of_photo(&[]),
        "/fn/properties/describe_photo" => of_photo(&[("alt", "Sala")]),
        "/app/properties/{id}" => Ask::Page(format!("/app/properties/{id}")),
        "/app/properties/{id}/edit" => Ask::Page(format!("/app/properties/{id}/edit")),
        "/fn/properties/load" | "/fn/properties/edit" | "/fn/properties/archive" | "/fn/properties/restore" => {
            Ask::Call(vec![("id", id)])
        }
        "/fn/properties/update" => {
            let mut fields: Vec<(&'static str, String)> = a_property("", "")
                .into_iter()
                .map(|(n, v)| (n, v.to_owned()))
                .filter(|(n, _)| *n != "id" && *n != "title")
                .collect();
            fields.extend([("id", id), ("title", CANARY.to_owned()), ("version", "2".to_owned())]);
            Ask::Call(fields)
        }
        "/fn/domains/check" | "/fn/domains/set_primary" => Ask::Call(vec![("id", two.domain.clone())]),
        "/fn/domains/release" => Ask::Call(vec![("id", two.domain.clone()), ("confirmed", "true".to_owned())]),
        "/app/settings/team/{id}" => Ask::Page(format!("/app/settings/team/{}", two.member)),
        "/fn/team/member" => Ask::Call(vec![("id", two.member.clone())]),
        "/fn/team/resend" | "/fn/team/revoke" => Ask::Call(vec![("id", two.invitation.clone())]),
        "/fn/team/change_role" => Ask::Call(vec![("id", two.member.clone()), ("role", "assistant".to_owned())]),
        "/fn/team/deactivate" => Ask::Call(vec![("id", two.member.clone()), ("heir", two.b.owner.to_string())]),
        "/fn/team/reactivate" => Ask::Call(vec![("id", two.former.clone())]),
        "/fn/team/hand_over" => {
            let password = ("password", tenancy::testing::PASSWORD.to_owned());
            Ask::Call(vec![("id", two.member.clone()), password, ("stays", "true".to_owned())])
        }
        "/fn/auth/end_session" => Ask::Call(vec![("id", two.session.clone())]),
        "/fn/auth/reset_second_factor" => Ask::Call(vec![("user", two.colleague.clone())]),
        "/fn/auth/choose_agency" => Ask::Call(vec![("user", two.b.owner.to_string())]),
        // The storefront's; the platform's shows nothing of an agency.
        "/" if row.audience == Audience::Storefront => Ask::Own,
        "/app"
        | "/app/properties"
        | "/app/properties/new"
        | "/app/settings/plan"
        | "/app/settings/store"
        | "/app/settings/brand"
        | "/app/settings/brand/logo"
        | "/app/settings/domains"
        | "/fn/domains/load"
        | "/fn/domains/claim"
        | "/fn/domains/clear_primary"
        | "/fn/domains/set_redirects"
        | "/fn/domains/rename"
        | "/fn/domains/set_name"
        | "/app/settings/audit"
        | "/app/settings/audit/export"
        | "/fn/audit/list"
        | "/fn/store_settings/load"
        | "/fn/store_settings/update_store"
        | "/fn/store_settings/update_brand"
        | "/fn/store_settings/remove_logo"
        | "/app/settings/team"
        | "/fn/team/load"
        | "/fn/team/invite"
        | "/fn/account/profile"
        | "/fn/account/update_profile"
        | "/fn/account/change_password"
        | "/fn/account/ask_email"
        | "/app/profile"
        | "/app/profile/security"
        | "/app/profile/leave"
        | "/app/profile/photo"
        | "/app/profile/photo/file"
        | "/fn/account/remove_photo"
        | "/fn/team/leaving"
        | "/fn/team/leave"
        | "/entrar/agencia"
        | "/entrar/confirmar"
        | "/fn/auth/agencies"
        | "/fn/auth/end_other_sessions"
        | "/fn/auth/prove"
        | "/fn/auth/security"
        | "/fn/auth/propose_second_factor"
        | "/fn/auth/confirm_second_factor"
        | "/fn/auth/remove_second_factor"
        | "/fn/auth/renew_recovery_codes"
        | "/fn/auth/sessions"
        | "/fn/auth/set_language"
        | "/fn/billing/use"
        | "/fn/billing/change"
        | "/fn/billing/cancel"
        | "/fn/billing/keep"
        | "/fn/properties/list"
        | "/imoveis"
        | "/fn/storefront/landing"
        | "/fn/storefront/search"
        | "/fn/storefront/store"
        | "/fn/properties/blank"
        | "/fn/properties/check"
        | "/fn/properties/create"
        | "/fn/today/load"
        | "/fn/today/put_first_steps_away" => Ask::Own,
        "/healthz"
        | "/readyz"
        | "/metrics"
        | "/internal/tls-allowed"
        | "/pkg/{*file}"
        | "/fonts/{*file}"
        | "/assets/{*file}"
        | "/favicon.svg"
        | "/"
        | "/planos"
        | "/entrar"
        | "/entrar/codigo"
        | "/sair"
        | "/senha"
        | "/senha/{token}"
        | "/confirmar/email/{token}"
        | "/convite/{token}"
        | "/fn/account/ask_password"
        | "/fn/account/link"
        | "/fn/account/set_password"
        | "/fn/account/confirm_email"
        | "/fn/team/invitation"
        | "/fn/team/accept"
        | "/platform/entrar"
        | "/platform"
        | "/platform/tenants"
        | "/platform/audit"
        | "/platform/audit/export"
        | "/fn/audit/list_all"
        | "/platform/profile"
        | "/platform/tenants/{slug}"
        | "/platform/tenants/{slug}/act"
        | "/platform/operations"
        | "/platform/operations/{id}"
        | "/platform/operations/events"
        | "/platform/operations/{id}/events"
        | "/platform/health"
        | "/platform/servers"
        | "/platform/servers/{name}"
        | "/platform/migrations"
        | "/platform/plans"
        | "/platform/plans/{name}"
        | "/theme/{colors}"
        | "/fn/auth/sign_in"
        | "/fn/auth/sign_in_code"
        | "/fn/auth/entrance"
        | "/fn/auth/renew"
        | "/fn/auth/sign_in_operator"
        | "/fn/auth/demo"
        // Of somebody who has no agency yet: sign_up.rs asks for another's.
        | "/cadastro"
        | "/cadastro/enviado"
        | "/cadastro/andamento"
        | "/cadastro/andamento/eventos"
        | "/confirmar/{token}"
        | "/termos"
        | "/privacidade"
        | "/fn/sign_up/page"
        | "/fn/sign_up/check_slug"
        | "/fn/sign_up/request"
        | "/fn/sign_up/mail_file"
        | "/fn/sign_up/question"
        | "/fn/sign_up/confirm"
        | "/fn/sign_up/progress"
        | "/fn/billing/plans"
        | "/fn/platform/tenants"
        | "/fn/platform/tenant"
        | "/fn/platform/pay_invoice"
        | "/fn/platform/act_as"
        | "/fn/platform/reset_second_factor"
        | "/fn/platform/ticket"
        | "/fn/platform/begin_acting"
        | "/fn/platform/end_acting"
        | "/fn/platform/operations"
        | "/fn/platform/operation"
        | "/fn/platform/retry_operation"
        | "/fn/platform/health"
        | "/fn/platform/retry_job"
        | "/fn/platform/close_alert"
        | "/fn/platform/servers"
        | "/fn/platform/server"
        | "/fn/platform/add_server"
        | "/fn/platform/set_server"
        | "/fn/platform/drain_server"
        | "/fn/platform/activate_server"
        | "/fn/platform/fleet"
        | "/fn/platform/migrate"
        | "/fn/platform/plans"
        | "/fn/platform/plan"
        | "/fn/platform/publish_plan"
        | "/fn/platform/cancel"
        | "/fn/platform/keep"
        | "/fn/platform/delete"
        | "/fn/platform/call_off"
        | "/fn/platform/suspend"
        | "/fn/platform/resume" => Ask::Apart,
        other => panic!("{other} is not in the isolation table: say what of another agency's it could be asked for"),
    }
}

pub(super) async fn make(caller: &mut Caller, path: &str, ask: &Ask) -> Option<Answer> {
    match ask {
        Ask::Page(address) => Some(caller.get(address).await),
        Ask::Call(fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            Some(caller.call(path.trim_start_matches("/fn/"), &fields).await)
        }
        Ask::Upload(id) => {
            Some(caller.upload(id, "application/json", &[("cozinha.jpg", "image/jpeg", a_photo(90))]).await)
        }
        Ask::Own | Ask::Apart => None,
    }
}

/// Everything that B's database says of its properties: A's requests must leave it as it is.
pub(super) async fn checksum(agency: &Agency) -> String {
    sqlx::query_scalar(
        "select md5(coalesce(string_agg(p::text, '' order by id), '') || (select count(*) from activity_log) || (select used from usage_counters)
             || (select coalesce(string_agg(f::text, '' order by id), '') from property_photos f))
         from properties p",
    )
    .fetch_one(&agency.db)
    .await
    .expect("summed up")
}

pub(super) struct Two {
    pub(super) a: Agency,
    pub(super) b: Agency,
    pub(super) of_a: Caller,
    pub(super) of_b: Caller,
    /// B's property, and one of its members' drafts.
    pub(super) property: String,
    photo: Photo,
    /// Its public path.
    pub(super) listing: String,
    /// Address of B's logo, and of its owner's photograph.
    logo: String,
    portrait: String,
    pub(super) draft: String,
    session: String,
    /// Identifier of B's domain.
    domain: String,
    /// A member of B's, somebody who was one, and an invitation that is open.
    member: String,
    former: String,
    invitation: String,
    /// The account of somebody at B's who has a second factor.
    colleague: String,
}

pub(super) async fn two(house: &House) -> Two {
    two_with(house, CANARY).await
}

/// Two agencies, of which B owns a property with this title.
pub(super) async fn two_with(house: &House, canary: &str) -> Two {
    let (a, b) = (house.agency().await, house.agency().await);
    let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
    register(&mut of_a, "Imóvel de A").await;
    let (property, photo) = on_the_storefront(house, &b, &mut of_b, canary).await;
    let listing = of_b.call("properties/load", &[("id", &property)]).await.json()["publication"]["path"].to_string();
    let listing = listing.trim_matches('"').to_owned();
    let mut fields = a_property(&property, canary);
    fields.push(("suites", "9"));
    let refused = of_b.post("properties/create", "/app/properties/new", &fields).await;
    let location = refused.header("location").to_owned();
    let draft =
        location.split("draft=").nth(1).expect("a draft is kept").split('&').next().unwrap_or_default().to_owned();
    let sessions = of_b.call("auth/sessions", &[]).await.json();
    let session = sessions[0]["id"].as_str().expect("a session").to_owned();
    let logo = send_logo(&mut of_b).await;
    let portrait = send_portrait(&mut of_b, 120).await;
    let domain = a_domain(&b, &format!("www.{}.example", b.route.slug)).await.to_string();
    house.state.house.routes.reload().await.expect("read");
    let (member, former) = (house.add_member(&b, "finance").await, house.add_member(&b, "assistant").await);
    let (member, former) = (member.to_string(), former.to_string());
    let heir = b.owner.to_string();
    let left = of_b.call("team/deactivate", &[("id", &former), ("heir", &heir)]).await;
    assert_eq!(left.status, StatusCode::OK, "{}", left.text());
    let guest = format!("guest@{}.example", b.route.slug);
    let invited = of_b.call("team/invite", &[("email", &guest), ("role", "broker")]).await;
    assert_eq!(invited.status, StatusCode::OK, "{}", invited.text());
    let team = of_b.call("team/load", &[]).await.json();
    let invitation = team["invitations"][0]["id"].as_str().expect("an invitation").to_owned();
    let colleague = house.colleague_with_second_factor(&b).await.to_string();
    Two {
        a,
        b,
        of_a,
        of_b,
        property,
        photo,
        listing,
        logo,
        portrait,
        draft,
        session,
        domain,
        member,
        former,
        invitation,
        colleague,
    }
}

#[test]
fn no_route_gives_another_agency_anything() {
    run(async {
        let house = house().await;
        let mut asked = 0;
        for row in ROWS {
            // Anew for each row: some of them change or end what they are asked for.
            let mut two = two(house).await;
            let request = ask(row, &two);
            if row.audience == Audience::Storefront {
                (two.of_a, two.of_b) = (house.visitor(&two.a), house.visitor(&two.b));
            }
            // The attacker first, so that nothing is gone yet; the owner afterwards, as proof that the request was right.
            let before = checksum(&two.b).await;
            let Some(answer) = make(&mut two.of_a, row.path, &request).await else { continue };
            asked += 1;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}: {}", row.path, answer.text());
            assert!(!answer.text().contains(CANARY), "{} shows B's data", row.path);
            assert_eq!(checksum(&two.b).await, before, "{} changed B's data", row.path);
            let own = make(&mut two.of_b, row.path, &request).await.expect("the same request");
            assert!(own.status.is_success(), "{} in B's own session: {} {}", row.path, own.status, own.text());
            let shows = matches!(
                row.path,
                "/app/properties/{id}"
                    | "/app/properties/{id}/edit"
                    | "/fn/properties/load"
                    | "/fn/properties/edit"
                    | "/fn/properties/photos"
                    | "/imovel/{address}"
                    | "/fn/storefront/listing"
            ) || (row.path == "/app/properties/{id}/photos" && row.method == "GET");
            assert_eq!(own.text().contains(CANARY), shows, "{} in B's own session", row.path);
        }
        assert!(asked >= 21, "only {asked} rows could be asked for something of another agency's");
    });
}

/// How a row of one's own is asked, and what of B's stands in B's answer. Nothing: it shows nothing that is an agency's alone.
fn ones_own(row: &Access, two: &Two) -> Option<(Ask, String)> {
    let (title, name) = (CANARY.to_owned(), two.b.route.name.clone());
    let page = || Ask::Page(row.path.to_owned());
    let call = || Ask::Call(Vec::new());
    match row.path {
        "/" | "/imoveis" | "/app" | "/app/properties" => Some((page(), title)),
        // In whose frame the agency's name stands.
        "/app/properties/new"
        | "/app/settings/plan"
        | "/app/settings/store"
        | "/app/settings/brand"
        | "/app/settings/audit"
        | "/app/settings/team"
        | "/app/profile"
        | "/app/profile/leave"
        | "/entrar/agencia" => Some((page(), name)),
        "/app/settings/domains" | "/fn/domains/load" => {
            let own = format!("www.{}.example", two.b.route.slug);
            Some((if row.method == "GET" { page() } else { call() }, own))
        }
        "/app/settings/audit/export" => {
            Some((Ask::Page(format!("{}?format=jsonl", row.path)), two.b.owner.to_string()))
        }
        "/fn/audit/list" => Some((call(), two.b.owner.to_string())),
        "/fn/properties/list" | "/fn/today/load" | "/fn/storefront/landing" | "/fn/storefront/search" => {
            Some((call(), title))
        }
        "/fn/storefront/store" | "/fn/store_settings/load" | "/fn/auth/agencies" | "/fn/team/leaving" => {
            Some((call(), name))
        }
        "/fn/auth/sessions" => Some((call(), two.session.clone())),
        "/fn/team/load" => Some((call(), two.invitation.clone())),
        "/fn/properties/blank" => Some((Ask::Call(vec![("draft", two.draft.clone())]), title)),
        // Figures of a plan, what a form lacks, and a name that others may have too.
        "/fn/billing/use" | "/fn/properties/check" | "/fn/account/profile" => None,
        "/fn/auth/security" => Some((call(), two.b.email.clone())),
        // The person's, and in no agency's frame.
        "/app/profile/security" | "/app/profile/photo" | "/entrar/confirmar" => None,
        // They write, and give nothing back.
        _ if row.mutating => None,
        other => panic!("{other} is one's own: say how it is asked, and what of B's its answer holds"),
    }
}

#[test]
fn what_is_ones_own_shows_ones_own_and_nothing_of_anothers() {
    run(async {
        let house = house().await;
        let mut two = two(house).await;
        let (mut at_a, mut at_b) = (house.visitor(&two.a), house.visitor(&two.b));
        let marks = [
            CANARY.to_owned(),
            two.b.route.name.clone(),
            two.session.clone(),
            two.property.clone(),
            two.invitation.clone(),
            two.member.clone(),
        ];
        let mut asked = 0;
        for row in ROWS {
            let Ask::Own = ask(row, &two) else { continue };
            let Some((request, mark)) = ones_own(row, &two) else { continue };
            let is_public = row.audience == Audience::Storefront;
            let (of_a, of_b) = if is_public { (&mut at_a, &mut at_b) } else { (&mut two.of_a, &mut two.of_b) };
            let own = make(of_b, row.path, &request).await.expect("asked");
            assert!(own.status.is_success(), "{} in B's own session: {} {}", row.path, own.status, own.text());
            assert!(own.text().contains(&mark), "{} in B's own session lacks {mark}: {}", row.path, own.text());
            let answer = make(of_a, row.path, &request).await.expect("the same request");
            assert!(answer.status.is_success(), "{}: {} {}", row.path, answer.status, answer.text());
            for mark in &marks {
                assert!(!answer.text().contains(mark), "{} shows {mark} of B's", row.path);
            }
            asked += 1;
        }
        assert!(asked >= 18, "only {asked} rows were asked for one's own");
    });
}

/// What B's things are called by, and what nothing is called by that looks the same.
fn names(two: &Two) -> Vec<(String, String)> {
    let owner = two.b.owner.to_string();
    let logo = two.logo.trim_end_matches(".png").to_owned();
    let address = two.listing.trim_start_matches("/imovel/").to_owned();
    let team = [two.member.clone(), two.former.clone(), two.invitation.clone(), two.colleague.clone()];
    let names =
        [two.property.clone(), two.photo.id.clone(), two.session.clone(), owner, logo, address, two.domain.clone()];
    let names: Vec<String> = names.into_iter().chain(team).collect();
    let other = |name: &String| format!("{}{}", &name[..name.len() - 1], if name.ends_with('0') { '1' } else { '0' });
    names.into_iter().map(|name| (name.clone(), other(&name))).collect()
}

/// The same request for what nobody has.
fn for_nobodys(ask: &Ask, names: &[(String, String)]) -> Ask {
    let other = |text: &str| names.iter().fold(text.to_owned(), |text, (name, other)| text.replace(name, other));
    match ask {
        Ask::Page(address) => Ask::Page(other(address)),
        Ask::Call(fields) => Ask::Call(fields.iter().map(|(name, value)| (*name, other(value))).collect()),
        Ask::Upload(id) => Ask::Upload(other(id)),
        Ask::Own => Ask::Own,
        Ask::Apart => Ask::Apart,
    }
}

#[test]
fn what_is_anothers_and_what_is_nobodys_look_the_same() {
    run(async {
        let house = house().await;
        let mut two = two(house).await;
        let names = names(&two);
        let mut visitor = house.visitor(&two.a);
        let mut compared = 0;
        for row in ROWS {
            let ask = ask(row, &two);
            let none = for_nobodys(&ask, &names);
            let caller = if row.audience == Audience::Storefront { &mut visitor } else { &mut two.of_a };
            let Some(theirs) = make(caller, row.path, &ask).await else { continue };
            let none = make(caller, row.path, &none).await.expect("the same request");
            assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{}", row.path);
            // Whoever asked has typed the name, and may see it again; everything else is the same to the last byte.
            let untyped = |(status, headers, body): (StatusCode, Vec<String>, String)| {
                let body = names.iter().fold(body, |body, (a, b)| body.replace(a, "NAME").replace(b, "NAME"));
                (status, headers, body)
            };
            assert_eq!(untyped(theirs.bare()), untyped(none.bare()), "{}", row.path);
            compared += 1;
        }
        assert!(compared >= 21, "only {compared} rows were compared");
        // The comparison can fail: B's own answers are others.
        let page = format!("/app/properties/{}", two.property);
        assert_ne!(two.of_b.get(&page).await.bare(), two.of_b.get(&names[0].1).await.bare());
        let answer = two.of_b.get(&page).await;
        assert_eq!(answer.bare(), two.of_b.get(&page).await.bare(), "and what is the same is the same");
    });
}

#[test]
fn a_draft_is_its_typists_own() {
    run(async {
        let house = house().await;
        let mut two = two(house).await;
        let ask = [("draft", two.draft.as_str())];
        assert!(two.of_b.call("properties/blank", &ask).await.text().contains(CANARY), "B's own comes back");
        let mut colleague = house.member(&two.b, "broker").await;
        for caller in [&mut two.of_a, &mut colleague] {
            for function in ["properties/blank", "store_settings/load"] {
                assert!(!caller.call(function, &ask).await.text().contains(CANARY), "{function}");
            }
            let page = format!("/app/properties/new?draft={}", two.draft);
            assert!(!caller.get(&page).await.text().contains(CANARY));
        }
    });
}

#[test]
fn the_test_can_fail() {
    run(async {
        // The negative control: a colleague of B asks as A is asked for above, and gets B's canary.
        let house = house().await;
        let two = two(house).await;
        let mut colleague = house.member(&two.b, "broker").await;
        let answer = colleague.get(&format!("/app/properties/{}", two.property)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().contains(CANARY));
        let mut other = house.member(&two.a, "broker").await;
        assert!(!other.get("/app/properties").await.text().contains(CANARY));
    });
}

#[test]
fn lists_hold_only_ones_own() {
    run(async {
        let house = house().await;
        let mut two = two(house).await;
        for page in ["/app", "/app/properties", "/app/properties?q=can%C3%A1rio", "/app/profile", "/app/settings/plan"]
        {
            let answer = two.of_a.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}");
            assert!(!answer.text().contains(CANARY) && !answer.text().contains(&two.b.route.name), "{page}");
        }
        let (mut at_a, mut at_b) = (house.visitor(&two.a), house.visitor(&two.b));
        for page in ["/", "/imoveis", "/imoveis?q=canario", "/imoveis?neighborhood=vila%20mariana"] {
            assert!(!at_a.get(page).await.text().contains(CANARY), "{page} at A's storefront");
            assert!(at_b.get(page).await.text().contains(CANARY), "{page} at B's own");
        }
        // Nor does it count among what A's visitors may choose from.
        assert!(at_b.get("/imoveis").await.text().contains("Vila Mariana"));
        assert!(!at_a.get("/imoveis").await.text().contains("Vila Mariana"));
        assert!(
            two.of_b.get("/app/properties?q=CANARIO").await.text().contains(CANARY),
            "B finds its own, without accents"
        );
        let cursor = format!("/app/properties?after={}~0", two.property);
        assert!(!two.of_a.get(&cursor).await.text().contains(CANARY));
    });
}
