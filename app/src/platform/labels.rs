//! What operators are shown of states, acts and sizes, in a language.

use crate::words::Lang;

const fn in_lang(lang: Lang, (pt, en): (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

/// States of agencies, for the filter.
pub const STATES: [&str; 6] = ["active", "suspended", "cancelled", "provisioning", "moving", "deleting"];

/// What an agency's state is called.
pub fn status(status: &str, lang: Lang) -> &'static str {
    let words = match status {
        "active" => ("ativa", "active"),
        "suspended" => ("suspensa", "suspended"),
        "cancelled" => ("cancelada", "cancelled"),
        "moving" => ("em mudança", "moving"),
        "deleting" => ("em exclusão", "being deleted"),
        _ => ("em criação", "being made"),
    };
    in_lang(lang, words)
}

/// States of subscriptions, for the filter.
pub const SUBSCRIPTIONS: [&str; 4] = ["active", "past_due", "suspended", "cancelled"];

/// What a subscription's state is called.
pub fn subscription(state: &str, lang: Lang) -> &'static str {
    let words = match state {
        "active" => ("em dia", "in order"),
        "past_due" => ("em atraso", "past due"),
        "suspended" => ("suspensa", "suspended"),
        "cancelled" => ("cancelada", "cancelled"),
        _ => ("nenhuma", "none"),
    };
    in_lang(lang, words)
}

/// Since when a database does not answer; with the server's name when none on it does.
pub fn silent(server: Option<&str>, since: &str, lang: Lang) -> String {
    match (server, lang) {
        (Some(name), Lang::Pt) => format!("servidor {name} sem resposta desde {since}"),
        (Some(name), Lang::En) => format!("server {name} has not answered since {since}"),
        (None, Lang::Pt) => format!("banco sem resposta desde {since}"),
        (None, Lang::En) => format!("its database has not answered since {since}"),
    }
}

/// How many of a server's open agencies do not answer.
pub fn unheard(server: &str, (silent, open): (i64, i64), since: &str, lang: Lang) -> String {
    match (silent == open, lang) {
        (true, Lang::Pt) => format!("Servidor {server}: ninguém responde ({open}), desde {since}"),
        (true, Lang::En) => format!("Server {server}: nobody answers ({open}), since {since}"),
        (false, Lang::Pt) => format!("Servidor {server}: {silent} de {open} sem resposta, desde {since}"),
        (false, Lang::En) => format!("Server {server}: {silent} of {open} do not answer, since {since}"),
    }
}

/// What a domain's state is called, as a text of its own.
pub fn domain(state: &str, lang: Lang) -> String {
    domain_state(state, lang).to_owned()
}

/// What a domain's state is called.
pub fn domain_state(state: &str, lang: Lang) -> &'static str {
    let words = match state {
        "verified" => ("verificado", "verified"),
        "suspect" => ("com problema no DNS", "with a problem in its DNS"),
        "released" => ("liberado", "released"),
        _ => ("por verificar", "to be verified"),
    };
    in_lang(lang, words)
}

/// What an operation does.
pub fn operation(kind: &str, lang: Lang) -> String {
    let words = match kind {
        "provision" => ("Criação", "Creation"),
        "suspend" => ("Suspensão", "Suspension"),
        "resume" => ("Reativação", "Resumption"),
        "delete" => ("Exclusão", "Deletion"),
        "server_add" => ("Servidor novo", "New server"),
        "server_capacity" => ("Capacidade do servidor", "Capacity of the server"),
        "server_drain" => ("Servidor para de receber", "Server takes no more"),
        "server_activate" => ("Servidor volta a receber", "Server takes agencies again"),
        "migrate" => ("Migração da frota", "Migration of the fleet"),
        other => return other.to_owned(),
    };
    in_lang(lang, words).to_owned()
}

