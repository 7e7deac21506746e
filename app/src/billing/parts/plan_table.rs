//! Every plan side by side; on a phone one below the other.

use leptos::prelude::*;
use rust_decimal::Decimal;

use crate::billing::features::Feature;
use crate::billing::types::Plan;
use crate::billing::words::feature;
use crate::values::money::format_money;
use crate::values::query::address;
use crate::words::{Lang, lang, words};

/// The plans as cards.
#[component]
pub fn PlanTable(
    /// The plans, cheapest first.
    plans: Vec<Plan>,
    /// What the way to begin with one of them is called, before its name; none where there is nothing to begin.
    #[prop(optional)]
    begin: Option<&'static str>,
) -> impl IntoView {
    let lang = lang();
    let cards = plans.into_iter().map(|plan| card(plan, begin, lang));
    view! { <div class="plans">{cards.collect_view()}</div> }
}

fn card(plan: Plan, begin: Option<&'static str>, lang: Lang) -> impl IntoView {
    let words = &words().billing;
    let money =
        move |amount: Decimal| if amount.is_zero() { words.free.to_owned() } else { format_money(amount, lang) };
    let properties = plan.max_properties.map_or(words.unlimited.to_owned(), |max| max.to_string());
    let trainings = match plan.feature("trainings") {
        "0" => match plan.feature("training_price").parse() {
            Ok(price) => format_money(price, lang),
            Err(_) => words.paid.to_owned(),
        },
        number => format!("{number} {}", words.free),
    };
    let lines = Feature::ALL.map(|of| {
        let (has, name) = (plan.feature(of.as_str()) == "true", feature(of, lang));
        let (class, said) = if has { ("has", words.included) } else { ("has-not", words.not_included) };
        view! { <li class=class>{name}<span class="sr-only">": "{said}</span></li> }
    });
    let begin = begin.map(|begin| {
        let href = address("/cadastro", [("plan", plan.name.as_str())]);
        view! { <a class="btn" href=href>{begin}" "{plan.display_name.clone()}</a> }
    });
    view! {
        <section class="plan">
            <h2>{plan.display_name.clone()}</h2>
            <p class="plan-price"><strong>{money(plan.price_monthly)}</strong>" "{words.monthly}</p>
            <p class="quiet">{money(plan.price_yearly)}" "{words.yearly}</p>
            <dl class="plan-facts">
                <div><dt>{words.users_included}</dt><dd>{plan.max_users}</dd></div>
                <div><dt>{words.additional_user}</dt><dd>{money(plan.additional_user_price)}</dd></div>
                <div><dt>{words.properties}</dt><dd>{properties}</dd></div>
                <div><dt>{words.activation_fee}</dt><dd>{money(plan.activation_fee)}</dd></div>
                <div><dt>{words.trainings}</dt><dd>{trainings}</dd></div>
            </dl>
            <ul class="plan-features">{lines.collect_view()}</ul>
            {begin}
        </section>
    }
}
