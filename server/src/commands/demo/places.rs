//! Neighbourhoods: streets, the beginning of their CEP, what a square metre costs, what they are known for.

/// A neighbourhood.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) uf: &'static str,
    pub(super) name: &'static str,
    /// First five digits of its CEPs.
    pub(super) cep: u32,
    /// Reais a square metre, to buy a flat in good condition.
    pub(super) metre: u32,
    pub(super) streets: &'static [&'static str],
    /// What people go there for; follows "perto" or "a poucos minutos".
    pub(super) near: &'static [&'static str],
}

macro_rules! place {
    ($city:literal, $uf:literal, $name:literal, $cep:literal, $metre:literal, $streets:expr, $near:expr) => {
        Place { city: $city, uf: $uf, name: $name, cep: $cep, metre: $metre, streets: &$streets, near: &$near }
    };
}

/// São Paulo.
pub(super) const SAO_PAULO: [Place; 14] = [
    place!(
        "São Paulo",
        "SP",
        "Vila Madalena",
        5433,
        13800,
        ["Rua Harmonia", "Rua Girassol", "Rua Purpurina", "Rua Fradique Coutinho"],
        ["do metrô Vila Madalena", "dos bares e ateliês do bairro", "da Praça Pôr do Sol"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Pinheiros",
        5422,
        14500,
        ["Rua dos Pinheiros", "Rua Artur de Azevedo", "Rua Teodoro Sampaio", "Rua Cônego Eugênio Leite"],
        ["do metrô Fradique Coutinho", "do mercado de Pinheiros", "da Praça Benedito Calixto"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Perdizes",
        5009,
        11800,
        ["Rua Monte Alegre", "Rua Cardoso de Almeida", "Rua Caiubi", "Rua Bartira"],
        ["da PUC", "do Parque da Água Branca", "do Allianz Parque"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Pompeia",
        5023,
        11200,
        ["Rua Tucuna", "Rua Caraíbas", "Rua Desembargador do Vale", "Avenida Pompeia"],
        ["do Sesc Pompeia", "do metrô Vila Madalena", "do Bourbon Shopping"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Moema",
        4077,
        14900,
        ["Alameda dos Arapanés", "Avenida Jurema", "Alameda dos Nhambiquaras", "Avenida Rouxinol"],
        ["do Parque Ibirapuera", "do metrô Eucaliptos", "do Shopping Ibirapuera"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Vila Mariana",
        4101,
        12600,
        ["Rua Joaquim Távora", "Rua Domingos de Morais", "Rua França Pinto", "Rua Morgado de Mateus"],
        ["do metrô Ana Rosa", "da Cinemateca", "do Parque Ibirapuera"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Itaim Bibi",
        4532,
        18200,
        ["Rua Joaquim Floriano", "Rua João Cachoeira", "Rua Tabapuã", "Rua Bandeira Paulista"],
        ["do Parque do Povo", "da Avenida Faria Lima", "dos restaurantes do Itaim"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Jardim Paulista",
        1421,
        15300,
        ["Alameda Lorena", "Rua Pamplona", "Alameda Campinas", "Rua José Maria Lisboa"],
        ["do metrô Trianon-Masp", "do Parque Trianon", "da Rua Oscar Freire"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Brooklin",
        4562,
        12900,
        ["Rua Arizona", "Rua Flórida", "Rua Princesa Isabel", "Rua Guaraiúva"],
        ["da estação Berrini", "do metrô Brooklin", "do Shopping Morumbi"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Alto de Pinheiros",
        5461,
        12700,
        ["Rua Pascoal Vita", "Avenida Pedroso de Morais", "Rua Natingui", "Rua Banibas"],
        ["do Parque Villa-Lobos", "da Praça Pan-Americana", "da ciclovia da Marginal"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Butantã",
        5503,
        9200,
        ["Rua Alvarenga", "Rua Camargo", "Rua Pirajussara", "Rua Sapetuba"],
        ["da Cidade Universitária", "do metrô Butantã", "do Instituto Butantan"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Santa Cecília",
        1227,
        9800,
        ["Rua Martim Francisco", "Rua Jaguaribe", "Rua Canuto do Val", "Alameda Barros"],
        ["do metrô Santa Cecília", "do Minhocão aberto aos pedestres", "da Santa Casa"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Tatuapé",
        3310,
        9900,
        ["Rua Tuiuti", "Rua Itapura", "Rua Serra de Bragança", "Rua Coelho Lisboa"],
        ["do metrô Tatuapé", "do Parque do Piqueri", "do Shopping Boulevard"]
    ),
    place!(
        "São Paulo",
        "SP",
        "Lapa",
        5074,
        8900,
        ["Rua Guaicurus", "Rua Clélia", "Rua Faustolo", "Rua Tito"],
        ["da estação da Lapa", "do mercado da Lapa", "do Tendal da Lapa"]
    ),
];

/// Belo Horizonte.
pub(super) const BELO_HORIZONTE: [Place; 6] = [
    place!(
        "Belo Horizonte",
        "MG",
        "Savassi",
        30112,
        11200,
        ["Rua Pernambuco", "Rua Antônio de Albuquerque", "Rua Fernandes Tourinho", "Rua Alagoas"],
        ["da Praça da Liberdade", "dos cafés da Savassi", "do Pátio Savassi"]
    ),
    place!(
        "Belo Horizonte",
        "MG",
        "Lourdes",
        30160,
        12400,
        ["Rua Curitiba", "Rua São Paulo", "Rua Espírito Santo", "Rua Santa Catarina"],
        ["do Minas Tênis Clube", "da Praça Marília de Dirceu", "do Diamond Mall"]
    ),
    place!(
        "Belo Horizonte",
        "MG",
        "Funcionários",
        30130,
        10700,
        ["Rua Ceará", "Rua Rio Grande do Norte", "Rua Aimorés", "Rua Maranhão"],
        ["da Praça da Liberdade", "do Colégio Arnaldo", "da área hospitalar"]
    ),
    place!(
        "Belo Horizonte",
        "MG",
        "Santo Agostinho",
        30190,
        10900,
        ["Rua Ouro Preto", "Rua Araguari", "Rua Rodrigues Caldas", "Avenida Olegário Maciel"],
        ["da Assembleia Legislativa", "do Diamond Mall", "da Praça Raul Soares"]
    ),
    place!(
        "Belo Horizonte",
        "MG",
        "Sion",
        30310,
        9300,
        ["Rua Montevidéu", "Rua Grão Mogol", "Rua Washington", "Rua Chicago"],
        ["da Praça Alasca", "da Avenida Bandeirantes", "do Pátio Savassi"]
    ),
    place!(
        "Belo Horizonte",
        "MG",
        "Buritis",
        30575,
        7200,
        [
            "Rua Stella Hanriot",
            "Rua José Rodrigues Pereira",
            "Rua Paulo Piedade Campos",
            "Avenida Professor Mário Werneck"
        ],
        ["do Parque Aggeo Pio Sobrinho", "das faculdades do bairro", "da Avenida Mário Werneck"]
    ),
];

/// The coast.
pub(super) const COAST: [Place; 5] = [
    place!(
        "Santos",
        "SP",
        "Gonzaga",
        11055,
        8900,
        ["Rua Tolentino Filgueiras", "Rua Floriano Peixoto", "Avenida Ana Costa", "Rua Jorge Tibiriçá"],
        ["da praia do Gonzaga", "da Praça da Independência", "dos jardins da orla"]
    ),
    place!(
        "Santos",
        "SP",
        "Boqueirão",
        11045,
        8300,
        ["Rua Oswaldo Cruz", "Avenida Vicente de Carvalho", "Rua Lobo Viana", "Avenida Conselheiro Nébias"],
        ["da praia do Boqueirão", "da feira de artesanato", "do Super Centro"]
    ),
    place!(
        "Guarujá",
        "SP",
        "Pitangueiras",
        11410,
        7600,
        ["Rua Rio de Janeiro", "Avenida Puglisi", "Rua Mário Ribeiro", "Rua Buenos Aires"],
        ["da praia das Pitangueiras", "do calçadão do centro", "do Morro do Maluf"]
    ),
    place!(
        "Guarujá",
        "SP",
        "Enseada",
        11440,
        6400,
        ["Avenida Dom Pedro I", "Rua Acre", "Rua dos Girassóis", "Avenida Atlântica"],
        ["da praia da Enseada", "do aquário", "da feirinha da orla"]
    ),
    place!(
        "Guarujá",
        "SP",
        "Jardim Acapulco",
        11445,
        6900,
        ["Alameda das Violetas", "Alameda dos Ipês", "Alameda das Orquídeas", "Avenida das Palmeiras"],
        ["da praia de Pernambuco", "do clube de golfe", "do comércio da Enseada"]
    ),
];
