//! The words of the first screen.

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
    pub first_steps_title: &'static str,
    pub first_steps_of: &'static str,
    pub first_steps: [&'static str; 6],
    pub put_away: &'static str,
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
    places_left: "Livres no plano",
    unlimited: "sem limite",
    activity: "Última atividade",
    no_activity: "Nada foi feito ainda.",
    the_program: "Sobrado",
    first_steps_title: "Primeiros passos",
    first_steps_of: "de",
    first_steps: [
        "Informar CRECI e contato",
        "Enviar o logotipo e escolher as cores",
        "Cadastrar o primeiro imóvel",
        "Publicar um imóvel no site",
        "Convidar a equipe",
        "Conectar o domínio próprio",
    ],
    put_away: "Não mostrar mais",
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
    places_left: "Left in the plan",
    unlimited: "unlimited",
    activity: "Last activity",
    no_activity: "Nothing has been done yet.",
    the_program: "Sobrado",
    first_steps_title: "First steps",
    first_steps_of: "of",
    first_steps: [
        "Say CRECI and contact",
        "Upload the logo and choose the colours",
        "Register the first property",
        "Publish a property on the site",
        "Invite the team",
        "Connect your own domain",
    ],
    put_away: "Do not show again",
    first_property: "Register the first property",
    first_property_lead: "Type and purpose are enough to begin; the rest comes later.",
};
