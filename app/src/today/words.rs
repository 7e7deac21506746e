//! The words of the first screen.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub see_site: &'static str,
    pub published: &'static str,
    pub drafts: &'static str,
    pub unpublished: &'static str,
    pub places_left: &'static str,
    pub unlimited: &'static str,
    pub activity: &'static str,
    pub no_activity: &'static str,
    pub the_program: &'static str,
    pub first_property: &'static str,
    pub first_property_lead: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    title: "Hoje",
    see_site: "Ver o site",
    published: "No site",
    drafts: "Rascunhos",
    unpublished: "Ativos fora do site",
    places_left: "Vagas no plano",
    unlimited: "sem limite",
    activity: "Última atividade",
    no_activity: "Nada foi feito ainda.",
    the_program: "Sobrado",
    first_property: "Cadastre o primeiro imóvel",
    first_property_lead: "Com um título, um preço e o bairro ele já pode ir para o site.",
};

/// English.
pub const EN: Words = Words {
    title: "Today",
    see_site: "See the site",
    published: "On the site",
    drafts: "Drafts",
    unpublished: "Active, not on the site",
    places_left: "Places in the plan",
    unlimited: "unlimited",
    activity: "Last activity",
    no_activity: "Nothing has been done yet.",
    the_program: "Sobrado",
    first_property: "Register the first property",
    first_property_lead: "With a title, a price and the neighbourhood it can go on the site.",
};

/// What an action is called.
pub fn action(action: &str, lang: Lang) -> &'static str {
    let (pt, en) = match action {
        "property.create" => ("cadastrou um imóvel", "registered a property"),
        "property.update" => ("alterou um imóvel", "changed a property"),
        "property.archive" => ("arquivou um imóvel", "archived a property"),
        "property.restore" => ("restaurou um imóvel", "restored a property"),
        "property.publish" => ("publicou um imóvel", "published a property"),
        "property.unpublish" => ("tirou um imóvel do site", "took a property off the site"),
        _ => ("alterou um registro", "changed a record"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
