//! Waiting for something to become so, and not for ever.

use anyhow::{Result, bail};
use std::time::{Duration, Instant};
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until there is something; fails after `limit`, with `what` was waited for.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        let last = match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => String::new(),
            Err(error) => format!(" ({error:#})"),
        };
        if begun.elapsed() > limit {
            bail!("waited {} seconds in vain for {what}{last}", limit.as_secs());
        }
        sleep(PAUSE).await;
    }
}
