//! The words of the operators' console.

use crate::words::Lang;

/// What every page of the platform may need.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub tenants: &'static str,
    pub search: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words { tenants: "Imobiliárias", search: "Nome ou endereço" };

/// English.
pub const EN: Words = Words { tenants: "Agencies", search: "Name or address" };

/// The words of the console's pages alone: apart from the others, so that no browser is sent them.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Console {
    pub agency: &'static str,
    pub plan: &'static str,
    pub usage: &'static str,
    pub database: &'static str,
    pub schema: &'static str,
    pub activity: &'static str,
    pub state: &'static str,
    pub server: &'static str,
    pub all: &'static str,
    pub filter: &'static str,
    pub first_page: &'static str,
    pub none: &'static str,
    pub none_yet: &'static str,
    pub users: &'static str,
    pub properties: &'static str,
    pub not_measured: &'static str,
    pub measured: &'static str,
    pub behind: &'static str,
    pub alerts: &'static str,
    pub healthy: &'static str,
    pub never: &'static str,
    pub since: &'static str,
    pub email: &'static str,
    pub site: &'static str,
    pub placement: &'static str,
    pub domains: &'static str,
    pub no_domains: &'static str,
    pub primary: &'static str,
    pub people: &'static str,
    pub no_people: &'static str,
    pub operations: &'static str,
    pub no_operations: &'static str,
    pub acts: &'static str,
    pub no_acts: &'static str,
    pub suspend: &'static str,
    pub resume: &'static str,
    pub reason: &'static str,
    pub change_state: &'static str,
    pub act_as: &'static str,
    pub act_lead: &'static str,
    pub as_whom: &'static str,
    pub why: &'static str,
    pub why_hint: &'static str,
    pub may_write: &'static str,
    pub own_password: &'static str,
    pub ask: &'static str,
    pub nobody_to_act_as: &'static str,
    pub begin: &'static str,
    pub begin_lead: &'static str,
    pub read_only: &'static str,
    pub with_changes: &'static str,
    pub ticket_gone: &'static str,
    pub back_to_agency: &'static str,
    pub open_operations: &'static str,
    pub finished_operations: &'static str,
    pub nothing_open: &'static str,
    pub nothing_finished: &'static str,
    pub step: &'static str,
    pub attempt: &'static str,
    pub error: &'static str,
    pub due: &'static str,
    pub created: &'static str,
    pub record: &'static str,
    pub retry: &'static str,
    pub refreshes: &'static str,
    pub health: &'static str,
    pub no_alerts: &'static str,
    pub times: &'static str,
    pub last: &'static str,
    pub close_alert: &'static str,
    pub jobs: &'static str,
    pub jobs_queued: &'static str,
    pub jobs_running: &'static str,
    pub jobs_parked: &'static str,
    pub jobs_failed: &'static str,
    pub nothing_stuck: &'static str,
    pub worker: &'static str,
    pub worker_there: &'static str,
    pub worker_missing: &'static str,
    pub servers: &'static str,
    pub agencies: &'static str,
    pub no_servers: &'static str,
}

