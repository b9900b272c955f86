//! What was claimed of a task so far: claims are counted from 1, and a correction names the one that it puts right.

use crate::scenario::TaskEnd;

#[derive(Clone, Copy, Default)]
pub struct Claimed {
    claims: u32,
    /// The claims that hold of its start and of its end.
    start: u32,
    end: u32,
}

impl Claimed {
    /// That another claim speaks of that end now; the number of the one that did before.
    pub fn again(&mut self, end: TaskEnd) -> u32 {
        self.claims += 1;
        let holds = match end {
            TaskEnd::Start => &mut self.start,
            TaskEnd::Finish => &mut self.end,
        };
        std::mem::replace(holds, self.claims)
    }
}
