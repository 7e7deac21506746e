//! The words of signing up.

use super::types::Period;
use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub lead: &'static str,
    pub company_name: &'static str,
    pub slug: &'static str,
    pub slug_hint: &'static str,
    pub slug_wait: &'static str,
    pub email: &'static str,
    pub email_hint: &'static str,
    pub plan: &'static str,
    pub plans_in_full: &'static str,
    pub users: &'static str,
    pub properties: &'static str,
    pub unlimited_properties: &'static str,
    pub activation: &'static str,
    pub activation_fee: &'static str,
    pub no_activation: &'static str,
    pub billing_period: &'static str,
    pub price: &'static str,
    pub first_invoice: &'static str,
    pub monthly: &'static str,
    pub yearly: &'static str,
    pub terms: &'static str,
    pub read_terms: &'static str,
    pub read_privacy: &'static str,
    pub send: &'static str,
    pub has_account: &'static str,
    pub sent: &'static str,
    pub sent_lead: &'static str,
    pub sent_held: &'static str,
    pub sent_again: &'static str,
    pub sent_file: &'static str,
    pub confirm: &'static str,
    pub confirm_lead: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub sign_in_first: &'static str,
    pub make: &'static str,
    pub gone: &'static str,
    pub gone_lead: &'static str,
    pub answered: &'static str,
    pub answered_lead: &'static str,
    pub making: &'static str,
    pub making_lead: &'static str,
    pub held_up: &'static str,
    pub ready: &'static str,
    pub enter: &'static str,
    pub steps: [(&'static str, &'static str); 10],
    pub mail_subject: &'static str,
    pub mail_known_subject: &'static str,
}

/// Brazilian Portuguese.
const PT: Words = Words {
    title: "Criar a sua imobiliária",
    lead: "CRM, site e banco de dados próprios, prontos em segundos. Nada é cobrado antes de você confirmar o e-mail.",
    company_name: "Nome da imobiliária",
    slug: "Endereço do site",
    slug_hint: "Letras minúsculas, números e hífens. O domínio próprio vem depois, nas configurações.",
    slug_wait: "Muitas consultas desta conexão. Conferimos de novo em instantes; o formulário pode ser enviado assim mesmo.",
    email: "Seu e-mail",
    email_hint: "Enviamos um link de confirmação. É com ele que você vai entrar.",
    plan: "Plano",
    plans_in_full: "O que cada plano inclui",
    users: "usuários",
    properties: "imóveis",
    unlimited_properties: "imóveis sem limite",
    activation: "Ativação:",
    activation_fee: "Ativação",
    no_activation: "Sem taxa de ativação",
    billing_period: "Pagamento",
    price: "Valor",
    first_invoice: "Primeira fatura",
    monthly: "Mensal",
    yearly: "Anual",
    terms: "Li e aceito os termos de uso e a política de privacidade",
    read_terms: "Termos de uso",
    read_privacy: "Política de privacidade",
    send: "Criar imobiliária",
    has_account: "Já tem conta?",
    sent: "Confira o seu e-mail",
    sent_lead: "Enviamos um link ao endereço que você informou. Abra-o para confirmar e criar a imobiliária.",
    sent_held: "O endereço do site fica reservado para você por 24 horas.",
    sent_again: "Não chegou? Veja o spam, ou preencha de novo com os mesmos dados: o link é o mesmo.",
    sent_file: "Esta instalação não envia e-mails. A mensagem está em:",
    confirm: "Confirmar a imobiliária",
    confirm_lead: "Confira os dados e os valores, que são os de quando você preencheu o cadastro.",
    name: "Seu nome",
    password: "Senha",
    password_hint: "Pelo menos 15 caracteres. Uma frase que só você conhece é fácil de lembrar.",
    sign_in_first: "Este e-mail já tem conta. Entre com a sua senha e a confirmação continua aqui.",
    make: "Confirmar e criar",
    gone: "Este link não vale mais",
    gone_lead: "Ele vale por 24 horas. Preencha o cadastro de novo: leva um minuto.",
    answered: "Já está confirmada",
    answered_lead: "Esta imobiliária já foi criada. Entre com o seu e-mail e a sua senha.",
    making: "Preparando a sua imobiliária",
    making_lead: "Cada passo fica registrado. Pode fechar esta página: o trabalho continua.",
    held_up: "Está demorando mais que o normal. Não precisa fazer nada: tentamos de novo sozinhos e você pode voltar depois.",
    ready: "Está pronta",
    enter: "Entrar na imobiliária",
    steps: [
        ("reserve", "Endereço reservado"),
        ("role", "Credencial própria"),
        ("database", "Banco de dados só seu"),
        ("lock_down", "Portas fechadas aos outros"),
        ("identity", "Identidade gravada"),
        ("migrate", "Estrutura em dia"),
        ("seed", "Primeiros dados e sua conta"),
        ("subscription", "Plano contratado"),
        ("verify", "Isolamento conferido"),
        ("activate", "Site no ar"),
    ],
    mail_subject: "Confirme a sua imobiliária no Sobrado",
    mail_known_subject: "Mais uma imobiliária na sua conta do Sobrado?",
};

