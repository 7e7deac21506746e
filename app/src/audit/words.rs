//! What the acts of a history are called.

use crate::words::Lang;

/// What an action is called.
pub fn action(action: &str, lang: Lang) -> &'static str {
    let (pt, en) = match action {
        "property.create" => ("cadastrou um imóvel", "registered a property"),
        "property.update" => ("alterou um imóvel", "changed a property"),
        "property.publish" => ("publicou um imóvel", "published a property"),
        "property.unpublish" => ("tirou um imóvel do site", "took a property off the site"),
        "property.feature" => ("destacou um imóvel", "featured a property"),
        "property.unfeature" => ("tirou o destaque de um imóvel", "stopped featuring a property"),
        "property.photos" => ("mudou as fotos de um imóvel", "changed a property's photos"),
        "property.hand_over" => ("passou um imóvel a outra pessoa", "handed a property over"),
        "settings.update" => ("alterou o site", "changed the site"),
        "import.run" => ("importou imóveis", "imported properties"),
        "import.undo" => ("desfez uma importação", "undid an import"),
        "property.archive" => ("arquivou um imóvel", "archived a property"),
        "property.restore" => ("restaurou um imóvel", "restored a property"),
        _ => ("alterou um registro", "changed a record"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
