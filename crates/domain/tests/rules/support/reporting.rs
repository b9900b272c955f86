//! SITREPs: commands as their senders would say them.

use super::{Ask, Story, carrying::at, giving::released, of, saphan::*};
use domain::{
    Command, SitrepCode,
    sitrep::{Sitrep, SitrepCommand},
};

pub fn reporting(command: SitrepCommand) -> Ask {
    Box::new(|_| Command::Sitrep(command))
}

/// Of what was until so many minutes from H-hour, for these partners; `None`: for whoever reads the operation.
pub fn issue_sitrep_for(until: i64, to: Option<&[&str]>) -> Ask {
    reporting(SitrepCommand::Issue {
        operation: saphan(),
        until: at(until),
        remarks: None,
        is_final: false,
        release: to.map(released),
    })
}

pub fn issue_sitrep(until: i64) -> Ask {
    issue_sitrep_for(until, None)
}

pub fn issue_final_sitrep(until: i64) -> Ask {
    reporting(SitrepCommand::Issue {
        operation: saphan(),
        until: at(until),
        remarks: Some(of("All is done")),
        is_final: true,
        release: None,
    })
}

pub fn correct_sitrep(sitrep: &str) -> Ask {
    reporting(SitrepCommand::Correct {
        operation: saphan(),
        sitrep: of(sitrep),
        remarks: None,
        reason: of("The list of the site came late"),
    })
}

pub fn sitrep(story: &Story, code: &str) -> Sitrep {
    let operation = story.operation("SAPHAN");
    let known = operation.sitreps.get(&of::<SitrepCode>(code));
    known.unwrap_or_else(|| panic!("{code} was not issued")).as_ref().clone()
}
