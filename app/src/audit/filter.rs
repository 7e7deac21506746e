//! What of the log is shown: its state is the address, and the address is its state.

use serde::{Deserialize, Serialize};

use crate::values::query;

/// The agency's own.
pub const LIST: &str = "/app/settings/audit";
/// The operators'.
pub const ALL: &str = "/platform/audit";

/// Under this name operators, and nobody else, say whose log they mean: an agency's name in addresses, or `-` for the platform's.
pub const WHOSE: &str = "agency";

/// What is asked for, and from where on; as it was typed. Whose log it is is no part of it: an agency's people see their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// Letters in whatever a line says.
    pub q: String,
    /// Of an agency's staff the account's identifier; for operators an e-mail address.
    pub who: String,
    /// `property.create`.
    pub action: String,
    /// `property`.
    pub kind: String,
    /// Identifier of the record.
    pub entity: String,
    /// The first day, `2026-11-30`.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Lines after this cursor.
    pub after: Option<String>,
    /// Lines before this cursor.
    pub before: Option<String>,
}

impl AuditFilter {
    /// Reads an address; controls and blanks around what was typed are left out.
    pub fn from_query(one: &dyn Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| one(name).map(|value| query::clean(&value)).unwrap_or_default();
        let some = |name: &str| Some(text(name)).filter(|value| !value.is_empty());
        Self {
            q: text("q"),
            who: text("who"),
            action: text("action"),
            kind: text("kind"),
            entity: text("entity"),
            from: text("from"),
            to: text("to"),
            after: some("after"),
            before: some("before"),
        }
    }

    /// The names and values that say this filter, cursors left out.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("who", &self.who),
            ("action", &self.action),
            ("kind", &self.kind),
            ("entity", &self.entity),
            ("from", &self.from),
            ("to", &self.to),
        ];
        all.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }

    /// The address of this filter below a path, with one more name and value.
    pub fn href(&self, path: &str, more: Option<(&str, &str)>) -> String {
        query::address(path, self.pairs().into_iter().chain(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back() {
        let typed = [
            ("q", " casa & rua\u{0} "),
            ("who", ""),
            ("action", "property.update"),
            ("from", "2026-11-30"),
            ("after", "17"),
        ];
        let read = |name: &str| typed.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let filter = AuditFilter::from_query(&read);
        let address = filter.href(LIST, Some(("format", "csv")));
        assert_eq!(address, "/app/settings/audit?q=casa%20%26%20rua&action=property.update&from=2026-11-30&format=csv");
        let pairs = filter.pairs();
        let again =
            AuditFilter::from_query(&|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()));
        assert_eq!(AuditFilter { after: Some("17".into()), ..again }, filter);
        assert!(AuditFilter::default().is_empty() && !filter.is_empty());
    }
}
