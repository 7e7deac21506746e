//! The words of the platform's front page, and of what is agreed with whoever signs up.

use crate::words::Lang;

/// A heading and its paragraphs.
pub type Section = (&'static str, &'static [&'static str]);

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
    pub headline: &'static str,
    pub lead: &'static str,
    pub points: [(&'static str, &'static str); 3],
    pub plans: &'static str,
    pub plans_lead: &'static str,
    pub see_plans: &'static str,
    pub sign_up: &'static str,
    pub begin_with: &'static str,
    pub no_account: &'static str,
    pub demo: &'static str,
    pub demo_lead: &'static str,
    pub demo_sites: &'static str,
    pub demo_people: &'static str,
    pub demo_password: &'static str,
    pub demo_operator: &'static str,
    pub demo_operator_door: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words {
    title: "Sobrado, o sistema da imobiliária",
    headline: "A imobiliária inteira num só lugar. Os dados, só dela.",
    lead: "CRM e site para imobiliárias brasileiras. Cada imobiliária tem o seu próprio banco de dados: ninguém divide nada com ninguém.",
    points: [
        (
            "Um banco por imobiliária",
            "Isolamento garantido pelo próprio banco de dados, não por um filtro que alguém pode esquecer.",
        ),
        (
            "O site publica na hora",
            "O que a equipe publica aparece no site em até um segundo, no seu domínio e com as suas cores.",
        ),
        ("Funciona no balcão e na rua", "Páginas leves, que abrem no celular e funcionam mesmo sem JavaScript."),
    ],
    plans: "Planos",
    plans_lead: "Preços em reais. Você muda de plano quando quiser, e nada do que existe se perde.",
    see_plans: "Ver planos",
    sign_up: "Criar imobiliária",
    begin_with: "Começar com o",
    no_account: "Ainda não tem conta?",
    demo: "Experimente a demonstração",
    demo_lead: "Esta instalação tem imobiliárias de exemplo. Entre com uma destas contas ou visite os sites.",
    demo_sites: "Sites",
    demo_people: "Contas",
    demo_password: "Senha de todas",
    demo_operator: "Operação",
    demo_operator_door: "entra em /platform/entrar",
};

/// English.
pub const EN: Words = Words {
    title: "Sobrado, the agency's system",
    headline: "The whole agency in one place. Its data, its own.",
    lead: "CRM and website for Brazilian real-estate agencies. Each agency has a database of its own: nobody shares anything with anybody.",
    points: [
        (
            "A database for each agency",
            "Isolation is enforced by the database itself, not by a filter that somebody may forget.",
        ),
        (
            "The site publishes at once",
            "What the team publishes is on the site within a second, on your domain and in your colours.",
        ),
        ("Works at the desk and on the street", "Light pages that open on a phone and work even without JavaScript."),
    ],
    plans: "Plans",
    plans_lead: "Prices in Brazilian reais. Change your plan whenever you like; nothing that exists is lost.",
    see_plans: "See plans",
    sign_up: "Create an agency",
    begin_with: "Start with",
    no_account: "No account yet?",
    demo: "Try the demo",
    demo_lead: "This installation has sample agencies. Sign in with one of these accounts or visit the sites.",
    demo_sites: "Sites",
    demo_people: "Accounts",
    demo_password: "Everybody's password",
    demo_operator: "Operator",
    demo_operator_door: "signs in at /platform/entrar",
};

/// Which version of a text it is: that of a day, as people read it.
pub fn version(day: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Versão de {day}"),
        Lang::En => format!("Version of {day}"),
    }
}

/// The terms of use, under [`crate::sign_up::rules::TERMS_VERSION`].
pub fn terms(lang: Lang) -> &'static [Section] {
    match lang {
        Lang::Pt => &TERMS_PT,
        Lang::En => &TERMS_EN,
    }
}

