use crate::support::*;
use domain::{
    Instant,
    centre::CentreId,
    watch::{
        ShiftStatus::{Ended, Gap, HandedOver, OnWatch, Rostered},
        Strength,
    },
};
use read_model::{Page, watch::ShiftSpan};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn the_watch_of_the_sample_is_stood_and_its_gap_is_as_long_as_the_scenario_says(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of_saphan(&pool(options).await).await;
    let model = history.engine.read_model();
    let centre = [CentreId::of(&good("CMCC")).0];
    let pin = History::pin(history.summary.position, "THA");
    let all = (ShiftSpan::default(), Page::first(9));
    let rows = model.shifts_of(&pin, &centre, all.0, &all.1).await.unwrap();
    let shifts: Vec<_> = rows.iter().map(|row| row.shift().unwrap()).collect();
    let statuses = |at: Instant| shifts.iter().map(|shift| shift.status(at)).collect::<Vec<_>>();
    assert_eq!(shifts.len(), 3);
    assert!(shifts.iter().all(|shift| shift.least == Strength { officers: 2, nations: 2 }));
    assert_eq!(statuses(at("2023-10-12T05:00:00+07:00")), [OnWatch, Rostered, Rostered]);
    assert_eq!(statuses(at("2023-10-12T06:00:00+07:00")), [HandedOver, OnWatch, Rostered]);
    assert_eq!(statuses(at("2023-10-14T18:19:00+07:00")), [HandedOver, Ended, Gap]);
    assert_eq!(statuses(at("2023-10-14T18:20:00+07:00")), [HandedOver, Ended, OnWatch]);
    // `watch_gap_min` of the scenario's metrics.
    let gap = shifts[2].gap.clone().unwrap();
    assert_eq!((gap.until.unwrap() - gap.from).num_minutes(), 20);
    assert_eq!(gap.missing, [good("LAO-01")]);
    assert!(shifts[..2].iter().all(|shift| shift.gap.is_none()));
    // What was known: nothing when the shift began, and a minute later that it lacked Laos.
    for (known, lacks) in [("2023-10-14T18:00:00+07:00", false), ("2023-10-14T18:01:00+07:00", true)] {
        let pin = History::pin(history.known_at(known).await, "THA");
        let row = model.shifts_of(&pin, &centre, all.0, &all.1).await.unwrap().pop().unwrap();
        assert_eq!(row.gap.is_some_and(|gap| gap.until.is_none()), lacks, "as known at {known}");
    }
}
