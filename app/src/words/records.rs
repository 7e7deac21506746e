//! What the fields of records are called and what their values mean, across the slices: for lists that show records of every
//! kind. The server's alone.

use super::Lang;
use crate::access::Role;
use crate::properties::labels;
use crate::properties::types::{Condition, Furnished, Period, PropertyType, Purpose, Status, Usage, Visibility};

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
        ("property", "usage") => Usage::parse(value).map(|value| labels::usage(value, lang)),
        ("property", "condition") => Condition::parse(value).map(|value| labels::condition(value, lang)),
        ("property", "furnished") => Furnished::parse(value).map(|value| labels::furnished(value, lang)),
        ("property", "rent_period" | "iptu_period") => Period::parse(value).map(|value| labels::period(value, lang)),
        ("property", "visibility") => Visibility::parse(value).map(|value| labels::visibility(value, lang)),
        ("company", "status" | "was") => Some(crate::platform::labels::status(value, lang)),
        ("subscription", "status") => Some(crate::platform::labels::subscription(value, lang)),
        ("subscription", "now" | "next") | (_, "billing_period") => match value {
            "monthly" => Some(crate::billing::words::period(false, lang)),
            "yearly" => Some(crate::billing::words::period(true, lang)),
            _ => None,
        },
        ("domain", "state") => Some(crate::platform::labels::domain_state(value, lang)),
        ("server", "state") => Some(crate::platform::labels::server(value, lang)),
        (_, "role") => Role::parse(value).map(|value| crate::auth::words::role(value, lang)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_has_a_name_is_never_shown_as_it_is_stored() {
        for (kind, field, stored, pt, en) in [
            ("property", "usage", "residential", "Residencial", "Residential"),
            ("property", "purposes", "sale", "Venda", "Sale"),
            ("property", "visibility", "neighborhood", "Só o bairro", "Neighbourhood only"),
            ("property", "rent_period", "monthly", "por mês", "a month"),
            ("company", "status", "deleting", "em exclusão", "being deleted"),
            ("company", "was", "active", "ativa", "active"),
            ("subscription", "status", "past_due", "em atraso", "past due"),
            ("subscription", "next", "yearly", "anual", "yearly"),
            ("company", "billing_period", "monthly", "mensal", "monthly"),
            ("domain", "state", "suspect", "com problema no DNS", "with a problem in its DNS"),
            ("server", "state", "draining", "não recebe mais", "takes no more"),
            ("member", "role", "broker", "Corretagem", "Broker"),
        ] {
            let said = [Lang::Pt, Lang::En].map(|lang| value(kind, field, stored, lang));
            assert_eq!(said, [Some(pt), Some(en)], "{kind} {field} {stored}");
        }
        assert_eq!(value("subscription", "next", "k2", Lang::Pt), None);
        assert_eq!(value("property", "usage", "of_tomorrow", Lang::Pt), None);
    }
}
