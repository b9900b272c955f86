//! Contributions: each as it stands, and what they add up to.

mod rows;
mod totals;

pub use rows::{
    AllocationColumn, ContributionFilter, ContributionRow, DeliveryColumn, DisbursementColumn,
    JudgementColumn, MoneyColumn, SaidColumn,
};
pub use totals::{GroupedBy, MoneyTotalRow, QuantityTotalRow, Sums};
