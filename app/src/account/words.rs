//! The words of one's own account. Only its own pages and parts ask for them.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub forgotten: &'static str,
    pub forgotten_lead: &'static str,
    pub email: &'static str,
    pub send_link: &'static str,
    pub sent: &'static str,
    pub to_sign_in: &'static str,
    pub new_password: &'static str,
    pub new_password_hint: &'static str,
    pub set_password: &'static str,
    pub confirm_title: &'static str,
    pub confirm_lead: &'static str,
    pub undo_lead: &'static str,
    pub confirm: &'static str,
    pub gone_title: &'static str,
    pub gone: &'static str,
    pub ask_again: &'static str,
    pub joined: &'static str,
    pub changed: &'static str,
    pub moved: &'static str,
    pub left: &'static str,
    pub details_saved: &'static str,
    pub password_saved: &'static str,
    pub email_asked: &'static str,
    pub password_and_email: &'static str,
    pub photo: &'static str,
    pub photo_lead: &'static str,
    pub photo_hint: &'static str,
    pub photo_send: &'static str,
    pub photo_remove: &'static str,
    pub photo_back: &'static str,
}

/// What the forms of the profile say: they are in the browser's program.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct FormWords {
    pub profile: &'static str,
    pub name: &'static str,
    pub phone: &'static str,
    pub creci: &'static str,
    pub creci_hint: &'static str,
    pub password: &'static str,
    pub password_lead: &'static str,
    pub current_password: &'static str,
    pub new_password: &'static str,
    pub new_password_hint: &'static str,
    pub email: &'static str,
    pub email_lead: &'static str,
    pub new_email: &'static str,
    pub send_link: &'static str,
}

/// The words of the pages, in a language.
pub const fn of(lang: Lang) -> &'static Words {
    const PT: Words = Words {
        forgotten: "Esqueci a senha",
        forgotten_lead: "Digite o e-mail da sua conta. Se ele for de alguém, enviamos um link para escolher outra senha.",
        email: "E-mail",
        send_link: "Enviar o link",
        to_sign_in: "Voltar para entrar",
        sent: "Se este e-mail tem uma conta, o link está a caminho. Ele vale por 30 minutos.",
        new_password: "Nova senha",
        new_password_hint: "Pelo menos 15 caracteres. Uma frase que só você conhece serve bem.",
        set_password: "Guardar a nova senha",
        confirm_title: "Confirmar o e-mail",
        confirm_lead: "A partir de agora sua conta usa este e-mail:",
        undo_lead: "Sua conta volta a usar este e-mail, e todas as sessões terminam:",
        confirm: "Confirmar",
        gone_title: "Este link não vale mais",
        gone: "Ele já foi usado ou passou do prazo.",
        ask_again: "Pedir outro link",
        joined: "Convite aceito. Entre com o seu e-mail e a sua senha.",
        changed: "Senha guardada. Entre com ela.",
        moved: "E-mail confirmado. É com ele que você entra a partir de agora.",
        left: "Você saiu da imobiliária. Entre de novo se a sua conta pertence a outra.",
        details_saved: "Dados guardados.",
        password_saved: "Senha trocada. As outras sessões terminaram, e um aviso foi para o seu e-mail.",
        email_asked: "O link foi para o novo e-mail e vale por 24 horas. Até você abri-lo, vale o de agora.",
        password_and_email: "Senha e e-mail",
        photo: "Minha foto",
        photo_lead: "Quem trabalha com você a vê ao lado do seu nome. Ela não aparece no site.",
        photo_hint: "JPEG, PNG ou WebP, até 25 MB. Mostramos o quadrado do meio.",
        photo_send: "Enviar foto",
        photo_remove: "Remover foto",
        photo_back: "Voltar ao perfil",
    };
    const EN: Words = Words {
        forgotten: "Forgotten password",
        forgotten_lead: "Enter your account's e-mail. If it is somebody's, we send a link to choose another password.",
        email: "E-mail",
        send_link: "Send the link",
        to_sign_in: "Back to signing in",
        sent: "If this e-mail has an account, the link is on its way. It is good for 30 minutes.",
        new_password: "New password",
        new_password_hint: "At least 15 characters. A sentence that only you know does well.",
        set_password: "Save the new password",
        confirm_title: "Confirm the e-mail",
        confirm_lead: "From now on your account uses this e-mail:",
        undo_lead: "Your account goes back to this e-mail, and every session ends:",
        confirm: "Confirm",
        gone_title: "This link is good no more",
        gone: "It was used or has expired.",
        ask_again: "Ask for another link",
        joined: "Invitation accepted. Sign in with your e-mail and your password.",
        changed: "Password saved. Sign in with it.",
        moved: "E-mail confirmed. It is what you sign in with from now on.",
        left: "You have left the agency. Sign in again if your account belongs to another.",
        details_saved: "Details saved.",
        password_saved: "Password changed. The other sessions have ended, and a note went to your e-mail.",
        email_asked: "The link went to the new e-mail and is good for 24 hours. Until you open it, the present one stays.",
        password_and_email: "Password and e-mail",
        photo: "My photograph",
        photo_lead: "Whoever works with you sees it beside your name. It is not shown on the site.",
        photo_hint: "JPEG, PNG or WebP, up to 25 MB. The square in the middle is shown.",
        photo_send: "Send photograph",
        photo_remove: "Remove photograph",
        photo_back: "Back to the profile",
    };
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// The words of the profile's forms, in a language.
pub const fn forms(lang: Lang) -> &'static FormWords {
    const PT: FormWords = FormWords {
        profile: "Meus dados",
        name: "Nome",
        phone: "Telefone",
        creci: "CRECI",
        creci_hint: "O seu, como 12345-F.",
        password: "Senha",
        password_lead: "Ao trocar, todas as outras sessões terminam.",
        current_password: "Senha atual",
        new_password: "Nova senha",
        new_password_hint: "Pelo menos 15 caracteres.",
        email: "E-mail",
        email_lead: "Enviamos um link ao novo e-mail; até você abri-lo, vale o de agora.",
        new_email: "Novo e-mail",
        send_link: "Enviar o link",
    };
    const EN: FormWords = FormWords {
        profile: "My details",
        name: "Name",
        phone: "Telephone",
        creci: "CRECI",
        creci_hint: "Your own, such as 12345-F.",
        password: "Password",
        password_lead: "When it changes, every other session ends.",
        current_password: "Current password",
        new_password: "New password",
        new_password_hint: "At least 15 characters.",
        email: "E-mail",
        email_lead: "We send a link to the new e-mail; until you open it, the present one stays.",
        new_email: "New e-mail",
        send_link: "Send the link",
    };
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// What a field of the profile's forms is called.
pub fn field(name: &str, lang: Lang) -> &'static str {
    let words = forms(lang);
    match name {
        "phone" => words.phone,
        "creci" => words.creci,
        "current_password" | "email_password" => words.current_password,
        "new_password" => words.new_password,
        "email" => words.new_email,
        _ => words.name,
    }
}
