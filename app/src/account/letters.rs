//! What the mails about an account say. Not among the words of the screens: no browser needs them.

use crate::outside::mail::Writing;
use crate::words::Lang;

fn writing(lang: Lang, subject: &str, lines: &[&str], link: Option<(&str, String)>, after: &[&str]) -> Writing {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let link = link.map(|(label, address)| (label.to_owned(), address));
    Writing { lang, name: String::new(), subject: subject.to_owned(), lines: owned(lines), link, after: owned(after) }
}

/// The link to choose a password anew.
pub(super) fn reset(lang: Lang, address: String) -> Writing {
    match lang {
        Lang::Pt => writing(
            lang,
            "Uma nova senha para o Sobrado",
            &["Alguém pediu uma nova senha para a conta com este e-mail."],
            Some(("Escolher a nova senha", address)),
            &[
                "O link vale por 30 minutos e uma única vez.",
                "Se não foi você, ignore este e-mail: a senha continua a mesma.",
            ],
        ),
        Lang::En => writing(
            lang,
            "A new password for Sobrado",
            &["Somebody asked for a new password for the account with this e-mail."],
            Some(("Choose the new password", address)),
            &[
                "The link is good for 30 minutes, and once.",
                "If it was not you, ignore this mail: the password stays the same.",
            ],
        ),
    }
}

/// That the password is another now.
pub(super) fn changed(lang: Lang, address: String) -> Writing {
    match lang {
        Lang::Pt => writing(
            lang,
            "Sua senha mudou",
            &["A senha da sua conta no Sobrado mudou agora, e todas as sessões foram encerradas."],
            Some(("Não fui eu: escolher outra senha", address)),
            &[],
        ),
        Lang::En => writing(
            lang,
            "Your password has changed",
            &["The password of your Sobrado account has just changed, and every session was ended."],
            Some(("It was not me: choose another password", address)),
            &[],
        ),
    }
}

/// The link that makes an address somebody's.
pub(super) fn confirm(lang: Lang, address: String) -> Writing {
    match lang {
        Lang::Pt => writing(
            lang,
            "Confirme seu novo e-mail",
            &["Uma conta no Sobrado quer passar a usar este e-mail."],
            Some(("Confirmar este e-mail", address)),
            &["O link vale por 24 horas.", "Se você não tem conta no Sobrado, ignore este e-mail."],
        ),
        Lang::En => writing(
            lang,
            "Confirm your new e-mail",
            &["A Sobrado account wants to use this e-mail from now on."],
            Some(("Confirm this e-mail", address)),
            &["The link is good for 24 hours.", "If you have no Sobrado account, ignore this mail."],
        ),
    }
}

/// To the old address: that it is another now, and how to take that back.
pub(super) fn moved(lang: Lang, address: String) -> Writing {
    match lang {
        Lang::Pt => writing(
            lang,
            "O e-mail da sua conta mudou",
            &["Sua conta no Sobrado passou a usar outro e-mail."],
            Some(("Não fui eu: voltar a este e-mail", address)),
            &["O link vale por 7 dias. Depois de usá-lo, escolha também outra senha."],
        ),
        Lang::En => writing(
            lang,
            "Your account's e-mail has changed",
            &["Your Sobrado account now uses another e-mail."],
            Some(("It was not me: go back to this e-mail", address)),
            &["The link is good for 7 days. After using it, choose another password too."],
        ),
    }
}
