//! What a request was shown that must be known: each is written down once, however often the request asks for
//! it.
//!
//! Nothing here knows what is written, nor where.

use crate::Error;
use domain::Position;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// An entry on its way: whoever waits for it drives it.
type Logged = Shared<BoxFuture<'static, Result<(), Error>>>;

/// What a request was shown, and at which position.
#[derive(Default)]
pub(crate) struct Reads(Mutex<HashMap<(Uuid, Position), Logged>>);

impl Reads {
    /// Waits for what was written of this item at this position, by `write` unless somebody has begun to.
    /// Fails as that did.
    pub async fn once(
        &self,
        item: Uuid,
        position: Position,
        write: impl Future<Output = Result<(), Error>> + Send + 'static,
    ) -> Result<(), Error> {
        let logged = {
            // Nothing that holds this lock can leave the map half changed.
            let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            reads.entry((item, position)).or_insert_with(|| write.boxed().shared()).clone()
        };
        logged.await
    }
}
