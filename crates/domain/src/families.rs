//! Which families of events and commands there are, and which subjects the events fold into. A file that is
//! about all of either says what it makes of a line, and hands that to the list.
//!
//! The lists are macros, so that nothing depends on this file: what is made of them does.

/// The families, in the order in which people read of them: the family's name, its events, its commands.
macro_rules! families {
    ($make:ident) => {
        $make! {
            Coalition: crate::coalition::CoalitionEvent, crate::coalition::CoalitionCommand;
            Partner: crate::coalition::PartnerEvent, crate::coalition::PartnerCommand;
            Centre: crate::centre::CentreEvent, crate::centre::CentreCommand;
            Post: crate::coalition::PostEvent, crate::coalition::PostCommand;
            Operation: crate::operation::OperationEvent, crate::operation::OperationCommand;
            Plan: crate::plan::PlanEvent, crate::plan::PlanCommand;
            Assignment: crate::assignment::AssignmentEvent, crate::assignment::AssignmentCommand;
            Execution: crate::execution::ExecutionEvent, crate::execution::ExecutionCommand;
            Watch: crate::watch::WatchEvent, crate::watch::WatchCommand;
            Incident: crate::incident::IncidentEvent, crate::incident::IncidentCommand;
            Request: crate::request::RequestEvent, crate::request::RequestCommand;
            Contribution: crate::contribution::ContributionEvent, crate::contribution::ContributionCommand;
            Sitrep: crate::sitrep::SitrepEvent, crate::sitrep::SitrepCommand;
            Assistance: crate::assistance::AssistanceEvent, crate::assistance::AssistanceCommand;
            Outcome: crate::outcome::OutcomeEvent, crate::outcome::OutcomeCommand;
            Review: crate::review::ReviewEvent, crate::review::ReviewCommand;
        }
    };
}

/// The subjects: the code that each is known by, what its history is folded into, and the families of events
/// that change that.
macro_rules! subjects {
    ($make:ident $($more:tt)*) => { $make! {
        one {
            /// Who has joined and who holds which post: one, so that rules over all partners are decided at
            /// once.
            Coalition: crate::coalition::Coalition, from Coalition Partner Post Watch;
        }
        many {
            /// A centre with its watch.
            Centre(crate::centre::CentreCode): Option<crate::centre::Centre>, from Centre Watch;
            /// An operation with its plan, its tasks and how they are carried out, and whatever else it deals with.
            Operation(crate::OperationCode): Option<crate::operation::Operation>,
                from Operation Plan Assignment Execution Incident Request Contribution Assistance Outcome Sitrep
                Review;
        }
        // Readers see nothing of these but what others show.
        without_row {
            /// When a post is bound, across operations.
            Bookings(crate::PostCode): crate::assignment::Bookings, from Operation Assignment;
        }
        $($more)*
    } };
}
