//! The words of domains. What is said of one domain is made ready on the server; the browser has the page's own words.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub lead: &'static str,
    pub home: &'static str,
    pub home_hint: &'static str,
    pub address: &'static str,
    pub address_hint: &'static str,
    pub rename: &'static str,
    pub agency: &'static str,
    pub agency_name: &'static str,
    pub agency_hint: &'static str,
    pub set_name: &'static str,
    pub own: &'static str,
    pub none: &'static str,
    pub host: &'static str,
    pub host_hint: &'static str,
    pub claim: &'static str,
    pub claim_twin: &'static str,
    pub records: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub value: &'static str,
    pub check: &'static str,
    pub primary: &'static str,
    pub make_primary: &'static str,
    pub release: &'static str,
    pub release_lead: &'static str,
    pub release_sure: &'static str,
    pub redirects: &'static str,
    pub redirects_lead: &'static str,
    pub redirects_on: &'static str,
    pub redirects_off: &'static str,
}

/// Brazilian Portuguese.
const PT: Words = Words {
    title: "Domínios",
    lead: "Em que endereços o site da imobiliária é encontrado.",
    home: "Endereço na plataforma",
    home_hint: "Este endereço funciona sempre, com ou sem domínio próprio.",
    address: "Nome no endereço",
    address_hint: "Se mudar, o nome antigo leva ao novo por 90 dias e ninguém mais pode usá-lo.",
    rename: "Mudar o nome",
    agency: "Nome da imobiliária",
    agency_name: "Nome",
    agency_hint: "Como ela aparece no sistema, nos convites e nos e-mails. O nome que os visitantes veem fica em Dados do site.",
    set_name: "Salvar o nome",
    own: "Domínios próprios",
    none: "Nenhum domínio próprio ainda.",
    host: "Domínio",
    host_hint: "Um domínio que a imobiliária já registrou, como www.suaimobiliaria.com.br.",
    claim: "Adicionar domínio",
    claim_twin: "Adicionar também",
    records: "No painel de quem registrou o domínio (Registro.br, por exemplo), em DNS, crie estes registros. Clique em um valor para selecioná-lo inteiro. Pode levar algumas horas até que todos os vejam; nós conferimos sozinhos.",
    kind: "Tipo",
    name: "Nome",
    value: "Valor",
    check: "Conferir agora",
    primary: "principal",
    make_primary: "Tornar principal",
    release: "Soltar domínio",
    release_lead: "O site deixa de responder neste domínio na mesma hora. Por 30 dias só esta imobiliária pode adicioná-lo de novo.",
    release_sure: "Sim, quero soltar este domínio",
    redirects: "Um endereço só",
    redirects_lead: "Quem chega por outro endereço do site é levado ao principal. Os buscadores preferem assim.",
    redirects_on: "Levar todos ao principal",
    redirects_off: "Deixar cada endereço mostrar o site",
};

/// English.
const EN: Words = Words {
    title: "Domains",
    lead: "The addresses at which the agency's site is found.",
    home: "Address on the platform",
    home_hint: "This address always works, with a domain of your own or without.",
    address: "Name in the address",
    address_hint: "If you change it, the old name leads to the new one for 90 days, and nobody else may use it.",
    rename: "Change the name",
    agency: "The agency's name",
    agency_name: "Name",
    agency_hint: "What it is called in the system, in invitations and in mails. The name that visitors see is in Site details.",
    set_name: "Save the name",
    own: "Domains of your own",
    none: "No domain of your own yet.",
    host: "Domain",
    host_hint: "A domain that the agency has registered already, such as www.youragency.com.br.",
    claim: "Add domain",
    claim_twin: "Also add",
    records: "In the panel of whoever registered the domain (Registro.br, for example), under DNS, create these records. Click a value to select all of it. It may take some hours until everybody sees them; we keep looking by ourselves.",
    kind: "Type",
    name: "Name",
    value: "Value",
    check: "Check now",
    primary: "main",
    make_primary: "Make it the main one",
    release: "Let go of the domain",
    release_lead: "The site stops answering at this domain at once. For 30 days only this agency can add it again.",
    release_sure: "Yes, let go of this domain",
    redirects: "One address",
    redirects_lead: "Whoever comes by another address of the site is led to the main one. Search engines prefer it so.",
    redirects_on: "Lead everybody to the main one",
    redirects_off: "Let each address show the site",
};

