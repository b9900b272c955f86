//! A list of what a partner pledges; written with what has come of it.

use super::{
    guard::guarded,
    records::{Records, empty, is_blank, open},
    table::{Cells, Columns, Told, Wanted},
    write::File,
};
use crate::{Column, Faults};
use ::csv::ByteRecord;
use domain::{
    Currency, Decimal, Money, PartnerCode, Title,
    contribution::{ContributionKind, ContributionStatus, NewPledge, Offer, Pledge},
};
use std::{borrow::Cow, collections::BTreeMap};
use strum::VariantArray as _;

/// Most pledges of a file.
const MOST_PLEDGES: usize = 1_000;

/// What a list tells, under the header of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum PledgeColumn {
    Code,
    Kind,
    Title,
    InKind,
    Quantity,
    Unit,
    Amount,
    Currency,
}

/// What only a written list tells besides, in this order.
const OUTCOMES: [&str; 6] = ["partner", "status", "allocated", "disbursed", "delivered", "delivery_accepted"];

/// What a list says, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct PledgeSheet {
    pub pledges: Vec<NewPledge>,
    /// On which line each begins, counted from 1.
    pub lines: Vec<usize>,
    /// Where the file has what; columns that it has not are missing.
    pub columns: BTreeMap<PledgeColumn, Column>,
}

/// A pledge with what has come of it. Amounts are of the currency of its value.
#[derive(Debug, Clone, PartialEq)]
pub struct PledgeRow {
    pub pledge: NewPledge,
    pub partner: PartnerCode,
    pub status: ContributionStatus,
    /// `None` for what is given in kind, and so are the payments.
    pub allocated: Option<Money>,
    pub disbursed: Option<Money>,
    pub delivered: u32,
    pub delivery_accepted: u32,
}

/// Reads a list, or tells every fault that it has.
pub fn read_pledges(bytes: &[u8]) -> Result<PledgeSheet, Faults> {
    let (bytes, delimiter) = open(bytes)?;
    let mut records = Records::new(bytes, delimiter);
    let mut record = ByteRecord::new();
    let Some(line) = records.next(&mut record) else { return Err(empty()) };
    let mut faults = Faults::default();
    let headers: Vec<String> = PledgeColumn::VARIANTS.iter().map(ToString::to_string).collect();
    let wanted = PledgeColumn::VARIANTS.iter().zip(&headers).map(|(column, header)| Wanted {
        field: *column,
        header,
        is_required: matches!(column, PledgeColumn::Code | PledgeColumn::Kind),
        is_chosen: false,
    });
    let columns = Columns::of(line, &record, wanted, &mut faults);
    let (mut pledges, mut lines, mut number) = (Vec::new(), Vec::new(), 0);
    while let Some(line) = records.next(&mut record) {
        if is_blank(&record) {
            continue;
        }
        number += 1;
        if number > MOST_PLEDGES {
            faults.add(line, None, &format!("has more than {MOST_PLEDGES} pledges: send them in parts"));
            break;
        }
        let mut cells = Cells { columns: &columns, line, record: &record, faults: &mut faults };
        cells.check();
        if let Ok(pledge) = cells.pledge() {
            pledges.push(pledge);
            lines.push(line);
        }
    }
    if number == 0 && faults.is_empty() {
        faults.add(line, None, "there are no pledges below the header");
    }
    if faults.is_empty() { Ok(PledgeSheet { pledges, lines, columns: columns.used() }) } else { Err(faults) }
}

