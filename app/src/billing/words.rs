//! The words of plans and limits.

use super::features::Feature;
use crate::error::{Gate, Limit};
use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub plan: &'static str,
    pub of: &'static str,
    pub unlimited: &'static str,
    pub owes: &'static str,
    pub includes: &'static str,
    pub change: &'static str,
    pub change_lead: &'static str,
    pub period: &'static str,
    pub additional_users: &'static str,
    pub see_price: &'static str,
    pub confirm: &'static str,
    pub cancel: &'static str,
    pub cancel_lead: &'static str,
    pub keep: &'static str,
    pub invoices: &'static str,
    pub how_to_pay: &'static str,
    pub ask_how_to_pay: &'static str,
    pub history: &'static str,
    pub amount: &'static str,
    pub compare: &'static str,
    pub monthly: &'static str,
    pub yearly: &'static str,
    pub users_included: &'static str,
    pub additional_user: &'static str,
    pub properties: &'static str,
    pub users: &'static str,
    pub activation_fee: &'static str,
    pub free: &'static str,
    pub trainings: &'static str,
    pub paid: &'static str,
    pub included: &'static str,
    pub not_included: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    plan: "Plano",
    of: "de",
    unlimited: "sem limite",
    owes: "Há uma fatura vencida. Pague para que o acesso não seja suspenso.",
    includes: "O que o plano inclui",
    change: "Mudar de plano",
    change_lead: "O que custa mais vale na hora, pago pelos dias que faltam; o que custa menos vale no próximo período.",
    period: "Cobrança",
    additional_users: "Usuários adicionais",
    see_price: "Ver valor",
    confirm: "Confirmar",
    cancel: "Cancelar a assinatura",
    cancel_lead: "A assinatura cancelada vale até o fim do período pago. Até lá você pode voltar atrás.",
    keep: "Continuar com a assinatura",
    invoices: "Faturas",
    how_to_pay: "Como pagar",
    ask_how_to_pay: "combine com quem atende você na plataforma.",
    history: "Histórico de uso",
    amount: "Valor",
    compare: "Comparar planos",
    monthly: "por mês",
    yearly: "por ano",
    users_included: "Usuários incluídos",
    additional_user: "Usuário adicional",
    properties: "Imóveis",
    users: "Usuários",
    activation_fee: "Taxa de ativação",
    free: "grátis",
    trainings: "Treinamentos",
    paid: "pago",
    included: "incluído",
    not_included: "não incluído",
};

/// English.
pub const EN: Words = Words {
    plan: "Plan",
    of: "of",
    unlimited: "unlimited",
    owes: "An invoice is overdue. Pay it so that access is not suspended.",
    includes: "What the plan includes",
    change: "Change plan",
    change_lead: "What costs more counts at once, paid for the days that are left; what costs less counts from the next period.",
    period: "Billing",
    additional_users: "Additional users",
    see_price: "See the price",
    confirm: "Confirm",
    cancel: "Cancel the subscription",
    cancel_lead: "A cancelled subscription lasts until the end of the period that is paid. Until then you can take it back.",
    keep: "Continue the subscription",
    invoices: "Invoices",
    how_to_pay: "How to pay",
    ask_how_to_pay: "arrange it with whoever looks after you at the platform.",
    history: "Use over time",
    amount: "Amount",
    compare: "Compare plans",
    monthly: "a month",
    yearly: "a year",
    users_included: "Users included",
    additional_user: "Additional user",
    properties: "Properties",
    users: "Users",
    activation_fee: "Activation fee",
    free: "free",
    trainings: "Trainings",
    paid: "paid",
    included: "included",
    not_included: "not included",
};

/// The sentence for a limit that has been reached.
pub fn limit_reached(limit: &Limit, lang: Lang) -> String {
    let (current, max) = (limit.current, limit.max);
    if let Some(price) = &limit.price {
        return match lang {
            Lang::Pt => format!(
                "As {max} vagas de usuário do plano estão ocupadas ({current}). Cada usuário a mais custa R$ {} por mês; desative alguém, ou mude de plano em Plano.",
                price.replace('.', ",")
            ),
            Lang::En => format!(
                "The plan's {max} user places are taken ({current}). Each additional user costs R$ {price} a month; deactivate somebody, or change the plan under Plan."
            ),
        };
    }
    match lang {
        Lang::Pt => format!(
            "Seu plano comporta {max} imóveis e há {current}. Arquive até haver lugar, ou mude de plano em Plano."
        ),
        Lang::En => format!(
            "Your plan holds {max} properties and there are {current}. Archive some, or change the plan under Plan."
        ),
    }
}

