//! `/app/properties/{id}`: everything that is known of a property, and what was done to it.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use rust_decimal::Decimal;

use crate::audit::types::HistoryLine;
use crate::error::AppError;
use crate::properties::labels;
use crate::properties::server_fns::{ArchiveProperty, RestoreProperty, load_property};
use crate::properties::types::{Property, PropertyId, PropertyPage, Status};
use crate::properties::words::field;
use crate::today::words::action as action_name;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::values::day::format_instant;
use crate::values::money::{format_money, format_number};
use crate::words::{Lang, lang, words};

type Actions = (ServerAction<ArchiveProperty>, ServerAction<RestoreProperty>);

/// The record.
#[component]
pub fn PropertyShow() -> impl IntoView {
    let params = use_params_map();
    let (archive, restore): Actions = (ServerAction::new(), ServerAction::new());
    let id = move || params.read().get("id").and_then(|id| id.parse::<PropertyId>().ok());
    let page = Resource::new_blocking(
        move || (id(), archive.version().get(), restore.version().get()),
        |(id, _, _)| async move { load_property(id.ok_or(AppError::NotFound)?).await },
    );
    let error = Signal::derive(move || {
        archive.value().get().and_then(Result::err).or_else(|| restore.value().get().and_then(Result::err))
    });
    let content = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => record(page, (archive, restore)).into_any(),
            }
        })
    };
    view! {
        <ErrorNote error/>
        <Transition>{content}</Transition>
    }
}

fn record(page: PropertyPage, actions: Actions) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let property = page.property.clone();
    let title = if property.input.title.is_empty() { words.untitled.to_owned() } else { property.input.title.clone() };
    let status = property.input.status;
    view! {
        <Title text=format!("{} · {title}", property.code)/>
        <header class="page-head">
            <div>
                <p class="quiet">{property.code.clone()}" · "{labels::property_type(property.input.kind, lang)}</p>
                <h1>{title}</h1>
                <p><span class="badge" class:badge-good=status == Status::Active>{labels::status(status, lang)}</span>
                    {property.is_archived.then(|| view! { " "<span class="badge badge-warn">{words.is_archived}</span> })}</p>
            </div>
            {buttons(&page, actions)}
        </header>
        <div class="columns">
            <div>{facts(&property, lang)}</div>
            <aside class="aside"><h2>{words.history}</h2>
                <ul>{page.history.into_iter().map(|line| history(line, lang)).collect_view()}</ul></aside>
        </div>
    }
}

fn buttons(page: &PropertyPage, (archive, restore): Actions) -> impl IntoView + use<> {
    let words = &words().properties;
    let id = page.property.id;
    let edit = page
        .may_write
        .then(|| view! { <a class="btn btn-primary" href=format!("/app/properties/{id}/edit")>{words.edit}</a> });
    let put_away = (page.may_archive && !page.property.is_archived).then(|| {
        view! {
            <ActionForm action=archive>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn">{words.archive}</button>
            </ActionForm>
        }
    });
    let bring_back = (page.may_archive && page.property.is_archived).then(|| {
        view! {
            <ActionForm action=restore>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn">{words.restore}</button>
            </ActionForm>
        }
    });
    view! { <div class="button-row">{edit}{put_away}{bring_back}</div> }
}

fn facts(property: &Property, lang: Lang) -> impl IntoView + use<> {
    let words = &words().properties;
    let i = &property.input;
    let money = |a: Option<Decimal>| a.map(|a| format_money(a, lang));
    let area = |a: Option<Decimal>| a.map(|a| format!("{} m²", format_number(a, lang)));
    let number = |n: Option<i16>| n.map(|n| n.to_string());
    let purposes = i.purposes.iter().map(|p| labels::purpose(*p, lang)).collect::<Vec<_>>().join(", ");
    let per = |amount: Option<String>, period: Option<&'static str>| {
        amount.map(|a| format!("{a} {}", period.unwrap_or_default()))
    };
    let groups = [
        (
            words.values,
            vec![
                ("purposes", Some(purposes)),
                ("sale_price", money(i.sale_price)),
                ("rent", per(money(i.rent), Some(labels::period(i.rent_period, lang)))),
                ("season_price", money(i.season_price)),
                ("condo", money(i.condo)),
                ("iptu", per(money(i.iptu), i.iptu_period.map(|p| labels::period(p, lang)))),
            ],
        ),
        (
            words.address,
            vec![
                ("street", i.street.clone()),
                ("number", i.number.clone()),
                ("complement", i.complement.clone()),
                ("neighborhood", i.neighborhood.clone()),
                ("city", i.city.clone()),
                ("uf", i.uf.clone()),
                ("cep", i.cep.clone()),
            ],
        ),
        (
            words.features,
            vec![
                ("bedrooms", number(i.bedrooms)),
                ("suites", number(i.suites)),
                ("bathrooms", number(i.bathrooms)),
                ("lavabos", number(i.lavabos)),
                ("parking", number(i.parking)),
                ("floor", number(i.floor)),
                ("floors_total", number(i.floors_total)),
                ("year_built", number(i.year_built)),
                ("area_private", area(i.area_private)),
                ("area_total", area(i.area_total)),
                ("area_built", area(i.area_built)),
                ("area_land", area(i.area_land)),
                ("furnished", i.furnished.map(|f| labels::furnished(f, lang).to_owned())),
                ("condition", i.condition.map(|c| labels::condition(c, lang).to_owned())),
            ],
        ),
    ];
    let groups = groups.map(|(heading, facts)| {
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).map(|(name, value)| {
            view! { <div><dt>{field(name, lang)}</dt><dd>{value}</dd></div> }
        });
        view! { <section class="block"><h2>{heading}</h2><dl class="facts">{facts.collect_view()}</dl></section> }
    });
    let texts = [("description", i.description.clone()), ("internal_notes", i.internal_notes.clone())];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(move |(name, text)| {
        view! { <section class="block"><h2>{field(name, lang)}</h2><p class="measure">{text}</p></section> }
    });
    view! { {groups.into_iter().collect_view()} {texts.collect_view()} }
}

fn history(line: HistoryLine, lang: Lang) -> impl IntoView {
    let who = line.who.unwrap_or_else(|| words().today.the_program.to_owned());
    let fields = line.fields.iter().map(|name| field(name, lang)).collect::<Vec<_>>().join(", ");
    let fields = (line.action == "property.update").then_some(fields);
    view! {
        <li class="history">
            <p><strong>{who}</strong>" "{action_name(&line.action, lang)}</p>
            <p class="quiet">{fields}</p>
            <p class="quiet">{format_instant(line.at, lang)}</p>
        </li>
    }
}