impl Cells<'_, PledgeColumn> {
    fn pledge(&mut self) -> Result<NewPledge, Told> {
        let code = self.required(PledgeColumn::Code);
        let kind = self.kind();
        let title = self.optional(PledgeColumn::Title);
        let offer = self.offer();
        let pledge = Pledge { kind: kind?, title: title?, offer: offer? };
        Ok(NewPledge { code: code?, pledge, release: None })
    }

    fn kind(&mut self) -> Result<ContributionKind, Told> {
        let text = self.filled(PledgeColumn::Kind)?;
        text.to_uppercase().parse().map_err(|_| {
            self.fault(
                PledgeColumn::Kind,
                "is none of BUDGET, TRAINING, TECHNOLOGY, PREMISES, PERSONNEL, OTHER",
            )
        })
    }

    /// What has a quantity or a unit is given in kind, where the line does not say.
    fn offer(&mut self) -> Result<Offer, Told> {
        let quantity = self.quantity();
        let unit = self.optional::<Title>(PledgeColumn::Unit);
        let value = self.value();
        let in_kind = self.in_kind();
        let (quantity, unit, value) = (quantity?, unit?, value?);
        if !in_kind?.unwrap_or(quantity.is_some() || unit.is_some()) {
            for (field, is_said) in
                [(PledgeColumn::Quantity, quantity.is_some()), (PledgeColumn::Unit, unit.is_some())]
            {
                if is_said {
                    return Err(self.fault(field, "money is not counted: this is for what is given in kind"));
                }
            }
            let missing = "say how much money it is";
            return match value {
                Some(amount) => Ok(Offer::Cash { amount }),
                None => Err(self.fault(PledgeColumn::Amount, missing)),
            };
        }
        match (quantity, unit) {
            (Some(quantity), Some(unit)) => Ok(Offer::InKind { quantity, unit, value }),
            (None, _) => Err(self.fault(PledgeColumn::Quantity, "say how much of it there is")),
            (_, None) => Err(self.fault(PledgeColumn::Unit, "say what is counted")),
        }
    }

    fn in_kind(&mut self) -> Result<Option<bool>, Told> {
        match self.text(PledgeColumn::InKind)?.to_lowercase().as_str() {
            "" => Ok(None),
            "yes" | "true" => Ok(Some(true)),
            "no" | "false" => Ok(Some(false)),
            _ => Err(self.fault(PledgeColumn::InKind, "is neither yes nor no")),
        }
    }

    fn quantity(&mut self) -> Result<Option<u32>, Told> {
        let text = self.text(PledgeColumn::Quantity)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(quantity @ 1..=1_000_000_000) => Ok(Some(quantity)),
            _ => Err(self.fault(PledgeColumn::Quantity, "is not a whole number from 1 to 1000000000")),
        }
    }

    fn value(&mut self) -> Result<Option<Money>, Told> {
        let amount = self.optional::<Decimal>(PledgeColumn::Amount);
        let currency = self.optional::<Currency>(PledgeColumn::Currency);
        match (amount?, currency?) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.fault(PledgeColumn::Currency, "say in which currency the amount is")),
            (None, Some(_)) => Err(self.fault(PledgeColumn::Amount, "say how much it is in this currency")),
            (Some(amount), Some(currency)) => Money::new(amount, currency).map(Some).map_err(|fault| {
                let column =
                    if fault.field() == "currency" { PledgeColumn::Currency } else { PledgeColumn::Amount };
                self.fault(column, &fault.to_string())
            }),
        }
    }
}

/// Reading it gives the same pledges; what has come of them is passed over.
pub fn write_pledges(rows: &[PledgeRow]) -> String {
    let mut file = File::default();
    let headers = PledgeColumn::VARIANTS.iter().map(|column| Cow::Owned(column.to_string()));
    file.line(headers.chain(OUTCOMES.iter().map(|header| Cow::Borrowed(*header))));
    for row in rows {
        let pledged = PledgeColumn::VARIANTS.iter().map(|column| pledged(&row.pledge, *column));
        let amount = |money: Option<&Money>| money.map(Money::amount).unwrap_or_default();
        let counted = |count: u32| {
            if row.pledge.pledge.offer.is_in_kind() { count.to_string() } else { String::new() }
        };
        let outcomes = [
            row.partner.to_string(),
            row.status.to_string(),
            amount(row.allocated.as_ref()),
            amount(row.disbursed.as_ref()),
            counted(row.delivered),
            counted(row.delivery_accepted),
        ];
        file.line(pledged.chain(outcomes.into_iter().map(Cow::Owned)));
    }
    file.text
}

