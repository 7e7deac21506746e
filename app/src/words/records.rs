//! What the fields of records are called and what their values mean, across the slices: for lists that show records of every
//! kind. The server's alone.

use super::Lang;
use crate::access::Role;
use crate::properties::labels;
use crate::properties::types::{PropertyType, Purpose, Status};

/// What a field of this kind of record is called; nothing for one that has no name.
pub fn field(kind: &str, name: &str, lang: Lang) -> Option<&'static str> {
    let own = match kind {
        "property" => Some(crate::properties::words::field as fn(&str, Lang) -> &'static str),
        "store_settings" => Some(crate::store_settings::words::field as fn(&str, Lang) -> &'static str),
        _ => None,
    };
    // A slice has a word for whatever it does not know, too.
    let own = own.map(|own| (own(name, lang), own("", lang))).filter(|(label, unknown)| label != unknown);
    own.map(|(label, _)| label).or_else(|| shared(name, lang))
}

fn shared(name: &str, lang: Lang) -> Option<&'static str> {
    let (pt, en) = match name {
        "status" => ("Situação", "Status"),
        "reason" => ("Motivo", "Reason"),
        "slug" => ("Endereço", "Address"),
        "name" => ("Nome", "Name"),
        "plan" => ("Plano", "Plan"),
        "domain" => ("Domínio", "Domain"),
        "email" => ("E-mail", "E-mail"),
        "role" => ("Papel", "Role"),
        "logo" => ("Logo", "Logo"),
        "code" => ("Código", "Code"),
        "count" | "rows" => ("Quantidade", "Count"),
        "format" => ("Formato", "Format"),
        "schema_version" => ("Versão do banco de dados", "Version of the database"),
        "q" => ("Texto", "Text"),
        "who" => ("Quem", "Who"),
        "action" => ("Ação", "Action"),
        "kind" => ("Tipo de registro", "Kind of record"),
        "from" => ("De", "From"),
        "to" => ("Até", "To"),
        "agency" => ("Imobiliária", "Agency"),
        "plan_version" => ("Versão do plano", "Version of the plan"),
        "is_overdue" => ("Prazo encerrado", "Time is over"),
        "number" => ("Número", "Number"),
        "total" => ("Valor", "Amount"),
        "via" => ("Meio", "Way"),
        "reference" => ("Referência", "Reference"),
        _ => return None,
    };
    Some(match lang {
        Lang::Pt => pt,
        Lang::En => en,
    })
}

/// What a value of a field means; nothing when it says so itself.
pub fn value(kind: &str, field: &str, value: &str, lang: Lang) -> Option<&'static str> {
    match (kind, field) {
        ("property", "type") => PropertyType::parse(value).map(|value| labels::property_type(value, lang)),
        ("property", "status") => Status::parse(value).map(|value| labels::status(value, lang)),
        ("property", "purposes") => Purpose::parse(value).map(|value| labels::purpose(value, lang)),
        ("company", "status") => Some(crate::platform::labels::status(value, lang)),
        (_, "role") => Role::parse(value).map(|value| crate::auth::words::role(value, lang)),
        _ => None,
    }
}