const CONSOLE_PT: Console = Console {
    agency: "Imobiliária",
    plan: "Plano",
    usage: "Uso",
    database: "Banco",
    schema: "Versão",
    activity: "Atividade",
    state: "Situação",
    server: "Servidor",
    all: "Todas",
    filter: "Filtrar",
    first_page: "Início da lista",
    none: "Nenhuma imobiliária com esses filtros.",
    none_yet: "Ainda não há imobiliárias.",
    users: "usuários",
    properties: "imóveis",
    not_measured: "ainda não medido",
    measured: "medido em",
    behind: "atrás do programa",
    alerts: "Alertas abertos",
    healthy: "sem alertas",
    never: "nenhuma",
    since: "Desde",
    email: "E-mail",
    site: "Site",
    placement: "Lugar (banco · época)",
    domains: "Domínios próprios",
    no_domains: "Nenhum domínio próprio.",
    primary: "principal",
    people: "Pessoas",
    no_people: "Ninguém com acesso.",
    operations: "Operações",
    no_operations: "Nenhuma operação.",
    acts: "Últimos registros",
    no_acts: "Nada registrado ainda.",
    suspend: "Suspender",
    resume: "Reativar",
    reason: "Motivo da suspensão",
    change_state: "Acesso da imobiliária",
    act_as: "Agir como um membro",
    act_lead: "Por no máximo 30 minutos. O motivo, o começo e o fim ficam no registro da imobiliária, com o seu nome, e quem é dono dela os vê.",
    as_whom: "Como quem",
    why: "Motivo",
    why_hint: "Pelo menos 10 caracteres, por exemplo o número do chamado.",
    may_write: "Permitir alterações (sem isto, só leitura)",
    own_password: "Sua senha",
    ask: "Continuar",
    nobody_to_act_as: "Não há ninguém como quem agir.",
    begin: "Começar agora",
    begin_lead: "Este passo vale por um minuto e uma única vez.",
    read_only: "Só leitura",
    with_changes: "Com alterações",
    ticket_gone: "Este pedido não vale mais. Volte à imobiliária e peça de novo.",
    back_to_agency: "Voltar à imobiliária",
    open_operations: "Em andamento",
    finished_operations: "Concluídas",
    nothing_open: "Nada em andamento.",
    nothing_finished: "Nenhuma concluída ainda.",
    step: "Etapa",
    attempt: "Tentativa",
    error: "Erro",
    due: "Prevista ou concluída",
    created: "Pedida em",
    record: "Registro",
    retry: "Tentar agora",
    refreshes: "Esta página se atualiza sozinha enquanto algo está em andamento.",
    health: "Saúde",
    no_alerts: "Nenhum alerta aberto.",
    times: "vezes",
    last: "última",
    close_alert: "Marcar como resolvido",
    jobs: "Fila de trabalhos",
    jobs_queued: "esperando",
    jobs_running: "em andamento",
    jobs_parked: "de lado",
    jobs_failed: "desistidos",
    nothing_stuck: "Nenhum trabalho parado.",
    worker: "Trabalhador",
    worker_there: "Um processo está trabalhando.",
    worker_missing: "Nenhum processo está trabalhando: nada da fila anda. Verifique o serviço.",
    servers: "Servidores",
    agencies: "Imobiliárias",
    no_servers: "Nenhum servidor.",
};

const CONSOLE_EN: Console = Console {
    agency: "Agency",
    plan: "Plan",
    usage: "Use",
    database: "Database",
    schema: "Version",
    activity: "Activity",
    state: "State",
    server: "Server",
    all: "All",
    filter: "Filter",
    first_page: "Start of the list",
    none: "No agency fits these filters.",
    none_yet: "There are no agencies yet.",
    users: "users",
    properties: "properties",
    not_measured: "not measured yet",
    measured: "measured on",
    behind: "behind the program",
    alerts: "Open alerts",
    healthy: "no alerts",
    never: "none",
    since: "Since",
    email: "E-mail",
    site: "Site",
    placement: "Place (database · epoch)",
    domains: "Domains of its own",
    no_domains: "No domain of its own.",
    primary: "primary",
    people: "People",
    no_people: "Nobody has access.",
    operations: "Operations",
    no_operations: "No operations.",
    acts: "Latest records",
    no_acts: "Nothing recorded yet.",
    suspend: "Suspend",
    resume: "Resume",
    reason: "Reason for the suspension",
    change_state: "The agency's access",
    act_as: "Act as a member",
    act_lead: "For 30 minutes at most. The reason, the beginning and the end are in the agency's log under your name, and its owner sees them.",
    as_whom: "As whom",
    why: "Reason",
    why_hint: "At least 10 characters, such as the number of the ticket.",
    may_write: "Allow changes (without this, read only)",
    own_password: "Your password",
    ask: "Continue",
    nobody_to_act_as: "There is nobody to act as.",
    begin: "Begin now",
    begin_lead: "This step is good for a minute, and once.",
    read_only: "Read only",
    with_changes: "With changes",
    ticket_gone: "This request is no longer good. Go back to the agency and ask again.",
    back_to_agency: "Back to the agency",
    open_operations: "Under way",
    finished_operations: "Finished",
    nothing_open: "Nothing is under way.",
    nothing_finished: "None has finished yet.",
    step: "Step",
    attempt: "Attempt",
    error: "Error",
    due: "Due or finished",
    created: "Asked for on",
    record: "Record",
    retry: "Try now",
    refreshes: "This page renews itself while something is under way.",
    health: "Health",
    no_alerts: "No open alerts.",
    times: "times",
    last: "last",
    close_alert: "Mark as resolved",
    jobs: "Queue of jobs",
    jobs_queued: "waiting",
    jobs_running: "under way",
    jobs_parked: "set aside",
    jobs_failed: "given up",
    nothing_stuck: "No job is stuck.",
    worker: "Worker",
    worker_there: "A process is at work.",
    worker_missing: "No process is at work: the queue stands still. Check the service.",
    servers: "Servers",
    agencies: "Agencies",
    no_servers: "No servers.",
};