fn pledged(NewPledge { code, pledge, .. }: &NewPledge, column: PledgeColumn) -> Cow<'_, str> {
    let value = pledge.offer.value();
    match (column, &pledge.offer) {
        (PledgeColumn::Code, _) => code.as_str().into(),
        (PledgeColumn::Kind, _) => pledge.kind.to_string().into(),
        (PledgeColumn::Title, _) => {
            pledge.title.as_ref().map(|title| guarded(title.as_str())).unwrap_or_default()
        }
        (PledgeColumn::InKind, offer) => if offer.is_in_kind() { "yes" } else { "no" }.into(),
        (PledgeColumn::Quantity, Offer::InKind { quantity, .. }) => quantity.to_string().into(),
        (PledgeColumn::Unit, Offer::InKind { unit, .. }) => guarded(unit.as_str()),
        (PledgeColumn::Quantity | PledgeColumn::Unit, Offer::Cash { .. }) => "".into(),
        (PledgeColumn::Amount, _) => value.map(Money::amount).unwrap_or_default().into(),
        (PledgeColumn::Currency, _) => value.map(|value| value.currency.as_str()).unwrap_or_default().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        read_pledges(text.as_bytes()).unwrap_err().listed.iter().map(ToString::to_string).collect()
    }

    const LIST: &str = "\
code,kind,title,in_kind,quantity,unit,amount,currency,partner,status,allocated,disbursed,delivered,delivery_accepted
K2,BUDGET,,no,,,2000000.00,CNY,CHN,PARTLY_DISBURSED,1800000.00,1200000.00,,
K3,TECHNOLOGY,'=Terminals,yes,12,secure terminal,850000.00,CNY,CHN,PARTLY_DELIVERED,,,12,10
K7,PERSONNEL,,yes,3,post,,,MMR,PLEDGED,,,0,0
";

    #[test]
    fn a_list_is_written_as_it_is_read_with_what_has_come_of_it() {
        let PledgeSheet { pledges, lines, columns } = read_pledges(LIST.as_bytes()).unwrap();
        assert_eq!(lines, [2, 3, 4]);
        assert_eq!(columns[&PledgeColumn::Currency].number, 8);
        assert_eq!(pledges[1].pledge.title.as_ref().map(Title::as_str), Some("=Terminals"));
        let money = |minor_units| pledges[0].pledge.offer.value().map(|value| value.with(minor_units));
        let row = |index: usize, partner: &str, status, paid: [Option<Money>; 2], counted: [u32; 2]| {
            let [allocated, disbursed] = paid;
            let [delivered, delivery_accepted] = counted;
            PledgeRow {
                pledge: pledges[index].clone(),
                partner: partner.parse().unwrap(),
                status,
                allocated,
                disbursed,
                delivered,
                delivery_accepted,
            }
        };
        let rows = [
            row(0, "CHN", ContributionStatus::PartlyDisbursed, [180_000_000, 120_000_000].map(money), [0, 0]),
            row(1, "CHN", ContributionStatus::PartlyDelivered, [None, None], [12, 10]),
            row(2, "MMR", ContributionStatus::Pledged, [None, None], [0, 0]),
        ];
        assert_eq!(write_pledges(&rows), LIST);
    }

    #[test]
    fn what_has_a_quantity_is_given_in_kind_and_what_has_none_is_money() {
        let text =
            "kind;code;quantity;unit;currency;amount\nbudget;K2;;;VND;500\ntraining;K1;40;training place;;\n";
        let sheet = read_pledges(text.as_bytes()).unwrap();
        let offers: Vec<_> = sheet.pledges.iter().map(|new| new.pledge.offer.is_in_kind()).collect();
        assert_eq!(offers, [false, true]);
    }

    #[test]
    fn every_fault_of_a_list_is_told_with_its_line_and_column() {
        assert_eq!(faults("code,amount,currency\nK1,1,THB\n"), ["line 1: there is no column `kind`"]);
        assert_eq!(faults("code,kind\n"), ["line 1: there are no pledges below the header"]);
        let text = "code,kind,in_kind,quantity,unit,amount,currency\n\
                    k1,gift,perhaps,0,post,1.234,THB\n\
                    K2,budget,,,,1e6,baht\n\
                    K3,budget,no,3,,1,THB\n\
                    K4,budget,,,,,\n\
                    K5,other,yes,,post,,\n\
                    K6,other,yes,1,,,\n\
                    K7,budget,,,,5,\n\
                    K8,budget,,,,5,XAU\n";
        assert_eq!(
            faults(text),
            [
                "line 2, column 1 (code): `k1` is not a code: 1 to 32 capital letters, digits, `_` or `-`, starting \
                 with a letter or digit",
                "line 2, column 2 (kind): is none of BUDGET, TRAINING, TECHNOLOGY, PREMISES, PERSONNEL, OTHER",
                "line 2, column 4 (quantity): is not a whole number from 1 to 1000000000",
                "line 2, column 6 (amount): THB has 2 decimals, and 1.234 has more",
                "line 2, column 3 (in_kind): is neither yes nor no",
                "line 3, column 6 (amount): `1e6` is no decimal number, such as 2000000 or 4.80: digits, with a \
                 point before decimals",
                "line 3, column 7 (currency): must be an ISO 4217 code: three capital letters",
                "line 4, column 4 (quantity): money is not counted: this is for what is given in kind",
                "line 5, column 6 (amount): say how much money it is",
                "line 6, column 4 (quantity): say how much of it there is",
                "line 7, column 5 (unit): say what is counted",
                "line 8, column 7 (currency): say in which currency the amount is",
                "line 9, column 7 (currency): XAU is no currency of ISO 4217 that has smallest units",
            ]
        );
    }
}
