//! The words of the platform's front page.

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub headline: &'static str,
    pub lead: &'static str,
    pub points: [(&'static str, &'static str); 3],
    pub plans: &'static str,
    pub plans_lead: &'static str,
    pub see_plans: &'static str,
    pub demo: &'static str,
    pub demo_lead: &'static str,
    pub demo_sites: &'static str,
    pub demo_people: &'static str,
    pub demo_password: &'static str,
    pub demo_operator: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    title: "Sobrado, o sistema da imobiliária",
    headline: "A imobiliária inteira num só lugar. Os dados, só dela.",
    lead: "CRM e site para imobiliárias brasileiras. Cada imobiliária tem o seu próprio banco de dados: ninguém divide nada com ninguém.",
    points: [
        (
            "Um banco por imobiliária",
            "Isolamento garantido pelo próprio banco de dados, não por um filtro que alguém pode esquecer.",
        ),
        (
            "O site publica na hora",
            "O que a equipe publica aparece no site em até um segundo, no seu domínio e com as suas cores.",
        ),
        ("Funciona no balcão e na rua", "Páginas leves, que abrem no celular e funcionam mesmo sem JavaScript."),
    ],
    plans: "Planos",
    plans_lead: "Preços em reais. Você muda de plano quando quiser, e nada do que existe se perde.",
    see_plans: "Ver planos",
    demo: "Experimente a demonstração",
    demo_lead: "Esta instalação tem imobiliárias de exemplo. Entre com uma destas contas ou visite os sites.",
    demo_sites: "Sites",
    demo_people: "Contas",
    demo_password: "Senha de todas",
    demo_operator: "Operação",
};

/// English.
pub const EN: Words = Words {
    title: "Sobrado, the agency's system",
    headline: "The whole agency in one place. Its data, its own.",
    lead: "CRM and website for Brazilian real-estate agencies. Each agency has a database of its own: nobody shares anything with anybody.",
    points: [
        (
            "A database for each agency",
            "Isolation is enforced by the database itself, not by a filter that somebody may forget.",
        ),
        (
            "The site publishes at once",
            "What the team publishes is on the site within a second, on your domain and in your colours.",
        ),
        ("Works at the desk and on the street", "Light pages that open on a phone and work even without JavaScript."),
    ],
    plans: "Plans",
    plans_lead: "Prices in Brazilian reais. Change your plan whenever you like; nothing that exists is lost.",
    see_plans: "See plans",
    demo: "Try the demo",
    demo_lead: "This installation has sample agencies. Sign in with one of these accounts or visit the sites.",
    demo_sites: "Sites",
    demo_people: "Accounts",
    demo_password: "Everybody's password",
    demo_operator: "Operator",
};
