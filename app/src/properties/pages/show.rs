//! `/app/properties/{id}`: everything that is known of a property, and what was done to it.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::audit::types::HistoryLine;
use crate::error::AppError;
use crate::properties::server_fns::{ArchiveProperty, RestoreProperty, load_property};
use crate::properties::types::{PropertyId, PropertyPage};
use crate::properties::words::field;
use crate::today::words::action as action_name;
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
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
    let buttons = buttons(&page, actions);
    let title = if page.title.is_empty() { words.untitled.to_owned() } else { page.title };
    let groups = page.facts.into_iter().map(|(heading, facts)| {
        let facts = facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
        view! { <section class="block"><h2>{heading}</h2><dl class="facts">{facts.collect_view()}</dl></section> }
    });
    let texts = page.texts.into_iter().map(|(name, text)| {
        view! { <section class="block"><h2>{name}</h2><p class="measure">{text}</p></section> }
    });
    view! {
        <Title text=format!("{} · {title}", page.code)/>
        <header class="page-head">
            <div>
                <p class="quiet">{page.code}" · "{page.kind}</p>
                <h1>{title}</h1>
                <p><span class="tag" class:tag-good=page.is_active>{page.status}</span>
                    {page.is_archived.then(|| view! { " "<span class="tag tag-warn">{words.is_archived}</span> })}</p>
            </div>
            {buttons}
        </header>
        <div class="columns">
            <div>{groups.collect_view()} {texts.collect_view()}</div>
            <aside class="aside"><h2>{words.history}</h2>
                <ul>{page.history.into_iter().map(|line| history(line, lang)).collect_view()}</ul></aside>
        </div>
    }
}

fn buttons(page: &PropertyPage, (archive, restore): Actions) -> impl IntoView + use<> {
    let words = &words().properties;
    let id = page.id;
    let edit = page
        .may_write
        .then(|| view! { <a class="btn btn-primary" href=format!("/app/properties/{id}/edit")>{words.edit}</a> });
    let put_away = (page.may_archive && !page.is_archived).then(|| {
        view! {
            <ActionForm action=archive>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn">{words.archive}</button>
            </ActionForm>
        }
    });
    let bring_back = (page.may_archive && page.is_archived).then(|| {
        view! {
            <ActionForm action=restore>
                <input type="hidden" name="id" value=id.to_string()/>
                <button type="submit" class="btn">{words.restore}</button>
            </ActionForm>
        }
    });
    view! { <div class="button-row">{edit}{put_away}{bring_back}</div> }
}

fn history(line: HistoryLine, lang: Lang) -> impl IntoView {
    let who = line.who.unwrap_or_else(|| words().today.the_program.to_owned());
    let fields = line.fields.iter().map(|name| field(name, lang)).collect::<Vec<_>>().join(", ");
    let fields = (line.action == "property.update").then_some(fields);
    view! {
        <li class="history">
            <p><strong>{who}</strong>" "{action_name(&line.action, lang)}</p>
            <p class="quiet">{fields}</p>
            <p class="quiet">{line.at}</p>
        </li>
    }
}
