//! `/confirmar/{token}`: the page behind the mail's link. Opening it changes nothing; answering does.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::layouts::EntranceLayout;
use crate::sign_up::server_fns::{ConfirmSignUp as ConfirmAction, load_question};
use crate::sign_up::types::{Asked, Question};
use crate::sign_up::words::{period, words as sign_up};
use crate::ui::act::{Act, ActForm};
use crate::ui::error::ErrorPage;
use crate::ui::field::TextField;
use crate::ui::form::{ErrorNote, SubmitButton, field_errors};
use crate::ui::title::PageTitle;
use crate::words::{lang, words};

/// What was asked for, and the question whether it is wanted.
#[component]
pub fn ConfirmSignUp() -> impl IntoView {
    let words = sign_up(lang());
    let token = use_params_map().read_untracked().get("token").unwrap_or_default();
    let question = Resource::new_blocking(|| (), {
        let token = token.clone();
        move |()| load_question(token.clone())
    });
    let page = move || {
        let token = token.clone();
        Suspend::new(async move {
            match question.await {
                Ok(question) => view! { <Answer question token/> }.into_any(),
                Err(AppError::NotFound) => {
                    crate::error::set_page_status(&AppError::NotFound);
                    view! {
                        <h1>{words.gone}</h1>
                        <p class="lead">{words.gone_lead}</p>
                        <a class="btn btn-primary" href="/cadastro">{words.title}</a>
                    }
                    .into_any()
                }
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    };
    view! {
        <PageTitle text=words.confirm/>
        <EntranceLayout><Suspense>{page}</Suspense></EntranceLayout>
    }
}

#[component]
fn Answer(
    /// What is asked.
    question: Question,
    /// What the link ended with.
    token: String,
) -> impl IntoView {
    let (all, lang) = (words(), lang());
    let words = sign_up(lang);
    if question.asked == Asked::Nothing {
        return view! {
            <h1>{words.answered}</h1>
            <p class="lead">{words.answered_lead}</p>
            <a class="btn btn-primary" href="/entrar">{all.auth.sign_in}</a>
        }
        .into_any();
    }
    let act = Act::new();
    let error = act.error();
    let errors = Signal::derive(move || error.with(|e| field_errors(e.as_ref())));
    let Question { company_name, address, email, plan, billing_period, price, asked, typed } = question;
    let next = format!("/entrar?next=/confirmar/{token}");
    let form = match asked {
        Asked::SignIn => view! {
            <p>{words.sign_in_first}</p>
            <a class="btn btn-primary" href=next>{all.auth.sign_in}</a>
        }
        .into_any(),
        _ => {
            let fields = (asked == Asked::Password).then(|| view! {
                // For password managers: under this name it is kept.
                <input type="hidden" name="username" value=email.clone() autocomplete="username"/>
                <TextField name="name" label=words.name value=typed.get("name") autocomplete="name" maxlength=160 required=true errors/>
                <TextField name="password" label=words.password kind="password" hint=words.password_hint autocomplete="new-password" maxlength=256 required=true errors/>
            });
            view! {
                <ErrorNote error/>
                <ActForm act to=ConfirmAction::PATH class="form">
                    <input type="hidden" name="token" value=token/>
                    {fields}
                    <SubmitButton label=words.make pending=act.pending()/>
                </ActForm>
            }
            .into_any()
        }
    };
    view! {
        <h1>{words.confirm}</h1>
        <p class="lead">{words.confirm_lead}</p>
        <dl class="facts">
            <div><dt>{words.company_name}</dt><dd>{company_name}</dd></div>
            <div><dt>{words.slug}</dt><dd>{address}</dd></div>
            <div><dt>{words.email}</dt><dd>{email}</dd></div>
            <div><dt>{words.plan}</dt><dd>{plan}" · "{period(billing_period, lang)}</dd></div>
            <div><dt>{words.price}</dt><dd>{price.plan}</dd></div>
            <div><dt>{words.activation_fee}</dt><dd>{price.activation}</dd></div>
            <div><dt>{words.first_invoice}</dt><dd>{price.first_invoice}</dd></div>
        </dl>
        {form}
    }
    .into_any()
}
