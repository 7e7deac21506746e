//! `/app/properties/{id}`: everything that is known of a property, and what was done to it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::audit::types::HistoryLine;
use crate::audit::words::action as action_name;
use crate::auth::types::Me;
use crate::error::AppError;
use crate::properties::parts::MissingList;
use crate::properties::server_fns::{
    ArchiveProperty, FeatureProperty, PublishProperty, RestoreProperty, UnpublishProperty, load_property,
};
use crate::properties::types::{PropertyId, PropertyPage, Publication};
use crate::properties::words::field;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::icon::{Icon, IconName};
use crate::ui::title::PageTitle;
use crate::words::{Lang, lang, words};

/// A form of one button, which says only which property is meant.
#[component]
fn OneButton(act: Act, to: &'static str, id: PropertyId, label: &'static str, look: &'static str) -> impl IntoView {
    view! {
        <ActForm act to>
            <input type="hidden" name="id" value=id.to_string()/>
            <button type="submit" class=look>{label}</button>
        </ActForm>
    }
}

/// The record.
#[component]
pub fn PropertyShow() -> impl IntoView {
    let params = use_params_map();
    let act = Act::new();
    let id = move || params.read().get("id").and_then(|id| id.parse::<PropertyId>().ok());
    let page = Resource::new_blocking(
        move || (id(), act.done()),
        |(id, _)| async move { load_property(id.ok_or(AppError::NotFound)?).await },
    );
    let content = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => record(page, act).into_any(),
            }
        })
    };
    view! {
        <ErrorNote error=act.error()/>
        <Transition>{content}</Transition>
    }
}

fn record(page: PropertyPage, act: Act) -> impl IntoView {
    let (words, lang) = (&words().properties, lang());
    let (id, may) = (page.id, page.may);
    let buttons = buttons(&page, act);
    let site = (!page.is_archived).then(|| site(page.publication, (id, may.publish), act));
    let title = if page.title.is_empty() { words.untitled.to_owned() } else { page.title };
    let groups = page.facts.into_iter().map(|(heading, facts)| {
        let facts = facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
        view! { <section class="group"><h2>{heading}</h2><dl class="facts">{facts.collect_view()}</dl></section> }
    });
    let texts = page.texts.into_iter().map(|(name, text)| {
        view! { <section class="group"><h2>{name}</h2><p class="measure">{text}</p></section> }
    });
    let photos = page.photos.into_iter().filter_map(|photo| Some((photo.small?, photo.alt)));
    let photos = photos.map(|(src, alt)| view! { <img src=src alt=alt width="320" height="213" loading="lazy"/> });
    view! {
        <PageTitle text=format!("{} · {title}", page.code)/>
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
            <div><div class="photo-strip">{photos.collect_view()}</div> {groups.collect_view()} {texts.collect_view()}</div>
            <aside class="aside">
                {site}
                <h2>{words.history}</h2>
                <ul>{page.history.into_iter().map(|line| history(line, lang)).collect_view()}</ul>
            </aside>
        </div>
    }
}

fn buttons(page: &PropertyPage, act: Act) -> impl IntoView + use<> {
    let words = &words().properties;
    let (id, may) = (page.id, page.may);
    let edit = (may.write && !page.is_archived).then(|| {
        view! {
            <a class="btn" href=format!("/app/properties/{id}/photos")><Icon name=IconName::Camera/>{words.photos}</a>
            <a class="btn btn-primary" href=format!("/app/properties/{id}/edit")>{words.edit}</a>
        }
    });
    let put_away = (may.archive && !page.is_archived)
        .then(|| view! { <OneButton act to=ArchiveProperty::PATH id label=words.archive look="btn"/> });
    let bring_back = (may.archive && page.is_archived)
        .then(|| view! { <OneButton act to=RestoreProperty::PATH id label=words.restore look="btn"/> });
    view! { <div class="button-row">{put_away}{bring_back}{edit}</div> }
}

/// Whether visitors see it, and what is missing before they may.
fn site(publication: Publication, (id, may): (PropertyId, bool), act: Act) -> impl IntoView {
    let words = &words().properties;
    let is_ready = publication.missing.is_empty();
    let edit = format!("/app/properties/{id}/edit");
    let state = if publication.is_published {
        let front = use_context::<Me>().map(|me| me.storefront).unwrap_or_default();
        let (href, shown) = (format!("{front}{}", publication.path), publication.is_featured);
        view! {
            <p><span class="tag tag-good">{words.is_published}</span>
                {shown.then(|| view! { " "<span class="tag">{words.is_featured}</span> })}</p>
            <p><a href=href rel="external">{words.see_on_site}</a></p>
        }
        .into_any()
    } else if is_ready {
        view! { <p>{words.is_ready}</p> }.into_any()
    } else {
        view! { <p>{words.not_ready}</p><MissingList missing=publication.missing edit/> }.into_any()
    };
    let put_on = (may && is_ready && !publication.is_published)
        .then(|| view! { <OneButton act to=PublishProperty::PATH id label=words.publish look="btn btn-primary"/> });
    let take_off = (may && publication.is_published).then(|| {
        let label = if publication.is_featured { words.unfeature } else { words.feature };
        view! {
            <ActForm act to=FeatureProperty::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="featured" value=(!publication.is_featured).to_string()/>
                <button type="submit" class="btn btn-small">{label}</button>
            </ActForm>
            <OneButton act to=UnpublishProperty::PATH id label=words.unpublish look="btn btn-small"/>
        }
    });
    view! {
        <section class="site-panel">
            <h2>{words.site}</h2>
            {state}
            {publication.few_photos.then(|| view! { <p class="quiet">{words.few_photos}</p> })}
            <div class="button-row">{put_on}{take_off}</div>
        </section>
    }
}

fn history(line: HistoryLine, lang: Lang) -> impl IntoView {
    let who = line.who.unwrap_or_else(|| words().today.the_program.to_owned());
    let fields = line.fields.iter().map(|name| field(name, lang)).collect::<Vec<_>>().join(", ");
    let fields = matches!(line.action.as_str(), "property.update" | "property.photos").then_some(fields);
    view! {
        <li class="history">
            <p><strong>{who}</strong>" "{action_name(&line.action, lang)}</p>
            <p class="quiet">{fields}</p>
            <p class="quiet">{line.at}</p>
        </li>
    }
}
