//! `/app/properties/{id}/photos`: photographs come in, are put in order, described and removed.

use leptos::ev::{DragEvent, SubmitEvent};
use leptos::html::Details;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::properties::server_fns::{DescribePhoto, MovePhoto, RemovePhoto, SetCover, list_photos};
use crate::properties::types::{AT_ONCE, Photo, PhotoId, PhotoPage, PhotoState, PropertyId};
use crate::ui::act::{Act, ActForm, is_heavier};
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::ui::icon::{Icon, IconName};
use crate::ui::poll::poll_while;
use crate::ui::refusals::Refusals;
use crate::ui::title::PageTitle;
use crate::words::words;

/// What the cards share.
#[derive(Clone, Copy)]
struct Board {
    act: Act,
    /// What is being dragged.
    dragged: RwSignal<Option<PhotoId>>,
}

/// The page.
#[component]
pub fn PropertyPhotos() -> impl IntoView {
    let params = use_params_map();
    let act = Act::new();
    let board = Board { act, dragged: RwSignal::new(None) };
    let id = move || params.read().get("id").and_then(|id| id.parse::<PropertyId>().ok());
    let page = Resource::new_blocking(
        move || (id(), act.done()),
        |(id, _)| async move { list_photos(id.ok_or(AppError::NotFound)?).await },
    );
    // Sizes are made behind the page: it looks again until they are there.
    let is_waiting = move || {
        let photos = page.get().and_then(Result::ok).map(|page| page.photos).unwrap_or_default();
        photos.iter().any(|photo| photo.state == PhotoState::Waiting)
    };
    poll_while(is_waiting, move || page.refetch());
    let content = move || {
        Suspend::new(async move {
            match page.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => grid(page, board).into_any(),
            }
        })
    };
    view! {
        <ErrorNote error=act.error()/>
        <Refusals error=act.error() field="photos"/>
        <Transition>{content}</Transition>
    }
}

fn grid(page: PhotoPage, board: Board) -> impl IntoView {
    let words = &words().properties;
    let (id, count) = (page.id, page.photos.len());
    let photos = page.photos.into_iter().enumerate();
    let cards = photos.map(|(at, photo)| card((id, photo), (at + 1, count), board)).collect_view();
    view! {
        <PageTitle text=words.photos/>
        <header class="page-head">
            <div>
                <p class="quiet"><a href=format!("/app/properties/{id}")>{page.title}</a></p>
                <h1>{words.photos}</h1>
            </div>
        </header>
        <Upload id act=board.act/>
        {if count == 0 {
            view! { <section class="empty"><h2>{words.no_photos}</h2><p>{words.no_photos_lead}</p></section> }.into_any()
        } else {
            view! { <p class="quiet">{words.order_hint}</p><ol class="photo-grid">{cards}</ol> }.into_any()
        }}
    }
}

/// A plain form: it sends the files as browsers do, with or without WASM.
#[component]
fn Upload(id: PropertyId, act: Act) -> impl IntoView {
    let words = &words().properties;
    let is_sending = RwSignal::new(false);
    // Said before minutes are spent on what the server would not take.
    let submit = move |event: SubmitEvent| {
        if is_heavier(&event, "photos", AT_ONCE) {
            event.prevent_default();
            act.refuse(AppError::TooLarge);
        } else {
            is_sending.set(true);
        }
    };
    view! {
        <form method="post" enctype="multipart/form-data" action=format!("/app/properties/{id}/photos") class="upload" on:submit=submit>
            <label class="field"><span class="field-label">{words.add_photos}</span>
                <input class="file-input" type="file" name="photos" accept="image/jpeg,image/png,image/webp" multiple=true required=true
                    aria-describedby="upload-note"/></label>
            <button type="submit" class="btn btn-primary" disabled=move || is_sending.get()>
                <Icon name=IconName::Plus/>{move || if is_sending.get() { words.sending } else { words.add_photos }}</button>
            <p class="quiet" id="upload-note">{words.add_photos_hint}</p>
        </form>
    }
}

