//! What partners give: a pledge is not money, and what is delivered counts once it is accepted.

use crate::support::{given, giving::*, instant, of, saphan::*};
use domain::{
    Money, RefusalCode, Role, Span,
    contribution::{
        ContributionEvent, ContributionKind, ContributionStatus as Status, NewPledge, Offer, Pledge,
        PledgeRevision,
    },
    operation::OperationCommand,
};

fn fulfilled(code: &str) -> ContributionEvent {
    ContributionEvent::ContributionFulfilled {
        operation: saphan(),
        contribution: of(code),
        partner: of("CHN"),
    }
}

fn paid(disbursement: u32, amount: &str, line: Option<&str>) -> ContributionEvent {
    ContributionEvent::FundsDisbursed {
        operation: saphan(),
        contribution: of("K2"),
        partner: of("CHN"),
        disbursement,
        amount: money(amount),
        line_of_effort: line.map(of),
    }
}

fn delivered(delivery: u32, quantity: u32) -> ContributionEvent {
    ContributionEvent::InKindDelivered {
        operation: saphan(),
        contribution: of("K3"),
        partner: of("CHN"),
        delivery,
        quantity,
    }
}

fn accepted(delivery: u32, quantity: u32) -> ContributionEvent {
    ContributionEvent::DeliveryAccepted {
        operation: saphan(),
        contribution: of("K3"),
        partner: of("CHN"),
        delivery,
        quantity,
    }
}

#[test]
fn a_pledge_is_money_once_it_is_accepted_allocated_and_paid() {
    let pledged = ContributionEvent::ContributionPledged {
        operation: saphan(),
        contribution: of("K2"),
        partner: of("CHN"),
        pledge: cash("2000000 CNY"),
        release: None,
    };
    let taken_up = ContributionEvent::PledgeAccepted {
        operation: saphan(),
        contribution: of("K2"),
        partner: of("CHN"),
        rates: vec![rate("CNY", "4.80", "THB")],
    };
    let set_aside = ContributionEvent::ContributionAllocated {
        operation: saphan(),
        contribution: of("K2"),
        partner: of("CHN"),
        line_of_effort: of("LOE1"),
        amount: money("2000000 CNY"),
    };
    let story = in_force().when(chn(), pledge("K2", cash("2000000 CNY"))).then([pledged]);
    assert_eq!(contribution(&story, "K2").status(), Status::Pledged);
    let story = story
        .when(chn(), disburse("K2", "1 CNY", None))
        .refused_at([(RefusalCode::WrongState, "contribution")])
        .when(tha(), accept("K2", vec![rate("CNY", "4.80", "THB")]))
        .then([taken_up])
        .when(tha(), accept("K2", vec![rate("CNY", "4.80", "THB")]))
        .unchanged()
        .when(chn(), disburse("K2", "1 CNY", None))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .saying("K2 has 0 CNY that is allocated and not paid.")
        .when(tha(), allocate("K2", "LOE1", "2000000 CNY"))
        .then([set_aside]);
    assert_eq!(contribution(&story, "K2").status(), Status::Accepted);
    let story = story.when(chn(), disburse("K2", "1200000 CNY", Some("LOE1"))).then([paid(
        1,
        "1200000 CNY",
        Some("LOE1"),
    )]);
    assert_eq!(contribution(&story, "K2").status(), Status::PartlyDisbursed);
    let story = story
        .when(chn(), disburse("K2", "800000.01 CNY", None))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .when(chn(), disburse("K2", "800000 CNY", None))
        .then([paid(2, "800000 CNY", None), fulfilled("K2")]);
    let known = contribution(&story, "K2");
    assert_eq!((known.status(), known.disbursed()), (Status::Fulfilled, money("2000000 CNY").minor_units));
    assert_eq!(story.operation("SAPHAN").reporting_currency, Some(of("THB")));
}

