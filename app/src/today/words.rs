//! The words of the first screen.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub see_site: &'static str,
    pub published: &'static str,
    pub unready: &'static str,
    pub nothing_unready: &'static str,
    pub only_publish: &'static str,
    pub active: &'static str,
    pub drafts: &'static str,
    pub all: &'static str,
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
    unready: "A caminho do site",
    nothing_unready: "Nada pendente: o que está ativo está no site.",
    only_publish: "Pronto: falta publicar.",
    active: "Ativos",
    drafts: "Rascunhos",
    all: "Em carteira",
    places_left: "Vagas no plano",
    unlimited: "sem limite",
    activity: "Última atividade",
    no_activity: "Nada foi feito ainda.",
    the_program: "Sobrado",
    first_property: "Cadastre o primeiro imóvel",
    first_property_lead: "Tipo e finalidade bastam para começar; o resto vem depois.",
};

/// English.
pub const EN: Words = Words {
    title: "Today",
    see_site: "See the site",
    published: "On the site",
    unready: "On the way to the site",
    nothing_unready: "Nothing is waiting: what is active is on the site.",
    only_publish: "Ready: it only has to be published.",
    active: "Active",
    drafts: "Drafts",
    all: "In stock",
    places_left: "Places in the plan",
    unlimited: "unlimited",
    activity: "Last activity",
    no_activity: "Nothing has been done yet.",
    the_program: "Sobrado",
    first_property: "Register the first property",
    first_property_lead: "Type and purpose are enough to begin; the rest comes later.",
};

/// What an action is called.
pub fn action(action: &str, lang: Lang) -> &'static str {
    let (pt, en) = match action {
        "property.create" => ("cadastrou um imóvel", "registered a property"),
        "property.update" => ("alterou um imóvel", "changed a property"),
        "property.publish" => ("publicou um imóvel", "published a property"),
        "property.unpublish" => ("tirou um imóvel do site", "took a property off the site"),
        "property.feature" => ("destacou um imóvel", "featured a property"),
        "property.unfeature" => ("tirou o destaque de um imóvel", "stopped featuring a property"),
        "property.photos" => ("mudou as fotos de um imóvel", "changed a property's photos"),
        "settings.update" => ("alterou a loja", "changed the store"),
        "import.run" => ("importou imóveis", "imported properties"),
        "import.undo" => ("desfez uma importação", "undid an import"),
        "property.archive" => ("arquivou um imóvel", "archived a property"),
        "property.restore" => ("restaurou um imóvel", "restored a property"),
        _ => ("alterou um registro", "changed a record"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