/// The privacy policy, under the same version.
pub fn privacy(lang: Lang) -> &'static [Section] {
    match lang {
        Lang::Pt => &PRIVACY_PT,
        Lang::En => &PRIVACY_EN,
    }
}

const TERMS_PT: [Section; 8] = [
    (
        "O serviço",
        &[
            "O Sobrado é um CRM e um site para imobiliárias. Cada imobiliária tem o seu próprio banco de dados e o seu próprio endereço.",
            "Quem cria a conta declara que pode representar a imobiliária.",
        ],
    ),
    (
        "Planos e preços",
        &[
            "Valem os preços, os limites e as funções da versão do plano na data da contratação, mostrados antes da confirmação. Uma mudança de preço não altera o que já foi contratado.",
            "A taxa de ativação, quando há, é cobrada uma vez. Usuários além dos incluídos são cobrados pelo preço do plano.",
            "Ao passar para um plano maior, a diferença é cobrada pelos dias que faltam no período. Ao passar para um menor, a mudança vale no período seguinte e nada do que existe é apagado.",
        ],
    ),
    (
        "Atraso e suspensão",
        &[
            "Sete dias depois do vencimento, quem é dono da conta recebe um aviso e tudo continua funcionando. Vinte e um dias depois, o acesso e o site são suspensos até o pagamento.",
        ],
    ),
    (
        "Cancelamento",
        &[
            "O cancelamento pode ser pedido a qualquer momento e vale no fim do período pago. Depois dele, os dados ficam guardados por 30 dias, e nesse prazo entregamos uma cópia deles a quem é dono da conta e a pede; então são apagados.",
        ],
    ),
    (
        "Os seus dados",
        &[
            "Os dados da imobiliária são dela. Nós os tratamos para prestar o serviço, como descreve a política de privacidade.",
            "Um atendente só entra na conta com motivo registrado, por tempo limitado, e o que faz fica no registro que a imobiliária pode ver.",
        ],
    ),
    (
        "O que não é permitido",
        &[
            "Publicar imóveis sem autorização ou com informação falsa, enviar mensagens não solicitadas em massa, atacar o serviço ou tentar alcançar dados de outra imobiliária.",
        ],
    ),
    (
        "Responsabilidade",
        &[
            "A imobiliária responde pelo que publica e pelo atendimento aos seus clientes, incluindo a habilitação no CRECI (Lei 6.530/1978).",
            "Nós respondemos pela guarda dos dados e pela disponibilidade do serviço, nos limites da lei.",
        ],
    ),
    (
        "Mudanças",
        &[
            "Uma nova versão destes termos é avisada por e-mail com 30 dias de antecedência. Quem não concordar pode cancelar antes.",
        ],
    ),
];

const TERMS_EN: [Section; 8] = [
    (
        "The service",
        &[
            "Sobrado is a CRM and a website for real-estate agencies. Each agency has a database of its own and an address of its own.",
            "Whoever creates the account declares that they may act for the agency.",
        ],
    ),
    (
        "Plans and prices",
        &[
            "The prices, limits and features of the plan's version on the day of the contract hold, shown before it is confirmed. A change of prices does not change what was bought.",
            "The activation fee, where there is one, is charged once. Users beyond those included are charged at the plan's price.",
            "A move to a larger plan is charged by the days that are left in the period. A move to a smaller one takes effect in the next period, and nothing that exists is deleted.",
        ],
    ),
    (
        "Late payment and suspension",
        &[
            "Seven days after the due date the owner is told and everything goes on working. Twenty-one days after it, access and site are suspended until payment.",
        ],
    ),
    (
        "Cancellation",
        &[
            "The account can be cancelled at any time, as of the end of the paid period. After that the data is kept for 30 days, in which we hand a copy of it over to an owner who asks for one; it is then deleted.",
        ],
    ),
    (
        "Your data",
        &[
            "The agency's data is its own. We process it to provide the service, as the privacy policy says.",
            "Support enters an account only with a recorded reason and for a limited time, and what it does is in the log that the agency can see.",
        ],
    ),
    (
        "What is not allowed",
        &[
            "Publishing properties without authorisation or with false information, sending unsolicited mass messages, attacking the service or trying to reach another agency's data.",
        ],
    ),
    (
        "Responsibility",
        &[
            "The agency answers for what it publishes and for how it serves its clients, including its registration with CRECI (Lei 6.530/1978).",
            "We answer for keeping the data and for the service being available, within the limits of the law.",
        ],
    ),
    (
        "Changes",
        &[
            "A new version of these terms is announced by e-mail 30 days ahead. Whoever does not agree can cancel before.",
        ],
    ),
];