#[test]
fn no_more_is_allocated_than_was_accepted_and_what_is_left_is_told() {
    let story = with_money().when(tha(), allocate("K2", "LOE1", "1800000 CNY")).accepted();
    let story = story
        .when(tha(), allocate("K2", "LOE1", "300000 CNY"))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .saying("K2 has 200000 CNY left to allocate, of 2000000 CNY.");
    let story = story
        .when(tha(), allocate("K2", "LOE9", "1 THB"))
        .refused_at([
            (RefusalCode::UnknownReference, "lineOfEffort"),
            (RefusalCode::CurrencyMismatch, "amount.currency"),
        ])
        .when(tha(), allocate("K2", "LOE1", "0 CNY"))
        .refused_at([(RefusalCode::InvalidValue, "amount.amount")])
        .story;
    let released = ContributionEvent::AllocationReleased {
        operation: saphan(),
        contribution: of("K2"),
        partner: of("CHN"),
        line_of_effort: of("LOE1"),
        amount: money("600000 CNY"),
    };
    story
        .when(chn(), disburse("K2", "1200000 CNY", Some("LOE1")))
        .accepted()
        .when(tha(), release_from("K2", "LOE1", "600000.01 CNY"))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .saying("LOE1 has 600000 CNY of K2 that is not paid.")
        .when(tha(), release_from("K2", "LOE2", "1 CNY"))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .when(tha(), release_from("K2", "LOE1", "600000 CNY"))
        .then([released])
        .when(tha(), allocate("K2", "LOE1", "800000 CNY"))
        .accepted();
}

#[test]
fn a_payment_that_names_no_line_is_not_paid_again_from_one() {
    with_money()
        .when(tha(), allocate("K2", "LOE1", "900000 CNY"))
        .accepted()
        .when(chn(), disburse("K2", "600000 CNY", None))
        .accepted()
        .when(chn(), disburse("K2", "400000 CNY", Some("LOE1")))
        .refused_at([(RefusalCode::OverAllocation, "amount")])
        .saying("LOE1 has 300000 CNY of K2 that is allocated and not paid.")
        .when(tha(), release_from("K2", "LOE1", "400000 CNY"))
        .refused_at([(RefusalCode::OverAllocation, "amount")]);
}

#[test]
fn what_is_delivered_counts_once_who_received_it_accepts_it() {
    let rejected = ContributionEvent::DeliveryRejected {
        operation: saphan(),
        contribution: of("K3"),
        partner: of("CHN"),
        delivery: 1,
        quantity: 2,
        reason: of("Failed certification"),
    };
    let story = with_terminals()
        .when(chn(), deliver("K3", 13))
        .refused_at([(RefusalCode::OverDelivery, "quantity")])
        .saying("K3 has 12 left to deliver, of 12.")
        .when(chn(), deliver("K3", 12))
        .then([delivered(1, 12)])
        .when(chn(), deliver("K3", 1))
        .refused_at([(RefusalCode::OverDelivery, "quantity")])
        .when(tha(), reject_delivery("K3", 1, 2))
        .then([rejected]);
    assert_eq!(contribution(&story, "K3").status(), Status::PartlyDelivered);
    let story = story
        .when(tha(), accept_delivery("K3", 1, 11))
        .refused_at([(RefusalCode::NotDelivered, "quantity")])
        .saying("10 of delivery 1 of K3 are not judged.")
        .when(tha(), accept_delivery("K3", 2, 1))
        .refused_at([(RefusalCode::UnknownReference, "delivery")])
        .when(tha(), accept_delivery("K3", 1, 10))
        .then([accepted(1, 10)])
        .when(chn(), deliver("K3", 2))
        .then([delivered(2, 2)])
        .when(tha(), accept_delivery("K3", 2, 2))
        .then([accepted(2, 2), fulfilled("K3")]);
    let known = contribution(&story, "K3");
    assert_eq!((known.delivered(), known.delivery_accepted(), known.status()), (12, 12, Status::Fulfilled));
    assert_eq!(known.deliveries.iter().next().unwrap().reporter, "CHN-01");
}

#[test]
fn money_is_paid_and_everything_else_is_delivered() {
    with_money()
        .when(chn(), deliver("K2", 1))
        .refused_at([(RefusalCode::WrongState, "contribution")])
        .saying("K2 is money: it is paid, and nothing is delivered.")
        .when(tha(), accept_delivery("K2", 1, 1))
        .refused_at([(RefusalCode::WrongState, "contribution")]);
    with_terminals()
        .when(chn(), disburse("K3", "1 CNY", None))
        .refused_at([(RefusalCode::WrongState, "contribution")])
        .when(chn(), deliver("K3", 0))
        .refused_at([(RefusalCode::InvalidValue, "quantity")]);
}

