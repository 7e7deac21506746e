//! The words of a team. Only its own pages ask for them.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub lead: &'static str,
    pub members: &'static str,
    pub inactive: &'static str,
    pub invitations: &'static str,
    pub no_invitations: &'static str,
    pub invite: &'static str,
    pub invite_lead: &'static str,
    pub invite_button: &'static str,
    pub email: &'static str,
    pub role: &'static str,
    pub resend: &'static str,
    pub revoke: &'static str,
    pub change_role: &'static str,
    pub change_role_lead: &'static str,
    pub deactivate: &'static str,
    pub deactivate_lead: &'static str,
    pub heir: &'static str,
    pub reactivate: &'static str,
    pub reactivate_lead: &'static str,
    pub hand_over: &'static str,
    pub hand_over_lead: &'static str,
    pub hand_over_button: &'static str,
    pub stays: &'static str,
    pub password: &'static str,
    pub new_password: &'static str,
    pub new_password_hint: &'static str,
    pub name: &'static str,
    pub plan: &'static str,
    pub accept_title: &'static str,
    pub accept_button: &'static str,
    pub accept_known: &'static str,
    pub gone_title: &'static str,
    pub gone: &'static str,
    pub second_factor: &'static str,
    pub second_factor_lead: &'static str,
    pub second_factor_reset: &'static str,
    pub second_factor_beyond: &'static str,
}

/// Brazilian Portuguese.
const PT: Words = Words {
    title: "Equipe",
    lead: "Quem trabalha na imobiliária, o que cada pessoa pode fazer e quem está convidado.",
    members: "Pessoas",
    inactive: "sem acesso",
    invitations: "Convites em aberto",
    no_invitations: "Nenhum convite espera resposta.",
    invite: "Convidar",
    invite_lead: "A pessoa recebe um link por e-mail. Ele vale por 7 dias, e a vaga só se ocupa quando ela aceita.",
    invite_button: "Enviar convite",
    email: "E-mail",
    role: "Perfil",
    resend: "Reenviar",
    revoke: "Cancelar convite",
    change_role: "Mudar o perfil",
    change_role_lead: "A pessoa sai de todas as sessões e, ao entrar de novo, tem o perfil novo.",
    deactivate: "Desativar",
    deactivate_lead: "A pessoa perde o acesso na hora. O que é dela passa a quem você escolher, e a vaga fica livre.",
    heir: "Quem assume os registros",
    reactivate: "Reativar",
    reactivate_lead: "A pessoa volta a entrar com a senha que tinha. O que passou a outros fica com eles.",
    hand_over: "Passar a diretoria",
    hand_over_lead: "A pessoa passa a poder tudo. Você fica na gerência, a menos que continue também na diretoria.",
    hand_over_button: "Passar a diretoria",
    stays: "Continuar também na diretoria",
    password: "Sua senha",
    new_password: "Escolha uma senha",
    new_password_hint: "Pelo menos 15 caracteres. Uma frase que só você conhece serve bem.",
    name: "Seu nome",
    plan: "Ver o plano",
    accept_title: "Convite",
    accept_button: "Aceitar o convite",
    accept_known: "Você já tem uma conta com este e-mail. Entre com a senha dela para aceitar.",
    gone_title: "Este convite não vale mais",
    gone: "O link já foi usado, foi cancelado ou passou do prazo. Peça outro a quem convidou.",
    second_factor: "Verificação em duas etapas",
    second_factor_lead: "Se a pessoa perdeu o celular e os códigos de recuperação, retire a verificação: ela sai de todas as sessões, entra só com a senha e é avisada por e-mail.",
    second_factor_reset: "Retirar a verificação",
    second_factor_beyond: "Se a pessoa perdeu a verificação em duas etapas, só a plataforma a retira: ela é da diretoria, trabalha também em outra imobiliária ou na plataforma.",
};

/// English.
const EN: Words = Words {
    title: "Team",
    lead: "Who works at the agency, what each may do and who is invited.",
    members: "People",
    inactive: "no access",
    invitations: "Open invitations",
    no_invitations: "No invitation waits for an answer.",
    invite: "Invite",
    invite_lead: "They get a link by e-mail. It is good for 7 days, and a place is taken only when they accept.",
    invite_button: "Send invitation",
    email: "E-mail",
    role: "Role",
    resend: "Send again",
    revoke: "Cancel invitation",
    change_role: "Change the role",
    change_role_lead: "They are signed out everywhere and have the new role when they sign in again.",
    deactivate: "Deactivate",
    deactivate_lead: "They lose access at once. What is theirs goes to whom you choose, and the place is free.",
    heir: "Who takes over the records",
    reactivate: "Reactivate",
    reactivate_lead: "They come in again with the password they had. What went to others stays with them.",
    hand_over: "Hand over the agency",
    hand_over_lead: "They may do everything from then on. You become a manager, unless you stay an owner too.",
    hand_over_button: "Hand over the agency",
    stays: "Stay an owner too",
    password: "Your password",
    new_password: "Choose a password",
    new_password_hint: "At least 15 characters. A sentence that only you know does well.",
    name: "Your name",
    plan: "See the plan",
    accept_title: "Invitation",
    accept_button: "Accept the invitation",
    accept_known: "You have an account with this e-mail already. Give its password to accept.",
    gone_title: "This invitation is good no more",
    gone: "The link was used, cancelled or has expired. Ask whoever invited you for another.",
    second_factor: "Second factor",
    second_factor_lead: "If they have lost their telephone and the recovery codes, take it away: they are signed out everywhere, sign in with the password alone and are told by mail.",
    second_factor_reset: "Take the second factor away",
    second_factor_beyond: "If they have lost their second factor, only the platform takes it away: they own the agency, or work for another agency or for the platform too.",
};

