//! What one part of the file says about another: references, bounds, times, sums.
//!
//! Tables walk the YAML tree, so they see what is written even where it could not be read; the rules after
//! them need the typed scenario and skip what already has a fault. The rules of the domain are deliberately
//! absent, because the import tries them for itself.

mod assistance;
mod bounds;
mod centre;
mod coalition;
mod contribution;
mod execution;
mod operation;
mod outcome;
mod plan;
mod references;
mod request;
mod review;
pub mod select;
mod timeline;
mod watch;

use super::{
    model::Scenario,
    yaml::{Faults, Node},
};
use select::locate;

pub fn check(root: &Node<'_>, scenario: &Scenario, faults: &Faults) {
    references::check(root, faults);
    bounds::check(root, faults);
    let check = Check { root, scenario, faults };
    check.partners();
    check.centre();
    check.posts();
    check.hhour();
    check.plan();
    check.timeline();
    check.approvals();
    check.contributions();
    check.actuals();
    check.requests();
    check.outcomes();
    check.watches();
    check.assistance();
    check.evidence();
}

struct Check<'a> {
    root: &'a Node<'a>,
    scenario: &'a Scenario,
    faults: &'a Faults,
}

impl Check<'_> {
    fn fault(&self, path: &str, message: &str) {
        self.faults.add(locate(self.root, path), path, message);
    }

    fn clean(&self, path: &str) -> bool {
        self.faults.clean(path)
    }
}
