//! Progress of long work: a bar on a terminal, nothing elsewhere.

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

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
