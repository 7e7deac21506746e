//! The log for its screens and its exports. Reads the central database, whose SQL is in `tenancy`.

mod words;

use serde_json::Value;
use tenancy::central::audit_log::{self, Entry, Origins, Place, Scope, Wanted};
use tenancy::central::{companies, plans};
use tenancy::{TenantDb, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::filter::AuditFilter;
use super::types::{AuditLine, AuditPage, Change, Choice};
use super::words::{
    ACTIONS, HISTORY, KINDS, KINDS_OF_THE_PLATFORM, OF_THE_PLATFORM, kind, searched, sentence, what, words,
};
use crate::error::AppError;
use crate::state::House;
use crate::values::day::{day_after, format_day, format_instant, parse_day};
use crate::words::{Lang, records};

/// Lines on a page.
const PAGE: usize = 50;
/// Letters are looked for in so many days at most.
const SEARCHED: Duration = Duration::days(90);
/// Letters of a value that are shown.
const SHOWN: usize = 400;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody of this agency's staff: at its own log.
    Staff(TenantId),
    /// An operator: at everybody's.
    Operator,
}

/// One page, and what it can be asked by. Whose log an operator names is beside the filter; of an agency's people nobody asks.
/// Its own database names the records of it that the central one knows by number alone.
///
/// # Errors
/// Either database's.
pub async fn page(
    house: &House,
    (viewer, db): (Viewer, Option<&TenantDb>),
    (filter, whose): (&AuditFilter, &str),
    lang: Lang,
) -> Result<AuditPage, AppError> {
    let place = place(filter);
    let wanted = wanted(house, viewer, (filter, whose)).await?;
    let searched = wanted
        .as_ref()
        .filter(|wanted| wanted.text.is_some())
        .map(|wanted| said_of_days(wanted, house.clock.now(), lang));
    let mut entries = match wanted {
        Some(wanted) => {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            audit_log::read(&house.central, &wanted, place, limit).await?
        }
        None => Vec::new(),
    };
    let is_more = entries.len() > PAGE;
    let is_backwards = matches!(place, Place::Before(_));
    if is_more && is_backwards {
        entries.remove(0);
    }
    entries.truncate(PAGE);
    if let Some(db) = db {
        super::db::name_properties(db, &mut entries).await?;
    }
    name_people(house, viewer, &mut entries).await?;
    name_plans(house, &mut entries).await?;
    let first = entries.first().map(|entry| entry.seq.to_string());
    let last = entries.last().map(|entry| entry.seq.to_string());
    let people = match viewer {
        Viewer::Staff(tenant) => audit_log::people_of(&house.central, tenant).await?,
        Viewer::Operator => Vec::new(),
    };
    let (actions, kinds) = offered(viewer, lang);
    Ok(AuditPage {
        lines: entries.iter().map(|entry| line(entry, viewer, lang)).collect(),
        searched,
        next: last.filter(|_| is_more || is_backwards),
        previous: first.filter(|_| if is_backwards { is_more } else { place != Place::Newest }),
        people: people.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        actions,
        kinds,
    })
}

/// The acts and kinds of records that a log can be asked by: an agency is not offered what never stands in its own.
fn offered(viewer: Viewer, lang: Lang) -> (Vec<Choice>, Vec<Choice>) {
    let (acts, kinds) = match viewer {
        Viewer::Staff(_) => (vec![HISTORY, ACTIONS], vec![KINDS]),
        Viewer::Operator => (vec![HISTORY, ACTIONS, OF_THE_PLATFORM], vec![KINDS, KINDS_OF_THE_PLATFORM]),
    };
    let acts = acts.into_iter().flatten().map(|(code, ..)| (*code, sentence(code, lang).unwrap_or(code)));
    let kinds = kinds.into_iter().flatten().map(|(code, ..)| (*code, kind(code, lang).unwrap_or(code)));
    (sorted(acts), sorted(kinds))
}

