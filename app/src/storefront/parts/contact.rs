//! The ways to an agency.

use leptos::prelude::*;

use crate::storefront::types::Store;
use crate::ui::icon::{Icon, IconName};
use crate::values::phone::dialled;
use crate::values::query;
use crate::words::words;

/// WhatsApp, telephone and mail; about a property, they say which one.
#[component]
pub fn ContactLinks(
    /// Whose they are.
    store: Store,
    /// What a message begins with; nothing: an empty one.
    #[prop(into, optional)]
    message: String,
) -> impl IntoView {
    let words = &words().storefront;
    let text = |name: &'static str| (!message.is_empty()).then_some((name, message.as_str()));
    let whatsapp = store
        .whatsapp
        .as_ref()
        .map(|number| (query::address(&format!("https://wa.me/{}", dialled(number)), text("text")), number.clone()));
    let phone = store.phone.as_ref().map(|number| (format!("tel:+{}", dialled(number)), number.clone()));
    let mail = store.email.as_ref().map(|email| (query::address(&mailto(email), text("subject")), email.clone()));
    let link = |icon: IconName, name: &'static str, target: Option<(String, String)>| {
        target.map(|(href, text)| {
            view! { <a class="contact" href=href rel="noopener"><Icon name=icon/><span><strong>{name}</strong>{text}</span></a> }
        })
    };
    view! {
        <div class="contacts">
            {link(IconName::Chat, words.whatsapp, whatsapp)}
            {link(IconName::Phone, words.call, phone)}
            {link(IconName::Mail, words.write, mail)}
        </div>
    }
}

/// A link that writes to an address. It may hold `?` and `&` (RFC 6068): encoded, they cannot add to the message.
fn mailto(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let mut target = "mailto:".to_owned();
    query::encode(local, &mut target);
    target.push('@');
    query::encode(domain, &mut target);
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_add_to_the_message() {
        assert_eq!(mailto("ana@casa-azul.example"), "mailto:ana@casa-azul.example");
        assert_eq!(mailto("a?bcc=x&cc=y%@b.example"), "mailto:a%3Fbcc%3Dx%26cc%3Dy%25@b.example");
    }
}
