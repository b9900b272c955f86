//! H-hour.

use super::Check;

impl Check<'_> {
    pub fn hhour(&self) {
        let operation = &self.scenario.operation;
        for (index, hhour) in operation.hhour.iter().enumerate() {
            let path = format!("operation.hhour[{index}]");
            let window = &operation.hhour_window;
            if self.clean(&path)
                && self.clean("operation.hhour_window")
                && !(window.from..window.to).contains(&hhour.set)
            {
                self.fault(&format!("{path}.set"), "is outside hhour_window");
            }
            match &hhour.order {
                None if index > 0 => self.fault(&path, "moves H-hour, which takes an order"),
                // Orders are counted, and no others are told.
                Some(order) if *order != format!("FRAGO-{index}") => {
                    self.fault(&format!("{path}.order"), &format!("is order {index}: FRAGO-{index}"));
                }
                Some(_) | None => {}
            }
        }
    }
}
