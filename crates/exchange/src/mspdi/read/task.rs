//! An element `Task` as a row.

use super::{
    custom::CustomFields,
    outline::{Kind, Tasks},
    project::Defaults,
};
use crate::{
    Faults, Field, Row,
    mspdi::{
        KINDS, LAG_SECONDS, PREFIX, link_lag,
        value::{Told, name, parse, parse_date, parse_offset, tell},
        xml::Element,
    },
    predecessor,
};
use chrono::NaiveDateTime;
use domain::{
    PartnerCode, PhaseCode, Span, TaskCode, Title,
    plan::{Dependency, DependencyKind, StartConstraint, Terms},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
};

/// What holds for all tasks of a file.
pub struct Facts<'a> {
    pub defaults: &'a Defaults,
    pub custom: CustomFields,
    /// Whether time of work is time that passes.
    pub elapsed: bool,
    /// `None`: nothing says it.
    pub h_hour: Option<NaiveDateTime>,
    /// When tasks start that nothing holds, from H-hour; `None`: as the plan has it.
    pub start: Option<Span>,
}

/// What binds a task in time besides what it waits for.
struct Bound {
    offset: Option<Span>,
    constraint: StartConstraint,
    finish_no_later_than: Option<Span>,
}

impl Bound {
    /// With the project, if neither a date nor a task that it starts after holds it.
    fn starting_with(self, start: Option<Span>, predecessors: &BTreeSet<Dependency>) -> Self {
        let holds = |one: &Dependency| {
            matches!(one.kind, DependencyKind::FinishToStart | DependencyKind::StartToStart)
        };
        if start.is_none()
            || self.constraint != StartConstraint::AsSoonAsPossible
            || predecessors.iter().any(holds)
        {
            return self;
        }
        Self { offset: start, constraint: StartConstraint::StartNoEarlierThan, ..self }
    }
}

/// A task while it is read.
pub struct Task<'a> {
    pub facts: &'a Facts<'a>,
    pub element: &'a Element,
    pub tasks: &'a Tasks<'a>,
    pub faults: &'a mut Faults,
}

