//! Which things have an id. A file that is about all of them says what it makes of a line, and hands that to
//! the list.

/// Each with the table of its rows, its id and the column that this is made from, and the query that finds
/// them by it.
macro_rules! nodes {
    ($make:ident $($more:tt)*) => { $make! {
        $($more)*
        with_history {
            Partner: "partner" of read_model::coalition::PartnerRow,
                domain::ids::PartnerId[id], partners_by_id;
            Centre: "centre" of read_model::centre::CentreRow, domain::centre::CentreId[id], centres_by_id;
            Shift: "shift" of read_model::watch::ShiftRow, domain::ids::ShiftId[id], shifts_by_id;
            LogEntry: "log_entry" of read_model::watch::LogEntryRow,
                domain::ids::LogEntryId[id], log_entries_by_id;
            Post: "post" of read_model::coalition::PostRow, domain::ids::PostId[id], posts_by_id;
            Operation: "operation" of read_model::operation::OperationRow,
                domain::ids::OperationId[id], operations_by_id;
            PlanVersion: "plan_version" of read_model::plan::PlanVersionRow,
                domain::ids::PlanVersionId[id], plan_versions_by_id;
            // As its operation's current plan version has it, or the response that made it.
            Task: "task" of read_model::plan::TaskRow, domain::ids::TaskId[task_id], tasks_by_id;
            PlannedTask: "planned_task" of read_model::plan::PlannedTaskRow,
                domain::ids::PlannedTaskId[id], planned_tasks_by_id;
            Annex: "annex" of read_model::plan::AnnexRow, domain::ids::AnnexId[id], annexes_by_id;
            PlanDecision: "decision" of read_model::plan::DecisionRow,
                domain::ids::DecisionId[id], decisions_by_id;
            Condition: "condition" of read_model::plan::ConditionRow,
                domain::ids::ConditionId[id], conditions_by_id;
            Assignment: "assignment" of read_model::operation::AssignmentRow,
                domain::ids::AssignmentId[id], assignments_by_id;
            OfficerRequest: "officer_request" of read_model::operation::OfficerRequestRow,
                domain::ids::OfficerRequestId[id], officer_requests_by_id;
            TaskClaim: "task_claim" of read_model::execution::TaskClaimRow,
                domain::ids::TaskClaimId[id], task_claims_by_id;
            GoNoGoWord: "go_no_go_word" of read_model::execution::GoNoGoWordRow,
                domain::ids::GoNoGoWordId[id], go_no_go_words_by_id;
            RecordedDecision: "recorded_decision" of read_model::operation::RecordedDecisionRow,
                domain::ids::RecordedDecisionId[id], recorded_decisions_by_id;
            Deconfliction: "deconfliction" of read_model::operation::DeconflictionRow,
                domain::ids::DeconflictionId[id], deconflictions_by_id;
            Incident: "incident" of read_model::incident::IncidentRow,
                domain::ids::IncidentId[id], incidents_by_id;
            Request: "request" of read_model::request::RequestRow, domain::ids::RequestId[id], requests_by_id;
            Contribution: "contribution" of read_model::contribution::ContributionRow,
                domain::ids::ContributionId[id], contributions_by_id;
            Sitrep: "sitrep" of read_model::sitrep::SitrepRow, domain::ids::SitrepId[id], sitreps_by_id;
            Outcome: "outcome" of read_model::outcome::OutcomeRow, domain::ids::OutcomeId[id], outcomes_by_id;
            Review: "review" of read_model::review::ReviewRow, domain::review::ReviewId[id], reviews_by_id;
            Observation: "observation" of read_model::review::ObservationRow,
                domain::review::ObservationId[id], observations_by_id;
            Finding: "finding" of read_model::review::FindingRow,
                domain::review::FindingId[id], findings_by_id;
            MatterClaim: "matter_claim" of read_model::matter::MatterClaimRow,
                domain::ids::MatterClaimId[id], matter_claims_by_id;
            AssistanceClaim: "assistance_claim" of read_model::assistance::AssistanceClaimRow,
                domain::ids::AssistanceClaimId[id], assistance_claims_by_id;
            Clock: "clock" of read_model::matter::ClockRow, domain::ids::ClockId[id], clocks_by_id;
        }
        without_history {
            Event: "event" of read_model::EventRow, domain::ids::EventId[event_id], events_by_id;
        }
    } };
}

pub(super) use nodes;
