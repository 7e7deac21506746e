//! What the acts of a history are called, and the words of the log's screens.
//!
//! The screens' words stand here and not in the table that every page carries; the sentences are the server's alone.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub lead: &'static str,
    pub lead_all: &'static str,
    pub search: &'static str,
    pub who: &'static str,
    pub everybody: &'static str,
    pub email: &'static str,
    pub agency: &'static str,
    pub agency_hint: &'static str,
    pub action: &'static str,
    pub kind: &'static str,
    pub all: &'static str,
    pub identifier: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub filter: &'static str,
    pub none: &'static str,
    pub none_lead: &'static str,
    pub support: &'static str,
    pub field: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub nothing: &'static str,
    pub more: &'static str,
    pub open: &'static str,
    pub address: &'static str,
    pub browser: &'static str,
    pub request: &'static str,
    pub code: &'static str,
    pub platform: &'static str,
    pub the_program: &'static str,
    pub somebody: &'static str,
    pub somebody_gone: &'static str,
    pub export: &'static str,
    pub export_lines: &'static str,
}

const PT: Words = Words {
    title: "Auditoria",
    lead: "Quem fez o quê, quando e de onde. Nada aqui pode ser alterado ou apagado; o que acontece agora aparece em segundos.",
    lead_all: "O que se fez em cada imobiliária e na plataforma.",
    search: "Texto",
    who: "Quem",
    everybody: "Todas as pessoas",
    email: "E-mail de quem fez",
    agency: "Endereço da imobiliária",
    agency_hint: "casa-azul, ou - para a plataforma",
    action: "Ação",
    kind: "Tipo de registro",
    all: "Todos",
    identifier: "Identificador",
    from: "De",
    to: "Até",
    filter: "Filtrar",
    none: "Nada encontrado",
    none_lead: "Nenhuma ação corresponde a estes filtros.",
    support: "Acesso do suporte",
    field: "Campo",
    before: "Antes",
    after: "Depois",
    nothing: "vazio",
    more: "Detalhes",
    open: "Abrir",
    address: "Endereço de rede",
    browser: "Navegador",
    request: "Número do pedido",
    code: "Código da ação",
    platform: "Plataforma",
    the_program: "O sistema",
    somebody: "Alguém sem acesso",
    somebody_gone: "Alguém da plataforma",
    export: "Exportar CSV",
    export_lines: "Exportar JSON",
};

const EN: Words = Words {
    title: "Audit log",
    lead: "Who did what, when and from where. Nothing here can be changed or deleted; what happens now appears within seconds.",
    lead_all: "What was done in each agency and on the platform.",
    search: "Text",
    who: "Who",
    everybody: "Everybody",
    email: "E-mail of whoever did it",
    agency: "The agency's address",
    agency_hint: "casa-azul, or - for the platform",
    action: "Action",
    kind: "Kind of record",
    all: "All",
    identifier: "Identifier",
    from: "From",
    to: "To",
    filter: "Filter",
    none: "Nothing found",
    none_lead: "No action matches these filters.",
    support: "Support access",
    field: "Field",
    before: "Before",
    after: "After",
    nothing: "empty",
    more: "Details",
    open: "Open",
    address: "Network address",
    browser: "Browser",
    request: "Request number",
    code: "Code of the action",
    platform: "Platform",
    the_program: "The program",
    somebody: "Somebody without access",
    somebody_gone: "Somebody of the platform",
    export: "Export CSV",
    export_lines: "Export JSON",
};

/// The screens' words in a language.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// Acts on records, whose history shows them too: its pages carry these.
pub const HISTORY: &[(&str, &str, &str)] = &[
    ("property.create", "cadastrou um imóvel", "registered a property"),
    ("property.update", "alterou um imóvel", "changed a property"),
    ("property.publish", "publicou um imóvel", "published a property"),
    ("property.unpublish", "tirou um imóvel do site", "took a property off the site"),
    ("property.feature", "destacou um imóvel", "featured a property"),
    ("property.unfeature", "tirou o destaque de um imóvel", "stopped featuring a property"),
    ("property.photos", "mudou as fotos de um imóvel", "changed a property's photos"),
    ("property.archive", "arquivou um imóvel", "archived a property"),
    ("property.restore", "restaurou um imóvel", "restored a property"),
    ("settings.update", "alterou o site", "changed the site"),
    ("import.run", "importou imóveis", "imported properties"),
    ("import.undo", "desfez uma importação", "undid an import"),
    ("property.hand_over", "passou imóveis a outra pessoa", "handed properties over"),
];

