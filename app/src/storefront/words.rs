//! The words of the public pages.

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub tagline: &'static str,
    pub about: &'static str,
    pub contact: &'static str,
    pub call: &'static str,
    pub write: &'static str,
    pub whatsapp: &'static str,
    pub not_found: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    tagline: "Seu próximo endereço começa aqui.",
    about: "Sobre a imobiliária",
    contact: "Fale conosco",
    call: "Ligar",
    write: "Escrever",
    whatsapp: "WhatsApp",
    not_found: "Esta página não existe. Volte ao início.",
};

/// English.
pub const EN: Words = Words {
    tagline: "Your next address starts here.",
    about: "About the agency",
    contact: "Talk to us",
    call: "Call",
    write: "Write",
    whatsapp: "WhatsApp",
    not_found: "This page does not exist. Go back to the start.",
};
