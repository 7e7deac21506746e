//! A copy of the log to take along: comma-separated for a spreadsheet (RFC 4180), or a line of JSON each. Made as it is sent, some
//! hundred lines at a time, so that a long log never lies in memory; that it was taken is written into the log first.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use serde_json::json;
use std::sync::Arc;
use tenancy::central::audit_log::{self, Entry, Place, Scope, Wanted};
use time::format_description::well_known::Rfc3339;

use app::audit::filter::{AuditFilter, WHOSE};
use app::audit::log::{Viewer, behind, origin, wanted, who};
use app::audit::reads::{self, Reader};
use app::audit::words::{COLUMNS, kind, sentence};
use app::caller::{Request, Who};
use app::error::AppError;
use app::state::{AppState, House};
use app::words::Lang;

use crate::layers::plain;

/// Lines that are read at once.
const AT_ONCE: i64 = 500;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Lines,
}

/// The log of the agency whose staff asks; for an operator everybody's, or that of the agency that the address names.
pub async fn export(State(state): State<AppState>, parts: Parts) -> Response {
    let lang = parts.extensions.get::<Lang>().copied().unwrap_or_default();
    let id = parts.extensions.get::<Request>().map(|request| request.id.clone()).unwrap_or_default();
    begin(&state.house, &parts, lang).await.unwrap_or_else(|error| plain::error(&error, true, lang, &id))
}

/// What the guard has let in is somebody who may: whose log it is says who they are, never the address.
async fn begin(house: &Arc<House>, parts: &Parts, lang: Lang) -> Result<Response, AppError> {
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let typed =
        |name: &str| form_urlencoded::parse(query).find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
    let filter = AuditFilter::from_query(&typed);
    let form = match typed("format").as_deref() {
        Some("csv") => Form::Csv,
        Some("jsonl") => Form::Lines,
        _ => return Err(AppError::NotFound),
    };
    let (Some(caller), Some(request)) = (parts.extensions.get::<Who>(), parts.extensions.get::<Request>()) else {
        return Err(AppError::Unauthenticated);
    };
    let (viewer, user) = match caller {
        Who::Staff { account, .. } => (Viewer::Staff(account.tenant), account.user.as_uuid()),
        Who::Operator(account) => (Viewer::Operator, account.person.as_uuid()),
        Who::Nobody | Who::Choosing(_) => return Err(AppError::Unauthenticated),
    };
    let whose = typed(WHOSE).filter(|_| viewer == Viewer::Operator).unwrap_or_default();
    let wanted = wanted(house, viewer, (&filter, &whose)).await?;
    if parts.method == Method::HEAD {
        return Ok(response(Body::empty(), form));
    }
    let tenant = match wanted.as_ref().map(|wanted| wanted.scope) {
        Some(Scope::Agency(tenant)) => Some(tenant),
        _ => None,
    };
    let mut asked = reads::asked(&filter);
    asked["format"] = json!(if form == Form::Csv { "csv" } else { "jsonl" });
    let of = tenant.map(tenancy::TenantId::as_uuid).unwrap_or_default();
    reads::record(house, Reader { tenant, user, request }, ("audit.export", "company", of), asked).await?;
    let reading = Reading { house: house.clone(), wanted, place: Place::Newest, is_begun: false };
    let body = futures::stream::try_unfold(reading, move |reading| next(reading, (form, viewer, lang)));
    Ok(response(Body::from_stream(body), form))
}