/// The words in a language. No part of the table that every page of the CRM carries.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// What fields are called.
pub const fn field(name: &str, words: &Words) -> &'static str {
    match name.as_bytes() {
        b"address" => words.address,
        b"host" => words.host,
        b"name" => words.agency_name,
        _ => words.own,
    }
}

/// What somebody is told who has to wait, and how long.
pub fn too_soon(seconds: u32, lang: Lang) -> String {
    let minutes = seconds.div_ceil(60);
    match (lang, seconds, minutes) {
        (Lang::Pt, ..60, _) => "Muitas tentativas. Tente de novo em alguns segundos.".to_owned(),
        (Lang::En, ..60, _) => "Too many attempts. Try again in a few seconds.".to_owned(),
        (Lang::Pt, _, 1) => "Muitas tentativas. Tente de novo em 1 minuto.".to_owned(),
        (Lang::En, _, 1) => "Too many attempts. Try again in 1 minute.".to_owned(),
        (Lang::Pt, _, ..60) => format!("Muitas tentativas. Tente de novo em {minutes} minutos."),
        (Lang::En, _, ..60) => format!("Too many attempts. Try again in {minutes} minutes."),
        // No wait of this page is longer.
        (Lang::Pt, ..) => "Muitas tentativas. Tente de novo em 1 hora.".to_owned(),
        (Lang::En, ..) => "Too many attempts. Try again in 1 hour.".to_owned(),
    }
}

/// What a domain's state is called.
pub const fn state(state: &str, lang: Lang) -> &'static str {
    match (state.as_bytes(), lang) {
        (b"verified", Lang::Pt) => "comprovado",
        (b"verified", Lang::En) => "verified",
        (b"suspect", Lang::Pt) => "em dúvida",
        (b"suspect", Lang::En) => "in doubt",
        (b"released", Lang::Pt) => "solto",
        (b"released", Lang::En) => "let go of",
        (_, Lang::Pt) => "aguardando o DNS",
        (_, Lang::En) => "waiting for the DNS",
    }
}

/// What the state of its certificate is called.
pub const fn tls(state: &str, lang: Lang) -> &'static str {
    match (state.as_bytes(), lang) {
        (b"active", Lang::Pt) => "https ativo",
        (b"active", Lang::En) => "https active",
        (b"issuing", Lang::Pt) => "certificado a caminho",
        (b"issuing", Lang::En) => "certificate on its way",
        (b"failed", Lang::Pt) => "https falhou",
        (b"failed", Lang::En) => "https failed",
        (_, Lang::Pt) => "sem certificado",
        (_, Lang::En) => "no certificate",
    }
}

/// What there is to say of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was let go of, and is held.
    Held,
    /// Another agency has proven that it is theirs.
    Gone,
    /// The proof is not there yet.
    NoProof,
    /// It leads elsewhere.
    PointsElsewhere,
    /// The DNS did not answer.
    NoAnswer,
    /// Another agency owns it, and its proof stands in the DNS.
    Owned,
    /// Another agency let go of it a short while ago.
    Quarantined,
    /// It is proven, and the edge could not get its certificate.
    NoCertificate,
    /// It is proven, and its certificate comes.
    Soon,
    /// Nothing.
    Nothing,
}

