//! Every code has a story that ends in it: a code that no rule uses would promise clients something.

use crate::support::{given, nothing, of, saphan::*};
use domain::{
    RefusalCode, Span,
    centre::{CentreCommand, Criterion},
    partner::{PartnerCommand, PartnerRole},
    plan::Section,
    post::PostCommand,
    refusal::Reasons,
};
use std::collections::BTreeSet;
use strum::IntoEnumIterator;

/// Of texts, parsed before there is a command.
fn parsed() -> BTreeSet<RefusalCode> {
    let mut reasons = Reasons::default();
    reasons.parse::<domain::TaskCode>("code", "t 1");
    reasons.parse::<domain::Title>("title", "");
    reasons.parse::<domain::Currency>("currency", "baht");
    reasons.parse::<domain::TimeZone>("timeZone", "Asia/Atlantis");
    reasons.parse::<Span>("duration", "soon");
    reasons.into_refusals().into_iter().map(|refusal| refusal.code).collect()
}

fn decided() -> BTreeSet<RefusalCode> {
    let h_hour = "2023-10-09T06:00:00+07:00";
    let proposed = |weight: u32| CentreCommand::Propose {
        centre: of("CMCC"),
        name: of("Centre"),
        criteria: vec![Criterion { name: of("security"), weight }],
    };
    let select = CentreCommand::Select {
        centre: of("CMCC"),
        site: of("MAE_SOT"),
        agreed_by: vec![of("THA")],
        rationale: of("Near"),
    };
    let accede =
        PartnerCommand::Accede { partner: of("VNM"), founding: Some((profile("VNM"), PartnerRole::Host)) };
    let mission = planning(domain::plan::PlanCommand::ReviseSection {
        operation: saphan(),
        section: Box::new(Section::Mission(of("Another"))),
    });
    let acting = PostCommand::AppointActing { post: of("CHN-01"), officer: officer(2) };
    let blocked = || approved().when(chn(), revoke(1)).accepted();
    let conditional =
        || blocked().when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION")])).accepted();
    let overlapping = || {
        let mut tasks = small_plan();
        tasks.push(task("T17", "MMR", "MMR", 6, 4, &[]));
        let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
        let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
        story.when(tha(), assign("T16", "MMR-02")).accepted()
    };
    let stories = [
        draft().when(tha(), add_task(task("T01", "THA", "THA", 0, 1, &[]))),
        approved().when(chn(), reject(1, &[])),
        submitted().when(tha(), promulgate(1)),
        conditional().when(tha(), promulgate(1)),
        draft().when(tha(), add_dependency("T01", "T21")),
        draft().when(tha(), open_amendment()),
        given(coalition()).when(import(), declare_exercise()),
        in_force().when(tha(), shift_h_hour(h_hour)),
        in_force().when(tha(), set_h_hour("2023-10-18T06:00:00+07:00")),
        given(coalition()).when(import(), partner(accede)),
        submitted().late(Span::hours(1)).when(chn(), approve(1)),
        submitted().late(Span::hours(72)).when(tha(), recall()),
        approved().when(import(), relieve("CHN-01")).accepted().when(tha(), promulgate(1)),
        submitted().when(chn(), waive(1, "CHN", "C1")),
        submitted().when(lao(), approve(1)),
        conditional().when(tha(), waive(1, "CHN", "C1")),
        submitted().when(chn(), consent(1, &[])),
        submitted().late(Span::hours(-1)).when(tha(), recall()),
        overlapping().when(tha(), assign("T17", "MMR-02")),
        draft_with(domain::plan::Sections { mission: None, ..sections() }, small_plan())
            .when(tha(), submit()),
        submitted().when(tha(), assign("T16", "MMR-02")),
        in_force().when(tha(), assign("T16", "LAO-02")),
        given(coalition()).when(import(), posting(acting)),
        submitted().when(chn(), approve_named(|named| named.seen_at = domain::Position(1))),
        nothing()
            .and(coalition())
            .when(import(), centre(proposed(100)))
            .accepted()
            .when(import(), centre(select)),
        submitted().when(chn(), approve_named(|named| named.content_hash = domain::Sha256([0; 32]))),
        draft().when(tha(), add_task(task("T30", "VNM", "THA", 0, 1, &[]))),
        draft().when(tha(), remove_task("T01")),
        draft().when(tha(), add_dependency("T27", "T99")),
        submitted().when(chn(), approve_if(1, vec![condition("C1", "P9")])),
        submitted().when(tha(), mission),
        given(coalition()).when(import(), centre(proposed(90))),
        submitted().when(chn(), revoke(1)),
    ];
    stories.into_iter().flat_map(|outcome| outcome.rejected().refusals).map(|refusal| refusal.code).collect()
}

#[test]
fn every_code_is_used() {
    let elsewhere = BTreeSet::from([
        // The engine's, which knows what came under a key before.
        RefusalCode::IdempotencyKeyReused,
        // The API's: in a command a reason cannot be empty.
        RefusalCode::ReasonRequired,
    ]);
    let shown: BTreeSet<_> = decided().into_iter().chain(parsed()).chain(elsewhere).collect();
    assert_eq!(shown, RefusalCode::iter().collect());
}
