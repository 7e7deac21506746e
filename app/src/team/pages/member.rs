//! `/app/settings/team/{id}`: one member, their role, and what becomes of their records when they leave.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use crate::auth::server_fns::ResetSecondFactor;
use crate::error::AppError;
use crate::layouts::SettingsHead;
use crate::team::server_fns::{ChangeRole, DeactivateMember, HandOver, ReactivateMember, load_member};
use crate::team::types::{Help, MemberPage};
use crate::team::words::{field, of};
use crate::ui::act::{Act, ActForm, use_draft};
use crate::ui::error::ErrorPage;
use crate::ui::field::{CheckField, SelectField, TextField};
use crate::ui::form::{ErrorNote, ErrorSummary, SavedNote, SubmitButton, field_errors};
use crate::ui::portrait::Portrait;
use crate::ui::title::PageTitle;
use crate::values::fields::{FieldErrors, Fields};
use crate::words::lang;

/// The page.
#[component]
pub fn MemberShow() -> impl IntoView {
    let (params, act, draft) = (use_params_map(), Act::new(), use_draft());
    let id = move || params.read().get("id").and_then(|id| id.parse::<Uuid>().ok());
    let key = move || (id(), draft().filter(|_| act.done() == 0), act.done());
    let member = Resource::new_blocking(key, |(id, draft, _)| async move {
        match id {
            Some(id) => load_member(id, draft).await,
            None => Err(AppError::NotFound),
        }
    });
    let page = move || {
        Suspend::new(async move {
            match member.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(member) => view! { <Member member act/> }.into_any(),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

#[component]
fn Member(member: MemberPage, act: Act) -> impl IntoView {
    let (lang, error) = (lang(), act.error());
    let words = of(lang);
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let label_of = move |name: String| field(&name, lang);
    let typed = act.refused().or_else(|| member.typed.clone()).unwrap_or_default();
    let state = if member.is_active { member.role_name.clone() } else { words.inactive.to_owned() };
    view! {
        <PageTitle text=member.name.clone()/>
        <SettingsHead title=member.name.clone()/>
        <Portrait face=member.face.clone() class="portrait portrait-large"/>
        <p class="lead">{member.email.clone()}" · "{state}" · "{member.last_seen.clone()}</p>
        <p id="records">{member.records.clone()}</p>
        <SavedNote act/>
        <ErrorNote error/>
        <ErrorSummary errors label_of/>
        {(!member.roles.is_empty()).then(|| role_form(&member, &typed, (act, errors)))}
        {(!member.heirs.is_empty()).then(|| leave_form(&member, &typed, (act, errors)))}
        {member.may_reactivate.then(|| reactivate_form(member.id, act))}
        {help(&member, act)}
        {member.may_hand_over.then(|| hand_over_form(member.id, (act, errors)))}
    }
}

fn role_form(member: &MemberPage, typed: &Fields, (act, errors): (Act, Signal<FieldErrors>)) -> impl IntoView + use<> {
    let words = of(lang());
    let (id, roles) = (member.id.to_string(), member.roles.clone());
    let chosen = if typed.get("role").is_empty() { member.role.clone() } else { typed.get("role").to_owned() };
    view! {
        <section class="group">
            <h2>{words.change_role}</h2>
            <p class="quiet">{words.change_role_lead}</p>
            <ActForm act to=ChangeRole::PATH class="form">
                <input type="hidden" name="id" value=id/>
                <SelectField name="role" label=words.role value=chosen options=roles required=true errors/>
                <div class="button-row"><SubmitButton label=words.change_role pending=act.pending() look=""/></div>
            </ActForm>
        </section>
    }
}

fn leave_form(member: &MemberPage, typed: &Fields, (act, errors): (Act, Signal<FieldErrors>)) -> impl IntoView + use<> {
    let words = of(lang());
    let (id, heirs, chosen) = (member.id.to_string(), member.heirs.clone(), typed.get("heir").to_owned());
    view! {
        <section class="group">
            <h2>{words.deactivate}</h2>
            <p class="quiet">{words.deactivate_lead}</p>
            <ActForm act to=DeactivateMember::PATH class="form">
                <input type="hidden" name="id" value=id/>
                <SelectField name="heir" label=words.heir value=chosen options=heirs needed=true errors/>
                <div class="button-row"><SubmitButton label=words.deactivate pending=act.pending() look=""/></div>
            </ActForm>
        </section>
    }
}

fn reactivate_form(id: Uuid, act: Act) -> impl IntoView {
    let words = of(lang());
    view! {
        <section class="group">
            <h2>{words.reactivate}</h2>
            <p class="quiet">{words.reactivate_lead}</p>
            <ActForm act to=ReactivateMember::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <div class="button-row"><SubmitButton label=words.reactivate pending=act.pending() look=""/></div>
            </ActForm>
        </section>
    }
}

/// What an owner does for somebody who has lost their second factor, or who does it in their place.
fn help(member: &MemberPage, act: Act) -> impl IntoView + use<> {
    let (words, user) = (of(lang()), member.id.to_string());
    let way = match member.help {
        Help::None => return None,
        Help::OfThePlatform => view! { <p class="quiet">{words.second_factor_beyond}</p> }.into_any(),
        Help::Here => view! {
            <p class="quiet">{words.second_factor_lead}</p>
            <ActForm act to=ResetSecondFactor::PATH>
                <input type="hidden" name="user" value=user/>
                <div class="button-row"><SubmitButton label=words.second_factor_reset pending=act.pending() look=""/></div>
            </ActForm>
        }
        .into_any(),
    };
    Some(view! { <section class="group" id="second-factor"><h2>{words.second_factor}</h2>{way}</section> })
}

fn hand_over_form(id: Uuid, (act, errors): (Act, Signal<FieldErrors>)) -> impl IntoView {
    let words = of(lang());
    view! {
        <section class="group">
            <h2>{words.hand_over}</h2>
            <p class="quiet">{words.hand_over_lead}</p>
            <ActForm act to=HandOver::PATH class="form">
                <input type="hidden" name="id" value=id.to_string()/>
                <TextField name="password" label=words.password kind="password" autocomplete="current-password" required=true errors/>
                <CheckField name="stays" label=words.stays/>
                <div class="button-row"><SubmitButton label=words.hand_over_button pending=act.pending() look=""/></div>
            </ActForm>
        </section>
    }
}
