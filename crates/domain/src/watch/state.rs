//! What a centre takes in of its watch, and the coalition of its limits. What a centre keeps of it is in `standing`.

use crate::{
    At, Item,
    centre::Centre,
    coalition::Coalition,
    subject::Evolve,
    watch::{Gap, HandOver, LogEntry, OnWatch, Shift, Strength, Watch, WatchEvent},
};
use std::sync::Arc;

impl Evolve<WatchEvent> for Option<Centre> {
    fn evolve(&mut self, event: &WatchEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(centre) = self else { return };
        let (code, watch) = (&centre.code, &mut centre.watch);
        match event {
            WatchEvent::WatchRulesSet { rules, .. } => {
                watch.rules = Some(rules.clone());
                touched.push(Item::Centre(code.clone()));
                // A shift that has begun is judged by the rules of its beginning.
                let least = Strength::asked_for(watch.rules.as_ref());
                let to_come = |shift: &Shift| shift.from.to_utc() > at.recorded_at;
                let numbers: Vec<_> =
                    watch.shifts.values().filter(|shift| to_come(shift)).map(|shift| shift.number).collect();
                for number in numbers {
                    if let Some(shift) = watch.shift_mut(number) {
                        shift.least = least;
                    }
                    touched.push(Item::Shift(code.clone(), number));
                }
            }
            WatchEvent::ShiftRostered { shift: number, from, to, officers, .. } => {
                let least = Strength::asked_for(watch.rules.as_ref());
                if let Some(known) = watch.shift_mut(*number) {
                    (known.from, known.to) = (*from, *to);
                    known.officers.clone_from(officers);
                } else {
                    let rostered = Shift {
                        number: *number,
                        from: *from,
                        to: *to,
                        officers: officers.clone(),
                        least,
                        on_watch: Vec::new(),
                        handed_over: None,
                        gap: None,
                    };
                    watch.shifts.insert(*number, Arc::new(rostered));
                }
                touched.push(Item::Shift(code.clone(), *number));
            }
            WatchEvent::WatchAssumed { shift, post, partner, .. } => {
                if let Some(known) = watch.shift_mut(*shift) {
                    let (post, partner) = (post.clone(), partner.clone());
                    known.on_watch.push(OnWatch { post, partner, since: at.occurred_at });
                }
                touched.push(Item::Shift(code.clone(), *shift));
            }
            WatchEvent::WatchHandedOver { shift, to, brief, .. } => {
                if let Some(known) = watch.shift_mut(*shift) {
                    let over = HandOver { at: at.occurred_at, to: *to, brief: brief.clone() };
                    known.handed_over = Some(over);
                }
                touched.push(Item::Shift(code.clone(), *shift));
            }
            WatchEvent::WatchGapDetected { shift, missing, .. } => {
                if let Some(known) = watch.shift_mut(*shift) {
                    let missing = missing.clone();
                    known.gap = Some(Gap { from: at.occurred_at, until: None, missing });
                }
                touched.push(Item::Shift(code.clone(), *shift));
            }
            WatchEvent::WatchGapEnded { shift, .. } => {
                let gap = watch.shift_mut(*shift).and_then(|known| known.gap.as_mut());
                if let Some(gap) = gap {
                    gap.until = Some(at.occurred_at.max(gap.from));
                }
                touched.push(Item::Shift(code.clone(), *shift));
            }
            WatchEvent::LogEntryMade { entry, owner, category, text, release, .. } => {
                watch.log.push_back(Arc::new(LogEntry {
                    number: *entry,
                    owner: owner.clone(),
                    category: category.clone(),
                    text: text.clone(),
                    release: release.clone(),
                    at: at.occurred_at,
                    recorded_at: at.recorded_at,
                    position: at.position,
                    actor: at.actor.clone(),
                    late_reason: at.late_reason.clone(),
                    corrects: None,
                    corrected_by: None,
                }));
                touched.push(Item::LogEntry(code.clone(), *entry));
            }
            WatchEvent::LogEntryCorrected { entry, corrects, text, reason, .. } => {
                let Some(wrong) = watch.entry_mut(*corrects) else { return };
                wrong.corrected_by = Some(*entry);
                let right = LogEntry {
                    number: *entry,
                    text: text.clone(),
                    recorded_at: at.recorded_at,
                    position: at.position,
                    actor: at.actor.clone(),
                    late_reason: at.late_reason.clone(),
                    corrects: Some((*corrects, reason.clone())),
                    corrected_by: None,
                    ..wrong.clone()
                };
                watch.log.push_back(Arc::new(right));
                touched.extend([*corrects, *entry].map(|number| Item::LogEntry(code.clone(), number)));
            }
        }
    }
}

impl Watch {
    fn shift_mut(&mut self, number: u32) -> Option<&mut Shift> {
        self.shifts.get_mut(&number).map(Arc::make_mut)
    }

    fn entry_mut(&mut self, number: u32) -> Option<&mut LogEntry> {
        self.log.get_mut(usize::try_from(number).ok()?.checked_sub(1)?).map(Arc::make_mut)
    }
}

impl Evolve<WatchEvent> for Coalition {
    /// Its limits are those that were set last.
    fn evolve(&mut self, event: &WatchEvent, _at: &At, _touched: &mut Vec<Item>) {
        if let WatchEvent::WatchRulesSet { rules, .. } = event {
            self.limits.clone_from(&rules.limits);
        }
    }
}