/// From where on a filter asks. A cursor that cannot be read is none: the newest lines are shown.
pub fn place(filter: &AuditFilter) -> Place {
    let seq = |cursor: &Option<String>| cursor.as_deref().and_then(|cursor| cursor.parse::<i64>().ok());
    match (seq(&filter.after), seq(&filter.before)) {
        (Some(seq), _) => Place::After(seq),
        (None, Some(seq)) => Place::Before(seq),
        (None, None) => Place::Newest,
    }
}

/// Puts the names of people in the place of their numbers, where a line says who looks after a property, or took records over.
async fn name_people(house: &House, viewer: Viewer, entries: &mut [Entry]) -> Result<(), AppError> {
    let mut named: Vec<&mut Value> =
        entries.iter_mut().flat_map(|entry| values_of(&mut entry.changes, &["responsible_id", "heir"])).collect();
    let number = |value: &Value| value.as_str().and_then(|id| id.parse::<Uuid>().ok());
    let numbers: Vec<Uuid> = named.iter().filter_map(|value| number(value)).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let whose = match viewer {
        Viewer::Staff(tenant) => Some(tenant),
        Viewer::Operator => None,
    };
    let names = audit_log::names_of(&house.central, whose, &numbers).await?;
    for value in &mut named {
        if let Some(name) = number(value).and_then(|id| names.get(&id)) {
            **value = Value::String(name.clone());
        }
    }
    Ok(())
}

/// Puts the names of plans in the place of their codes.
async fn name_plans(house: &House, entries: &mut [Entry]) -> Result<(), AppError> {
    let mut named: Vec<&mut Value> = Vec::new();
    for value in entries.iter_mut().flat_map(|entry| values_of(&mut entry.changes, &["plan", "now", "next"])) {
        // What was bought begins with its plan.
        match value {
            Value::Array(terms) => named.extend(terms.first_mut()),
            value => named.push(value),
        }
    }
    if named.iter().all(|value| value.is_null()) {
        return Ok(());
    }
    let plans = plans::list(&house.central).await?;
    for value in named {
        if let Some(plan) = plans.iter().find(|plan| value.as_str() == Some(plan.name.as_str())) {
            *value = Value::String(plan.display_name.clone());
        }
    }
    Ok(())
}

/// The values of some fields, those before and those after.
fn values_of<'a>(changes: &'a mut Value, fields: &[&str]) -> Vec<&'a mut Value> {
    let Value::Object(all) = changes else { return Vec::new() };
    let mut found = Vec::new();
    for (_, value) in all.iter_mut().filter(|(name, _)| fields.contains(&name.as_str())) {
        match value {
            Value::Array(pair) => found.extend(pair),
            value => found.push(value),
        }
    }
    found
}

fn sorted<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    let mut all: Vec<Choice> = all.map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}

/// The lines that a filter asks for; none when it asks for what there is not.
///
/// # Errors
/// The database's.
pub async fn wanted(
    house: &House,
    viewer: Viewer,
    (filter, whose): (&AuditFilter, &str),
) -> Result<Option<Wanted>, AppError> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let scope = match (viewer, whose) {
        (Viewer::Staff(tenant), _) => Scope::Agency(tenant),
        (Viewer::Operator, "") => Scope::Everybody,
        (Viewer::Operator, "-") => Scope::Platform,
        (Viewer::Operator, slug) => match companies::find_by_slug(&house.central, slug).await {
            Err(tenancy::DatabaseError::RowNotFound) => return Ok(None),
            found => Scope::Agency(found?.id),
        },
    };
    let who = match (filter.who.as_str(), viewer) {
        ("", _) => None,
        (email, Viewer::Operator) => Some(audit_log::whoever_is(&house.central, email).await?),
        (id, Viewer::Staff(_)) => Some(id.parse::<Uuid>().into_iter().collect()),
    };
    let entity_id = match filter.entity.as_str() {
        "" => None,
        typed => match typed.parse::<Uuid>() {
            Ok(id) => Some(id),
            Err(_) => return Ok(None),
        },
    };
    let (from, until) = days(filter, house.clock.now());
    Ok(Some(Wanted {
        who,
        action: some(&filter.action),
        entity_type: some(&filter.kind),
        entity_id,
        from,
        until,
        text: some(&filter.q),
        origins: if viewer == Viewer::Operator { Origins::All } else { Origins::OfTheAgencys },
        ..Wanted::all(scope)
    }))
}

