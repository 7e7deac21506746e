//! From a wish to an agency: what the form asks for, the mail that asks back, and the answer to it.

use tenancy::billing;
use tenancy::central::accounts;
use tenancy::central::mails::Letter;
use tenancy::central::operation_log;
use tenancy::central::sessions::{self, Signed};
use tenancy::central::sign_up_room;
use tenancy::central::sign_ups::{self, Answerer, RefusedAnswer, RefusedSignUp, SignUp, Wanted};
use tenancy::central::slugs;
use tenancy::{PersonId, SignUpId, line_of};
use uuid::Uuid;

use super::rules;
use super::types::{Asked, Period, Price, Progress, ProgressStep, Question, SignUpPage, SlugVerdict};
use super::words;
use crate::auth::rules::check_new_password;
use crate::caller::{Request, Who};
use crate::error::AppError;
use crate::outside::mail::Writing;
use crate::state::House;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::money::format_money;
use crate::values::slug::slugify;
use crate::values::text;
use crate::words::{Lang, problem};

/// Up to which number names like a taken one are tried.
const OTHERS: u32 = 20;

/// What the form begins with.
///
/// # Errors
/// The database's.
pub async fn page(house: &House, typed: Fields) -> Result<SignUpPage, AppError> {
    let suffix = format!(".{}{}", house.settings.base_host, house.settings.base_port);
    Ok(SignUpPage { typed, plans: crate::billing::plans::list(house).await?, suffix })
}

/// Whether a name may be had: one that can be no name may not, and why is said. Of an agency's name alone the first one that is
/// free is made. A line looks as often as somebody types, and no oftener (ISO-29); one statement asks for all names at once.
///
/// # Errors
/// [`AppError::TooMany`] from the throttle; the database's.
pub async fn check_slug(
    house: &House,
    (typed, company_name): (&str, &str),
    request: &Request,
) -> Result<SlugVerdict, AppError> {
    let now = house.clock.now();
    match house.looks.count(line_of(request.ip), now).await {
        Some(wait) if !house.settings.only_counts => return Err(AppError::TooMany(wait)),
        _ => {}
    }
    let (is_chosen, lang) = (!typed.trim().is_empty(), crate::words::lang());
    let wanted = if is_chosen { typed.trim().to_lowercase() } else { slugify(company_name) };
    let wanted: String = if is_chosen { wanted } else { wanted.chars().take(40).collect() };
    let cannot_be = |slug: String, why| SlugVerdict { slug, is_free: false, said: problem(&why, lang) };
    let slug = match rules::slug(wanted.trim_end_matches('-'), true) {
        // Nothing was typed yet, or nothing that a name could be made of: there is nothing to say.
        Err(Problem::Required) => return Ok(SlugVerdict { slug: String::new(), is_free: false, said: String::new() }),
        Err(why) => return Ok(cannot_be(wanted, why)),
        Ok(slug) if is_chosen && slugs::is_reserved(&slug) => return Ok(cannot_be(slug, Problem::Reserved)),
        Ok(slug) => slug,
    };
    let address = |slug: &str| format!("{slug}.{}", house.settings.base_host);
    let others = (2..OTHERS).map(|number| rules::next_slug(&slug, number));
    let names: Vec<String> = std::iter::once(slug.clone()).chain(others).collect();
    let free = slugs::free_among(&house.central, &names, now).await?.into_iter().next();
    Ok(match free {
        Some(free) if free == slug || !is_chosen => {
            SlugVerdict { said: words::is_free(&address(&free), lang), slug: free, is_free: true }
        }
        other => SlugVerdict { said: words::is_taken(&address(&slug), other.as_deref(), lang), slug, is_free: false },
    })
}

fn not_reserved(slug: &str) -> Result<(), AppError> {
    if slugs::is_reserved(slug) { Err(AppError::invalid("slug", Problem::Reserved)) } else { Ok(()) }
}

