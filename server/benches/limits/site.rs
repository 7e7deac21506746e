//! The storefront's pages by hand.

use axum::extract::{Query, State};
use axum::response::Html;
use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Answer, money, text};

/// Everything that a card shows, of the rows that the condition and the order leave.
macro_rules! cards {
    ($condition:literal, $order:literal) => {
        concat!(
            "select p.code, p.slug, p.type, p.title, p.neighborhood, p.city, p.sale_price, p.rent, p.area, p.bedrooms,
                    p.parking, f.photo, f.alt, f.variants
             from (select id, code, slug, type, title, neighborhood, city, published_at, featured, bedrooms, parking,
                          case when sale_price_public then sale_price end as sale_price, rent,
                          coalesce(area_private, area_built, area_total, area_land) as area
                   from properties where published_at is not null ",
            $condition,
            " order by ",
            $order,
            ") p
             left join lateral (
                 select id as photo, alt, variants from property_photos where property_id = p.id and state = 'ready'
                 order by is_cover desc, position limit 1) f on true
             order by ",
            $order
        )
    };
}

const LANDING: &str = cards!("", "featured desc, published_at desc, id desc limit 12");
const SEARCH: &str = cards!(
    "and type = $1 and bedrooms >= $2 and coalesce(case when sale_price_public then sale_price end, rent, season_price) >= $3",
    "published_at desc, id desc limit 24"
);
const COUNT: &str = "
    select count(*) from properties
    where published_at is not null and type = $1 and bedrooms >= $2
      and coalesce(case when sale_price_public then sale_price end, rent, season_price) >= $3";
const STORE: &str = "
    select company_name, creci, about, phone, whatsapp, email, address, primary_color, hero_title, content_version
    from store_settings";
const KINDS: &str =
    "select type from properties where published_at is not null group by type order by count(*) desc, type";
const PLACES: &str = "
    select neighborhood, city from properties where published_at is not null and neighborhood is not null
    group by neighborhood, city order by count(*) desc, neighborhood limit 300";

/// The agency, twelve cards and what the form offers.
pub(super) async fn landing(State((pool, forms)): State<(PgPool, Forms)>) -> Answer {
    let mut db = pool.acquire().await?;
    let mut page = String::with_capacity(48 * 1024);
    let (foot, version) = head(&mut page, &mut db).await?;
    page.push_str(&forms.of(&mut db, version).await?);
    page.push_str("<section class=\"store-block\"><h2>Destaques</h2>");
    tiles(&mut page, &sqlx::query(LANDING).fetch_all(&mut *db).await?)?;
    page.push_str("</section>");
    page.push_str(&foot);
    Ok(Html(page))
}

/// What the search's address says.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    r#type: String,
    bedrooms: i16,
    min_price: Decimal,
}

