//! Journeys through a real server on a real Postgres.
#![cfg(test)]

mod arrows;
mod clients;
mod conventions;
mod history;
mod http;
mod live;
mod plan;
mod release;
mod saphan;
mod sdl;
mod sharing;
mod support;
