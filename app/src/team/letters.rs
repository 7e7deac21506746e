//! What the mails of a team say. Not among the words of the screens: no browser needs them.

use super::words;
use crate::access::Role;
use crate::auth::words::role as role_name;
use crate::outside::mail::Writing;
use crate::words::Lang;

/// An invitation, from a member of an agency into a role.
pub(super) fn invitation(lang: Lang, (company, by, role): (&str, &str, Role), address: &str) -> Writing {
    let role = role_name(role, lang);
    let lead = words::card((by, company, role), lang);
    let (subject, label, after) = match lang {
        Lang::Pt => (
            format!("Convite para a equipe da {company}"),
            "Aceitar o convite",
            [
                "O link vale por 7 dias e uma única vez.",
                "Se você não esperava este convite, ignore este e-mail: nada acontece.",
            ],
        ),
        Lang::En => (
            format!("Invitation to the team of {company}"),
            "Accept the invitation",
            [
                "The link is good for 7 days, and once.",
                "If you did not expect this invitation, ignore this mail: nothing happens.",
            ],
        ),
    };
    Writing {
        lang,
        name: String::new(),
        subject,
        lines: vec![lead],
        link: Some((label.to_owned(), address.to_owned())),
        after: after.map(str::to_owned).to_vec(),
    }
}