/// The days that are asked for. Letters are looked for in the last ninety of them: no index knows what stands in a line, and each
/// has to be read.
fn days(filter: &AuditFilter, now: OffsetDateTime) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
    let (from, until) = (parse_day(&filter.from), parse_day(&filter.to).map(day_after));
    if filter.q.is_empty() {
        return (from, until);
    }
    let end = until.unwrap_or(now);
    let first = end.saturating_sub(SEARCHED);
    (Some(from.map_or(first, |from| from.max(first))), until)
}

fn said_of_days(wanted: &Wanted, now: OffsetDateTime, lang: Lang) -> String {
    let day = |at: Option<OffsetDateTime>| at.map(|at| format_day(at, lang)).unwrap_or_default();
    // The end is the beginning of the day after.
    let last = wanted.until.map_or(now, |end| end.saturating_sub(Duration::SECOND));
    searched(&day(wanted.from), &day(Some(last)), lang)
}

/// Whether a viewer is shown where a line came from. An agency sees that of its own people and of whoever stood at its door,
/// not that of the platform's people. What is looked for keeps to the same: [`Origins`].
fn shows_origin(entry: &Entry, viewer: Viewer) -> bool {
    let of_its_own = entry.is_staff && entry.impersonator.is_none();
    viewer == Viewer::Operator || of_its_own || (entry.user.is_none() && entry.ip_address.is_some())
}

/// Who did it, as a viewer is told.
pub fn who(entry: &Entry, lang: Lang) -> String {
    let words = words(lang);
    match (&entry.who, entry.user) {
        (Some(name), _) => name.clone(),
        (None, Some(_)) => words.somebody_gone.to_owned(),
        (None, None) if entry.ip_address.is_some() => words.somebody.to_owned(),
        (None, None) => words.the_program.to_owned(),
    }
}

/// Address, browser and request, as far as a viewer is shown them.
pub fn origin(entry: &Entry, viewer: Viewer) -> [Option<&str>; 3] {
    let is_shown = shows_origin(entry, viewer);
    let [ip, agent] = [&entry.ip_address, &entry.user_agent].map(|text| text.as_deref().filter(|_| is_shown));
    [ip, agent, entry.request_id.as_deref()]
}

fn line(entry: &Entry, viewer: Viewer, lang: Lang) -> AuditLine {
    let words = words(lang);
    let kind = kind(&entry.entity_type, lang).unwrap_or(&entry.entity_type);
    let record = match &entry.entity_name {
        Some(name) => format!("{kind}: {name}"),
        None => kind.to_owned(),
    };
    let id = entry.entity_id.map(|id| id.to_string());
    let href = match (viewer, entry.entity_type.as_str(), &id) {
        (Viewer::Staff(_), "property", Some(id)) => Some(format!("/app/properties/{id}")),
        (Viewer::Staff(_), "store_settings", _) => Some("/app/settings/store".to_owned()),
        (Viewer::Operator, "company", _) => {
            let slug = entry.agency.as_ref().map(|(slug, _)| slug.clone());
            slug.map(|slug| crate::values::query::address("/platform/tenants", [("q", slug.as_str())]))
        }
        _ => None,
    };
    let [ip, agent, request] = origin(entry, viewer);
    let details = [
        (words.identifier, id.as_deref()),
        (words.address, ip),
        (words.browser, agent),
        (words.request, request),
        (words.code, Some(entry.action.as_str())),
    ];
    let details = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    AuditLine {
        id: entry.id.to_string(),
        at: format_instant(entry.at, lang),
        who: who(entry, lang),
        behind: behind(entry, lang),
        what: what(&entry.action, lang),
        agency: (viewer == Viewer::Operator)
            .then(|| entry.agency.as_ref().map_or(words.platform.to_owned(), |(_, name)| name.clone())),
        record,
        href,
        changes: changes(entry, lang),
        details: details.collect(),
    }
}

