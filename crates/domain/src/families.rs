//! Which families of events and commands there are. A file that is about all of them says what it makes of a
//! line, and hands that to the list.
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
        }
    };
}
