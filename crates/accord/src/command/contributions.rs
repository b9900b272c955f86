//! `accord contributions`: what partners give to an operation, in from a list of pledges, out to a file.

use crate::{
    client::{Client, Connection, UNEXPECTED},
    command::{
        plan::pinned::take_page,
        reasons::{self, Reasons},
        sending::{carry_out, done, read},
    },
    file::put_in_place,
    output::{Output, print_file},
};
use anyhow::{Context as _, Result, anyhow, bail};
use domain::{
    ContributionCode, Money, OperationCode, PartnerCode, Sha256, Title,
    contribution::{ContributionKind, ContributionStatus, NewPledge, Offer, Pledge},
};
use exchange::{
    Column,
    csv::{MOST_BYTES, PledgeColumn, PledgeRow, PledgeSheet, read_pledges, write_pledges},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Pledge contributions to an operation from a list; without a file, write what is given to it as one.
///
/// The file is checked first, wholly: when it has faults, all of them are shown with line and column, and
/// nothing is sent. Then all pledges are taken in at once, or none. The same file sent again does nothing twice.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = COLUMNS)]
pub struct Contributions {
    /// Comma-separated values in UTF-8, also with semicolons or tabs; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Code of the operation, such as SAPHAN.
    #[arg(long, env = "ACCORD_OPERATION", value_name = "CODE")]
    operation: OperationCode,
    /// Check the file, and send nothing.
    #[arg(long, requires = "file")]
    dry_run: bool,
    /// What is given is written to a file instead of standard output; it is there once it is whole.
    #[arg(long = "output", short = 'o', env = "ACCORD_OUTPUT", value_name = "FILE", conflicts_with = "file")]
    to: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

const COLUMNS: &str = "\
Columns, in any order; others are passed over:
  It must have  code, kind
  It may have   title, in_kind, quantity, unit, amount, currency

`kind` is BUDGET, TRAINING, TECHNOLOGY, PREMISES, PERSONNEL or OTHER. Money has an `amount` with its `currency`; what
is given in kind has a `quantity` and a `unit`, and an amount where somebody knows what it is worth.

For example:
  code,kind,quantity,unit,amount,currency
  K2,BUDGET,,,2000000.00,CNY
  K3,TECHNOLOGY,12,secure terminal,850000,CNY";

const PAGE: &str = "query ($operation: String!, $after: String) {
  operation(code: $operation) { contributions(first: 100, after: $after) {
    nodes { code kind title inKind quantity unit value { ...M } partner { code } status
      allocated { ...M } disbursed { ...M } delivered deliveryAccepted }
    pageInfo { hasNextPage endCursor } } } }
  fragment M on Money { minorUnits currency }";

/// What the server answers to a list.
#[derive(Deserialize)]
struct Taken {
    receipt: Receipt,
}

#[derive(Deserialize)]
struct Receipt {
    position: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contribution {
    code: ContributionCode,
    kind: ContributionKind,
    title: Option<Title>,
    in_kind: bool,
    quantity: Option<u32>,
    unit: Option<Title>,
    value: Option<Amount>,
    partner: Partner,
    status: ContributionStatus,
    allocated: Option<Amount>,
    disbursed: Option<Amount>,
    delivered: u32,
    delivery_accepted: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Amount {
    minor_units: String,
    currency: domain::Currency,
}

#[derive(Deserialize)]
struct Partner {
    code: PartnerCode,
}

impl Contributions {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let done = match &self.file {
            Some(file) => self.send(file, output).await,
            None => self.write(output).await,
        };
        reasons::settle(done, output)
    }

    async fn send(&self, file: &Path, output: Output) -> Result<()> {
        let bytes = read(file, MOST_BYTES)?;
        let list = read_pledges(&bytes).map_err(|faults| Reasons::faults(file, &faults))?;
        let count = match list.pledges.len() {
            1 => "1 pledge".to_owned(),
            many => format!("{many} pledges"),
        };
        if self.dry_run {
            let text = format!("{} has no faults: {count} would be sent.", file.display());
            return output.say(&text, &json!({ "pledges": list.pledges.len(), "dryRun": true }));
        }
        let hash = Sha256::of(&[&bytes]);
        let input = json!({
            "operation": self.operation,
            "pledges": list.pledges.iter().map(SentPledge::of).collect::<Vec<_>>(),
            "idempotencyKey": format!("{hash}:{}:pledge", self.operation),
        });
        let client = self.connection.open()?;
        let outcome = carry_out(&client, "pledgeContributions", &input, "receipt { position }").await;
        let end = format!("nothing was pledged to {}: mend the list and try again", self.operation);
        let taken = done(file, outcome, |path| place(&list, path), end)?;
        let Taken { receipt } = serde_json::from_value(taken).context(UNEXPECTED)?;
        let position: i64 = receipt.position.parse().context(UNEXPECTED)?;
        output.say(
            &format!("{} has {count} more at position {position}.", self.operation),
            &json!({ "operation": self.operation, "pledges": list.pledges.len(), "position": position }),
        )
    }

    async fn write(&self, output: Output) -> Result<()> {
        let client = self.connection.open()?;
        let rows = self.rows(&client).await?;
        let content = write_pledges(&rows);
        let Some(path) = &self.to else { return print_file(&content) };
        put_in_place(path, content.as_bytes())?;
        output.say(
            &format!("Wrote {} contributions to {} to {}.", rows.len(), self.operation, path.display()),
            &json!({ "operation": self.operation, "contributions": rows.len(), "file": path }),
        )
    }

    /// All of them as of one position, which the cursors hold.
    async fn rows(&self, client: &Client) -> Result<Vec<PledgeRow>> {
        let (mut nodes, mut after) = (Vec::new(), None::<String>);
        loop {
            let variables = json!({ "operation": self.operation, "after": after });
            let mut data = client.ask(PAGE, &variables).await?;
            let Some(page) = data.pointer_mut("/operation/contributions") else {
                bail!("there is no operation {} that you may see", self.operation);
            };
            after = take_page(page, &mut nodes)?;
            if after.is_none() {
                break;
            }
        }
        let rows = nodes.into_iter().map(|node| {
            let contribution: Contribution = serde_json::from_value(node).context(UNEXPECTED)?;
            contribution.row()
        });
        rows.collect()
    }
}

impl Contribution {
    fn row(self) -> Result<PledgeRow> {
        let value = self.value.map(Amount::money).transpose()?;
        let offer = match (self.in_kind, self.quantity, self.unit, value) {
            (false, _, _, Some(amount)) => Offer::Cash { amount },
            (true, Some(quantity), Some(unit), value) => Offer::InKind { quantity, unit, value },
            _ => return Err(anyhow!(UNEXPECTED)),
        };
        let pledge = Pledge { kind: self.kind, title: self.title, offer };
        Ok(PledgeRow {
            pledge: NewPledge { code: self.code, pledge, release: None },
            partner: self.partner.code,
            status: self.status,
            allocated: self.allocated.map(Amount::money).transpose()?,
            disbursed: self.disbursed.map(Amount::money).transpose()?,
            delivered: self.delivered,
            delivery_accepted: self.delivery_accepted,
        })
    }
}

impl Amount {
    fn money(self) -> Result<Money> {
        Ok(Money { minor_units: self.minor_units.parse().context(UNEXPECTED)?, currency: self.currency })
    }
}

/// A pledge as the API takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentPledge<'a> {
    code: &'a ContributionCode,
    kind: ContributionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a Title>,
    in_kind: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a Title>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<SentMoney<'a>>,
}

#[derive(Serialize)]
struct SentMoney<'a> {
    amount: String,
    currency: &'a domain::Currency,
}

