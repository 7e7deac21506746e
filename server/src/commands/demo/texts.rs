//! Titles and descriptions as a broker writes them, true to the facts.

use app::properties::types::PropertyType;

use super::chance::Chance;
use super::places::Place;

/// What a text may speak of.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) kind: PropertyType,
    pub(super) area: u32,
    pub(super) bedrooms: u32,
    pub(super) suites: u32,
    pub(super) bathrooms: u32,
    pub(super) parking: u32,
    pub(super) floor: u32,
    pub(super) year: u32,
    pub(super) is_furnished: bool,
    pub(super) is_renovated: bool,
}

/// `um quarto`, `duas vagas`: numbers up to ten in words, in the noun's gender.
fn some(n: u32, (one, many): (&str, &str), is_feminine: bool) -> String {
    const WORDS: [&str; 9] = ["três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", ""];
    match (n, is_feminine) {
        (1, false) => format!("um {one}"),
        (1, true) => format!("uma {one}"),
        (2, false) => format!("dois {many}"),
        (2, true) => format!("duas {many}"),
        (3..=10, _) => format!("{} {many}", WORDS[(n - 3) as usize]),
        _ => format!("{n} {many}"),
    }
}

/// `2 quartos`, `1 quarto`.
fn count(n: u32, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// `na Vila Madalena`, `em Perdizes`, `no Butantã`.
pub(super) fn at(place: &Place) -> String {
    let article = match place.name {
        "Vila Madalena" | "Pompeia" | "Vila Mariana" | "Lapa" | "Savassi" | "Enseada" => "na",
        "Itaim Bibi" | "Jardim Paulista" | "Brooklin" | "Alto de Pinheiros" | "Butantã" | "Tatuapé"
        | "Funcionários" | "Santo Agostinho" | "Sion" | "Buritis" | "Gonzaga" | "Boqueirão" | "Jardim Acapulco" => {
            "no"
        }
        "Pitangueiras" => "nas",
        _ => "em",
    };
    format!("{article} {}", place.name)
}

/// At most 100 characters.
pub(super) fn title(c: &mut Chance, f: &Facts, place: &Place) -> String {
    use PropertyType as T;
    let (here, near) = (at(place), c.of(place.near));
    let rooms = count(f.bedrooms, "quarto", "quartos");
    let all = match f.kind {
        T::Apartment | T::Duplex => vec![
            format!("Apartamento de {rooms} com varanda {here}"),
            format!("Apartamento claro de {} m² {here}", f.area),
            format!("{} e sala ampla {here}, perto {near}", capital(&some(f.bedrooms, ("quarto", "quartos"), false))),
            if f.is_renovated {
                format!("Apartamento reformado de {rooms} {here}")
            } else {
                format!("Apartamento de {rooms} em andar {} {here}", if f.floor > 6 { "alto" } else { "baixo" })
            },
            format!("Apartamento {here}, a poucos minutos {near}"),
        ],
        T::GardenApartment => vec![
            format!("Apartamento garden com quintal próprio {here}"),
            format!("Garden de {rooms} e {} m² {here}", f.area),
        ],
        T::Penthouse => vec![
            format!("Cobertura com terraço e vista {here}"),
            format!("Cobertura de {} m² com {rooms} {here}", f.area),
        ],
        T::Studio | T::Kitnet => vec![
            format!("Studio de {} m² pronto para morar {here}", f.area),
            format!("Studio {here}, perto {near}"),
            format!("Studio compacto e bem resolvido {here}"),
        ],
        T::Loft => vec![format!("Loft com pé-direito duplo {here}"), format!("Loft de {} m² perto {near}", f.area)],
        T::Flat => vec![format!("Flat com serviços {here}, perto {near}")],
        T::House => {
            vec![format!("Casa térrea de {rooms} com quintal {here}"), format!("Casa com jardim {here}, perto {near}")]
        }
        T::VillageHouse => {
            vec![format!("Casa de vila em rua sem saída {here}"), format!("Casa de vila com {rooms} {here}")]
        }
        T::Sobrado => vec![
            format!("Sobrado de {rooms} {here}"),
            format!("Sobrado com quintal e churrasqueira {here}"),
            format!("Sobrado espaçoso {here}, perto {near}"),
        ],
        T::GatedHouse => vec![
            format!("Casa em condomínio fechado {here}"),
            format!("Casa moderna com piscina {here}"),
            format!("Casa de {} m² em condomínio {here}", f.area),
        ],
        T::Chacara => vec![format!("Chácara com casa avarandada e pomar {here}")],
        T::Land | T::GatedLand => {
            vec![format!("Terreno plano de {} m² {here}", f.area), format!("Terreno pronto para construir {here}")]
        }
        T::Office => {
            vec![format!("Sala comercial de {} m² {here}", f.area), format!("Conjunto comercial {here}, perto {near}")]
        }
        T::Store => vec![
            format!("Loja de rua com vitrine {here}"),
            format!("Loja de {} m² em ponto movimentado {here}", f.area),
        ],
        T::Warehouse => {
            vec![format!("Galpão de {} m² com docas {here}", f.area), format!("Galpão com pé-direito alto {here}")]
        }
        _ => vec![format!("Imóvel de {} m² {here}", f.area)],
    };
    all[c.at(all.len())].clone()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Three short paragraphs.
pub(super) fn description(c: &mut Chance, f: &Facts, place: &Place) -> String {
    let inside = if f.bedrooms > 0 { home(c, f) } else { work(c, f) };
    let outside = surroundings(c, place);
    let last = c.of(&[
        "Agende uma visita: mostramos o imóvel também aos sábados.",
        "Documentação em ordem. Fale conosco e marque uma visita no horário que for melhor para você.",
        "Chaves na imobiliária: a visita pode ser marcada para o mesmo dia.",
        "Vale a pena conhecer de perto. Escreva ou ligue, e combinamos a visita.",
        "Tire suas dúvidas por WhatsApp e agende a sua visita.",
    ]);
    format!("{inside}\n\n{outside}\n\n{last}")
}

fn home(c: &mut Chance, f: &Facts) -> String {
    use PropertyType as T;
    let mut s = vec![opening(c, f).to_owned()];
    let mut rooms = format!("São {} m² com {}", f.area, some(f.bedrooms, ("quarto", "quartos"), false));
    if f.suites > 0 {
        rooms += &match (f.suites, f.bedrooms) {
            (1, 1) => ", que é suíte".to_owned(),
            (1, _) => ", sendo uma suíte".to_owned(),
            (2, 2) => ", ambos suítes".to_owned(),
            (n, all) if n == all => ", todos suítes".to_owned(),
            (n, _) => format!(", sendo {}", some(n, ("suíte", "suítes"), true)),
        };
    }
    rooms += &format!(", {}", some(f.bathrooms, ("banheiro", "banheiros"), false));
    rooms += &match f.parking {
        0 => ". Não tem vaga de garagem".to_owned(),
        n => format!(" e {}", some(n, ("vaga de garagem", "vagas de garagem"), true)),
    };
    s.push(rooms + ".");
    if f.is_renovated {
        s.push(
            c.of(&[
                "Passou por reforma há pouco, com elétrica e hidráulica novas.",
                "A reforma recente trocou pisos, louças e toda a parte elétrica.",
            ])
            .to_owned(),
        );
    }
    if f.is_furnished {
        s.push("Os móveis que aparecem nas fotos ficam no imóvel.".to_owned());
    }
    if matches!(f.kind, T::Apartment | T::Penthouse | T::Duplex | T::Studio | T::Flat | T::Loft) {
        s.push(
            c.of(&[
                "O prédio tem portaria dia e noite, bicicletário e salão de festas.",
                "O condomínio oferece piscina, academia e salão de festas.",
                "Prédio com poucos apartamentos, elevador revisado e portaria remota.",
                "O edifício tem gerador, portaria presencial e área de lazer completa.",
            ])
            .to_owned(),
        );
        if f.year >= 2018 {
            s.push(format!("O edifício foi entregue em {}.", f.year));
        }
    }
    s.join(" ")
}

fn opening(c: &mut Chance, f: &Facts) -> &'static str {
    use PropertyType as T;
    match f.kind {
        T::Studio | T::Kitnet | T::Loft | T::Flat => c.of(&[
            "Ideal para quem quer morar perto de tudo e gastar pouco tempo com a casa.",
            "Ambiente integrado, com bancada de refeições e armários sob medida.",
            "Pequeno no tamanho e grande no aproveitamento: cada canto tem função.",
        ]),
        T::Penthouse => c.of(&[
            "O terraço é o coração desta cobertura: cabe a mesa grande, o churrasco e o fim de tarde.",
            "Cobertura com sala aberta para o terraço e vista livre para a cidade.",
        ]),
        T::GardenApartment => c.of(&[
            "Um apartamento com quintal: a sala abre para um jardim só seu.",
            "Quem tem crianças ou cachorro vai gostar do quintal privativo.",
        ]),
        T::House | T::VillageHouse => c.of(&[
            "Casa acolhedora, com quintal nos fundos e boa luz durante todo o dia.",
            "Uma casa para quem sente falta de quintal e de vizinho que se conhece pelo nome.",
            "Sala com saída para o jardim e cozinha que dá para o quintal.",
        ]),
        T::Sobrado => c.of(&[
            "Sobrado com a área social no térreo e os quartos no andar de cima, longe do barulho da rua.",
            "No térreo, sala em dois ambientes e cozinha ligada ao quintal; em cima, os quartos.",
            "Bem conservado, com churrasqueira coberta nos fundos.",
        ]),
        T::GatedHouse => c.of(&[
            "Arquitetura contemporânea, ambientes integrados e piscina voltada para o sol da manhã.",
            "Dentro do condomínio, ruas tranquilas, segurança e espaço para as crianças brincarem.",
        ]),
        T::Chacara => "Casa avarandada cercada de gramado, com pomar, piscina e horta.",
        _ => c.of(&[
            "Sala ampla com saída para a varanda e sol da manhã nos quartos.",
            "Planta bem dividida, sem corredores perdidos, com janelas grandes em todos os ambientes.",
            "Apartamento silencioso, de fundos, com vista livre e muita luz natural.",
            "A varanda integrada à sala virou o lugar preferido da casa.",
            "Cozinha com armários planejados, sala para dois ambientes e ótima ventilação.",
            "Um apartamento pronto para morar: é trazer as malas.",
        ]),
    }
}

fn work(c: &mut Chance, f: &Facts) -> String {
    use PropertyType as T;
    let first = match f.kind {
        T::Land | T::GatedLand => format!(
            "Terreno de {} m², {}.",
            f.area,
            c.of(&[
                "plano e murado dos dois lados",
                "com topografia plana e frente larga",
                "limpo, cercado e com toda a infraestrutura na porta"
            ])
        ),
        T::Office => format!(
            "Conjunto de {} m² {}.",
            f.area,
            c.of(&[
                "com piso elevado, forro mineral e ar-condicionado",
                "em laje livre, fácil de dividir como a sua equipe precisar",
                "já dividido em recepção, duas salas e copa"
            ])
        ),
        T::Store => format!(
            "Loja de {} m² {}.",
            f.area,
            c.of(&["com vitrine larga e mezanino para estoque", "em rua de muito movimento a pé, com copa nos fundos"])
        ),
        T::Warehouse => format!(
            "Galpão de {} m² {}.",
            f.area,
            c.of(&[
                "com pé-direito de oito metros, docas e pátio de manobra",
                "com piso reforçado, escritório na frente e telhado termoacústico"
            ])
        ),
        _ => format!("Imóvel de {} m² em bom estado.", f.area),
    };
    let mut s = vec![first];
    if f.bathrooms > 0 {
        s.push(format!("Tem {}.", some(f.bathrooms, ("banheiro", "banheiros"), false)));
    }
    if f.parking > 0 {
        s.push(format!("Oferece {}.", some(f.parking, ("vaga", "vagas"), true)));
    }
    if matches!(f.kind, T::Land | T::GatedLand) {
        s.push("A documentação permite construir de imediato, conforme o zoneamento.".to_owned());
    }
    s.join(" ")
}

fn surroundings(c: &mut Chance, place: &Place) -> String {
    let here = at(place);
    let first = c.at(place.near.len());
    let (a, b) = (place.near[first], place.near[(first + 1) % place.near.len()]);
    match c.between(0, 3) {
        0 => format!("Fica {here}, a poucos minutos {a} e {b}."),
        1 => format!("A localização ajuda: {here}, perto {a}, com padaria, mercado e farmácia na mesma quadra."),
        2 => format!("Fica perto {a}, em rua arborizada e de pouco trânsito {here}."),
        _ => format!("Quem mora {here} faz quase tudo a pé: o imóvel está perto {a} e {b}."),
    }
}
