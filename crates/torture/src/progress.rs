//! Progress of an experiment: a bar on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// How often a bar moves that has no steps.
const TICK: Duration = Duration::from_millis(200);

/// A bar that is cleared when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new(doing: &'static str, count: usize) -> Self {
        let length = u64::try_from(count).ok();
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta} left)") {
            bar.set_style(style);
        }
        bar.set_message(doing);
        Self(bar)
    }

    /// Of what has no steps: the time that has passed, of what `of` says.
    pub fn passing(doing: &'static str, of: String) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg} {spinner} {elapsed} {prefix}") {
            bar.set_style(style);
        }
        bar.set_message(doing);
        bar.set_prefix(of);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