fn card((id, photo): (PropertyId, Photo), (place, count): (usize, usize), board: Board) -> impl IntoView {
    let words = &words().properties;
    let Board { act, dragged } = board;
    let photo_id = photo.id;
    let picture = match (&photo.small, photo.state) {
        (Some(small), _) => {
            view! { <img src=small.clone() alt=photo.alt.clone() width="320" height="213" loading="lazy"/> }.into_any()
        }
        (None, PhotoState::Failed) => view! { <p class="photo-note photo-bad">{words.unreadable}</p> }.into_any(),
        (None, _) => view! { <p class="photo-note" aria-live="polite">{words.being_made}</p> }.into_any(),
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        if let Some(dropped) = dragged.get_untracked().filter(|dropped| *dropped != photo_id) {
            let values = [("id", id.to_string()), ("photo", dropped.to_string()), ("place", place.to_string())];
            act.send(MovePhoto::PATH, values.map(|(name, value)| (name.to_owned(), value)).to_vec());
        }
    };
    let step = |place: usize, label: &'static str, icon: IconName| {
        view! {
            <ActForm act to=MovePhoto::PATH>
                <Ids id photo=photo_id/>
                <input type="hidden" name="place" value=place.to_string()/>
                <button type="submit" class="btn btn-small btn-square" title=label aria-label=label><Icon name=icon/></button>
            </ActForm>
        }
    };
    let as_cover = if photo.is_cover {
        view! { <span class="tag tag-good">{words.cover}</span> }.into_any()
    } else {
        let label = words.make_cover;
        view! {
            <ActForm act to=SetCover::PATH><Ids id photo=photo_id/><button type="submit" class="btn btn-small">{label}</button></ActForm>
        }
        .into_any()
    };
    view! {
        <li class="photo-card" draggable="true" on:dragstart=move |_| dragged.set(Some(photo_id))
            on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            {picture}
            <div class="photo-actions">
                {as_cover}
                {(place > 1).then(|| step(place - 1, words.earlier, IconName::ArrowLeft))}
                {(place < count).then(|| step(place + 1, words.later, IconName::ArrowRight))}
                <RemoveButton id photo=photo_id act/>
            </div>
            <AltForm id photo act/>
        </li>
    }
}

#[component]
fn Ids(id: PropertyId, photo: PhotoId) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=id.to_string()/>
        <input type="hidden" name="photo" value=photo.to_string()/>
    }
}

/// Asks first, with or without WASM: a photograph that has gone cannot be had back.
#[component]
fn RemoveButton(id: PropertyId, photo: PhotoId, act: Act) -> impl IntoView {
    let words = &words().properties;
    let label = words.remove_photo;
    let question = NodeRef::<Details>::new();
    // The next photograph comes to stand in its place, and nobody has asked for that one to go.
    let close = move |_: SubmitEvent| {
        if let Some(question) = question.get_untracked() {
            question.set_open(false);
        }
    };
    view! {
        <details class="photo-remove" node_ref=question on:submit=close>
            <summary class="btn btn-small btn-square" title=label aria-label=label><Icon name=IconName::Trash/></summary>
            <ActForm act to=RemovePhoto::PATH>
                <Ids id photo/>
                <button type="submit" class="btn btn-small">{words.remove_photo_now}</button>
            </ActForm>
        </details>
    }
}

#[component]
fn AltForm(id: PropertyId, photo: Photo, act: Act) -> impl IntoView {
    let all = words();
    let label = all.properties.alt;
    view! {
        <ActForm act to=DescribePhoto::PATH class="photo-alt">
            <Ids id photo=photo.id/>
            <label class="field"><span class="field-label">{label}</span>
                <input class="input input-small w-full" name="alt" maxlength="140" value=photo.alt/></label>
            <button type="submit" class="btn btn-small">{all.common.save}</button>
        </ActForm>
    }
}
