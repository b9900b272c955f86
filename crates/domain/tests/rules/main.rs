//! The rules, told as stories: given events, when a command, then events.
#![cfg(test)]

mod support;

mod amendment;
mod assignment;
mod assistance;
mod assistance_properties;
mod calendar;
mod ccir;
mod centre;
mod clock;
mod coalition;
mod commands;
mod content;
mod contribution;
mod contribution_properties;
mod effect;
mod ending;
mod execution;
mod execution_properties;
mod incident;
mod logging;
mod matter_properties;
mod operation;
mod order;
mod outcome;
mod outcome_properties;
mod partner;
mod phase;
mod plan_decision;
mod plan_draft;
mod plan_import;
mod plan_terms;
mod post;
mod promulgation;
mod properties;
mod refusal_codes;
mod release;
mod request;
mod response;
mod review;
mod schedule;
mod schema_events;
mod sitrep;
mod standing;
mod watch;
