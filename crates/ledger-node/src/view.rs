//! What people and programs are shown: one set of shapes for the handheld's commands, the server's
//! API and its pages, so that the three cannot differ.
//!
//! The shapes are a promise to other programs: keys may be added, never removed. Quantities are
//! canonical decimal strings, times RFC 3339 in UTC. Nothing here decides anything: the numbers
//! come from the fold, the words of a transaction from its entry.

mod alert;
mod arrival;
mod audit;
mod bom;
mod customer;
mod device;
mod entry;
mod exception;
mod filter;
mod history;
mod history_page;
mod item;
mod level;
mod location;
mod lot;
mod matrix;
mod object;
mod order;
mod order_list;
mod partner;
mod place;
mod proof;
mod purchase;
mod recent;
mod reports;
mod scan;
mod series;
mod setting;
mod site;
mod status;
mod stock_group;
mod stocktake;
mod user;
mod who;
mod why;
mod why_part;
mod why_text;

use chrono::{DateTime, SecondsFormat};
use ledger_core::{Code, Timestamp};

pub use self::alert::{CrossingView, LowStockView, ShortItemView, SupplyView};
pub use self::arrival::{ArrivalView, UnnumberedView};
pub use self::audit::{AuditFilter, AuditPage, AuditView, LogGroup};
pub use self::bom::{BomLevelView, BomLineView, BomView, UseView};
pub use self::customer::{CustomerView, OwnedLineView};
pub use self::device::{BehindView, DeviceView, RevokedOriginView};
pub use self::entry::entry_json;
pub use self::exception::{ExceptionView, count_kinds};
pub use self::filter::ItemFilter;
pub use self::history::HistoryView;
pub use self::history_page::{HistoryFilter, HistoryPage};
pub use self::item::{BarcodeView, ItemView, LineView};
pub use self::level::Level;
pub use self::location::{LocationTypeView, LocationView};
pub use self::lot::{
    BuildStepView, CanBuildView, LotLineView, LotRow, LotView, PegPartView, PegView, ShortPartView,
};
pub use self::matrix::{MatrixFilter, MatrixRow, MatrixSite, MatrixSum, MatrixView, Whose};
pub use self::order::{BackorderView, OrderLineView, OrderView, PickView, WantingView, day_text};
pub use self::order_list::{OrderFilter, OrderMoveView, OutView};
pub use self::partner::{CustomerRowView, PartnerView};
pub use self::place::{
    ChangeRow, ContentRow, Load, Part, PlaceFilter, PlaceRow, RackKey, RackPlace,
};
pub use self::proof::{ProofView, SignedView};
pub use self::purchase::{ComingView, CoversView, PurchaseLineView, PurchaseView};
pub use self::recent::{Deed, RecentView};
pub use self::reports::{
    AllReports, Counts, DifferenceView, Differences, IdleClass, LossRow, MovementDay, Movements,
    MovementsReport, People, PeopleReport, PersonDay, PersonRow, Report, ReportFilter, ReportTime,
    ReportsView, Shrinkage, ShrinkageBy, ShrinkageMonth, ShrinkageReport, ShrinkageSum, SiteStock,
    Slow, SlowReport, SlowRow, StockCell, StockDay, StockReport, Stocks, Survey, Told,
};
pub use self::scan::{ScanView, ScannedCodeView};
pub use self::series::{
    SERIES_POINTS_MIN, SeriesFilter, SeriesPoint, SeriesPointView, SeriesView, thinned,
};
pub use self::setting::SettingView;
pub use self::site::{SiteItemView, SiteNameView, SiteView};
pub use self::status::StatusView;
pub use self::stock_group::{Group, GroupKey, StockGroupView};
pub use self::stocktake::{StocktakeCountView, StocktakeLineView, StocktakeRow, StocktakeView};
pub use self::user::UserView;
pub use self::who::WhoView;
pub use self::why::{CountView, IgnoredView, MovementView, WhyFromView, WhyLineView, WhyView};
pub use self::why_part::{StepView, WhyPartView, WhyParts, WhyPlace};
pub use crate::node::View;

/// A moment as RFC 3339 in UTC with milliseconds: `2026-11-21T09:12:00.000Z`.
#[must_use]
pub fn time_text(time: Timestamp) -> String {
    moment(time).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A moment for a sentence that people read: `2026-11-21 09:12 UTC`.
fn spoken_time(time: Timestamp) -> String {
    moment(time).format("%Y-%m-%d %H:%M UTC").to_string()
}

fn moment(time: Timestamp) -> DateTime<chrono::Utc> {
    let millis = i64::try_from(time.millis()).unwrap_or_default();
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

fn text_of(code: Option<&Code>) -> Option<String> {
    code.map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_in_utc() {
        let time = Timestamp::from_millis(1_709_546_400_007);
        assert_eq!(time_text(time), "2024-03-04T10:00:00.007Z");
        assert_eq!(spoken_time(time), "2024-03-04 10:00 UTC");
        assert_eq!(time_text(Timestamp::ZERO), "1970-01-01T00:00:00.000Z");
    }
}