/// Writes down what the form asks for, with the mail that asks whether it is wanted. Gives the mail's identifier.
///
/// Known and unknown addresses get the same page, and another mail (AUTH-03).
///
/// # Errors
/// [`AppError::Invalid`] for the form, [`AppError::TooMany`] from the throttle.
pub async fn request(house: &House, form: &Fields, request: &Request) -> Result<Uuid, AppError> {
    let input = rules::parse(form)?;
    not_reserved(&input.slug)?;
    let lang = crate::words::lang();
    let is_known = tenancy::central::people::find_credentials(&house.central, &input.email).await?.is_some();
    let wanted = Wanted {
        company_name: &input.company_name,
        slug: &input.slug,
        email: &input.email,
        plan: &input.plan,
        billing_period: input.billing_period.as_str(),
        terms_version: rules::TERMS_VERSION,
        ip: request.ip,
        at: house.clock.now(),
    };
    let address = house.settings.storefront_url(&input.slug, None);
    let letter = |id: SignUpId| {
        let link = house.settings.address(&format!("/confirmar/{}", sign_ups::token(&house.key, id)));
        letter((&input.company_name, &address), link, is_known, lang)
    };
    sign_ups::request(&house.central, &house.key, &wanted, letter).await.map_err(|refused| match refused {
        RefusedSignUp::SlugTaken => AppError::invalid("slug", Problem::Taken),
        RefusedSignUp::UnknownPlan => AppError::invalid("plan", Problem::NotAChoice),
        RefusedSignUp::Wait(time) => AppError::TooMany(u32::try_from(time.whole_seconds().max(1)).unwrap_or(u32::MAX)),
        RefusedSignUp::Database(error) => error.into(),
    })
}

/// The mail that asks whether an agency is wanted: of somebody new, or of somebody who is known.
fn letter((company, address): (&str, &str), link: String, is_known: bool, lang: Lang) -> Letter {
    let words = words::words(lang);
    let subject = if is_known { words.mail_known_subject } else { words.mail_subject };
    let [asked, way, otherwise] = words::mail(company, address, is_known, lang);
    let writing = Writing {
        lang,
        name: String::new(),
        subject: subject.to_owned(),
        lines: vec![asked, way],
        link: Some((words.confirm.to_owned(), link)),
        after: vec![otherwise],
    };
    writing.write()
}

/// Where a mail lies that is not sent: outside production, and where no mail server is named.
pub fn mail_file(house: &House, mail: Uuid) -> Option<String> {
    let file = house.mailer.file_of(mail).filter(|_| !house.settings.production)?;
    Some(file.display().to_string())
}

/// What the page behind a mail's link asks.
///
/// # Errors
/// [`AppError::NotFound`] when the link is not good, or no longer.
pub async fn question(house: &House, token: &str, who: &Who, typed: Fields) -> Result<Question, AppError> {
    let (_, asked) = find(house, token).await?;
    Ok(Question {
        address: house.settings.storefront_url(&asked.slug, None),
        billing_period: Period::parse(&asked.billing_period).unwrap_or_default(),
        price: price(&asked, crate::words::lang()),
        asked: what_is_asked(&asked, who),
        company_name: asked.company_name,
        plan: asked.plan.display_name,
        email: asked.email,
        typed,
    })
}

/// What the answer costs: as the plan was sold when it was asked for.
fn price(asked: &SignUp, lang: Lang) -> Price {
    let (plan, words) = (&asked.plan, words::words(lang));
    let period = billing::Period::parse(&asked.billing_period).unwrap_or(billing::Period::Monthly);
    let (price, fee) = (plan.prices().plan(period), plan.activation_fee);
    let activation =
        if fee.is_zero() { words.no_activation.to_owned() } else { words::once(&format_money(fee, lang), lang) };
    Price {
        plan: words::price(&format_money(price, lang), period == billing::Period::Yearly, lang),
        activation,
        first_invoice: words::first_invoice(&format_money(price + fee, lang), billing::DUE.whole_days(), lang),
    }
}

fn what_is_asked(sign_up: &SignUp, who: &Who) -> Asked {
    let is_theirs = person_of(who).is_some_and(|(_, email)| email.is_none_or(|email| email == sign_up.email));
    match (sign_up.confirmed_by, sign_up.is_known) {
        (Some(_), _) => Asked::Nothing,
        (None, false) => Asked::Password,
        (None, true) if is_theirs => Asked::Yes,
        (None, true) => Asked::SignIn,
    }
}

/// Who is signed in, and under which e-mail address; an operator owns no agency in that session.
fn person_of(who: &Who) -> Option<(PersonId, Option<&str>)> {
    match who {
        Who::Staff { account, .. } => Some((account.person, Some(&account.email))),
        Who::Choosing(person) => Some((*person, None)),
        Who::Operator(_) | Who::Nobody => None,
    }
}

