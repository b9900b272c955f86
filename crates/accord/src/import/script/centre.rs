//! The centre, from its proposal to its activation, and its forward posts.

use super::Script;
use crate::{
    import::{
        error::ImportError,
        fit::{fit, fit_all, whole},
    },
    scenario::model::{timeline::TimelineEntry, values::Instant},
};
use domain::{
    Command,
    centre::{CentreCode, CentreCommand, Criterion, Score},
};

impl Script<'_> {
    pub fn propose_centre(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let from = &self.scenario.centre;
        let command = CentreCommand::Propose {
            centre: self.centre_code()?,
            name: fit("centre.name", &from.name)?,
            criteria: from
                .criteria_weights
                .iter()
                .map(|(name, weight)| {
                    let place = "centre.criteria_weights";
                    Ok(Criterion { name: fit(place, name)?, weight: whole(place, *weight)? })
                })
                .collect::<Result<_, ImportError>>()?,
        };
        self.for_the_centre(entry, command)
    }

    /// The next `count` sites, in the file's order.
    pub fn assess_sites(&mut self, entry: &TimelineEntry, count: u32) -> Result<(), ImportError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let sites = &self.scenario.centre.options;
        for site in sites.iter().skip(self.assessed).take(count) {
            let place = format!("centre.options {}", site.id);
            let scores = site.scores.iter().map(|(criterion, score)| {
                Ok(Score { criterion: fit(&place, criterion)?, score: whole(&place, *score)? })
            });
            let command = CentreCommand::Assess {
                centre: self.centre_code()?,
                site: fit(&place, &site.id)?,
                place: fit(&place, &site.place)?,
                scores: scores.collect::<Result<_, ImportError>>()?,
            };
            let actor = self.for_centre(entry)?;
            self.add(entry.recorded, &format!("AssessSite {}", site.id), actor, Command::Centre(command));
        }
        self.assessed = self.assessed.saturating_add(count);
        Ok(())
    }

    pub fn select_site(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let from = &self.scenario.centre;
        let command = CentreCommand::Select {
            centre: self.centre_code()?,
            site: fit("centre.decision", &from.decision.selected)?,
            agreed_by: fit_all("centre.decision", &from.decision.by)?,
            rationale: fit("centre.decision", &from.decision.rationale)?,
        };
        self.for_the_centre(entry, command)
    }

    pub fn establish_centre(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let command = CentreCommand::Establish { centre: self.centre_code()? };
        self.for_the_centre(entry, command)
    }

    pub fn activate_centre(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let command = CentreCommand::Activate { centre: self.centre_code()? };
        self.for_the_centre(entry, command)?;
        self.set_watch_rules(entry.recorded)
    }

    /// Those that the task was to open.
    pub fn open_forward_posts(&mut self, at: Instant, task: &str) -> Result<(), ImportError> {
        for post in self.scenario.centre.forward_posts.iter().filter(|post| post.opened_by == task) {
            let place = format!("centre.forward_posts {}", post.id);
            let command = CentreCommand::OpenForwardPost {
                centre: self.centre_code()?,
                code: fit(&place, &post.id)?,
                place: fit(&place, &post.place)?,
            };
            let actor = self.for_host()?;
            self.add(at, &format!("OpenForwardPost {}", post.id), actor, Command::Centre(command));
        }
        Ok(())
    }

    fn for_the_centre(&mut self, entry: &TimelineEntry, command: CentreCommand) -> Result<(), ImportError> {
        let actor = self.for_centre(entry)?;
        self.add(entry.recorded, entry.event.name(), actor, Command::Centre(command));
        Ok(())
    }

    fn centre_code(&self) -> Result<CentreCode, ImportError> {
        fit("centre.id", &self.scenario.centre.id)
    }
}