/// The console's words in a language.
pub const fn console(lang: Lang) -> &'static Console {
    match lang {
        Lang::Pt => &CONSOLE_PT,
        Lang::En => &CONSOLE_EN,
    }
}

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

/// What a domain's state is called.
pub fn domain(state: &str, lang: Lang) -> String {
    let words = match state {
        "verified" => ("verificado", "verified"),
        "suspect" => ("com problema no DNS", "with a problem in its DNS"),
        "released" => ("liberado", "released"),
        _ => ("por verificar", "to be verified"),
    };
    in_lang(lang, words).to_owned()
}

/// What an operation does.
pub fn operation(kind: &str, lang: Lang) -> String {
    let words = match kind {
        "provision" => ("Criação", "Creation"),
        "suspend" => ("Suspensão", "Suspension"),
        "resume" => ("Reativação", "Resumption"),
        "delete" => ("Exclusão", "Deletion"),
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

/// What an act in the log is called; those of the agency's own people stand there as they are kept.
pub fn act(action: &str, lang: Lang) -> String {
    let words = match action {
        "tenant.create" => ("imobiliária criada", "agency created"),
        "tenant.suspend" => ("acesso suspenso", "access suspended"),
        "tenant.resume" => ("acesso reativado", "access resumed"),
        "impersonation.start" => ("a plataforma começou a agir como membro", "the platform began to act as a member"),
        "impersonation.end" => ("a plataforma deixou de agir como membro", "the platform stopped acting as a member"),
        "operation.retry" => ("operação tentada de novo", "operation tried again"),
        "job.retry" => ("trabalho posto de novo na fila", "job put back into the queue"),
        "alert.close" => ("alerta marcado como resolvido", "alert marked as resolved"),
        other => return other.to_owned(),
    };
    in_lang(lang, words).to_owned()
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
    match lang {
        Lang::Pt => format!("{kind}: {open} em aberto, {count} no total de ocorrências."),
        Lang::En => format!("{kind}: {open} open, {count} occurrences in all."),
    }
}

/// A size: `812 kB`, `12 MB`, `1,4 GB`.
pub fn size(bytes: i64, lang: Lang) -> String {
    const KILO: i64 = 1024;
    let point = if lang == Lang::Pt { ',' } else { '.' };
    match bytes {
        ..1_048_576 => format!("{} kB", bytes / KILO),
        ..1_073_741_824 => format!("{} MB", bytes / (KILO * KILO)),
        _ => {
            let tenths = bytes / (KILO * KILO) * 10 / KILO;
            format!("{}{point}{} GB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