#[test]
fn everybody_speaks_for_themselves() {
    let story = in_force().when(chn(), pledge("K2", cash("2000000 CNY"))).accepted();
    let reader = || post_as("CHN-01", [Role::Planner, Role::Watch, Role::Reviewer]);
    let story = story
        .when(reader(), pledge("K8", cash("1 CNY")))
        .forbidden()
        .when(import(), pledge("K8", cash("1 CNY")))
        .forbidden()
        .when(chn(), accept("K2", Vec::new()))
        .forbidden()
        .when(mmr(), withdraw("K2"))
        .forbidden()
        .when(
            tha(),
            revise("K2", PledgeRevision { kind: Some(ContributionKind::Other), ..Default::default() }),
        )
        .forbidden()
        .when(tha(), accept("K2", Vec::new()))
        .accepted()
        .when(chn(), allocate("K2", "LOE1", "1 CNY"))
        .forbidden()
        .when(tha(), allocate("K2", "LOE1", "1 CNY"))
        .accepted()
        .when(tha(), disburse("K2", "1 CNY", None))
        .forbidden();
    story.when(post_as("CHN-01", [Role::Liaison]), disburse("K2", "1 CNY", None)).accepted();
    with_terminals()
        .when(tha(), deliver("K3", 1))
        .forbidden()
        .when(chn(), deliver("K3", 1))
        .accepted()
        .when(chn(), accept_delivery("K3", 1, 1))
        .forbidden()
        .when(post_as("THA-02", [Role::Liaison]), accept_delivery("K3", 1, 1))
        .accepted();
}

#[test]
fn the_lead_takes_up_what_it_pledges_itself() {
    let story = operation().when(tha(), pledge("K5", cash("1500000 THB"))).accepted();
    let story = story.when(tha(), accept("K5", Vec::new())).accepted();
    assert_eq!(contribution(&story, "K5").status(), Status::Accepted);
}

#[test]
fn a_pledge_is_revised_until_it_is_taken_up() {
    let revised = |pledge| ContributionEvent::PledgeRevised {
        operation: saphan(),
        contribution: of("K3"),
        partner: of("CHN"),
        pledge,
    };
    let untitled = || PledgeRevision { title: Some(None), ..PledgeRevision::default() };
    let more = || PledgeRevision { offer: Some(terminals(14).offer), ..PledgeRevision::default() };
    let story = operation().when(chn(), pledge("K3", terminals(12))).accepted();
    story
        .when(chn(), revise("K3", PledgeRevision::default()))
        .unchanged()
        .when(chn(), revise("K3", untitled()))
        .then([revised(Pledge { title: None, ..terminals(12) })])
        .when(chn(), revise("K3", more()))
        .then([revised(Pledge { title: None, ..terminals(14) })])
        .when(tha(), accept("K3", Vec::new()))
        .accepted()
        .when(chn(), revise("K3", PledgeRevision { offer: Some(terminals(1).offer), ..Default::default() }))
        .refused_at([(RefusalCode::WrongState, "contribution")])
        .saying("K3 is ACCEPTED.");
}

#[test]
fn a_pledge_that_is_declined_or_withdrawn_binds_nobody() {
    let pledged = || operation().when(chn(), pledge("K3", terminals(12))).accepted();
    let declined = pledged().when(tha(), decline("K3")).accepted();
    assert_eq!(contribution(&declined, "K3").status(), Status::Declined);
    declined
        .when(tha(), decline("K3"))
        .unchanged()
        .when(tha(), accept("K3", Vec::new()))
        .refused([RefusalCode::WrongState])
        .when(chn(), pledge("K3", terminals(2)))
        .refused_at([(RefusalCode::AlreadyExists, "code")]);
    let withdrawn = pledged().when(chn(), withdraw("K3")).accepted();
    assert_eq!(contribution(&withdrawn, "K3").status(), Status::Withdrawn);
    withdrawn
        .when(chn(), withdraw("K3"))
        .unchanged()
        .when(tha(), decline("K3"))
        .refused([RefusalCode::WrongState]);
    with_terminals().when(chn(), withdraw("K3")).refused_at([(RefusalCode::WrongState, "contribution")]);
}

#[test]
fn all_contributions_to_an_operation_are_added_up_in_one_currency() {
    let story = with_money().when(chn(), pledge("K3", terminals(12))).accepted();
    let twice = vec![rate("CNY", "4.80", "THB"), rate("CNY", "4.90", "THB")];
    let mut tomorrow = rate("CNY", "4.80", "USD");
    tomorrow.date = instant("2023-12-01T00:00:00Z").date_naive();
    story
        .when(tha(), accept("K3", twice))
        .refused_at([(RefusalCode::AlreadyExists, "rates.1.currency")])
        .when(tha(), accept("K3", vec![tomorrow]))
        .refused_at([
            (RefusalCode::CurrencyMismatch, "rates.0.to"),
            (RefusalCode::OccurredInFuture, "rates.0.date"),
        ])
        .when(tha(), accept("K3", vec![rate("LAK", "0", "THB")]))
        .refused_at([(RefusalCode::InvalidValue, "rates.0.perUnit")])
        .when(tha(), accept("K3", vec![rate("THB", "1", "THB"), rate("CNY", "4.80", "THB")]))
        .accepted();
}

