//! Examples of what is reported on an operation.

use crate::{
    Money, Priority, SitrepCode,
    assistance::Figure,
    catalogue::examples::parse::{at, of, set},
    release::Release,
    sitrep::{
        ClockFigures, ContributionFigures, Difference, Figures, IncidentFigures, Period, PersonsCount,
        PersonsFigures, RequestFigures, SitrepEvent, TaskFigures, Upcoming,
    },
};

impl SitrepEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let period =
            Period { from: Some(at("2023-10-11T12:00:00+07:00")), until: at("2023-10-12T12:00:00+07:00") };
        let figures = |completed: u32| Figures {
            tasks: TaskFigures { planned: 6, issued: 1, in_progress: 3, blocked: 1, completed, cancelled: 1 },
            started: set(&["T22", "T23"]),
            ended: set(&["T21"]),
            incidents: vec![
                IncidentFigures { priority: Some(Priority::P1), open: 1, contained: 1, closed: 0 },
                IncidentFigures { priority: None, open: 1, contained: 0, closed: 0 },
            ],
            requests: RequestFigures { open: 1, answered_on_time: 2, answered_late: 1, withdrawn: 1 },
            clocks: ClockFigures { open: 1, met: 5, breached: 1 },
            contributions: ContributionFigures {
                pledged: 1,
                accepted: 6,
                accepted_money: vec![Money { minor_units: 200_000_000, currency: of("CNY") }],
            },
            persons: vec![PersonsFigures {
                authority: of("THA"),
                counts: vec![PersonsCount { figure: Figure::Received, nationality: None, count: 118 }],
            }],
            conflicts: 2,
            next: Upcoming { starts: set(&["T24"]), finishes: set(&["T22"]) },
        };
        let release = || Release { releasable_to: set(&["CHN", "LAO", "MMR", "THA"]), ..Release::default() };
        vec![
            Self::SitrepIssued {
                operation: of("SAPHAN"),
                sitrep: SitrepCode::of(1, None),
                number: 1,
                period: Period { from: None, ..period },
                remarks: None,
                is_final: false,
                release: release(),
                figures: Figures::default(),
            },
            Self::SitrepIssued {
                operation: of("SAPHAN"),
                sitrep: SitrepCode::of(3, None),
                number: 3,
                period,
                remarks: Some(of("The second site has been searched")),
                is_final: false,
                release: release(),
                figures: figures(15),
            },
            Self::SitrepCorrected {
                operation: of("SAPHAN"),
                sitrep: SitrepCode::of(3, Some(1)),
                number: 3,
                correction: 1,
                corrects: SitrepCode::of(3, None),
                period,
                remarks: Some(of("T20 ended in the night")),
                reason: of("The report of T20 came late"),
                release: release(),
                figures: figures(16),
                differences: vec![
                    Difference {
                        figure: "tasks.completed".to_owned(),
                        was: Some("15".to_owned()),
                        is: Some("16".to_owned()),
                    },
                    Difference {
                        figure: "incidents.P2.open".to_owned(),
                        was: Some("1".to_owned()),
                        is: None,
                    },
                    Difference {
                        figure: "contributions.acceptedMoney.CNY".to_owned(),
                        was: None,
                        is: Some("2000000".to_owned()),
                    },
                ],
            },
        ]
    }
}
