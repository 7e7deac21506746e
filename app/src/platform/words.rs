//! The words of the operators' console.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub tenants: &'static str,
    pub search: &'static str,
    pub none: &'static str,
    pub suspend: &'static str,
    pub resume: &'static str,
    pub reason: &'static str,
    pub since: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    tenants: "Imobiliárias",
    search: "Nome ou endereço",
    none: "Nenhuma imobiliária com esse nome.",
    suspend: "Suspender",
    resume: "Reativar",
    reason: "Motivo da suspensão",
    since: "desde",
};

/// English.
pub const EN: Words = Words {
    tenants: "Agencies",
    search: "Name or address",
    none: "No agency of that name.",
    suspend: "Suspend",
    resume: "Resume",
    reason: "Reason for the suspension",
    since: "since",
};

/// What an agency's state is called.
pub fn status(status: &str, lang: Lang) -> &'static str {
    let (pt, en) = match status {
        "active" => ("ativa", "active"),
        "suspended" => ("suspensa", "suspended"),
        "cancelled" => ("cancelada", "cancelled"),
        "moving" => ("em mudança", "moving"),
        "deleting" => ("em exclusão", "being deleted"),
        _ => ("em criação", "being made"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
