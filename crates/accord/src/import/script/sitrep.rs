//! SITREPs, and how they were put right.
//!
//! The file says what each told of persons; the rest is counted by the import itself.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, unfit},
    },
    scenario::model::{coalition::Post, sitrep::Sitrep, values::Instant},
};
use domain::{Actor, Command, Role, SitrepCode, sitrep::SitrepCommand};

const SECTION: &str = "sitreps";

/// Why one is put right, where the file does not say it.
const REASON: &str = "As the log of this exercise has it.";

impl<'a> Script<'a> {
    /// By the chief of the watch.
    pub fn sitrep(&mut self, at: Instant, told: &'a Sitrep) -> Result<(), ImportError> {
        let operation = self.operation.clone();
        let (name, number, command) = match &told.corrects {
            None => {
                let issued = self.sitreps.values().filter(|(_, correction)| correction.is_none());
                let number = u32::try_from(issued.count() + 1).unwrap_or(u32::MAX);
                let command = SitrepCommand::Issue {
                    operation,
                    until: told.at,
                    remarks: None,
                    is_final: told.last,
                    release: None,
                };
                ("IssueSitrep", (number, None), command)
            }
            Some(wrong) => {
                let known = self.sitreps.get(wrong.as_str()).copied();
                let (number, correction) =
                    known.ok_or_else(|| unfit(SECTION, wrong, "is corrected before it is issued"))?;
                let command = SitrepCommand::Correct {
                    operation,
                    sitrep: SitrepCode::of(number, correction),
                    remarks: None,
                    reason: fit(SECTION, told.reason.as_deref().unwrap_or(REASON))?,
                };
                ("CorrectSitrep", (number, Some(correction.unwrap_or(0) + 1)), command)
            }
        };
        self.sitreps.insert(&told.id, number);
        let actor = self.chief_of_watch()?;
        self.add(at, &format!("{name} {}", told.id), actor, Command::Sitrep(command));
        Ok(())
    }

    /// The post of the lead that is called so, else its director.
    fn chief_of_watch(&self) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        let is_chief = |post: &&Post| post.partner == *lead && post.title == "Chief of Watch";
        let chief = self.scenario.posts.iter().find(is_chief).or(self.director(lead));
        holder(chief.ok_or_else(|| unfit(SECTION, lead, "has no post that speaks for it"))?, Role::Watch)
    }
}
