//! The words of the console's pages of plans.

use super::plan_types::Standing;
use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct PlanWords {
    pub title: &'static str,
    pub lead: &'static str,
    pub version: &'static str,
    pub since: &'static str,
    pub next: &'static str,
    pub monthly: &'static str,
    pub yearly: &'static str,
    pub users: &'static str,
    pub additional_user: &'static str,
    pub properties: &'static str,
    pub unlimited: &'static str,
    pub unlimited_hint: &'static str,
    pub activation_fee: &'static str,
    pub trainings: &'static str,
    pub training_price: &'static str,
    pub training_hint: &'static str,
    pub features: &'static str,
    pub valid_from: &'static str,
    pub valid_from_hint: &'static str,
    pub agencies: &'static str,
    pub editor_lead: &'static str,
    pub waits: &'static str,
    pub see: &'static str,
    pub preview: &'static str,
    pub what: &'static str,
    pub now: &'static str,
    pub then: &'static str,
    pub nothing_changes: &'static str,
    pub at_once: &'static str,
    pub from: &'static str,
    pub publish: &'static str,
    pub publish_lead: &'static str,
    pub included: &'static str,
    pub not_included: &'static str,
    pub back: &'static str,
}

const PT: PlanWords = PlanWords {
    title: "Planos",
    lead: "Uma versão publicada nunca muda: o que muda é uma versão nova, para quem contratar a partir dela. Quem já contratou fica com a sua.",
    version: "Versão",
    since: "Desde",
    next: "Nova versão",
    monthly: "Preço por mês",
    yearly: "Preço por ano",
    users: "Usuários incluídos",
    additional_user: "Usuário adicional, por mês",
    properties: "Imóveis",
    unlimited: "ilimitados",
    unlimited_hint: "Vazio: ilimitados.",
    activation_fee: "Taxa de ativação",
    trainings: "Treinamentos incluídos",
    training_price: "Preço de um treinamento",
    training_hint: "Vale para planos sem treinamento incluído.",
    features: "O que inclui",
    valid_from: "Vendida a partir de",
    valid_from_hint: "Vazio: já. Um dia começa à meia-noite de Brasília.",
    agencies: "Imobiliárias nela",
    editor_lead: "Parte da última versão. Antes de publicar você vê o que muda em relação à que é vendida agora.",
    waits: "A última versão ainda não é vendida: a nova passa a valer no dia que você disser, e a de data mais tarde vale por último.",
    see: "Ver o que muda",
    preview: "O que muda",
    what: "Item",
    now: "Vendida agora",
    then: "Nova versão",
    nothing_changes: "Nada muda em relação à versão vendida agora.",
    at_once: "Vendida assim que for publicada.",
    from: "Vendida a partir de",
    publish: "Publicar a versão",
    publish_lead: "Não há volta: para desfazer, publica-se outra. Quem já contratou não é afetado.",
    included: "incluído",
    not_included: "não incluído",
    back: "Voltar aos planos",
};

const EN: PlanWords = PlanWords {
    title: "Plans",
    lead: "A version that is published never changes: a change is a new version, for whoever buys from then on. Who has bought keeps their own.",
    version: "Version",
    since: "Since",
    next: "New version",
    monthly: "Price a month",
    yearly: "Price a year",
    users: "Users included",
    additional_user: "Additional user, a month",
    properties: "Properties",
    unlimited: "unlimited",
    unlimited_hint: "Empty: unlimited.",
    activation_fee: "Activation fee",
    trainings: "Trainings included",
    training_price: "Price of a training",
    training_hint: "For plans that include no training.",
    features: "What it includes",
    valid_from: "Sold from",
    valid_from_hint: "Empty: at once. A day begins at midnight in Brasília.",
    agencies: "Agencies on it",
    editor_lead: "It begins with the last version. Before it is published you see what changes against the one that is sold now.",
    waits: "The last version is not sold yet: the new one holds from the day that you name, and the one with the later day holds in the end.",
    see: "See what changes",
    preview: "What changes",
    what: "Item",
    now: "Sold now",
    then: "New version",
    nothing_changes: "Nothing changes against the version that is sold now.",
    at_once: "Sold as soon as it is published.",
    from: "Sold from",
    publish: "Publish the version",
    publish_lead: "There is no way back: to undo it, another is published. Who has bought already is not affected.",
    included: "included",
    not_included: "not included",
    back: "Back to the plans",
};

/// These words in a language.
pub const fn plan_words(lang: Lang) -> &'static PlanWords {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// Whether a version is sold, said.
pub const fn standing(standing: Standing, lang: Lang) -> &'static str {
    match (standing, lang) {
        (Standing::Sold, Lang::Pt) => "vendida agora",
        (Standing::Sold, Lang::En) => "sold now",
        (Standing::ToCome, Lang::Pt) => "ainda não vendida",
        (Standing::ToCome, Lang::En) => "not sold yet",
        (Standing::Earlier, Lang::Pt) => "não mais vendida",
        (Standing::Earlier, Lang::En) => "no longer sold",
    }
}

/// Users included, and what each further one costs.
pub fn users_of(included: i32, price: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{included} incluídos, {price} por adicional"),
        Lang::En => format!("{included} included, {price} each further one"),
    }
}
