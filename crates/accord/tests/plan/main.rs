//! `accord plan`, as people run it.