/// What a step of an operation is called.
pub fn step(step: &str, lang: Lang) -> String {
    let words = match step {
        "asked" => ("pedida", "asked for"),
        "reserve" => ("endereço reservado", "address reserved"),
        "role" => ("acesso ao banco", "way into the database"),
        "database" => ("banco de dados", "database"),
        "lock_down" => ("permissões", "rights"),
        "identity" => ("selo da imobiliária", "the agency's stamp"),
        "migrate" => ("estrutura do banco", "schema"),
        "seed" => ("primeiros dados", "first rows"),
        "subscription" => ("plano", "plan"),
        "verify" => ("conferência", "verification"),
        "activate" => ("abertura", "opening"),
        "status" => ("situação", "state"),
        "fence" => ("acessos encerrados", "shut out"),
        "drop" => ("banco removido", "database dropped"),
        "deleting" => ("fechada para exclusão", "closed to be deleted"),
        "call_off" => ("exclusão a cancelar", "deletion to be called off"),
        "called_off" => ("exclusão cancelada", "deletion called off"),
        "kept" => ("mantida", "kept"),
        "forget" => ("dados apagados", "data erased"),
        "retry" => ("tentada de novo", "tried again"),
        "connect" => ("conexão", "connection"),
        "prepare" => ("preparo", "preparation"),
        "doctor" => ("verificação", "check"),
        "agencies" => ("imobiliárias", "agencies"),
        "overtaken" => ("resolvida por outra operação", "settled by another operation"),
        "finished" => ("concluída", "finished"),
        "failed" => ("falhou", "failed"),
        other => return other.to_owned(),
    };
    in_lang(lang, words).to_owned()
}

/// How grave a line of an operation's record is; nothing, when it only tells.
pub fn grave(level: &str, lang: Lang) -> &'static str {
    match level {
        "error" => in_lang(lang, ("erro", "error")),
        "warning" => in_lang(lang, ("atenção", "warning")),
        _ => "",
    }
}

/// Why an agency goes that nobody has asked to go.
pub fn time_is_over(lang: Lang) -> &'static str {
    in_lang(lang, ("A assinatura está cancelada há 30 dias", "Its subscription has been cancelled for 30 days"))
}

/// What an alert is about.
pub fn alert(kind: &str, lang: Lang) -> String {
    let words = match kind {
        "provisioning" => ("Uma imobiliária não fica pronta", "An agency cannot be made"),
        "deletion" => ("Uma imobiliária não é excluída", "An agency does not go"),
        "migration" => ("Um banco de dados não foi atualizado", "A database was not brought up to date"),
        "line_refused" => ("Uma linha falta na auditoria", "A line is missing in the audit log"),
        "job_given_up" => ("Um trabalho foi abandonado", "A job was given up"),
        "job_forged" => ("Um trabalho não traz o selo da imobiliária", "A job does not carry its agency's mark"),
        "mail_given_up" => ("Um e-mail foi abandonado", "A mail was given up"),
        "mail_not_carried" => ("Os e-mails não saem", "Mails are not taken by anybody"),
        "limits_untold" => ("Um banco não conhece seus limites", "A database does not know its limits"),
        "usage_drift" => ("O uso registrado não conferia", "Recorded use was not what was there"),
        "domain_suspect" => ("Um domínio está em dúvida", "A domain is in doubt"),
        "domain_moved" => ("Um domínio mudou de imobiliária", "A domain went over to another agency"),
        "certificate_expiring" => ("Um certificado não foi renovado", "A certificate was not renewed"),
        "database_away" => ("Um banco de dados não responde", "A database does not answer"),
        "database_identity" => ("Um banco traz outro selo", "A database carries another stamp"),
        "fleet_operation" => ("Uma operação pedida falhou", "An operation that was asked for has failed"),
        other => return other.to_owned(),
    };
    in_lang(lang, words).to_owned()
}

/// What an operation's or a job's state is called.
pub fn work(state: &str, lang: Lang) -> &'static str {
    let words = match state {
        "queued" => ("na fila", "queued"),
        "running" => ("em andamento", "under way"),
        "waiting" => ("esperando nova tentativa", "waiting for another try"),
        "done" => ("concluída", "finished"),
        "parked" => ("de lado, a imobiliária está fechada", "set aside, the agency is closed"),
        _ => ("falhou", "failed"),
    };
    in_lang(lang, words)
}

