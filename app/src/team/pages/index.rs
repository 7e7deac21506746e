//! `/app/settings/team`: who is in the team, who is invited, and a form to invite.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::A;

use crate::access::Role;
use crate::layouts::SettingsHead;
use crate::team::server_fns::{Invite, ResendInvitation, RevokeInvitation, load_team};
use crate::team::types::{InvitationRow, MemberRow, TeamPage};
use crate::team::words::{field, of};
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::field::{SelectField, TextField};
use crate::ui::form::{ErrorNote, ErrorSummary, SavedNote, SubmitButton, field_errors};
use crate::ui::portrait::Portrait;
use crate::ui::title::PageTitle;
use crate::words::lang;

/// The page.
#[component]
pub fn TeamIndex() -> impl IntoView {
    let words = of(lang());
    let (act, draft) = (Act::new(), use_draft());
    let key = move || (draft().filter(|_| act.done() == 0), act.done());
    let team = Resource::new_blocking(key, |(draft, _)| load_team(draft));
    let page = move || {
        Suspend::new(async move {
            match team.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(team) => view! { <Team team act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.title/>
        <SettingsHead title=words.title.to_owned()/>
        <p class="lead">{words.lead}</p>
        <Transition>{page}</Transition>
    }
}

#[component]
fn Team(team: TeamPage, act: Act) -> impl IntoView {
    let words = of(lang());
    let TeamPage { members, invitations, seats, is_full, roles, typed } = team;
    let way_on = is_full.then(|| view! { " "<a href="/app/settings/plan">{words.plan}</a> });
    let open = if invitations.is_empty() {
        view! { <p class="quiet">{words.no_invitations}</p> }.into_any()
    } else {
        view! { <ul class="rows">{invitations.into_iter().map(|row| invitation(row, act)).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <SavedNote act/>
        <ErrorNote error=act.error()/>
        <section class="group">
            <h2>{words.members}</h2>
            <p class="quiet" id="seats">{seats}{way_on}</p>
            <ul class="rows" id="members">{members.into_iter().map(member).collect_view()}</ul>
        </section>
        <section class="group">
            <h2>{words.invitations}</h2>
            {open}
        </section>
        <InviteForm roles typed act/>
    }
}

fn member(row: MemberRow) -> impl IntoView {
    let inactive = of(lang()).inactive;
    view! {
        <li class="row">
            <Portrait face=row.face/>
            <div class="row-text">
                <strong><A href=format!("/app/settings/team/{}", row.id)>{row.name}</A></strong>
                <span class="quiet">{row.email}" · "{row.last_seen}</span>
            </div>
            <span class="tag">{if row.is_active { row.role } else { inactive.to_owned() }}</span>
        </li>
    }
}

fn invitation(row: InvitationRow, act: Act) -> impl IntoView {
    let words = of(lang());
    view! {
        <li class="row">
            <div class="row-text">
                <strong>{row.email}</strong>
                <span class="quiet">{row.role}" · "{row.until}</span>
            </div>
            <div class="button-row">
                <ActForm act to=ResendInvitation::PATH>
                    <input type="hidden" name="id" value=row.id.to_string()/>
                    <button type="submit" class="btn btn-small">{words.resend}</button>
                </ActForm>
                <ActForm act to=RevokeInvitation::PATH>
                    <input type="hidden" name="id" value=row.id.to_string()/>
                    <button type="submit" class="btn btn-small">{words.revoke}</button>
                </ActForm>
            </div>
        </li>
    }
}

#[component]
fn InviteForm(roles: Vec<(String, String)>, typed: Option<crate::values::fields::Fields>, act: Act) -> impl IntoView {
    let (lang, error) = (lang(), act.error());
    let words = of(lang);
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let label_of = move |name: String| field(&name, lang);
    let form = act.refused().or(typed).unwrap_or_default();
    // Whom agencies invite most, and not the role that may do most.
    let role = Some(form.get("role")).filter(|role| !role.is_empty()).unwrap_or(Role::Broker.as_str()).to_owned();
    view! {
        <section class="group">
            <h2>{words.invite}</h2>
            <p class="quiet">{words.invite_lead}</p>
            <ErrorSummary errors label_of/>
            <ActForm act to=Invite::PATH class="form">
                <div class="form-grid">
                    <TextField name="email" label=words.email kind="email" value=form.get("email") required=true maxlength=254 errors/>
                    <SelectField name="role" label=words.role value=role options=roles required=true errors/>
                </div>
                <div class="button-row"><SubmitButton label=words.invite_button pending=act.pending()/></div>
            </ActForm>
        </section>
    }
}
