//! The demo's agencies: who works there, what their storefronts say, what they deal in.

use scenery::Mark;

/// Somebody who works there.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) role: &'static str,
}

/// What a storefront says of its agency.
pub(super) struct Face {
    pub(super) creci: &'static str,
    pub(super) about: &'static str,
    pub(super) phone: &'static str,
    pub(super) whatsapp: &'static str,
    pub(super) address: &'static str,
    pub(super) primary_color: &'static str,
    pub(super) secondary_color: &'static str,
    pub(super) hero_title: &'static str,
    /// What stands in the logo: a mark, and capitals.
    pub(super) mark: Mark,
    pub(super) wordmark: &'static str,
}

/// An agency.
pub(super) struct Agency {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) plan: &'static str,
    pub(super) email: &'static str,
    pub(super) domain: Option<&'static str>,
    pub(super) owner: Person,
    pub(super) staff: &'static [Person],
    pub(super) face: Face,
}

/// All of them. Registrations and numbers are made up.
pub(super) static AGENCIES: [Agency; 3] = [
    Agency {
        slug: "casa-azul",
        name: "Casa Azul Imóveis",
        plan: "k",
        email: "contato@casa-azul.example",
        domain: Some("www.casa-azul.example"),
        owner: Person { name: "Ana Prado", email: "ana@casa-azul.example", role: "owner" },
        staff: &[
            Person { name: "Bruno Sales", email: "bruno@casa-azul.example", role: "manager" },
            Person { name: "Carla Nunes", email: "carla@casa-azul.example", role: "broker" },
            Person { name: "Davi Rocha", email: "davi@casa-azul.example", role: "broker" },
        ],
        face: Face {
            creci: "12.345-J",
            about: "Desde 1998 a Casa Azul acompanha famílias e empresas na compra, na venda e na locação de imóveis na zona oeste e na \
zona sul de São Paulo. Conhecemos cada rua dos bairros em que trabalhamos, visitamos todos os imóveis antes de anunciá-los e dizemos \
com clareza o que vimos. Da primeira visita à entrega das chaves, a mesma pessoa atende você.",
            phone: "(11) 3555-0142",
            whatsapp: "(11) 95550-0142",
            address: "Rua Wisard, 305, Vila Madalena, São Paulo/SP",
            primary_color: "#1D4E89",
            secondary_color: "#F2A541",
            hero_title: "O seu próximo endereço em São Paulo",
            mark: Mark::House,
            wordmark: "CASA AZUL",
        },
    },
    Agency {
        slug: "horizonte",
        name: "Imobiliária Horizonte",
        plan: "prime",
        email: "contato@horizonte.example",
        domain: None,
        owner: Person { name: "Helena Matos", email: "helena@horizonte.example", role: "owner" },
        staff: &[Person { name: "Igor Leal", email: "igor@horizonte.example", role: "broker" }],
        face: Face {
            creci: "4.821-J",
            about: "A Horizonte é uma imobiliária de bairro em Belo Horizonte: poucos imóveis, bem escolhidos, e tempo para cada cliente. \
Cuidamos da documentação, do financiamento e da vistoria, e continuamos por perto depois da mudança.",
            phone: "(31) 3555-0177",
            whatsapp: "(31) 95550-0177",
            address: "Rua Pernambuco, 1000, Savassi, Belo Horizonte/MG",
            primary_color: "#7A3E1D",
            secondary_color: "#E9B872",
            hero_title: "Morar bem em Belo Horizonte",
            mark: Mark::Horizon,
            wordmark: "HORIZONTE",
        },
    },
    Agency {
        slug: "litoral",
        name: "Litoral Imóveis",
        plan: "k2",
        email: "contato@litoral.example",
        domain: None,
        owner: Person { name: "Davi Rocha", email: "davi@casa-azul.example", role: "owner" },
        staff: &[],
        face: Face {
            creci: "9.076-J",
            about: "Casas e apartamentos para morar, para passar o verão ou para receber hóspedes em Santos e no Guarujá. Entregamos as \
chaves na chegada, conferimos tudo na saída e respondemos também aos domingos.",
            phone: "(13) 3555-0163",
            whatsapp: "(13) 95550-0163",
            address: "Avenida Vicente de Carvalho, 40, Boqueirão, Santos/SP",
            primary_color: "#0B6E69",
            secondary_color: "#F6C453",
            hero_title: "A praia mais perto de você",
            mark: Mark::Waves,
            wordmark: "LITORAL",
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast to white (WCAG 2.2, relative luminance).
    fn to_white(colour: &str) -> f64 {
        let ink = u32::from_str_radix(&colour[1..], 16).expect("a colour");
        let channel = |shift: u32| {
            let c = f64::from((ink >> shift) & 255) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        1.05 / (0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0) + 0.05)
    }

    #[test]
    fn each_agency_has_colours_of_its_own_that_can_be_read_on_white() {
        for (i, agency) in AGENCIES.iter().enumerate() {
            assert!(to_white(agency.face.primary_color) >= 4.5, "{}: {}", agency.slug, agency.face.primary_color);
            assert!(AGENCIES[..i].iter().all(|other| other.face.primary_color != agency.face.primary_color));
        }
    }
}
