//! One domain: how it stands, what is to be set in its DNS, and what can be done with it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::domains::server_fns::{CheckDomain, ClaimDomain, ReleaseDomain, SetPrimary};
use crate::domains::types::{DnsRecord, DomainRow, Tone};
use crate::domains::words::words as domains;
use crate::ui::act::{Act, ActForm};
use crate::words::lang;

/// A line of the list.
#[component]
pub fn DomainItem(
    /// The domain.
    domain: DomainRow,
    /// The page's forms.
    act: Act,
) -> impl IntoView {
    let words = domains(lang());
    let (id, is_live) = (domain.id.to_string(), domain.is_live);
    let tag = |(name, tone): (String, Tone)| {
        view! { <span class="tag" class:tag-warn=tone == Tone::Warn class:tag-good=tone == Tone::Good>{name}</span> }
    };
    let tls = (!domain.tls.is_empty()).then(|| tag((domain.tls, domain.tls_tone)));
    let notes = domain.notes.into_iter().map(|note| view! { <p class="quiet">{note}</p> }).collect_view();
    let twin = domain.twin.map(|twin| {
        let label = format!("{} {twin}", words.claim_twin);
        view! {
            <ActForm act to=ClaimDomain::PATH>
                <input type="hidden" name="host" value=twin/>
                <button type="submit" class="btn btn-small">{label}</button>
            </ActForm>
        }
    });
    let choose = domain.may_be_primary.then(|| with_id::<SetPrimary>(act, &id, words.make_primary));
    view! {
        <li class="row domain">
            <div class="row-text">
                <strong>{domain.name}</strong>
                {notes}
            </div>
            {domain.is_primary.then(|| view! { <span class="tag">{words.primary}</span> })}
            {tag((domain.state, domain.tone))}
            {tls}
            {records(domain.records)}
            <div class="button-row">
                {is_live.then(|| with_id::<CheckDomain>(act, &id, words.check))}
                {choose}
                {twin}
            </div>
            {is_live.then(|| release(act, id.clone()))}
        </li>
    }
}

fn with_id<F: ServerFn>(act: Act, id: &str, label: &'static str) -> impl IntoView + use<F> {
    let id = id.to_owned();
    view! {
        <ActForm act to=F::PATH>
            <input type="hidden" name="id" value=id/>
            <button type="submit" class="btn btn-small">{label}</button>
        </ActForm>
    }
}

/// What is to be set in the DNS; each value is selected whole by one click.
fn records(records: Vec<DnsRecord>) -> impl IntoView {
    let words = domains(lang());
    (!records.is_empty()).then(|| {
        let lines = records.into_iter().map(|record| {
            view! {
                <dl class="dns">
                    <div><dt>{words.kind}</dt><dd>{record.kind}</dd></div>
                    <div><dt>{words.name}</dt><dd><code>{record.name}</code></dd></div>
                    <div><dt>{words.value}</dt><dd><code>{record.value}</code></dd></div>
                </dl>
            }
        });
        view! { <div class="dns-records"><p>{words.records}</p>{lines.collect_view()}</div> }
    })
}

fn release(act: Act, id: String) -> impl IntoView {
    let words = domains(lang());
    view! {
        <details class="release">
            <summary>{words.release}</summary>
            <p>{words.release_lead}</p>
            <ActForm act to=ReleaseDomain::PATH class="inline-form">
                <input type="hidden" name="id" value=id/>
                <label class="check">
                    <input type="checkbox" class="checkbox" name="confirmed" value="true" required=true/>
                    <span>{words.release_sure}</span>
                </label>
                <button type="submit" class="btn btn-small">{words.release}</button>
            </ActForm>
        </details>
    }
}