#[test]
fn many_pledges_are_taken_in_together_or_none_and_each_fault_has_its_place() {
    let free = |quantity| Pledge {
        offer: Offer::InKind { quantity, unit: of("post"), value: None },
        ..cash("1 THB")
    };
    let nothing = Pledge {
        offer: Offer::Cash { amount: Money { minor_units: 0, currency: of("XAU") } },
        ..cash("1 THB")
    };
    let story = operation().when(mmr(), pledge("K7", free(3))).accepted();
    let story = story
        .when(mmr(), pledge_many(Vec::new()))
        .refused_at([(RefusalCode::InvalidValue, "pledges")])
        .when(
            mmr(),
            pledge_many(vec![new("K7", free(3)), new("K8", nothing), new("K9", free(0)), new("K9", free(1))]),
        )
        .refused_at([
            (RefusalCode::AlreadyExists, "pledges.0.code"),
            (RefusalCode::InvalidValue, "pledges.1.value.amount"),
            (RefusalCode::InvalidCurrency, "pledges.1.value.currency"),
            (RefusalCode::InvalidValue, "pledges.2.quantity"),
            (RefusalCode::AlreadyExists, "pledges.3.code"),
        ])
        .when(mmr(), pledge_many(vec![new("K8", cash("5 MMK")), new("K9", free(1))]))
        .accepted();
    assert_eq!(story.operation("SAPHAN").contributions.len(), 3);
    let unknown = NewPledge { release: Some(released(&["VNM"])), ..new("K10", free(1)) };
    story
        .when(mmr(), pledge_many(vec![unknown]))
        .refused_at([(RefusalCode::UnknownReference, "pledges.0.releasableTo")]);
}

#[test]
fn a_contribution_is_hidden_from_those_that_it_is_not_released_to_but_never_from_its_lead() {
    let story = operation().when(chn(), pledge_for("K3", terminals(12), &["LAO"])).accepted();
    story
        .when(mmr(), accept("K3", Vec::new()))
        .refused_at([(RefusalCode::NotFound, "contribution")])
        .when(mmr(), accept("K9", Vec::new()))
        .refused_at([(RefusalCode::NotFound, "contribution")])
        .when(lao(), accept("K3", Vec::new()))
        .forbidden()
        .when(tha(), accept("K3", Vec::new()))
        .accepted()
        .when(chn(), deliver("K3", 1))
        .accepted();
}

#[test]
fn what_was_bound_is_still_given_after_the_end_of_the_operation() {
    let terminate =
        || operating(OperationCommand::Terminate { operation: saphan(), reason: of("Stood down") });
    let story = with_money().when(tha(), allocate("K2", "LOE1", "2000000 CNY")).accepted();
    let story = story.when(chn(), pledge("K3", terminals(12))).accepted().when(tha(), terminate()).accepted();
    story
        .when(chn(), pledge("K8", cash("1 CNY")))
        .refused([RefusalCode::WrongState])
        .when(tha(), accept("K3", Vec::new()))
        .refused([RefusalCode::WrongState])
        .when(tha(), allocate("K2", "LOE1", "1 CNY"))
        .refused([RefusalCode::WrongState])
        .when(chn(), disburse("K2", "2000000 CNY", None))
        .then([paid(1, "2000000 CNY", None), fulfilled("K2")])
        .when(tha(), decline("K3"))
        .accepted();
}

#[test]
fn a_late_entry_puts_nothing_before_what_it_is_about() {
    with_terminals()
        .after(Span::hours(10))
        .late(Span::hours(11))
        .when(chn(), deliver("K3", 1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .late(Span::hours(1))
        .when(chn(), deliver("K3", 1))
        .accepted()
        .late(Span::hours(2))
        .when(tha(), accept_delivery("K3", 1, 1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn what_is_given_is_given_to_an_operation_that_the_giver_reads() {
    let hidden = given(coalition()).and([initiated("SAPHAN", &["MMR"])]);
    for story in [given(coalition()), hidden] {
        let nowhere = [(RefusalCode::NotFound, "operation")];
        story.when(chn(), pledge("K2", cash("1 CNY"))).refused_at(nowhere);
    }
}
