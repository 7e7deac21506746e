//! One's own open sessions, and how to end them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::{EndOtherSessions, EndSession, list_sessions};
use crate::auth::types::SessionLine;
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::form::ErrorNote;
use crate::words::words;

/// The list.
#[component]
pub fn SessionsPart(
    /// The page's forms.
    act: Act,
) -> impl IntoView {
    let words = &words().auth;
    let sessions = Resource::new_blocking(move || act.done(), |_| list_sessions());
    let list = move || {
        Suspend::new(async move {
            match sessions.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(all) => {
                    let has_others = all.len() > 1;
                    let rows = all.into_iter().map(|line| session_row(line, act)).collect_view();
                    view! { <ul class="rows">{rows}</ul> {has_others.then(|| end_others(act))} }.into_any()
                }
            }
        })
    };
    view! {
        <section class="group" id="sessions">
            <h2>{words.sessions}</h2>
            <p class="quiet">{words.sessions_lead}</p>
            <ErrorNote error=act.error()/>
            <Transition>{list}</Transition>
        </section>
    }
}

fn end_others(act: Act) -> impl IntoView {
    view! {
        <ActForm act to=EndOtherSessions::PATH>
            <button type="submit" class="btn">{words().auth.end_others}</button>
        </ActForm>
    }
}

fn session_row(line: SessionLine, act: Act) -> impl IntoView {
    let words = &words().auth;
    view! {
        <li class="row">
            <div class="row-text">
                <strong>{line.device}</strong>
                <span class="quiet">{line.ip_address}" · "{words.since}" "{line.since}" · "{words.last_used}" "{line.last_used}</span>
            </div>
            {if line.is_this {
                view! { <span class="tag">{words.this_session}</span> }.into_any()
            } else {
                view! {
                    <ActForm act to=EndSession::PATH>
                        <input type="hidden" name="id" value=line.id/>
                        <button type="submit" class="btn btn-small">{words.end_session}</button>
                    </ActForm>
                }
                .into_any()
            }}
        </li>
    }
}