/// The words of a language.
pub const fn of(lang: Lang) -> &'static Words {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// The words of leaving.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Leaving {
    pub title: &'static str,
    pub lead: &'static str,
    pub heir: &'static str,
    pub leave: &'static str,
    pub stay: &'static str,
    pub last_owner: &'static str,
    pub to_team: &'static str,
    pub needs_proof: &'static str,
    pub prove: &'static str,
}

/// The words of leaving, in a language.
pub const fn leaving(lang: Lang) -> &'static Leaving {
    const PT: Leaving = Leaving {
        title: "Sair da imobiliária",
        lead: "Você perde o acesso na hora, e só entra de novo se alguém reativar a sua conta. O que é seu passa a quem você escolher, e quem é da diretoria é avisado.",
        heir: "Quem assume os registros",
        leave: "Sair da imobiliária",
        stay: "Ficar e voltar ao perfil",
        last_owner: "Você é a única pessoa da diretoria, e uma imobiliária não fica sem ela. Passe a diretoria a alguém antes de sair.",
        to_team: "Ir para a equipe",
        needs_proof: "Para sair, confirme antes que é você.",
        prove: "Confirmar a senha",
    };
    const EN: Leaving = Leaving {
        title: "Leave the agency",
        lead: "You lose access at once, and come in again only if somebody reactivates your account. What is yours goes to whom you choose, and the owners are told.",
        heir: "Who takes over the records",
        leave: "Leave the agency",
        stay: "Stay, and back to the profile",
        last_owner: "You are the only owner, and an agency is never without one. Hand it over to somebody before you leave.",
        to_team: "To the team",
        needs_proof: "To leave, first confirm that it is you.",
        prove: "Confirm the password",
    };
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// How many places are taken, and what another costs.
pub fn seats(current: i64, max: i64, price: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => {
            let price = price.replace('.', ",");
            format!("{current} de {max} vagas de usuário ocupadas. Cada usuário a mais custa R$ {price} por mês.")
        }
        Lang::En => {
            format!("{current} of {max} user places taken. Each additional user costs R$ {price} a month.")
        }
    }
}

/// Why somebody who is invited cannot come in yet.
pub fn full(current: i64, max: i64, price: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => {
            let price = price.replace('.', ",");
            format!(
                "Não há vaga livre: {current} de {max} estão ocupadas. Peça a quem convidou que contrate um usuário a mais (R$ {price} por mês) ou mude de plano; o link continua valendo."
            )
        }
        Lang::En => format!(
            "No place is free: {current} of {max} are taken. Ask whoever invited you to buy an additional user (R$ {price} a month) or to change the plan; the link stays good."
        ),
    }
}

/// Who invites into what.
pub fn card((by, company, role): (&str, &str, &str), lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{by} convidou você para a equipe da {company}, com o perfil {role}."),
        Lang::En => format!("{by} invites you to the team of {company}, as {role}."),
    }
}

/// When a member was last seen.
pub fn last_seen(day: Option<&str>, lang: Lang) -> String {
    match (day, lang) {
        (Some(day), Lang::Pt) => format!("último acesso em {day}"),
        (Some(day), Lang::En) => format!("last seen on {day}"),
        (None, Lang::Pt) => "ainda sem acesso registrado".into(),
        (None, Lang::En) => "not seen yet".into(),
    }
}

/// Until when a link is good.
pub fn until(at: Option<&str>, lang: Lang) -> String {
    match (at, lang) {
        (Some(at), Lang::Pt) => format!("vale até {at}"),
        (Some(at), Lang::En) => format!("good until {at}"),
        (None, Lang::Pt) => "venceu; reenvie".into(),
        (None, Lang::En) => "expired; send it again".into(),
    }
}

/// How many records are a member's.
pub fn records(count: i64, lang: Lang) -> String {
    match (count, lang) {
        (1, Lang::Pt) => "1 imóvel sob sua responsabilidade".into(),
        (n, Lang::Pt) => format!("{n} imóveis sob sua responsabilidade"),
        (1, Lang::En) => "1 property in their care".into(),
        (n, Lang::En) => format!("{n} properties in their care"),
    }
}

/// How many records are one's own.
pub fn own_records(count: i64, lang: Lang) -> String {
    match (count, lang) {
        (1, Lang::Pt) => "1 imóvel está sob sua responsabilidade.".into(),
        (n, Lang::Pt) => format!("{n} imóveis estão sob sua responsabilidade."),
        (1, Lang::En) => "1 property is in your care.".into(),
        (n, Lang::En) => format!("{n} properties are in your care."),
    }
}

/// What a field is called.
pub fn field(name: &str, lang: Lang) -> &'static str {
    let words = of(lang);
    match name {
        "email" => words.email,
        "role" => words.role,
        "heir" => words.heir,
        "user" => words.second_factor,
        "password" => words.password,
        "new_password" => words.new_password,
        _ => words.name,
    }
}
