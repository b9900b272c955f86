//! What memory a process takes, as the system tells it.

use super::row::Memory;
use anyhow::{Context as _, Result};
use std::{fs, time::Duration};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

const EVERY: Duration = Duration::from_millis(50);

/// Looks at a process again and again.
pub struct Watch {
    process: u32,
    before: f64,
    /// The most that it had ever taken when the watch began.
    peak_before: f64,
    most: watch::Receiver<f64>,
    looking: JoinHandle<()>,
}

impl Watch {
    pub fn begin(process: u32) -> Result<Self> {
        let before = mebibytes(process, "VmRSS")?;
        let peak_before = mebibytes(process, "VmHWM")?;
        let (seen, most) = watch::channel(before);
        let looking = tokio::spawn(async move {
            let mut ticks = interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                // Of one that has ended, what was seen last stands.
                let Ok(now) = mebibytes(process, "VmRSS") else { return };
                seen.send_if_modified(|most| {
                    let more = now > *most;
                    *most = most.max(now);
                    more
                });
            }
        });
        Ok(Self { process, before, peak_before, most, looking })
    }

    /// Sees also a peak between two looks, when it is the highest of all.
    pub fn end(self) -> Memory {
        self.looking.abort();
        let seen = *self.most.borrow();
        let peak = mebibytes(self.process, "VmHWM").ok().filter(|peak| *peak > self.peak_before);
        Memory { before: self.before, most: peak.map_or(seen, |peak| peak.max(seen)) }
    }
}

fn mebibytes(process: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .context("the system does not tell what memory the server takes")?;
    kibibytes(&status, field)
        .map(|kibibytes| kibibytes / 1_024.0)
        .with_context(|| format!("the system does not tell {field} of the server"))
}

fn kibibytes(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_by_its_whole_name() {
        let status = "Name:\taccord\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nVmRSSX:\t 1 kB\n";
        assert_eq!(kibibytes(status, "VmRSS"), Some(1_024.0));
        assert_eq!(kibibytes(status, "VmHWM"), Some(2_048.0));
        assert_eq!(kibibytes(status, "Vm"), None);
    }
}