fn response(body: Body, form: Form) -> Response {
    let (kind, disposition) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"auditoria.csv\""),
        Form::Lines => ("application/x-ndjson", "attachment; filename=\"auditoria.jsonl\""),
    };
    let mut response = Response::new(body);
    for (name, value) in
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition), (header::CACHE_CONTROL, "no-store")]
    {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// How far it has come.
struct Reading {
    house: Arc<House>,
    /// None: nothing is left to read.
    wanted: Option<Wanted>,
    place: Place,
    is_begun: bool,
}

/// The next piece. One that cannot be read breaks the answer off: half a log must not look like a whole one.
async fn next(
    mut reading: Reading,
    (form, viewer, lang): (Form, Viewer, Lang),
) -> Result<Option<(Bytes, Reading)>, std::io::Error> {
    let mut piece = Vec::new();
    if !reading.is_begun && form == Form::Csv {
        // Without the mark Excel takes the text for another encoding (UTF-8 BOM, Unicode 16, 23.8).
        piece.extend_from_slice("\u{feff}".as_bytes());
        let heads = COLUMNS.map(|(pt, en)| if lang == Lang::Pt { pt } else { en }.to_owned());
        write_csv(&mut piece, &[heads])?;
    }
    reading.is_begun = true;
    if let Some(wanted) = &reading.wanted {
        let read = audit_log::read(&reading.house.central, wanted, reading.place, AT_ONCE).await;
        let entries = read.map_err(|error| {
            tracing::warn!(%error, "an export of the log broke off");
            std::io::Error::other(error)
        })?;
        match form {
            Form::Csv => {
                let rows: Vec<_> = entries.iter().map(|entry| columns(entry, viewer, lang)).collect();
                write_csv(&mut piece, &rows)?;
            }
            Form::Lines => entries.iter().for_each(|entry| write_line(&mut piece, entry, viewer)),
        }
        match entries.last() {
            Some(last) if entries.len() as i64 == AT_ONCE => reading.place = Place::After(last.seq),
            _ => reading.wanted = None,
        }
    }
    Ok((!piece.is_empty()).then(|| (Bytes::from(piece), reading)))
}

fn write_csv(into: &mut Vec<u8>, rows: &[[String; 13]]) -> Result<(), std::io::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(into);
    for row in rows {
        writer.write_record(row.iter().map(|cell| defused(cell)))?;
    }
    writer.flush()
}

/// A cell that a spreadsheet would take for a formula, as text (OWASP, CSV injection).
fn defused(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn columns(entry: &Entry, viewer: Viewer, lang: Lang) -> [String; 13] {
    let [ip, agent, request] = origin(entry, viewer).map(|text| text.unwrap_or_default().to_owned());
    [
        entry.at.format(&Rfc3339).unwrap_or_default(),
        entry.agency.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
        who(entry, lang),
        behind(entry, lang).unwrap_or_default(),
        sentence(&entry.action, lang).unwrap_or(&entry.action).to_owned(),
        entry.action.clone(),
        kind(&entry.entity_type, lang).unwrap_or(&entry.entity_type).to_owned(),
        entry.entity_id.map(|id| id.to_string()).unwrap_or_default(),
        if entry.changes == json!({}) { String::new() } else { entry.changes.to_string() },
        ip,
        agent,
        request,
        entry.id.to_string(),
    ]
}

fn write_line(into: &mut Vec<u8>, entry: &Entry, viewer: Viewer) {
    let [ip, agent, request] = origin(entry, viewer);
    let line = json!({
        "id": entry.id, "at": entry.at.format(&Rfc3339).unwrap_or_default(),
        "agency": entry.agency.as_ref().map(|(slug, _)| slug), "user_id": entry.user, "user": entry.who,
        "impersonator_id": entry.impersonator, "impersonator": entry.behind, "action": entry.action,
        "entity_type": entry.entity_type, "entity_id": entry.entity_id, "changes": entry.changes,
        "ip_address": ip, "user_agent": agent, "request_id": request,
    });
    into.extend_from_slice(line.to_string().as_bytes());
    into.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_breaks_out_of_no_row() {
        let mut written = Vec::new();
        let mut row: [String; 13] = std::array::from_fn(|_| String::new());
        row[0] = "=HYPERLINK(\"http://evil\")".into();
        row[1] = "a, b\r\n\"c\"".into();
        row[2] = "+55 11".into();
        write_csv(&mut written, &[row]).expect("written");
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text, "\"'=HYPERLINK(\"\"http://evil\"\")\",\"a, b\r\n\"\"c\"\"\",'+55 11,,,,,,,,,,\r\n");
        for cell in ["-1", "@SUM(A1)", "\t=1", "＝1"] {
            assert!(defused(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(defused("casa = lar"), "casa = lar");
    }
}