/// The sentence for something that the plan does not include.
pub fn feature_lacking(gate: &Gate, lang: Lang) -> String {
    let name = feature(gate.feature, lang);
    match (lang, gate.plan.as_str()) {
        (Lang::Pt, "") => format!("{name} não faz parte do seu plano. Fale com a plataforma."),
        (Lang::Pt, plan) => format!("{name} não faz parte do seu plano. O plano {plan} inclui: mude em Plano."),
        (Lang::En, "") => format!("{name} is not part of your plan. Talk to the platform."),
        (Lang::En, plan) => format!("{name} is not part of your plan. The {plan} plan includes it: change under Plan."),
    }
}

/// What a feature is called.
pub const fn feature(feature: Feature, lang: Lang) -> &'static str {
    match (feature, lang) {
        (Feature::MobileApp, Lang::Pt) => "Aplicativo no celular",
        (Feature::MobileApp, Lang::En) => "Mobile app",
        (Feature::LandingPage, Lang::Pt) => "Site da imobiliária",
        (Feature::LandingPage, Lang::En) => "The agency's website",
        (Feature::Attendance, Lang::Pt) => "Gestão de atendimentos",
        (Feature::Attendance, Lang::En) => "Attendance management",
        (Feature::LeadTransfer, Lang::Pt) => "Transferência de leads",
        (Feature::LeadTransfer, Lang::En) => "Lead transfer",
        (Feature::Blog, Lang::Pt) => "Blog institucional",
        (Feature::Blog, Lang::En) => "Institutional blog",
        (Feature::VipSupport, Lang::Pt) => "Suporte VIP",
        (Feature::VipSupport, Lang::En) => "VIP support",
        (Feature::CustomerSuccess, _) => "Customer success",
        (Feature::PropertyApi, Lang::Pt) => "API de imóveis",
        (Feature::PropertyApi, Lang::En) => "Property API",
        (Feature::BrokerPortal, Lang::Pt) => "Portal do corretor",
        (Feature::BrokerPortal, Lang::En) => "Broker portal",
    }
}

