//! Addresses, without what earlier answers have left in them.

/// What names a draft.
pub(super) const DRAFT: &str = "draft";
/// What says which form was taken: pages without a script have nothing else that does.
pub(super) const DONE: &str = "done";
/// What says why a form was refused. It is said in the draft, or by the answer that is being given; an address that comes
/// from somewhere else says nothing.
pub(super) const REFUSAL: [&str; 3] = ["__path", "__err", "refused"];

/// The address without these parts of its query; without the question mark too, when nothing is left behind it.
pub(super) fn without(address: &str, names: &[&str]) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let kept = parts(query, |pair| !is_one_of(pair, names));
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") }
}

/// Nothing but these parts of a query.
pub(super) fn only(query: &str, names: &[&str]) -> String {
    parts(query, |pair| is_one_of(pair, names))
}

fn parts(query: &str, is_kept: impl Fn(&str) -> bool) -> String {
    query.split('&').filter(|pair| is_kept(pair)).collect::<Vec<_>>().join("&")
}

/// What names nothing is none of ours.
fn is_one_of(pair: &str, names: &[&str]) -> bool {
    form_urlencoded::parse(pair.as_bytes()).next().is_none_or(|(name, _)| names.contains(&&*name))
}

/// The address with one more part in its query, which needs no escape.
pub(super) fn with(address: &str, name: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{name}={value}")
}

/// The path of an address, with or without a host before it.
pub(super) fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_refusal_has_one_draft() {
        let cleaned = without("/a?draft=1&page=2", &[DRAFT]);
        assert_eq!(with(&cleaned, DRAFT, "2"), "/a?page=2&draft=2");
        assert_eq!(with(&without("/a?draft=1", &[DRAFT]), DRAFT, "2"), "/a?draft=2");
    }

    #[test]
    fn what_says_why_is_taken_out_however_it_is_written() {
        assert_eq!(without("/a?q=casa&__err=x&%5F_path=y&refused=z&", &REFUSAL), "/a?q=casa");
        assert_eq!(without("http://localhost:3000/a?", &REFUSAL), "http://localhost:3000/a");
        assert_eq!(without("/a", &REFUSAL), "/a");
        assert_eq!(only("q=casa&__err=x&refused=z", &REFUSAL), "__err=x&refused=z");
    }
}
