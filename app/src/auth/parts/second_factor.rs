//! One's own second factor: off, being turned on, or on with its recovery codes. Made on the server alone.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::CodeField;
use crate::auth::server_fns::{ConfirmSecondFactor, ProposeSecondFactor, RemoveSecondFactor, RenewRecoveryCodes};
use crate::auth::types::{Offer, Security};
use crate::auth::words::{SecondFactor, codes_left, second_factor};
use crate::ui::act::{Act, ActForm};
use crate::ui::field::TextField;
use crate::ui::form::{SubmitButton, field_errors};
use crate::words::{lang, words};

/// The section. What is wrong and belongs to none of its fields is said by the page.
#[component]
pub fn SecondFactorPart(
    /// What there is.
    security: Security,
    /// The page's forms.
    act: Act,
    /// The page's address: whoever has to prove who they are comes back to it.
    page: &'static str,
    /// Who helps whoever has lost it.
    lost: &'static str,
) -> impl IntoView {
    let (all, words) = (words(), second_factor(lang()));
    let Security { is_on, since, codes_left: left, offer, codes, is_proved, reminder, is_due, .. } = security;
    let way = (!is_proved).then(|| view! { <ProofWay page/> });
    let body = match (is_on, offer) {
        (true, _) => view! {
            <p><span class="tag tag-good">{words.is_on}" "{since}</span></p>
            {(!codes.is_empty()).then(|| new_codes(codes, words))}
            <p>{codes_left(left, lang())}</p>
            {is_proved.then(|| renew(act, words))}
            {way}
            <RemoveForm act/>
        }
        .into_any(),
        (false, Some(offer)) => view! { <OfferForm offer act/> }.into_any(),
        (false, None) => view! {
            <p>{words.is_off}</p>
            {is_proved.then(|| view! {
                <ActForm act to=ProposeSecondFactor::PATH>
                    <button type="submit" class="btn btn-primary">{words.begin}</button>
                </ActForm>
            })}
            {way}
        }
        .into_any(),
    };
    view! {
        <section class="group" id="second-factor">
            <h2>{all.auth.security}</h2>
            {reminder.map(|text| view! { <p class="alert-box alert-warn" role="status">{text}</p> })}
            <p class="quiet">{words.lead}</p>
            {body}
            {(!is_due).then(|| view! { <p class="quiet">{lost}</p> })}
        </section>
    }
}

/// The way to prove who one is, and back.
#[component]
pub fn ProofWay(
    /// The page's address.
    page: &'static str,
) -> impl IntoView {
    let words = second_factor(lang());
    let href = format!("/entrar/confirmar?next={page}");
    view! { <p class="quiet">{words.needs_proof}</p> <p><a class="btn" href=href>{words.prove}</a></p> }
}

/// Codes that are on the page this once.
fn new_codes(codes: Vec<String>, words: &'static SecondFactor) -> impl IntoView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <div class="alert-box alert-good" role="status">
            <h3>{words.codes}</h3>
            <p>{words.codes_lead}</p>
            <ul class="codes">{codes}</ul>
        </div>
    }
}

fn renew(act: Act, words: &'static SecondFactor) -> impl IntoView {
    view! {
        <ActForm act to=RenewRecoveryCodes::PATH>
            <p class="quiet">{words.codes_renew_lead}</p>
            <button type="submit" class="btn">{words.codes_renew}</button>
        </ActForm>
    }
}

/// A secret to be taken into an app, and the field for its first code.
#[component]
fn OfferForm(offer: Offer, act: Act) -> impl IntoView {
    let words = second_factor(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let (side, Offer { path, letters, .. }) = (offer.side, offer);
    view! {
        <p>{words.scan}</p>
        <svg class="squares" viewBox=format!("0 0 {side} {side}") role="img" aria-label=words.squares shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
        <p>{words.letters}":"<br/><code id="letters">{letters}</code></p>
        <ActForm act to=ConfirmSecondFactor::PATH class="form">
            <CodeField hint=words.letters_hint errors/>
            <div class="button-row"><SubmitButton label=words.turn_on pending=act.pending()/></div>
        </ActForm>
        <ActForm act to=ProposeSecondFactor::PATH>
            <button type="submit" class="btn btn-small">{words.another}</button>
        </ActForm>
    }
}

/// Password and code, whenever they were given last.
#[component]
fn RemoveForm(act: Act) -> impl IntoView {
    let (all, words) = (words(), second_factor(lang()));
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    view! {
        <h3>{words.turn_off}</h3>
        <p class="quiet">{words.turn_off_lead}</p>
        <ActForm act to=RemoveSecondFactor::PATH class="form">
            <TextField name="password" label=all.auth.password kind="password" autocomplete="current-password" required=true errors/>
            <CodeField hint=words.code_hint errors/>
            <div class="button-row"><SubmitButton label=words.turn_off look="btn-small" pending=act.pending()/></div>
        </ActForm>
    }
}
