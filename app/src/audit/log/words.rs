//! What the fields of the log's lines are called that no record has, and how their values are read.

use rust_decimal::Decimal;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::words::{found, kind, sentence};
use crate::values::day::format_instant;
use crate::values::money::{format_money, format_number};
use crate::words::Lang;

/// Fields that acts write and no record's form has.
const FIELDS: &[(&str, &str, &str)] = &[
    ("host", "Domínio", "Domain"),
    ("primary", "Domínio principal", "Primary domain"),
    ("redirects", "Redirecionamentos", "Redirects"),
    ("state", "Situação", "State"),
    ("now", "Contratado agora", "Bought now"),
    ("next", "A partir do próximo período", "From the next period on"),
    ("due", "A pagar agora", "Due now"),
    ("ends", "Termina com o período", "Ends with the period"),
    ("lines", "Itens da fatura", "Lines of the invoice"),
    ("billing_period", "Período de cobrança", "Billing period"),
    ("terms_version", "Versão dos termos", "Version of the terms"),
    ("terms_accepted_at", "Termos aceitos em", "Terms accepted on"),
    ("invitation", "Convite", "Invitation"),
    ("heir", "Quem ficou com os registros", "Who took the records over"),
    ("active", "Tem acesso", "Has access"),
    ("photo", "Foto", "Photograph"),
    ("phone", "Telefone", "Telephone"),
    ("creci", "CRECI", "CRECI"),
    ("factor", "O que não conferiu", "What did not match"),
    ("may_write", "Pode alterar", "May make changes"),
    ("was", "Situação anterior", "Earlier state"),
    ("drop_after", "Dados apagados a partir de", "Data erased from"),
    ("release_slug", "Endereço livre em seguida", "Address free afterwards"),
    ("called_off", "Desistência", "Called off"),
    ("entity", "Identificador", "Identifier"),
    ("logo_url", "Logo", "Logo"),
    ("logo_width", "Largura da logo", "Width of the logo"),
    ("logo_height", "Altura da logo", "Height of the logo"),
    ("file_name", "Arquivo", "File"),
    ("imported", "Importados", "Imported"),
    ("refused", "Recusados", "Refused"),
    ("published", "Publicados", "Published"),
    ("removed", "Removidos", "Removed"),
    ("kept", "Mantidos", "Kept"),
    ("properties", "Imóveis", "Properties"),
    ("users", "Usuários", "Users"),
    ("counter", "Contagem de imóveis", "Count of properties"),
    ("soft_capacity", "Capacidade confortável", "Comfortable capacity"),
    ("hard_capacity", "Capacidade máxima", "Largest capacity"),
    ("task", "Tarefa", "Task"),
    ("target", "Versão pretendida", "Version aimed at"),
    ("only_failed", "Só as que falharam", "Only those that failed"),
    ("price_monthly", "Preço por mês", "Price a month"),
    ("price_yearly", "Preço por ano", "Price a year"),
    ("max_users", "Usuários incluídos", "Users included"),
    ("max_properties", "Limite de imóveis", "Limit of properties"),
    ("additional_user_price", "Usuário adicional, por mês", "Additional user, a month"),
    ("activation_fee", "Taxa de ativação", "Activation fee"),
    ("features", "O que inclui", "What it includes"),
    ("valid_from", "Vendida a partir de", "Sold from"),
];

/// Amounts in reais.
const MONEY: &[&str] = &[
    "sale_price",
    "rent",
    "season_price",
    "condo",
    "iptu",
    "due",
    "total",
    "price_monthly",
    "price_yearly",
    "additional_user_price",
    "activation_fee",
];

/// Square metres, as the field's name says.
const AREAS: &[&str] = &["area_private", "area_total", "area_built", "area_land"];

/// Instants: seconds since 1970, or RFC 3339.
const INSTANTS: &[&str] = &["terms_accepted_at", "valid_from", "drop_after"];

/// What is stored, and what is said for it in Portuguese and in English.
type Said = (&'static str, &'static str, &'static str);

/// Values of a field that nothing but the log shows.
const VALUES: &[(&str, &[Said])] = &[
    ("factor", &[("password", "senha", "password"), ("code", "código de verificação", "verification code")]),
    (
        "reason",
        &[
            ("no_proof", "o registro TXT não foi encontrado", "the TXT record was not found"),
            ("points_elsewhere", "o domínio leva a outro lugar", "the domain leads elsewhere"),
            ("no_answer", "o DNS não respondeu", "the DNS did not answer"),
            ("proven by another agency", "comprovado por outra imobiliária", "proven by another agency"),
        ],
    ),
    ("via", &[("manual", "registrado à mão", "recorded by hand")]),
    ("task", &[("migrate", "migração da frota", "migration of the fleet")]),
];

/// What a field is called; nothing for one that nobody has put into words yet.
pub(super) fn field(name: &str, lang: Lang) -> Option<&'static str> {
    found(FIELDS, name, lang)
}

/// A value as its field is read: money as money, an instant as an instant; nothing when it says so itself.
pub(super) fn value(name: &str, text: &str, lang: Lang) -> Option<String> {
    let number = || text.parse::<Decimal>().ok();
    match name {
        "action" => sentence(text, lang).map(str::to_owned),
        "kind" => kind(text, lang).map(str::to_owned),
        name if MONEY.contains(&name) => number().map(|amount| format_money(amount, lang)),
        name if AREAS.contains(&name) => number().map(|area| format_number(area, lang)),
        name if INSTANTS.contains(&name) => instant(text).map(|at| format_instant(at, lang)),
        name => {
            let (_, values) = VALUES.iter().find(|(field, _)| *field == name)?;
            found(values, text, lang).map(str::to_owned)
        }
    }
}

fn instant(text: &str) -> Option<OffsetDateTime> {
    match text.parse::<i64>() {
        Ok(seconds) => OffsetDateTime::from_unix_timestamp(seconds).ok(),
        Err(_) => OffsetDateTime::parse(text, &Rfc3339).ok(),
    }
}

/// What was bought: the plan and its version, the period, and how many users beyond those included.
pub(super) fn terms([plan, version, period, users]: &[String; 4], lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("plano {plan} (versão {version}), {period}, usuários adicionais: {users}"),
        Lang::En => format!("{plan} plan (version {version}), {period}, additional users: {users}"),
    }
}