/// The operator who acted as somebody else.
pub fn behind(entry: &Entry, lang: Lang) -> Option<String> {
    entry.impersonator.map(|_| entry.behind.clone().unwrap_or_else(|| words(lang).somebody_gone.to_owned()))
}

fn changes(entry: &Entry, lang: Lang) -> Vec<Change> {
    let Value::Object(fields) = &entry.changes else { return Vec::new() };
    let kind = entry.entity_type.as_str();
    let change = |(name, value): (&String, &Value)| {
        let (before, after) = match value {
            Value::Array(pair) if pair.len() == 2 => (&pair[0], &pair[1]),
            value => (&Value::Null, value),
        };
        let field = records::field(kind, name, lang).or_else(|| words::field(name, lang));
        let field = field.map_or_else(|| name.clone(), str::to_owned);
        let [before, after] = [before, after].map(|value| shown((kind, name), value, lang));
        Change { field, before, after }
    };
    fields.iter().map(change).collect()
}

fn shown((kind, name): (&str, &str), value: &Value, lang: Lang) -> String {
    let common = &crate::words::words_in(lang).common;
    let read = |text: &str| {
        let named = records::value(kind, name, text, lang).map(str::to_owned);
        named.or_else(|| words::value(name, text, lang)).unwrap_or_else(|| text.to_owned())
    };
    let text = match value {
        Value::Null => String::new(),
        Value::Bool(is) => if *is { common.yes } else { common.no }.to_owned(),
        Value::String(text) => read(text),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(|one| shown((kind, name), one, lang)).collect();
            match <&[String; 4]>::try_from(all.as_slice()) {
                Ok(terms) if matches!(name, "now" | "next") => words::terms(terms, lang),
                _ => all.join(", "),
            }
        }
        other => read(&other.to_string()),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::OffsetDateTime;

    fn entry(entity_type: &str, changes: Value) -> Entry {
        Entry {
            seq: 1,
            id: Uuid::nil(),
            at: OffsetDateTime::UNIX_EPOCH,
            agency: None,
            user: Some(Uuid::nil()),
            who: Some("Ana".into()),
            is_staff: true,
            impersonator: None,
            behind: None,
            action: "property.update".into(),
            entity_type: entity_type.into(),
            entity_id: None,
            entity_name: None,
            changes,
            ip_address: Some("203.0.113.9".into()),
            user_agent: Some("a browser".into()),
            request_id: Some("r".into()),
        }
    }

    #[test]
    fn a_change_has_the_fields_name_and_both_values_in_the_viewers_language() {
        let entry = entry(
            "property",
            json!({"sale_price": ["10.00", "1234.50"], "status": ["active", "sold"], "elevator": [null, true], "strange": 7,
                   "purposes": [["sale"], ["sale", "rent"]]}),
        );
        let all = |lang| -> Vec<(String, String, String)> {
            changes(&entry, lang).into_iter().map(|c| (c.field, c.before, c.after)).collect()
        };
        let has = |all: &[(String, String, String)], line: [&str; 3]| {
            assert!(all.contains(&(line[0].into(), line[1].into(), line[2].into())), "{line:?} in {all:?}");
        };
        let (pt, en) = (all(Lang::Pt), all(Lang::En));
        has(&pt, ["Preço de venda", "R$\u{a0}10", "R$\u{a0}1.234,50"]);
        has(&pt, ["Situação", "Ativo", "Vendido"]);
        has(&pt, ["Elevador", "", "Sim"]);
        has(&pt, ["strange", "", "7"]);
        has(&en, ["Sale price", "R$\u{a0}10", "R$\u{a0}1,234.50"]);
        has(&en, ["Elevator", "", "Yes"]);
        assert_eq!(pt.len(), 5);
    }

    #[test]
    fn an_agency_is_not_told_where_the_platforms_people_sit() {
        let agency = Viewer::Staff(TenantId::from(Uuid::nil()));
        let own = entry("property", json!({}));
        let operators = Entry { is_staff: false, ..own.clone() };
        let impersonated = Entry { impersonator: Some(Uuid::nil()), ..own.clone() };
        let command = Entry { user: None, who: None, is_staff: false, ip_address: None, ..own.clone() };
        let at_the_door = Entry { user: None, who: None, is_staff: false, ..own.clone() };
        for (entry, shown) in
            [(&own, true), (&operators, false), (&impersonated, false), (&command, false), (&at_the_door, true)]
        {
            assert_eq!(origin(entry, agency)[1].is_some(), shown, "{entry:?}");
            assert!(origin(entry, Viewer::Operator)[1].is_some());
            assert_eq!(origin(entry, agency)[2], Some("r"), "the request's number is for support");
        }
    }

    #[test]
    fn there_is_one_time_of_brasilia() {
        assert_eq!(crate::values::day::BRASILIA, tenancy::BRASILIA);
    }

    #[test]
    fn a_long_value_is_cut_between_letters() {
        let long = "é".repeat(SHOWN + 1);
        let cut = shown(("property", "title"), &json!(long), Lang::Pt);
        assert_eq!(cut.chars().count(), SHOWN + 1);
        assert!(cut.ends_with('…'));
    }

    #[test]
    fn what_acts_write_is_read_as_its_field_is_meant() {
        let bought = json!({"now": [["Prime", 3, "monthly", 0], ["K2", 4, "monthly", 1]], "due": "89.90"});
        let acts = [
            ("subscription", bought),
            ("domain", json!({"host": "minha.example"})),
            ("user", json!({"may_write": false, "reason": "ajuda"})),
            ("person", json!({"factor": "code"})),
            ("company", json!({"drop_after": "2026-12-30T03:00:00Z", "terms_accepted_at": [null, 1_700_000_000]})),
            ("company", json!({"action": "import.run", "kind": "property"})),
            ("property", json!({"area_private": [null, "82.50"], "sale_price": ["muito", null]})),
        ];
        let lines = |lang| -> Vec<[String; 3]> {
            let all = acts.iter().flat_map(|(kind, written)| changes(&entry(kind, written.clone()), lang));
            all.map(|change| [change.field, change.before, change.after]).collect()
        };
        let (pt, en) = (lines(Lang::Pt), lines(Lang::En));
        for line in [
            ["A pagar agora", "", "R$\u{a0}89,90"],
            ["Domínio", "", "minha.example"],
            ["Pode alterar", "", "Não"],
            ["O que não conferiu", "", "código de verificação"],
            ["Dados apagados a partir de", "", "30/12/2026 00:00"],
            ["Termos aceitos em", "", "14/11/2023 19:13"],
            ["Ação", "", "importou imóveis"],
            ["Tipo de registro", "", "Imóvel"],
            ["Área privativa (m²)", "", "82,50"],
            ["Preço de venda", "muito", ""],
        ] {
            assert!(pt.contains(&line.map(str::to_owned)), "{line:?} in {pt:?}");
        }
        let terms = pt.iter().find(|line| line[0] == "Contratado agora").expect("it is there");
        assert!(terms[1].starts_with("plano Prime (versão 3), ") && terms[2].ends_with(", usuários adicionais: 1"));
        assert!(en.contains(&["Due now", "", "R$\u{a0}89.90"].map(str::to_owned)), "{en:?}");
        assert!(en.contains(&["What did not match", "", "verification code"].map(str::to_owned)), "{en:?}");
    }

    #[test]
    fn an_agency_is_offered_what_can_stand_in_its_log() {
        let has = |all: &[Choice], code: &str| all.iter().any(|(known, _)| known == code);
        let (own, own_kinds) = offered(Viewer::Staff(TenantId::from(Uuid::nil())), Lang::Pt);
        let (all, all_kinds) = offered(Viewer::Operator, Lang::Pt);
        for code in ["server.add", "plan.publish_version", "fleet.migrate", "operator.create", "audit.search"] {
            assert!(!has(&own, code) && has(&all, code), "{code}");
        }
        for code in ["property.update", "tenant.suspend", "impersonation.start"] {
            assert!(has(&own, code) && has(&all, code), "{code}");
        }
        assert!(!has(&own_kinds, "server") && has(&all_kinds, "server") && has(&own_kinds, "member"));
    }
}
