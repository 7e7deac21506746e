//! The words of plans and limits.

use crate::error::Limit;
use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub plan: &'static str,
    pub of: &'static str,
    pub unlimited: &'static str,
    pub how_to_change: &'static str,
    pub suspended: &'static str,
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
    how_to_change: "Para mudar de plano, fale com a plataforma: a mudança vale na hora e nada do que existe se perde.",
    suspended: "O acesso desta imobiliária está suspenso. Os dados estão guardados; fale com a plataforma para retomar.",
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
    how_to_change: "To change your plan, talk to the platform: the change takes effect at once and nothing that exists is lost.",
    suspended: "Access to this agency is suspended. Its data is kept; talk to the platform to resume.",
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
            "Seu plano comporta {max} imóveis e todos estão em uso ({current}). Arquive um, ou mude de plano em Plano."
        ),
        Lang::En => format!(
            "Your plan holds {max} properties and all are in use ({current}). Archive one, or change the plan under Plan."
        ),
    }
}

/// The plan table's features in order, with their names.
pub const fn features(lang: Lang) -> [(&'static str, &'static str); 9] {
    match lang {
        Lang::Pt => [
            ("mobile_app", "Aplicativo no celular"),
            ("landing_page", "Site da imobiliária"),
            ("attendance", "Gestão de atendimentos"),
            ("lead_transfer", "Transferência de leads"),
            ("blog", "Blog institucional"),
            ("vip_support", "Suporte VIP"),
            ("customer_success", "Customer success"),
            ("property_api", "API de imóveis"),
            ("broker_portal", "Portal do corretor"),
        ],
        Lang::En => [
            ("mobile_app", "Mobile app"),
            ("landing_page", "The agency's website"),
            ("attendance", "Attendance management"),
            ("lead_transfer", "Lead transfer"),
            ("blog", "Institutional blog"),
            ("vip_support", "VIP support"),
            ("customer_success", "Customer success"),
            ("property_api", "Property API"),
            ("broker_portal", "Broker portal"),
        ],
    }
}