impl<'a> SentPledge<'a> {
    fn of(NewPledge { code, pledge, .. }: &'a NewPledge) -> Self {
        let (quantity, unit) = match &pledge.offer {
            Offer::Cash { .. } => (None, None),
            Offer::InKind { quantity, unit, .. } => (Some(*quantity), Some(unit)),
        };
        let value = pledge.offer.value();
        Self {
            code,
            kind: pledge.kind,
            title: pledge.title.as_ref(),
            in_kind: pledge.offer.is_in_kind(),
            quantity,
            unit,
            value: value.map(|value| SentMoney { amount: value.amount(), currency: &value.currency }),
        }
    }
}

/// Where in the list that is which a refusal is about.
fn place(
    PledgeSheet { lines, columns, .. }: &PledgeSheet,
    path: &[String],
) -> Option<(usize, Option<Column>)> {
    let [list, index, rest @ ..] = path else { return None };
    let line = *lines.get(index.parse::<usize>().ok()?).filter(|_| list == "pledges")?;
    let field: Vec<&str> = rest.iter().map(String::as_str).collect();
    let column = match field[..] {
        ["code"] => Some(PledgeColumn::Code),
        ["kind"] => Some(PledgeColumn::Kind),
        ["title"] => Some(PledgeColumn::Title),
        ["inKind"] => Some(PledgeColumn::InKind),
        ["quantity"] => Some(PledgeColumn::Quantity),
        ["unit"] => Some(PledgeColumn::Unit),
        ["value", "currency"] => Some(PledgeColumn::Currency),
        ["value", ..] => Some(PledgeColumn::Amount),
        _ => None,
    };
    Some((line, column.and_then(|column| columns.get(&column).cloned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_help_shows_as_an_example_is_read_and_sent_as_the_api_takes_it() {
        let example = COLUMNS.split_once("For example:\n").unwrap().1;
        let example = example.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let list = read_pledges(example.as_bytes()).unwrap();
        let sent: Vec<_> = list.pledges.iter().map(SentPledge::of).collect();
        assert_eq!(
            serde_json::to_value(sent).unwrap(),
            json!([
                { "code": "K2", "kind": "BUDGET", "inKind": false,
                  "value": { "amount": "2000000.00", "currency": "CNY" } },
                { "code": "K3", "kind": "TECHNOLOGY", "inKind": true, "quantity": 12, "unit": "secure terminal",
                  "value": { "amount": "850000.00", "currency": "CNY" } },
            ])
        );
    }

    #[test]
    fn a_refusal_is_told_at_the_line_and_column_that_it_is_about() {
        let text = "amount,currency,kind,code\n5,THB,BUDGET,K2\n\n6,THB,BUDGET,K3\n";
        let list = read_pledges(text.as_bytes()).unwrap();
        let at = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            place(&list, &path).map(|(line, column)| (line, column.map(|column| column.number)))
        };
        assert_eq!(at("pledges.1.code"), Some((4, Some(4))));
        assert_eq!(at("pledges.0.value.amount"), Some((2, Some(1))));
        assert_eq!(at("pledges.0.value.currency"), Some((2, Some(2))));
        assert_eq!(at("pledges.0.quantity"), Some((2, None)), "the list has no such column");
        assert_eq!(at("operation"), None);
        assert_eq!(at("pledges.2.code"), None);
    }
}
