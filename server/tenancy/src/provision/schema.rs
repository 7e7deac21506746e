//! What a schema is like, as lines that can be compared: a template and an agency that was migrated to it are the same, to the
//! last right.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::fmt::Write as _;

/// Everything that a migration can leave behind in `public`, a line a thing, in an order that does not depend on how it was
/// made. Columns count by their turn, not by their number: one that was dropped leaves a gap.
const DESCRIBE: &str = "
    select format('column %s.%s %s %s %s default %s%s', c.relname,
                  row_number() over (partition by c.oid order by a.attnum), a.attname, format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then 'not null' else 'null' end, coalesce(pg_get_expr(d.adbin, d.adrelid), '-'),
                  (select ' rights ' || string_agg(item::text, ' ' order by item::text) from unnest(a.attacl) item)) as line
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    union all
    select format('%s %s of %s: %s', c.relkind, c.relname, pg_get_userbyid(c.relowner),
                  coalesce((select string_agg(item::text, ' ' order by item::text) from unnest(c.relacl) item), '-'))
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select format('view %s %s', c.relname, pg_get_viewdef(c.oid))
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
    union all
    select format('constraint %s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_class c on c.oid = k.conrelid where c.relnamespace = 'public'::regnamespace
    union all
    select format('index %s %s', pg_get_indexdef(i.indexrelid), case when i.indisvalid then '' else 'INVALID' end)
    from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace
    union all
    select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    union all
    select format('function %s: %s', pg_get_functiondef(p.oid),
                  coalesce((select string_agg(item::text, ' ' order by item::text) from unnest(p.proacl) item), '-'))
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
      and not exists (select from pg_depend e where e.objid = p.oid and e.deptype = 'e')
    union all
    select format('extension %s %s', extname, extversion) from pg_extension
    union all
    select format('default rights of %s for %s: %s', pg_get_userbyid(defaclrole), defaclobjtype,
                  (select string_agg(item::text, ' ' order by item::text) from unnest(defaclacl) item))
    from pg_default_acl
    union all
    select format('migration %s %s', version, encode(checksum, 'hex')) from _sqlx_migrations where success
    order by line";

/// A database's schema, as lines.
pub(crate) async fn describe(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(DESCRIBE).fetch_all(conn).await
}

/// The lines as one word.
pub(crate) fn digest(lines: &[String]) -> String {
    let hash = Sha256::digest(lines.join("\n"));
    hash.iter().fold("schema:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is in one and not in the other: `-` what is missing, `+` what is too much.
pub(super) fn difference(expected: &[String], found: &[String]) -> Vec<String> {
    let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}"));
    let too_much = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}"));
    missing.chain(too_much).collect()
}