/// Every other act that can stand in an agency's log: its code, and what comes after the name of who did it. The server's alone.
pub const ACTIONS: &[(&str, &str, &str)] = &[
    ("session.open", "entrou no sistema", "signed in"),
    ("session.refused", "tentou entrar e não conseguiu", "tried to sign in and was refused"),
    ("session.end", "encerrou uma sessão", "ended a session"),
    ("user.create", "deu acesso a uma pessoa", "gave a person access"),
    ("tenant.create", "abriu a imobiliária", "opened the agency"),
    ("tenant.suspend", "suspendeu a imobiliária", "suspended the agency"),
    ("tenant.resume", "reativou a imobiliária", "resumed the agency"),
    ("tenant.migrate", "atualizou o banco de dados da imobiliária", "brought the agency's database up to date"),
    ("impersonation.start", "teve a conta aberta pela plataforma", "had their account entered by the platform"),
    ("impersonation.end", "teve a conta deixada pela plataforma", "had their account left by the platform"),
    ("operation.retry", "mandou tentar uma operação de novo", "had an operation tried again"),
    ("job.retry", "mandou tentar um trabalho de novo", "had a job tried again"),
    ("alert.close", "encerrou um alerta", "closed an alert"),
    ("audit.export", "exportou a auditoria", "exported the audit log"),
    ("audit.read", "consultou a auditoria da imobiliária", "looked into the agency's audit log"),
    ("tenant.read", "abriu a ficha da imobiliária", "opened the agency's sheet"),
    ("company.sign_up", "cadastrou a imobiliária", "signed the agency up"),
    ("tenant.rename", "mudou o endereço da imobiliária", "changed the agency's address"),
    ("tenant.set_name", "mudou o nome da imobiliária", "renamed the agency"),
    ("tenant.cancel", "cancelou a imobiliária", "cancelled the agency"),
    ("tenant.keep", "desistiu da exclusão", "called the deletion off"),
    ("tenant.delete", "marcou a imobiliária para exclusão", "marked the agency for deletion"),
    ("tenant.deleted", "excluiu a imobiliária", "deleted the agency"),
    ("slug.release", "liberou um endereço", "released an address"),
    ("subscription.change", "mudou a assinatura", "changed the subscription"),
    ("subscription.cancel", "cancelou a assinatura", "cancelled the subscription"),
    ("subscription.keep", "manteve a assinatura", "kept the subscription"),
    ("subscription.settle", "acertou a situação da assinatura", "settled the subscription's state"),
    ("invoice.issue", "emitiu uma fatura", "issued an invoice"),
    ("invoice.pay", "registrou o pagamento de uma fatura", "recorded the payment of an invoice"),
    ("usage.repair", "corrigiu uma contagem de uso", "mended a count of use"),
    ("invitation.create", "convidou uma pessoa", "invited a person"),
    ("invitation.resend", "reenviou um convite", "sent an invitation again"),
    ("invitation.revoke", "cancelou um convite", "revoked an invitation"),
    ("member.join", "entrou na equipe", "joined the team"),
    ("member.update", "alterou os dados de um membro", "changed a member's details"),
    ("member.change_role", "mudou o papel de um membro", "changed a member's role"),
    ("member.deactivate", "desativou um membro", "deactivated a member"),
    ("member.leave", "saiu da imobiliária", "left the agency"),
    ("member.photo", "trocou a própria foto", "changed their own photograph"),
    ("member.reactivate", "reativou um membro", "reactivated a member"),
    ("second_factor.set", "ativou a verificação em duas etapas", "switched the second factor on"),
    ("second_factor.remove", "desativou a verificação em duas etapas", "switched the second factor off"),
    ("second_factor.reset", "redefiniu a verificação em duas etapas", "reset a second factor"),
    ("second_factor.codes", "gerou novos códigos de recuperação", "made new recovery codes"),
    ("domain.claim", "pediu um domínio", "claimed a domain"),
    ("domain.verify", "comprovou um domínio", "proved a domain"),
    ("domain.primary", "escolheu o domínio principal", "chose the primary domain"),
    ("domain.redirects", "mudou os redirecionamentos", "changed the redirects"),
    ("domain.suspect", "deixou de encontrar um domínio", "no longer found a domain"),
    ("domain.recover", "encontrou um domínio de novo", "found a domain again"),
    ("domain.move", "transferiu um domínio", "moved a domain"),
    ("domain.release", "liberou um domínio", "released a domain"),
];

