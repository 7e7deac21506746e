//! The words of signing in and out.

use super::types::{Demand, News};
use crate::access::Role;
use crate::values::day::format_day;
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
    pub end_others: &'static str,
    pub security: &'static str,
    pub code: &'static str,
    pub leave: &'static str,
    pub photo: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    sign_in: "Entrar",
    sign_in_lead: "Use o e-mail e a senha da sua conta na imobiliária.",
    sign_in_operator: "Console da plataforma",
    email: "E-mail",
    password: "Senha",
    remember: "Manter conectado por 30 dias",
    forgotten: "Esqueci a senha",
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
    end_others: "Encerrar todas as outras",
    security: "Verificação em duas etapas",
    code: "Código de verificação",
    leave: "Sair da imobiliária",
    photo: "Minha foto",
};

/// English.
pub const EN: Words = Words {
    sign_in: "Sign in",
    sign_in_lead: "Use the e-mail and password of your account at the agency.",
    sign_in_operator: "Platform console",
    email: "E-mail",
    password: "Password",
    remember: "Keep me signed in for 30 days",
    forgotten: "I have forgotten the password",
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
    end_others: "End all the others",
    security: "Two-step verification",
    code: "Verification code",
    leave: "Leave the agency",
    photo: "My photograph",
};

/// The words of the second factor. Not in the table of all words: its pages are made on the server, and the browser gets none.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct SecondFactor {
    pub code_lead: &'static str,
    pub code_hint: &'static str,
    pub code_other: &'static str,
    pub go_on: &'static str,
    pub prove: &'static str,
    pub prove_lead: &'static str,
    pub account: &'static str,
    pub lead: &'static str,
    pub is_on: &'static str,
    pub is_off: &'static str,
    pub begin: &'static str,
    pub scan: &'static str,
    pub squares: &'static str,
    pub letters: &'static str,
    pub letters_hint: &'static str,
    pub turn_on: &'static str,
    pub another: &'static str,
    pub codes: &'static str,
    pub codes_lead: &'static str,
    pub codes_renew: &'static str,
    pub codes_renew_lead: &'static str,
    pub turn_off: &'static str,
    pub turn_off_lead: &'static str,
    pub needs_proof: &'static str,
    pub lost: &'static str,
    pub lost_operator: &'static str,
    pub agencies: &'static str,
}

/// See [`SecondFactor`].
pub const fn second_factor(lang: Lang) -> &'static SecondFactor {
    match lang {
        Lang::Pt => &SECOND_FACTOR_PT,
        Lang::En => &SECOND_FACTOR_EN,
    }
}

const SECOND_FACTOR_PT: SecondFactor = SecondFactor {
    code_lead: "Abra o aplicativo autenticador e digite o código que ele mostra para Sobrado.",
    code_hint: "Seis números do aplicativo, ou um dos seus códigos de recuperação.",
    code_other: "Entrar com outra conta ou começar de novo",
    go_on: "Continuar",
    prove: "Confirme que é você",
    prove_lead: "O que você vai fazer é delicado: digite a senha mais uma vez.",
    account: "Minha conta",
    lead: "Além da senha, um código do seu celular: quem descobrir a senha não entra.",
    is_on: "Ativa desde",
    is_off: "Desativada.",
    begin: "Ativar",
    scan: "Leia este desenho com um aplicativo autenticador no celular (Google Authenticator, Microsoft Authenticator, 1Password…). Depois digite o código que ele mostra.",
    squares: "Código QR para o aplicativo autenticador",
    letters: "Sem câmera? Digite esta chave no aplicativo",
    letters_hint: "Seis números, que mudam a cada meio minuto.",
    turn_on: "Confirmar e ativar",
    another: "Gerar outra chave",
    codes: "Códigos de recuperação",
    codes_lead: "Guarde-os agora, fora deste aparelho: não serão mostrados de novo. Cada um deixa você entrar uma vez sem o celular.",
    codes_renew: "Gerar códigos novos",
    codes_renew_lead: "Os códigos antigos deixam de valer.",
    turn_off: "Desativar",
    turn_off_lead: "Daqui em diante, só a senha protege a conta. As outras sessões são encerradas.",
    needs_proof: "Para mudar algo aqui, confirme antes que é você.",
    lost: "Perdeu o celular e os códigos? Peça a quem dirige a imobiliária; quem a dirige fala com o suporte da plataforma.",
    lost_operator: "Perdeu o celular e os códigos? Fale com quem cuida do servidor da plataforma.",
    agencies: "Imobiliárias",
};

const SECOND_FACTOR_EN: SecondFactor = SecondFactor {
    code_lead: "Open your authenticator app and type the code that it shows for Sobrado.",
    code_hint: "Six digits from the app, or one of your recovery codes.",
    code_other: "Sign in with another account or start again",
    go_on: "Continue",
    prove: "Confirm that it is you",
    prove_lead: "What you are about to do is delicate: type your password once more.",
    account: "My account",
    lead: "Beside the password, a code from your phone: whoever finds out the password does not get in.",
    is_on: "On since",
    is_off: "Off.",
    begin: "Turn on",
    scan: "Scan this picture with an authenticator app on your phone (Google Authenticator, Microsoft Authenticator, 1Password…). Then type the code that it shows.",
    squares: "QR code for the authenticator app",
    letters: "No camera? Type this key into the app",
    letters_hint: "Six digits, which change every half minute.",
    turn_on: "Confirm and turn on",
    another: "Make another key",
    codes: "Recovery codes",
    codes_lead: "Keep them now, away from this device: they are not shown again. Each lets you in once without your phone.",
    codes_renew: "Make new codes",
    codes_renew_lead: "The old codes are no longer good.",
    turn_off: "Turn off",
    turn_off_lead: "From then on only the password protects the account. The other sessions end.",
    needs_proof: "To change anything here, confirm first that it is you.",
    lost: "Lost both phone and codes? Ask the agency's owner; owners talk to the platform's support.",
    lost_operator: "Lost both phone and codes? Talk to whoever looks after the platform's server.",
    agencies: "Agencies",
};

