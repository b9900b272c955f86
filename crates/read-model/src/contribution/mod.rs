//! Contributions: each as it stands, and what they add up to.

mod rows;
mod totals;

pub use rows::{
    AllocationColumn, ContributionFilter, ContributionRow, DeliveryColumn, DisbursementColumn,
    JudgementColumn, MoneyColumn,
};
pub use totals::{GroupedBy, LeftOutRow, MoneyTotalRow, QuantityTotalRow, RateRow};