/// What a server's state is called.
pub fn server(state: &str, lang: Lang) -> &'static str {
    let words = match state {
        "active" => ("recebe imobiliárias", "takes agencies"),
        "draining" => ("não recebe mais", "takes no more"),
        _ => ("fora de uso", "retired"),
    };
    in_lang(lang, words)
}

/// What an act in the log is called: as the log itself says.
pub fn act(action: &str, lang: Lang) -> String {
    crate::audit::words::what(action, lang)
}

/// Who did something, and who stood behind them.
pub fn who(who: Option<&str>, behind: Option<&str>, lang: Lang) -> String {
    match (who, behind, lang) {
        (Some(who), Some(behind), Lang::Pt) => format!("{behind}, agindo como {who}"),
        (Some(who), Some(behind), Lang::En) => format!("{behind}, acting as {who}"),
        (Some(one), None, _) | (None, Some(one), _) => one.to_owned(),
        (None, None, Lang::Pt) => "programa".to_owned(),
        (None, None, Lang::En) => "program".to_owned(),
    }
}

/// The heading of the page before somebody is acted as.
pub fn acting_as((member, role): (&str, &str), company: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Agir como {member} ({role}), {company}"),
        Lang::En => format!("Act as {member} ({role}), {company}"),
    }
}

/// What a mail about alerts is headed.
pub fn alerts_subject(lang: Lang) -> &'static str {
    in_lang(lang, ("Sobrado: há alertas abertos", "Sobrado: there are open alerts"))
}

/// A kind of alert in such a mail.
pub fn alert_line(kind: &str, open: i64, count: i64, lang: Lang) -> String {
    let what = alert(kind, lang);
    match lang {
        Lang::Pt => format!("{what}: {open} em aberto, {count} no total de ocorrências."),
        Lang::En => format!("{what}: {open} open, {count} occurrences in all."),
    }
}

/// A size: `812 kB`, `12 MB`, `1,4 GB`.
pub fn size(bytes: i64, lang: Lang) -> String {
    const KILO: i64 = 1024;
    let point = if lang == Lang::Pt { ',' } else { '.' };
    if bytes < KILO * KILO {
        format!("{} kB", bytes / KILO)
    } else if bytes < KILO * KILO * KILO {
        format!("{} MB", bytes / (KILO * KILO))
    } else {
        let tenths = bytes / (KILO * KILO) * 10 / KILO;
        format!("{}{point}{} GB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_when_nobody_on_it_answers() {
        assert_eq!(silent(Some("sp-2"), "hoje", Lang::Pt), "servidor sp-2 sem resposta desde hoje");
        assert_eq!(silent(None, "today", Lang::En), "its database has not answered since today");
        assert_eq!(unheard("sp-2", (3, 3), "hoje", Lang::Pt), "Servidor sp-2: ninguém responde (3), desde hoje");
        assert_eq!(unheard("sp-2", (1, 3), "today", Lang::En), "Server sp-2: 1 of 3 do not answer, since today");
    }

    #[test]
    fn a_size_is_read_at_a_glance() {
        assert_eq!(size(831_488, Lang::Pt), "812 kB");
        assert_eq!(size(12 * 1024 * 1024, Lang::Pt), "12 MB");
        assert_eq!(size(1_503_238_553, Lang::Pt), "1,3 GB");
        assert_eq!(size(1_503_238_553, Lang::En), "1.3 GB");
    }

    #[test]
    fn both_names_are_said() {
        assert_eq!(who(Some("Ana"), Some("Olga"), Lang::En), "Olga, acting as Ana");
        assert_eq!(who(Some("Ana"), None, Lang::Pt), "Ana");
        assert_eq!(who(None, None, Lang::Pt), "programa");
    }
}
