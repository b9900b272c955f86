//! The code that people call a centre by, and its id.

use crate::{code::codes, ids::ids};

codes! {
    /// A coordination centre, such as `CMCC`.
    CentreCode;
}

ids! {
    CentreId = "centre" "a centre" of CentreCode;
}
