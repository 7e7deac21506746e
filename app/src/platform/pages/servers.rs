//! `/platform/servers`: where agencies' databases lie, and the form for another server; `/platform/servers/{name}`: one of them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::layouts::ConsoleLayout;
use crate::platform::fleet_types::{ServerLine, ServerPage, ServerSheet};
use crate::platform::fleet_words::fleet_words;
use crate::platform::labels::server;
use crate::platform::parts::{ConsoleForm, ProofFirst};
use crate::platform::server_fns::{ActivateServer, AddServer, DrainServer, SetServer, list_servers, load_server};
use crate::platform::words::console;
use crate::ui::act::Act;
use crate::ui::error::ErrorPage;
use crate::ui::field::{SelectField, TextField};
use crate::ui::form::{ErrorNote, field_errors};
use crate::ui::title::PageTitle;
use crate::values::fields::{FieldErrors, Fields};
use crate::values::query;
use crate::words::lang;

/// The database servers with what lies on them.
#[component]
pub fn ServerIndex() -> impl IntoView {
    let words = console(lang());
    let act = Act::new();
    let servers = Resource::new_blocking(move || act.done(), |_| list_servers());
    let body = move || {
        Suspend::new(async move {
            match servers.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(page) => view! { <All page act/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.servers/>
        <ConsoleLayout>
            <header class="page-head"><h1>{words.servers}</h1></header>
            <Suspense>{body}</Suspense>
        </ConsoleLayout>
    }
}

#[component]
fn All(page: ServerPage, act: Act) -> impl IntoView {
    let (words, fleet) = (console(lang()), fleet_words(lang()));
    let ServerPage { servers, form, is_proved } = page;
    let list = if servers.is_empty() {
        view! { <p class="quiet">{words.no_servers}</p> }.into_any()
    } else {
        view! { <ul class="rows">{servers.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    let add = if is_proved { view! { <AddForm form act/> }.into_any() } else { view! { <ProofFirst/> }.into_any() };
    view! {
        <ErrorNote error=act.error()/>
        {list}
        <h2>{fleet.add}</h2>
        <p class="quiet">{fleet.add_lead}</p>
        {add}
    }
}

fn row(line: ServerLine) -> impl IntoView {
    let lang = lang();
    let about = about(&line);
    view! {
        <li class="row">
            <div class="row-text">
                <strong><a href=format!("/platform/servers/{}", line.name)>{line.name.clone()}</a></strong>
                <span class="quiet">{about}</span>
            </div>
            <span class="tag" class:tag-warn=line.state != "active">{server(&line.state, lang)}</span>
        </li>
    }
}

/// What is on it, and what it holds.
fn about(line: &ServerLine) -> String {
    let (words, fleet) = (console(lang()), fleet_words(lang()));
    let size = if line.size.is_empty() { words.not_measured } else { &line.size };
    let home = if line.is_home { format!(" · {}", fleet.home) } else { String::new() };
    format!(
        "{}: {} {} {} / {} · {} {} · {size}{home}",
        words.agencies, line.agencies, fleet.of, line.soft, line.hard, line.prepared, fleet.prepared
    )
}

#[component]
fn AddForm(form: Fields, act: Act) -> impl IntoView {
    let words = fleet_words(lang());
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let [name, host, port, role, spoken, address] =
        ["name", "host", "port", "role", "tls", "address"].map(|name| form.get(name).to_owned());
    let tls = [("verify-full", words.tls_full), ("require", words.tls_require), ("prefer", words.tls_prefer)];
    let tls = tls.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <ConsoleForm act to=AddServer::PATH class="form">
            <section class="form-section">
                <div class="form-grid">
                    <TextField name="name" label=words.name value=name hint=words.name_hint required=true maxlength=40 autocomplete="off" errors/>
                    <TextField name="host" label=words.host value=host hint=words.host_hint required=true maxlength=253 autocomplete="off" errors/>
                    <TextField name="port" label=words.port value=port required=true inputmode="numeric" maxlength=5 errors/>
                    <TextField name="role" label=words.role value=role hint=words.role_hint required=true autocomplete="off" errors/>
                    <TextField name="role_password" label=words.password kind="password" hint=words.password_hint required=true autocomplete="off" errors/>
                    <SelectField name="tls" label=words.tls value=spoken options=tls required=true errors/>
                    <TextField name="address" label=words.address value=address hint=words.address_hint maxlength=300 autocomplete="off" errors/>
                </div>
                <Capacity form errors/>
                <div class="button-row"><button type="submit" class="btn btn-primary">{words.add_button}</button></div>
            </section>
        </ConsoleForm>
    }
}

#[component]
fn Capacity(form: Fields, errors: Signal<FieldErrors>) -> impl IntoView {
    let words = fleet_words(lang());
    view! {
        <div class="form-grid">
            <TextField name="soft" label=words.soft value=form.get("soft") hint=words.soft_hint required=true inputmode="numeric" maxlength=6 errors/>
            <TextField name="hard" label=words.hard value=form.get("hard") hint=words.hard_hint required=true inputmode="numeric" maxlength=6 errors/>
        </div>
    }
}

/// One server: how many agencies it takes, and whether it takes any.
#[component]
pub fn ServerShow() -> impl IntoView {
    let (params, act) = (use_params_map(), Act::new());
    let name = move || params.read().get("name").unwrap_or_default();
    let sheet = Resource::new_blocking(move || (name(), act.done()), |(name, _)| load_server(name));
    let body = move || {
        Suspend::new(async move {
            match sheet.await {
                Err(error) => view! { <ErrorPage error/> }.into_any(),
                Ok(sheet) => view! { <Sheet sheet act/> }.into_any(),
            }
        })
    };
    view! { <ConsoleLayout><Suspense>{body}</Suspense></ConsoleLayout> }
}

#[component]
fn Sheet(sheet: ServerSheet, act: Act) -> impl IntoView {
    let lang = lang();
    let words = fleet_words(lang);
    let ServerSheet { line, form } = sheet;
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let agencies = query::address("/platform/tenants", [("server", line.name.as_str())]);
    let (name, about) = (line.name.clone(), about(&line));
    view! {
        <PageTitle text=line.name.clone()/>
        <header class="page-head">
            <h1>{line.name.clone()}</h1>
            <span class="tag" class:tag-warn=line.state != "active">{server(&line.state, lang)}</span>
        </header>
        <ErrorNote error=act.error()/>
        <p>{about}</p>
        <p><a href=agencies>{words.its_agencies}</a></p>
        <h2>{words.capacity}</h2>
        <ConsoleForm act to=SetServer::PATH class="form">
            <input type="hidden" name="name" value=line.name.clone()/>
            <Capacity form errors/>
            <button type="submit" class="btn">{words.set_capacity}</button>
        </ConsoleForm>
        <Turn name state=line.state act/>
        <p><a href="/platform/servers">{words.back_to_servers}</a></p>
    }
}

/// The button that fits the server's state.
#[component]
fn Turn(name: String, state: String, act: Act) -> impl IntoView {
    let words = fleet_words(lang());
    let (to, label, lead) = match state.as_str() {
        "active" => (DrainServer::PATH, words.drain, words.drain_lead),
        "draining" => (ActivateServer::PATH, words.activate, words.activate_lead),
        _ => return ().into_any(),
    };
    view! {
        <h2>{label}</h2>
        <p class="quiet">{lead}</p>
        <ConsoleForm act to class="form">
            <input type="hidden" name="name" value=name/>
            <button type="submit" class="btn">{label}</button>
        </ConsoleForm>
    }
    .into_any()
}
