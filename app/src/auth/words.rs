//! The words of signing in and out.

use crate::access::Role;
use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub sign_in_operator: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub remember: &'static str,
    pub forgotten: &'static str,
    pub sign_out: &'static str,
    pub sign_out_question: &'static str,
    pub choose_agency: &'static str,
    pub choose_lead: &'static str,
    pub profile: &'static str,
    pub name: &'static str,
    pub role: &'static str,
    pub language: &'static str,
    pub sessions: &'static str,
    pub sessions_lead: &'static str,
    pub this_session: &'static str,
    pub end_session: &'static str,
    pub since: &'static str,
    pub last_used: &'static str,
    pub unknown_browser: &'static str,
    pub agency: &'static str,
    pub switch_agency: &'static str,
    pub late: &'static str,
    pub late_too_large: &'static str,
    pub again: &'static str,
    pub again_lead: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    sign_in: "Entrar",
    sign_in_lead: "Use o e-mail e a senha da sua conta na imobiliária.",
    sign_in_operator: "Console da plataforma",
    email: "E-mail",
    password: "Senha",
    remember: "Manter conectado por 30 dias",
    forgotten: "Esqueceu a senha? Peça uma nova a quem administra a plataforma.",
    sign_out: "Sair",
    sign_out_question: "Quer sair da sua conta neste aparelho?",
    choose_agency: "Em qual imobiliária?",
    choose_lead: "Sua conta pertence a mais de uma. Você pode trocar depois, sem digitar a senha de novo.",
    profile: "Meu perfil",
    name: "Nome",
    role: "Perfil",
    language: "Idioma",
    sessions: "Sessões abertas",
    sessions_lead: "Onde sua conta está aberta. Encerre o que você não reconhece.",
    this_session: "esta sessão",
    end_session: "Encerrar",
    since: "desde",
    last_used: "último uso",
    unknown_browser: "Navegador desconhecido",
    agency: "Imobiliária",
    switch_agency: "Trocar de imobiliária",
    late: "Sua sessão terminou. Entre de novo: o formulário volta como você o deixou.",
    late_too_large: "Sua sessão terminou, e o formulário é grande demais para esperar aqui. Entre em outra aba, volte ao formulário pelo botão Voltar do navegador e envie de novo.",
    again: "Sua sessão terminou",
    again_lead: "Digite a senha e continue: nada do que você escreveu se perdeu.",
};

/// English.
pub const EN: Words = Words {
    sign_in: "Sign in",
    sign_in_lead: "Use the e-mail and password of your account at the agency.",
    sign_in_operator: "Platform console",
    email: "E-mail",
    password: "Password",
    remember: "Keep me signed in for 30 days",
    forgotten: "Forgotten the password? Ask whoever runs the platform for a new one.",
    sign_out: "Sign out",
    sign_out_question: "Do you want to sign out on this device?",
    choose_agency: "Which agency?",
    choose_lead: "Your account belongs to more than one. You can switch later without typing the password again.",
    profile: "My profile",
    name: "Name",
    role: "Role",
    language: "Language",
    sessions: "Open sessions",
    sessions_lead: "Where your account is open. End what you do not recognise.",
    this_session: "this session",
    end_session: "End",
    since: "since",
    last_used: "last used",
    unknown_browser: "Unknown browser",
    agency: "Agency",
    switch_agency: "Switch agency",
    late: "Your session has ended. Sign in again: the form comes back as you left it.",
    late_too_large: "Your session has ended, and the form is too large to wait here. Sign in in another tab, go back to the form with your browser's Back button and send it again.",
    again: "Your session has ended",
    again_lead: "Type the password and go on: nothing you wrote is lost.",
};

/// What a role is called.
pub const fn role(role: Role, lang: Lang) -> &'static str {
    let (pt, en) = match role {
        Role::Owner => ("Diretoria", "Owner"),
        Role::Manager => ("Gerência", "Manager"),
        Role::Broker => ("Corretagem", "Broker"),
        Role::Assistant => ("Secretaria", "Assistant"),
        Role::Finance => ("Financeiro", "Finance"),
        Role::Partner => ("Parceria", "Partner"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

/// What stands above every page of the CRM while an operator acts as a member.
pub fn acting((operator, member): (&str, &str), until: &str, may_write: bool, lang: Lang) -> String {
    match (lang, may_write) {
        (Lang::Pt, false) => {
            format!("{operator}, da plataforma, vê o sistema como {member} até {until}. Nada pode ser alterado.")
        }
        (Lang::Pt, true) => format!(
            "{operator}, da plataforma, age como {member} até {until} e pode alterar dados. Tudo fica registrado com os dois nomes."
        ),
        (Lang::En, false) => {
            format!("{operator} of the platform looks at the system as {member} until {until}. Nothing can be changed.")
        }
        (Lang::En, true) => format!(
            "{operator} of the platform acts as {member} until {until} and can change data. All of it is recorded under both names."
        ),
    }
}

/// The button that ends it.
pub fn end_acting(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Voltar ao console",
        Lang::En => "Back to the console",
    }
}