/// What stands in the platform's own log alone, of no agency: what it does to itself, and what somebody does about their own account
/// before it is known in which agency.
pub const OF_THE_PLATFORM: &[(&str, &str, &str)] = &[
    ("person.reset", "redefiniu a senha de uma pessoa", "reset a person's password"),
    ("operator.create", "deu acesso a um operador da plataforma", "gave an operator of the platform access"),
    ("operator.update", "alterou os próprios dados", "changed their own details"),
    ("fleet.migrate", "mandou migrar as imobiliárias", "had the agencies migrated"),
    ("alerts.close", "encerrou os alertas abertos", "closed the open alerts"),
    ("audit.search", "procurou na auditoria de todas as imobiliárias", "searched the audit logs of all agencies"),
    ("plan.publish_version", "publicou uma versão de um plano", "published a version of a plan"),
    ("person.ask_email", "pediu a mudança do e-mail", "asked for another e-mail address"),
    ("person.change_email", "mudou o e-mail", "changed the e-mail address"),
    ("person.change_password", "mudou a senha", "changed the password"),
    ("person.reset_password", "recuperou a senha", "recovered the password"),
    ("second_factor.recovery", "usou um código de recuperação", "used a recovery code"),
    ("second_factor.tried", "errou vários códigos de verificação", "gave several wrong codes"),
    ("server.add", "acrescentou um servidor", "added a server"),
    ("server.capacity", "mudou a capacidade de um servidor", "changed a server's capacity"),
    ("server.state", "mudou o estado de um servidor", "changed a server's state"),
];

/// In which days a text was looked for.
pub fn searched(from: &str, until: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => {
            format!("Um texto é procurado em até 90 dias: de {from} a {until}. Para outros dias, mude as datas.")
        }
        Lang::En => {
            format!("A text is looked for in up to 90 days: {from} to {until}. For other days, change the dates.")
        }
    }
}

/// What an act is called; nothing for one that nobody has put into words yet.
pub fn sentence(action: &str, lang: Lang) -> Option<&'static str> {
    [HISTORY, ACTIONS, OF_THE_PLATFORM].into_iter().find_map(|all| found(all, action, lang))
}

/// As [`sentence`]; the act's code for one that nobody has put into words yet.
pub fn what(action: &str, lang: Lang) -> String {
    sentence(action, lang).unwrap_or(action).to_owned()
}

pub(super) fn found(all: &[(&str, &'static str, &'static str)], code: &str, lang: Lang) -> Option<&'static str> {
    let (_, pt, en) = all.iter().find(|(known, ..)| *known == code)?;
    Some(match lang {
        Lang::Pt => pt,
        Lang::En => en,
    })
}

/// Every kind of record that an agency's log can be about.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("property", "Imóvel", "Property"),
    ("store_settings", "Site", "Site"),
    ("import", "Importação", "Import"),
    ("session", "Sessão", "Session"),
    ("person", "Pessoa", "Person"),
    ("user", "Conta de um membro", "A member's account"),
    ("member", "Membro da equipe", "Member of staff"),
    ("company", "Imobiliária", "Agency"),
    ("operation", "Operação", "Operation"),
    ("alert", "Alerta", "Alert"),
    ("domain", "Domínio", "Domain"),
    ("invitation", "Convite", "Invitation"),
    ("invoice", "Fatura", "Invoice"),
    ("subscription", "Assinatura", "Subscription"),
    ("job", "Trabalho", "Job"),
    ("slug", "Endereço na internet", "Address on the web"),
];

/// The kinds that only the platform's own log is about.
pub const KINDS_OF_THE_PLATFORM: &[(&str, &str, &str)] =
    &[("operator", "Operador", "Operator"), ("plan", "Plano", "Plan"), ("server", "Servidor", "Server")];

/// What a kind of record is called; nothing for one that nobody has put into words yet.
pub fn kind(entity_type: &str, lang: Lang) -> Option<&'static str> {
    found(KINDS, entity_type, lang).or_else(|| found(KINDS_OF_THE_PLATFORM, entity_type, lang))
}

/// What a column of an export is called.
pub const COLUMNS: [(&str, &str); 13] = [
    ("Data e hora (UTC)", "Date and time (UTC)"),
    ("Imobiliária", "Agency"),
    ("Quem", "Who"),
    ("Suporte por trás", "Support behind it"),
    ("O que fez", "What was done"),
    ("Código da ação", "Code of the action"),
    ("Tipo de registro", "Kind of record"),
    ("Identificador", "Identifier"),
    ("Alterações", "Changes"),
    ("Endereço de rede", "Network address"),
    ("Navegador", "Browser"),
    ("Número do pedido", "Request number"),
    ("Linha", "Line"),
];

