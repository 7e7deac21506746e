//! Which hosts an agency may claim. Pure; on the server alone, for the list of public suffixes is large.

use std::net::IpAddr;
use tenancy::Host;

use crate::values::fields::Problem;

/// The longest that is looked at.
const LONGEST: usize = 300;

/// Reads a host that somebody claims, on a platform of this host. What people paste from a browser's bar is understood.
///
/// # Errors
/// [`Problem::Required`], [`Problem::NotADomain`] for what is no name of the public DNS, [`Problem::NobodysDomain`] for what is
/// nobody's or the platform's own.
pub fn parse_host(raw: &str, platform: &str) -> Result<String, Problem> {
    let raw = raw.trim();
    let lower = raw.to_ascii_lowercase();
    let scheme = ["https://", "http://", "//"].into_iter().find(|scheme| lower.starts_with(*scheme));
    let name = raw.get(scheme.map_or(0, str::len)..).unwrap_or(raw);
    // What stands behind the host in an address says nothing of it.
    let name = name.split(['/', '?', '#']).next().unwrap_or(name).trim();
    if name.is_empty() {
        return Err(Problem::Required);
    }
    let is_strange = name.len() > LONGEST || name.contains([':', '*', '_', '@']);
    let host = Host::parse(name).filter(|_| !is_strange).ok_or(Problem::NotADomain)?;
    let is_number = host.as_str().parse::<IpAddr>().is_ok()
        || host.as_str().rsplit('.').next().is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if is_number || !host.as_str().contains('.') || is_mixed(&host.to_unicode()) {
        return Err(Problem::NotADomain);
    }
    let platform = psl::domain_str(platform).unwrap_or(platform);
    if is_or_under(host.as_str(), platform) {
        return Err(Problem::NobodysDomain);
    }
    match psl::suffix(host.as_str().as_bytes()) {
        // What has no public suffix is in no public DNS.
        Some(suffix) if suffix.is_known() && !is_or_under(host.as_str(), "arpa") => {}
        _ => return Err(Problem::NotADomain),
    }
    // A public suffix is many people's, and none of theirs.
    psl::domain_str(host.as_str()).map(|_| host.as_str().to_owned()).ok_or(Problem::NobodysDomain)
}

/// Whether a name is another, or stands below it.
fn is_or_under(name: &str, other: &str) -> bool {
    name.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether Latin letters and those of another script stand in one label: that is how one name is made to look like another.
fn is_mixed(name: &str) -> bool {
    let is_latin = |c: char| c.is_alphabetic() && c <= '\u{24f}';
    name.split('.').any(|label| label.chars().any(is_latin) && label.chars().any(|c| c > '\u{24f}'))
}

/// The other of two forms that people take for one: with `www.` and without, where the registered name is meant.
pub fn twin(host: &str) -> Option<String> {
    if psl::domain_str(host) == Some(host) {
        return Some(format!("www.{host}"));
    }
    host.strip_prefix("www.").filter(|bare| psl::domain_str(bare) == Some(bare)).map(str::to_owned)
}

/// Whether a name is registered as it stands: it cannot be an alias, and so needs addresses (RFC 1912, 2.4).
pub fn is_apex(host: &str) -> bool {
    psl::domain_str(host) == Some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn taken(raw: &str, host: &str) {
        assert_eq!(parse_host(raw, "sobrado.com.br").as_deref(), Ok(host), "{raw}");
    }

    #[track_caller]
    fn refused(raw: &str, why: Problem) {
        assert_eq!(parse_host(raw, "sobrado.com.br"), Err(why), "{raw}");
    }

    #[test]
    fn a_domain_is_read_as_people_write_it() {
        taken(" www.CasaAzul.com.br ", "www.casaazul.com.br");
        taken("https://casaazul.com.br/", "casaazul.com.br");
        taken(" HTTPS://www.Minha.com.br/ ", "www.minha.com.br");
        taken("http://www.minha.com.br/imoveis/venda?ordem=preco#topo", "www.minha.com.br");
        taken("//www.minha.com.br./", "www.minha.com.br");
        taken("casaazul.com.br/imoveis", "casaazul.com.br");
        taken("imóveis-do-mar.com.br", "xn--imveis-do-mar-clb.com.br");
        taken("xn--imveis-do-mar-clb.com.br", "xn--imveis-do-mar-clb.com.br");
        taken("casaazul.com.br.", "casaazul.com.br");
        taken("vendas.casaazul.imb.br", "vendas.casaazul.imb.br");
    }

    #[test]
    fn what_is_no_public_name_is_refused() {
        refused(" ", Problem::Required);
        refused("https://", Problem::Required);
        let long = format!("{}com.br", "abc.".repeat(64));
        for bad in [
            "casaazul",
            "br",
            "localhost",
            "192.168.0.1",
            "1.2.3.4.",
            "[::1]",
            "*.casaazul.com.br",
            "casaazul.com.br:8080",
            "a b.com.br",
            "casa_azul.com.br",
            "https://casaazul.com.br:8080/",
            "ftp://casaazul.com.br",
            "ana@casaazul.com.br",
            "casaazul.example",
            "casaazul.local",
            "a..com.br",
            "10.in-addr.arpa",
            "сasaazul.com.br",
            "2130706433",
            &long,
        ] {
            refused(bad, Problem::NotADomain);
        }
    }

    #[test]
    fn what_is_nobodys_or_the_platforms_is_refused() {
        for bad in ["com.br", "imb.br", "sobrado.com.br", "www.sobrado.com.br", "a.b.sobrado.com.br", "SOBRADO.com.br."]
        {
            refused(bad, Problem::NobodysDomain);
        }
        assert_eq!(parse_host("outra.sobrado.com.br", "app.sobrado.com.br"), Err(Problem::NobodysDomain));
        taken("meu-sobrado.com.br", "meu-sobrado.com.br");
    }

    #[test]
    fn a_registered_name_and_its_www_are_twins() {
        assert_eq!(twin("casaazul.com.br").as_deref(), Some("www.casaazul.com.br"));
        assert_eq!(twin("www.casaazul.com.br").as_deref(), Some("casaazul.com.br"));
        assert_eq!(twin("vendas.casaazul.com.br"), None);
        assert!(is_apex("casaazul.com.br") && !is_apex("www.casaazul.com.br"));
    }
}