const PRIVACY_PT: [Section; 6] = [
    (
        "Quem decide sobre os dados",
        &[
            "Sobre os dados de quem usa o sistema (nome, e-mail, acessos), decidimos nós, como controladores. Sobre os dados que a imobiliária registra, decide ela: nós os tratamos como operadores, por instrução dela (LGPD, Lei 13.709/2018, art. 5º).",
        ],
    ),
    (
        "O que guardamos",
        &[
            "Da conta: nome, e-mail, senha em forma que não pode ser lida, idioma, imobiliárias a que pertence. Dos acessos: endereço IP, navegador, data e o que foi alterado.",
            "Da contratação: plano, faturas e a versão aceita dos termos de uso.",
        ],
    ),
    (
        "Para quê",
        &[
            "Para prestar o serviço contratado, proteger as contas e cumprir a lei (Marco Civil da Internet, Lei 12.965/2014, art. 15). Não vendemos dados nem os usamos para publicidade.",
        ],
    ),
    (
        "Por quanto tempo",
        &[
            "Os registros de acesso ficam pelo prazo da lei. Os dados da imobiliária ficam enquanto ela for cliente e por 30 dias depois, para que ela possa voltar ou pedir uma cópia.",
        ],
    ),
    (
        "Cookies",
        &[
            "Usamos dois cookies, ambos necessários: um mantém a sessão aberta e outro reconhece o aparelho em que você já entrou. Os sites das imobiliárias não usam cookies antes do consentimento.",
        ],
    ),
    (
        "Os seus direitos",
        &[
            "Você pode pedir acesso, correção, cópia e exclusão dos seus dados (LGPD, art. 18) à pessoa que atende a imobiliária na plataforma. Para dados registrados por uma imobiliária, o pedido é feito a ela.",
        ],
    ),
];

const PRIVACY_EN: [Section; 6] = [
    (
        "Who decides about the data",
        &[
            "We decide, as controllers, about the data of those who use the system (name, e-mail, access). The agency decides about what it records: we process it on its instruction (LGPD, Lei 13.709/2018, art. 5).",
        ],
    ),
    (
        "What we keep",
        &[
            "Of the account: name, e-mail, the password in a form that cannot be read, language, the agencies it belongs to. Of access: IP address, browser, date and what was changed.",
            "Of the contract: plan, invoices and the version of the terms that was accepted.",
        ],
    ),
    (
        "What for",
        &[
            "To provide the service, protect accounts and obey the law (Marco Civil da Internet, Lei 12.965/2014, art. 15). We do not sell data, nor use it for advertising.",
        ],
    ),
    (
        "For how long",
        &[
            "Records of access are kept as long as the law asks. An agency's data is kept while it is a customer and for 30 days after, so that it can come back or ask for a copy.",
        ],
    ),
    (
        "Cookies",
        &[
            "We use two cookies, both necessary: one keeps the session open, the other knows the device on which you have signed in before. Agencies' sites use no cookie before consent.",
        ],
    ),
    (
        "Your rights",
        &[
            "You can ask for access, correction, a copy and deletion of your data (LGPD, art. 18) from whoever looks after the agency at the platform. For data recorded by an agency, ask the agency.",
        ],
    ),
];