impl Task<'_> {
    /// Its code was read before, and what was wrong with it or with its phase is told.
    pub fn row(
        mut self,
        code: Option<&TaskCode>,
        phase: Option<&Result<PhaseCode, Told>>,
        group: &Result<Option<Title>, Told>,
    ) -> Result<Row, Told> {
        let checked = self.check();
        let code = self.code(code);
        let title = name(self.element, self.faults);
        let phase = self.phase(phase);
        let line_of_effort = self.optional(Field::LineOfEffort);
        let lead = self.partner(Field::Lead, self.facts.defaults.lead.as_ref());
        let territory = self.partner(Field::Territory, self.facts.defaults.territory.as_ref());
        let post = self.optional(Field::Post);
        let duration = self.duration();
        let bound = self.bound();
        let mutual_legal_assistance = self.assistance();
        let predecessors = self.predecessors();
        checked?;
        let predecessors = predecessors?;
        let Bound { offset, constraint, finish_no_later_than } =
            bound?.starting_with(self.facts.start, &predecessors);
        Ok(Row {
            code: code?,
            title: title?,
            phase: phase?,
            line_of_effort: line_of_effort?,
            lead: lead?,
            territory: territory?,
            post: post?,
            offset,
            duration: duration?,
            predecessors,
            terms: Terms {
                group: group.clone()?,
                constraint,
                finish_no_later_than,
                mutual_legal_assistance: mutual_legal_assistance?,
            },
        })
    }

    fn fault(&mut self, element: &Element, message: &str) -> Told {
        tell(self.faults, element, message)
    }

    /// Kinds of tasks that a plan has not.
    fn check(&mut self) -> Result<(), Told> {
        let element = self.element;
        let mut checked = Ok(());
        for (name, message) in [
            (
                "Manual",
                "is scheduled manually: schedule it automatically, with a constraint where it needs one",
            ),
            ("Recurring", "repeats: make a task for each time"),
            ("ExternalTask", "belongs to another project, which is not read"),
            ("IsSubproject", "stands for another project, which is not read"),
        ] {
            if let Some(flag) = element.child(name).filter(|_| element.flag(name)) {
                checked = Err(self.fault(flag, message));
            }
        }
        checked
    }

    fn code(&mut self, code: Option<&TaskCode>) -> Result<TaskCode, Told> {
        let code = code.ok_or(Told)?;
        match self.tasks.codes.get(code) {
            Some(first) if *first != self.element.place => {
                Err(self.fault(self.element, &format!("{code} is on line {} already", first.line)))
            }
            _ => Ok(code.clone()),
        }
    }

    fn phase(&mut self, within: Option<&Result<PhaseCode, Told>>) -> Result<PhaseCode, Told> {
        if let Some(value) = self.facts.custom.value(self.element, Field::Phase) {
            return parse(self.faults, value);
        }
        match (within, &self.facts.defaults.phase) {
            (Some(Ok(phase)), _) | (None, Some(phase)) => Ok(phase.clone()),
            (Some(Err(Told)), _) => Err(Told),
            (None, None) => Err(self.fault(
                self.element,
                "is in no phase: put it into a summary task, or say which phase such tasks are of",
            )),
        }
    }

    fn optional<T: FromStr<Err: Display>>(&mut self, field: Field) -> Result<Option<T>, Told> {
        match self.facts.custom.value(self.element, field) {
            Some(value) => parse(self.faults, value).map(Some),
            None => Ok(None),
        }
    }

    fn partner(&mut self, field: Field, default: Option<&PartnerCode>) -> Result<PartnerCode, Told> {
        match (self.optional(field)?, default) {
            (Some(partner), _) => Ok(partner),
            (None, Some(partner)) => Ok(partner.clone()),
            (None, None) => Err(self.fault(
                self.element,
                &format!("has no {field}: give it the custom field `{PREFIX}{field}`, or say which partner is meant"),
            )),
        }
    }

    fn duration(&mut self) -> Result<Span, Told> {
        let Some(element) = self.element.child("Duration") else {
            return Err(self.fault(self.element, "has no Duration"));
        };
        let duration: Span = parse(self.faults, element)?;
        if duration >= Span::ZERO {
            Ok(duration)
        } else {
            Err(self.fault(element, "a task takes no less than nothing, as a milestone does"))
        }
    }

    fn assistance(&mut self) -> Result<bool, Told> {
        let Some(value) = self.facts.custom.value(self.element, Field::MutualLegalAssistance) else {
            return Ok(false);
        };
        match value.text().to_lowercase().as_str() {
            "no" | "false" | "0" => Ok(false),
            "yes" | "true" | "x" | "1" => Ok(true),
            _ => Err(self.fault(value, "write yes or no")),
        }
    }

    fn bound(&mut self) -> Result<Bound, Told> {
        let deadline = match self.element.child("Deadline") {
            Some(date) => self.moment(date).map(Some),
            None => Ok(None),
        };
        let mut bound =
            Bound { offset: None, constraint: StartConstraint::AsSoonAsPossible, finish_no_later_than: None };
        let Some(kind) = self.element.child("ConstraintType") else {
            return Ok(Bound { finish_no_later_than: deadline?, ..bound });
        };
        match kind.text() {
            "" | "0" => {}
            "2" => {
                bound.constraint = StartConstraint::MustStartOn;
                bound.offset = Some(self.constraint_date(kind)?);
            }
            "4" => {
                bound.constraint = StartConstraint::StartNoEarlierThan;
                bound.offset = Some(self.constraint_date(kind)?);
            }
            "7" => bound.finish_no_later_than = Some(self.constraint_date(kind)?),
            "1" => {
                return Err(self.fault(
                    kind,
                    "as late as possible is not known here: let it start as soon as possible (0)",
                ));
            }
            "3" => {
                return Err(self.fault(
                    kind,
                    "must finish on is not known here: let it start on a date (2), or finish no later (7)",
                ));
            }
            "5" => {
                return Err(self.fault(
                    kind,
                    "start no later than is not known here: let it finish no later than a date (7)",
                ));
            }
            "6" => {
                return Err(self.fault(
                    kind,
                    "finish no earlier than is not known here: let it start no earlier than a date (4)",
                ));
            }
            _ => return Err(self.fault(kind, "is no type of constraint: they are numbers from 0 to 7")),
        }
        // Of two latest finishes, the earlier binds.
        let both = [bound.finish_no_later_than, deadline?];
        Ok(Bound { finish_no_later_than: both.into_iter().flatten().min(), ..bound })
    }

    fn constraint_date(&mut self, kind: &Element) -> Result<Span, Told> {
        match self.element.child("ConstraintDate") {
            Some(date) => self.moment(date),
            None => Err(self.fault(kind, "needs a ConstraintDate")),
        }
    }

    /// A date, counted from H-hour.
    fn moment(&mut self, element: &Element) -> Result<Span, Told> {
        let Some(h_hour) = self.facts.h_hour else {
            parse_date(self.faults, element)?;
            return Err(self.fault(
                element,
                "cannot be counted from H-hour: add a milestone `H-hour` on the first level, or say when H-hour is",
            ));
        };
        parse_offset(self.faults, element, h_hour)
    }

    fn predecessors(&mut self) -> Result<BTreeSet<Dependency>, Told> {
        let mut told = Ok(());
        let mut links = BTreeMap::<TaskCode, Dependency>::new();
        for link in self.element.children("PredecessorLink") {
            match self.link(link) {
                Ok(Some(dependency)) => {
                    let code = dependency.predecessor.clone();
                    if links.contains_key(&code) {
                        told = Err(self.fault(link, &format!("waits for {code} twice")));
                    }
                    links.insert(code, dependency);
                }
                Ok(None) => {}
                Err(error) => told = Err(error),
            }
        }
        if let Some(cell) = self.facts.custom.value(self.element, Field::Predecessors) {
            let tasks = self.tasks;
            let exact = predecessor::read_all(
                cell.text(),
                |code| tasks.codes.contains_key(code),
                |message| told = Err(tell(self.faults, cell, &message)),
            );
            for dependency in exact {
                let link = links.get(&dependency.predecessor);
                let is_of_link = link.is_some_and(|link| {
                    link.kind == dependency.kind && link_lag(link.lag) == link_lag(dependency.lag)
                });
                if is_of_link || !tasks.codes.contains_key(&dependency.predecessor) {
                    links.insert(dependency.predecessor.clone(), dependency);
                }
            }
        }
        told.map(|()| links.into_values().collect())
    }

    /// `None`: it is to something that is passed over.
    fn link(&mut self, link: &Element) -> Result<Option<Dependency>, Told> {
        if link.flag("CrossProject") {
            return Err(self.fault(link, "waits for a task of another project, which is not read"));
        }
        let Some(uid) = link.child("PredecessorUID") else {
            return Err(self.fault(link, "has no PredecessorUID"));
        };
        let predecessor = match self.tasks.by_uid.get(uid.text()).map(|entry| &entry.kind) {
            Some(Kind::Task { code, .. }) => code.clone()?,
            Some(Kind::Passed) => return Ok(None),
            Some(Kind::HHour) => {
                return Err(self.fault(uid, "nothing waits for H-hour: let it start no earlier than a date"));
            }
            Some(Kind::Summary) => {
                return Err(self.fault(uid, "nothing waits for a summary task: name the last of its tasks"));
            }
            None => {
                let begin: String = uid.text().chars().take(40).collect();
                return Err(self.fault(uid, &format!("there is no task of the UID {begin}")));
            }
        };
        let kind = match link.child("Type") {
            // As the format's own default is.
            None => Ok(DependencyKind::FinishToStart),
            Some(number) => match KINDS.iter().find(|(_, known)| *known == number.text()) {
                Some((kind, _)) => Ok(*kind),
                None => {
                    Err(self.fault(number, "is no type of link: they are 0 (FF), 1 (FS), 2 (SF) and 3 (SS)"))
                }
            },
        };
        let lag = self.lag(link);
        Ok(Some(Dependency { predecessor, kind: kind?, lag: lag? }))
    }

    fn lag(&mut self, link: &Element) -> Result<Span, Told> {
        let Some(element) = link.child("LinkLag") else { return Ok(Span::ZERO) };
        let Ok(tenths) = element.text().parse::<i64>() else {
            return Err(self.fault(element, "is no number of tenths of a minute"));
        };
        let lag = Span::seconds(tenths.saturating_mul(LAG_SECONDS));
        if !lag.is_within_bounds() {
            return Err(self.fault(element, "is longer than 100 years"));
        }
        // Seven, days of work, is the format's default.
        let format = link.value("LagFormat").unwrap_or("7");
        let is_elapsed = matches!(format, "4" | "6" | "8" | "10" | "12" | "36" | "38" | "40" | "42" | "44");
        let is_percent = matches!(format, "19" | "20" | "51" | "52");
        if lag == Span::ZERO || is_elapsed || self.facts.elapsed && !is_percent {
            Ok(lag)
        } else if is_percent {
            Err(self
                .fault(element, "a lag in percent is not known here: give it in elapsed time, such as 2eh"))
        } else {
            Err(self.fault(
                element,
                "is in time of work, of a calendar that has less than 24 hours on seven days: give it in elapsed time, such as 2eh",
            ))
        }
    }
}
