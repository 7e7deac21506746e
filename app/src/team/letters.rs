//! What the mails of a team say. Not among the words of the screens: no browser needs them.

use tenancy::central::owner_notices::News;

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

/// What owners are told of their team; nothing for news of another kind.
pub fn of_team(lang: Lang, company: &str, news: &News, address: impl Fn(&str) -> String) -> Option<Writing> {
    let (subject, line, label, page) = match news {
        News::Left { name, heir } => left(lang, (company, name, heir)),
        News::Acted { operator, member, reason, may_write } => acted(lang, (operator, member), (reason, *may_write)),
        _ => return None,
    };
    let after = match lang {
        Lang::Pt => "Cada passo está na auditoria da imobiliária.",
        Lang::En => "Each step is in the agency's audit log.",
    };
    let link = Some((label.to_owned(), address(page)));
    Some(Writing { lang, name: String::new(), subject, lines: vec![line], link, after: vec![after.to_owned()] })
}

type Said = (String, String, &'static str, &'static str);

/// A member has left by themselves.
fn left(lang: Lang, (company, name, heir): (&str, &str, &str)) -> Said {
    match lang {
        Lang::Pt => (
            format!("{name} saiu da {company}"),
            format!(
                "{name} deixou a equipe da {company} por conta própria. O que era seu passou a {heir}, e a vaga está livre."
            ),
            "Ver a equipe",
            "/app/settings/team",
        ),
        Lang::En => (
            format!("{name} has left {company}"),
            format!(
                "{name} has left the team of {company} by themselves. What was theirs is {heir}'s now, and the place is free."
            ),
            "See the team",
            "/app/settings/team",
        ),
    }
}

/// An operator of the platform has begun to act as a member.
fn acted(lang: Lang, (operator, member): (&str, &str), (reason, may_write): (&str, bool)) -> Said {
    let (subject, line, label) = match (lang, may_write) {
        (Lang::Pt, true) => (
            format!("A plataforma entrou como {member}"),
            format!(
                "{operator}, da plataforma, entrou no CRM como {member}, por até 30 minutos, podendo fazer alterações. Motivo: {reason}"
            ),
            "Ver a auditoria",
        ),
        (Lang::Pt, false) => (
            format!("A plataforma entrou como {member}"),
            format!(
                "{operator}, da plataforma, entrou no CRM como {member}, por até 30 minutos, apenas para ver. Motivo: {reason}"
            ),
            "Ver a auditoria",
        ),
        (Lang::En, true) => (
            format!("The platform came in as {member}"),
            format!(
                "{operator}, of the platform, entered the CRM as {member}, for 30 minutes at most, and may make changes. Reason: {reason}"
            ),
            "See the audit log",
        ),
        (Lang::En, false) => (
            format!("The platform came in as {member}"),
            format!(
                "{operator}, of the platform, entered the CRM as {member}, for 30 minutes at most, to look only. Reason: {reason}"
            ),
            "See the audit log",
        ),
    };
    (subject, line, label, "/app/settings/audit")
}