impl Told {
    /// By its states and what the last look found wrong.
    pub fn of(state: &str, tls: &str, problem: Option<&str>, over_https: bool) -> Self {
        match (state, problem) {
            ("released", Some("owned")) => Self::Gone,
            ("released", _) => Self::Held,
            (_, Some("no_proof")) => Self::NoProof,
            (_, Some("points_elsewhere")) => Self::PointsElsewhere,
            (_, Some("no_answer")) => Self::NoAnswer,
            (_, Some("owned")) => Self::Owned,
            (_, Some("quarantined")) => Self::Quarantined,
            ("verified", _) if over_https && tls == "failed" => Self::NoCertificate,
            ("verified", _) if over_https && tls != "active" => Self::Soon,
            _ => Self::Nothing,
        }
    }
}

/// A sentence for each thing that is to be said.
pub fn notes(told: &Told, lang: Lang) -> Vec<String> {
    let (pt, en) = match told {
        Told::Held => (
            "Solto há menos de 30 dias: só esta imobiliária pode adicioná-lo de novo.",
            "Let go of within 30 days: only this agency can add it again.",
        ),
        Told::Gone => (
            "Outra imobiliária comprovou que este domínio é dela. Se é engano, adicione-o de novo e refaça o registro TXT.",
            "Another agency has proven that this domain is theirs. If that is a mistake, add it again and set its new TXT record.",
        ),
        Told::NoProof => (
            "O registro TXT ainda não é visto por todos. Confira o nome e o valor, e espere um pouco.",
            "Not everybody sees the TXT record yet. Check its name and value, and wait a little.",
        ),
        Told::PointsElsewhere => (
            "O domínio ainda não leva até nós, ou não só até nós. Aponte-o como abaixo e apague outros registros A e AAAA dele.",
            "The domain does not lead to us yet, or not to us alone. Point it as below, and delete its other A and AAAA records.",
        ),
        Told::NoAnswer => (
            "O DNS não respondeu na última conferência. Nada mudou por isso; conferimos de novo.",
            "The DNS did not answer the last time. Nothing changed by it; we look again.",
        ),
        Told::Owned => (
            "Outra imobiliária usa este domínio, e a prova dela continua no DNS. Se o domínio é seu, apague o registro TXT dela.",
            "Another agency uses this domain, and its proof is still in the DNS. If the domain is yours, delete its TXT record.",
        ),
        Told::Quarantined => (
            "Outra imobiliária soltou este domínio há menos de 30 dias. Depois disso, adicione-o de novo.",
            "Another agency let go of this domain less than 30 days ago. After that, add it again.",
        ),
        Told::NoCertificate => (
            "O certificado não veio: o domínio não responde por https. Tentamos de novo a cada hora, e já, se você conferir agora.",
            "The certificate did not come: the domain does not answer over https. We try again every hour, and at once if you check now.",
        ),
        Told::Soon => (
            "O certificado vem em um ou dois minutos. Depois o domínio pode ser o principal.",
            "The certificate comes within a minute or two. After that the domain can be the main one.",
        ),
        Told::Nothing => return Vec::new(),
    };
    vec![if lang == Lang::Pt { pt } else { en }.to_owned()]
}

/// When the DNS was asked last.
pub fn looked_at(when: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Conferido em {when}."),
        Lang::En => format!("Checked on {when}."),
    }
}

/// What the owner should know at once.
pub fn in_doubt(host: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!(
            "{host} está em dúvida: o DNS dele não diz mais que é da imobiliária. O site continua no ar; sem correção, o domínio é solto em 14 dias."
        ),
        Lang::En => format!(
            "{host} is in doubt: its DNS no longer says that it is the agency's. The site is still there; unmended, the domain is let go of within 14 days."
        ),
    }
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A domain is in doubt.
    Suspect,
    /// It was in doubt for long, and was let go of.
    Released,
    /// It went to another agency.
    Moved,
}

