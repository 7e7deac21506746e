//! `/` of a storefront.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use crate::layouts::StorefrontLayout;
use crate::storefront::server_fns::load_landing;
use crate::storefront::types::Store;
use crate::ui::error::ErrorPage;
use crate::ui::icon::{Icon, IconName};
use crate::words::words;

/// The landing page.
#[component]
pub fn Landing() -> impl IntoView {
    let store = Resource::new_blocking(|| (), |()| load_landing());
    let page = move || {
        Suspend::new(async move {
            match store.await {
                Err(error) => view! { <main id="content"><ErrorPage error/></main> }.into_any(),
                Ok(store) => content(store).into_any(),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

fn content(store: Store) -> impl IntoView {
    let words = &words().storefront;
    let description =
        if store.about.is_empty() { words.tagline.to_owned() } else { store.about.chars().take(160).collect() };
    let about = store.about.clone();
    view! {
        <Title text=store.name.clone()/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:title" content=store.name.clone()/>
        <Meta property="og:description" content=description/>
        <StorefrontLayout store=store.clone() path="/".to_owned()>
            <section class="store-hero">
                <h1>{store.name.clone()}</h1>
                <p>{words.tagline}</p>
            </section>
            {(!about.is_empty()).then(|| view! {
                <section class="store-block"><h2>{words.about}</h2><p class="measure">{about}</p></section>
            })}
            <section class="store-block" id="contato">
                <h2>{words.contact}</h2>
                <ContactLinks store/>
            </section>
        </StorefrontLayout>
    }
}

#[component]
fn ContactLinks(store: Store) -> impl IntoView {
    let words = &words().storefront;
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let whatsapp = store.whatsapp.map(|number| (format!("https://wa.me/55{}", digits(&number)), number));
    let phone = store.phone.map(|number| (format!("tel:+55{}", digits(&number)), number));
    let email = store.email.map(|email| (format!("mailto:{email}"), email));
    let link = |icon: IconName, name: &'static str, target: Option<(String, String)>| {
        target.map(|(href, text)| view! { <a class="contact" href=href><Icon name=icon/><span><strong>{name}</strong>{text}</span></a> })
    };
    view! {
        <div class="contacts">
            {link(IconName::Phone, words.whatsapp, whatsapp)}
            {link(IconName::Phone, words.call, phone)}
            {link(IconName::Mail, words.write, email)}
        </div>
    }
}
