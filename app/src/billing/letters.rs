//! What owners are told by mail of their agency's standing: that it will be closed, was closed, is open again, has ended, and that
//! its data go or are kept after all. Not among the words of the screens: no browser needs them.

use tenancy::central::owner_notices::News;
use time::OffsetDateTime;

use crate::outside::mail::Writing;
use crate::values::day::format_day;
use crate::words::{Lang, words_in};

/// What is said of an agency's standing; nothing for news of another kind.
pub fn standing(lang: Lang, company: &str, news: &News, (plan, how_to_pay): (String, String)) -> Option<Writing> {
    let is_owing = matches!(
        news,
        News::ClosesSoon { .. }
            | News::Closed { is_held: false }
            | News::Ended { is_wished: false }
            | News::GoesSoon { is_wished: false, .. }
            | News::Stays { is_wished: false, .. }
    );
    let (subject, line, label, after) = match *news {
        News::ClosesSoon { on } => closes_soon(lang, company, on)?,
        News::Closed { is_held: true } => held(lang, company),
        News::Closed { is_held: false } => closed(lang, company),
        News::Opened => opened(lang, company),
        News::Ended { is_wished } => ended(lang, company, is_wished),
        News::GoesSoon { on, is_wished } => goes_soon(lang, company, (on, is_wished))?,
        News::Stays { until, is_wished } => stays(lang, company, (until, is_wished))?,
        News::Left { .. } | News::Acted { .. } => return None,
    };
    let link = (!label.is_empty()).then(|| (label.to_owned(), plan));
    let how = is_owing.then(|| format!("{}: {how_to_pay}", words_in(lang).billing.how_to_pay));
    let lines = std::iter::once(line).chain(how).collect();
    Some(Writing { lang, name: String::new(), subject, lines, link, after: vec![after.to_owned()] })
}

/// Subject, what happened, what the link to the plan's page says, and what is to be known beside it. Where nobody enters any more
/// there is no link.
type Said = (String, String, &'static str, &'static str);

fn closes_soon(lang: Lang, company: &str, on: i64) -> Option<Said> {
    let day = format_day(OffsetDateTime::from_unix_timestamp(on).ok()?, lang);
    Some(match lang {
        Lang::Pt => (
            format!("O acesso da {company} será suspenso em {day}"),
            format!(
                "Há uma fatura da {company} vencida há 18 dias. Se ela não for paga, em {day} o site deixa de abrir e ninguém entra mais no CRM."
            ),
            "Ver a fatura",
            "Se já pagou, não é preciso fazer nada: o pagamento ainda está sendo registrado.",
        ),
        Lang::En => (
            format!("Access for {company} will be suspended on {day}"),
            format!(
                "An invoice of {company} is 18 days over. Unless it is paid, on {day} the site stops opening and nobody enters the CRM any more."
            ),
            "See the invoice",
            "If you have paid, there is nothing to do: the payment is still being recorded.",
        ),
    })
}

/// An operator has closed it.
fn held(lang: Lang, company: &str) -> Said {
    match lang {
        Lang::Pt => (
            format!("O acesso da {company} foi suspenso"),
            format!(
                "A plataforma suspendeu o acesso da {company}. Enquanto isso o site não abre e ninguém entra no CRM; nenhum dado se perde."
            ),
            "Ver a situação",
            "Para saber por quê, pergunte a quem atende você na plataforma.",
        ),
        Lang::En => (
            format!("Access for {company} was suspended"),
            format!(
                "The platform has suspended access for {company}. Meanwhile the site does not open and nobody enters the CRM; no data are lost."
            ),
            "See how it stands",
            "To learn why, ask whoever looks after you at the platform.",
        ),
    }
}

/// Something is owed for too long.
fn closed(lang: Lang, company: &str) -> Said {
    match lang {
        Lang::Pt => (
            format!("O acesso da {company} foi suspenso"),
            format!(
                "Há uma fatura da {company} vencida há 21 dias, e o acesso foi suspenso. O site não abre e ninguém entra no CRM; nenhum dado se perde."
            ),
            "Ver a fatura",
            "Com o pagamento o acesso volta sozinho. Aos 60 dias de atraso a assinatura termina.",
        ),
        Lang::En => (
            format!("Access for {company} was suspended"),
            format!(
                "An invoice of {company} is 21 days over, and access was suspended. The site does not open and nobody enters the CRM; no data are lost."
            ),
            "See the invoice",
            "Once it is paid, access comes back by itself. At 60 days over the subscription ends.",
        ),
    }
}

/// It is open again.
fn opened(lang: Lang, company: &str) -> Said {
    match lang {
        Lang::Pt => (
            format!("O acesso da {company} voltou"),
            format!("A {company} está aberta de novo: o site está no ar e a equipe entra no CRM como antes."),
            "Ver o plano",
            "Nada se perdeu enquanto esteve fechada.",
        ),
        Lang::En => (
            format!("{company} is open again"),
            format!("{company} is open again: the site is on the air and the team enters the CRM as before."),
            "See the plan",
            "Nothing was lost while it was closed.",
        ),
    }
}

