//! The words of what agencies owe, as operators read them.

use crate::words::Lang;

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct MoneyWords {
    pub subscription: &'static str,
    pub invoices: &'static str,
    pub no_invoices: &'static str,
    pub pay: &'static str,
    pub pay_lead: &'static str,
    pub invoice: &'static str,
    pub reference: &'static str,
    pub reference_hint: &'static str,
    pub days: &'static str,
    pub no_days: &'static str,
    pub held: &'static str,
    pub paid_opens: &'static str,
}

const PT: MoneyWords = MoneyWords {
    subscription: "Assinatura",
    invoices: "Faturas",
    no_invoices: "Nenhuma fatura.",
    pay: "Registrar pagamento",
    pay_lead: "Para o que já está na conta da plataforma. A fatura é paga inteira, e uma imobiliária fechada só por dívida abre na hora.",
    invoice: "Fatura",
    reference: "Referência do pagamento",
    reference_hint: "Como o pagamento aparece no extrato. A mesma referência duas vezes é um só pagamento.",
    days: "Uso por dia",
    no_days: "Nenhum dia registrado ainda.",
    held: "Um operador fechou o acesso: volta com “Reativar”.",
    paid_opens: "O acesso volta quando o pagamento for registrado.",
};

const EN: MoneyWords = MoneyWords {
    subscription: "Subscription",
    invoices: "Invoices",
    no_invoices: "No invoices.",
    pay: "Record a payment",
    pay_lead: "For what is on the platform's account already. An invoice is paid whole, and an agency that only debt has closed opens at once.",
    invoice: "Invoice",
    reference: "The payment's reference",
    reference_hint: "What the payment is called on the statement. The same reference twice is one payment.",
    days: "Use by day",
    no_days: "No day is written down yet.",
    held: "An operator has closed it: “Resume” opens it again.",
    paid_opens: "Access comes back when the payment is recorded.",
};

/// These words in a language.
pub const fn money_words(lang: Lang) -> &'static MoneyWords {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// An invoice that keeps an agency closed, or soon will: number, amount, and the day since when it is over.
pub fn owes((number, amount, since): (i64, &str, &str), lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Deve a fatura {number}, de {amount}, vencida desde {since}."),
        Lang::En => format!("It owes invoice {number} of {amount}, overdue since {since}."),
    }
}

/// When that closes it.
pub fn closes_on(day: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Sem pagamento, o acesso é suspenso em {day}."),
        Lang::En => format!("Unless it is paid, access is suspended on {day}."),
    }
}

/// Its subscription is over.
pub fn ended(day: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("A assinatura terminou em {day}: volta com “Desfazer o cancelamento”."),
        Lang::En => format!("The subscription ended on {day}: “Undo the cancellation” brings it back."),
    }
}

/// An invoice to choose.
pub fn payable((number, amount): (i64, &str), due: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("{number} · {amount} · vence em {due}"),
        Lang::En => format!("{number} · {amount} · due on {due}"),
    }
}