/// How many recovery codes are left.
pub fn codes_left(left: i64, lang: Lang) -> String {
    match (lang, left) {
        (Lang::Pt, 1) => "Resta 1 código de recuperação.".into(),
        (Lang::Pt, left) => format!("Restam {left} códigos de recuperação."),
        (Lang::En, 1) => "1 recovery code is left.".into(),
        (Lang::En, left) => format!("{left} recovery codes are left."),
    }
}

/// What somebody is told who is to have a second factor.
pub fn reminder(demand: Demand, lang: Lang) -> Option<String> {
    match (demand, lang) {
        (Demand::Nothing, _) => None,
        (Demand::By(at), Lang::Pt) => {
            let day = format_day(at, lang);
            Some(format!("Ative a verificação em duas etapas até {day}. Depois, sem ela, só o seu perfil abre."))
        }
        (Demand::By(at), Lang::En) => {
            let day = format_day(at, lang);
            Some(format!("Turn on two-step verification by {day}. After that, without it, only your profile opens."))
        }
        (Demand::Must, lang) => Some(second_factor_due(lang).to_owned()),
    }
}

/// How a letter begins.
pub fn greeting(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Olá, {name}."),
        Lang::En => format!("Hello {name},"),
    }
}

/// What a letter ends with.
pub const fn not_me(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Se não foi você, troque a senha agora e fale com quem dirige a imobiliária.",
        Lang::En => "If it was not you, change your password now and talk to the agency's owner.",
    }
}

/// Subject and sentence of a letter about somebody's second factor.
pub const fn news(news: News, lang: Lang) -> (&'static str, &'static str) {
    match (news, lang) {
        (News::Set, Lang::Pt) => (
            "Verificação em duas etapas ativada",
            "A verificação em duas etapas da sua conta no Sobrado foi ativada, e as outras sessões foram encerradas.",
        ),
        (News::Set, Lang::En) => (
            "Two-step verification is on",
            "Two-step verification of your Sobrado account was turned on, and the other sessions were ended.",
        ),
        (News::Removed, Lang::Pt) => (
            "Verificação em duas etapas desativada",
            "A verificação em duas etapas da sua conta no Sobrado foi desativada: só a senha a protege agora.",
        ),
        (News::Removed, Lang::En) => (
            "Two-step verification is off",
            "Two-step verification of your Sobrado account was turned off: only the password protects it now.",
        ),
        (News::Reset, Lang::Pt) => (
            "Sua verificação em duas etapas foi retirada",
            "Quem administra tirou a verificação em duas etapas da sua conta no Sobrado, para você poder entrar. Ative-a de novo.",
        ),
        (News::Reset, Lang::En) => (
            "Your two-step verification was taken away",
            "Whoever runs it has taken two-step verification off your Sobrado account, so that you can sign in. Turn it on again.",
        ),
        (News::Codes, Lang::Pt) => (
            "Novos códigos de recuperação",
            "Foram gerados novos códigos de recuperação para a sua conta no Sobrado; os antigos não valem mais.",
        ),
        (News::Codes, Lang::En) => (
            "New recovery codes",
            "New recovery codes were made for your Sobrado account; the old ones are no longer good.",
        ),
        (News::Recovery, Lang::Pt) => (
            "Um código de recuperação foi usado",
            "Um dos seus códigos de recuperação foi usado na sua conta no Sobrado. Ele não vale mais.",
        ),
        (News::Recovery, Lang::En) => (
            "A recovery code was used",
            "One of your recovery codes was used on your Sobrado account. It is no longer good.",
        ),
        (News::Tried, Lang::Pt) => (
            "Códigos errados na entrada da sua conta",
            "Alguém digitou a senha certa da sua conta no Sobrado e vários códigos errados: quem faz isso conhece a sua senha.",
        ),
        (News::Tried, Lang::En) => (
            "Wrong codes at your account's sign-in",
            "Somebody typed the right password of your Sobrado account and several wrong codes: whoever does that knows your password.",
        ),
    }
}

/// What nothing else is to be had before.
pub const fn second_factor_due(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Antes de continuar, ative a verificação em duas etapas no seu perfil.",
        Lang::En => "Before you go on, turn on two-step verification in your profile.",
    }
}

/// What is to be done before something dangerous.
pub const fn proof_needed(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Faz mais de dez minutos que você digitou a senha. Confirme que é você e tente de novo:",
        Lang::En => "You typed your password more than ten minutes ago. Confirm that it is you and try again:",
    }
}

/// Title, sentence and button for whoever works for no agency.
pub const fn nowhere(lang: Lang) -> (&'static str, &'static str, &'static str) {
    match lang {
        Lang::Pt => (
            "Nenhuma imobiliária",
            "Você não faz parte de nenhuma imobiliária agora. Peça um convite a quem dirige a sua, ou cadastre uma. Se já pediu uma, abra o link do e-mail de confirmação.",
            "Cadastrar uma imobiliária",
        ),
        Lang::En => (
            "No agency",
            "You are not part of any agency now. Ask the owner of yours for an invitation, or sign one up. If you have asked for one, open the link in the mail that asks you to confirm.",
            "Sign an agency up",
        ),
    }
}

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

/// The way to the agency in the making.
pub fn under_way(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Ver o andamento",
        Lang::En => "See how far it is",
    }
}
