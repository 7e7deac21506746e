//! `sobrado invoices`: what an agency is asked to pay, and that it was paid.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;
use tenancy::central::companies::By;
use tenancy::central::invoices::{self, Invoice, Payment, Via};
use tenancy::{Clock, Deployment, day_of};

use super::{output, tenant};

/// What agencies are asked to pay
#[derive(Debug, Subcommand)]
pub(super) enum Invoices {
    /// List an agency's invoices, newest first
    List(List),
    /// Say that an invoice was paid: its agency is open again, unless it owes more
    Pay(Pay),
}

/// Whose
#[derive(Debug, Args)]
pub(super) struct List {
    /// The agency's slug
    slug: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Which, and under which name it was paid
#[derive(Debug, Args)]
pub(super) struct Pay {
    /// The invoice's number
    number: i64,
    /// Under which name the payment is known: said twice, it is taken once
    #[arg(long)]
    reference: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Invoices that a list shows.
const MOST: i64 = 200;

impl Invoices {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        let central = deployment.central();
        match self {
            Self::List(list) => {
                let company = tenant::find(deployment, &list.slug).await?;
                let all = invoices::list(central, company.id, MOST).await?;
                let lines: Vec<String> = all.iter().map(line).collect();
                output::print(list.json, &json!(all.iter().map(value).collect::<Vec<_>>()), &lines);
            }
            Self::Pay(pay) => pay.run(deployment).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Pay {
    async fn run(&self, deployment: &Deployment) -> anyhow::Result<()> {
        let central = deployment.central();
        let total = invoices::total(central, self.number).await?;
        let amount = total.with_context(|| format!("there is no invoice {}", self.number))?;
        let reference = self.reference.trim().to_owned();
        anyhow::ensure!((1..=200).contains(&reference.chars().count()), "--reference takes 1 to 200 characters");
        let payment = Payment { number: self.number, amount, via: Via::Manual, reference };
        let told = (By::default(), Clock::system().now());
        invoices::receive(central, &payment, told).await.context("the payment was not taken")?;
        let says = format!("invoice {} is paid", self.number);
        output::print(self.json, &json!({"paid": self.number, "total": amount}), &[says]);
        Ok(())
    }
}

fn line(invoice: &Invoice) -> String {
    let Invoice { number, total, issued_at, due_at, paid_at, .. } = invoice;
    let state = paid_at.map_or("open".to_owned(), |at| format!("paid {}", day_of(at)));
    format!("{number:<8} {total:>12} issued {} due {} {state}", day_of(*issued_at), day_of(*due_at))
}

fn value(invoice: &Invoice) -> serde_json::Value {
    let lines = invoice.lines.iter().map(|line| {
        json!({
            "kind": line.kind, "plan": line.plan, "quantity": line.quantity, "unit_price": line.unit_price,
            "amount": line.amount, "days": line.days,
        })
    });
    json!({
        "number": invoice.number, "slug": invoice.slug, "total": invoice.total,
        "issued_on": day_of(invoice.issued_at).to_string(), "due_on": day_of(invoice.due_at).to_string(),
        "paid_on": invoice.paid_at.map(|at| day_of(at).to_string()), "lines": lines.collect::<Vec<_>>(),
    })
}