/// The subscription has ended, as its owner wished or for what is owed.
fn ended(lang: Lang, company: &str, is_wished: bool) -> Said {
    match (lang, is_wished) {
        (Lang::Pt, true) => (
            format!("A assinatura da {company} terminou"),
            format!(
                "A assinatura da {company} terminou, como foi pedido. O site não abre mais e ninguém entra no CRM."
            ),
            "Ver o plano",
            "Os dados ficam guardados por 30 dias e depois são apagados. Até lá, quem é da diretoria entra na página do plano e pode voltar; a quem pedir, a plataforma entrega uma cópia dos dados.",
        ),
        (Lang::En, true) => (
            format!("The subscription of {company} has ended"),
            format!(
                "The subscription of {company} has ended, as was asked for. The site does not open any more and nobody enters the CRM."
            ),
            "See the plan",
            "Its data is kept for 30 days and then deleted. Until then its owners reach the plan's page, and can come back; to an owner who asks, the platform hands a copy of the data over.",
        ),
        (Lang::Pt, false) => (
            format!("A assinatura da {company} terminou"),
            format!(
                "Há uma fatura da {company} vencida há 60 dias, e a assinatura terminou. O site não abre e ninguém entra no CRM."
            ),
            "Ver a fatura",
            "Os dados ficam guardados por 30 dias e depois são apagados. Até lá, quem é da diretoria entra na página do plano, e com o pagamento o acesso volta; a quem pedir, a plataforma entrega uma cópia dos dados.",
        ),
        (Lang::En, false) => (
            format!("The subscription of {company} has ended"),
            format!(
                "An invoice of {company} is 60 days over, and the subscription has ended. The site does not open and nobody enters the CRM."
            ),
            "See the invoice",
            "Its data is kept for 30 days and then deleted. Until then its owners reach the plan's page, and once it is paid, access comes back; to an owner who asks, the platform hands a copy of the data over.",
        ),
    }
}

/// The time in which its data were kept is over: three days are left in which somebody can keep them.
fn goes_soon(lang: Lang, company: &str, (on, is_wished): (i64, bool)) -> Option<Said> {
    let day = format_day(OffsetDateTime::from_unix_timestamp(on).ok()?, lang);
    Some(match (lang, is_wished) {
        (Lang::Pt, true) => (
            format!("Os dados da {company} serão apagados em {day}"),
            format!(
                "A assinatura da {company} terminou há 30 dias, como foi pedido. Em {day} o banco de dados e as fotos são apagados, e ninguém os recupera depois disso. Até lá ninguém consegue entrar."
            ),
            "",
            "Para voltar, ou para receber uma cópia dos dados, escreva antes desse dia a quem atende você na plataforma. Se está tudo certo assim, não é preciso fazer nada.",
        ),
        (Lang::En, true) => (
            format!("The data of {company} will be deleted on {day}"),
            format!(
                "The subscription of {company} ended 30 days ago, as was asked for. On {day} its database and its photographs are deleted, and they cannot be recovered after that. Until then nobody can sign in."
            ),
            "",
            "To come back, or to be given a copy of the data, write before that day to whoever looks after you at the platform. If that is what you want, there is nothing to do.",
        ),
        (Lang::Pt, false) => (
            format!("Os dados da {company} serão apagados em {day}"),
            format!(
                "A assinatura da {company} terminou há 30 dias por uma fatura que não foi paga. Em {day} o banco de dados e as fotos são apagados, e ninguém os recupera depois disso. Até lá ninguém consegue entrar."
            ),
            "",
            "Com o pagamento registrado antes desse dia, o acesso volta sozinho. Se já pagou, ou se quer receber uma cópia dos dados, escreva agora a quem atende você na plataforma.",
        ),
        (Lang::En, false) => (
            format!("The data of {company} will be deleted on {day}"),
            format!(
                "The subscription of {company} ended 30 days ago for an invoice that was not paid. On {day} its database and its photographs are deleted, and they cannot be recovered after that. Until then nobody can sign in."
            ),
            "",
            "With the payment recorded before that day, access comes back by itself. If you have paid, or want to be given a copy of the data, write now to whoever looks after you at the platform.",
        ),
    })
}

/// Somebody keeps what was to go: the time in which it is kept begins anew.
fn stays(lang: Lang, company: &str, (until, is_wished): (i64, bool)) -> Option<Said> {
    let day = format_day(OffsetDateTime::from_unix_timestamp(until).ok()?, lang);
    let (subject, line) = match lang {
        Lang::Pt => (
            format!("Os dados da {company} continuam guardados"),
            format!(
                "Os dados da {company} não serão apagados no dia que dissemos: a plataforma os guarda até {day}. A assinatura continua terminada; o site não abre e a equipe não entra no CRM."
            ),
        ),
        Lang::En => (
            format!("The data of {company} is still kept"),
            format!(
                "The data of {company} will not be deleted on the day that we named: the platform keeps it until {day}. The subscription is still ended; the site does not open and the team does not enter the CRM."
            ),
        ),
    };
    let (label, after) = match (lang, is_wished) {
        (Lang::Pt, true) => {
            ("Ver o plano", "Até lá, quem é da diretoria entra de novo na página do plano e pode voltar.")
        }
        (Lang::En, true) => ("See the plan", "Until then its owners reach the plan's page again, and can come back."),
        (Lang::Pt, false) => (
            "Ver a fatura",
            "Até lá, quem é da diretoria entra de novo na página do plano, e com o pagamento o acesso volta.",
        ),
        (Lang::En, false) => (
            "See the invoice",
            "Until then its owners reach the plan's page again, and once it is paid, access comes back.",
        ),
    };
    Some((subject, line, label, after))
}