/// What an action of a record's history is called.
pub fn action(action: &str, lang: Lang) -> &'static str {
    found(HISTORY, action, lang).unwrap_or(match lang {
        Lang::Pt => "alterou um registro",
        Lang::En => "changed a record",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Names with a dot that are no acts: mails, jobs, and a row that is taken back in the transaction that tries it.
    const NO_ACTS: [&str; 17] = [
        "account.changed",
        "account.confirm",
        "account.moved",
        "account.reset",
        "owner.acted",
        "owner.closed",
        "owner.closes_soon",
        "owner.ended",
        "owner.goes_soon",
        "owner.left",
        "owner.opened",
        "owner.stays",
        "platform.alerts",
        "properties.make_variants",
        "properties.sweep_files",
        "sign_up.request",
        "team.invitation",
    ];
    const TRIED: &str = "tenant.verify";
    /// Columns of a table that a statement calls `p`, and files that lie beside a cluster.
    const OTHER_HEADS: [&str; 2] = ["p", "cluster"];
    /// Names of files.
    const OTHER_ENDS: [&str; 6] = ["rs", "conf", "log", "pid", "lock", "svg"];

    /// Every `word.word` between quotes in a file, its tests and comments left out.
    fn names(text: &str) -> impl Iterator<Item = &str> {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let pieces = code.flat_map(|line| line.split(['"', '\'']));
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        pieces.filter(move |piece| piece.split_once('.').is_some_and(|(head, end)| is_word(head) && is_word(end)))
    }

    fn read(folder: &Path, into: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path()) {
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), "testing" | "tests") {
                read(&path, into);
            } else if name.ends_with(".rs") && name != "tests.rs" && !path.ends_with("audit/words.rs") {
                into.extend(names(&fs::read_to_string(&path).expect("readable")).map(str::to_owned));
            }
        }
    }

    /// The acts that the sources write, by looking at every name that is written as theirs are.
    fn written() -> BTreeSet<String> {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the slices lie in the house");
        let mut all = BTreeSet::new();
        for folder in ["app/src", "server/src", "server/tenancy/src"] {
            read(&house.join(folder), &mut all);
        }
        all.retain(|name| {
            let (head, end) = name.split_once('.').unwrap_or_default();
            let is_other = OTHER_HEADS.contains(&head) || OTHER_ENDS.contains(&end);
            !is_other && !NO_ACTS.contains(&name.as_str()) && name != TRIED
        });
        all
    }

    #[test]
    fn whatever_the_sources_write_has_its_sentence_and_nothing_else_has() {
        let tables = [HISTORY, ACTIONS, OF_THE_PLATFORM];
        let known: BTreeSet<String> = tables.into_iter().flatten().map(|(code, ..)| (*code).to_owned()).collect();
        let written = written();
        let without: Vec<_> = written.difference(&known).collect();
        assert!(without.is_empty(), "put these into words, or say among NO_ACTS that they are none: {without:?}");
        let idle: Vec<_> = known.difference(&written).collect();
        assert!(idle.is_empty(), "nobody does these: {idle:?}");
    }

    #[test]
    fn every_act_is_put_into_words_in_both_languages() {
        for (code, pt, en) in [HISTORY, ACTIONS, OF_THE_PLATFORM].into_iter().flatten() {
            assert!(!pt.is_empty() && !en.is_empty() && pt != en, "{code}");
            let said = (sentence(code, Lang::Pt), sentence(code, Lang::En));
            assert_eq!(said, (Some(*pt), Some(*en)), "{code} stands once");
        }
        assert_eq!(sentence("nobody.knows", Lang::Pt), None);
        assert_eq!(what("nobody.knows", Lang::Pt), "nobody.knows");
    }

    #[test]
    fn who_was_acted_as_has_done_nothing_themselves() {
        assert_eq!(what("impersonation.start", Lang::Pt), "teve a conta aberta pela plataforma");
        assert_eq!(what("impersonation.end", Lang::En), "had their account left by the platform");
    }

    #[test]
    fn no_two_kinds_are_one_choice_of_the_filter() {
        for lang in [Lang::Pt, Lang::En] {
            let all = KINDS.iter().chain(KINDS_OF_THE_PLATFORM).map(|(code, ..)| kind(code, lang).expect("in words"));
            let names = all.collect::<std::collections::BTreeSet<_>>();
            assert_eq!(names.len(), KINDS.len() + KINDS_OF_THE_PLATFORM.len(), "{names:?}");
        }
    }
}