async fn find(house: &House, token: &str) -> Result<(SignUpId, SignUp), AppError> {
    let id = sign_ups::read_token(&house.key, token).ok_or(AppError::NotFound)?;
    let found = sign_ups::find(&house.central, id, house.clock.now()).await?;
    Ok((id, found.ok_or(AppError::NotFound)?))
}

/// Takes the answer. Somebody new gets their password and a session; who is known must be signed in.
///
/// # Errors
/// [`AppError::Invalid`] for the form, [`AppError::NotFound`] when the link is not good, [`AppError::Unauthenticated`] when its
/// e-mail address belongs to somebody who is not signed in.
pub async fn confirm(
    house: &House,
    token: &str,
    (name, password): (&str, String),
    (who, request): (&Who, &Request),
) -> Result<(), AppError> {
    let (id, sign_up) = find(house, token).await?;
    let at = house.clock.now();
    if let Some((person, _)) = person_of(who).filter(|_| sign_up.is_known) {
        sign_ups::confirm(&house.central, &house.key, id, Answerer::Known(person), at).await.map_err(refused)?;
        return Ok(());
    }
    if sign_up.is_known {
        return Err(AppError::Unauthenticated);
    }
    let name = chosen(&sign_up, (name, &password))?;
    sign_up_room::would_begin(&house.central, &house.key, id, at).await.map_err(refused)?;
    let place = house.passwords.place().await;
    let too_long = AppError::invalid("password", Problem::TooLong(256));
    let hash = place.hash(password).await.ok_or(too_long)?;
    let answerer = Answerer::New { name: &name, password_hash: &hash };
    let begun = sign_ups::confirm(&house.central, &house.key, id, answerer, at).await.map_err(refused)?;
    let signed = Signed {
        person: begun.person,
        user: None,
        tenant: None,
        operator: None,
        remember: false,
        password_set: sessions::micros(begun.password_set),
        factor_set: 0,
        proved: at.unix_timestamp(),
        role: None,
        since: at.unix_timestamp(),
        ip_address: Some(request.ip.to_string()),
        user_agent: request.user_agent.clone(),
        acting: None,
    };
    crate::auth::sign_in::open_session(&crate::auth::sign_in::session().await?, signed).await
}

/// The name of somebody new, when the password that they have chosen will do too: what is wrong with either is said at once.
fn chosen(sign_up: &SignUp, (name, password): (&str, &str)) -> Result<String, AppError> {
    let mut errors = FieldErrors::default();
    let name = text::parse_name(name, 160).map_err(|problem| errors.add("name", problem)).unwrap_or_default();
    let known = [sign_up.email.as_str(), sign_up.company_name.as_str(), sign_up.slug.as_str()];
    if let Err(problem) = check_new_password(password, &known) {
        errors.add("password", problem);
    }
    errors.or(name)
}

fn refused(refused: RefusedAnswer) -> AppError {
    match refused {
        RefusedAnswer::Gone | RefusedAnswer::SlugTaken => AppError::NotFound,
        RefusedAnswer::Known => AppError::Unauthenticated,
        RefusedAnswer::NoRoom => AppError::Unavailable,
        RefusedAnswer::Database(error) => error.into(),
    }
}

/// How far the agency is that a person has signed up for last.
///
/// # Errors
/// [`AppError::NotFound`] when they have signed up for none.
pub async fn progress(house: &House, person: PersonId) -> Result<Progress, AppError> {
    let under_way = sign_ups::progress(&house.central, person).await?.ok_or(AppError::NotFound)?;
    let record = operation_log::recorded(&house.central, under_way.operation, 0).await?;
    let last_is_error = record.last().is_some_and(|line| line.level == "error");
    let words = words::words(crate::words::lang());
    let steps = words.steps.map(|(name, label)| ProgressStep {
        is_done: record.iter().any(|line| line.step == name && line.level == "info"),
        name: name.to_owned(),
        label: label.to_owned(),
    });
    let mut enter = None;
    if under_way.state == "done" {
        let all = accounts::memberships(&house.central, person).await?;
        enter = all.into_iter().find(|m| m.tenant == under_way.tenant).map(|m| m.user.as_uuid());
    }
    Ok(Progress { company_name: under_way.company_name, steps: steps.into(), enter, is_held_up: last_is_error })
}