/// A sentence in the language.
fn pick(lang: Lang, pt: String, en: String) -> String {
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

/// What somebody should know of a subscription first. Days as people read them.
#[derive(Debug)]
pub enum Notice<'a> {
    /// An invoice is over since one day, and access ends on another.
    PastDue(&'a str, &'a str),
    /// Closed for an invoice that is over since this day.
    Unpaid(&'a str),
    /// Closed by an operator.
    Held,
    /// Ended by its owner on one day, and kept until another.
    Ended(&'a str, &'a str),
    /// Given up for an invoice that is over since one day, and kept until another.
    GivenUp(&'a str, &'a str),
    /// It ends on this day.
    Ends(&'a str),
    /// From this day on it is something else.
    Waits(&'a str, &'a str),
}

/// The sentence of a notice.
pub fn notice(notice: &Notice<'_>, lang: Lang) -> String {
    match notice {
        Notice::PastDue(since, until) => pick(
            lang,
            format!("Há uma fatura vencida desde {since}. Sem pagamento, o acesso é suspenso em {until}."),
            format!("An invoice is overdue since {since}. Unless it is paid, access is suspended on {until}."),
        ),
        Notice::Unpaid(since) => pick(
            lang,
            format!(
                "O acesso está suspenso: há uma fatura vencida desde {since}. Os dados estão guardados, e o acesso volta com o pagamento."
            ),
            format!(
                "Access is suspended: an invoice is overdue since {since}. The data is kept, and access comes back with the payment."
            ),
        ),
        Notice::Held => pick(
            lang,
            "O acesso desta imobiliária está suspenso. Os dados estão guardados; fale com a plataforma para retomar."
                .into(),
            "Access to this agency is suspended. Its data is kept; talk to the platform to resume.".into(),
        ),
        Notice::Ended(day, kept) => pick(
            lang,
            format!(
                "A assinatura terminou em {day}. Os dados ficam guardados até {kept}; até lá você pode continuar de onde parou."
            ),
            format!(
                "The subscription ended on {day}. Its data is kept until {kept}; until then you can go on where you stopped."
            ),
        ),
        Notice::GivenUp(since, kept) => pick(
            lang,
            format!(
                "A assinatura foi cancelada: há uma fatura vencida desde {since}. Os dados ficam guardados até {kept}, e até lá o acesso volta com o pagamento."
            ),
            format!(
                "The subscription is cancelled: an invoice is overdue since {since}. The data is kept until {kept}, and until then access comes back with the payment."
            ),
        ),
        Notice::Ends(day) => pick(
            lang,
            format!("A assinatura termina em {day}. Até lá tudo funciona."),
            format!("The subscription ends on {day}. Until then everything works."),
        ),
        Notice::Waits(day, terms) => {
            pick(lang, format!("A partir de {day}: {terms}."), format!("From {day}: {terms}."))
        }
    }
}

/// How long a period is, as one chooses it.
pub const fn period(is_yearly: bool, lang: Lang) -> &'static str {
    match (is_yearly, lang) {
        (false, Lang::Pt) => "mensal",
        (false, Lang::En) => "monthly",
        (true, Lang::Pt) => "anual",
        (true, Lang::En) => "yearly",
    }
}

/// What is bought, in a line: plan, additional users, price a period.
pub fn terms((plan, additional): (&str, i32), (price, is_yearly): (&str, bool), lang: Lang) -> String {
    let a_period = if is_yearly {
        pick(lang, "por ano".into(), "a year".into())
    } else {
        pick(lang, "por mês".into(), "a month".into())
    };
    let users = match additional {
        0 => String::new(),
        1 => pick(lang, ", 1 usuário adicional".into(), ", 1 additional user".into()),
        n => pick(lang, format!(", {n} usuários adicionais"), format!(", {n} additional users")),
    };
    pick(lang, format!("plano {plan}{users}, {price} {a_period}"), format!("{plan} plan{users}, {price} {a_period}"))
}

/// A plan as one chooses it, with its price a month.
pub fn choice(plan: &str, price: &str, lang: Lang) -> String {
    pick(lang, format!("{plan}: {price} por mês"), format!("{plan}: {price} a month"))
}

/// From one day to another.
pub fn span(from: &str, until: &str, lang: Lang) -> String {
    pick(lang, format!("de {from} a {until}"), format!("{from} to {until}"))
}

/// So many of so many.
pub fn of(used: i64, max: Option<i64>, lang: Lang) -> String {
    match max {
        Some(max) => pick(lang, format!("{used} de {max}"), format!("{used} of {max}")),
        None => pick(lang, format!("{used} (sem limite)"), format!("{used} (unlimited)")),
    }
}

/// What a change asks for now.
pub fn due_now(amount: &str, (days, of): (i64, i64), lang: Lang) -> String {
    pick(
        lang,
        format!("Agora: {amount}, a diferença por {days} de {of} dias."),
        format!("Now: {amount}, the difference for {days} of {of} days."),
    )
}

/// A change that begins at once and asks for nothing now.
pub fn at_once(lang: Lang) -> String {
    pick(
        lang,
        "Vale agora, sem custo até o próximo período.".into(),
        "It counts now, at no cost until the next period.".into(),
    )
}

/// A change that waits.
pub fn later(day: &str, lang: Lang) -> String {
    pick(
        lang,
        format!("Vale a partir de {day}; até lá nada muda e nada é cobrado."),
        format!("It counts from {day}; until then nothing changes and nothing is charged."),
    )
}

/// More in use than there will be room for.
pub fn too_many(is_users: bool, (used, max): (i64, i64), lang: Lang) -> String {
    let (pt, en) = if is_users { ("usuários", "users") } else { ("imóveis", "properties") };
    pick(
        lang,
        format!("Há {used} {pt} e caberão {max}: nada some, mas não entram outros até haver lugar."),
        format!(
            "There are {used} {en} and there will be room for {max}: nothing is lost, but no more come in until there is room."
        ),
    )
}

/// What is said of a feature that the plan includes, or that another does.
pub fn has(has: bool, plan: &str, lang: Lang) -> String {
    match (has, plan) {
        (true, _) => pick(lang, "incluído".into(), "included".into()),
        (false, "") => pick(lang, "não incluído".into(), "not included".into()),
        (false, plan) => pick(lang, format!("no plano {plan}"), format!("in the {plan} plan")),
    }
}

/// An invoice's heading.
pub fn invoice(number: i64, total: &str, lang: Lang) -> String {
    pick(lang, format!("Fatura {number} · {total}"), format!("Invoice {number} · {total}"))
}

/// When an invoice was issued and is due.
pub fn due(issued: &str, due: &str, lang: Lang) -> String {
    pick(lang, format!("emitida em {issued}, vence em {due}"), format!("issued on {issued}, due on {due}"))
}

/// What became of an invoice.
pub fn paid(paid: Option<&str>, is_over: bool, lang: Lang) -> String {
    match paid {
        Some(day) => pick(lang, format!("paga em {day}"), format!("paid on {day}")),
        None if is_over => pick(lang, "vencida".into(), "overdue".into()),
        None => pick(lang, "em aberto".into(), "open".into()),
    }
}

/// What a line of an invoice is for.
pub fn line((kind, plan): (&str, &str), quantity: i32, days: Option<(i32, i32)>, lang: Lang) -> String {
    let what = match kind {
        "plan" => pick(lang, format!("Plano {plan}"), format!("{plan} plan")),
        "additional_users" => {
            pick(lang, format!("Usuários adicionais: {quantity}"), format!("Additional users: {quantity}"))
        }
        "activation_fee" => pick(lang, "Taxa de ativação".into(), "Activation fee".into()),
        _ => pick(lang, format!("Mudança para o plano {plan}"), format!("Change to the {plan} plan")),
    };
    match days {
        Some((days, of)) => pick(lang, format!("{what}, {days} de {of} dias"), format!("{what}, {days} of {of} days")),
        None => what,
    }
}