/// English.
const EN: Words = Words {
    title: "Create your agency",
    lead: "A CRM, a website and a database of its own, ready in seconds. Nothing is charged before you confirm your e-mail.",
    company_name: "Name of the agency",
    slug: "Address of the site",
    slug_hint: "Lower-case letters, digits and dashes. Your own domain comes later, in the settings.",
    slug_wait: "Many look-ups from this connection. We look again in a moment; the form can be sent all the same.",
    email: "Your e-mail",
    email_hint: "We send a link to confirm. It is what you will sign in with.",
    plan: "Plan",
    plans_in_full: "What each plan includes",
    users: "users",
    properties: "properties",
    unlimited_properties: "properties without limit",
    activation: "Activation:",
    activation_fee: "Activation",
    no_activation: "No activation fee",
    billing_period: "Payment",
    price: "Price",
    first_invoice: "First invoice",
    monthly: "Monthly",
    yearly: "Yearly",
    terms: "I have read and accept the terms of use and the privacy policy",
    read_terms: "Terms of use",
    read_privacy: "Privacy policy",
    send: "Create the agency",
    has_account: "Have an account?",
    sent: "Look into your mailbox",
    sent_lead: "We have sent a link to the address that you gave. Open it to confirm and create the agency.",
    sent_held: "The address of the site is held for you for 24 hours.",
    sent_again: "Nothing there? Look into the spam folder, or fill the form in again as before: the link is the same.",
    sent_file: "This installation sends no mail. The message is in:",
    confirm: "Confirm the agency",
    confirm_lead: "Check what you asked for and what it costs, which is what it cost when you filled the form in.",
    name: "Your name",
    password: "Password",
    password_hint: "At least 15 characters. A sentence that only you know is easy to remember.",
    sign_in_first: "This e-mail has an account. Sign in with your password and the confirmation goes on here.",
    make: "Confirm and create",
    gone: "This link is no longer good",
    gone_lead: "It is good for 24 hours. Fill the form in again: it takes a minute.",
    answered: "It is confirmed already",
    answered_lead: "This agency has been created. Sign in with your e-mail and your password.",
    making: "Preparing your agency",
    making_lead: "Each step is written down. You may close this page: the work goes on.",
    held_up: "This takes longer than usual. There is nothing to do: we try again by ourselves, and you can come back later.",
    ready: "It is ready",
    enter: "Enter the agency",
    steps: [
        ("reserve", "Address held"),
        ("role", "A credential of its own"),
        ("database", "A database of your own"),
        ("lock_down", "Doors shut to everybody else"),
        ("identity", "Identity stamped"),
        ("migrate", "Structure up to date"),
        ("seed", "First data and your account"),
        ("subscription", "Plan subscribed"),
        ("verify", "Isolation checked"),
        ("activate", "Site online"),
    ],
    mail_subject: "Confirm your agency at Sobrado",
    mail_known_subject: "One more agency in your account at Sobrado?",
};

/// The words in a language. No part of the table that every page of the CRM carries.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// How an agency pays, for people.
pub fn period(period: Period, lang: Lang) -> &'static str {
    let words = words(lang);
    match period {
        Period::Monthly => words.monthly,
        Period::Yearly => words.yearly,
    }
}

/// What a plan costs a period.
pub fn price(amount: &str, is_yearly: bool, lang: Lang) -> String {
    match (lang, is_yearly) {
        (Lang::Pt, false) => format!("{amount} por mês"),
        (Lang::Pt, true) => format!("{amount} por ano"),
        (Lang::En, false) => format!("{amount} a month"),
        (Lang::En, true) => format!("{amount} a year"),
    }
}

/// What is paid once.
pub fn once(amount: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{amount}, uma única vez"),
        Lang::En => format!("{amount}, once"),
    }
}

/// What the first invoice comes to, and when it is due.
pub fn first_invoice(amount: &str, days: i64, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{amount}, com vencimento em {days} dias"),
        Lang::En => format!("{amount}, due in {days} days"),
    }
}

/// An address that nobody has.
pub fn is_free(address: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{address} está livre."),
        Lang::En => format!("{address} is free."),
    }
}

/// An address that somebody has, and one like it that may be had.
pub fn is_taken(address: &str, other: Option<&str>, lang: Lang) -> String {
    match (lang, other) {
        (Lang::Pt, Some(other)) => format!("{address} já está em uso. Livre: {other}"),
        (Lang::En, Some(other)) => format!("{address} is in use. Free: {other}"),
        (Lang::Pt, None) => format!("{address} já está em uso."),
        (Lang::En, None) => format!("{address} is in use."),
    }
}

/// The mail that asks whether an agency is wanted.
pub fn mail(company: &str, address: &str, is_known: bool, lang: Lang) -> [String; 3] {
    match (lang, is_known) {
        (Lang::Pt, false) => [
            format!("Recebemos um pedido para criar a imobiliária {company}, com o site em {address}."),
            "Abra o link abaixo para confirmar, escolher a sua senha e começar. Ele vale por 24 horas.".into(),
            "Se não foi você, ignore esta mensagem: nada é criado sem a confirmação.".into(),
        ],
        (Lang::Pt, true) => [
            format!("Recebemos um pedido para criar a imobiliária {company}, com o site em {address}, com este e-mail, que já tem conta no Sobrado."),
            "Abra o link abaixo e entre com a sua senha para confirmar. Ele vale por 24 horas.".into(),
            "Se não foi você, ignore esta mensagem: nada é criado sem a confirmação, e a sua conta continua como está.".into(),
        ],
        (Lang::En, false) => [
            format!("Somebody asked to create the agency {company}, with its site at {address}."),
            "Open the link below to confirm, choose your password and begin. It is good for 24 hours.".into(),
            "If it was not you, ignore this message: nothing is created without the confirmation.".into(),
        ],
        (Lang::En, true) => [
            format!("Somebody asked to create the agency {company}, with its site at {address}, under this e-mail, which has an account at Sobrado."),
            "Open the link below and sign in with your password to confirm. It is good for 24 hours.".into(),
            "If it was not you, ignore this message: nothing is created without the confirmation, and your account stays as it is.".into(),
        ],
    }
}
