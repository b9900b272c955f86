//! Metrics of money: how soon and how much of what was pledged is paid. Sums are exact, and rounded once.

use crate::{
    Position,
    metrics::{Asked, Facts, Metric, MetricCode, Thing, ThingKind, Why, facts::ContributionFacts},
};
use std::collections::BTreeMap;

/// The operation, or the one contribution that is asked for; `None`: something else is.
fn subject<'a>(asked: &'a Asked, facts: &'a Facts) -> Option<&'a Thing> {
    match &asked.subject {
        None => Some(&facts.operation),
        Some(_) => asked.one(ThingKind::Contribution),
    }
}

fn wanted<'a>(asked: &'a Asked, facts: &'a Facts) -> impl Iterator<Item = &'a ContributionFacts> {
    facts.contributions.iter().filter(|given| {
        asked.wants(&given.thing) && asked.is_of(&given.giver) && asked.period.has(given.pledged.at)
    })
}

pub(super) fn to_disbursement(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let code = MetricCode::PledgeToDisbursement;
    let Some(of) = subject(asked, facts) else { return Vec::new() };
    let measured = wanted(asked, facts).map(|given| {
        let paid = given.payments.iter().map(|payment| payment.said);
        (given.pledged, paid.min_by_key(|said| (said.at, said.position)))
    });
    if asked.subject.is_some() {
        let (pledged, paid) =
            measured.map(|(pledged, paid)| (Some(pledged), paid)).next().unwrap_or_default();
        return vec![Metric::between(code, of.clone(), pledged, paid)];
    }
    let (mut spans, mut evidence) = (Vec::new(), Vec::new());
    for (pledged, paid) in measured {
        let Some(paid) = paid else { continue };
        spans.push(paid.at - pledged.at);
        evidence.extend([pledged.position, paid.position]);
    }
    vec![Metric::middle(code, of.clone(), spans).by(evidence)]
}

pub(super) fn disbursed(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let Some(of) = subject(asked, facts) else { return Vec::new() };
    vec![disbursed_of(of, asked, facts)]
}

pub(super) fn disbursed_of(of: &Thing, asked: &Asked, facts: &Facts) -> Metric {
    let code = MetricCode::Disbursed;
    let accepted: Vec<_> = wanted(asked, facts).filter(|given| given.accepted.is_some()).collect();
    match sums(&accepted) {
        Ok(sums) => {
            let evidence = accepted.iter().flat_map(|given| evidence(given));
            Metric::share(code, of.clone(), sums).by(evidence)
        }
        Err(why) => {
            // That there are several currencies, one of each says.
            let each: BTreeMap<_, _> =
                accepted.iter().rev().map(|given| (&given.currency, given.pledged.position)).collect();
            Metric::without(code, of.clone(), why).by(each.into_values())
        }
    }
}

fn evidence(given: &ContributionFacts) -> impl Iterator<Item = Position> {
    let agreed =
        [Some(given.pledged.position), Some(given.offered), given.accepted.map(|said| said.position)];
    let paid = given.payments.iter().map(|payment| payment.said.position);
    agreed.into_iter().flatten().chain(paid)
}

/// What was paid, and what was accepted, in smallest units of their one currency.
fn sums(accepted: &[&ContributionFacts]) -> Result<(i128, i128), Why> {
    let is_one = accepted.windows(2).all(|pair| pair[0].currency == pair[1].currency);
    let worth = |given: &ContributionFacts| match &given.worth {
        _ if is_one => Ok((1, 0)),
        Some((worth, _)) => decimal(worth).ok_or(Why::TooLarge),
        None => Err(Why::NoRate),
    };
    let mut reporting = accepted.iter().filter_map(|given| given.worth.as_ref().map(|(_, to)| to));
    let leads_to = reporting.next();
    if !is_one && reporting.any(|other| Some(other) != leads_to) {
        return Err(Why::NoRate);
    }
    let worths = accepted.iter().map(|given| worth(given)).collect::<Result<Vec<_>, _>>()?;
    let scale = worths.iter().map(|(_, scale)| *scale).max().unwrap_or_default();
    let (mut paid, mut agreed) = (0_i128, 0_i128);
    for (given, (digits, own)) in accepted.iter().zip(worths) {
        let each = 10_i128.checked_pow(scale - own).and_then(|tens| tens.checked_mul(digits));
        let each = each.ok_or(Why::TooLarge)?;
        let add = |sum: i128, units: i64| i128::from(units).checked_mul(each)?.checked_add(sum);
        agreed = add(agreed, given.amount).ok_or(Why::TooLarge)?;
        for payment in &given.payments {
            paid = add(paid, payment.minor_units).ok_or(Why::TooLarge)?;
        }
    }
    // Whole smallest units where they are, else the finer ones that the rates make.
    let tens = 10_i128.pow(scale);
    let is_whole = paid % tens == 0 && agreed % tens == 0;
    Ok(if is_whole { (paid / tens, agreed / tens) } else { (paid, agreed) })
}

/// An exact decimal number as whole digits, and how many of them are decimals.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{decimals}").parse().ok()?;
    // More would not fit below.
    let scale = u32::try_from(decimals.len()).ok().filter(|scale| *scale <= 30)?;
    Some((digits, scale))
}
