//! What the lines of an operation's record say to who reads Portuguese: they are kept in English, for the machine's log.

use crate::words::Lang;

/// A step, what is kept of it, and what it says. `{}` stands for a figure. Errors of a database stay as they are.
const LINES: &[(&str, &str, &str)] = &[
    ("reserve", "slug and place reserved", "endereço e lugar reservados"),
    (
        "reserve",
        "slug and place reserved; its database is ready",
        "endereço e lugar reservados; o banco de dados já está pronto",
    ),
    ("reserve", "reserved", "endereço e lugar reservados"),
    ("role", "login role made", "acesso próprio ao banco de dados criado"),
    ("database", "database copied from the template", "banco de dados copiado do modelo"),
    (
        "lock_down",
        "locked down, door opened for its own role",
        "fechado a todos, menos ao acesso da própria imobiliária",
    ),
    ("identity", "stamped", "selo gravado"),
    ("migrate", "schema up to date", "estrutura em dia"),
    ("seed", "store settings and first owner", "dados do site e primeira pessoa da diretoria"),
    ("subscription", "plan subscribed, limits set", "plano contratado, limites definidos"),
    (
        "verify",
        "signed in as the agency; other databases refused it",
        "entrou como a imobiliária; os outros bancos de dados a recusaram",
    ),
    ("activate", "open", "aberta"),
    ("asked", "closed for good", "fechada para exclusão"),
    ("asked", "asked for", "pedida"),
    ("asked", "asked for once more", "pedida mais uma vez"),
    ("retry", "asked for once more", "pedida mais uma vez"),
    ("call_off", "asked to stay", "foi pedido que ela fique"),
    ("called_off", "kept", "ela fica"),
    ("fence", "shut out, and whoever was inside sent away", "acesso fechado; quem estava dentro foi desconectado"),
    ("fence", "somebody is still in its database", "ainda há alguém no banco de dados"),
    ("drop", "database dropped", "banco de dados removido"),
    ("role", "role dropped", "acesso ao banco de dados removido"),
    ("forget", "forgotten", "dados da imobiliária apagados"),
    ("migrate", "the database is being migrated by another process", "outro processo está migrando o banco de dados"),
    ("connect", "the server lets our role in", "o servidor aceita o nosso acesso"),
    ("prepare", "roles and template are there", "acessos e modelo estão prontos"),
    ("finished", "takes agencies", "recebe imobiliárias"),
    ("finished", "takes agencies again", "volta a receber imobiliárias"),
    ("finished", "takes no agency any more", "não recebe mais imobiliárias"),
    ("finished", "takes as many agencies as asked", "recebe tantas imobiliárias quantas foram pedidas"),
    ("overtaken", "it has come about since, by another operation", "aconteceu depois, por outra operação"),
    ("agencies", "{} of {} agencies", "imobiliárias prontas: {} de {}"),
    ("finished", "{} agencies are at {}", "imobiliárias em dia: {}, na versão {}"),
    ("failed", "{} of {} agencies are not at {}", "imobiliárias fora de dia: {} de {}, para a versão {}"),
    (
        "failed",
        "a newer program is migrating the fleet: this one leaves it alone",
        "um programa mais novo está migrando a frota: este não mexe nela",
    ),
    ("failed", "another process goes on with the rollout", "outro processo continua a migração"),
];

/// What a line of a record says to its reader; as it is kept, where nobody has put it into words.
pub(super) fn said(step: &str, message: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return message.to_owned();
    }
    let mut known = LINES.iter().filter(|(of, ..)| *of == step);
    let found = known.find_map(|(_, kept, said)| Some((figures(kept, message)?, said)));
    found.map_or_else(|| message.to_owned(), |(figures, said)| with(said, &figures))
}

/// The figures of a message that was kept in these words; nothing when it was kept in others.
fn figures<'a>(kept: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = kept.split("{}");
    let mut rest = message.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    for piece in pieces {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (figure, after) = rest.split_at(end);
        if figure.is_empty() {
            return None;
        }
        found.push(figure);
        rest = after.strip_prefix(piece)?;
    }
    rest.is_empty().then_some(found)
}

fn with(said: &str, figures: &[&str]) -> String {
    figures.iter().fold(said.to_owned(), |said, figure| said.replacen("{}", figure, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_line_is_read_in_portuguese_with_its_figures_and_errors_stay_as_they_are() {
        for (step, kept, read) in [
            ("reserve", "slug and place reserved", "endereço e lugar reservados"),
            ("asked", "asked for", "pedida"),
            ("agencies", "3 of 12 agencies", "imobiliárias prontas: 3 de 12"),
            ("finished", "4 agencies are at 20261130000001", "imobiliárias em dia: 4, na versão 20261130000001"),
            ("failed", "1 of 2 agencies are not at 7", "imobiliárias fora de dia: 1 de 2, para a versão 7"),
        ] {
            assert_eq!(said(step, kept, Lang::Pt), read);
            assert_eq!(said(step, kept, Lang::En), kept);
        }
        for (step, kept) in [
            ("database", "the database server refused: no space left on device"),
            // What an agency's own line says is no line of another step.
            ("agencies", "asked for"),
            ("finished", "many agencies are at 7"),
            ("finished", "4 agencies are at 7, or so"),
        ] {
            assert_eq!(said(step, kept, Lang::Pt), kept);
        }
    }

    #[test]
    fn whatever_is_put_into_words_is_still_kept_in_these() {
        fn read(folder: &Path, into: &mut String) {
            for path in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path()) {
                if path.is_dir() {
                    read(&path, into);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    into.push_str(&fs::read_to_string(&path).expect("readable"));
                }
            }
        }
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the slices lie in the house");
        let mut sources = String::new();
        read(&house.join("server/tenancy/src"), &mut sources);
        for (step, kept, said) in LINES {
            let longest = kept.split("{}").max_by_key(|piece| piece.len()).unwrap_or_default();
            let kept_so = if kept.contains("{}") { longest.to_owned() } else { format!("\"{kept}\"") };
            assert!(sources.contains(&kept_so) && sources.contains(&format!("\"{step}\"")), "{step}: {kept}");
            assert_eq!(kept.matches("{}").count(), said.matches("{}").count(), "{kept}");
        }
    }
}
