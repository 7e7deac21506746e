//! The words of the agency's settings.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub store: &'static str,
    pub store_lead: &'static str,
    pub brand: &'static str,
    pub brand_lead: &'static str,
    pub identity: &'static str,
    pub contact: &'static str,
    pub creci_hint: &'static str,
    pub hero_hint: &'static str,
    pub about_hint: &'static str,
    pub phone_hint: &'static str,
    pub whatsapp_hint: &'static str,
    pub colors: &'static str,
    pub primary_hint: &'static str,
    pub secondary_hint: &'static str,
    pub readable: &'static str,
    pub hard_to_read: &'static str,
    pub use_shade: &'static str,
    pub logo: &'static str,
    pub logo_hint: &'static str,
    pub no_logo: &'static str,
    pub send_logo: &'static str,
    pub remove_logo: &'static str,
    pub preview: &'static str,
    pub sample_title: &'static str,
    pub sample_place: &'static str,
    pub sample_price: &'static str,
    pub sample_size: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    store: "Dados do site",
    store_lead: "É assim que o site apresenta a imobiliária.",
    brand: "Marca",
    brand_lead: "Logo e cores do site. A prévia muda enquanto você escolhe.",
    identity: "Quem somos",
    contact: "Contato",
    creci_hint: "Da empresa, como J-12345. Sem ele nenhum imóvel pode ser publicado.",
    hero_hint: "A primeira frase da página inicial. Em branco, usamos a nossa.",
    about_hint: "Aparece na página inicial, abaixo dos imóveis.",
    phone_hint: "Com DDD.",
    whatsapp_hint: "Com DDD. O botão de cada imóvel abre a conversa com o código dele.",
    colors: "Cores",
    primary_hint: "Botões e destaques do site.",
    secondary_hint: "Detalhes: selos e marcadores.",
    readable: "Texto branco sobre esta cor se lê bem",
    hard_to_read: "Texto branco sobre esta cor se lê mal: o site escreve em preto sobre ela",
    use_shade: "Usar o tom legível",
    logo: "Logo",
    logo_hint: "PNG, JPEG ou WebP, de preferência com fundo transparente.",
    no_logo: "Sem logo, o site mostra o nome da imobiliária.",
    send_logo: "Enviar logo",
    remove_logo: "Remover logo",
    preview: "Prévia do site",
    sample_title: "Apartamento com varanda na Vila Clara",
    sample_place: "Vila Clara",
    sample_price: "R$ 750.000",
    sample_size: "Apartamento · 82 m² · 3 quartos · 2 vagas",
};

/// English.
pub const EN: Words = Words {
    store: "Site details",
    store_lead: "This is how the site presents the agency.",
    brand: "Brand",
    brand_lead: "The site's logo and colours. The preview changes while you choose.",
    identity: "Who we are",
    contact: "Contact",
    creci_hint: "The company's, such as J-12345. Without it no property can be published.",
    hero_hint: "The first sentence of the landing page. Left empty, we use our own.",
    about_hint: "It stands on the landing page, below the properties.",
    phone_hint: "With its area code.",
    whatsapp_hint: "With its area code. Each property's button opens the chat with its code.",
    colors: "Colours",
    primary_hint: "The site's buttons and highlights.",
    secondary_hint: "Details: tags and markers.",
    readable: "White text on this colour reads well",
    hard_to_read: "White text on this colour is hard to read: the site writes on it in black",
    use_shade: "Use the shade that reads well",
    logo: "Logo",
    logo_hint: "PNG, JPEG or WebP, transparent behind it if you have one.",
    no_logo: "Without a logo the site shows the agency's name.",
    send_logo: "Send logo",
    remove_logo: "Remove logo",
    preview: "Preview of the site",
    sample_title: "Apartment with a balcony in Vila Clara",
    sample_place: "Vila Clara",
    sample_price: "R$ 750,000",
    sample_size: "Apartment · 82 m² · 3 bedrooms · 2 parking spaces",
};

/// What a field is called.
pub fn field(name: &str, lang: Lang) -> &'static str {
    let (pt, en) = match name {
        "company_name" => ("Nome no site", "Name on the site"),
        "creci" => ("CRECI", "CRECI"),
        "hero_title" => ("Frase de abertura", "Opening sentence"),
        "about" => ("Sobre a imobiliária", "About the agency"),
        "phone" => ("Telefone", "Telephone"),
        "whatsapp" => ("WhatsApp", "WhatsApp"),
        "email" => ("E-mail", "E-mail"),
        "address" => ("Endereço do escritório", "Address of the office"),
        "primary_color" => ("Cor principal", "Primary colour"),
        "secondary_color" => ("Cor secundária", "Secondary colour"),
        _ => ("Campo", "Field"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

/// A contrast in tenths, as a ratio: `8,3 : 1`.
pub fn ratio(tenths: u32, lang: Lang) -> String {
    let point = if lang == Lang::Pt { ',' } else { '.' };
    format!("{}{point}{} : 1", tenths / 10, tenths % 10)
}
