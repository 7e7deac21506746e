//! The list of the CRM by hand: a count, and 25 rows with their broker and their cover.

use axum::extract::State;
use axum::response::Html;
use rust_decimal::Decimal;
use sqlx::{PgPool, Row as _};
use std::fmt::Write as _;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Answer, money, text};

const ROWS: &str = "
    select p.id, p.code, p.type, p.status, p.title, p.neighborhood, p.city, p.sale_price, p.rent, p.area_private,
           p.bedrooms, p.parking, p.updated_at, s.name as responsible, f.id as photo
    from (select * from properties where deleted_at is null order by id desc limit 26) p
    left join staff s on s.id = p.responsible_id
    left join property_photos f on f.property_id = p.id and f.is_cover
    order by p.id desc";
const COUNT: &str = "select count(*) from properties where deleted_at is null";

/// The page.
pub(super) async fn list(State(pool): State<PgPool>) -> Answer {
    let mut db = pool.acquire().await?;
    let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut *db).await?;
    let rows = sqlx::query(ROWS).fetch_all(&mut *db).await?;
    let mut page = String::with_capacity(32 * 1024);
    page.push_str(
        "<!DOCTYPE html><html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><title>Imóveis</title>\
         <link rel=\"stylesheet\" href=\"/pkg/sobrado.css\"></head><body><div class=\"crm\"><aside class=\"rail\"><nav>\
         <a href=\"/app\">Hoje</a><a href=\"/app/properties\">Imóveis</a></nav></aside><main id=\"content\"><h1>Imóveis</h1>\
         <form method=\"get\"><input name=\"q\" type=\"search\"><button>Filtrar</button></form>\
         <table class=\"list-table\"><thead><tr><th>Imóvel</th><th>Lugar</th><th>Preço</th><th>Tamanho</th><th>Estado</th>\
         <th>Responsável</th><th>Alterado</th></tr></thead><tbody>",
    );
    for row in rows.iter().take(25) {
        let id: Uuid = row.try_get("id")?;
        page.push_str("<tr><td>");
        if let Some(photo) = row.try_get::<Option<Uuid>, _>("photo")? {
            write!(page, "<img src=\"/media/{photo}/320.jpg\" alt=\"\">")?;
        }
        write!(page, "<a class=\"row-title\" href=\"/app/properties/{id}\">")?;
        text(&mut page, row.try_get("title")?);
        let (code, kind): (&str, &str) = (row.try_get("code")?, row.try_get("type")?);
        write!(page, "</a><div class=\"quiet\">{code} · {kind}</div></td><td>")?;
        for (column, after) in [("neighborhood", ", "), ("city", "</td><td class=\"number\">")] {
            text(&mut page, row.try_get::<Option<&str>, _>(column)?.unwrap_or_default());
            page.push_str(after);
        }
        for column in ["sale_price", "rent"] {
            if let Some(amount) = row.try_get::<Option<Decimal>, _>(column)? {
                page.push_str("<div>");
                money(&mut page, amount);
                page.push_str("</div>");
            }
        }
        let (area, beds, cars): (Option<Decimal>, Option<i16>, Option<i16>) =
            (row.try_get("area_private")?, row.try_get("bedrooms")?, row.try_get("parking")?);
        let (area, beds, cars) = (area.unwrap_or_default(), beds.unwrap_or_default(), cars.unwrap_or_default());
        write!(page, "</td><td>{area} m² · {beds} quartos · {cars} vagas</td><td><span class=\"tag\">")?;
        text(&mut page, row.try_get("status")?);
        page.push_str("</span></td><td>");
        text(&mut page, row.try_get::<Option<&str>, _>("responsible")?.unwrap_or_default());
        let day: OffsetDateTime = row.try_get("updated_at")?;
        write!(page, "</td><td>{:02}/{:02}/{}</td></tr>", day.day(), u8::from(day.month()), day.year())?;
    }
    write!(page, "</tbody></table><div class=\"pager\"><span>{count} imóveis</span>")?;
    if rows.len() > 25 {
        let last: Uuid = rows[24].try_get("id")?;
        write!(page, "<a href=\"/app/properties?after={last}\">Próxima</a>")?;
    }
    page.push_str("</div></main></div></body></html>");
    Ok(Html(page))
}
