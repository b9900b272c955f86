//! Journeys through a real server on a real Postgres.
#![cfg(test)]

mod access;
mod agenda;
mod arrows;
mod bounds;
mod calendar;
mod circles;
mod clients;
mod conduct;
mod contract;
mod contributions;
mod conventions;
mod dependencies;
mod execution;
mod history;
mod http;
mod incident;
mod limits;
mod live;
mod matrix;
mod names;
mod nations;
mod observability;
mod outcomes;
mod plan;
mod release;
mod request;
mod saphan;
mod schedule;
mod sdl;
mod sharing;
mod standing;
mod subjects;
mod support;
mod watch;
mod webhooks;