/// The count, the first 24 cards and what the form offers.
pub(super) async fn search(State((pool, forms)): State<(PgPool, Forms)>, Query(asked): Query<Asked>) -> Answer {
    let mut db = pool.acquire().await?;
    let mut page = String::with_capacity(64 * 1024);
    let (foot, version) = head(&mut page, &mut db).await?;
    page.push_str(&forms.of(&mut db, version).await?);
    let count: i64 = sqlx::query_scalar(COUNT)
        .bind(&asked.r#type)
        .bind(asked.bedrooms)
        .bind(asked.min_price)
        .fetch_one(&mut *db)
        .await?;
    let rows = sqlx::query(SEARCH).bind(&asked.r#type).bind(asked.bedrooms).bind(asked.min_price);
    let rows = rows.fetch_all(&mut *db).await?;
    write!(page, "<section class=\"store-block\"><h1>Imóveis</h1><p class=\"quiet\">{count} imóveis</p>")?;
    tiles(&mut page, &rows)?;
    let pages = (count + 23) / 24;
    write!(page, "</section><nav class=\"pager\"><span>Página 1 / {pages}</span></nav>")?;
    page.push_str(&foot);
    Ok(Html(page))
}

/// Writes the document's head; gives its foot and the content version.
async fn head(page: &mut String, db: &mut PgConnection) -> Result<(String, i64), super::Broken> {
    let row = sqlx::query(STORE).fetch_one(db).await?;
    let (name, about): (String, String) = (row.try_get("company_name")?, row.try_get("about")?);
    page.push_str(
        "<!DOCTYPE html><html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/pkg/sobrado.css\"><title>",
    );
    text(page, &name);
    page.push_str("</title><meta name=\"description\" content=\"");
    text(page, &about);
    page.push_str("\"></head><body><header class=\"store-head\"><a class=\"store-name\" href=\"/\">");
    text(page, &name);
    page.push_str(
        "</a><nav><a href=\"/imoveis?purpose=sale\">Comprar</a><a href=\"/imoveis?purpose=rent\">Alugar</a></nav></header>\
         <main id=\"content\" tabindex=\"-1\">",
    );
    let mut foot = String::from("<section class=\"store-block\" id=\"contato\"><h2>Contato</h2><p>");
    for column in ["phone", "whatsapp", "email", "address", "creci"] {
        if let Some(value) = row.try_get::<Option<String>, _>(column)? {
            text(&mut foot, &value);
            foot.push_str("<br>");
        }
    }
    foot.push_str("</p></section></main><footer class=\"store-foot\"><strong>");
    text(&mut foot, &name);
    foot.push_str("</strong></footer></body></html>");
    Ok((foot, row.try_get("content_version")?))
}

/// The search form with the content version that it was counted for: nobody counts every row for every page.
#[derive(Clone, Default)]
pub(super) struct Forms(Arc<Mutex<(i64, Arc<str>)>>);

impl Forms {
    async fn of(&self, db: &mut PgConnection, version: i64) -> Result<Arc<str>, super::Broken> {
        let mut known = self.0.lock().await;
        if known.0 != version {
            *known = (version, form(db).await?.into());
        }
        Ok(known.1.clone())
    }
}

/// The search form: only kinds and places that there are.
async fn form(db: &mut PgConnection) -> Result<String, super::Broken> {
    let mut page = String::new();
    let kinds: Vec<String> = sqlx::query_scalar(KINDS).fetch_all(&mut *db).await?;
    let places: Vec<(String, Option<String>)> = sqlx::query_as(PLACES).fetch_all(&mut *db).await?;
    page.push_str("<form method=\"get\" action=\"/imoveis\" class=\"store-search\"><select name=\"type\">");
    for kind in &kinds {
        write!(page, "<option value=\"{kind}\">{kind}</option>")?;
    }
    page.push_str("</select><input name=\"neighborhood\" list=\"neighborhoods\"><datalist id=\"neighborhoods\">");
    for (place, _) in &places {
        page.push_str("<option value=\"");
        text(&mut page, place);
        page.push_str("\"></option>");
    }
    page.push_str("</datalist><datalist id=\"cities\">");
    let mut cities: Vec<&str> = places.iter().filter_map(|(_, city)| city.as_deref()).collect();
    cities.sort_unstable();
    cities.dedup();
    for city in cities {
        page.push_str("<option value=\"");
        text(&mut page, city);
        page.push_str("\"></option>");
    }
    page.push_str("</datalist><input name=\"max_price\"><button type=\"submit\">Buscar</button></form>");
    Ok(page)
}

fn tiles(page: &mut String, rows: &[PgRow]) -> Result<(), super::Broken> {
    page.push_str("<ul class=\"tiles\">");
    for row in rows {
        page.push_str("<li class=\"tile\">");
        if let Some(photo) = row.try_get::<Option<Uuid>, _>("photo")? {
            picture(page, photo, row)?;
        }
        page.push_str("<div class=\"tile-text\"><p class=\"tile-price\">");
        for column in ["sale_price", "rent"] {
            if let Some(amount) = row.try_get::<Option<Decimal>, _>(column)? {
                page.push_str("<span>");
                money(page, amount);
                page.push_str("</span>");
            }
        }
        let (slug, code): (&str, &str) = (row.try_get("slug")?, row.try_get("code")?);
        write!(page, "</p><h3><a href=\"/imovel/{slug}-{code}\">")?;
        text(page, row.try_get("title")?);
        page.push_str("</a></h3><p class=\"quiet\">");
        for (column, after) in [("neighborhood", ", "), ("city", "</p>")] {
            text(page, row.try_get::<Option<&str>, _>(column)?.unwrap_or_default());
            page.push_str(after);
        }
        let (area, beds, cars): (Option<Decimal>, Option<i16>, Option<i16>) =
            (row.try_get("area")?, row.try_get("bedrooms")?, row.try_get("parking")?);
        write!(
            page,
            "<p class=\"tile-size\">{} · {} m² · {} quartos · {} vagas</p></div></li>",
            row.try_get::<&str, _>("type")?,
            area.unwrap_or_default().normalize(),
            beds.unwrap_or_default(),
            cars.unwrap_or_default()
        )?;
    }
    page.push_str("</ul>");
    Ok(())
}

/// A file that was made of a photograph.
#[derive(serde::Deserialize)]
struct Variant {
    width: u32,
    height: u32,
    format: String,
    sha256: String,
}

fn picture(page: &mut String, photo: Uuid, row: &PgRow) -> Result<(), super::Broken> {
    let sqlx::types::Json(variants): sqlx::types::Json<Vec<Variant>> = row.try_get("variants")?;
    let set = |page: &mut String, format: &str| {
        for v in variants.iter().filter(|v| v.format == format) {
            let _ = write!(page, "/media/{photo}/{}-{}.{format} {}w, ", v.width, &v.sha256[..12], v.width);
        }
    };
    let sizes = "sizes=\"(min-width: 70rem) 22rem, (min-width: 40rem) 45vw, 100vw\"";
    page.push_str("<picture><source type=\"image/webp\" srcset=\"");
    set(page, "webp");
    write!(page, "\" {sizes}><img srcset=\"")?;
    set(page, "jpg");
    if let Some(last) = variants.last() {
        write!(page, "\" {sizes} width=\"{}\" height=\"{}\" alt=\"", last.width, last.height)?;
    }
    text(page, row.try_get("alt")?);
    page.push_str("\" loading=\"lazy\" decoding=\"async\"></picture>");
    Ok(())
}