/// The subject, and the lines.
pub fn letter(news: News, host: &str, lang: Lang) -> (String, Vec<String>) {
    let (subject, lines) = match (news, lang) {
        (News::Suspect, Lang::Pt) => (
            format!("O domínio {host} está em dúvida"),
            [
                format!(
                    "Há três dias o DNS de {host} não diz mais que o domínio é da imobiliária ou não leva mais até nós."
                ),
                "O site continua no ar. Sem correção em 14 dias, ele deixa de responder neste domínio.".to_owned(),
            ],
        ),
        (News::Suspect, Lang::En) => (
            format!("The domain {host} is in doubt"),
            [
                format!(
                    "For three days the DNS of {host} has not said that the domain is the agency's, or has not led to us."
                ),
                "The site is still there. Unmended for 14 days, it stops answering at this domain.".to_owned(),
            ],
        ),
        (News::Released, Lang::Pt) => (
            format!("O site não responde mais em {host}"),
            [
                format!("O domínio {host} ficou 14 dias em dúvida e foi solto."),
                "Por 30 dias só esta imobiliária pode adicioná-lo de novo. O endereço na plataforma continua no ar."
                    .to_owned(),
            ],
        ),
        (News::Released, Lang::En) => (
            format!("The site no longer answers at {host}"),
            [
                format!("The domain {host} was in doubt for 14 days and was let go of."),
                "For 30 days only this agency can add it again. The address on the platform is still there.".to_owned(),
            ],
        ),
        (News::Moved, Lang::Pt) => (
            format!("O domínio {host} passou para outra imobiliária"),
            [
                format!("Quem administra o DNS de {host} tirou a prova desta imobiliária e pôs a de outra."),
                "Se é engano, adicione o domínio de novo e refaça o registro TXT.".to_owned(),
            ],
        ),
        (News::Moved, Lang::En) => (
            format!("The domain {host} went to another agency"),
            [
                format!("Whoever runs the DNS of {host} has taken this agency's proof out and put another's in."),
                "If that is a mistake, add the domain again and set its new TXT record.".to_owned(),
            ],
        ),
    };
    (subject, lines.into())
}

/// Where a letter's link leads.
pub const fn letter_link(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "Ver os domínios",
        Lang::En => "See the domains",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_before_what_is_on_its_way() {
        assert_eq!(Told::of("verified", "none", None, true), Told::Soon);
        assert_eq!(Told::of("verified", "failed", None, true), Told::NoCertificate);
        assert_eq!(Told::of("verified", "none", None, false), Told::Nothing, "without an edge there is no certificate");
        assert_eq!(Told::of("verified", "none", Some("points_elsewhere"), true), Told::PointsElsewhere);
        assert_eq!(Told::of("released", "none", Some("no_proof"), true), Told::Held);
        assert_eq!(Told::of("released", "none", Some("owned"), true), Told::Gone);
        for told in [Told::Held, Told::NoProof, Told::Owned, Told::Quarantined, Told::NoAnswer] {
            assert_ne!(notes(&told, Lang::Pt), notes(&told, Lang::En), "{told:?}");
        }
    }

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        for (seconds, pt, en) in [
            (10, "em alguns segundos.", "in a few seconds."),
            (60, "em 1 minuto.", "in 1 minute."),
            (61, "em 2 minutos.", "in 2 minutes."),
            (1_200, "em 20 minutos.", "in 20 minutes."),
            (3_541, "em 1 hora.", "in 1 hour."),
            (3_600, "em 1 hora.", "in 1 hour."),
        ] {
            let said = [Lang::Pt, Lang::En].map(|lang| too_soon(seconds, lang));
            assert!(said[0].ends_with(pt) && said[1].ends_with(en), "{seconds}: {said:?}");
        }
    }

    #[test]
    fn each_letter_names_the_domain_in_both_languages() {
        for news in [News::Suspect, News::Released, News::Moved] {
            let [pt, en] = [Lang::Pt, Lang::En].map(|lang| letter(news, "www.casa.com.br", lang));
            for (subject, lines) in [&pt, &en] {
                assert!(subject.contains("www.casa.com.br") && lines.len() == 2, "{subject}");
            }
            assert!(pt.0 != en.0 && pt.1.iter().zip(&en.1).all(|(pt, en)| pt != en));
        }
    }
}
