//! What somebody was shown at sign-up is what they buy.

use super::*;

/// Somebody's wish for an agency on this plan.
async fn sign_up(new: &NewTenant, email: &str) -> SignUpId {
    let (bed, made) = (bed().await, std::sync::OnceLock::new());
    let wanted = Wanted {
        company_name: &new.name,
        slug: &new.slug,
        email,
        plan: &new.plan,
        billing_period: "yearly",
        terms_version: "1",
        ip: new
            .slug
            .bytes()
            .fold(std::net::Ipv4Addr::LOCALHOST, |ip, byte| {
                std::net::Ipv4Addr::from_bits(ip.to_bits().rotate_left(5) ^ u32::from(byte))
            })
            .into(),
        at: OffsetDateTime::now_utc(),
    };
    let letter = |id| {
        made.set(id).expect("one letter");
        Letter { name: String::new(), subject: "x".into(), text: "x".into(), html: "x".into() }
    };
    sign_ups::request(bed.deployment.central(), bed.deployment.key(), &wanted, letter).await.expect("asked for");
    made.into_inner().expect("a letter")
}

/// What the first invoice of who answers comes to.
async fn answer(id: SignUpId) -> Decimal {
    let (bed, answerer) = (bed().await, Answerer::New { name: "Ana Nova", password_hash: PASSWORD_HASH });
    let at = OffsetDateTime::now_utc();
    let (central, key) = (bed.deployment.central(), bed.deployment.key());
    let begun = sign_ups::confirm(central, key, id, answerer, at).await.expect("answered");
    let tenant = bed.deployment.provisioner().run_to_end(begun.operation).await.expect("made");
    invoices::list(central, tenant, 10).await.expect("listed")[0].total
}

#[test]
fn who_has_signed_up_pays_what_was_shown_whatever_is_published_before_the_answer() {
    run(async {
        let (central, plan) = (central().await, format!("p{}", &uuid::Uuid::now_v7().simple().to_string()[20..]));
        let make = "insert into subscription_plans (id, name, display_name, sort_order) values ($1, $2, 'Novo', 9)";
        let make = sqlx::query(make).bind(uuid::Uuid::now_v7()).bind(&plan);
        make.execute(&mut root().await).await.expect("made");
        let publish = |monthly: i64, fee: i64| {
            let new = NewVersion {
                plan: plan.clone(),
                follows: None,
                price_monthly: Decimal::from(monthly),
                price_yearly: Decimal::from(monthly * 12),
                max_users: 2,
                max_properties: None,
                additional_user_price: Decimal::ZERO,
                activation_fee: Decimal::from(fee),
                features: serde_json::json!({}),
                valid_from: OffsetDateTime::now_utc() - Duration::seconds(1),
            };
            async move { plans::publish_version(central, &new, By::default()).await.expect("published") }
        };
        let of_plan = || NewTenant { plan: plan.clone(), ..new_tenant() };
        let (early, again, late) = (of_plan(), of_plan(), of_plan());
        publish(100, 50).await;
        let first = sign_up(&early, &early.admin_email).await;
        assert_eq!(sign_up(&early, &early.admin_email).await, first, "the same once more is the same");
        let before = sign_up(&again, &again.admin_email).await;
        publish(200, 90).await;
        let shown = sign_ups::find(central, first, OffsetDateTime::now_utc()).await.expect("read").expect("there").plan;
        assert_eq!((shown.price_yearly, shown.activation_fee), (cents(1200, 0), cents(50, 0)), "as it was shown");
        let after = sign_up(&again, &again.admin_email).await;
        assert_ne!(after, before, "who fills the form in again has seen other prices, and gets another link");
        let second = sign_up(&late, &late.admin_email).await;
        assert_eq!(answer(first).await, cents(1250, 0));
        assert_eq!(answer(after).await, cents(2490, 0));
        assert_eq!(answer(second).await, cents(2490, 0));
        let made = agency_of(of_plan()).await;
        assert_eq!(invoices_of(&made).await[0].total, cents(290, 0), "who is made by a command buys what is sold");
        let unknown = NewTenant { plan: "nenhum".into(), ..new_tenant() };
        let wanted = Wanted {
            company_name: &unknown.name,
            slug: &unknown.slug,
            email: &unknown.email,
            plan: &unknown.plan,
            billing_period: "monthly",
            terms_version: "1",
            ip: [203, 0, 113, 77].into(),
            at: OffsetDateTime::now_utc(),
        };
        let letter = |_| unreachable!("nobody is asked");
        let refused = sign_ups::request(central, bed().await.deployment.key(), &wanted, letter).await;
        assert!(matches!(refused, Err(RefusedSignUp::UnknownPlan)), "{refused:?}");
    });
}
