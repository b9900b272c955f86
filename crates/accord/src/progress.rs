//! Progress of long work: a bar on a terminal, nothing elsewhere.

use engine::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that is cleared when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// `doing` as in "Importing".
    pub fn new(doing: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta} left)") {
            bar.set_style(style);
        }
        bar.set_message(doing);
        Self(bar)
    }

    pub fn show(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// For positions in the log, which are never negative.
    pub fn show_position(&self, done: i64, total: i64) {
        self.show(done.unsigned_abs(), total.unsigned_abs());
    }
}

/// Of a read model that is built from the whole log.
pub struct Building(Progress);

impl Building {
    pub fn new() -> Self {
        Self(Progress::new("Writing rows"))
    }

    pub fn show(&self, stage: Stage) {
        let Self(progress) = self;
        match stage {
            Stage::Filling { done, head } => progress.show_position(done.0, head.0),
            Stage::Indexing { done, of } => {
                progress.0.set_message("Indexing");
                progress.show(done as u64, of as u64);
            }
            Stage::CatchingUp { done, head } => {
                progress.0.set_message("Catching up");
                progress.show_position(done.0, head.0);
            }
            Stage::Switching => progress.0.set_message("Changing places"),
            Stage::Dropping => progress.0.set_message("Dropping old rows"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
