//! Those in whose name an import sends commands.

use super::{error::ImportError, fit::fit};
use crate::scenario::model::coalition::Post;
use domain::{Actor, Role};

/// Establishes partners, centres and posts until posts are held.
pub fn service() -> Actor {
    Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() }
}

pub fn holder(post: &Post, role: Role) -> Result<Actor, ImportError> {
    Ok(Actor::Post {
        post: fit("posts", &post.id)?,
        partner: fit("posts", &post.partner)?,
        roles: [role].into(),
    })
}
